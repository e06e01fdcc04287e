"""Tables of rapidSTORM: a first line of XML that describes every column, then numbers.

The identifiers of fields are those that rapidSTORM writes (``Position-0-0``; in some versions
without trailing zeros for fields that exist once) or, in its oldest files, told by ``semantic``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from stormgraph_py.errors import FileFormatError
from stormgraph_py.io.aliases import Understood
from stormgraph_py.io.delimited import localizations_of_text
from stormgraph_py.io.dialect import Dialect
from stormgraph_py.io.reader import Reader, ReadOptions
from stormgraph_py.io.source import Peek, as_utf8, read_bytes
from stormgraph_py.io.text import TextTable, parse_text
from stormgraph_py.io.units import NM_PER_UNIT, unit_named
from stormgraph_py.localizations import Localizations
from stormgraph_py.numerals import plain

NAME = "rapidstorm"

_AXES = {"x_nm": 0, "y_nm": 1, "z_nm": 2}
_MEANINGS = {
    **{f"Position-{i}-0": target for target, i in _AXES.items()},
    **{f"Position-{i}-0-uncertainty": f"sigma_{target}" for target, i in _AXES.items()},
    "ImageNumber-0-0": "frame",
    "ImageNumber": "frame",
    "Fluorophore-0-0": "channel",
    "Fluorophore": "channel",
}
_AMPLITUDE = ("Amplitude-0-0", "Amplitude")
_OLD_SEMANTICS = {
    "x-position": "Position-0-0",
    "y-position": "Position-1-0",
    "z-position": "Position-2-0",
    "frame number": "ImageNumber-0-0",
    "emission strength": "Amplitude-0-0",
    "two kernel improvement": "TwoKernelImprovement-0-0",
}
_FIRST_LINE = re.compile(r"#\s*<localizations[\s>]")
_BOUND = re.compile(r"\s*([^\s]+)\s*([^\s]*)\s*")
_TOLERATED = 0.01
"""Part of the stated range by which drift correction may move positions out of it."""


@dataclass(frozen=True)
class _Field:
    identifier: str
    semantic: str
    unit: str | None
    low: str | None
    high: str | None


def _recognizes(peek: Peek) -> bool:
    return bool(peek.lines) and bool(_FIRST_LINE.match(peek.lines[0]))


def _read(path: Path, options: ReadOptions) -> Localizations:
    data, sha256 = read_bytes(path)
    data, encoding = as_utf8(data, path)
    end = _end_of_line(data)
    fields = _fields(data[:end].decode(errors="replace"), path)
    names = tuple(_unique([field.identifier for field in fields]))
    dialect = Dialect(options.separator or " ", ".", names, True, end)
    text = parse_text(data, dialect, path, sha256, (encoding,) if encoding else ())
    columns = {
        target: name
        for name, field in zip(names, fields, strict=True)
        if (target := _target(field, name))
    }
    units = {name: field.unit for name, field in zip(names, fields, strict=True)}
    notes = tuple(
        f"{name}: {field.semantic or 'width of the point spread function'}, not the precision."
        for name, field in zip(names, fields, strict=True)
        if name.startswith("PSFWidth")
    )
    warnings = tuple(_outside(text, dict(zip(names, fields, strict=True)), columns))
    understood = Understood(columns, notes, warnings)
    return localizations_of_text(text, understood, path, NAME, options, units=units)


def _end_of_line(data: bytes) -> int:
    match = re.search(rb"\r\n|\n|\r", data)
    return match.end() if match else len(data)


def _fields(line: str, path: Path) -> list[_Field]:
    """Read the fields that the first line describes."""
    xml = line.strip().lstrip("#").strip()
    try:
        if "<!" in xml:
            raise FileFormatError(f"{path}: line 1 declares entities; export the file again.")
        root = ElementTree.fromstring(xml)
    except ElementTree.ParseError as error:
        raise FileFormatError(
            f"{path}: line 1 should describe the columns in XML and is damaged ({error}); "
            "export the file from rapidSTORM again."
        ) from None
    if root.find("localizations") is not None:
        raise FileFormatError(
            f"{path}: holds tracks, each line with any number of localizations; export the "
            "localizations before they are tracked, or one line for each track."
        )
    fields = [_field(node.attrib, i) for i, node in enumerate(root.iter("field"), start=1)]
    if len(fields) < 2:
        raise FileFormatError(
            f"{path}: line 1 describes {len(fields)} columns; at least x and y are needed. Export "
            "the file from rapidSTORM again."
        )
    return fields


def _field(attributes: dict[str, str], position: int) -> _Field:
    semantic = attributes.get("semantic", "")
    identifier = attributes.get("identifier", "") or _OLD_SEMANTICS.get(semantic, "")
    unit = attributes.get("unit", "").strip()
    return _Field(
        identifier.strip() or f"column_{position}",
        semantic,
        unit_named(unit) or unit or None,
        attributes.get("min"),
        attributes.get("max"),
    )


def _target(field: _Field, name: str) -> str | None:
    if name in _AMPLITUDE and field.unit == "photon":
        return "photons"
    return _MEANINGS.get(name)


def _unique(names: list[str]) -> list[str]:
    unique: list[str] = []
    for name in names:
        n = names.count(name)
        free = (f"{name}.{i}" for i in range(2, n + len(names)) if f"{name}.{i}" not in names)
        unique.append(name if name not in unique else next(f for f in free if f not in unique))
    return unique


def _outside(text: TextTable, fields: dict[str, _Field], columns: dict[str, str]) -> list[str]:
    """Say which positions contradict the range that the first line states, in its own unit."""
    warnings = []
    for target in _AXES:
        name = columns.get(target)
        if name is None or text.frame[name].dtype.kind not in "iuf":
            continue
        field, values = fields[name], text.frame[name].to_numpy(dtype=np.float64)
        low, high = _in_nm(field.low), _in_nm(field.high)
        factor = NM_PER_UNIT.get(field.unit or "")
        if low is None or high is None or factor is None or not low < high:
            continue
        slack = _TOLERATED * (high - low)
        with np.errstate(over="ignore", invalid="ignore"):
            wrong = (values * factor < low - slack) | (values * factor > high + slack)
        if wrong.any():
            row = int(np.argmax(wrong))
            warnings.append(
                f"{int(wrong.sum())} values of {name!r} lie outside the range of {plain(low)} to "
                f"{plain(high)} nm that line 1 states; the first is {text.where(row)}, "
                f"{values[row]:g}. Check that its unit is {field.unit}."
            )
    return warnings


def _in_nm(bound: str | None) -> float | None:
    """Return a bound such as ``3.2e-005 m`` in nm, None where there is none to be understood."""
    match = _BOUND.fullmatch(bound or "")
    if not match:
        return None
    try:
        value = float(match[1]) * NM_PER_UNIT[unit_named(match[2]) or ""]
    except (ValueError, KeyError):
        return None
    return value if np.isfinite(value) else None


READER = Reader(
    name=NAME,
    description="rapidSTORM table",
    suffixes=(".txt", ".txt.gz"),
    recognizes=_recognizes,
    read=_read,
)
