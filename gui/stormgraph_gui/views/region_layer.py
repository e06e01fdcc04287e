"""The regions of a data set over the data, with their names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from stormgraph_gui.models.project import Region
from stormgraph_gui.views.region_painting import (
    draw_label,
    draw_outline,
    draw_thin,
    label_rect,
    path_of,
    scale_of,
)
from stormgraph_py.roi import Roi

MANY = 80
"""Of more regions in view than these, lines are thin and only names that fit are drawn."""

MOST_LABELS = 150
"""Names that are drawn at once."""

_MARGIN = 200.0
"""Screen pixels round the regions that names may cover."""


@dataclass(frozen=True)
class _Drawn:
    """A region with its outline and the point that its name stands at."""

    region: Region
    path: QPainterPath
    top: QPointF

    @property
    def has_upright_sides(self) -> bool:
        """Whether it is a rectangle that is not turned."""
        roi = self.region.roi
        return roi.kind == "rectangle" and roi.box is not None and roi.box.angle_deg == 0


class RegionLayer(QGraphicsItem):
    """Draws regions; the one at hand is highlighted.

    Parameters
    ----------
    nm_per_pixel : callable
        Tells how much of the sample a screen pixel covers.
    """

    def __init__(self, nm_per_pixel: Callable[[], float]) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self._nm_per_pixel = nm_per_pixel
        self._regions: tuple[Region, ...] = ()
        self._current: str | None = None
        self._paths: dict[str, _Drawn] = {}
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
            if known is not None and known.region.roi is region.roi:
                drawn = replace(known, region=region)
            else:
                drawn = _Drawn(region, path_of(region.roi), _top(region.roi))
            self._paths[region.key] = drawn
            self._bounds = self._bounds.united(drawn.path.boundingRect())
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
        seen = option.exposedRect
        current = self._paths.get(self._current) if self._current is not None else None
        others = [
            one
            for one in self._paths.values()
            if one is not current and one.path.boundingRect().intersects(seen)
        ]
        are_many = len(others) > MANY
        for one in others:
            if are_many:
                draw_thin(painter, one.path)
            else:
                draw_outline(painter, one.path, current=False)
        if current is not None:
            draw_outline(painter, current.path, current=True)
        self._draw_names(painter, [current] if current else [], others, only_fitting=are_many)
        painter.restore()

    def _draw_names(
        self,
        painter: QPainter,
        current: list[_Drawn],
        others: list[_Drawn],
        *,
        only_fitting: bool,
    ) -> None:
        transform = painter.worldTransform()
        scale = scale_of(transform, self._nm_per_pixel())
        painter.resetTransform()
        drawn: list[QRectF] = []
        self.names = []
        for one in current + others:
            name = one.region.roi.name
            on_screen = transform.mapRect(one.path.boundingRect())
            rect = label_rect(painter, name, scale)
            if one.has_upright_sides and _fits(rect, on_screen):
                # inside, where it cannot be taken for the name of a tile beside it
                rect.moveTopLeft(on_screen.topLeft() + QPointF(6, 6) * scale)
            else:
                rect.moveBottomLeft(transform.map(one.top) + QPointF(6, -5) * scale)
            too_wide = only_fitting and drawn and rect.width() > on_screen.width()
            if too_wide or any(rect.intersects(one) for one in drawn):
                continue
            draw_label(painter, name, rect, scale, current=one.region.key == self._current)
            drawn.append(rect)
            self.names.append(name)
            if len(drawn) == MOST_LABELS:
                break


def _fits(label: QRectF, around: QRectF) -> bool:
    return label.width() * 1.2 < around.width() and label.height() * 2 < around.height()


def _top(roi: Roi) -> QPointF:
    """Return the uppermost vertex of a region, the left one of several."""
    vertices = np.concatenate([rings[0] for rings in roi.polygons])
    x, y = vertices[np.lexsort(vertices.T)[0]].tolist()
    return QPointF(x, y)
