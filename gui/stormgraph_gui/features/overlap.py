"""Joins the parts of one feature: two colours."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from stormgraph_gui.controllers.kept_pair import KeptPair
from stormgraph_gui.controllers.overlap import OverlapController
from stormgraph_gui.features.reports import open_page
from stormgraph_gui.models.overlap import OverlapModel
from stormgraph_gui.signals import QObject
from stormgraph_gui.views.overlap_page import OverlapPage
from stormgraph_gui.views.report_dialog import ReportDialog

if TYPE_CHECKING:
    from stormgraph_gui.app import StormGraphApp


class OverlapFeature(QObject):
    """The page of two colours."""

    def __init__(self, app: StormGraphApp) -> None:
        super().__init__(app)
        self._app = app
        self.model = OverlapModel(self)
        self.controller = OverlapController(
            self.model, app.document, app.workspace, app.activity, app.analyst, self
        )
        self.kept = KeptPair(
            self.model, app.document, app.workspace, app.activity, app.analyst, self
        )
        self.page = OverlapPage(self.model)
        self.open_page = open_page
        app.window.add_page("overlap", "Two colours", self.page, is_tall=True)
        panel, controller = self.page.panel, self.controller
        panel.chosen.connect(self._choose)
        panel.start_requested.connect(controller.start)
        panel.cancel_requested.connect(controller.cancel)
        panel.report_requested.connect(self.ask_report)
        self.page.picked.connect(self.model.select)
        controller.choices_changed.connect(self._show_question)
        controller.running_changed.connect(self._show_task)
        controller.written.connect(self._written)
        app.activity.tasks_changed.connect(self._show_task)
        self.model.compared.connect(self._show_outdated)
        app.window.add_action(
            "Analysis", "Compare &two colours", self._show_page,
            tip="Compare the clusters of two channels",
        )  # fmt: skip
        self._show_question()
        self._show_outdated()

    def ask_report(self) -> None:
        """Ask where to write the report of the comparison, and write it."""
        comparison = self.model.comparison
        if comparison is None:
            return
        known = self._app.settings.get("report folder")
        beside = Path(comparison.pair.requests[0].path).parent
        parent = Path(known) if isinstance(known, str) and Path(known).is_dir() else beside
        dialog = ReportDialog(
            "Report of two colours", parent, comparison.folder_name, self._app.window
        )
        dialog.accepted_with.connect(self._write)
        dialog.open()

    def _write(self, folder: Path, outputs: object, overwrite: bool) -> None:
        self._app.settings.set("report folder", str(folder.parent))
        self.controller.write(folder, outputs, overwrite=overwrite)  # type: ignore[arg-type]

    def shut_down(self) -> None:
        """Clear away what was being written."""
        self.controller.shut_down()

    def _written(self, page: str) -> None:
        self.open_page(page)

    def _choose(self, values: dict[str, object]) -> None:
        self.controller.choose(**values)

    def _show_question(self) -> None:
        question = self.model.question
        loaded = self._app.workspace.loaded
        has_z = any(
            one is not None and loaded[one.data_set].raw.dimensions == 3
            for one in (question.a, question.b)
            if one is None or one.data_set in loaded
        )
        self.page.panel.show_question(
            question, self.controller.choices, self.controller.regions, has_z=has_z
        )
        self._show_outdated()

    def _show_task(self) -> None:
        key = self.controller.task
        tasks = {task.key: task for task in self._app.activity.tasks}
        self.page.panel.show_task(None if key is None else tasks.get(key))

    def _show_outdated(self) -> None:
        self.page.show_outdated(self.controller.outdated)

    def _show_page(self) -> None:
        self._app.window.show_page("overlap")


def install(app: StormGraphApp) -> None:
    """Put the feature into the app."""
    app.provided["overlap"] = OverlapFeature(app)
