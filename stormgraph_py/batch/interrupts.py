"""Ctrl-C reaches all processes of a terminal; workers are told by their parent what to do."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker


@contextmanager
def interrupts_wait() -> Iterator[None]:
    """Hold Ctrl-C back while processes start, which inherit that they do not get any.

    Where the system has no masks of signals, as on Windows, it does nothing.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # when it starts by itself, it lets interrupts through again
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
