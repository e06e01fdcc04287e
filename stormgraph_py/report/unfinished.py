"""A folder under a hidden name until all of it is written."""

from __future__ import annotations

import contextlib
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Unfinished:
    """A folder that is about to be written, and what else is made on the way.

    Parameters
    ----------
    folder : Path
        Its final name.
    path : Path
        Hidden name beside it, under which it is written.
    older : Path
        Hidden name of the folder that it replaces, for the moment of the change.
    made : tuple of Path
        Folders above it that did not exist, the innermost first.
    """

    folder: Path
    path: Path
    older: Path
    made: tuple[Path, ...]

    @classmethod
    def of(cls, folder: Path) -> Unfinished:
        """Choose hidden names for a folder."""
        hidden = f".{folder.name}.{secrets.token_hex(4)}"
        above = (folder.parent, *folder.parent.parents)
        return cls(
            folder=folder,
            path=folder.with_name(f"{hidden}.unfinished"),
            older=folder.with_name(f"{hidden}.old"),
            made=tuple(parent for parent in above if not parent.exists()),
        )

    def clear(self) -> None:
        """Remove what an attempt to write has left, and put back what it was about to replace."""
        if self.older.exists():
            if self.folder.exists():
                shutil.rmtree(self.older, ignore_errors=True)
            else:
                with contextlib.suppress(OSError):
                    self.older.rename(self.folder)
        shutil.rmtree(self.path, ignore_errors=True)
        for parent in self.made:
            # only folders that nobody has put anything into meanwhile
            with contextlib.suppress(OSError):
                parent.rmdir()
