"""HDF5 files, some of them damaged: every step is checked before the library is trusted with it.

The library reads what the file declares, without a look at whether that can be: a damaged file
makes it allocate any amount of memory, fill in zeros for pieces that are gone, write beyond the end
of its memory, or never return. What is checked here are the causes of all that was met in thousands
of files with flipped bytes; a file made on purpose may still find another one.
"""

from __future__ import annotations

import contextlib
import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from stormgraph_py.arrays import AnyArray
from stormgraph_py.errors import FileFormatError, InputError
from stormgraph_py.io.unpacking import refuse_bomb

if TYPE_CHECKING:
    import h5py
    import numpy as np

_HEAP = b"GCOL"
_HEAP_HEADER_BYTES = 16
_SMALLEST_HEAP_BYTES = 4096


def names(path: Path) -> tuple[str, ...]:
    """Name what is at the root of an HDF5 file.

    Raises
    ------
    FileFormatError
        When the file is damaged.
    """
    with opened(path) as file:
        return tuple(str(name) for name in file)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[h5py.File]:
    """Open an HDF5 file for reading; whatever the library raises becomes a `FileFormatError`."""
    import h5py

    try:
        with h5py.File(path, "r") as file:
            yield file
    except InputError:
        raise
    # the library meets a damaged file with nearly any of these
    except (
        OSError,
        RuntimeError,
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
        MemoryError,
        OverflowError,
    ) as error:
        raise damaged(path, error) from None


def find(file: h5py.File, where: str, path: Path) -> h5py.Group | h5py.Dataset | None:
    """Return the group or dataset at a place like ``data/xyz``; None where there is none.

    Raises
    ------
    FileFormatError
        When a link on the way leads out of the file.
    """
    import h5py

    here = file
    for name in where.split("/"):
        link = here.get(name, getlink=True) if isinstance(here, h5py.Group) else None
        if link is None:
            return None
        if not isinstance(link, h5py.HardLink):
            raise damaged(path, f"/{where} is a link to elsewhere")
        here = here[name]
    return here


def read(dataset: h5py.Dataset, path: Path) -> AnyArray:
    """Read a whole dataset in the computer's byte order.

    Raises
    ------
    FileFormatError
        When the file cannot hold what the dataset declares, or parts of it are missing.
    """
    if dataset.shape is None or dataset.is_virtual or dataset.external:
        raise damaged(path, f"{dataset.name} is not in this file")
    _check_fields(dataset, path)
    n_stored = dataset.id.get_storage_size()
    if dataset.chunks is None:
        # the compact layout declares its size elsewhere
        complete = n_stored in (dataset.nbytes, dataset.size * dataset.id.get_type().get_size())
    else:
        refuse_bomb(path, dataset.nbytes, n_stored)
        n_chunks = 1
        for length, piece in zip(dataset.shape, dataset.chunks, strict=True):
            n_chunks *= -(-length // piece)
        complete = dataset.id.get_num_chunks() == n_chunks
    if not complete:
        raise damaged(path, f"parts of {dataset.name} are missing")
    values: AnyArray = dataset[()]
    return values.astype(values.dtype.newbyteorder("="), copy=False)


def check_heaps(path: Path) -> None:
    """Refuse a file in which reading a text of variable length would never end.

    Such texts lie in heaps of objects, each of which says how long it is; from an object of length
    0 the library does not move on.

    Raises
    ------
    FileFormatError
        When the objects of a heap do not fill it.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        at = data.find(_HEAP)
        while at >= 0:
            end = at + int.from_bytes(data[at + 8 : at + 16], "little")
            if end - at < _SMALLEST_HEAP_BYTES or end > len(data):
                raise damaged(path, "a heap of texts has an impossible size")
            place = at + _HEAP_HEADER_BYTES
            while place + _HEAP_HEADER_BYTES <= end:
                index = int.from_bytes(data[place : place + 2], "little")
                n_bytes = int.from_bytes(data[place + 8 : place + 16], "little")
                # the free space, object 0, counts its own header, the others do not
                step = n_bytes if index == 0 else _HEAP_HEADER_BYTES + -(-n_bytes // 8) * 8
                if step < _HEAP_HEADER_BYTES or place + step > end:
                    raise damaged(path, "a heap of texts is broken")
                place += step
            at = data.find(_HEAP, max(end, at + 1))


def damaged(path: Path, error: object) -> FileFormatError:
    """Make the error of an HDF5 file that cannot be read."""
    reason = " ".join(str(error).split()) or type(error).__name__
    return FileFormatError(
        f"{path}: this HDF5 file is truncated or damaged ({reason[:200]}); copy or export it again."
    )


def _check_fields(dataset: h5py.Dataset, path: Path) -> None:
    """Refuse a record whose fields overlap once they are numbers of the computer's kind."""
    dtype: np.dtype[np.void] = dataset.dtype
    if dtype.names is None or dtype.fields is None:
        return
    end = 0
    for field, offset, *_ in sorted(dtype.fields.values(), key=lambda field: field[1]):
        if offset < end:
            raise damaged(path, f"the columns of {dataset.name} overlap")
        end = offset + field.itemsize
    if end > dtype.itemsize:
        raise damaged(path, f"the columns of {dataset.name} are longer than its rows")
