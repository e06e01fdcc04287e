"""Checks of what goes into the engine, and its preparation for graph work."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stormgraph_py.arrays import FloatArray
from stormgraph_py.errors import InputError
from stormgraph_py.numerals import plain
from stormgraph_py.params import StormGraphParams

SMALLEST_FIELD_NM = 200.0
"""A precision up to this is believed however close together the localizations lie."""

SMALLEST_AREA = 0.01
"""A given ROI that holds less of the localizations' bounding box than this share is remarked on."""


@dataclass(frozen=True, eq=False)
class EngineInput:
    """Localizations as the engine works with them.

    Parameters
    ----------
    coordinates : ndarray of float64, shape (n, d)
        Positions, z rescaled.
    sigma : ndarray of float64, shape (n, d) or None
        Localization precisions, z rescaled; None when they are unknown or not used.
    area : float
        Area or volume of the ROI in these units.
    roi_area : float
        The same in nm² or nm³.
    z_scale : float
        Factor by which z was multiplied.
    warnings : tuple of str
        What was assumed.
    """

    coordinates: FloatArray
    sigma: FloatArray | None
    area: float
    roi_area: float
    z_scale: float
    warnings: tuple[str, ...]

    @property
    def dimensions(self) -> int:
        """2 or 3."""
        return int(self.coordinates.shape[1])

    def in_nm(self, scaled: FloatArray) -> FloatArray:
        """Positions or precisions (n, d) with z in nm again."""
        factors = np.array([1.0, 1.0, self.z_scale])[: self.dimensions]
        in_nm: FloatArray = scaled / factors
        return in_nm


def prepare(
    coordinates: FloatArray,
    sigma: FloatArray | None,
    area: float | None,
    params: StormGraphParams,
) -> EngineInput:
    """Check localizations and rescale z so that axial and lateral precision agree on average.

    Parameters
    ----------
    coordinates : ndarray of float64, shape (n, 2) or (n, 3)
        Positions in nm, finite.
    sigma : ndarray of float64, shape (n, d), optional
        Localization precisions in nm. NaN where one is unknown: the median stands in for it, and
        for one that is larger than the field of view.
    area : float, optional
        Area (nm²) or volume (nm³) of the ROI; the bounding box by default.
    params : StormGraphParams
        Parameters of the analysis.

    Raises
    ------
    InputError
        When there are too few localizations, all in one place, on one line along an axis or, in
        3-D, in one plane of z, or a precision is not above 0.

    Notes
    -----
    Paper: Results, "Clustering in three dimensions" (rescaling of z, for cluster identification
    only).
    """
    warnings: list[str] = []
    _check_coordinates(coordinates, params)
    roi_area, note = _checked_area(coordinates, area)
    warnings.extend(note)
    d = coordinates.shape[1]
    usable = None
    if sigma is not None and params.use_sigma:
        field = max(float(np.ptp(coordinates, axis=0).max()), SMALLEST_FIELD_NM)
        usable, note = _usable_sigma(sigma, field)
        warnings.extend(note)
    z_scale = 1.0
    scaled = coordinates
    if d == 3 and usable is not None:
        z_scale = float(usable[:, :2].mean() / usable[:, 2].mean())
        factors = np.array([1.0, 1.0, z_scale])
        scaled, usable = coordinates * factors, usable * factors
    return EngineInput(scaled, usable, roi_area * z_scale, roi_area, z_scale, tuple(warnings))


def _check_coordinates(coordinates: FloatArray, params: StormGraphParams) -> None:
    n = len(coordinates)
    if n == 0:
        raise InputError("There are no localizations to cluster.")
    finite = np.isfinite(coordinates).all(axis=1)
    if not finite.all():
        row = int(np.argmin(finite))
        raise InputError(
            f"Localization {row} has the position {coordinates[row].tolist()}; remove "
            "localizations whose coordinates are not finite (NaN or infinity)."
        )
    if params.k is not None and n <= params.k:
        raise InputError(
            f"k={params.k} needs at least {params.k + 1} localizations; got {n}: "
            "choose a smaller k or a larger ROI."
        )
    if n < params.min_cluster_size:
        raise InputError(
            f"min_cluster_size={params.min_cluster_size} needs at least as many localizations; "
            f"got {n}: choose a larger ROI."
        )
    if (coordinates == coordinates[0]).all():
        raise InputError(
            f"All {n} localizations have the same position {coordinates[0].tolist()}; "
            "check which columns were read as x and y."
        )
    if coordinates.shape[1] == 3 and np.ptp(coordinates[:, 2]) == 0:
        raise InputError(
            f"All {n} localizations have the same z, {plain(coordinates[0, 2])} nm; "
            "analyse them in two dimensions."
        )


def _checked_area(coordinates: FloatArray, area: float | None) -> tuple[float, list[str]]:
    name, unit = ("area", "nm²") if coordinates.shape[1] == 2 else ("volume", "nm³")
    sides = np.ptp(coordinates, axis=0)
    if area is not None:
        if not (np.isfinite(area) and area > 0):
            raise InputError(f"The {name} of the ROI is {area} {unit}; give one above 0.")
        share = float(area) / float(np.prod(sides)) if sides.all() else 1.0
        return float(area), [] if share >= SMALLEST_AREA else [
            f"The {name} of the ROI, {plain(area)} {unit}, is a share of {plain(share, 2)} of the "
            f"box around the localizations; check that it is in {unit}."
        ]
    if (sides == 0).any():
        axis = "xyz"[int(np.argmin(sides))]
        raise InputError(
            f"All localizations have the same {axis}, so their bounding box has no {name}; "
            f"give the {name} of the ROI ({unit})."
        )
    return float(np.prod(sides)), []


def _usable_sigma(sigma: FloatArray, field_nm: float) -> tuple[FloatArray | None, list[str]]:
    if (sigma == 0).all():
        return None, ["All localization precisions are 0; they were taken as unknown."]
    impossible = sigma <= 0
    if impossible.any():
        row = int(np.argmax(impossible.any(axis=1)))
        raise InputError(
            f"Localization {row} has the precision {sigma[row].tolist()} nm; precisions are above "
            "0, NaN where unknown, or leave sigma out."
        )
    unknown = ~(sigma <= field_nm)
    if unknown.all(axis=0).any():
        return None, [
            "No localization has a usable precision along every axis; the precisions were not used."
        ]
    if not unknown.any():
        return sigma, []
    median = np.nanmedian(np.where(unknown, np.nan, sigma), axis=0)
    n = int(unknown.any(axis=1).sum())
    return np.where(unknown, median, sigma), [
        f"{n} of {len(sigma)} localizations have no usable precision (unknown, or above the field "
        f"of view of {plain(field_nm, 4)} nm); the median "
        f"({', '.join(plain(m, 3) for m in median)} nm) stands in."
    ]
