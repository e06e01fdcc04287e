"""What a file leaves open, and what the user's answer would make of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from stormgraph_py.io.aliases import understand
from stormgraph_py.io.describe import FileSummary
from stormgraph_py.io.head import FileHead


@dataclass(frozen=True, kw_only=True, eq=False)
class Trial:
    """What reading a file in some way gives.

    Parameters
    ----------
    reading : mapping
        Keyword arguments of `read_localizations`.
    summary : FileSummary or None
        What was read; None when nothing was.
    doubts : tuple of str
        What still looks wrong about it.
    fault : str
        Why nothing was read.
    """

    reading: Mapping[str, Any] = field(default_factory=dict)
    summary: FileSummary | None = None
    doubts: tuple[str, ...] = ()
    fault: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Question:
    """A file of which the user should say what it is.

    Parameters
    ----------
    path : str
        The file.
    head : FileHead
        Its first rows.
    untold : str
        What must be told, as an argument of `read_localizations`; empty when nothing must.
    first : Trial
        What reading it gives before anything is answered.
    told : mapping
        What was said of it before: keyword arguments of `read_localizations`.
    is_open : bool
        It is a data set of the project already, which is to be read in another way.
    n_others : int
        Files that wait and may be like this one.
    """

    path: str
    head: FileHead
    untold: str
    first: Trial
    told: Mapping[str, Any] = field(default_factory=dict)
    is_open: bool = False
    n_others: int = 0


def understood_columns(question: Question) -> dict[str, str]:
    """Return the columns that need not be told: name in the package -> name in the file."""
    names = question.head.names
    summary = question.first.summary
    if summary is not None:
        return {ours: theirs for theirs, ours in summary.columns if theirs in names}
    unnamed = all(name == f"column_{i}" for i, name in enumerate(names, start=1))
    return {} if unnamed else dict(understand(names).columns)
