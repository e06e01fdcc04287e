"""MATLAB's files: version 5 to 7 through SciPy, version 7.3 as the HDF5 that it is.

Of either, only numbers and structs of numbers are read. Arrays have the shape that MATLAB shows.
"""

from __future__ import annotations

import io
import mmap
import struct
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from stormgraph_py.errors import FileFormatError
from stormgraph_py.io import hdf5
from stormgraph_py.io.unpacking import inflate

Struct = dict[str, Any]
"""Name -> array, struct, or None for what is neither numbers nor a struct."""

_HEADER_BYTES = 128
_TAG_BYTES = 8
_COMPRESSED = 15
_CUT_OFF = "a variable is longer than the file"
_ERRORS = (
    OSError,
    RuntimeError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    MemoryError,
    OverflowError,
    zlib.error,
    struct.error,
)


def names(data: bytes | mmap.mmap, path: Path) -> tuple[str, ...]:
    """Name the variables in a file of version 5 to 7.

    Raises
    ------
    FileFormatError
        When the file is damaged.
    """
    from scipy.io import whosmat

    if any(end > len(data) for _, _, end in _elements(data)):
        raise _damaged(path, _CUT_OFF)
    stream = io.BytesIO(data[:])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return tuple(name for name, _, _ in whosmat(stream))  # type: ignore[arg-type]
    except _ERRORS as error:
        raise _damaged(path, error) from None


def read(data: bytes | mmap.mmap, path: Path, variables: tuple[str, ...]) -> Struct:
    """Read variables from a file of version 5 to 7.

    Raises
    ------
    FileFormatError
        When the file is damaged.
    """
    from scipy.io import loadmat

    stream = io.BytesIO(_unpacked(data, path))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loaded = loadmat(stream, variable_names=list(variables))  # type: ignore[arg-type]
        return {name: _plain(value) for name, value in loaded.items() if name in variables}
    except _ERRORS as error:
        raise _damaged(path, error) from None


def read_hdf5(path: Path, where: str) -> Struct:
    """Read a struct from a file of version 7.3; ``""`` reads all variables.

    Raises
    ------
    FileFormatError
        When the file is damaged.
    """
    import h5py

    with hdf5.opened(path) as file:
        group = hdf5.find(file, where, path) if where else file
        if not isinstance(group, h5py.Group):
            return {}
        return _struct(group, path)


def _struct(group: Any, path: Path, depth: int = 0) -> Struct:
    import h5py

    found: Struct = {}
    for name in map(str, group):
        item = hdf5.find(group, name, path) if not name.startswith("#") and depth < 3 else None
        if isinstance(item, h5py.Group):
            found[name] = _struct(item, path, depth + 1)
        elif isinstance(item, h5py.Dataset) and _is_numbers(item):
            found[name] = hdf5.read(item, path).T
        else:
            found[name] = None
    return found


def _is_numbers(dataset: Any) -> bool:
    # an empty array is stored as its shape, and text as numbers
    if dataset.attrs.get("MATLAB_empty", 0):
        return False
    return dataset.dtype.kind in "iuf" and dataset.attrs.get("MATLAB_class") != b"char"


def _plain(value: Any) -> Any:
    """Make an array of numbers or a struct of SciPy's; None of anything else."""
    if not isinstance(value, np.ndarray):
        return None
    if value.dtype.names is not None and value.size == 1:
        return {name: _plain(value[name].flat[0]) for name in value.dtype.names}
    if value.dtype.kind not in "biuf":
        return None
    return value.astype(value.dtype.newbyteorder("="), copy=False)


def _unpacked(data: bytes | mmap.mmap, path: Path) -> bytes:
    """Unpack every variable, within bounds, as SciPy would without any."""
    parts = [data[:_HEADER_BYTES]]
    for kind, start, end in _elements(data):
        if end > len(data):
            raise _damaged(path, _CUT_OFF)
        packed = kind == _COMPRESSED
        parts.append(
            inflate(data[start + _TAG_BYTES : end], path, "MATLAB") if packed else data[start:end]
        )
    return b"".join(parts)


def _elements(data: bytes | mmap.mmap) -> Iterator[tuple[int, int, int]]:
    """Give kind, begin and end of every variable, of which the last end may lie beyond the file."""
    order = "<" if data[126:128] == b"IM" else ">"
    at = _HEADER_BYTES
    while at < len(data):
        tag = data[at : at + _TAG_BYTES].ljust(_TAG_BYTES, b"\xff")
        kind, n_bytes = struct.unpack(f"{order}II", tag)
        yield kind, at, at + _TAG_BYTES + n_bytes
        at += _TAG_BYTES + n_bytes


def _damaged(path: Path, error: object) -> FileFormatError:
    reason = " ".join(str(error).split()) or type(error).__name__
    return FileFormatError(
        f"{path}: this MATLAB file is truncated or damaged ({reason[:200]}); save it again."
    )
