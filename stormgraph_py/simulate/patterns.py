"""Point patterns without nanoclusters."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from stormgraph_py.errors import ParameterError
from stormgraph_py.simulate.placement import Layout
from stormgraph_py.simulate.sigma import SigmaSource
from stormgraph_py.simulate.simulation import (
    Molecules,
    SimulatedLocalizations,
    generator,
    observe,
)


def simulate_random(
    roi_nm: Sequence[float] = (2000.0, 2000.0),
    random_state: int | np.random.Generator = 0,
    *,
    n_molecules: int | None = None,
    density_per_um2: float | None = None,
    sigma: SigmaSource | None = None,
    mean_blinks: float = 1.0,
) -> SimulatedLocalizations:
    """Simulate complete spatial randomness: molecules anywhere, independent of each other.

    Parameters
    ----------
    roi_nm : sequence of float
        Sides of the ROI, nm; two for 2-D, three for 3-D.
    random_state : int or numpy.random.Generator
        Seed or source of randomness.
    n_molecules : int, optional
        Exact number of molecules (a binomial process).
    density_per_um2 : float, optional
        2-D only: mean number of molecules per µm²; the number is drawn from the Poisson
        distribution.
    sigma : LognormalSigma or SigmaSample, optional
        Localization precisions. None localizes without error and leaves sigma unknown.
    mean_blinks : float
        Mean number of localizations of a molecule; 1 counts every molecule once.

    Returns
    -------
    SimulatedLocalizations
        Every localization is background.

    Raises
    ------
    ParameterError
        When both or neither of `n_molecules` and `density_per_um2` are given, when a value is out
        of bounds, or when molecules blink repeatedly without error, on one and the same point.

    Examples
    --------
    >>> len(simulate_random((2000, 2000), n_molecules=400))
    400
    """
    roi = tuple(float(side) for side in roi_nm)
    if len(roi) not in (2, 3) or not all(0 < side < math.inf for side in roi):
        raise ParameterError(f"roi_nm={roi_nm} is no ROI; give two or three sides above 0 in nm.")
    if (n_molecules is None) == (density_per_um2 is None):
        raise ParameterError(
            f"n_molecules={n_molecules} and density_per_um2={density_per_um2}: give one of them."
        )
    if density_per_um2 is not None and len(roi) == 3:
        raise ParameterError(
            f"density_per_um2={density_per_um2} is a density in the plane and roi_nm={roi_nm} has "
            "three sides; give n_molecules."
        )
    for name, value in (("n_molecules", n_molecules), ("density_per_um2", density_per_um2)):
        if value is not None and not 0 <= value < math.inf:
            raise ParameterError(f"{name}={value} is below 0; use 0 or more.")
    if not 1 <= mean_blinks < math.inf:
        raise ParameterError(f"mean_blinks={mean_blinks} is below 1; every molecule blinks once.")
    if mean_blinks > 1 and sigma is None:
        raise ParameterError(
            f"mean_blinks={mean_blinks} needs sigma; without error all blinks of a molecule "
            "coincide."
        )
    rng, seed = generator(random_state)
    if n_molecules is None:
        n_molecules = int(rng.poisson((density_per_um2 or 0.0) * math.prod(roi) / 1e6))
    nobody = np.full(n_molecules, -1)
    molecules = Molecules(
        positions_nm=rng.random((n_molecules, len(roi))) * np.asarray(roi),
        nanoclusters=nobody,
        aggregates=nobody,
    )
    return SimulatedLocalizations(
        localizations=observe(molecules, mean_blinks=mean_blinks, sigma=sigma, rng=rng),
        roi_nm=roi,
        molecules=molecules,
        layout=Layout(np.empty((0, len(roi))), np.empty(0, dtype=np.int64)),
        params=None,
        seed=seed,
    )
