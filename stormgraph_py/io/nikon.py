"""Molecule lists of Nikon's N-STORM (NIS-Elements): text between tabs, lengths in nm.

Columns and channels as NIS-Elements exports them, in its older layout, which begins with ``Channel
Name``, and in that of version 5, which has ``Channel``.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from stormgraph_py.io.aliases import Understood
from stormgraph_py.io.delimited import localizations_of_text
from stormgraph_py.io.dialect import header_names
from stormgraph_py.io.reader import Reader, ReadOptions
from stormgraph_py.io.source import Peek
from stormgraph_py.io.text import read_named
from stormgraph_py.localizations import Localizations
from stormgraph_py.numerals import plain

if TYPE_CHECKING:
    import pandas as pd

NAME = "nikon"

_NEEDED = {"X", "Y", "Xc", "Yc", "Frame"}
_OWN = {"Channel Name", "Lateral Localization Accuracy"}
_MEANINGS = {
    "x_nm": ("Xc",),
    "y_nm": ("Yc",),
    "z_nm": ("Zc", "Z"),
    "sigma_x_nm": ("Lateral Localization Accuracy",),
    "sigma_y_nm": ("Lateral Localization Accuracy",),
    "frame": ("Frame",),
    "photons": ("Photons",),
    "channel": ("Channel Name", "Channel"),
}
_ALL_NM = (
    *(f"{axis}{kind}" for axis in "XYZ" for kind in ("", "c", "w", "wc")),
    "Lateral Localization Accuracy",
)

_NO_COLOUR = "Non Specific Activation"
_NO_Z = "Z Rejected"


def _recognizes(peek: Peek) -> bool:
    names = set(header_names(peek.lines))
    return names >= _NEEDED and not names.isdisjoint(_OWN)


def _read(path: Path, options: ReadOptions) -> Localizations:
    text = read_named(path, options.separator)
    frame = text.frame
    names = list(map(str, frame.columns))
    columns = {
        target: name
        for target, candidates in _MEANINGS.items()
        if (name := next((c for c in candidates if c in names), None))
    }
    # a caller who names the positions needs no word on which were taken
    told = not {"x_nm", "y_nm"}.isdisjoint(options.columns)
    taken = "Xc, Yc are corrected for drift and taken; X, Y as they were found are kept."
    notes = [] if told else [taken]
    warnings: list[str] = []
    if "channel" in columns:
        channel = _as_names(frame[columns["channel"]])
        frame[columns["channel"]] = channel
        warnings += _unspecific(channel)
        notes += [] if told else _warped(frame, channel)
    return localizations_of_text(
        text,
        Understood(columns, tuple(notes), tuple(warnings)),
        path,
        NAME,
        options,
        units=dict.fromkeys(_ALL_NM, "nm"),
    )


def _as_names(column: pd.Series[str]) -> pd.Series[str]:
    """Return channel names as text, also where all of them are wavelengths."""
    import pandas as pd

    if column.dtype.kind not in "iuf":
        return column
    codes, numbers = column.factorize()
    names = pd.array([f"{number:.15g}" for number in numbers], dtype="str")
    return pd.Series(names.take(codes, allow_fill=True), index=column.index, name=column.name)


def _unspecific(channel: pd.Series[str]) -> list[str]:
    """Say how many localizations belong to no colour, or have no valid z."""
    counts = Counter({str(name).strip(): int(n) for name, n in channel.value_counts().items()})
    meanings = (
        (_NO_COLOUR, "belong to no activation and so to no colour"),
        (_NO_Z, "lie outside the calibrated range of z, so that their z is not valid"),
    )
    return [
        f"{counts[name]} localizations are called {name!r}: they {meaning}. They are kept as a "
        "channel of their own; leave them out by choosing another channel."
        for name, meaning in meanings
        if counts[name]
    ]


def _warped(frame: pd.DataFrame, channel: pd.Series[str]) -> list[str]:
    """Say where the correction for shifts between colours is in the file and would matter."""
    if channel.nunique() < 2 or not {"Xc", "Yc", "Xwc", "Ywc"} <= set(frame.columns):
        return []
    pairs = [(frame[f"{axis}wc"], frame[f"{axis}c"]) for axis in "XY"]
    if any(column.dtype.kind not in "iuf" for pair in pairs for column in pair):
        return []
    with np.errstate(over="ignore", invalid="ignore"):
        squares = sum((warped - plain) ** 2 for warped, plain in pairs)
        shift = (squares**0.5).groupby(channel.to_numpy()).median()
    if not (shift > 0).any():
        return []
    listed = ", ".join(f"{name}: {plain(value, 3)} nm" for name, value in shift.items())
    return [
        "Xwc, Ywc are corrected for the shift between colours as well and are kept, not used; "
        f"their median distance from Xc, Yc is {listed}. To use them say "
        'columns={"x_nm": "Xwc", "y_nm": "Ywc"}.'
    ]


READER = Reader(
    name=NAME,
    description="Nikon N-STORM molecule list",
    suffixes=(".txt", ".txt.gz"),
    recognizes=_recognizes,
    read=_read,
)
