"""The length scale r0 of the neighbourhood graph, from k-th nearest neighbour distances."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.special import gammainc, gammaincinv

from stormgraph_py.arrays import FloatArray
from stormgraph_py.errors import InputError, ParameterError

N_BINS = 100
"""Bins of both histograms, from 0 to `LARGEST_SHARE` of the random distances."""

LARGEST_SHARE = 0.999
"""Quantile of the random distances at which the histograms end."""

SMOOTHING_BINS = 3
"""Width of the moving mean that smooths both histograms."""

SMALLEST_SHARE = 0.02
"""Share of localizations that bins must hold before a crossing is looked for, and that the data's
histogram must be ahead of the random one at the crossing. Less is noise of almost empty bins."""

EMPTY_SHARE = 0.001
"""A bin with a smaller share of the localizations counts as empty: where clusters lie far below the
scale of random distances both histograms are almost 0 between them, and the crossing is where that
gap begins instead of behind the last stray localization."""


@dataclass(frozen=True, eq=False, kw_only=True)
class LengthScale:
    """The radius r0 of the neighbourhood graph and the evidence that it rests on.

    Parameters
    ----------
    r0_nm : float
        Length scale, nm.
    method : {"knn", "elbow-plateau", "elbow-curve"}
        How it was found.
    bin_edges_nm : ndarray of shape (n_bins + 1,) or None
        k-NN: edges of the bins of both histograms, nm.
    density_data, density_random : ndarray of shape (n_bins,) or None
        k-NN: smoothed share of the localizations, and of random ones, per bin.
    random_median_nm : float or None
        k-NN: median distance of random localizations, the largest r0 that is given, nm.
    fell_back_to_median : bool
        k-NN: r0 is that median, because the data are no more clustered than chance at this k.
    radii_nm : ndarray of shape (m,) or None
        Elbow: radii epsilon, nm.
    n_components : ndarray of shape (m,) or None
        Elbow: connected components at each of them.
    fitted_components : ndarray of shape (m,) or None
        Elbow: fitted curve. None for a plateau, and when no curve could be fitted; r0 is then the
        largest radius looked at.
    elbow_max_concavity_nm : float or None
        Elbow: radius at which the fitted curve is most concave, nm.
    n_logistic : int or None
        Elbow: generalized logistic functions in the fitted curve, 1 or 2.

    Notes
    -----
    Paper: Methods, "Calculation of the length scale r0".
    """

    r0_nm: float
    method: Literal["knn", "elbow-plateau", "elbow-curve"]
    bin_edges_nm: FloatArray | None = None
    density_data: FloatArray | None = None
    density_random: FloatArray | None = None
    random_median_nm: float | None = None
    fell_back_to_median: bool = False
    radii_nm: FloatArray | None = None
    n_components: FloatArray | None = None
    fitted_components: FloatArray | None = None
    elbow_max_concavity_nm: float | None = None
    n_logistic: int | None = None


def knn_length_scale(
    kth_distances_nm: FloatArray,
    density: float,
    k: int,
    dimensions: int,
    random_distances: FloatArray | None = None,
) -> LengthScale:
    """Return the distance at which the data's k-NN distances stop outnumbering random ones.

    Two histograms are compared, of the k-th nearest neighbour distances of the data and of
    completely random localizations of the same density. Clustered data lead at short distances; r0
    is where the two histograms first cross. Data that do not lead, or cross beyond the median of
    the random distances, get that median.

    Parameters
    ----------
    kth_distances_nm : ndarray of shape (n,)
        Distance of localizations, all or a random sample of them, to their k-th nearest neighbour,
        nm; with known precisions its 95th percentile over realizations of the data.
    density : float
        Localizations per nm2 (2-D) or nm3 (3-D) of the ROI.
    k : int
        Which neighbour.
    dimensions : {2, 3}
        Dimensions.
    random_distances : ndarray of shape (m,), optional
        Distances in random clouds, nm, for randomness other than uniform. By default the exact law
        of uniform clouds is used.

    Returns
    -------
    LengthScale

    Raises
    ------
    InputError
        When distances are missing, negative or not finite, or all of them are 0.
    ParameterError
        When density, k or dimensions are out of bounds.

    Notes
    -----
    Paper: Methods, "The kNN method".

    Examples
    --------
    Localizations in tight groups, ten times closer together than random ones of their density:

    >>> rng = np.random.default_rng(0)
    >>> distances = 0.1 * random_kth_distance(rng.random(1000), 1e-4, k=10, dimensions=2)
    >>> scale = knn_length_scale(distances, 1e-4, k=10, dimensions=2)
    >>> scale.fell_back_to_median, bool(distances.max() < scale.r0_nm < scale.random_median_nm)
    (False, True)
    """
    distances = _checked(kth_distances_nm, k)
    _check_law(density, k, dimensions)
    if random_distances is None:
        median, largest = random_kth_distance(
            np.array([0.5, LARGEST_SHARE]), density, k, dimensions
        )
        edges = np.linspace(0, largest, N_BINS + 1)
        law = gammainc(k, _unit_ball(dimensions) * density * edges**dimensions)
        random_share = np.diff(law)
    else:
        reference = _checked(random_distances, k)
        median, largest = np.quantile(reference, [0.5, LARGEST_SHARE])
        edges = np.linspace(0, largest, N_BINS + 1)
        random_share = np.histogram(reference, edges)[0] / len(reference)
    data = _smoothed(np.histogram(distances, edges)[0] / len(distances))
    random = _smoothed(random_share)
    crossing = _first_crossing(data, random, edges, len(distances))
    fell_back = crossing is None or bool(crossing >= median)
    return LengthScale(
        r0_nm=float(median if crossing is None or fell_back else crossing),
        method="knn",
        bin_edges_nm=edges,
        density_data=data,
        density_random=random,
        random_median_nm=float(median),
        fell_back_to_median=fell_back,
    )


def random_kth_distance(
    probability: FloatArray, density: float, k: int, dimensions: int
) -> FloatArray:
    """Return quantiles of the k-th nearest neighbour distance of random localizations.

    The number of random localizations in a ball is Poisson distributed, so its expected number when
    the ball just reaches the k-th neighbour follows a gamma distribution of shape k.

    Parameters
    ----------
    probability : ndarray
        Probabilities of the quantiles.
    density : float
        Localizations per nm2 (2-D) or nm3 (3-D).
    k : int
        Which neighbour.
    dimensions : {2, 3}
        Dimensions.

    Returns
    -------
    ndarray
        Distances, nm.

    Raises
    ------
    ParameterError
        When density, k or dimensions are out of bounds.

    Examples
    --------
    Half of the random localizations at 100 per square micrometre have a neighbour within 47 nm:

    >>> random_kth_distance(np.array([0.5]), 100e-6, k=1, dimensions=2).round(1)
    array([47.])
    """
    _check_law(density, k, dimensions)
    expected = gammaincinv(k, probability)
    distance: FloatArray = (expected / (_unit_ball(dimensions) * density)) ** (1 / dimensions)
    return distance


def _first_crossing(
    data: FloatArray, random: FloatArray, edges: FloatArray, n: int
) -> float | None:
    """Distance at which the data's histogram, having led, first falls to the random one.

    Wherever the data's histogram is above the random one their lead grows, so crossings are the
    peaks of the lead. A dip of the histogram by chance makes a peak too, and what tells it apart is
    that the lead soon grows again. The first peak counts from which the lead falls by more than
    chance: by `SMALLEST_SHARE` or the largest standard deviation of a share of n localizations.
    """
    notable = max(SMALLEST_SHARE, 0.5 / math.sqrt(n))
    start = int(np.searchsorted(np.cumsum(data), SMALLEST_SHARE, side="right"))
    excess = data - np.maximum(random, EMPTY_SHARE)
    growth = np.cumsum(excess[start:])
    if not len(growth):
        return None
    falls = np.maximum.accumulate(growth) - growth >= notable
    end = int(np.argmax(falls)) if falls.any() else len(growth) - 1
    peak = start + int(np.argmax(growth[: end + 1]))
    lead = float(np.sum((data - random)[: peak + 1]))
    if lead < notable or peak + 1 >= len(data) or excess[peak] < 0:
        return None
    middle = (edges[:-1] + edges[1:]) / 2
    share = excess[peak] / (excess[peak] - excess[peak + 1])
    return float(middle[peak] + share * (middle[peak + 1] - middle[peak]))


def _smoothed(share: FloatArray) -> FloatArray:
    smoothed: FloatArray = uniform_filter1d(share, SMOOTHING_BINS, mode="reflect")
    return smoothed


def _unit_ball(dimensions: int) -> float:
    return math.pi if dimensions == 2 else 4 * math.pi / 3


def _checked(distances: FloatArray, k: int) -> FloatArray:
    if not len(distances):
        raise InputError(
            "There are no nearest-neighbour distances; give at least one localization."
        )
    valid = np.isfinite(distances) & (distances >= 0)
    if not valid.all():
        row = int(np.argmin(valid))
        raise InputError(
            f"The distance to neighbour k={k} of localization {row} is {distances[row]}; "
            "it must be 0 or more and finite: check the coordinates, and that n > k."
        )
    if not distances.any():
        raise InputError(
            f"All localizations have {k} others at distance 0, so that r0 would be 0; "
            "remove duplicated localizations, or check the unit of the coordinates."
        )
    return distances


def _check_law(density: float, k: int, dimensions: int) -> None:
    if not (math.isfinite(density) and density > 0):
        raise ParameterError(
            f"The density {density} is not positive and finite; give the area of the ROI."
        )
    if k < 1:
        raise ParameterError(f"k={k} is below 1; choose 10 to 20.")
    if dimensions not in (2, 3):
        raise ParameterError(f"dimensions={dimensions} is unknown; use 2 or 3.")
