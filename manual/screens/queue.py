"""Scenes of the batch queue: filling it, and what it looks like when it has been run."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from shutil import copy
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QPushButton, QWidget

from stormgraph_gui.models.project import Region
from stormgraph_py.cli.demo import sample_folder
from stormgraph_py.roi import Roi

if TYPE_CHECKING:
    from stage import Stage

REGIONS = (
    ("Upper half", (1000, 500), (2000, 1000), "resting"),
    ("Lower half", (1000, 1500), (2000, 1000), "activated"),
    ("Outside", (5000, 5000), (500, 500), "activated"),
)
"""Names, centres, sizes (nm) and conditions; nothing lies in the last one."""


def scenes(stage: Stage) -> Iterator[tuple[str, QWidget]]:
    """Yield the pictures of the queue."""
    app = stage.app
    batch = app.provided["queue"]
    batch.show()
    data_set = stage.open("nanoclusters_2d.csv")
    project = app.document.project
    for number, (name, center, size, condition) in enumerate(REGIONS):
        roi = Roi.rectangle(center, size, name=name, tags={"condition": condition})
        project = project.with_region(data_set, Region(key=f"region {number}", roi=roi))
    app.document.edit("add regions", project)
    stage.settle()

    dialog = batch.add("project")
    menu = dialog.findChild(QPushButton, "queue add set").menu()
    next(action for action in menu.actions() if action.text().startswith("Strict")).trigger()
    stage.wait(dialog.findChild(QPushButton, "queue add ok").isEnabled)
    yield "queue-add", dialog
    dialog.findChild(QPushButton, "queue add ok").click()
    dialog = batch.add("files")
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder) / "study"
        for condition, cell in product(("resting", "activated"), ("c1", "c2")):
            (study / condition).mkdir(parents=True, exist_ok=True)
            copy(sample_folder() / "nanoclusters_2d.csv", study / condition / f"{cell}.csv")
        dialog.files.add([str(study)])
        dialog.files.pattern.setText("{condition}/{cell}")
        stage.wait(dialog.findChild(QPushButton, "queue add ok").isEnabled)
        yield "queue-files", dialog
        dialog.reject()
        batch.queue.set_settings(reports=False)
        batch.control.set_out(str(Path(folder) / "results"))
        batch.control.start()
        stage.wait(lambda: batch.queue.count("done") >= 2)
        yield "queue-running", app.window
        stage.wait(lambda: not batch.queue.is_active)
        dock = app.window.findChild(QDockWidget, "dock queue")
        app.window.resizeDocks([dock], [300], Qt.Orientation.Vertical)
        batch.panel.select([batch.queue.names("failed")[0]])
        stage.settle()
        yield "queue-done", batch.panel
