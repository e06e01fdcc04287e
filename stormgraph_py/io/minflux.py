"""MINFLUX localizations as Imspector exports them: .npy, .json and .mat, in metres.

Up to 2024 a row is a localization, with all its iterations in ``itr``. From m2410 on a row is one
iteration, and ``fnl`` marks the final one. Either way the final iteration of a valid localization
is what counts. The files state no precision: it is estimated from the scatter of a molecule's
repeated localizations, its trace ``tid``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stormgraph_py.arrays import AnyArray, BoolArray, FloatArray, IntArray
from stormgraph_py.errors import FileFormatError
from stormgraph_py.io import matlab, npy
from stormgraph_py.io.assemble import RawTable, assemble
from stormgraph_py.io.provenance import sha256_of
from stormgraph_py.io.reader import Reader, ReadOptions
from stormgraph_py.io.source import Peek, peek, read_buffer
from stormgraph_py.localizations import Localizations
from stormgraph_py.numerals import plain

if TYPE_CHECKING:
    import mmap

NAME = "minflux"

FEWEST_IN_TRACE = 5
"""A standard deviation of fewer localizations says too little: of five, it errs by a third."""

_AXES = "xyz"
_OLD = frozenset({"itr", "tid", "vld"})
_NEW = frozenset({"loc", "itr", "tid", "vld", "fnl"})
_JSON_WORDS = (b'"loc"', b'"tid"', b'"vld"')
_LARGEST_FIELD_M = 1e-2
_RECORDS_AT_ONCE = 5_000
_SPREAD = {"x_nm": "x", "y_nm": "y", "z_nm": "z"}


@dataclass(frozen=True, kw_only=True, eq=False)
class _Events:
    """The localizations of a file: the final iteration of each, and what else the file has.

    Parameters
    ----------
    loc : ndarray of shape (n, 3)
        Positions in metres.
    columns : mapping of str to ndarray of shape (n,)
        Everything else that is one number for each localization.
    rows : ndarray of int, shape (n,)
        Where each is in the file.
    n_invalid : int
        Localizations that the file marks as invalid, which are not among these.
    notes : tuple of str
        What was understood.
    """

    loc: FloatArray
    columns: Mapping[str, AnyArray]
    rows: IntArray
    n_invalid: int
    notes: tuple[str, ...]


def _recognizes(peek: Peek) -> bool:
    if peek.is_matlab:
        return _has_fields(peek.matlab_names)
    if peek.npy_names:
        return _has_fields(peek.npy_names)
    return peek.head.lstrip()[:1] == b"[" and all(word in peek.head for word in _JSON_WORDS)


def _has_fields(names: tuple[str, ...]) -> bool:
    return set(names) >= _NEW or set(names) >= _OLD


def _read(path: Path, options: ReadOptions) -> Localizations:
    import pandas as pd

    fields, sha256 = _fields(path)
    events = _new_events(fields, path) if set(fields) >= _NEW else _old_events(fields, path)
    if len(events.rows) == 0:
        raise FileFormatError(
            f"{path}: none of its {events.n_invalid} localizations is marked as valid (vld); "
            "check the filter in Imspector and export it again."
        )
    tid = events.columns.get("tid")
    if tid is None or tid.dtype.kind not in "iuf":
        raise FileFormatError(
            f"{path}: has no numbers in tid, which tells the traces apart; "
            "export the measurement again."
        )
    frame = {axis: events.loc[:, i] for i, axis in enumerate(_AXES)}
    meanings = dict(_SPREAD)
    notes = list(events.notes)
    axes = _AXES if np.any(events.loc[:, 2] != 0) else "xy"
    if axes == _AXES:
        notes.append(
            "z is as the file has it: no correction for a mismatch of refractive index was made."
        )
    spread, n_unknown, n_traces = _spread(events.loc[:, : len(axes)], tid)
    for i, axis in enumerate(axes):
        frame[f"SD of trace in {axis}"] = spread[:, i]
        meanings[f"sigma_{axis}_nm"] = f"SD of trace in {axis}"
    notes.append(
        "The file states no precision; it was taken from the standard deviation of the "
        f"localizations of each trace (tid), of which there are {n_traces}."
    )
    warnings = []
    if n_unknown:
        warnings.append(
            f"The precision of {n_unknown} of {len(spread)} localizations is unknown: their traces "
            f"have fewer than {FEWEST_IN_TRACE} of them. The localizations are kept."
        )
    if events.n_invalid:
        warnings.append(
            f"{events.n_invalid} localizations set aside that the file marks as invalid (vld)."
        )
    unit: str | None = "m"
    extent = _extent(events.loc)
    if extent > _LARGEST_FIELD_M:
        unit = None
        warnings.append(
            f"The field of view would be {plain(extent, 3)} m in the metres of this format, so "
            "that they cannot be metres."
        )
    raw = RawTable(
        path=str(path),
        format=NAME,
        sha256=sha256,
        frame=pd.DataFrame(frame | dict(events.columns), copy=False),
        columns=meanings,
        units=dict.fromkeys(meanings.values(), unit),
        where=lambda row: f"row {events.rows[row] + 1}",
        derived=frozenset(meanings.values()) - set(_AXES),
        n_invalid=events.n_invalid,
        notes=tuple(notes),
        warnings=tuple(warnings),
    )
    return assemble(raw, options)


def _old_events(fields: Mapping[str, Any], path: Path) -> _Events:
    """One row a localization: take its last iteration."""
    itr = fields["itr"]
    valid = _truth(fields["vld"], path)
    n_rows = len(valid)
    names = itr if isinstance(itr, Mapping) else itr.dtype.names or ()
    if "loc" not in names:
        raise FileFormatError(f"{path}: has no loc in itr; export the localizations again.")
    loc = _positions(itr["loc"], path)
    if loc.size % (3 * n_rows) or loc.shape[0] != n_rows or loc.shape[-1] != 3:
        raise FileFormatError(
            f"{path}: itr.loc has the shape {loc.shape} for {n_rows} rows, not (rows, iterations, "
            "3); export the localizations again."
        )
    loc = loc.reshape(n_rows, -1, 3)
    n_iterations = loc.shape[1]
    rows = np.flatnonzero(valid)
    columns: dict[str, AnyArray] = {}
    for name in fields:
        if name not in ("itr", "vld"):
            columns |= _one_number_each(name, fields[name], n_rows, rows)
    for name in names:
        if name != "loc":
            values = _last_iteration(itr[name], n_rows, n_iterations)
            label = name if name not in columns else f"itr.{name}"
            columns |= _one_number_each(label, values, n_rows, rows)
    return _Events(
        loc=loc[rows, -1].astype(np.float64),
        columns=columns,
        rows=rows,
        n_invalid=n_rows - len(rows),
        notes=("Positions and the columns of itr are those of the last iteration.",),
    )


def _new_events(fields: Mapping[str, Any], path: Path) -> _Events:
    """One row an iteration: take the final ones."""
    valid, final = _truth(fields["vld"], path), _truth(fields["fnl"], path)
    n_rows = len(valid)
    loc = _positions(fields["loc"], path)
    if loc.shape != (n_rows, 3) or len(final) != n_rows:
        raise FileFormatError(
            f"{path}: loc has the shape {loc.shape} for {n_rows} rows, not (rows, 3); export the "
            "localizations again."
        )
    rows = np.flatnonzero(valid & final)
    columns: dict[str, AnyArray] = {}
    for name in fields:
        if name not in ("loc", "vld", "fnl"):
            columns |= _one_number_each(name, fields[name], n_rows, rows)
    return _Events(
        loc=loc[rows].astype(np.float64),
        columns=columns,
        rows=rows,
        n_invalid=int((final & ~valid).sum()),
        notes=(
            f"The file has {n_rows} rows, one an iteration; the {int(final.sum())} final ones "
            "(fnl) are localizations.",
        ),
    )


def _truth(values: Any, path: Path) -> BoolArray:
    flags = np.asarray(values).ravel()
    if flags.size == 0:
        raise FileFormatError(f"{path}: has no rows; export the localizations again.")
    if flags.dtype.kind not in "biuf":
        raise FileFormatError(
            f"{path}: vld or fnl holds {flags.dtype}, not true and false; export it again."
        )
    return flags.astype(bool)


def _last_iteration(values: Any, n_rows: int, n_iterations: int) -> AnyArray:
    array = np.asarray(values)
    if array.size % (n_rows * n_iterations) or array.shape[:1] != (n_rows,):
        return array
    return array.reshape(n_rows, n_iterations, -1)[:, -1]


def _one_number_each(
    name: str, values: Any, n_rows: int, rows: IntArray
) -> Iterator[tuple[str, AnyArray]]:
    """Give a field as columns: ``lnc`` has one for each axis, ``dcr`` one for each detector."""
    array = np.asarray(values)
    if array.dtype.kind not in "biuf" or array.size == 0 or array.size % n_rows:
        return
    array = array.reshape(n_rows, -1)[rows]
    ends = _AXES if array.shape[1] == len(_AXES) else map(str, range(array.shape[1]))
    for i, end in enumerate(ends if array.shape[1] > 1 else ("",)):
        column = np.ascontiguousarray(array[:, i])
        yield f"{name}{end}", column.astype(column.dtype.newbyteorder("="), copy=False)


def _positions(values: Any, path: Path) -> AnyArray:
    loc = np.asarray(values)
    if loc.dtype.kind not in "iuf":
        raise FileFormatError(f"{path}: loc holds {loc.dtype}, not numbers; export it again.")
    return loc


def _extent(loc: FloatArray) -> float:
    finite = loc[np.isfinite(loc).all(axis=1)]
    with np.errstate(over="ignore"):
        return float(np.ptp(finite, axis=0).max()) if len(finite) else 0.0


def _spread(loc: FloatArray, tid: AnyArray) -> tuple[FloatArray, int, int]:
    """Return the standard deviation of each localization's trace, (n, axes); NaN where unknown.

    Returns
    -------
    spread : ndarray of shape (n, axes)
        In the unit of the positions, alike for all localizations of a trace.
    n_unknown : int
        Localizations in traces that are too short.
    n_traces : int
        Traces.
    """
    traces, of = np.unique(tid, return_inverse=True)
    finite = np.isfinite(loc).all(axis=1)
    of_finite, positions = of[finite], loc[finite]
    n = np.bincount(of_finite, minlength=len(traces))
    long_enough = n >= FEWEST_IN_TRACE
    per_trace = np.full((len(traces), loc.shape[1]), np.nan)
    for axis in range(loc.shape[1]):
        # from impossible positions follows an impossible precision, which is counted later
        with np.errstate(over="ignore", invalid="ignore"):
            mean = np.bincount(of_finite, positions[:, axis], len(traces)) / np.maximum(n, 1)
            deviation = positions[:, axis] - mean[of_finite]
            squares = np.bincount(of_finite, deviation**2, len(traces))
            per_trace[long_enough, axis] = np.sqrt(squares[long_enough] / (n[long_enough] - 1))
    return per_trace[of], int((~long_enough[of] & finite).sum()), len(traces)


def _fields(path: Path) -> tuple[Mapping[str, Any], str]:
    """Return the fields of a file and the hash of its bytes."""
    begin = peek(path)
    if begin.is_matlab and begin.is_hdf5:
        return _known(matlab.read_hdf5(path, ""), path), sha256_of(path)
    data, sha256 = read_buffer(path)
    if begin.is_matlab:
        return _known(matlab.read(data, path, begin.matlab_names), path), sha256
    if begin.head.startswith(npy.MAGIC):
        records = npy.read(data, path)
        return _known({name: records[name] for name in records.dtype.names or ()}, path), sha256
    return _known(_fields_of_json(data, path), path), sha256


def _known(fields: Mapping[str, Any], path: Path) -> dict[str, Any]:
    known = {name: value for name, value in fields.items() if value is not None}
    if not _has_fields(tuple(known)):
        raise FileFormatError(
            f"{path}: is no MINFLUX export of Imspector: it has no itr, tid and vld with numbers; "
            "leave format= out."
        )
    return known


def _fields_of_json(data: bytes | mmap.mmap, path: Path) -> dict[str, Any]:
    """Read a list of records, some at a time, so that only their numbers stay in memory."""
    try:
        parts = []
        records: list[Mapping[str, Any]] = []
        for record in _records(str(data, "utf-8")):
            records.append(record)
            if len(records) == _RECORDS_AT_ONCE:
                parts.append(_arrays(records))
                records = []
        parts += [_arrays(records)] if records else []
        return _joined(parts) if parts else {}
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise FileFormatError(
            f"{path}: this JSON file is cut off or is no list of records that are all alike "
            f"({reason[:200]}); export it again."
        ) from None


def _records(text: str) -> Iterator[Mapping[str, Any]]:
    decode = json.JSONDecoder().raw_decode
    at = _next(text, 0)
    if text[at] != "[":
        raise ValueError(f"it begins with {text[at]!r}")
    at = _next(text, at + 1)
    while text[at] != "]":
        record, at = decode(text, at)
        yield record
        at = _next(text, at)
        if text[at] not in ",]":
            raise ValueError(f"{text[at]!r} is at {at} where a comma should be")
        if text[at] == ",":
            at = _next(text, at + 1)
    if text[at + 1 :].strip():
        raise ValueError(f"more follows its end at {at}")


def _next(text: str, at: int) -> int:
    """Return the place of the next character that is not blank."""
    while text[at] in " \t\r\n":
        at += 1
    return at


def _arrays(records: list[Mapping[str, Any]]) -> dict[str, Any]:
    fields: dict[str, Any] = {n: _array([r[n] for r in records]) for n in records[0] if n != "itr"}
    if isinstance(records[0].get("itr"), list):
        last = [record["itr"][-1] for record in records]
        fields["itr"] = {name: _array([i[name] for i in last]) for name in last[0]}
    elif "itr" in records[0]:
        fields["itr"] = _array([record["itr"] for record in records])
    return fields


def _array(values: list[Any]) -> AnyArray:
    array = np.array(values)
    # null is a number that is missing
    return array.astype(np.float64) if array.dtype == object else array


def _joined(parts: list[dict[str, Any]]) -> dict[str, Any]:
    joined: dict[str, Any] = {}
    for name, first in parts[0].items():
        these = [part[name] for part in parts]
        joined[name] = _joined(these) if isinstance(first, dict) else np.concatenate(these)
    return joined


READER = Reader(
    name=NAME,
    description="MINFLUX of Imspector (.npy, .json, .mat)",
    suffixes=(".npy", ".json", ".mat", ".npy.zip"),
    recognizes=_recognizes,
    read=_read,
)
