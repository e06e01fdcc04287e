"""Picasso's HDF5 tables: x, y and their precisions in camera pixels, z in nm."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stormgraph_py.errors import FileFormatError, UntoldError
from stormgraph_py.io import hdf5
from stormgraph_py.io.assemble import RawTable, assemble
from stormgraph_py.io.picasso_metadata import read_metadata, yaml_beside
from stormgraph_py.io.provenance import sha256_of
from stormgraph_py.io.reader import Reader, ReadOptions
from stormgraph_py.io.source import Peek, peek
from stormgraph_py.io.write_picasso import GENERATED_BY, MISSING, SHIFT
from stormgraph_py.localizations import Localizations
from stormgraph_py.numerals import plain

if TYPE_CHECKING:
    import pandas as pd

NAME = "picasso"

_MEANINGS = {
    "x_nm": "x",
    "y_nm": "y",
    "z_nm": "z",
    "sigma_x_nm": "lpx",
    "sigma_y_nm": "lpy",
    "sigma_z_nm": "lpz",
    "frame": "frame",
    "photons": "photons",
    "channel": "channel",
}
_UNITS = {"x": "px", "y": "px", "lpx": "px", "lpy": "px", "z": "nm", "lpz": "nm"}


def _recognizes(peek: Peek) -> bool:
    return "locs" in peek.hdf5_names


def _read(path: Path, options: ReadOptions) -> Localizations:
    if not _recognizes(peek(path)):
        raise FileFormatError(f"{path}: is no HDF5 file with /locs; leave format= out.")
    frame = _read_locs(path)
    given, said = options.pixel_size_nm, read_metadata(path)
    stated = said.pixel_size_nm
    notes, warnings = [], []
    if stated is not None:
        notes.append(f"Pixelsize {plain(stated)} nm is read from {said.source}.")
    elif given is None:
        raise UntoldError(
            f"{path}: coordinates are in camera pixels, but {said.problem}; give the size in nm "
            "with pixel_size_nm=, for example pixel_size_nm=130.",
            "pixel_size_nm",
        )
    elif said.is_beside:
        warnings.append(f"{said.problem}; the pixel size is the one that was given.")
    if given is not None and stated is not None and given != stated:
        warnings.append(
            f"The pixel size of {plain(given)} nm was used, as told; {said.source} says "
            f"{plain(stated)} nm."
        )
    if "sx" in frame.columns:
        notes.append("sx, sy: width of the point spread function, not the precision.")
    if "std_x" in frame.columns:
        notes.append(
            "The rows are molecules (centres of clusters of localizations), not localizations; "
            "lpx and lpy are how well their positions are known."
        )
    frame = _as_before_writing(frame, said.documents, notes)
    beside = yaml_beside(path)
    raw = RawTable(
        path=str(path),
        format=NAME,
        sha256=sha256_of(path),
        sha256_beside=None if beside is None else sha256_of(beside),
        frame=frame,
        columns={target: name for target, name in _MEANINGS.items() if name in frame.columns},
        units=_UNITS,
        where=lambda row: f"row {row + 1}",
        notes=tuple(notes),
        warnings=tuple(warnings),
    )
    return assemble(raw, replace(options, pixel_size_nm=given if given is not None else stated))


def _read_locs(path: Path) -> pd.DataFrame:
    import h5py
    import pandas as pd

    with hdf5.opened(path) as file:
        locs = hdf5.find(file, "locs", path)
        if not isinstance(locs, h5py.Dataset) or locs.dtype.names is None or locs.ndim != 1:
            raise FileFormatError(
                f"{path}: /locs is no table with named columns; save the file in Picasso again."
            )
        if len(locs) == 0:
            raise FileFormatError(f"{path}: /locs has no rows; localize in Picasso again.")
        records = hdf5.read(locs, path)
    return pd.DataFrame({str(name): records[name] for name in records.dtype.names or ()})


def _as_before_writing(
    frame: pd.DataFrame, documents: list[dict[str, Any]], notes: list[str]
) -> pd.DataFrame:
    """Undo what `write_picasso` does to a table so that Picasso opens all of it."""
    ours = [d for d in documents if str(d.get(GENERATED_BY)).startswith("stormgraph_py")]
    if not ours:
        return frame
    missing, shift = ours[0].get(MISSING), _whole_pixels(ours[0].get(SHIFT))
    for name, number in missing.items() if isinstance(missing, dict) else []:
        if name not in frame.columns or not isinstance(number, int | float):
            continue
        column = frame[str(name)]
        known = column.ne(number)
        if known.any():
            frame[name] = column.where(known)
        else:
            frame = frame.drop(columns=name)
        notes.append(f"{name}: {number:g} stands for a missing value.")
    if any(shift):
        for axis, pixels in zip("xy", shift, strict=True):
            if axis in frame.columns:
                frame[axis] = frame[axis].astype("float64") - pixels
        notes.append(
            f"Positions were moved by {shift} pixels for Picasso, and are moved back; regions that "
            "were picked on this file in Picasso are not."
        )
    return frame


def _whole_pixels(value: Any) -> list[int]:
    """Return two whole numbers as they stand in the YAML file, none where it holds others."""
    fits = isinstance(value, list) and len(value) == 2 and all(isinstance(n, int) for n in value)
    return value if fits else [0, 0]


READER = Reader(
    name=NAME,
    description="Picasso HDF5 with its YAML file",
    suffixes=(".hdf5", ".h5"),
    recognizes=_recognizes,
    read=_read,
)
