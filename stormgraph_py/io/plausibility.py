"""Whether lengths in nm can be what they are taken for.

Bounds are wide: a warning should mean that something is wrong, not that a sample is unusual. What a
file states about its unit is doubted later than what was assumed, and only with enough rows.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from stormgraph_py.arrays import FloatArray
from stormgraph_py.numerals import plain

_METRES_BELOW_NM = 1e-2
_SMALLEST_FIELD_NM = 200.0
_SMALLEST_STATED_FIELD_NM = 20.0
_LARGEST_FIELD_NM = 2e6
_LARGEST_STATED_FIELD_NM = 5e6
_LARGEST_CAMERA_PX = 4096
_SMALLEST_SIGMA_NM = 0.5
_LARGEST_SIGMA_NM = 500.0
_SMALLEST_NEIGHBOUR_NM = 0.5
_SAMPLE = 20_000
_ENOUGH_ROWS = 10
"""So many localizations must contradict what a file states."""

_PSF_WIDTH_NM = (100.0, 400.0)
"""Standard deviations and widths at half maximum of point spread functions, no usual precisions."""
_PSF_SPREAD = 0.5
"""Interquartile range over median up to which such values vary no more than fitted widths do."""
_SIGMA_PER_FIELD = 0.25

_LARGEST_DEPTH_NM = 1e5
_SMALLEST_DEPTH_NM = 2.0
_WIDE_FIELD_NM = 1000.0


def plausibility_warnings(
    xy_nm: FloatArray,
    z_nm: FloatArray | None = None,
    sigma_nm: FloatArray | None = None,
    *,
    assumed: bool = True,
    told: bool = False,
) -> Iterator[str]:
    """Say what about positions and precisions can hardly be right.

    Parameters
    ----------
    xy_nm : ndarray of shape (n, 2)
        Positions in the plane.
    z_nm : ndarray of shape (n,) or None
        Height.
    sigma_nm : ndarray of shape (n,) or None
        Lateral precision, NaN where unknown.
    assumed : bool
        Whether nothing states the unit, so that nm was assumed.
    told : bool
        Whether the caller told the unit, which is not doubted then.

    Yields
    ------
    str
        One sentence with its remedy for each doubt.

    Examples
    --------
    >>> import numpy as np
    >>> xy = np.random.default_rng(0).uniform(0, 20_000, (500, 2))
    >>> list(plausibility_warnings(xy, sigma_nm=np.full(500, 12.0)))
    []
    >>> for warning in plausibility_warnings(xy, sigma_nm=np.full(500, 140.0)):
    ...     print(warning.partition(";")[0])
    The precision of 140 nm hardly varies and looks like the width of the point spread function
    """
    yield from _one_place(xy_nm)
    doubt = [] if told else list(unit_warnings(xy_nm, sigma_nm, assumed=assumed))
    yield from doubt
    if not doubt:
        yield from _precision_warnings(xy_nm, sigma_nm)
        yield from _depth_warnings(xy_nm, z_nm)


def unit_warnings(
    xy_nm: FloatArray, sigma_nm: FloatArray | None, *, assumed: bool = True
) -> Iterator[str]:
    """Say where lengths that were read as nm look like another unit.

    Parameters
    ----------
    xy_nm : ndarray of shape (n, 2)
        Positions as read.
    sigma_nm : ndarray of shape (n,) or None
        Lateral precision as read, NaN where unknown.
    assumed : bool
        Whether nothing states the unit. Otherwise the bounds are wider, and few localizations are
        not enough to doubt.

    Yields
    ------
    str
        One sentence with the remedy, at most once.
    """
    if len(xy_nm) < (2 if assumed else _ENOUGH_ROWS):
        return
    extent = _extent(xy_nm)
    sigma = _median(sigma_nm)
    if extent == 0:
        return
    largest = _LARGEST_FIELD_NM if assumed else _LARGEST_STATED_FIELD_NM
    smallest = _SMALLEST_FIELD_NM if assumed else _SMALLEST_STATED_FIELD_NM
    field = f"the field of view of {plain(extent, 3)} nm"
    precision = f"the median precision of {plain(sigma, 3)} nm"
    if extent < _METRES_BELOW_NM:
        yield _sentence(field, "metres", "m", assumed)
    elif extent > largest:
        yield _sentence(
            field, "a smaller unit, or single coordinates are wrong", "angstrom", assumed
        )
    elif sigma < _SMALLEST_SIGMA_NM and (assumed or extent < _LARGEST_CAMERA_PX):
        yield _sentence(precision, "pixels or µm", "px", assumed)
    elif sigma > _LARGEST_SIGMA_NM:
        yield _sentence(precision, "a smaller unit", "angstrom", assumed)
    elif extent < smallest:
        yield _sentence(field, "pixels or µm", "px", assumed)
    elif np.isnan(sigma) and extent < _LARGEST_CAMERA_PX:
        distance = _median_neighbour_distance(xy_nm)
        if 0 < distance < _SMALLEST_NEIGHBOUR_NM:
            what = f"the median distance of {plain(distance, 3)} nm to the nearest neighbour"
            yield _sentence(what, "pixels", "px", assumed)


def _one_place(xy: FloatArray) -> Iterator[str]:
    if len(xy) < _ENOUGH_ROWS:
        return
    if _extent(xy) == 0:
        yield (
            f"All {len(xy)} localizations lie at one point; check which columns hold the "
            "coordinates."
        )
    elif xy[0, 0] == xy[0, 1] and np.array_equal(xy[:, 0], xy[:, 1]):
        yield "x and y are the same in every row; check which columns hold the coordinates."


def _precision_warnings(xy: FloatArray, sigma: FloatArray | None) -> Iterator[str]:
    known = _known(sigma)
    if len(known) < _ENOUGH_ROWS:
        return
    low, median, high = np.percentile(known, (25, 50, 75)).tolist()
    extent = _extent(xy)
    if median > _SIGMA_PER_FIELD * extent > 0:
        yield (
            f"The median precision of {plain(median, 3)} nm is as large as the field of view of "
            f"{plain(extent, 3)} nm; check the unit of both, and which column is the precision."
        )
    elif _PSF_WIDTH_NM[0] <= median <= _PSF_WIDTH_NM[1] and high - low < _PSF_SPREAD * median:
        yield (
            f"The precision of {plain(median, 3)} nm hardly varies and looks like the width of "
            "the point "
            'spread function; if so, name the column of the precision with columns={"sigma_x_nm": '
            '..., "sigma_y_nm": ...}, or remove this one from the file.'
        )


def _depth_warnings(xy: FloatArray, z: FloatArray | None) -> Iterator[str]:
    if z is None or len(z) < _ENOUGH_ROWS:
        return
    depth = float(np.ptp(z))
    remedy = "name the unit of z in the header, or choose another column with columns={'z_nm': ...}"
    if depth > _LARGEST_DEPTH_NM:
        yield f"The depth of {plain(depth, 3)} nm in z looks like a smaller unit than nm; {remedy}."
    elif 0 < depth < _SMALLEST_DEPTH_NM and _extent(xy) > _WIDE_FIELD_NM:
        yield f"The depth of {plain(depth, 3)} nm in z looks like µm; {remedy}."


def _extent(xy: FloatArray) -> float:
    # along columns; numpy takes much longer to reduce rows of two
    return max(float(np.ptp(xy[:, axis])) for axis in (0, 1))


def _median(sigma: FloatArray | None) -> float:
    known = _known(sigma)
    return float(np.median(known)) if known.size else np.nan


def _known(sigma: FloatArray | None) -> FloatArray:
    """Return precisions that are known, of a large table some all over it."""
    if sigma is None:
        return np.empty(0)
    some = sigma[:: max(1, len(sigma) // _SAMPLE)]
    return some[np.isfinite(some)]


def _sentence(what: str, looks_like: str, unit: str, assumed: bool) -> str:
    if not assumed:
        return (
            f"Lengths were read in the unit that the file or its format states, but {what} looks "
            f"like {looks_like}; if so, correct the unit or the pixel size."
        )
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
