"""The panel that says how the data are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from stormgraph_gui.views.display_panel import DisplayPanel
from stormgraph_gui.views.form_area import FormArea

if TYPE_CHECKING:
    from stormgraph_gui.app import StormGraphApp

LEAST_HEIGHT = 160


def install(app: StormGraphApp) -> None:
    """Put the feature into the app."""
    panel = DisplayPanel(app.display, app.provided["scene"])
    panel.wanted.connect(lambda values: app.display.set(**values))
    area = FormArea(panel, LEAST_HEIGHT)
    app.window.add_dock("display", "Display", area, Qt.DockWidgetArea.LeftDockWidgetArea)
