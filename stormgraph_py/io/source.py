"""The bytes of an input file: whether it can be opened, how it begins, what it hashes to."""

from __future__ import annotations

import gzip
import hashlib
import re
import stat
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from stormgraph_py.errors import FileFormatError, InputError

_HEAD_BYTES = 65536
_GZIP = b"\x1f\x8b"
_HDF5 = b"\x89HDF\r\n\x1a\n"
_MATLAB_USER_BLOCK = 512
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_UTF8_BOM = b"\xef\xbb\xbf"
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Peek:
    """How a file begins, from which a reader recognizes its format.

    Parameters
    ----------
    path : Path
        The file.
    head : bytes
        Its first bytes (64 KiB), decompressed if it is gzipped.
    """

    path: Path
    head: bytes

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The first lines, without line ends, as text."""
        encoding = "utf-16" if self.head[:2] in UTF16_BOMS else "utf-8-sig"
        return tuple(self.head.decode(encoding, errors="replace").splitlines())

    @property
    def is_text(self) -> bool:
        """Whether the file begins as text."""
        return self.head[:2] in UTF16_BOMS or not _CONTROL.search(self.head)

    @property
    def is_hdf5(self) -> bool:
        """Whether the file is HDF5, possibly behind MATLAB's user block."""
        return any(self.head[at : at + 8] == _HDF5 for at in (0, _MATLAB_USER_BLOCK))

    @cached_property
    def hdf5_names(self) -> tuple[str, ...]:
        """Names at the root of an HDF5 file; nothing for other files.

        Raises
        ------
        FileFormatError
            When the file is damaged.
        """
        if not self.is_hdf5:
            return ()
        import h5py

        try:
            with h5py.File(self.path, "r") as file:
                return tuple(str(name) for name in file)
        except (OSError, RuntimeError, KeyError, ValueError) as error:
            raise damaged_hdf5(self.path, error) from None


def damaged_hdf5(path: Path, error: Exception) -> FileFormatError:
    """Make the error of an HDF5 file that the library cannot read."""
    reason = " ".join(str(error).split()) or type(error).__name__
    return FileFormatError(
        f"{path}: this HDF5 file is truncated or damaged ({reason}); copy or export it again."
    )


def peek(path: Path) -> Peek:
    """Open a file and look at how it begins.

    Raises
    ------
    InputError
        When the file is missing, is a folder, or may not be read.
    FileFormatError
        When it is empty, or gzipped and damaged.
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None
    if stat.S_ISDIR(mode):
        raise InputError(f"{path}: is a folder; name a file in it.")
    if not stat.S_ISREG(mode):
        raise InputError(f"{path}: is no regular file; save the data to a file first.")
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        if head.startswith(_GZIP):
            with gzip.open(path, "rb") as file:
                head = file.read(_HEAD_BYTES)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _damaged_gzip(path, error) from None
    except OSError as error:
        raise _unreadable(path, error) from None
    if not head:
        raise FileFormatError(f"{path}: is empty; export the localizations again.")
    return Peek(path, head)


def read_bytes(path: Path) -> tuple[bytes, str]:
    """Read a whole file, decompressed if it is gzipped, and the SHA-256 of its bytes on disk.

    Raises
    ------
    InputError, FileFormatError
        When the file cannot be read, or is gzipped and damaged.
    """
    try:
        data = path.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        return (gzip.decompress(data) if data.startswith(_GZIP) else data), sha256
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _damaged_gzip(path, error) from None
    except OSError as error:
        raise _unreadable(path, error) from None


def as_utf8(data: bytes, path: Path) -> tuple[bytes, str | None]:
    """Return text as UTF-8 without byte order mark, and a note on another encoding.

    Raises
    ------
    FileFormatError
        When the bytes are no text.
    """
    note = None
    if data[:2] in UTF16_BOMS:
        try:
            data, note = data.decode("utf-16").encode(), "The file's text is UTF-16."
        except UnicodeError:
            raise FileFormatError(
                f"{path}: begins as UTF-16 text and breaks off or is damaged; export it again."
            ) from None
    data = data.removeprefix(_UTF8_BOM)
    at = data.find(b"\0")
    if at < 0 and (match := _CONTROL.search(data, 0, _HEAD_BYTES)):
        at = match.start()
    if at >= 0:
        raise FileFormatError(
            f"{path}: holds binary data (byte {data[at]} at {at}), not a text table; "
            "export the localizations as csv."
        )
    if not data.isascii():
        try:
            data.decode()
        except UnicodeDecodeError:
            data, note = data.decode("latin-1").encode(), "The file's text is Latin-1."
    return data, note


def _unreadable(path: Path, error: OSError | ValueError) -> InputError:
    if isinstance(error, FileNotFoundError):
        return InputError(f"{path}: there is no such file; check its name and folder.")
    if isinstance(error, PermissionError):
        return InputError(f"{path}: no permission to read it; change the file's permissions.")
    reason = getattr(error, "strerror", None) or error
    return InputError(f"{path}: cannot be opened ({reason}); check the path.")


def _damaged_gzip(path: Path, error: Exception) -> FileFormatError:
    return FileFormatError(
        f"{path}: this gzip file is truncated or damaged ({error}); copy or download it again."
    )
