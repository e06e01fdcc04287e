"""MATLAB's files: version 5 to 7 as they are documented, version 7.3 as the HDF5 that it is.

Of either, only numbers and structs of numbers are read. Arrays have the shape that MATLAB shows.
SciPy reads the first kind as well, but a damaged file can end the whole program in it; here nothing
is believed that the bytes do not bear out.
"""

from __future__ import annotations

import math
import mmap
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from stormgraph_py.arrays import AnyArray
from stormgraph_py.errors import FileFormatError
from stormgraph_py.io import hdf5
from stormgraph_py.io.unpacking import inflate

Struct = dict[str, Any]
"""Name -> array, struct, or None for what is neither numbers nor a struct."""

_Order = Literal["<", ">"]

_HEADER_BYTES = 128
_TAG_BYTES = 8
_MATRIX, _COMPRESSED = 14, 15
_STRUCT = 2
_COMPLEX, _LOGICAL = 0x0800, 0x0200
_DEEPEST = 8
_STORED = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8",
           13: "u8"}  # fmt: skip
_CLASSES = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8",
            15: "u8"}  # fmt: skip
_NAME_BYTES = 4096


class _BrokenError(Exception):
    """What is wrong with the bytes."""


@dataclass(frozen=True)
class _Matrix:
    """What stands at the beginning of a variable or field."""

    kind: int
    flags: int
    shape: tuple[int, ...]
    name: str
    body: int


def names(data: bytes | mmap.mmap, path: Path) -> tuple[str, ...]:
    """Name the variables in a file of version 5 to 7.

    Raises
    ------
    FileFormatError
        When the file is damaged.
    """
    try:
        return tuple(_head(part, 0, order).name for part, order in _variables(data, path, True))
    except (_BrokenError, struct.error, UnicodeDecodeError) as error:
        raise _damaged(path, error) from None


def read(data: bytes | mmap.mmap, path: Path, variables: tuple[str, ...]) -> Struct:
    """Read variables from a file of version 5 to 7.

    Raises
    ------
    FileFormatError
        When the file is damaged.
    """
    found: Struct = {}
    try:
        for part, order in _variables(data, path, False):
            name = _head(part, 0, order).name
            if name in variables:
                found[name] = _value(part, 0, order)
    except (_BrokenError, struct.error, ValueError) as error:
        raise _damaged(path, error) from None
    return found


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
        return _group(group, path)


def _group(group: Any, path: Path, depth: int = 0) -> Struct:
    import h5py

    found: Struct = {}
    for name in map(str, group):
        item = hdf5.find(group, name, path) if not name.startswith("#") and depth < 3 else None
        if isinstance(item, h5py.Group):
            found[name] = _group(item, path, depth + 1)
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


def _variables(
    data: bytes | mmap.mmap, path: Path, heads: bool
) -> Iterator[tuple[memoryview, _Order]]:
    """Give the contents of every variable, or their beginnings, with the order of bytes."""
    if len(data) < _HEADER_BYTES or data[126:128] not in (b"IM", b"MI"):
        raise _BrokenError("its header is cut off or broken")
    order: _Order = "<" if data[126:128] == b"IM" else ">"
    at = _HEADER_BYTES
    while at < len(data):
        kind, n_bytes = struct.unpack(f"{order}II", data[at : at + _TAG_BYTES].ljust(8, b"\xff"))
        start, end = at + _TAG_BYTES, at + _TAG_BYTES + n_bytes
        if end > len(data):
            raise _BrokenError("a variable is longer than the file")
        if kind == _COMPRESSED and heads:
            try:
                part = zlib.decompressobj().decompress(data[start:end], _NAME_BYTES)
            except zlib.error as error:
                raise _BrokenError(str(error)) from None
        elif kind == _COMPRESSED:
            part = inflate(data[start:end], path, "MATLAB")
        else:
            part = data[at : min(end, at + _NAME_BYTES) if heads else end]
        if struct.unpack(f"{order}I", part[:4].ljust(4, b"\xff"))[0] != _MATRIX:
            raise _BrokenError("a variable is of no known kind")
        yield memoryview(part)[_TAG_BYTES:], order
        at = end


def _element(data: memoryview, at: int, order: _Order) -> tuple[int, memoryview, int]:
    """Return the type of an element, its bytes, and where the next one begins."""
    first, n_bytes = struct.unpack(f"{order}II", data[at : at + _TAG_BYTES])
    if first >> 16:
        # four bytes at most stand in the tag itself
        first, n_bytes = first & 0xFFFF, first >> 16
        start, following = at + 4, at + _TAG_BYTES
    else:
        start = at + _TAG_BYTES
        following = start + -(-n_bytes // 8) * 8
    if start + n_bytes > len(data) or (following == at + _TAG_BYTES and n_bytes > 4):
        raise _BrokenError("a field is longer than what holds it")
    return first, data[start : start + n_bytes], following


def _head(data: memoryview, at: int, order: _Order) -> _Matrix:
    _, flags, at = _element(data, at, order)
    _, sizes, at = _element(data, at, order)
    _, name, at = _element(data, at, order)
    if len(flags) != 8 or len(sizes) < 8 or len(sizes) % 4:
        raise _BrokenError("the shape of a field is missing")
    (word,) = struct.unpack(f"{order}I", flags[:4])
    shape = struct.unpack(f"{order}{len(sizes) // 4}i", sizes)
    if min(shape) < 0:
        raise _BrokenError(f"a field has the shape {shape}")
    return _Matrix(word & 0xFF, word, shape, bytes(name).decode("ascii"), at)


def _value(data: memoryview, depth: int, order: _Order) -> Any:
    """Read numbers or a struct; None is anything else."""
    if len(data) == 0 or depth > _DEEPEST:
        return None
    head = _head(data, 0, order)
    if head.kind == _STRUCT and math.prod(head.shape) == 1:
        return _struct(data, head, depth, order)
    if head.kind not in _CLASSES or head.flags & _COMPLEX:
        return None
    kind, numbers, _ = _element(data, head.body, order)
    stored = np.dtype(_STORED.get(kind, "V1")).newbyteorder(order)
    if stored.kind == "V" or math.prod(head.shape) * stored.itemsize != len(numbers):
        raise _BrokenError(f"{head.name or 'a field'} has not as many numbers as its shape says")
    array: AnyArray = np.frombuffer(numbers, dtype=stored).reshape(head.shape, order="F")
    return array.astype(bool if head.flags & _LOGICAL else _CLASSES[head.kind])


def _struct(data: memoryview, head: _Matrix, depth: int, order: _Order) -> Struct:
    _, length, at = _element(data, head.body, order)
    _, words, at = _element(data, at, order)
    (n_each,) = struct.unpack(f"{order}i", length)
    if n_each < 1 or len(words) % n_each:
        raise _BrokenError("the names of a struct are broken")
    found: Struct = {}
    for i in range(0, len(words), n_each):
        kind, inside, at = _element(data, at, order)
        if kind != _MATRIX:
            raise _BrokenError("a field of a struct is of no known kind")
        name = bytes(words[i : i + n_each]).partition(b"\0")[0].decode("ascii")
        found[name] = _value(inside, depth + 1, order)
    return found


def _damaged(path: Path, error: object) -> FileFormatError:
    reason = " ".join(str(error).split()) or type(error).__name__
    return FileFormatError(
        f"{path}: this MATLAB file is truncated or damaged ({reason[:200]}); save it again."
    )
