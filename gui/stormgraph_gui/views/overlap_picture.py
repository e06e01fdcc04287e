"""The clusters of two colours over each other."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import shapely
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import (
    QGraphicsItem,
    QGraphicsPathItem,
    QLabel,
    QStyleOptionGraphicsItem,
    QVBoxLayout,
    QWidget,
)
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from stormgraph_gui.models.density import Box
from stormgraph_gui.models.overlap import Comparison, Selected
from stormgraph_gui.views.canvas import Canvas
from stormgraph_gui.views.plot_style import faded
from stormgraph_gui.views.scale_bar import ScaleBar
from stormgraph_gui.views.volume_renderer import INK
from stormgraph_py.arrays import FloatArray
from stormgraph_py.report.overlap_analysis import Channel

COLORS = ("#56b4e9", "#f0a81e", "#ffffff")
"""Colours of the first channel, the second and both, on black as all pictures of data; readers with
any colour vision tell them apart."""

MARK = "#ff4d6d"
"""Outline of the cluster that stands out."""

_MOST_DOTS = 20_000
_FILL = 0.5
_DOTS_BELOW = 4.0
"""Localizations of clusters are drawn up to this many nm a pixel; farther away they would hide
the shapes."""


class DotsItem(QGraphicsItem):
    """Points of one colour, as large on the screen at any magnification."""

    def __init__(self, points: FloatArray, color: QColor, size: float) -> None:
        super().__init__()
        step = max(1, -(-len(points) // _MOST_DOTS))
        shown = points[::step]
        self._points = QPolygonF([QPointF(x, y) for x, y in shown[:, :2].tolist()])
        self._place = self._points.boundingRect().adjusted(-1, -1, 1, 1)
        self._pen = QPen(color, size)
        self._pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        self._pen.setCosmetic(True)

    def boundingRect(self) -> QRectF:
        """Return where the points lie, nm."""
        return self._place

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw them."""
        painter.setPen(self._pen)
        painter.drawPoints(self._points)


class OverlapPicture(QWidget):
    """Shapes and localizations of both channels, what both cover, and a key to the colours.

    Attributes
    ----------
    picked : Signal
        A cluster that was clicked, (0 or 1 for the channel, number), or None.
    """

    picked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("overlap picture")
        self.canvas = Canvas()
        self.canvas.setObjectName("overlap canvas")
        self.canvas.setAccessibleName("Clusters of both channels")
        self.canvas.setToolTip("Drag to move, wheel to zoom, click a cluster to see its partners")
        self.canvas.clicked.connect(self._clicked)
        self.canvas.range_changed.connect(self._rescale)
        self._scale_bar = ScaleBar()
        self._scale_bar.setVisible(False)
        self.canvas.add_overlay(self._scale_bar)
        self.key = QLabel()
        self.key.setObjectName("overlap key")
        self.key.setTextFormat(Qt.TextFormat.RichText)
        self.key.setWordWrap(True)
        self.key.setMargin(4)
        self.key.setAutoFillBackground(True)
        on_black = QPalette(self.key.palette())
        on_black.setColor(QPalette.ColorRole.Window, QColor(Qt.GlobalColor.black))
        on_black.setColor(QPalette.ColorRole.WindowText, QColor(*INK))
        self.key.setPalette(on_black)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.key)
        layout.addWidget(self.canvas, 1)
        self._items: list[QGraphicsItem] = []
        self._close_up: list[QGraphicsItem] = []
        self._mark: QGraphicsPathItem | None = None
        self._comparison: Comparison | None = None

    def show_comparison(self, comparison: Comparison | None) -> None:
        """Draw a comparison, or nothing."""
        self._comparison = comparison
        self._draw()
        bounds = None
        if comparison is not None:
            plane = np.concatenate(
                [one.analysis.localizations.xy for one in comparison.analysis.channels]
            )
            (left, low), (right, high) = plane.min(axis=0).tolist(), plane.max(axis=0).tolist()
            bounds = Box(left, low, right, high)
        self.canvas.set_bounds(bounds)
        self.canvas.fit()

    def show_selected(self, selected: Selected | None, *, into_view: bool) -> None:
        """Outline a cluster, and bring it into view where it is not."""
        if self._mark is not None:
            self.canvas.remove_layer(self._mark)
            self._mark = None
        if selected is None or self._comparison is None:
            return
        channel = self._comparison.analysis.channels[selected[0]]
        shape = self._outline(channel, selected[1])
        mark = QGraphicsPathItem(_path([shape]))
        pen = QPen(QColor(MARK), 3)
        pen.setCosmetic(True)
        mark.setPen(pen)
        self.canvas.add_layer(mark, 20)
        self._mark = mark
        if into_view:
            left, low, right, high = shape.bounds
            box = self.canvas.view_box()
            inside = box.left <= left and right <= box.right and box.low <= low and high <= box.high
            if not inside or right - left < box.width / 40:
                room = 1.5 * max(right - left, high - low, 100.0)
                self.canvas.show_box(left - room, low - room, right + room, high + room)

    def _draw(self) -> None:
        for item in self._items:
            self.canvas.remove_layer(item)
        self._items.clear()
        self._close_up.clear()
        self._scale_bar.setVisible(self._comparison is not None)
        if self._comparison is None:
            self.key.setText("")
            return
        colors = [QColor(name) for name in COLORS]
        analysis = self._comparison.analysis
        for channel, color in zip(analysis.channels, colors, strict=False):
            self._draw_channel(channel, color)
        if analysis.dimensions == 2:
            self._add(_filled(self._comparison.shared, colors[2], 0.85), 3)
        else:
            for channel in analysis.channels:
                shared = channel.inside_other & (channel.analysis.result.labels >= 0)
                self._dots(channel.analysis.localizations.xy[shared], colors[2], 3.0, 5)
        border = QGraphicsPathItem(_path([analysis.region.outline]))
        pen = QPen(QColor(*INK).darker(160), 1, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        border.setPen(pen)
        self._add(border, 6)
        both = "both" if analysis.dimensions == 2 else "inside clusters of both"
        texts = (*analysis.names, both)
        self.key.setText(
            " &nbsp;&nbsp; ".join(
                f"<span style='color:{color.name()}'>■</span> {_escaped(text)}"
                for color, text in zip(colors, texts, strict=True)
            )
            + " &nbsp;&nbsp; <span style='color:gray'>- - border of the region</span>"
        )

    def _draw_channel(self, channel: Channel, color: QColor) -> None:
        plane, labels = channel.analysis.localizations.xy, channel.analysis.result.labels
        self._dots(plane[labels < 0], faded(color, 0.6), 1.5, 1)
        if channel.clusters.dimensions == 2:
            self._add(_filled(channel.clusters.polygons, color, _FILL), 2)
        self._dots(plane[labels >= 0], color, 2.5, 4)
        self._close_up.append(self._items[-1])
        self._show_dots()

    def _dots(self, points: FloatArray, color: QColor, size: float, z: float) -> None:
        self._add(DotsItem(points, color, size), z)

    def _rescale(self) -> None:
        self._scale_bar.set_scale(self.canvas.nm_per_pixel())
        self._show_dots()

    def _show_dots(self) -> None:
        for item in self._close_up:
            item.setVisible(self.canvas.nm_per_pixel() < _DOTS_BELOW)

    def _add(self, item: QGraphicsItem, z: float) -> None:
        self.canvas.add_layer(item, z)
        self._items.append(item)

    def _outline(self, channel: Channel, cluster: int) -> BaseGeometry:
        clusters = channel.clusters
        index = int(np.searchsorted(clusters.cluster, cluster))
        if clusters.dimensions == 2 and not clusters.polygons[index].is_empty:
            shape: BaseGeometry = clusters.polygons[index]
            return shape
        points = clusters.points[clusters.owner == index, :2]
        hull: BaseGeometry = shapely.MultiPoint(points).convex_hull.buffer(5.0)
        return hull

    def _clicked(self, x_nm: float, y_nm: float, _keys: object) -> None:
        if self._comparison is None:
            return
        at = shapely.Point(x_nm, y_nm)
        reach = 5 * self.canvas.nm_per_pixel()
        best = None
        for which, channel in enumerate(self._comparison.analysis.channels):
            clusters = channel.clusters
            if not len(clusters):
                continue
            near = np.argsort(np.hypot(*(clusters.centroids[:, :2] - (x_nm, y_nm)).T))[:30]
            for index in near.tolist():
                number = int(clusters.cluster[index])
                shape = self._outline(channel, number)
                gap = shape.distance(at)
                # of several at that place the smaller one, which the larger would hide
                if gap <= reach and (best is None or (gap, shape.area) < best[0]):
                    best = (gap, shape.area), (which, number)
        self.picked.emit(None if best is None else best[1])


def _path(shapes: Iterable[BaseGeometry]) -> QPainterPath:
    path = QPainterPath()
    for shape in shapes:
        for part in shapely.get_parts(shape):
            if part.geom_type != "Polygon" or part.is_empty:
                continue
            turned = orient(part)
            for ring in (turned.exterior, *turned.interiors):
                corners = [QPointF(x, y) for x, y in shapely.get_coordinates(ring).tolist()]
                path.addPolygon(QPolygonF(corners))
                path.closeSubpath()
    return path


def _filled(shapes: Iterable[BaseGeometry], color: QColor, share: float) -> QGraphicsPathItem:
    path = _path(shapes)
    # clusters may lie on each other, and holes run the other way around
    path.setFillRule(Qt.FillRule.WindingFill)
    item = QGraphicsPathItem(path)
    item.setBrush(faded(color, share))
    pen = QPen(color, 1)
    pen.setCosmetic(True)
    item.setPen(pen)
    return item


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
