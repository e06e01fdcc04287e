"""All keys of the app, read from its actions."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

EVERYWHERE = "Everywhere"
NOT_TYPED_IN = "Everywhere, unless it is typed"
_NOTE = (
    "A letter goes to the field, list or table that you work in, which may look for it. Click the "
    "map, and letters choose tools again."
)
_OWN_KEYS = (
    ("Move the map", "Arrows", "Map of the localizations"),
    ("Magnify, show more of the map", "+, -", "Map of the localizations"),
    ("Put the tool away", "Esc", "Map of the localizations"),
    ("Turn the data", "Arrows", "3-D view of the localizations"),
    ("Magnify, show more in 3-D", "+, -", "3-D view of the localizations"),
    ("Show everything in 3-D", "Home", "3-D view of the localizations"),
    ("Start jobs earlier or later", "Alt+Up, Alt+Down", "Jobs"),
    ("Remove jobs", "Del", "Jobs"),
    ("Open the result of a job", "Return", "Jobs"),
)
"""What widgets do with keys of their own, and where."""


class ShortcutList(QDialog):
    """A table of what keys do, and where.

    Parameters
    ----------
    actions : iterable of QAction
        Those with a shortcut are listed.
    parent : QWidget
        The window.
    """

    def __init__(self, actions: Iterable[QAction], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("shortcut list")
        self.setWindowTitle("Keyboard shortcuts")
        rows = [(_words(a), keys_of(a), where(a)) for a in actions if a.shortcuts()]
        rows += _OWN_KEYS
        table = QTableWidget(len(rows), 3)
        table.setObjectName("shortcut table")
        table.setHorizontalHeaderLabels(["What", "Keys", "Where"])
        table.verticalHeader().hide()
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for row, texts in enumerate(rows):
            for column, text in enumerate(texts):
                table.setItem(row, column, QTableWidgetItem(text))
        note = QLabel(_NOTE, wordWrap=True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(table)
        layout.addWidget(note)
        layout.addWidget(buttons)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 560)


def keys_of(action: QAction) -> str:
    """Return the keys of an action as people write them."""
    native = QKeySequence.SequenceFormat.NativeText
    return ", ".join(keys.toString(native) for keys in action.shortcuts())


def where(action: QAction) -> str:
    """Say where the keys of an action act."""
    if action.shortcutContext() == Qt.ShortcutContext.WindowShortcut:
        is_letter = any(_is_typed(keys) for keys in action.shortcuts())
        return NOT_TYPED_IN if is_letter else EVERYWHERE
    names = [
        widget.accessibleName()
        for widget in action.associatedObjects()
        if isinstance(widget, QWidget) and not isinstance(widget, (QAbstractButton, QToolBar))
    ]
    return ", ".join(name for name in names if name)


def _is_typed(keys: QKeySequence) -> bool:
    return len(keys.toString().removeprefix("Shift+")) == 1


def _words(action: QAction) -> str:
    return action.text().replace("&", "").rstrip(".")
