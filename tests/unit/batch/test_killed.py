"""Batches that are killed at any moment and resumed end as undisturbed ones."""

import importlib.util
import os
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(os.name != "posix", reason="kills process groups"),
]

ROOT = Path(__file__).parents[3]
N_ROIS, N_FILES, N_KILLS, SEED = 10, 2, 3, 7


@pytest.fixture(scope="module")
def batch():
    """The benchmark does it with more regions; benchmarks are no package that is installed."""
    path = ROOT / "benchmarks" / "batch.py"
    spec = importlib.util.spec_from_file_location("benchmark_of_batches", path)
    module = importlib.util.module_from_spec(spec)
    before = list(sys.path)
    spec.loader.exec_module(module)
    sys.path[:] = before
    return module


@pytest.fixture(scope="module")
def study(batch, tmp_path_factory):
    folder = tmp_path_factory.mktemp("killed") / "study"
    batch.make_study(folder, N_ROIS, N_FILES, SEED)
    return folder


@pytest.fixture(scope="module")
def undisturbed(batch, study, tmp_path_factory):
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    batch.run(study, out, "--workers", "2", "--no-reports")
    found = batch.digests(out)
    assert batch.done(out) == N_ROIS
    assert sum(name.endswith("/localizations.csv") for name in found) == N_ROIS
    return found


@pytest.mark.parametrize("victim", ["parent", "group"])
def test_a_killed_batch_resumes(batch, study, undisturbed, tmp_path, victim):
    times = batch.moments(N_ROIS, N_KILLS, SEED)
    kill = batch.kill_parent if victim == "parent" else batch.kill_group
    options = ("--workers", "2", "--no-reports")
    n = batch.kill_and_resume(study, tmp_path / "out", times, kill, *options)
    assert n >= 2
    assert batch.differences(undisturbed, batch.digests(tmp_path / "out")) == []


def test_a_killed_dask_worker_changes_nothing(batch, study, undisturbed, tmp_path):
    pytest.importorskip("distributed")
    code = batch.kill_dask_worker(
        study, tmp_path / "out", N_ROIS // 3, "--workers", "2", "--no-reports"
    )
    assert code == 0
    assert batch.differences(undisturbed, batch.digests(tmp_path / "out")) == []
