"""What is going on: the work that runs, how far it is, what went wrong."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass
from typing import Literal, TypeAlias

from stormgraph_gui.models.wording import in_the_app
from stormgraph_gui.signals import QObject, Signal

Kind: TypeAlias = Literal["opening", "filtering", "analysis", "overlap", "report", "comparison"]


@dataclass(frozen=True, kw_only=True)
class Task:
    """Work that the user waits for.

    Parameters
    ----------
    key : int
        Tells tasks apart.
    kind : str
        What it is.
    title : str
        What it is about, for the user: "Opening cell 1.csv".
    stage : str
        What is being done now.
    fraction : float or None
        Share of the stage that is done; None when it cannot be told.
    is_stopping : bool
        The user has asked to stop it.
    began_s : float
        When it began, as of `time.monotonic`.
    """

    key: int
    kind: Kind
    title: str
    stage: str = ""
    fraction: float | None = None
    is_stopping: bool = False
    began_s: float = dataclasses.field(default_factory=time.monotonic)


@dataclass(frozen=True, kw_only=True)
class Message:
    """Something the user should know.

    Parameters
    ----------
    level : {"info", "warning", "error"}
        How much it matters: errors are shown in a dialog, warnings beside what they are about.
    title : str
        What happened, in a few words.
    text : str
        What it means and what to do.
    details : str
        For a report of a fault: a traceback.
    about : str
        What it is about, if a later message about the same makes this one obsolete.
    remedy : {"", "locate"}
        What can be done at once: say where missing files are.
    at : float
        When, as of `time.time`.
    """

    level: Literal["info", "warning", "error"]
    title: str
    text: str = ""
    details: str = ""
    about: str = ""
    remedy: Literal["", "locate"] = ""
    at: float = dataclasses.field(default_factory=time.time)


class Activity(QObject):
    """Running tasks, and all messages of this session.

    Attributes
    ----------
    tasks_changed : Signal
        A task began, came further or ended.
    said : Signal
        A `Message`.
    stop_requested : Signal
        Key of a task that the user wants to stop; whoever began it stops it.
    remedy_wanted : Signal
        The remedy of a message that the user wants; whoever can do it does it.
    """

    tasks_changed = Signal()
    said = Signal(object)
    stop_requested = Signal(int)
    remedy_wanted = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks: dict[int, Task] = {}
        self._n_tasks = 0
        self.messages: list[Message] = []

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Tasks that run, oldest first."""
        return tuple(self._tasks.values())

    def running(self, kind: Kind) -> Task | None:
        """Return the oldest running task of a kind."""
        return next((task for task in self._tasks.values() if task.kind == kind), None)

    def begin(self, kind: Kind, title: str) -> int:
        """Take down that a task begins, and return its key."""
        self._n_tasks += 1
        self._tasks[self._n_tasks] = Task(key=self._n_tasks, kind=kind, title=title)
        self.tasks_changed.emit()
        return self._n_tasks

    def update(self, key: int, stage: str, fraction: float | None) -> None:
        """Take down how far a task is; one that has ended is left alone."""
        if key in self._tasks:
            self._tasks[key] = dataclasses.replace(self._tasks[key], stage=stage, fraction=fraction)
            self.tasks_changed.emit()

    def stopping(self, key: int) -> None:
        """Take down that the user asked to stop a task."""
        if key in self._tasks:
            self._tasks[key] = dataclasses.replace(self._tasks[key], is_stopping=True)
            self.tasks_changed.emit()

    def request_stop(self, key: int) -> None:
        """Ask for a task to be stopped."""
        if key in self._tasks and not self._tasks[key].is_stopping:
            self.stopping(key)
            self.stop_requested.emit(key)

    def end(self, key: int) -> None:
        """Take down that a task has ended."""
        if self._tasks.pop(key, None) is not None:
            self.tasks_changed.emit()

    def say(self, message: Message) -> None:
        """Tell the user something, and keep it for the log."""
        message = dataclasses.replace(
            message, title=in_the_app(message.title), text=in_the_app(message.text)
        )
        self.messages.append(message)
        self.said.emit(message)
