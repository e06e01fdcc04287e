"""The batch queue: jobs in the order in which they start, and what became of each."""

from __future__ import annotations

import dataclasses
import functools
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from stormgraph_gui.signals import QObject, Signal
from stormgraph_py.batch.estimate import estimate_seconds

State: TypeAlias = Literal["waiting", "running", "done", "kept", "failed", "cancelled"]
"""What became of a job; "kept" is one that was complete before the queue came to it."""

STATES: tuple[State, ...] = get_args(State)
ENDED: tuple[State, ...] = ("done", "kept", "failed", "cancelled")
COMPLETE: tuple[State, ...] = ("done", "kept")

Phase: TypeAlias = Literal["idle", "starting", "running", "paused", "stopping"]
"""What the queue as a whole does."""


@dataclass(frozen=True, kw_only=True, eq=False)
class QueuedJob:
    """A job of the queue.

    Parameters
    ----------
    name : str
        Name of its folder, unique in the queue.
    file : str
        Input file, short.
    path : str
        Input file.
    roi, parameters, channel : str
        Region, parameter set and colour channel; empty without.
    tags : mapping of str to str
        Condition, replicate, cell and the like.
    n_rows : int
        Rows of the input file, estimated.
    text : str
        The `stormgraph_py.batch.job.Job` as JSON, which the app need not understand.
    """

    name: str
    file: str
    path: str
    roi: str = ""
    parameters: str = ""
    channel: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    n_rows: int = 0
    text: str = field(default="{}", repr=False)


@dataclass(frozen=True, kw_only=True)
class JobState:
    """What became of a job.

    Parameters
    ----------
    state : str
        One of `STATES`.
    stage, kind, reason, remedy : str
        Of a failed job: doing what, kind of fault, why, and what to do.
    seconds : float
        Time that it took.
    n_localizations, n_clusters : int or None
        What was analysed and found.
    warnings : tuple of str
        What the user should look at.
    began : float or None
        When a running job began, as of `time.monotonic`.
    """

    state: State = "waiting"
    stage: str = ""
    kind: str = ""
    reason: str = ""
    remedy: str = ""
    seconds: float = 0.0
    n_localizations: int | None = None
    n_clusters: int | None = None
    warnings: tuple[str, ...] = ()
    began: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the state ready for JSON; what runs now will wait."""
        if self.state in ("running", "waiting"):
            return {}
        values = vars(self)
        return {name: value for name, value in values.items() if value != _DEFAULTS[name]}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> JobState:
        """Make a state from what `as_dict` returned.

        Raises
        ------
        TypeError, ValueError
            When the values are none.
        """
        known = {**values, "warnings": tuple(values.get("warnings", ()))}
        made = cls(**known)
        if made.state not in STATES:
            raise ValueError(made.state)
        return made


WAITING = JobState()
_DEFAULTS = vars(WAITING)


@dataclass(frozen=True, kw_only=True)
class QueueSettings:
    """How the queue is done.

    Parameters
    ----------
    out : str
        Folder of the results; empty until it is chosen.
    n_workers : int
        Jobs at a time.
    reports : bool
        Write a report for each job.
    is_ours : bool
        The queue has begun in this folder.
    """

    out: str = ""
    n_workers: int = 1
    reports: bool = True
    is_ours: bool = False


@dataclass(frozen=True, kw_only=True)
class QueueProgress:
    """How far the queue is.

    Parameters
    ----------
    n : mapping of str to int
        Number of jobs in each state.
    fraction : float
        Share of the work that is done, 0 to 1.
    seconds_left : float or None
        Estimate; None while nothing tells.
    """

    n: Mapping[State, int]
    fraction: float
    seconds_left: float | None

    @property
    def n_jobs(self) -> int:
        """Number of jobs."""
        return sum(self.n.values())

    @property
    def n_left(self) -> int:
        """Number of jobs that wait or run."""
        return self.n["waiting"] + self.n["running"]


def cores() -> int:
    """Return the number of cores that the app may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Queue(QObject):
    """Jobs in the order in which they start, their states, and how they are done.

    Attributes
    ----------
    jobs_changed : Signal
        Jobs came, went or changed places.
    states_changed : Signal
        Names of the jobs whose state is another one now, a frozenset.
    settings_changed : Signal
        Folder, workers or reports.
    phase_changed : Signal
        The queue began, paused, stopped.
    """

    jobs_changed = Signal()
    states_changed = Signal(object)
    settings_changed = Signal()
    phase_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # in the order in which they came, which the tables of the batch have
        self._jobs: dict[str, QueuedJob] = {}
        self._order: list[str] = []
        self._states: dict[str, JobState] = {}
        self._n: Counter[State] = Counter()
        self._settings = QueueSettings(n_workers=max(1, cores() - 1))
        self._phase: Phase = "idle"
        self.skipped: tuple[tuple[str, str], ...] = ()

    @property
    def jobs(self) -> tuple[QueuedJob, ...]:
        """Jobs in the order in which they start."""
        return tuple(self._jobs[name] for name in self._order)

    @property
    def as_planned(self) -> tuple[QueuedJob, ...]:
        """Jobs in the order in which they came."""
        return tuple(self._jobs.values())

    @property
    def order(self) -> tuple[str, ...]:
        """Names of the jobs in the order in which they start."""
        return tuple(self._order)

    @property
    def settings(self) -> QueueSettings:
        """How the queue is done."""
        return self._settings

    @property
    def phase(self) -> Phase:
        """What the queue does now."""
        return self._phase

    @property
    def is_active(self) -> bool:
        """Whether there is a batch under way, paused ones among them."""
        return self._phase != "idle"

    def job(self, name: str) -> QueuedJob:
        """Return a job by its name.

        Raises
        ------
        KeyError
            When there is none.
        """
        return self._jobs[name]

    def state(self, name: str) -> JobState:
        """Return what became of a job."""
        return self._states.get(name, WAITING)

    def names(self, *states: State) -> tuple[str, ...]:
        """Return the names of the jobs in these states, in their order."""
        return tuple(name for name in self._order if self.state(name).state in states)

    def count(self, *states: State) -> int:
        """Return the number of jobs in these states."""
        return sum(self._n[state] for state in states)

    def folder(self, name: str) -> Path:
        """Return the folder of a job's result."""
        return Path(self._settings.out) / "jobs" / name

    def add(self, jobs: Iterable[QueuedJob], skipped: Iterable[tuple[str, str]] = ()) -> None:
        """Take in jobs, which come last; their names must be new."""
        new = {job.name: job for job in jobs}
        assert not new.keys() & self._jobs.keys()
        self._jobs |= new
        self._order += new
        self._n["waiting"] += len(new)
        self.skipped = (*self.skipped, *skipped)
        self.jobs_changed.emit()

    def remove(self, names: Iterable[str]) -> None:
        """Forget jobs that do not run; their results stay."""
        gone = {name for name in names if self.state(name).state != "running"}
        self._jobs = {name: job for name, job in self._jobs.items() if name not in gone}
        self._order = [name for name in self._order if name not in gone]
        self._states = {name: one for name, one in self._states.items() if name not in gone}
        self._count()
        if not self._jobs:
            self.skipped = ()
        self.jobs_changed.emit()

    def move(self, names: Sequence[str], place: int) -> None:
        """Put jobs before the one at a place, together and in the order that they have."""
        chosen = set(names)
        moving = [name for name in self._order if name in chosen]
        before = [name for name in self._order[:place] if name not in chosen]
        after = [name for name in self._order[place:] if name not in chosen]
        order = [*before, *moving, *after]
        if order != self._order:
            self._order = order
            self.jobs_changed.emit()

    def set_states(self, states: Mapping[str, JobState]) -> None:
        """Take down what became of jobs; those that are not known are passed over."""
        new = {
            name: state
            for name, state in states.items()
            if name in self._jobs and state != self.state(name)
        }
        if new:
            self._n.subtract(self.state(name).state for name in new)
            self._n.update(state.state for state in new.values())
            self._states |= new
            self.states_changed.emit(frozenset(new))

    def set_settings(self, **values: Any) -> None:
        """Change some of the fields of `QueueSettings`."""
        before, self._settings = (
            self._settings,
            dataclasses.replace(self._settings, **values),
        )
        if self._settings != before:
            self.settings_changed.emit()

    def set_phase(self, phase: Phase) -> None:
        """Take down what the queue does now."""
        if phase != self._phase:
            self._phase = phase
            self.phase_changed.emit()

    def restore(
        self,
        jobs: Iterable[QueuedJob],
        order: Iterable[str],
        states: Mapping[str, JobState],
        settings: QueueSettings,
        skipped: Iterable[tuple[str, str]],
    ) -> None:
        """Take the place of everything: what was kept of an earlier session."""
        self._jobs = {job.name: job for job in jobs}
        known = [name for name in dict.fromkeys(order) if name in self._jobs]
        self._order = [*known, *(name for name in self._jobs if name not in set(known))]
        self._states = {name: one for name, one in states.items() if name in self._jobs}
        self._count()
        self._settings, self.skipped = settings, tuple(skipped)
        self.jobs_changed.emit()
        self.settings_changed.emit()

    def progress(self, now: float) -> QueueProgress:
        """Return how far the queue is at a time of `time.monotonic`."""
        n: dict[State, int] = {state: self._n[state] for state in STATES}
        reports = self._settings.reports
        expected: dict[State, float] = dict.fromkeys(STATES, 0.0)
        taken = largest = 0.0
        for name, job in self._jobs.items():
            one, seconds = self._states.get(name, WAITING), _expected(job.n_rows, reports)
            expected[one.state] += seconds
            if one.state == "done":
                taken += one.seconds
            elif one.state == "waiting":
                largest = max(largest, seconds)
        pace = taken / expected["done"] if taken and expected["done"] else 1.0
        done = pace * (expected["done"] + expected["kept"] + expected["failed"])
        left, longest = pace * expected["waiting"], pace * largest
        for name in self.names("running") if n["running"] else ():
            began, seconds = (
                self.state(name).began,
                pace * _expected(self._jobs[name].n_rows, reports),
            )
            # a job that takes longer than expected is nearly done, as far as anybody knows
            begun = min(now - began, 0.95 * seconds) if began is not None else 0.0
            done, left = done + begun, left + seconds - begun
            longest = max(longest, seconds - begun)
        n_left = n["waiting"] + n["running"]
        at_once = max(1, min(self._settings.n_workers, n_left))
        return QueueProgress(
            n=n,
            fraction=done / (done + left) if done + left else 0.0,
            seconds_left=max(left / at_once, longest) if n_left and taken else None,
        )

    def _count(self) -> None:
        self._n = Counter(self.state(name).state for name in self._jobs)


@functools.lru_cache(maxsize=4096)
def _expected(n_rows: int, reports: bool) -> float:
    return estimate_seconds(n_rows, report=reports)
