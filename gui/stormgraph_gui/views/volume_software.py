"""The 3-D view without OpenGL: points are projected and painted into an image by numpy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QLineF
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from stormgraph_gui.models.projection import Camera, paint_points, project
from stormgraph_gui.views.volume_renderer import BACKGROUND, WALL
from stormgraph_py.arrays import FloatArray


class SoftwareRenderer(QWidget):
    """Draws points in the processor; see `Renderer`."""

    name = "software"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("volume software")
        self._xyz = np.empty((0, 3), dtype=np.float32)
        self._colors = np.empty((0, 4), dtype=np.uint8)
        self._n_moving = 0
        self._camera = Camera()
        self._lines: FloatArray = np.empty((0, 2, 3))
        self._size, self._is_moving = 2.0, False
        self._image: QImage | None = None

    def widget(self) -> QWidget:
        """Return what is seen."""
        return self

    def show_points(
        self, xyz: npt.NDArray[np.float32], colors: npt.NDArray[np.uint8], n_moving: int
    ) -> None:
        """Draw these points, the first so many of them while the camera moves."""
        self._xyz, self._colors, self._n_moving = xyz, colors, n_moving
        self._image = None
        self.update()

    def show_view(self, camera: Camera, lines: FloatArray, size: float, is_moving: bool) -> None:
        """Look from there."""
        self._camera, self._lines, self._size = camera, lines, size
        self._is_moving = is_moving
        self._image = None
        self.update()

    def picture(self) -> QImage:
        """Return what is seen as an image."""
        ratio = self.devicePixelRatioF()
        width, height = round(self.width() * ratio), round(self.height() * ratio)
        image = QImage(max(width, 1), max(height, 1), QImage.Format.Format_RGB32)
        image.fill(QColor(*BACKGROUND))
        self._paint_lines(image, ratio)
        n = self._n_moving if self._is_moving else len(self._xyz)
        pixels, nearness = project(self._xyz[:n], self._camera, image.width(), image.height())
        canvas = np.asarray(image.bits()).reshape(image.height(), image.width(), 4)
        # Qt keeps a pixel as one number, on all machines of today blue, green, red, strength
        colors = self._colors[:n, [2, 1, 0, 3]]
        paint_points(canvas, pixels, nearness, colors, max(1, round(self._size * ratio)))
        image.setDevicePixelRatio(ratio)
        return image

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the image, which is made when it is first needed."""
        if self._image is None:
            self._image = self.picture()
        painter = QPainter(self)
        painter.drawImage(0, 0, self._image)
        painter.end()

    def _paint_lines(self, image: QImage, ratio: float) -> None:
        ends, _ = project(self._lines.reshape(-1, 3), self._camera, image.width(), image.height())
        lines = [
            QLineF(*map(float, pair))
            for pair in ends.reshape(-1, 4)
            if np.isfinite(pair).all() and np.abs(pair).max() < 1e6
        ]
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(*WALL), ratio))
        painter.drawLines(lines)
        painter.end()

    def resizeEvent(self, event: object) -> None:
        """Make another image."""
        self._image = None
