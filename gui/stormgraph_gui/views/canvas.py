"""The canvas: a part of the plane in nm that the mouse moves, with layers drawn over each other."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QResizeEvent,
    QShowEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGraphicsItem,
    QGraphicsRectItem,
    QGraphicsScene,
    QGraphicsView,
    QWidget,
)

from stormgraph_gui.models.density import Box
from stormgraph_gui.views.overlay import Overlay
from stormgraph_gui.views.tool import Tool

WHEEL_STEP = 1.25
"""Zoom of one notch of the wheel."""
KEY_STEP = 0.2
"""Share of the view by which an arrow key moves it."""

_SMALLEST_NM_PER_PIXEL = 0.01
_LARGEST_NM_PER_PIXEL = 1e6
_MARGIN = 0.03
_OVERLAY_Z = 1e6
_EMPTY = Box(0.0, 0.0, 1000.0, 1000.0)
_ARROWS = {
    Qt.Key.Key_Left: (-KEY_STEP, 0.0),
    Qt.Key.Key_Right: (KEY_STEP, 0.0),
    Qt.Key.Key_Up: (0.0, -KEY_STEP),
    Qt.Key.Key_Down: (0.0, KEY_STEP),
}


class Canvas(QGraphicsView):
    """Shows layers in nm: x to the right, y downwards, as reports and cameras do.

    The wheel zooms at the mouse, dragging moves the view; with a tool in hand, the tool is asked
    first, and the middle button still moves the view.

    Attributes
    ----------
    cursor_moved : Signal
        Position of the mouse, nm.
    cursor_left : Signal
        The mouse is not over the canvas any more.
    clicked : Signal
        Position of a click of the left button that no tool took, nm, and the modifier keys.
    double_clicked : Signal
        The same for a double click, without keys.
    menu_requested : Signal
        Position of a click of the right button that no tool took, nm, and on the screen.
    range_changed : Signal
        Another part of the plane is shown, or the canvas came to the front.
    tool_changed : Signal
        The tool now, or None.
    """

    cursor_moved = Signal(float, float)
    cursor_left = Signal()
    clicked = Signal(float, float, object)
    double_clicked = Signal(float, float)
    menu_requested = Signal(float, float, object)
    range_changed = Signal()
    tool_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("canvas")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(160, 120)
        self.setAccessibleName("Map of the localizations")
        scene = QGraphicsScene(self)
        scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.setScene(scene)
        self._ground = QGraphicsRectItem()
        self._ground.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents)
        scene.addItem(self._ground)
        self._overlays: list[Overlay] = []
        self._bounds: Box | None = None
        self._center = QPointF(500.0, 500.0)
        self._nm_per_pixel = 1.0
        self._is_fitted = True
        self._tool: Tool | None = None
        self._pressed_at: QPoint | None = None
        self._dragged_to: QPoint | None = None
        self.set_background(QColor(Qt.GlobalColor.black))
        self._show_cursor()

    # --- layers

    def add_layer(self, item: QGraphicsItem, z: float) -> None:
        """Draw an item whose coordinates are nm; items with a larger z lie above."""
        item.setParentItem(self._ground)
        item.setZValue(z)

    def add_overlay(self, item: Overlay) -> None:
        """Draw an item above all layers whose coordinates are pixels of the canvas."""
        item.setZValue(_OVERLAY_Z)
        item.set_area(QRectF(self.viewport().rect()))
        self._overlays.append(item)
        self.scene().addItem(item)

    def remove_layer(self, item: QGraphicsItem) -> None:
        """Take an item away that was added."""
        if item.scene() is self.scene():
            self.scene().removeItem(item)

    def set_background(self, color: QColor) -> None:
        """Colour the canvas where nothing is drawn."""
        self.setBackgroundBrush(color)

    # --- what part of the plane is shown

    def nm_per_pixel(self) -> float:
        """Return how much of the plane a pixel of the widget covers."""
        return self._nm_per_pixel

    def view_box(self) -> Box:
        """Return the part of the plane that is shown."""
        half_x = self.viewport().width() / 2 * self._nm_per_pixel
        half_y = self.viewport().height() / 2 * self._nm_per_pixel
        x, y = self._center.x(), self._center.y()
        return Box(x - half_x, y - half_y, x + half_x, y + half_y)

    def set_bounds(self, bounds: Box | None) -> None:
        """Say where the data lie: what `fit` shows."""
        self._bounds = bounds
        if self._is_fitted:
            self.fit()

    def fit(self) -> None:
        """Show all data."""
        box = self._bounds or _EMPTY
        self.show_box(box.left, box.low, box.right, box.high)
        self._is_fitted = True

    def show_box(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """Show a rectangle, nm, with a small margin."""
        width, height = abs(x1 - x0), abs(y1 - y0)
        share = 1 - 2 * _MARGIN
        scale = max(
            width / max(share * self.viewport().width(), 1),
            height / max(share * self.viewport().height(), 1),
        )
        self._look_at(QPointF((x0 + x1) / 2, (y0 + y1) / 2), scale or self._nm_per_pixel)

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Magnify by a factor, with a point of the widget, or the middle, staying in place."""
        middle = QPointF(self.viewport().width() / 2, self.viewport().height() / 2)
        off = (at or middle) - middle
        scale = self._bounded(self._nm_per_pixel / factor)
        self._look_at(self._center + off * (self._nm_per_pixel - scale), scale)

    def pan(self, x_nm: float, y_nm: float) -> None:
        """Move the view over the plane."""
        self._look_at(self._center + QPointF(x_nm, y_nm), self._nm_per_pixel)

    def to_nm(self, position: QPoint | QPointF) -> tuple[float, float]:
        """Return where in the plane a point of the widget is."""
        box = self.view_box()
        return (
            box.left + position.x() * self._nm_per_pixel,
            box.low + position.y() * self._nm_per_pixel,
        )

    def to_widget(self, x_nm: float, y_nm: float) -> QPoint:
        """Return where in the widget a point of the plane is."""
        box = self.view_box()
        return QPointF(
            (x_nm - box.left) / self._nm_per_pixel, (y_nm - box.low) / self._nm_per_pixel
        ).toPoint()

    def _bounded(self, nm_per_pixel: float) -> float:
        return min(max(nm_per_pixel, _SMALLEST_NM_PER_PIXEL), _LARGEST_NM_PER_PIXEL)

    def _look_at(self, center: QPointF, nm_per_pixel: float) -> None:
        self._center, self._nm_per_pixel = center, self._bounded(nm_per_pixel)
        self._is_fitted = False
        self._place()

    def _place(self) -> None:
        box, scale = self.view_box(), 1 / self._nm_per_pixel
        self._ground.setTransform(QTransform.fromScale(scale, scale).translate(-box.left, -box.low))
        self.range_changed.emit()

    # --- tools

    @property
    def tool(self) -> Tool | None:
        """What takes mouse and keys first."""
        return self._tool

    def set_tool(self, tool: Tool | None) -> None:
        """Put a tool into the user's hand, or none."""
        if tool is self._tool:
            return
        before, self._tool = self._tool, tool
        if before is not None:
            before.leave()
        self._show_cursor()
        self.tool_changed.emit(tool)

    def _show_cursor(self) -> None:
        if self._dragged_to is not None:
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._tool is not None:
            self.viewport().setCursor(self._tool.cursor)
        else:
            self.viewport().setCursor(Qt.CursorShape.ArrowCursor)

    # --- mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Let the tool have it, or begin a click or a drag."""
        event.accept()
        at, button = event.position().toPoint(), event.button()
        if button == Qt.MouseButton.MiddleButton:
            self._pressed_at = self._dragged_to = at
            self._show_cursor()
            return
        if self._tool is not None and self._tool.press(*self.to_nm(at), button, event.modifiers()):
            self._show_cursor()
            return
        if button == Qt.MouseButton.LeftButton:
            self._pressed_at = at
        elif button == Qt.MouseButton.RightButton:
            self.menu_requested.emit(*self.to_nm(at), event.globalPosition().toPoint())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the view, or let the tool have it."""
        event.accept()
        at = event.position().toPoint()
        if self._pressed_at is not None and self._dragged_to is None:
            far = (at - self._pressed_at).manhattanLength()
            if far >= QApplication.startDragDistance():
                self._dragged_to = self._pressed_at
                self._show_cursor()
        if self._dragged_to is not None:
            step = self._dragged_to - at
            self._dragged_to = at
            self.pan(step.x() * self._nm_per_pixel, step.y() * self._nm_per_pixel)
        elif self._tool is not None:
            self._tool.move(*self.to_nm(at), event.buttons(), event.modifiers())
            self._show_cursor()
        self.cursor_moved.emit(*self.to_nm(at))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag, or say that it was a click."""
        event.accept()
        at = event.position().toPoint()
        if self._pressed_at is None:
            if self._tool is not None:
                self._tool.release(*self.to_nm(at), event.button(), event.modifiers())
                self._show_cursor()
            return
        was_drag = self._dragged_to is not None
        self._pressed_at = self._dragged_to = None
        self._show_cursor()
        if not was_drag and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(*self.to_nm(at), event.modifiers())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Let the tool have it, or pass it on."""
        event.accept()
        if event.button() != Qt.MouseButton.LeftButton:
            return
        at = self.to_nm(event.position())
        if self._tool is None or not self._tool.double_click(*at):
            self.double_clicked.emit(*at)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the mouse."""
        event.accept()
        self.zoom(WHEEL_STEP ** (event.angleDelta().y() / 120), event.position())

    def viewportEvent(self, event: QEvent) -> bool:
        """Zoom by two fingers on a touch pad, and notice that the mouse left."""
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self.zoom(1 + event.value(), event.position())
            return True
        if event.type() == QEvent.Type.Leave:
            self.cursor_left.emit()
        return bool(super().viewportEvent(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let the tool have it; arrows move the view, Escape puts the tool away."""
        event.accept()
        key = Qt.Key(event.key())
        if self._tool is not None and self._tool.key(key, event.modifiers()):
            self._show_cursor()
        elif key in _ARROWS:
            box, (x, y) = self.view_box(), _ARROWS[key]
            self.pan(x * box.width, y * box.height)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(WHEEL_STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / WHEEL_STEP)
        elif key == Qt.Key.Key_Escape and self._tool is not None:
            self.set_tool(None)
        else:
            event.ignore()

    def showEvent(self, event: QShowEvent) -> None:
        """Say that what was not drawn while the canvas was hidden is to be drawn."""
        super().showEvent(event)
        self.range_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep what is shown in the middle, or all of it when all was shown."""
        super().resizeEvent(event)
        self.setSceneRect(QRectF(self.viewport().rect()))
        for overlay in self._overlays:
            overlay.set_area(self.sceneRect())
        if self._is_fitted:
            self.fit()
        else:
            self._place()
