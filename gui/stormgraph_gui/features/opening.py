"""Joins the parts of one feature: opening files, the list of data sets, the start screen."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QMenu

from stormgraph_gui.controllers.guide import GuideWatch
from stormgraph_gui.controllers.opening import Opening
from stormgraph_gui.models.activity import Message
from stormgraph_gui.models.guide import Guide
from stormgraph_gui.models.loading import Loading
from stormgraph_gui.models.moved_file import found_beside, missing
from stormgraph_gui.models.project_file import SUFFIX
from stormgraph_gui.models.questions import Question
from stormgraph_gui.models.recent import RecentFiles
from stormgraph_gui.views.choose_file import ask_for_files
from stormgraph_gui.views.data_list import DataList
from stormgraph_gui.views.guide_panel import GuidePanel
from stormgraph_gui.views.import_preview import ImportPreview
from stormgraph_gui.views.start_screen import SAMPLES, StartScreen
from stormgraph_py.cli.demo import sample_folder
from stormgraph_py.errors import InputError
from stormgraph_py.io.registry import READERS

if TYPE_CHECKING:
    from stormgraph_gui.app import StormGraphApp

_REGIONS = (".geojson", ".roi")
_FOLDER = "data folder"


def install(app: StormGraphApp) -> None:
    """Put the feature into the app."""
    app.provided["opening files"] = OpeningFiles(app)


class OpeningFiles(QObject):
    """Takes files from wherever they come: a dialog, a drop, the list of recent ones, a sample.

    Parameters
    ----------
    app : StormGraphApp
        The app.
    """

    def __init__(self, app: StormGraphApp) -> None:
        super().__init__(app)
        self._app, self._window = app, app.window
        self._recent = RecentFiles(app.settings, self)
        self._loading = Loading(self)
        self._opening = Opening(
            app.document,
            app.workspace,
            app.activity,
            self._loading,
            self._recent,
            app.reader,
            self,
        )
        app.provided["opening"] = self._opening
        self._opening.questions.asked.connect(self._ask)
        self._add_list()
        self._add_menu()
        self._start = StartScreen(self._recent)
        self._start.open_requested.connect(self.choose_files)
        self._start.paths_chosen.connect(self.open_paths)
        self._start.sample_chosen.connect(self.open_sample)
        self._start.guide_requested.connect(self.start_guide)
        app.window.put_instead(self._start)
        app.window.files_dropped.connect(self.open_paths)
        self._guide = Guide(self)
        GuideWatch(self._guide, app.document, app.workspace, app.activity, self)
        middle = app.window.centralWidget()
        assert middle is not None
        self._guide_panel = GuidePanel(self._guide, middle)
        self._guide_panel.action_requested.connect(self._do_step)
        app.document.changed.connect(self._show_start)
        app.activity.remedy_wanted.connect(self._do_remedy)
        self._loading.changed.connect(self._show_start)
        self._show_start()

    def open_paths(self, paths: Iterable[str | Path]) -> None:
        """Open files of any kind: localizations, a project, regions."""
        data = []
        for path in map(str, paths):
            if path.lower().endswith(SUFFIX):
                self._app.provided["project questions"].open(Path(path))
            elif path.lower().endswith(_REGIONS) and self._app.workspace.data_set is not None:
                self._app.provided["regions"].load_from(path)
            else:
                data.append(path)
        if data:
            self._app.settings.set(_FOLDER, str(Path(data[0]).absolute().parent))
            self._opening.open_paths(data)

    def choose_files(self) -> None:
        """Ask for files and open them."""
        dialog = QFileDialog(self._window, "Open localizations", self._folder(), _filters())
        dialog.setObjectName("open dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self.open_paths)
        dialog.open()

    def open_sample(self, name: str) -> None:
        """Open a file of the sample data."""
        try:
            folder = sample_folder()
        except InputError as error:
            self._app.activity.say(
                Message(level="error", title="There are no sample data", text=str(error))
            )
            return
        self._opening.open_paths([folder / name])

    def start_guide(self) -> None:
        """Lead through a first analysis."""
        self._guide.start()

    def _add_list(self) -> None:
        app, opening = self._app, self._opening
        shown = DataList(app.document, app.workspace, app.activity, self._loading)
        self._list = shown
        app.window.add_dock("data", "Data", shown, Qt.DockWidgetArea.LeftDockWidgetArea)
        shown.open_requested.connect(self.choose_files)
        shown.chosen.connect(self._look_at)
        shown.reload_requested.connect(opening.reload)
        shown.reading_requested.connect(opening.ask_for_reading)
        shown.remove_requested.connect(opening.remove)
        shown.locate_requested.connect(opening.locate)
        shown.tags_changed.connect(opening.set_tags)
        shown.channel_chosen.connect(self._choose_channel)
        shown.cancel_requested.connect(opening.cancel)

    def _add_menu(self) -> None:
        window = self._window
        window.add_action(
            "File", "&Open...", self.choose_files, "Ctrl+O", "Open files of localizations"
        )
        self._recent_menu = QMenu("Open &recent", window)
        self._recent_menu.setObjectName("recent files")
        self._recent_menu.setToolTipsVisible(True)
        self._recent_menu.aboutToShow.connect(self._list_recent)
        window.menu("File").addMenu(self._recent_menu)
        samples = QMenu("Open sa&mple data", window)
        for name, text, tip in SAMPLES:
            action = samples.addAction(text)
            action.setStatusTip(tip)
            action.triggered.connect(lambda _=False, name=name: self.open_sample(name))
        window.menu("File").addMenu(samples)
        window.add_action(
            "File", "Re&load data set", self._reload, "Ctrl+Shift+R", "Read the file once more"
        )
        window.add_action(
            "File",
            "Read in another &way...",
            self._ask_for_reading,
            tip="Say anew what the columns and the unit of the file of this data set are",
        )
        window.add_action(
            "Help", "&Guided first run", self.start_guide, tip="Show the first steps one by one"
        )

    def _list_recent(self) -> None:
        self._recent_menu.clear()
        for path in self._recent.paths:
            action = self._recent_menu.addAction(Path(path).name.replace("&", "&&"))
            action.setToolTip(path)
            action.setStatusTip(path)
            action.triggered.connect(lambda _=False, path=path: self.open_paths([path]))
        if self._recent_menu.isEmpty():
            self._recent_menu.addAction("None yet").setEnabled(False)
            return
        self._recent_menu.addSeparator()
        self._recent_menu.addAction("&Clear this list", self._recent.clear)

    def _ask(self, question: Question) -> None:
        dialog = ImportPreview(question, self._window)
        dialog.reading_changed.connect(self._opening.questions.try_reading)
        dialog.answered.connect(self._answer)
        dialog.declined.connect(self._opening.questions.decline)
        self._opening.questions.tried.connect(dialog.show_trial)
        dialog.open()

    def _answer(self, reading: dict[str, Any], for_others: bool) -> None:
        self._opening.questions.answer(reading, for_others=for_others)

    def _show_start(self, *_: object) -> None:
        is_empty = not self._app.document.project.data_sets
        is_first = self._start.isVisible() and not is_empty
        self._start.setVisible(is_empty)
        self._window.pages.setVisible(not is_empty)
        page = self._window.pages.currentWidget()
        if is_first and page is not None:
            # the keys of the tools work at once
            page.setFocus()

    def _do_step(self, name: str) -> None:
        provided = self._app.provided
        if name == "open":
            self.open_sample(SAMPLES[0][0])
        elif name == "region":
            provided["regions"].use_tool("rectangle")
        elif name == "run":
            provided["running"].start()
        elif name == "look":
            self._window.show_dock("clusters")
        elif name == "report":
            provided["report questions"].ask_one()

    def _do_remedy(self, remedy: str) -> None:
        if remedy == "locate":
            self._locate_next()

    def _locate_next(self) -> None:
        """Ask where the first missing file is."""
        gone = missing(self._app.document.project)
        if gone:
            one = gone[0]
            ask_for_files(
                self._window,
                f"Where is {one.name}?",
                one.path,
                "All files (*)",
                lambda paths: self._locate(one.key, str(paths[0])),
            )

    def _locate(self, key: str, path: str) -> None:
        """Take a file, and others that moved with it, and ask for what is still missing."""
        if key in [one.key for one in missing(self._app.document.project)]:
            self._opening.locate(key, path)
            for other, place in found_beside(self._app.document.project, path).items():
                self._opening.locate(other, place)
            self._locate_next()

    def _look_at(self, key: str) -> None:
        if key != self._app.workspace.data_set:
            self._app.workspace.look_at_newest(self._app.document.project, key)

    def _choose_channel(self, key: str, channel: int | None) -> None:
        self._app.provided["filters"].set_channel(key, channel)

    def _reload(self) -> None:
        if self._app.workspace.data_set is not None:
            self._opening.reload(self._app.workspace.data_set)

    def _ask_for_reading(self) -> None:
        if self._app.workspace.data_set is not None:
            self._opening.ask_for_reading(self._app.workspace.data_set)

    def _folder(self) -> str:
        return str(self._app.settings.get(_FOLDER, Path.home()))


def _filters() -> str:
    suffixes = sorted({suffix for reader in READERS for suffix in reader.suffixes})
    shown = " ".join(f"*{suffix}" for suffix in [*suffixes, ".zip"])
    return f"Localizations ({shown});;All files (*)"
