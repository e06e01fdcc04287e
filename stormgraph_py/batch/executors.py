"""Where the jobs of a batch are done: one small interface, and the simplest way to fulfil it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Sequence
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


class SerialExecutor(Executor):
    """Does one task after another in this process.

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
        return [self._perform(self._waiting.popleft(), self._should_stop)]

    def withdraw(self) -> None:
        """Forget the tasks that have not begun."""
        self._waiting.clear()

    def cancel(self) -> None:
        """Forget all tasks."""
        self._waiting.clear()
