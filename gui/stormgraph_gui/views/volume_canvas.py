"""The points in space, and the mouse and keys that turn them."""

from __future__ import annotations

import dataclasses

import numpy as np
from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from stormgraph_gui.models.projection import (
    MOST_WHILE_MOVING,
    Camera,
    nearest_point,
    project,
)
from stormgraph_gui.models.volume import VolumeScene
from stormgraph_gui.models.volume_axes import labelled_axes, wall_lines
from stormgraph_gui.views.volume_overlay import VolumeOverlay
from stormgraph_gui.views.volume_renderer import Renderer
from stormgraph_gui.views.volume_software import SoftwareRenderer

DEGREES_PER_PIXEL = 0.4
STILL_AFTER_MS = 200
"""All points are drawn when the camera has not moved for so long."""

CLICK_PIXELS = 4
PICK_PIXELS = 9.0
_KEY_DEGREES = 5.0
_KEY_ZOOM = 1.2
_MOST_WHEN_STILL = 2_000_000

_TURNS = {
    Qt.Key.Key_Left: (_KEY_DEGREES, 0.0),
    Qt.Key.Key_Right: (-_KEY_DEGREES, 0.0),
    Qt.Key.Key_Up: (0.0, -_KEY_DEGREES),
    Qt.Key.Key_Down: (0.0, _KEY_DEGREES),
}


class VolumeCanvas(QWidget):
    """Shows a `VolumeScene` through a camera.

    Dragging with the left button turns, with another button or Shift moves, the wheel zooms.

    Attributes
    ----------
    camera_changed : Signal
        The camera is elsewhere.
    picked : Signal
        Cluster that was clicked, None beside all, and whether it is added to those selected.
    """

    camera_changed = Signal()
    picked = Signal(object, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("volume canvas")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(240, 180)
        self.setAccessibleName("3-D view of the localizations")
        self.camera = Camera()
        self.point_size = 2.0
        self._scene: VolumeScene | None = None
        self._wants_fit = False
        self._pressed: QPoint | None = None
        self._last = QPoint()
        self._dragged = False
        self._moving = False
        self._still = QTimer(self, singleShot=True, interval=STILL_AFTER_MS)
        self._still.timeout.connect(self._come_to_rest)
        self.renderer: Renderer = SoftwareRenderer(self)
        self._overlay = VolumeOverlay(self)
        self._place_renderer()

    @property
    def scene_shown(self) -> VolumeScene | None:
        """What is shown."""
        return self._scene

    def use(self, renderer: Renderer) -> None:
        """Let another renderer draw the points from now on."""
        old = self.renderer.widget()
        self.renderer = renderer
        self._place_renderer()
        old.hide()
        old.deleteLater()
        if self._scene is not None:
            self._give_points(self._scene)
        self._look()

    def show_scene(self, scene: VolumeScene, *, fit: bool) -> None:
        """Show points; all of them are brought into view where asked for."""
        self._scene = scene
        self._give_points(scene)
        self._overlay.show_colors(scene.all.color_bar, scene.all.legend)
        if fit:
            self.fit()
            return
        # one of many that follow each other, as when a slab is dragged
        self._moving = len(scene.xyz) > MOST_WHILE_MOVING
        self._still.start()
        self._look()

    def fit(self) -> None:
        """Bring all points into view, from the same direction."""
        self._wants_fit = not self.isVisible()
        if self._scene is not None:
            self.set_camera(self.camera.fitted(self._scene.box, self.width(), self.height()))

    def look_along(self, axis: str | None) -> None:
        """Look along x, y or z, or obliquely for None, at all points."""
        self.camera = self.camera.seen_along(axis)
        self.fit()

    def set_perspective(self, is_perspective: bool) -> None:
        """Let near things look larger, or not."""
        self.set_camera(dataclasses.replace(self.camera, is_perspective=is_perspective))

    def set_z_scale(self, z_scale: float) -> None:
        """Stretch z by a factor."""
        self.set_camera(dataclasses.replace(self.camera, z_scale=z_scale))

    def set_point_size(self, size: float) -> None:
        """Draw points of this diameter, pixels."""
        self.point_size = size
        self._look()

    def set_camera(self, camera: Camera, *, moving: bool = False) -> None:
        """Look from elsewhere; while it moves, fewer points are drawn."""
        self.camera = camera
        self._moving = moving
        if moving:
            self._still.start()
        self._look()
        self.camera_changed.emit()

    def picture(self) -> QImage:
        """Return what is seen, with ticks and colour bar, as an image."""
        image = self.renderer.picture().convertToFormat(QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(self.devicePixelRatioF())
        painter = QPainter(image)
        self._overlay.draw(painter)
        painter.end()
        return image

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a drag."""
        self._pressed = self._last = event.position().toPoint()
        self._dragged = False
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Turn or move the camera."""
        if self._pressed is None:
            return
        at = event.position().toPoint()
        if not self._dragged and (at - self._pressed).manhattanLength() < CLICK_PIXELS:
            return
        self._dragged = True
        step, self._last = at - self._last, at
        shifts = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.buttons() & Qt.MouseButton.LeftButton and not shifts:
            self._turn(-step.x() * DEGREES_PER_PIXEL, step.y() * DEGREES_PER_PIXEL)
        else:
            nm = self.camera.nm_per_pixel(self.width(), self.height())
            self.set_camera(self.camera.panned(-step.x() * nm, step.y() * nm), moving=True)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Select the cluster that was clicked, unless it was a drag."""
        was_click = self._pressed is not None and not self._dragged
        self._pressed = None
        if was_click and event.button() == Qt.MouseButton.LeftButton:
            adds = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
            at = event.position()
            self.picked.emit(self.cluster_at(at.x(), at.y()), bool(event.modifiers() & adds))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Turn about the point that was clicked twice from now on."""
        if self._scene is None:
            return
        index = self._nearest(event.position().x(), event.position().y(), clustered=False)
        if index is not None:
            x, y, z = self._scene.xyz[index].tolist()
            self.set_camera(dataclasses.replace(self.camera, center_nm=(x, y, z)))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom."""
        self.set_camera(self.camera.zoomed(1.0015 ** event.angleDelta().y()), moving=True)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turn with the arrows, zoom with plus and minus, see everything with Home."""
        key = event.key()
        if key in _TURNS:
            self._turn(*_TURNS[Qt.Key(key)])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.set_camera(self.camera.zoomed(_KEY_ZOOM), moving=True)
        elif key == Qt.Key.Key_Minus:
            self.set_camera(self.camera.zoomed(1 / _KEY_ZOOM), moving=True)
        elif key == Qt.Key.Key_Home:
            self.fit()
        else:
            super().keyPressEvent(event)

    def cluster_at(self, x: float, y: float) -> int | None:
        """Return the cluster at a pixel, None where there is none."""
        if self._scene is None or self._scene.labels is None:
            return None
        index = self._nearest(x, y, clustered=True)
        return None if index is None else int(self._scene.labels[index])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fill the widget."""
        super().resizeEvent(event)
        self.renderer.widget().setGeometry(self.rect())
        self._overlay.setGeometry(self.rect())
        if self._wants_fit and self.isVisible():
            self.fit()
        else:
            self._look()

    def showEvent(self, event: QShowEvent) -> None:
        """Bring everything into view, now that the size is known."""
        super().showEvent(event)
        if self._wants_fit:
            self.fit()

    def _turn(self, azimuth_deg: float, elevation_deg: float) -> None:
        self.set_camera(self.camera.orbited(azimuth_deg, elevation_deg), moving=True)

    def _come_to_rest(self) -> None:
        self._moving = False
        self._look()

    def _place_renderer(self) -> None:
        widget = self.renderer.widget()
        widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        widget.setGeometry(self.rect())
        widget.show()
        self._overlay.raise_()

    def _give_points(self, scene: VolumeScene) -> None:
        most = _MOST_WHEN_STILL
        n_moving = min(len(scene.xyz), MOST_WHILE_MOVING)
        self.renderer.show_points(scene.xyz[:most], scene.colors[:most], n_moving)

    def _look(self) -> None:
        scene = self._scene
        if scene is None or self.width() < 2 or self.height() < 2:
            return
        size = self.width(), self.height()
        lines = wall_lines(scene.box, self.camera, *size, scene.origin_nm)
        self.renderer.show_view(self.camera, lines, self.point_size, self._moving)
        self._overlay.show_axes(labelled_axes(scene.box, self.camera, *size, scene.origin_nm))
        self._overlay.show_note(self._note(scene))

    def _note(self, scene: VolumeScene) -> str:
        n = len(scene.xyz)
        seen = min(n, MOST_WHILE_MOVING if self._moving else _MOST_WHEN_STILL)
        n_all = len(scene.all.xyz)
        of = "" if seen == n_all else f" of {n_all:,}"
        return f"{seen:,}{of} localizations"

    def _nearest(self, x: float, y: float, *, clustered: bool) -> int | None:
        scene = self._scene
        if scene is None:
            return None
        mask = (
            scene.labels >= 0
            if clustered and scene.labels is not None
            else np.ones(len(scene.xyz), dtype=bool)
        )
        among = np.flatnonzero(mask)
        pixels, nearness = project(scene.xyz[among], self.camera, self.width(), self.height())
        found = nearest_point(pixels, nearness, (x, y), PICK_PIXELS)
        return None if found is None else int(among[found])
