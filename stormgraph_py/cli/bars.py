"""Progress bars on stderr, one a stage, for what takes more than two seconds."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType
from typing import NoReturn

from tqdm import tqdm

from stormgraph_py.progress import ProgressEvent

_PATIENCE_S = 2.0
_REFRESH_S = 0.5


class StageBars:
    """Draws the progress of one stage after another where stderr is a terminal.

    Parameters
    ----------
    quiet : bool
        Draw nothing.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._enabled = not quiet and sys.stderr.isatty()
        self._visible_at = time.monotonic() + _PATIENCE_S
        self._bar: tqdm[NoReturn] | None = None
        self._stage = ""
        self._lock = threading.Lock()
        self._finished = threading.Event()
        # Some stages say nothing for a while; the clock of their bar should go on all the same.
        self._clock = threading.Thread(target=self._keep_fresh, daemon=True)

    def __enter__(self) -> StageBars:
        if self._enabled:
            self._clock.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._enabled:
            self._finished.set()
            self._clock.join()
            self._close()

    def __call__(self, event: ProgressEvent) -> None:
        """Show how far a stage is."""
        if not self._enabled:
            return
        with self._lock:
            if self._bar is None or event.stage != self._stage:
                self._close()
                self._stage = event.stage
                self._bar = self._open(event.stage)
            self._bar.update(round(100 * event.fraction) - self._bar.n)

    def _open(self, stage: str) -> tqdm[NoReturn]:
        return tqdm(
            total=100,
            desc=stage,
            bar_format="{desc:<20} {percentage:3.0f}% |{bar:30}| {elapsed}",
            delay=max(0.0, self._visible_at - time.monotonic()),
            leave=False,
            file=sys.stderr,
        )

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _keep_fresh(self) -> None:
        while not self._finished.wait(_REFRESH_S):
            with self._lock:
                if self._bar is not None and time.monotonic() > self._visible_at:
                    self._bar.refresh()
