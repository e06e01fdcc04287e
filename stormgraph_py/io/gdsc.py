"""Results of GDSC SMLM's Peak Fit: text between tabs below a header of ``#`` lines.

Versions 1 and 2 of the file give lengths in pixels and do not say so; later ones have units in
parentheses. The pixel size is in the calibration that the header holds, as XML or as JSON. A table
saved from the plugin's results window has the columns and no such header.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from stormgraph_py.errors import FileFormatError
from stormgraph_py.io.aliases import Understood, parse_name
from stormgraph_py.io.delimited import localizations_of_text
from stormgraph_py.io.dialect import Dialect
from stormgraph_py.io.reader import Reader, ReadOptions
from stormgraph_py.io.source import Peek, as_utf8, read_bytes
from stormgraph_py.io.text import parse_text
from stormgraph_py.localizations import Localizations
from stormgraph_py.numerals import plain

NAME = "gdsc"

_FIRST_LINE = "#Localisation Results"
_OWN = {"origX", "origY", "origValue"}
_DEVIATION = "+/-"
_MEANINGS = {
    "x": ("x_nm",),
    "y": ("y_nm",),
    "z": ("z_nm",),
    "precision": ("sigma_x_nm", "sigma_y_nm"),
    "frame": ("frame",),
}
_SIGNAL = ("intensity", "signal")
_PIXEL_SIZE = re.compile(r"nmPerPixel\"?\s*[:>]\s*([0-9.]+(?:[eE][+-]?[0-9]+)?)")
_VERSION = re.compile(r"#FileVersion\s+Text[^\r\n]*\.V([0-9]+)")
_COMPUTED = re.compile(rb"\*(?=[\t\r\n]|\Z)")
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r|\Z)")


@dataclass(frozen=True)
class _Header:
    """The lines above the rows: their text, the names of columns, where rows begin in bytes."""

    text: str
    names: tuple[str, ...]
    body: int


def _recognizes(peek: Peek) -> bool:
    for line in peek.lines:
        if line.startswith(_FIRST_LINE) or set(_names(line)) >= _OWN:
            return True
        if line.strip() and not line.startswith("#"):
            return False
    return False


def _read(path: Path, options: ReadOptions) -> Localizations:
    data, sha256 = read_bytes(path)
    data, encoding = as_utf8(data, path)
    header = _header(data, path)
    body, n_computed = _COMPUTED.subn(b"", data[header.body :])
    notes = [encoding] if encoding else []
    if n_computed:
        notes.append(f"{n_computed} values are marked * as computed from the fit; they are used.")
    names = tuple(_unique(header.names))
    dialect = Dialect(options.separator or "\t", ".", names, True, header.body)
    text = parse_text(data[: header.body] + body, dialect, path, sha256, tuple(notes))
    units, said = _units(names, header)
    columns, more = _columns(names, units)
    pixel_size = _pixel_size(header.text)
    warnings: list[str] = []
    if pixel_size is not None:
        said.append(
            f"The pixel size of {plain(pixel_size)} nm is read from the file's calibration."
        )
        if options.pixel_size_nm is not None and options.pixel_size_nm != pixel_size:
            warnings.append(
                f"The pixel size of {plain(options.pixel_size_nm)} nm was used, as told; the file "
                f"says {plain(pixel_size)} nm."
            )
        elif "px" in units.values():
            options = replace(options, pixel_size_nm=pixel_size)
    understood = Understood(columns, (*said, *more), tuple(warnings))
    return localizations_of_text(text, understood, path, NAME, options, units=units)


def _names(line: str) -> list[str]:
    """Split a line that may name the columns; a comment sign that stands alone is a column."""
    names = [name.strip() for name in line.split("\t")]
    if names[0] != "#":
        names[0] = names[0].lstrip("#").strip()
    return names


def _header(data: bytes, path: Path) -> _Header:
    lines: list[str] = []
    names: list[str] = []
    at = 0
    for line in _lines(data):
        found = _names(line.rstrip("\r\n"))
        if set(found) >= _OWN:
            names = found
        elif line.strip() and not line.startswith("#"):
            break
        lines.append(line)
        at += len(line.encode())
    if not names:
        raise FileFormatError(
            f"{path}: no line above the rows names the columns (Frame, origX, origY, ...); save "
            "the results again."
        )
    return _Header("".join(lines), tuple(names), at)


def _lines(data: bytes) -> Iterator[str]:
    """Yield the first lines with their ends."""
    start = 0
    while start < len(data):
        # a header line may be long, the rows are not needed
        match = _LINE.match(data, start)
        if match is None:
            return
        yield match[0].decode()
        start = match.end()


def _unique(names: Sequence[str]) -> Iterator[str]:
    """Name a column of deviations after the one before it, and no two alike."""
    seen: set[str] = set()
    before = ""
    for position, name in enumerate(names, start=1):
        new = f"{before} {_DEVIATION}" if name == _DEVIATION else name or f"column_{position}"
        before = name if name != _DEVIATION else before
        while new in seen:
            new = f"{new}.{position}"
        seen.add(new)
        yield new


def _units(names: Sequence[str], header: _Header) -> tuple[dict[str, str | None], list[str]]:
    """Return the unit of every column and what was understood."""
    units = {name: parse_name(name.removesuffix(f" {_DEVIATION}"))[1] for name in names}
    if "Precision" in units:
        units["Precision"] = "nm"
    keys = {parse_name(name)[0]: name for name in names if not name.endswith(_DEVIATION)}
    version = _VERSION.search(header.text)
    old = version is None or int(version[1]) < 3
    notes = [f"Version {version[1]} of the file."] if version else []
    bare = [keys[axis] for axis in "xyz" if axis in keys and units[keys[axis]] is None]
    if old and bare:
        for name in bare:
            units[name] = "px"
            if f"{name} {_DEVIATION}" in units:
                units[f"{name} {_DEVIATION}"] = "px"
        notes.append(f"{', '.join(bare)}: in pixels, as always in files older than version 3.")
    return units, notes


def _columns(
    names: Sequence[str], units: Mapping[str, str | None]
) -> tuple[dict[str, str], list[str]]:
    columns: dict[str, str] = {}
    notes: list[str] = []
    for name in names:
        if name.endswith(_DEVIATION):
            continue
        key = parse_name(name)[0]
        for target in _MEANINGS.get(key, ()):
            columns.setdefault(target, name)
        if key in _SIGNAL and units[name] == "photon":
            columns.setdefault("photons", name)
    for axis in "xyz":
        deviation = f"{columns.get(f'{axis}_nm', '')} {_DEVIATION}"
        if f"sigma_{axis}_nm" not in columns and deviation in names:
            columns[f"sigma_{axis}_nm"] = deviation
            notes.append(f"{deviation}: standard deviation of the fit, taken for the precision.")
    return columns, notes


def _pixel_size(header: str) -> float | None:
    match = _PIXEL_SIZE.search(header)
    if not match:
        return None
    try:
        size = float(match[1])
    except ValueError:
        return None
    return size if 0 < size < float("inf") else None


READER = Reader(
    name=NAME,
    description="GDSC SMLM results",
    suffixes=(".txt", ".xls", ".results", ".results.xls", ".txt.gz"),
    recognizes=_recognizes,
    read=_read,
)
