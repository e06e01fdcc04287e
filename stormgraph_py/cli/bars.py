"""Progress bars on stderr, one a stage, for what takes more than two seconds."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import NoReturn

from tqdm import tqdm

from stormgraph_py.progress import ProgressEvent

_PATIENCE_S = 2.0


class StageBars:
    """Draws the progress of one stage after another where stderr is a terminal.

    Parameters
    ----------
    quiet : bool
        Draw nothing.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._disabled = quiet or not sys.stderr.isatty()
        self._started = time.monotonic()
        self._bar: tqdm[NoReturn] | None = None
        self._stage = ""

    def __enter__(self) -> StageBars:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._close()

    def __call__(self, event: ProgressEvent) -> None:
        """Show how far a stage is."""
        if self._disabled:
            return
        bar = self._bar
        if bar is None or event.stage != self._stage:
            bar = self._open(event.stage)
        bar.update(round(100 * event.fraction) - bar.n)

    def _open(self, stage: str) -> tqdm[NoReturn]:
        self._close()
        self._stage = stage
        self._bar = tqdm(
            total=100,
            desc=stage,
            bar_format="{desc:<24} {percentage:3.0f}% |{bar:30}| {elapsed}",
            delay=max(1e-9, _PATIENCE_S - (time.monotonic() - self._started)),
            leave=False,
            file=sys.stderr,
        )
        return self._bar

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
