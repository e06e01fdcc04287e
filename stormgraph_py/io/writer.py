"""What a writer of one file format is, what it is given and what it tells."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stormgraph_py.localizations import COLUMNS, Localizations

if TYPE_CHECKING:
    import pandas as pd

CLUSTER = "cluster"
"""The column of a table that says which cluster each localization is in, -1 in none."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """What was written.

    Parameters
    ----------
    paths : tuple of Path
        The files; the first one is the one to open.
    format : str
        Name of the writer.
    n_localizations : int
        Rows written.
    notes : tuple of str
        What became of the columns, one sentence each.
    warnings : tuple of str
        What the file does not hold, or holds otherwise than a user expects, one sentence each.
    """

    paths: tuple[Path, ...]
    format: str
    n_localizations: int
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Writer:
    """One file format that can be written.

    Parameters
    ----------
    name : str
        Short name, what ``format=`` takes.
    description : str
        What the format is, in a few words.
    suffixes : tuple of str
        Endings of such files, the usual one first.
    write : callable
        Writes localizations to a path. The size of a camera pixel in nm is None where unknown.
    """

    name: str
    description: str
    suffixes: tuple[str, ...]
    write: Callable[[Localizations, Path, float | None], Written]


def extra_columns(table: pd.DataFrame) -> list[str]:
    """Return the names of the columns that the package gives no meaning."""
    return [name for name in table.columns if name not in COLUMNS]


def is_numeric(column: pd.Series[Any]) -> bool:
    """Whether a column holds numbers or truth values."""
    return column.dtype.kind in "iufb"


def free_name(name: str, taken: Collection[str]) -> str:
    """Return a name for a column whose own one has another meaning in the format.

    Examples
    --------
    >>> free_name("x", {"x", "original_x"})
    'original_original_x'
    """
    while name in taken:
        name = f"original_{name}"
    return name


def left_out(names: Collection[str], format_name: str) -> tuple[str, ...]:
    """Say which columns of text a format of numbers cannot hold."""
    if not names:
        return ()
    listed = ", ".join(map(repr, names))
    return (
        f"{format_name} files hold numbers alone: {listed} left out; write csv or Parquet to keep "
        "columns of text.",
    )
