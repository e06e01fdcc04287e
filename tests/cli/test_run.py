"""`stormgraph run` and `rerun` on good files."""

import json

import numpy as np
import pandas as pd
import pytest

from stormgraph_py import Localizations, StormGraphParams, cluster_localizations
from stormgraph_py.cli.main import build_parser
from stormgraph_py.cli.method import method_params
from stormgraph_py.io.roi_files import write_rois
from stormgraph_py.report.folder import RESULT_FILES
from stormgraph_py.roi import Roi

pytestmark = pytest.mark.usefixtures("quick_report")


def files(folder):
    return {path.name for path in folder.iterdir()}


def test_run_writes_every_file_and_says_where(cli, cell, tmp_path):
    outcome = cli("run", cell)
    assert outcome.code == 0
    folder = tmp_path / "stormgraph-results" / "cell"
    assert files(folder) == {*RESULT_FILES, "summary.xlsx"}
    assert "clusters were found" in outcome.out
    assert "stormgraph-results/cell/report.html" in outcome.out.replace("\\", "/")


def test_the_labels_written_are_those_of_the_python_function(cli, cell, tmp_path):
    assert cli("run", cell, "--out", tmp_path / "out", "--k", 12, "--seed", 3).code == 0
    written = pd.read_csv(tmp_path / "out" / "cell" / "localizations.csv")
    table = pd.read_csv(cell)
    locs = Localizations.from_arrays(table[["x_nm", "y_nm"]], table["uncertainty_nm"])
    result = cluster_localizations(locs, StormGraphParams(k=12), random_state=3)
    np.testing.assert_array_equal(written["cluster"], result.labels)
    np.testing.assert_array_equal(written["cluster_coarse"], result.coarse_labels)
    for i, labels in enumerate(result.hierarchy.levels, 1):
        np.testing.assert_array_equal(written[f"level_{i}"], labels)
    np.testing.assert_array_equal(written[["x_nm", "y_nm"]], table[["x_nm", "y_nm"]])
    clusters = pd.read_csv(tmp_path / "out" / "cell" / "clusters.csv")
    counts = written["cluster"][written["cluster"] >= 0].value_counts().sort_index()
    np.testing.assert_array_equal(clusters["n_localizations"], counts)


def test_every_option_reaches_the_analysis(cli, cell, tmp_path):
    outcome = cli(
        "run", cell, "--k", "auto", "--alpha", 0.2, "--min-cluster-size", 7, "--seed", 5,
        "--label-radius", 4, "--weights", "monte-carlo", "--trials", 3, "--dimensions", 2,
        "--community-backend", "infomap",
        "--z-profile", "uniform", "--ignore-sigma", "--quiet",
    )  # fmt: skip
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    record = json.loads((tmp_path / "stormgraph-results" / "cell" / "run.json").read_text())
    params = record["request"]["params"]
    assert params["k"] is None
    assert (params["alpha"], params["min_cluster_size"], params["label_radius_nm"]) == (0.2, 7, 4)
    assert (params["weights"], params["n_trials"], params["dimensions"]) == ("monte-carlo", 3, 2)
    assert params["community_backend"] == "infomap"
    assert (params["z_profile"], params["use_sigma"]) == ("uniform", False)
    assert record["request"]["seed"] == 5
    assert record["result"]["used_sigma"] is False


def test_without_options_parameters_are_the_defaults_of_python():
    arguments = build_parser().parse_args(["run", "cell.csv"])
    assert method_params(arguments) == StormGraphParams()


def test_overcounting_leaves_out_what_may_be_one_molecule(cli, tmp_path, blob_table, write_csv):
    rng = np.random.default_rng(0)
    # less spread than its precision explains, and away from the other blobs
    one = np.column_stack([rng.normal((1950, 50), 7, (40, 2)), np.full(40, 9.0)])
    path = write_csv(tmp_path / "one.csv", np.concatenate([blob_table(1), one]))
    assert cli("run", path, "--out", "a").code == 0
    assert cli("run", path, "--out", "b", "--overcounting").code == 0
    before, after = (
        pd.read_csv(tmp_path / x / "one" / "localizations.csv")["cluster"].to_numpy() for x in "ab"
    )
    assert (before[-40:] >= 0).sum() > 30
    assert (after[-40:] == -1).all()
    evidence = pd.read_csv(tmp_path / "b" / "one" / "overcounting.csv")
    assert (evidence["cluster"] == -1).sum() == (evidence["verdict"] == "indistinguishable").sum()


def test_a_region_of_interest_is_cut_out_and_its_area_used(cli, cell, tmp_path):
    ring = [[0, 0], [1000, 0], [1000, 2000], [0, 2000], [0, 0]]
    (tmp_path / "roi.geojson").write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    assert cli("run", cell, "--roi", "roi.geojson").code == 0
    folder = tmp_path / "stormgraph-results" / "cell"
    record = json.loads((folder / "run.json").read_text())
    table = pd.read_csv(cell)
    inside = table["x_nm"] < 1000
    assert record["result"]["area_nm2"] == pytest.approx(2e6)
    assert record["input"]["n_outside_roi"] == (~inside).sum()
    written = pd.read_csv(folder / "localizations.csv")
    np.testing.assert_array_equal(written["x_nm"], table["x_nm"][inside])
    # the record holds the region itself: its file is not needed again
    (tmp_path / "roi.geojson").unlink()
    assert cli("rerun", folder / "run.json").code == 0


def test_a_region_in_3d_is_as_deep_as_the_data(cli, tmp_path, blob_table, write_csv):
    table = blob_table(dimensions=3)
    path = write_csv(tmp_path / "deep.csv", table, "x_nm,y_nm,z_nm,uncertainty_nm")
    ring = [[-100, -100], [2100, -100], [2100, 2100], [-100, 2100]]
    (tmp_path / "roi.json").write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    assert cli("run", path, "--roi", "roi.json", "--ignore-sigma").code == 0
    record = json.loads((tmp_path / "stormgraph-results" / "deep" / "run.json").read_text())
    depth = float(np.ptp(pd.read_csv(path)["z_nm"]))
    assert record["result"]["volume_nm3"] == pytest.approx(2200**2 * depth, rel=1e-6)


@pytest.fixture
def two_colours(tmp_path, blob_table, write_csv):
    table = np.column_stack([blob_table(), np.arange(360) % 2 + 1])
    return write_csv(tmp_path / "two.csv", table, "x_nm,y_nm,uncertainty_nm,channel")


def test_one_channel_is_analysed(cli, two_colours, tmp_path):
    assert cli("run", two_colours, "--channel", 2).code == 0
    folder = tmp_path / "stormgraph-results" / "two"
    assert set(pd.read_csv(folder / "localizations.csv")["channel"]) == {2}
    assert json.loads((folder / "run.json").read_text())["input"]["n_other_channel"] == 180


def test_filters_are_counted_recorded_and_repeated(cli, cell, tmp_path):
    outcome = cli("run", cell, "--keep", "sigma_x_nm < 11", "--min-neighbors", 1, 300)
    assert outcome.code == 0
    assert "may now look clustered" in outcome.err
    folder = tmp_path / "stormgraph-results" / "cell"
    first, second = json.loads((folder / "run.json").read_text())["input"]["filters"]
    table = pd.read_csv(folder / "localizations.csv")
    assert (table["sigma_x_nm"] < 11).all()
    assert first["n_before"] > first["n_after"] == second["n_before"]
    assert second["n_after"] == len(table)
    assert cli("rerun", folder / "run.json").code == 0


@pytest.fixture
def two_regions(tmp_path):
    rois = [
        Roi.rectangle((500, 1000), (1000, 2000), name="left", tags={"condition": "resting"}),
        Roi.rectangle((1500, 1000), (1000, 2000), name="right"),
    ]
    path = tmp_path / "rois.geojson"
    write_rois(path, rois)
    return path


def test_one_region_of_a_file_is_analysed_under_its_name(cli, cell, tmp_path, two_regions):
    assert cli("run", cell, "--roi", two_regions, "--roi-name", "left").code == 0
    folder = tmp_path / "stormgraph-results" / "cell"
    summary = pd.read_csv(folder / "summary.csv").iloc[0]
    assert (summary["roi"], summary["condition"]) == ("left", "resting")
    assert summary["roi_area_um2"] == pytest.approx(2)
    assert pd.read_csv(folder / "localizations.csv")["x_nm"].max() < 1000
    assert cli("rerun", folder / "run.json").code == 0


def test_all_regions_of_a_file_are_one_and_that_is_said(cli, cell, tmp_path, two_regions):
    outcome = cli("run", cell, "--roi", two_regions)
    assert outcome.code == 0
    assert "2 regions (left, right)" in outcome.err
    summary = pd.read_csv(tmp_path / "stormgraph-results" / "cell" / "summary.csv").iloc[0]
    assert summary["roi_area_um2"] == pytest.approx(4)


@pytest.mark.parametrize(
    ("options", "told"),
    [(["--roi-name", "left"], "--roi"), (["--roi", "rois.geojson", "--roi-name", "up"], "left")],
)
def test_a_region_that_is_not_there_is_refused(cli, cell, two_regions, options, told):
    outcome = cli("run", cell, *options)
    assert outcome.code != 0
    assert told in outcome.error


def test_several_channels_together_are_warned_about(cli, two_colours):
    outcome = cli("run", two_colours)
    assert outcome.code == 0
    assert "2 colour channels (1, 2)" in outcome.err
    assert "--channel" in outcome.err


def test_columns_and_pixels_can_be_told(cli, tmp_path, blob_table, write_csv):
    table = blob_table()
    path = write_csv(tmp_path / "odd.csv", table / 100, "across,down,wobble")
    told = ("--column", "x_nm=across", "--column", "y_nm=down", "--column", "sigma_x_nm=wobble",
            "--column", "sigma_y_nm=wobble", "--unit", "px", "--pixel-size", 100)  # fmt: skip
    assert cli("run", path, *told).code == 0
    folder = tmp_path / "stormgraph-results" / "odd"
    written = pd.read_csv(folder / "localizations.csv")
    np.testing.assert_allclose(written["x_nm"], table[:, 0], rtol=1e-4)
    assert cli("rerun", folder / "run.json").code == 0


def test_several_files_go_into_one_folder_each(cli, cell, tmp_path, blob_table, write_csv):
    other = write_csv(tmp_path / "other.csv", blob_table(2))
    assert cli("run", cell, other, "--out", "out").code == 0
    assert files(tmp_path / "out") == {"cell", "other"}


def test_a_failed_file_does_not_stop_the_rest(cli, cell, tmp_path):
    (tmp_path / "empty.csv").touch()
    outcome = cli("run", "missing.csv", "empty.csv", cell, "--out", "out")
    assert outcome.code == 1
    assert files(tmp_path / "out") == {"cell"}
    errors = [x for x in outcome.err.splitlines() if x.startswith("stormgraph: error: ")]
    assert ["missing.csv" in errors[0], "empty.csv" in errors[1], len(errors)] == [True, True, 2]


def test_an_existing_result_is_refused_before_anything_is_read(cli, cell, tmp_path, monkeypatch):
    assert cli("run", cell).code == 0
    folder = tmp_path / "stormgraph-results" / "cell"
    before = {path: path.read_bytes() for path in folder.iterdir()}

    def never(*_, **__):
        pytest.fail("read before refusing")

    with monkeypatch.context() as context:
        context.setattr("stormgraph_py.report.analysis.read_localizations", never)
        outcome = cli("run", cell, "--k", 20)
    assert outcome.code == 1
    assert "--overwrite" in outcome.error
    assert before == {path: path.read_bytes() for path in folder.iterdir()}
    assert cli("run", cell, "--k", 20, "--overwrite").code == 0
    assert '"k": 20' in (folder / "run.json").read_text()
    assert files(folder.parent) == {"cell"}


def test_a_rerun_is_identical_with_another_number_of_workers(cli, cell, tmp_path):
    assert cli("run", cell).code == 0
    outcome = cli("rerun", tmp_path / "stormgraph-results" / "cell" / "run.json", "--jobs", 2)
    assert outcome.code == 0
    assert outcome.out.startswith("identical")


def test_a_rerun_tells_a_changed_label(cli, cell, tmp_path):
    assert cli("run", cell).code == 0
    labels = tmp_path / "stormgraph-results" / "cell" / "localizations.csv"
    table = pd.read_csv(labels)
    table.loc[17, "cluster"] += 1
    table.to_csv(labels, index=False)
    outcome = cli("rerun", labels.with_name("run.json"))
    assert outcome.code == 1
    assert "cluster differs in 1 of 360 localizations, first in row 19" in outcome.error


def test_a_rerun_tells_changed_software(cli, cell, tmp_path):
    assert cli("run", cell).code == 0
    path = tmp_path / "stormgraph-results" / "cell" / "run.json"
    record = json.loads(path.read_text())
    record["versions"]["numpy"] = "1.0"
    path.write_text(json.dumps(record))
    outcome = cli("rerun", path)
    assert outcome.code == 0
    assert "the record was made with 1.0" in outcome.err


def test_a_rerun_tells_a_changed_or_moved_input(cli, cell, tmp_path, blob_table, write_csv):
    assert cli("run", cell.name).code == 0
    record = tmp_path / "stormgraph-results" / "cell" / "run.json"
    moved = cell.rename(tmp_path / "moved.csv")
    missing = cli("rerun", record)
    assert missing.code == 1
    assert "cell.csv" in missing.error
    assert "--input" in missing.error
    assert cli("rerun", record, "--input", moved).code == 0
    write_csv(moved, blob_table(9))
    changed = cli("rerun", record, "--input", moved)
    assert changed.code == 1
    assert "is not the recorded input" in changed.err
    write_csv(moved, blob_table()[:-1])
    shorter = cli("rerun", record, "--input", moved)
    assert shorter.code == 1
    assert "359 localizations were analysed now, 360 are recorded" in shorter.error


def test_info_tells_what_was_understood(cli, cell):
    outcome = cli("info", cell)
    assert outcome.code == 0
    for word in ("360", "x_nm", "nm", "µm²", "sigma"):
        assert word in outcome.out
