"""How a text table is written: its separator, decimal mark, header and where its rows begin."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from stormgraph_py.errors import FileFormatError
from stormgraph_py.io.aliases import understand

_SEPARATORS = ("\t", ";", ",", "|", " ")
_SAMPLE_LINES = 50
_MOSTLY_NUMBERS = 0.5
_COMMENT = ("#", "%")
_LINE = re.compile(rb"([^\r\n]*)(\r\n|\n|\r|\Z)")
_BLANKS = re.compile(r"[ \t]+")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_COMMA_NUMBER = re.compile(r"[+-]?[0-9]*,[0-9]+([eE][+-]?[0-9]+)?")
_NOT_A_NUMBER = re.compile(r"|[+-]?(nan|inf|infinity)|na|n/a|null|none", re.IGNORECASE)


@dataclass(frozen=True)
class Dialect:
    """How a text table is written.

    Parameters
    ----------
    separator : str
        Between columns; a space stands for any run of white space.
    decimal : {".", ","}
        Decimal mark.
    names : tuple of str
        Name of every column, each one different.
    has_header : bool
        Whether the file itself names them; else they are column_1, column_2, ...
    body : int
        Where the first row begins, in bytes.
    notes, warnings : tuple of str
        What was taken for what.
    """

    separator: str
    decimal: str
    names: tuple[str, ...]
    has_header: bool
    body: int
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Line:
    number: int
    start: int
    end: int
    text: str


def sniff(data: bytes, path: Path, separator: str | None = None) -> Dialect:
    """Find out how a text table is written from its first lines.

    Parameters
    ----------
    data : bytes
        The table, UTF-8.
    path : Path
        Where it comes from, for messages.
    separator : str, optional
        Between columns, where it is known.

    Raises
    ------
    FileFormatError
        When there is no table with at least two columns and one row, or the header does not fit
        the first row.
    """
    comments: list[_Line] = []
    lines: list[_Line] = []
    for line in _first_lines(data):
        (comments if line.text.startswith(_COMMENT) else lines).append(line)
    if not lines:
        raise FileFormatError(f"{path}: holds no rows; export the localizations again.")
    chosen = separator or _choose_separator(lines, path)
    first, rows = lines[0], lines[1:]
    fields = split_header(first.text, chosen)
    notes = []
    header: Sequence[str] | None = None
    body = first.start
    if not all(is_number(field, chosen) for field in fields):
        if not rows:
            raise _no_rows(first, path)
        header, body = fields, first.end
    else:
        rows = lines
        if comments and (named := _header_in_comment(comments[-1].text, chosen, len(fields))):
            header = named
            notes.append(f"The comment in line {comments[-1].number} names the columns.")
    values = split(rows[0].text, chosen)
    if len(values) < 2:
        raise FileFormatError(
            f"{path}: line {rows[0].number} is one column, {rows[0].text[:60]!r}, when split at "
            f"{describe_separator(chosen)}; give the character between columns with separator=."
        )
    names, warnings = _name_columns(header, rows[0], values, chosen, path)
    decimal = _decimal([f for line in rows for f in split(line.text, chosen)], chosen)
    if decimal == ",":
        notes.append("Numbers have decimal commas.")
    return Dialect(chosen, decimal, names, header is not None, body, tuple(notes), tuple(warnings))


def split(line: str, separator: str) -> list[str]:
    """Split one line into fields, minding quotation marks."""
    if '"' not in line:
        if separator == " ":
            return _BLANKS.split(line.strip(" \t"))
        return [field.strip() for field in line.split(separator)]
    if separator == " ":
        line = _BLANKS.sub(" ", line.strip(" \t"))
    try:
        fields = next(csv.reader([line], delimiter=separator, skipinitialspace=True))
    except csv.Error:
        return [line]
    return [field.strip() for field in fields]


def split_header(line: str, separator: str) -> list[str]:
    """Split the header, also one that a spreadsheet quoted once more as a whole."""
    fields = split(line, separator)
    if len(fields) == 1 and separator in fields[0]:
        return split(fields[0], separator)
    return fields


def header_names(lines: Sequence[str]) -> list[str]:
    """Split the first line at whichever of tabs, semicolons and commas gives most names.

    For recognizing a format by the names of its columns.

    Examples
    --------
    >>> header_names(['"Frame";"X (nm)"', "1;2"])
    ['Frame', 'X (nm)']
    """
    return split_header(lines[0], header_separator(lines)) if lines else []


def header_separator(lines: Sequence[str]) -> str:
    """Return the separator that `header_names` takes."""
    first = lines[0] if lines else ""
    return max(_SEPARATORS[:3], key=lambda separator: len(split_header(first, separator)))


def is_number(field: str, separator: str) -> bool:
    """Whether a field is a number, or empty, or stands for no number."""
    field = field.strip()
    return bool(
        _NUMBER.fullmatch(field)
        or _NOT_A_NUMBER.fullmatch(field)
        or (separator != "," and _COMMA_NUMBER.fullmatch(field))
    )


def describe_separator(separator: str) -> str:
    """Name a separator in words."""
    names = {"\t": "tabs", ";": "semicolons", ",": "commas", " ": "spaces", "|": "bars"}
    return names.get(separator, repr(separator))


def _first_lines(data: bytes) -> Iterator[_Line]:
    n_rows = 0
    for number, match in enumerate(_LINE.finditer(data), start=1):
        text = match[1].decode(errors="replace")
        if text.strip():
            yield _Line(number, match.start(), match.end(), text)
            n_rows += not text.startswith(_COMMENT)
        if n_rows > _SAMPLE_LINES or match.end() == len(data):
            return


def _choose_separator(lines: Sequence[_Line], path: Path) -> str:
    rows = [line.text for line in lines[1:]] or [lines[0].text]

    def score(separator: str) -> tuple[bool, float, bool]:
        fields = [split(row, separator) for row in rows]
        n_columns, n_rows = Counter(map(len, fields)).most_common(1)[0]
        if n_columns < 2:
            return (False, 0.0, False)
        flat = [field for row in fields for field in row]
        numeric = sum(is_number(field, separator) for field in flat) / len(flat)
        same = len(split_header(lines[0].text, separator)) == n_columns
        # a text of several words makes blanks look good between numbers, but not in the header
        fits = same and numeric >= _MOSTLY_NUMBERS
        return (fits, round(numeric * n_rows / len(rows), 2), same)

    best = max(_SEPARATORS, key=score)
    if score(best)[1] == 0:
        if len(lines) == 1:
            raise _no_rows(lines[0], path)
        raise FileFormatError(
            f"{path}: line {lines[0].number} reads {lines[0].text[:60]!r}, which begins no table "
            "of numbers between tabs, commas, semicolons, bars or spaces; "
            "give the character between columns with separator=."
        )
    return best


def _no_rows(line: _Line, path: Path) -> FileFormatError:
    return FileFormatError(
        f"{path}: has nothing but the header {line.text[:80]!r}, no rows; "
        "export the localizations again."
    )


def _header_in_comment(comment: str, separator: str, n_columns: int) -> list[str] | None:
    names = split(comment.lstrip("".join(_COMMENT) + " "), separator)
    columns = understand(names).columns
    fits = len(names) == n_columns and {"x_nm", "y_nm"} <= set(columns)
    return names if fits else None


def _name_columns(
    header: Sequence[str] | None, row: _Line, values: Sequence[str], separator: str, path: Path
) -> tuple[tuple[str, ...], list[str]]:
    names = list(header) if header is not None else [""] * len(values)
    surplus = values[len(names) :]
    if any(surplus) or len(values) < len(names):
        hint = "begin the file with a name for every column, separated as the rows are"
        if separator == ",":
            hint += "; if numbers have decimal commas, separate the columns by semicolons"
        raise FileFormatError(
            f"{path}: the header names {len(names)} columns and line {row.number} has "
            f"{len(values)} fields between {describe_separator(separator)}; {hint}."
        )
    names += [""] * len(surplus)
    unique: list[str] = []
    warnings = []
    for position, name in enumerate(names, start=1):
        new = name.strip() or f"column_{position}"
        if new in unique:
            warnings.append(f"The header names {new!r} more than once; the first one is meant.")
            new = next(f"{new}.{i}" for i in range(2, len(names) + 2) if f"{new}.{i}" not in unique)
        unique.append(new)
    return tuple(unique), warnings


def _decimal(fields: Sequence[str], separator: str) -> str:
    if separator == "," or any("." in f and _NUMBER.fullmatch(f) for f in fields):
        return "."
    return "," if any(_COMMA_NUMBER.fullmatch(f) for f in fields) else "."
