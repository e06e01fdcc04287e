"""Pictures of the page on projects: unsaved work that was found, and a file that moved."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMessageBox, QWidget

from stormgraph_gui.models.autosave import FOLDER
from stormgraph_gui.models.project import DataSet, Project
from stormgraph_gui.models.project_file import SUFFIX, Saved, save_project

if TYPE_CHECKING:
    from stage import Stage


def scenes(stage: Stage) -> Iterator[tuple[str, QWidget]]:
    """Let the app find what it is asked about at its start, and miss a file."""
    app = stage.app
    data_set = DataSet(key="k1", path="/data/study/cell 1.csv", sha256="0" * 64)
    saved = Saved(project=Project(data_sets=(data_set,), n_keys=1))
    left = app.settings.folder / FOLDER / f"999999999-1.00{SUFFIX}"
    left.parent.mkdir(parents=True, exist_ok=True)
    save_project(left, saved)
    app.provided["project questions"].offer_recovery()
    box = app.window.findChild(QMessageBox, "project question")
    stage.settle()
    yield "projects_recovery", box
    box.reject()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"study{SUFFIX}"
        save_project(path, saved)
        app.provided["projects"].open(path)
        box = app.provided["shell"].errors.box
        stage.settle()
        yield "projects_moved", box
        box.accept()
