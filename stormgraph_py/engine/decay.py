"""Falling curves of a constant and one or two generalized logistic functions, and their elbow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares, nnls

from stormgraph_py.arrays import FloatArray

POOR_FIT = 0.01
"""Root mean square error, in units of the first value, from which on one function is not enough."""

SUBSTANTIAL_IMPROVEMENT = 0.5
"""The second function stays when it multiplies the root mean square error by at most this."""

ELBOW_END = 0.02
"""Share of the largest concavity at which the elbow ends (paper)."""

SLOPE = (0.1, 2500.0)
"""Range of the slopes s; a steeper step would fall between two of some hundred values."""

MIDPOINT = (-1.0, 1.5)
"""Range of the midpoints x0."""

NU_FIRST = (0.05, 20.0)
"""Range of the asymmetry nu of the first function."""

NU_SECOND = (0.5, 2.0)
"""Range of the asymmetry nu of the second function: close to the symmetric logistic, nu = 1."""

N_LOOKED_AT = 5001
"""Places at which the concavity of a curve is looked at."""


@dataclass(frozen=True)
class Logistic:
    """Generalized logistic decay a (1 + exp(s (x - x0)))^(-nu).

    Parameters
    ----------
    drop : float
        Value at x = 0, from which it falls to 0: a (1 + exp(-s x0))^(-nu). It stays moderate where
        `a` grows without bound because the curve comes close to an exponential.
    slope, midpoint, nu : float
        s, x0 and nu.
    """

    drop: float
    slope: float
    midpoint: float
    nu: float

    def value(self, x: FloatArray) -> FloatArray:
        """Value at x."""
        return self.drop * _unit_decay(x, self.slope, self.midpoint, self.nu)

    def concavity(self, x: FloatArray) -> FloatArray:
        """Second derivative at x."""
        rise = np.exp(-np.logaddexp(0, -self.slope * (x - self.midpoint)))
        factor = self.nu * rise * ((1 + self.nu) * rise - 1)
        second: FloatArray = self.slope**2 * factor * self.value(x)
        return second


@dataclass(frozen=True)
class Decay:
    """A constant and one or two logistic functions.

    Parameters
    ----------
    base : float
        The constant.
    terms : tuple of Logistic
        The functions.
    """

    base: float
    terms: tuple[Logistic, ...]

    def value(self, x: FloatArray) -> FloatArray:
        """Value at x."""
        total: FloatArray = np.sum([term.value(x) for term in self.terms], axis=0)
        return self.base + total

    def concavity(self, x: FloatArray) -> FloatArray:
        """Second derivative at x."""
        total: FloatArray = np.sum([term.concavity(x) for term in self.terms], axis=0)
        return total


def fit_decay(x: FloatArray, y: FloatArray) -> Decay | None:
    """Return the constant and one or two logistic functions that fit a falling curve best.

    The second function is taken when one alone fits poorly and two fit substantially better.

    Parameters
    ----------
    x : ndarray of shape (m,)
        Places, evenly spaced from 0 to 1.
    y : ndarray of shape (m,)
        Values that never rise and are not negative.

    Returns
    -------
    Decay or None
        None when the values do not fall, or no fit succeeds.

    Notes
    -----
    Paper: Methods, "The fully automatic, heuristic method".

    Examples
    --------
    >>> x = np.linspace(0, 1, 500)
    >>> curve = fit_decay(x, 0.1 + 0.9 / (1 + np.exp(20 * (x - 0.4))))
    >>> round(curve.base, 3), round(curve.terms[0].slope, 1), round(curve.terms[0].midpoint, 3)
    (0.1, 20.0, 0.4)
    """
    if y[0] == y[-1]:
        return None
    fallen = (y[0] - y) / (y[0] - y[-1])
    q10, q25, q50, q75, q90 = (
        float(x[np.argmax(fallen >= q)]) for q in (0.1, 0.25, 0.5, 0.75, 0.9)
    )
    spacing = 1 / len(x)
    slope, early, late = (
        math.log(4 / max(end - begin, 2 * spacing))
        for begin, end in ((q10, q90), (q10, q50), (q50, q90))
    )
    starts = [[slope, q50, math.log(nu)] for nu in (0.2, 1.0, 5.0)]
    starts += [[slope, q10, math.log(0.3)], [math.log(5 / max(q50, spacing)), -0.1, 0.0]]
    one = _best_fit(x, y, starts, (NU_FIRST,))
    if one is None:
        return None
    if one.error <= POOR_FIT * y[0]:
        return one.curve()
    first = one.parameters.tolist()
    starts = [[*first, slope, middle, 0.0] for middle in (q25, q75, (1 + q90) / 2)]
    starts += [[early, q25, 0.0, late, q75, 0.0], [late, q75, 0.0, early, q25, 0.0]]
    two = _best_fit(x, y, starts, (NU_FIRST, NU_SECOND))
    if two is None or two.error > SUBSTANTIAL_IMPROVEMENT * one.error:
        return one.curve()
    return two.curve()


def elbow_of(curve: Decay) -> tuple[float, float]:
    """Return where a curve over 0 to 1 is most concave, and where its elbow ends.

    Parameters
    ----------
    curve : Decay
        The curve.

    Returns
    -------
    most_concave : float
        Place of the largest second derivative.
    end : float
        First place beyond it where the second derivative has fallen under 2% of that; 1 when it
        does not up to there.
    """
    x = np.linspace(0, 1, N_LOOKED_AT)
    concavity = curve.concavity(x)
    peak = int(np.argmax(concavity))
    above = concavity[peak:] - ELBOW_END * concavity[peak]
    if not (above < 0).any():
        return float(x[peak]), 1.0
    under = int(np.argmax(above < 0))
    if under == 0:  # concave nowhere
        return float(x[peak]), 1.0
    share = above[under - 1] / (above[under - 1] - above[under])
    return float(x[peak]), float(x[peak + under - 1] + share * x[1])


@dataclass(frozen=True, eq=False)
class _Fit:
    """Nonlinear parameters of a fit, three a function, with the best constant and drops."""

    parameters: FloatArray
    heights: FloatArray
    error: float

    def curve(self) -> Decay:
        return Decay(
            float(self.heights[0]),
            tuple(
                Logistic(float(drop), math.exp(slope), float(midpoint), math.exp(nu))
                for drop, (slope, midpoint, nu) in zip(
                    self.heights[1:], self.parameters.reshape(-1, 3), strict=True
                )
            ),
        )


def _best_fit(
    x: FloatArray,
    y: FloatArray,
    starts: Sequence[Sequence[float]],
    nu_ranges: Sequence[tuple[float, float]],
) -> _Fit | None:
    """Least squares from several starts.

    Constant and drops enter linearly and must not be negative, so they are solved for exactly
    within every step, and only slope, midpoint and asymmetry are searched.
    """

    def solution(parameters: FloatArray) -> tuple[FloatArray, FloatArray]:
        columns = [
            _unit_decay(x, math.exp(slope), midpoint, math.exp(nu))
            for slope, midpoint, nu in parameters.reshape(-1, 3)
        ]
        design = np.column_stack([np.ones_like(x), *columns])
        heights: FloatArray = nnls(design, y)[0]
        return heights, design @ heights - y

    def residuals_of(parameters: FloatArray) -> FloatArray:
        return solution(parameters)[1]

    low, high = (
        np.concatenate([[math.log(SLOPE[i]), MIDPOINT[i], math.log(nu[i])] for nu in nu_ranges])
        for i in (0, 1)
    )
    best: _Fit | None = None
    for start in starts:
        try:
            found = least_squares(
                residuals_of,
                np.clip(start, low, high),
                bounds=(low, high),
                x_scale=np.tile([1.0, 0.1, 1.0], len(nu_ranges)),
                max_nfev=100,
            )
            heights, residuals = solution(found.x)
        except (RuntimeError, ValueError):  # no convergence from here; there are other starts
            continue
        error = float(np.sqrt(np.mean(residuals**2)))
        if best is None or error < best.error:
            best = _Fit(found.x, heights, error)
    return best


def _unit_decay(x: FloatArray, slope: float, midpoint: float, nu: float) -> FloatArray:
    """Logistic decay that is 1 at x = 0, by way of logarithms, which do not overflow."""
    fall = np.logaddexp(0, slope * (x - midpoint)) - np.logaddexp(0, -slope * midpoint)
    decay: FloatArray = np.exp(-nu * fall)
    return decay
