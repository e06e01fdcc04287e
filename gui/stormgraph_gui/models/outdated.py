"""Whether the result that is looked at is out of date, for all who show it."""

from __future__ import annotations

from stormgraph_gui.models.currency import outdated_by
from stormgraph_gui.models.document import Document
from stormgraph_gui.models.workspace import Workspace
from stormgraph_gui.signals import QObject, Signal

OUT_OF_DATE = "out of date"
"""What is said beside a result that is."""


class Outdated(QObject):
    """Follows what has changed in the data since the shown result was found.

    Parameters
    ----------
    document, workspace
        What is asked for now, and which result is shown.

    Attributes
    ----------
    changes : tuple of str
        In words for the user; empty where the result is up to date, or none is shown.
    changed : Signal
        These are others.
    """

    changed = Signal()

    def __init__(
        self, document: Document, workspace: Workspace, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._document, self._workspace = document, workspace
        self.changes: tuple[str, ...] = ()
        document.changed.connect(self._look)
        workspace.current_changed.connect(self._look)
        self._look()

    def _look(self, *_: object) -> None:
        project, key = self._document.project, self._workspace.finding
        finding = next((one for one in project.findings if one.key == key), None)
        changes = () if finding is None else outdated_by(project, finding)
        if changes != self.changes:
            self.changes = changes
            self.changed.emit()
