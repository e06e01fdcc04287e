"""A frame that is seen in light and in dark windows."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QWidget

from stormgraph_gui.views.plot_style import faded

_RADIUS = 5.0
_LINE = 0.22
_DASHES = 0.45


class Card(QWidget):
    """Groups what belongs together.

    Parameters
    ----------
    is_dashed : bool
        Whether the line is dashed: something may be dropped here.
    """

    def __init__(self, parent: QWidget | None = None, *, is_dashed: bool = False) -> None:
        super().__init__(parent)
        self._is_dashed = is_dashed

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground and the line round it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        text = self.palette().color(QPalette.ColorRole.Text)
        pen = QPen(faded(text, _DASHES if self._is_dashed else _LINE), 1.2)
        if self._is_dashed:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(self.palette().color(QPalette.ColorRole.Base))
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(0.8, 0.8, -0.8, -0.8), _RADIUS, _RADIUS
        )
        painter.end()
