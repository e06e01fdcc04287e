"""Picasso's HDF5 tables: x, y and their precisions in camera pixels, z in nm."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stormgraph_py.errors import FileFormatError, InputError
from stormgraph_py.io.assemble import RawTable, assemble
from stormgraph_py.io.provenance import sha256_of
from stormgraph_py.io.reader import Reader, ReadOptions
from stormgraph_py.io.source import Peek, damaged_hdf5, peek
from stormgraph_py.io.write_picasso import GENERATED_BY, MISSING, SHIFT
from stormgraph_py.localizations import Localizations

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
    given = options.pixel_size_nm
    documents, problem = _metadata(path)
    stated, notes, warnings = _pixel_size(path, documents, problem, required=given is None)
    if given is not None and stated is not None and given != stated:
        warnings.append(
            f"The pixel size of {given:g} nm was used, as told; the YAML file says {stated:g} nm."
        )
    if "sx" in frame.columns:
        notes.append("sx, sy: width of the point spread function, not the precision.")
    frame = _as_before_writing(frame, documents, notes)
    raw = RawTable(
        path=str(path),
        format=NAME,
        sha256=sha256_of(path),
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

    try:
        with h5py.File(path, "r") as file:
            locs = file["locs"]
            if not isinstance(locs, h5py.Dataset) or locs.dtype.names is None or locs.ndim != 1:
                raise FileFormatError(
                    f"{path}: /locs is no table with named columns; save the file in Picasso again."
                )
            if len(locs) == 0:
                raise FileFormatError(f"{path}: /locs has no rows; localize in Picasso again.")
            records = locs[()]
        native = records.astype(records.dtype.newbyteorder("="), copy=False)
        return pd.DataFrame({str(name): native[name] for name in native.dtype.names})
    except FileFormatError:
        raise
    # the library meets a damaged file with nearly any of these
    except (OSError, RuntimeError, LookupError, ValueError, TypeError, MemoryError) as error:
        raise damaged_hdf5(path, error) from None


def _metadata(path: Path) -> tuple[list[dict[str, Any]], str | None]:
    """Return what the YAML file beside a table says, or what is wrong with it."""
    found = _beside(path)
    if found is None:
        return [], None
    try:
        return _yaml_documents(found), None
    except InputError as error:
        return [], str(error)


def _beside(path: Path) -> Path | None:
    return next((p for s in (".yaml", ".yml") if (p := path.with_suffix(s)).is_file()), None)


def _pixel_size(
    path: Path, documents: list[dict[str, Any]], problem: str | None, *, required: bool
) -> tuple[float | None, list[str], list[str]]:
    """Return the pixel size in nm, notes and warnings."""
    found = _beside(path)
    remedy = "give the size in nm with pixel_size_nm=, for example pixel_size_nm=130"
    if found is None:
        if required:
            raise InputError(
                f"{path}: coordinates are in camera pixels, and {path.with_suffix('.yaml').name}, "
                f"which holds the pixel size, is not beside it; {remedy}."
            )
        return None, [], []
    size = None
    try:
        sizes = [d["Pixelsize"] for d in documents if "Pixelsize" in d]
        # every step of Picasso adds a document; the last one holds
        size = _positive(sizes[-1]) if sizes else None
        problem = problem or "has no Pixelsize"
    except InputError as error:
        problem = str(error)
    if size is None:
        if required:
            raise InputError(f"{found}: {problem}; {remedy}.")
        return None, [], [f"{found.name} {problem}; the pixel size is the one that was given."]
    return size, [f"Pixelsize {size:g} nm is read from {found.name}."], []


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
        notes.append(f"Positions were moved by {shift} pixels for Picasso, and are moved back.")
    return frame


def _whole_pixels(value: Any) -> list[int]:
    """Return two whole numbers as they stand in the YAML file, none where it holds others."""
    fits = isinstance(value, list) and len(value) == 2 and all(isinstance(n, int) for n in value)
    return value if fits else [0, 0]


def _positive(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = 0.0
    if isinstance(value, bool) or not 0 < number < float("inf"):
        raise InputError(f"has the Pixelsize {value!r}, which is no positive length")
    return number


def _yaml_documents(path: Path) -> list[dict[str, Any]]:
    import yaml

    try:
        documents = list(yaml.load_all(path.read_bytes(), Loader=_safe_loader()))
    # impossible dates, numbers and keys leave the safe loader as plain errors
    except (yaml.YAMLError, ValueError, LookupError, TypeError, RecursionError, OSError) as error:
        reason = " ".join(str(error).split())[:120]
        raise InputError(f"cannot be read as YAML ({reason})") from None
    return [d for d in documents if isinstance(d, dict)]


def _safe_loader() -> Any:
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


READER = Reader(
    name=NAME,
    description="Picasso HDF5 with its YAML file",
    suffixes=(".hdf5", ".h5"),
    recognizes=_recognizes,
    read=_read,
)
