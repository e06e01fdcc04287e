"""Files that are being read, each with its progress and a button to stop."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QStyle,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from stormgraph_gui.models.activity import Activity
from stormgraph_gui.models.loading import Loading, Reading

_MOST = 4
"""Rows; more files are counted."""


class ReadingRows(QWidget):
    """Shows what is being read; takes no room otherwise.

    Attributes
    ----------
    cancel_requested : Signal
        Task to stop.
    """

    cancel_requested = Signal(int)

    def __init__(self, loading: Loading, activity: Activity, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("readings")
        self._loading, self._activity = loading, activity
        self._rows: dict[int, _Row] = {}
        self._more = QLabel()
        self._more.hide()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(10, 6, 10, 6)
        self._layout.addWidget(self._more)
        self.hide()
        loading.changed.connect(self._fill)
        activity.tasks_changed.connect(self._show_progress)

    def _fill(self) -> None:
        readings = self._loading.readings
        shown = {one.task: one for one in readings[:_MOST]}
        for task in self._rows.keys() - shown.keys():
            row = self._rows.pop(task)
            row.hide()
            row.deleteLater()
        for task, reading in shown.items():
            if task not in self._rows:
                row = _Row(reading)
                row.cancel_requested.connect(self.cancel_requested)
                self._rows[task] = row
                self._layout.insertWidget(self._layout.count() - 1, row)
        n_more = len(readings) - len(shown)
        self._more.setText(f"and {n_more} more")
        self._more.setVisible(n_more > 0)
        self.setVisible(bool(readings))
        self._show_progress()

    def _show_progress(self) -> None:
        for task in self._activity.tasks:
            if task.key in self._rows:
                self._rows[task.key].show_progress(task.fraction, task.is_stopping)


class _Row(QWidget):
    cancel_requested = Signal(int)

    def __init__(self, reading: Reading) -> None:
        super().__init__()
        self._reading = reading
        name = Path(reading.path).name
        self._label = QLabel(name)
        self._label.setToolTip(reading.path)
        self._label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setMaximumHeight(8)
        self._bar.setRange(0, 0)
        self._stop = QToolButton()
        self._stop.setObjectName("cancel reading")
        self._stop.setAutoRaise(True)
        self._stop.setIcon(self.style().standardIcon(QStyle.StandardPixmap.SP_BrowserStop))
        self._stop.setToolTip(f"Stop opening {name}")
        self._stop.setAccessibleName(self._stop.toolTip())
        self._stop.clicked.connect(lambda: self.cancel_requested.emit(reading.task))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._label, 3)
        layout.addWidget(self._bar, 2, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self._stop)

    def show_progress(self, fraction: float | None, is_stopping: bool) -> None:
        """Show how far it is."""
        self._bar.setRange(0, 0 if fraction is None else 100)
        if fraction is not None:
            self._bar.setValue(round(100 * fraction))
        self._stop.setEnabled(not is_stopping)
