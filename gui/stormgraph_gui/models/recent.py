"""Files that were opened lately."""

from __future__ import annotations

from stormgraph_gui.models.settings import Settings
from stormgraph_gui.signals import QObject, Signal

MOST = 12
"""Files that are remembered."""

_NAME = "recent_files"


class RecentFiles(QObject):
    """Absolute paths of files that were opened, the latest first, kept in the settings.

    Attributes
    ----------
    changed : Signal
        The list is another one.
    """

    changed = Signal()

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        settings.changed.connect(self._setting_changed)

    @property
    def paths(self) -> tuple[str, ...]:
        """The files, the latest first; some may be gone."""
        known = self._settings.get(_NAME, [])
        return (
            tuple(one for one in known if isinstance(one, str)) if isinstance(known, list) else ()
        )

    def add(self, path: str) -> None:
        """Put a file first."""
        self._settings.set(_NAME, [path, *(one for one in self.paths if one != path)][:MOST])

    def remove(self, path: str) -> None:
        """Forget a file: it is gone."""
        self._settings.set(_NAME, [one for one in self.paths if one != path])

    def clear(self) -> None:
        """Forget all files."""
        self._settings.set(_NAME, [])

    def _setting_changed(self, name: str) -> None:
        if name == _NAME:
            self.changed.emit()
