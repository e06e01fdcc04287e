"""Write whole files or nothing: to a temporary name beside the target, then renamed."""

from __future__ import annotations

import contextlib
import errno
import gzip
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from stormgraph_py.errors import OutputError, StormGraphError

if TYPE_CHECKING:
    import pandas as pd

Content = Callable[[BinaryIO], object]
"""What writes a file's bytes into the open file, which can be read and sought too."""

_ROWS_AT_ONCE = 100_000
_REMEDIES = {
    errno.ENOSPC: "the disk is full; free some space or write to another disk",
    errno.EDQUOT: "the disk quota is used up; free some space or write to another disk",
    errno.EACCES: "no permission; write to another folder",
    errno.EPERM: "no permission; write to another folder",
    errno.EROFS: "the disk cannot be written; write to another disk",
    errno.ENOENT: "its folder does not exist; make the folder first",
    errno.ENOTDIR: "a part of the path is a file; write to another folder",
    errno.EISDIR: "a folder has this name; choose another name",
    errno.ENAMETOOLONG: "the name is too long; choose a shorter one",
}


def write_to(path: str | PathLike[str], write: Content) -> None:
    """Write a file by a function, replacing it at once or not at all.

    Parameters
    ----------
    path : str or path-like
        File to make or replace.
    write : callable
        Writes all of it to the binary file that it is given.

    Raises
    ------
    OutputError
        When the file cannot be written; an older file of this name is left as it was.
    """
    path = Path(path)
    with _told(path):
        temporary = _hidden(path)
        try:
            _fill(temporary, write)
            temporary.replace(path)
        finally:
            _remove(temporary)


def write_files(contents: Mapping[Path, Content]) -> None:
    """Write files that belong together: all of them, or none.

    Where a crash leaves fewer than all, the first ones are missing, and no older file stands beside
    a newer one; so name the file first that is of no use without the others.

    Raises
    ------
    OutputError
        When a file cannot be written; older files of these names are left as they were.
    """
    temporary = {path: _hidden(path) for path in contents}
    older: dict[Path, Path] = {}
    placed: list[Path] = []
    try:
        for path, write in contents.items():
            with _told(path):
                if path.is_dir():
                    raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
                _fill(temporary[path], write)
        for path in contents:
            with _told(path), contextlib.suppress(FileNotFoundError):
                aside = _hidden(path)
                path.replace(aside)
                older[path] = aside
        for path in reversed(list(contents)):
            with _told(path):
                temporary[path].replace(path)
            placed.append(path)
    except BaseException:
        for path in placed:
            _remove(path)
        for path, aside in older.items():
            aside.replace(path)
        raise
    finally:
        for file in temporary.values():
            _remove(file)
    for aside in older.values():
        _remove(aside)


def write_bytes(path: str | PathLike[str], data: bytes) -> None:
    """Write bytes to a file, replacing it at once or not at all.

    Raises
    ------
    OutputError
        When the file cannot be written; an older file of this name is left as it was.
    """
    write_to(path, lambda file: file.write(data))


def write_text(path: str | PathLike[str], text: str) -> None:
    r"""Write text to a file as UTF-8 with ``\n`` line ends, at once or not at all.

    Raises
    ------
    OutputError
        When the file cannot be written; an older file of this name is left as it was.
    """
    write_bytes(path, text.encode())


def write_table(
    path: str | PathLike[str], table: pd.DataFrame, *, header: str | None = None, missing: str = ""
) -> None:
    """Write a table as csv without its index, gzipped for a name in .gz, at once or not at all.

    Numbers are written with as many digits as it takes to read the same number back.

    Parameters
    ----------
    path : str or path-like
        The file.
    table : pandas.DataFrame
        The table.
    header : str, optional
        The first line; by default the names of the columns.
    missing : str
        What stands for a missing value.

    Raises
    ------
    OutputError
        When the file cannot be written; an older file of this name is left as it was.
    """

    def write(file: BinaryIO) -> None:
        # in pieces, so that the text of a large table is never in memory as a whole
        file.write(f"{header}\n".encode() if header is not None else b"")
        for start in range(0, max(len(table), 1), _ROWS_AT_ONCE):
            piece = table.iloc[start : start + _ROWS_AT_ONCE]
            names = start == 0 and header is None
            text = piece.to_csv(index=False, header=names, na_rep=missing, lineterminator="\n")
            file.write(text.encode())

    def write_gzipped(file: BinaryIO) -> None:
        # neither name nor time in the file: the same table gives the same bytes
        with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as zipped:
            write(zipped)  # type: ignore[arg-type]

    write_to(path, write_gzipped if Path(path).suffix.lower() == ".gz" else write)


def _hidden(path: Path) -> Path:
    with _told(path):
        return path.with_name(f".{path.name[:64]}.{secrets.token_hex(4)}.tmp")


def _fill(temporary: Path, write: Content) -> None:
    with temporary.open("x+b") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())


def _remove(file: Path) -> None:
    with contextlib.suppress(OSError):
        file.unlink(missing_ok=True)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn what goes wrong with a file into one sentence with its remedy."""
    try:
        yield
    except (OSError, ValueError) as error:
        if isinstance(error, StormGraphError):
            raise
        number = getattr(error, "errno", None)
        remedy = _REMEDIES.get(number) if number is not None else None
        raise OutputError(
            f"{path}: cannot be written: {remedy or f'{error}; choose another file'}."
        ) from error
