"""`stormgraph convert`: other formats, from files and from results."""

import numpy as np
import pandas as pd
import pytest

from stormgraph_py.io.registry import read_localizations

h5py = pytest.importorskip("h5py")


@pytest.mark.parametrize(
    ("to", "name"), [("thunderstorm", "cell.csv"), ("picasso", "cell.hdf5"), ("csv", "cell.csv")]
)
def test_each_format_reads_back(cli, cell, tmp_path, to, name):
    size = ("--out-pixel-size-nm", 100) * (to == "picasso")
    outcome = cli("convert", cell, "--to", to, "--out", "out", *size)
    assert outcome.code == 0
    assert "360 localizations to" in outcome.out
    said = "written as frame = 0" if to == "picasso" else ""
    assert said in outcome.err
    assert outcome.err.count("\n") == bool(said)
    written, source = read_localizations(tmp_path / "out" / name), read_localizations(cell)
    np.testing.assert_allclose(written.xy, source.xy, atol=1e-3)
    np.testing.assert_allclose(written.sigma, source.sigma, atol=1e-5)


def test_parquet(cli, cell, tmp_path):
    pytest.importorskip("pyarrow")
    assert cli("convert", cell, "--to", "parquet", "--out", "one.parquet").code == 0
    table = pd.read_parquet(tmp_path / "one.parquet")
    pd.testing.assert_frame_equal(table, read_localizations(cell).table)


def test_clusters_of_a_result_become_groups(cli, cell, tmp_path, quick_report):
    assert cli("run", cell, "--out", "results", "--quiet").code == 0
    file = tmp_path / "results" / "cell" / "localizations.csv"
    outcome = cli("convert", file, "--to", "picasso", "--out-pixel-size-nm", 100)
    assert outcome.code == 0
    with h5py.File(tmp_path / "stormgraph-converted" / "cell.hdf5") as hdf5:
        group = hdf5["locs"]["group"]
    clusters = pd.read_csv(file)["cluster"]
    assert clusters.max() > 0
    np.testing.assert_array_equal(group, clusters)


def test_one_channel(cli, tmp_path):
    pd.DataFrame({"x_nm": [1.0, 2, 3], "y_nm": [4.0, 5, 6], "channel": [1, 2, 1]}).to_csv(
        tmp_path / "two.csv", index=False
    )
    assert cli("convert", "two.csv", "--to", "csv", "--channel", 1, "--out", "one.csv").code == 0
    assert list(pd.read_csv(tmp_path / "one.csv")["x_nm"]) == [1, 3]
    outcome = cli("convert", "two.csv", "--to", "csv", "--channel", 7)
    assert outcome.code == 2
    assert "no channel 7; it has 1, 2" in outcome.error


def test_a_failed_file_does_not_stop_the_rest(cli, cell, tmp_path):
    (tmp_path / "bad.csv").write_text("nothing")
    outcome = cli("convert", "bad.csv", cell, "none.csv", "--to", "thunderstorm", "--quiet")
    assert outcome.code == 1
    assert outcome.out == ""
    errors = [line for line in outcome.err.splitlines() if "error:" in line]
    assert ["bad.csv" in errors[0], "none.csv" in errors[1], len(errors)] == [True, True, 2]
    assert [p.name for p in (tmp_path / "stormgraph-converted").iterdir()] == ["cell.csv"]


def test_nothing_is_replaced_unasked_and_the_input_never(cli, cell, tmp_path):
    before = cell.read_bytes()
    for overwrite in ((), ("--overwrite",)):
        outcome = cli("convert", cell, "--to", "csv", "--out", cell, *overwrite)
        assert outcome.code == 1
        assert "is the file to convert" in outcome.error
    assert cell.read_bytes() == before
    size = ("--out-pixel-size-nm", 100)
    (tmp_path / "a.yaml").write_text("mine")
    outcome = cli("convert", cell, "--to", "picasso", "--out", "a.hdf5", *size)
    assert outcome.code == 1
    assert "a.yaml exists" in outcome.error
    assert (tmp_path / "a.yaml").read_text() == "mine"
    assert not (tmp_path / "a.hdf5").exists()
    done = cli("convert", cell, "--to", "picasso", "--out", "a.hdf5", *size, "--overwrite")
    assert done.code == 0
    assert len(read_localizations(tmp_path / "a.hdf5")) == 360


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("cell.csv", "--to", "picasso"), "--out-pixel-size-nm"),
        (("cell.csv", "cell.csv", "--to", "csv"), "both be written"),
        (("cell.csv", "CELL.txt", "--to", "csv"), "both be written"),
        (("cell.csv", "--to", "excel"), "invalid choice"),
        (("cell.csv",), "--to"),
    ],
)
def test_usage(cli, cell, tmp_path, arguments, message):
    outcome = cli("convert", *arguments)
    assert outcome.code == 2
    assert message in outcome.error
    assert [p.name for p in tmp_path.iterdir()] == ["cell.csv"]


def test_what_picasso_cannot_hold_is_said(cli, tmp_path):
    (tmp_path / "cell.csv").write_text("x_nm,y_nm,note\n-5,3,a\n8,2000,b\n")
    outcome = cli("convert", "cell.csv", "--to", "picasso", "--pixel-size-nm", 100, "--unit", "nm")
    assert outcome.code == 0
    for said in ("'note' left out", "moved by", "lpx = 0.1"):
        assert said in outcome.err


@pytest.mark.parametrize("out", ["cell.txt", "cell.parquet"])
def test_the_name_of_another_kind_of_file_is_no_folder(cli, cell, tmp_path, out):
    outcome = cli("convert", cell, "--to", "csv", "--out", out)
    assert outcome.code == 2
    assert "ending .csv" in outcome.err
    assert not (tmp_path / out).exists()
