"""Keeps the picture of the data up to date with what part of the plane is shown."""

from __future__ import annotations

import math
import time

import numpy as np
from PySide6.QtCore import QObject, QTimer

from stormgraph_gui.models.color_maps import color_map
from stormgraph_gui.models.density import Grid, Plane
from stormgraph_gui.models.display import Display
from stormgraph_gui.models.workspace import Workspace
from stormgraph_gui.views.canvas import Canvas
from stormgraph_gui.views.canvas_items import PictureItem

OVERSCAN = 0.15
"""Share of the view that is drawn beyond its borders, so that moving it uncovers no gap at once."""


class DataLayer(QObject):
    """Draws the current data set on a canvas."""

    def __init__(self, canvas: Canvas, workspace: Workspace, display: Display) -> None:
        super().__init__(canvas)
        self._canvas, self._workspace, self._display = canvas, workspace, display
        self._plane: Plane | None = None
        self._item = PictureItem()
        canvas.add_layer(self._item, 0)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.draw)
        self._took_s = 0.0
        canvas.range_changed.connect(self._soon)
        display.changed.connect(self._soon)
        workspace.current_changed.connect(self._take)
        workspace.loaded_changed.connect(self._take)

    def _take(self) -> None:
        loaded = self._workspace.current
        empty = loaded is None or len(loaded.localizations) == 0
        self._plane = None if empty or loaded is None else Plane(loaded.localizations.xy)
        self._canvas.set_bounds(None if self._plane is None else self._plane.bounds)
        self.draw()

    def _soon(self) -> None:
        """Draw once the view rests; later where drawing takes longer."""
        if not self._timer.isActive():
            self._timer.start(round(15 + 1000 * self._took_s))

    def draw(self) -> None:
        """Draw the part that is shown now."""
        self._timer.stop()
        if self._plane is None:
            self._item.show_picture(None, None)
            return
        begun = time.perf_counter()
        state, grid = self._display.state, self._grid()
        counts = self._plane.pixels(grid).counts()
        met = counts[counts > 0]
        top = float(np.quantile(np.repeat(met, met), state.contrast[1])) if met.size else 1.0
        share = np.clip(counts / top, 0, 1) ** state.gamma
        pixels = np.full((*counts.shape, 4), 255, dtype=np.uint8)
        pixels[..., :3] = color_map(state.color_map)[(share * 255).astype(np.intp)]
        self._item.show_picture(pixels, grid.box)
        self._took_s = time.perf_counter() - begun

    def _grid(self) -> Grid:
        box = self._canvas.view_box()
        pixel_nm = self._canvas.nm_per_pixel() / self._canvas.devicePixelRatioF()
        margin = OVERSCAN * max(box.width, box.height)
        n_margin = math.ceil(margin / pixel_nm)
        return Grid(
            left=box.left - n_margin * pixel_nm,
            low=box.low - n_margin * pixel_nm,
            pixel_nm=pixel_nm,
            n_columns=round(box.width / pixel_nm) + 2 * n_margin,
            n_rows=round(box.height / pixel_nm) + 2 * n_margin,
        )
