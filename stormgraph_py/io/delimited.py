"""Plain text tables (csv, tsv, txt), with or without the names of their columns."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from stormgraph_py.errors import UntoldError
from stormgraph_py.io.aliases import Understood, parse_name, understand
from stormgraph_py.io.assemble import RawTable, assemble
from stormgraph_py.io.reader import Reader, ReadOptions
from stormgraph_py.io.source import Peek
from stormgraph_py.io.text import TextTable, read_text
from stormgraph_py.localizations import Localizations

NAME = "delimited"


def _recognizes(peek: Peek) -> bool:
    return peek.is_text


def _read(path: Path, options: ReadOptions) -> Localizations:
    text = read_text(path, options.separator)
    names = [str(name) for name in text.frame.columns]
    if text.dialect.has_header:
        understood = understand(names, options.columns)
    else:
        understood = _unnamed(names, options.columns, path)
    return localizations_of_text(text, understood, path, NAME, options)


def _unnamed(names: list[str], given: Mapping[str, str], path: Path) -> Understood:
    """Take two columns without names for x and y, and a third one for z."""
    if {"x_nm", "y_nm"} <= set(given):
        return Understood({}, notes=("The file does not name its columns.",))
    if len(names) > 3:
        raise UntoldError(
            f"{path}: does not name its {len(names)} columns; add a header, or say which is which "
            'with columns={"x_nm": "column_1", "y_nm": "column_2", ...}.',
            "columns",
        )
    targets = ("x_nm", "y_nm", "z_nm")[: len(names)]
    warnings: tuple[str, ...] = ()
    if len(names) == 3:
        warnings = ("The third column has no name and was read as z; name it if it is not.",)
    return Understood(
        dict(zip(targets, names, strict=True)),
        (f"The file does not name its columns; read as {', '.join(t[0] for t in targets)}.",),
        warnings,
    )


def localizations_of_text(
    text: TextTable,
    understood: Understood,
    path: Path,
    format_name: str,
    options: ReadOptions,
    units: Mapping[str, str | None] | None = None,
) -> Localizations:
    """Make localizations of a text table whose columns are understood.

    Parameters
    ----------
    text : TextTable
        The table.
    understood : Understood
        What its columns mean.
    path : Path
        The file.
    format_name : str
        Name of the reader.
    options : ReadOptions
        What the caller tells.
    units : mapping of str to (str or None), optional
        Name in the file -> unit, where the format fixes it; without it the names tell.
    """
    if units is None:
        units = {str(name): parse_name(str(name))[1] for name in text.frame.columns}
    return assemble(
        RawTable(
            path=str(path),
            format=format_name,
            sha256=text.sha256,
            frame=text.frame,
            columns=understood.columns,
            units=units,
            where=text.where,
            notes=(*text.notes, *understood.notes),
            warnings=text.warnings,
            doubts=understood.warnings,
        ),
        options,
    )


READER = Reader(
    name=NAME,
    description="plain text table (csv, tsv, txt)",
    suffixes=(".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz"),
    recognizes=_recognizes,
    read=_read,
)
