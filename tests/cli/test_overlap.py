"""`stormgraph overlap` on two channels of one file and on two files."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

from stormgraph_py.clusters.cluster_set import ClusterSet
from stormgraph_py.clusters.dictionary import describe
from stormgraph_py.clusters.overlap import measure_overlap
from stormgraph_py.roi import Roi


def two_channels(dimensions: int = 2, shift: float = 0.0) -> np.ndarray:
    """Blobs, three shared and two of each channel alone: x, y, (z,) sigma, channel."""
    rng = np.random.default_rng(0)
    centers = np.stack(np.meshgrid([300, 900, 1500.0], [300, 900, 1500.0]), -1).reshape(-1, 2)
    rows = []
    for channel, blobs in ((1, (0, 1, 2, 3, 4)), (2, (0, 1, 2, 5, 6))):
        where = np.repeat(centers[list(blobs)], 50, axis=0) + rng.normal(0, 25, (250, 2))
        where = np.concatenate([where, rng.uniform(0, 1800, (80, 2))])
        if dimensions == 3:
            z = np.concatenate([rng.normal(200, 25, 250), rng.uniform(0, 400, 80)])
            where = np.column_stack([where, z])
        where[:, 0] += shift * (channel == 2)
        rows.append(np.column_stack([where, np.full(330, 8.0), np.full(330, channel)]))
    return np.concatenate(rows)


def write(path, table):
    axes = ["x_nm", "y_nm", "z_nm"][: table.shape[1] - 2]
    frame = pd.DataFrame(table, columns=[*axes, "sigma", "channel"])
    sigmas = {f"sigma_{axis}": frame["sigma"] for axis in axes}
    frame.drop(columns="sigma").assign(**sigmas).to_csv(path, index=False)
    return path


@pytest.fixture
def no_report(monkeypatch):
    """An empty report; the real one takes a while to draw."""
    module = "stormgraph_py.report.overlap_report"
    monkeypatch.setattr(f"{module}.overlap_sections", lambda *_: [])
    monkeypatch.setattr(f"{module}.render_overlap", lambda *_: "<html></html>")


@pytest.fixture
def both(tmp_path):
    return write(tmp_path / "both.csv", two_channels())


def measures(folder):
    return pd.read_csv(folder / "overlap.csv").set_index("measure")


@pytest.mark.slow
def test_two_channels_of_one_file(cli, both, tmp_path):
    outcome = cli(
        "overlap", both, "--n-random", 39, "--registration-error", 10, "--out", "out", "--quiet"
    )
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    folder = tmp_path / "out" / "both"
    names = ("channel_1", "channel_2")
    assert {path.name for path in folder.iterdir()} == {
        "overlap.csv", "partners.csv", "overlap_pairs.csv", "run.json", "report.html",
        "summary.xlsx", "figures",
        *(f"{table}_{name}.csv" for table in ("localizations", "clusters") for name in names),
    }  # fmt: skip
    tables = {path.name: pd.read_csv(path) for path in folder.glob("*.csv")}
    for name, table in tables.items():
        for column in table.columns:
            describe(name, column)
    sets = [
        ClusterSet.from_labels(t[["x_nm", "y_nm"]].to_numpy(), t["cluster"].to_numpy())
        for t in (tables[f"localizations_{name}.csv"] for name in names)
    ]
    size = measure_overlap(*sets).size
    found = measures(folder)
    assert found.loc["percent_area_of_a", "value"] == pytest.approx(100 * size.over_a)
    assert found.loc["jaccard_area", "value"] == pytest.approx(size.jaccard)
    assert found.loc["percent_area_of_a", "p_more"] <= 2 / 40
    assert found.loc["percent_area_of_a", "n_random"] == 39
    low, high = found.loc["percent_area_of_a", ["registration_low", "registration_high"]]
    assert low < high < 1.02 * 100 * size.over_a
    assert found.loc["n_clusters_a", "value"] == len(sets[0])
    inside = tables["localizations_channel_1.csv"]["inside_other"]
    in_clusters = tables["localizations_channel_1.csv"]["cluster"] >= 0
    assert found.loc["percent_localizations_of_a", "value"] == pytest.approx(
        100 * inside[in_clusters].mean()
    )
    record = json.loads((folder / "run.json").read_text())
    assert record["overlap_request"]["registration_nm"] == 10
    assert list(record["channels"]) == ["channel 1", "channel 2"]
    assert record["channels"]["channel 2"]["request"]["channel"] == 2
    assert record["overlap"]["null"] == "shift"
    sheets = load_workbook(folder / "summary.xlsx").sheetnames
    assert "overlap" in sheets
    assert not any(sheet.startswith("localizations") for sheet in sheets)
    page = (folder / "report.html").read_text(encoding="utf-8")
    for title in ("Overlap by chance", "Nearest neighbours by chance", "Partners of clusters"):
        assert title in page
    assert "http" not in page.replace("http://www.w3.org", "")
    assert len(list((folder / "figures").glob("*.svg"))) == page.count("<figure")


@pytest.mark.usefixtures("no_report")
def test_the_result_repeats_and_is_replaced_only_when_asked(cli, both, tmp_path):
    options = ("--n-random", 19, "--no-figures", "--no-excel", "--quiet")
    assert cli("overlap", both, *options, "--out", "a").code == 0
    assert cli("overlap", both, *options, "--out", "b", "--jobs", 2).code == 0
    one, other = tmp_path / "a" / "both", tmp_path / "b" / "both"
    for path in one.glob("*.csv"):
        assert path.read_bytes() == (other / path.name).read_bytes()
    refused = cli("overlap", both, *options, "--out", "a")
    assert refused.code == 1
    assert "--overwrite" in refused.error
    assert cli("overlap", both, *options, "--out", "a", "--overwrite").code == 0


@pytest.mark.usefixtures("no_report")
def test_two_files_inside_a_region(cli, tmp_path):
    table = two_channels()
    paths = [
        write(tmp_path / f"{name}.csv", table[table[:, -1] == channel])
        for name, channel in (("green", 1), ("red", 2))
    ]
    roi = Roi.ellipse((900, 900), (1700, 1600))
    region = tmp_path / "cell.geojson"
    region.write_text(json.dumps(roi.as_feature()))
    outcome = cli(
        "overlap", *paths, "--roi", region, "--n-random", 19, "--no-figures", "--out", "out"
    )
    assert outcome.code == 0
    assert "clusters of green" in outcome.out
    folder = tmp_path / "out" / "green_and_red"
    inside = pd.read_csv(folder / "localizations_red.csv")
    assert roi.contains(inside[["x_nm", "y_nm"]].to_numpy()).all()
    record = json.loads((folder / "run.json").read_text())
    assert record["overlap"]["null"] == "motion"
    assert 0.5 <= record["overlap"]["null_smallest_window"] <= 1


@pytest.mark.usefixtures("no_report")
def test_two_files_of_one_name_are_told_apart(cli, tmp_path):
    table = two_channels()
    paths = []
    for channel, blobs in ((1, 200), (2, 330)):
        (tmp_path / str(channel)).mkdir()
        own = table[table[:, -1] == channel][:blobs]
        paths.append(write(tmp_path / str(channel) / "cell.csv", own))
    options = ("--n-random", 19, "--no-figures", "--no-excel")
    outcome = cli("overlap", *paths, *options, "--out", "out")
    assert outcome.code == 0
    folder = tmp_path / "out" / "cell"
    record = json.loads((folder / "run.json").read_text())
    assert [r["request"]["path"] for r in record["channels"].values()] == list(map(str, paths))
    partners = pd.read_csv(folder / "partners.csv")
    n_clusters = measures(folder).loc[["n_clusters_a", "n_clusters_b"], "value"]
    by_channel = partners.groupby("channel", sort=False).size()
    assert by_channel.to_dict() == dict(zip(["cell (a)", "cell (b)"], n_clusters, strict=True))
    numbered = cli("overlap", *paths, *options, "--out", "numbers", "--channels", 1, 2)
    assert "clusters of channel 1" in numbered.out


@pytest.mark.usefixtures("no_report")
def test_a_channel_against_itself_is_said_so(cli, tmp_path):
    table = two_channels()
    path = write(tmp_path / "cell.csv", table[table[:, -1] == 1])
    options = ("--n-random", 19, "--no-figures", "--no-excel", "--out", "out")
    outcome = cli("overlap", path, path, *options)
    assert outcome.code == 0
    assert "hold the same localizations" in outcome.err


@pytest.mark.usefixtures("no_report")
def test_channels_of_different_fields_are_said_so(cli, tmp_path):
    path = write(tmp_path / "apart.csv", two_channels(shift=2500))
    outcome = cli("overlap", path, "--n-random", 19)
    assert outcome.code == 0
    assert "coordinates those of the same field?" in outcome.err


@pytest.mark.slow
def test_depth(cli, tmp_path):
    path = write(tmp_path / "deep.csv", two_channels(3))
    out = ("--n-random", 19, "--no-figures", "--quiet", "--voxel", 8, "--out", "out")
    assert cli("overlap", path, *out).code == 0
    folder = tmp_path / "out" / "deep"
    voxels = pd.read_csv(folder / "overlap_voxels.csv")
    assert voxels["voxel_nm"].iloc[-1] == 8
    assert voxels["voxel_nm"].is_monotonic_decreasing
    found = measures(folder)
    assert found.loc["percent_volume_of_a", "value"] == voxels["percent_of_a"].iloc[-1]
    assert "Size of the voxels" in (folder / "report.html").read_text(encoding="utf-8")


@pytest.mark.usefixtures("no_report")
def test_channels_are_chosen_by_name_and_those_missing_are_named(cli, both, tmp_path):
    table = pd.read_csv(both)
    table["channel"] = table["channel"].map({1: "AF647", 2: "Cy3B"})
    table.loc[:5, "channel"] = "Z Rejected"
    path = tmp_path / "named.csv"
    table.to_csv(path, index=False)
    options = ("--n-random", 19, "--no-figures", "--no-excel", "--quiet")
    assert cli("overlap", path, *options, "--out", "a").code == 0
    assert (tmp_path / "a" / "named" / "clusters_AF647.csv").exists()
    swapped = cli("overlap", path, *options, "--out", "b", "--channels", "Cy3B", "AF647")
    assert swapped.code == 0
    one, other = measures(tmp_path / "a" / "named"), measures(tmp_path / "b" / "named")
    assert one.loc["overlap_area_nm2", "value"] == pytest.approx(
        other.loc["overlap_area_nm2", "value"]
    )
    assert one.loc["area_a_nm2", "value"] == other.loc["area_b_nm2", "value"]
    missing = cli("overlap", path, "--channels", "Cy3B", "DAPI")
    assert missing.code == 2
    assert "no channel DAPI" in missing.error
    twice = cli("overlap", path, "--channels", "Cy3B", "Cy3B")
    assert "choose two channels" in twice.error


def test_files_that_cannot_be_compared(cli, both, cell, tmp_path):
    without = cli("overlap", cell)
    assert without.code == 2
    assert "no colour channels" in without.error
    deep = write(tmp_path / "deep.csv", two_channels(3))
    mixed = cli("overlap", both, deep, "--quiet")
    assert mixed.code == 1
    assert "--dimensions 2" in mixed.error
    few = cli("overlap", both, "--n-random", 5)
    assert few.code == 2
    assert "below 19" in few.error
    wrong = cli("overlap", both, "--registration-error", -1)
    assert wrong.code == 2
    three = pd.read_csv(both)
    three.loc[:50, "channel"] = 7
    three.to_csv(tmp_path / "three.csv", index=False)
    chosen = cli("overlap", tmp_path / "three.csv")
    assert "has 3 colour channels (1, 2, 7); choose two with --channels" in chosen.error


def test_a_channel_without_clusters_is_said_so(cli, both, tmp_path):
    table = pd.read_csv(both)
    rng = np.random.default_rng(1)
    second = table["channel"] == 2
    table.loc[second, ["x_nm", "y_nm"]] = rng.uniform(0, 1800, (int(second.sum()), 2))
    table.to_csv(tmp_path / "sparse.csv", index=False)
    outcome = cli(
        "overlap", tmp_path / "sparse.csv", "--min-cluster-size", 40, "--n-random", 19,
        "--no-figures", "--out", "out",
    )  # fmt: skip
    assert outcome.code == 0
    assert "no clusters of channel 2" in outcome.out
    found = measures(tmp_path / "out" / "sparse")
    assert found.loc["overlap_area_nm2", "value"] == 0
    assert np.isnan(found.loc["percent_area_of_b", "value"])
