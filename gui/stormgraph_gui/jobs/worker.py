"""A worker process as the app sees it: calls go in, signals come out."""

from __future__ import annotations

import contextlib
import multiprocessing
import queue
import threading
import time
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from stormgraph_gui.jobs.messages import (
    Answer,
    Call,
    Drop,
    Failed,
    Kept,
    Progressed,
    Put,
    Request,
    Succeeded,
)
from stormgraph_gui.jobs.process import serve
from stormgraph_gui.jobs.transfer import receive, send
from stormgraph_gui.signals import QObject, QTimer, Signal

POLL_MS = 20
"""How often answers are looked for."""

GRACE_S = 0.6
"""Time for a call to stop by itself; then its process is ended."""

DIED = (
    "The process that did the work ended unexpectedly, for example for want of memory. "
    "Nothing is lost; try again, or with a smaller region."
)


class Work(QObject):
    """A call under way. Exactly one of `succeeded` and `failed` is emitted, and once.

    Attributes
    ----------
    progressed : Signal
        Stage, and share of it that is done or None.
    succeeded : Signal
        What the function returned.
    failed : Signal
        A `Failed`; its reason is "cancelled" when the user stopped it.
    """

    progressed = Signal(str, object)
    succeeded = Signal(object)
    failed = Signal(object)

    def __init__(self, worker: Worker, run: int) -> None:
        super().__init__(worker)
        self._worker, self.run = worker, run

    def cancel(self) -> None:
        """Stop it, within a second."""
        self._worker.cancel(self.run)


class Worker(QObject):
    """A spawned process that does one call after another.

    It is started with the first call, or by `start`. When it dies, the running call fails, later
    ones are done by a new process.

    Parameters
    ----------
    name : str
        Shown among the processes of the machine.
    parent : QObject, optional
        Owner.

    Attributes
    ----------
    died : Signal
        The process ended by itself.
    """

    died = Signal()

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._runs = 0
        self._open: dict[int, Work] = {}
        self._waiting: list[Call] = []
        self._running: int | None = None
        self._values: dict[str, Any] = {}
        self._put: set[str] = set()
        self._link: _Link | None = None
        self._stop_at: float | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def pid(self) -> int | None:
        """Number of the process; None while there is none."""
        return None if self._link is None else self._link.process.pid

    @property
    def is_busy(self) -> bool:
        """Whether a call runs or waits."""
        return bool(self._open)

    def start(self) -> None:
        """Start the process ahead of the first call."""
        if self._link is None:
            self._link = _Link(self._name)
            self._put = set()

    def keep(self, token: str, value: Any) -> Kept:
        """Let a large value be sent once, with the first call that needs it.

        Parameters
        ----------
        token : str
            Names the value; another value under a token that is known replaces it.
        value : object
            What functions get where `Kept` is given to `call`.
        """
        if self._values.get(token) is not value:
            self._values[token] = value
            self._put.discard(token)
        return Kept(token)

    def forget(self, token: str) -> None:
        """Let go of a value, here and in the process."""
        if self._values.pop(token, None) is not None and token in self._put and self._link:
            self._link.send(Drop(token))
        self._put.discard(token)

    def call(self, function: str, *, keep_as: str | None = None, **arguments: Any) -> Work:
        """Call a function of `stormgraph_gui.jobs.work` in the process, after earlier calls.

        Parameters
        ----------
        function : str
            Its name.
        keep_as : str, optional
            Token under which the process keeps what is returned, and this worker too, so that
            `Kept` can stand for it in later calls.
        **arguments
            What it is called with.
        """
        self._runs += 1
        work = Work(self, self._runs)
        self._open[work.run] = work
        self._waiting.append(Call(work.run, function, arguments, keep_as))
        self._timer.start()
        self._next()
        return work

    def cancel(self, run: int) -> None:
        """Stop a call: one that waits is dropped, a running one is told to stop."""
        if run not in self._open:
            return
        if run != self._running:
            self._waiting = [call for call in self._waiting if call.run != run]
            QTimer.singleShot(0, self, lambda: self._end(Failed(run, "cancelled", "Stopped.")))
        elif self._stop_at is None and self._link is not None:
            self._link.stop_up_to.value = run
            self._stop_at = time.monotonic() + GRACE_S

    def close(self) -> None:
        """End the process; calls that have not ended never will."""
        self._timer.stop()
        self._open.clear()
        self._waiting.clear()
        self._running = None
        if self._link is not None:
            self._link.close()
            self._link = None

    def _next(self) -> None:
        if self._running is not None or not self._waiting:
            return
        self.start()
        assert self._link is not None
        call = self._waiting.pop(0)
        for value in call.arguments.values():
            if isinstance(value, Kept) and value.token not in self._put:
                self._link.send(Put(value.token, self._values[value.token]))
                self._put.add(value.token)
        self._running, self._stop_at = call.run, None
        self._keep_as = call.keep_as
        self._link.send(call)

    def _poll(self) -> None:
        while self._link is not None:
            answer = self._link.answer()
            if answer is None:
                break
            self._take(answer)
        if self._stop_at is not None and time.monotonic() > self._stop_at:
            self._restart()
            if self._running is not None:
                self._end(Failed(self._running, "cancelled", "Stopped."))
        if not self._open:
            self._timer.stop()

    def _take(self, answer: Answer | EOFError) -> None:
        match answer:
            case EOFError():
                self._restart()
                self.died.emit()
                if self._running is not None:
                    self._end(Failed(self._running, "died", DIED))
            case Progressed(run, stage, fraction) if run in self._open:
                self._open[run].progressed.emit(stage, fraction)
            case Succeeded(run, value) if run == self._running:
                if self._keep_as is not None:
                    self._values[self._keep_as] = value
                    self._put.add(self._keep_as)
                self._end(answer)
            case Failed(run) if run == self._running:
                self._end(answer)

    def _end(self, answer: Succeeded | Failed) -> None:
        if answer.run == self._running:
            self._running, self._stop_at = None, None
        work = self._open.pop(answer.run, None)
        self._next()
        if work is None:
            return
        if isinstance(answer, Succeeded):
            work.succeeded.emit(answer.value)
        else:
            work.failed.emit(answer)
        work.deleteLater()

    def _restart(self) -> None:
        """Let go of the process; the next call starts another."""
        if self._link is not None:
            self._link.close()
            self._link = None
        self._put = set()


class _Link:
    """A process with the threads that talk to it, so that large values do not stop the app."""

    def __init__(self, name: str) -> None:
        # spawned: forked children inherit locks of threads that are not there any more
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self.stop_up_to = context.RawValue("q", 0)
        self.process: BaseProcess = context.Process(
            target=serve, args=(theirs, self.stop_up_to), name=name, daemon=True
        )
        self.process.start()
        theirs.close()
        self._connection: Connection = ours
        self._out: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._in: queue.SimpleQueue[Answer | EOFError] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=target, name=f"{name} {what}", daemon=True)
            for target, what in ((self._speak, "out"), (self._listen, "in"))
        ]
        for thread in self._threads:
            thread.start()

    def send(self, message: Request) -> None:
        self._out.put(message)

    def answer(self) -> Answer | EOFError | None:
        with contextlib.suppress(queue.Empty):
            return self._in.get_nowait()
        return None

    def close(self) -> None:
        self._out.put(None)
        self.process.terminate()
        self.process.join(1.0)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        for thread in self._threads:
            thread.join()
        self._connection.close()
        self.process.close()

    def _speak(self) -> None:
        while (message := self._out.get()) is not None:
            try:
                send(self._connection, message)
            except OSError:
                # the listener notices too, and says so
                return

    def _listen(self) -> None:
        while True:
            try:
                self._in.put(receive(self._connection))
            except (EOFError, OSError) as error:
                self._in.put(EOFError(str(error)))
                return
