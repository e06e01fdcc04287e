"""Pictures of the page on reports: what is asked, and how the writing is followed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from stormgraph_py.report.outputs import Outputs

if TYPE_CHECKING:
    from stage import Stage


def scenes(stage: Stage) -> Iterator[tuple[str, QWidget]]:
    """Ask for a report of a result, and write it."""
    app = stage.app
    finding = stage.analyse(stage.open("nanoclusters_2d.csv"))
    app.provided["report questions"].ask_one()
    dialog = app.window.findChild(QDialog, "report dialog")
    folder = dialog.findChild(QLineEdit, "report folder")
    # a name for the picture, which need not be there
    folder.blockSignals(True)
    folder.setText("/data/study")
    stage.settle()
    yield "reports_dialog", dialog
    dialog.reject()
    app.provided["report questions"].open_page = lambda _page: None
    with tempfile.TemporaryDirectory() as place:
        target = Path(place) / "nanoclusters_2d"
        app.provided["reports"].write(finding, target, Outputs())
        stage.wait(lambda: any(task.stage for task in app.activity.tasks))
        yield "reports_status", app.window.statusBar()
        stage.wait(lambda: not app.activity.tasks)
