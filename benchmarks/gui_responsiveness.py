"""How long the window of the app stands still during an analysis, and how soon one can be stopped.

Usage: python benchmarks/gui_responsiveness.py [--size 100000] [--runs 3]

Nanoclusters like those of the paper, tiled to the size asked for, are analysed in the app, which is
shown offscreen with all of its panels. A timer ticks every millisecond in the thread of the window;
the largest time between two ticks is what a user would feel: while the work is sent off, while it
runs, and while its result arrives and is drawn, for two seconds more. Then an analysis is stopped
in each of its stages, and while the Infomap library searches; measured is the time from there until
the next one can be started. Exits with 1 when a gap is above 50 ms or stopping takes over a second.

Other programs that are busy at the same time make gaps of their own. Beside the largest gap stand
the time that the thread of the window itself worked in a gap and, on Linux, the largest gap during
which the host of a virtual machine took no processor away from it, which is what is judged.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "gui"))

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from benchmarks.machine import describe_machine
from stormgraph_gui.app import StormGraphApp
from stormgraph_gui.models.project import DataSet
from stormgraph_gui.models.stages import stage_in_words
from stormgraph_gui.models.workspace import Loaded
from stormgraph_py import StormGraphParams
from stormgraph_py.report.analysis import prepare
from stormgraph_py.simulate import simulate_tiled

ALLOWED_GAP_S = 0.050
ALLOWED_STOP_S = 1.0
SHOWN_FOR_S = 2.0
STAGES = ("length scale", "node degrees", "final graph", "communities", "overcounting")


class Gap(NamedTuple):
    """The longest time without a tick.

    Each is the longest of its own: by the clock, of work of the thread itself, and by the clock
    where no processor was taken away.
    """

    wall_s: float = 0.0
    cpu_s: float = 0.0
    undisturbed_s: float = 0.0


class Ticks:
    """Ticks in the thread of the window, and remembers the longest time without one."""

    def __init__(self) -> None:
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(1)
        self._timer.timeout.connect(self._tick)
        self._last, self._largest = _now(), Gap()
        self._timer.start()

    def largest(self) -> Gap:
        """Return the longest time without a tick since this was asked last, and until now."""
        self._tick()
        largest, self._largest = self._largest, Gap()
        return largest

    def _tick(self) -> None:
        now = _now()
        wall, cpu, stolen = (later - sooner for later, sooner in zip(now, self._last, strict=True))
        gap = Gap(wall, cpu, 0.0 if stolen else wall)
        self._largest = Gap(*map(max, self._largest, gap))
        self._last = now


def _now() -> tuple[float, float, int]:
    """Return the time by the clock and of work, s, and ticks that were taken away so far."""
    return time.perf_counter(), time.thread_time(), _stolen_ticks()


def _stolen_ticks() -> int:
    try:
        return int(Path("/proc/stat").read_text().split("\n", 1)[0].split()[8])
    except (OSError, IndexError):
        return 0


def wait(condition: Callable[[], object], seconds: float = 600.0) -> None:
    """Let the app go on until a condition holds.

    Raises
    ------
    TimeoutError
        When it takes too long.
    """
    loop, give_up = QEventLoop(), time.monotonic() + seconds
    poll = QTimer(interval=2)
    poll.timeout.connect(lambda: loop.quit() if condition() or time.monotonic() > give_up else None)
    poll.start()
    loop.exec()
    poll.stop()
    if not condition():
        raise TimeoutError("the app did not get there")


def rest(seconds: float) -> None:
    """Let the app go on for a while."""
    until = time.monotonic() + seconds
    wait(lambda: time.monotonic() > until)


def put_data(app: StormGraphApp, size: int) -> int:
    """Let the app have simulated data as if their file had been opened; return how many."""
    localizations = simulate_tiled(size, 0).localizations
    project, key = app.document.project.new_key()
    project = project.with_data_set(DataSet(key=key, path="/data/simulated.csv"))
    app.document.edit("open", project)
    field = prepare(project.request(key, None), localizations)
    app.workspace.put_loaded(key, Loaded(raw=localizations, field=field))
    app.workspace.look_at(key)
    return len(localizations)


def measure_gaps(app: StormGraphApp, runs: int) -> Iterator[tuple[Gap, Gap]]:
    """Yield for each run the largest gap until its result is there, and while it is shown."""
    running, ticks = app.provided["running"], Ticks()
    until: list[Gap] = []
    # connected before the run connects what takes the result in
    call = app.analyst.call

    def call_and_listen(*arguments: object, **named: object) -> object:
        work = call(*arguments, **named)
        work.succeeded.connect(lambda _: until.append(ticks.largest()))
        return work

    app.analyst.call = call_and_listen
    for _ in range(runs):
        ticks.largest()
        running.start()
        wait(lambda: not running.is_running)
        rest(SHOWN_FOR_S)
        yield until.pop(), ticks.largest()
    app.analyst.call = call


def measure_stops(app: StormGraphApp) -> Iterator[tuple[str, float]]:
    """Yield where an analysis was stopped, and how long that took."""
    running, activity = app.provided["running"], app.activity
    cases = [(StormGraphParams(), stage) for stage in STAGES]
    cases.append((StormGraphParams(community_backend="infomap", n_trials=50), "communities"))
    for params, stage in cases:
        running.set_params(params)
        running.start()
        words = stage_in_words(stage)
        wait(lambda words=words: not activity.tasks or activity.tasks[0].stage == words)
        began = time.perf_counter()
        running.cancel()
        wait(lambda: not running.is_running)
        yield f"{stage}, {params.community_backend}", time.perf_counter() - began


@contextmanager
def shown_app() -> Iterator[StormGraphApp]:
    """Provide the app, shown, with both workers ready."""
    with tempfile.TemporaryDirectory() as folder:
        app = StormGraphApp(Path(folder))
        app.window.resize(1280, 800)
        app.start()
        wait(lambda: not app.reader.is_busy and not app.analyst.is_busy)
        try:
            yield app
        finally:
            app.close()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    # held: Qt needs it for as long as there are windows
    qt = QApplication(sys.argv[:1])
    faults = []
    with shown_app() as app:
        n = put_data(app, arguments.size)
        rest(SHOWN_FOR_S)
        print(f"{describe_machine()}\n{n:,} localizations\n")
        print("Largest gap, ms: undisturbed by the host / by the clock (own work of the thread)\n")
        print("| run | until the result | while it is shown |\n|---:|---:|---:|")
        for number, gaps in enumerate(measure_gaps(app, arguments.runs), 1):
            words = ["{2:.0f} / {0:.0f} ({1:.0f})".format(*(1e3 * s for s in gap)) for gap in gaps]
            print(f"| {number} | {' | '.join(words)} |", flush=True)
            largest = max(gap.undisturbed_s for gap in gaps)
            if largest > ALLOWED_GAP_S:
                faults.append(f"run {number}: the window stood still for {largest:.3f} s.")
        print("\n| stopped in | until the next can be started, s |\n|---|---:|")
        for where, seconds in measure_stops(app):
            print(f"| {where} | {seconds:.2f} |", flush=True)
            if seconds > ALLOWED_STOP_S:
                faults.append(f"{where}: stopping took {seconds:.2f} s.")
    del qt
    if faults:
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    main()
