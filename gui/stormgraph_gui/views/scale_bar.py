"""The scale bar in the lower right corner of the map."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from stormgraph_gui.views.overlay import (
    MARGIN,
    Overlay,
    draw_bar,
    draw_text,
    overlay_font,
    text_width,
)

_SHARE = 0.2
_LONGEST = 240.0
_THICKNESS = 5.0


class ScaleBar(Overlay):
    """A bar of 1, 2 or 5 times a power of ten, and its length in words."""

    def __init__(self) -> None:
        super().__init__()
        self._nm_per_pixel = 1.0

    def set_scale(self, nm_per_pixel: float) -> None:
        """Take that the map is magnified otherwise."""
        self._nm_per_pixel = nm_per_pixel
        self.update()

    @property
    def length_nm(self) -> float:
        """Length that the bar stands for."""
        return nice_length(min(_SHARE * self.area.width(), _LONGEST) * self._nm_per_pixel)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw the bar and its length."""
        if self.area.width() <= 0:
            return
        wide = self.length_nm / self._nm_per_pixel
        right, bottom = self.area.right() - MARGIN, self.area.bottom() - MARGIN
        bar = QRectF(right - wide, bottom - _THICKNESS, wide, _THICKNESS)
        draw_bar(painter, bar)
        text, font = length_text(self.length_nm), overlay_font(bold=True)
        text_wide = text_width(text, font)
        left = min(bar.center().x() - text_wide / 2, right - text_wide)
        draw_text(painter, QPointF(left, bar.top() - 7), text, font)


def nice_length(longest: float) -> float:
    """Return the largest of 1, 2 and 5 times a power of ten that is not above `longest`.

    Examples
    --------
    >>> nice_length(730.0)
    500.0
    """
    power = 10.0 ** math.floor(math.log10(longest))
    return max(step * power for step in (1, 2, 5) if step * power <= longest * (1 + 1e-9))


def length_text(length_nm: float) -> str:
    """Write a length with the unit that suits it.

    Examples
    --------
    >>> length_text(500), length_text(2000), length_text(5e6)
    ('500 nm', '2 µm', '5 mm')
    """
    for unit, size in (("mm", 1e6), ("µm", 1e3)):
        if length_nm >= size:
            return f"{length_nm / size:,g} {unit}"
    return f"{length_nm:g} nm"
