"""The map of the localizations: canvas, panel, clicks, export."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from stormgraph_gui.controllers.outlining import Outlining
from stormgraph_gui.controllers.viewing import Viewing
from stormgraph_gui.models.coloring import Legend
from stormgraph_gui.models.density import Box
from stormgraph_gui.models.outdated import OUT_OF_DATE, Outdated
from stormgraph_gui.models.painting import Picture
from stormgraph_gui.models.scene import Scene
from stormgraph_gui.signals import QObject
from stormgraph_gui.views.canvas import WHEEL_STEP, Canvas
from stormgraph_gui.views.choose_file import ask_where_to_save
from stormgraph_gui.views.color_bar import ColorBar
from stormgraph_gui.views.data_layer import DataLayer, Painter
from stormgraph_gui.views.picture_file import ENLARGED, as_png, as_svg, paint_map
from stormgraph_gui.views.readout import Readout
from stormgraph_gui.views.scale_bar import ScaleBar
from stormgraph_gui.views.zoom_tool import ZoomTool

if TYPE_CHECKING:
    from stormgraph_gui.app import StormGraphApp

FILE_KINDS = ("PNG picture, 300 dpi (*.png)", "SVG drawing (*.svg)")
"""Files that a picture can be saved as."""
CLICK_PIXELS = 8.0
"""A click selects the cluster of a localization that is at most so far away."""


def install(app: StormGraphApp) -> None:
    """Put the feature into the app."""
    scene = Scene(app.workspace, app.display, app)
    canvas = Canvas()
    layer = DataLayer(canvas, scene, app.workspace, app.display)
    app.window.add_page("viewer", "2-D", canvas)
    app.window.statusBar().addPermanentWidget(Readout(canvas, scene))
    app.provided["viewer"] = canvas
    app.provided["scene"] = scene
    _Map(app, canvas, scene, layer)


class _Map(QObject):
    """Joins the canvas with what is shown on it."""

    def __init__(self, app: StormGraphApp, canvas: Canvas, scene: Scene, layer: DataLayer) -> None:
        super().__init__(app)
        self._app, self._canvas, self._display, self._layer = app, canvas, app.display, layer
        self._scene = scene
        self._viewing = Viewing(app.workspace, scene, app.activity, self)
        self._outlining = Outlining(app.workspace, app.display, scene, app.reader, self)
        self._outlining.traced.connect(layer.show_outlines)
        self._outdated = Outdated(app.document, app.workspace, self)
        self._scale_bar, self._color_bar = ScaleBar(), ColorBar()
        canvas.add_overlay(self._scale_bar)
        canvas.add_overlay(self._color_bar)
        canvas.range_changed.connect(self._rescale)
        canvas.clicked.connect(self._click)
        canvas.double_clicked.connect(self._double_click)
        layer.drawn.connect(self._show_legend)
        self._outdated.changed.connect(self._mark_legend)
        app.display.changed.connect(self._restyle)
        self._add_actions(app)
        self._rescale()
        self._show_legend(None)

    def _add_actions(self, app: StormGraphApp) -> None:
        add = app.window.add_action
        add("View", "&Fit to window", self._canvas.fit, "F", "Show all localizations")
        add("View", "Zoom &in", self._zoom_in, "Ctrl++", "Magnify the middle of the map")
        add("View", "Zoom &out", self._zoom_out, "Ctrl+-", "Show more of the map")
        tip = "Draw a rectangle in the map, and see it closer"
        add("View", "Zoom to a &rectangle", self._take_zoom_tool, "Z", tip)
        tip = "See the selected clusters closer"
        add("View", "Zoom to &selected clusters", self._zoom_to_selection, "Shift+F", tip)
        app.window.menu("View").addSeparator()
        tip = "Save the map as it is seen, with its scale bar, for slides (PNG) or figures (SVG)"
        add("View", "Save &picture of the map...", self._ask_for_picture, "Ctrl+Shift+P", tip)

    def _zoom_in(self) -> None:
        self._canvas.zoom(WHEEL_STEP)

    def _zoom_out(self) -> None:
        self._canvas.zoom(1 / WHEEL_STEP)

    def _take_zoom_tool(self) -> None:
        self._canvas.set_tool(ZoomTool(self._canvas))

    def _zoom_to_selection(self) -> None:
        self._show(self._viewing.box_of_selection())

    def _ask_for_picture(self) -> None:
        ask_where_to_save(
            self._canvas,
            "Save picture of the map",
            self._proposed_name(),
            ";;".join(FILE_KINDS),
            self._save_picture,
        )

    def _save_picture(self, path: Path) -> None:
        """Save the map as it is now; what takes long is done in threads."""
        paint = self._layer.painter_of(ENLARGED)
        self._scene.aside.do(
            "paint the map", paint.picture, lambda picture: self._painted(path, paint, picture)
        )

    def _painted(self, path: Path, paint: Painter, picture: Picture | None) -> None:
        now = self._layer.painter_of(ENLARGED)
        if now != paint:
            # the view was moved meanwhile: the file shows what the user sees
            picture = now.picture()
        if path.suffix.lower() == ".svg":
            content = as_svg(self._canvas, self._layer, picture)
            self._viewing.save_picture(str(path), lambda: content)
        else:
            image = paint_map(self._canvas, self._layer, picture)
            self._viewing.save_picture(str(path), lambda: as_png(image))

    def _proposed_name(self) -> str:
        key = self._app.workspace.data_set
        name = "map" if key is None else Path(self._app.document.project.data_set(key).name).stem
        return str(Path.home() / f"{name}.png")

    def _click(self, x_nm: float, y_nm: float, keys: Qt.KeyboardModifier) -> None:
        adding = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        radius = CLICK_PIXELS * self._canvas.nm_per_pixel()
        self._viewing.click(x_nm, y_nm, radius, add=bool(keys & adding))

    def _double_click(self, x_nm: float, y_nm: float) -> None:
        radius = CLICK_PIXELS * self._canvas.nm_per_pixel()
        self._show(self._viewing.box_of_cluster(x_nm, y_nm, radius))

    def _show(self, box: Box | None) -> None:
        if box is not None:
            self._canvas.show_box(box.left, box.low, box.right, box.high)

    def _rescale(self) -> None:
        self._scale_bar.set_scale(self._canvas.nm_per_pixel())

    def _restyle(self) -> None:
        self._scale_bar.setVisible(self._display.state.show_scale_bar)

    def _show_legend(self, picture: object) -> None:
        self._legend: Legend | None = getattr(picture, "legend", None)
        self._mark_legend()
        self._scale_bar.setVisible(self._legend is not None and self._display.state.show_scale_bar)

    def _mark_legend(self) -> None:
        """Say so beside clusters that are out of date."""
        legend = self._legend
        if legend is not None and legend.shows_result and self._outdated.changes:
            legend = replace(legend, title=f"{legend.title}, {OUT_OF_DATE}")
        self._color_bar.show_legend(legend)
