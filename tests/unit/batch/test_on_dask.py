"""Jobs on a Dask cluster; the cluster's workers are threads of this process."""

import pytest

from stormgraph_py.batch import on_dask
from stormgraph_py.batch.job import Outcome
from stormgraph_py.batch.lease import Lease
from stormgraph_py.batch.on_dask import DaskExecutor, connect
from stormgraph_py.errors import InputError, ParameterError

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def address():
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0"
    ) as cluster:
        yield cluster.scheduler_address


def perform(task, should_stop):
    if task.job == "raises":
        raise ValueError("what no job should do")
    state = "cancelled" if should_stop is not None and should_stop() else "done"
    return Outcome(job=task.job, state=state)


def outcomes(executor):
    found = []
    while executor.n_open:
        found += executor.completed(0.1)
    return {outcome.job: outcome for outcome in found}


def test_every_task_comes_back_once(address, make_task):
    with DaskExecutor(connect(address), perform=perform) as executor:
        executor.submit([make_task(f"job-{i}") for i in range(20)])
        found = outcomes(executor)
    assert set(found) == {f"job-{i}" for i in range(20)}
    assert {outcome.state for outcome in found.values()} == {"done"}


def test_an_error_of_a_job_is_its_outcome(address, make_task):
    with DaskExecutor(connect(address), perform=perform) as executor:
        executor.submit([make_task("raises"), make_task("fine")])
        found = outcomes(executor)
    assert found["fine"].state == "done"
    assert (found["raises"].fault.kind, found["raises"].fault.stage) == ("program", "working")
    assert "what no job should do" in found["raises"].fault.reason


def test_jobs_stop_when_the_batch_has_ended(address, make_task, tmp_path, monkeypatch):
    monkeypatch.setattr("stormgraph_py.batch.lease._LOOK_S", -1.0)
    with Lease(tmp_path) as lease:
        held = (lease.path, lease.token)
        with DaskExecutor(connect(address), lease=held, perform=perform) as executor:
            executor.submit([make_task("a")])
            assert outcomes(executor)["a"].state == "done"
            lease.release()
            executor.submit([make_task("b")])
            assert outcomes(executor)["b"].state == "cancelled"


def test_cancelled_tasks_do_not_come_back(address, make_task):
    with DaskExecutor(connect(address), perform=perform) as executor:
        executor.submit([make_task(f"job-{i}") for i in range(5)])
        executor.cancel()
        assert executor.n_open == 0
        assert executor.completed(0.01) == []


def test_workers_of_another_version_are_refused(address, monkeypatch):
    monkeypatch.setattr(on_dask, "_version", lambda: "0.0.0")
    with pytest.raises(InputError, match=r"has stormgraph_py 0\.0\.0, this is"):
        connect(address)


def test_without_dask_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(ParameterError, match="pip install"):
        connect("tcp://127.0.0.1:1")
