"""What runs in a worker process: it does one call after another and answers each."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
import traceback
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol

import psutil

from stormgraph_gui.jobs.messages import Call, Drop, Failed, Kept, Progressed, Put, Succeeded
from stormgraph_gui.jobs.transfer import receive, send
from stormgraph_py.errors import Cancelled, StormGraphError
from stormgraph_py.progress import ProgressEvent

_NICENESS = 5

PROGRESS_EVERY_S = 0.05
"""Progress is told at most this often, and at each change of stage."""

NO_MEMORY = "There is not enough memory. Choose a smaller region, or close other programs."


class Flag(Protocol):
    """A number that two processes share: calls up to this one are to stop."""

    value: int


def serve(connection: Connection, stop_up_to: Flag, functions: str) -> None:
    """Answer calls until the other end closes.

    Parameters
    ----------
    connection : Connection
        Pipe to the app.
    stop_up_to : Flag
        Calls with a number up to this are to stop.
    functions : str
        Module of the functions that can be called.
    """
    # Ctrl+C in a terminal is for the app, which ends its workers itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    give_way()
    _print_nowhere()
    kept: dict[str, Any] = {}
    # ahead of the first call, which would wait for it, and is told if it fails
    with contextlib.suppress(Exception):
        import_module(functions)
    while True:
        try:
            message = receive(connection)
        except (EOFError, OSError):
            return
        match message:
            case Put(token, value):
                kept[token] = value
            case Drop(token):
                kept.pop(token, None)
            case Call():
                try:
                    _answer(connection, stop_up_to, message, kept, functions)
                except OSError:
                    return
        # else the last value would live until the next message
        message = value = None


def give_way() -> None:
    """Let other programs, the app above all, go before this process and those that it starts."""
    with contextlib.suppress(psutil.Error, OSError):
        psutil.Process().nice(getattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS", _NICENESS))


def _print_nowhere() -> None:
    """Let libraries print without harm: the app may have no terminal, or one that was closed."""
    sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    if getattr(sys, "stderr", None) is None:
        sys.stderr = sys.stdout


def _answer(
    connection: Connection, stop_up_to: Flag, call: Call, kept: dict[str, Any], functions: str
) -> None:
    answer = _do(connection, stop_up_to, call, kept, functions)
    try:
        send(connection, answer)
    except OSError:
        raise
    except MemoryError:
        send(connection, Failed(call.run, "memory", NO_MEMORY))
    except Exception as error:
        # it cannot be pickled: nothing of it was sent
        send(connection, _program_fault(call.run, error))


def _do(
    connection: Connection, stop_up_to: Flag, call: Call, kept: dict[str, Any], functions: str
) -> Succeeded | Failed:
    listener = _Listener(connection, stop_up_to, call.run)
    try:
        arguments = {
            name: kept[value.token] if isinstance(value, Kept) else value
            for name, value in call.arguments.items()
        }
        value = getattr(import_module(functions), call.function)(
            **arguments, on_progress=listener.progressed, should_stop=listener.should_stop
        )
        if listener.should_stop():
            return Failed(call.run, "cancelled", "Stopped.")
        if call.keep_as is not None:
            kept[call.keep_as] = value
        return Succeeded(call.run, value)
    except Cancelled as error:
        return Failed(call.run, "cancelled", str(error))
    except StormGraphError as error:
        return Failed(call.run, "input", str(error))
    except MemoryError:
        return Failed(call.run, "memory", NO_MEMORY)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return Failed(call.run, "input", f"{where}{error.strerror or error}")
    except Exception as error:
        return _program_fault(call.run, error)


def _program_fault(run: int, error: Exception) -> Failed:
    """Return what is told of a fault that is not the user's."""
    try:
        text = f"{type(error).__name__}: {error}"
    except Exception:
        text = type(error).__name__
    return Failed(run, "program", text, traceback.format_exc())


class _Listener:
    """Passes progress on, and looks whether a call is to stop."""

    def __init__(self, connection: Connection, stop_up_to: Flag, run: int) -> None:
        self._connection, self._stop_up_to, self._run = connection, stop_up_to, run
        self._stage, self._told = "", 0.0

    def should_stop(self) -> bool:
        return self._stop_up_to.value >= self._run

    def progressed(self, event: ProgressEvent) -> None:
        now = time.monotonic()
        if event.stage == self._stage and now - self._told < PROGRESS_EVERY_S:
            return
        self._stage, self._told = event.stage, now
        fraction = event.fraction if event.total > 1 else None
        send(self._connection, Progressed(self._run, event.stage, fraction))
