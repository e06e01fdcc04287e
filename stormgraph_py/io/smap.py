"""SMAP's localizations: MATLAB files of version 7.3 (HDF5) and 7, and csv, all in nm."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from stormgraph_py.errors import FileFormatError
from stormgraph_py.io import matlab
from stormgraph_py.io.aliases import Understood
from stormgraph_py.io.assemble import RawTable, assemble
from stormgraph_py.io.delimited import localizations_of_text
from stormgraph_py.io.provenance import sha256_of
from stormgraph_py.io.reader import Reader, ReadOptions
from stormgraph_py.io.source import Peek, peek, read_buffer
from stormgraph_py.io.text import read_text
from stormgraph_py.localizations import Localizations

NAME = "smap"

_MEANINGS = {
    "x_nm": "xnm",
    "y_nm": "ynm",
    "z_nm": "znm",
    "sigma_x_nm": "locprecnm",
    "sigma_y_nm": "locprecnm",
    "sigma_z_nm": "locprecznm",
    "frame": "frame",
    "photons": "phot",
    "channel": "channel",
}
_LENGTHS = ("xnm", "ynm", "znm", "locprecnm", "locprecznm")
_OWN_COLUMNS = frozenset({"locprecnm", "phot", "PSFxnm", "filenumber"})
_SEPARATOR = re.compile("[,;\t]")


def _recognizes(peek: Peek) -> bool:
    if peek.is_matlab or peek.is_hdf5:
        return "saveloc" in (peek.matlab_names or peek.hdf5_names)
    header = peek.lines[0] if peek.is_text and peek.lines else ""
    names = {name.strip(' "') for name in _SEPARATOR.split(header)}
    return {"xnm", "ynm"} <= names and not names.isdisjoint(_OWN_COLUMNS)


def _read(path: Path, options: ReadOptions) -> Localizations:
    begin = peek(path)
    if begin.is_matlab or begin.is_hdf5:
        return _read_matlab(path, options, begin)
    text = read_text(path, options.separator)
    notes, warnings = _remarks({name: text.frame[name] for name in map(str, text.frame.columns)})
    understood = Understood(_present(text.frame.columns), notes, warnings)
    return localizations_of_text(text, understood, path, NAME, options)


def _read_matlab(path: Path, options: ReadOptions, begin: Peek) -> Localizations:
    import pandas as pd

    if begin.is_hdf5:
        locs, sha256 = matlab.read_hdf5(path, "saveloc/loc"), sha256_of(path)
    else:
        data, sha256 = read_buffer(path)
        saved = matlab.read(data, path, ("saveloc",)).get("saveloc")
        locs = (saved.get("loc") if isinstance(saved, dict) else None) or {}
    columns = {n: v.ravel() for n, v in locs.items() if isinstance(v, np.ndarray)}
    if "xnm" not in columns or "ynm" not in columns:
        raise FileFormatError(
            f"{path}: has no localizations: there are no numbers in saveloc.loc.xnm and "
            "saveloc.loc.ynm. Save the localizations in SMAP again."
        )
    n_rows = len(columns["xnm"])
    if n_rows == 0:
        raise FileFormatError(f"{path}: saveloc.loc has no rows; localize in SMAP again.")
    whole = {name: column for name, column in columns.items() if len(column) == n_rows}
    notes, warnings = _remarks(whole)
    if left_out := sorted(set(locs) - set(whole)):
        warnings = (
            *warnings,
            f"{len(left_out)} fields are left out, as they hold not one number for each of "
            f"{n_rows} localizations: {', '.join(left_out)[:200]}.",
        )
    raw = RawTable(
        path=str(path),
        format=NAME,
        sha256=sha256,
        frame=pd.DataFrame(whole, copy=False),
        columns=_present(whole),
        units=dict.fromkeys(_LENGTHS, "nm"),
        where=lambda row: f"row {row + 1}",
        notes=notes,
        warnings=warnings,
    )
    return assemble(raw, options)


def _present(names: object) -> dict[str, str]:
    there = set(map(str, names))  # type: ignore[call-overload]
    return {target: name for target, name in _MEANINGS.items() if name in there}


def _remarks(columns: Mapping[str, object]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return notes and warnings on columns that are easily taken for something else."""
    notes, warnings = [], []
    if widths := [name for name in ("PSFxnm", "PSFynm") if name in columns]:
        notes.append(f"{', '.join(widths)}: width of the point spread function, not the precision.")
    if "filenumber" in columns:
        numbers = np.unique(np.asarray(columns["filenumber"]))
        if len(numbers) > 1:
            warnings.append(
                f"The file holds localizations of {len(numbers)} files, which may lie on top of "
                "each other; keep one of them by the column filenumber."
            )
    return tuple(notes), tuple(warnings)


READER = Reader(
    name=NAME,
    description="SMAP file (.mat) or table",
    suffixes=(".mat", ".csv"),
    recognizes=_recognizes,
    read=_read,
)
