"""The sign that a batch is running in a folder, so that no second one does."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from stormgraph_py.errors import OutputError
from stormgraph_py.io.writers import write_text

LEASE = ".running"
"""Name of the sign in the folder of a batch."""

_RENEW_S = 10.0
_STALE_S = 60.0
_LOOK_S = 0.5


class Lease:
    """Holds the folder of a batch for one process, which renews the sign now and then.

    A sign of a process that no longer runs on this machine, or that another machine has not renewed
    for a minute, is taken over.

    Parameters
    ----------
    folder : Path
        Folder of the batch.

    Raises
    ------
    OutputError
        When another batch is running there.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / LEASE
        self.token = secrets.token_hex(8)
        self._renewed = time.monotonic()

    def __enter__(self) -> Self:
        holder = _holder(self.path)
        if holder is not None:
            raise OutputError(
                f"{self.path.parent}: a batch is running there (process {holder['pid']} on "
                f"{holder['host']}); wait for it, stop it, or choose another --out."
            )
        own = psutil.Process()
        holder = {
            "token": self.token,
            "pid": own.pid,
            "host": socket.gethostname(),
            "began": own.create_time(),
        }
        write_text(self.path, json.dumps(holder) + "\n")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()

    def renew(self) -> None:
        """Show that the batch still runs, at most every few seconds."""
        if time.monotonic() - self._renewed > _RENEW_S:
            self._renewed = time.monotonic()
            with contextlib.suppress(OSError):
                os.utime(self.path)

    def release(self) -> None:
        """Give the folder back."""
        if is_held(self.path, self.token):
            self.path.unlink(missing_ok=True)


class LeaseWatch:
    """Tells a worker on another machine whether the batch that it works for has ended.

    Parameters
    ----------
    path : Path
        The sign.
    token : str
        What the batch wrote into it.
    """

    def __init__(self, path: Path, token: str) -> None:
        self._path, self._token = path, token
        self._looked = time.monotonic()
        self._ended = False

    def __call__(self) -> bool:
        """Look, at most twice a second."""
        if not self._ended and time.monotonic() - self._looked > _LOOK_S:
            self._looked = time.monotonic()
            self._ended = not is_held(self._path, self._token)
        return self._ended


def is_held(path: Path, token: str) -> bool:
    """Whether the sign is there and is that of a certain batch."""
    holder = _read(path)
    return holder is not None and holder.get("token") == token


def _holder(path: Path) -> dict[str, object] | None:
    """Return who holds a folder; None when nobody does any more."""
    holder = _read(path)
    if holder is None:
        return None
    if holder.get("host") != socket.gethostname():
        try:
            age = time.time() - path.stat().st_mtime
        except OSError:
            return None
        return holder if age < _STALE_S else None
    try:
        process = psutil.Process(int(str(holder.get("pid"))))
        same = abs(process.create_time() - float(str(holder.get("began")))) < 1
        return holder if same and process.status() != psutil.STATUS_ZOMBIE else None
    except (psutil.Error, ValueError):
        return None


def _read(path: Path) -> dict[str, object] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and {"pid", "host"} <= found.keys() else None
