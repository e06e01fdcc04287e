"""The process of a batch and the threads that talk to it."""

from __future__ import annotations

import atexit
import contextlib
import multiprocessing
import queue
import threading
from multiprocessing.process import BaseProcess
from typing import Any

from stormgraph_gui.jobs.batch_host import serve
from stormgraph_gui.jobs.transfer import receive, send

KILL_AFTER_S = 1.0
"""A process that was told to end and is still there is killed."""


class BatchLink:
    """A spawned process that has worker processes of its own, and ends them itself.

    Starting it and talking to it wait for nothing.
    """

    def __init__(self) -> None:
        # spawned: forked children inherit locks of threads that are not there any more
        context = multiprocessing.get_context("spawn")
        self._ours, self._theirs = context.Pipe()
        self._process: BaseProcess = context.Process(
            target=serve, args=(self._theirs,), name="stormgraph batch", daemon=False
        )
        self._lock = threading.Lock()
        self._is_started = self._is_ended = False
        self._out: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._in: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._listener = threading.Thread(target=self._listen, name="batch in", daemon=True)
        self._speaker = threading.Thread(target=self._speak, name="batch out", daemon=True)
        self._speaker.start()
        # a process with children cannot be a daemon, so Python would wait for it when it ends
        atexit.register(self.end)

    @property
    def pid(self) -> int | None:
        """Number of the process, once it is there."""
        return self._process.pid if self._is_started else None

    def send(self, message: object) -> None:
        """Say something to the process, after what was said before."""
        self._out.put(message)

    def answer(self) -> Any:
        """Return what came from the process, one at a time.

        None when nothing did, an EOFError when the process is gone.
        """
        with contextlib.suppress(queue.Empty):
            return self._in.get_nowait()
        return None

    def end(self, patience_s: float = 0.0) -> None:
        """Wait so long for the process to end by itself, end it, and let go of it."""
        atexit.unregister(self.end)
        with self._lock:
            self._is_ended = True
        self._out.put(None)
        if self._is_started:
            self._process.join(patience_s)
            self._process.terminate()
            self._process.join(KILL_AFTER_S)
            if self._process.is_alive():
                self._process.kill()
                self._process.join()
            self._listener.join()
        self._speaker.join()
        if self._is_started:
            self._process.close()
        self._theirs.close()
        self._ours.close()

    def _speak(self) -> None:
        try:
            with self._lock:
                if self._is_ended:
                    return
                self._process.start()
                self._is_started = True
                self._theirs.close()
                self._listener.start()
            while (message := self._out.get()) is not None:
                send(self._ours, message)
        except OSError as error:
            # the process is gone, or could not be started
            self._in.put(EOFError(str(error)))

    def _listen(self) -> None:
        try:
            while True:
                self._in.put(receive(self._ours))
        except (EOFError, OSError) as error:
            self._in.put(EOFError(str(error)))
