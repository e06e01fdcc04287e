"""Tables of Zeiss' Elyra (ZEN): text between tabs, Latin-1, metadata behind a NUL byte."""

from __future__ import annotations

from pathlib import Path

from stormgraph_py.errors import FileFormatError
from stormgraph_py.io.aliases import Understood
from stormgraph_py.io.delimited import localizations_of_text
from stormgraph_py.io.dialect import header_names, header_separator, sniff
from stormgraph_py.io.reader import Reader, ReadOptions
from stormgraph_py.io.source import UTF16_BOMS, Peek, as_utf8, peek, read_bytes
from stormgraph_py.io.text import parse_text
from stormgraph_py.localizations import Localizations

NAME = "elyra"

_NEEDED = {"Position X [nm]", "Position Y [nm]"}
_OWN = {"First Frame", "Precision [nm]", "PSF half width [nm]", "PSF width [nm]", "Z Slice"}
_MEANINGS = {
    "x_nm": "Position X [nm]",
    "y_nm": "Position Y [nm]",
    "z_nm": "Position Z [nm]",
    "sigma_x_nm": "Precision [nm]",
    "sigma_y_nm": "Precision [nm]",
    "sigma_z_nm": "Precision Z [nm]",
    "frame": "First Frame",
    "photons": "Number Photons",
    "channel": "Channel",
}
_PSF_WIDTHS = ("PSF half width [nm]", "PSF width [nm]")
_MOST_METADATA_SHOWN = 12


def _recognizes(peek: Peek) -> bool:
    names = set(header_names(peek.lines))
    return names >= _NEEDED and not names.isdisjoint(_OWN)


def _read(path: Path, options: ReadOptions) -> Localizations:
    data, sha256 = read_bytes(path)
    table, nul, metadata = data.partition(b"\0")
    if data[:2] in UTF16_BOMS:
        # which is full of NUL bytes, and was written by something else
        table, nul, metadata = data, b"", b""
    table, encoding = as_utf8(table, path)
    separator = options.separator or header_separator(peek(path).lines)
    dialect = sniff(table, path, separator)
    notes = [encoding] if encoding else []
    if nul:
        _check_metadata(metadata, dialect.separator, len(dialect.names), table, path)
        notes.append(_describe_metadata(metadata))
    text = parse_text(table, dialect, path, sha256, tuple(notes))
    names = set(map(str, text.frame.columns))
    columns = {target: name for target, name in _MEANINGS.items() if name in names}
    widths = [name for name in _PSF_WIDTHS if name in names]
    said = f"{', '.join(widths)}: width of the point spread function, not the precision."
    understood = Understood(columns, (said,) if widths else ())
    return localizations_of_text(text, understood, path, NAME, options)


def _check_metadata(
    metadata: bytes, separator: str, n_columns: int, table: bytes, path: Path
) -> None:
    """Raise when rows lie behind the NUL byte: then it is damage, not the end of the table."""
    mark = separator.encode()
    for number, line in enumerate(metadata.splitlines()):
        if line.count(mark) >= max(n_columns - 1, 1):
            at = len(table.splitlines()) + number
            raise FileFormatError(
                f"{path}: a NUL byte, which ends the table, is followed by a row near line {at}: "
                f"{line[:60].decode('latin-1')!r}; the file is damaged, export it again."
            )


def _describe_metadata(metadata: bytes) -> str:
    lines = [" ".join(line.split()) for line in metadata.decode("latin-1").splitlines()]
    said = [line for line in lines if line.strip("\0 ")]
    shown = "; ".join(said[:_MOST_METADATA_SHOWN]).replace("\0", "")[:400]
    return f"{len(said)} lines of metadata behind the table were left out: {shown}."


READER = Reader(
    name=NAME,
    description="Zeiss Elyra table",
    suffixes=(".txt", ".txt.gz"),
    recognizes=_recognizes,
    read=_read,
)
