"""Expected edge weights over position errors.

With positions known only up to a normal error the distance R of two localizations is random, and
the weight of their edge is the expectation of s = max(0, 1 - R / r0). The difference of two normal
positions is normal, so this expectation is an integral, found here from one table. The paper
samples it instead (`stormgraph_py.engine.edges.monte_carlo_weights`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import i0e

from stormgraph_py.arrays import BoolArray, FloatArray
from stormgraph_py.engine import kernel

ISOTROPY_LIMIT = 1.25
"""Largest ratio of two axes' precisions for which their mean variance stands for both."""

N_DISTANCE, N_SPREAD = 512, 1024
"""Knots of the table of expected weights along distance and spread."""

SMOOTH_FROM = 0.2
"""Spread from which a third of the knots along the distance will do."""

TAIL = 4.0
"""Pairs further apart than r0 plus this many spreads weigh less than 8e-6 spreads: nothing."""


@lru_cache(maxsize=2)
def weight_table(dimensions: int) -> NDArray[np.float32]:
    """Expected weight over distance and spread, both in units of r0.

    Parameters
    ----------
    dimensions : {2, 3}
        Rice distribution of the distance in 2-D, noncentral chi with 3 degrees of freedom in 3-D.

    Returns
    -------
    ndarray of float32, shape (N_SPREAD + 1, N_DISTANCE)
        Row i is for the spread t with ``t / (1 + t) = i / (N_SPREAD + 1)``; column j is for the
        distance ``(1 + TAIL * t) * j / (N_DISTANCE - 2)``, and the last two columns are 0.

    Notes
    -----
    <s> = integral over 0 <= r <= r0 of (1 - r / r0) p(r) dr, by Gauss-Legendre quadrature on the
    part of [0, r0] that lies within 6 spreads of the distance. It is found for 128 spreads, denser
    where they are small, and interpolated between them.
    """
    share = np.linspace(0, 1, N_DISTANCE - 1)
    rows = np.arange(N_SPREAD + 1) / (N_SPREAD + 1)
    knots = rows[-1] * np.linspace(0, 1, 129) ** 2
    knots /= 1 - knots
    at_knots = np.empty((len(knots), len(share)))
    at_knots[0] = np.maximum(0.0, 1.0 - share)
    for i in range(1, len(knots)):
        reach = 1 + TAIL * knots[i]
        # the larger the spread, the smoother the curve
        some = share[::3] if knots[i] > SMOOTH_FROM else share
        at_some = _expected_weight_by_quadrature(reach * some, knots[i], dimensions)
        at_knots[i] = np.interp(share, some, at_some)
    table = np.zeros((N_SPREAD + 1, N_DISTANCE), dtype=np.float32)
    spread = rows / (1 - rows)
    below = np.minimum(np.searchsorted(knots, spread, side="right") - 1, len(knots) - 2)
    along = (spread - knots[below]) / (knots[below + 1] - knots[below])
    for i, knot in enumerate(below):
        distance = (1 + TAIL * spread[i]) * share
        for j, part in ((knot, 1 - along[i]), (knot + 1, along[i])):
            reach = 1 + TAIL * knots[j]
            table[i, :-1] += part * np.interp(distance, reach * share, at_knots[j], right=0.0)
    table[:, -2:] = 0.0
    table.setflags(write=False)
    return table


@lru_cache(maxsize=4)
def gauss_legendre(n: int) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights on [-1, 1]; finding them costs as much as using them once."""
    nodes, weights = np.polynomial.legendre.leggauss(n)
    return nodes, weights


def _expected_weight_by_quadrature(
    distance: FloatArray, spread: FloatArray | float, dimensions: int
) -> FloatArray:
    """Expected weight for distances and a positive isotropic spread in units of r0."""
    nodes, weights = gauss_legendre(20)
    low = np.clip(distance - 6 * spread, 0, 1)
    high = np.clip(distance + 6 * spread, 0, 1)
    r = low[..., None] + (high - low)[..., None] * (nodes + 1) / 2
    d, t = np.asarray(distance)[..., None], np.asarray(spread)[..., None]
    if dimensions == 2:
        density = r / t**2 * np.exp(-((r - d) ** 2) / (2 * t**2)) * i0e(r * d / t**2)
    else:
        x = r * d / t**2
        # (1 - exp(-2x)) / x, whose limit at x = 0 is 2
        ratio = np.where(x > 1e-8, -np.expm1(-2 * x) / np.maximum(x, 1e-8), 2.0)
        density = r**2 / (np.sqrt(2 * np.pi) * t**3) * np.exp(-((r - d) ** 2) / (2 * t**2)) * ratio
    result: FloatArray = ((1 - r) * density * weights).sum(axis=-1) * (high - low) / 2
    return result


def expected_weight(difference: FloatArray, variance: FloatArray, r0: float) -> FloatArray:
    """Expected edge weights of pairs of localizations with normal position errors.

    Parameters
    ----------
    difference : ndarray of float64, shape (m, d)
        Difference of the two observed positions, per axis.
    variance : ndarray of float64, shape (m, d)
        Sum of the two localizations' squared precisions, per axis.
    r0 : float
        Length scale.

    Returns
    -------
    ndarray of float64, shape (m,)
        Within 0.0015 of the exact expectation for equal axes, see the notes for others.

    Notes
    -----
    Where the axes' precisions differ by at most a factor of `ISOTROPY_LIMIT`, their mean variance
    stands for all; that errs by 0.02 at most, and by 0.01 for a ratio of 1.1. Beyond, the error is
    split into an isotropic part with the smallest variance and the rest along the other axes, over
    which a Gauss-Hermite rule averages; it errs by 0.005 at most up to a ratio of 3, and by 0.07
    for a ratio of 10. For comparison, a weight sampled 1000 times scatters by 0.01.
    """
    d = variance.shape[1]
    distance = _length(difference) / r0
    spread = np.sqrt(sum_of_axes(variance) / d) / r0
    result = _isotropic_weight(distance, spread, d)
    uneven = np.flatnonzero(is_uneven(variance) & (distance < 1 + d * TAIL * spread))
    if len(uneven):
        result[uneven] = _anisotropic_weight(difference[uneven], variance[uneven], r0)
    return result


def _length(vectors: FloatArray) -> FloatArray:
    return np.sqrt(sum_of_axes(vectors**2))


def sum_of_axes(values: FloatArray) -> FloatArray:
    """Sum of every row, shape (m,)."""
    # column by column: a reduction along a short axis is many times slower
    total = values[:, 0].copy()
    for axis in range(1, values.shape[1]):
        total += values[:, axis]
    return total


def is_uneven(variance: FloatArray) -> BoolArray:
    """Whether the axes' precisions differ by more than `ISOTROPY_LIMIT`, shape (m,)."""
    lowest, highest = range_of_axes(variance)
    uneven: BoolArray = highest > ISOTROPY_LIMIT**2 * lowest
    return uneven


def range_of_axes(variance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Lowest and highest of the axes' variances, each of shape (m,)."""
    lowest = highest = variance[:, 0]
    for axis in range(1, variance.shape[1]):
        lowest = np.minimum(lowest, variance[:, axis])
        highest = np.maximum(highest, variance[:, axis])
    return lowest, highest


def _isotropic_weight(distance: FloatArray, spread: FloatArray, dimensions: int) -> FloatArray:
    """Look up in the table: nearest spread, linear in the distance; both in units of r0."""
    table = weight_table(dimensions).ravel()
    nearest = spread / (1 + spread) * (N_SPREAD + 1) + 0.5
    row = np.fmin(nearest, N_SPREAD).astype(np.int32)
    position = distance * _columns_per_distance()[row]
    np.minimum(position, N_DISTANCE - 2, out=position)
    column = position.astype(np.int32)
    cell = row * np.int32(N_DISTANCE) + column
    left = table[cell]
    result: FloatArray = left + (position - column) * (table[cell + 1] - left)
    return result


@lru_cache(maxsize=1)
def _columns_per_distance() -> FloatArray:
    """Columns of the table that a unit of distance spans, by row; its inverse is the reach."""
    row = np.arange(N_SPREAD + 1)
    return (N_DISTANCE - 2) / (1 + TAIL * row / (N_SPREAD + 1 - row))


def _anisotropic_weight(difference: FloatArray, variance: FloatArray, r0: float) -> FloatArray:
    """Average the isotropic weight over the error that exceeds the smallest axis's."""
    result = np.zeros(len(difference))
    lowest, excess = variance.min(axis=1), np.ptp(variance, axis=1)
    todo = np.ones(len(difference), dtype=np.bool_)
    for largest_excess, (nodes, weights) in _hermite_rules(variance.shape[1]):
        rows = np.flatnonzero(todo & (excess <= largest_excess * lowest))
        todo[rows] = False
        if len(rows):
            result[rows] = _average_over_excess(
                difference[rows], variance[rows], lowest[rows], r0, nodes, weights
            )
    return result


def _average_over_excess(
    difference: FloatArray,
    variance: FloatArray,
    lowest: FloatArray,
    r0: float,
    nodes: list[float],
    weights: list[float],
) -> FloatArray:
    d = variance.shape[1]
    extra = np.sqrt(variance - lowest[:, None])
    # the smallest axis has no extra error, so one axis fewer than d is averaged over
    axes = np.argsort(-variance, axis=1, kind="stable")[:, : d - 1]
    spread = np.sqrt(lowest) / r0
    result = np.zeros(len(difference))
    for combination in np.ndindex(*(len(nodes),) * (d - 1)):
        moved = difference.copy()
        share = 1.0
        for axis, node in enumerate(combination):
            column = axes[:, axis : axis + 1]
            step = nodes[node] * np.take_along_axis(extra, column, axis=1)
            np.put_along_axis(
                moved, column, np.take_along_axis(moved, column, axis=1) + step, axis=1
            )
            share *= weights[node]
        result += share * _isotropic_weight(_length(moved) / r0, spread, d)
    return result


@lru_cache(maxsize=2)
def _hermite_rules(dimensions: int) -> tuple[tuple[float, tuple[list[float], list[float]]], ...]:
    """Gauss-Hermite rules (nodes, weights) by the largest excess of variance that they serve."""

    def rule(n: int) -> tuple[list[float], list[float]]:
        nodes, weights = np.polynomial.hermite_e.hermegauss(n)
        return nodes.tolist(), (weights / weights.sum()).tolist()

    return ((np.inf, rule(20 if dimensions == 2 else 10)),)


@lru_cache(maxsize=2)
def compiled_weight(dimensions: int) -> Any:
    """`expected_weight` as the compiled kernel evaluates it, with the same tables.

    Parameters
    ----------
    dimensions : {2, 3}

    Returns
    -------
    stormgraph_py._native.ExpectedWeight
    """
    assert kernel.native is not None
    rules = [(largest, list(rule)) for largest, rule in _hermite_rules(dimensions)]
    return kernel.native.ExpectedWeight(weight_table(dimensions), _columns_per_distance(), rules)
