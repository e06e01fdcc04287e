"""Joins a run and the panel of the result: what was waited for comes to the front."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from stormgraph_gui.views.letter_keys import takes_letters

if TYPE_CHECKING:
    from stormgraph_gui.app import StormGraphApp
    from stormgraph_gui.controllers.running import Running


class ResultInFront(QObject):
    """Brings the result to the front once a run has found it.

    A user who has turned to the parameters of the next run meanwhile is left in peace.

    Parameters
    ----------
    app : StormGraphApp
        The app.
    running : Running
        Tells of runs.
    """

    def __init__(self, app: StormGraphApp, running: Running) -> None:
        super().__init__(app)
        self._app, self._running = app, running
        self._was_running = False
        self._focus: QWidget | None = None
        self._asked: object = None
        running.running_changed.connect(self._running_changed)
        running.found.connect(self._found)

    def _running_changed(self) -> None:
        if self._running.is_running and not self._was_running:
            self._focus, self._asked = self._app.window.focusWidget(), self._settings()
        self._was_running = self._running.is_running

    def _settings(self) -> object:
        project = self._app.document.project
        return project.params, project.seed

    def _found(self, _key: str) -> None:
        window = self._app.window
        # of this window: another program may be in front by now
        focus, panel = window.focusWidget(), window.findChild(QWidget, "dock run")
        is_there = focus is not None and panel is not None and panel.isAncestorOf(focus)
        if is_there and focus is not None:
            moved_there = focus is not self._focus and takes_letters(focus)
            if moved_there or self._settings() != self._asked:
                return
        self._focus = None
        window.raise_dock("results")
        page = window.pages.currentWidget()
        if is_there and page is not None:
            # the panel with the focus goes to the back: what is typed is for the data now
            page.setFocus()
