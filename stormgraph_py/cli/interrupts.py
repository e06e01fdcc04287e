"""Ctrl-C during an analysis: the running step ends first, nothing stays half-done."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from stormgraph_py.progress import ShouldStop

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stop_on_interrupt() -> Iterator[ShouldStop]:
    """Turn the first interrupt into a request to stop; a second one stops at once.

    Yields
    ------
    callable
        Tells whether a stop was requested.
    """
    requested = False

    def on_signal(signum: int, frame: FrameType | None) -> None:
        nonlocal requested
        if requested:
            raise KeyboardInterrupt
        requested = True
        sys.stderr.write("\nstormgraph: stopping (once more stops at once)\n")

    before: dict[signal.Signals, Any] = {s: signal.signal(s, on_signal) for s in _SIGNALS}
    try:
        yield lambda: requested
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
