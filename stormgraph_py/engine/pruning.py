"""Edge pruning: how often two localizations with position errors are close, and which edges stay.

An edge stays when the two positions, known only up to a normal error, are closer than r0 often
enough. That probability is an integral; a critical distance, found once for every spread, decides
nearly all pairs without it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from scipy.special import gammaincinv, i0e, i1e, ndtr, ndtri

from stormgraph_py.arrays import BoolArray, FloatArray
from stormgraph_py.engine import kernel
from stormgraph_py.engine.expectation import gauss_legendre, is_uneven, range_of_axes, sum_of_axes

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


def co_occurrence(difference: FloatArray, variance: FloatArray, r0: float) -> FloatArray:
    """Probability that two localizations with normal position errors are closer than r0.

    Parameters
    ----------
    difference, variance : ndarray of float64, shape (m, d)
        As in `stormgraph_py.engine.expectation.expected_weight`.
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
    nodes, weights = gauss_legendre(24)
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
        As in `stormgraph_py.engine.expectation.expected_weight`.
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
    squared = sum_of_axes(difference**2)
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
    mean = sum_of_axes(variance) / d
    spread = np.sqrt(mean)
    sharp = ~(spread > SHARP)
    if min_probability < EXPANDS_FROM:
        critical = np.where(spread <= largest, np.interp(spread, knots, values), -1.0)
        near_the_end = (spread > 0.95 * largest) & (spread <= 1.05 * largest)
        margin = np.where(is_uneven(variance) | near_the_end, np.inf, DOUBTFUL_BELOW_HALF)
        sure, at_most = critical - margin, critical + margin
    else:
        sure, at_most = np.zeros(len(spread)), np.zeros(len(spread))
        bounded = spread > LARGE_SPREAD * largest
        if expands:
            relative = variance / np.where(sharp, 1.0, mean)[:, None] - 1
            unevenness = sum_of_axes(relative**2) / 2
            along = sum_of_axes(difference**2 * relative)
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
        lowest, highest = np.sqrt(range_of_axes(variance[rest]))
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
