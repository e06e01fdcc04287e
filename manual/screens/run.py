"""Pictures of running an analysis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from PySide6.QtWidgets import QDockWidget, QWidget

from stormgraph_gui.models.project import Region
from stormgraph_gui.views.param_fields import NumberEdit
from stormgraph_py import StormGraphParams
from stormgraph_py.roi import Roi

SLOW = StormGraphParams(community_backend="infomap", n_trials=20_000)
"""Runs for as long as a picture needs."""


def scenes(stage) -> Iterator[tuple[str, QWidget]]:
    """Yield the name of each picture and what it shows."""
    app = stage.app
    running = app.provided["running"]
    panel = app.window.findChild(QDockWidget, "dock run")
    app.window.show_dock("run")
    data_set = stage.open("nanoclusters_2d.csv")
    x, y = app.workspace.current.localizations.xy.mean(axis=0).tolist()
    roi = Roi.ellipse((x, y), (1700.0, 1500.0), 20.0, name="cell 1")
    project, region = app.document.project.new_key()
    project = project.with_region(data_set, Region(key=region, roi=roi))
    app.document.edit("draw cell 1", project)
    app.workspace.look_at(data_set, region)
    yield "run_panel", app.window

    field = app.window.findChild(NumberEdit, "param alpha")
    field.setFocus()
    field.setText("2")
    field.textEdited.emit("2")
    stage.settle(1.0)
    yield "run_fault", panel
    field.setText("0.05")
    field.textEdited.emit("0.05")

    running.set_params(SLOW)
    running.start()
    stage.wait(lambda: app.activity.tasks and "Searching" in app.activity.tasks[0].stage)
    stage.settle(2.2)
    yield "run_progress", panel
    running.cancel()
    stage.wait(lambda: not running.is_running)

    for params in (StormGraphParams(), StormGraphParams(alpha=0.01), StormGraphParams(k=20)):
        running.set_params(params)
        stage.analyse(data_set, region)
    seed = replace(app.document.project, seed=1)
    app.document.edit("change the seed", seed)
    stage.analyse(data_set, region)
    yield "run_results", panel
