"""All file formats that can be read, and the one function that reads them.

A new format is one module with a `Reader`, added to `READERS`; the order is that of recognition.
"""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path

from stormgraph_py.errors import FileFormatError, InputError
from stormgraph_py.io import (
    decode,
    delimited,
    elyra,
    gdsc,
    minflux,
    nanoimager,
    nikon,
    npy,
    parquet,
    picasso,
    rapidstorm,
    smap,
    smlm,
    thunderstorm,
)
from stormgraph_py.io.reader import Reader, ReadOptions, suggestion
from stormgraph_py.io.source import Peek, peek
from stormgraph_py.localizations import Localizations

READERS: tuple[Reader, ...] = (
    rapidstorm.READER,
    gdsc.READER,
    nikon.READER,
    elyra.READER,
    nanoimager.READER,
    thunderstorm.READER,
    picasso.READER,
    smap.READER,
    minflux.READER,
    decode.READER,
    smlm.READER,
    parquet.READER,
    delimited.READER,
)
"""Every format, special ones before the plain table that would accept them too."""

_OTHER_FILES = {
    b"PK\x05\x06": "an empty zip archive; pack it again",
    b"PK\x07\x08": "one part of several of a zip archive; put them together and unpack them",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook; save the sheet as csv",
    b"BZh": "compressed with bzip2; unpack it",
    b"\xfd7zXZ": "compressed with xz; unpack it",
    b"(\xb5/\xfd": "compressed with zstd; unpack it",
    b"7z\xbc\xaf": "packed with 7-Zip; unpack it",
    b"Rar!": "packed with RAR; unpack it",
    b"\x80\x04\x95": "a pickle, which could run any code and is never loaded; save it as csv",
    b"%PDF": "a PDF document; export the localizations as csv",
    b"II*\0": "a TIFF image; localize it first",
    b"MM\0*": "a TIFF image; localize it first",
}


def read_localizations(
    path: str | PathLike[str],
    *,
    format: str | None = None,
    pixel_size_nm: float | None = None,
    columns: Mapping[str, str] | None = None,
    unit: str | None = None,
    separator: str | None = None,
) -> Localizations:
    """Read a file of localizations; its format is recognized from its content.

    Parameters
    ----------
    path : str or path-like
        The file; text may be gzipped.
    format : str, optional
        Name of a reader in `READERS`, where the content does not tell.
    pixel_size_nm : float, optional
        Edge of a camera pixel in the sample, for coordinates in pixels. Overrides the file's.
    columns : mapping of str to str, optional
        Name in the table -> name in the file, ``{"x_nm": "my x", "sigma_x_nm": "my error"}``;
        columns of a file without names are column_1, column_2, ...
    unit : {"nm", "um", "mm", "m", "angstrom", "px"}, optional
        Unit of lengths whose unit the file does not state.
    separator : str, optional
        Character between the columns of a text table, where it is not found.

    Returns
    -------
    Localizations
        In nm; ``provenance`` tells what was understood, set aside or is doubtful.

    Raises
    ------
    FileFormatError
        When the file is no table of localizations, or is damaged.
    InputError
        When the file cannot be opened, a pixel size or unit is missing, or an option is unknown.
    """
    options = ReadOptions(
        pixel_size_nm=pixel_size_nm, columns=columns or {}, unit=unit, separator=separator
    )
    file = Path(path)
    begin = peek(file)
    reader = _reader_named(format) if format is not None else recognize(begin)
    return reader.read(file, options)


def recognize(begin: Peek) -> Reader:
    """Return the reader of a file's format.

    Raises
    ------
    FileFormatError
        When no reader recognizes it; the message says what it seems to be.
    """
    for reader in READERS:
        if reader.recognizes(begin):
            return reader
    raise FileFormatError(f"{begin.path}: {_what_it_seems(begin)}.")


def _reader_named(name: str) -> Reader:
    readers = {reader.name: reader for reader in READERS}
    if name.lower() not in readers:
        raise InputError(f"format={name!r} is unknown; {suggestion(name.lower(), readers)}")
    return readers[name.lower()]


def _what_it_seems(begin: Peek) -> str:
    if begin.is_matlab:
        names = ", ".join(begin.matlab_names[:10]) or "nothing"
        return (
            f"is a MATLAB file without saveloc of SMAP or itr, tid and vld of MINFLUX (it holds "
            f"{names[:200]}); save the localizations as csv"
        )
    if begin.is_hdf5:
        names = ", ".join(f"/{name}" for name in begin.hdf5_names[:10]) or "nothing"
        return (
            f"is HDF5 without /locs of Picasso, /data of DECODE or /saveloc of SMAP (it holds "
            f"{names[:200]}); save the localizations again"
        )
    if begin.head.startswith(npy.MAGIC):
        names = ", ".join(begin.npy_names[:10]) or "plain numbers"
        return (
            f"is a NumPy array without the fields itr, tid and vld of MINFLUX (it holds "
            f"{names[:200]}); save it as csv"
        )
    if begin.zip_names:
        return "is an Excel workbook; save the sheet as csv"
    for magic, what in _OTHER_FILES.items():
        if begin.head.startswith(magic):
            return f"is {what}"
    known = ", ".join(reader.description for reader in READERS)
    return f"is binary data of no known kind; give one of these: {known}"
