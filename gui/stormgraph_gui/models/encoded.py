"""Results as bytes, made once: those that a project file holds already are copied from it."""

from __future__ import annotations

import contextlib
import weakref
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from stormgraph_gui.models.result_file import result_bytes

_MOST_PLACES = 2
"""The project's file and that of unsaved work, either of which may go."""


class _File(NamedTuple):
    """A project file as it was when it was written or read."""

    path: Path
    modified_ns: int
    size: int
    number: int


class EncodedResults:
    """Remembers which project files hold which result.

    Results never change, so one that was written once need not be encoded again. Its bytes are not
    held in memory; a file that was removed, replaced or damaged meanwhile is not used.
    """

    def __init__(self) -> None:
        # by result: the member of each file, the newest last
        self._places: weakref.WeakKeyDictionary[Any, dict[_File, str]] = weakref.WeakKeyDictionary()

    def write(self, archive: zipfile.ZipFile, members: Mapping[str, Any]) -> None:
        """Write results into an archive by the names of their members, copied where possible."""
        with contextlib.ExitStack() as opened:
            sources: dict[_File, zipfile.ZipFile | None] = {}
            for name, result in members.items():
                data = None
                for file, member in reversed(self._places.get(result, {}).items()):
                    if file not in sources:
                        sources[file] = _opened(file, opened)
                    data = data or _copied(sources[file], member)
                archive.writestr(name, data or result_bytes(result))

    def remember(self, path: Path, members: Mapping[str, Any]) -> None:
        """Take down that a project file holds results, by the names of their members."""
        file = _file(path)
        if file is None:
            return
        for member, result in members.items():
            others = self._places.get(result, {}).items()
            places = {one: name for one, name in others if one.path != path} | {file: member}
            self._places[result] = dict(list(places.items())[-_MOST_PLACES:])


def _opened(file: _File, opened: contextlib.ExitStack) -> zipfile.ZipFile | None:
    if _file(file.path) == file:
        with contextlib.suppress(OSError, zipfile.BadZipFile):
            return opened.enter_context(zipfile.ZipFile(file.path))
    return None


def _copied(source: zipfile.ZipFile | None, member: str) -> bytes | None:
    if source is not None:
        # reading a member compares its checksum
        with contextlib.suppress(OSError, KeyError, RuntimeError, EOFError, zipfile.BadZipFile):
            return source.read(member)
    return None


def _file(path: Path) -> _File | None:
    """Return what tells a file from another one under its name; None without a file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return _File(path, found.st_mtime_ns, found.st_size, found.st_ino)
