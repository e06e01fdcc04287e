"""Radii at which connected components of an epsilon-neighbourhood graph merge."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree
from scipy.spatial import cKDTree
from scipy.special import ndtri

from stormgraph_py.arrays import AnyArray, FloatArray, IntArray
from stormgraph_py.progress import SILENT, Progress

COOCCURRENCE = 0.75
"""Share of realizations of the data in which two localizations must lie within epsilon (paper)."""

LEAST_VARIANCE_FACTOR = 1.28
"""Squared radius of two coincident localizations over the sum of all their variances, at least.

`cooccurrence_radius` gives 1.381 for equal axes in 2-D and 1.366 in 3-D; its least value is 1.282,
for variances of 1 : 1 : 8. Search alone depends on it.
"""

N_NEAREST = 5
"""Neighbours of each localization whose edges are tried first; only speed depends on it."""

BAND_RATIO = 1.3
"""Quotient of successive radii up to which remaining pairs are looked for; only speed."""

CELLS_PER_AXIS = 1 << 20
"""Most cells along an axis, so that the number of a cell in 3-D fits 64 bits."""

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

    At radius epsilon the graph connects two localizations whose distance is at most epsilon or,
    with sigma, whose `cooccurrence_radius` is. It has as many components as there are
    localizations, less the merge radii that are at most epsilon: the edges of a minimum spanning
    tree.

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
    The radii are exact. The search starts from the spanning forest of the graph of nearest
    neighbours. A pair outside that graph is longer than the lists of neighbours of both its ends
    reach, so within a growing radius only localizations with shorter lists come into question, and
    of their pairs only those between components that are still apart. It is fastest when neighbours
    in space are neighbours in memory.

    Examples
    --------
    >>> merge_radii(np.array([[0.0, 0.0], [3.0, 4.0], [3.0, 16.0]]), 100.0)
    array([ 5., 12.])
    """
    if len(coordinates) < 2:
        return np.empty(0)
    merges = []
    if sigma is None:
        # trees of neighbours become slow where very many localizations lie in one place
        distinct = _distinct(coordinates)
        merges.append(np.zeros(len(coordinates) - len(distinct)))
        coordinates = distinct
    metric = _Metric.of(coordinates, sigma)
    forest, reach = _nearest_neighbour_forest(metric, progress)
    for radius in _band_radii(reach, max_radius_nm):
        progress.check()
        forest = _with_remaining_pairs(metric, forest, reach, radius, progress)
        merges.append(forest.radius[forest.radius <= radius])
        forest = forest.joined(radius)
    return np.sort(np.concatenate(merges))


def _distinct(coordinates: FloatArray) -> FloatArray:
    """Positions without repetitions, in their order."""
    order = np.lexsort(coordinates.T)
    repeated = (coordinates[order[1:]] == coordinates[order[:-1]]).all(axis=1)
    keep = np.ones(len(coordinates), dtype=np.bool_)
    keep[order[1:][repeated]] = False
    return coordinates[keep]


@dataclass(frozen=True, eq=False)
class _Metric:
    """Positions and the radius that belongs to a pair of them."""

    x: FloatArray
    variance: FloatArray | None
    floor: FloatArray  # least contribution of each end to the squared radius of its pairs

    @classmethod
    def of(cls, coordinates: FloatArray, sigma: FloatArray | None) -> _Metric:
        x = coordinates - coordinates.min(axis=0)
        if sigma is None:
            return cls(x, None, np.zeros(len(x)))
        variance = sigma**2
        return cls(x, variance, LEAST_VARIANCE_FACTOR * variance.sum(axis=1))

    def radius(self, i: AnyArray, j: AnyArray) -> FloatArray:
        difference = self.x[i] - self.x[j]
        if self.variance is None:
            distance: FloatArray = np.sqrt((difference**2).sum(axis=1))
            return distance
        return cooccurrence_radius(difference, self.variance[i] + self.variance[j])


@dataclass(frozen=True, eq=False)
class _Forest:
    """Components of localizations and the edges of a minimum spanning forest between them."""

    component: AnyArray  # of each localization
    source: AnyArray  # components at the ends of each edge
    target: AnyArray
    radius: FloatArray

    def joined(self, radius: float) -> _Forest:
        """The forest once components are joined by all edges up to a radius."""
        near = self.radius <= radius
        ends = self.source[near], self.target[near]
        n = int(self.component.max()) + 1
        graph = coo_array((np.ones(len(ends[0]), dtype=np.int8), ends), (n, n))
        label = connected_components(graph, directed=False)[1]
        return _Forest(
            label[self.component],
            label[self.source[~near]],
            label[self.target[~near]],
            self.radius[~near],
        )

    def with_pairs(self, pairs: list[tuple[IntArray, IntArray, FloatArray]]) -> _Forest:
        """The forest once these pairs of localizations, with their radii, are edges too."""
        source, target, radius = map(np.concatenate, zip(*pairs, strict=True))
        source = np.append(self.source, self.component[source])
        target = np.append(self.target, self.component[target])
        radius = np.append(self.radius, radius)
        chosen = _spanning_edges(source, target, radius, int(self.component.max()) + 1)
        return _Forest(self.component, source[chosen], target[chosen], radius[chosen])


def _spanning_edges(source: AnyArray, target: AnyArray, length: FloatArray, n: int) -> IntArray:
    """Indices of the edges of a minimum spanning forest; a pair may occur more than once."""
    # ranks instead of lengths: an edge of length 0 would count as absent, and a rank names its edge
    order = np.argsort(length)
    rank = np.empty(len(order))
    rank[order] = np.arange(1, len(order) + 1)
    # rows made by hand, because scipy's conversion would add up edges of the same pair
    row = np.argsort(source, kind="stable")
    indptr = np.zeros(n + 1, dtype=np.int32)
    np.cumsum(np.bincount(source, minlength=n), out=indptr[1:])
    graph = csr_array((rank[row], target[row].astype(np.int32, copy=False), indptr), (n, n))
    tree = minimum_spanning_tree(graph, overwrite=True)
    chosen: IntArray = order[tree.data.astype(np.int64) - 1]
    return chosen


def _nearest_neighbour_forest(metric: _Metric, progress: Progress) -> tuple[_Forest, FloatArray]:
    """Spanning forest of the nearest-neighbour graph, and a radius that no unlisted pair undercuts.

    With sigma, nearest is meant in one dimension more: the squared radius of a pair is at least its
    squared distance plus the floors of both ends, so a neighbour's floor acts as a height.
    """
    n = len(metric.x)
    k = min(N_NEAREST + 1, n)
    height = [] if metric.variance is None else [np.sqrt(metric.floor)]
    tree = cKDTree(np.column_stack([metric.x, *height]))
    source = np.repeat(np.arange(n, dtype=np.int32), k)
    target = np.empty(n * k, dtype=np.int32)
    radius = np.empty(n * k)
    reach = np.full(n, np.inf)
    rows = max(1, PAIRS_AT_ONCE // k)
    for start in range(0, n, rows):
        progress.check()
        chunk = slice(start, start + rows)
        edges = slice(start * k, (start + rows) * k)
        query = np.pad(metric.x[chunk], ((0, 0), (0, len(height))))
        distance, neighbour = map(np.asarray, tree.query(query, np.arange(1, k + 1)))
        if k < n:
            reach[chunk] = np.sqrt(distance[:, -1] ** 2 + metric.floor[chunk])
        target[edges] = neighbour.ravel()
        radius[edges] = metric.radius(source[edges], target[edges])
    chosen = _spanning_edges(source, target, radius, n)
    forest = _Forest(np.arange(n, dtype=np.int32), source[chosen], target[chosen], radius[chosen])
    return forest, reach


def _band_radii(reach: FloatArray, max_radius_nm: float) -> FloatArray:
    """Radii of successive searches for unlisted pairs, ending with the largest one of interest."""
    short = reach[(reach > 0) & (reach < max_radius_nm)]
    if not len(short):
        return np.array([max_radius_nm])
    first = np.quantile(short, 0.1)
    n_bands = math.ceil(math.log(max_radius_nm / first) / math.log(BAND_RATIO))
    return max_radius_nm / BAND_RATIO ** np.arange(n_bands, -1.0, -1.0)


def _with_remaining_pairs(
    metric: _Metric, forest: _Forest, reach: FloatArray, radius: float, progress: Progress
) -> _Forest:
    """The forest with all unlisted pairs up to a radius, below which its components are exact."""
    candidate = np.flatnonzero(reach <= radius)
    if len(candidate) < 2:
        return forest
    groups = _Groups.of(metric, forest.component, candidate, radius)
    found = []
    n_found = 0
    for source, target in groups.pairs_within(radius):
        progress.check()
        length = metric.radius(source, target)
        near = length <= radius
        found.append((source[near], target[near], length[near]))
        n_found += len(found[-1][0])
        if n_found > PAIRS_AT_ONCE:
            forest, found, n_found = forest.with_pairs(found), [], 0
    return forest.with_pairs(found) if n_found else forest


@dataclass(frozen=True, eq=False)
class _Groups:
    """Localizations sorted into groups of the same cell and the same component.

    Cells are squares or cubes at least as wide as the radius of the search, so that a pair within
    that radius lies in the same cell or in two that touch.
    """

    node: IntArray  # localizations, group by group
    points: _Boxes
    boxes: _Boxes
    component: AnyArray
    first: IntArray  # of each group, in `node`
    size: IntArray
    cell: IntArray  # occupied cells, ascending
    first_group: IntArray
    n_groups: IntArray
    touching: tuple[int, ...]  # differences of the numbers of touching cells, each pair once

    @classmethod
    def of(
        cls, metric: _Metric, component: AnyArray, candidate: IntArray, radius: float
    ) -> _Groups:
        x = metric.x[candidate]
        width = max(radius, float(np.ptp(x, axis=0).max()) / CELLS_PER_AXIS)
        place = (x // width).astype(np.int64) + 1
        shape = place.max(axis=0) + 2
        strides = np.append(np.cumprod(shape[:0:-1])[::-1], 1)
        cell = place @ strides
        order = np.lexsort((component[candidate], cell))
        node, x, cell = candidate[order], x[order], cell[order]
        floor = metric.floor[node]
        changes = (np.diff(cell) != 0) | (np.diff(component[node]) != 0)
        first = np.flatnonzero(np.append(True, changes))
        occupied, first_group, n_groups = np.unique(
            cell[first], return_index=True, return_counts=True
        )
        origin = (0,) * x.shape[1]
        return cls(
            node=node,
            points=_Boxes(x, x, floor),
            boxes=_Boxes(
                np.minimum.reduceat(x, first),
                np.maximum.reduceat(x, first),
                np.minimum.reduceat(floor, first),
            ),
            component=component[node[first]],
            first=first,
            size=np.diff(np.append(first, len(node))),
            cell=occupied,
            first_group=first_group,
            n_groups=n_groups,
            touching=tuple(
                int(np.dot(step, strides))
                for step in product((-1, 0, 1), repeat=x.shape[1])
                if step >= origin
            ),
        )

    def pairs_within(self, radius: float) -> Iterator[tuple[IntArray, IntArray]]:
        """Blocks of pairs of localizations of different components that may lie within a radius."""
        for left, right in self._group_pairs(radius):
            for row, i in _members(left, self.first, self.size):
                near = self.points.gap(i, self.boxes, right[row]) <= radius**2
                i, box = i[near], right[row[near]]
                for other, j in _members(box, self.first, self.size):
                    near = self.points.gap(i[other], self.points, j) <= radius**2
                    yield self.node[i[other[near]]], self.node[j[near]]

    def _group_pairs(self, radius: float) -> Iterator[tuple[IntArray, IntArray]]:
        for offset in self.touching:
            there = np.searchsorted(self.cell, self.cell + offset)
            there = np.minimum(there, len(self.cell) - 1)
            here = np.flatnonzero(self.cell[there] == self.cell + offset)
            for row, left in _members(here, self.first_group, self.n_groups):
                cell = there[here[row]]
                for other, right in _members(cell, self.first_group, self.n_groups):
                    left_of = left[other]
                    keep = self.component[left_of] != self.component[right]
                    if offset == 0:
                        keep &= left_of < right
                    left_of, right = left_of[keep], right[keep]
                    near = self.boxes.gap(left_of, self.boxes, right) <= radius**2
                    yield left_of[near], right[near]


@dataclass(frozen=True, eq=False)
class _Boxes:
    """Bounding boxes of points, with the least floor among them."""

    low: FloatArray
    high: FloatArray
    floor: FloatArray

    def gap(self, index: AnyArray, other: _Boxes, other_index: AnyArray) -> FloatArray:
        """Least squared radius that a pair of points from two boxes can have."""
        squared = self.floor[index] + other.floor[other_index]
        for axis in range(self.low.shape[1]):
            above = other.low[other_index, axis] - self.high[index, axis]
            below = self.low[index, axis] - other.high[other_index, axis]
            squared += np.maximum(np.maximum(above, below), 0.0) ** 2
        return squared


def _members(
    owner: AnyArray, first: AnyArray, size: AnyArray
) -> Iterator[tuple[AnyArray, AnyArray]]:
    """Blocks of (row of `owner`, member) for owners whose members are first, first + 1, ..."""
    n_members = size[owner]
    total = np.cumsum(n_members)
    cuts = np.searchsorted(total, np.arange(PAIRS_AT_ONCE, total[-1:].sum(), PAIRS_AT_ONCE)) + 1
    for start, stop in pairwise([0, *cuts.tolist(), len(owner)]):
        counts = n_members[start:stop]
        row = np.repeat(np.arange(start, stop), counts)
        within = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
        yield row, first[owner[row]] + within
