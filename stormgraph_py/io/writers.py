"""Write whole files or nothing: to a temporary name beside the target, then renamed."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from stormgraph_py.errors import OutputError

if TYPE_CHECKING:
    import pandas as pd

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


def write_table(path: str | PathLike[str], table: pd.DataFrame) -> None:
    """Write a table as csv without its index, at once or not at all.

    Numbers are written with as many digits as it takes to read the same number back.

    Raises
    ------
    OutputError
        When the file cannot be written; an older file of this name is left as it was.
    """

    def write(file: BinaryIO) -> None:
        # in pieces, so that the text of a large table is never in memory as a whole
        for start in range(0, max(len(table), 1), _ROWS_AT_ONCE):
            piece = table.iloc[start : start + _ROWS_AT_ONCE]
            file.write(piece.to_csv(index=False, header=start == 0, lineterminator="\n").encode())

    write_to(path, write)


def write_to(path: str | PathLike[str], write: Callable[[BinaryIO], object]) -> None:
    """Write a file through a function, replacing it at once or not at all.

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
    try:
        temporary = path.with_name(f".{path.name[:64]}.{secrets.token_hex(4)}.tmp")
        try:
            with temporary.open("xb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
    except (OSError, ValueError) as error:
        number = getattr(error, "errno", None)
        remedy = _REMEDIES.get(number) if number is not None else None
        raise OutputError(
            f"{path}: cannot be written: {remedy or f'{error}; choose another file'}."
        ) from error
