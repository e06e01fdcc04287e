"""Radii at which connected components of an epsilon-neighbourhood graph merge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree
from scipy.spatial import cKDTree
from scipy.special import ndtri

from stormgraph_py.arrays import AnyArray, FloatArray, IntArray
from stormgraph_py.progress import SILENT, Progress

COOCCURRENCE = 0.75
"""Share of realizations of the data in which two localizations must lie within epsilon (paper)."""

LEAST_VARIANCE_FACTOR = 1.32
"""Squared 75% radius of two coincident localizations over the sum of all their variances, at least.

The quotient is 1.386 for equal axes in 2-D, 1.369 in 3-D and falls to 1.323, the 75% quantile of
chi-square with one degree of freedom, when one axis holds all the variance.
"""

N_NEAREST = 8
"""Neighbours of each localization whose edges are tried first; only speed depends on it."""

BAND_RATIO = 1.5
"""Quotient of successive radii up to which remaining pairs are looked for; only speed."""

PAIRS_AT_ONCE = 1 << 21
"""Pairs of localizations held in memory together."""


def cooccurrence_radius(difference: FloatArray, variance: FloatArray) -> FloatArray:
    """Return the radius within which pairs of uncertain positions lie with 75% probability.

    The true difference of two positions is Gaussian around the observed one, so its squared length
    is a weighted sum of noncentral chi-square variables. Its quantile is found by matching three
    cumulants to a chi-square variable (Pearson), whose quantile follows Wilson and Hilferty. The
    radius is exact within 0.3% for equal axes and within 1% for unequal ones.

    Parameters
    ----------
    difference : ndarray of shape (m, d)
        Observed differences of position, nm.
    variance : ndarray of shape (m, d)
        Variance of each difference, sigma_i^2 + sigma_j^2 on each axis, nm2; positive.

    Returns
    -------
    ndarray of shape (m,)
        Radii, nm.

    Notes
    -----
    Paper: Methods, "Calculation of the length scale r0", where the probability is counted in Monte
    Carlo realizations of the data.

    Examples
    --------
    Two coincident positions of 10 nm precision each, whose distance is Rayleigh distributed:

    >>> radius = cooccurrence_radius(np.zeros((1, 2)), np.full((1, 2), 200.0))
    >>> bool(abs(radius[0] / np.sqrt(200 * 2 * np.log(4)) - 1) < 0.003)
    True
    """
    # relative to the largest variance of each pair, so that no power over- or underflows
    scale = variance.max(axis=1)
    v = variance / scale[:, None]
    shift = difference**2 / scale[:, None]
    mean = (v + shift).sum(axis=1)
    second = (v * (v + 2 * shift)).sum(axis=1)
    third = (v**2 * (v + 3 * shift)).sum(axis=1)
    freedom = second**3 / third**2
    spread = 2 / (9 * freedom)
    quantile = freedom * (1 - spread + ndtri(COOCCURRENCE) * np.sqrt(spread)) ** 3
    squared = mean + np.sqrt(second / freedom) * (quantile - freedom)
    radius: FloatArray = np.sqrt(scale * squared)
    return radius


def merge_radii(
    coordinates: FloatArray,
    max_radius_nm: float,
    *,
    sigma: FloatArray | None = None,
    progress: Progress = SILENT,
) -> FloatArray:
    """Return the radii, ascending, at which components of the neighbourhood graph merge.

    At radius epsilon the graph connects two localizations whose distance is at most epsilon or, with
    sigma, whose `cooccurrence_radius` is. It has as many components as there are localizations, less
    the merge radii that are at most epsilon. They are the edges of a minimum spanning tree.

    Parameters
    ----------
    coordinates : ndarray of shape (n, d)
        Positions in nm, finite, d = 2 or 3.
    max_radius_nm : float
        Largest radius of interest, nm.
    sigma : ndarray of shape (n, d), optional
        Localization precision in nm, positive.
    progress : Progress
        Asked whether to stop.

    Returns
    -------
    ndarray of shape (at most n - 1,)
        Merge radii up to `max_radius_nm`, nm.

    Raises
    ------
    Cancelled
        When the caller asked to stop.

    Notes
    -----
    The tree is exact. Its start is the spanning forest of the graph of nearest neighbours. A pair
    outside that graph is longer than the lists of both its ends reach, so pairs still to be tried
    have two ends with short lists; within growing radii, only those between different components are.

    Examples
    --------
    >>> merge_radii(np.array([[0.0, 0.0], [3.0, 4.0], [3.0, 16.0]]), 100.0)
    array([ 5., 12.])
    """
    metric = _Metric.of(coordinates, sigma)
    if len(coordinates) < 2:
        return np.empty(0)
    forest, reach = _nearest_neighbour_forest(metric, progress)
    inner = 0.0
    for radius in _band_radii(reach, max_radius_nm):
        progress.check()
        forest = _with_remaining_pairs(metric, forest, reach, inner, radius, progress)
        inner = radius
    return np.sort(forest.radius[forest.radius <= max_radius_nm])


@dataclass(frozen=True, eq=False)
class _Metric:
    """Positions and the radius that belongs to a pair of them."""

    x: FloatArray
    variance: FloatArray | None
    floor: FloatArray  # least contribution of each end to the squared radius of its pairs

    @classmethod
    def of(cls, coordinates: FloatArray, sigma: FloatArray | None) -> _Metric:
        x = coordinates - coordinates.min(axis=0, initial=np.inf)
        if sigma is None:
            return cls(x, None, np.zeros(len(x)))
        variance = sigma**2
        return cls(x, variance, LEAST_VARIANCE_FACTOR * variance.sum(axis=1))

    def radius(self, i: AnyArray, j: AnyArray) -> FloatArray:
        difference = self.x[i] - self.x[j]
        if self.variance is None:
            return np.sqrt((difference**2).sum(axis=1))
        return cooccurrence_radius(difference, self.variance[i] + self.variance[j])


@dataclass(frozen=True, eq=False)
class _Forest:
    """Edges of a minimum spanning forest."""

    source: IntArray
    target: IntArray
    radius: FloatArray

    def components(self, n: int, radius: float) -> IntArray:
        """Component of each of n nodes when only edges up to a radius count."""
        keep = self.radius <= radius
        graph = coo_array(
            (np.ones(keep.sum(), dtype=np.int8), (self.source[keep], self.target[keep])), (n, n)
        )
        return connected_components(graph, directed=False)[1].astype(np.int64)


def _nearest_neighbour_forest(metric: _Metric, progress: Progress) -> tuple[_Forest, FloatArray]:
    """Spanning forest of the nearest-neighbour graph, and a radius no unlisted pair undercuts.

    With sigma, nearest is meant in one dimension more: the squared radius of a pair is at least its
    squared distance plus the floors of both ends, so a neighbour's floor acts as a height.
    """
    n = len(metric.x)
    k = min(N_NEAREST, n - 1)
    uncertain = metric.variance is not None
    lifted = np.column_stack([metric.x, np.sqrt(metric.floor)]) if uncertain else metric.x
    tree = cKDTree(lifted)
    neighbour = np.empty((n, k + 1), dtype=np.int32)
    radius = np.empty((n, k + 1))
    reach = np.empty(n)
    rows = max(1, PAIRS_AT_ONCE // (k + 1) // 4)
    for start in range(0, n, rows):
        progress.check()
        chunk = np.arange(start, min(start + rows, n))
        query = lifted[chunk].copy()
        if uncertain:
            query[:, -1] = 0.0
        height, index = tree.query(query, k + 1)
        neighbour[chunk] = index
        reach[chunk] = np.sqrt(height[:, -1] ** 2 + metric.floor[chunk])
        radius[chunk] = metric.radius(np.repeat(chunk, k + 1), index.ravel()).reshape(-1, k + 1)
    if k == n - 1:
        reach[:] = np.inf
    return _spanning_forest(
        np.repeat(np.arange(n, dtype=np.int32), k + 1), neighbour.ravel(), radius.ravel(), n
    ), reach


def _spanning_forest(source: AnyArray, target: AnyArray, radius: FloatArray, n: int) -> _Forest:
    """Minimum spanning forest of a list of edges, in which a pair may occur more than once."""
    # ranks instead of radii: an edge of radius 0 would count as absent, and a rank tells the edge
    order = np.argsort(radius, kind="stable")
    source, target = source[order], target[order]
    rank = np.arange(1.0, len(order) + 1)
    graph = csr_array((n, n))
    tree = minimum_spanning_tree(graph, overwrite=True)
    chosen = order[np.sort(tree.data).astype(np.int64) - 1]
    return _Forest(source[chosen], target[chosen], radius[chosen])
