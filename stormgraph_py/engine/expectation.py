"""Expectations over position errors: edge weights and the chance that two localizations are close.

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
from scipy.special import gammaincinv, i0e, i1e, ndtr, ndtri

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

DOUBTFUL = 5e-4
"""Pairs this close (in r0) to a critical distance are decided by quadrature."""

DOUBTFUL_BELOW_HALF = 0.01
"""The same for probabilities below one half."""

CURVATURE, CURVATURE_OF_LARGE_SPREADS = 0.35, 1.0
"""What that margin grows by with spread and unevenness; three quarters of it were measured."""

LARGE_SPREAD, LARGEST_SPREAD = 0.75, 0.93
"""Shares of the largest spread up to which the one and, for nearly even pairs, the other hold."""

NEARLY_EVEN = 0.05
"""Largest unevenness of such pairs, half the sum of the squared deviations from mean variance."""

EXPANDS_FROM, EXPANDS_TO = 0.5, 0.97
"""Smallest and largest probability for which it does."""

SHARP = 1e-6
"""Spread in units of r0 up to which positions are as good as known."""


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
def _gauss_legendre(n: int) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights on [-1, 1]; finding them costs as much as using them once."""
    nodes, weights = np.polynomial.legendre.leggauss(n)
    return nodes, weights


def _expected_weight_by_quadrature(
    distance: FloatArray, spread: FloatArray | float, dimensions: int
) -> FloatArray:
    """Expected weight for distances and a positive isotropic spread in units of r0."""
    nodes, weights = _gauss_legendre(20)
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
    lowest, highest = _range_of_axes(variance)
    uneven: BoolArray = highest > ISOTROPY_LIMIT**2 * lowest
    return uneven


def _range_of_axes(variance: FloatArray) -> tuple[FloatArray, FloatArray]:
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
    distance with the critical one, d(t). Uneven axes shift it. With v the mean variance and 1 + u
    times v the variance along the line of the pair, to first order in u

        d = d(t) + t (u T(t) - q (sqrt(1 + u) - 1)),

    q being the normal quantile of `min_probability` (the second term is all that remains for small
    t) and T following from the radial derivatives of the probability, since a normal density obeys
    the heat equation. What this leaves out is at most of second order in the unevenness; pairs
    within that margin of d are integrated. Where spreads are large or the probability is above
    `EXPANDS_TO`, the critical distances for the lowest and for the highest of the axes' variances
    bound d: between them pairs are integrated. Below one half none of this holds, and all uneven
    pairs are integrated.
    """
    squared = _sum_of_axes(difference**2)
    distance = np.sqrt(squared) / r0
    sure, at_most = _critical_bounds(difference, squared, variance / r0**2, min_probability)
    keeps: BoolArray = distance <= sure
    unsure = np.flatnonzero((distance > sure) & (distance <= at_most))
    if len(unsure):
        keeps[unsure] = often_close(difference[unsure], variance[unsure], r0, min_probability)
    return keeps


def often_close(
    difference: FloatArray, variance: FloatArray, r0: float, min_probability: float
) -> BoolArray:
    """`keeps_edge` by integration for every pair."""
    close: BoolArray = co_occurrence(difference, variance, r0) >= min_probability
    return close


def _critical_bounds(
    difference: FloatArray, squared: FloatArray, variance: FloatArray, min_probability: float
) -> tuple[FloatArray, FloatArray]:
    """Distances, in r0, up to which `keeps_edge` is sure, and beyond which no edge stays."""
    d = variance.shape[1]
    knots, values, tilts, quantile, expands = _critical_curve(min_probability, d)
    largest = knots[-1]
    mean = _sum_of_axes(variance) / d
    spread = np.sqrt(mean)
    sharp = ~(spread > SHARP)
    if min_probability < EXPANDS_FROM:
        critical = np.where(spread <= largest, np.interp(spread, knots, values), -1.0)
        near_the_end = (spread > 0.95 * largest) & (spread <= 1.05 * largest)
        margin = np.where(_is_uneven(variance) | near_the_end, np.inf, DOUBTFUL_BELOW_HALF)
        sure, at_most = critical - margin, critical + margin
    else:
        sure, at_most = np.zeros(len(spread)), np.zeros(len(spread))
        bounded = spread > LARGE_SPREAD * largest
        if expands:
            relative = variance / np.where(sharp, 1.0, mean)[:, None] - 1
            unevenness = _sum_of_axes(relative**2) / 2
            along = _sum_of_axes(difference**2 * relative)
            tilted = np.maximum(along / np.where(squared > 0, squared, 1.0), -1.0)
            critical = np.interp(spread, knots, values) + spread * (
                np.interp(spread, knots, tilts) * tilted - quantile * (np.sqrt(1 + tilted) - 1)
            )
            curvature = np.where(bounded, CURVATURE_OF_LARGE_SPREADS, CURVATURE)
            margin = DOUBTFUL + curvature * (1 + quantile) * spread * unevenness
            sure, at_most = critical - margin, critical + margin
            bounded &= (spread > LARGEST_SPREAD * largest) | (unevenness > NEARLY_EVEN)
        else:
            bounded[:] = True
        rest = np.flatnonzero(bounded)
        lowest, highest = np.sqrt(_range_of_axes(variance[rest]))
        sure[rest] = np.interp(highest, knots, values) - DOUBTFUL
        at_most[rest] = np.interp(lowest, knots, values) + DOUBTFUL
        sure[rest[highest > largest]] = -1.0
        at_most[rest[lowest > largest]] = -1.0
    np.minimum(at_most, 1 + 6 * spread, out=at_most)
    sure[sharp] = at_most[sharp] = 1.0
    return sure, at_most


@lru_cache(maxsize=8)
def compiled_critical_distance(min_probability: float, dimensions: int) -> Any:
    """`keeps_edge` without its integrals, as the compiled kernel evaluates it.

    Parameters
    ----------
    min_probability : float
        As in `keeps_edge`.
    dimensions : {2, 3}

    Returns
    -------
    stormgraph_py._native.CriticalDistance
    """
    assert kernel.native is not None
    curve = _critical_curve(min_probability, dimensions)
    return kernel.native.CriticalDistance(min_probability, *curve)


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
    knots, values, *_ = _critical_curve(min_probability, dimensions)
    largest = float(knots[-1])
    distance = np.interp(spread, knots, values)
    distance[spread > largest] = -1.0
    return distance, largest


@lru_cache(maxsize=8)
def _critical_curve(
    min_probability: float, dimensions: int
) -> tuple[FloatArray, FloatArray, FloatArray, float, bool]:
    """Knots of the spread, critical distances, T of `keeps_edge`; its q; whether T serves."""
    # a coincident pair is closer than r0 with the chance that chi squared is below 1 / spread^2
    half = max(float(gammaincinv(dimensions / 2, min_probability)), 0.005)
    largest = 1 / np.sqrt(2 * half)
    # the curve ends vertically, so knots are dense at both ends
    knots = largest * (1 - np.cos(np.linspace(0, np.pi, 257))) / 2
    values = np.ones(len(knots))
    if largest > 0:
        values[1:] = _critical_distances(knots[1:], min_probability, dimensions)
    quantile = float(ndtri(min_probability))
    tilts = np.zeros(len(knots))
    expands = EXPANDS_FROM <= min_probability <= EXPANDS_TO
    if expands:
        tilts[1:-1] = _tilt(values[1:-1], knots[1:-1], dimensions) + quantile / 2
    return knots, values, tilts, quantile, expands


def _critical_distances(spread: FloatArray, min_probability: float, dimensions: int) -> FloatArray:
    """Newton's method, with halving where it leaves the bracket."""
    low, high = np.zeros(len(spread)), 1 + 6 * spread
    distance = np.clip(1 - float(ndtri(min_probability)) * spread, 0.1, high)
    for _ in range(20):
        excess = _even_co_occurrence(distance, spread, dimensions) - min_probability
        low = np.where(excess >= 0, distance, low)
        high = np.where(excess >= 0, high, distance)
        z = distance / spread**2
        nearness = np.exp(-(((1 - distance) / spread) ** 2) / 2)
        if dimensions == 2:
            slope = nearness * i1e(z) / spread**2
        else:
            fading = np.exp(-2 * z)
            slope = nearness * (1 + fading - (1 - fading) / z) / np.sqrt(2 * np.pi)
            slope /= spread * distance
        step = distance + excess / np.maximum(slope, 1e-300)
        ahead = np.where((step >= low) & (step <= high), step, (low + high) / 2)
        done = np.abs(ahead - distance).max() < 1e-7
        distance = ahead
        if done:
            break
    return distance


def _tilt(distance: FloatArray, spread: FloatArray, dimensions: int) -> FloatArray:
    """Derivative of the critical distance, in spreads, with the share u of `keeps_edge`.

    Moving variance from the other axes to that along the pair's line changes the probability P at
    the distance d by half of P'' - P' / d, and P' is proportional to
    d^(1 - m) exp(-d^2 / 2 t^2) I_m(d / t^2) with m = dimensions / 2.
    """
    z = distance / spread**2
    ratio = i0e(z) / i1e(z) if dimensions == 2 else 1 / (1 / np.tanh(z) - 1 / z)
    result: FloatArray = (dimensions / distance + (distance - ratio) / spread**2) * spread / 2
    return result


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
