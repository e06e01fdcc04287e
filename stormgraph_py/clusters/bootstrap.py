"""Nested bootstrap: what else the same experiment might have given, drawn level by level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, stdtrit

from stormgraph_py.arrays import FloatArray, IntArray
from stormgraph_py.errors import ParameterError

Summary: TypeAlias = Literal["median", "mean"]
NestedUnit: TypeAlias = Literal["roi", "cell", "replicate"]

_MOST_DRAWS = 4_000_000
"""Values drawn at once where the mean of clusters is resampled."""


@dataclass(frozen=True, kw_only=True, eq=False)
class NestedValues:
    """Values of one condition in their hierarchy: replicates, cells, ROIs, and clusters.

    Parameters
    ----------
    replicate, cell : (n_rois,) array of int
        Replicate and cell of each ROI, numbered from 0; a cell lies in one replicate. The same
        replicate everywhere means that there is no such level.
    values : sequence of (n_i,) array
        For each ROI the values of its clusters; none for a ROI without clusters, and one, its own,
        for what is measured of a whole ROI.
    """

    replicate: IntArray
    cell: IntArray
    values: Sequence[FloatArray]


def resampled_units(
    nested: NestedValues,
    *,
    unit: NestedUnit = "cell",
    summary: Summary = "median",
    n_samples: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Draw samples of unit values: replicates, cells within them, ROIs within those, and clusters.

    At each level as many are drawn, with replacement, as there are. Clusters of a drawn ROI are
    summarised, ROIs of a drawn cell averaged, and so on up to the unit.

    Parameters
    ----------
    nested : NestedValues
        One condition.
    unit : {"roi", "cell", "replicate"}
        What one value stands for.
    summary : {"median", "mean"}
        How clusters of a ROI are summarised.
    n_samples : int
        How many samples.
    rng : Generator
        Source of everything random.

    Returns
    -------
    (n_samples, n) ndarray
        Values of the drawn units, NaN where a sample has fewer, and for units without clusters.

    Notes
    -----
    The median of a ROI's resampled clusters is drawn without drawing the clusters: it is an order
    statistic of uniform numbers, which has a beta distribution, looked up in the sorted values.

    Examples
    --------
    >>> nested = NestedValues(
    ...     replicate=np.zeros(2, int), cell=np.arange(2), values=[np.array([1.0]), np.array([5.0])]
    ... )
    >>> resampled_units(nested, n_samples=3, rng=np.random.default_rng(0))
    array([[5., 5.],
           [5., 1.],
           [1., 1.]])
    """
    order = np.lexsort((nested.cell, nested.replicate))
    values = [np.sort(nested.values[i]) for i in order]
    cells, first_roi, n_rois = np.unique(nested.cell[order], return_index=True, return_counts=True)
    by_place = np.argsort(first_roi)
    first_roi, n_rois = first_roi[by_place], n_rois[by_place]
    replicate_of_cell = nested.replicate[order][first_roi]
    _, first_cell, n_cells = np.unique(replicate_of_cell, return_index=True, return_counts=True)
    if len(cells) != len(np.unique(np.column_stack([nested.replicate, nested.cell]), axis=0)):
        raise ParameterError("A cell lies in two replicates; number cells across replicates.")

    n_replicates = len(first_cell)
    owner = np.repeat(np.arange(n_samples), n_replicates)
    replicate = rng.integers(0, n_replicates, len(owner))
    cell, of_replicate = _children(first_cell, n_cells, replicate, rng)
    roi, of_cell = _children(first_roi, n_rois, cell, rng)
    drawn = _resampled_summaries(values, roi, summary, rng)
    if unit == "roi":
        return _rows(drawn, owner[of_replicate][of_cell], n_samples)
    per_cell = _mean_by(drawn, of_cell, len(cell))
    if unit == "cell":
        return _rows(per_cell, owner[of_replicate], n_samples)
    return _rows(_mean_by(per_cell, of_replicate, len(replicate)), owner, n_samples)


def interval(
    samples: npt.ArrayLike, n_tops: Sequence[int], *, confidence: float = 0.95
) -> tuple[float, float]:
    """Return a confidence interval from bootstrap samples of a statistic.

    Percentiles, farther out than the confidence says by what resampling few things misses: the
    normal quantile becomes that of t, times ``sqrt(n / (n - 1))``.

    Parameters
    ----------
    samples : (n_samples,) array
        The statistic of each bootstrap sample; those that are NaN are left out.
    n_tops : sequence of int
        For each condition how many of the highest level were resampled: replicates, or cells where
        there are none.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    tuple of float
        Lower and upper end; NaN where a condition has fewer than two.

    Notes
    -----
    T. Hesterberg, What teachers should know about the bootstrap, The American Statistician 69
    (2015), 371-386, section 4.2 (expanded percentile interval).

    Examples
    --------
    >>> low, high = interval(np.random.default_rng(0).normal(size=100_000), [1000, 1000])
    >>> round(low, 1), round(high, 1)
    (-2.0, 2.0)
    """
    known = np.asarray(samples, dtype=float)
    known = known[np.isfinite(known)]
    if not len(known) or min(n_tops) < 2:
        return np.nan, np.nan
    freedom = sum(n - 1 for n in n_tops)
    widen = np.sqrt(np.mean([n / (n - 1) for n in n_tops]))
    tail = ndtr(widen * stdtrit(freedom, (1 - confidence) / 2))
    low, high = np.quantile(known, [tail, 1 - tail])
    return float(low), float(high)


def _children(
    first: IntArray, count: IntArray, parents: IntArray, rng: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """Draw for every parent as many of its children as it has; return them and whose they are."""
    of_parent = np.repeat(np.arange(len(parents)), count[parents])
    chosen = parents[of_parent]
    return first[chosen] + rng.integers(0, count[chosen]), of_parent


def _resampled_summaries(
    values: Sequence[FloatArray], rois: IntArray, summary: Summary, rng: np.random.Generator
) -> FloatArray:
    """Resample the clusters of each drawn ROI and summarise them; NaN for a ROI without any."""
    n = np.array([len(v) for v in values])
    starts = np.cumsum(n) - n
    pooled = np.concatenate(values) if len(values) else np.empty(0)
    result = np.full(len(rois), np.nan)
    some = np.flatnonzero(n[rois] > 0)
    draw = _resampled_medians if summary == "median" else _resampled_means
    result[some] = draw(pooled, starts[rois[some]], n[rois[some]], rng)
    return result


def _resampled_medians(
    pooled: FloatArray, starts: IntArray, n: IntArray, rng: np.random.Generator
) -> FloatArray:
    """Medians of resampled values; those of each piece of `pooled` are sorted."""
    k = (n + 1) // 2
    low = rng.beta(k, n + 1 - k)
    # the next larger of n uniform numbers is the least of those above the k-th
    above = np.maximum(n - k, 1)
    high = 1 - (1 - low) * rng.random(len(n)) ** (1 / above)
    last = n - 1
    at_low = starts + np.minimum((low * n).astype(int), last)
    at_high = starts + np.minimum((high * n).astype(int), last)
    medians: FloatArray = np.where(n % 2, pooled[at_low], (pooled[at_low] + pooled[at_high]) / 2)
    return medians


def _resampled_means(
    pooled: FloatArray, starts: IntArray, n: IntArray, rng: np.random.Generator
) -> FloatArray:
    """Means of resampled values, some ROIs at a time."""
    result = np.empty(len(n))
    ends = np.cumsum(n)
    start = 0
    while start < len(n):
        done = ends[start] - n[start]
        stop = max(start + 1, int(np.searchsorted(ends, done + _MOST_DRAWS, "right")))
        piece = slice(start, stop)
        of_roi = np.repeat(np.arange(start, stop), n[piece])
        drawn = pooled[starts[of_roi] + rng.integers(0, n[of_roi])]
        result[piece] = np.add.reduceat(drawn, ends[piece] - n[piece] - done) / n[piece]
        start = stop
    return result


def _mean_by(values: FloatArray, group: IntArray, n_groups: int) -> FloatArray:
    """Mean of the values of each group that are not NaN."""
    known = np.isfinite(values)
    n = np.bincount(group[known], minlength=n_groups)
    total = np.bincount(group[known], weights=values[known], minlength=n_groups)
    means: FloatArray = np.where(n > 0, total / np.maximum(n, 1), np.nan)
    return means


def _rows(values: FloatArray, owner: IntArray, n_rows: int) -> FloatArray:
    """Put the values of each owner, which stand together, into a row of their own."""
    n = np.bincount(owner, minlength=n_rows)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(n) - n, n)
    rows = np.full((n_rows, int(n.max(initial=0))), np.nan)
    rows[owner, place] = values
    return rows
