"""How regions look in the canvas: lines that show on dark and bright data, labels, handles."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from stormgraph_py.roi import Roi

LINE = QColor(235, 240, 245)
CURRENT = QColor(64, 200, 255)
HALO = QColor(0, 0, 0, 150)
LABEL_BACK = QColor(10, 14, 20, 190)
CURRENT_TEXT = QColor(8, 20, 28)
FILL = QColor(64, 200, 255, 26)

HANDLE = 9.0
"""Side of a handle, screen pixels."""


def path_of(roi: Roi) -> QPainterPath:
    """Return the outline of a region, nm."""
    path = QPainterPath()
    for rings in roi.polygons:
        for ring in rings:
            path.addPolygon(QPolygonF([QPointF(x, y) for x, y in ring.tolist()]))
    path.setFillRule(Qt.FillRule.OddEvenFill)
    return path


def draw_thin(painter: QPainter, path: QPainterPath) -> None:
    """Draw the thinnest line, which takes a tenth of the time: for hundreds of regions."""
    painter.setPen(QPen(LINE, 0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)


def draw_outline(painter: QPainter, path: QPainterPath, *, current: bool) -> None:
    """Draw a line with a dark edge, so that it shows on any colour."""
    for color, width in ((HALO, 4.0), (CURRENT if current else LINE, 2.0 if current else 1.4)):
        pen = QPen(color, width)
        pen.setCosmetic(True)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(FILL if current and color == CURRENT else Qt.BrushStyle.NoBrush)
        painter.drawPath(path)


def scale_of(transform: QTransform, nm_per_pixel: float) -> float:
    """Return how many device pixels a screen pixel has: above 1 in an enlarged picture."""
    size = (abs(transform.m11()) + abs(transform.m12())) * nm_per_pixel
    return size if 0.05 < size < 50 else 1.0


def label_rect(painter: QPainter, text: str, scale: float) -> QRectF:
    """Return the size of a label, device pixels, in a rectangle that can be moved."""
    metrics = QFontMetricsF(painter.font())
    width = metrics.horizontalAdvance(text) + 10
    return QRectF(0, 0, width * scale, (metrics.height() + 4) * scale)


def draw_label(painter: QPainter, text: str, rect: QRectF, scale: float, *, current: bool) -> None:
    """Draw a name or a length in its rectangle; the painter is in device pixels."""
    painter.save()
    painter.translate(rect.topLeft())
    painter.scale(scale, scale)
    box = QRectF(0, 0, rect.width() / scale, rect.height() / scale)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(CURRENT if current else LABEL_BACK)
    painter.drawRoundedRect(box, 3, 3)
    painter.setPen(CURRENT_TEXT if current else LINE)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


def draw_handles(
    painter: QPainter, places: Iterable[QPointF], scale: float, *, round_: bool, hot: int | None
) -> None:
    """Draw handles at device points; the hot one is filled."""
    side = HANDLE * scale
    for number, place in enumerate(places):
        rect = QRectF(place.x() - side / 2, place.y() - side / 2, side, side)
        painter.setPen(QPen(HALO, 3 * scale))
        painter.setBrush(CURRENT if number == hot else LINE)
        draw = painter.drawEllipse if round_ else painter.drawRect
        draw(rect)
        painter.setPen(QPen(CURRENT_TEXT, 1 * scale))
        draw(rect)


def draw_stem(painter: QPainter, start: QPointF, stop: QPointF, scale: float) -> None:
    """Draw what joins a handle with the region, between device points."""
    for color, width in ((HALO, 3.0), (CURRENT, 1.2)):
        painter.setPen(QPen(color, width * scale))
        painter.drawLine(start, stop)
