"""The frame round everything: appearance, messages, status line, undo, help, window layout."""

from __future__ import annotations

import base64
import contextlib
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QGuiApplication, QKeySequence

from stormgraph_gui.views.about import AboutBox
from stormgraph_gui.views.log_window import LogWindow
from stormgraph_gui.views.notices import ErrorDialogs, NoticeStrip
from stormgraph_gui.views.shortcut_list import ShortcutList
from stormgraph_gui.views.task_line import TaskLine
from stormgraph_gui.views.theme import APPEARANCES, Appearance, apply_appearance, known_appearance
from stormgraph_py.report.record import software_versions

if TYPE_CHECKING:
    from stormgraph_gui.app import StormGraphApp

_TITLES = {"system": "As the &system", "light": "&Light", "dark": "&Dark"}


def install(app: StormGraphApp) -> None:
    """Put the feature into the app."""
    app.provided["shell"] = Shell(app)


class Shell(QObject):
    """Joins the frame's parts.

    Parameters
    ----------
    app : StormGraphApp
        The app.
    """

    def __init__(self, app: StormGraphApp) -> None:
        super().__init__(app)
        self._app, self._window = app, app.window
        self.errors = ErrorDialogs(app.activity, app.window)
        notices = NoticeStrip(app.activity)
        app.document.replaced.connect(notices.clear)
        app.window.put_above(notices)
        app.window.statusBar().addPermanentWidget(TaskLine(app.activity))
        app.window.add_dock(
            "log", "Log", LogWindow(app.activity), Qt.DockWidgetArea.BottomDockWidgetArea
        )
        app.activity.said.connect(self._said)
        self._add_undo()
        self._add_appearance()
        self._add_help()
        window, keys = app.window, QKeySequence.StandardKey
        window.menu("File").addSeparator()
        window.add_action("File", "E&xit", window.close, keys.Quit, "Close the app")
        window.add_action(
            "Window", "&Reset layout", self.reset_layout, tip="Put all panels where they were first"
        )
        self._restore_layout()

    def shut_down(self) -> None:
        """Remember the layout of the window."""
        geometry = base64.b64encode(self._window.saveGeometry().data()).decode("ascii")
        layout = {"geometry": geometry, "panels": self._window.panels.state()}
        self._app.settings.set("layout", layout)

    def reset_layout(self) -> None:
        """Put all panels where they were first."""
        self._window.panels.place()

    def _restore_layout(self) -> None:
        known: Any = self._app.settings.get("layout")
        layout = known if isinstance(known, dict) else {}
        with contextlib.suppress(ValueError, TypeError):
            geometry = base64.b64decode(layout.get("geometry", ""), validate=True)
            self._window.restoreGeometry(QByteArray(geometry))
        self._window.panels.place(layout.get("panels"))

    def _add_undo(self) -> None:
        window, document = self._window, self._app.document
        keys = QKeySequence.StandardKey
        first = next(iter(window.menu("Edit").actions()), None)
        self._undo = window.add_action("Edit", "&Undo", document.undo, keys.Undo)
        self._redo = window.add_action("Edit", "&Redo", document.redo, keys.Redo)
        if first is not None:
            window.menu("Edit").insertActions(first, [self._undo, self._redo])
            window.menu("Edit").insertSeparator(first)
        document.history_changed.connect(self._name_undo)
        self._name_undo()

    def _name_undo(self) -> None:
        document = self._app.document
        for action, word, label in (
            (self._undo, "&Undo", document.undo_label),
            (self._redo, "&Redo", document.redo_label),
        ):
            action.setEnabled(label is not None)
            action.setText(f"{word} {label}" if label else word)

    def _add_appearance(self) -> None:
        menu = self._window.menu("View").addMenu("&Appearance")
        menu.setObjectName("appearance menu")
        group = QActionGroup(menu)
        chosen = known_appearance(self._app.settings.get("appearance"))
        for appearance in APPEARANCES:
            action = QAction(_TITLES[appearance], menu, checkable=True)
            action.setObjectName(f"appearance {appearance}")
            action.setChecked(appearance == chosen)
            action.setData(appearance)
            group.addAction(action)
            menu.addAction(action)
        group.triggered.connect(self._choose_appearance)
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._system_changed)

    def _choose_appearance(self, action: QAction) -> None:
        appearance: Appearance = action.data()
        self._app.settings.set("appearance", appearance)
        apply_appearance(appearance)

    def _system_changed(self) -> None:
        if self._app.settings.get("appearance", "system") == "system":
            apply_appearance("system")

    def _add_help(self) -> None:
        window = self._window
        window.add_action(
            "Help", "&Keyboard shortcuts", self._show_shortcuts, "F1", "List what the keys do"
        )
        window.add_action("Help", "&Log", lambda: window.show_dock("log"), tip="Open the log")
        window.add_action("Help", "&About StormGraph", self._show_about, tip="Versions and licence")

    def _show_shortcuts(self) -> None:
        actions = [a for a in self._window.findChildren(QAction) if a.text()]
        ShortcutList(actions, self._window).open()

    def _show_about(self) -> None:
        AboutBox(software_versions(), self._window).open()

    def _said(self, message: Any) -> None:
        if message.level == "info":
            self._window.statusBar().showMessage(message.title, 6000)
