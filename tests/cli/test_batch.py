"""`stormgraph batch` as a user calls it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest

FAST = ("--no-reports", "--workers", "0")


@pytest.fixture
def study(tmp_path, blob_table, write_csv):
    """Two conditions with a file each, and regions that halve one of them."""
    for seed, condition in enumerate(("control", "treated")):
        folder = tmp_path / "study" / condition
        folder.mkdir(parents=True)
        write_csv(folder / "c1.csv", blob_table(seed))
    halves = []
    for name, x in (("left", 0), ("right", 1000)):
        ring = [[x, 0], [x + 1000, 0], [x + 1000, 2000], [x, 2000], [x, 0]]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        halves.append({"type": "Feature", "properties": {"name": name}, "geometry": geometry})
    text = json.dumps({"type": "FeatureCollection", "features": halves})
    (tmp_path / "halves.geojson").write_text(text)
    return tmp_path / "study"


def labels(folder):
    table = pd.read_csv(folder / "localizations.csv")
    return table[[c for c in table.columns if c.startswith(("cluster", "level_"))]].to_numpy()


@pytest.mark.usefixtures("quick_report")
def test_labels_are_those_of_single_runs(cli, study, tmp_path):
    (tmp_path / "sets.toml").write_text("[one]\nk = 12\n[two]\nalpha = 0.2\nseed = 3\n")
    outcome = cli("batch", study, "--roi", "halves.geojson", "--params", "sets.toml",
                  "--no-reports", "--workers", 1, "--out", "out")  # fmt: skip
    assert outcome.code == 0
    assert "8 jobs done" in outcome.out
    summary = pd.read_csv(tmp_path / "out" / "summary.csv")
    assert len(summary) == 8
    for condition, roi, name, options in (
        ("control", "left", "one", ("--k", 12)),
        ("treated", "right", "two", ("--alpha", 0.2, "--seed", 3)),
    ):
        run = cli("run", study / condition / "c1.csv", "--roi", "halves.geojson", "--roi-name",
                  roi, "--out", f"run_{condition}", "--no-figures", *options)  # fmt: skip
        assert run.code == 0
        job = f"{condition}_c1__{roi}__{name}"
        single = tmp_path / f"run_{condition}" / "c1"
        np.testing.assert_array_equal(labels(tmp_path / "out" / "jobs" / job), labels(single))
        row = summary[summary["job"] == job].iloc[0]
        own = pd.read_csv(single / "summary.csv").iloc[0]
        assert row["n_clusters"] == own["n_clusters"] > 0
        assert row["r0_nm"] == own["r0_nm"]


def test_failures_are_told_and_do_not_stop_the_rest(cli, study, tmp_path):
    (study / "control" / "few.csv").write_text("x_nm,y_nm\n1,2\n3,4\n")
    pattern = ("--pattern", "{condition}/{cell}")
    outcome = cli("batch", study, "--out", "out", *pattern, *FAST)
    assert outcome.code == 1
    assert outcome.error.startswith("stormgraph: error: control_few:")
    assert "2 jobs done, 1 failed: see failures.csv" in outcome.out
    page = (tmp_path / "out" / "index.html").read_text()
    assert page.index("control_few") < page.index("control_c1")
    assert 'src="http' not in page
    assert 'href="http' not in page
    (study / "control" / "few.csv").unlink()
    again = cli("batch", study, "--out", "out", *pattern, "--resume", *FAST)
    assert again.code == 0
    assert "2 jobs done (2 of them before)" in again.out


def test_a_dry_run_lists_jobs_and_writes_nothing(cli, study, tmp_path):
    (study / "notes.txt").write_text("Monday\nrain\n")
    outcome = cli("batch", study, "--roi", "halves.geojson", "--dry-run", "--out", "out")
    assert outcome.code == 0
    assert "control_c1__left" in outcome.out
    assert "skipped: notes.txt" in outcome.out
    assert "4 jobs" in outcome.out
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("study", "--params", "bad.toml"), 2, "did you mean 'alpha'"),
        (("study", "--workers", "-1"), 2, "--workers -1 is below 0"),
        (("study", "--memory-gb", "0"), 2, "--memory-gb 0.0 is no memory"),
        (("study", "--pattern", "x"), 2, "names no tags"),
        (("nowhere",), 1, "there is no such file"),
        (("study", "--roi", "halves.geojson", "--roi-dir", "x"), 2, "not allowed with"),
        (("study", "--dask", "tcp://127.0.0.1:1"), 1, "no Dask scheduler answers"),
    ],
)
def test_faults_of_the_command_line_write_nothing(
    cli, study, tmp_path, arguments, code, message, monkeypatch
):
    monkeypatch.setattr("stormgraph_py.batch.on_dask._CONNECT_S", 1)
    (tmp_path / "bad.toml").write_text("alpa = 0.1\n")
    outcome = cli("batch", *arguments, "--out", "out")
    assert outcome.code == code
    assert message in outcome.error
    assert not (tmp_path / "out").exists()


def test_results_are_not_replaced_unless_asked(cli, study):
    assert cli("batch", study, "--out", "out", *FAST, "--quiet").code == 0
    refused = cli("batch", study, "--out", "out", *FAST)
    assert (refused.code, "--resume" in refused.error) == (1, True)
    assert cli("batch", study, "--out", "out", *FAST, "--overwrite", "--quiet").code == 0


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT to a process")
def test_ctrl_c_leaves_no_half_results_and_the_batch_resumes(
    tmp_path, study, blob_table, write_csv
):
    for seed in range(40):
        write_csv(study / "control" / f"d{seed}.csv", blob_table(seed))
    command = [sys.executable, "-m", "stormgraph_py.cli.main", "batch", str(study),
               "--out", str(tmp_path / "out"), "--workers", "2", "--no-reports"]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    process = subprocess.Popen(
        command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    jobs = tmp_path / "out" / "jobs"
    until = time.monotonic() + 120
    while not (jobs.is_dir() and any(p.name[0] != "." for p in jobs.iterdir())):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.05)
    children = psutil.Process(process.pid).children(recursive=True)
    # a terminal sends it to the whole group
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "--resume" in err
    # they end by themselves, and may be a moment behind
    until = time.monotonic() + 30
    while any(child.is_running() and child.status() != "zombie" for child in children):
        assert time.monotonic() < until
        time.sleep(0.05)
    assert not [item for item in jobs.iterdir() if item.name[0] == "."]
    assert json.loads((tmp_path / "out" / "batch.json").read_text())["state"] == "stopped"
    assert not (tmp_path / "out" / ".running").exists()


@pytest.mark.slow
def test_the_slurm_script_runs_with_a_local_cluster_instead(tmp_path, study):
    pytest.importorskip("distributed")
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "dask_jobqueue.py").write_text(
        "from distributed import LocalCluster\n"
        "class SLURMCluster(LocalCluster):\n"
        "    def __init__(self, *, queue, walltime, cores, processes, memory, interface):\n"
        "        super().__init__(n_workers=0, threads_per_worker=1, dashboard_address=None)\n"
        "    def scale(self, n):\n"
        "        super().scale(min(n, 1))\n"
    )
    script = Path(__file__).parents[2] / "manual" / "_static" / "slurm_batch.py"
    paths = [str(tmp_path / "modules"), *(p for p in sys.path if p)]
    done = subprocess.run(
        [sys.executable, str(script), str(study), "--out", str(tmp_path / "out"), "--no-reports"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert len(pd.read_csv(tmp_path / "out" / "summary.csv")) == 2
