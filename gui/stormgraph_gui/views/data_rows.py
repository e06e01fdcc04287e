"""How a data set looks in its list: name, a line of facts, a sign where there are warnings."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

TITLE = Qt.ItemDataRole.DisplayRole
LINE = Qt.ItemDataRole.UserRole + 2
WARNING = Qt.ItemDataRole.UserRole + 3

_MARGIN = 8
_GAP = 3
_ICON = 18


class DataRows(QStyledItemDelegate):
    """Paints two lines a row."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Leave room for both lines."""
        height = option.fontMetrics.height()
        return QSize(120, 2 * height + _GAP + 2 * _MARGIN)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint the row of one data set."""
        drawn = QStyleOptionViewItem(option)
        self.initStyleOption(drawn, index)
        rect: QRect = drawn.rect
        palette: QPalette = drawn.palette
        font: QFont = drawn.font
        state: QStyle.StateFlag = drawn.state
        drawn.text = ""
        style = QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, drawn, painter, drawn.widget)
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        ink = QPalette.ColorRole.HighlightedText if is_selected else QPalette.ColorRole.Text
        room = rect.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        painter.save()
        if index.data(WARNING):
            icon = style.standardIcon(QStyle.StandardPixmap.SP_MessageBoxWarning)
            icon.paint(painter, room.right() - _ICON, room.top(), _ICON, _ICON)
            room.setRight(room.right() - _ICON - _MARGIN)
        bold = QFont(font)
        bold.setBold(True)
        painter.setPen(palette.color(ink))
        self._write(painter, bold, room, str(index.data(TITLE) or ""), Qt.TextElideMode.ElideMiddle)
        color = palette.color(ink)
        color.setAlphaF(0.72)
        painter.setPen(color)
        room.setTop(room.bottom() - painter.fontMetrics().height())
        self._write(painter, font, room, str(index.data(LINE) or ""), Qt.TextElideMode.ElideRight)
        painter.restore()

    def _write(
        self, painter: QPainter, font: QFont, room: QRect, text: str, elide: Qt.TextElideMode
    ) -> None:
        painter.setFont(font)
        fitting = painter.fontMetrics().elidedText(text, elide, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, fitting)
