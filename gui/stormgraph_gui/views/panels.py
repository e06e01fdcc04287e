"""The panels round the views of the data: placed at once, remembered, put back.

Qt can save and restore the state of its docks, but leaves tab bars of earlier groups behind when it
restores them (6.11); so what is remembered here is the side, order and size of each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar, QWidget

LEFT, RIGHT, BOTTOM = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
)
_SIDES = {"left": LEFT, "right": RIGHT, "bottom": BOTTOM}

SMALLEST_PANEL = (200, 90)
"""Width and height to which a panel can be made small, pixels."""

_SHARES = {"left": (0.16, 285, 400), "right": (0.21, 350, 520), "bottom": (0.275, 220, 400)}
"""Share of the window, least and most pixels: the width of panels left and right, the height of
those at the bottom."""


class Panels:
    """The docks of a window.

    Parameters
    ----------
    window : QMainWindow
        Whose docks they are.
    """

    def __init__(self, window: QMainWindow) -> None:
        self._window = window
        self._docks: dict[str, QDockWidget] = {}
        self._first: dict[str, str] = {}
        self._put_away: list[str] = []
        # panels at the sides are tall, those at the bottom are as wide as the view
        window.setCorner(Qt.Corner.BottomLeftCorner, LEFT)
        window.setCorner(Qt.Corner.BottomRightCorner, RIGHT)

    def add(self, name: str, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        """Make a dock; it is placed by `place`."""
        dock = QDockWidget(title, self._window)
        dock.setObjectName(f"dock {name}")
        # one made small is cut off at its edge, and never makes the window larger than a screen
        widget.setMinimumSize(*SMALLEST_PANEL)
        dock.setWidget(widget)
        self._docks[name] = dock
        self._first[name] = _side_of(area)
        return dock

    def show(self, name: str) -> None:
        """Open a panel and bring its tab to the front."""
        self._docks[name].show()
        self._docks[name].raise_()

    def clear_bottom(self) -> None:
        """Put the panels at the bottom away for a while; what is remembered does not change."""
        if self._put_away:
            return
        front = ""
        for name, dock in self._docks.items():
            at_bottom = self._window.dockWidgetArea(dock) == BOTTOM and not dock.isFloating()
            if at_bottom and not dock.isHidden():
                self._put_away.append(name)
                front = front if dock.visibleRegion().isEmpty() else name
        # the one to the front comes last, and so is to the front again
        self._put_away.sort(key=lambda name: name == front)
        for name in self._put_away:
            self._docks[name].hide()

    def fill_bottom(self) -> None:
        """Bring back what was put away."""
        names, self._put_away = self._put_away, []
        for name in names:
            self.show(name)

    def raise_open(self, name: str) -> None:
        """Bring the tab of a panel to the front, unless the panel is closed."""
        dock = self._docks[name]
        if dock.toggleViewAction().isChecked():
            dock.raise_()

    def place(self, state: Mapping[str, Any] | None = None) -> None:
        """Put all panels where they were remembered to be, else where they belong at first.

        Parameters
        ----------
        state : mapping, optional
            What `state` returned; what it does not know, or wrongly, is left out.
        """
        self._put_away = []
        known = state if isinstance(state, Mapping) else {}
        sides = self._first | {
            name: side
            for name, side in _mapping(known.get("sides")).items()
            if name in self._docks and side in _SIDES
        }
        hidden = _names(known.get("hidden"))
        fronts = _names(known.get("fronts")) or self._first_fronts()
        layout = self._window.layout()
        assert layout is not None
        # all at once: one by one Qt makes a tab bar for each step
        layout.setEnabled(False)
        for side, area in _SIDES.items():
            docks = [dock for name, dock in self._docks.items() if sides[name] == side]
            for dock in docks:
                dock.setFloating(False)
                self._window.removeDockWidget(dock)
            for dock in docks[:1]:
                self._window.addDockWidget(area, dock)
            for before, dock in pairwise(docks):
                self._window.tabifyDockWidget(before, dock)
        layout.setEnabled(True)
        for name, dock in self._docks.items():
            dock.setVisible(name not in hidden)
        sizes = self._first_sizes() | {
            side: size
            for side, size in _mapping(known.get("sizes")).items()
            if side in _SIDES and isinstance(size, int) and 50 <= size <= 10_000
        }
        fronts = [name for name in fronts if name in self._docks and name not in hidden]
        self._finish(sides, sizes, fronts)
        # tabs of a window that was not shown yet cannot be brought to the front
        QTimer.singleShot(0, self._window, lambda: self._finish(sides, sizes, fronts))

    def _finish(
        self, sides: Mapping[str, str], sizes: Mapping[str, int], fronts: Sequence[str]
    ) -> None:
        """Bring panels to the front and give sides their sizes."""
        for name in fronts:
            self._docks[name].raise_()
        for side in _SIDES:
            docks = [dock for name, dock in self._docks.items() if sides[name] == side]
            way = Qt.Orientation.Vertical if side == "bottom" else Qt.Orientation.Horizontal
            self._window.resizeDocks(docks, [sizes[side]] * len(docks), way)
        self._hide_old_tabs()

    def state(self) -> dict[str, Any]:
        """Return where the panels are, ready for JSON."""
        sides, sizes, fronts, hidden = {}, self._first_sizes(), [], []
        for name, dock in self._docks.items():
            area = self._window.dockWidgetArea(dock)
            side = _side_of(area) if area in _SIDES.values() else self._first[name]
            sides[name] = side
            is_away = name in self._put_away
            if dock.isHidden() and not is_away and not self._window.tabifiedDockWidgets(dock):
                hidden.append(name)
            if not dock.visibleRegion().isEmpty() and not dock.isFloating():
                fronts.append(name)
                sizes[side] = dock.width()
                if side == "bottom":
                    sizes[side] = dock.height() + self._height_of_tabs(dock)
        fronts += [name for name in self._put_away[-1:] if sides[name] == "bottom"]
        return {"sides": sides, "sizes": sizes, "fronts": fronts, "hidden": hidden}

    def _tab_bars(self) -> list[QTabBar]:
        """Return the tab bars of groups of panels, oldest first."""
        here = Qt.FindChildOption.FindDirectChildrenOnly
        return [bar for bar in self._window.findChildren(QTabBar, options=here) if bar.count()]

    def _hide_old_tabs(self) -> None:
        """Hide the tab bars that Qt leaves where it has made new ones."""
        newest: dict[str, QTabBar] = {}
        for bar in self._tab_bars():
            for name in map(bar.tabText, range(bar.count())):
                if name in newest:
                    newest[name].hide()
                newest[name] = bar

    def _height_of_tabs(self, dock: QDockWidget) -> int:
        """Return the height of the tabs over a panel."""
        for bar in self._tab_bars():
            if bar.isVisible() and dock.windowTitle() in map(bar.tabText, range(bar.count())):
                return bar.height()
        return 0

    def _first_sizes(self) -> dict[str, int]:
        """Return the width or height of each side at first, larger in a larger window."""
        sizes = {}
        for side, (share, least, most) in _SHARES.items():
            whole = self._window.height() if side == "bottom" else self._window.width()
            sizes[side] = min(max(round(share * whole), least), most)
        return sizes

    def _first_fronts(self) -> list[str]:
        """Return the panel of each side that is to the front at first."""
        firsts: dict[str, str] = {}
        for name, side in self._first.items():
            firsts.setdefault(side, name)
        return list(firsts.values())


def _side_of(area: Qt.DockWidgetArea) -> str:
    return next(side for side, one in _SIDES.items() if one == area)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _names(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
