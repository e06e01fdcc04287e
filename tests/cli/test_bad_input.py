"""Bad input: one line, an exit code, a remedy, and nothing half-written."""

import errno
import gzip
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from stormgraph_py.io import writers

pytestmark = pytest.mark.usefixtures("quick_report")

HEADER = "x_nm,y_nm,uncertainty_nm"


def spread(n):
    return np.random.default_rng(0).uniform(0, 1000, (n, 2))


def blobs():
    """Positions and precisions in five blobs, and one localization in two corners each."""
    rng = np.random.default_rng(0)
    points = rng.uniform(200, 1800, (5, 2))[np.arange(200) % 5] + rng.normal(0, 20, (200, 2))
    points = np.concatenate([points, [[0.0, 0.0], [2000.0, 2000.0]]])
    return np.column_stack([points, rng.uniform(5, 12, len(points))])


def as_text(table, header):
    return "\n".join([header, *(",".join(f"{value:.4f}" for value in row) for row in table)])


GOOD = as_text(blobs(), HEADER)


def text(path, content, **options):
    path.write_text(content, **options)
    return path


def positions(path, points):
    return text(path, as_text(points, "x_nm,y_nm"))


def with_column(path, name, value):
    first, *rest = GOOD.split("\n")
    return text(path, "\n".join([f"{first},{name}", *(f"{line},{value}" for line in rest)]))


def truncated_gzip(path):
    path.write_bytes(gzip.compress(GOOD.encode())[:-200])
    return path


def truncated_hdf5(path):
    import h5py

    with h5py.File(path, "w") as file:
        file["locs"] = np.zeros(5000, dtype=[("x", "f4"), ("y", "f4")])
    path.write_bytes(path.read_bytes()[:3000])
    return path


def folder(path):
    path.mkdir()
    return path


REFUSED = {
    "missing": lambda p: p,
    "empty": lambda p: text(p, ""),
    "only a header": lambda p: text(p, "x_nm,y_nm\n"),
    "one point": lambda p: positions(p, spread(1)),
    "fewer points than k": lambda p: positions(p, spread(9)),
    "all points identical": lambda p: positions(p, np.full((50, 2), 7.0)),
    "no finite coordinate": lambda p: text(p, "x_nm,y_nm\n" + "nan,inf\n" * 30),
    "mangled header": lambda p: text(p, GOOD.replace(HEADER, "foo;;bar")),
    "no numbers": lambda p: text(p, "x_nm,y_nm\n" + "here,there\n" * 30),
    "binary": lambda p: p.write_bytes(bytes(range(256)) * 20) and p,
    "truncated gzip": lambda p: truncated_gzip(p.with_suffix(".csv.gz")),
    "truncated HDF5": lambda p: truncated_hdf5(p.with_suffix(".hdf5")),
    "a directory": folder,
    "pixels without a pixel size": lambda p: text(p, GOOD.replace(HEADER, "x [px],y [px],lpx")),
    "an empty z": lambda p: with_column(p, "z_nm", ""),
}


@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_analysed_is_refused(cli, tmp_path, make):
    path = make(tmp_path / "bad.csv")
    outcome = cli("run", path, "--out", "out")
    assert outcome.code == 1
    assert outcome.out == ""
    assert path.name in outcome.error
    assert len(outcome.error) > len("stormgraph: error: ") + len(str(path)) + 20
    assert not (tmp_path / "out").exists()


ANALYSED = {
    "duplicates": lambda p: positions(p, np.repeat(blobs()[:, :2], 3, axis=0)),
    "some coordinates not finite": lambda p: text(p, GOOD + "\nnan,5,8\n7,inf,8\n"),
    "a sigma of zero": lambda p: text(p, GOOD + "\n900,900,0\n"),
    "a negative sigma": lambda p: text(p, GOOD + "\n900,900,-4\n"),
    "a sigma of NaN": lambda p: text(p, GOOD + "\n900,900,nan\n"),
    "a huge sigma": lambda p: text(p, GOOD + "\n900,900,3e33\n"),
    "a constant z": lambda p: with_column(p, "z_nm", "0"),
    "semicolons": lambda p: text(p, GOOD.replace(",", ";")),
    "decimal commas": lambda p: text(p, GOOD.replace(",", ";").replace(".", ",")),
    "tabs": lambda p: text(p, GOOD.replace(",", "\t")),
    "CR line ends": lambda p: p.write_bytes(GOOD.replace("\n", "\r").encode()) and p,
    "CRLF line ends": lambda p: p.write_bytes(GOOD.replace("\n", "\r\n").encode()) and p,
    "a byte order mark": lambda p: text(p, GOOD, encoding="utf-8-sig"),
}

WARNED = {
    "some coordinates not finite", "a sigma of zero", "a negative sigma", "a sigma of NaN",
    "a huge sigma",
}  # fmt: skip


@pytest.mark.parametrize("name", ANALYSED)
def test_what_can_be_mended_is_analysed_and_said(cli, tmp_path, name):
    path = ANALYSED[name](tmp_path / "odd.csv")
    outcome = cli("run", path, "--out", "out")
    assert outcome.code == 0, outcome.err
    assert (tmp_path / "out" / "odd" / "report.html").is_file()
    if name in WARNED:
        assert "stormgraph: warning: " in outcome.err
        warning = outcome.err.split("stormgraph: warning: ")[1].splitlines()[0]
        assert any(character.isdigit() for character in warning)


def test_points_on_a_slanted_line_are_analysed_or_refused_cleanly(cli, tmp_path):
    x = np.sort(np.random.default_rng(0).uniform(0, 1000, 200))
    outcome = cli(
        "run", positions(tmp_path / "line.csv", np.column_stack([x, 2 * x])), "--out", "out"
    )
    assert (outcome.code == 0) == (tmp_path / "out" / "line" / "run.json").exists()
    assert outcome.code in (0, 1)


def test_points_on_a_level_line_have_no_area(cli, tmp_path):
    x = np.linspace(0, 1000, 200)
    outcome = cli("run", positions(tmp_path / "line.csv", np.column_stack([x, 0 * x])))
    assert outcome.code == 1
    assert "line.csv" in outcome.error


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(cli, cell):
    cell.chmod(0)
    outcome = cli("run", cell)
    assert outcome.code == 1
    assert "permission" in outcome.error


@pytest.mark.parametrize(
    "arguments",
    [
        ("--k", "0"), ("--k", "many"), ("--alpha", "2"), ("--alpha", "nan"), ("--alpha", "x"),
        ("--min-cluster-size", "2"), ("--trials", "0"), ("--weights", "none"),
        ("--dimensions", "4"), ("--column", "x_nm"), ("--label-radius", "-1"), ("--seed", "x"),
        ("--seed", "-1"), ("--jobs", "0"), ("--colour", "1"), ("--channel", "1"),
        ("--dimensions", "3"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_wrong_parameter_is_a_usage_error(cli, cell, tmp_path, arguments):
    outcome = cli("run", cell, "--out", "out", *arguments)
    assert outcome.code == 2
    assert outcome.error
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "arguments", [(), ("run",), ("fly",), ("info",), ("rerun",), ("simulate",)]
)
def test_an_incomplete_command_is_a_usage_error(cli, arguments):
    outcome = cli(*arguments)
    assert outcome.code == 2
    assert "--help" in outcome.error


def test_the_overcounting_filter_without_sigma_is_a_usage_error(cli, tmp_path):
    path = positions(tmp_path / "plain.csv", blobs()[:, :2])
    outcome = cli("run", path, "--overcounting")
    assert outcome.code == 2
    assert "sigma" in outcome.error


def test_files_that_would_share_a_folder_are_refused_together(cli, cell, tmp_path):
    (tmp_path / "b").mkdir()
    other = text(tmp_path / "b" / "CELL.txt", GOOD)
    outcome = cli("run", cell, other, "--out", "out")
    assert outcome.code == 2
    assert "--out" in outcome.error
    assert cli("run", cell, cell).code == 2
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "roi.geojson"),
        ("{", "no GeoJSON"),
        ('{"type": "Point", "coordinates": [1, 2]}', "Point"),
        (
            '{"type": "Polygon", "coordinates": [[[1e6,1e6],[1.1e6,1e6],[1e6,1.1e6]]]}',
            "None of 360 localizations",
        ),
    ],
    ids=["missing", "torn", "point", "elsewhere"],
)
def test_a_region_that_is_none_is_refused(cli, cell, tmp_path, content, reason):
    if content is not None:
        (tmp_path / "roi.geojson").write_text(content)
    outcome = cli("run", cell, "--roi", "roi.geojson", "--out", "out")
    assert outcome.code == 1
    assert reason in outcome.error
    assert not (tmp_path / "out").exists()


def test_an_output_folder_that_is_a_file_is_refused(cli, cell, tmp_path):
    (tmp_path / "out").touch()
    outcome = cli("run", cell, "--out", "out")
    assert outcome.code == 1
    assert "out" in outcome.error


def test_a_folder_with_other_things_in_it_is_never_replaced(cli, cell, tmp_path):
    precious = tmp_path / "out" / "cell"
    precious.mkdir(parents=True)
    (precious / "thesis.docx").write_text("precious")
    outcome = cli("run", cell, "--out", "out", "--overwrite")
    assert outcome.code == 1
    assert "thesis.docx" in outcome.error
    assert (precious / "thesis.docx").read_text() == "precious"


@pytest.mark.parametrize("nth", [1, 4, 8])  # of the eight files
def test_a_full_disk_leaves_nothing(cli, cell, tmp_path, monkeypatch, nth):
    calls = []

    def fsync(_):
        calls.append(1)
        if len(calls) == nth:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(writers.os, "fsync", fsync)
    outcome = cli("run", cell, "--out", "out")
    assert outcome.code == 1
    assert "disk is full" in outcome.error
    assert "unfinished" not in outcome.error
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(os.name != "posix", reason="limits of file sizes are of POSIX")
def test_a_file_that_the_system_refuses_to_write_leaves_nothing(cell, tmp_path):
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (8000, 8000));"
        "from stormgraph_py.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "run", cell, "--out", tmp_path / "out"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("stormgraph: error: ")
    assert not (tmp_path / "out").exists()


def test_an_unexpected_fault_is_one_line_and_70(cli, cell, tmp_path, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("two\nlines")

    monkeypatch.setattr("stormgraph_py.report.analysis.cluster_localizations", fail)
    outcome = cli("run", cell, "--out", "out")
    assert outcome.code == 70
    assert "RuntimeError: two lines" in outcome.error
    assert "--log-level debug" in outcome.error
    assert not (tmp_path / "out").exists()


def test_the_debug_log_holds_the_traceback(cell, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "stormgraph_py.cli.main", "run", tmp_path / "no.csv",
         "--log-level", "debug"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("stormgraph: error: ")


def test_too_little_memory_is_told(cli, cell, tmp_path, monkeypatch):
    def fail(*_, **__):
        raise MemoryError

    monkeypatch.setattr("stormgraph_py.report.analysis.cluster_localizations", fail)
    outcome = cli("run", cell, "--out", "out")
    assert outcome.code == 1
    assert "memory" in outcome.error


def test_ctrl_c_during_the_analysis_stops_it_cleanly(cli, cell, tmp_path, monkeypatch):
    from stormgraph_py.engine.pipeline import cluster_localizations

    def interrupted(*arguments, **options):
        signal.raise_signal(signal.SIGINT)
        return cluster_localizations(*arguments, **options)

    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr("stormgraph_py.report.analysis.cluster_localizations", interrupted)
    other = text(tmp_path / "other.csv", GOOD)
    outcome = cli("run", cell, other, "--out", "out")
    assert outcome.code == 130
    assert "interrupted" in outcome.error
    assert not (tmp_path / "out").exists()
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("where", ["analysis.cluster_localizations", "html.render_report"])
def test_a_second_ctrl_c_or_one_while_writing_stops_at_once(
    cli, cell, tmp_path, monkeypatch, where
):
    def twice(*_, **__):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        pytest.fail("went on")

    monkeypatch.setattr(f"stormgraph_py.report.{where}", twice)
    outcome = cli("run", cell, "--out", "out")
    assert outcome.code == 130
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(os.name != "posix", reason="signals to other processes are of POSIX")
def test_ctrl_c_from_outside_ends_with_130_and_leaves_nothing(tmp_path):
    rng = np.random.default_rng(0)
    path = positions(tmp_path / "large.csv", rng.uniform(0, 20_000, (60_000, 2)))
    process = subprocess.Popen(
        [sys.executable, "-m", "stormgraph_py.cli.main", "run", path, "--out", tmp_path / "out"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 120
    # the unfinished folder appears just before the analysis begins
    while not list(tmp_path.glob("out/.large.*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert out == ""
    assert "Traceback" not in err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "run.json"),
        ("[]", "no record"),
        ('{"schema": 1, "request": {"path": "x", "y": 1}, "input": {}}', "y"),
    ],
)
def test_a_record_that_is_none_is_refused(cli, tmp_path, content, reason):
    if content is not None:
        (tmp_path / "run.json").write_text(content)
        (tmp_path / "localizations.csv").write_text("cluster\n0\n")
    outcome = cli("rerun", "run.json")
    assert outcome.code in (1, 2)
    assert reason in outcome.error


@pytest.mark.parametrize("content", [None, "", "x\n1\n", "cluster\nzero\n"])
def test_labels_that_are_none_are_refused(cli, cell, tmp_path, content):
    assert cli("run", cell).code == 0
    labels = tmp_path / "stormgraph-results" / "cell" / "localizations.csv"
    labels.unlink()
    if content is not None:
        labels.write_text(content)
    outcome = cli("rerun", labels.with_name("run.json"))
    assert outcome.code == 1
    assert "localizations.csv" in outcome.error
