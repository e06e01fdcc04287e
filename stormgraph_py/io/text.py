"""Read a text table whole: a line that is neither blank nor a comment is a row, or an error."""

from __future__ import annotations

import csv
import io
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stormgraph_py.errors import FileFormatError
from stormgraph_py.io.dialect import Dialect, describe_separator, header_separator, sniff, split
from stormgraph_py.io.source import as_utf8, peek, read_bytes

if TYPE_CHECKING:
    import pandas as pd

_ANY_BLANKS = r"\s+"
_NOT_BLANK = re.compile(rb"[^\s]")
_FRACTION = re.compile(r"[+-]?[0-9]+\.[0-9]+")
_SAMPLE_BYTES = 65536
_SAMPLE_LINES = 20
_COMMENT_LINE = re.compile(rb"(?:(?<=\n)|(?<=\r)|\A)[#%][^\r\n]*")


@dataclass(frozen=True, eq=False)
class TextTable:
    """A text table as the file has it.

    Parameters
    ----------
    frame : pandas.DataFrame
        The rows; numbers where a whole column is numbers, else text.
    dialect : Dialect
        How it is written.
    data : bytes
        The file's text.
    sha256 : str
        Hash of the file's bytes.
    notes, warnings : tuple of str
        What was understood.
    """

    frame: pd.DataFrame
    dialect: Dialect
    data: bytes
    sha256: str
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def where(self, row: int) -> str:
        """Name the line of a row (counted from 0) as an editor counts lines."""
        return f"line {_numbered_lines(self.data, self.dialect)[row][0]}"


def read_named(path: Path, separator: str | None = None) -> TextTable:
    """Read a text table whose first line is known to name the columns.

    Its separator is told by that line, so that damage further on is found to be damage.

    Raises
    ------
    FileFormatError
        When the file is no table, or a row does not have as many fields as there are columns.
    """
    return read_text(path, separator or header_separator(peek(path).lines))


def read_text(path: Path, separator: str | None = None) -> TextTable:
    """Read a delimited text table with or without header.

    Raises
    ------
    FileFormatError
        When the file is no table, or a row does not have as many fields as there are columns.
    """
    data, sha256 = read_bytes(path)
    data, encoding = as_utf8(data, path)
    dialect = sniff(data, path, separator)
    return parse_text(data, dialect, path, sha256, (encoding,) if encoding else ())


def parse_text(
    data: bytes, dialect: Dialect, path: Path, sha256: str, notes: tuple[str, ...] = ()
) -> TextTable:
    """Parse a text table of which is known how it is written.

    Parameters
    ----------
    data : bytes
        The file's text, UTF-8.
    dialect : Dialect
        How it is written.
    path : Path
        The file, for messages.
    sha256 : str
        Hash of the file's bytes.
    notes : tuple of str
        What was understood so far.

    Raises
    ------
    FileFormatError
        When there are no rows, or one does not have as many fields as there are columns.
    """
    import pandas as pd

    said = [*dialect.notes]
    said.append(f"Columns are separated by {describe_separator(dialect.separator)}.")
    said += notes
    quoted = data.find(b'"', dialect.body) >= 0
    if quoted:
        _check_rows(data, dialect, path)
    if not _NOT_BLANK.search(data, dialect.body):
        raise FileFormatError(f"{path}: has a header and no rows; export the localizations again.")
    # numbers alone leave no room for comments
    frame = None if quoted else _parse_numbers(data, dialect)
    rows = data
    if frame is None and _has_comment(data, dialect.body):
        body, n_comments = _COMMENT_LINE.subn(b"", data[dialect.body :])
        rows = data[: dialect.body] + body
        said.append(f"{n_comments} comment lines between the rows were left out.")
    try:
        if frame is None and not quoted and rows is not data:
            frame = _parse_numbers(rows, dialect)
        if frame is None:
            frame = _parse(rows, dialect, dialect.separator.replace(" ", _ANY_BLANKS))
    except (ValueError, OverflowError, pd.errors.ParserWarning) as error:
        _check_rows(data, dialect, path)
        reason = " ".join(str(error).split())
        raise FileFormatError(
            f"{path}: cannot be read as a table ({reason}); export the localizations again."
        ) from None
    # the parser fills short rows with nothing, which shows in the last column
    if not quoted and frame.iloc[:, -1].hasnans and not _all_separators(rows, dialect, len(frame)):
        _check_rows(data, dialect, path)
    empty = [
        name
        for i, name in enumerate(frame.columns, start=1)
        if name == f"column_{i}" and frame[name].isna().all()
    ]
    if empty and dialect.has_header:
        frame = frame.drop(columns=empty)
        said.append(f"{len(empty)} columns without name and values were left out.")
    return TextTable(frame, dialect, data, sha256, tuple(said), dialect.warnings)


def _parse_numbers(rows: bytes, dialect: Dialect) -> pd.DataFrame | None:
    """Parse a table that is all numbers, in less time; None where it is not."""
    import pandas as pd

    # single blanks are read faster, and any others leave a field empty, which is no number
    separators = (" ", _ANY_BLANKS) if dialect.separator == " " else (dialect.separator,)
    for separator in separators:
        try:
            frame = _parse(rows, dialect, separator, all_numbers=True)
        except (ValueError, pd.errors.ParserWarning):
            continue
        if all(dtype.kind in "iuf" for dtype in frame.dtypes):
            return frame
    return None


def _fractional(rows: bytes, dialect: Dialect) -> dict[str, str]:
    """Find columns whose type need not be inferred: a first row has a decimal point in them."""
    end = dialect.body + _SAMPLE_BYTES
    fractional: dict[str, str] = {}
    # what may be half a line at the end of the sample is no matter: it decides nothing alone
    for line in rows[dialect.body : end].splitlines()[:_SAMPLE_LINES]:
        fields = split(line.decode(errors="replace"), dialect.separator)
        for name, field in zip(dialect.names, fields, strict=False):
            if _FRACTION.fullmatch(field):
                fractional[name] = "float64"
    return fractional


def _parse(
    rows: bytes, dialect: Dialect, separator: str, *, all_numbers: bool = False
) -> pd.DataFrame:
    import pandas as pd

    stream = io.BytesIO(rows)
    stream.seek(dialect.body)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pd.errors.DtypeWarning)
        # the parser drops fields that are more than there are columns, with no more than a warning
        warnings.simplefilter("error", pd.errors.ParserWarning)
        return pd.read_csv(
            stream,
            sep=separator,
            decimal=dialect.decimal,
            header=None,
            names=list(dialect.names),
            index_col=False,
            encoding="utf-8",
            dtype=_fractional(rows, dialect) if all_numbers and dialect.decimal == "." else None,
            na_filter=not all_numbers,
            skipinitialspace=not all_numbers,
            low_memory=all_numbers,
        )


def _has_comment(data: bytes, body: int) -> bool:
    # one byte at a time is what bytes.find is fast at
    marks = any(data.find(mark, body) >= 0 for mark in (b"#", b"%"))
    return marks and _COMMENT_LINE.search(data, max(body - 1, 0)) is not None


def _numbered_lines(data: bytes, dialect: Dialect) -> list[tuple[int, bytes]]:
    """List the lines that are rows with their numbers in the file."""
    first = len(data[: dialect.body].splitlines()) + 1
    lines = enumerate(data[dialect.body :].splitlines(), start=first)
    blank = b" " if dialect.separator == "\t" else b" \t"
    return [(n, line) for n, line in lines if line.strip(blank) and line[:1] not in (b"#", b"%")]


def _all_separators(rows: bytes, dialect: Dialect, n_rows: int) -> bool:
    """Whether there are as many separators as full rows have; longer rows are errors already."""
    if dialect.separator == " ":
        return False
    n_separators = rows.count(dialect.separator.encode(), dialect.body)
    return n_separators == n_rows * (len(dialect.names) - 1)


def _check_rows(data: bytes, dialect: Dialect, path: Path) -> None:
    """Raise for the first row that has not as many fields as there are columns."""
    n_columns = len(dialect.names)
    lines = _numbered_lines(data, dialect)
    if _quoted_rows_fit([line for _, line in lines], dialect):
        return
    for number, line in lines:
        text = line.decode(errors="replace")
        if text.count('"') % 2 or _leaves_quotation_open(text, dialect.separator):
            raise FileFormatError(
                f"{path}: line {number} opens a quotation mark that it does not close: "
                f"{text[:60]!r}; correct the line or remove it."
            )
        n_fields = len(split(text, dialect.separator))
        if n_fields != n_columns:
            last = number == lines[-1][0] and n_fields < n_columns
            cut_off = ", where the file seems to be cut off" if last else ""
            raise FileFormatError(
                f"{path}: line {number} has {n_fields} fields and the table {n_columns} columns"
                f"{cut_off}: {text[:60]!r}; correct the line or remove it."
            )


def _quoted_rows_fit(lines: list[bytes], dialect: Dialect) -> bool:
    """Whether all rows fit, found out in one go; False where each must be looked at."""
    if dialect.separator == " ":
        return False
    texts = [line.decode(errors="replace") for line in lines]
    n_columns = len(dialect.names)
    n_rows = 0
    try:
        for fields in csv.reader(texts, delimiter=dialect.separator, skipinitialspace=True):
            n_rows += 1
            if len(fields) != n_columns:
                return False
    except csv.Error:
        return False
    # a quotation mark left open joins lines
    return n_rows == len(texts) and not any(text.count('"') % 2 for text in texts)


def _leaves_quotation_open(text: str, separator: str) -> bool:
    if '"' not in text:
        return False
    try:
        list(csv.reader([text], delimiter=separator, skipinitialspace=True, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False
