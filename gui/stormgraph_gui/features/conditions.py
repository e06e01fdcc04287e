"""Joins the parts of one feature: conditions side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from stormgraph_gui.controllers.conditions import ConditionsController
from stormgraph_gui.models.conditions import Conditions
from stormgraph_gui.views.conditions_panel import ConditionsPanel
from stormgraph_gui.views.report_dialog import ReportDialog
from stormgraph_py.report.outputs import Outputs

if TYPE_CHECKING:
    from stormgraph_gui.app import StormGraphApp


class ConditionsFeature(QObject):
    """The page that compares conditions.

    Attributes
    ----------
    conditions : Conditions
        What is compared, and what came out.
    """

    def __init__(self, app: StormGraphApp) -> None:
        super().__init__(app)
        self._app = app
        self.conditions = Conditions(self)
        self.controller = ConditionsController(
            app.document, app.workspace, self.conditions, app.activity, app.analyst, self
        )
        self.panel = ConditionsPanel(self.conditions)
        self.panel.chosen.connect(self.controller.choose)
        self.panel.params_chosen.connect(self._params_chosen)
        self.panel.list.tagged.connect(self.controller.tag)
        self.panel.list.activated.connect(self._look_at)
        self.panel.save_requested.connect(self.ask_where)
        self.controller.written.connect(self._written)
        self.open_page = _open_page
        window = app.window
        window.add_page("conditions", "Conditions", self.panel, is_tall=True)
        window.pages.currentChanged.connect(self._page_changed)
        window.add_action(
            "Analysis",
            "Compare con&ditions",
            self.show,
            "Ctrl+Shift+C",
            "Compare the results of several conditions, cell by cell",
        )

    def show(self) -> None:
        """Bring the page to the front."""
        self._app.window.show_page("conditions")

    def ask_where(self) -> None:
        """Ask where to save the comparison, and save it."""
        app = self._app
        known = app.settings.get("report folder")
        data_sets = app.document.project.data_sets
        beside = Path(data_sets[0].path).parent if data_sets else Path.home()
        parent = Path(known) if isinstance(known, str) and Path(known).is_dir() else beside
        dialog = ReportDialog("Save the comparison", parent, "comparison", app.window)
        dialog.accepted_with.connect(self._save)
        dialog.open()

    def _save(self, folder: Path, outputs: Outputs, overwrite: bool) -> None:
        self._app.settings.set("report folder", str(folder.parent))
        self.controller.save(folder, outputs, overwrite=overwrite)

    def _params_chosen(self, values: dict[str, object]) -> None:
        self.controller.choose_params(**values)

    def _page_changed(self, _number: int) -> None:
        self.controller.watch(self._app.window.pages.currentWidget() is self.panel)

    def _look_at(self, finding: str) -> None:
        self.controller.look_at(finding)
        self._app.window.pages.setCurrentIndex(0)

    def shut_down(self) -> None:
        """Clear away what was being written."""
        self.controller.shut_down()

    def _written(self, page: str) -> None:
        self.open_page(page)


def _open_page(path: str) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(path))


def install(app: StormGraphApp) -> None:
    """Put the feature into the app."""
    app.provided["conditions"] = ConditionsFeature(app)
