"""What came out of a comparison of two colours: numbers, chance, partners."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from stormgraph_gui.models.overlap import Comparison
from stormgraph_gui.models.table import TableColumn, sorted_rows, table_columns
from stormgraph_gui.views.plot import Plot
from stormgraph_gui.views.plot_style import ACCENT, RANDOM
from stormgraph_py.report.numbers import rounded

if TYPE_CHECKING:
    import pandas as pd

    from stormgraph_py.arrays import IntArray

_SHOWN = ("", "value", "by chance", "sd by chance", "z", "p two-sided", "under misalignment")
_TIPS = {
    "by chance": "Mean after random motions of the second channel",
    "sd by chance": "Standard deviation after random motions",
    "z": "How many standard deviations the value lies from what chance brings about",
    "p two-sided": "Probability of a value as far from chance, by chance",
    "under misalignment": "Where 95% of the values lie when the channels are misaligned at random",
}
_LESS_IMPORTANT = ("Sd by chance",)
_NARROW = 620
_N_BINS = 25
_Index = QModelIndex | QPersistentModelIndex


class MeasuresTable(QTableWidget):
    """Every figure of the comparison with what chance brings about."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("overlap measures")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setAlternatingRowColors(True)
        self.verticalHeader().hide()
        self.horizontalHeader().sectionResized.connect(self.resizeRowsToContents)

    def show_comparison(self, comparison: Comparison | None) -> None:
        """Fill the table."""
        self.clear()
        self.setRowCount(0)
        self.setColumnCount(0)
        if comparison is None:
            return
        view = comparison.shown
        columns = [view.header.index(name) for name in _SHOWN if name in view.header]
        self.setColumnCount(len(columns))
        self.setRowCount(len(view.rows))
        for at, column in enumerate(columns):
            name = view.header[column]
            is_symbol = name.split(" ")[0] in ("z", "p")
            header = QTableWidgetItem(name if is_symbol else name[:1].upper() + name[1:])
            header.setToolTip(_TIPS.get(name, ""))
            self.setHorizontalHeaderItem(at, header)
            for number, row in enumerate(view.rows):
                text = row[column] if at else row[column][:1].upper() + row[column][1:]
                item = QTableWidgetItem(text)
                item.setToolTip(_one_sided(view.header, row) if at else row[column])
                if at:
                    item.setTextAlignment(
                        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                    )
                self.setItem(number, at, item)
        self.resizeColumnsToContents()
        if columns:
            stretch = QHeaderView.ResizeMode.Stretch
            self.horizontalHeader().setSectionResizeMode(0, stretch)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what matters less where there is no room."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        for column in range(1, self.columnCount()):
            header = self.horizontalHeaderItem(column)
            is_extra = header is not None and header.text() in _LESS_IMPORTANT
            self.setColumnHidden(column, is_extra and self.width() < _NARROW)
        self.resizeRowsToContents()


class ChancePlot(QWidget):
    """The overlap after random motions, and as observed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("overlap chance")
        self.plot = Plot("", "overlap (%)", "random motions")
        self.verdict = QLabel()
        self.verdict.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(self.plot, 1)
        layout.addWidget(self.verdict)

    def show_comparison(self, comparison: Comparison | None) -> None:
        """Draw the distribution."""
        self.plot.clear()
        self.verdict.clear()
        if comparison is None:
            return
        analysis = comparison.analysis
        figure, size = analysis.null.figures["overlap"], analysis.overlap.size
        if not size.size_a > 0:
            self.verdict.setText("There is no cluster to be overlapped.")
            return
        what = "volume" if analysis.dimensions == 3 else "area"
        scale = 100 / size.size_a
        values = np.multiply(figure.values, scale)
        high = max(float(values.max()), 1e-6)
        counts, edges = np.histogram(values, bins=_N_BINS, range=(min(0.0, values.min()), high))
        self.plot.set_labels(f"overlap over the {what} of {analysis.a.name} (%)", "random motions")
        self.plot.add_histogram(
            edges, counts.astype(float), f"by chance ({len(values)} motions)", color=RANDOM
        )
        expected, observed = figure.expected * scale, figure.observed * scale
        self.plot.add_line(expected, f"expected {rounded(expected)}%", color=RANDOM, dashed=True)
        self.plot.add_line(observed, f"observed {rounded(observed)}%", color=ACCENT)
        most = max(high, observed)
        self.plot.set_x_range(0.0, most * 1.05 if most > 0 else 1.0)
        self.verdict.setText(
            f"z = {rounded(figure.z, 2)}, two-sided p = {rounded(figure.p_two_sided, 2)}. "
            f"The clusters of {analysis.b.name} were moved as a whole at random "
            f"{len(values)} times. Overlap is counted on a grid here, and may differ a little from "
            "the exact number."
        )


class PartnerRows(QAbstractTableModel):
    """Rows of partners.csv, sorted by any column."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._table: pd.DataFrame | None = None
        self._columns: tuple[TableColumn, ...] = ()
        self._values: list[Any] = []
        self.rows: IntArray = np.empty(0, dtype=np.int64)

    def show(self, table: pd.DataFrame | None) -> None:
        """Show another table."""
        self.beginResetModel()
        self._table = table
        self._columns = () if table is None else table_columns(table, "partners.csv")
        self._values = [] if table is None else [table[c.name].to_numpy() for c in self._columns]
        self.rows = np.arange(0 if table is None else len(table))
        self.endResetModel()

    def cluster(self, row: int) -> tuple[str, int]:
        """Return channel and number of the cluster in a row."""
        assert self._table is not None
        found = self._table.iloc[self.rows[row]]
        return str(found["channel"]), int(found["cluster"])

    def row_of(self, channel: str, cluster: int) -> int | None:
        """Return the row of a cluster."""
        if self._table is None:
            return None
        there = (self._table["channel"] == channel) & (self._table["cluster"] == cluster)
        found = np.flatnonzero(there.to_numpy()[self.rows])
        return int(found[0]) if len(found) else None

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of clusters."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        column = self._columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(column, self._values[index.column()][self.rows[index.row()]])
        if role == Qt.ItemDataRole.TextAlignmentRole and column.is_number:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return what stands over a column, and what it means."""
        if orientation != Qt.Orientation.Horizontal or section >= len(self._columns):
            return None
        column = self._columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.header
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{column.meaning}\nIn files: {column.name}"
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; -1 is the order of the table."""
        if self._table is None:
            return
        descending = order == Qt.SortOrder.DescendingOrder
        self.beginResetModel()
        self.rows = (
            np.arange(len(self._table))
            if column < 0
            else sorted_rows(self._table, self._columns[column].name, descending=descending)
        )
        self.endResetModel()

    def _text(self, column: TableColumn, value: Any) -> str:
        if column.name == "nearest_partner" and int(value) < 0:
            return ""
        return column.text(value)


def _one_sided(header: Sequence[str], row: Sequence[str]) -> str:
    if "p more" not in header or row[header.index("p more")] == "–":
        return ""
    more, less = row[header.index("p more")], row[header.index("p less")]
    return f"One-sided: p of as much or more by chance {more}, of as little or less {less}"
