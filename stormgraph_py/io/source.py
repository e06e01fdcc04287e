"""The bytes of an input file: whether it can be opened, how it begins, what it hashes to."""

from __future__ import annotations

import gzip
import hashlib
import mmap
import re
import stat
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from stormgraph_py.errors import FileFormatError, InputError
from stormgraph_py.io import hdf5, matlab, npy
from stormgraph_py.io.unpacking import GZIP, ZIP, damaged, inflate, members, read_member

_HEAD_BYTES = 65536
_HDF5 = b"\x89HDF\r\n\x1a\n"
_MATLAB_USER_BLOCK = 512
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_UTF8_BOM = b"\xef\xbb\xbf"
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_ARCHIVE_FORMATS = frozenset({"manifest.json", "[Content_Types].xml"})


@dataclass(frozen=True)
class Peek:
    """How a file begins, from which a reader recognizes its format.

    Parameters
    ----------
    path : Path
        The file.
    head : bytes
        Its first bytes (64 KiB), unpacked if it is gzipped or alone in a zip archive.
    zip_names : tuple of str
        What a zip archive holds, where the archive as a whole is the format.
    """

    path: Path
    head: bytes
    zip_names: tuple[str, ...] = ()

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
        return hdf5.names(self.path) if self.is_hdf5 else ()

    @property
    def is_matlab(self) -> bool:
        """Whether the file is MATLAB's, of version 5 or later."""
        return self.head.startswith((b"MATLAB 5.0 MAT-file", b"MATLAB 7.3 MAT-file"))

    @cached_property
    def matlab_names(self) -> tuple[str, ...]:
        """Names of the variables in a file of MATLAB; nothing for other files.

        Raises
        ------
        FileFormatError
            When the file is damaged.
        """
        if not self.is_matlab:
            return ()
        if self.is_hdf5:
            return self.hdf5_names
        return matlab.names(read_buffer(self.path)[0], self.path)

    @cached_property
    def npy_names(self) -> tuple[str, ...]:
        """Names of the fields of a NumPy file (.npy); nothing for other files.

        Raises
        ------
        FileFormatError
            When the file is damaged.
        """
        if not self.head.startswith(npy.MAGIC):
            return ()
        return npy.header(self.head, self.path).dtype.names or ()


def locate(path: Path) -> tuple[Path, str | None]:
    """Return the file, and which file in it is meant where it is a zip archive.

    A file in an archive is named as if the archive were a folder.

    Examples
    --------
    >>> locate(Path("cells.csv"))
    (PosixPath('cells.csv'), None)
    """
    try:
        if not path.exists():
            for parent in path.parents:
                if parent.is_file():
                    with parent.open("rb") as file:
                        packed = file.read(len(ZIP)) == ZIP
                    return (parent, path.relative_to(parent).as_posix()) if packed else (path, None)
    except (OSError, ValueError):
        pass  # what is wrong with it is said where it is opened
    return path, None


def peek(path: Path, *, in_archive: bool = True) -> Peek:
    """Open a file and look at how it begins.

    Parameters
    ----------
    path : Path
        The file, which may lie in a zip archive.
    in_archive : bool
        Whether to look at the file in a zip archive instead of the archive.

    Raises
    ------
    InputError
        When the file is missing, is a folder, or may not be read.
    FileFormatError
        When it is empty, or gzipped and damaged.
    """
    file_path, member = locate(path)
    try:
        mode = file_path.stat().st_mode
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None
    if stat.S_ISDIR(mode):
        raise InputError(f"{path}: is a folder; name a file in it.")
    if not stat.S_ISREG(mode):
        raise InputError(f"{path}: is no regular file; save the data to a file first.")
    names: tuple[str, ...] = ()
    try:
        with file_path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        if head.startswith(GZIP):
            with gzip.open(file_path, "rb") as file:
                head = file.read(_HEAD_BYTES)
        elif in_archive and head.startswith(ZIP):
            names = members(file_path)
            if member or not _ARCHIVE_FORMATS.intersection(names):
                member, names = member or _only_member(path, names), ()
                head = read_member(file_path, member, _HEAD_BYTES)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise damaged("gzip", path, error) from None
    except OSError as error:
        raise _unreadable(path, error) from None
    if not head:
        raise FileFormatError(f"{path}: is empty; export the localizations again.")
    begin = Peek(path, head, names)
    if member and begin.is_hdf5:
        raise FileFormatError(f"{path}: is HDF5 in a zip archive; unpack it first.")
    return begin


def read_bytes(path: Path) -> tuple[bytes, str]:
    """Read a whole file, unpacked if it is gzipped or in a zip archive.

    Returns
    -------
    data : bytes
        What it holds.
    sha256 : str
        Hash of the bytes on disk, as they are packed.

    Raises
    ------
    InputError, FileFormatError
        When the file cannot be read, or is packed and damaged.
    """
    # all of it is used, which is faster read than mapped
    data, sha256 = read_buffer(path, mapped=False)
    return bytes(data), sha256


def read_buffer(path: Path, *, mapped: bool = True) -> tuple[bytes | mmap.mmap, str]:
    """Give access to a whole file; what is not packed stays on disk until it is used.

    Parameters
    ----------
    path : Path
        The file.
    mapped : bool
        Whether it may stay on disk; otherwise it is read.

    Returns
    -------
    data : bytes or mmap
        What it holds.
    sha256 : str
        Hash of the bytes on disk, as they are packed.

    Raises
    ------
    InputError, FileFormatError
        When the file cannot be read, or is packed and damaged.
    """
    file_path, member = locate(path)
    try:
        with file_path.open("rb") as file:
            data = _mapped(file) if mapped else file.read()
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None
    sha256 = hashlib.sha256(data).hexdigest()
    if data[:2] == GZIP:
        return inflate(data, path), sha256
    if data[:4] == ZIP:
        names = members(file_path)
        if member or not _ARCHIVE_FORMATS.intersection(names):
            return read_member(file_path, member or _only_member(path, names)), sha256
    return data, sha256


def _mapped(file: BinaryIO) -> bytes | mmap.mmap:
    try:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):  # empty, or on a disk that cannot do it
        return file.read()


def _only_member(path: Path, names: tuple[str, ...]) -> str:
    if len(names) == 1:
        return names[0]
    if not names:
        raise FileFormatError(f"{path}: this zip archive is empty; pack it again.")
    listed = ", ".join(names[:10]) + (", ..." if len(names) > 10 else "")
    raise FileFormatError(
        f"{path}: this zip archive holds {len(names)} files ({listed[:200]}); unpack it, or name "
        f"one of them as if it were a folder: {path.name}/{names[0][:80]}."
    )


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
