"""A batch from its plan to its tables: what is complete is kept, what fails is recorded."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from stormgraph_py.batch import folder as places
from stormgraph_py.batch.completeness import Hashes, why_not_complete
from stormgraph_py.batch.estimate import estimate_bytes, estimate_seconds
from stormgraph_py.batch.job import Job, Outcome, Plan
from stormgraph_py.batch.lease import Lease
from stormgraph_py.batch.log import BatchLog
from stormgraph_py.batch.summary import BatchSummary
from stormgraph_py.batch.task import Task
from stormgraph_py.errors import OutputError
from stormgraph_py.io.writers import write_text
from stormgraph_py.report.numbers import count
from stormgraph_py.report.outputs import Outputs
from stormgraph_py.report.record import software_versions

if TYPE_CHECKING:
    from stormgraph_py.batch.executors import Executor
    from stormgraph_py.progress import ShouldStop

SCHEMA = 1
"""Version of the layout of batch.json."""

BATCH_OUTPUTS = Outputs(figures=False, excel=False, thumbnail=True)
"""What is written for each job by default: figures as files and workbooks would take longer."""

_POLL_S = 0.2
_INDEX_S = 30.0
_INDEX_SHARE = 0.05
"""Largest share of the time that the index may take while jobs run."""

MakeExecutor: TypeAlias = "Callable[[Lease, Monitor], Executor]"
"""Makes the executor, once the folder of the batch is there and held."""


class Monitor:
    """Is told how a batch goes; a base that does nothing with it."""

    def begins(self, tasks: Sequence[Task], n_complete: int) -> None:
        """Jobs are about to start; so many were complete already."""

    def ended(self, task: Task, outcome: Outcome) -> None:
        """A job has ended."""

    def warns(self, text: str) -> None:
        """Something should be known."""

    def finished(self) -> None:
        """No more jobs will end."""


@dataclass(frozen=True, kw_only=True)
class BatchResult:
    """How a batch ended.

    Parameters
    ----------
    n_done, n_kept : int
        Jobs whose folders are there; those of them that were complete before.
    failures : tuple of Outcome
        Jobs that failed.
    n_open : int
        Jobs that were not done because the batch was stopped.
    disk_full, interrupted : bool
        Why it was stopped.
    """

    n_done: int
    n_kept: int = 0
    failures: tuple[Outcome, ...] = ()
    n_open: int = 0
    disk_full: bool = False
    interrupted: bool = False

    @property
    def succeeded(self) -> bool:
        """Whether every job is done."""
        return not self.failures and not self.n_open


def run_batch(
    plan: Plan,
    out: Path,
    make_executor: MakeExecutor,
    *,
    outputs: Outputs = BATCH_OUTPUTS,
    resume: bool = False,
    overwrite: bool = False,
    monitor: Monitor | None = None,
    should_stop: ShouldStop | None = None,
) -> BatchResult:
    """Do the jobs of a plan and write the folder of the batch.

    Parameters
    ----------
    plan : Plan
        What `stormgraph_py.batch.planning.plan_jobs` returned.
    out : Path
        Folder of the batch.
    make_executor : callable
        Given the lease of the folder and the monitor, makes the executor.
    outputs : Outputs
        Files of each job; Excel and Parquet are for the tables of the batch too.
    resume : bool
        Keep jobs that are complete and match.
    overwrite : bool
        Remove an older batch first.
    monitor : Monitor, optional
        Is told how it goes.
    should_stop : callable, optional
        Asked a few times a second; True abandons the running jobs.

    Returns
    -------
    BatchResult

    Raises
    ------
    OutputError
        When the folder may not be written, or the tables of the batch cannot be.
    """
    outputs.check()
    places.check_out(out, resume=resume, overwrite=overwrite)
    try:
        (out / places.JOBS).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{out} cannot be made ({error.strerror}); choose another --out."
        ) from None
    with Lease(out) as lease:
        if overwrite and not resume:
            places.clear(out)
        run = _Run(plan, out, outputs, monitor or Monitor(), lease)
        return run.go(make_executor, resume=resume, should_stop=should_stop or (lambda: False))


class _Run:
    """A batch under way."""

    def __init__(
        self, plan: Plan, out: Path, outputs: Outputs, monitor: Monitor, lease: Lease
    ) -> None:
        self.plan, self.out, self.outputs = plan, out, outputs
        self.monitor, self.lease = monitor, lease
        self.log = BatchLog(out / places.LOG_FILE)
        self.summary = BatchSummary(plan, out, outputs)
        self.tasks: dict[str, Task] = {}
        self.disk_full = False
        self.record_began = _now()
        self.index_written, self.index_took = time.monotonic(), 0.0

    def go(
        self, make_executor: MakeExecutor, *, resume: bool, should_stop: ShouldStop
    ) -> BatchResult:
        """Do it all."""
        places.remove_leftovers(self.out)
        n_jobs, n_skipped = len(self.plan.jobs), len(self.plan.skipped)
        self.log(f"begins: {count(n_jobs, 'job')}, {count(n_skipped, 'file')} skipped")
        for warning in self.plan.warnings:
            self.log(f"warning: {warning}")
        kept = self.keep_complete() if resume else set()
        jobs = [job for job in self.plan.jobs if job.name not in kept]
        # largest files first, so that none is left for the end; the regions of a file together
        jobs.sort(key=lambda job: (-job.n_rows, job.file))
        self.tasks = {job.name: self.task(job) for job in jobs}
        self.write_record("running")
        self.monitor.begins(list(self.tasks.values()), len(kept))
        interrupted = self.do(make_executor, should_stop) if self.tasks else False
        self.monitor.finished()
        places.remove_leftovers(self.out)
        result = BatchResult(
            n_done=len(self.summary.done),
            n_kept=len(kept),
            failures=tuple(self.summary.failures.values()),
            n_open=len(self.plan.jobs) - len(self.summary.done) - len(self.summary.failures),
            disk_full=self.disk_full,
            interrupted=interrupted,
        )
        self.log(
            f"ends: {result.n_done} done ({result.n_kept} of them before), "
            f"{len(result.failures)} failed, {result.n_open} not done"
        )
        try:
            self.summary.write(stopped=interrupted)
            self.write_record("stopped" if result.n_open else "finished")
        except OutputError as error:
            # a full disk has been told, and that tables are missing too is no news
            if not self.disk_full:
                raise
            self.log(str(error))
        return result

    def keep_complete(self) -> set[str]:
        """Find the jobs that need not be done again, and say why others do."""
        hashes, kept, again = Hashes(), set(), []
        for job in self.plan.jobs:
            folder = self.out / places.JOBS / job.name
            if not folder.exists():
                continue
            reason = why_not_complete(job, folder, self.outputs, hashes)
            if reason is None:
                kept.add(job.name)
                self.summary.keep(job.name)
            else:
                again.append(f"{job.name} is done again: {reason}.")
                self.log(again[-1])
        if again:
            more = f" {len(again) - 1} more are done again, see batch.log." if again[1:] else ""
            self.monitor.warns(again[0] + more)
        strangers = places.strangers(self.out, (job.name for job in self.plan.jobs))
        if strangers:
            self.monitor.warns(
                f"{len(strangers)} folders in {self.out / places.JOBS} belong to no job of this "
                f"batch ({strangers[0]}, ...); they are left alone and in no table."
            )
        return kept

    def do(self, make_executor: MakeExecutor, should_stop: ShouldStop) -> bool:
        """Do the tasks; True when it was interrupted."""
        with make_executor(self.lease, _Logging(self.monitor, self.log)) as executor:
            executor.submit(list(self.tasks.values()))
            while executor.n_open:
                for outcome in executor.completed(_POLL_S):
                    self.note(outcome, executor)
                if should_stop():
                    self.log("interrupted")
                    executor.cancel()
                    # workers on other machines look at it
                    self.lease.release()
                    return True
                self.lease.renew()
                self.write_index()
        return False

    def note(self, outcome: Outcome, executor: Executor) -> None:
        """Take down what became of a job."""
        if outcome.state == "cancelled":
            return
        self.summary.add(outcome)
        fault = outcome.fault
        if fault is None:
            self.log(
                f"{outcome.job}: done in {outcome.seconds:.1f} s, {outcome.n_localizations} "
                f"localizations, {outcome.n_clusters} clusters"
            )
            for warning in outcome.warnings:
                self.log(f"{outcome.job}: warning: {warning}")
        else:
            self.log(f"{outcome.job}: failed while {fault.stage}: {fault.reason}")
        self.monitor.ended(self.tasks[outcome.job], outcome)
        if fault is not None and fault.kind == "disk-full" and not self.disk_full:
            self.disk_full = True
            executor.withdraw()
            text = "The disk is full: no more jobs are started. Free some space and use --resume."
            self.log(text)
            self.monitor.warns(text)

    def task(self, job: Job) -> Task:
        """Make the task of a job."""
        return Task(
            job=job.name,
            folder=(self.out / places.JOBS / job.name).resolve(),
            request=job.request,
            outputs=self.outputs,
            n_bytes=estimate_bytes(job.n_rows),
            seconds=estimate_seconds(job.n_rows, report=self.outputs.report),
        )

    def write_index(self) -> None:
        """Write the index now and then, so that it can be looked at while jobs run."""
        now = time.monotonic()
        if now - self.index_written < max(_INDEX_S, self.index_took / _INDEX_SHARE):
            return
        try:
            self.summary.write_index(running=True)
        except OutputError as error:
            self.log(str(error))
        self.index_written, self.index_took = time.monotonic(), time.monotonic() - now

    def write_record(self, state: str) -> None:
        """Write batch.json."""
        jobs = [
            job.columns | {"tags": job.tags, "state": self.summary.state_of(job.name)}
            for job in self.plan.jobs
        ]
        record: dict[str, Any] = {
            "schema": SCHEMA,
            "state": state,
            "began_utc": self.record_began,
            "written_utc": _now(),
            "versions": software_versions(),
            "asked": dict(self.plan.asked),
            "outputs": asdict(self.outputs),
            "jobs": jobs,
            "warnings": list(self.plan.warnings),
            "skipped": [{"file": s.file, "reason": s.reason} for s in self.plan.skipped],
        }
        text = json.dumps(record, indent=2, sort_keys=True, ensure_ascii=False)
        write_text(self.out / places.RECORD_FILE, text + "\n")


@dataclass
class _Logging(Monitor):
    """Passes warnings of an executor on, and keeps them."""

    monitor: Monitor
    log: BatchLog = field(repr=False)

    def warns(self, text: str) -> None:
        """Say it and write it down."""
        self.log(text)
        self.monitor.warns(text)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
