"""A worker process: does the tasks that come through its pipe, and ends when its parent does."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from stormgraph_py.batch.executors import Perform
    from stormgraph_py.batch.task import Task

STOP = "stop"
"""Message that asks the running task to stop."""

GRACE_S = 2.0
"""Time that a task has to stop by itself once nobody waits for it any more."""


def serve(connection: Connection, log: Path | None, perform: Perform) -> None:
    """Do tasks until the pipe is closed, which a parent's death does too.

    Parameters
    ----------
    connection : Connection
        Gives tasks, or `STOP`; takes outcomes.
    log : Path or None
        File that takes what libraries write to stderr.
    perform : callable
        What does a task.
    """
    # Ctrl-C reaches all processes of a terminal; the parent tells its workers what to do
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if log is not None:
        _redirect_stderr(log)
    inbox: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
    stop = threading.Event()
    threading.Thread(target=_listen, args=(connection, inbox, stop), daemon=True).start()
    while (task := inbox.get()) is not None:
        outcome = perform(task, stop.is_set)
        with contextlib.suppress(OSError):
            connection.send(outcome)


def _listen(
    connection: Connection, inbox: queue.SimpleQueue[Task | None], stop: threading.Event
) -> None:
    while True:
        try:
            message = connection.recv()
        except (EOFError, OSError):
            break
        if message == STOP:
            stop.set()
        else:
            inbox.put(message)
    stop.set()
    inbox.put(None)
    time.sleep(GRACE_S)
    # the task does not look whether to stop just now
    os._exit(1)


def _redirect_stderr(log: Path) -> None:
    import faulthandler

    with contextlib.suppress(OSError):
        file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(file, 2)
        os.close(file)
        faulthandler.enable(sys.__stderr__ or sys.stderr)
