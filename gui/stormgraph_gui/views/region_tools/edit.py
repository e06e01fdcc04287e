"""Changing regions with the mouse: choose, move, resize, turn, and edit vertices."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, Signal

from stormgraph_gui.models.project import Region
from stormgraph_gui.models.region_shapes import (
    Vertex,
    box_point,
    frame,
    framed,
    moved,
    region_at,
    resized,
    vertices,
    with_new_vertex,
    with_vertex,
    without_vertex,
)
from stormgraph_gui.views.region_tools.drawing import size_text
from stormgraph_gui.views.region_tools.handles import (
    REACH,
    SIDES,
    Edge,
    Grip,
    Inside,
    Side,
    Turn,
    can_have_vertices,
    grip_at,
    has_vertices,
    turning_place,
)
from stormgraph_gui.views.region_tools.overlay import Overlay
from stormgraph_gui.views.tool import Button, Modifiers
from stormgraph_py.errors import InputError
from stormgraph_py.roi import Roi

NUDGE_NM, FAR_NUDGE_NM = 10.0, 100.0
"""What arrow keys shift by, without and with Shift."""

TURN_STEP_DEG = 15.0
"""Angles that turning keeps to with Shift."""

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_CURSORS = {
    Turn: Qt.CursorShape.PointingHandCursor,
    Vertex: Qt.CursorShape.PointingHandCursor,
    Edge: Qt.CursorShape.CrossCursor,
    Inside: Qt.CursorShape.SizeAllCursor,
}


class EditTool(QObject):
    """Changes the region at hand, and lets others be chosen.

    Attributes
    ----------
    chosen : Signal
        Key of the region that was pressed upon.
    reshaped : Signal
        Key of the region that is being changed, and its `Roi` now.
    released : Signal
        The change is complete.
    abandoned : Signal
        The change is to be forgotten.
    nudged : Signal
        Shift along x and y by the arrow keys, nm.
    menu_wanted : Signal
        Key of the region that was pressed upon with the right button.
    ended : Signal
        The user does not want to change regions any more.
    """

    chosen = Signal(str)
    reshaped = Signal(str, object)
    released = Signal()
    abandoned = Signal()
    nudged = Signal(float, float)
    menu_wanted = Signal(str)
    ended = Signal()

    cursor = Qt.CursorShape.ArrowCursor
    hint = (
        "Drag a region to move it, its handles to resize or turn it. Click an edge of a polygon "
        "for a new vertex, Alt+click a vertex to remove it. Double-click: vertices or box."
    )

    def __init__(
        self,
        overlay: Overlay,
        nm_per_pixel: Callable[[], float],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._overlay, self._nm_per_pixel = overlay, nm_per_pixel
        self._is_used = False
        self._regions: tuple[Region, ...] = ()
        self._current: Region | None = None
        self._by_vertices: dict[str, bool] = {}
        self._grip: Grip | None = None
        self._hot: Grip | None = None
        self._from = (0.0, 0.0)
        self._before: Roi | None = None
        self._has_moved = False
        self._has_inserted = False
        self._vertex: Vertex | None = None

    def show_regions(self, regions: tuple[Region, ...], current: str | None) -> None:
        """Take what can be chosen and what is at hand."""
        before = self._current
        self._regions = regions
        self._current = next((one for one in regions if one.key == current), None)
        if self._current is None or before is None or before.key != self._current.key:
            # what was held belongs to another region
            self._let_go()
            self._vertex = self._hot = None
        self._show()

    def use(self) -> None:
        """Take that the canvas uses the tool from now on."""
        self._is_used = True
        self._show()

    def leave(self) -> None:
        """Take that another tool is used from now on."""
        self._is_used = False
        self._let_go()
        self._overlay.clear()

    def view_changed(self) -> None:
        """Take that the canvas shows another range: the handle that turns keeps its distance."""
        if self._is_used:
            self._show()

    @property
    def is_by_vertices(self) -> bool:
        """Whether the region at hand shows its vertices, or the handles of its box."""
        if self._current is None or not can_have_vertices(self._current.roi):
            return False
        return self._by_vertices.get(self._current.key, has_vertices(self._current.roi))

    def press(self, x_nm: float, y_nm: float, button: Button, modifiers: Modifiers) -> bool:
        """Take hold of the region at hand, or choose another and take hold of that."""
        if button == Qt.MouseButton.RightButton:
            found = self._region_at(x_nm, y_nm)
            if found is not None:
                self.chosen.emit(found.key)
                self.menu_wanted.emit(found.key)
            return found is not None
        if button != Qt.MouseButton.LeftButton:
            return False
        grip = self._grip_at(x_nm, y_nm)
        if grip is None or isinstance(grip, Inside):
            # of regions that lie in each other a press chooses the smallest
            found = self._region_at(x_nm, y_nm)
            if found is None:
                return False
            if self._current is None or found.key != self._current.key:
                self.chosen.emit(found.key)
            grip = Inside()
        if self._current is None:
            return True
        self._from, self._before, self._has_moved = (x_nm, y_nm), self._current.roi, False
        self._grip = grip
        self._has_inserted = isinstance(grip, Edge)
        self._vertex = grip if isinstance(grip, Vertex) else None
        if isinstance(grip, Vertex) and modifiers & Qt.KeyboardModifier.AltModifier:
            self.remove_vertex()
            self._grip = None
        elif isinstance(grip, Edge):
            self._insert(grip)
        self._show()
        return True

    def move(self, x_nm: float, y_nm: float, buttons: Button, modifiers: Modifiers) -> bool:
        """Drag what is held; without a button show what would be."""
        if self._grip is None or self._before is None or self._current is None:
            self._hover(x_nm, y_nm)
            return False
        far = math.dist(self._from, (x_nm, y_nm)) > 2 * self._nm_per_pixel()
        if not (self._has_moved or far):
            return True
        self._has_moved = True
        try:
            roi = self._changed(x_nm, y_nm, modifiers)
        except InputError:
            # a region without an area: the last one that had some stays
            return True
        self.reshaped.emit(self._current.key, roi)
        return True

    def release(self, x_nm: float, y_nm: float, button: Button, modifiers: Modifiers) -> bool:
        """Let go."""
        if self._grip is None or button != Qt.MouseButton.LeftButton:
            return False
        self._let_go()
        self.released.emit()
        self._show()
        return True

    def double_click(self, x_nm: float, y_nm: float) -> bool:
        """Change between vertices and the handles of the box."""
        if self._current is None or self._grip_at(x_nm, y_nm) is None:
            return False
        if can_have_vertices(self._current.roi) and not self._has_inserted:
            self._by_vertices[self._current.key] = not self.is_by_vertices
            self._vertex = self._hot = None
            self._show()
        return True

    def key(self, key: int, modifiers: Modifiers) -> bool:
        """Shift by arrow keys, forget a drag or end by Esc."""
        if key in _ARROWS and self._current is not None and self._grip is None:
            step = FAR_NUDGE_NM if modifiers & Qt.KeyboardModifier.ShiftModifier else NUDGE_NM
            dx, dy = _ARROWS[Qt.Key(key)]
            self.nudged.emit(dx * step, dy * step)
            return True
        if key != Qt.Key.Key_Escape:
            return False
        if self._grip is not None:
            self._let_go()
            self.abandoned.emit()
        else:
            self.ended.emit()
        return True

    def remove_vertex(self) -> bool:
        """Remove the vertex that was pressed last; tells whether there was one."""
        if not self._is_used or self._vertex is None or self._current is None:
            return False
        vertex, self._vertex, self._hot = self._vertex, None, None
        try:
            roi = without_vertex(self._current.roi, vertex)
        except InputError:
            # a triangle stays one
            return True
        self.reshaped.emit(self._current.key, roi)
        self.released.emit()
        return True

    def _insert(self, edge: Edge) -> None:
        """Add a vertex where an edge was pressed, and hold it."""
        assert self._current is not None
        roi = with_new_vertex(self._current.roi, edge.at, self._from)
        self._grip = self._vertex = edge.at
        self.reshaped.emit(self._current.key, roi)
        self._before = roi

    def _changed(self, x_nm: float, y_nm: float, modifiers: Modifiers) -> Roi:
        """Return the region as it was at the press, with what is held where the mouse is."""
        assert self._before is not None
        before, box = self._before, frame(self._before)
        dx, dy = x_nm - self._from[0], y_nm - self._from[1]
        is_shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        match self._grip:
            case Side(u, v):
                x, y = box_point(box, u, v)
                is_alt = bool(modifiers & Qt.KeyboardModifier.AltModifier)
                to = (x + dx, y + dy)
                return framed(
                    before,
                    resized(box, (u, v), to, keep_ratio=is_shift, from_center=is_alt),
                )
            case Turn():
                return framed(before, replace(box, angle_deg=self._angle(x_nm, y_nm, is_shift)))
            case Vertex() as vertex:
                ring = before.polygons[vertex.polygon][vertex.ring]
                x, y = ring[vertex.place].tolist()
                return with_vertex(before, vertex, (x + dx, y + dy))
            case _:
                if is_shift:
                    # along one axis
                    dx, dy = (dx, 0.0) if abs(dx) >= abs(dy) else (0.0, dy)
                return moved(before, dx, dy)

    def _angle(self, x_nm: float, y_nm: float, is_stepped: bool) -> float:
        assert self._before is not None
        box = frame(self._before)
        x, y = box.center_nm
        first = math.atan2(self._from[1] - y, self._from[0] - x)
        angle = box.angle_deg + math.degrees(math.atan2(y_nm - y, x_nm - x) - first)
        if is_stepped:
            angle = round(angle / TURN_STEP_DEG) * TURN_STEP_DEG
        return (angle + 180) % 360 - 180

    def _let_go(self) -> None:
        self._grip, self._before, self._has_moved = None, None, False

    def _grip_at(self, x_nm: float, y_nm: float) -> Grip | None:
        if self._current is None:
            return None
        return grip_at(
            self._current.roi,
            (x_nm, y_nm),
            self._nm_per_pixel(),
            by_vertices=self.is_by_vertices,
        )

    def _region_at(self, x_nm: float, y_nm: float) -> Region | None:
        reach = REACH * self._nm_per_pixel()
        return region_at(self._regions, (x_nm, y_nm), reach, inside=True)

    def _hover(self, x_nm: float, y_nm: float) -> None:
        hot = self._grip_at(x_nm, y_nm)
        if hot is None and self._region_at(x_nm, y_nm) is not None:
            hot = Inside()
        self.cursor = self._cursor(hot)
        if hot != self._hot:
            self._hot = hot
            self._show()

    def _cursor(self, grip: Grip | None) -> Qt.CursorShape:
        if isinstance(grip, Side) and self._current is not None:
            return _side_cursor(grip, frame(self._current.roi).angle_deg)
        return _CURSORS.get(type(grip), Qt.CursorShape.ArrowCursor)

    def _show(self) -> None:
        """Draw handles where they are now."""
        if not self._is_used:
            return
        if self._current is None:
            self._overlay.clear()
            return
        roi = self._current.roi
        turn = turning_place(roi, self._nm_per_pixel())
        stem = (box_point(frame(roi), 0, -1), turn)
        marked = self._grip or self._hot
        if self.is_by_vertices:
            places, at = vertices(roi)
            hot = self._vertex if self._vertex is not None else marked
            self._overlay.show_parts(
                circles=[turn, *map(tuple, at.tolist())],
                hot_circle=_place(hot, [Turn(), *places]),
                stem=stem,
                label=self._label(roi),
            )
        else:
            box = frame(roi)
            self._overlay.show_parts(
                squares=[box_point(box, u, v) for u, v in SIDES],
                hot_square=_place(marked, [Side(u, v) for u, v in SIDES]),
                circles=[turn],
                hot_circle=_place(marked, [Turn()]),
                stem=stem,
                label=self._label(roi),
            )

    def _label(self, roi: Roi) -> str:
        """Return what is changing, while it is."""
        if not self._has_moved:
            return ""
        box = frame(roi)
        if isinstance(self._grip, Side):
            return size_text(*box.size_nm)
        if isinstance(self._grip, Turn) and roi.box is not None:
            return f"{box.angle_deg:.1f}°"
        return ""


def _place(one: Grip | None, among: list[Grip]) -> int | None:
    return among.index(one) if one in among else None


def _side_cursor(side: Side, angle_deg: float) -> Qt.CursorShape:
    """Return the arrow along which a handle is pulled."""
    direction = (math.degrees(math.atan2(side.v, side.u)) + angle_deg) % 180
    shapes = (
        Qt.CursorShape.SizeHorCursor,
        Qt.CursorShape.SizeFDiagCursor,
        Qt.CursorShape.SizeVerCursor,
        Qt.CursorShape.SizeBDiagCursor,
    )
    return shapes[round(direction / 45) % 4]
