"""Keeps the batch queue in its file between sessions."""

from __future__ import annotations

from stormgraph_gui.models.activity import Activity, Message
from stormgraph_gui.models.queue import Queue, QueuedJob
from stormgraph_gui.models.queue_file import QueueFile
from stormgraph_gui.signals import QObject, QTimer
from stormgraph_py.errors import InputError, OutputError

SAVE_AFTER_MS = 500
"""States are kept this long after one has changed."""


class QueueKeeping(QObject):
    """Writes the queue whenever it has changed: jobs at once, their states a little later.

    Parameters
    ----------
    queue : Queue
        The queue.
    activity : Activity
        Where faults are told.
    file : QueueFile
        Where the queue is kept.
    """

    def __init__(
        self, queue: Queue, activity: Activity, file: QueueFile, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._queue, self._activity, self._file = queue, activity, file
        self._kept_jobs: tuple[QueuedJob, ...] = ()
        self._saving = QTimer(self)
        self._saving.setSingleShot(True)
        self._saving.setInterval(SAVE_AFTER_MS)
        self._saving.timeout.connect(self.save_states)
        queue.jobs_changed.connect(self._jobs_changed)
        for changed in (queue.states_changed, queue.settings_changed, queue.phase_changed):
            changed.connect(self._save_later)

    def restore(self) -> int | None:
        """Take up the queue of an earlier session.

        Returns
        -------
        int or None
            Number of jobs that wait where it was cut off; None where there is nothing to go on
            with.
        """
        try:
            self._file.load(self._queue)
        except InputError as error:
            self._warn("The batch queue could not be restored", error)
            return None
        self._kept_jobs = self._queue.as_planned
        n_left = self._queue.count("waiting")
        return n_left if n_left and self._queue.settings.is_ours else None

    def shut_down(self) -> None:
        """Keep the queue as it is now."""
        self._saving.stop()
        self.save_states()

    def save_states(self) -> None:
        """Keep what became of the jobs."""
        try:
            if self._queue.as_planned:
                self._file.save_states(self._queue)
            else:
                self._file.forget()
        except OutputError as error:
            self._warn("The batch queue cannot be kept", error)

    def _jobs_changed(self) -> None:
        jobs = self._queue.as_planned
        if jobs != self._kept_jobs:
            self._kept_jobs = jobs
            try:
                self._file.save_jobs(self._queue)
            except OutputError as error:
                self._warn("The batch queue cannot be kept", error)
        self._save_later()

    def _save_later(self) -> None:
        self._saving.start()

    def _warn(self, title: str, error: Exception) -> None:
        self._activity.say(Message(level="warning", title=title, text=str(error)))
