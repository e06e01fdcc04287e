"""Whether all that a file holds is in the localizations, or spoken of."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import time
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from damaged_files.changes import damage
from damaged_files.samples import Sample, kind_of


@dataclass
class Outcome:
    """What became of one damaged file."""

    case: str
    status: str
    """"read", "refused", "fault", "hang" or "crash"."""
    format: str = ""
    n_warnings: int = 0
    cpu_s: float = 0.0
    message: str = ""
    done: list[str] = field(default_factory=list)


def examine(case: str, sample: Sample, folder: Path) -> Outcome:
    """Damage a file, read it and see that all of it is accounted for."""
    from stormgraph_py.errors import StormGraphError
    from stormgraph_py.io.describe import describe
    from stormgraph_py.io.registry import read_localizations

    files, done = damage(sample, np.random.default_rng(seed_of(case)))
    for name, data in files.items():
        (folder / name).write_bytes(data)
    path = folder / sample.main
    start = time.process_time()
    # a pixel size serves half of the cases, so that pixels are refused and read
    told = {"pixel_size_nm": 100.0} if seed_of(case)[-1] % 2 else {}
    try:
        locs = read_localizations(path, **told)
        lines = describe(locs).lines()
    except StormGraphError as error:
        cpu_s = time.process_time() - start
        message = str(error)
        wrong = wrong_message(message, path)
        status = "fault" if wrong else "refused"
        return Outcome(case, status, sample.name, 0, cpu_s, wrong or message, done)
    cpu_s = time.process_time() - start
    wrong = account(locs, path) or ("" if lines else "nothing to describe")
    status = "fault" if wrong else "read"
    n = len(locs.provenance.warnings)
    return Outcome(case, status, locs.provenance.format, n, cpu_s, wrong, done)


def seed_of(case: str) -> list[int]:
    name, _, seed = case.rpartition(":")
    return [zlib.crc32(name.encode()), int(seed)]


def wrong_message(message: str, path: Path) -> str:
    if "\n" in message or "\r" in message:
        return f"a message of several lines: {message!r}"
    beside = {path.name, *(path.with_suffix(s).name for s in (".yaml", ".yml"))}
    if not any(name in message for name in beside):
        return f"a message that names no file: {message!r}"
    # the fault, and then what to do about it
    said = re.search(r"(; |\. )[A-Za-z]\w+ ", message)
    return "" if said else f"a message without a remedy: {message!r}"


def account(locs, path: Path) -> str:
    """Return what of a file is neither in the localizations nor spoken of; "" when all is."""
    provenance = locs.provenance
    said = " ".join([*provenance.notes, *provenance.warnings])
    if len(locs) + provenance.n_set_aside != provenance.n_rows:
        return f"{provenance.n_rows} rows, {len(locs)} read, {provenance.n_set_aside} set aside"
    told = re.findall(r"(\d+) (?:of \d+ rows|localizations) set aside", said)
    if provenance.n_set_aside != sum(map(int, told)):
        return f"{provenance.n_set_aside} rows set aside without a word"
    if not np.isfinite(locs.xyz).all():
        return "a coordinate that is not finite"
    for axis in "xyz":
        sigma = locs.table.get(f"sigma_{axis}_nm")
        if sigma is not None and not (np.isnan(sigma) | (sigma > 0)).all():
            return f"a precision in {axis} that cannot be"
    data = path.read_bytes()
    while data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    try:
        found = _contents(kind_of(data), data, locs)
    except _WrongError as error:
        return str(error)
    if found is None:
        return ""
    counts, names = found
    if counts and provenance.n_rows not in counts and not _counts_said(said, counts):
        return f"{provenance.n_rows} rows read of a file with {sorted(counts)}"
    known = {file for file, _ in provenance.columns} | set(locs.table.columns)
    missing = [n for n in names if n not in known and not _kept(n, known, said)]
    return f"columns neither kept nor spoken of: {missing}" if missing else ""


def _counts_said(said: str, counts: set[int]) -> bool:
    return any(re.search(rf"\b{n:,}\b|\b{n}\b", said) for n in counts)


def _kept(name: str, known: set[str], said: str) -> bool:
    """Whether a column is there under another name, or spoken of."""
    return f"{name} (file)" in known or any(
        word in said for word in (repr(name), f" {name}", f"{name},", f"{name}:", f"{name} ")
    )


def _contents(kind: str, data: bytes, locs):
    """Return the possible numbers of rows of a file and its columns, without the readers."""
    count = {"hdf5": _of_hdf5, "parquet": _of_parquet, "npy": _of_npy, "zip": _of_zip}
    try:
        if locs.provenance.format == "minflux" and kind == "text":
            return {len(json.loads(data))}, []
        return _of_text(data, locs) if kind == "text" else count[kind](data)
    except _WrongError:
        raise
    except Exception:  # what cannot be counted from outside says nothing
        return None


class _WrongError(Exception):
    """The localizations differ from the file."""


_SEPARATORS = {"tabs": "\t", "semicolons": ";", "commas": ",", "spaces": " ", "bars": "|"}


def _of_text(data: bytes, locs):
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16")
    else:
        data = data.removeprefix(b"\xef\xbb\xbf")
        try:
            text = data.decode()
        except UnicodeDecodeError:
            text = data.decode("latin-1")
    text = text.partition("\0")[0]
    lines = re.split(r"\r\n|\r|\n", text)
    rows = [line for line in lines if line.strip(" ") and not line.startswith(("#", "%"))]
    blank_but_for_tabs = sum(not line.strip(" \t") for line in rows)
    counts = {len(rows) - header - tabs for header in (0, 1) for tabs in (0, blank_but_for_tabs)}
    notes = " ".join(locs.provenance.notes)
    word = re.search(r"Columns are separated by (\w+)\.", notes)
    if not word or word[1] not in _SEPARATORS or "name its columns" in notes:
        return counts, []
    separator = _SEPARATORS[word[1]]
    in_comment = re.search(r"The comment in line (\d+) names the columns", notes)
    if in_comment:
        names = _split(lines[int(in_comment[1]) - 1].lstrip("#% "), separator)
    elif lines[0].startswith("# <localizations") or locs.provenance.format == "gdsc":
        return counts, []
    else:
        names = _split(rows.pop(0), separator)
        names = _split(names[0], separator) if len(names) == 1 else names
    decimal = "," if "decimal commas" in notes else "."
    for target in ("x_nm", "y_nm"):
        _same_values(locs, target, names, [_split(row, separator) for row in rows], decimal)
    return counts, [name for name in names if name]


def _split(line: str, separator: str) -> list[str]:
    if separator == " ":
        line = re.sub(r"[ \t]+", " ", line.strip(" \t"))
    fields = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    return [field.strip() for field in fields]


def _same_values(locs, target: str, names: list[str], rows: list[list[str]], decimal: str) -> None:
    """See that a column has the numbers that Python reads, but for their unit."""
    column = {ours: theirs for theirs, ours in locs.provenance.columns}[target]
    if names.count(column) != 1:
        return
    at = names.index(column)
    values = []
    for row in rows:
        try:
            values.append(float(row[at].replace(decimal, ".")))
        except (ValueError, IndexError):
            values.append(np.nan)
    read, expected = locs.table[target].to_numpy(), np.array(values)
    expected = expected[np.isfinite(expected)]
    if len(expected) != len(read) or np.abs(expected).max() > 1e150:
        return  # rows were set aside for another coordinate
    biggest = int(np.argmax(np.abs(expected)))
    factor = read[biggest] / expected[biggest] if expected[biggest] else 1.0
    if not np.allclose(read, expected * factor, rtol=1e-12, atol=0):
        raise _WrongError(f"{target} is not what stands in column {column!r}")


def _of_hdf5(data: bytes):
    import h5py

    stream = io.BytesIO(data if data[:4] == b"\x89HDF" else data[512:])
    with h5py.File(stream, "r") as file:
        if "locs" in file:
            return {len(file["locs"])}, list(file["locs"].dtype.names)
        if "saveloc/loc" in file:
            group = file["saveloc/loc"]
            return {group["xnm"].size}, [n for n in group if group[n].size == group["xnm"].size]
        group = file["data"]
        n = len(group["xyz"])
        return {n}, [name for name in group if group[name].shape[:1] == (n,) and "xyz" not in name]


def _of_parquet(data: bytes):
    import pyarrow.parquet as pq

    file = pq.ParquetFile(io.BytesIO(data))
    return {file.metadata.num_rows}, list(file.schema_arrow.names)


def _of_npy(data: bytes):
    array = np.load(io.BytesIO(data), allow_pickle=False)
    n_final = {int(np.sum(array[name])) for name in ("fnl", "vld") if name in array.dtype.names}
    return {len(array), *n_final}, []


def _of_zip(data: bytes):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        if "manifest.json" in names:
            files = json.loads(archive.read("manifest.json"))["files"]
            return {sum(int(f["rows"]) for f in files), *(int(f["rows"]) for f in files)}, []
        return _of_npy(archive.read(names[0]))
