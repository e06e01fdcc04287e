"""The map of the localizations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stormgraph_gui.views.canvas import WHEEL_STEP, Canvas
from stormgraph_gui.views.data_layer import DataLayer

if TYPE_CHECKING:
    from stormgraph_gui.app import StormGraphApp


def install(app: StormGraphApp) -> None:
    """Put the feature into the app."""
    canvas = Canvas()
    DataLayer(canvas, app.workspace, app.display)
    app.window.add_page("viewer", "2-D", canvas)
    app.provided["viewer"] = canvas
    window = app.window
    window.add_action("View", "&Fit to window", canvas.fit, "F", "Show all localizations")
    window.add_action("View", "Zoom &in", lambda: canvas.zoom(WHEEL_STEP), "Ctrl++", "Magnify")
    window.add_action(
        "View", "Zoom &out", lambda: canvas.zoom(1 / WHEEL_STEP), "Ctrl+-", "See more"
    )
