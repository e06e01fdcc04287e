"""Dragging across a diagram picks a range of its x axis."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent

from stormgraph_gui.views.plot import Plot
from stormgraph_gui.views.plot_style import ACCENT, faded, plot_color

LEAST_DRAG_PX = 4
"""A shorter drag is a click."""


class RangePicker(QObject):
    """Lets the left button draw a band over a diagram.

    Attributes
    ----------
    picked : Signal
        Ends of the range. After a click without a drag the lower one is infinite: nothing is in
        the range.
    """

    picked = Signal(float, float)

    def __init__(self, plot: Plot) -> None:
        super().__init__(plot)
        self._plot = plot
        self._begin: QPointF | None = None
        self._band = pg.LinearRegionItem(movable=False)
        color = plot_color(ACCENT, plot.palette())
        self._band.setBrush(faded(color, 0.2))
        for line in self._band.lines:
            line.setPen(pg.mkPen(color))
        self._band.hide()
        plot.graph.addItem(self._band, ignoreBounds=True)
        viewport = plot.graph.viewport()
        viewport.setCursor(Qt.CursorShape.CrossCursor)
        viewport.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the left button."""
        if not isinstance(event, QMouseEvent):
            return False
        kind, left = event.type(), Qt.MouseButton.LeftButton
        if kind == QEvent.Type.MouseButtonPress and event.button() == left:
            self._begin = event.position()
            return True
        if self._begin is None:
            return False
        if kind == QEvent.Type.MouseMove and event.buttons() & left:
            self._band.setRegion([self._at(self._begin), self._at(event.position())])
            self._band.show()
            return True
        if kind == QEvent.Type.MouseButtonRelease and event.button() == left:
            begin, self._begin = self._begin, None
            self._band.hide()
            if abs(event.position().x() - begin.x()) < LEAST_DRAG_PX:
                self.picked.emit(float("inf"), float("inf"))
                return True
            ends = (self._at(begin), self._at(event.position()))
            self.picked.emit(*(self._plot.from_axis(end) for end in sorted(ends)))
            return True
        return False

    def _at(self, position: QPointF) -> float:
        """Return where along the axis a place on the screen is."""
        scene = self._plot.graph.mapToScene(position.toPoint())
        return float(self._plot.graph.getViewBox().mapSceneToView(scene).x())
