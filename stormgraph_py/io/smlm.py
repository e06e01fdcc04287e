"""The .smlm exchange format: a zip archive of binary tables that a manifest describes."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from stormgraph_py.arrays import AnyArray, IntArray
from stormgraph_py.errors import FileFormatError
from stormgraph_py.io.aliases import parse_name, understand
from stormgraph_py.io.assemble import RawTable, assemble
from stormgraph_py.io.provenance import sha256_of
from stormgraph_py.io.reader import Reader, ReadOptions
from stormgraph_py.io.source import Peek, peek
from stormgraph_py.io.units import unit_named
from stormgraph_py.io.unpacking import read_member
from stormgraph_py.localizations import Localizations

NAME = "smlm"

_MANIFEST = "manifest.json"
_VERSION = "0.2"
_OF_TABLE = "channel of the table"
_DTYPES = {
    "int8": "<i1",
    "uint8": "<u1",
    "int16": "<i2",
    "uint16": "<u2",
    "int32": "<i4",
    "uint32": "<u4",
    "int64": "<i8",
    "uint64": "<u8",
    "float32": "<f4",
    "float64": "<f8",
}


@dataclass(frozen=True, kw_only=True)
class _Table:
    """One table as the manifest describes it.

    Parameters
    ----------
    name : str
        File in the archive.
    channel : str
        What it shows.
    n_rows : int
        Rows.
    dtype : numpy.dtype
        Of a row.
    units : mapping of str to (str or None)
        Name of the column -> its unit.
    offsets : mapping of str to float
        Name of the column -> what is to be added to its values.
    """

    name: str
    channel: str
    n_rows: int
    dtype: np.dtype[np.void]
    units: Mapping[str, str | None]
    offsets: Mapping[str, float]


def _recognizes(peek: Peek) -> bool:
    return _MANIFEST in peek.zip_names


def _read(path: Path, options: ReadOptions) -> Localizations:
    import pandas as pd

    if not _recognizes(peek(path)):
        raise FileFormatError(f"{path}: is no zip archive with a {_MANIFEST}; leave format= out.")
    tables, n_others, notes = _described(path)
    frames = [pd.DataFrame(_columns(path, table), copy=False) for table in tables]
    units: dict[str, str | None] = {}
    for table in tables:
        for name, unit in table.units.items():
            if units.setdefault(name, unit) != unit:
                raise FileFormatError(
                    f"{path}: column {name!r} has the unit {units[name]!r} in one table and "
                    f"{unit!r} in {table.name}; export the tables one by one."
                )
    frame = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    understood = understand(list(map(str, frame.columns)), options.columns)
    columns = dict(understood.columns)
    channels = sorted({table.channel for table in tables})
    if len(channels) > 1:
        of_table = [channels.index(table.channel) for table in tables]
        of_row: IntArray = np.repeat(of_table, [table.n_rows for table in tables])
        frame = frame.assign(**{_OF_TABLE: pd.Categorical.from_codes(of_row, pd.Index(channels))})
        columns["channel"] = options.columns.get("channel", _OF_TABLE)
    if len(tables) > 1:
        listed = ", ".join(f"{t.name} ({t.channel or 'no channel'}, {t.n_rows})" for t in tables)
        notes.append(f"{len(tables)} tables were put one below the other: {listed[:300]}.")
    if n_others:
        notes.append(f"{n_others} other files in the archive, such as images, were left alone.")
    raw = RawTable(
        path=str(path),
        format=NAME,
        sha256=sha256_of(path),
        frame=frame,
        columns=columns,
        units=units,
        where=lambda row: f"row {row + 1}",
        notes=(*notes, *understood.notes),
        warnings=understood.warnings,
    )
    return assemble(raw, options)


def _described(path: Path) -> tuple[list[_Table], int, list[str]]:
    """Return the tables of a file, how many files are none, and notes."""
    try:
        manifest = json.loads(read_member(path, _MANIFEST))
        files = manifest["files"]
        tables = [_table(f, manifest["formats"]) for f in files if f["type"] == "table"]
        version = str(manifest.get("format_version"))
    except FileFormatError:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise FileFormatError(
            f"{path}: its {_MANIFEST} is damaged or lacks what describes the tables "
            f"({type(error).__name__}: {reason[:200]}); export it again."
        ) from None
    if not tables:
        raise FileFormatError(f"{path}: has no table of localizations; it holds images alone.")
    notes = []
    if version != _VERSION:
        notes.append(f"The file is of version {version}; it was read as version {_VERSION}.")
    return tables, len(files) - len(tables), notes


def _table(described: Mapping[str, Any], formats: Mapping[str, Any]) -> _Table:
    layout = formats[described["format"]]
    if layout["mode"] != "binary":
        raise ValueError(f"{described['name']} is text: unpack the archive and read it as it is")
    headers = [str(name) for name in layout["headers"]]
    if len(set(headers)) != len(headers):
        raise ValueError(f"two columns of {described['name']} have the same name")
    fields = [
        (name, _DTYPES[dtype], _shape(shape))
        for name, dtype, shape in zip(headers, layout["dtype"], layout["shape"], strict=True)
    ]
    units = layout.get("units") or [""] * len(headers)
    offsets = described.get("offset") or {}
    return _Table(
        name=str(described["name"]),
        channel=str(described.get("channel") or ""),
        n_rows=int(described["rows"]),
        dtype=np.dtype(fields),
        units={n: _unit(n, str(unit)) for n, unit in zip(headers, units, strict=True)},
        offsets={name: float(offsets.get(name) or 0) for name in headers},
    )


def _shape(shape: Any) -> tuple[int, ...]:
    sizes = tuple(int(n) for n in (shape if isinstance(shape, list) else [shape]))
    if any(n < 1 for n in sizes):
        raise ValueError(f"the shape {shape!r} has no values")
    return () if math.prod(sizes) == 1 else (math.prod(sizes),)


def _unit(name: str, text: str) -> str | None:
    """Return the unit of a column; the manifest's, else the one in its name."""
    return (unit_named(text) or text) if text.strip() else parse_name(name)[1]


def _columns(path: Path, table: _Table) -> dict[str, AnyArray]:
    data = read_member(path, table.name)
    if table.n_rows < 1:
        raise FileFormatError(f"{path}: {table.name} has no rows; export the localizations again.")
    if len(data) != table.n_rows * table.dtype.itemsize:
        raise FileFormatError(
            f"{path}: {table.name} has {len(data)} bytes where {table.n_rows} rows of "
            f"{table.dtype.itemsize} bytes should be; it is cut off or damaged. Export it again."
        )
    records = np.frombuffer(data, dtype=table.dtype)
    columns: dict[str, AnyArray] = {}
    for name in table.dtype.names or ():
        values = records[name]
        if table.offsets[name]:
            values = values + table.offsets[name]
        if values.ndim == 1:
            columns[name] = np.ascontiguousarray(values)
        else:
            columns |= {f"{name}_{i}": values[:, i].copy() for i in range(values.shape[1])}
    return columns


READER = Reader(
    name=NAME,
    description=".smlm archive",
    suffixes=(".smlm",),
    recognizes=_recognizes,
    read=_read,
)
