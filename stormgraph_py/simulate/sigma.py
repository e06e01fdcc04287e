"""Where the localization precisions of simulated molecules come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from stormgraph_py.arrays import FloatArray
from stormgraph_py.errors import InputError, ParameterError
from stormgraph_py.localizations import Localizations


@dataclass(frozen=True, kw_only=True)
class LognormalSigma:
    """Precisions with a lognormal distribution, nearly equal in x and y.

    A molecule has one lognormal precision, the same for every axis up to `axis_spread`; the axial
    one is larger by the ratio of the two medians.

    Parameters
    ----------
    median_nm : float
        Median lateral precision, nm.
    spread : float
        Standard deviation of the logarithm of a molecule's precision.
    axis_spread : float
        Standard deviation of the logarithm of the ratio between an axis and the molecule.
    axial_median_nm : float
        Median axial precision, nm; used in 3-D.

    Raises
    ------
    ParameterError
        When a median is not positive or a spread is negative.

    Examples
    --------
    >>> LognormalSigma(spread=0, axis_spread=0).draw(1, 3, np.random.default_rng(0))
    array([[ 8.,  8., 20.]])
    """

    median_nm: float = 8.0
    spread: float = 0.35
    axis_spread: float = 0.08
    axial_median_nm: float = 20.0

    def __post_init__(self) -> None:
        """Check every value."""
        for name in ("median_nm", "axial_median_nm"):
            value = getattr(self, name)
            if not (0 < value < np.inf):
                raise ParameterError(f"{name}={value} is not above 0; use 5 to 30 nm.")
        for name in ("spread", "axis_spread"):
            value = getattr(self, name)
            if not (0 <= value < np.inf):
                raise ParameterError(f"{name}={value} is below 0; use 0 for none.")

    def draw(self, n: int, dimensions: int, rng: np.random.Generator) -> FloatArray:
        """Precisions of n molecules, (n, dimensions), nm."""
        molecule = np.exp(rng.normal(np.log(self.median_nm), self.spread, n))
        sigma = molecule[:, None] * np.exp(rng.normal(0, self.axis_spread, (n, dimensions)))
        sigma[:, 2:] *= self.axial_median_nm / self.median_nm
        return sigma


class SigmaSample:
    """Precisions drawn with replacement from measured ones, as the paper does.

    Parameters
    ----------
    values_nm : array_like of shape (m,), (m, 2) or (m, 3)
        Measured precisions, nm. A row is drawn as a whole; (m,) holds for every axis.

    Raises
    ------
    InputError
        When there are none, or one is not finite and positive.

    Examples
    --------
    >>> SigmaSample([[5.0, 6.0]]).draw(2, 2, np.random.default_rng(0))
    array([[5., 6.],
           [5., 6.]])
    """

    def __init__(self, values_nm: npt.ArrayLike) -> None:
        values = np.array(values_nm, dtype=np.float64)
        if values.ndim not in (1, 2) or (values.ndim == 2 and values.shape[1] not in (2, 3)):
            raise InputError(
                f"values_nm has the shape {values.shape}; give (m,), (m, 2) or (m, 3) in nm."
            )
        if not values.size:
            raise InputError("values_nm is empty; give at least one precision in nm.")
        usable = (np.isfinite(values) & (values > 0)).reshape(len(values), -1).all(axis=1)
        if not usable.all():
            row = int(np.argmin(usable))
            raise InputError(
                f"values_nm of row {row} is {values[row]}; give precisions that are finite and "
                "above 0."
            )
        values.flags.writeable = False
        self.values_nm: FloatArray = values

    @classmethod
    def from_localizations(cls, localizations: Localizations) -> SigmaSample:
        """Take the precisions of measured localizations, leaving out those that are unknown.

        Raises
        ------
        InputError
            When no localization has a precision that is finite and positive.
        """
        sigma = localizations.sigma
        if sigma is None:
            raise InputError(
                "These localizations have no precision to draw from; choose a file with sigma."
            )
        return cls(sigma[(np.isfinite(sigma) & (sigma > 0)).all(axis=1)])

    def __repr__(self) -> str:
        return f"SigmaSample({len(self.values_nm)} values)"

    def draw(self, n: int, dimensions: int, rng: np.random.Generator) -> FloatArray:
        """Precisions of n molecules, (n, dimensions), nm.

        Raises
        ------
        InputError
            When the sample has fewer columns than there are dimensions.
        """
        rows = rng.integers(len(self.values_nm), size=n)
        if self.values_nm.ndim == 1:
            return np.repeat(self.values_nm[rows][:, None], dimensions, axis=1)
        if self.values_nm.shape[1] < dimensions:
            raise InputError(
                f"The sample of precisions has {self.values_nm.shape[1]} columns and the "
                f"simulation {dimensions} dimensions; give an axial precision too."
            )
        return self.values_nm[rows, :dimensions]


SigmaSource: TypeAlias = LognormalSigma | SigmaSample
"""A distribution of precisions, or measured ones to draw from."""
