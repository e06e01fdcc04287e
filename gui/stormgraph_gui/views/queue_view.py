"""The table of the queue: rows to drag, and keys that act on the selected ones."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from stormgraph_gui.views.queue_rows import QueueRows

_WIDTHS = (106, 150, 96, 108, 92, 64, 84)


class QueueView(QTableView):
    """The table of the jobs.

    Parameters
    ----------
    jobs : QueueRows
        Its rows.
    parent : QWidget, optional
        Owner.

    Attributes
    ----------
    delete_pressed, open_pressed : Signal
        Delete or Return was pressed.
    shift_pressed : Signal
        Alt with an arrow was pressed: -1 for up, 1 for down.
    """

    delete_pressed = Signal()
    open_pressed = Signal()
    shift_pressed = Signal(int)

    def __init__(self, jobs: QueueRows, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("queue table")
        self.setAccessibleName("Jobs")
        self.setModel(jobs)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDragDropOverwriteMode(False)
        self.setDropIndicatorShown(True)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(self.fontMetrics().height() + 8)
        rows.setToolTip("Order in which jobs start: drag a row to another place")
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        for column, width in enumerate(_WIDTHS):
            self.setColumnWidth(column, width)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Delete, Return and Alt with arrows."""
        shifts = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.matches(QKeySequence.StandardKey.Delete):
            self.delete_pressed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open_pressed.emit()
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier and event.key() in shifts:
            self.shift_pressed.emit(shifts[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)
