"""A Voronoi segmentation with an automatic threshold, the kind of method that ClusterViSu is."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Delaunay, Voronoi

from stormgraph_py.arrays import FloatArray, IntArray


def cell_sizes(points: FloatArray) -> FloatArray:
    """Size of the space around every point, infinite at the border, shape (n,).

    In 2-D the area of its Voronoi cell; in 3-D a quarter of the volume of the Delaunay tetrahedra
    around it, which takes thousands of times less time than the hull of every cell.
    """
    if points.shape[1] == 3:
        return tetrahedra_around(points)
    voronoi = Voronoi(points)
    sizes = np.full(len(points), np.inf)
    for i, region in enumerate(voronoi.point_region):
        corners = voronoi.regions[region]
        if corners and -1 not in corners:
            x, y = voronoi.vertices[corners].T
            sizes[i] = abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2
    return sizes


def tetrahedra_around(points: FloatArray) -> FloatArray:
    """A quarter of the volume of the tetrahedra at every point."""
    triangulation = Delaunay(points)
    corners = points[triangulation.simplices]
    volume = np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1])) / 6
    sizes = np.bincount(triangulation.simplices.ravel(), np.repeat(volume / 4, 4), len(points))
    sizes[np.unique(triangulation.convex_hull)] = np.inf
    return sizes


def voronoi_clusters(
    points: FloatArray, roi: FloatArray, *, min_cluster_size: int = 5, seed: int = 0
) -> IntArray:
    """Join neighbouring cells smaller than those of random points.

    The threshold is where the histogram of the cells' sizes first falls under that of uniformly
    random points of the same number in the same ROI; touching cells below it form a cluster.
    """
    rng = np.random.default_rng(seed)
    sizes = cell_sizes(points)
    random_sizes = cell_sizes(rng.uniform(0, 1, points.shape) * roi)
    mean = np.prod(roi) / len(points)
    bins = np.linspace(0, 3 * mean, 151)
    data = np.histogram(sizes, bins)[0]
    chance = np.histogram(random_sizes, bins)[0]
    above = data > chance
    start = int(np.argmax(above))
    below = np.flatnonzero(~above[start:])
    threshold = bins[start + below[0]] if above.any() and len(below) else 0.5 * mean
    dense = sizes < threshold
    simplices = Delaunay(points).simplices
    d = points.shape[1]
    pairs = np.concatenate(
        [simplices[:, [a, b]] for a in range(d + 1) for b in range(a + 1, d + 1)]
    )
    pairs = pairs[dense[pairs].all(axis=1)]
    n = len(points)
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    _, label = connected_components(graph, directed=False)
    count = np.bincount(label)
    keep = dense & (count[label] >= min_cluster_size)
    labels = np.full(n, -1, dtype=np.int64)
    labels[keep] = np.unique(label[keep], return_inverse=True)[1]
    return labels
