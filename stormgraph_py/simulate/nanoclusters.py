"""Molecules in nanoclusters, isolated or aggregated, over a random background (2-D and 3-D)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from scipy.spatial import KDTree

from stormgraph_py.arrays import FloatArray, IntArray
from stormgraph_py.errors import ParameterError
from stormgraph_py.simulate.placement import Layout, directions, place_nanoclusters
from stormgraph_py.simulate.sigma import LognormalSigma, SigmaSource
from stormgraph_py.simulate.simulation import (
    Molecules,
    SimulatedLocalizations,
    generator,
    observe,
)


@dataclass(frozen=True, kw_only=True)
class NanoclusterParams:
    """Parameters of simulated nanoclusters; the defaults are a 2-D ROI in the middle of the grid.

    Parameters
    ----------
    roi_nm : tuple of float
        Sides of the ROI, nm; two for 2-D, three for 3-D. The paper has (2000, 2000) and
        (2000, 2000, 1000).
    radius_nm : float
        Radius of a nanocluster, nm.
    density : float
        Molecules per nm² (2-D) or nm³ (3-D) inside a nanocluster.
    n_molecules : int
        Molecules in nanoclusters, shared out evenly; with `radius_nm` and `density` they fix the
        number of nanoclusters.
    background_fraction : float
        Density of molecules outside the nanoclusters, as a share of `density`.
    mean_blinks : float
        Mean number of localizations of a molecule, at least 1; the distribution is geometric.
    p, q : int
        Propensity to aggregate, see `place_nanoclusters`. The paper has p = 5 and q = 1 to 5.
    sigma : LognormalSigma or SigmaSample
        Localization precisions.
    focal_sd_nm : float or None
        3-D only: standard deviation of the Gaussian probability of being seen about the focal
        plane, half way up the ROI. None sees every localization.
    separation : float
        Smallest distance between the surfaces of nanoclusters of different aggregates, in radii.

    Raises
    ------
    ParameterError
        When a value is out of bounds.

    Notes
    -----
    Paper: Methods, "Simulating SMLM data in 2D and 3D".

    Examples
    --------
    >>> NanoclusterParams(radius_nm=20, density=0.01).n_nanoclusters
    239
    """

    roi_nm: tuple[float, ...] = (2000.0, 2000.0)
    radius_nm: float = 30.0
    density: float = 0.01
    n_molecules: int = 3000
    background_fraction: float = 0.1
    mean_blinks: float = 2.0
    p: int = 5
    q: int = 3
    sigma: SigmaSource = field(default_factory=LognormalSigma)
    focal_sd_nm: float | None = None
    separation: float = 2.0

    def __post_init__(self) -> None:
        """Check every value."""
        if len(self.roi_nm) not in (2, 3) or not all(0 < side < math.inf for side in self.roi_nm):
            raise ParameterError(
                f"roi_nm={self.roi_nm} is no ROI; give two or three sides above 0 in nm."
            )
        object.__setattr__(self, "roi_nm", tuple(float(side) for side in self.roi_nm))
        for name, low, is_open in (
            ("radius_nm", 0, True),
            ("density", 0, True),
            ("background_fraction", 0, False),
            ("mean_blinks", 1, False),
            ("separation", 0, False),
        ):
            value = getattr(self, name)
            if not (low < value < math.inf if is_open else low <= value < math.inf):
                bound = f"above {low}" if is_open else f"{low} or above"
                raise ParameterError(f"{name}={value} is out of bounds; use a number {bound}.")
        for name in ("n_molecules", "p", "q"):
            value = getattr(self, name)
            if isinstance(value, bool) or not hasattr(value, "__index__") or value < 1:
                raise ParameterError(f"{name}={value!r} is out of bounds; use a whole number >= 1.")
        if self.focal_sd_nm is not None and self.dimensions == 2:
            raise ParameterError(
                f"focal_sd_nm={self.focal_sd_nm} needs a third side in roi_nm={self.roi_nm}; "
                "use None in 2-D."
            )
        if self.focal_sd_nm is not None and not 0 < self.focal_sd_nm < math.inf:
            raise ParameterError(
                f"focal_sd_nm={self.focal_sd_nm} is out of bounds; use a number above 0, or None."
            )

    @property
    def dimensions(self) -> int:
        """2 or 3."""
        return len(self.roi_nm)

    @property
    def nanocluster_size(self) -> float:
        """Area of a nanocluster in nm², or volume in nm³."""
        r = self.radius_nm
        return math.pi * r**2 if self.dimensions == 2 else 4 / 3 * math.pi * r**3

    @property
    def n_nanoclusters(self) -> int:
        """Number of nanoclusters that holds `n_molecules` at `density`, rounded, at least 1."""
        return max(1, round(self.n_molecules / (self.density * self.nanocluster_size)))

    @property
    def n_background(self) -> int:
        """Number of molecules outside the nanoclusters."""
        free = max(math.prod(self.roi_nm) - self.n_nanoclusters * self.nanocluster_size, 0.0)
        return round(self.background_fraction * self.density * free)

    @property
    def expected_localizations(self) -> float:
        """Mean number of localizations of a simulation, approximate about a focal plane."""
        depth = self.roi_nm[-1]
        return self.mean_blinks * (
            self.n_molecules * self._share_seen(depth - 2 * self.radius_nm)
            + self.n_background * self._share_seen(depth)
        )

    def _share_seen(self, depth_nm: float) -> float:
        """Share of localizations seen of those uniform in a slab about the focal plane."""
        if self.focal_sd_nm is None:
            return 1.0
        edge = depth_nm / 2 / (math.sqrt(2) * self.focal_sd_nm)
        return math.sqrt(math.pi) / 2 * math.erf(edge) / edge if edge > 0 else 1.0


def simulate_nanoclusters(
    params: NanoclusterParams | None = None, random_state: int | np.random.Generator = 0
) -> SimulatedLocalizations:
    """Simulate localizations of molecules in heterogeneously aggregated nanoclusters.

    Parameters
    ----------
    params : NanoclusterParams, optional
        What to simulate.
    random_state : int or numpy.random.Generator
        Seed or source of randomness.

    Returns
    -------
    SimulatedLocalizations

    Raises
    ------
    ParameterError
        When the ROI has no room for the nanoclusters.

    Notes
    -----
    Paper: Methods, "Simulating SMLM data in 2D and 3D". Decided here, where it is silent: every
    nanocluster has the same number of molecules but for a remainder; background molecules lie
    outside the nanoclusters, though their localizations may stray in; the focal plane is half way
    up the ROI and the profile acts on localizations; `place_nanoclusters` lists the rest.

    Examples
    --------
    >>> simulated = simulate_nanoclusters(NanoclusterParams(background_fraction=0.01), 1)
    >>> simulated.localizations.dimensions, simulated.area
    (2, 4000000.0)
    >>> int(simulated.nanocluster.max()) + 1
    106
    """
    params = params or NanoclusterParams()
    rng, seed = generator(random_state)
    layout = place(params, rng)
    molecules = populate(layout, molecules_per_nanocluster(layout, params, rng), params, rng)
    return simulated(layout, molecules, params, rng, seed)


def place(params: NanoclusterParams, rng: np.random.Generator, wall_nm: float = 0.0) -> Layout:
    """Place the nanoclusters, `wall_nm` away from the lateral border of the ROI."""
    return place_nanoclusters(
        params.n_nanoclusters,
        radius_nm=params.radius_nm,
        roi_nm=params.roi_nm,
        p=params.p,
        q=params.q,
        separation_nm=params.separation * params.radius_nm,
        rng=rng,
        wall_nm=wall_nm,
    )


def molecules_per_nanocluster(
    layout: Layout, params: NanoclusterParams, rng: np.random.Generator
) -> IntArray:
    """Even numbers of molecules, the remainder given to nanoclusters drawn at random, (n,)."""
    share, remainder = divmod(params.n_molecules, len(layout))
    return share + (rng.permutation(len(layout)) < remainder).astype(np.int64)


def populate(
    layout: Layout, n_molecules: IntArray, params: NanoclusterParams, rng: np.random.Generator
) -> Molecules:
    """Put molecules at random inside each nanocluster, then the background outside all of them.

    `n_molecules` holds the number in each nanocluster, (n_nanoclusters,).
    """
    nanoclusters = np.repeat(np.arange(len(layout)), n_molecules)
    n, d = len(nanoclusters), params.dimensions
    radii = params.radius_nm * rng.random(n) ** (1 / d)
    inside = layout.centers_nm[nanoclusters] + radii[:, None] * directions(n, d, rng)
    outside = _background(layout, params, rng)
    unclustered = np.full(len(outside), -1)
    return Molecules(
        positions_nm=np.concatenate([inside, outside]),
        nanoclusters=np.concatenate([nanoclusters, unclustered]),
        aggregates=np.concatenate([layout.aggregates[nanoclusters], unclustered]),
    )


def simulated(
    layout: Layout,
    molecules: Molecules,
    params: NanoclusterParams,
    rng: np.random.Generator,
    seed: int | None,
) -> SimulatedLocalizations:
    """Let molecules blink as the parameters say, and gather what is known about them."""
    return SimulatedLocalizations(
        localizations=observe(
            molecules,
            mean_blinks=params.mean_blinks,
            sigma=params.sigma,
            rng=rng,
            focal_plane_nm=params.roi_nm[-1] / 2,
            focal_sd_nm=params.focal_sd_nm,
        ),
        roi_nm=params.roi_nm,
        molecules=molecules,
        layout=layout,
        params=params,
        seed=seed,
    )


def _background(layout: Layout, params: NanoclusterParams, rng: np.random.Generator) -> FloatArray:
    """Positions uniform over the ROI outside the nanoclusters, (n_background, d), nm."""
    tree = KDTree(layout.centers_nm)
    roi = np.asarray(params.roi_nm)
    positions = np.empty((params.n_background, params.dimensions))
    redraw = np.arange(params.n_background)
    # discs that do not overlap leave more than 9% free and spheres more than 25%, so this ends
    while len(redraw):
        positions[redraw] = rng.random((len(redraw), params.dimensions)) * roi
        nearest, _ = tree.query(positions[redraw], distance_upper_bound=params.radius_nm)
        redraw = redraw[nearest <= params.radius_nm]
    return positions
