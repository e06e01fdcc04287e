"""Write ThunderSTORM's csv, in a form that the plugin for ImageJ imports again.

Its importer takes every line apart at each comma, quoted or not, and every field below the header
for a number, where Java reads ``NaN`` and ``Infinity`` but nothing empty.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stormgraph_py.io.aliases import parse_name
from stormgraph_py.io.writer import Writer, Written, extra_columns, free_name, is_numeric, left_out
from stormgraph_py.io.writers import write_table
from stormgraph_py.localizations import Localizations

if TYPE_CHECKING:
    import pandas as pd

NAME = "thunderstorm"

_KEYS = {"id", "frame", "x", "y", "z", "intensity", "channel", "sigma", "sigma1", "sigma2",
         "uncertainty", "uncertainty_xy", "uncertainty_z"}  # fmt: skip
_PSF_WIDTH = re.compile(r"sigma[12]? \[nm\]")
_NOT_IN_A_NAME = re.compile(r"[,\"\r\n]")


def _write(locs: Localizations, path: Path, pixel_size_nm: float | None) -> Written:
    import pandas as pd

    table = locs.table
    extras = extra_columns(table)
    text = [name for name in extras if not is_numeric(table[name])]
    columns: dict[str, Any] = {"id": np.arange(1, len(table) + 1)}
    if "id" in extras and "id" not in text:
        columns["id"] = table["id"]
    renamed = {"frame": "frame", "x_nm": "x [nm]", "y_nm": "y [nm]", "z_nm": "z [nm]"}
    columns |= {theirs: table[ours] for ours, theirs in renamed.items() if ours in table}
    precision, notes = _precision(table)
    widths = [name for name in extras if name not in text and _PSF_WIDTH.fullmatch(name)]
    columns |= {name: table[name] for name in widths}
    if "photons" in table:
        columns["intensity [photon]"] = table["photons"]
    if "channel" in table:
        columns["channel"] = table["channel"]
    for name in extras:
        if name not in (*text, *widths, "id"):
            theirs = _free(name, columns | precision)
            columns[theirs] = table[name]
            if theirs != name:
                notes.append(f"Column {name!r} is called {theirs!r}.")
    columns |= precision
    frame = pd.DataFrame({name: _for_java(column) for name, column in columns.items()})
    header = ",".join(f'"{name}"' for name in columns)
    write_table(path, frame, header=header, missing="NaN")
    return Written(
        paths=(path,),
        format=NAME,
        n_localizations=len(table),
        notes=tuple(notes),
        warnings=left_out(text, "ThunderSTORM"),
    )


def _precision(table: pd.DataFrame) -> tuple[dict[str, pd.Series[Any]], list[str]]:
    """Return the columns of precision; ThunderSTORM has one for x and y."""
    known = [f"sigma_{a}_nm" for a in "xy" if f"sigma_{a}_nm" in table]
    axial = {"uncertainty_z [nm]": table["sigma_z_nm"]} if "sigma_z_nm" in table else {}
    if not known:
        return axial, []
    sigma = table[known[0]]
    notes = []
    if len(known) == 2 and not sigma.equals(table[known[1]]):
        sigma = (sigma + table[known[1]]) / 2
        notes.append("The uncertainty is the mean of the precisions of x and y, which differ.")
    name = "uncertainty_xy [nm]" if axial else "uncertainty [nm]"
    return {name: sigma} | axial, notes


def _free(name: str, columns: dict[str, Any]) -> str:
    """Name a column so that ThunderSTORM gives it no meaning that it does not have."""
    name = _NOT_IN_A_NAME.sub(" ", name)
    if parse_name(name)[0] in _KEYS:
        name = f"original_{name}"
    return free_name(name, columns)


def _for_java(column: Any) -> Any:
    values = np.asarray(column)
    if values.dtype.kind == "b":
        return values.astype(np.int8)
    if values.dtype.kind == "f" and np.isinf(values).any():
        words = {np.inf: "Infinity", -np.inf: "-Infinity"}
        return [words.get(value, value) for value in values.tolist()]
    return column


WRITER = Writer(
    name=NAME,
    description="ThunderSTORM csv",
    suffixes=(".csv", ".csv.gz"),
    write=_write,
)
