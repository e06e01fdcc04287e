"""Delaunay triangulations of many clusters at once, from which hulls and alpha shapes are cut.

Qhull sees one cluster at a time; everything after it runs over all clusters together. All simplices
of a triangulation fill the convex hull, and those of at most a given circumradius the alpha shape,
so one call a cluster serves both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay, QhullError

from stormgraph_py.arrays import BoolArray, FloatArray, IntArray

SPANNING_QUANTILE = 0.95
"""Share of the edges of a cluster's minimum spanning tree that its alpha shape has to bridge."""
ALPHA_PER_GAP = 2.0
"""Radius of the alpha shape in units of that quantile of edge lengths."""
FLAT = 1e-10
"""Below this share of (edge length)^d the determinant of a simplex is rounding."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Triangulation:
    """Delaunay triangulations of many clusters, stacked.

    Parameters
    ----------
    points : (p, d) array
        Points, nm, each in the frame of its cluster; Qhull takes one of those that coincide.
    owner : (p,) array
        Cluster of each point, 0..n_clusters-1, ascending.
    simplices : (m, d + 1) array
        Corners of each simplex, as rows of `points`.
    neighbors : (m, d + 1) array
        Simplex across the facet opposite to each corner, -1 outside the hull.
    n_clusters : int
        Number of clusters, with those that have no simplex.
    """

    points: FloatArray
    owner: IntArray
    simplices: IntArray
    neighbors: IntArray
    n_clusters: int

    @property
    def cluster(self) -> IntArray:
        """Cluster of each simplex, (m,)."""
        return self.owner[self.simplices[:, 0]]

    def measures_and_radii(self) -> tuple[FloatArray, FloatArray]:
        """Size and circumradius of each simplex.

        Returns
        -------
        measures : (m,) array
            Area (nm²) or volume (nm³).
        radii : (m,) array
            Radius of the circle or sphere through the corners, nm. 0 for a flat simplex: Qhull
            makes them of cospherical points, where they fill no space and belong with their
            neighbours.
        """
        corners = self.points[self.simplices]
        edges = corners[:, 1:] - corners[:, :1]
        dimensions = edges.shape[2]
        cofactors = _cofactors(edges)
        determinant = np.abs(np.einsum("mi,mi->m", edges[:, 0], cofactors[:, 0]))
        squares = np.einsum("mij,mij->mi", edges, edges)
        # Cramer's rule for the point as far from the first corner as from the others
        center = np.einsum("mi,mij->mj", squares, cofactors)
        radii = np.zeros(len(edges))
        solid = determinant > FLAT * np.einsum("mi->m", squares) ** (dimensions / 2)
        radii[solid] = np.linalg.norm(center[solid], axis=1) / (2 * determinant[solid])
        return determinant / math.factorial(dimensions), radii

    def boundary(self, kept: BoolArray) -> IntArray:
        """Facets between kept simplices and all else, (f, d), as rows of `points`.

        In 2-D each runs from its first to its second point with the shape on its left.

        Parameters
        ----------
        kept : (m,) array of bool
            Simplices of the shape; True everywhere gives the boundary of the hulls.
        """
        is_open = kept[:, None] & ((self.neighbors < 0) | ~kept[self.neighbors])
        # corners of a triangle run counterclockwise, and so do the two that follow any of them
        return np.concatenate(
            [
                np.roll(self.simplices[is_open[:, corner]], -corner, axis=1)[:, 1:]
                for corner in range(self.simplices.shape[1])
            ]
        )

    def facet_measures(self, facets: IntArray) -> FloatArray:
        """Length (nm) of facets in 2-D, area (nm²) in 3-D, (f,)."""
        corners = self.points[facets]
        edges = corners[:, 1:] - corners[:, :1]
        if edges.shape[1] == 1:
            length: FloatArray = np.linalg.norm(edges[:, 0], axis=1)
            return length
        area: FloatArray = np.linalg.norm(np.cross(edges[:, 0], edges[:, 1]), axis=1) / 2
        return area

    def spanning_gaps(self, quantile: float = SPANNING_QUANTILE) -> FloatArray:
        """Quantile of the edge lengths of each cluster's minimum spanning tree, (n_clusters,), nm.

        0 for a cluster without simplices. The Euclidean minimum spanning tree is part of the
        Delaunay triangulation, so no other edges are looked at.
        """
        first, second = np.triu_indices(self.simplices.shape[1], k=1)
        one, other = self.simplices[:, first].ravel(), self.simplices[:, second].ravel()
        pairs = np.minimum(one, other), np.maximum(one, other)
        n_points = len(self.points)
        # an edge is met once a simplex; the constructor adds the repeats up in linear time
        graph = csr_array((np.ones(len(one)), pairs), shape=(n_points, n_points))
        edges = graph.tocoo()
        graph.data = np.linalg.norm(self.points[edges.row] - self.points[edges.col], axis=1)
        tree = minimum_spanning_tree(graph).tocoo()
        return _quantiles(tree.data, self.owner[tree.row], self.n_clusters, quantile)

    def alpha_radii(self, circumradii: FloatArray) -> FloatArray:
        """Radius of the alpha shape of each cluster, (n_clusters,), nm.

        The rule and its reasons are in the notes of `stormgraph_py.clusters.shapes.measure_shapes`.
        The smallest circumradius is the least it can be, so that no triangulated cluster is empty.
        """
        solid = circumradii > 0
        smallest = np.full(self.n_clusters, np.inf)
        np.minimum.at(smallest, self.cluster[solid], circumradii[solid])
        smallest[np.isinf(smallest)] = 0
        radii: FloatArray = np.maximum(ALPHA_PER_GAP * self.spanning_gaps(), smallest)
        return radii

    def sums(self, values: FloatArray, cluster: IntArray) -> FloatArray:
        """Sum of the values of each cluster, (n_clusters,)."""
        totals: FloatArray = np.bincount(cluster, values, self.n_clusters).astype(np.float64)
        return totals


def triangulate(points: FloatArray, starts: IntArray, skip: BoolArray) -> Triangulation:
    """Triangulate every cluster on its own.

    Parameters
    ----------
    points : (p, d) array
        Points of all clusters, one cluster after the other, nm. Qhull loses precision far
        from the origin: centre each cluster on it.
    starts : (n_clusters + 1,) array
        First row of each cluster, and the number of points.
    skip : (n_clusters,) array of bool
        Clusters that span no area or volume.

    Returns
    -------
    Triangulation
        A cluster that is skipped, or that Qhull refuses as flat, has no simplex.
    """
    dimensions = points.shape[1]
    simplices = [np.empty((0, dimensions + 1), dtype=np.int64)]
    neighbors = [np.empty((0, dimensions + 1), dtype=np.int64)]
    n_simplices = 0
    for cluster in np.flatnonzero(~skip):
        first = starts[cluster]
        try:
            delaunay = Delaunay(points[first : starts[cluster + 1]])
        except QhullError:
            continue
        simplices.append(delaunay.simplices + first)
        outside = delaunay.neighbors < 0
        neighbors.append(np.where(outside, -1, delaunay.neighbors + n_simplices))
        n_simplices += len(delaunay.simplices)
    return Triangulation(
        points=points,
        owner=np.repeat(np.arange(len(skip)), np.diff(starts)),
        simplices=np.concatenate(simplices),
        neighbors=np.concatenate(neighbors),
        n_clusters=len(skip),
    )


def _cofactors(edges: FloatArray) -> FloatArray:
    """Matrices of cofactors of (m, d, d) matrices, for d = 2 or 3."""
    if edges.shape[1] == 2:
        (x0, y0), (x1, y1) = edges.transpose(1, 2, 0)
        return np.stack([y1, -x1, -y0, x0], axis=1).reshape(-1, 2, 2)
    return np.cross(np.roll(edges, -1, axis=1), np.roll(edges, -2, axis=1))


def _quantiles(values: FloatArray, group: IntArray, n_groups: int, quantile: float) -> FloatArray:
    """Linearly interpolated quantile of the values of each group, 0 for an empty one."""
    ordered = values[np.lexsort((values, group))]
    counts = np.bincount(group, minlength=n_groups)
    position = (np.cumsum(counts) - counts) + quantile * np.maximum(counts - 1, 0)
    filled = counts > 0
    low = np.floor(position[filled]).astype(np.int64)
    high = np.ceil(position[filled]).astype(np.int64)
    result = np.zeros(n_groups)
    result[filled] = ordered[low] + (position[filled] - low) * (ordered[high] - ordered[low])
    return result
