"""DECODE's emitters, as HDF5 and as csv, in nm or in pixels whose size the file states."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stormgraph_py.arrays import AnyArray
from stormgraph_py.errors import FileFormatError
from stormgraph_py.io import hdf5
from stormgraph_py.io.assemble import RawTable, assemble
from stormgraph_py.io.provenance import sha256_of
from stormgraph_py.io.reader import Reader, ReadOptions
from stormgraph_py.io.source import Peek, peek
from stormgraph_py.io.text import read_text
from stormgraph_py.localizations import Localizations
from stormgraph_py.numerals import plain

if TYPE_CHECKING:
    import pandas as pd

NAME = "decode"

_FIRST_LINE = "# DECODE EmitterSet"
_MEANINGS = {
    "x_nm": "x",
    "y_nm": "y",
    "z_nm": "z",
    "sigma_x_nm": "x_sig",
    "sigma_y_nm": "y_sig",
    "sigma_z_nm": "z_sig",
    "frame": "frame_ix",
    "photons": "phot",
}
_AXES = "xyz"
_GROUPS = frozenset({"data", "meta", "decode"})
_MOST_COLUMNS = 16


def _recognizes(peek: Peek) -> bool:
    if peek.is_hdf5:
        return set(peek.hdf5_names) >= _GROUPS
    return bool(peek.lines) and peek.lines[0].startswith(_FIRST_LINE)


def _read(path: Path, options: ReadOptions) -> Localizations:
    import pandas as pd

    begin = peek(path)
    where: Callable[[int], str]
    notes: list[str]
    if begin.is_hdf5:
        columns, meta = _read_hdf5(path)
        frame, sha256 = pd.DataFrame(columns, copy=False), sha256_of(path)
        where, notes = _row, []
    else:
        text = read_text(path, options.separator)
        frame, sha256, where, notes = text.frame, text.sha256, text.where, list(text.notes)
        meta = _meta_of_csv(begin.lines)
    unit, sizes = _unit(meta), _pixel_sizes(meta)
    warnings: list[str] = []
    told = options.pixel_size_nm
    if unit == "px" and told is None and sizes is not None:
        frame = _in_nm(frame, sizes)
        unit = "nm"
        notes.append(
            f"Pixels of {plain(sizes[0])} x {plain(sizes[1])} nm, as the file states, were made nm."
        )
    elif unit == "px" and told is not None and sizes is not None and set(sizes) != {told}:
        warnings.append(
            f"The pixel size of {plain(told)} nm was used, as told; the file says "
            f"{plain(sizes[0])} x {plain(sizes[1])} nm."
        )
    # z is nm whatever x and y are
    units = {name: unit for a in "xy" for name in (a, f"{a}_sig")} | {"z": "nm", "z_sig": "nm"}
    raw = RawTable(
        path=str(path),
        format=NAME,
        sha256=sha256,
        frame=frame,
        columns={t: name for t, name in _MEANINGS.items() if _is_known(frame, name)},
        units=units,
        where=where,
        notes=tuple(notes),
        warnings=tuple(warnings),
    )
    return assemble(raw, options)


def _row(row: int) -> str:
    return f"row {row + 1}"


def _read_hdf5(path: Path) -> tuple[dict[str, AnyArray], dict[str, Any]]:
    """Return the columns of a file and what it says of its units."""
    import h5py

    hdf5.check_heaps(path)
    with hdf5.opened(path) as file:
        group, meta = hdf5.find(file, "data", path), hdf5.find(file, "meta", path)
        xyz = hdf5.find(file, "data/xyz", path)
        if not isinstance(group, h5py.Group) or not isinstance(xyz, h5py.Dataset):
            raise FileFormatError(f"{path}: has no /data/xyz; save the emitters in DECODE again.")
        if xyz.ndim != 2 or xyz.shape[1] != len(_AXES):
            raise hdf5.damaged(path, f"/data/xyz has the shape {xyz.shape}, not (n, 3)")
        n_rows = xyz.shape[0]
        if n_rows == 0:
            raise FileFormatError(
                f"{path}: has no localizations: DECODE found none, or none was left after "
                "filtering. Run the fit again, with a lower threshold if need be."
            )
        columns: dict[str, AnyArray] = {}
        for name in map(str, group):
            dataset = hdf5.find(file, f"data/{name}", path)
            if not isinstance(dataset, h5py.Dataset) or dataset.shape is None:
                continue  # what was not measured is an empty dataset
            values = hdf5.read(dataset, path)
            if len(values) != n_rows or values.ndim > 2 or values.size > n_rows * _MOST_COLUMNS:
                raise hdf5.damaged(path, f"/data/{name} has the shape {values.shape}")
            columns |= dict(_split(name, values))
        stated = meta.attrs if isinstance(meta, h5py.Group) else {}
        said = {key: stated[key] for key in ("xy_unit", "px_size") if key in stated}
    return columns, said


def _split(name: str, values: AnyArray) -> Iterable[tuple[str, AnyArray]]:
    """Take (n, 3) apart as DECODE's csv does: xyz_sig is x_sig, y_sig, z_sig."""
    if values.ndim == 1:
        yield name, values
        return
    for i in range(values.shape[1]):
        stem, rest = name[:3], name[3:]
        yield (f"{_AXES[i]}{rest}" if stem == _AXES else f"{name}_{i}"), values[:, i]


def _meta_of_csv(lines: Iterable[str]) -> dict[str, Any]:
    """Return what the third comment line says."""
    for line in lines:
        if not line.startswith("#"):
            break
        try:
            said = json.loads(line.lstrip("# "))
        except (ValueError, RecursionError):
            continue
        if isinstance(said, dict) and {"xy_unit", "px_size"} & set(said):
            return said
    return {}


def _unit(meta: Mapping[str, Any]) -> str | None:
    unit = meta.get("xy_unit")
    unit = unit.decode(errors="replace") if isinstance(unit, bytes) else unit
    return unit if isinstance(unit, str) else None


def _pixel_sizes(meta: Mapping[str, Any]) -> tuple[float, float] | None:
    """Return the size of a pixel along x and y in nm."""
    try:
        sizes = np.asarray(meta.get("px_size"), dtype=np.float64).ravel()
    except (TypeError, ValueError):
        return None
    if len(sizes) != 2 or not np.all((sizes > 0) & np.isfinite(sizes)):
        return None
    return float(sizes[0]), float(sizes[1])


def _in_nm(frame: pd.DataFrame, sizes: tuple[float, float]) -> pd.DataFrame:
    scaled = {
        name: frame[name].astype(np.float64) * size
        for axis, size in zip("xy", sizes, strict=True)
        for name in (axis, f"{axis}_sig")
        if name in frame.columns and frame[name].dtype.kind in "iuf"
    }
    return frame.assign(**scaled)


def _is_known(frame: pd.DataFrame, name: str) -> bool:
    # the csv has a column for what was not measured, too
    return name in frame.columns and not frame[name].isna().all()


READER = Reader(
    name=NAME,
    description="DECODE emitters (.h5, .csv)",
    suffixes=(".h5", ".csv"),
    recognizes=_recognizes,
    read=_read,
)
