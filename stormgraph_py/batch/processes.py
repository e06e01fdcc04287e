"""Jobs in spawned processes of this machine, no more at once than its memory holds."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from stormgraph_py.batch.executors import Perform, SteeredExecutor, in_order
from stormgraph_py.batch.fault import Fault
from stormgraph_py.batch.interrupts import interrupts_wait
from stormgraph_py.batch.task import Task, failed, perform
from stormgraph_py.batch.worker import GRACE_S, STOP, serve
from stormgraph_py.errors import ParameterError

if TYPE_CHECKING:
    from stormgraph_py.batch.job import Outcome

SHARE_OF_MEMORY = 0.8
"""Share of the memory that is free at the start which the workers may use together."""

_ONE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)


class _Worker:
    """A process, the parent's end of its pipe, and the task it is at."""

    def __init__(self, log: Path | None, perform: Perform) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection: Connection
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs, log, perform), daemon=True)
        with _one_thread(), interrupts_wait():
            self.process.start()
        theirs.close()
        self.task: Task | None = None
        self.began = 0.0

    def give(self, task: Task) -> None:
        """Hand over a task; a worker that has died shows when it is listened to."""
        self.task, self.began = task, time.monotonic()
        with contextlib.suppress(OSError):
            self.connection.send(task)

    def end(self) -> None:
        """End the process at once."""
        self.connection.close()
        self.process.kill()
        self.process.join()

    def cause_of_death(self) -> str:
        """Say how the process ended."""
        self.process.join(timeout=GRACE_S)
        code = self.process.exitcode
        if code is None or code >= 0:
            return f"The worker process ended with exit code {code}."
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = f"signal {-code}"
        often = ", as when memory runs out" if name == "SIGKILL" else ""
        return f"The worker process was ended by {name}{often}."


class ProcessExecutor(SteeredExecutor):
    """Does tasks in processes of its own, which a crash of one does not touch.

    A task starts only when the memory it may need is free beside the running ones. One whose worker
    dies, or that runs out of memory, is tried once more at the end, alone; so is one that would
    never fit.

    Parameters
    ----------
    n_workers : int
        Processes at most.
    n_bytes : int, optional
        Memory for all of them together; by default `SHARE_OF_MEMORY` of what is free now.
    log : Path, optional
        File that takes what libraries write to stderr.
    on_warning : callable, optional
        Called with a sentence about a task that is tried alone.
    perform : callable
        What does a task; a function of a module, which the workers import.

    Raises
    ------
    ParameterError
        When there would be no worker or no memory.
    """

    def __init__(
        self,
        n_workers: int,
        *,
        n_bytes: int | None = None,
        log: Path | None = None,
        on_warning: Callable[[str], None] | None = None,
        perform: Perform = perform,
    ) -> None:
        if n_workers < 1:
            raise ParameterError(f"n_workers={n_workers} is below 1; use 1 or more.")
        if n_bytes is not None and n_bytes <= 0:
            raise ParameterError(f"n_bytes={n_bytes} is no memory; give more than 0.")
        self._n_workers = n_workers
        self._budget = n_bytes or int(SHARE_OF_MEMORY * psutil.virtual_memory().available)
        self._log = log
        self._on_warning = on_warning or (lambda _: None)
        self._perform = perform
        self._workers: list[_Worker] = []
        self._waiting: deque[Task] = deque()
        self._alone: deque[Task] = deque()
        self._retried: set[str] = set()
        self._is_held = False

    def submit(self, tasks: Sequence[Task]) -> None:
        """Take tasks; those that would never fit wait for the end."""
        for task in tasks:
            self._retried.discard(task.job)
            if task.n_bytes <= self._budget:
                self._waiting.append(task)
                continue
            self._alone.append(task)
            self._on_warning(
                f"{task.job} may need {task.n_bytes / 1e9:.1f} GB and {self._budget / 1e9:.1f} GB "
                "are to be used; it is tried alone, after all others."
            )

    @property
    def n_open(self) -> int:
        """Number of tasks that have not come back."""
        return len(self._waiting) + len(self._alone) + len(self._busy())

    @property
    def pids(self) -> list[int]:
        """Process numbers of the workers that are at a task."""
        return [worker.process.pid or 0 for worker in self._busy()]

    def completed(self, timeout_s: float) -> list[Outcome]:
        """Wait at most so long for tasks to end, and return those that did."""
        if not self._is_held:
            self._start()
        if not self._busy():
            # there is nothing to wait for but being told to go on
            time.sleep(timeout_s)
            return []
        busy = {worker.connection: worker for worker in self._busy()}
        outcomes = []
        for connection in wait(list(busy), timeout_s):
            outcome = self._outcome(busy[connection])  # type: ignore[index]
            if outcome is not None:
                outcomes.append(outcome)
        return outcomes

    def withdraw(self) -> None:
        """Forget the tasks that have not begun."""
        self._waiting.clear()
        self._alone.clear()

    def cancel(self) -> None:
        """Abandon all tasks: ask the running ones to stop, then end their processes."""
        self.withdraw()
        busy = self._busy()
        for worker in busy:
            with contextlib.suppress(OSError):
                worker.connection.send(STOP)
        until = time.monotonic() + GRACE_S / 2
        while busy and (left := until - time.monotonic()) > 0:
            for connection in wait([worker.connection for worker in busy], left):
                busy = [worker for worker in busy if worker.connection is not connection]
        for worker in self._workers:
            worker.end()
        self._workers = []

    def close(self) -> None:
        """End the workers."""
        for worker in self._workers:
            worker.end()
        self._workers = []

    @property
    def running(self) -> tuple[str, ...]:
        """Names of the jobs that are being done."""
        return tuple(worker.task.job for worker in self._busy() if worker.task)

    def hold(self, is_held: bool) -> None:
        """Start no more tasks, or start them again; running ones still come back."""
        self._is_held = is_held

    def drop(self, job: str) -> bool:
        """Abandon one task: forget it, or end the process that is at it."""
        for queue in (self._waiting, self._alone):
            for task in queue:
                if task.job == job:
                    queue.remove(task)
                    return True
        for worker in self._busy():
            if worker.task is None or worker.task.job != job:
                continue
            if worker.connection.poll():
                # it has just ended: what became of it counts, and it is not tried again
                self._retried.add(job)
                return False
            worker.end()
            self._workers.remove(worker)
            return True
        return False

    def arrange(self, jobs: Sequence[str]) -> None:
        """Put waiting tasks into the order of these names of jobs, others after them.

        One that does not fit beside the running ones is still passed by those that do.
        """
        self._waiting = in_order(self._waiting, jobs)
        self._alone = in_order(self._alone, jobs)

    def _busy(self) -> list[_Worker]:
        return [worker for worker in self._workers if worker.task is not None]

    def _start(self) -> None:
        """Give tasks to idle workers, as many as fit."""
        while (task := self._next()) is not None:
            idle = next((worker for worker in self._workers if worker.task is None), None)
            if idle is None:
                idle = _Worker(self._log, self._perform)
                self._workers.append(idle)
            idle.give(task)

    def _next(self) -> Task | None:
        """Take the next task that may start now out of its queue."""
        busy = self._busy()
        if len(busy) >= self._n_workers:
            return None
        if not busy:
            queue = self._waiting or self._alone
            return queue.popleft() if queue else None
        free = self._budget - sum(worker.task.n_bytes for worker in busy if worker.task)
        for task in self._waiting:
            if task.n_bytes <= free:
                self._waiting.remove(task)
                return task
        return None

    def _outcome(self, worker: _Worker) -> Outcome | None:
        """Listen to a worker; None when its task is to be tried again."""
        task = worker.task
        assert task is not None
        try:
            outcome: Outcome = worker.connection.recv()
        except (EOFError, OSError):
            fault = Fault(stage="working", kind="worker-died", reason=worker.cause_of_death())
            worker.end()
            self._workers.remove(worker)
            outcome = failed(task, fault, time.monotonic() - worker.began)
        worker.task = None
        fault_kind = outcome.fault.kind if outcome.fault is not None else None
        if fault_kind in ("worker-died", "memory") and task.job not in self._retried:
            self._retried.add(task.job)
            self._alone.append(task)
            assert outcome.fault is not None
            self._on_warning(f"{task.job}: {outcome.fault.reason} It is tried once more, alone.")
            return None
        return outcome


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let processes that start now use one thread in numerical libraries."""
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
