"""Pictures of filters."""

from __future__ import annotations

import math
from collections.abc import Iterator

from PySide6.QtWidgets import QWidget

from stormgraph_gui.views.filter_panel import FilterPanel


def scenes(stage) -> Iterator[tuple[str, QWidget]]:
    """Yield the name of each picture and what it shows."""
    app = stage.app
    key = stage.open("nanoclusters_2d.csv")
    app.window.show_dock("filters")
    panel = app.window.findChild(FilterPanel, "filter panel")
    stage.wait(lambda: panel.row("photons") is not None)
    panel.row("photons").set_bounds(150, math.inf)
    panel.row("precision").set_bounds(-math.inf, 14)
    merge = panel.add("merge")
    merge.apply_button.click()
    stage.wait(lambda: app.provided["filters"].is_settled(key))
    stage.settle()
    yield "filters", app.window
