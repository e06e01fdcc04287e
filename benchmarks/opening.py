"""Time to open files in the desktop app, beside the reader's own time, and how long the app stops.

Usage: python benchmarks/opening.py [--rows 1000000] [--repeats 5] [--seed 0]

A csv file of so many simulated localizations is read by `read_localizations` in this process, then
opened in the whole app, with all panels and the picture, on Qt's offscreen platform, in turns. The
app's time is from asking for the file to the data set being at hand; its worker process is warm, as
it is a few seconds after the start. The gap is the longest time in which the event loop of the app
did not come round, from asking until half a second after the data are there.

Both are wall times: the work is done in another process. The app needs a second core for that.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

os.environ["QT_QPA_PLATFORM"] = os.environ.get("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "gui"))

from PySide6.QtWidgets import QApplication

from benchmarks.machine import describe_machine
from stormgraph_gui.app import StormGraphApp
from stormgraph_py import Localizations, read_localizations, write_localizations

AFTERWARDS_S = 0.5
PATIENCE_S = 300.0


def main() -> int:
    arguments = parse()
    qt = QApplication.instance() or QApplication([])
    print(describe_machine())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "localizations.csv"
        write_localizations(simulated(arguments.rows, arguments.seed), path)
        app = StormGraphApp(Path(folder) / "settings")
        app.window.show()
        warm_up(qt, app)
        rows = []
        for _ in range(arguments.repeats):
            began = time.perf_counter()
            read_localizations(path)
            own = time.perf_counter() - began
            rows.append((own, *open_once(qt, app, path)))
            close_data(qt, app)
        app.close()
    print(f"\n{arguments.rows:,} localizations, {arguments.repeats} repeats, seconds")
    print(f"{'reader':>10}{'app':>10}{'app/reader':>12}{'longest gap':>13}{'CPU of it':>11}")
    for own, opened, gap, busy in [*rows, np.median(rows, axis=0)]:
        print(f"{own:10.2f}{opened:10.2f}{opened / own:12.2f}{gap:13.3f}{busy:11.3f}")
    print("The last row holds the medians.")
    return 0


def open_once(qt: QApplication, app: StormGraphApp, path: Path) -> tuple[float, float, float]:
    """Open the file; return the time until it is there, the longest gap, the most CPU in a turn."""
    gap, busy, there_after = 0.0, 0.0, None
    began = last = time.perf_counter()
    app.provided["opening"].open_paths([path])
    while there_after is None or last - began < there_after + AFTERWARDS_S:
        used = time.thread_time()
        qt.processEvents()
        busy = max(busy, time.thread_time() - used)
        now = time.perf_counter()
        gap, last = max(gap, now - last), now
        if there_after is None and app.workspace.current is not None:
            there_after = now - began
        if now - began > PATIENCE_S:
            raise TimeoutError(f"{path} was not opened within {PATIENCE_S:g} s")
        time.sleep(0.001)
    return there_after, gap, busy


def close_data(qt: QApplication, app: StormGraphApp) -> None:
    """Let go of the data set, so that the next one is opened anew."""
    app.workspace.clear()
    app.document.reset()
    qt.processEvents()


def warm_up(qt: QApplication, app: StormGraphApp) -> None:
    """Wait until the worker has started."""
    done: list[object] = []
    app.reader.call("warm_up").succeeded.connect(done.append)
    while not done:
        qt.processEvents()
        time.sleep(0.01)


def simulated(n: int, seed: int) -> Localizations:
    """Return localizations spread over a field whose density is usual."""
    rng = np.random.default_rng(seed)
    side = np.sqrt(n / 200) * 1000
    return Localizations.from_arrays(
        rng.uniform(0, side, (n, 2)),
        sigma=rng.lognormal(np.log(10), 0.3, n),
        frame=np.sort(rng.integers(0, 20_000, n)),
        photons=rng.exponential(1000, n),
    )


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
