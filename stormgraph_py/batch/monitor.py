"""Who is told how a batch goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stormgraph_py.batch.job import Outcome
    from stormgraph_py.batch.log import BatchLog
    from stormgraph_py.batch.task import Task


class Monitor:
    """Is told how a batch goes; a base that does nothing with it."""

    def begins(self, tasks: Sequence[Task], n_complete: int) -> None:
        """Jobs are about to start; so many were complete already."""

    def keeps(self, outcome: Outcome) -> None:
        """A job was complete before."""

    def runs(self, jobs: Sequence[str]) -> None:
        """These jobs are being done now; told only by executors that can be steered."""

    def ended(self, task: Task, outcome: Outcome) -> None:
        """A job has ended, or was cancelled by itself."""

    def warns(self, text: str) -> None:
        """Something should be known."""

    def finished(self) -> None:
        """No more jobs will end."""


@dataclass
class LoggingMonitor(Monitor):
    """Passes warnings of an executor on, and keeps them."""

    monitor: Monitor
    log: BatchLog = field(repr=False)

    def warns(self, text: str) -> None:
        """Say it and write it down."""
        self.log(text)
        self.monitor.warns(text)
