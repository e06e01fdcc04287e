"""Progress of a batch on stderr: one bar with the time that is left, warnings and failures."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from tqdm import tqdm

from stormgraph_py.batch.monitor import Monitor
from stormgraph_py.cli.faults import say_error, say_warning

if TYPE_CHECKING:
    from stormgraph_py.batch.job import Outcome
    from stormgraph_py.batch.task import Task


class BatchBar(Monitor):
    """Draws a bar where stderr is a terminal; failures are told in any case.

    Parameters
    ----------
    quiet : bool
        Say nothing but failures.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._bar: tqdm[NoReturn] | None = None
        self._n_jobs = self._n_ended = self._n_failed = 0

    def begins(self, tasks: Sequence[Task], n_complete: int) -> None:
        """Open the bar; jobs weigh as much as they are expected to take."""
        self._n_jobs = len(tasks)
        if n_complete and not self._quiet:
            self._write(f"stormgraph: complete before: {n_complete}, left: {len(tasks)}")
        if not self._quiet and tasks:
            self._bar = tqdm(
                total=sum(task.seconds for task in tasks),
                desc=self._counts(),
                bar_format="{desc} {percentage:3.0f}% |{bar:30}| {elapsed}, {remaining} left",
                disable=None,
                leave=False,
                file=sys.stderr,
            )

    def ended(self, task: Task, outcome: Outcome) -> None:
        """Move the bar; say why a job failed."""
        self._n_ended += 1
        if outcome.fault is not None:
            self._n_failed += 1
            with tqdm.external_write_mode(file=sys.stderr):
                say_error(f"{outcome.job}: {outcome.fault.reason}")
        if self._bar is not None:
            self._bar.set_description_str(self._counts(), refresh=False)
            self._bar.update(task.seconds)

    def warns(self, text: str) -> None:
        """Say it."""
        if not self._quiet:
            with tqdm.external_write_mode(file=sys.stderr):
                say_warning(text)

    def finished(self) -> None:
        """Close the bar."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _counts(self) -> str:
        failed = f", {self._n_failed} failed" if self._n_failed else ""
        return f"{self._n_ended}/{self._n_jobs} jobs{failed}"

    def _write(self, text: str) -> None:
        with tqdm.external_write_mode(file=sys.stderr):
            sys.stderr.write(f"{text}\n")
