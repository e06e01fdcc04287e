"""Tables of ONI's Nanoimager: csv with lengths in nm and, beside them, in camera pixels."""

from __future__ import annotations

from pathlib import Path

from stormgraph_py.io.aliases import Understood
from stormgraph_py.io.delimited import localizations_of_text
from stormgraph_py.io.dialect import header_names
from stormgraph_py.io.reader import Reader, ReadOptions
from stormgraph_py.io.source import Peek
from stormgraph_py.io.text import read_named
from stormgraph_py.localizations import Localizations

NAME = "nanoimager"

_NEEDED = {"Channel", "Frame", "X (nm)", "Y (nm)", "Photons", "Background"}
_MEANINGS = {
    "x_nm": "X (nm)",
    "y_nm": "Y (nm)",
    "z_nm": "Z (nm)",
    "sigma_x_nm": "X precision (nm)",
    "sigma_y_nm": "Y precision (nm)",
    "sigma_z_nm": "Z precision (nm)",
    "frame": "Frame",
    "photons": "Photons",
    "channel": "Channel",
}


def _recognizes(peek: Peek) -> bool:
    return set(header_names(peek.lines)) >= _NEEDED


def _read(path: Path, options: ReadOptions) -> Localizations:
    text = read_named(path, options.separator)
    names = set(map(str, text.frame.columns))
    columns = {target: name for target, name in _MEANINGS.items() if name in names}
    return localizations_of_text(text, Understood(columns), path, NAME, options)


READER = Reader(
    name=NAME,
    description="ONI Nanoimager table",
    suffixes=(".csv", ".csv.gz"),
    recognizes=_recognizes,
    read=_read,
)
