"""Which column of a plain table means what, told from its name.

A name is taken apart into a key and a unit: ``x [nm]``, ``X (nm)``, ``x_nm`` and ``xnm`` are all
the key ``x`` in nm. The keys of each column of the package are listed in order of preference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from stormgraph_py.io.units import unit_named
from stormgraph_py.localizations import COLUMNS

_BRACKETED = re.compile(r"(.*?)\s*[\[(]([^\[\]()]*)[\])]")
_GLUED = re.compile(r"([xyz]|loc_?prec(?:_?z)?)_?(nm|um|pix|px)")

_AXIS_PATTERNS = (
    "{a}c",  # drift-corrected, beside the raw one
    "{a}_corrected",
    "{a}",
    "{a}_position",
    "position_{a}",
    "{a}_pos",
    "pos_{a}",
    "{a}pos",
    "pos{a}",
    "{a}_coord",
    "coord_{a}",
    "{a}_coordinate",
    "coordinate_{a}",
    "{a}_centroid",
    "centroid_{a}",
    "{a}_center",
    "center_{a}",
    "{a}_centre",
    "centre_{a}",
    "{a}_loc",
    "loc_{a}",
)
_PRECISION_PATTERNS = (
    "uncertainty_{a}",
    "{a}_uncertainty",
    "precision_{a}",
    "{a}_precision",
    "localization_precision_{a}",
    "{a}_localization_precision",
    "localisation_precision_{a}",
    "{a}_localisation_precision",
    "loc_precision_{a}",
    "loc_prec_{a}",
    "locprec_{a}",
    "locprec{a}",
    "lp{a}",
    "lp_{a}",
    "{a}_error",
    "error_{a}",
    "{a}_err",
    "{a}_loc_error",
)
_LATERAL_PRECISION = (
    "uncertainty_xy",
    "xy_uncertainty",
    "uncertainty",
    "precision_xy",
    "xy_precision",
    "precision",
    "locprec",
    "loc_prec",
    "loc_precision",
    "localization_precision",
    "localisation_precision",
    "localization_uncertainty",
    "localisation_uncertainty",
    "localization_accuracy",
    "localisation_accuracy",
    "lateral_localization_accuracy",
    "lateral_localization_precision",
    "lateral_precision",
    "lateral_uncertainty",
    "lp",
    "lp_xy",
    "lpxy",
)
_AXIAL_PRECISION = (
    "axial_precision",
    "axial_uncertainty",
    "axial_localization_accuracy",
    "axial_localization_precision",
)
_OTHERS = {
    "frame": (
        "frame",
        "frames",
        "frame_number",
        "frame_index",
        "frame_ix",
        "frame_id",
        "frame_no",
        "image_number",
        "first_frame",
    ),
    "photons": (
        "photons",
        "photon",
        "n_photons",
        "nphotons",
        "num_photons",
        "number_photons",
        "number_of_photons",
        "photon_count",
        "phot",
    ),
    "channel": (
        "channel",
        "channel_index",
        "channel_id",
        "channel_number",
        "channel_name",
        "color",
        "colour",
        "probe",
    ),
}


def _table() -> dict[str, tuple[str, ...]]:
    table = {f"{a}_nm": tuple(p.format(a=a) for p in _AXIS_PATTERNS) for a in "xyz"}
    for a in "xyz":
        shared = _AXIAL_PRECISION if a == "z" else _LATERAL_PRECISION
        table[f"sigma_{a}_nm"] = tuple(p.format(a=a) for p in _PRECISION_PATTERNS) + shared
    return table | _OTHERS


ALIASES = _table()
"""Keys of each column of the package, the preferred one first."""

_AMBIGUOUS = ("sigma_x", "sigma_y", "sigma_xy", "sigma")
_UNIT_RANK = ("nm", "um", "angstrom", "mm", "m", None, "px")


@dataclass(frozen=True)
class Understood:
    """What the names of a table's columns mean.

    Parameters
    ----------
    columns : dict of str to str
        Name in the package -> name in the file.
    notes, warnings : tuple of str
        What was chosen where there was a choice, and what could not be told.
    """

    columns: Mapping[str, str]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def parse_name(name: str) -> tuple[str, str | None]:
    """Take the name of a column apart into a key and a unit.

    Returns
    -------
    key : str
        Lower case, words joined by underscores.
    unit : str or None
        One of the package's units or "photon"; what the file says in brackets when that is no unit
        we know; None when it says nothing.

    Examples
    --------
    >>> parse_name("Position X [µm]")
    ('position_x', 'um')
    >>> parse_name("sigma_x_nm")
    ('sigma_x', 'nm')
    >>> parse_name("frame")
    ('frame', None)
    """
    name = name.strip(" \t\"'")
    if match := _BRACKETED.fullmatch(name):
        text = match[2].strip()
        return _key(match[1]), unit_named(text) or text or None
    key = _key(name)
    if match := _GLUED.fullmatch(key):
        return match[1], unit_named(match[2])
    head, _, tail = key.rpartition("_")
    unit = unit_named(tail)
    return (head, unit) if head and unit not in (None, "photon") else (key, None)


def understand(names: Sequence[str], given: Mapping[str, str] | None = None) -> Understood:
    """Find the columns of a plain table that have a meaning.

    A single column of precision holds for x and y. A column named just ``sigma`` is left alone: in
    this field it means the width of the point spread function as often as the precision.

    Parameters
    ----------
    names : sequence of str
        The columns' names in the file, each one different.
    given : mapping of str to str, optional
        Name in the package -> name in the file, where the caller knows it.
    """
    parsed = {name: parse_name(name) for name in names}
    columns = dict(given or {})
    notes: list[str] = []
    for target in COLUMNS:
        if target in columns:
            continue
        found = list(_candidates(target, parsed))
        if not found:
            continue
        columns[target] = found[0]
        if len(found) > 1 and target != "sigma_y_nm":
            others = " and ".join(repr(n) for n in found[1:])
            notes.append(f"{target} is read from {found[0]!r}; {others} could be meant as well.")
    return Understood(columns, tuple(notes), tuple(_unclear(parsed, columns)))


def _candidates(target: str, parsed: dict[str, tuple[str, str | None]]) -> Iterable[str]:
    ranked = []
    for name, (key, unit) in parsed.items():
        if name == target:
            ranked.append((-1, 0, name))
        elif key in ALIASES[target]:
            rank = _UNIT_RANK.index(unit) if unit in _UNIT_RANK else len(_UNIT_RANK)
            ranked.append((ALIASES[target].index(key), rank, name))
        elif target == "photons" and key == "intensity" and unit == "photon":
            ranked.append((len(ALIASES[target]), 0, name))
    return [name for _, _, name in sorted(ranked, key=lambda r: r[:2])]


def _unclear(parsed: dict[str, tuple[str, str | None]], columns: dict[str, str]) -> Iterable[str]:
    if "sigma_x_nm" in columns:
        return
    unclear = {key: name for name, (key, _) in parsed.items() if key in _AMBIGUOUS}
    if unclear:
        names = " and ".join(repr(name) for name in unclear.values())
        any_axis = next(iter(unclear.values()))
        x, y = unclear.get("sigma_x", any_axis), unclear.get("sigma_y", any_axis)
        yield (
            f"{names} may be the localization precision or the width of the point spread function, "
            "and is not used. If it is the precision, say "
            f'columns={{"sigma_x_nm": {x!r}, "sigma_y_nm": {y!r}}}.'
        )


def _key(name: str) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    return re.sub(r"[^0-9a-z]+", "_", words.lower()).strip("_")
