"""ThunderSTORM's csv tables, 2-D and 3-D, in the unit that their header states."""

from __future__ import annotations

import re
from pathlib import Path

from stormgraph_py.io.aliases import Understood, parse_name
from stormgraph_py.io.delimited import localizations_of_text
from stormgraph_py.io.reader import Reader, ReadOptions
from stormgraph_py.io.source import Peek
from stormgraph_py.io.text import read_text
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
_PSF_WIDTHS = ("sigma", "sigma1", "sigma2")


def _recognizes(peek: Peek) -> bool:
    header = peek.lines[0] if peek.lines else ""
    names = [name.strip().lower() for name in re.split("[,;\t]", header.replace('"', ""))]
    with_unit = {name.partition(" [")[0] for name in names if name.endswith("]")}
    return {"x", "y"} <= with_unit and not with_unit.isdisjoint(_OWN_COLUMNS)


def _read(path: Path, options: ReadOptions) -> Localizations:
    text = read_text(path, options.separator)
    columns: dict[str, str] = {}
    widths = []
    for name in map(str, text.frame.columns):
        key, unit = parse_name(name)
        for target in _MEANINGS.get(key, ()):
            columns.setdefault(target, name)
        if key == "intensity" and unit == "photon":
            columns.setdefault("photons", name)
        if key in _PSF_WIDTHS:
            widths.append(name)
    notes: tuple[str, ...] = ()
    if widths:
        notes = (f"{', '.join(widths)}: width of the point spread function, not the precision.",)
    return localizations_of_text(text, Understood(columns, notes), path, NAME, options)


READER = Reader(
    name=NAME,
    description="ThunderSTORM table",
    suffixes=(".csv", ".csv.gz"),
    recognizes=_recognizes,
    read=_read,
)
