"""What a reader of one file format is, and what the caller may tell it."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from stormgraph_py.errors import InputError
from stormgraph_py.io.source import Peek
from stormgraph_py.io.units import UNITS, unit_named
from stormgraph_py.localizations import COLUMNS, Localizations

_SEPARATORS = {"tab": "\t", "comma": ",", "semicolon": ";", "space": " ", "\\t": "\t"}


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """What the caller tells about a file.

    Parameters
    ----------
    pixel_size_nm : float, optional
        Edge of a camera pixel in the sample.
    columns : mapping of str to str
        Name in the table -> name in the file, for columns that the caller names.
    unit : {"nm", "um", "mm", "m", "angstrom", "px"}, optional
        Unit of the lengths whose unit the file does not state.
    separator : str, optional
        One character between columns, or "tab", "comma", "semicolon", "space".

    Raises
    ------
    InputError
        When a value is out of bounds or unknown.
    """

    pixel_size_nm: float | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    unit: str | None = None
    separator: str | None = None

    def __post_init__(self) -> None:
        """Check every value."""
        if self.pixel_size_nm is not None:
            check_pixel_size(self.pixel_size_nm)
        for name in self.columns:
            if name not in COLUMNS:
                raise InputError(
                    f"columns names {name!r}, which is no column of the table; "
                    f"{suggestion(name, COLUMNS)}"
                )
        if self.unit is not None:
            unit = unit_named(self.unit)
            if unit not in UNITS:
                raise InputError(f"unit={self.unit!r} is unknown; use one of {', '.join(UNITS)}.")
            object.__setattr__(self, "unit", unit)
        if self.separator is not None:
            separator = _SEPARATORS.get(self.separator, self.separator)
            if len(separator) != 1 or separator in '"\r\n' or not separator.isascii():
                raise InputError(
                    f"separator={self.separator!r} is not one character; "
                    f"use ',' ';' '|' or one of {', '.join(list(_SEPARATORS)[:4])}."
                )
            object.__setattr__(self, "separator", separator)


@dataclass(frozen=True, kw_only=True)
class Reader:
    """One file format.

    Parameters
    ----------
    name : str
        Short name, what ``format=`` takes.
    description : str
        What the format is, in a few words.
    suffixes : tuple of str
        Usual endings of such files, for dialogs; recognition does not look at them.
    recognizes : callable
        Whether a file is of this format, told from its first bytes.
    read : callable
        Reads such a file.
    """

    name: str
    description: str
    suffixes: tuple[str, ...]
    recognizes: Callable[[Peek], bool]
    read: Callable[[Path, ReadOptions], Localizations]


def suggestion(name: str, known: Collection[str]) -> str:
    """Say which known name is meant, or which there are, to the end of the sentence."""
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"there are {', '.join(map(repr, known))}."


def check_pixel_size(value: object) -> None:
    """Raise an `InputError` when a value is no size of a pixel."""
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = math.nan
    if isinstance(value, bool) or not 0 < number < math.inf:
        raise InputError(
            f"pixel_size_nm={value!r} is no positive length; "
            "give the edge of a camera pixel in the sample in nm, for example 100."
        )
