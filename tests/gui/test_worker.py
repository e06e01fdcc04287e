"""Worker processes: calls and answers, faults, cancelling, and what is left behind."""

import os
import signal
import threading
from pathlib import Path

import numpy as np
import psutil
import pytest

from stormgraph_gui.jobs.link import Link
from stormgraph_gui.jobs.messages import Put
from stormgraph_gui.jobs.worker import Worker
from stormgraph_py import StormGraphParams, cluster_localizations, write_localizations
from stormgraph_py.report.analysis import load
from stormgraph_py.report.request import Request

WAIT = 60_000


@pytest.fixture
def worker(qtbot):
    made = Worker("test worker")
    yield made
    made.close()


@pytest.fixture
def odd(qtbot, monkeypatch):
    """A worker that can be asked for the functions of `worker_functions`."""
    monkeypatch.syspath_prepend(Path(__file__).parent)
    made = Worker("odd worker", functions="worker_functions")
    yield made
    made.close()


def said_of(work):
    """A list that gets what a call returned, or why not."""
    said = []
    work.succeeded.connect(said.append)
    work.failed.connect(said.append)
    return said


def answer(qtbot, work):
    said = said_of(work)
    qtbot.waitUntil(lambda: bool(said), timeout=WAIT)
    return said[0]


def in_call(qtbot, worker, function, path):
    """A call under way: the process has said so by touching a file."""
    work = worker.call(function, path=str(path))
    qtbot.waitUntil(path.exists, timeout=WAIT)
    return work


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
    missing = answer(qtbot, worker.call("read", path="/nowhere/a.csv", reading={}))
    assert missing.reason == "input"
    assert "/nowhere/a.csv" in missing.text


def test_values_and_faults_come_back(qtbot, odd):
    arrays = {"a": np.arange(300_000.0), "b": np.ones((3, 5), dtype=np.int32)[:, ::2], "c": [b""]}
    back = answer(qtbot, odd.call("give", value=arrays))
    np.testing.assert_array_equal(back["a"], arrays["a"])
    np.testing.assert_array_equal(back["b"], arrays["b"])
    back["a"][0] = 1
    pid = odd.pid
    reasons = {
        "of_the_user": ("input", "9 is too few; take 10."),
        "no_memory": ("memory", "not enough memory"),
        "no_space": ("input", "/somewhere/file.csv: No space left on device"),
        "unpicklable_value": ("program", "pickle"),
        "unpicklable_error": ("program", "UnpicklableError"),
        "not_there": ("program", "not_there"),
    }
    for function, (reason, text) in reasons.items():
        failure = answer(qtbot, odd.call(function))
        assert failure.reason == reason, function
        assert text in failure.text, function
        assert bool(failure.details) == (reason == "program"), function
    assert answer(qtbot, odd.call("print_a_lot")) == "done"
    assert odd.pid == pid


def test_what_cannot_be_sent_or_made_again_fails_the_call_alone(qtbot, odd):
    assert answer(qtbot, odd.call("give", value=lambda: None)).reason == "program"
    assert answer(qtbot, odd.call("refusing_value")).reason == "program"
    assert answer(qtbot, odd.call("give", value=1)) == 1


def test_kept_values_are_those_of_the_time_of_the_call(qtbot, odd):
    first = odd.call("total", values=odd.keep("t", np.ones(10)))
    second = odd.call("total", values=odd.keep("t", np.full(10, 2.0)))
    third = odd.call("total", values=odd.keep("t", np.full(10, 3.0)))
    odd.forget("t")
    totals = [said_of(work) for work in (first, second, third)]
    qtbot.waitUntil(lambda: all(totals), timeout=WAIT)
    assert totals == [[10.0], [20.0], [30.0]]


def test_what_a_call_returns_can_be_kept_for_the_next(qtbot, odd):
    from stormgraph_gui.jobs.messages import Kept

    made = odd.call("ramp", n=5, keep_as="ramp")
    total = odd.call("total", values=Kept("ramp"))
    lost = odd.call("total", values=Kept("never kept"))
    after = odd.call("give", value="on")
    answers = [said_of(work) for work in (made, total, lost, after)]
    qtbot.waitUntil(lambda: all(answers), timeout=WAIT)
    assert answers[1] == [10.0]
    assert answers[2][0].reason == "input"
    assert answers[3] == ["on"]


def test_a_call_that_hears_nothing_is_ended_within_a_second(qtbot, odd, tmp_path):
    running = in_call(qtbot, odd, "touch_and_hang", tmp_path / "running")
    waiting = odd.call("give", value="waiting")
    later = odd.call("give", value="later")
    answers = [said_of(work) for work in (running, waiting, later)]
    hung = psutil.Process(odd.pid)
    waiting.cancel()
    waiting.cancel()
    running.cancel()
    running.cancel()
    assert answers == [[], [], []]
    qtbot.waitUntil(lambda: bool(answers[0]), timeout=WAIT)
    assert answers[0][0].reason == answers[1][0].reason == "cancelled"
    qtbot.waitUntil(lambda: bool(answers[2]), timeout=WAIT)
    assert answers[2] == ["later"]
    assert len(answers[0]) == len(answers[1]) == 1
    assert not hung.is_running()
    running.cancel()


def test_a_call_that_hears_stops_without_losing_its_process(qtbot, odd, tmp_path):
    work = in_call(qtbot, odd, "touch_and_wait", tmp_path / "running")
    pid = odd.pid
    work.cancel()
    assert answer(qtbot, work).reason == "cancelled"
    assert answer(qtbot, odd.call("give", value=2)) == 2
    assert odd.pid == pid


def test_a_killed_process_is_told_and_replaced(qtbot, odd, tmp_path):
    died = []
    odd.died.connect(lambda: died.append(odd.is_busy))
    data = odd.keep("data", np.ones(1000))
    assert answer(qtbot, odd.call("total", values=data)) == 1000
    work = in_call(qtbot, odd, "touch_and_hang", tmp_path / "running")
    os.kill(odd.pid, signal.SIGKILL)
    failure = answer(qtbot, work)
    assert failure.reason == "died"
    assert "ended unexpectedly" in failure.text
    assert died == [False]
    assert answer(qtbot, odd.call("total", values=data)) == 1000
    assert answer(qtbot, odd.call("end")).reason == "died"


def test_a_process_that_died_between_calls_is_replaced_without_a_word(qtbot, odd):
    assert answer(qtbot, odd.call("give", value=1)) == 1
    process = psutil.Process(odd.pid)
    process.kill()
    qtbot.waitUntil(
        lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE, timeout=WAIT
    )
    assert answer(qtbot, odd.call("give", value=2)) == 2


def test_closing_during_a_call_ends_everything_and_later_calls_do_nothing(qtbot, odd, tmp_path):
    work = in_call(qtbot, odd, "touch_and_hang", tmp_path / "running")
    said = said_of(work)
    hung = psutil.Process(odd.pid)
    odd.close()
    assert not hung.is_running()
    odd.call("give", value=1)
    assert odd.pid is None
    qtbot.wait(50)
    assert said == []


def test_a_link_that_is_stopped_before_it_has_a_process_ends(monkeypatch):
    begin = threading.Event()
    start = Link._start
    monkeypatch.setattr(Link, "_start", lambda self: (begin.wait(), start(self)))
    link = Link("test link", "worker_functions")
    link.send(Put("large", np.zeros(3_000_000)))
    link.stop()
    begin.set()
    link.wait()
    assert link.pid is None


def test_closing_right_after_a_call_leaves_nothing(qtbot, odd):
    odd.call("total", values=np.ones(3_000_000))
    odd.close()
    odd.close()
