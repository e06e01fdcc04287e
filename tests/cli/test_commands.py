"""Help, versions, demo, simulate, and what the command line loads."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

import stormgraph_py
from stormgraph_py.cli import demo
from stormgraph_py.cli.wording import as_options
from stormgraph_py.engine import kernel


def test_help_loads_nothing_heavy():
    heavy = ["numpy", "pandas", "scipy", "matplotlib", "sklearn", "igraph", "infomap", "h5py"]
    heavy.append("stormgraph_py._native")
    code = (
        "import sys; from stormgraph_py.cli.main import build_parser; build_parser().format_help();"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("command", [[], ["run"], ["demo"], ["rerun"], ["simulate"], ["info"],
                                     ["simulate", "2d"], ["simulate", "random"]])  # fmt: skip
def test_every_command_has_help(cli, command):
    outcome = cli(*command, "--help")
    assert outcome.code == 0
    assert "usage: stormgraph" in outcome.out


@pytest.mark.parametrize("native", [None, ModuleType("_native")])
def test_the_version_says_whether_the_kernel_is_there(cli, monkeypatch, native):
    monkeypatch.setattr(kernel, "native", native)
    outcome = cli("--version")
    assert outcome.code == 0
    first, *rest = outcome.out.splitlines()
    assert first.startswith(f"stormgraph_py {stormgraph_py.__version__}")
    assert ("with the compiled kernel" in first) == (native is not None)
    assert ("not installed: Infomap" in " ".join(rest)) == (native is None)


@pytest.mark.usefixtures("quick_report")
def test_the_demo_names_reports_to_open_and_can_be_repeated(
    cli, monkeypatch, tmp_path, blob_table, write_csv
):
    samples = tmp_path / "samples"
    samples.mkdir()
    names = ("nanoclusters_2d.csv", "nanoclusters_3d.csv")
    write_csv(samples / names[0], blob_table())
    write_csv(samples / names[1], blob_table(1, 3), "x_nm,y_nm,z_nm,uncertainty_nm")
    monkeypatch.setattr(demo, "sample_folder", lambda: samples)
    for _ in range(2):
        outcome = cli("demo", "--out", "shown")
        assert outcome.code == 0
        reports = [Path(line.strip()) for line in outcome.out.splitlines()[-2:]]
        assert all(report.is_file() and report.is_absolute() for report in reports)


@pytest.mark.slow
def test_the_report_has_its_pictures_inside(cli, cell, tmp_path):
    assert cli("run", cell, "--quiet").code == 0
    html = (tmp_path / "stormgraph-results" / "cell" / "report.html").read_text(encoding="utf-8")
    assert html.count("data:image/png;base64,") >= 2
    assert html.count("data:image/svg+xml;base64,") >= 4


def test_the_sample_data_are_found():
    folder = demo.sample_folder()
    assert all((folder / name).is_file() for name in demo.DEMO_FILES)


@pytest.mark.slow
def test_the_demo_runs_on_the_sample_data(cli):
    assert cli("demo").code == 0


def columns(path):
    return list(pd.read_csv(path).columns)


@pytest.mark.parametrize("kind", ["2d", "3d", "two-colour"])
def test_nanoclusters_are_simulated_the_same_from_the_same_seed(cli, tmp_path, kind):
    small = ("--n-molecules", 300, "--background-fraction", 0.001, "--seed", 4)
    assert cli("simulate", kind, *small, "--out", "a/one.csv").code == 0
    assert cli("simulate", kind, *small, "--out", "a/two.csv").code == 0
    one, two = (tmp_path / "a" / f"{name}.csv" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    assert ("z_nm" in columns(one)) == (kind == "3d")
    assert ("channel" in columns(one)) == (kind == "two-colour")
    assert len(pd.read_csv(tmp_path / "a" / "one_truth.csv")) == len(pd.read_csv(one))


def test_options_reach_the_simulation(cli, tmp_path):
    told = ("--radius-nm", 20, "--density", 0.02, "--n-molecules", 500, "--mean-blinks", 1,
            "--background-fraction", 0, "--roi-nm", 1500, 1500, "--sigma-nm", 3)  # fmt: skip
    assert cli("simulate", "2d", *told).code == 0
    table = pd.read_csv(tmp_path / "simulated.csv")
    truth = pd.read_csv(tmp_path / "simulated_truth.csv")
    assert len(table) == 500
    assert truth["nanocluster"].nunique() == round(500 / (0.02 * np.pi * 20**2))
    assert table[["x_nm", "y_nm"]].max().max() < 1520
    assert np.median(table["sigma_x_nm"]) == pytest.approx(3, rel=0.1)


def test_precisions_are_drawn_from_a_file(cli, tmp_path, write_csv):
    measured = np.array([[0, 0, 4.25], [9, 9, 7.5], [5, 9, 7.5]])
    write_csv(tmp_path / "measured.csv", measured)
    done = cli("simulate", "random", "--n-molecules", 50, "--sigma-from", "measured.csv")
    assert done.code == 0
    table = pd.read_csv(tmp_path / "simulated.csv")
    assert set(table["sigma_x_nm"]) == {4.25, 7.5}


def test_random_points_without_sigma(cli, tmp_path):
    assert cli("simulate", "random", "--n-molecules", 200, "--out", "csr.csv").code == 0
    table = pd.read_csv(tmp_path / "csr.csv")
    assert len(table) == 200
    assert not any(name.startswith("sigma") for name in table)


def test_the_grid_is_written_with_its_parameters(cli, tmp_path):
    assert cli("simulate", "grid-2d", "--first", 2, "--out", "grid", "--quiet").code == 0
    names = {path.name for path in (tmp_path / "grid").iterdir()}
    assert names == {"parameters.csv", "set_001.csv", "set_001_truth.csv", "set_002.csv",
                     "set_002_truth.csv"}  # fmt: skip
    parameters = pd.read_csv(tmp_path / "grid" / "parameters.csv")
    assert list(parameters["n"]) == [
        len(pd.read_csv(tmp_path / "grid" / name)) for name in parameters["file"]
    ]


def test_the_sample_data_are_made_by_their_command(cli, tmp_path):
    assert cli("simulate", "sample-data", "--out", "again").code == 0
    ours = demo.sample_folder()
    for path in (tmp_path / "again").iterdir():
        assert path.read_bytes() == (ours / path.name).read_bytes()


def test_simulating_replaces_nothing_unasked(cli, tmp_path):
    (tmp_path / "mine.csv").write_text("precious")
    outcome = cli("simulate", "random", "--n-molecules", 9, "--out", "mine.csv")
    assert outcome.code == 1
    assert "--overwrite" in outcome.error
    assert (tmp_path / "mine.csv").read_text() == "precious"


@pytest.mark.parametrize(
    "arguments",
    [
        ("2d", "--radius-nm", -1),
        ("2d", "--roi-nm", 100, 100, 100),
        ("3d", "--roi-nm", 100, 100),
        ("2d", "--roi-nm", 50, 50),
        ("two-colour", "--shared-fraction", 2),
        ("random",),
        ("random", "--n-molecules", -4),
        ("nothing",),
    ],
)
def test_a_simulation_that_makes_no_sense_is_a_usage_error(cli, arguments, tmp_path):
    outcome = cli("simulate", *arguments)
    assert outcome.code == 2
    assert outcome.error
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("say unit='um'.", "say --unit um."),
        ("with pixel_size_nm=, for example pixel_size_nm=130", "--pixel-size-nm 130"),
        ("columns={\"x_nm\": 'a b'}", "--column 'x_nm=a b'"),
        ("unit='nm' contradicts; leave unit= out", "--unit nm contradicts; leave --unit out"),
        ("format='picaso' is unknown", "--format picaso is unknown"),
        ("its sigma=3 and min_neighbors=4 stay", "its sigma=3 and min_neighbors=4 stay"),
    ],
)
def test_remedies_are_said_as_options(said, shown):
    assert shown in as_options(said)
