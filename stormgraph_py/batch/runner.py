"""A batch from its plan to its tables: what is complete is kept, what fails is recorded."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from stormgraph_py.batch import folder as places
from stormgraph_py.batch.completeness import Hashes, why_not_complete
from stormgraph_py.batch.estimate import estimate_bytes, estimate_seconds
from stormgraph_py.batch.executors import SteeredExecutor
from stormgraph_py.batch.job import Job, Outcome, Plan
from stormgraph_py.batch.lease import Lease
from stormgraph_py.batch.log import BatchLog
from stormgraph_py.batch.monitor import LoggingMonitor, Monitor
from stormgraph_py.batch.summary import BatchSummary
from stormgraph_py.batch.task import Task
from stormgraph_py.errors import OutputError, ParameterError
from stormgraph_py.io.writers import write_text
from stormgraph_py.report.numbers import count
from stormgraph_py.report.outputs import Outputs
from stormgraph_py.report.record import software_versions

if TYPE_CHECKING:
    from stormgraph_py.batch.control import Control
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
    control: Control | None = None,
    failed: Sequence[Outcome] = (),
    largest_first: bool = True,
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
    control : Control, optional
        Pauses the batch, cancels, retries, rearranges and adds jobs while it runs. It needs an
        executor that can be steered.
    failed : sequence of Outcome
        Jobs that failed before and are not tried again, unless `control` wants them to be.
    largest_first : bool
        Start with the largest files, so that none is left for the end, instead of in the order of
        the plan. The tables have that order in any case.

    Returns
    -------
    BatchResult

    Raises
    ------
    OutputError
        When the folder may not be written, or the tables of the batch cannot be.
    ParameterError
        When the executor cannot be steered and there is a `control`.
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
        run = _Run(plan, out, outputs, monitor or Monitor(), lease, resume=resume, control=control)
        return run.go(
            make_executor,
            should_stop=should_stop or (lambda: False),
            failed=failed,
            largest_first=largest_first,
        )


class _Run:
    """A batch under way."""

    def __init__(
        self,
        plan: Plan,
        out: Path,
        outputs: Outputs,
        monitor: Monitor,
        lease: Lease,
        *,
        resume: bool,
        control: Control | None,
    ) -> None:
        self.plan, self.out, self.outputs = plan, out, outputs
        self.monitor, self.lease = monitor, lease
        self.resume, self.control = resume, control
        self.log = BatchLog(out / places.LOG_FILE)
        self.summary = BatchSummary(plan, out, outputs)
        self.tasks: dict[str, Task] = {}
        self.open: set[str] = set()
        self.running: tuple[str, ...] = ()
        self.n_kept = 0
        self.hashes = Hashes()
        self.disk_full = False
        self.record_began = _now()
        self.index_written, self.index_took = time.monotonic(), 0.0

    def go(
        self,
        make_executor: MakeExecutor,
        *,
        should_stop: ShouldStop,
        failed: Sequence[Outcome],
        largest_first: bool,
    ) -> BatchResult:
        """Do it all."""
        places.remove_leftovers(self.out)
        n_jobs, n_skipped = len(self.plan.jobs), len(self.plan.skipped)
        self.log(f"begins: {count(n_jobs, 'job')}, {count(n_skipped, 'file')} skipped")
        for warning in self.plan.warnings:
            self.log(f"warning: {warning}")
        jobs = self.not_complete(self.plan.jobs)
        self.look_for_strangers()
        if largest_first:
            # so that none is left for the end; the regions of a file together
            jobs.sort(key=lambda job: (-job.n_rows, job.file))
        self.tasks = {job.name: self.task(job) for job in jobs}
        self.leave_failed(failed)
        wanted = [task for job, task in self.tasks.items() if job not in self.summary.failures]
        self.write_record("running")
        self.monitor.begins(wanted, self.n_kept)
        interrupted = self.do(wanted, make_executor, should_stop) if wanted else False
        self.monitor.finished()
        places.remove_leftovers(self.out)
        result = BatchResult(
            n_done=len(self.summary.done),
            n_kept=self.n_kept,
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

    def not_complete(self, jobs: Sequence[Job]) -> list[Job]:
        """Return the jobs that have to be done, and say why some are done again."""
        if not self.resume:
            return list(jobs)
        wanted, again = [], []
        for job in jobs:
            folder = self.out / places.JOBS / job.name
            if not folder.exists():
                wanted.append(job)
                continue
            reason = why_not_complete(job, folder, self.outputs, self.hashes)
            if reason is None:
                self.n_kept += 1
                self.summary.keep(job.name)
                self.monitor.keeps(self.summary.outcome_of(job.name))
            else:
                wanted.append(job)
                again.append(f"{job.name} is done again: {reason}.")
                self.log(again[-1])
        if again:
            more = f" {len(again) - 1} more are done again, see batch.log." if again[1:] else ""
            self.monitor.warns(again[0] + more)
        return wanted

    def look_for_strangers(self) -> None:
        """Tell of folders that belong to no job."""
        strangers = places.strangers(self.out, (job.name for job in self.plan.jobs))
        if self.resume and strangers:
            self.monitor.warns(
                f"{len(strangers)} folders in {self.out / places.JOBS} belong to no job of this "
                f"batch ({strangers[0]}, ...); they are left alone and in no table."
            )

    def leave_failed(self, failed: Sequence[Outcome]) -> None:
        """Take down jobs that failed before, as far as there is no result of theirs."""
        for outcome in failed:
            if outcome.job in self.tasks:
                self.summary.add(outcome)

    def do(
        self, tasks: Sequence[Task], make_executor: MakeExecutor, should_stop: ShouldStop
    ) -> bool:
        """Do tasks; True when it was interrupted."""
        with make_executor(self.lease, LoggingMonitor(self.monitor, self.log)) as executor:
            self.submit(tasks, executor)
            while self.heed(executor):
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

    def submit(self, tasks: Sequence[Task], executor: Executor) -> None:
        """Let tasks be done."""
        self.open.update(task.job for task in tasks)
        executor.submit(tasks)

    def heed(self, executor: Executor) -> bool:
        """Do what is wanted of the batch; whether anything is left to be done."""
        if self.control is None:
            return executor.n_open > 0
        if not isinstance(executor, SteeredExecutor):
            raise ParameterError(f"{type(executor).__name__} cannot be steered; leave control out.")
        for wish in self.control.wishes():
            match wish.kind:
                case "pause" | "go-on":
                    executor.hold(wish.kind == "pause")
                    self.log("paused" if wish.kind == "pause" else "goes on")
                case "cancel":
                    self.drop(wish.names, executor)
                case "retry":
                    self.retry(wish.names, executor)
                case "arrange":
                    executor.arrange(wish.names)
                case "add":
                    self.add(wish.jobs, executor)
        if executor.running != self.running:
            self.running = executor.running
            self.monitor.runs(self.running)
        return executor.n_open > 0

    def drop(self, names: Sequence[str], executor: SteeredExecutor) -> None:
        """Cancel some jobs."""
        for name in names:
            if name in self.open and executor.drop(name):
                self.log(f"{name}: cancelled")
                self.open.discard(name)
                self.monitor.ended(self.tasks[name], Outcome(job=name, state="cancelled"))

    def retry(self, names: Sequence[str], executor: Executor) -> None:
        """Do jobs again that failed or were cancelled."""
        again = [
            name
            for name in dict.fromkeys(names)
            if name in self.tasks and name not in self.open and name not in self.summary.done
        ]
        for name in again:
            self.summary.failures.pop(name, None)
            self.log(f"{name}: is tried again")
        self.submit([self.tasks[name] for name in again], executor)

    def add(self, jobs: Sequence[Job], executor: Executor) -> None:
        """Take in more jobs."""
        known = {job.name for job in self.plan.jobs}
        new = [job for job in jobs if job.name not in known]
        self.plan = replace(self.plan, jobs=(*self.plan.jobs, *new))
        self.summary.follow(self.plan)
        tasks = {job.name: self.task(job) for job in self.not_complete(new)}
        self.log(f"{count(len(new), 'job')} added")
        self.tasks |= tasks
        self.submit(list(tasks.values()), executor)

    def note(self, outcome: Outcome, executor: Executor) -> None:
        """Take down what became of a job."""
        if outcome.state == "cancelled":
            return
        self.open.discard(outcome.job)
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
            self.open.intersection_update(self.running)
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


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
