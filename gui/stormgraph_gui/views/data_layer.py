"""Keeps the picture of the data up to date with what part of the plane is shown."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QColor

from stormgraph_gui.models.color_maps import color_map
from stormgraph_gui.models.density import Grid
from stormgraph_gui.models.display import Display, DisplayState
from stormgraph_gui.models.outlines import Lines
from stormgraph_gui.models.painting import Picture, Sheet, paint
from stormgraph_gui.models.scene import Scene
from stormgraph_gui.models.workspace import Workspace
from stormgraph_gui.views.canvas import Canvas
from stormgraph_gui.views.canvas_items import OutlinesItem, PictureItem

DATA_Z, OUTLINES_Z = 0.0, 10.0
"""How high the layers of the data lie."""
OVERSCAN = 0.06
"""Share of the view that is drawn beyond its borders, so that moving it uncovers no gap at once."""
BACKGROUND = QColor(10, 10, 12)
"""Behind everything that is not coloured by density."""

_SHORTEST_WAIT_MS = 8


@dataclass(frozen=True)
class Painter:
    """All that a picture of the data depends on; equal ones paint the same."""

    sheets: tuple[Sheet, ...]
    grid: Grid
    state: DisplayState
    ratio: float

    def picture(self) -> Picture | None:
        """Paint the picture; None without data."""
        if not self.sheets:
            return None
        return paint(self.sheets, self.grid, self.state, zoom=self.ratio)


class DataLayer(QObject):
    """Draws the scene on a canvas.

    Attributes
    ----------
    drawn : Signal
        The `Picture` that is shown now, or None.
    """

    drawn = Signal(object)

    def __init__(
        self, canvas: Canvas, scene: Scene, workspace: Workspace, display: Display
    ) -> None:
        super().__init__(canvas)
        self._canvas, self._scene, self._workspace = canvas, scene, workspace
        self._display = display
        self._item, self._outlines = PictureItem(), OutlinesItem()
        canvas.add_layer(self._item, DATA_Z)
        canvas.add_layer(self._outlines, OUTLINES_Z)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.draw)
        self._took_s = 0.0
        canvas.range_changed.connect(self._soon)
        scene.changed.connect(self._soon)
        scene.field_changed.connect(self._take_field)
        display.changed.connect(self._restyle)
        workspace.clusters_changed.connect(self._select)
        self._restyle()

    def draw(self) -> None:
        """Draw the part that is shown now."""
        self._timer.stop()
        begun = time.perf_counter()
        picture = self.picture(self._canvas.devicePixelRatioF())
        self._canvas.set_background(self._background(picture))
        self._item.show_picture(picture)
        self._took_s = time.perf_counter() - begun
        self.drawn.emit(picture)

    def picture(self, ratio: float) -> Picture | None:
        """Paint what is shown with so many pixels for each of the widget, None without data."""
        return self.painter_of(ratio).picture()

    def painter_of(self, ratio: float) -> Painter:
        """Return what paints what is shown now, in any thread and at any time."""
        return Painter(self._scene.sheets, self._grid(ratio), self._display.state, ratio)

    def show_picture(self, picture: Picture | None) -> None:
        """Show another picture until the next one is drawn."""
        self._item.show_picture(picture)

    def show_outlines(self, outlines: Lines) -> None:
        """Show lines around clusters."""
        self._outlines.show_outlines(outlines)
        self._select()

    def _take_field(self, is_other: bool) -> None:
        self._canvas.set_bounds(self._scene.bounds)
        if is_other:
            self._canvas.fit()

    def _soon(self) -> None:
        """Draw once the view rests a little; the longer drawing takes, the longer it waits."""
        if self._canvas.isVisible() and not self._timer.isActive():
            self._timer.start(_SHORTEST_WAIT_MS + round(500 * self._took_s))

    def _restyle(self) -> None:
        self._outlines.setVisible(self._display.state.show_outlines)

    def _select(self) -> None:
        self._outlines.select(self._workspace.clusters)

    def _background(self, picture: Picture | None) -> QColor:
        if picture is not None and self._scene.sheets[-1].coloring.kind == "density":
            red, green, blue = color_map(self._display.state.color_map)[0].tolist()
            return QColor(red, green, blue)
        return BACKGROUND

    def _grid(self, ratio: float) -> Grid:
        box = self._canvas.view_box()
        pixel_nm = self._canvas.nm_per_pixel() / ratio
        n_margin = math.ceil(OVERSCAN * max(box.width, box.height) / pixel_nm)
        return Grid(
            left=box.left - n_margin * pixel_nm,
            low=box.low - n_margin * pixel_nm,
            pixel_nm=pixel_nm,
            n_columns=round(box.width / pixel_nm) + 2 * n_margin,
            n_rows=round(box.height / pixel_nm) + 2 * n_margin,
        )
