"""Where the mouse is in the map, and how many localizations are there, for the status line."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel, QWidget

from stormgraph_gui.models.scene import Scene
from stormgraph_gui.views.canvas import Canvas
from stormgraph_gui.views.scale_bar import length_text, nice_length

RADIUS_PIXELS = 16
"""Around the mouse, at most so far, localizations are counted."""

_WAIT_MS = 30


class Readout(QLabel):
    """Says position, count and cluster under the mouse."""

    def __init__(self, canvas: Canvas, scene: Scene, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("readout")
        self._canvas, self._scene = canvas, scene
        self._at: tuple[float, float] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._say)
        self.setToolTip("Position of the mouse, and the localizations around it")
        canvas.cursor_moved.connect(self._move)
        canvas.cursor_left.connect(self._leave)

    @property
    def radius_nm(self) -> float:
        """Radius within which localizations are counted."""
        return nice_length(RADIUS_PIXELS * self._canvas.nm_per_pixel())

    def _move(self, x_nm: float, y_nm: float) -> None:
        self._at = (x_nm, y_nm)
        if not self._timer.isActive():
            self._timer.start(_WAIT_MS)

    def _leave(self) -> None:
        self._at = None
        self._timer.stop()
        self.clear()

    def _say(self) -> None:
        if self._at is None or self._scene.field is None:
            self.clear()
            return
        x, y = self._at
        digits = 0 if self._canvas.nm_per_pixel() >= 1 else 1
        parts = [f"x {x:,.{digits}f} nm, y {y:,.{digits}f} nm"]
        n = self._scene.count_near(x, y, self.radius_nm)
        plural = "" if n == 1 else "s"
        parts.append(f"{n:,} localization{plural} within {length_text(self.radius_nm)}")
        cluster = self._scene.cluster_near(x, y, self._canvas.nm_per_pixel() * 6)
        if cluster is not None:
            parts.append(f"cluster {cluster}")
        self.setText("   ·   ".join(parts))
