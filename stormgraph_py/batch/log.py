"""The log of a batch: one line an event, with its time."""

from __future__ import annotations

import contextlib
from datetime import datetime
from pathlib import Path


class BatchLog:
    """Appends lines to a file; what cannot be written there is let go, results matter more.

    Parameters
    ----------
    path : Path
        The file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, text: str) -> None:
        """Add a line with the time of this machine."""
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        with contextlib.suppress(OSError), self.path.open("a", encoding="utf-8") as file:
            file.write(f"{now} {' '.join(text.split())}\n")
