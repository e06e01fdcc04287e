"""Polygons: a click for each vertex."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt

from stormgraph_gui.views.region_tools.drawing import DrawingTool, open_path
from stormgraph_gui.views.region_tools.overlay import Overlay
from stormgraph_gui.views.tool import Button, Modifiers

CLOSING = 9.0
"""So near to the first vertex, in screen pixels, a click closes the polygon."""

_ENDING_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_BACK_KEYS = (Qt.Key.Key_Backspace, Qt.Key.Key_Delete)


class PolygonTool(DrawingTool):
    """Draws polygons.

    Parameters
    ----------
    overlay : Overlay
        Where it is drawn meanwhile.
    nm_per_pixel : callable
        Tells how much of the sample a screen pixel covers.
    """

    hint = (
        "Click for each vertex. Double-click, Enter or a click on the first vertex closes. "
        "Backspace: one back. Esc: stop drawing."
    )

    def __init__(
        self,
        overlay: Overlay,
        nm_per_pixel: Callable[[], float],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(overlay, parent)
        self._nm_per_pixel = nm_per_pixel
        self._vertices: list[tuple[float, float]] = []
        self._pointer = (0.0, 0.0)

    @property
    def is_drawing(self) -> bool:
        """Whether there is a vertex."""
        return bool(self._vertices)

    def press(self, x_nm: float, y_nm: float, button: Button, modifiers: Modifiers) -> bool:
        """Add a vertex, or close."""
        if button == Qt.MouseButton.RightButton and self.is_drawing:
            self._close()
            return True
        if button != Qt.MouseButton.LeftButton:
            return False
        if len(self._vertices) >= 3 and self._is_at_first(x_nm, y_nm):
            self._close()
        else:
            self._vertices.append((x_nm, y_nm))
            self._show(x_nm, y_nm)
        return True

    def move(self, x_nm: float, y_nm: float, buttons: Button, modifiers: Modifiers) -> bool:
        """Show the next edge."""
        if not self.is_drawing:
            return False
        self._show(x_nm, y_nm)
        # without a button the canvas may go on to tell where the cursor is
        return buttons != Qt.MouseButton.NoButton

    def release(self, x_nm: float, y_nm: float, button: Button, modifiers: Modifiers) -> bool:
        """Let no release of a vertex's click go on to the canvas."""
        return button == Qt.MouseButton.LeftButton

    def double_click(self, x_nm: float, y_nm: float) -> bool:
        """Close; the click before has set the last vertex."""
        self._close()
        return True

    def key(self, key: int, modifiers: Modifiers) -> bool:
        """Close, or take the last vertex back."""
        if self.is_drawing and key in _ENDING_KEYS:
            self._close()
            return True
        if self.is_drawing and key in _BACK_KEYS:
            self._vertices.pop()
            self._show(*self._pointer)
            return True
        return super().key(key, modifiers)

    def forget(self) -> None:
        """Forget all vertices."""
        self._vertices = []
        super().forget()

    def _is_at_first(self, x_nm: float, y_nm: float) -> bool:
        distance = math.dist(self._vertices[0], (x_nm, y_nm))
        return distance <= CLOSING * self._nm_per_pixel()

    def _close(self) -> None:
        """Give out the polygon; with fewer than three vertices go on drawing."""
        if len(set(self._vertices)) >= 3:
            self._finish(self._vertices, "polygon")

    def _show(self, x_nm: float, y_nm: float) -> None:
        self._pointer = (x_nm, y_nm)
        if not self._vertices:
            self._overlay.clear()
            return
        closing = len(self._vertices) >= 3 and self._is_at_first(x_nm, y_nm)
        end = self._vertices[0] if closing else self._pointer
        self._overlay.show_parts(
            open_path([*self._vertices, end]),
            circles=self._vertices,
            hot_circle=0 if closing else None,
        )
