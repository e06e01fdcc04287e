"""ThunderSTORM's csv tables, 2-D and 3-D, in the unit that their header states; Abbelight's too."""

from __future__ import annotations

import re
from pathlib import Path

from stormgraph_py.io.aliases import Understood, parse_name
from stormgraph_py.io.delimited import localizations_of_text
from stormgraph_py.io.reader import Reader, ReadOptions
from stormgraph_py.io.source import Peek
from stormgraph_py.io.text import read_named
from stormgraph_py.localizations import Localizations

NAME = "thunderstorm"

_OWN_COLUMNS = (
    "sigma",
    "sigma1",
    "sigma2",
    "uncertainty",
    "uncertainty_xy",
    "uncertainty_z",
    "intensity",
    "offset",
    "bkgstd",
)
_MEANINGS = {
    "x": ("x_nm",),
    "y": ("y_nm",),
    "z": ("z_nm",),
    "uncertainty": ("sigma_x_nm", "sigma_y_nm"),
    "uncertainty_xy": ("sigma_x_nm", "sigma_y_nm"),
    "uncertainty_z": ("sigma_z_nm",),
    "frame": ("frame",),
    "channel": ("channel",),
}
_PSF_WIDTHS = ("sigma", "sigma1", "sigma2", "sigma_x", "sigma_y")
_ABBELIGHT_Z = ("z_saf", "z_astigm")
"""From supercritical angle fluorescence, and from astigmatism; z combines them."""


def _recognizes(peek: Peek) -> bool:
    header = peek.lines[0] if peek.lines else ""
    names = [name.strip().lower() for name in re.split("[,;\t]", header.replace('"', ""))]
    with_unit = {name.partition(" [")[0] for name in names if name.endswith("]")}
    return {"x", "y"} <= with_unit and not with_unit.isdisjoint(_OWN_COLUMNS)


def _read(path: Path, options: ReadOptions) -> Localizations:
    text = read_named(path, options.separator)
    columns: dict[str, str] = {}
    widths = []
    partial_z = []
    for name in map(str, text.frame.columns):
        key, unit = parse_name(name)
        for target in _MEANINGS.get(key, ()):
            columns.setdefault(target, name)
        if key == "intensity" and unit == "photon":
            columns.setdefault("photons", name)
        if key in _PSF_WIDTHS:
            widths.append(name)
        if key in _ABBELIGHT_Z:
            partial_z.append(name)
    notes = []
    warnings = []
    if widths:
        notes.append(f"{', '.join(widths)}: width of the point spread function, not the precision.")
    if partial_z and "z_nm" in columns:
        notes.append(f"{', '.join(partial_z)} of Abbelight are kept; z is {columns['z_nm']!r}.")
    elif partial_z and "z_nm" not in options.columns:
        warnings.append(
            f"The file has {' and '.join(partial_z)} and no z, and was read in 2-D; to use one, "
            f'say columns={{"z_nm": {partial_z[-1]!r}}}.'
        )
    understood = Understood(columns, tuple(notes), tuple(warnings))
    return localizations_of_text(text, understood, path, NAME, options)


READER = Reader(
    name=NAME,
    description="ThunderSTORM or Abbelight table",
    suffixes=(".csv", ".csv.gz"),
    recognizes=_recognizes,
    read=_read,
)
