"""Removal of unclustered localizations: node degrees against those of random clouds.

The degree of a localization in a random cloud needs no simulation. Its neighbours within r0 are a
Poisson number of independent points, so the degree, the sum of their weights, is compound Poisson;
its quantiles are found by one Fourier transform.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from stormgraph_py.arrays import BoolArray, FloatArray
from stormgraph_py.engine.communities import LARGEST_SEED, louvain, two_level_modules
from stormgraph_py.engine.edges import Edges
from stormgraph_py.engine.outliers import outlier_rules
from stormgraph_py.errors import InputError, ParameterError
from stormgraph_py.numerals import plain
from stormgraph_py.params import CommunityBackend, LouvainBackend
from stormgraph_py.progress import SILENT, Progress

BELOW_THRESHOLD = 5
"""`NoiseResult.rule` of a localization whose expected degree is below the threshold."""

IQR_IN_SD = 1.3489795003921634
"""Interquartile range of a normal distribution, in standard deviations."""

STEPS_PER_WEIGHT = 256
"""Steps into which a degree of 1 is divided where the law of the degree is tabulated."""

MOST_NEIGHBORS = 100_000
"""More random neighbours than this within r0 mean that r0 or the area is wrong."""

N_HEIGHTS = 128
"""Distances from the focal plane at which the threshold is computed; it is linear between them."""

REACH_IN_SD = 6.0
"""No localization of a random cloud lies further from its focal plane, in standard deviations."""

N_RANDOM_DEGREES = 20_000
"""Degrees of random localizations kept for the report's histogram."""


@dataclass(frozen=True, eq=False, kw_only=True)
class NoiseResult:
    """Which localizations stay, and why the others do not.

    Parameters
    ----------
    degrees : ndarray of float64, shape (n,)
        (Expected) weighted degree.
    threshold : ndarray of float64, shape (n,)
        Degree threshold that applies to each localization.
    retained : ndarray of bool, shape (n,)
        Localizations that may be clustered.
    rule : ndarray of int8, shape (n,)
        0 retained; 1 to 4 the outlier rule that removed it (data without sigma, see
        `stormgraph_py.engine.outliers.outlier_rules`); 5 below the threshold (data with sigma).
    random_degrees : ndarray of float64, shape (m,)
        Degrees of localizations of a random cloud, for a histogram.
    """

    degrees: FloatArray
    threshold: FloatArray
    retained: BoolArray
    rule: NDArray[np.int8]
    random_degrees: FloatArray


@dataclass(frozen=True, kw_only=True)
class RandomCloud:
    """An unbounded cloud of completely random localizations as dense as the data.

    Parameters
    ----------
    dimensions : {2, 3}
        Dimensions of the cloud.
    density : float
        Localizations per nm² (2-D), per nm³ (3-D), or, where `z_sd_nm` is given, per nm² of the
        plane.
    z_center_nm, z_sd_nm : float
        Where z is normally distributed around a focal plane, its mean and standard deviation, nm;
        `z_sd_nm` None is a cloud uniform in z.

    See Also
    --------
    uniform_cloud, focal_cloud
    """

    dimensions: int
    density: float
    z_center_nm: float = 0.0
    z_sd_nm: float | None = None

    def __post_init__(self) -> None:
        """Check that the cloud can exist."""
        if self.dimensions not in (2, 3):
            raise ParameterError(f"dimensions={self.dimensions!r} is unknown; use 2 or 3.")
        if not (self.density > 0 and math.isfinite(self.density)):
            raise ParameterError(
                f"A random cloud of density {self.density:g} per nm{'²³'[self.dimensions - 2]} "
                "cannot be made; check the number of localizations and the area."
            )

    @property
    def least_degree(self) -> float:
        """Mean weight of one random neighbour, the smallest threshold: 1/3 in 2-D, 1/4 in 3-D."""
        return 1 / (self.dimensions + 1)

    def shell_intensity(self, distance: FloatArray, height: float = 0.0) -> FloatArray:
        """Expected neighbours per nm of distance, of a localization `height` from the focal plane.

        Parameters
        ----------
        distance : ndarray of float64
            Distance from the localization, nm.
        height : float
            Its distance from the focal plane, nm; of no consequence in a uniform cloud.

        Returns
        -------
        ndarray of float64
        """
        if self.z_sd_nm is None:
            sphere = 2 * np.pi * distance if self.dimensions == 2 else 4 * np.pi * distance**2
            return self.density * sphere
        # a sphere's surface is uniform in z (Archimedes), so its mean density is a difference of
        # normal distribution functions; a spread of 0 is a plane, the limit of small spreads
        spread = max(self.z_sd_nm, 1e-9 * float(distance.max()))
        inside = ndtr((height + distance) / spread) - ndtr((height - distance) / spread)
        return self.density * 2 * np.pi * distance * inside


def uniform_cloud(n_localizations: int, area: float, dimensions: int) -> RandomCloud:
    """Random cloud, uniform in every dimension, as dense as the data on average.

    Parameters
    ----------
    n_localizations : int
        Localizations in the ROI.
    area : float
        Area (2-D, nm²) or volume (3-D, nm³) of the ROI.
    dimensions : {2, 3}
        Dimensions of the data.

    Returns
    -------
    RandomCloud

    Raises
    ------
    ParameterError
        Where there is no localization or no area.

    Examples
    --------
    >>> uniform_cloud(400, 4e6, 2).density
    0.0001
    """
    return RandomCloud(dimensions=dimensions, density=_density(n_localizations, area))


def focal_cloud(z_nm: FloatArray, xy_area: float) -> RandomCloud:
    """Random cloud around a focal plane: z normal, with the interquartile range of the data.

    Parameters
    ----------
    z_nm : ndarray of float64, shape (n,)
        z of the localizations of the ROI.
    xy_area : float
        Area of the ROI's projection to the plane, nm².

    Returns
    -------
    RandomCloud
        As many localizations per nm² of the plane as the data, the focal plane at their median z.

    Raises
    ------
    ParameterError
        Where there is no localization or no area.

    Notes
    -----
    Paper: Methods, "Thresholding of node degrees to eliminate unclustered nodes".
    """
    density = _density(len(z_nm), xy_area)
    lower, median, upper = np.quantile(z_nm, [0.25, 0.5, 0.75]) if len(z_nm) else (0.0, 0.0, 0.0)
    return RandomCloud(
        dimensions=3,
        density=density,
        z_center_nm=float(median),
        z_sd_nm=float(upper - lower) / IQR_IN_SD,
    )


def _density(n_localizations: int, area: float) -> float:
    if not (area > 0 and math.isfinite(area)):
        raise ParameterError(
            f"area={plain(area)} of the ROI is not above 0; give the area of the ROI."
        )
    if n_localizations < 1:
        raise ParameterError("No localizations: a random cloud needs at least 1; got 0.")
    return n_localizations / area


def degree_threshold(
    cloud: RandomCloud, r0_nm: float, alpha: float, z_nm: FloatArray | None = None
) -> FloatArray:
    """Degree that a completely random localization reaches with probability alpha at most.

    Parameters
    ----------
    cloud : RandomCloud
        What the data are compared with.
    r0_nm : float
        Length scale, above 0.
    alpha : float
        Probability, 0 < alpha < 1.
    z_nm : ndarray of float64, shape (n,), optional
        z of the localizations; needed for, and only used with, a cloud around a focal plane.

    Returns
    -------
    ndarray of float64, shape () or (n,)
        One threshold, or one for every z.

    Raises
    ------
    ParameterError
        When r0 or alpha is out of bounds.
    InputError
        When the cloud depends on z and no z is given.

    Notes
    -----
    Paper: Methods, "Thresholding of node degrees to eliminate unclustered nodes", which takes the
    quantile from simulated clouds and, around a focal plane, the upper confidence bound of a
    Gaussian curve fitted to simulated degree against z. Here the quantile is computed from the law
    of the degree itself, so that alpha holds at every z.

    The threshold is never below the mean weight of a single random neighbour. Where r0 is so small
    that fewer than a share alpha of random localizations have any neighbour, the quantile is 0, and
    without that bound every localization would reach it.

    Examples
    --------
    >>> cloud = uniform_cloud(400, 4e6, 2)
    >>> round(float(degree_threshold(cloud, r0_nm=200.0, alpha=0.05)), 2)
    6.73
    """
    _check_r0(r0_nm)
    if not 0 < alpha < 1:
        raise ParameterError(f"alpha={alpha:g} is outside 0 < alpha < 1; use 0.05.")
    if cloud.z_sd_nm is not None and z_nm is None:
        raise InputError("The threshold around a focal plane depends on z; pass z_nm.")
    heights, thresholds = degree_thresholds(cloud, r0_nm, np.array([alpha]))
    if cloud.z_sd_nm is None or z_nm is None:
        return np.asarray(thresholds[0, 0])
    at_z: FloatArray = np.interp(np.abs(z_nm - cloud.z_center_nm), heights, thresholds[0])
    return at_z


def degree_thresholds(
    cloud: RandomCloud, r0_nm: float, alphas: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Degree thresholds for several alphas, which cost hardly more than for one.

    Parameters
    ----------
    cloud : RandomCloud
        What the data are compared with.
    r0_nm : float
        Length scale, above 0.
    alphas : ndarray of float64, shape (a,)
        Probabilities, between 0 and 1.

    Returns
    -------
    heights : ndarray of float64, shape (h,)
        Distances from the focal plane, nm, between which thresholds are linear; only 0 in a uniform
        cloud.
    thresholds : ndarray of float64, shape (a, h)
        See `degree_threshold`.

    Raises
    ------
    ParameterError
        When r0 is out of bounds.

    Examples
    --------
    >>> cloud = uniform_cloud(400, 4e6, 2)
    >>> degree_thresholds(cloud, 200.0, np.array([0.01, 0.05]))[1].round(2).tolist()
    [[7.97], [6.73]]
    """
    _check_r0(r0_nm)
    heights = np.zeros(1)
    if cloud.z_sd_nm is not None:
        heights = np.linspace(0.0, REACH_IN_SD * cloud.z_sd_nm + r0_nm, N_HEIGHTS)
    laws = (_degree_law(cloud, r0_nm, height) for height in heights.tolist())
    limits = [np.interp(1 - alphas, probability, degrees) for degrees, probability in laws]
    return heights, np.maximum(np.stack(limits, axis=1), cloud.least_degree)


def _degree_law(cloud: RandomCloud, r0_nm: float, height: float) -> tuple[FloatArray, FloatArray]:
    """Tabulate degrees and the probability that a random localization's is at most as large."""
    n_steps = STEPS_PER_WEIGHT
    weight = np.arange(1, n_steps + 1, dtype=np.float64) / n_steps
    expected = cloud.shell_intensity((1 - weight) * r0_nm, height) * r0_nm / n_steps
    n_neighbors, mean, variance = (float((expected * weight**power).sum()) for power in (0, 1, 2))
    if n_neighbors > MOST_NEIGHBORS:
        raise ParameterError(
            f"r0={plain(r0_nm)} nm holds {plain(n_neighbors, 2)} random neighbours, more than "
            f"{MOST_NEIGHBORS}; check that the area of the ROI is in nm² (nm³ in 3-D)."
        )
    # the transform is periodic: leave room for degrees that practically never occur
    largest = mean + 12 * math.sqrt(variance) + 12
    size = 1 << math.ceil(math.log2(largest * n_steps))
    intensity = np.zeros(size)
    intensity[1 : n_steps + 1] = expected
    law = np.fft.irfft(np.exp(np.fft.rfft(intensity) - n_neighbors), size)
    # the probability at a step stands for half a step to either side
    degrees: FloatArray = (np.arange(size, dtype=np.float64) + 0.5) / n_steps
    return degrees, np.maximum.accumulate(np.cumsum(law))


def random_degrees(
    cloud: RandomCloud,
    r0_nm: float,
    rng: np.random.Generator,
    n_points: int = N_RANDOM_DEGREES,
) -> FloatArray:
    """Draw weighted degrees of independent localizations of a random cloud.

    Parameters
    ----------
    cloud : RandomCloud
        The cloud.
    r0_nm : float
        Length scale, above 0.
    rng : numpy.random.Generator
        Source of randomness.
    n_points : int
        Degrees to draw.

    Returns
    -------
    ndarray of float64, shape (n_points,)

    Raises
    ------
    ParameterError
        When r0 is out of bounds.

    Notes
    -----
    Drawn from the law of the degree by inverse transform. The standard error of the 95th percentile
    of 20,000 degrees is 0.02 at 15 neighbours in 2-D.

    Examples
    --------
    >>> cloud = uniform_cloud(400, 4e6, 2)
    >>> degrees = random_degrees(cloud, 200.0, np.random.default_rng(0))
    >>> round(float(degrees.mean()), 1)  # a third of 12.6 neighbours
    4.2
    """
    _check_r0(r0_nm)
    chance = rng.random(n_points)
    if cloud.z_sd_nm is None:
        return _at_chance(chance, cloud, r0_nm, 0.0)
    # strata of equal probability in |z| instead of a law for every single z
    strata = np.array_split(np.arange(n_points), min(N_HEIGHTS, n_points))
    middles = (np.arange(len(strata)) + 0.5) / len(strata)
    heights = cloud.z_sd_nm * ndtri((1 + middles) / 2)
    drawn = [
        _at_chance(chance[rows], cloud, r0_nm, height)
        for rows, height in zip(strata, heights.tolist(), strict=True)
    ]
    return np.concatenate(drawn)


def _at_chance(chance: FloatArray, cloud: RandomCloud, r0_nm: float, height: float) -> FloatArray:
    degrees, probability = _degree_law(cloud, r0_nm, height)
    # below the first entry lies the chance of having no neighbour at all
    return np.interp(chance, probability, degrees, left=0.0)


def _check_r0(r0_nm: float) -> None:
    if not (r0_nm > 0 and math.isfinite(r0_nm)):
        raise ParameterError(
            f"r0={plain(r0_nm)} nm is not above 0; localizations that coincide have no length "
            "scale."
        )


def remove_unclustered(
    degrees: FloatArray,
    threshold: FloatArray,
    *,
    random_degrees: FloatArray,
    edges: Edges | None = None,
    rng: np.random.Generator | None = None,
    community_backend: CommunityBackend | None = None,
    louvain_backend: LouvainBackend = "igraph",
    progress: Progress = SILENT,
) -> NoiseResult:
    """Tell unclustered localizations by their degree.

    Parameters
    ----------
    degrees : ndarray of float64, shape (n,)
        Weighted degree, expected over the localizations' precisions where these are known.
    threshold : ndarray of float64, shape () or (n,)
        From `degree_threshold`.
    random_degrees : ndarray of float64, shape (m,)
        From the function of that name; passed on for the report.
    edges : Edges, optional
        The graph, of data whose precision is unknown. With it, localizations are judged by the
        outlier rules in two preliminary clusterings; without it, by the threshold alone.
    rng : numpy.random.Generator, optional
        Seeds the preliminary clusterings; needed with `edges`.
    community_backend : {"native", "infomap"}, optional
        Optimiser of the two-level map equation; the native one by default, where the kernel was
        built.
    louvain_backend : {"igraph", "python-louvain"}
        Implementation of the Louvain method.
    progress : Progress, optional
        Stops the search for modules.

    Returns
    -------
    NoiseResult
        A localization that both clusterings remove has the lower of the two rules' numbers.

    Raises
    ------
    InputError
        When `edges` come without `rng`.

    Notes
    -----
    Paper: Methods, "Thresholding of node degrees to eliminate unclustered nodes". A localization is
    unclustered when either clustering, by the two-level map equation or Louvain, says so.
    """
    limits = np.broadcast_to(np.asarray(threshold, dtype=np.float64), degrees.shape).copy()
    if edges is None:
        rule = np.where(degrees >= limits, np.int8(0), np.int8(BELOW_THRESHOLD))
    elif rng is None:
        raise InputError("Preliminary clusterings are random; pass rng.")
    else:
        seeds = rng.integers(1, LARGEST_SEED, size=2).tolist()
        clusterings = (
            two_level_modules(edges, seed=seeds[0], backend=community_backend, progress=progress),
            louvain(edges, seed=seeds[1], backend=louvain_backend),
        )
        rules = np.stack([outlier_rules(degrees, limits, labels) for labels in clusterings])
        removed_by = np.where(rules > 0, rules, np.int8(BELOW_THRESHOLD)).min(axis=0)
        rule = np.where((rules > 0).any(axis=0), removed_by, np.int8(0))
    return NoiseResult(
        degrees=degrees,
        threshold=limits,
        retained=rule == 0,
        rule=rule,
        random_degrees=random_degrees,
    )
