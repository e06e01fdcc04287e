"""The results that are compared, with the tags that say where each belongs."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QItemSelectionModel, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from stormgraph_gui.models.conditions import TAGS, Conditions, Entry

_KEY = Qt.ItemDataRole.UserRole
_TITLES = ("Result", "Condition", "Replicate", "Cell", "Clusters")
_TIPS = (
    "A file, or a region of it. Without its tick a result is not compared.",
    "What is compared: resting and stimulated, wild type and mutant",
    "The day, animal or preparation. Replicates tell what would be found again.",
    "Regions of the same cell resemble each other and count as one. Without a name here every file "
    "is a cell of its own.",
    "Clusters that were found",
)


class ConditionList(QWidget):
    """A list with tags that can be typed, for one result or for many at once.

    Attributes
    ----------
    tagged : Signal
        Keys of results, the tag and its new value.
    left_out : Signal
        Keys of all results without a tick.
    activated : Signal
        Key of a result that the user wants to see.
    """

    tagged = Signal(object, str, str)
    left_out = Signal(object)
    activated = Signal(str)

    def __init__(self, conditions: Conditions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._conditions = conditions
        self._shown: object = None
        self._is_filling = False
        self._model = QStandardItemModel(0, len(_TITLES), self)
        self._model.setHorizontalHeaderLabels(list(_TITLES))
        for number, tip in enumerate(_TIPS):
            self._model.setHeaderData(
                number, Qt.Orientation.Horizontal, tip, Qt.ItemDataRole.ToolTipRole
            )
        self._model.itemChanged.connect(self._changed)
        self.view = QTreeView(self)
        self.view.setObjectName("compared results")
        self.view.setModel(self._model)
        self.view.setRootIsDecorated(False)
        self.view.setUniformRowHeights(True)
        self.view.setAlternatingRowColors(True)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        triggers = QAbstractItemView.EditTrigger
        self.view.setEditTriggers(triggers.DoubleClicked | triggers.EditKeyPressed)
        self.view.header().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.view.header().setStretchLastSection(False)
        self.view.doubleClicked.connect(
            lambda index: self._activate(index.row()) if index.column() in (0, 4) else None
        )
        self.view.selectionModel().selectionChanged.connect(lambda *_: self._enable())
        self._make_tag_row()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.view, 1)
        layout.addLayout(self._tag_row)
        conditions.changed.connect(self._show)
        self._show()

    def _make_tag_row(self) -> None:
        self.tag_box = QComboBox(self)
        self.tag_box.setObjectName("tag name")
        for tag in TAGS:
            self.tag_box.addItem(tag, tag)
        self.tag_box.setToolTip("Which tag is set")
        self.value_edit = QLineEdit(self, placeholderText="for example: resting")
        self.value_edit.setObjectName("tag value")
        self.value_edit.setToolTip("What the selected results are tagged with; empty for no tag")
        self.value_edit.returnPressed.connect(self._set_tag)
        self.set_button = QPushButton("&Tag", self)
        self.set_button.setObjectName("set tag")
        self.set_button.clicked.connect(self._set_tag)
        self._tag_row = QHBoxLayout()
        for widget, stretch in (
            (QLabel("Selected:", self), 0),
            (self.tag_box, 0),
            (self.value_edit, 1),
            (self.set_button, 0),
        ):
            self._tag_row.addWidget(widget, stretch)
        self._enable()

    @property
    def selected(self) -> list[str]:
        """Keys of the selected results, from top to bottom."""
        rows = sorted({index.row() for index in self.view.selectionModel().selectedRows()})
        return [self._key(row) for row in rows]

    def select(self, keys: set[str]) -> None:
        """Select results, and show the first of them."""
        self.view.clearSelection()
        flags = QItemSelectionModel.SelectionFlag
        for row in reversed(range(self._model.rowCount())):
            if self._key(row) in keys:
                index = self._model.index(row, 0)
                self.view.selectionModel().select(index, flags.Select | flags.Rows)
                self.view.scrollTo(index)

    def _show(self) -> None:
        conditions = self._conditions
        shown = (conditions.entries, conditions.choices.left_out)
        if shown == self._shown:
            return
        first = self._shown is None
        self._shown = shown
        selected = set(self.selected)
        at = self.view.verticalScrollBar().value()
        self._is_filling = True
        self._model.removeRows(0, self._model.rowCount())
        for entry in conditions.entries:
            self._model.appendRow(self._row(entry))
        self._is_filling = False
        if first or not selected:
            self._fit_columns()
        self.select(selected)
        self.view.verticalScrollBar().setValue(at)

    def _row(self, entry: Entry) -> list[QStandardItem]:
        first = QStandardItem(entry.name)
        first.setData(entry.finding, _KEY)
        first.setCheckable(True)
        kept = entry.finding not in self._conditions.choices.left_out
        first.setCheckState(Qt.CheckState.Checked if kept else Qt.CheckState.Unchecked)
        first.setEditable(False)
        about = f"{entry.name}\n{entry.settings}" if entry.settings else entry.name
        first.setToolTip(f"{about}\nA double click shows it over its data.")
        cells = [first]
        for tag in TAGS:
            cell = QStandardItem(entry.tags.get(tag, ""))
            cell.setToolTip(f"Double click to type the {tag}. {_TIPS[TAGS.index(tag) + 1]}")
            cells.append(cell)
        loaded = entry.n_clusters is not None
        count = QStandardItem(f"{entry.n_clusters:,}" if loaded else "not loaded")
        count.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        count.setEditable(False)
        # rows are as high as this cell
        count.setSizeHint(QSize(70, self.fontMetrics().height() + 6))
        cells.append(count)
        for cell in cells if not loaded else ():
            cell.setEnabled(False)
        return cells

    def _fit_columns(self) -> None:
        for number in range(len(_TITLES)):
            self.view.resizeColumnToContents(number)
        widest = max(self.view.viewport().width() // 2, 140)
        if self.view.columnWidth(0) > widest:
            self.view.setColumnWidth(0, widest)

    def _key(self, row: int) -> str:
        return str(self._model.item(row, 0).data(_KEY))

    def _changed(self, item: QStandardItem) -> None:
        if self._is_filling:
            return
        key = self._key(item.row())
        if item.column() == 0:
            rows = range(self._model.rowCount())
            unchecked = Qt.CheckState.Unchecked
            out = {self._key(r) for r in rows if self._model.item(r, 0).checkState() == unchecked}
            self._later(lambda: self.left_out.emit(frozenset(out)))
            return
        tag = TAGS[item.column() - 1]
        entry = next(one for one in self._conditions.entries if one.finding == key)
        if item.text().strip() != entry.tags.get(tag, ""):
            self._shown = (None, None)
            text = item.text()
            self._later(lambda: self.tagged.emit([key], tag, text))

    def _later(self, emit: Callable[[], object]) -> None:
        """Emit once the editor of the cell has closed: the rows are made anew then."""
        QTimer.singleShot(0, self, emit)

    def _set_tag(self) -> None:
        if self.selected:
            self.tagged.emit(self.selected, self.tag_box.currentData(), self.value_edit.text())

    def _enable(self) -> None:
        n = len(self.selected)
        self.set_button.setEnabled(n > 0)
        self.set_button.setToolTip(
            f"Give the {n} selected results this tag" if n else "Select results in the list first"
        )

    def _activate(self, row: int) -> None:
        self.activated.emit(self._key(row))
