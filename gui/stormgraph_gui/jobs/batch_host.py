"""What runs in the process of a batch: `run_batch`, steered by the app through a pipe.

It has worker processes of its own. When the app is gone it stops, as on a stop that is asked for;
when it is killed itself, its workers notice and end. Either way the batch can be resumed.
"""

from __future__ import annotations

import contextlib
import json
import signal
import threading
import traceback
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from stormgraph_gui.jobs.batch_messages import (
    Began,
    Begin,
    Broke,
    Ended,
    Finished,
    Kept,
    News,
    Runs,
    Steer,
    Stop,
    Warned,
)
from stormgraph_gui.jobs.process import give_way
from stormgraph_gui.jobs.transfer import receive, send
from stormgraph_py.batch.control import Control
from stormgraph_py.batch.folder import LOG_FILE
from stormgraph_py.batch.job import Job, Outcome, Plan, Skipped
from stormgraph_py.batch.monitor import Monitor
from stormgraph_py.batch.processes import ProcessExecutor
from stormgraph_py.batch.runner import run_batch
from stormgraph_py.batch.task import Task
from stormgraph_py.errors import StormGraphError


def serve(connection: Connection) -> None:
    """Do the batch that comes through the pipe, and end with it.

    Parameters
    ----------
    connection : Connection
        Pipe to the app: a `Begin`, then whatever is wanted meanwhile.
    """
    # Ctrl+C in a terminal is for the app, which stops its batch itself
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    give_way()
    try:
        begin = receive(connection)
    except (EOFError, OSError):
        return
    teller = _Teller(connection)
    control, stopped = Control(), threading.Event()
    threading.Thread(target=_listen, args=(connection, control, stopped), daemon=True).start()
    teller.tell(_do(begin, teller, control, stopped))


def _do(
    begin: Begin, monitor: Monitor, control: Control, stopped: threading.Event
) -> Finished | Broke:
    try:
        plan = Plan(
            jobs=tuple(Job.from_dict(json.loads(text)) for text in begin.jobs),
            skipped=tuple(Skipped(file=file, reason=reason) for file, reason in begin.skipped),
            asked=begin.asked,
        )
        control.arrange(begin.order)
        control.cancel(begin.cancelled)
        result = run_batch(
            plan,
            Path(begin.out),
            lambda lease, listening: ProcessExecutor(
                begin.n_workers,
                log=(lease.path.parent / LOG_FILE).resolve(),
                on_warning=listening.warns,
            ),
            outputs=begin.outputs,
            resume=True,
            monitor=monitor,
            should_stop=stopped.is_set,
            control=control,
            failed=begin.failed,
            largest_first=False,
        )
    except StormGraphError as error:
        return Broke("input", str(error))
    except MemoryError:
        return Broke("memory", "There is not enough memory. Close other programs.")
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return Broke("input", f"{where}{error.strerror or error}")
    except Exception as error:
        return Broke("program", f"{type(error).__name__}: {error}", traceback.format_exc())
    return Finished(result)


def _listen(connection: Connection, control: Control, stopped: threading.Event) -> None:
    """Pass on what the app wants; when it is gone, stop."""
    while True:
        try:
            message = receive(connection)
        except (EOFError, OSError):
            stopped.set()
            return
        match message:
            case Stop():
                stopped.set()
            case Steer(kind="pause"):
                control.pause()
            case Steer(kind="go-on"):
                control.go_on()
            case Steer(kind="cancel", names=names):
                control.cancel(names)
            case Steer(kind="retry", names=names):
                control.retry(names)
            case Steer(kind="arrange", names=names):
                control.arrange(names)
            case Steer(kind="add", jobs=jobs):
                control.add(Job.from_dict(json.loads(text)) for text in jobs)


class _Teller(Monitor):
    """Tells the app how the batch goes; nobody may be there any more."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def tell(self, news: News) -> None:
        with contextlib.suppress(OSError):
            send(self._connection, news)

    def begins(self, tasks: Sequence[Task], n_complete: int) -> None:
        self.tell(Began())

    def keeps(self, outcome: Outcome) -> None:
        self.tell(Kept(outcome))

    def runs(self, jobs: Sequence[str]) -> None:
        self.tell(Runs(tuple(jobs)))

    def ended(self, task: Task, outcome: Outcome) -> None:
        self.tell(Ended(outcome))

    def warns(self, text: str) -> None:
        self.tell(Warned(text))
