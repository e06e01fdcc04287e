"""A batch goes on, stops and resumes as it should; jobs are stand-ins that write their files."""

import dataclasses
import errno
import json
import re

import pytest

from stormgraph_py.batch import runner
from stormgraph_py.batch.executors import SerialExecutor
from stormgraph_py.batch.fault import fault_of
from stormgraph_py.batch.folder import check_out, remove_leftovers
from stormgraph_py.batch.job import Outcome
from stormgraph_py.batch.monitor import Monitor
from stormgraph_py.batch.planning import Asked, plan_jobs
from stormgraph_py.batch.runner import run_batch
from stormgraph_py.batch.task import failed, perform
from stormgraph_py.errors import InputError, OutputError
from stormgraph_py.report.outputs import Outputs

OUTPUTS = Outputs(report=False, figures=False, excel=False)


@pytest.fixture(scope="session")
def results(tmp_path_factory, write_cell):
    """Three cells with their real results, which stand-ins copy."""
    folder = tmp_path_factory.mktemp("results")
    for i in range(3):
        write_cell(folder / "data" / f"c{i}.csv", seed=i)
    run_batch(plan_of(folder), folder / "out", lambda *_: SerialExecutor(), outputs=OUTPUTS)
    return folder


def plan_of(folder):
    return plan_jobs(Asked(inputs=[str(folder / "data")], reading={}))


class Copying:
    """Does a task by copying its result; keeps the order, and fails where it is told to."""

    def __init__(self, results, faults=None):
        self.results, self.faults, self.done = results, faults or {}, []

    def __call__(self, task, should_stop=None):
        self.done.append(task.job)
        if should_stop is not None and should_stop():
            return Outcome(job=task.job, state="cancelled")
        if task.job in self.faults:
            return failed(task, fault_of(self.faults[task.job], "writing"))
        task.folder.mkdir(exist_ok=True)
        for file in (self.results / "out" / "jobs" / task.job).iterdir():
            (task.folder / file.name).write_bytes(file.read_bytes())
        return Outcome(job=task.job, state="done")


class Listening(Monitor):
    def __init__(self):
        self.warnings = []

    def warns(self, text):
        self.warnings.append(text)


@pytest.fixture
def run(results, tmp_path):
    """Run a batch of stand-ins in a folder of its own."""

    def run(perform=None, *, plan=None, should_stop=None, **options):
        perform = perform or Copying(results)
        run.did, run.monitor = perform, Listening()
        return run_batch(
            plan or plan_of(results),
            tmp_path / "out",
            lambda *_: SerialExecutor(should_stop, perform=perform),
            outputs=OUTPUTS,
            monitor=run.monitor,
            should_stop=should_stop,
            **options,
        )

    return run


def same_tables(one, other):
    for name in ("summary.csv", "clusters.csv"):
        assert (one / name).read_bytes() == (other / name).read_bytes()


def test_all_is_written(run, results, tmp_path):
    result = run()
    assert (result.n_done, result.succeeded) == (3, True)
    out = tmp_path / "out"
    assert {item.name for item in out.iterdir()} == {
        "jobs", "batch.json", "batch.log", "index.html", "summary.csv", "summary.xlsx",
        "clusters.csv", "failures.csv",
    }  # fmt: skip
    same_tables(out, results / "out")
    record = json.loads((out / "batch.json").read_text())
    assert (record["schema"], record["state"]) == (1, "finished")
    assert [job["state"] for job in record["jobs"]] == ["done"] * 3
    assert re.search(r"T\S+ c1: done", (out / "batch.log").read_text())


def test_a_failed_job_stops_nothing_and_is_tried_again_on_resume(run, results, tmp_path):
    result = run(Copying(results, {"c0": InputError("bad")}))
    assert (result.n_done, len(result.failures), result.succeeded) == (2, 1, False)
    assert json.loads((tmp_path / "out" / "batch.json").read_text())["jobs"][0]["state"] == "failed"
    assert "bad" in (tmp_path / "out" / "index.html").read_text()
    result = run(resume=True)
    assert run.did.done == ["c0"]
    assert (result.n_done, result.n_kept, result.failures) == (3, 2, ())
    same_tables(tmp_path / "out", results / "out")
    assert (tmp_path / "out" / "failures.csv").read_text().count("\n") == 1


def test_a_full_disk_ends_the_batch_in_order(run, results, tmp_path):
    result = run(Copying(results, {"c1": OSError(errno.ENOSPC, "No space left on device")}))
    assert run.did.done == ["c0", "c1"]
    assert (result.disk_full, result.n_done, result.n_open) == (True, 1, 1)
    assert any("disk is full" in text for text in run.monitor.warnings)
    assert run(resume=True).succeeded
    same_tables(tmp_path / "out", results / "out")


def test_a_stop_leaves_a_batch_that_resumes(run, results, tmp_path):
    perform = Copying(results)
    result = run(perform, should_stop=lambda: len(perform.done) >= 2)
    assert result.interrupted
    assert (result.n_done, result.n_open) == (1, 2)
    assert json.loads((tmp_path / "out" / "batch.json").read_text())["state"] == "stopped"
    assert run(resume=True).n_kept == 1
    same_tables(tmp_path / "out", results / "out")


def test_results_are_neither_lost_nor_mixed_up(run, tmp_path):
    run()
    with pytest.raises(OutputError, match=r"--resume.*--overwrite"):
        run()
    assert run(overwrite=True).n_kept == 0
    assert len(run.did.done) == 3
    (tmp_path / "out" / "thesis.docx").touch()
    for options in ({"overwrite": True}, {"resume": True}, {}):
        with pytest.raises(OutputError, match=r"'thesis.docx', which is no part of a batch"):
            run(**options)


def test_overwriting_stops_before_the_first_file_when_something_else_is_there(run, tmp_path):
    run()
    notes = tmp_path / "out" / "jobs" / "c2" / "notes.txt"
    notes.touch()
    with pytest.raises(OutputError, match="no file of a result"):
        run(overwrite=True)
    assert notes.exists()
    assert (tmp_path / "out" / "jobs" / "c0" / "run.json").exists()


def test_what_killed_runs_left_is_removed_and_nothing_else(run, tmp_path):
    run()
    out = tmp_path / "out"
    ours = [
        out / "jobs" / ".c1.0123abcd.unfinished",
        out / "jobs" / ".c1.0123abcd.old",
    ]
    for folder in ours:
        folder.mkdir()
        (folder / "half.csv").touch()
    (out / ".summary.csv.0123abcd.tmp").touch()
    others = [out / "jobs" / ".c1.unfinished", out / "jobs" / ".c1.xyz.unfinished"]
    for folder in others:
        folder.mkdir()
    assert remove_leftovers(out) == 3
    assert not any(item.exists() for item in ours)
    assert all(item.exists() for item in others)


def test_jobs_that_changed_are_done_again_and_it_is_said_why(run, results, tmp_path):
    run()
    plan = plan_of(results)
    job = plan.jobs[1]
    changed = dataclasses.replace(job, request=dataclasses.replace(job.request, seed=5))
    plan = dataclasses.replace(plan, jobs=(plan.jobs[0], changed, plan.jobs[2]))

    def again(task, should_stop=None):
        again.done.append(task.job)
        return perform(task, should_stop)

    again.done = []
    result = run(again, plan=plan, resume=True)
    assert again.done == ["c1"]
    assert result.n_kept == 2
    assert run.monitor.warnings == ["c1 is done again: seed was 0 and is 5."]
    assert run(resume=True).n_kept == 2


def test_folders_of_jobs_that_are_gone_are_left_alone_and_named(run, results, tmp_path):
    run()
    plan = dataclasses.replace(plan_of(results), jobs=plan_of(results).jobs[:2])
    assert run(plan=plan, resume=True).n_done == 2
    assert (tmp_path / "out" / "jobs" / "c2").exists()
    assert "c2" in run.monitor.warnings[0]
    assert "c2" not in (tmp_path / "out" / "summary.csv").read_text()


def test_tags_may_change_without_doing_anything_again(run, results, tmp_path):
    run()
    plan = plan_of(results)
    jobs = tuple(
        dataclasses.replace(j, request=dataclasses.replace(j.request, tags={"day": "1"}))
        for j in plan.jobs
    )
    assert run(plan=dataclasses.replace(plan, jobs=jobs), resume=True).n_kept == 3
    assert (tmp_path / "out" / "summary.csv").read_text().splitlines()[1].split(",")[5] == "1"


def test_larger_files_come_first_and_tables_keep_their_order(run, results, tmp_path):
    plan = plan_of(results)
    sizes = {"c0": 10, "c1": 1000, "c2": 100}
    jobs = tuple(dataclasses.replace(job, n_rows=sizes[job.name]) for job in plan.jobs)
    run(plan=dataclasses.replace(plan, jobs=jobs))
    assert run.did.done == ["c1", "c2", "c0"]
    same_tables(tmp_path / "out", results / "out")


def test_the_index_is_written_while_jobs_run(results, run, monkeypatch, tmp_path):
    monkeypatch.setattr(runner, "_INDEX_S", 0.0)
    monkeypatch.setattr(runner, "_INDEX_SHARE", 1e9)
    seen = []

    class Looking(Copying):
        def __call__(self, task, should_stop=None):
            index = tmp_path / "out" / "index.html"
            seen.append(index.read_text().count("still running") if index.exists() else 0)
            return super().__call__(task, should_stop)

    run(Looking(results))
    assert seen == [0, 1, 1]
    assert "still running" not in (tmp_path / "out" / "index.html").read_text()


def test_a_folder_that_cannot_be_one_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="is no folder"):
        check_out(tmp_path / "file", resume=True, overwrite=False)


def test_what_file_managers_leave_stops_neither_resuming_nor_overwriting(run, tmp_path):
    run()
    out = tmp_path / "out"
    for place in (out, out / "jobs", out / "jobs" / "c0"):
        (place / ".DS_Store").touch()
        (place / "Thumbs.db").touch()
    assert run(resume=True).n_kept == 3
    assert run(overwrite=True).n_done == 3
