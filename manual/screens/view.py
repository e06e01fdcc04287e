"""Pictures of the page on looking at data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDockWidget, QWidget

if TYPE_CHECKING:
    from stage import Stage


def scenes(stage: Stage) -> Iterator[tuple[str, QWidget]]:
    """Put the app into the state of each picture."""
    app, canvas = stage.app, stage.app.provided["viewer"]
    key = stage.open("nanoclusters_2d.csv")
    canvas.fit()
    yield "view", app.window
    canvas.show_box(1780, 400, 2020, 640)
    yield "view_precision", canvas
    canvas.fit()
    app.window.show_dock("display")
    dock = app.window.findChild(QDockWidget, "dock display")
    yield "view_display", dock
    stage.analyse(key)
    app.workspace.select_clusters({1, 3})
    stage.settle(1.0)
    yield "view_clusters", canvas
    app.workspace.select_clusters(())
    app.window.show_dock("data")
