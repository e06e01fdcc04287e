"""The regions of a data set over the data, with their names."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from stormgraph_gui.models.project import Region
from stormgraph_gui.views.region_painting import (
    draw_label,
    draw_outline,
    label_rect,
    path_of,
    scale_of,
)

MOST_LABELS = 150
"""Names that are drawn at once."""

_MARGIN = 200.0
"""Screen pixels round the regions that names may cover."""


class RegionLayer(QGraphicsItem):
    """Draws regions; the one at hand is highlighted.

    Parameters
    ----------
    nm_per_pixel : callable
        Tells how much of the sample a screen pixel covers.
    """

    def __init__(self, nm_per_pixel: Callable[[], float]) -> None:
        super().__init__()
        self._nm_per_pixel = nm_per_pixel
        self._regions: tuple[Region, ...] = ()
        self._current: str | None = None
        self._paths: dict[str, tuple[Region, QPainterPath]] = {}
        self._bounds = QRectF()
        self.names: list[str] = []

    def show_regions(self, regions: tuple[Region, ...], current: str | None) -> None:
        """Draw these regions from now on."""
        if regions is self._regions and current == self._current:
            return
        self.prepareGeometryChange()
        before, self._paths = self._paths, {}
        self._bounds = QRectF()
        for region in regions:
            known = before.get(region.key)
            path = known[1] if known and known[0].roi is region.roi else path_of(region.roi)
            self._paths[region.key] = region, path
            self._bounds = self._bounds.united(path.boundingRect())
        self._regions, self._current = regions, current
        self.update()

    def view_changed(self) -> None:
        """Take that the canvas shows another range: names keep their size on the screen."""
        self.prepareGeometryChange()

    def boundingRect(self) -> QRectF:
        """Return where regions and names are."""
        if self._bounds.isNull():
            return QRectF()
        margin = _MARGIN * self._nm_per_pixel()
        return self._bounds.adjusted(-margin, -margin, margin, margin)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        """Draw outlines, then names where they do not cover each other."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        current = self._paths.get(self._current) if self._current is not None else None
        for region, path in self._paths.values():
            if region.key != self._current:
                draw_outline(painter, path, current=False)
        if current is not None:
            draw_outline(painter, current[1], current=True)
        self._draw_names(painter, current)
        painter.restore()

    def _draw_names(self, painter: QPainter, current: tuple[Region, QPainterPath] | None) -> None:
        transform = painter.worldTransform()
        scale = scale_of(transform, self._nm_per_pixel())
        painter.resetTransform()
        drawn: list[QRectF] = []
        others = [one for one in self._paths.values() if one[0].key != self._current]
        self.names = []
        for region, path in ([current] if current else []) + others:
            on_screen = transform.mapRect(path.boundingRect())
            rect = label_rect(painter, region.roi.name, on_screen, scale, below=False)
            if any(rect.intersects(one) for one in drawn):
                continue
            draw_label(painter, region.roi.name, rect, scale, current=region.key == self._current)
            drawn.append(rect)
            self.names.append(region.roi.name)
            if len(drawn) == MOST_LABELS:
                break
