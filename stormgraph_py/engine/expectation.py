"""Expectations over position errors: edge weights and the chance that two localizations are close.

With positions known only up to a normal error the distance R of two localizations is random, and
the weight of their edge is the expectation of s = max(0, 1 - R / r0). The difference of two normal
positions is normal, so this expectation is an integral, found here from one table. The paper
samples it instead (`stormgraph_py.engine.edges.monte_carlo_weights`).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import i0e, ndtr

from stormgraph_py.arrays import BoolArray, FloatArray

ISOTROPY_LIMIT = 1.25
"""Largest ratio of two axes' precisions for which their mean variance stands for both."""

N_DISTANCE, N_SPREAD = 512, 1024
"""Knots of the table of expected weights along distance and spread."""

TAIL = 4.0
"""Pairs further apart than r0 plus this many spreads weigh less than 8e-6 spreads: nothing."""

DOUBTFUL = 0.01
"""Pairs this close (in r0) to the critical distance are decided by quadrature."""


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
    part of [0, r0] that lies within 8 spreads of the distance. It is found for 128 spreads, denser
    where they are small, and interpolated between them.
    """
    share = np.linspace(0, 1, N_DISTANCE - 1)
    rows = np.arange(N_SPREAD + 1) / (N_SPREAD + 1)
    knots = rows[-1] * np.linspace(0, 1, 129) ** 2
    knots /= 1 - knots
    reach = 1 + TAIL * knots
    at_knots = np.empty((len(knots), len(share)))
    at_knots[0] = np.maximum(0.0, 1.0 - share)
    for i in range(1, len(knots)):
        at_knots[i] = _expected_weight_by_quadrature(reach[i] * share, knots[i], dimensions)
    table = np.zeros((N_SPREAD + 1, N_DISTANCE), dtype=np.float32)
    for i, spread in enumerate(rows / (1 - rows)):
        below = min(int(np.searchsorted(knots, spread, side="right")) - 1, len(knots) - 2)
        along = (spread - knots[below]) / (knots[below + 1] - knots[below])
        distance = (1 + TAIL * spread) * share
        table[i, :-1] = (1 - along) * np.interp(
            distance, reach[below] * share, at_knots[below], right=0.0
        ) + along * np.interp(distance, reach[below + 1] * share, at_knots[below + 1])
    table[:, -2:] = 0.0
    table.setflags(write=False)
    return table


@lru_cache(maxsize=4)
def _gauss_legendre(n: int) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights on [-1, 1]; finding them costs as much as using them once."""
    nodes, weights = np.polynomial.legendre.leggauss(n)
    return nodes, weights


def _expected_weight_by_quadrature(
    distance: FloatArray, spread: FloatArray | float, dimensions: int
) -> FloatArray:
    """Expected weight for distances and a positive isotropic spread in units of r0."""
    nodes, weights = _gauss_legendre(40)
    low = np.clip(distance - 8 * spread, 0, 1)
    high = np.clip(distance + 8 * spread, 0, 1)
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
    spread = np.sqrt(_sum_of_axes(variance) / d) / r0
    result = _isotropic_weight(distance, spread, d)
    uneven = np.flatnonzero(_is_uneven(variance) & (distance < 1 + d * TAIL * spread))
    if len(uneven):
        result[uneven] = _anisotropic_weight(difference[uneven], variance[uneven], r0)
    return result


def _length(vectors: FloatArray) -> FloatArray:
    return np.sqrt(_sum_of_axes(vectors**2))


def _sum_of_axes(values: FloatArray) -> FloatArray:
    # column by column: a reduction along a short axis is many times slower
    total = values[:, 0].copy()
    for axis in range(1, values.shape[1]):
        total += values[:, axis]
    return total


def _is_uneven(variance: FloatArray) -> BoolArray:
    lowest = highest = variance[:, 0]
    for axis in range(1, variance.shape[1]):
        lowest = np.minimum(lowest, variance[:, axis])
        highest = np.maximum(highest, variance[:, axis])
    uneven: BoolArray = highest > ISOTROPY_LIMIT**2 * lowest
    return uneven


def _isotropic_weight(distance: FloatArray, spread: FloatArray, dimensions: int) -> FloatArray:
    """Look up in the table: nearest spread, linear in the distance; both in units of r0."""
    table = weight_table(dimensions).ravel()
    row = (spread / (1 + spread) * (N_SPREAD + 1) + 0.5).astype(np.int32)
    np.minimum(row, N_SPREAD, out=row)
    reach = 1 + TAIL * row / (N_SPREAD + 1 - row)
    position = distance * (N_DISTANCE - 2) / reach
    np.minimum(position, N_DISTANCE - 2, out=position)
    column = position.astype(np.int32)
    cell = row * np.int32(N_DISTANCE) + column
    left = table[cell]
    result: FloatArray = left + (position - column) * (table[cell + 1] - left)
    return result


def _anisotropic_weight(difference: FloatArray, variance: FloatArray, r0: float) -> FloatArray:
    """Average the isotropic weight over the error that exceeds the smallest axis's."""
    d = variance.shape[1]
    lowest = variance.min(axis=1)
    extra = np.sqrt(variance - lowest[:, None])
    nodes, weights = np.polynomial.hermite_e.hermegauss(20 if d == 2 else 10)
    weights = weights / weights.sum()
    # the smallest axis has no extra error, so one axis fewer than d is averaged over
    axes = np.argsort(-variance, axis=1, kind="stable")[:, : d - 1]
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
        result += share * _isotropic_weight(_length(moved) / r0, np.sqrt(lowest) / r0, d)
    return result


def co_occurrence(difference: FloatArray, variance: FloatArray, r0: float) -> FloatArray:
    """Probability that two localizations with normal position errors are closer than r0.

    Parameters
    ----------
    difference, variance : ndarray of float64, shape (m, d)
        As in `expected_weight`.
    r0 : float
        Length scale.

    Returns
    -------
    ndarray of float64, shape (m,)
        By Gauss-Legendre quadrature over all axes but one, exact along that one; within 1e-4, and
        within 3e-4 where the axes differ fivefold.
    """
    d = difference.shape[1]
    spread = np.sqrt(np.maximum(variance, (1e-9 * r0) ** 2)) / r0
    offset = difference / r0
    # where the ball's surface is steep in terms of an axis's spread, no few nodes could resolve it:
    # the axis that it faces comes last
    facing = np.argsort(spread * np.abs(offset), axis=1, kind="stable")
    spread = np.take_along_axis(spread, facing, axis=1)
    offset = np.take_along_axis(offset, facing, axis=1)
    nodes, weights = _gauss_legendre(24)
    result = np.zeros(len(offset))

    def integrate(axis: int, remaining: FloatArray, mass: FloatArray) -> None:
        if axis == d - 1:
            half = np.sqrt(remaining)
            upper = ndtr((half - offset[:, axis]) / spread[:, axis])
            lower = ndtr((-half - offset[:, axis]) / spread[:, axis])
            np.add(result, mass * (upper - lower), out=result)
            return
        half = np.sqrt(remaining)
        low = np.clip(offset[:, axis] - 6 * spread[:, axis], -half, half)
        high = np.clip(offset[:, axis] + 6 * spread[:, axis], -half, half)
        # x = half sin(phi) removes the square-root ends of the disk
        from_angle = np.arcsin(np.clip(low / np.maximum(half, 1e-300), -1, 1))
        to_angle = np.arcsin(np.clip(high / np.maximum(half, 1e-300), -1, 1))
        for node, weight in zip(nodes, weights, strict=True):
            angle = from_angle + (to_angle - from_angle) * (node + 1) / 2
            x = half * np.sin(angle)
            deviate = (x - offset[:, axis]) / spread[:, axis]
            density = np.exp(-(deviate**2) / 2) / (np.sqrt(2 * np.pi) * spread[:, axis])
            step = density * half * np.cos(angle) * (to_angle - from_angle) / 2 * weight
            integrate(axis + 1, np.maximum(remaining - x**2, 0.0), mass * step)

    integrate(0, np.ones(len(offset)), np.ones(len(offset)))
    return result


def keeps_edge(
    difference: FloatArray, variance: FloatArray, r0: float, min_probability: float
) -> BoolArray:
    """Whether two localizations are closer than r0 with at least the given probability.

    Parameters
    ----------
    difference, variance : ndarray of float64, shape (m, d)
        As in `expected_weight`.
    r0 : float
        Length scale.
    min_probability : float
        Smallest probability, inclusive (paper, Edge pruning: 0.75).

    Returns
    -------
    ndarray of bool, shape (m,)

    Notes
    -----
    For an even spread t the probability falls with the distance, so it is enough to compare the
    distance with the critical one. Pairs near it, and pairs with uneven axes, are integrated.
    """
    d = variance.shape[1]
    distance = _length(difference) / r0
    spread = np.sqrt(_sum_of_axes(variance) / d) / r0
    critical, largest = critical_distance(spread, min_probability, d)
    keeps: BoolArray = distance <= critical
    doubtful = np.abs(distance - critical) < DOUBTFUL
    doubtful |= (spread > 0.95 * largest) & (spread <= 1.05 * largest)
    # sharp pairs have no error to speak of: they are close or they are not
    doubtful &= spread > 1e-6
    doubtful |= _is_uneven(variance)
    unsure = np.flatnonzero(doubtful & (distance <= 1 + 6 * spread))
    if len(unsure):
        chance = co_occurrence(difference[unsure], variance[unsure], r0)
        keeps[unsure] = chance >= min_probability
    return keeps


def critical_distance(
    spread: FloatArray, min_probability: float, dimensions: int
) -> tuple[FloatArray, float]:
    """Largest distance, in r0, at which two localizations are still closer than r0 often enough.

    Parameters
    ----------
    spread : ndarray of float64, shape (m,)
        Spread of the pairs' differences in units of r0, the same along every axis.
    min_probability : float
        How often.
    dimensions : {2, 3}

    Returns
    -------
    distance : ndarray of float64, shape (m,)
        -1 where the spread is so large that not even coincident localizations qualify.
    largest : float
        The largest spread that qualifies.
    """
    knots, values = _critical_curve(min_probability, dimensions)
    largest = float(knots[-1])
    distance = np.interp(spread, knots, values)
    distance[spread > largest] = -1.0
    return distance, largest


@lru_cache(maxsize=8)
def _critical_curve(min_probability: float, dimensions: int) -> tuple[FloatArray, FloatArray]:
    def last_below(low: FloatArray, high: FloatArray, at: FloatArray | None) -> FloatArray:
        for _ in range(40):
            middle = (low + high) / 2
            distance, spread = (np.zeros(1), middle) if at is None else (middle, at)
            often = _even_co_occurrence(distance, spread, dimensions)
            low = np.where(often >= min_probability, middle, low)
            high = np.where(often >= min_probability, high, middle)
        return low

    largest = last_below(np.zeros(1), np.full(1, 10.0), None)[0]
    # the curve ends vertically, so knots are dense at both ends
    knots = largest * (1 - np.cos(np.linspace(0, np.pi, 257))) / 2
    values = np.ones(len(knots))
    values[1:] = last_below(np.zeros(256), 1 + 6 * knots[1:], knots[1:])
    return knots, values


def _even_co_occurrence(distance: FloatArray, spread: FloatArray, dimensions: int) -> FloatArray:
    """`co_occurrence` for the same spread along every axis; lengths in units of r0."""
    if dimensions == 2:
        difference = np.column_stack([np.zeros_like(distance), distance])
        return co_occurrence(difference, np.repeat(spread[:, None] ** 2, 2, axis=1), 1.0)
    # in 3-D the density of the distance has an integral in closed form
    d = np.maximum(distance, 1e-6)
    near, far = (1 - d) / spread, (1 + d) / spread
    edge = spread / d * (np.exp(-(near**2) / 2) - np.exp(-(far**2) / 2)) / np.sqrt(2 * np.pi)
    result: FloatArray = ndtr(near) - ndtr(-far) - edge
    return result
