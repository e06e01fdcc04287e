"""What lies over the map at a corner, in pixels of the canvas: text and shapes with a halo."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QApplication, QGraphicsItem

INK = QColor(Qt.GlobalColor.white)
"""Of text and lines over the map."""
HALO = QColor(0, 0, 0, 170)
"""Around them, so that they are read on bright data too."""
MARGIN = 16.0
"""From the border of the canvas, pixels."""


class Overlay(QGraphicsItem):
    """Something as large as the canvas, drawn over everything else."""

    def __init__(self) -> None:
        super().__init__()
        self.area = QRectF()
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def set_area(self, area: QRectF) -> None:
        """Take that the canvas has another size."""
        self.prepareGeometryChange()
        self.area = area

    def boundingRect(self) -> QRectF:
        """Return all of the canvas."""
        return self.area


def overlay_font(*, bold: bool = False) -> QFont:
    """Return the font of text over the map."""
    font = QFont(QApplication.font())
    font.setBold(bold)
    return font


def text_width(text: str, font: QFont) -> float:
    """Return how wide a text is, pixels."""
    return QFontMetricsF(font).horizontalAdvance(text)


def draw_text(painter: QPainter, at: QPointF, text: str, font: QFont) -> None:
    """Write a text with its base line from a point on."""
    path = QPainterPath()
    path.addText(at, font, text)
    pen = QPen(HALO, 3.0)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(path, pen)
    painter.fillPath(path, INK)


def draw_bar(painter: QPainter, place: QRectF) -> None:
    """Draw a filled rectangle."""
    painter.fillRect(place.adjusted(-1.5, -1.5, 1.5, 1.5), HALO)
    painter.fillRect(place, INK)
