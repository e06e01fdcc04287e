"""Histograms of columns for filters: robust to a long tail, quick for millions of values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stormgraph_py.arrays import FloatArray

MOST_DRAWN = 200_000
"""Of more values than that, evenly spaced ones make the picture."""

_N_BINS = 96
_TAIL = 0.005
"""Share of the values beyond either end that may stay off the picture..."""

_LONG = 2.5
"""...when they would make it this much wider."""


@dataclass(frozen=True, eq=False)
class Histogram:
    """How values are distributed.

    Parameters
    ----------
    edges : ndarray of shape (n_bins + 1,)
        Edges of the bins, evenly spaced; the first and last bin also hold what lies beyond.
    counts : ndarray of shape (n_bins,)
        Relative heights.
    low, high : float
        Smallest and largest value.
    n : int
        Known values.
    n_unknown : int
        Missing values.
    is_whole : bool
        All values are whole numbers.
    """

    edges: FloatArray
    counts: FloatArray
    low: float
    high: float
    n: int
    n_unknown: int
    is_whole: bool


def histogram(values: FloatArray) -> Histogram:
    """Make the histogram of values (n,), NaN where missing.

    Examples
    --------
    >>> made = histogram(np.array([1.0, 2.0, 2.0, np.nan]))
    >>> made.n, made.n_unknown, made.low, made.high, made.is_whole
    (3, 1, 1.0, 2.0, True)
    """
    finite = np.isfinite(values)
    n = int(np.count_nonzero(finite))
    known = values if n == len(values) else values[finite]
    if not n:
        return Histogram(np.array([0.0, 1.0]), np.zeros(1), 0.0, 1.0, 0, len(values), False)
    low, high = float(known.min()), float(known.max())
    some = known[:: max(1, -(-n // MOST_DRAWN))]
    is_whole = bool(np.all(some == np.floor(some)))
    begin, end = _shown_range(some, low, high)
    if begin == end:
        begin, end = begin - 0.5, end + 0.5
    n_bins = _N_BINS
    if is_whole:
        # a bin holds the same number of whole numbers as any other
        width = max(1.0, np.ceil((end - begin + 1) / _N_BINS))
        n_bins = int(np.ceil((end - begin + 1) / width))
        begin, end = begin - 0.5, begin - 0.5 + n_bins * width
    scaled = (some - begin) * (n_bins / (end - begin))
    bins = np.clip(scaled, 0, n_bins - 1).astype(np.intp)
    counts = np.bincount(bins, minlength=n_bins).astype(np.float64)
    edges = np.linspace(begin, end, n_bins + 1)
    return Histogram(edges, counts, low, high, n, len(values) - n, is_whole)


def larger(columns: Sequence[FloatArray]) -> FloatArray:
    """Return the largest of several columns, row by row; NaN where one is missing."""
    return columns[0] if len(columns) == 1 else np.maximum.reduce(list(columns))


def _shown_range(some: FloatArray, low: float, high: float) -> tuple[float, float]:
    inner_low, inner_high = np.quantile(some, [_TAIL, 1 - _TAIL]).tolist()
    width = inner_high - inner_low
    begin = inner_low if inner_low - low > (_LONG - 1) * width > 0 else low
    end = inner_high if high - inner_high > (_LONG - 1) * width > 0 else high
    return begin, end
