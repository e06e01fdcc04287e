"""A batch that runs is paused, and its jobs are cancelled, tried again, rearranged and added."""

import json
import os
import time

import psutil
import pytest

from stormgraph_py.batch.control import Control
from stormgraph_py.batch.executors import Executor, SerialExecutor
from stormgraph_py.batch.fault import Fault
from stormgraph_py.batch.job import Job, Outcome, Plan
from stormgraph_py.batch.monitor import Monitor
from stormgraph_py.batch.processes import ProcessExecutor
from stormgraph_py.batch.runner import run_batch
from stormgraph_py.errors import ParameterError
from stormgraph_py.report.outputs import Outputs
from stormgraph_py.report.request import Request

OUTPUTS = Outputs(report=False, figures=False, excel=False)
SUMMARY = "n_localizations,n_clusters\n10,2\n"


def a_job(name, n_rows=0):
    return Job(name=name, file=f"{name}.csv", parameters="default", request=Request(path=name),
               n_rows=n_rows)  # fmt: skip


class Doing:
    """Does jobs by writing the least that a result has; then lets the test have a word."""

    def __init__(self, then=lambda job: None, failing=()):
        self.done, self.then, self.failing = [], then, set(failing)

    def __call__(self, task, should_stop=None):
        self.done.append(task.job)
        self.then(task.job)
        if task.job in self.failing:
            fault = Fault(stage="clustering", kind="input", reason="too few")
            return Outcome(job=task.job, state="failed", fault=fault)
        task.folder.mkdir(exist_ok=True)
        (task.folder / "summary.csv").write_text(SUMMARY)
        (task.folder / "clusters.csv").write_text("cluster\n0\n1\n")
        return Outcome(job=task.job, state="done", n_localizations=10, n_clusters=2)


class Listening(Monitor):
    def __init__(self):
        self.ends = []

    def ended(self, task, outcome):
        self.ends.append((task.job, outcome.state))


@pytest.fixture
def run(tmp_path):
    """Run stand-ins for jobs under a control, and return what the monitor was told."""

    def run(names, doing, control, **options):
        run.monitor = Listening()
        return run_batch(
            Plan(jobs=tuple(map(a_job, names))),
            tmp_path / "out",
            lambda *_: SerialExecutor(perform=doing),
            outputs=OUTPUTS,
            monitor=run.monitor,
            control=control,
            **options,
        )

    return run


def states(tmp_path):
    record = json.loads((tmp_path / "out" / "batch.json").read_text())
    return {job["job"]: job["state"] for job in record["jobs"]}


def test_what_is_cancelled_is_left_out_and_the_rest_goes_on(run, tmp_path):
    control = Control()
    control.cancel(["b"])
    doing = Doing(then=lambda job: control.cancel(["d", "a", "unknown"]) if job == "c" else None)
    result = run("abcde", doing, control)
    assert doing.done == ["a", "c", "e"]
    assert (result.n_done, result.n_open, result.interrupted) == (3, 2, False)
    ends = [("b", "cancelled"), ("a", "done"), ("c", "done"), ("d", "cancelled"), ("e", "done")]
    assert run.monitor.ends == ends
    assert states(tmp_path) == {"a": "done", "b": "open", "c": "done", "d": "open", "e": "done"}


def test_a_paused_batch_starts_nothing_until_it_goes_on(run):
    control = Control()
    control.pause()
    asked = 0

    def should_stop():
        nonlocal asked
        asked += 1
        if asked == 3:
            assert doing.done == []
            control.go_on()
        return False

    doing = Doing()
    assert run("ab", doing, control, should_stop=should_stop).n_done == 2
    assert asked > 3


def test_a_paused_batch_can_be_stopped(run):
    control = Control()
    control.pause()
    result = run("ab", Doing(), control, should_stop=lambda: True)
    assert (result.interrupted, result.n_open) == (True, 2)


def test_failed_and_cancelled_jobs_are_tried_again_when_it_is_wanted(run, tmp_path):
    control = Control()

    def then(job):
        if job == "c":
            doing.failing.clear()
            control.retry(["a", "c", "a", "unknown", "b"])

    doing = Doing(then, failing="a")
    control.cancel(["b"])
    result = run("abc", doing, control)
    assert doing.done == ["a", "c", "a", "b"]
    assert result.succeeded
    assert (tmp_path / "out" / "failures.csv").read_text().count("\n") == 1


def test_jobs_that_failed_before_are_left_unless_they_are_wanted(run, tmp_path):
    fault = Fault(stage="reading", kind="input", reason="no such column")
    failed = [Outcome(job=job, state="failed", fault=fault) for job in ("a", "b")]
    control = Control()
    control.retry("b")
    doing = Doing()
    result = run("abc", doing, control, failed=failed)
    assert doing.done == ["c", "b"]
    assert [outcome.job for outcome in result.failures] == ["a"]
    assert "no such column" in (tmp_path / "out" / "failures.csv").read_text()


def test_waiting_jobs_are_put_into_another_order(run, tmp_path):
    control = Control()
    doing = Doing(then=lambda job: control.arrange(["d", "unknown", "b"]) if job == "a" else None)
    run("abcde", doing, control)
    assert doing.done == ["a", "d", "b", "c", "e"]
    assert list(states(tmp_path)) == list("abcde")


@pytest.mark.parametrize(("largest_first", "order"), [(True, "cba"), (False, "abc")])
def test_the_order_of_the_plan_is_kept_when_it_is_wanted(tmp_path, largest_first, order):
    doing = Doing()
    run_batch(
        Plan(jobs=(a_job("a", 1), a_job("b", 5), a_job("c", 9))),
        tmp_path / "out",
        lambda *_: SerialExecutor(perform=doing),
        outputs=OUTPUTS,
        largest_first=largest_first,
    )
    assert doing.done == list(order)


def test_jobs_are_added_while_others_run(run, tmp_path):
    control = Control()

    def then(job):
        if job == "a":
            control.add([a_job("b"), a_job("x"), a_job("y")])
            control.arrange(["y"])

    doing = Doing(then)
    assert run("ab", doing, control).n_done == 4
    assert doing.done == ["a", "y", "b", "x"]
    assert list(states(tmp_path)) == ["a", "b", "x", "y"]
    assert (tmp_path / "out" / "summary.csv").read_text().count("\n") == 5


def test_an_executor_that_cannot_be_steered_is_refused(tmp_path):
    class Plain(Executor):
        n_open = 1

        def submit(self, tasks): ...
        def completed(self, timeout_s): ...
        def withdraw(self): ...
        def cancel(self): ...

    with pytest.raises(ParameterError, match="Plain cannot be steered"):
        run_batch(Plan(jobs=(a_job("a"),)), tmp_path / "out", lambda *_: Plain(), control=Control())


def hangs(task, should_stop):
    """Stand-in for a job that does not look whether it should stop."""
    (task.folder.parent.parent / f"{task.job} {os.getpid()}").touch()
    while task.job.startswith("hangs"):
        time.sleep(0.1)
    return Outcome(job=task.job, state="done")


def test_the_process_of_a_cancelled_job_is_ended_and_no_other(make_task, tmp_path):
    def begun():
        return {file.name.split()[0]: int(file.name.split()[1]) for file in tmp_path.glob("* *")}

    outcomes = []
    with ProcessExecutor(1, n_bytes=10**9, perform=hangs) as executor:
        executor.submit([make_task(name) for name in ("hangs-1", "quick-2", "quick-3", "quick-4")])
        while "hangs-1" not in begun():
            assert executor.completed(0.05) == []
        assert executor.running == ("hangs-1",)
        executor.hold(True)
        assert executor.drop("quick-2")
        assert executor.drop("hangs-1")
        assert not executor.drop("hangs-1")
        assert not psutil.pid_exists(begun()["hangs-1"])
        assert executor.completed(0.05) == []
        assert (executor.n_open, executor.running) == (2, ())
        executor.arrange(["quick-4", "quick-3"])
        executor.hold(False)
        while executor.n_open:
            outcomes += executor.completed(0.1)
    assert [outcome.job for outcome in outcomes] == ["quick-4", "quick-3"]
    assert "quick-2" not in begun()
