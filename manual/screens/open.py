"""Pictures of opening files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QDockWidget, QWidget

from stormgraph_gui.views.import_preview import ImportPreview


def scenes(stage) -> Iterator[tuple[str, QWidget]]:
    """Yield the name of each picture and what it shows."""
    window = stage.app.window
    yield "start", window

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "field 3.csv"
        write_pixels(path)
        stage.app.provided["opening"].open_paths([path])
        stage.wait(lambda: window.findChild(ImportPreview) is not None)
        preview = window.findChild(ImportPreview)
        yield "import_preview", preview
        preview.reject()

    for name in ("nanoclusters_2d.csv", "nanoclusters_3d.csv", "two_colours_2d.csv"):
        stage.open(name)
    window.show_dock("data")
    stage.settle()
    yield "data", window.findChild(QDockWidget, "dock data")


def write_pixels(path: Path) -> None:
    """Write localizations in camera pixels, of which the file says nothing."""
    rng = np.random.default_rng(3)
    columns = [rng.uniform(0, 60, 500), rng.uniform(0, 60, 500), rng.uniform(0.05, 0.2, 500)]
    header = "xpos,ypos,precision"
    np.savetxt(path, np.column_stack(columns), "%.4f", ",", header=header, comments="")
