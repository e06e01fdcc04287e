"""Joins the parts of one feature: opening files, the list of data sets, the start screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog

from stormgraph_gui.controllers.opening import Opening
from stormgraph_gui.models.loading import Loading
from stormgraph_gui.models.recent import RecentFiles
from stormgraph_gui.views.data_list import DataList

if TYPE_CHECKING:
    from stormgraph_gui.app import StormGraphApp


def install(app: StormGraphApp) -> None:
    """Put the feature into the app."""
    _Feature(app)


class _Feature(QObject):
    def __init__(self, app: StormGraphApp) -> None:
        super().__init__(app)
        self._app = app
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
        self._list = DataList(app.document, app.workspace, app.activity, self._loading)
        app.window.add_dock("data", "Data", self._list, Qt.DockWidgetArea.LeftDockWidgetArea)
        self._connect_list()
        app.window.add_action(
            "File", "&Open...", self.choose_files, "Ctrl+O", "Open files of localizations"
        )

    def _connect_list(self) -> None:
        shown, opening = self._list, self._opening
        shown.open_requested.connect(self.choose_files)
        shown.chosen.connect(self._look_at)
        shown.reload_requested.connect(opening.reload)
        shown.remove_requested.connect(opening.remove)
        shown.locate_requested.connect(opening.locate)
        shown.tags_changed.connect(opening.set_tags)
        shown.channel_chosen.connect(self._choose_channel)
        shown.cancel_requested.connect(opening.cancel)

    def choose_files(self) -> None:
        """Ask for files and open them."""
        paths, _ = QFileDialog.getOpenFileNames(self._app.window, "Open localizations")
        self._opening.open_paths(paths)

    def _look_at(self, key: str) -> None:
        self._app.workspace.look_at(key)

    def _choose_channel(self, key: str, channel: int | None) -> None:
        self._app.provided["filters"].set_channel(key, channel)
