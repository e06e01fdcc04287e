"""How large a difference between two conditions is, for one pair of samples or many at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stormgraph_py.arrays import FloatArray

_MOST_PAIRS = 4_000_000
"""Pairs of values whose differences are held in memory at once."""

EFFECTS = ("shift", "cliffs_delta", "ratio")
"""Names of the effect sizes, fields of `EffectSizes`."""


@dataclass(frozen=True, kw_only=True)
class EffectSizes:
    """Effect sizes of the second condition over the first; arrays for many samples.

    Parameters
    ----------
    shift : ndarray
        Hodges-Lehmann shift: median of all differences between a value of the second and one of
        the first, in the unit of the values.
    cliffs_delta : ndarray
        Chance that the value of the second is the larger one, less the chance that it is the
        smaller one; -1 to 1. The common-language effect is ``(cliffs_delta + 1) / 2``.
    ratio : ndarray
        Median of the second over the median of the first; NaN unless both are positive.
    """

    shift: FloatArray
    cliffs_delta: FloatArray
    ratio: FloatArray


def effect_sizes(first: npt.ArrayLike, second: npt.ArrayLike) -> EffectSizes:
    """Return the effect sizes between two conditions.

    Parameters
    ----------
    first, second : (..., n) and (..., m) array
        One value a unit, NaN for none; leading axes are samples, the same for both.

    Returns
    -------
    EffectSizes
        Arrays of the leading axes' shape; NaN where a side has no values.

    Examples
    --------
    >>> found = effect_sizes([1.0, 2.0, 3.0], [4.0, 6.0, 8.0])
    >>> float(found.shift), float(found.cliffs_delta), float(found.ratio)
    (4.0, 1.0, 3.0)
    """
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    shape = a.shape[:-1]
    n_samples = int(np.prod(shape))
    a, b = a.reshape(n_samples, a.shape[-1]), b.reshape(n_samples, b.shape[-1])
    if a.shape[-1] * b.shape[-1] > _MOST_PAIRS:
        pairs = [_of_large(x[np.isfinite(x)], y[np.isfinite(y)]) for x, y in zip(a, b, strict=True)]
        shift, delta = np.array(pairs).reshape(-1, 2).T
    else:
        shift, delta = _of_pairs(a, b)
    low, high = median(a), median(b)
    ratio = np.full(len(low), np.nan)
    positive = (low > 0) & (high > 0)
    ratio[positive] = high[positive] / low[positive]
    return EffectSizes(
        shift=shift.reshape(shape), cliffs_delta=delta.reshape(shape), ratio=ratio.reshape(shape)
    )


def median(values: FloatArray) -> FloatArray:
    """Return the median of each row without its NaN, NaN where nothing is left.

    Faster than `numpy.nanmedian` for many short rows, and silent about empty ones.
    """
    if not values.shape[-1]:
        return np.full(values.shape[:-1], np.nan)
    # NaN are sorted behind everything else
    ordered = np.sort(values, axis=-1)
    n = np.isfinite(values).sum(axis=-1, keepdims=True)
    low = np.take_along_axis(ordered, np.maximum(n - 1, 0) // 2, axis=-1)
    high = np.take_along_axis(ordered, np.minimum(n // 2, values.shape[-1] - 1), axis=-1)
    middle: FloatArray = np.where(n > 0, (low + high) / 2, np.nan)[..., 0]
    return middle


def _of_pairs(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Shift and Cliff's delta of each row, in pieces that fit into memory."""
    n_pairs = a.shape[1] * b.shape[1]
    step = max(1, _MOST_PAIRS // max(n_pairs, 1))
    shift, delta = np.full(len(a), np.nan), np.full(len(a), np.nan)
    for start in range(0, len(a), step):
        piece = slice(start, start + step)
        difference = b[piece, None, :] - a[piece, :, None]
        difference = difference.reshape(len(difference), n_pairs)
        shift[piece] = median(difference)
        n = np.isfinite(difference).sum(axis=1)
        wins = (difference > 0).sum(axis=1) - (difference < 0).sum(axis=1)
        delta[piece] = np.where(n > 0, wins / np.maximum(n, 1), np.nan)
    return shift, delta


def _of_large(a: FloatArray, b: FloatArray) -> tuple[float, float]:
    """Shift and Cliff's delta of two long samples without a table of their differences."""
    if not len(a) or not len(b):
        return np.nan, np.nan
    a, b = np.sort(a), np.sort(b)
    n_pairs = len(a) * len(b)
    wins = float(np.searchsorted(a, b, "left").sum())
    losses = n_pairs - float(np.searchsorted(a, b, "right").sum())
    low = _ordered_difference(a, b, (n_pairs + 1) // 2)
    high = low if n_pairs % 2 else _ordered_difference(a, b, n_pairs // 2 + 1)
    return (low + high) / 2, (wins - losses) / n_pairs


def _ordered_difference(a: FloatArray, b: FloatArray, rank: int) -> float:
    """Return the difference b - a of a rank among all pairs, by bisection down to the float."""
    low, high = float(b[0] - a[-1]), float(b[-1] - a[0])

    def n_up_to(bound: float) -> int:
        return int(np.searchsorted(b, a + bound, "right").sum())

    if n_up_to(low) >= rank:
        return low
    while (middle := (low + high) / 2) not in (low, high):
        if n_up_to(middle) >= rank:
            high = middle
        else:
            low = middle
    return high
