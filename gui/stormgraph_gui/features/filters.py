"""Joins the parts of one feature: filters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stormgraph_gui.controllers.filtering import Filtering
from stormgraph_gui.models.filter_stages import FilterStages

if TYPE_CHECKING:
    from stormgraph_gui.app import StormGraphApp


def install(app: StormGraphApp) -> None:
    """Put the feature into the app."""
    stages = FilterStages(app)
    filtering = Filtering(app.document, app.workspace, app.activity, stages, app.reader, app)
    app.provided["filters"] = filtering
