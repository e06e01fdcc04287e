"""Joins the parts of one feature: filters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from stormgraph_gui.controllers.filtering import Filtering
from stormgraph_gui.models.filter_stages import FilterStages
from stormgraph_gui.views.filter_panel import FilterPanel

if TYPE_CHECKING:
    from stormgraph_gui.app import StormGraphApp


def install(app: StormGraphApp) -> None:
    """Put the feature into the app."""
    stages = FilterStages(app)
    filtering = Filtering(app.document, app.workspace, app.activity, stages, app.reader, app)
    panel = FilterPanel(app.document, app.workspace, stages)
    panel.filters_changed.connect(filtering.set_filters)
    panel.drag_ended.connect(filtering.end_drag)
    panel.copy_requested.connect(filtering.copy_to_others)
    app.window.add_dock("filters", "Filters", panel, Qt.DockWidgetArea.LeftDockWidgetArea)
    app.window.add_action(
        "Edit",
        "&Filters",
        lambda: app.window.show_dock("filters"),
        tip="Leave out or merge localizations",
    )
    app.provided["filters"] = filtering
