"""What the 3-D view asks of whoever draws its points."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from stormgraph_gui.models.projection import Camera
from stormgraph_py.arrays import FloatArray

BACKGROUND = (13, 15, 19)
"""Behind the points, in light and dark alike: colours of data are chosen for black."""

WALL = (70, 76, 86)
"""Lines of the walls of the box."""

INK = (214, 219, 226)
"""Text on the background."""


class Renderer(Protocol):
    """Draws points and lines; positions are nm from the origin of the scene."""

    name: str
    """What the user is told it is."""

    def widget(self) -> QWidget:
        """Return what is seen."""
        ...

    def show_points(
        self, xyz: npt.NDArray[np.float32], colors: npt.NDArray[np.uint8], n_moving: int
    ) -> None:
        """Draw these points, the first so many of them while the camera moves."""
        ...

    def show_view(self, camera: Camera, lines: FloatArray, size: float, is_moving: bool) -> None:
        """Look from there, with lines (m, 2, 3) behind the points and points of a size."""
        ...

    def picture(self) -> QImage:
        """Return what is seen as an image."""
        ...
