"""Watches what the user does and ticks the steps of the guided first run."""

from __future__ import annotations

from stormgraph_gui.models.activity import Activity
from stormgraph_gui.models.document import Document
from stormgraph_gui.models.guide import Guide
from stormgraph_gui.models.project import Project
from stormgraph_gui.models.workspace import Workspace
from stormgraph_gui.signals import QObject


class GuideWatch(QObject):
    """Ticks steps.

    Parameters
    ----------
    guide : Guide
        The steps.
    document, workspace, activity
        What is watched.
    """

    def __init__(
        self,
        guide: Guide,
        document: Document,
        workspace: Workspace,
        activity: Activity,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._guide, self._activity = guide, activity
        self._workspace = workspace
        self._reports = False
        workspace.loaded_changed.connect(self._loaded)
        document.changed.connect(self._document_changed)
        workspace.clusters_changed.connect(self._clusters_changed)
        activity.tasks_changed.connect(self._tasks_changed)

    def _loaded(self, key: str) -> None:
        if key in self._workspace.loaded:
            self._guide.tick("open")

    def _document_changed(self, before: Project, now: Project) -> None:
        if _n_regions(now) > _n_regions(before):
            self._guide.tick("region")
        if len(now.findings) > len(before.findings):
            self._guide.tick("run")

    def _clusters_changed(self) -> None:
        if self._workspace.clusters:
            self._guide.tick("look")

    def _tasks_changed(self) -> None:
        reports = self._activity.running("report") is not None
        if self._reports and not reports:
            self._guide.tick("report")
        self._reports = reports


def _n_regions(project: Project) -> int:
    return sum(len(one.regions) for one in project.data_sets)
