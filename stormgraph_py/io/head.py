"""The first rows of a file, for whoever is to say what its columns mean."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from os import PathLike
from pathlib import Path

from stormgraph_py.io.dialect import sniff, split
from stormgraph_py.io.registry import read_localizations, recognize
from stormgraph_py.io.source import as_utf8, peek
from stormgraph_py.localizations import COLUMNS

N_ROWS = 8
"""Rows that are shown."""


@dataclass(frozen=True, kw_only=True)
class FileHead:
    """How the table of a file begins.

    Parameters
    ----------
    format : str
        Name of the reader.
    names : tuple of str
        Columns as the file names them; column_1, column_2, ... where it does not.
    rows : tuple of tuple of str
        The first rows, as many fields each as there are names.
    """

    format: str
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def file_head(path: str | PathLike[str], n_rows: int = N_ROWS) -> FileHead:
    r"""Read the first rows of a file without saying what they mean.

    Parameters
    ----------
    path : str or path-like
        The file.
    n_rows : int
        Rows to return, where there are as many.

    Raises
    ------
    FileFormatError, InputError
        When the file cannot be opened, or is no table.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "a.csv"
    ...     _ = path.write_text("1.0,2.0,3.0,9.1\n1.5,2.5,3.5,8.7\n")
    ...     file_head(path).names
    ('column_1', 'column_2', 'column_3', 'column_4')
    """
    file = Path(path)
    begin = peek(file)
    reader = recognize(begin)
    if not begin.is_text:
        return _head_of_table(file, reader.name, n_rows)
    data, _ = as_utf8(begin.head, file)
    dialect = sniff(data, file)
    lines = data[dialect.body :].decode(errors="replace").splitlines()
    rows = (split(line, dialect.separator) for line in lines if line.strip())
    filled = (([*row, *[""] * len(dialect.names)])[: len(dialect.names)] for row in rows)
    return FileHead(
        format=reader.name,
        names=dialect.names,
        rows=tuple(map(tuple, islice(filled, n_rows))),
    )


def _head_of_table(path: Path, format_name: str, n_rows: int) -> FileHead:
    # a pixel of 1 nm leaves what is in pixels as it is
    localizations = read_localizations(path, pixel_size_nm=1.0)
    table = localizations.table.head(n_rows)
    in_file = {ours: theirs for theirs, ours in localizations.provenance.columns}
    # a precision that holds for both axes is one column of the file
    shown = {in_file.get(str(name), str(name)): name for name in table.columns}
    known = [name for name in shown if shown[name] in COLUMNS]
    others = [name for name in shown if shown[name] not in COLUMNS]
    names = (*known, *others)
    rows = zip(*(table[shown[name]].map(_written) for name in names), strict=True)
    return FileHead(format=format_name, names=names, rows=tuple(rows))


def _written(value: object) -> str:
    return f"{value:.7g}" if isinstance(value, float) else str(value)
