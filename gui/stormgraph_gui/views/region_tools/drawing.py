"""What all tools that draw a region have in common."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QPainterPath, QPolygonF

from stormgraph_gui.views.region_tools.overlay import Overlay
from stormgraph_gui.views.tool import Button, Modifiers
from stormgraph_py.errors import InputError
from stormgraph_py.roi import Kind, Roi

SMALLEST_DRAG = 4.0
"""Shorter drags, in screen pixels, are taken for a click."""


class DrawingTool(QObject):
    """Draws one region after another until it is ended.

    Attributes
    ----------
    drawn : Signal
        A `Roi` without a name.
    ended : Signal
        The user does not want to draw any more.
    """

    drawn = Signal(object)
    ended = Signal()

    cursor = Qt.CursorShape.CrossCursor
    hint = ""

    def __init__(self, overlay: Overlay, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._overlay = overlay

    def press(self, x_nm: float, y_nm: float, button: Button, modifiers: Modifiers) -> bool:
        """Take that a button was pressed."""
        return False

    def move(self, x_nm: float, y_nm: float, buttons: Button, modifiers: Modifiers) -> bool:
        """Take that the mouse moved."""
        return False

    def release(self, x_nm: float, y_nm: float, button: Button, modifiers: Modifiers) -> bool:
        """Take that a button was released."""
        return False

    def double_click(self, x_nm: float, y_nm: float) -> bool:
        """Take a double click."""
        return False

    def key(self, key: int, modifiers: Modifiers) -> bool:
        """Let Esc first forget what is being drawn, then end the tool."""
        if key != Qt.Key.Key_Escape:
            return False
        if self.is_drawing:
            self.forget()
        else:
            self.ended.emit()
        return True

    def leave(self) -> None:
        """Forget what is being drawn."""
        self.forget()

    @property
    def is_drawing(self) -> bool:
        """Whether a region is begun."""
        raise NotImplementedError

    def forget(self) -> None:
        """Forget what is being drawn."""
        self._overlay.clear()

    def _finish(self, vertices: list[tuple[float, float]], kind: Kind) -> None:
        """Give out a polygon; one without an area is forgotten."""
        self.forget()
        try:
            self.drawn.emit(Roi.polygon(np.array(vertices), kind=kind))
        except InputError:
            return


def open_path(vertices: list[tuple[float, float]]) -> QPainterPath:
    """Return the line through vertices, nm."""
    path = QPainterPath()
    path.addPolygon(QPolygonF([QPointF(x, y) for x, y in vertices]))
    return path


def size_text(width_nm: float, height_nm: float) -> str:
    """Return a width and a height for a label.

    Examples
    --------
    >>> size_text(1200, 80)
    '1200 × 80 nm'
    >>> size_text(12000, 8000)
    '12.00 × 8.00 µm'
    """
    if max(width_nm, height_nm) < 10_000:
        return f"{width_nm:.0f} × {height_nm:.0f} nm"
    return f"{width_nm / 1000:.2f} × {height_nm / 1000:.2f} µm"
