"""Folders that are written by a worker: whole, or not there at all."""

from pathlib import Path

import pytest

from stormgraph_gui.controllers.folder_writing import FolderWriting
from stormgraph_gui.jobs.worker import Worker
from stormgraph_gui.models.activity import Activity

WAIT_MS = 60_000


@pytest.fixture
def activity(qtbot):
    return Activity()


@pytest.fixture
def worker(qtbot, monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parent)
    made = Worker("odd worker", functions="worker_functions")
    yield made
    made.close()


def half_written(qtbot, writing, folder):
    """Begin to write a folder, and wait until a part of it is there."""
    writing.write("write_and_hang", folder, "report.html", overwrite=True)
    above = next(one for one in folder.parents if one.exists())
    qtbot.waitUntil(lambda: bool(list(above.rglob("summary.csv"))), timeout=WAIT_MS)


@pytest.mark.parametrize("end", ["stopped", "killed", "closed"])
def test_nothing_half_written_is_left(qtbot, activity, worker, tmp_path, end):
    writing = FolderWriting(activity, worker)
    written = []
    writing.written.connect(written.append)
    half_written(qtbot, writing, tmp_path / "new" / "report")
    (task,) = activity.tasks
    if end == "stopped":
        activity.request_stop(task.key)
    elif end == "killed":
        worker._link._process.kill()
    else:
        worker.close()
        writing.shut_down()
    qtbot.waitUntil(lambda: not list(tmp_path.iterdir()), timeout=WAIT_MS)
    assert written == []
    assert [one.level for one in activity.messages] == (["error"] if end == "killed" else [])
    if end != "closed":
        assert activity.tasks == ()


def test_an_older_result_stays_when_the_new_one_is_stopped(qtbot, activity, worker, tmp_path):
    folder = tmp_path / "report"
    folder.mkdir()
    (folder / "run.json").write_text("older")
    writing = FolderWriting(activity, worker)
    half_written(qtbot, writing, folder)
    activity.request_stop(activity.tasks[0].key)
    qtbot.waitUntil(lambda: list(tmp_path.iterdir()) == [folder], timeout=WAIT_MS)
    assert (folder / "run.json").read_text() == "older"
