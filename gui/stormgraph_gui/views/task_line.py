"""The running task in the status line: what it does, how far it is, and a way to stop it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QToolButton, QWidget

from stormgraph_gui.models.activity import Activity, Task

STEPS = 1000


class TaskLine(QWidget):
    """Shows the task that began first, and how many others run.

    Parameters
    ----------
    activity : Activity
        Whose tasks are shown.
    """

    def __init__(self, activity: Activity) -> None:
        super().__init__()
        self.setObjectName("task line")
        self._activity = activity
        self._text = QLabel()
        self._text.setObjectName("task text")
        self._bar = QProgressBar(textVisible=False)
        self._bar.setFixedWidth(140)
        self._bar.setMaximumHeight(12)
        self._stop = QToolButton(autoRaise=True)
        self._stop.setText("Stop")
        self._stop.setObjectName("task stop")
        self._stop.setToolTip("Stop this task; nothing that was there before is lost")
        self._stop.clicked.connect(self._ask_to_stop)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 4, 0)
        layout.addWidget(self._text)
        layout.addWidget(self._bar)
        layout.addWidget(self._stop)
        activity.tasks_changed.connect(self._show)
        self._show()

    @property
    def _task(self) -> Task | None:
        tasks = self._activity.tasks
        return tasks[0] if tasks else None

    def _show(self) -> None:
        task = self._task
        self.setVisible(task is not None)
        if task is None:
            return
        n_more = len(self._activity.tasks) - 1
        more = f" (and {n_more} more)" if n_more else ""
        stage = "stopping" if task.is_stopping else task.stage
        self._text.setText(f"{task.title}{': ' if stage else ''}{stage}{more}")
        if task.fraction is None:
            self._bar.setRange(0, 0)
        else:
            self._bar.setRange(0, STEPS)
            self._bar.setValue(round(STEPS * task.fraction))
        self._stop.setEnabled(not task.is_stopping)

    def _ask_to_stop(self) -> None:
        task = self._task
        if task is not None:
            self._activity.request_stop(task.key)
