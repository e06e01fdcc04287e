"""NumPy's file format (.npy), with nothing unpickled and no size believed."""

from __future__ import annotations

import io
import math
import tokenize
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stormgraph_py.arrays import AnyArray
from stormgraph_py.errors import FileFormatError

if TYPE_CHECKING:
    import mmap

MAGIC = b"\x93NUMPY"

_LONGEST_HEADER = 60_000


@dataclass(frozen=True)
class Header:
    """What a NumPy file says of itself.

    Parameters
    ----------
    shape : tuple of int
        Of the array.
    dtype : numpy.dtype
        Of its elements.
    offset : int
        Where the array begins, in bytes.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    offset: int


def header(head: bytes, path: Path) -> Header:
    """Read the header from a file's first bytes.

    Raises
    ------
    FileFormatError
        When it is damaged, or the array holds Python objects, which are never loaded.
    """
    stream = io.BytesIO(head)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            version = np.lib.format.read_magic(stream)
            if version == (1, 0):
                read = np.lib.format.read_array_header_1_0
            elif version == (2, 0):
                read = np.lib.format.read_array_header_2_0
            else:
                raise ValueError(f"version {version[0]}.{version[1]} is unknown")
            shape, _, dtype = read(stream, max_header_size=_LONGEST_HEADER)
    # the header is a Python literal, which breaks in many ways
    except (
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        SyntaxError,
        tokenize.TokenError,
        RecursionError,
        MemoryError,
        OverflowError,
    ) as error:
        raise _damaged(path, error) from None
    if dtype.hasobject:
        raise FileFormatError(
            f"{path}: this NumPy file holds Python objects, which could run any code and are not "
            "loaded; save an array of numbers."
        )
    return Header(shape, dtype, stream.tell())


def read(data: bytes | mmap.mmap, path: Path) -> AnyArray:
    """Give access to the array in a NumPy file, without copying it.

    Raises
    ------
    FileFormatError
        When the file is damaged or holds less or more than it says.
    """
    head = header(data[:65536], path)
    n_items = math.prod(head.shape)
    n_bytes = n_items * head.dtype.itemsize
    n_there = len(data) - head.offset
    if n_bytes != n_there:
        needed = f"shape {head.shape} needs {n_bytes}"
        raise _damaged(path, f"it has {n_there} bytes of data where {needed}")
    if n_items == 0:
        raise FileFormatError(f"{path}: has no rows; export the localizations again.")
    items = np.frombuffer(data, dtype=head.dtype, count=n_items, offset=head.offset)
    return items.reshape(head.shape)


def _damaged(path: Path, error: object) -> FileFormatError:
    reason = " ".join(str(error).split()) or type(error).__name__
    return FileFormatError(
        f"{path}: this NumPy file is truncated or damaged ({reason[:200]}); export it again."
    )
