"""The 3-D view with OpenGL."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph.opengl as gl
from PySide6.QtCore import Signal
from PySide6.QtGui import QImage, QMatrix4x4
from PySide6.QtWidgets import QWidget

from stormgraph_gui.models.projection import FIELD_OF_VIEW_DEG, Camera
from stormgraph_gui.views.volume_renderer import BACKGROUND, WALL
from stormgraph_py.arrays import FloatArray


class GLRenderer(gl.GLViewWidget):  # type: ignore[misc]
    """Draws points on the graphics card; see `Renderer`.

    Attributes
    ----------
    broken : Signal
        OpenGL failed, in these words, and nothing more will be seen here.
    """

    name = "OpenGL"
    broken = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("volume gl")
        self._camera = Camera()
        self._is_broken = False
        self._xyz = np.empty((0, 3), dtype=np.float32)
        self._colors = np.empty((0, 4), dtype=np.uint8)
        self._n_moving, self._is_moving = 0, False
        self._points = gl.GLScatterPlotItem(
            pos=np.zeros((1, 3)), size=2.0, pxMode=True, glOptions="opaque"
        )
        self._walls = gl.GLLinePlotItem(
            pos=np.zeros((2, 3)), mode="lines", color=(*(c / 255 for c in WALL), 1.0),
            antialias=True, glOptions="opaque",
        )  # fmt: skip
        self._points.setVisible(False)
        self.addItem(self._walls)
        self.addItem(self._points)
        self.setBackgroundColor(BACKGROUND)

    def widget(self) -> QWidget:
        """Return what is seen."""
        return self

    def show_points(
        self, xyz: npt.NDArray[np.float32], colors: npt.NDArray[np.uint8], n_moving: int
    ) -> None:
        """Draw these points, the first so many of them while the camera moves."""
        self._xyz, self._colors, self._n_moving = xyz, colors, n_moving
        self._put_points()

    def show_view(self, camera: Camera, lines: FloatArray, size: float, is_moving: bool) -> None:
        """Look from there."""
        self._camera = camera
        if is_moving != self._is_moving:
            self._is_moving = is_moving
            if self._n_moving < len(self._xyz):
                self._put_points()
        self._points.setData(size=float(size) * self.devicePixelRatioF())
        self._walls.setData(pos=lines.reshape(-1, 3))
        self.update()

    def picture(self) -> QImage:
        """Return what is seen as an image."""
        image: QImage = self.grabFramebuffer()
        return image

    def viewMatrix(self) -> QMatrix4x4:
        """Return how the scene lies before the eye."""
        camera = self._camera
        matrix = QMatrix4x4()
        matrix.translate(0.0, 0.0, -camera.distance_nm)
        turned = np.eye(4)
        turned[:3, :3] = camera.axes * (1.0, 1.0, camera.z_scale)
        matrix *= QMatrix4x4(turned.ravel().tolist())
        x, y, z = camera.center_nm
        matrix.translate(-x, -y, -z)
        return matrix

    def projectionMatrix(self, region: Any, viewport: Any) -> QMatrix4x4:
        """Return how what lies before the eye comes onto the screen."""
        _, _, width, height = viewport
        distance = self._camera.distance_nm
        half = distance * math.tan(math.radians(FIELD_OF_VIEW_DEG / 2)) / min(width, height)
        right, top = half * width, half * height
        matrix = QMatrix4x4()
        if not self._camera.is_flat:
            near = 0.02 * distance
            share = near / distance
            matrix.frustum(
                -right * share, right * share, -top * share, top * share, near, 50 * distance
            )
        else:
            matrix.ortho(-right, right, -top, top, -50 * distance, 50 * distance)
        return matrix

    def initializeGL(self) -> None:
        """Prepare OpenGL, or say that it cannot be used."""
        # pyqtgraph keeps compiled shaders for good, and this context does not know earlier ones
        for item in (self._points, self._walls):
            type(item)._shaderProgram = None
        try:
            super().initializeGL()
        except Exception as error:
            self._give_up(error)

    def paintGL(self) -> None:
        """Draw everything, or say that it cannot be done."""
        if self._is_broken:
            return
        try:
            super().paintGL()
        except Exception as error:
            self._give_up(error)

    def drawItemTree(self, item: object = None, useItemNames: bool = False) -> None:
        """Draw walls, then points; what goes wrong is not hidden."""
        for one in (self._walls, self._points):
            if one.visible():
                if self.default_vao.isCreated():
                    self.default_vao.bind()
                one.paint()

    def _put_points(self) -> None:
        n = self._n_moving if self._is_moving else len(self._xyz)
        self._points.setVisible(n > 0)
        if n:
            self._points.setData(pos=self._xyz[:n], color=self._colors[:n].astype(np.float32) / 255)

    def _give_up(self, error: Exception) -> None:
        self._is_broken = True
        self.broken.emit(f"{type(error).__name__}: {error}")
