"""The length scale r0 without a parameter: the elbow of the number of connected components."""

from __future__ import annotations

import math

import numpy as np

from stormgraph_py.arrays import FloatArray
from stormgraph_py.engine.decay import elbow_of, fit_decay
from stormgraph_py.engine.length_scale import LengthScale
from stormgraph_py.engine.merging import cooccurrence_radius, merge_radii
from stormgraph_py.errors import InputError, ParameterError
from stormgraph_py.progress import SILENT, Progress

AFFINITY_CONSTANT = 1.0
"""Factor of the largest radius, (log n / n)^(1/d) times the size (area^(1/d)) of the ROI.

Arias-Castro (2011) gives the optimal affinity scale up to a constant. A random cloud is connected
from (log n / (v n))^(1/d) on, with v = pi or 4 pi / 3 the unit ball, so that 1 looks 1.8 (2-D) or
1.6 (3-D) times as far as needed even when nothing is clustered.
"""

N_RADII = 500
"""Radii, evenly spaced from 0 to the largest, at which components are counted and curves fitted."""

PLATEAU_FOLD = 2.0
"""Fold increase of the neighbourhood's area or volume that a plateau must outlast (paper)."""

SMALLEST_MEAN_CLUSTER = 3
"""Localizations per component, on average, from which a plateau may be a number of clusters. The
first few pairs to merge leave wide gaps as well, and the paper calls no pair a cluster."""


def elbow_length_scale(
    coordinates: FloatArray,
    *,
    area: float,
    sigma: FloatArray | None = None,
    progress: Progress = SILENT,
) -> LengthScale:
    """Return the radius at the end of the elbow of the number of connected components.

    Two localizations are connected at radius epsilon when they lie within epsilon of each other or,
    with sigma, do so with 75% probability. As epsilon grows, localizations of a cluster connect
    quickly, clusters and dispersed localizations slowly. A range of radii in which several
    components stay as they are shows a natural number of clusters, and r0 is taken from its start.
    Otherwise a smooth curve is fitted to the number of components, and r0 is where its concavity
    has fallen to 2% of its maximum.

    Parameters
    ----------
    coordinates : ndarray of shape (n, d)
        Positions in nm, finite, d = 2 or 3.
    area : float
        Area (nm2) or volume (nm3) of the ROI.
    sigma : ndarray of shape (n, d), optional
        Localization precision (standard deviation) in nm, positive.
    progress : Progress
        Asked whether to stop.

    Returns
    -------
    LengthScale

    Raises
    ------
    InputError
        When there are fewer than three localizations, or all lie in one place.
    ParameterError
        When the area is not positive.
    Cancelled
        When the caller asked to stop.

    Notes
    -----
    Paper: Methods, "The fully automatic, heuristic method". A million localizations take about 13 s
    of CPU time in 2-D, 18 s in 3-D or with sigma, and 0.7 GB, when neighbours in space are
    neighbours in memory, as `stormgraph_py.engine.spatial_order.spatial_order` puts them.

    Examples
    --------
    Five tight groups: their number is stable over a wide range of radii.

    >>> rng = np.random.default_rng(0)
    >>> centres = np.array([[0, 0], [800, 0], [0, 800], [800, 800], [400, 400]])
    >>> points = np.repeat(centres, 40, axis=0) + rng.normal(0, 10, (200, 2))
    >>> scale = elbow_length_scale(points, area=1e6)
    >>> scale.method, int(np.interp(scale.r0_nm, scale.radii_nm, scale.n_components))
    ('elbow-plateau', 5)
    """
    n, d = coordinates.shape
    _check(coordinates, area, sigma)
    largest = AFFINITY_CONSTANT * (area * math.log(n) / n) ** (1 / d)
    if sigma is not None:
        # the same range, seen through the precisions: at this radius pairs that far apart connect
        difference = np.eye(1, d) * largest
        typical = 2 * np.median(sigma, axis=0, keepdims=True) ** 2
        largest = float(cooccurrence_radius(difference, typical)[0])
    # as far again as a plateau that starts at the largest radius has to last
    horizon = largest * PLATEAU_FOLD ** (1 / d)
    merges = merge_radii(coordinates, horizon, sigma=sigma, progress=progress)
    start = plateau_start(merges, n, d, largest, horizon)
    radii = np.linspace(0, largest if start is None else horizon, N_RADII)
    n_components = n - np.searchsorted(merges, radii, side="right").astype(np.float64)
    if start is not None:
        return LengthScale(
            r0_nm=start * PLATEAU_FOLD ** (1 / d),
            method="elbow-plateau",
            radii_nm=radii,
            n_components=n_components,
        )
    progress.check()
    curve = fit_decay(np.linspace(0, 1, N_RADII), n_components / n)
    if curve is None:
        return LengthScale(
            r0_nm=largest, method="elbow-curve", radii_nm=radii, n_components=n_components
        )
    most_concave, end = elbow_of(curve)
    return LengthScale(
        r0_nm=end * largest,
        method="elbow-curve",
        radii_nm=radii,
        n_components=n_components,
        fitted_components=n * curve.value(radii / largest),
        elbow_max_concavity_nm=most_concave * largest,
        n_logistic=len(curve.terms),
    )


def plateau_start(
    merges: FloatArray, n: int, dimensions: int, largest: float, horizon: float
) -> float | None:
    """Return the radius at which the longest plateau of the number of components starts.

    Parameters
    ----------
    merges : ndarray of shape (m,)
        Radii at which components merge, ascending, up to `horizon`, nm.
    n : int
        Localizations.
    dimensions : {2, 3}
        Dimensions.
    largest : float
        Largest radius at which a plateau may start, nm.
    horizon : float
        Radius up to which merges are known, nm.

    Returns
    -------
    float or None
        Start of the plateau, nm; None when no plateau of more than one component lasts until the
        neighbourhood has doubled its area or volume.

    Examples
    --------
    >>> plateau_start(np.array([1.0, 1.1, 1.2, 1.3, 9.0]), 6, 2, 10.0, 14.1)
    1.3
    """
    n_components = n - np.arange(1, len(merges) + 1)
    several = (n_components > 1) & (n_components * SMALLEST_MEAN_CLUSTER <= n)
    possible = np.flatnonzero(several & (merges > 0) & (merges <= largest))
    if not len(possible):
        return None
    fold = np.append(merges[1:], horizon)[possible] / merges[possible]
    best = int(np.argmax(fold))
    return float(merges[possible[best]]) if fold[best] ** dimensions > PLATEAU_FOLD else None


def _check(coordinates: FloatArray, area: float, sigma: FloatArray | None) -> None:
    n = len(coordinates)
    if n < SMALLEST_MEAN_CLUSTER:
        raise InputError(
            f"The automatic r0 needs at least {SMALLEST_MEAN_CLUSTER} localizations; got {n}: "
            "choose a larger ROI."
        )
    if (coordinates == coordinates[0]).all():
        raise InputError(
            f"All {n} localizations have the same position {coordinates[0].tolist()}, so that r0 "
            "would be 0; check which columns were read as x and y."
        )
    if not (math.isfinite(area) and area > 0):
        raise ParameterError(f"area={area} is not positive and finite; give the area of the ROI.")
    if sigma is not None and not (np.isfinite(sigma) & (sigma > 0)).all():
        row = int(np.argmin((np.isfinite(sigma) & (sigma > 0)).all(axis=1)))
        raise InputError(
            f"Localization {row} has the precision {sigma[row].tolist()} nm; give positive, finite "
            "precisions, or leave them out."
        )
