"""Freehand outlines: drawn in one stroke."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt

from stormgraph_gui.views.region_tools.drawing import DrawingTool, open_path
from stormgraph_gui.views.region_tools.overlay import Overlay
from stormgraph_gui.views.tool import Button, Modifiers

STEP = 3.0
"""Screen pixels between two vertices of a stroke."""


class FreehandTool(DrawingTool):
    """Draws a region round what the mouse circles; the outline is closed at release.

    Parameters
    ----------
    overlay : Overlay
        Where it is drawn meanwhile.
    nm_per_pixel : callable
        Tells how much of the sample a screen pixel covers.
    """

    hint = "Hold the button and draw round what you want; let go to close. Esc: stop drawing."

    def __init__(
        self,
        overlay: Overlay,
        nm_per_pixel: Callable[[], float],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(overlay, parent)
        self._nm_per_pixel = nm_per_pixel
        self._stroke: list[tuple[float, float]] = []

    @property
    def is_drawing(self) -> bool:
        """Whether the button is held."""
        return bool(self._stroke)

    def press(self, x_nm: float, y_nm: float, button: Button, modifiers: Modifiers) -> bool:
        """Begin."""
        if button != Qt.MouseButton.LeftButton:
            return False
        self._stroke = [(x_nm, y_nm)]
        return True

    def move(self, x_nm: float, y_nm: float, buttons: Button, modifiers: Modifiers) -> bool:
        """Go on."""
        if not self._stroke:
            return False
        if math.dist(self._stroke[-1], (x_nm, y_nm)) >= STEP * self._nm_per_pixel():
            self._stroke.append((x_nm, y_nm))
            self._overlay.show_parts(open_path(self._stroke))
        return True

    def release(self, x_nm: float, y_nm: float, button: Button, modifiers: Modifiers) -> bool:
        """Close."""
        if not self._stroke or button != Qt.MouseButton.LeftButton:
            return False
        stroke = self._stroke
        if len(stroke) >= 3:
            self._finish(stroke, "freehand")
        else:
            self.forget()
        return True

    def forget(self) -> None:
        """Forget the stroke."""
        self._stroke = []
        super().forget()
