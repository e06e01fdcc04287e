import os
import signal

import numpy as np
import pytest

from stormgraph_gui.jobs.worker import Worker
from stormgraph_py import StormGraphParams, cluster_localizations, write_localizations
from stormgraph_py.report.analysis import load
from stormgraph_py.report.request import Request


@pytest.fixture
def worker(qtbot):
    made = Worker("test worker")
    yield made
    made.close()


def answer(qtbot, work, timeout=30_000):
    """What a call returned, or why not."""
    said = []
    work.succeeded.connect(said.append)
    work.failed.connect(said.append)
    qtbot.waitUntil(lambda: bool(said), timeout=timeout)
    return said[0]


def test_an_analysis_gives_the_labels_of_the_api(qtbot, worker, tmp_path, blobs):
    locs = blobs()
    path = tmp_path / "cell.csv"
    write_localizations(locs, path)
    request = Request(path=str(path), params=StormGraphParams(k=10), seed=3)
    read = answer(qtbot, worker.call("read", path=str(path), reading={}, keep_as="raw"))
    assert len(read) == len(locs)
    field = answer(
        qtbot,
        worker.call(
            "prepare", request=request, localizations=worker.keep("raw", read), keep_as="field"
        ),
    )
    work = worker.call("analyse", request=request, field=worker.keep("field", field))
    stages = []
    work.progressed.connect(lambda stage, _: stages.append(stage))
    analysis = answer(qtbot, work)
    selection = load(request)
    expected = cluster_localizations(selection.localizations, request.params, random_state=3)
    np.testing.assert_array_equal(analysis.result.labels, expected.labels)
    assert "communities" in stages


def test_a_fault_of_the_user_is_told_and_the_worker_goes_on(qtbot, worker):
    said = answer(qtbot, worker.call("read", path="/nowhere/a.csv", reading={}))
    assert said.reason == "input"
    assert "/nowhere/a.csv" in said.text
    assert answer(qtbot, worker.call("warm_up")) is None


def test_a_killed_worker_is_told_and_replaced(qtbot, worker):
    assert answer(qtbot, worker.call("warm_up")) is None
    died = []
    worker.died.connect(lambda: died.append(True))
    work = worker.call("warm_up")
    os.kill(worker.pid, signal.SIGKILL)
    assert answer(qtbot, work).reason == "died"
    assert died
    assert answer(qtbot, worker.call("warm_up")) is None
