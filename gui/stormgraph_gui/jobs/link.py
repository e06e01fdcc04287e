"""A process and the threads that talk to it, so that nothing large or slow stops the app."""

from __future__ import annotations

import contextlib
import multiprocessing
import queue
import threading
import traceback
from dataclasses import dataclass
from multiprocessing.process import BaseProcess

from stormgraph_gui.jobs.messages import Answer, Reason, Request
from stormgraph_gui.jobs.process import NO_MEMORY, serve
from stormgraph_gui.jobs.transfer import receive, send

KILL_AFTER_S = 1.0
"""A process that was asked to end and is still there is killed."""

DIED = (
    "The process that did the work ended unexpectedly, for example for want of memory. "
    "Nothing is lost; try again, or with a smaller region."
)


@dataclass(frozen=True)
class Ended:
    """The process is no more, or what it said cannot be understood.

    Parameters
    ----------
    reason, text, details : str
        As those of a `Failed`.
    """

    reason: Reason
    text: str
    details: str = ""


class Link:
    """A spawned process; starting it, talking to it and ending it wait for nothing.

    Parameters
    ----------
    name : str
        Shown among the processes of the machine.
    functions : str
        Module of the functions that it can be asked for.
    """

    def __init__(self, name: str, functions: str) -> None:
        # spawned: forked children inherit locks of threads that are not there any more
        context = multiprocessing.get_context("spawn")
        self._ours, self._theirs = context.Pipe()
        self.stop_up_to = context.RawValue("q", 0)
        self._process: BaseProcess = context.Process(
            target=serve, args=(self._theirs, self.stop_up_to, functions), name=name, daemon=True
        )
        self._lock = threading.Lock()
        self._is_started = self._is_stopped = False
        self._out: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._in: queue.SimpleQueue[Answer | Ended] = queue.SimpleQueue()
        self._listener = threading.Thread(target=self._listen, name=f"{name} in", daemon=True)
        self._speaker = threading.Thread(target=self._speak, name=f"{name} out", daemon=True)
        self._speaker.start()

    @property
    def pid(self) -> int | None:
        """Number of the process, once it is there."""
        return self._process.pid if self._is_started else None

    @property
    def has_died(self) -> bool:
        """Whether the process has ended by itself."""
        return self._is_started and not self._process.is_alive()

    def send(self, message: Request) -> None:
        """Say something to the process, after what was said before."""
        self._out.put(message)

    def answer(self) -> Answer | Ended | None:
        """Return what came from the process, one at a time; None when nothing did."""
        with contextlib.suppress(queue.Empty):
            return self._in.get_nowait()
        return None

    def stop(self) -> None:
        """End the process, whatever it does; see `wait`."""
        with self._lock:
            if self._is_stopped:
                return
            self._is_stopped = True
            if self._is_started:
                # a thread that waits for it to listen is released by that
                self._process.terminate()
        self._out.put(None)

    def wait(self) -> None:
        """Wait until process and threads have ended."""
        self._speaker.join()

    @property
    def is_over(self) -> bool:
        """Whether process and threads have ended."""
        return not self._speaker.is_alive()

    def _speak(self) -> None:
        try:
            self._start()
            # told to stop before there was a process, nobody would ever read what is left to say
            while (message := self._out.get()) is not None and not self._is_stopped:
                send(self._ours, message)
        except OSError:
            # the process is gone; the listener hears it too, where there is one
            self._in.put(Ended("died", DIED))
        except Exception as error:
            self._in.put(_misunderstood(error))
        # until the app has taken that in and lets go
        while not self._is_stopped:
            self._out.get()
        self._end()

    def _start(self) -> None:
        with self._lock:
            if self._is_stopped:
                return
            self._process.start()
            self._is_started = True
        self._theirs.close()
        self._listener.start()

    def _listen(self) -> None:
        try:
            while True:
                self._in.put(receive(self._ours))
        except (EOFError, OSError):
            self._in.put(Ended("died", DIED))
        except Exception as error:
            self._in.put(_misunderstood(error))

    def _end(self) -> None:
        if self._is_started:
            self._process.terminate()
            self._process.join(KILL_AFTER_S)
            if self._process.is_alive():
                self._process.kill()
                self._process.join()
            self._listener.join()
            self._is_started = False
            self._process.close()
        self._theirs.close()
        self._ours.close()


def _misunderstood(error: Exception) -> Ended:
    details = "".join(traceback.format_exception(error))
    if isinstance(error, MemoryError):
        return Ended("memory", NO_MEMORY, details)
    return Ended(
        "program", "The app and its worker process did not understand each other.", details
    )
