"""The batch queue: fills it, starts it and steers it as the user asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from stormgraph_gui.controllers.queue_keeping import QueueKeeping
from stormgraph_gui.controllers.queue_running import Level, QueueRunning
from stormgraph_gui.jobs.batch_client import BatchClient
from stormgraph_gui.jobs.batch_messages import (
    Steer,
)
from stormgraph_gui.jobs.batch_plans import Planned
from stormgraph_gui.jobs.messages import Failed
from stormgraph_gui.jobs.worker import Work, Worker
from stormgraph_gui.models.activity import Activity, Message
from stormgraph_gui.models.document import Document
from stormgraph_gui.models.queue import ENDED, JobState, Queue, QueuedJob
from stormgraph_gui.models.queue_file import QueueFile
from stormgraph_gui.signals import QObject, Signal
from stormgraph_py.batch.folder import check_out
from stormgraph_py.batch.parameter_sets import ParameterSet, read_parameter_sets
from stormgraph_py.batch.planning import Asked
from stormgraph_py.batch.requested import Requested
from stormgraph_py.errors import OutputError, StormGraphError


class QueueControl(QObject):
    """Does what the user asks of the queue.

    Parameters
    ----------
    queue : Queue
        The queue.
    document : Document
        The open project.
    activity : Activity
        Where messages go.
    reader : Worker
        Looks for files.
    client : BatchClient
        Runs the batch.
    file : QueueFile
        Where the queue is kept between sessions.

    Attributes
    ----------
    planned : Signal
        What `plan` found: a `Planned`, or a sentence why it cannot be.
    folder_wanted : Signal
        There is no folder for results yet.
    batch_is_there : Signal
        The folder holds results of another batch; `start` with `joins` goes on with it.
    cut_off : Signal
        The queue of an earlier session was not finished; number of jobs that are left.
    """

    planned = Signal(object)
    folder_wanted = Signal()
    batch_is_there = Signal(str)
    cut_off = Signal(int)

    def __init__(
        self,
        queue: Queue,
        document: Document,
        activity: Activity,
        reader: Worker,
        client: BatchClient,
        file: QueueFile,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.queue = queue
        self._document, self._activity, self._reader = document, activity, reader
        self._running = QueueRunning(queue, activity, client, self)
        self._keeping = QueueKeeping(queue, activity, file, self)
        self._running.begins.connect(self._keeping.save_states)
        self._planning: Work | None = None

    # ------------------------------------------------------------------ between sessions

    def restore(self) -> None:
        """Take up the queue of an earlier session, and offer to go on where it was cut off."""
        n_left = self._keeping.restore()
        if n_left is not None:
            self.cut_off.emit(n_left)

    def shut_down(self) -> None:
        """Stop the batch, which can be gone on with, and keep the queue."""
        self._keeping.shut_down()
        self._running.shut_down()

    # ------------------------------------------------------------------ filling

    def plan(self, wanted: Asked | Sequence[Requested]) -> None:
        """Look what jobs there would be; `planned` follows, for the last call alone."""
        self.forget_plan()
        queued = {job.name: job.text for job in self.queue.as_planned}
        work = self._reader.call("plan_batch", wanted=wanted, queued=queued)
        self._planning = work
        work.succeeded.connect(self._planned)
        work.failed.connect(self._not_planned)

    def forget_plan(self) -> None:
        """Let go of a plan that is being made."""
        if self._planning is not None:
            self._planning.succeeded.disconnect(self._planned)
            self._planning.failed.disconnect(self._not_planned)
            self._planning.cancel()
            self._planning = None

    def add(self, planned: Planned) -> None:
        """Put planned jobs at the end of the queue."""
        jobs = [QueuedJob(**fields) for fields in planned.jobs]
        self.queue.add(jobs, planned.skipped)
        for warning in planned.warnings:
            self._say("warning", "Batch queue", warning)
        if self.queue.is_active:
            late = [job.name for job in jobs]
            self._running.send(Steer(kind="add", jobs=tuple(job.text for job in jobs)), late)

    def requested(
        self, chosen: Iterable[tuple[str, str | None]], sets: Iterable[ParameterSet]
    ) -> list[Requested]:
        """Return what analyses of regions, with each set of parameters, are to do.

        Parameters
        ----------
        chosen : iterable of (str, str or None)
            Keys of data sets, and of regions or None for the whole field.
        sets : iterable of ParameterSet
            Sets of parameters.
        """
        project = self._document.project
        sets = tuple(sets)
        return [
            Requested(request=project.request(data_set, region), parameters=one)
            for data_set, region in chosen
            for one in sets
        ]

    def read_sets(self, path: str) -> tuple[ParameterSet, ...]:
        """Read parameter sets from a TOML file; what is wrong with it is said."""
        project = self._document.project
        try:
            return read_parameter_sets(path, ParameterSet(params=project.params, seed=project.seed))
        except StormGraphError as error:
            self._say("error", "The parameter sets cannot be read", str(error))
            return ()

    # ------------------------------------------------------------------ running

    def start(self, *, joins: bool = False) -> None:
        """Begin, or go on after a pause.

        Parameters
        ----------
        joins : bool
            Go on with a batch that is in the folder already.
        """
        queue = self.queue
        if queue.phase == "paused":
            self._running.send(Steer(kind="go-on"))
            queue.set_phase("running")
        elif not queue.is_active and queue.count("waiting"):
            if not queue.settings.out:
                self.folder_wanted.emit()
            elif self._may_write(joins=joins or queue.settings.is_ours):
                self._running.begin()

    def pause(self) -> None:
        """Start no more jobs; those that run go on to their end."""
        if self.queue.phase in ("starting", "running") and not self._running.begins_again:
            self._running.send(Steer(kind="pause"))
            self.queue.set_phase("paused")

    def cancel(self, names: Iterable[str]) -> None:
        """Cancel jobs that wait or run; a running one's process is ended."""
        states = {name: self.queue.state(name).state for name in names}
        waiting = [name for name, state in states.items() if state == "waiting"]
        running = [name for name, state in states.items() if state == "running"]
        if self.queue.is_active:
            self._running.send(Steer(kind="cancel", names=(*waiting, *running)))
        self.queue.set_states(dict.fromkeys(waiting, JobState(state="cancelled")))

    def cancel_all(self) -> None:
        """Cancel all jobs that wait or run; the tables of what is done are written."""
        self._running.give_up()
        self.cancel(self.queue.names("waiting", "running"))
        if self.queue.is_active:
            # a batch that is paused would wait for nothing
            self._running.send(Steer(kind="go-on"))
            self.queue.set_phase("stopping")

    def retry(self, names: Iterable[str]) -> None:
        """Let jobs that failed or were cancelled wait again."""
        again = [name for name in names if self.queue.state(name).state in ("failed", "cancelled")]
        if self.queue.is_active:
            self._running.send(Steer(kind="retry", names=tuple(again)), again)
        self.queue.set_states(dict.fromkeys(again, JobState()))
        self._arrange()

    def retry_failed(self) -> None:
        """Let all jobs that failed wait again, and begin if nothing runs."""
        self.retry(self.queue.names("failed"))
        self.start()

    def move(self, names: Sequence[str], place: int) -> None:
        """Put jobs before the one at a place."""
        self.queue.move(names, place)
        self._arrange()

    def remove(self, names: Iterable[str]) -> None:
        """Take jobs that do not run off the list; results stay where they are."""
        names = tuple(names)
        self.cancel(name for name in names if self.queue.state(name).state == "waiting")
        self.queue.remove(names)

    def clear_ended(self) -> None:
        """Take jobs that have ended off the list, when nothing runs."""
        if not self.queue.is_active:
            self.remove(self.queue.names(*ENDED))

    def set_out(self, folder: str) -> None:
        """Choose the folder for results, before the queue has begun there."""
        self.queue.set_settings(out=str(Path(folder).absolute()), is_ours=False)

    def _may_write(self, *, joins: bool) -> bool:
        """Whether the folder can be used; asks or says why not."""
        out = Path(self.queue.settings.out)
        try:
            check_out(out, resume=True, overwrite=False)
        except OutputError as error:
            self._running.refuse_folder(str(error))
            return False
        except OSError as error:
            self._running.refuse_folder(f"{out}: {error.strerror or error}")
            return False
        if joins:
            return True
        try:
            check_out(out, resume=False, overwrite=False)
        except OutputError:
            self.batch_is_there.emit(str(out))
            return False
        return True

    def _arrange(self) -> None:
        if self.queue.is_active:
            self._running.send(Steer(kind="arrange", names=self.queue.order))

    # ------------------------------------------------------------------ the rest

    def _planned(self, planned: Planned) -> None:
        self._planning = None
        self.planned.emit(planned)

    def _not_planned(self, failed: Failed) -> None:
        self._planning = None
        self.planned.emit(failed.text)

    def _say(self, level: Level, title: str, text: str, details: str = "") -> None:
        self._activity.say(Message(level=level, title=title, text=text, details=details))
