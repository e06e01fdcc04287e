"""Say what a data set is: condition, replicate, cell and the like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

_USUAL = ("condition", "replicate", "cell")


class TagDialog(QDialog):
    """A small table of names and values.

    Parameters
    ----------
    name : str
        What is tagged.
    tags : mapping of str to str
        The tags it has.
    known : sequence of str
        Names of tags that are used elsewhere in the project.

    Attributes
    ----------
    tags_changed : Signal
        The tags, when the user has accepted them.
    """

    tags_changed = Signal(object)

    def __init__(
        self,
        name: str,
        tags: Mapping[str, str],
        known: Sequence[str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("tags")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Tags of {name}")
        self.resize(420, 320)
        hint = QLabel(
            "Tags say what the data are. Tables, reports and comparisons have a column for each."
        )
        hint.setWordWrap(True)
        names = list(dict.fromkeys([*tags, *known, *_USUAL]))
        self.table = QTableWidget(len(names) + 2, 2)
        self.table.setObjectName("tag table")
        self.table.setHorizontalHeaderLabels(["Tag", "Value"])
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for row, tag in enumerate(names):
            self.table.setItem(row, 0, QTableWidgetItem(tag))
            self.table.setItem(row, 1, QTableWidgetItem(tags.get(tag, "")))
        self.table.setCurrentCell(0, 1)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(hint)
        layout.addWidget(self.table)
        layout.addWidget(buttons)

    def tags(self) -> dict[str, str]:
        """Return the tags that have a value."""
        found = {}
        for row in range(self.table.rowCount()):
            cells = [self.table.item(row, column) for column in (0, 1)]
            name, value = ("" if cell is None else cell.text().strip() for cell in cells)
            if name and value:
                found[name] = value
        return found

    def accept(self) -> None:
        """Tell the tags and close."""
        self.tags_changed.emit(self.tags())
        super().accept()
