"""What the canvas draws of the data: the picture and the outlines of clusters."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from pyqtgraph.functions import arrayToQPolygonF
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from stormgraph_gui.models.cluster_colors import cluster_colors
from stormgraph_gui.models.outlines import Lines
from stormgraph_gui.models.painting import Picture

SELECTED_COLOR = QColor(Qt.GlobalColor.white)
"""Outline of selected clusters."""

_SMALLEST_OUTLINE = 4.0


class PictureItem(QGraphicsItem):
    """A picture of the data, laid over its place in the plane.

    Drawn pixel for pixel where the view has not changed since it was made, and stretched until the
    next one is there.
    """

    def __init__(self) -> None:
        super().__init__()
        self._picture: Picture | None = None
        self._image = QImage()
        self._place = QRectF()

    def show_picture(self, picture: Picture | None) -> None:
        """Show a picture, or nothing."""
        self.prepareGeometryChange()
        self._picture = picture  # the image only points to its pixels
        if picture is None:
            self._image, self._place = QImage(), QRectF()
        else:
            n_rows, n_columns, _ = picture.pixels.shape
            self._image = QImage(
                picture.pixels.data,
                n_columns,
                n_rows,
                4 * n_columns,
                QImage.Format.Format_RGBA8888_Premultiplied,
            )
            box = picture.grid.box
            self._place = QRectF(box.left, box.low, box.width, box.height)
        self.update()

    def boundingRect(self) -> QRectF:
        """Return where the picture lies, nm."""
        return self._place

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw the image."""
        if self._image.isNull():
            return
        place = painter.worldTransform().mapRect(self._place)
        ratio = painter.device().devicePixelRatioF()
        painter.save()
        if abs(place.width() * ratio - self._image.width()) < 0.5:
            painter.resetTransform()
            corner = QPointF(round(place.left() * ratio), round(place.top() * ratio)) / ratio
            size = self._image.size().toSizeF() / ratio
            painter.drawImage(QRectF(corner, size), self._image)
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self._place, self._image)
        painter.restore()


class OutlinesItem(QGraphicsItem):
    """Lines around clusters; those of selected clusters stand out."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[QPolygonF] = []
        self._clusters = np.empty(0, dtype=np.int64)
        self._boxes = np.empty((0, 4))
        self._colors: list[QColor] = []
        self._selected: frozenset[int] = frozenset()
        self._place = QRectF()

    def show_outlines(self, outlines: Lines) -> None:
        """Show other lines, (m, 2) in nm, by the number of their cluster."""
        self.prepareGeometryChange()
        pairs = [(cluster, line) for cluster, lines in outlines.items() for line in lines]
        self._lines = [arrayToQPolygonF(*line.T) for _, line in pairs]
        self._clusters = np.array([cluster for cluster, _ in pairs], dtype=np.int64)
        corners = [np.concatenate([line.min(axis=0), line.max(axis=0)]) for _, line in pairs]
        self._boxes = np.array(corners).reshape(-1, 4)
        self._colors = [QColor(*color) for color in cluster_colors(self._clusters).tolist()]
        low, high = self._boxes[:, :2], self._boxes[:, 2:]
        self._place = QRectF()
        if len(pairs):
            self._place = QRectF(QPointF(*low.min(axis=0)), QPointF(*high.max(axis=0)))
        self.update()

    def select(self, clusters: Iterable[int]) -> None:
        """Let the outlines of some clusters stand out."""
        self._selected = frozenset(clusters)
        self.update()

    def boundingRect(self) -> QRectF:
        """Return where the outlines lie, nm."""
        return self._place

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw those in view that are large enough to be seen."""
        if not self._lines:
            return
        transform = painter.worldTransform()
        seen = transform.inverted()[0].mapRect(QRectF(painter.viewport()))
        left, low, right, high = self._boxes.T
        smallest = _SMALLEST_OUTLINE / transform.m11()
        drawn = (right > seen.left()) & (left < seen.right()) & (high > seen.top())
        drawn &= (low < seen.bottom()) & (np.maximum(right - left, high - low) > smallest)
        is_selected = np.isin(self._clusters, list(self._selected))
        pen = QPen()
        pen.setCosmetic(True)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        # Qt draws lines of this width seven times as fast as wider ones
        pen.setWidthF(1.0)
        for number in np.flatnonzero(drawn & ~is_selected).tolist():
            pen.setColor(self._colors[number])
            painter.setPen(pen)
            painter.drawPolyline(self._lines[number])
        pen.setWidthF(2.4)
        pen.setColor(SELECTED_COLOR)
        painter.setPen(pen)
        for number in np.flatnonzero(drawn & is_selected).tolist():
            painter.drawPolyline(self._lines[number])
