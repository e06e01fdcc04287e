"""Progress events and cancellation, passed down through every long step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from stormgraph_py.errors import Cancelled


@dataclass(frozen=True, slots=True)
class ProgressEvent:
    """How far one stage of the analysis has come.

    Parameters
    ----------
    stage : str
        Name of the stage, one of `stormgraph_py.engine.pipeline.STAGES`.
    done, total : int
        Units of work finished and in all; their meaning depends on the stage.
    """

    stage: str
    done: int
    total: int

    @property
    def fraction(self) -> float:
        """Share of the stage that is finished, between 0 and 1."""
        return min(1.0, self.done / self.total) if self.total > 0 else 1.0


OnProgress: TypeAlias = Callable[[ProgressEvent], None]
ShouldStop: TypeAlias = Callable[[], bool]


class Progress:
    """Tells a listener how far a stage is, and raises `Cancelled` once it is asked to stop.

    Parameters
    ----------
    on_progress : callable, optional
        Called with a `ProgressEvent`.
    should_stop : callable, optional
        Asked at every step; True stops the analysis.
    """

    def __init__(
        self, on_progress: OnProgress | None = None, should_stop: ShouldStop | None = None
    ) -> None:
        self._on_progress = on_progress
        self._should_stop = should_stop

    def report(self, stage: str, done: int, total: int) -> None:
        """Tell the listener, then stop if asked to.

        Raises
        ------
        Cancelled
            When the caller asked to stop.
        """
        self.check()
        if self._on_progress is not None:
            self._on_progress(ProgressEvent(stage, done, total))

    def check(self) -> None:
        """Raise `Cancelled` when the caller asked to stop."""
        if self._should_stop is not None and self._should_stop():
            raise Cancelled("Stopped on request; no result was produced.")


SILENT = Progress()
"""A progress that nobody listens to and that never stops."""
