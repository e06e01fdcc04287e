"""All keys of the app, read from its actions."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)


class ShortcutList(QDialog):
    """A table of what keys do.

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
        named = {
            a.text().replace("&", "").rstrip("."): a.shortcut()
            for a in actions
            if not a.shortcut().isEmpty()
        }
        table = QTableWidget(len(named), 2)
        table.setHorizontalHeaderLabels(["What", "Keys"])
        table.verticalHeader().hide()
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for row, (text, keys) in enumerate(named.items()):
            table.setItem(row, 0, QTableWidgetItem(text))
            shown = keys.toString(QKeySequence.SequenceFormat.NativeText)
            table.setItem(row, 1, QTableWidgetItem(shown))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(table)
        layout.addWidget(buttons)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(460, 520)
