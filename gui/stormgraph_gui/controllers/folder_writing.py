"""Writes a folder in a worker process, all of it or nothing, and can be stopped."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from stormgraph_gui.jobs.messages import Failed
from stormgraph_gui.jobs.worker import Work, Worker
from stormgraph_gui.models.activity import Activity, Message
from stormgraph_gui.models.stages import stage_in_words
from stormgraph_gui.signals import QObject, Signal
from stormgraph_py.report.unfinished import Unfinished


@dataclass(frozen=True)
class _Writing:
    """A folder that is being written."""

    task: int
    work: Work
    unfinished: Unfinished
    page: str


class FolderWriting(QObject):
    """Writes folders of results.

    A process that is stopped in the middle of a figure cannot clear away after itself, so that is
    done here.

    Parameters
    ----------
    activity : Activity
        Shows the task, asks to stop it, and is told what happens.
    analyst : Worker
        Process that writes.
    failure : str
        Title of the message when a folder was not written.

    Attributes
    ----------
    written : Signal
        Path of the page to open.
    """

    written = Signal(str)

    def __init__(
        self,
        activity: Activity,
        analyst: Worker,
        failure: str = "The report was not written",
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._activity, self._analyst, self._failure = activity, analyst, failure
        self._open: dict[int, _Writing] = {}
        activity.stop_requested.connect(self._stop)

    def write(self, function: str, folder: Path, page: str, **arguments: Any) -> None:
        """Call a function that writes a folder; `written` tells of its page.

        Parameters
        ----------
        function : str
            One of `stormgraph_gui.jobs.work` that takes an `Unfinished` as ``unfinished``.
        folder : Path
            Where to.
        page : str
            File in the folder that is to be opened.
        **arguments
            What else the function takes.
        """
        unfinished = Unfinished.of(folder)
        work = self._analyst.call(function, unfinished=unfinished, **arguments)
        task = self._activity.begin("report", f"Writing {folder.name}")
        writing = self._open[task] = _Writing(task, work, unfinished, page)
        work.progressed.connect(partial(self._progressed, task))
        work.succeeded.connect(partial(self._succeeded, writing))
        work.failed.connect(partial(self._failed, writing))

    def shut_down(self) -> None:
        """Clear away what the worker, which has been closed, was about to write."""
        for writing in self._open.values():
            writing.unfinished.clear()
        self._open.clear()

    def _progressed(self, task: int, stage: str, fraction: float | None) -> None:
        self._activity.update(task, stage_in_words(stage), fraction)

    def _succeeded(self, writing: _Writing, _answer: object) -> None:
        self._end(writing)
        folder = writing.unfinished.folder
        self._activity.say(Message(level="info", title=f"Written to {folder}"))
        self.written.emit(str(folder / writing.page))

    def _failed(self, writing: _Writing, fault: Failed) -> None:
        self._end(writing)
        if fault.reason in ("cancelled", "died"):
            # by the worker: the process that wrote has been told to end, and another one follows
            self._analyst.call("clear_away", unfinished=writing.unfinished)
        if fault.reason != "cancelled":
            message = Message(
                level="error", title=self._failure, text=fault.text, details=fault.details
            )
            self._activity.say(message)

    def _end(self, writing: _Writing) -> None:
        self._open.pop(writing.task, None)
        self._activity.end(writing.task)

    def _stop(self, task: int) -> None:
        if task in self._open:
            self._open[task].work.cancel()
