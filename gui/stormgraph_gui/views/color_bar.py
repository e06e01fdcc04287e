"""The colour bar, or the list of colours, in the lower left corner of the map."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QLinearGradient, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from stormgraph_gui.models.color_maps import color_map
from stormgraph_gui.models.coloring import Legend
from stormgraph_gui.views.overlay import HALO, MARGIN, Overlay, draw_text, overlay_font, text_width

_WIDE = 160.0
_THICK = 10.0
_STOPS = 33


class ColorBar(Overlay):
    """Says what the colours of the map mean."""

    def __init__(self) -> None:
        super().__init__()
        self._legend: Legend | None = None

    @property
    def legend(self) -> Legend | None:
        """What is said."""
        return self._legend

    def show_legend(self, legend: Legend | None) -> None:
        """Say something else, or nothing."""
        if legend != self._legend:
            self._legend = legend
            self.update()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw the bar or the list."""
        legend = self._legend
        if legend is None or self.area.width() <= 0 or not legend.title:
            return
        left, bottom = self.area.left() + MARGIN, self.area.bottom() - MARGIN
        if legend.color_map is None:
            self._draw_list(painter, legend, left, bottom)
        else:
            self._draw_bar(painter, legend, legend.color_map, left, bottom)

    def _draw_bar(
        self, painter: QPainter, legend: Legend, name: str, left: float, bottom: float
    ) -> None:
        font = overlay_font()
        line = QFontMetricsF(font).height()
        bar = QRectF(left, bottom - line - _THICK - 3, _WIDE, _THICK)
        painter.fillRect(bar.adjusted(-1.5, -1.5, 1.5, 1.5), HALO)
        ramp = QLinearGradient(bar.topLeft(), bar.topRight())
        colors = color_map(name)[legend.first :]
        for stop in range(_STOPS):
            share = stop / (_STOPS - 1)
            ramp.setColorAt(share, QColor(*colors[round(share * (len(colors) - 1))].tolist()))
        painter.fillRect(bar, ramp)
        draw_text(painter, QPointF(left, bar.top() - 7), legend.title, overlay_font(bold=True))
        below = bottom - QFontMetricsF(font).descent()
        draw_text(painter, QPointF(left, below), legend.low, font)
        high_left = max(
            bar.right() - text_width(legend.high, font), left + text_width(legend.low, font) + 12
        )
        draw_text(painter, QPointF(high_left, below), legend.high, font)

    def _draw_list(self, painter: QPainter, legend: Legend, left: float, bottom: float) -> None:
        font = overlay_font()
        metrics = QFontMetricsF(font)
        line = metrics.height() + 3
        top = bottom - line * len(legend.entries)
        draw_text(
            painter,
            QPointF(left, top - metrics.descent() - 3),
            legend.title,
            overlay_font(bold=True),
        )
        for number, (text, color) in enumerate(legend.entries):
            base = top + line * (number + 1) - metrics.descent()
            patch = QRectF(left, base - metrics.ascent() + 3, 12, metrics.ascent() - 3)
            painter.fillRect(patch.adjusted(-1.5, -1.5, 1.5, 1.5), HALO)
            painter.fillRect(patch, QColor(*color))
            draw_text(painter, QPointF(left + 19, base), text, font)
