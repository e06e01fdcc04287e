"""The app put together: models, workers, the window, and the features one by one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QStandardPaths
from PySide6.QtWidgets import QApplication

from stormgraph_gui.jobs.worker import Worker
from stormgraph_gui.models.activity import Activity
from stormgraph_gui.models.display import Display
from stormgraph_gui.models.document import Document
from stormgraph_gui.models.settings import Settings
from stormgraph_gui.models.workspace import Workspace
from stormgraph_gui.views.main_window import MainWindow
from stormgraph_gui.views.theme import apply_appearance, known_appearance

FEATURES: tuple[str, ...] = (
    "viewer", "volume", "opening", "filters", "regions", "display", "running", "results", "tables",
    "conditions", "overlap", "queue", "projects", "reports", "shell",
)  # fmt: skip
"""Modules of `stormgraph_gui.features` in the order in which they are put in."""


class StormGraphApp(QObject):
    """Everything that lives as long as the app.

    Features find here what they share; what they provide to others they set in `provided`.

    Parameters
    ----------
    settings_folder : Path
        Where settings and unsaved work are kept.
    """

    def __init__(self, settings_folder: Path) -> None:
        super().__init__()
        self.settings = Settings(settings_folder, self)
        self.document = Document(self)
        self.workspace = Workspace(self)
        self.display = Display(self)
        self.activity = Activity(self)
        self.reader = Worker("stormgraph reader", self)
        self.analyst = Worker("stormgraph analyst", self)
        self.provided: dict[str, Any] = {}
        # ahead of the widgets, which would be given it one by one
        apply_appearance(known_appearance(self.settings.get("appearance")))
        self.window = MainWindow()
        for name in FEATURES:
            import_module(f"stormgraph_gui.features.{name}").install(self)

    def start(self) -> None:
        """Show the window, and start the workers meanwhile."""
        self.window.show()
        self.reader.call("warm_up")
        self.analyst.call("warm_up")
        self.provided["project questions"].offer_recovery()

    def close(self) -> None:
        """End workers and let go of the window; nothing is asked or saved."""
        self.reader.close()
        self.analyst.close()
        for feature in reversed(self.provided.values()):
            if hasattr(feature, "shut_down"):
                feature.shut_down()
        self.window.allow_close()
        self.window.deleteLater()


def settings_folder() -> Path:
    """Return the folder that the system gives the app for its settings."""
    where = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppConfigLocation)
    return Path(where)


def run(arguments: Sequence[str]) -> int:
    """Open the app, with files if some are named, and return its exit code."""
    qt = QApplication([sys.argv[0], *arguments])
    qt.setApplicationName("stormgraph")
    qt.setApplicationDisplayName("StormGraph")
    app = StormGraphApp(settings_folder())
    qt.lastWindowClosed.connect(qt.quit)
    app.start()
    app.provided["opening files"].open_paths(qt.arguments()[1:])
    code = qt.exec()
    app.close()
    return code
