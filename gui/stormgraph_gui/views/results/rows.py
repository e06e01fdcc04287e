"""A table of records that can be sorted, and copied to a spreadsheet."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

_MEASURED = 200
_PADDING = 16
_SORT_ROLE = Qt.ItemDataRole.UserRole
_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Column:
    """A column of a table of records.

    Parameters
    ----------
    title, tip : str
        Heading, and what it means.
    value : callable
        Gives the value of a record, by which the table is sorted: a number or words.
    text : callable
        Writes that value.
    """

    title: str
    tip: str
    value: Callable[[Any], Any]
    text: Callable[[Any], str] = str


class _Records(QAbstractTableModel):
    def __init__(self, columns: Sequence[Column], parent: QWidget) -> None:
        super().__init__(parent)
        self.columns = columns
        self.records: Sequence[Any] = ()

    def set_records(self, records: Sequence[Any]) -> None:
        self.beginResetModel()
        self.records = records
        self.endResetModel()

    def set_same_many(self, records: Sequence[Any]) -> None:
        """Take other values of the same records: what is selected stays so."""
        self.records = records
        last = self.index(len(records) - 1, len(self.columns) - 1)
        self.dataChanged.emit(self.index(0, 0), last)

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.records)

    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        column = self.columns[index.column()]
        value = column.value(self.records[index.row()])
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(value)
        if role == _SORT_ROLE:
            # what is unknown comes after every number
            return math.inf if isinstance(value, float) and math.isnan(value) else value
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if isinstance(value, str) else _RIGHT
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole and isinstance(value, str):
            return column.text(value)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.columns[section].tip
        return None


_RIGHT = Qt.AlignmentFlag.AlignRight


class RecordTable(QTableView):
    """Shows records, one a row.

    Attributes
    ----------
    chosen : Signal
        The record of the row that the user went to.
    """

    chosen = Signal(object)

    def __init__(self, columns: Sequence[Column], name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._records = _Records(columns, self)
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSortRole(_SORT_ROLE)
        self._sorted.setSourceModel(self._records)
        self.setModel(self._sorted)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSortingEnabled(True)
        self._sorted.sort(-1)
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.horizontalHeader().setSortIndicatorClearable(True)
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().setHighlightSections(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 6)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.selectionModel().currentRowChanged.connect(self._went_to)

    def sizeHint(self) -> QSize:
        """Return the room for some rows."""
        return QSize(300, 170)

    @property
    def records(self) -> Sequence[Any]:
        """What is shown, not sorted."""
        return self._records.records

    def set_records(self, records: Sequence[Any]) -> None:
        """Show other records."""
        self._records.set_records(records)
        self._fit_columns()
        # no taller than what is in it
        rows = self.verticalHeader().defaultSectionSize() * max(len(records), 1)
        around = 2 * self.frameWidth() + self.horizontalScrollBar().sizeHint().height()
        self.setMaximumHeight(self.horizontalHeader().sizeHint().height() + rows + around)

    def update_records(self, records: Sequence[Any]) -> None:
        """Show other values of the same records, in the same order."""
        self._records.set_same_many(records)

    def current_record(self) -> Any:
        """Return the record at hand, or None."""
        index = self._sorted.mapToSource(self.currentIndex())
        return self._records.records[index.row()] if index.isValid() else None

    def text(self) -> str:
        """Return the table as it is sorted, with tabs between columns."""
        columns = range(self._sorted.columnCount())
        rows = ["\t".join(column.title for column in self._records.columns)]
        for row in range(self._sorted.rowCount()):
            cells = [str(self._sorted.data(self._sorted.index(row, column))) for column in columns]
            rows.append("\t".join(cells))
        return "\n".join(rows) + "\n"

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the whole table with the keys for it."""
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.text())
            return
        super().keyPressEvent(event)

    def _fit_columns(self) -> None:
        """Make columns as wide as what is in them, or in the first of many rows."""
        metrics = self.fontMetrics()
        for number, column in enumerate(self._records.columns):
            texts = [column.text(column.value(record)) for record in self.records[:_MEASURED]]
            widest = max(map(metrics.horizontalAdvance, [column.title, *texts]))
            self.setColumnWidth(number, widest + _PADDING)

    def _went_to(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid():
            self.chosen.emit(self.current_record())
