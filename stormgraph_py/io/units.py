"""The unit of every length in a file, and what it is in nm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stormgraph_py.errors import InputError, UntoldError
from stormgraph_py.numerals import plain

NM_PER_UNIT = {"nm": 1.0, "um": 1e3, "mm": 1e6, "m": 1e9, "angstrom": 0.1}
"""Length of each unit in nm; a pixel's length is the caller's to tell."""

UNITS = (*NM_PER_UNIT, "px")
"""Units that lengths may have."""

_UNIT_NAMES = {
    "nm": ("nm", "nanometer", "nanometers", "nanometre", "nanometres"),
    "um": ("um", "µm", "μm", "micron", "microns", "micrometer", "micrometers", "micrometre"),
    "mm": ("mm", "millimeter", "millimetre"),
    "m": ("m", "meter", "meters", "metre", "metres"),
    "angstrom": ("angstrom", "ångström", "å"),
    "px": ("px", "pix", "pixel", "pixels", "camera_pixel", "camera pixels"),
    "photon": ("photon", "photons"),
}
_UNIT_OF = {name: unit for unit, names in _UNIT_NAMES.items() for name in names}

_LATERAL = ("x_nm", "y_nm", "sigma_x_nm", "sigma_y_nm")
_AXIAL = ("z_nm", "sigma_z_nm")
_USUAL_PIXEL_NM = (10.0, 1000.0)


def unit_named(text: str) -> str | None:
    """Return the unit that a text names, "photon" included; None when it names none.

    Examples
    --------
    >>> unit_named("µm"), unit_named("Pixels"), unit_named("furlong")
    ('um', 'px', None)
    """
    return _UNIT_OF.get(text.strip().lower())


@dataclass(frozen=True)
class Scale:
    """How the lengths of a file become nm.

    Parameters
    ----------
    factors : dict of str to float
        nm per unit of each length, by name in the package.
    assumed : bool
        Whether nothing says what unit x and y have, so that they are taken for nm.
    notes, warnings : tuple of str
        The units in words.
    """

    factors: dict[str, float]
    assumed: bool
    notes: tuple[str, ...]
    warnings: tuple[str, ...]


def scale_to_nm(
    columns: Mapping[str, str],
    stated: Mapping[str, str | None],
    *,
    unit: str | None,
    pixel_size_nm: float | None,
    path: str,
) -> Scale:
    """Find the unit of every length.

    What the file states holds. Else the caller's unit does; else pixels, where a pixel size is
    given; else nm. A precision without a unit has that of x, and so has z, except that a pixel has
    no axial size: beside pixels, z is nm.

    Parameters
    ----------
    columns : mapping of str to str
        Name in the package -> name in the file.
    stated : mapping of str to (str or None)
        Name in the file -> unit that the file or its format states.
    unit : str or None
        What the caller says.
    pixel_size_nm : float or None
        Edge of a pixel.
    path : str
        The file, for messages.

    Raises
    ------
    InputError
        When a unit is unknown or contradicts the caller, or there are pixels without a size.
    """
    file_says = {t: stated.get(columns[t]) for t in (*_LATERAL, *_AXIAL) if t in columns}
    for target, says in file_says.items():
        if says is not None and says not in UNITS:
            if unit is None:
                raise UntoldError(
                    f"{path}: column {columns[target]!r} has the unit {says!r}, which is unknown; "
                    f"say which it is with unit=, one of {', '.join(UNITS)}.",
                    "unit",
                )
            file_says[target] = None
    notes: list[str] = []
    warnings: list[str] = []
    lateral = [u for t in ("x_nm", "y_nm") if (u := file_says.get(t))]
    if unit and lateral and unit not in lateral:
        raise InputError(
            f"{path}: the file states that column {columns['x_nm']!r} is in {lateral[0]}, and "
            f"unit={unit!r} contradicts it; leave unit= out, or correct the header."
        )
    base, origin = "nm", "assumed: the file states no unit"
    if unit:
        base, origin = unit, "as told"
    elif lateral:
        base, origin = lateral[0], "taken from x and y"
    elif pixel_size_nm is not None:
        base, origin = "px", "assumed: a pixel size is given"
        warnings.append(
            "The file states no unit and was read as pixels, because a pixel size is given; "
            "if it is nm, say unit='nm'."
        )
    units: dict[str, str] = {}
    by_unit: dict[tuple[str, str], list[str]] = {}
    for target, says in file_says.items():
        axial_default = "nm" if base == "px" else base
        units[target] = says or (axial_default if target in _AXIAL else base)
        why = "stated by the file" if says else origin
        names = by_unit.setdefault((units[target], why), [])
        if columns[target] not in names:
            names.append(columns[target])
        if target == "z_nm" and not says and base == "px":
            warnings.append(
                f"{columns[target]!r} has no unit beside pixels and was read as nm; "
                "name its unit in the header if it is another."
            )
    notes += [f"{', '.join(names)}: in {u} ({why})." for (u, why), names in by_unit.items()]
    if "px" in units.values():
        notes.append(
            f"A pixel is {plain(_known_pixel_size(pixel_size_nm, columns, units, path))} nm."
        )
        warnings += _unusual_pixel_size(pixel_size_nm)
    elif pixel_size_nm is not None:
        notes.append("The pixel size is not needed: no length is in pixels.")
    nm_per_unit = NM_PER_UNIT | {"px": pixel_size_nm or 1.0}
    return Scale(
        {target: nm_per_unit[u] for target, u in units.items()},
        not lateral and unit is None and pixel_size_nm is None,
        tuple(notes),
        tuple(warnings),
    )


def _known_pixel_size(
    pixel_size_nm: float | None, columns: Mapping[str, str], units: Mapping[str, str], path: str
) -> float:
    if pixel_size_nm is None:
        name = next(columns[target] for target, u in units.items() if u == "px")
        raise UntoldError(
            f"{path}: column {name!r} is in camera pixels and the size of a pixel is not known; "
            "give it in nm with pixel_size_nm=, for example pixel_size_nm=100.",
            "pixel_size_nm",
        )
    return pixel_size_nm


def _unusual_pixel_size(pixel_size_nm: float | None) -> list[str]:
    low, high = _USUAL_PIXEL_NM
    if pixel_size_nm is None or low <= pixel_size_nm <= high:
        return []
    return [
        f"A pixel of {plain(pixel_size_nm)} nm is unusual; give the edge of a camera pixel "
        "in the sample, in nm, mostly 60 to 200."
    ]
