"""Joins the parts of one feature: regions of interest."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QCursor

from stormgraph_gui.controllers.regions import RegionsController
from stormgraph_gui.features.region_questions import RegionQuestions
from stormgraph_gui.models.project import Region
from stormgraph_gui.models.region_counts import RegionCounts
from stormgraph_gui.models.region_shapes import framed, region_at
from stormgraph_gui.views.region_icons import icon
from stormgraph_gui.views.region_layer import RegionLayer
from stormgraph_gui.views.region_list import RegionList
from stormgraph_gui.views.region_tool_bar import RegionToolBar
from stormgraph_gui.views.region_tools.box import BoxTool
from stormgraph_gui.views.region_tools.drawing import DrawingTool
from stormgraph_gui.views.region_tools.edit import EditTool
from stormgraph_gui.views.region_tools.freehand import FreehandTool
from stormgraph_gui.views.region_tools.handles import REACH
from stormgraph_gui.views.region_tools.overlay import Overlay
from stormgraph_gui.views.region_tools.polygon import PolygonTool
from stormgraph_py.boxes import Box
from stormgraph_py.roi import Roi

if TYPE_CHECKING:
    from stormgraph_gui.app import StormGraphApp

LAYER_Z, OVERLAY_Z = 50.0, 60.0
"""Regions lie over the data and the clusters, handles over them."""

DUPLICATE_PIXELS = 20
"""How far a duplicate lies beside the region, screen pixels."""


class RegionsFeature(QObject):
    """The regions of the data set that is looked at: drawn, listed, changed, read and written.

    Attributes
    ----------
    controller : RegionsController
        Does what the user asks.
    counts : RegionCounts
        How many localizations are in each region.
    list : RegionList
        The panel at the left.
    edit_tool : EditTool
        Changes regions with the mouse.
    questions : RegionQuestions
        What is asked in dialogs.
    drawing_tools : dict of str to DrawingTool
        By the name of the shape.
    """

    def __init__(self, app: StormGraphApp) -> None:
        super().__init__(app)
        self._app, self._window = app, app.window
        self._canvas: Any = app.provided["viewer"]
        self.controller = RegionsController(
            app.document, app.workspace, app.activity, app.reader, self
        )
        self.counts = RegionCounts(app.document, app.workspace, self)
        self.list = RegionList(app.document, app.workspace, self.counts)
        app.window.add_dock("regions", "Regions", self.list, Qt.DockWidgetArea.LeftDockWidgetArea)
        self.questions = RegionQuestions(app, self.controller, self._chosen)
        self._add_layers()
        self._add_tools()
        self._add_actions()
        self._connect()
        self._follow()

    # --- what others call

    def load_from(self, path: str) -> None:
        """Load the regions of a file; ask for the size of a pixel where it is needed."""
        self.questions.load_from(path)

    def use_tool(self, name: str | None) -> None:
        """Put a tool into the user's hand: "select", a shape, or none."""
        tool = None if name is None else self._tools[name]
        self._window.show_page("viewer")
        if tool is not None:
            self._window.show_dock("regions")
            self._app.display.set(show_regions=True)
        self._canvas.set_tool(tool)
        self._canvas.setFocus()

    # --- putting it together

    def _add_layers(self) -> None:
        canvas = self._canvas
        self.layer = RegionLayer(canvas.nm_per_pixel)
        self.overlay = Overlay(canvas.nm_per_pixel)
        canvas.add_layer(self.layer, LAYER_Z)
        canvas.add_layer(self.overlay, OVERLAY_Z)

    def _add_tools(self) -> None:
        scale, overlay = self._canvas.nm_per_pixel, self.overlay
        self.edit_tool = EditTool(overlay, scale, self)
        self.drawing_tools: dict[str, DrawingTool] = {
            "rectangle": BoxTool(Roi.rectangle, "square", overlay, scale, self),
            "ellipse": BoxTool(Roi.ellipse, "circle", overlay, scale, self),
            "polygon": PolygonTool(overlay, scale, self),
            "freehand": FreehandTool(overlay, scale, self),
        }
        self._tools: dict[str, Any] = {"select": self.edit_tool, **self.drawing_tools}
        self.tool_bar = RegionToolBar(self._window)
        self._tool_actions: dict[str, QAction] = {}
        for name, text, key, tip in (
            ("select", "&Select and change", "V", "Choose, move, resize and turn regions"),
            ("rectangle", "&Rectangle", "R", "Draw a rectangle"),
            ("ellipse", "&Ellipse", "E", "Draw an ellipse"),
            ("polygon", "&Polygon", "P", "Draw a polygon, a click for each vertex"),
            ("freehand", "&Lasso", "L", "Draw round what you want, freehand"),
        ):
            toggle = partial(self._toggle_tool, name)
            action = self._window.add_action("Region", text, toggle, key, f"{tip} ({key})")
            action.setObjectName(f"tool {name}")
            action.setIcon(icon(name))
            action.setCheckable(True)
            self._tool_actions[name] = action
        self.tool_bar.add_tools(list(self._tool_actions.values()))
        self._window.addToolBar(self.tool_bar)
        self._window.menu("Region").addSeparator()

    def _add_actions(self) -> None:
        self._rename = self._action("Re&name", self.rename, "F2", "Give it another name")
        self._duplicate = self._action(
            "D&uplicate", self.duplicate, "Ctrl+D", "Copy the selected regions beside them",
            "duplicate", everywhere=True,
        )  # fmt: skip
        self._delete = self._action(
            "&Delete", self.delete, "Del", "Delete the selected regions", "delete"
        )
        self._up = self._action(
            "&Move up", lambda: self._move(-1), "Alt+Up", "Move up in the list", "up"
        )
        self._down = self._action(
            "Move do&wn", lambda: self._move(1), "Alt+Down", "Move down in the list", "down"
        )
        self._window.menu("Region").addSeparator()
        self._tile = self._action(
            "Make &tiles...", self.questions.ask_tiles, "Ctrl+T",
            "Cut the region, or the whole field, into squares", "tiles", everywhere=True,
        )  # fmt: skip
        self._copy = self._action(
            "&Copy to other data sets...", self.questions.ask_copy, None,
            "Put copies at the same place in other files", "copy",
        )  # fmt: skip
        self._field = self._action(
            "Whole &field", lambda: self.controller.look_at(None), None, "Look at all data"
        )
        self._window.menu("Region").addSeparator()
        self._load = self._action(
            "L&oad regions...", self.questions.ask_load, None,
            "Load regions: GeoJSON, ImageJ .roi and .zip, Picasso, locan", "open",
        )  # fmt: skip
        self._save = self._action(
            "Sa&ve regions...",
            self.questions.ask_save,
            None,
            "Save the selected regions, or all, as GeoJSON",
            "save",
        )
        self.list.add_actions(
            [
                [self._duplicate, self._delete, self._up, self._down],
                [self._tile, self._copy],
                [self._load, self._save],
            ]
        )
        self.list.table.addAction(self._rename)
        self._canvas.addActions([self._delete, self._rename])

    def _action(
        self,
        text: str,
        slot: Callable[[], object],
        key: str | None,
        tip: str,
        picture: str | None = None,
        *,
        everywhere: bool = False,
    ) -> QAction:
        action = self._window.add_action(
            "Region", text, slot, key, f"{tip} ({key})" if key else tip
        )
        action.setObjectName(f"region {text.strip('.').replace('&', '').lower()}")
        if picture is not None:
            action.setIcon(icon(picture))
        if key is not None and not everywhere:
            # other panels have lists with such keys too
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        return action

    def _connect(self) -> None:
        app, canvas, edit, control = self._app, self._canvas, self.edit_tool, self.controller
        app.document.changed.connect(self._follow)
        app.workspace.current_changed.connect(self._follow)
        app.display.changed.connect(self._follow)
        canvas.range_changed.connect(self._view_changed)
        canvas.tool_changed.connect(self._tool_changed)
        canvas.clicked.connect(self._clicked)
        for tool in self.drawing_tools.values():
            tool.drawn.connect(self._drawn)
            tool.ended.connect(self._end_tool)
        edit.chosen.connect(control.look_at)
        edit.reshaped.connect(control.reshape)
        edit.released.connect(control.end_change)
        edit.abandoned.connect(control.abandon_change)
        edit.nudged.connect(self._nudge)
        edit.ended.connect(self._end_tool)
        edit.menu_wanted.connect(self._show_menu)
        regions = self.list
        regions.chosen.connect(control.look_at)
        regions.renamed.connect(control.rename)
        regions.reordered.connect(control.reorder)
        regions.framed.connect(self._frame)
        regions.tagged.connect(lambda tag, value: control.set_tag(regions.selected, tag, value))
        regions.located.connect(self._show_region)

    # --- what the user does

    def rename(self) -> None:
        """Let the user type a name in the list, which is brought to the front."""
        self._window.show_dock("regions")
        self.list.rename()

    def duplicate(self) -> None:
        """Copy the selected regions beside them."""
        shift = DUPLICATE_PIXELS * self._canvas.nm_per_pixel()
        keys = self.controller.duplicate(self._chosen(), shift)
        if len(keys) > 1:
            self.list.select(keys)

    def delete(self) -> None:
        """Delete the vertex that is marked, else the selected regions."""
        if not (self._canvas.hasFocus() and self.edit_tool.remove_vertex()):
            self.controller.remove(self._chosen())

    def _toggle_tool(self, name: str) -> None:
        self.use_tool(None if self._canvas.tool is self._tools[name] else name)
        self._tool_changed(self._canvas.tool)

    def _drawn(self, roi: Roi) -> None:
        if self.controller.add(roi) is not None:
            self.use_tool("select")

    def _end_tool(self) -> None:
        self._canvas.set_tool(None)

    def _tool_changed(self, tool: object) -> None:
        for name, action in self._tool_actions.items():
            action.setChecked(self._tools[name] is tool)
        if tool is self.edit_tool:
            self.edit_tool.use()
        self.tool_bar.show_hint(getattr(tool, "hint", ""))

    def _clicked(self, x_nm: float, y_nm: float, _modifiers: object) -> None:
        """Choose the region whose outline was clicked; inside of it clusters are chosen."""
        if not self._app.display.state.show_regions:
            return
        reach = REACH * self._canvas.nm_per_pixel()
        found = region_at(self.controller.regions, (x_nm, y_nm), reach, inside=False)
        if found is not None:
            self.controller.look_at(found.key)

    def _nudge(self, dx_nm: float, dy_nm: float) -> None:
        self.controller.nudge(self._chosen(), dx_nm, dy_nm)

    def _move(self, step: int) -> None:
        self.controller.move_by(self._chosen(), step)

    def _frame(self, key: str, box: Box) -> None:
        region = next((one for one in self.controller.regions if one.key == key), None)
        if region is not None:
            self.controller.reshape(key, framed(region.roi, box))
            self.controller.end_change()

    def _show_region(self, key: str) -> None:
        region = next((one for one in self.controller.regions if one.key == key), None)
        if region is not None:
            left, low, right, high = region.roi.bounds_nm
            margin = 0.1 * max(right - left, high - low)
            self._window.show_page("viewer")
            self._canvas.show_box(left - margin, low - margin, right + margin, high + margin)

    def _show_menu(self, _key: str) -> None:
        self._window.menu("Region").popup(QCursor.pos())

    # --- following the models

    def _follow(self, *_: object) -> None:
        regions, current = self.controller.regions, self._app.workspace.region
        self.layer.setVisible(self._app.display.state.show_regions)
        self.layer.show_regions(regions, current)
        self.edit_tool.show_regions(regions, current)
        self._enable(regions)

    def _enable(self, regions: tuple[Region, ...]) -> None:
        has_data = self.controller.data_set is not None
        has_current = self.controller.current is not None
        for action in (*self._tool_actions.values(), self._load, self._field, self._tile):
            action.setEnabled(has_data)
        for action in (self._rename, self._duplicate, self._delete, self._up, self._down):
            action.setEnabled(has_current)
        self._save.setEnabled(bool(regions))
        self._copy.setEnabled(bool(regions) and len(self._app.document.project.data_sets) > 1)
        if not has_data and self._canvas.tool in self._tools.values():
            self._canvas.set_tool(None)

    def _view_changed(self) -> None:
        self.layer.view_changed()
        self.overlay.view_changed()
        self.edit_tool.view_changed()

    def _chosen(self) -> list[str]:
        """Keys of the selected regions, or of the one at hand."""
        current = self._app.workspace.region
        selected = self.list.selected
        return selected or ([] if current is None else [current])


def install(app: StormGraphApp) -> None:
    """Put the feature into the app."""
    app.provided["regions"] = RegionsFeature(app)
