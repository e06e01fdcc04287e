"""Rectangles and ellipses: drawn by dragging from one corner to the other."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt

from stormgraph_gui.views.region_painting import path_of
from stormgraph_gui.views.region_tools.drawing import SMALLEST_DRAG, DrawingTool, size_text
from stormgraph_gui.views.region_tools.overlay import Overlay
from stormgraph_gui.views.tool import Button, Modifiers
from stormgraph_py.roi import Roi


class BoxTool(DrawingTool):
    """Draws rectangles or ellipses.

    Parameters
    ----------
    make : callable
        `Roi.rectangle` or `Roi.ellipse`.
    what : str
        How the shape is called when its sides are equal: "square", "circle".
    overlay : Overlay
        Where it is drawn meanwhile.
    nm_per_pixel : callable
        Tells how much of the sample a screen pixel covers.
    """

    def __init__(
        self,
        make: Callable[..., Roi],
        what: str,
        overlay: Overlay,
        nm_per_pixel: Callable[[], float],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(overlay, parent)
        self._make, self._nm_per_pixel = make, nm_per_pixel
        self._start: tuple[float, float] | None = None
        self.hint = (
            f"Drag from corner to corner. Shift: {what}. Alt: from the centre. Esc: stop drawing."
        )

    @property
    def is_drawing(self) -> bool:
        """Whether a corner is set."""
        return self._start is not None

    def press(self, x_nm: float, y_nm: float, button: Button, modifiers: Modifiers) -> bool:
        """Set the first corner."""
        if button != Qt.MouseButton.LeftButton:
            return False
        self._start = (x_nm, y_nm)
        return True

    def move(self, x_nm: float, y_nm: float, buttons: Button, modifiers: Modifiers) -> bool:
        """Show the region as it would be."""
        if self._start is None:
            return False
        roi = self._roi(x_nm, y_nm, modifiers)
        if roi is None:
            self._overlay.clear()
        else:
            assert roi.box is not None
            self._overlay.show_parts(path_of(roi), label=size_text(*roi.box.size_nm))
        return True

    def release(self, x_nm: float, y_nm: float, button: Button, modifiers: Modifiers) -> bool:
        """Give out the region."""
        if self._start is None or button != Qt.MouseButton.LeftButton:
            return False
        roi = self._roi(x_nm, y_nm, modifiers)
        self.forget()
        if roi is not None:
            self.drawn.emit(roi)
        return True

    def forget(self) -> None:
        """Forget the first corner."""
        self._start = None
        super().forget()

    def _roi(self, x_nm: float, y_nm: float, modifiers: Modifiers) -> Roi | None:
        assert self._start is not None
        x, y = self._start
        width, height = x_nm - x, y_nm - y
        if max(abs(width), abs(height)) < SMALLEST_DRAG * self._nm_per_pixel():
            return None
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            side = max(abs(width), abs(height))
            width, height = math.copysign(side, width), math.copysign(side, height)
        if not width or not height:
            return None
        if modifiers & Qt.KeyboardModifier.AltModifier:
            return self._make((x, y), (2 * abs(width), 2 * abs(height)))
        return self._make((x + width / 2, y + height / 2), (abs(width), abs(height)))
