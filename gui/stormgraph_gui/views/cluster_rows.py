"""The rows of the table of clusters, as Qt wants to be asked for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap

from stormgraph_gui.models.color_maps import Colors
from stormgraph_gui.models.table import TableColumn, filtered_rows, sorted_rows

if TYPE_CHECKING:
    import pandas as pd

    from stormgraph_py.arrays import BoolArray, IntArray

CHIP_PX = 12
"""Edge of the square that shows the colour of a cluster."""

LOOKED_AT = 30
"""Rows whose words say how wide a column must be."""

_Index = QModelIndex | QPersistentModelIndex
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class ClusterRows(QAbstractTableModel):
    """A table of clusters, filtered and sorted by itself: a proxy would ask for every cell.

    Attributes
    ----------
    columns : tuple of TableColumn
        What is shown.
    rows : ndarray of int
        Positions in the table of the rows that are shown, from top to bottom.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns: tuple[TableColumn, ...] = ()
        self.rows: IntArray = np.empty(0, dtype=np.int64)
        self._table: pd.DataFrame | None = None
        self._values: list[Any] = []
        self._clusters: IntArray = np.empty(0, dtype=np.int64)
        self._row_of: dict[int, int] = {}
        self._colors: Colors | None = None
        self._chips: dict[tuple[int, ...], QIcon] = {}
        self._keep: BoolArray = np.empty(0, dtype=np.bool_)
        self._filter = ""
        self._order: tuple[str, bool] | None = None

    @property
    def n_all(self) -> int:
        """Number of clusters, those that the filter hides with them."""
        return len(self._clusters)

    @property
    def table(self) -> pd.DataFrame | None:
        """The table behind the rows."""
        return self._table

    @property
    def order(self) -> tuple[str, bool] | None:
        """Name of the column by which rows are sorted, and whether the largest is on top."""
        return self._order

    def show(
        self, table: pd.DataFrame | None, columns: Sequence[TableColumn], colors: Colors | None
    ) -> None:
        """Show another table, sorted and, where its columns allow it, filtered as the one before.

        Parameters
        ----------
        table : DataFrame or None
            One row a cluster.
        columns : sequence of TableColumn
            What its columns are.
        colors : (n, 4) ndarray or None
            Colour of each row.
        """
        self.beginResetModel()
        self._table = table
        self.columns = tuple(columns)
        self._values = [] if table is None else [table[c.name].to_numpy() for c in self.columns]
        self._clusters = np.empty(0, np.int64) if table is None else table["cluster"].to_numpy()
        self._colors = colors
        self._filter_rows()
        self._sort_rows()
        self.endResetModel()

    def set_filter(self, text: str) -> None:
        """Show only the rows that pass a filter.

        Raises
        ------
        ParameterError
            When it cannot be understood; the rows stay as they were.
        """
        keep = None if self._table is None else filtered_rows(self._table, text)
        self._filter = text
        if keep is None or np.array_equal(keep, self._keep):
            return
        self.beginResetModel()
        self._keep = keep
        self._sort_rows()
        self.endResetModel()

    def clusters(self) -> IntArray:
        """Return the numbers of the clusters that are shown, from top to bottom."""
        return self._clusters[self.rows]

    def selection_of(self, clusters: Iterable[int]) -> QItemSelection:
        """Return the rows of clusters as a selection; those that are filtered out have none."""
        found = QItemSelection()
        wanted = sorted(self._row_of[n] for n in clusters if n in self._row_of)
        if not wanted:
            return found
        rows = np.array(wanted)
        breaks = np.flatnonzero(np.diff(rows) > 1)
        last = len(self.columns) - 1
        starts, ends = rows[np.r_[0, breaks + 1]], rows[np.r_[breaks, len(rows) - 1]]
        for top, bottom in zip(starts.tolist(), ends.tolist(), strict=True):
            found.select(self.createIndex(top, 0), self.createIndex(bottom, last))
        return found

    def widest(self, column: int) -> str:
        """Return a text of a column than which few are wider; the view would ask for every cell."""
        values = self._values[column]
        if self.columns[column].is_number:
            finite = values[np.isfinite(values)]
            values = [finite.min(), finite.max()] if len(finite) else []
        return max(map(self.columns[column].text, values[:LOOKED_AT]), key=len, default="")

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of clusters that are shown."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(self._values[index.column()][self.rows[index.row()]])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.is_number else _LEFT
        if role == Qt.ItemDataRole.DecorationRole and column.name == "cluster":
            if self._colors is None:
                return None
            rgba = tuple(self._colors[self.rows[index.row()]].tolist())
            if rgba not in self._chips:
                self._chips[rgba] = _chip(QColor(*rgba))
            return self._chips[rgba]
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return what stands over a column, and what it means."""
        if orientation != Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.header
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.is_number else _LEFT
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{column.label}. {column.meaning}\nIn files: {column.name}"
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; -1 is the order of the table."""
        descending = order == Qt.SortOrder.DescendingOrder
        self._order = None if column < 0 else (self.columns[column].name, descending)
        self.beginResetModel()
        self._sort_rows()
        self.endResetModel()

    def _filter_rows(self) -> None:
        if self._table is None:
            self._keep = np.empty(0, dtype=np.bool_)
            return
        try:
            self._keep = filtered_rows(self._table, self._filter)
        except ValueError:
            # a column that this table does not have, such as one that is not measured yet
            self._keep = np.ones(len(self._table), dtype=np.bool_)

    def _sort_rows(self) -> None:
        rows: IntArray = np.arange(len(self._keep))
        if self._table is not None and self._order is not None:
            name, descending = self._order
            if name in self._table.columns:
                rows = sorted_rows(self._table, name, descending=descending)
        self.rows = rows[self._keep[rows]]
        self._row_of = {n: i for i, n in enumerate(self._clusters[self.rows].tolist())}


def _chip(color: QColor) -> QIcon:
    """Return a square of a colour that looks the same in a selected row."""
    pixmap = QPixmap(CHIP_PX, CHIP_PX)
    pixmap.fill(color)
    painter = QPainter(pixmap)
    painter.setPen(QColor("white"))
    painter.drawRect(0, 0, CHIP_PX - 1, CHIP_PX - 1)
    painter.end()
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)
    return icon
