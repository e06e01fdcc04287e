"""How large molecule and label may be before a cluster could be one molecule."""

from __future__ import annotations

import itertools
import math

import numpy as np

from stormgraph_py.arrays import AnyArray, FloatArray, IntArray
from stormgraph_py.engine.overcounting import (
    LARGEST_EXHAUSTIVE,
    N_NEEDED,
    PAIRS_AT_ONCE,
    UNCERTAINTY_RADII,
)

_AT_EACH_END = 4
"""Localizations at either end of a large cluster, in every direction, that give a first limit."""

_DIRECTIONS = {
    2: np.array([[math.cos(a), math.sin(a)] for a in np.arange(8) * math.pi / 8]),
    3: np.array([d for d in itertools.product((-1, 0, 1), repeat=3) if d > (0, 0, 0)], dtype=float),
}
"""By dimension; one of each pair of opposite ones."""

_MOST_STEPS = 60
"""Newton steps; two or three suffice unless precision differs much between the axes."""


def largest_label_radii(
    coordinates: FloatArray, sigma: FloatArray, labels: IntArray, thresholds: FloatArray
) -> FloatArray:
    """Return the label radius below which each cluster holds several molecules.

    The statistic Z of two localizations falls as the label radius grows, so each pair is far from
    each other up to one radius, at which Z is the threshold. A cluster holds several molecules as
    long as two localizations are each far from two others: up to the second largest, over its
    localizations, of the second largest radius of a localization's pairs.

    Parameters
    ----------
    coordinates : ndarray of shape (n, d)
        Positions in nm, d = 2 or 3.
    sigma : ndarray of shape (n, d)
        Localization precision in nm, positive.
    labels : ndarray of shape (n,)
        Cluster of each localization, -1 = unclustered.
    thresholds : ndarray of shape (n_clusters,)
        Z beyond which two localizations of a cluster are far from each other, by label.

    Returns
    -------
    ndarray of shape (n_clusters,)
        Radius in nm by label. At any smaller radius the verdict of
        `stormgraph_py.engine.overcounting.overcounting_evidence` is that the cluster holds several
        molecules, from this one on it is not. NaN where it is not even without a label radius.

    Notes
    -----
    Paper: Methods, "Identifying clusters that can be confidently distinguished from multiply
    counted single molecules", for the statistic; the limit is this package's.

    Examples
    --------
    >>> points = np.array([[0.0, 0], [1, 0], [0, 1], [90, 0], [91, 0], [90, 1]])
    >>> largest_label_radii(
    ...     points, np.full((6, 2), 5.0), np.zeros(6, dtype=int), np.array([9.5])
    ... ).round(1)
    array([60.1])
    """
    clustered = np.flatnonzero(labels >= 0)
    order = clustered[np.argsort(labels[clustered], kind="stable")]
    _, first, size = np.unique(labels[order], return_index=True, return_counts=True)
    x, variance = coordinates[order], sigma[order] ** 2
    limits = np.full(len(size), -np.inf)
    for n in np.unique(size[(size > N_NEEDED) & (size <= LARGEST_EXHAUSTIVE)]).tolist():
        same = np.flatnonzero(size == n)
        at_once = max(1, PAIRS_AT_ONCE // n**2)
        for some in np.split(same, range(at_once, len(same), at_once)):
            rows = first[some][:, None] + np.arange(n)
            limits[some] = _limits(x[rows], variance[rows], thresholds[some])
    for large in np.flatnonzero(size > LARGEST_EXHAUSTIVE).tolist():
        own = slice(first[large], first[large] + size[large])
        limits[large] = _limit_of_large(x[own], variance[own], thresholds[large : large + 1])
    # a limit is the variance that the labels of a pair add, 2 (r / 3)²
    return np.where(limits > 0, UNCERTAINTY_RADII * np.sqrt(np.maximum(limits, 0) / 2), np.nan)


def _limits(x: FloatArray, variance: FloatArray, threshold: FloatArray) -> FloatArray:
    """Variance that may be added before several molecules are one, of clusters of a size, (c,)."""
    lower, _ = _bounds(x, variance, x, variance, threshold)
    each = np.arange(x.shape[1])
    lower[:, each, each] = -np.inf
    floor = np.maximum(_second(_second(lower)), 0.0)
    return _second(_row_limits(each, x, variance, threshold, floor))


def _limit_of_large(x: FloatArray, variance: FloatArray, threshold: FloatArray) -> float:
    """The same of one large cluster, found among the localizations at its rim.

    With m the statistic of a localization against any fixed centre, Z of a pair is at most the sum
    of their m. So what lies too close to the centre plays no part at any variance above a limit
    that is known to be reached.
    """
    # between the ends of the cluster, where both are equally far away
    offset = (x - (x.min(axis=0) + x.max(axis=0)) / 2) ** 2
    ends = _ends(x)
    reached = float(_limits(x[None, ends], variance[None, ends], threshold)[0])
    m = (offset / (variance + max(reached, 0.0) / 2)).sum(axis=1)
    rim = np.flatnonzero(m + m.max() >= threshold[0])
    if len(rim) <= N_NEEDED:
        return reached
    x, variance = x[None, rim], variance[None, rim]
    floor = np.array([max(reached, 0.0)])
    at_once = max(1, PAIRS_AT_ONCE // len(rim))
    rows = np.split(np.arange(len(rim)), range(at_once, len(rim), at_once))
    found = [_row_limits(some, x, variance, threshold, floor) for some in rows]
    return max(reached, float(_second(np.concatenate(found, axis=1))[0]))


def _ends(x: FloatArray) -> IntArray:
    """Localizations that are farthest out in some direction."""
    along = x @ _DIRECTIONS[x.shape[1]].T
    order = np.argpartition(along, (_AT_EACH_END, -_AT_EACH_END), axis=0)
    return np.unique(np.concatenate([order[:_AT_EACH_END], order[-_AT_EACH_END:]]))


def _bounds(
    x: FloatArray,
    variance: FloatArray,
    other_x: FloatArray,
    other_variance: FloatArray,
    threshold: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Bounds on the variance to be added to each pair, (c, a, b): exact where axes are alike."""
    squared = np.zeros((*x.shape[:-1], other_x.shape[-2]))
    smallest, largest = np.full_like(squared, np.inf), np.zeros_like(squared)
    for axis in range(x.shape[-1]):
        squared += (x[..., :, None, axis] - other_x[..., None, :, axis]) ** 2
        both = variance[..., :, None, axis] + other_variance[..., None, :, axis]
        np.minimum(smallest, both, out=smallest)
        np.maximum(largest, both, out=largest)
    squared /= threshold[:, None, None]
    return squared - largest, squared - smallest


def _row_limits(
    rows: IntArray,
    x: FloatArray,
    variance: FloatArray,
    threshold: FloatArray,
    floor: FloatArray,
) -> FloatArray:
    """Second largest variance over the pairs of each of some localizations, (c, rows).

    Exact where it is above `floor`; elsewhere some value that is not.
    """
    lower, upper = _bounds(x[:, rows], variance[:, rows], x, variance, threshold)
    limit = np.minimum(lower, floor[:, None, None])
    cluster, i, j = np.nonzero(upper > floor[:, None, None])
    limit[cluster, i, j] = _added_variance(
        (x[cluster, rows[i]] - x[cluster, j]) ** 2,
        variance[cluster, rows[i]] + variance[cluster, j],
        threshold[cluster],
        np.maximum(lower[cluster, i, j], 0.0),
    )
    limit[:, np.arange(len(rows)), rows] = -np.inf
    return _second(limit)


def _added_variance(
    squared: FloatArray, variance: FloatArray, threshold: FloatArray, start: FloatArray
) -> FloatArray:
    """Variance u with sum over axes of squared / (variance + u) = threshold, (k,).

    Newton's method from below: the sum is convex and falls with u, so no step goes too far. What is
    below the threshold at the start has no such u above it and gives -inf.
    """
    added = start.copy()
    for _ in range(_MOST_STEPS):
        term = squared / (variance + added[:, None])
        excess = term.sum(axis=1) - threshold
        step = excess / (term / (variance + added[:, None])).sum(axis=1)
        added += np.maximum(step, 0.0)
        if not (step > 1e-13 * (added + variance[:, 0])).any():
            break
    impossible = (squared / (variance + start[:, None])).sum(axis=1) < threshold * (1 - 1e-12)
    return np.where(impossible, -np.inf, added)


def _second(values: AnyArray) -> AnyArray:
    """Second largest along the last axis."""
    n = values.shape[-1]
    return np.asarray(np.partition(values, n - N_NEEDED, axis=-1)[..., n - N_NEEDED])
