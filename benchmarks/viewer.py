"""How long the map of the desktop app takes to draw, beside numpy's 2-D histogram.

Usage: QT_QPA_PLATFORM=offscreen python benchmarks/viewer.py [--size 5000000] [--repeats 15]
       [--width 1280 --height 800]

Simulated localizations, two thirds in 20,000 clusters, on a field 40 µm wide, are put into the
app's map, drawn in software. First picture: from localizations in memory to pixels on the screen,
everything that is computed for them included. Redraws: the view is moved or magnified by a little,
and drawn anew, at several magnifications, once the localizations are arranged, and with all of them
in view also before. `np.histogram2d` counts the same localizations in the same pixels and draws
nothing; both must count the same. Times of the thread that draws: elapsed, and processor time,
which other programs on the machine disturb less. Exits with 1 when the counts differ, or when the
processor time of the first picture is above 0.5 s or of a median redraw above 0.15 s.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from PySide6 import __version__ as pyside_version
from PySide6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "gui"))

from benchmarks.machine import describe_machine
from stormgraph_gui.models.density import Grid, Plane
from stormgraph_gui.models.display import ColorBy, Display
from stormgraph_gui.models.scene import Scene
from stormgraph_gui.models.workspace import Loaded, Workspace
from stormgraph_gui.views.canvas import Canvas
from stormgraph_gui.views.data_layer import DataLayer
from stormgraph_py import Localizations
from stormgraph_py.arrays import FloatArray
from stormgraph_py.report.analysis import Field

FIELD_NM = 40_000.0
FIRST_S, REDRAW_S = 0.5, 0.15
COLORINGS: tuple[ColorBy, ...] = ("density", "channel", "frame")
MAGNIFICATIONS = (1, 3, 10, 100)

Times = list[tuple[float, float]]


def simulate(n: int) -> Localizations:
    """Clusters over a random background, with precision, frame and channel."""
    rng = np.random.default_rng(0)
    n_clustered = 2 * n // 3
    centers = rng.uniform(0, FIELD_NM, (20_000, 2))
    clustered = centers[rng.integers(0, len(centers), n_clustered)]
    clustered += rng.normal(0, 30, clustered.shape)
    xy = np.concatenate([clustered, rng.uniform(0, FIELD_NM, (n - n_clustered, 2))])
    return Localizations.from_arrays(
        xy[rng.permutation(n)],
        sigma=rng.uniform(5, 20, n),
        frame=np.sort(rng.integers(0, 50_000, n)),
        channel=rng.integers(1, 3, n),
    )


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Elapsed and processor time of this thread."""
    elapsed, processor = time.perf_counter(), time.thread_time()
    work()
    return time.perf_counter() - elapsed, time.thread_time() - processor


def row(what: str, times: Times, beside: float | None) -> str:
    """One line of the table, ms."""
    elapsed, processor = 1000 * np.array(times).T
    cells = [f"{np.median(one):.0f} ({one.max():.0f})" for one in (elapsed, processor)]
    ratio = "" if beside is None else f"{1000 * beside / np.median(processor):.1f}"
    return f"| {what} | {len(times)} | {cells[0]} | {cells[1]} | {ratio} |"


class Map:
    """The canvas of the app with what draws on it."""

    def __init__(self, width: int, height: int) -> None:
        self.workspace, self.display = Workspace(), Display()
        self.scene = Scene(self.workspace, self.display)
        self.canvas = Canvas()
        self.canvas.resize(width, height)
        self.layer = DataLayer(self.canvas, self.scene, self.workspace, self.display)
        self.canvas.show()
        QApplication.processEvents()

    def open(self, locs: Localizations) -> None:
        """Show localizations as if their file had been read."""
        field = Field(localizations=locs, n_other_channel=0, steps=(), warnings=())
        self.workspace.put_loaded("data", Loaded(raw=locs, field=field))
        self.workspace.look_at("data")
        self.draw()

    def draw(self) -> None:
        """Draw what is in view, to the pixels of the widget."""
        self.layer.draw()
        self.canvas.viewport().repaint()

    def recolor(self) -> None:
        """Wait for the colours, which are found in a thread, and draw."""
        self.scene.aside.shut_down()
        QApplication.processEvents()
        self.draw()

    def redraws(self, magnification: float, repeats: int) -> Times:
        """Draw views that differ a little."""
        self.canvas.fit()
        self.canvas.zoom(magnification)
        times = []
        for step in range(repeats):
            if step % 2:
                self.canvas.zoom(1.01 if step % 4 == 1 else 1 / 1.01)
            else:
                self.canvas.pan(7 * self.canvas.nm_per_pixel(), -3 * self.canvas.nm_per_pixel())
            times.append(timed(self.draw))
        return times


def beside(xy: FloatArray, grid: Grid, repeats: int) -> tuple[float, FloatArray]:
    """Processor time of numpy's histogram, and its counts."""
    columns = grid.left + grid.pixel_nm * np.arange(grid.n_columns + 1)
    rows = grid.low + grid.pixel_nm * np.arange(grid.n_rows + 1)
    spans = ((rows[0], rows[-1]), (columns[0], columns[-1]))
    bins = (grid.n_rows, grid.n_columns)
    found: list[FloatArray] = []

    def count() -> None:
        found[:] = [np.histogram2d(xy[:, 1], xy[:, 0], bins=bins, range=spans)[0]]

    return float(np.median([timed(count)[1] for _ in range(repeats)])), found[0]


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=5_000_000)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=800)
    arguments = parser.parse_args()
    qt = QApplication(sys.argv[:1])
    print(f"{describe_machine()}, PySide6 {pyside_version}, platform {qt.platformName()}")
    print(f"{arguments.size:,} localizations, {arguments.width} x {arguments.height} pixels\n")
    print("| what | runs | elapsed ms, median (max) | processor ms, median (max) | times faster |")
    print("|---|---:|---:|---:|---:|")
    faults = []
    locs = simulate(arguments.size)
    firsts = []
    for _ in range(3):
        # a map of its own each time, so that nothing is remembered
        drawn = Map(arguments.width, arguments.height)
        firsts.append(timed(partial(drawn.open, locs)))
        before = drawn.redraws(1, 5)
        drawn.scene.shut_down()
        QApplication.processEvents()
    print(row("first picture", firsts, None))
    grid = drawn.layer.picture(1.0).grid
    theirs_s, theirs = beside(locs.xy, grid, 3)
    ours = Plane(locs.xy).pixels(grid).counts()
    if np.abs(ours - theirs).sum() > 1e-3 * arguments.size:
        faults.append("The counts differ.")
    print(row("counting alone, as `np.histogram2d`", counting(locs.xy, grid), theirs_s))
    print(row("redraw before they are arranged", before, None))
    if np.median([one[1] for one in firsts]) > FIRST_S:
        faults.append(f"The first picture takes more than {FIRST_S} s.")
    for by in COLORINGS:
        drawn.canvas.fit()
        drawn.display.set(color_by=by)
        print(row(f"change to colours by {by}", [timed(drawn.recolor)], None))
        for magnification in MAGNIFICATIONS:
            times = drawn.redraws(magnification, arguments.repeats)
            share = "all" if magnification == 1 else f"1/{magnification} of the width"
            print(row(f"redraw, by {by}, {share}", times, None))
            if np.median([one[1] for one in times]) > REDRAW_S:
                faults.append(f"A redraw by {by} of {share} takes more than {REDRAW_S} s.")
    if faults:
        sys.exit("\n" + "\n".join(faults))


def counting(xy: FloatArray, grid: Grid) -> Times:
    """Count in the same pixels, the making of the plane included."""
    return [timed(lambda: Plane(xy).pixels(grid).counts()) for _ in range(5)]


if __name__ == "__main__":
    main()
