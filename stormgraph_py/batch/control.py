"""What a user wants of a batch that runs: said in one thread, heeded by the batch in another."""

from __future__ import annotations

import contextlib
import queue
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from stormgraph_py.batch.job import Job


@dataclass(frozen=True, kw_only=True, eq=False)
class Wish:
    """One thing that is wanted.

    Parameters
    ----------
    kind : {"pause", "go-on", "cancel", "retry", "arrange", "add"}
        What.
    names : tuple of str
        Names of the jobs that it is about.
    jobs : tuple of Job
        New jobs.
    """

    kind: Literal["pause", "go-on", "cancel", "retry", "arrange", "add"]
    names: tuple[str, ...] = ()
    jobs: tuple[Job, ...] = ()


class Control:
    """Steers a batch while it runs, or before it begins; any thread may call it.

    Give it to `stormgraph_py.batch.runner.run_batch`, which looks at it a few times a second. What
    was wanted after the last job has ended comes too late and changes nothing. Names of jobs that
    the batch does not know, and wishes that are fulfilled already, are passed over.

    Examples
    --------
    >>> control = Control()
    >>> control.pause()
    >>> control.cancel(["cell1"])
    >>> [wish.kind for wish in control.wishes()]
    ['pause', 'cancel']
    """

    def __init__(self) -> None:
        self._wishes: queue.SimpleQueue[Wish] = queue.SimpleQueue()

    def pause(self) -> None:
        """Start no more jobs; running ones go on to their end."""
        self._wishes.put(Wish(kind="pause"))

    def go_on(self) -> None:
        """Start jobs again."""
        self._wishes.put(Wish(kind="go-on"))

    def cancel(self, names: Iterable[str]) -> None:
        """Leave out jobs that wait, and end the processes of those that run; others go on."""
        self._wishes.put(Wish(kind="cancel", names=tuple(names)))

    def retry(self, names: Iterable[str]) -> None:
        """Do jobs that failed or were cancelled again, after those that wait."""
        self._wishes.put(Wish(kind="retry", names=tuple(names)))

    def arrange(self, names: Iterable[str]) -> None:
        """Let waiting jobs start in this order; those that are not named come after them."""
        self._wishes.put(Wish(kind="arrange", names=tuple(names)))

    def add(self, jobs: Iterable[Job]) -> None:
        """Take in more jobs, with names of their own; they come last."""
        self._wishes.put(Wish(kind="add", jobs=tuple(jobs)))

    def wishes(self) -> Iterator[Wish]:
        """Yield what was wanted since it was asked last, in its order."""
        with contextlib.suppress(queue.Empty):
            while True:
                yield self._wishes.get_nowait()
