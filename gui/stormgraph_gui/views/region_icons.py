"""Icons of the drawing tools, drawn in the colours of the window."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QGuiApplication,
    QIcon,
    QIconEngine,
    QPainter,
    QPainterPath,
    QPalette,
    QPen,
    QPixmap,
    QPolygonF,
)

Draw = Callable[[QPainter], None]
"""Draws an icon of 20 x 20."""


class DrawnIcon(QIconEngine):
    """An icon that is drawn when it is needed, sharp on any screen and right in light and dark.

    Parameters
    ----------
    draw : callable
        Draws it in a square of 20 with the painter's pen.
    """

    def __init__(self, draw: Draw) -> None:
        super().__init__()
        self._draw = draw

    def clone(self) -> QIconEngine:
        """Return an icon like this one."""
        return DrawnIcon(self._draw)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw it."""
        palette = QGuiApplication.palette()
        group = QPalette.ColorGroup.Active
        if mode == QIcon.Mode.Disabled:
            group = QPalette.ColorGroup.Disabled
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = min(rect.width(), rect.height())
        painter.translate(
            rect.x() + (rect.width() - side) / 2, rect.y() + (rect.height() - side) / 2
        )
        painter.scale(side / 20, side / 20)
        pen = QPen(palette.color(group, QPalette.ColorRole.ButtonText), 1.6)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        self._draw(painter)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Return it as a picture."""
        picture = QPixmap(size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return picture


def _polygon(painter: QPainter, *at: tuple[float, float]) -> None:
    painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in at]))


def _line(painter: QPainter, *at: tuple[float, float]) -> None:
    painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in at]))


def _dots(painter: QPainter, *at: tuple[float, float]) -> None:
    painter.save()
    painter.setBrush(painter.pen().color())
    for x, y in at:
        painter.drawEllipse(QPointF(x, y), 1.4, 1.4)
    painter.restore()


def _arrow(painter: QPainter) -> None:
    painter.setBrush(painter.pen().color())
    _polygon(painter, (5, 2.5), (5, 15.5), (8.4, 12.4), (10.6, 17.3), (12.7, 16.4), (10.5, 11.6),
             (15, 11.2))  # fmt: skip


def _rectangle(painter: QPainter) -> None:
    painter.drawRect(QRectF(3, 5, 14, 10))


def _ellipse(painter: QPainter) -> None:
    painter.drawEllipse(QRectF(2.5, 4.5, 15, 11))


def _vertices(painter: QPainter) -> None:
    corners = ((4, 7), (11, 3.5), (16.5, 9), (13, 16.5), (5.5, 14.5))
    _polygon(painter, *corners)
    _dots(painter, *corners)


def _lasso(painter: QPainter) -> None:
    path = QPainterPath(QPointF(6, 16.5))
    path.cubicTo(1, 13, 1.5, 5, 9, 3.5)
    path.cubicTo(16.5, 2.5, 20, 8.5, 15.5, 12)
    path.cubicTo(12, 14.5, 9.5, 10.5, 6, 16.5)
    painter.drawPath(path)


def _bin(painter: QPainter) -> None:
    _line(painter, (3.5, 5.5), (16.5, 5.5))
    _line(painter, (7.5, 5.5), (8, 3), (12, 3), (12.5, 5.5))
    _line(painter, (5, 5.5), (6, 17), (14, 17), (15, 5.5))
    _line(painter, (8.5, 8.5), (8.8, 14))
    _line(painter, (11.5, 8.5), (11.2, 14))


def _two(painter: QPainter) -> None:
    _line(painter, (6.5, 13.5), (3, 13.5), (3, 3), (13.5, 3), (13.5, 6.5))
    painter.drawRect(QRectF(6.5, 6.5, 10.5, 10.5))


def _up(painter: QPainter) -> None:
    _line(painter, (10, 16.5), (10, 4))
    _line(painter, (5, 9), (10, 4), (15, 9))


def _down(painter: QPainter) -> None:
    _line(painter, (10, 3.5), (10, 16))
    _line(painter, (5, 11), (10, 16), (15, 11))


def _tiles(painter: QPainter) -> None:
    painter.drawRect(QRectF(3, 3, 14, 14))
    for at in (7.67, 12.33):
        _line(painter, (at, 3), (at, 17))
        _line(painter, (3, at), (17, at))


def _copies(painter: QPainter) -> None:
    painter.drawRect(QRectF(2.5, 5, 6.5, 10))
    _line(painter, (11, 10), (17.5, 10))
    _line(painter, (14, 6.5), (17.5, 10), (14, 13.5))


def _open(painter: QPainter) -> None:
    _line(painter, (2.5, 16), (2.5, 4.5), (7.5, 4.5), (9, 6.5), (15, 6.5), (15, 9))
    _polygon(painter, (2.5, 16), (5.5, 9), (18, 9), (15, 16))


def _save(painter: QPainter) -> None:
    _line(painter, (3, 11.5), (3, 17), (17, 17), (17, 11.5))
    _line(painter, (10, 3), (10, 12.5))
    _line(painter, (6, 8.7), (10, 12.7), (14, 8.7))


_DRAWN: dict[str, Draw] = {
    "select": _arrow, "rectangle": _rectangle, "ellipse": _ellipse, "polygon": _vertices,
    "freehand": _lasso, "delete": _bin, "duplicate": _two, "up": _up, "down": _down,
    "tiles": _tiles, "copy": _copies, "open": _open, "save": _save,
}  # fmt: skip


def icon(name: str) -> QIcon:
    """Return an icon by the name of what it stands for.

    Raises
    ------
    KeyError
        When there is none.
    """
    return QIcon(DrawnIcon(_DRAWN[name]))
