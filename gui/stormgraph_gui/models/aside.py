"""Work in a thread while the window goes on: for what only computes on frozen values."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from stormgraph_gui.signals import QObject, Signal

_T = TypeVar("_T")


class Aside(QObject):
    """Does work in threads of its own and hands over what came out in the thread of the window.

    For numpy and the writing of pictures, which let other threads go on; what takes seconds or may
    have to be stopped is for the worker processes.
    """

    _done = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads: list[threading.Thread] = []
        self._done.connect(self._hand_over)

    def do(self, name: str, work: Callable[[], _T], then: Callable[[_T], object]) -> None:
        """Do some work, which must not fail, and go on with what it returns.

        Parameters
        ----------
        name : str
            Shown among the threads.
        work : callable
            Done in a thread.
        then : callable
            Called with what was returned, in the thread of the window.
        """

        def run() -> None:
            self._done.emit(then, work())

        self._threads = [thread for thread in self._threads if thread.is_alive()]
        self._threads.append(threading.Thread(target=run, name=name))
        self._threads[-1].start()

    def shut_down(self) -> None:
        """Wait for what is being done."""
        for thread in self._threads:
            thread.join()

    def _hand_over(self, then: Callable[[object], object], answer: object) -> None:
        then(answer)
