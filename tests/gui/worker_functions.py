"""What the workers of the tests are asked to do, good and bad."""

import os
import sys
import time
from pathlib import Path

import numpy as np

from stormgraph_gui.jobs import work
from stormgraph_py.errors import InputError
from stormgraph_py.report.folder import result_folder


class UnpicklableError(Exception):
    def __init__(self):
        super().__init__("cannot be sent")
        self.where = sys.modules

    def __str__(self):
        raise RuntimeError("not even words")


class Refuses:
    """Can be sent, but not be made again at the other end."""

    def __reduce__(self):
        return _refuse, ()


def _refuse():
    raise ValueError("no")


def give(value, *, on_progress, should_stop):
    return value


def total(values, *, on_progress, should_stop):
    return float(np.sum(values))


def ramp(n, *, on_progress, should_stop):
    return np.arange(n, dtype=float)


def touch_and_hang(path, *, on_progress, should_stop):
    """Stays in one call of the system, as long C++ does in one of its own, and hears nothing."""
    Path(path).touch()
    time.sleep(600)


def touch_and_wait(path, *, on_progress, should_stop):
    Path(path).touch()
    while not should_stop():
        time.sleep(0.01)


def end(*, on_progress, should_stop):
    os._exit(3)


def print_a_lot(*, on_progress, should_stop):
    for _ in range(10_000):
        sys.stdout.write("n" * 100)
    sys.stdout.flush()
    sys.__stdout__.write("said aloud on purpose\n")
    return "done"


def unpicklable_value(*, on_progress, should_stop):
    return lambda: None


def unpicklable_error(*, on_progress, should_stop):
    raise UnpicklableError


def refusing_value(*, on_progress, should_stop):
    return Refuses()


def of_the_user(*, on_progress, should_stop):
    raise InputError("9 is too few; take 10.")


def no_memory(*, on_progress, should_stop):
    raise MemoryError


def no_space(*, on_progress, should_stop):
    raise OSError(28, "No space left on device", "/somewhere/file.csv")


def write_and_hang(unfinished, overwrite, *, on_progress, should_stop):
    """Is in the middle of a folder, hears nothing, and cannot clear away when it is ended."""
    with result_folder(unfinished.folder, overwrite=overwrite, unfinished=unfinished) as path:
        (path / "summary.csv").write_text("half")
        time.sleep(600)


def clear_away(unfinished, *, on_progress, should_stop):
    work.clear_away(unfinished, on_progress=on_progress, should_stop=should_stop)
