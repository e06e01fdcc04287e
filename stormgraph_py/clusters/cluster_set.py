"""Clusters of one channel with their shapes, ready to be laid over those of another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from stormgraph_py.arrays import BoolArray, FloatArray, IntArray
from stormgraph_py.clusters.shapes import alpha_simplices, checked_points

_POINTS_AT_ONCE = 20_000
_ON_A_FACE = 1e-9


@dataclass(frozen=True, eq=False, kw_only=True)
class ClusterSet:
    """Clusters of one channel, with their shapes.

    Parameters
    ----------
    points : (n, d) array
        Localizations of the clusters, nm; unclustered ones are left out.
    owner : (n,) array of int
        Cluster of each, as an index into `cluster`.
    cluster : (c,) array of int
        Cluster numbers, ascending.
    corners : (m, d + 1, d) array
        Corners of the triangles or tetrahedra of the alpha shapes, nm.
    simplex_owner : (m,) array of int
        Cluster of each simplex, as an index into `cluster`, ascending.
    """

    points: FloatArray
    owner: IntArray
    cluster: IntArray
    corners: FloatArray
    simplex_owner: IntArray

    @classmethod
    def from_labels(cls, coordinates: npt.ArrayLike, labels: npt.ArrayLike) -> ClusterSet:
        """Make the shapes of labelled localizations.

        Parameters
        ----------
        coordinates : (n, 2) or (n, 3) array
            Positions, nm.
        labels : (n,) array of int
            Cluster of each localization, -1 = unclustered.

        Raises
        ------
        InputError
            When coordinates are not finite or neither 2-D nor 3-D, or labels do not match them.
        """
        positions, numbers = checked_points(coordinates, labels)
        corners, of_simplex = alpha_simplices(positions, numbers)
        clustered = numbers >= 0
        cluster, owner = np.unique(numbers[clustered], return_inverse=True)
        return cls(
            points=positions[clustered],
            owner=owner,
            cluster=cluster,
            corners=corners,
            simplex_owner=np.searchsorted(cluster, of_simplex),
        )

    def __len__(self) -> int:
        return len(self.cluster)

    @property
    def dimensions(self) -> int:
        """2 or 3."""
        return int(self.points.shape[1])

    @cached_property
    def sizes(self) -> FloatArray:
        """Area (nm²) or volume (nm³) of each cluster, (c,); 0 for a degenerate one."""
        edges = self.corners[:, 1:] - self.corners[:, :1]
        factor = 2 if self.dimensions == 2 else 6
        sizes = np.abs(np.linalg.det(edges)) / factor
        return np.bincount(self.simplex_owner, sizes, len(self)).astype(np.float64)

    @cached_property
    def n_localizations(self) -> IntArray:
        """Localizations of each cluster, (c,)."""
        return np.bincount(self.owner, minlength=len(self))

    @cached_property
    def centroids(self) -> FloatArray:
        """Mean position of each cluster, (c, d), nm."""
        sums = [np.bincount(self.owner, axis, len(self)) for axis in self.points.T]
        return np.column_stack(sums) / self.n_localizations[:, None]

    @cached_property
    def radii(self) -> FloatArray:
        """Radius of the disk or ball as large as each cluster that has a size, nm."""
        sizes = self.sizes[self.sizes > 0]
        return np.sqrt(sizes / np.pi) if self.dimensions == 2 else np.cbrt(0.75 * sizes / np.pi)

    @cached_property
    def polygons(self) -> npt.NDArray[Any]:
        """2-D: shape of each cluster as a shapely geometry, (c,); empty for a degenerate one."""
        import shapely

        triangles = np.asarray(shapely.polygons(self.corners))
        starts = np.searchsorted(self.simplex_owner, np.arange(len(self) + 1)).tolist()
        return np.array(
            [shapely.union_all(triangles[first:end]) for first, end in pairwise(starts)],
            dtype=object,
        )

    @cached_property
    def parts(self) -> npt.NDArray[Any]:
        """2-D: polygons that together cover what the clusters cover, none overlapping another."""
        import shapely

        return np.asarray(shapely.get_parts(shapely.union_all(self.polygons)))

    def contain(self, points: FloatArray) -> BoolArray:
        """Tell which points (n, d) lie inside a cluster's shape, its border included."""
        import shapely

        inside = np.zeros(len(points), dtype=bool)
        if not len(points) or not len(self.corners):
            return inside
        flat = self.corners[:, :, :2]
        # a little wider, so that rounding takes no corner out of its own box
        slack = _ON_A_FACE * np.abs(flat).max()
        low, high = flat.min(axis=1) - slack, flat.max(axis=1) + slack
        tree = shapely.STRtree(shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1]))
        edges = self.corners[:, 1:] - self.corners[:, :1]
        solid = np.abs(np.linalg.det(edges)) > 0
        inverse = np.zeros_like(edges)
        inverse[solid] = np.linalg.inv(edges[solid])
        for start in range(0, len(points), _POINTS_AT_ONCE):
            part = points[start : start + _POINTS_AT_ONCE]
            which, simplex = tree.query(shapely.points(part[:, :2]))
            which, simplex = which[solid[simplex]], simplex[solid[simplex]]
            away = part[which] - self.corners[simplex, 0]
            shares = np.einsum("ni,nij->nj", away, inverse[simplex])
            within = (shares >= -_ON_A_FACE).all(axis=1) & (shares.sum(axis=1) <= 1 + _ON_A_FACE)
            inside[start + which[within]] = True
        return inside
