"""Runs the jobs of the batch queue, and takes down what becomes of them."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterable, Mapping, Sequence
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
from stormgraph_gui.models.activity import Activity, Message
from stormgraph_gui.models.queue import COMPLETE, JobState, Queue, State
from stormgraph_gui.signals import QObject, QTimer, Signal
from stormgraph_py.batch.fault import Fault, Kind
from stormgraph_py.batch.job import Outcome
from stormgraph_py.batch.runner import BATCH_OUTPUTS, BatchResult
from stormgraph_py.report.outputs import Outputs

Level: TypeAlias = Literal["info", "warning", "error"]

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


class QueueRunning(QObject):
    """The batch that is under way.

    Parameters
    ----------
    queue : Queue
        Its jobs, and what became of them.
    activity : Activity
        Where messages go.
    client : BatchClient
        Runs the batch.

    Attributes
    ----------
    begins : Signal
        The queue is about to begin in its folder.
    """

    begins = Signal()

    def __init__(
        self, queue: Queue, activity: Activity, client: BatchClient, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.queue, self._activity, self._client = queue, activity, client
        self._sent_late: set[str] = set()
        self._ended_since_death = True
        client.told.connect(self._heard)
        client.ended.connect(self._ended)
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(AGAIN_AFTER_MS)
        self._again.timeout.connect(self._begin)

    @property
    def begins_again(self) -> bool:
        """Whether another process is about to follow one that died."""
        return self._again.isActive()

    def begin(self) -> None:
        """Begin with the jobs that wait."""
        self._ended_since_death = True
        self._begin()

    def send(self, message: Steer, late: Iterable[str] = ()) -> None:
        """Steer the batch; jobs that it may hear of too late are done in another one after it."""
        self._sent_late |= set(late)
        self._client.steer(message)

    def give_up(self) -> None:
        """Begin no other process after the one that died."""
        if self.begins_again:
            self._again.stop()
            self.queue.set_phase("idle")

    def shut_down(self) -> None:
        """Stop the batch, which can be gone on with."""
        self._again.stop()
        self._client.close()

    def _begin(self) -> None:
        queue, settings = self.queue, self.queue.settings
        self._sent_late = set()
        failed = {name: queue.state(name) for name in queue.names("failed")}
        queue.set_settings(is_ours=True)
        queue.set_phase("starting")
        self.begins.emit()
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
        elif how.reason == "input" and queue.phase == "starting" and not was_stopping:
            queue.set_phase("idle")
            self.refuse_folder(how.text)
        else:
            queue.set_phase("idle")
            self._say("error", "The queue has stopped", how.text, how.details)

    def refuse_folder(self, why: str) -> None:
        """Say why nothing can begin in the folder, and let another one be asked for.

        A folder that holds results of the queue is kept: they are opened there.
        """
        queue = self.queue
        if not queue.count(*COMPLETE):
            queue.set_settings(out="", is_ours=False)
        hint = "“Results in...” below the list, or Start, asks for another folder."
        if queue.settings.out:
            hint = "“Results” below the list asks for another folder."
        self._say("error", "This folder cannot take the results", f"{why.rstrip('.')}. {hint}")

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
