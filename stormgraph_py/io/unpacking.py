"""gzip and zip: what is packed in them, unpacked within bounds.

A few kilobytes can unpack to more than a computer's memory. A table does not: its numbers differ
from row to row.
"""

from __future__ import annotations

import contextlib
import lzma
import mmap
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from stormgraph_py.errors import FileFormatError

GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"

_ALWAYS_BYTES = 256 * 2**20
_LARGEST_RATIO = 100
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_SYSTEM_FOLDER = "__MACOSX/"


def most_unpacked(n_packed: int) -> int:
    """Return how many bytes may come out of packed ones.

    Examples
    --------
    >>> most_unpacked(1000) // 2**20
    256
    """
    return max(_ALWAYS_BYTES, _LARGEST_RATIO * n_packed)


def refuse_bomb(path: Path, n_unpacked: int, n_packed: int) -> None:
    """Raise where a file claims to hold far more than it has room for.

    Raises
    ------
    FileFormatError
        When more than a hundredfold would come out, and more than 256 MiB.
    """
    if n_unpacked > most_unpacked(n_packed):
        raise FileFormatError(
            f"{path}: {n_packed:,} bytes of it claim to unpack to {n_unpacked:,}, which no table "
            "does; the file is damaged, or made to fill the memory. Export or copy it again."
        )


def inflate(data: bytes | mmap.mmap, path: Path, kind: str = "gzip") -> bytes:
    """Unpack gzip or zlib data, several parts behind each other included.

    Parameters
    ----------
    data : bytes
        What is packed.
    path : Path
        Where it comes from, for messages.
    kind : str
        What the file is called in a message.

    Raises
    ------
    FileFormatError
        When it is truncated, damaged or unpacks to more than a table could.
    """
    parts: list[bytes] = []
    most = most_unpacked(len(data))
    rest: bytes | mmap.mmap = data
    while rest:
        engine = zlib.decompressobj(_GZIP_OR_ZLIB)
        try:
            parts.append(engine.decompress(rest, most + 1))
        except zlib.error as error:
            raise damaged(kind, path, error) from None
        refuse_bomb(path, sum(map(len, parts)), len(data))
        if not engine.eof:
            raise damaged(kind, path, "it ends too early")
        rest = engine.unused_data.lstrip(b"\0")
    return parts[0] if len(parts) == 1 else b"".join(parts)


def members(path: Path) -> tuple[str, ...]:
    """Name the files in a zip archive, without folders and what systems add.

    Raises
    ------
    FileFormatError
        When the archive is damaged.
    """
    with _opened(path) as archive:
        return tuple(
            name
            for name in archive.namelist()
            if not name.endswith("/")
            and not name.startswith(_SYSTEM_FOLDER)
            and not name.rpartition("/")[2].startswith(".")
        )


def read_member(path: Path, name: str, n_bytes: int | None = None) -> bytes:
    """Read one file of a zip archive, or its first bytes.

    Raises
    ------
    FileFormatError
        When there is no such file in it, it is damaged, encrypted, or unpacks to more than a table
        could.
    """
    with _opened(path) as archive:
        try:
            info = archive.getinfo(name)
        except KeyError:
            inside = ", ".join(archive.namelist()[:10])
            raise FileFormatError(
                f"{path}: this zip archive has no {name!r} in it; it holds {inside[:300]}."
            ) from None
        if info.flag_bits & 1:
            raise FileFormatError(f"{path}: {name} in it is encrypted; unpack it first.")
        with archive.open(info) as file:
            if n_bytes is not None:
                return file.read(n_bytes)
            refuse_bomb(path, info.file_size, info.compress_size)
            data = file.read()
        if len(data) != info.file_size:
            raise damaged("zip", path, f"{name} ends after {len(data)} of {info.file_size} bytes")
        return data


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except FileFormatError:
        raise
    # a damaged archive ends in nearly any of these
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        OSError,
        EOFError,
        RuntimeError,
        ValueError,
        LookupError,
        OverflowError,
        MemoryError,
    ) as error:
        raise damaged("zip", path, error) from None


def damaged(kind: str, path: Path, error: object) -> FileFormatError:
    """Make the error of a packed file that cannot be unpacked."""
    reason = " ".join(str(error).split()) or type(error).__name__
    return FileFormatError(
        f"{path}: this {kind} file is truncated or damaged ({reason}); copy or download it again."
    )
