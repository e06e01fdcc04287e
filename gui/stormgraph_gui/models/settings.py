"""What the app remembers between sessions, apart from projects: one JSON file in its folder."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

from stormgraph_gui.signals import QObject, Signal
from stormgraph_py.errors import OutputError
from stormgraph_py.io.writers import write_text

FILE = "settings.json"


class Settings(QObject):
    """Values by name, ready for JSON, kept in a folder.

    A file that is damaged, or a folder that cannot be written, is no reason to stop: defaults
    serve, and what is set lasts until the app is closed.

    Parameters
    ----------
    folder : Path
        The settings folder; made when it is needed.

    Attributes
    ----------
    changed : Signal
        Name of the value that was set.
    """

    changed = Signal(str)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder = folder
        self._values: dict[str, Any] = {}
        with contextlib.suppress(OSError, ValueError):
            known = json.loads((folder / FILE).read_text(encoding="utf-8"))
            if isinstance(known, dict):
                self._values = known

    def get(self, name: str, default: Any = None) -> Any:
        """Return a value, or what is taken without one."""
        return self._values.get(name, default)

    def set(self, name: str, value: Any) -> None:
        """Set a value, which JSON must know, and write the file."""
        if name in self._values and self._values[name] == value:
            return
        self._values[name] = value
        with contextlib.suppress(OSError, OutputError):
            self.folder.mkdir(parents=True, exist_ok=True)
            write_text(self.folder / FILE, json.dumps(self._values, indent=1, sort_keys=True))
        self.changed.emit(name)
