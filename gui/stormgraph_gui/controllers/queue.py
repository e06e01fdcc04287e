"""The batch queue: fills it, runs it, steers it, and takes down what became of its jobs."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

from stormgraph_gui.jobs.batch_client import BatchClient
from stormgraph_gui.jobs.batch_messages import (
    Began,
    Begin,
    Broke,
    Ended,
    Finished,
    Kept,
    News,
    Runs,
    Steer,
    Warned,
)
from stormgraph_gui.jobs.batch_plans import Planned
from stormgraph_gui.jobs.messages import Failed
from stormgraph_gui.jobs.worker import Work, Worker
from stormgraph_gui.models.activity import Activity, Message
from stormgraph_gui.models.document import Document
from stormgraph_gui.models.queue import COMPLETE, ENDED, JobState, Queue, QueuedJob, State
from stormgraph_gui.models.queue_file import QueueFile
from stormgraph_gui.signals import QObject, QTimer, Signal
from stormgraph_py.batch.fault import Fault, Kind
from stormgraph_py.batch.folder import check_out
from stormgraph_py.batch.job import Outcome
from stormgraph_py.batch.parameter_sets import ParameterSet, read_parameter_sets
from stormgraph_py.batch.planning import Asked
from stormgraph_py.batch.requested import Requested
from stormgraph_py.batch.runner import BATCH_OUTPUTS, BatchResult
from stormgraph_py.errors import InputError, OutputError, StormGraphError
from stormgraph_py.report.outputs import Outputs

Level: TypeAlias = Literal["info", "warning", "error"]

SAVE_AFTER_MS = 500
"""States are kept this long after one has changed."""

AGAIN_AFTER_MS = 2500
"""Time that the workers of a process that died have to end, before another begins."""

REMEDIES: dict[Kind, str] = {
    "input": "Mend the file or the region, then retry it.",
    "parameter": "Change parameters, filters or channel, and add it again.",
    "output": "Make the folder for results writable, then retry it.",
    "disk-full": "Free some space on the disk, then retry it.",
    "memory": "Use smaller regions, or close other programs, then retry it.",
    "worker-died": "Usually memory ran out: use fewer jobs at a time or smaller regions.",
    "program": "A fault of the program: please report it with batch.log.",
}
"""What to do about each kind of fault, in the words of the app."""


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
        self._client, self._file = client, file
        self._planning: Work | None = None
        self._kept_jobs: tuple[QueuedJob, ...] = ()
        self._sent_late: set[str] = set()
        self._ended_since_death = True
        client.told.connect(self._heard)
        client.ended.connect(self._ended)
        self._saving = QTimer(self)
        self._saving.setSingleShot(True)
        self._saving.setInterval(SAVE_AFTER_MS)
        self._saving.timeout.connect(self._save_states)
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(AGAIN_AFTER_MS)
        self._again.timeout.connect(self._begin)
        queue.jobs_changed.connect(self._jobs_changed)
        for changed in (queue.states_changed, queue.settings_changed, queue.phase_changed):
            changed.connect(self._save_later)

    # ------------------------------------------------------------------ between sessions

    def restore(self) -> None:
        """Take up the queue of an earlier session, and offer to go on where it was cut off."""
        try:
            self._file.load(self.queue)
        except InputError as error:
            self._say("warning", "The batch queue could not be restored", str(error))
            return
        self._kept_jobs = self.queue.as_planned
        n_left = self.queue.count("waiting")
        if n_left and self.queue.settings.is_ours:
            self.cut_off.emit(n_left)

    def shut_down(self) -> None:
        """Stop the batch, which can be gone on with, and keep the queue."""
        self._again.stop()
        self._saving.stop()
        self._save_states()
        self._client.close()

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
            self._sent_late |= {job.name for job in jobs}
            self._client.steer(Steer(kind="add", jobs=tuple(job.text for job in jobs)))

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
            self._client.steer(Steer(kind="go-on"))
            queue.set_phase("running")
        elif not queue.is_active and queue.count("waiting"):
            if not queue.settings.out:
                self.folder_wanted.emit()
            elif self._may_write(joins=joins or queue.settings.is_ours):
                self._ended_since_death = True
                self._begin()

    def pause(self) -> None:
        """Start no more jobs; those that run go on to their end."""
        if self.queue.phase in ("starting", "running") and not self._again.isActive():
            self._client.steer(Steer(kind="pause"))
            self.queue.set_phase("paused")

    def cancel(self, names: Iterable[str]) -> None:
        """Cancel jobs that wait or run; a running one's process is ended."""
        states = {name: self.queue.state(name).state for name in names}
        waiting = [name for name, state in states.items() if state == "waiting"]
        running = [name for name, state in states.items() if state == "running"]
        if self.queue.is_active:
            self._client.steer(Steer(kind="cancel", names=(*waiting, *running)))
        self.queue.set_states(dict.fromkeys(waiting, JobState(state="cancelled")))

    def cancel_all(self) -> None:
        """Cancel all jobs that wait or run; the tables of what is done are written."""
        if self._again.isActive():
            self._again.stop()
            self.queue.set_phase("idle")
        self.cancel(self.queue.names("waiting", "running"))
        if self.queue.is_active:
            # a batch that is paused would wait for nothing
            self._client.steer(Steer(kind="go-on"))
            self.queue.set_phase("stopping")

    def retry(self, names: Iterable[str]) -> None:
        """Let jobs that failed or were cancelled wait again."""
        again = [name for name in names if self.queue.state(name).state in ("failed", "cancelled")]
        if self.queue.is_active:
            self._sent_late |= set(again)
            self._client.steer(Steer(kind="retry", names=tuple(again)))
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
        except (OutputError, OSError) as error:
            self._say("error", "This folder cannot take the results", str(error))
            return False
        if joins:
            return True
        try:
            check_out(out, resume=False, overwrite=False)
        except OutputError:
            self.batch_is_there.emit(str(out))
            return False
        return True

    def _begin(self) -> None:
        queue, settings = self.queue, self.queue.settings
        self._sent_late = set()
        failed = {name: queue.state(name) for name in queue.names("failed")}
        queue.set_settings(is_ours=True)
        queue.set_phase("starting")
        self._save_states()
        self._client.begin(
            Begin(
                jobs=tuple(job.text for job in queue.as_planned),
                order=queue.order,
                out=settings.out,
                outputs=_outputs(reports=settings.reports),
                n_workers=settings.n_workers,
                cancelled=queue.names("cancelled"),
                failed=tuple(_outcome(name, state) for name, state in failed.items()),
                skipped=queue.skipped,
                asked={"by": "the queue of the desktop app"},
            )
        )

    def _arrange(self) -> None:
        if self.queue.is_active:
            self._client.steer(Steer(kind="arrange", names=self.queue.order))

    # ------------------------------------------------------------------ listening

    def _heard(self, news: list[News]) -> None:
        states: dict[str, JobState] = {}
        for one in news:
            match one:
                case Began() if self.queue.phase == "starting":
                    self.queue.set_phase("running")
                case Kept(outcome):
                    states[outcome.job] = self._kept(outcome)
                case Ended(outcome):
                    self._ended_since_death = True
                    states[outcome.job] = _state(outcome)
                    self._sent_late.discard(outcome.job)
                case Runs(names):
                    states |= self._running(names, states)
                    self._sent_late -= set(names)
                case Warned(text):
                    self._say("warning", "Batch queue", text)
        self.queue.set_states(states)

    def _kept(self, outcome: Outcome) -> JobState:
        before = self.queue.state(outcome.job)
        self._sent_late.discard(outcome.job)
        return before if before.state in COMPLETE else _state(outcome, state="kept")

    def _running(self, names: Sequence[str], told: Mapping[str, JobState]) -> dict[str, JobState]:
        """Return the states that follow from which jobs run now."""
        before = {name for name in self.queue.names("running") if name not in told}
        before |= {name for name, state in told.items() if state.state == "running"}
        began = time.monotonic()
        states = {
            name: JobState(state="running", began=began) for name in names if name not in before
        }
        # one whose process died waits to be tried once more
        return states | {name: JobState() for name in before.difference(names)}

    def _ended(self, how: Finished | Broke) -> None:
        queue = self.queue
        was_stopping = queue.phase == "stopping"
        queue.set_states(dict.fromkeys(queue.names("running"), JobState()))
        if isinstance(how, Finished):
            late = self._sent_late & set(queue.names("waiting"))
            queue.set_phase("idle")
            if late and not how.result.disk_full:
                self._begin()
            else:
                self._sum_up(how.result, was_stopping=was_stopping)
        elif how.reason == "died" and self._ended_since_death and not was_stopping:
            self._ended_since_death = False
            queue.set_phase("starting")
            self._again.start()
            text = (
                "The process that runs the queue ended unexpectedly. Finished jobs are kept, and "
                "it goes on with the others."
            )
            self._say("warning", "The queue was interrupted", text)
        else:
            queue.set_phase("idle")
            self._say("error", "The queue has stopped", how.text, how.details)

    def _sum_up(self, result: BatchResult, *, was_stopping: bool) -> None:
        if result.disk_full:
            text = "No more jobs were started. Free some space, then start the queue again."
            self._say("error", "The disk is full", text)
            return
        n_failed = len(result.failures)
        text = f"{result.n_done} jobs are done" if result.n_done != 1 else "1 job is done"
        if n_failed:
            text += f", {n_failed} failed; the list says why"
        if result.n_open:
            text += f", {result.n_open} cancelled or not done"
        title = "The queue was cancelled" if was_stopping else "The queue is finished"
        self._say("info", title, f"{text}.")

    # ------------------------------------------------------------------ keeping

    def _jobs_changed(self) -> None:
        jobs = self.queue.as_planned
        if jobs != self._kept_jobs:
            self._kept_jobs = jobs
            try:
                self._file.save_jobs(self.queue)
            except OutputError as error:
                self._say("warning", "The batch queue cannot be kept", str(error))
        self._save_later()

    def _save_later(self) -> None:
        self._saving.start()

    def _save_states(self) -> None:
        try:
            if self.queue.as_planned:
                self._file.save_states(self.queue)
            else:
                self._file.forget()
        except OutputError as error:
            self._say("warning", "The batch queue cannot be kept", str(error))

    # ------------------------------------------------------------------ the rest

    def _planned(self, planned: Planned) -> None:
        self._planning = None
        self.planned.emit(planned)

    def _not_planned(self, failed: Failed) -> None:
        self._planning = None
        self.planned.emit(failed.text)

    def _say(self, level: Level, title: str, text: str, details: str = "") -> None:
        self._activity.say(Message(level=level, title=title, text=text, details=details))


def _outputs(*, reports: bool) -> Outputs:
    return dataclasses.replace(BATCH_OUTPUTS, report=reports)


def _state(outcome: Outcome, state: State | None = None) -> JobState:
    """Return what the queue takes down of an outcome."""
    fault = outcome.fault
    is_done = outcome.state == "done"
    return JobState(
        state=state or outcome.state,
        stage="" if fault is None else fault.stage,
        kind="" if fault is None else fault.kind,
        reason="" if fault is None else fault.reason,
        remedy="" if fault is None else REMEDIES[fault.kind],
        seconds=outcome.seconds,
        n_localizations=outcome.n_localizations if is_done else None,
        n_clusters=outcome.n_clusters if is_done else None,
        warnings=outcome.warnings,
    )


def _outcome(name: str, state: JobState) -> Outcome:
    """Return the outcome of a failed job from what the queue took down."""
    fault = Fault(stage=state.stage, kind=state.kind, reason=state.reason)  # type: ignore[arg-type]
    return Outcome(job=name, state="failed", fault=fault, seconds=state.seconds)
