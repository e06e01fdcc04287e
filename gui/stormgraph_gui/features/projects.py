"""Projects in the menu, the title of the window, and the question before something is lost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox

from stormgraph_gui.controllers.projects import Projects
from stormgraph_gui.models.autosave import Autosave
from stormgraph_gui.models.project_file import SUFFIX

if TYPE_CHECKING:
    from stormgraph_gui.app import StormGraphApp

_FILTER = f"StormGraph projects (*{SUFFIX})"
MOST_RECENT = 8


def install(app: StormGraphApp) -> None:
    """Put the feature into the app."""
    opening, overlap = app.provided.get("opening"), app.provided.get("overlap")
    controller = Projects(
        app.document,
        app.workspace,
        app.display,
        app.activity,
        Autosave(app.settings.folder),
        app.analyst,
        opening.load_missing if opening is not None else lambda: None,
        None if overlap is None else overlap.model,
        app,
    )
    app.provided["projects"] = controller
    app.provided["project questions"] = ProjectQuestions(app, controller)


class ProjectQuestions(QObject):
    """Asks for files and before something is lost; the controller does the rest.

    Parameters
    ----------
    app : StormGraphApp
        The app.
    projects : Projects
        What saves and opens.
    """

    def __init__(self, app: StormGraphApp, projects: Projects) -> None:
        super().__init__(app)
        self._app, self._window, self._projects = app, app.window, projects
        window, keys = app.window, QKeySequence.StandardKey
        window.menu("File").addSeparator()
        window.add_action("File", "&New project", self.new, keys.New, "Begin an empty project")
        window.add_action(
            "File", "Open &project...", self.open, "Ctrl+Shift+O", "Open a saved project"
        )
        self._recent = QMenu("Recent pro&jects", window)
        window.menu("File").addMenu(self._recent)
        self._recent.aboutToShow.connect(self._list_recent)
        window.add_action(
            "File", "&Save project", self.save, keys.Save, "Save data sets, regions and results"
        )
        window.add_action(
            "File", "Save project &as...", self.save_as, "Ctrl+Shift+S", "Save to another file"
        )
        window.close_requested.connect(self.close)
        projects.path_changed.connect(self._title)
        projects.path_changed.connect(self._remember)
        app.document.history_changed.connect(self._title)
        self._title()

    def new(self) -> None:
        """Begin an empty project."""
        self._unless_lost(self._projects.new)

    def open(self, path: Path | None = None) -> None:
        """Open a project, asking which one if need be."""
        if path is not None:
            self._unless_lost(lambda: self._projects.open(path))
            return
        dialog = self._dialog("Open a project", QFileDialog.AcceptMode.AcceptOpen)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda chosen: self.open(Path(chosen)))
        dialog.open()

    def save(self) -> None:
        """Save, asking where if the project has no file yet."""
        if self._projects.path is None:
            self.save_as()
        else:
            self._projects.save()

    def save_as(self, then: Any = None) -> None:
        """Ask where, save, and go on with something once it worked."""
        dialog = self._dialog("Save the project", QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setDefaultSuffix(SUFFIX.lstrip("."))

        def chosen(path: str) -> None:
            if self._projects.save(Path(path)) and then is not None:
                then()

        dialog.fileSelected.connect(chosen)
        dialog.open()

    def close(self) -> None:
        """Close the window, unless something would be lost."""
        self._unless_queue_runs(lambda: self._unless_lost(self._leave))

    def offer_recovery(self) -> None:
        """Offer the unsaved work of a session that crashed."""
        left = self._projects.left_behind()
        if not left:
            return
        box = self._box(
            "Unsaved work was found",
            "The app did not end properly last time. Do you want the unsaved project back?",
        )
        again = box.addButton("&Bring it back", QMessageBox.ButtonRole.AcceptRole)
        drop = box.addButton("&Discard it", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton("&Later", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(again)

        def answered(_code: int) -> None:
            if box.clickedButton() is again:
                self._projects.recover(left[0])
            elif box.clickedButton() is drop:
                for path in left:
                    path.unlink(missing_ok=True)

        box.finished.connect(answered)
        box.open()

    def _leave(self) -> None:
        self._projects.forget_unsaved()
        self._window.allow_close()

    def _unless_queue_runs(self, go_on: Any) -> None:
        queue = self._app.provided.get("queue")
        if queue is None or not queue.is_active:
            go_on()
            return
        box = self._box(
            "Close while the queue is running?",
            "Jobs that are done are kept. When the app is opened again, it offers to go on with "
            "the others; those that run now begin anew.",
        )
        close = box.addButton("&Close", QMessageBox.ButtonRole.AcceptRole)
        box.addButton("&Keep running", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(close)
        box.finished.connect(lambda _code: go_on() if box.clickedButton() is close else None)
        box.open()

    def _unless_lost(self, go_on: Any) -> None:
        if not self._projects.is_modified:
            go_on()
            return
        box = self._box("Save the project first?", "What was changed since is lost otherwise.")
        save = box.addButton("&Save", QMessageBox.ButtonRole.AcceptRole)
        discard = box.addButton("&Don't save", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(save)

        def answered(_code: int) -> None:
            if box.clickedButton() is discard:
                go_on()
            elif box.clickedButton() is save:
                if self._projects.path is None:
                    self.save_as(go_on)
                elif self._projects.save():
                    go_on()

        box.finished.connect(answered)
        box.open()

    def _box(self, title: str, text: str) -> QMessageBox:
        box = QMessageBox(QMessageBox.Icon.Question, "StormGraph", title)
        box.setParent(self._window, box.windowFlags())
        box.setObjectName("project question")
        box.setInformativeText(text)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return box

    def _dialog(self, title: str, mode: QFileDialog.AcceptMode) -> QFileDialog:
        dialog = QFileDialog(self._window, title, self._folder(), _FILTER)
        dialog.setObjectName("project dialog")
        dialog.setAcceptMode(mode)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    def _folder(self) -> str:
        if self._projects.path is not None:
            return str(self._projects.path.parent)
        data_sets = self._app.document.project.data_sets
        return str(Path(data_sets[0].path).parent) if data_sets else str(Path.home())

    def _title(self) -> None:
        path = self._projects.path
        name = "Unsaved project" if path is None else path.stem
        self._window.setWindowTitle(f"{name}[*] - StormGraph")
        self._window.setWindowModified(self._projects.is_modified)

    def _remember(self) -> None:
        path = self._projects.path
        if path is not None:
            known = self._app.settings.get("recent projects", [])
            others = [p for p in known if p != str(path)]
            self._app.settings.set("recent projects", [str(path), *others][:MOST_RECENT])

    def _list_recent(self) -> None:
        self._recent.clear()
        for path in self._app.settings.get("recent projects", []):
            action = self._recent.addAction(path)
            action.setEnabled(Path(path).exists())
            action.triggered.connect(lambda _checked=False, path=path: self.open(Path(path)))
        if self._recent.isEmpty():
            self._recent.addAction("None yet").setEnabled(False)
