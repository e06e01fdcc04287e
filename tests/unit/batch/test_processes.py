"""Worker processes that die, hang and run out of memory."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import psutil
import pytest

from stormgraph_py.batch.processes import ProcessExecutor
from stormgraph_py.errors import ParameterError

PERFORM = '''
"""Stand-ins for jobs, by the name of the job; the folder of the task takes notes."""
import os, signal, time
from stormgraph_py.batch.fault import Fault
from stormgraph_py.batch.job import Outcome

def note(task, text):
    path = task.folder.parent.parent / "notes"
    with path.open("a") as file:
        file.write(f"{time.monotonic():.6f} {task.job} {text}\\n")

def perform(task, should_stop):
    note(task, "begins")
    kind, attempts = task.job.split("-")[0], task.folder.parent.parent / task.job
    first = not attempts.exists()
    attempts.touch()
    if kind == "dies" or (kind == "dies_once" and first):
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "exits":
        os._exit(3)
    if kind == "memory" and first:
        return Outcome(job=task.job, state="failed",
                       fault=Fault(stage="clustering", kind="memory", reason="Not enough."))
    if kind == "slow":
        time.sleep(0.3)
    if kind == "stops":
        while not should_stop():
            time.sleep(0.01)
        note(task, "stopped")
        return Outcome(job=task.job, state="cancelled")
    if kind == "hangs":
        time.sleep(600)
    threads = [os.environ[f"{library}_NUM_THREADS"] for library in ("OMP", "MKL")]
    note(task, "ends " + ",".join(threads))
    return Outcome(job=task.job, state="done")
'''


@pytest.fixture
def perform(tmp_path, monkeypatch):
    """The stand-ins, in a module that workers can import."""
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "standins_for_jobs.py").write_text(PERFORM)
    monkeypatch.syspath_prepend(str(tmp_path / "modules"))
    monkeypatch.delitem(sys.modules, "standins_for_jobs", raising=False)
    from standins_for_jobs import perform

    return perform


@pytest.fixture
def do(perform, make_task):
    """Do tasks to the end and return outcomes by job and warnings."""

    def do(names, n_workers=2, n_bytes=10**9, sizes=None):
        warnings = []
        sizes = sizes or {}
        with ProcessExecutor(
            n_workers, n_bytes=n_bytes, on_warning=warnings.append, perform=perform
        ) as executor:
            executor.submit([make_task(name, sizes.get(name, 0)) for name in names])
            outcomes = []
            while executor.n_open:
                outcomes += executor.completed(0.1)
        assert len(outcomes) == len(names)
        return {outcome.job: outcome for outcome in outcomes}, warnings

    return do


def notes(tmp_path):
    lines = (tmp_path / "notes").read_text().splitlines()
    return [(float(time), job, text) for time, job, text in (line.split(" ", 2) for line in lines)]


def intervals(tmp_path):
    begins, spans = {}, []
    for at, job, text in notes(tmp_path):
        if text == "begins":
            begins[job] = at
        else:
            spans.append((begins[job], at, job))
    return spans


def test_a_dead_worker_fails_its_job_alone(do, tmp_path):
    outcomes, warnings = do(["quick-1", "dies-2", "exits-3", "quick-4", "dies_once-5", "memory-6"])
    states = {job: outcome.state for job, outcome in outcomes.items()}
    assert {job for job, state in states.items() if state == "failed"} == {"dies-2", "exits-3"}
    fault = outcomes["dies-2"].fault
    assert (fault.kind, fault.stage) == ("worker-died", "working")
    assert "SIGKILL" in fault.reason
    assert "exit code 3" in outcomes["exits-3"].fault.reason
    assert len(warnings) == 4
    # tried twice, and no more; the second time with nothing beside it
    begins = [job for _, job, text in notes(tmp_path) if text == "begins"]
    assert sorted(begins) == sorted(
        ["quick-1", "quick-4", *2 * ["dies-2", "exits-3", "dies_once-5", "memory-6"]]
    )
    assert set(begins[-4:]) == {"dies-2", "exits-3", "dies_once-5", "memory-6"}


def test_libraries_use_one_thread(do, tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    do(["quick-1"])
    assert notes(tmp_path)[-1][2] == "ends 1,1"
    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert "MKL_NUM_THREADS" not in os.environ


def test_jobs_start_only_where_they_fit(do, tmp_path):
    sizes = {"slow-1": 60, "slow-2": 60, "slow-3": 30, "slow-4": 500}
    outcomes, warnings = do(list(sizes), n_workers=3, n_bytes=100, sizes=sizes)
    assert all(outcome.state == "done" for outcome in outcomes.values())
    assert [text.split()[0] for text in warnings] == ["slow-4"]
    spans = intervals(tmp_path)
    for at, _, _ in spans:
        together = [job for begin, end, job in spans if begin <= at < end]
        assert sum(sizes[job] for job in together) <= 100 or together == ["slow-4"]
    assert spans[-1][2] == "slow-4"


def processes_of(executor):
    return [psutil.Process(pid) for pid in executor.pids]


def test_cancelling_ends_jobs_that_stop_and_jobs_that_hang(perform, make_task, tmp_path):
    with ProcessExecutor(2, n_bytes=10**9, perform=perform) as executor:
        executor.submit([make_task(name) for name in ("stops-1", "hangs-2", "quick-3")])
        while sum(text == "begins" for _, _, text in _notes(tmp_path)) < 2:
            assert executor.completed(0.05) == []
        workers = processes_of(executor)
        executor.cancel()
        assert executor.n_open == 0
        assert not any(worker.is_running() for worker in workers)
    assert ("stops-1", "stopped") in [(job, text) for _, job, text in notes(tmp_path)]
    assert not any(job == "quick-3" for _, job, _ in notes(tmp_path))


def _notes(tmp_path):
    return notes(tmp_path) if (tmp_path / "notes").exists() else []


def test_withdrawn_jobs_do_not_start(perform, make_task, tmp_path):
    with ProcessExecutor(1, n_bytes=10**9, perform=perform) as executor:
        executor.submit([make_task("slow-1"), make_task("quick-2")])
        while not _notes(tmp_path):
            executor.completed(0.01)
        executor.withdraw()
        assert executor.n_open == 1
        while executor.n_open:
            executor.completed(0.1)
    assert {job for _, job, _ in notes(tmp_path)} == {"slow-1"}


def test_workers_end_when_their_parent_is_killed(perform, tmp_path):
    script = textwrap.dedent(
        f"""
        import sys
        from pathlib import Path
        sys.path.insert(0, {str(tmp_path / "modules")!r})
        from standins_for_jobs import perform
        from stormgraph_py.batch.processes import ProcessExecutor
        from stormgraph_py.batch.task import Task
        from stormgraph_py.report.outputs import Outputs
        from stormgraph_py.report.request import Request

        if __name__ == "__main__":
            executor = ProcessExecutor(2, n_bytes=10**9, perform=perform)
            executor.submit([
                Task(job=name, folder=Path({str(tmp_path)!r}) / "jobs" / name,
                     request=Request(path="x"), outputs=Outputs())
                for name in ("stops-1", "hangs-2")
            ])
            while True:
                executor.completed(1.0)
        """
    )
    path = tmp_path / "parent.py"
    path.write_text(script)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    parent = subprocess.Popen([sys.executable, str(path)], env=environment)
    until = time.monotonic() + 120
    while sum(text == "begins" for _, _, text in _notes(tmp_path)) < 2:
        assert parent.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)
    children = psutil.Process(parent.pid).children(recursive=True)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    _, alive = psutil.wait_procs(children, timeout=60)
    assert alive == []
    assert ("stops-1", "stopped") in [(job, text) for _, job, text in notes(tmp_path)]


def test_workers_and_memory_have_to_be_some():
    with pytest.raises(ParameterError, match="n_workers=0"):
        ProcessExecutor(0)
    with pytest.raises(ParameterError, match="n_bytes=-1"):
        ProcessExecutor(1, n_bytes=-1)
