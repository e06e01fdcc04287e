"""Pictures of the page that compares conditions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QDockWidget, QWidget

from stormgraph_gui.models.project import DataSet, Finding
from stormgraph_gui.models.workspace import Loaded
from stormgraph_py import Localizations
from stormgraph_py.report.analysis import cluster, crop, measure, prepare

if TYPE_CHECKING:
    from stage import Stage

N_CELLS = 12
SPREAD_NM = {"resting": 22.0, "stimulated": 30.0}
"""Standard deviation of a cluster in each condition."""


def scenes(stage: Stage) -> Iterator[tuple[str, QWidget]]:
    """Yield the page without conditions, and with two of them."""
    app = stage.app
    page = app.provided["conditions"]
    for number in range(N_CELLS):
        condition = tuple(SPREAD_NM)[number % 2]
        name = f"/data/{condition}/cell {number // 2 + 1}.csv"
        _put(stage, name, _cell(number, SPREAD_NM[condition]), f"day {number // 4 + 1}")
    for name in ("clusters", "run"):
        dock = app.window.findChild(QDockWidget, f"dock {name}")
        for one in [*app.window.tabifiedDockWidgets(dock), dock]:
            one.hide()
    page.show()
    stage.settle()
    yield "conditions_tags", app.window

    entries = page.conditions.entries
    for number, condition in enumerate(SPREAD_NM):
        page.controller.tag([one.finding for one in entries[number::2]], "condition", condition)
    stage.wait(lambda: page.conditions.compared is not None)
    stage.settle()
    yield "conditions", app.window


def _cell(seed: int, spread_nm: float) -> Localizations:
    rng = np.random.default_rng(seed)
    centers = rng.uniform(150, 2850, (14, 2)).repeat(40, axis=0)
    points = np.concatenate(
        [centers + rng.normal(0, spread_nm, centers.shape), rng.uniform(0, 3000, (300, 2))]
    )
    return Localizations.from_arrays(points, sigma=rng.uniform(8, 15, len(points)))


def _put(stage: Stage, path: str, localizations: Localizations, replicate: str) -> None:
    """Let the app have a file that was opened and analysed."""
    app = stage.app
    project, key = app.document.project.new_key()
    project = project.with_data_set(DataSet(key=key, path=path, tags={"replicate": replicate}))
    request = project.request(key, None)
    field = prepare(request, localizations)
    selection = crop(request, field)
    analysis = measure(request, selection, cluster(request, selection))
    project, found = project.new_key()
    finding = Finding(
        key=found,
        data_set=key,
        region=None,
        request=replace(request, tags={}),
        made_utc="2026-01-01T12:00:00+00:00",
    )
    app.document.edit("open a file", project)
    app.workspace.put_loaded(key, Loaded(raw=localizations, field=field))
    app.workspace.put_analysis(found, analysis)
    app.document.record(project.with_finding(finding))
    app.workspace.look_at(key, None, found)
