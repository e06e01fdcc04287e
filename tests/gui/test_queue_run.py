"""The queue with its real processes: results are those of `stormgraph batch`, whatever happens."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from stormgraph_gui.app import StormGraphApp
from stormgraph_gui.models.project import DataSet, Region
from stormgraph_py import Localizations, cluster_localizations, write_localizations
from stormgraph_py.cli.main import main
from stormgraph_py.io.roi_files import read_rois, write_rois
from stormgraph_py.report.analysis import load
from stormgraph_py.report.request import Request
from stormgraph_py.roi import Roi

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

LEFT = Qt.MouseButton.LeftButton
PATIENCE_MS = 300_000
LARGE, EMPTY = "c2__large", "c1__empty"


def _field(seed, n_blobs, side):
    rng = np.random.default_rng(seed)
    centers = rng.uniform(100, side - 100, (n_blobs, 2))
    points = np.repeat(centers, 40, axis=0) + rng.normal(0, 15, (40 * n_blobs, 2))
    points = np.concatenate([points, rng.uniform(0, side, (10 * n_blobs, 2))])
    return Localizations.from_arrays(points, sigma=rng.uniform(5, 12, len(points)))


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Two files with three regions each, one of which is empty and one large, and their batch."""
    folder = tmp_path_factory.mktemp("study")
    for name, n_blobs, side, regions in (
        ("c1", 20, 2000, {"left": (0, 1000), "right": (1000, 2000), "empty": (5000, 6000)}),
        ("c2", 500, 10000, {"top": (0, 1500), "low": (3000, 4500), "large": (0, 10000)}),
    ):
        (folder / "data").mkdir(exist_ok=True)
        (folder / "rois").mkdir(exist_ok=True)
        write_localizations(_field(1, n_blobs, side), folder / "data" / f"{name}.csv")
        rois = [
            Roi.rectangle(((x0 + x1) / 2, side / 2), (x1 - x0, side), name=roi)
            for roi, (x0, x1) in regions.items()
        ]
        write_rois(folder / "rois" / f"{name}.geojson", rois)
    arguments = ["batch", str(folder / "data"), "--roi-dir", str(folder / "rois"), "--quiet"]
    out = ["--out", str(folder / "expected"), "--no-reports", "--workers", "0"]
    assert main([*arguments, *out]) == 1
    return folder


@pytest.fixture
def queue_of(qtbot):
    """Opens apps with a queue, and closes those that are left open."""
    apps = []

    def open_app(settings):
        app = StormGraphApp(settings)
        app.window.show()
        apps.append(app)
        app.provided["queue"].close_app = lambda: (apps.remove(app), app.close())
        return app.provided["queue"]

    yield open_app
    for app in apps:
        app.close()


@pytest.fixture
def batch(queue_of, study, tmp_path, qtbot):
    """The queue of an app, with the jobs of the study."""
    made = queue_of(tmp_path / "settings")
    made.queue.set_settings(n_workers=1, reports=False)
    fill(made, study, qtbot)
    made.control.set_out(str(tmp_path / "out"))
    return made


def fill(batch, study, qtbot):
    dialog = batch.add("files")
    dialog.files.add([str(study / "data")])
    dialog.files.regions.setCurrentIndex(1)
    dialog.files.regions_path.setText(str(study / "rois"))
    ok = dialog.findChild(QPushButton, "queue add ok")
    qtbot.waitUntil(ok.isEnabled, timeout=PATIENCE_MS)
    qtbot.mouseClick(ok, LEFT)
    assert len(batch.queue.order) == 6


def states(batch):
    return {name: batch.queue.state(name).state for name in batch.queue.order}


def click(qtbot, batch, name):
    button = batch.panel.findChild(QPushButton, f"queue {name}")
    qtbot.waitUntil(button.isEnabled, timeout=PATIENCE_MS)
    qtbot.mouseClick(button, LEFT)


def until(qtbot, condition):
    qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE_MS)


def is_idle(batch):
    return lambda: batch.queue.phase == "idle"


def assert_as_expected(out: Path, study: Path, names):
    """Every table of these jobs is byte for byte that of `stormgraph batch`."""
    assert {item.name for item in (out / "jobs").iterdir()} == set(names)
    for name in names:
        for table in (study / "expected" / "jobs" / name).glob("*.csv"):
            assert (out / "jobs" / name / table.name).read_bytes() == table.read_bytes()


def no_process_is_left(processes):
    _, alive = psutil.wait_procs(processes, timeout=60)
    assert alive == []


def children(pid):
    return psutil.Process(pid).children(recursive=True)


def test_six_jobs_one_cancelled_one_failed(batch, study, tmp_path, qtbot):
    until(qtbot, lambda: batch.panel.isVisible())
    batch.control.move([LARGE], 0)
    click(qtbot, batch, "start")
    until(qtbot, lambda: states(batch)[LARGE] == "running")
    before = set(children(batch.client.pid))
    batch.panel.select([LARGE])
    click(qtbot, batch, "cancel")
    until(qtbot, is_idle(batch))
    assert states(batch) == {
        LARGE: "cancelled", EMPTY: "failed",
        **dict.fromkeys(("c1__left", "c1__right", "c2__top", "c2__low"), "done"),
    }  # fmt: skip
    no_process_is_left(before)
    assert batch.queue.state(EMPTY).kind == "input"
    assert "retry" in batch.queue.state(EMPTY).remedy
    done = batch.queue.names("done")
    assert_as_expected(tmp_path / "out", study, done)
    for name in done:
        # and that of the API
        roi_file, roi_name = name.split("__")
        rois = {roi.name: roi for roi in read_rois(study / "rois" / f"{roi_file}.geojson")}
        path = str(study / "data" / f"{roi_file}.csv")
        selection = load(Request(path=path, roi=rois[roi_name]))
        locs, area = selection.localizations, rois[roi_name].area_nm2
        labels = cluster_localizations(locs, area=area, random_state=0).labels
        written = np.genfromtxt(
            tmp_path / "out" / "jobs" / name / "localizations.csv", delimiter=",", names=True
        )
        np.testing.assert_array_equal(written["cluster"], labels)
    # the whole study once more in the same place; what is there is kept
    click(qtbot, batch, "retry")
    until(qtbot, lambda: states(batch)[EMPTY] == "failed" and batch.queue.phase == "idle")
    batch.control.retry([LARGE])
    click(qtbot, batch, "start")
    until(qtbot, lambda: states(batch)[LARGE] == "done" and batch.queue.phase == "idle")
    assert_as_expected(tmp_path / "out", study, [*done, LARGE])
    for table in ("summary.csv", "clusters.csv", "failures.csv"):
        expected = (study / "expected" / table).read_bytes()
        assert (tmp_path / "out" / table).read_bytes() == expected


def test_regions_of_an_open_project_give_the_same(queue_of, study, tmp_path, qtbot):
    batch = queue_of(tmp_path / "settings")
    app = batch._app
    path = study / "data" / "c1.csv"
    project, key = app.document.project.new_key()
    project = project.with_data_set(DataSet(key=key, path=str(path)))
    for roi in read_rois(study / "rois" / "c1.geojson"):
        project = project.with_region(key, Region(key=roi.name, roi=roi))
    app.document.edit("open", project)
    batch.queue.set_settings(reports=False)
    batch.control.set_out(str(tmp_path / "out"))
    dialog = batch.add("project")
    ok = dialog.findChild(QPushButton, "queue add ok")
    until(qtbot, ok.isEnabled)
    qtbot.mouseClick(ok, LEFT)
    batch.control.start()
    until(qtbot, is_idle(batch))
    until(qtbot, lambda: batch.queue.names("failed") == ("c1__empty",))
    assert_as_expected(tmp_path / "out", study, ["c1__left", "c1__right"])


def test_pausing_lets_the_running_job_end_and_no_other_begin(batch, qtbot):
    batch.control.start()
    until(qtbot, lambda: batch.queue.names("running", "done"))
    batch.control.pause()
    until(qtbot, lambda: not batch.queue.names("running"))
    # two looks of the batch at what is wanted of it
    qtbot.wait(1000)
    n_done = len(batch.queue.names("done", "failed"))
    assert n_done < 6
    assert batch.queue.phase == "paused"
    batch.control.start()
    until(qtbot, lambda: len(batch.queue.names("done", "failed")) > n_done)
    batch.control.cancel_all()
    until(qtbot, is_idle(batch))
    assert not batch.queue.names("waiting", "running")


def test_an_app_that_is_closed_in_the_middle_goes_on_later(batch, queue_of, study, tmp_path, qtbot):
    batch.control.start()
    until(qtbot, lambda: batch.queue.names("done"))
    processes = [psutil.Process(batch.client.pid), *children(batch.client.pid)]
    batch.close_app()
    no_process_is_left(processes)
    again = queue_of(tmp_path / "settings")
    assert again.queue.names("done")
    click(qtbot, again, "go on")
    until(qtbot, is_idle(again))
    assert again.queue.names("failed") == (EMPTY,)
    done = again.queue.names("done", "kept")
    assert len(done) == 5
    assert_as_expected(tmp_path / "out", study, done)


def test_a_killed_host_is_told_and_replaced(batch, study, tmp_path, qtbot):
    batch.control.start()
    until(qtbot, lambda: batch.queue.names("done"))
    workers = children(batch.client.pid)
    os.kill(batch.client.pid, signal.SIGKILL)
    messages = batch._app.activity.messages
    until(qtbot, lambda: any("interrupted" in m.title for m in messages))
    until(qtbot, is_idle(batch))
    no_process_is_left(workers)
    assert len(batch.queue.names("done", "kept")) == 5
    assert_as_expected(tmp_path / "out", study, batch.queue.names("done", "kept"))


def test_a_killed_app_leaves_no_process_and_goes_on_later(queue_of, study, tmp_path, qtbot):
    first = queue_of(tmp_path / "settings")
    first.queue.set_settings(n_workers=1, reports=False)
    fill(first, study, qtbot)
    first.control.set_out(str(tmp_path / "out"))
    first.close_app()
    script = tmp_path / "app.py"
    script.write_text(
        textwrap.dedent(
            f"""
            from pathlib import Path
            from PySide6.QtWidgets import QApplication
            from stormgraph_gui.app import StormGraphApp

            if __name__ == "__main__":
                qt = QApplication([])
                app = StormGraphApp(Path({str(tmp_path / "settings")!r}))
                app.provided["queue"].control.start()
                qt.exec()
            """
        )
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    process = subprocess.Popen([sys.executable, str(script)], env=environment)
    jobs, give_up = tmp_path / "out" / "jobs", time.monotonic() + PATIENCE_MS / 1000
    while not (jobs.is_dir() and any(item.name[0] != "." for item in jobs.iterdir())):
        assert process.poll() is None
        assert time.monotonic() < give_up
        time.sleep(0.05)
    left = children(process.pid)
    process.kill()
    process.wait()
    no_process_is_left(left)
    again = queue_of(tmp_path / "settings")
    click(qtbot, again, "go on")
    until(qtbot, is_idle(again))
    done = again.queue.names("done", "kept")
    assert len(done) == 5
    assert_as_expected(tmp_path / "out", study, done)
