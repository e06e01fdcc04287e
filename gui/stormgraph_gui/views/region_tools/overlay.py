"""What a tool draws while it works: an outline in the making, handles, lengths."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from stormgraph_gui.views.region_painting import (
    draw_handles,
    draw_label,
    draw_outline,
    draw_stem,
    label_rect,
    scale_of,
)

_MARGIN = 150.0


class Overlay(QGraphicsItem):
    """An outline, handles and a label, all of them optional.

    Parameters
    ----------
    nm_per_pixel : callable
        Tells how much of the sample a screen pixel covers.
    """

    def __init__(self, nm_per_pixel: Callable[[], float]) -> None:
        super().__init__()
        self._nm_per_pixel = nm_per_pixel
        self._path = QPainterPath()
        self._squares: list[QPointF] = []
        self._circles: list[QPointF] = []
        self._stem: tuple[QPointF, QPointF] | None = None
        self._hot: tuple[int | None, int | None] = (None, None)
        self.label = ""

    def show_parts(
        self,
        path: QPainterPath | None = None,
        *,
        squares: Sequence[tuple[float, float]] = (),
        circles: Sequence[tuple[float, float]] = (),
        hot_square: int | None = None,
        hot_circle: int | None = None,
        stem: tuple[tuple[float, float], tuple[float, float]] | None = None,
        label: str = "",
    ) -> None:
        """Draw this from now on; all positions are in nm."""
        self.prepareGeometryChange()
        self._path = QPainterPath() if path is None else path
        self._squares = [QPointF(*at) for at in squares]
        self._circles = [QPointF(*at) for at in circles]
        self._stem = None if stem is None else (QPointF(*stem[0]), QPointF(*stem[1]))
        self._hot = hot_square, hot_circle
        self.label = label
        self.update()

    def clear(self) -> None:
        """Draw nothing."""
        self.show_parts()

    def view_changed(self) -> None:
        """Take that the canvas shows another range: handles keep their size on the screen."""
        self.prepareGeometryChange()

    def boundingRect(self) -> QRectF:
        """Return where anything is."""
        bounds = self._extent()
        if bounds.isNull():
            return QRectF()
        margin = _MARGIN * self._nm_per_pixel()
        return bounds.adjusted(-margin, -margin, margin, margin)

    def _extent(self) -> QRectF:
        bounds = self._path.boundingRect()
        for at in (*self._squares, *self._circles):
            # a rectangle without a size would be left out of the union
            bounds = bounds.united(QRectF(at.x() - 0.5, at.y() - 0.5, 1, 1))
        return bounds

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        """Draw it."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._path.isEmpty():
            draw_outline(painter, self._path, current=True)
        transform = painter.worldTransform()
        scale = scale_of(transform, self._nm_per_pixel())
        painter.resetTransform()
        if self._stem is not None:
            start, stop = (transform.map(at) for at in self._stem)
            draw_stem(painter, start, stop, scale)
        squares, circles = (
            [transform.map(at) for at in places] for places in (self._squares, self._circles)
        )
        draw_handles(painter, squares, scale, round_=False, hot=self._hot[0])
        draw_handles(painter, circles, scale, round_=True, hot=self._hot[1])
        if self.label:
            on_screen = transform.mapRect(self._extent())
            rect = label_rect(painter, self.label, scale)
            rect.moveCenter(on_screen.center())
            rect.moveTop(on_screen.bottom() + 8 * scale)
            draw_label(painter, self.label, rect, scale, current=False)
        painter.restore()
