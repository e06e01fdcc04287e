"""The batch queue in the window: its panel, its menu, and the questions that it asks."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QObject, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMessageBox

from stormgraph_gui.controllers.queue import QueueControl
from stormgraph_gui.jobs.batch_client import BatchClient
from stormgraph_gui.models.presets import Presets
from stormgraph_gui.models.queue import Queue
from stormgraph_gui.models.queue_file import QueueFile
from stormgraph_gui.views.queue_add import QueueAdd
from stormgraph_gui.views.queue_panel import QueuePanel
from stormgraph_py.batch.folder import INDEX_FILE
from stormgraph_py.batch.parameter_sets import ParameterSet
from stormgraph_py.batch.planning import Asked
from stormgraph_py.report.outputs import REPORT

if TYPE_CHECKING:
    from stormgraph_gui.app import StormGraphApp


def install(app: StormGraphApp) -> None:
    """Put the feature into the app."""
    app.provided["queue"] = BatchQueue(app)


def open_path(path: Path) -> None:
    """Open a page in the browser, or a folder in the file manager."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


class BatchQueue(QObject):
    """Joins queue, panel and menu.

    Parameters
    ----------
    app : StormGraphApp
        The app.
    """

    def __init__(self, app: StormGraphApp) -> None:
        super().__init__(app)
        self._app, self._window = app, app.window
        self.open_path: Callable[[Path], None] = open_path
        self.queue = Queue(self)
        self.client = BatchClient(self)
        file = QueueFile(app.settings.folder)
        self.control = QueueControl(
            self.queue, app.document, app.activity, app.reader, self.client, file, self
        )
        self.panel = QueuePanel(self.queue)
        self._dock = app.window.add_dock(
            "queue", "Queue", self.panel, Qt.DockWidgetArea.BottomDockWidgetArea
        )
        self._connect()
        self._add_menu()
        self.control.restore()

    @property
    def is_active(self) -> bool:
        """Whether jobs run, or are paused."""
        return self.queue.is_active

    def shut_down(self) -> None:
        """Stop; what is left is gone on with when the app is opened again."""
        self.control.shut_down()

    def show(self) -> None:
        """Bring the queue to the front."""
        self._window.show_dock("queue")

    def add(self, page: Literal["project", "files"] = "project") -> QueueAdd:
        """Ask what to add."""
        self.show()
        presets = Presets(self._app.settings)
        dialog = QueueAdd(self._app.document.project, presets.all, page, self._window)
        dialog.project_wanted.connect(self._plan_project)
        dialog.files_wanted.connect(self._plan_files)
        dialog.sets_file_chosen.connect(lambda path: dialog.add_sets(self.control.read_sets(path)))
        dialog.add_wanted.connect(self.control.add)
        self.control.planned.connect(dialog.show_planned)
        dialog.finished.connect(lambda _: self.control.forget_plan())
        dialog.open()
        return dialog

    def _connect(self) -> None:
        panel, control = self.panel, self.control
        panel.add_project_wanted.connect(lambda: self.add("project"))
        panel.add_files_wanted.connect(lambda: self.add("files"))
        panel.start_wanted.connect(control.start)
        panel.pause_wanted.connect(control.pause)
        panel.cancel_all_wanted.connect(control.cancel_all)
        panel.cancel_wanted.connect(control.cancel)
        panel.retry_failed_wanted.connect(control.retry_failed)
        panel.retry_wanted.connect(control.retry)
        panel.remove_wanted.connect(control.remove)
        panel.clear_wanted.connect(control.clear_ended)
        panel.move_wanted.connect(control.move)
        panel.foot.folder_wanted.connect(self._choose_folder)
        panel.foot.workers_changed.connect(
            lambda n_workers: self.queue.set_settings(n_workers=n_workers)
        )
        panel.foot.reports_changed.connect(lambda reports: self.queue.set_settings(reports=reports))
        panel.index_wanted.connect(self._open_index)
        panel.report_wanted.connect(self._open_report)
        panel.result_wanted.connect(lambda name: self.open_path(self.queue.folder(name)))
        panel.data_wanted.connect(self._open_data)
        control.folder_wanted.connect(lambda: self._choose_folder(then_start=True))
        control.batch_is_there.connect(self._ask_to_join)
        control.cut_off.connect(self._offer_to_go_on)
        for changed in (self.queue.jobs_changed, self.queue.phase_changed):
            changed.connect(self._title)
        self.queue.states_changed.connect(lambda _: self._title())

    def _add_menu(self) -> None:
        window, panel = self._window, self.panel
        window.add_action(
            "Batch",
            "&Show the queue",
            self.show,
            "Ctrl+B",
            "Open the panel of the batch queue",
        )
        window.add_action(
            "Batch",
            "Add from the open &project...",
            panel.add_project_wanted.emit,
            "Ctrl+Shift+B",
            "Add data sets and regions of the project to the queue",
        )
        window.add_action(
            "Batch",
            "Add &files and folders...",
            panel.add_files_wanted.emit,
            tip="Add files that need not be open to the queue",
        )
        window.menu("Batch").addSeparator()
        self._start = window.add_action(
            "Batch", "S&tart", self.control.start, tip="Do the jobs of the queue"
        )
        self._pause = window.add_action(
            "Batch", "Pa&use", self.control.pause, tip="Start no more jobs"
        )
        self._cancel = window.add_action(
            "Batch", "&Cancel all", self.control.cancel_all, tip="Cancel all jobs that wait or run"
        )
        self._retry = window.add_action(
            "Batch", "Retry f&ailed", self.control.retry_failed, tip="Do failed jobs again"
        )
        window.menu("Batch").addSeparator()
        self._index = window.add_action(
            "Batch", "Open &index", self._open_index, tip="Open the page with all results"
        )
        window.menu("Batch").aboutToShow.connect(self._enable)
        self._enable()

    def _enable(self) -> None:
        queue = self.queue
        self._start.setEnabled(
            queue.phase == "paused" or (not queue.is_active and queue.count("waiting") > 0)
        )
        self._pause.setEnabled(queue.phase in ("starting", "running"))
        self._cancel.setEnabled(queue.count("waiting", "running") > 0)
        self._retry.setEnabled(queue.count("failed") > 0)
        self._index.setEnabled(queue.settings.is_ours)

    def _title(self) -> None:
        n_done = self.queue.count("done", "kept")
        n_jobs = len(self.queue.order)
        title = f"Queue ({n_done} of {n_jobs})" if self.queue.is_active else "Queue"
        if self._dock.windowTitle() != title:
            self._dock.setWindowTitle(title)

    def _plan_project(self, chosen: Sequence[tuple[str, str | None]], sets: Any) -> None:
        self.control.plan(self.control.requested(chosen, sets))

    def _plan_files(self, fields: dict[str, Any], sets: tuple[ParameterSet, ...]) -> None:
        out = self.queue.settings.out
        leave_out = Path(out) if out else None
        self.control.plan(Asked(parameter_sets=sets, leave_out=leave_out, **fields))

    def _choose_folder(self, *, then_start: bool = False) -> None:
        dialog = QFileDialog(self._window, "Folder for the results of the queue")
        dialog.setObjectName("queue folder dialog")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.control.set_out)
        if then_start:
            dialog.fileSelected.connect(lambda _: self.control.start())
        dialog.open()

    def _ask_to_join(self, out: str) -> None:
        box = QMessageBox(self._window)
        box.setObjectName("queue join dialog")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Question)
        box.setText("This folder holds the results of a batch.")
        box.setInformativeText(
            f"{out}\n\nGo on with it? Results that match a job of the queue are kept. Others stay "
            "where they are, but the tables and the index are written anew for this queue."
        )
        go_on = box.addButton("&Go on with it", QMessageBox.ButtonRole.AcceptRole)
        choose = box.addButton("Choose &another folder", QMessageBox.ButtonRole.ActionRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        go_on.clicked.connect(lambda: self.control.start(joins=True))
        choose.clicked.connect(lambda: self._choose_folder(then_start=True))
        box.open()

    def _offer_to_go_on(self, n_left: int) -> None:
        self.panel.offer_to_go_on(n_left)
        self.show()

    def _open_index(self) -> None:
        index = Path(self.queue.settings.out) / INDEX_FILE
        if index.exists():
            self.open_path(index)
        else:
            self._window.statusBar().showMessage("The index is not written yet.", 6000)

    def _open_report(self, name: str) -> None:
        folder = self.queue.folder(name)
        report = folder / REPORT
        self.open_path(report if report.exists() else folder)

    def _open_data(self, name: str) -> None:
        opening = self._app.provided.get("opening")
        if opening is not None:
            request = json.loads(self.queue.job(name).text)["request"]
            known = ("format", "pixel_size_nm", "columns", "unit", "separator")
            reading = {name: request[name] for name in known if request[name]}
            opening.open_paths([request["path"]], reading)
