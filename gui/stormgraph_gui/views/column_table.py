"""The first rows of a file, with a choice of its meaning above each column."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QTableWidget, QTableWidgetItem, QWidget

from stormgraph_gui.models.questions import Question, understood_columns

_NOT_USED = "not used"
_MEANINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("x", ("x_nm",)),
    ("y", ("y_nm",)),
    ("z", ("z_nm",)),
    ("precision", ("sigma_x_nm", "sigma_y_nm")),
    ("precision in x", ("sigma_x_nm",)),
    ("precision in y", ("sigma_y_nm",)),
    ("precision in z", ("sigma_z_nm",)),
    ("frame", ("frame",)),
    ("photons", ("photons",)),
    ("channel", ("channel",)),
)
_WIDEST = 170


class ColumnTable(QTableWidget):
    """Lets the user say what columns mean.

    Parameters
    ----------
    question : Question
        Whose rows are shown.

    Attributes
    ----------
    meanings_changed : Signal
        The user chose a meaning.
    """

    meanings_changed = Signal()

    def __init__(self, question: Question, parent: QWidget | None = None) -> None:
        head = question.head
        super().__init__(len(head.rows) + 1, len(head.names), parent)
        self.setObjectName("first rows")
        self.setAccessibleName("First rows of the file")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setHorizontalHeaderLabels(list(head.names))
        self.setVerticalHeaderLabels(["means", *(str(i + 1) for i in range(len(head.rows)))])
        self._names = head.names
        self._found = understood_columns(question)
        told = question.told.get("columns", {})
        self._told: dict[str, str] = {
            target: column for target, column in told.items() if column in head.names
        }
        self._boxes: list[QComboBox] = []
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        for column, name in enumerate(head.names):
            box = self._choice(name)
            self._boxes.append(box)
            self.setCellWidget(0, column, box)
            for row, fields in enumerate(head.rows, start=1):
                item = QTableWidgetItem(fields[column])
                item.setFont(font)
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.setItem(row, column, item)
        self.resizeColumnsToContents()
        for row in range(1, self.rowCount()):
            self.setRowHeight(row, self.fontMetrics().height() + 8)
        for column, box in enumerate(self._boxes):
            width = max(self.columnWidth(column), box.sizeHint().width())
            self.setColumnWidth(column, min(width, _WIDEST))
        self._show_meanings()

    def told(self) -> dict[str, str]:
        """Return the columns that the user chose: name in the package -> name in the file."""
        return dict(self._told)

    def choice(self, name: str) -> QComboBox:
        """Return the box above a column."""
        return self._boxes[self._names.index(name)]

    def _choice(self, name: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(f"Meaning of {name}")
        box.setToolTip(f"What the column {name} holds")
        box.addItem(_NOT_USED, ())
        for text, targets in _MEANINGS:
            box.addItem(text, targets)
        box.activated.connect(lambda _index, name=name, box=box: self._choose(name, box))
        return box

    def _choose(self, name: str, box: QComboBox) -> None:
        targets = tuple(box.currentData())
        told = {target: column for target, column in self._told.items() if column != name}
        told |= dict.fromkeys(targets, name)
        self._told = {t: column for t, column in told.items() if self._found.get(t) != column}
        self._show_meanings()
        self.meanings_changed.emit()

    def _show_meanings(self) -> None:
        """Let each box show what its column means now."""
        columns = self._found | self._told
        texts = {targets: text for text, targets in _MEANINGS}
        for name, box in zip(self._names, self._boxes, strict=True):
            targets = tuple(target for target, column in columns.items() if column == name)
            text = texts.get(tuple(sorted(targets)), texts.get(targets[:1], _NOT_USED))
            box.setCurrentText(text)
            # a reader takes a column that names itself, unless another one has its meaning
            model = box.model()
            assert isinstance(model, QStandardItemModel)
            item = model.item(0)
            assert item is not None
            item.setEnabled(not any(column == name for column in self._found.values()))
