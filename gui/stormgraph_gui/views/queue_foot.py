"""The foot of the queue: how far it is, and how it is done."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QWidget,
)

from stormgraph_gui.models.queue import Queue, cores
from stormgraph_gui.models.queue_text import progress_text
from stormgraph_gui.views.named import named

_FOLDER_TIP = "Folder for the results, laid out as stormgraph batch does"


class QueueFoot(QWidget):
    """Shows the progress of the queue; folder, number of workers and reports can be chosen.

    Attributes
    ----------
    folder_wanted : Signal
        Another folder for the results is to be chosen.
    workers_changed, reports_changed : Signal
        How the queue is to be done.
    """

    folder_wanted = Signal()
    workers_changed = Signal(int)
    reports_changed = Signal(bool)

    def __init__(self, queue: Queue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self._bar = named("queue progress", QProgressBar())
        self._bar.setRange(0, 1000)
        self._bar.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._bar.setMinimumWidth(230)
        self._workers = named("queue workers", QSpinBox())
        self._workers.setRange(1, cores())
        self._workers.setToolTip(
            f"Jobs at a time, 1 to {cores()}. One fewer than there are cores leaves the app fluid."
        )
        self._workers.valueChanged.connect(self.workers_changed)
        at_once = QLabel("At a &time")
        at_once.setBuddy(self._workers)
        self._reports = named("queue reports", QCheckBox("Re&ports"))
        self._reports.setToolTip(
            "Write a report for each job. For small regions that takes most of the time."
        )
        self._reports.toggled.connect(self.reports_changed)
        self._folder = named("queue folder", QPushButton())
        self._folder.clicked.connect(lambda _checked=False: self.folder_wanted.emit())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._bar, 1)
        for widget in (at_once, self._workers, self._reports, self._folder):
            layout.addWidget(widget)
        queue.settings_changed.connect(self._show)
        queue.phase_changed.connect(self._show)
        self._show()

    def tell_progress(self) -> None:
        """Show how far the queue is now."""
        progress = self._queue.progress(time.monotonic())
        self._bar.setValue(round(1000 * progress.fraction))
        text = progress_text(progress, self._queue.phase)
        self._bar.setFormat(text.replace("%", "%%"))
        self._bar.setToolTip(text)

    def _show(self) -> None:
        settings = self._queue.settings
        with QSignalBlocker(self._workers), QSignalBlocker(self._reports):
            self._workers.setValue(settings.n_workers)
            self._reports.setChecked(settings.reports)
        metrics = self.fontMetrics()
        text = f"Results: {Path(settings.out).name}" if settings.out else "Results i&n..."
        width = 24 * metrics.averageCharWidth()
        self._folder.setText(metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, width))
        self._folder.setToolTip(f"{_FOLDER_TIP}\n{settings.out}".strip())
        for widget in (self._workers, self._reports, self._folder):
            widget.setEnabled(not self._queue.is_active)
