"""Where the jobs of a batch are done: one small interface, and the simplest way to fulfil it."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeAlias

from stormgraph_py.batch.task import Task, perform

if TYPE_CHECKING:
    from stormgraph_py.batch.job import Outcome
    from stormgraph_py.progress import ShouldStop

Perform: TypeAlias = "Callable[[Task, ShouldStop | None], Outcome]"
"""What does a task; it returns faults instead of raising them."""


class Executor(ABC):
    """Does tasks somewhere and hands back what became of each, in any order.

    Every submitted task comes back exactly once, unless it is withdrawn or cancelled.
    """

    @abstractmethod
    def submit(self, tasks: Sequence[Task]) -> None:
        """Take tasks, large ones first."""

    @property
    @abstractmethod
    def n_open(self) -> int:
        """Number of tasks that have not come back."""

    @abstractmethod
    def completed(self, timeout_s: float) -> list[Outcome]:
        """Wait at most so long for tasks to end, and return those that did."""

    @abstractmethod
    def withdraw(self) -> None:
        """Forget the tasks that have not begun; running ones still come back."""

    @abstractmethod
    def cancel(self) -> None:
        """Abandon all tasks within a second or two; none comes back."""

    def close(self) -> None:  # noqa: B027 - most have nothing to let go of
        """Let go of workers."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            self.cancel()
        self.close()


class SteeredExecutor(Executor):
    """An executor whose tasks can be held back, dropped and put into another order."""

    @property
    @abstractmethod
    def running(self) -> tuple[str, ...]:
        """Names of the jobs that are being done."""

    @abstractmethod
    def hold(self, is_held: bool) -> None:
        """Start no more tasks, or start them again; running ones still come back."""

    @abstractmethod
    def drop(self, job: str) -> bool:
        """Abandon one task, whether it waits or runs.

        Returns
        -------
        bool
            True when it was dropped and does not come back; False when it has ended already.
        """

    @abstractmethod
    def arrange(self, jobs: Sequence[str]) -> None:
        """Put waiting tasks into the order of these names of jobs, others after them."""


def in_order(tasks: Iterable[Task], jobs: Sequence[str]) -> deque[Task]:
    """Return tasks in the order of these names of jobs, others after them as they were."""
    places = {job: place for place, job in enumerate(jobs)}
    return deque(sorted(tasks, key=lambda task: places.get(task.job, len(places))))


class SerialExecutor(SteeredExecutor):
    """Does one task after another in this process.

    A task that runs cannot be dropped: nothing else is done meanwhile.

    Parameters
    ----------
    should_stop : callable, optional
        Asked by the running task; True abandons it.
    perform : callable
        What does a task.
    """

    def __init__(
        self, should_stop: ShouldStop | None = None, *, perform: Perform = perform
    ) -> None:
        self._should_stop = should_stop
        self._perform = perform
        self._waiting: deque[Task] = deque()
        self._is_held = False

    def submit(self, tasks: Sequence[Task]) -> None:
        """Take tasks."""
        self._waiting.extend(tasks)

    @property
    def n_open(self) -> int:
        """Number of tasks that have not come back."""
        return len(self._waiting)

    def completed(self, timeout_s: float) -> list[Outcome]:
        """Do the next task, however long it takes."""
        if not self._waiting:
            return []
        if self._is_held:
            time.sleep(timeout_s)
            return []
        return [self._perform(self._waiting.popleft(), self._should_stop)]

    def withdraw(self) -> None:
        """Forget the tasks that have not begun."""
        self._waiting.clear()

    def cancel(self) -> None:
        """Forget all tasks."""
        self._waiting.clear()

    @property
    def running(self) -> tuple[str, ...]:
        """Nothing runs when anybody can ask."""
        return ()

    def hold(self, is_held: bool) -> None:
        """Start no more tasks, or start them again."""
        self._is_held = is_held

    def drop(self, job: str) -> bool:
        """Abandon a task that waits."""
        kept = [task for task in self._waiting if task.job != job]
        was_there = len(kept) < len(self._waiting)
        self._waiting = deque(kept)
        return was_there

    def arrange(self, jobs: Sequence[str]) -> None:
        """Put waiting tasks into the order of these names of jobs, others after them."""
        self._waiting = in_order(self._waiting, jobs)
