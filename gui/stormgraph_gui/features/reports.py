"""Reports in the menu: where to write them, what to write, and the browser that shows them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from stormgraph_gui.controllers.reports import Reports
from stormgraph_gui.views.report_dialog import ReportDialog

if TYPE_CHECKING:
    from stormgraph_gui.app import StormGraphApp


def install(app: StormGraphApp) -> None:
    """Put the feature into the app."""
    controller = Reports(app.document, app.workspace, app.activity, app.analyst, app)
    app.provided["reports"] = controller
    app.provided["report questions"] = ReportQuestions(app, controller)


def open_page(path: str) -> None:
    """Show a page in the browser of the system."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(path))


class ReportQuestions(QObject):
    """Asks what to write and where.

    Parameters
    ----------
    app : StormGraphApp
        The app.
    reports : Reports
        What writes.
    """

    def __init__(self, app: StormGraphApp, reports: Reports) -> None:
        super().__init__(app)
        self._app, self._reports = app, reports
        window = app.window
        self._one = window.add_action(
            "Analysis",
            "R&eport of this result...",
            self.ask_one,
            "Ctrl+P",
            "Write the report and the tables of the result that is shown",
        )
        self._all = window.add_action(
            "Analysis",
            "Report of the &project...",
            self.ask_all,
            "Ctrl+Alt+P",
            "Write the reports and tables of all results, with an index",
        )
        self.open_page = open_page
        reports.written.connect(self._written)
        app.workspace.current_changed.connect(self._enable)
        app.workspace.analyses_changed.connect(self._enable)
        self._enable()

    def ask_one(self) -> None:
        """Ask where to write the result that is shown, and write it."""
        finding = self._app.workspace.finding
        if finding is None or finding not in self._app.workspace.analyses:
            return
        dialog = self._dialog("Report of this result", self._reports.folder_name(finding))
        dialog.accepted_with.connect(
            lambda folder, outputs, overwrite: self._reports.write(
                finding, folder, outputs, overwrite=overwrite
            )
        )
        dialog.open()

    def ask_all(self) -> None:
        """Ask where to write all results, and write them."""
        dialog = self._dialog("Report of the project", self._reports.project_folder_name())
        dialog.accepted_with.connect(
            lambda folder, outputs, overwrite: self._reports.write_project(
                folder, outputs, overwrite=overwrite
            )
        )
        dialog.open()

    def _dialog(self, title: str, name: str) -> ReportDialog:
        known = self._app.settings.get("report folder")
        data_sets = self._app.document.project.data_sets
        beside = Path(data_sets[0].path).parent if data_sets else Path.home()
        parent = Path(known) if isinstance(known, str) and Path(known).is_dir() else beside
        dialog = ReportDialog(title, parent, name, self._app.window)
        dialog.accepted_with.connect(
            lambda folder, _outputs, _overwrite: self._app.settings.set(
                "report folder", str(folder.parent)
            )
        )
        return dialog

    def _written(self, page: str) -> None:
        self.open_page(page)

    def _enable(self) -> None:
        self._one.setEnabled(self._app.workspace.analysis is not None)
        self._all.setEnabled(bool(self._reports.findings()))
