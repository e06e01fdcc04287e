"""Pictures of the 3-D view."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from stage import Stage


def scenes(stage: Stage) -> Iterator[tuple[str, QWidget]]:
    """Put the 3-D view into the states of its page in the guide."""
    app = stage.app
    key = stage.open("nanoclusters_3d.csv")
    app.window.show_page("volume")
    stage.settle()
    view = app.provided["volume"].view
    yield "volume_z", app.window
    stage.analyse(key)
    app.window.show_page("volume")
    stage.settle()
    yield "volume_clusters", view
    app.workspace.select_clusters({0})
    app.display.set(slab_nm=(400.0, 900.0))
    view.canvas.look_along("y")
    stage.settle()
    yield "volume_slab", view
