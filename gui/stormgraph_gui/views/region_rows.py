"""The rows of the list of regions: the whole field first, then every region."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QByteArray,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from stormgraph_py.report.numbers import rounded

Index = QModelIndex | QPersistentModelIndex

NAME, COUNT, AREA, DENSITY, TAGS = range(5)
COLUMNS = ("Name", "Count", "Area", "Density", "Tags")
TIPS = (
    "Name of the region; double-click to change it",
    "Localizations inside",
    "Area in µm²",
    "Localizations per µm²",
    "Condition, replicate, cell and other tags",
)
UNITS = ("", "", "µm²", "per µm²", "")

_MIME = "application/x-stormgraph-regions"
_ROOT = QModelIndex()


@dataclass(frozen=True, kw_only=True)
class Row:
    """What a row shows.

    Parameters
    ----------
    key : str or None
        The region; None is the whole field.
    name : str
        Its name.
    n_localizations : int or None
        Localizations inside; None until they are counted.
    area_um2 : float
        Area.
    tags : tuple of (str, str)
        Names and values.
    """

    key: str | None
    name: str
    n_localizations: int | None
    area_um2: float
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def density(self) -> float | None:
        """Localizations per µm²."""
        if self.n_localizations is None or not self.area_um2:
            return None
        return self.n_localizations / self.area_um2


class RegionRows(QAbstractTableModel):
    """Rows for a table view.

    Attributes
    ----------
    renamed : Signal
        Key of a region, and the name that the user gave it.
    dropped : Signal
        Keys of all regions in the order that the user dragged them to.
    """

    renamed = Signal(str, str)
    dropped = Signal(list)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows from now on."""
        same = [one.key for one in rows] == [one.key for one in self.rows]
        if not same:
            self.beginResetModel()
            self.rows = list(rows)
            self.endResetModel()
            return
        for place, (new, old) in enumerate(zip(rows, self.rows, strict=True)):
            if new is not old and new != old:
                self.rows[place] = new
                self.dataChanged.emit(self.index(place, 0), self.index(place, len(COLUMNS) - 1))

    def place(self, key: str | None) -> int:
        """Return the row of a region, or -1."""
        return next((at for at, one in enumerate(self.rows) if one.key == key), -1)

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Return how many rows there are."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the title of a column."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            unit = UNITS[section]
            return f"{COLUMNS[section]}\n{unit}" if unit else COLUMNS[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return TIPS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _aligned(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        row, column = self.rows[index.row()], index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return _text(row, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _aligned(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            if column == TAGS and row.tags:
                return "\n".join(f"{name}: {value}" for name, value in row.tags)
            return f"{row.name}: {_text(row, COUNT)} localizations in {rounded(row.area_um2)} µm²"
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Say that the user gave a region another name."""
        key = self.rows[index.row()].key
        if role != Qt.ItemDataRole.EditRole or key is None:
            return False
        self.renamed.emit(key, str(value))
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let names be edited, and regions be dragged."""
        flag = Qt.ItemFlag
        if not index.isValid():
            return flag.ItemIsDropEnabled
        flags = flag.ItemIsSelectable | flag.ItemIsEnabled
        if self.rows[index.row()].key is not None:
            flags |= flag.ItemIsDragEnabled
            if index.column() == NAME:
                flags |= flag.ItemIsEditable
        return flags

    def supportedDropActions(self) -> Qt.DropAction:
        """Let rows be moved."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """Return what can be dropped."""
        return [_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Return what is dragged."""
        keys = {self.rows[index.row()].key for index in indexes} - {None}
        data = QMimeData()
        data.setData(_MIME, QByteArray("\n".join(map(str, keys)).encode()))
        return data

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        """Say in which order the user wants the regions."""
        dragged = set(bytes(data.data(_MIME).data()).decode().split("\n"))
        place = row if row >= 0 else parent.row() if parent.isValid() else len(self.rows)
        keys = [one.key for one in self.rows]
        before = [key for key in keys[:place] if key is not None and key not in dragged]
        after = [key for key in keys[place:] if key is not None and key not in dragged]
        self.dropped.emit([*before, *(key for key in keys if key in dragged), *after])
        # the rows are moved when the project has changed, not by the view
        return False


def _aligned(column: int) -> Qt.AlignmentFlag:
    side = (
        Qt.AlignmentFlag.AlignRight
        if column in (COUNT, AREA, DENSITY)
        else (Qt.AlignmentFlag.AlignLeft)
    )
    return side | Qt.AlignmentFlag.AlignVCenter


def _text(row: Row, column: int) -> str:
    match column:
        case 0:
            return row.name
        case 1:
            return "…" if row.n_localizations is None else f"{row.n_localizations:,}"
        case 2:
            return rounded(row.area_um2)
        case 3:
            return "…" if row.density is None else rounded(row.density)
        case _:
            return " · ".join(value for _, value in row.tags)
