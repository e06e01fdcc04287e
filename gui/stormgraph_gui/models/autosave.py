"""Unsaved work that outlives a crash: one project file a session in the settings folder."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import psutil

FOLDER = "unsaved"


class Autosave:
    """The place of this session's unsaved work, and what crashed sessions left.

    The file is named after the process; that of a process that does not run any more was left by
    a crash.

    Parameters
    ----------
    settings_folder : Path
        Its subfolder "unsaved" is used.
    """

    def __init__(self, settings_folder: Path) -> None:
        self._folder = settings_folder / FOLDER
        started = psutil.Process().create_time()
        self.path = self._folder / f"{os.getpid()}-{started:.2f}.stormgraph"

    def prepare(self) -> None:
        """Make the folder.

        Raises
        ------
        OSError
            When it cannot be made.
        """
        self._folder.mkdir(parents=True, exist_ok=True)

    def discard(self) -> None:
        """Remove this session's file: the work is saved, or not wanted."""
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)

    def left_behind(self) -> list[Path]:
        """Return the files of sessions that did not end properly, newest first."""
        if not self._folder.is_dir():
            return []
        files = [p for p in self._folder.glob("*.stormgraph") if p != self.path]
        return sorted(
            (p for p in files if not _runs(p.stem)), key=lambda p: p.stat().st_mtime, reverse=True
        )


def _runs(stem: str) -> bool:
    """Whether the process that a file is named after still runs."""
    pid, _, started = stem.partition("-")
    try:
        return abs(psutil.Process(int(pid)).create_time() - float(started)) < 1
    except (ValueError, psutil.Error):
        return False
