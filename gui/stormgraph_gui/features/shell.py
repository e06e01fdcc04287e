"""The frame round everything: appearance, messages, status line, undo, help, window layout."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QGuiApplication, QKeySequence

from stormgraph_gui.views.about import AboutBox
from stormgraph_gui.views.log_window import LogWindow
from stormgraph_gui.views.notices import ErrorDialogs, NoticeStrip
from stormgraph_gui.views.shortcut_list import ShortcutList
from stormgraph_gui.views.task_line import TaskLine
from stormgraph_gui.views.theme import APPEARANCES, Appearance, apply_appearance
from stormgraph_py.report.record import software_versions

if TYPE_CHECKING:
    from stormgraph_gui.app import StormGraphApp

LAYOUT_VERSION = 1
"""Raised when docks come or go, so that an old layout is not forced on new ones."""

PANEL_SIZES = (250, 330, 220)
"""Width of the panels left and right, height of those at the bottom, pixels."""

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
        app.window.put_above(NoticeStrip(app.activity))
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
        window.share_space(*PANEL_SIZES)
        self._first_layout = window.saveState(LAYOUT_VERSION)
        self._restore_layout()

    def shut_down(self) -> None:
        """Remember the layout of the window."""
        layout = {
            "geometry": _text(self._window.saveGeometry()),
            "docks": _text(self._window.saveState(LAYOUT_VERSION)),
        }
        self._app.settings.set("layout", layout)

    def reset_layout(self) -> None:
        """Put all panels where they were first."""
        self._window.restoreState(self._first_layout, LAYOUT_VERSION)

    def _restore_layout(self) -> None:
        layout: Any = self._app.settings.get("layout")
        if isinstance(layout, dict) and all(isinstance(v, str) for v in layout.values()):
            self._window.restoreGeometry(_bytes(layout.get("geometry", "")))
            self._window.restoreState(_bytes(layout.get("docks", "")), LAYOUT_VERSION)

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
        asked: Any = self._app.settings.get("appearance")
        chosen: Appearance = asked if asked in APPEARANCES else "system"
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
        apply_appearance(chosen)

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


def _text(data: QByteArray) -> str:
    return base64.b64encode(data.data()).decode("ascii")


def _bytes(text: str) -> QByteArray:
    try:
        return QByteArray(base64.b64decode(text, validate=True))
    except ValueError:
        return QByteArray()
