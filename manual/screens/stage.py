"""The app on a stage: offscreen, with sample data, ready to be pictured."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget

from stormgraph_gui.app import StormGraphApp
from stormgraph_gui.models.project import DataSet, Finding
from stormgraph_gui.models.workspace import Loaded
from stormgraph_py import read_localizations
from stormgraph_py.cli.demo import sample_folder
from stormgraph_py.report.analysis import cluster, crop, measure, prepare

SIZE = (1280, 800)
"""Width and height of the window in the pictures, pixels."""

PATIENCE_S = 300.0


class Stage:
    """An app with a settings folder of its own.

    Parameters
    ----------
    app : StormGraphApp
        The app.
    """

    def __init__(self, app: StormGraphApp) -> None:
        self.app = app

    def open(self, name: str) -> str:
        """Open one of the sample files and look at it; return the key of the data set."""
        path = sample_folder() / name
        locs = read_localizations(path)
        project, key = self.app.document.project.new_key()
        data_set = DataSet(key=key, path=str(path), sha256=locs.provenance.sha256)
        project = project.with_data_set(data_set)
        self.app.document.edit(f"open {name}", project)
        field = prepare(project.request(key, None), locs)
        self.app.workspace.put_loaded(key, Loaded(raw=locs, field=field))
        self.app.workspace.look_at(key)
        self.settle()
        return key

    def analyse(self, data_set: str, region: str | None = None) -> str:
        """Analyse a region as the run button does, and look at the result; return its key."""
        project, key = self.app.document.project.new_key()
        request = project.request(data_set, region)
        selection = crop(request, self.app.workspace.loaded[data_set].field)
        analysis = measure(request, selection, cluster(request, selection))
        finding = Finding(
            key=key,
            data_set=data_set,
            region=region,
            request=request,
            made_utc="2026-01-01T12:00:00+00:00",
        )
        self.app.workspace.put_analysis(key, analysis)
        self.app.document.record(project.with_finding(finding))
        self.app.workspace.look_at(data_set, region, key)
        self.settle()
        return key

    def wait(self, condition: Callable[[], Any]) -> None:
        """Let the app go on until a condition holds.

        Raises
        ------
        TimeoutError
            When it takes too long.
        """
        give_up = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > give_up:
                raise TimeoutError(f"{condition} did not come true in {PATIENCE_S:g} s")
            QApplication.processEvents()
            time.sleep(0.005)

    def settle(self, seconds: float = 0.4) -> None:
        """Let pending drawing be done, timers with a short delay among it."""
        end = time.monotonic() + seconds
        self.wait(lambda: time.monotonic() > end)

    def picture(self, widget: QWidget, path: Path) -> None:
        """Save what a widget looks like."""
        self.settle()
        if not widget.grab().save(str(path)):
            raise OSError(f"{path} cannot be written")


@contextmanager
def staged() -> Iterator[Stage]:
    """Provide a stage with an app of its own, and clear it away."""
    with tempfile.TemporaryDirectory() as folder:
        app = StormGraphApp(Path(folder) / "settings")
        app.window.resize(*SIZE)
        app.window.show()
        try:
            yield Stage(app)
        finally:
            app.close()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            QApplication.processEvents()
