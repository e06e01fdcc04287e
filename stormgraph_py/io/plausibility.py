"""Whether lengths that were taken for nm look like something else.

Bounds are wide: a warning should mean that something is wrong, not that a sample is unusual.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from stormgraph_py.arrays import FloatArray

_METRES_BELOW_NM = 1e-2
_SMALLEST_FIELD_NM = 200.0
_LARGEST_FIELD_NM = 2e6
_LARGEST_CAMERA_PX = 4096
_SMALLEST_SIGMA_NM = 0.5
_LARGEST_SIGMA_NM = 500.0
_SMALLEST_NEIGHBOUR_NM = 0.5
_SAMPLE = 20_000


def unit_warnings(xy_nm: FloatArray, sigma_nm: FloatArray | None) -> Iterator[str]:
    """Say where lengths that a file gives without a unit do not look like nm.

    Parameters
    ----------
    xy_nm : ndarray of shape (n, 2)
        Positions as read.
    sigma_nm : ndarray of shape (n,) or None
        Lateral precision as read, NaN where unknown.

    Yields
    ------
    str
        One sentence with the remedy, at most once.
    """
    if len(xy_nm) < 2:
        return
    extent = float((xy_nm.max(axis=0) - xy_nm.min(axis=0)).max())
    known = sigma_nm[np.isfinite(sigma_nm)] if sigma_nm is not None else np.empty(0)
    sigma = float(np.median(known)) if known.size else None
    if extent == 0:
        return
    if extent < _METRES_BELOW_NM:
        yield _sentence(f"the field of view of {extent:.3g} nm", "metres", "m")
    elif extent > _LARGEST_FIELD_NM:
        yield _sentence(f"the field of view of {extent:.3g} nm", "a smaller unit", "angstrom")
    elif sigma is not None and sigma < _SMALLEST_SIGMA_NM:
        yield _sentence(f"the median precision of {sigma:.3g} nm", "pixels or µm", "px")
    elif sigma is not None and sigma > _LARGEST_SIGMA_NM:
        yield _sentence(f"the median precision of {sigma:.3g} nm", "a smaller unit", "angstrom")
    elif extent < _SMALLEST_FIELD_NM:
        yield _sentence(f"the field of view of {extent:.3g} nm", "pixels or µm", "px")
    elif sigma is None and extent < _LARGEST_CAMERA_PX:
        distance = _median_neighbour_distance(xy_nm)
        if 0 < distance < _SMALLEST_NEIGHBOUR_NM:
            what = f"the median distance of {distance:.3g} nm to the nearest neighbour"
            yield _sentence(what, "pixels", "px")


def _sentence(what: str, looks_like: str, unit: str) -> str:
    units = "unit='px' with pixel_size_nm=..., or unit='um'" if unit == "px" else f"unit={unit!r}"
    return (
        f"The file states no unit and was read as nm, but {what} looks like {looks_like}; "
        f"if so, say {units}, and if it is nm, say unit='nm'."
    )


def _median_neighbour_distance(xy: FloatArray) -> float:
    from scipy.spatial import KDTree

    # a strip across the field keeps the density that a random subsample would lose
    middle = len(xy) // 2
    order = np.argsort(xy[:, 0])[max(0, middle - _SAMPLE // 2) : middle + _SAMPLE // 2]
    points = xy[order]
    distance = np.asarray(KDTree(points).query(points, k=[2])[0])
    return float(np.median(distance))
