"""A tool that zooms to the rectangle drawn with the mouse."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QGraphicsRectItem

from stormgraph_gui.views.canvas import Canvas
from stormgraph_gui.views.overlay import INK
from stormgraph_gui.views.tool import Button, Modifiers

_Z = 1000.0
_SMALLEST_PIXELS = 5


class ZoomTool:
    """Zooms to a rectangle, and then is put away."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._start: tuple[float, float] | None = None
        self._frame = QGraphicsRectItem()
        pen = QPen(INK, 1.5, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        self._frame.setPen(pen)

    def press(self, x_nm: float, y_nm: float, button: Button, modifiers: Modifiers) -> bool:
        """Begin the rectangle."""
        if button != Qt.MouseButton.LeftButton:
            return False
        self._start = (x_nm, y_nm)
        self._frame.setRect(QRectF(x_nm, y_nm, 0, 0))
        self._canvas.add_layer(self._frame, _Z)
        return True

    def move(self, x_nm: float, y_nm: float, buttons: Button, modifiers: Modifiers) -> bool:
        """Draw the rectangle larger."""
        if self._start is None:
            return False
        x, y = self._start
        self._frame.setRect(QRectF(x, y, x_nm - x, y_nm - y).normalized())
        return True

    def release(self, x_nm: float, y_nm: float, button: Button, modifiers: Modifiers) -> bool:
        """Zoom to the rectangle; one of a few pixels was no more than a click."""
        if self._start is None:
            return False
        (x, y), self._start = self._start, None
        self._canvas.remove_layer(self._frame)
        smallest = _SMALLEST_PIXELS * self._canvas.nm_per_pixel()
        if max(abs(x_nm - x), abs(y_nm - y)) >= smallest:
            self._canvas.show_box(x, y, x_nm, y_nm)
            self._canvas.set_tool(None)
        return True

    def double_click(self, x_nm: float, y_nm: float) -> bool:
        """Do nothing."""
        return True

    def key(self, key: int, modifiers: Modifiers) -> bool:
        """Let go of a rectangle that was begun."""
        if key != Qt.Key.Key_Escape or self._start is None:
            return False
        self.leave()
        return True

    def leave(self) -> None:
        """Take the rectangle away."""
        self._start = None
        self._canvas.remove_layer(self._frame)
