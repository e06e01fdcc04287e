"""Pictures of the page on regions of interest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from PySide6.QtWidgets import QDialog, QWidget

from stormgraph_py.roi import Roi


def scenes(stage: Any) -> Iterator[tuple[str, QWidget]]:
    """Draw regions, take hold of one, cut one into tiles."""
    app, regions = stage.app, stage.app.provided["regions"]
    data_set = stage.open("nanoclusters_2d.csv")
    control = regions.controller
    angles = np.linspace(0, 2 * np.pi, 70, endpoint=False)
    lasso = 1 + 0.12 * np.sin(3 * angles)
    drawn = [
        Roi.rectangle((450, 420), (640, 460), name="cell 1"),
        Roi.ellipse((1430, 480), (800, 620), name="cell 2"),
        Roi.polygon([(160, 980), (760, 900), (900, 1400), (600, 1800), (140, 1600)], name="cell 3"),
        Roi.polygon(
            np.column_stack(
                [1430 + 380 * lasso * np.cos(angles), 1420 + 400 * lasso * np.sin(angles)]
            ),
            kind="freehand",
            name="cell 4",
        ),
    ]
    keys = [control.add(roi) for roi in drawn]
    control.set_tag(keys[:2], "condition", "resting")
    control.set_tag(keys[2:], "condition", "stimulated")
    for number, key in enumerate(keys, 1):
        control.set_tag([key], "cell", str(number))
    regions.use_tool("select")
    control.look_at(keys[2])
    stage.wait(lambda: not regions.counts.is_counting)
    yield "regions", app.window

    control.reshape(keys[0], Roi.rectangle((450, 470), (640, 400), 24))
    control.end_change()
    control.look_at(keys[0])
    app.provided["viewer"].show_box(-100, 0, 1100, 950)
    yield "regions_handles", app.provided["viewer"]

    control.remove(keys)
    key = control.add(Roi.ellipse((1000, 1000), (1900, 1800), name="cell 1"))
    app.provided["viewer"].fit()
    regions.questions.ask_tiles()
    dialog = app.window.findChild(QDialog, "tiles")
    yield "regions_tiles_question", dialog
    dialog.reject()

    assert key is not None
    control.make_tiles(400.0, 0.0, 1.0)
    stage.wait(lambda: len(app.document.project.data_set(data_set).regions) > 1)
    stage.wait(lambda: not regions.counts.is_counting)
    yield "regions_tiles", app.window
