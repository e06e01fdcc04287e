"""A worker process as the app sees it: calls go in, signals come out."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from stormgraph_gui.jobs.link import Ended, Link
from stormgraph_gui.jobs.messages import (
    Answer,
    Call,
    Drop,
    Failed,
    Kept,
    Progressed,
    Put,
    Succeeded,
)
from stormgraph_gui.signals import QObject, QTimer, Signal

POLL_MS = 20
"""How often answers are looked for."""

GRACE_S = 0.6
"""Time for a call to stop by itself; then its process is ended."""

FUNCTIONS = "stormgraph_gui.jobs.work"
"""Module of the functions that can be called."""


class Work(QObject):
    """A call under way. Exactly one of `succeeded` and `failed` is emitted, and once.

    Neither is emitted before `Worker.call` has returned, nor after `Worker.close`.

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


@dataclass(frozen=True)
class _Waiting:
    """A call that was not sent yet, with the values it was made with."""

    call: Call
    values: dict[str, Any]


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
    functions : str
        Module of the functions that can be called.

    Attributes
    ----------
    died : Signal
        The process ended by itself during a call.
    """

    died = Signal()

    def __init__(
        self, name: str, parent: QObject | None = None, *, functions: str = FUNCTIONS
    ) -> None:
        super().__init__(parent)
        self._name, self._functions = name, functions
        self._runs = 0
        self._open: dict[int, Work] = {}
        self._waiting: list[_Waiting] = []
        self._due: list[Failed] = []
        self._running: Call | None = None
        self._values: dict[str, Any] = {}
        # what the process holds; a value under a token may be an older one than in _values
        self._held: dict[str, Any] = {}
        self._link: Link | None = None
        self._ending: list[Link] = []
        self._stop_at: float | None = None
        self._is_closed = False
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def pid(self) -> int | None:
        """Number of the process; None while there is none."""
        return None if self._link is None else self._link.pid

    @property
    def is_busy(self) -> bool:
        """Whether a call runs or waits."""
        return bool(self._open)

    def start(self) -> None:
        """Start the process ahead of the first call."""
        if self._link is None and not self._is_closed:
            self._link = Link(self._name, self._functions)

    def keep(self, token: str, value: Any) -> Kept:
        """Let a large value be sent once, with the first call that needs it.

        Parameters
        ----------
        token : str
            Names the value; another value under a token that is known replaces it for later
            calls. The value must not be changed any more.
        value : object
            What functions get where `Kept` is given to `call`.
        """
        self._values[token] = value
        return Kept(token)

    def forget(self, token: str) -> None:
        """Let go of a value, here and in the process; calls that wait for a turn still have it."""
        self._values.pop(token, None)
        if self._running is None:
            self._tidy()

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
        if self._is_closed:
            return work
        self._open[work.run] = work
        tokens = [value.token for value in arguments.values() if isinstance(value, Kept)]
        values = {token: self._values[token] for token in tokens if token in self._values}
        self._waiting.append(_Waiting(Call(work.run, function, arguments, keep_as), values))
        self._timer.start()
        self._next()
        return work

    def cancel(self, run: int) -> None:
        """Stop a call: one that waits is dropped, a running one is told to stop."""
        if self._running is not None and run == self._running.run:
            if self._stop_at is None and self._link is not None:
                self._link.stop_up_to.value = run
                self._stop_at = time.monotonic() + GRACE_S
            return
        if any(one.call.run == run for one in self._waiting):
            self._waiting = [one for one in self._waiting if one.call.run != run]
            self._due.append(Failed(run, "cancelled", "Stopped."))

    def close(self) -> None:
        """End the process; calls that have not ended never will, and later ones are not done."""
        self._is_closed = True
        self._timer.stop()
        self._open.clear()
        self._waiting.clear()
        self._due.clear()
        self._values.clear()
        self._running = None
        self._let_go()
        for link in self._ending:
            link.wait()
        self._ending.clear()

    def _next(self) -> None:
        while self._running is None and self._waiting:
            self._send(self._waiting.pop(0))

    def _send(self, waiting: _Waiting) -> None:
        call, values = waiting.call, dict(waiting.values)
        for value in call.arguments.values():
            if isinstance(value, Kept) and value.token not in values:
                if value.token not in self._values:
                    text = "The data that this needs are not loaded any more."
                    self._due.append(Failed(call.run, "input", text))
                    return
                values[value.token] = self._values[value.token]
        if self._link is not None and self._link.has_died:
            # while nothing was asked of it: another one serves as well
            self._let_go()
        self.start()
        assert self._link is not None
        self._tidy()
        for token, value in values.items():
            if self._held.get(token) is not value:
                self._link.send(Put(token, value))
                self._held[token] = value
        self._running, self._stop_at = call, None
        self._link.send(call)

    def _tidy(self) -> None:
        """Let the process drop what was forgotten, or replaced by another value."""
        for token in [t for t in self._held if self._values.get(t) is not self._held[t]]:
            del self._held[token]
            if self._link is not None:
                self._link.send(Drop(token))

    def _poll(self) -> None:
        told: Progressed | None = None
        while self._link is not None and (answer := self._link.answer()) is not None:
            # of what came at once about a stage, the last is enough
            if told is not None and not _is_newer(answer, told):
                self._take(told)
            told = answer if isinstance(answer, Progressed) else None
            if told is None:
                self._take(answer)
        if told is not None:
            self._take(told)
        while self._due:
            self._end(self._due.pop(0))
        if self._stop_at is not None and time.monotonic() > self._stop_at and self._running:
            run = self._running.run
            self._let_go()
            # the next analysis finds it ready
            self.start()
            self._end(Failed(run, "cancelled", "Stopped."))
        self._ending = [link for link in self._ending if not link.is_over]
        if not self._open and not self._ending:
            self._timer.stop()

    def _take(self, answer: Answer | Ended) -> None:
        running = self._running
        match answer:
            case Ended(reason, text, details):
                self._let_go()
                if running is None:
                    return
                if self._stop_at is not None:
                    self._end(Failed(running.run, "cancelled", "Stopped."))
                    return
                self._end(Failed(running.run, reason, text, details))
                self.died.emit()
            case Progressed(run, stage, fraction) if run in self._open:
                self._open[run].progressed.emit(stage, fraction)
            case Succeeded(run, value) if running is not None and run == running.run:
                if self._stop_at is not None:
                    # it ended just when it was told to stop; what was said holds
                    answer = Failed(run, "cancelled", "Stopped.")
                if running.keep_as is not None:
                    self._held[running.keep_as] = value
                    if isinstance(answer, Succeeded):
                        self._values[running.keep_as] = value
                self._end(answer)
            case Failed(run) if running is not None and run == running.run:
                self._end(answer)

    def _end(self, answer: Succeeded | Failed) -> None:
        if self._running is not None and answer.run == self._running.run:
            self._running, self._stop_at = None, None
            self._tidy()
        work = self._open.pop(answer.run, None)
        self._next()
        if work is None:
            return
        if isinstance(answer, Succeeded):
            work.succeeded.emit(answer.value)
        else:
            work.failed.emit(answer)
        work.deleteLater()

    def _let_go(self) -> None:
        """End the process; the next call starts another."""
        if self._link is not None:
            self._link.stop()
            self._ending.append(self._link)
            self._link = None
        self._held.clear()


def _is_newer(answer: Answer | Ended, told: Progressed) -> bool:
    """Whether an answer says more of the same stage of a call."""
    return isinstance(answer, Progressed) and (answer.run, answer.stage) == (told.run, told.stage)
