"""Traces the outlines of the clusters that are shown: small ones at once, others in a worker."""

from __future__ import annotations

from typing import TypeAlias

from stormgraph_gui.jobs.worker import Work, Worker
from stormgraph_gui.models.display import Display
from stormgraph_gui.models.outlines import Lines
from stormgraph_gui.models.scene import Scene
from stormgraph_gui.models.workspace import Workspace
from stormgraph_gui.signals import QObject, QTimer, Signal
from stormgraph_py.clusters import outlines
from stormgraph_py.report.analysis import Analysis

Key: TypeAlias = tuple[Analysis, int | None]
"""Whose outlines: a result, and the level of its hierarchy."""

AT_ONCE = 4000
"""Up to so many clustered localizations outlines are traced without a worker."""

_WAIT_MS = 120
_KEPT = 12


class Outlining(QObject):
    """Keeps the outlines up to date with the clusters that are shown.

    Attributes
    ----------
    traced : Signal
        Lines around each cluster by its number; empty while they are not known.
    """

    traced = Signal(object)

    def __init__(
        self,
        workspace: Workspace,
        display: Display,
        scene: Scene,
        worker: Worker,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace, self._display, self._scene = workspace, display, scene
        self._worker = worker
        self._known: dict[Key, Lines] = {}
        self._asked: Key | None = None
        self._work: Work | None = None
        # while the level is dragged, only where it stops is worth the work
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._trace)
        workspace.level_changed.connect(self._look)
        workspace.analyses_changed.connect(self._forget)
        scene.field_changed.connect(self._look)
        display.changed.connect(self._look)

    def _key(self) -> Key | None:
        analysis = self._workspace.analysis
        if analysis is None or not self._display.state.show_outlines:
            return None
        return analysis, self._workspace.level

    def _look(self) -> None:
        key = self._key()
        if key == self._asked:
            return
        self._asked = key
        self._timer.stop()
        if key is None or key in self._known:
            self._give({} if key is None else self._known[key])
            return
        self._give({})
        self._timer.start(_WAIT_MS)

    def _trace(self) -> None:
        labels, cloud, key = self._scene.labels, self._scene.analysed, self._asked
        if labels is None or cloud is None or key is None or self._work is not None:
            return
        points = cloud.localizations.xy[labels >= 0]
        labels = labels[labels >= 0]
        if len(labels) <= AT_ONCE:
            self._take(key, outlines(points, labels))
            return
        self._work = self._worker.call("trace", coordinates=points, labels=labels)
        self._work.succeeded.connect(lambda found: self._take(key, found))
        self._work.failed.connect(lambda _: self._take(key, {}))

    def _take(self, key: Key, found: Lines) -> None:
        self._work = None
        self._known[key] = found
        self._forget()
        while len(self._known) > _KEPT:
            del self._known[next(iter(self._known))]
        if key == self._asked:
            self._give(found)
        elif self._asked is not None and self._asked not in self._known:
            self._timer.start(_WAIT_MS)

    def _forget(self, *_: object) -> None:
        """Let go of results that were removed."""
        here = list(self._workspace.analyses.values())
        self._known = {key: lines for key, lines in self._known.items() if key[0] in here}

    def _give(self, lines: Lines) -> None:
        self._scene.put_outlines(lines)
        self.traced.emit(lines)
