"""The process of a batch as the app sees it."""

from __future__ import annotations

import time

from stormgraph_gui.jobs.batch_link import BatchLink
from stormgraph_gui.jobs.batch_messages import Begin, Broke, Finished, News, Steer, Stop
from stormgraph_gui.signals import QObject, QTimer, Signal

POLL_MS = 60
"""How often news is looked for."""

PATIENCE_S = 15.0
"""Time for a batch that is stopped to write its tables; then its process is ended."""

CLOSING_S = 5.0
"""The same when the app is closed."""

MOST_NEWS = 200
"""News that is passed on at once; the rest follows with the next look."""

DIED = (
    "The process that runs the queue ended unexpectedly, for example for want of memory. "
    "Finished jobs are kept; start the queue again to go on."
)


class BatchClient(QObject):
    """Runs one batch at a time in a process of its own.

    Attributes
    ----------
    told : Signal
        A list of news in their order, as `stormgraph_gui.jobs.batch_messages` has them.
    ended : Signal
        How the batch ended, a `Finished` or a `Broke`; its process is gone.
    """

    told = Signal(list)
    ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link: BatchLink | None = None
        self._end: Finished | Broke | None = None
        self._give_up_at: float | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def is_running(self) -> bool:
        """Whether there is a batch under way."""
        return self._link is not None

    @property
    def pid(self) -> int | None:
        """Number of the process; None while there is none."""
        return None if self._link is None else self._link.pid

    def begin(self, begin: Begin) -> None:
        """Start a batch; there must be none."""
        assert self._link is None
        self._end, self._give_up_at = None, None
        self._link = BatchLink()
        self._link.send(begin)
        self._timer.start()

    def steer(self, steer: Steer) -> None:
        """Want something of the batch, if there is one."""
        if self._link is not None:
            self._link.send(steer)

    def stop(self) -> None:
        """Abandon what runs; `ended` follows."""
        if self._link is not None and self._give_up_at is None:
            self._link.send(Stop())
            self._give_up_at = time.monotonic() + PATIENCE_S

    def close(self) -> None:
        """End the batch without a word; it can be resumed."""
        self._timer.stop()
        if self._link is not None:
            self._link.send(Stop())
            self._link.end(CLOSING_S)
            self._link = None

    def _poll(self) -> None:
        news: list[News] = []
        is_gone = False
        while self._link is not None and len(news) < MOST_NEWS:
            one = self._link.answer()
            if one is None:
                break
            if isinstance(one, EOFError):
                is_gone = True
            elif isinstance(one, Finished | Broke):
                self._end = one
            else:
                news.append(one)
        if news:
            self.told.emit(news)
        if self._give_up_at is not None and time.monotonic() > self._give_up_at:
            is_gone = True
        if is_gone and self._link is not None:
            self._timer.stop()
            self._link.end()
            self._link = None
            self.ended.emit(self._end or Broke("died", DIED))
