"""`stormgraph compare`: results in, tables and a report out; tags; what is refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

from stormgraph_py.clusters.dictionary import describe

PATTERN = "{condition}/{replicate}/{cell}"
QUICK = ("--n-bootstrap", 100, "--no-figures", "--no-excel", "--measure", "area_nm2")


def write_result(
    folder: Path, path: str, seed: int, *, n: int = 6, shift: float = 0.0, **changes: Any
) -> Path:
    """Write the folder of a run as far as a comparison reads it."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True)
    area = np.exp(rng.normal(6 + shift, 0.5, n))
    size = rng.integers(5, 30, n)
    columns = {"cluster": np.arange(n), "n_localizations": size, "area_nm2": area}
    columns["density_per_um2"] = size / area * 1e6
    pd.DataFrame(columns).to_csv(folder / "clusters.csv", index=False)
    row = {"name": Path(path).stem, **changes.get("tags", {})}
    if "roi" in changes:
        row["roi"] = changes["roi"]
    row |= {"n_clusters": n, "clusters_per_um2": n / 4, "percent_clustered": 10.0 * n}
    pd.DataFrame([row]).to_csv(folder / "summary.csv", index=False)
    record = {
        "schema": changes.get("schema", 1),
        "versions": {"stormgraph_py": changes.get("version", "0.1.0")},
        "request": {
            "path": path,
            "roi": changes.get("roi"),
            "channel": changes.get("channel"),
            "params": {"k": changes.get("k", 15)},
            "seed": 0,
            "tags": changes.get("tags", {}),
        },
        "input": {"sha256": hashlib.sha256(path.encode()).hexdigest()},
        "result": {"dimensions": changes.get("dimensions", 2)},
    }
    (folder / "run.json").write_text(json.dumps(record))
    return folder


@pytest.fixture
def plain_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """No sections, so that nothing is drawn, which takes long."""
    monkeypatch.setattr("stormgraph_py.report.compare_page.comparison_sections", lambda *_: [])


@pytest.fixture
def study(tmp_path: Path) -> Callable[..., Path]:
    """Two conditions, three days, two cells each; one cell without clusters."""

    def make(name: str = "results") -> Path:
        for i, (condition, day, cell) in enumerate(
            (c, d, x) for c in ("drug", "control") for d in "123" for x in "ab"
        ):
            write_result(
                tmp_path / name / f"r{i}",
                f"data/{condition}/day {day}/{cell}.csv",
                i,
                n=0 if i == 7 else 6,
                shift=0.8 * (condition == "drug"),
            )
        return tmp_path / name

    return make


def test_everything_is_written(cli, study, tmp_path) -> None:
    study()
    measures = ("--measure", "area_nm2", "--measure", "clusters_per_um2", "--n-bootstrap", 100)
    outcome = cli(
        "compare", "results", "--pattern", PATTERN, "--control", "control", *measures, "--out", "c"
    )
    assert outcome.code == 0, outcome.err
    out = tmp_path / "c"
    for name in (
        "values_long.csv",
        "clusters_long.csv",
        "tests.csv",
        "effects.csv",
        "conditions.csv",
        "design.csv",
    ):
        table = pd.read_csv(out / name)
        assert len(table)
        for column in table.columns:
            assert describe(name, column).meaning
    assert len(pd.read_csv(out / "clusters_long.csv")) == 11 * 6
    values = pd.read_csv(out / "values_long.csv")
    empty = values[(values["unit"] == "cell") & (values["n_clusters"] == 0)].set_index("measure")
    assert np.isnan(empty.loc["area_nm2", "value"])
    assert empty.loc["clusters_per_um2", "value"] == 0
    prism = pd.read_csv(out / "prism" / "area_nm2_cell.csv")
    assert list(prism.columns) == ["control", "drug"]
    assert prism.count().tolist() == [5, 6]
    sheets = load_workbook(out / "summary.xlsx").sheetnames
    assert {"values_long", "tests", "columns"} <= set(sheets)
    assert "clusters_long" not in sheets
    record = json.loads((out / "compare.json").read_text())
    assert record["conditions"] == ["control", "drug"]
    assert len(record["inputs"]) == 12
    first = record["inputs"][0]
    content = (Path(first["folder"]) / "clusters.csv").read_bytes()
    assert first["clusters_sha256"] == hashlib.sha256(content).hexdigest()
    assert record["request"]["params"]["seed"] == 0
    report = (out / "report.html").read_text()
    assert report.count("<img") == 6
    assert "have no clusters" in report
    assert len(list((out / "figures").glob("*.svg"))) == 6
    assert "area_nm2: 1 of 6 in control cells have no clusters" in outcome.err


def test_same_input_same_tables_and_overwriting(cli, plain_figures, study, tmp_path) -> None:
    study()
    for out in ("one", "two"):
        assert cli("compare", "results", "--pattern", PATTERN, *QUICK, "--out", out).code == 0
    for file in (tmp_path / "one").rglob("*.csv"):
        assert (
            file.read_bytes()
            == (tmp_path / "two" / file.relative_to(tmp_path / "one")).read_bytes()
        )
    again = ("compare", "results", "--pattern", PATTERN, *QUICK, "--out", "one")
    assert "--overwrite" in cli(*again).error
    assert cli(*again, "--overwrite").code == 0
    (tmp_path / "one" / "prism" / "mine.txt").write_text("notes")
    assert "holds 'prism'" in cli(*again, "--overwrite").error


def test_table_of_tags_orders_conditions_and_names_what_matches_nothing(
    cli, plain_figures, study, tmp_path
) -> None:
    study()
    rows = [
        f"{c}/day {d}/{x}.csv;{'treated' if c == 'drug' else 'untreated'};{d};{x}"
        for c in ("drug", "control")
        for d in "123"
        for x in "ab"
    ]
    (tmp_path / "t.csv").write_text(
        "\n".join(["file;condition;replicate;cell", *rows, "none.csv;treated;1;z"]),
        encoding="utf-8-sig",
    )
    outcome = cli("compare", "results", "--tags", "t.csv", *QUICK, "--out", "c")
    assert outcome.code == 0, outcome.err
    assert "1 rows of t.csv match no result: line 14 (none.csv)" in outcome.err
    effects = pd.read_csv(tmp_path / "c" / "effects.csv")
    assert effects[["first", "second"]].to_numpy().tolist() == [["treated", "untreated"]]


def test_contradicting_tags_are_refused(cli, study, tmp_path) -> None:
    study()
    (tmp_path / "t.csv").write_text("name,condition\nr0,placebo\n")
    error = cli("compare", "results", "--tags", "t.csv", "--pattern", PATTERN, *QUICK).error
    assert "t.csv says condition 'placebo' and the pattern" in error
    assert "'drug'; correct one of them" in error


def test_tags_of_the_analysis_are_enough(cli, plain_figures, tmp_path) -> None:
    for i in range(8):
        tags = {"condition": "ab"[i % 2], "cell": f"c{i // 4}", "replicate": "1"}
        write_result(tmp_path / "r" / str(i), "one.csv", i, tags=tags, roi=f"roi {i}")
    outcome = cli("compare", "r", *QUICK, "--out", "c")
    assert outcome.code == 0, outcome.err
    values = pd.read_csv(tmp_path / "c" / "values_long.csv")
    cells = values[values["unit"] == "cell"]
    assert cells["n_rois"].tolist() == [2, 2, 2, 2]


def test_what_does_not_match_stops_or_is_left_out_and_named(
    cli, plain_figures, study, tmp_path
) -> None:
    study()
    write_result(tmp_path / "results" / "stray", "elsewhere.csv", 99)
    command = ("compare", "results", "--pattern", PATTERN, *QUICK, "--out", "c")
    error = cli(*command).error
    assert "does not match 1 file: elsewhere.csv" in error
    outcome = cli(*command, "--skip-untagged")
    assert outcome.code == 0
    assert "1 of 13 results have no condition and are left out: results/stray" in outcome.err
    assert json.loads((tmp_path / "c" / "compare.json").read_text())["untagged"] == [
        "results/stray"
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"k": 20}, "analysed with different parameters (k 15 and 20); analyse all with the same"),
        ({"dimensions": 3}, "which cannot be compared; choose one set with --parameters"),
        ({"channel": 2}, "is of channel (all) and"),
        ({"schema": 9}, "has schema 9 and this version of stormgraph_py reads 1"),
    ],
)
def test_results_that_do_not_go_together_are_refused(
    cli, study, tmp_path, changes, message
) -> None:
    study()
    write_result(tmp_path / "results" / "z", "data/drug/day 3/z.csv", 50, **changes)
    error = cli("compare", "results", "--pattern", PATTERN, *QUICK).error
    assert message in error
    assert not (tmp_path / "stormgraph-comparison").exists()


def test_other_faults_name_the_remedy(cli, study, tmp_path) -> None:
    results = study()
    quick = ("--pattern", PATTERN, *QUICK)
    drug = [f"results/r{i}" for i in range(6)]
    assert "only one condition, drug" in cli("compare", *drug, *quick).error
    assert "none: does not exist" in cli("compare", "none", *quick).error
    (tmp_path / "empty").mkdir()
    assert "holds no result" in cli("compare", "empty", *quick).error
    study("copy")
    assert "are the same analysis of data/" in cli("compare", "results", "copy", *quick).error
    assert "needs {condition}" in cli("compare", "results", "--pattern", "{cell}", *QUICK).error
    error = cli("compare", "results", "--pattern", "{day}", *QUICK).error
    assert "{day} in it, which is unknown" in error
    (tmp_path / "t.csv").write_text("path,group\nx,y\n")
    assert "needs a column file, job or name" in cli("compare", "results", "--tags", "t.csv").error
    (tmp_path / "t.csv").write_text("file,condition\na.csv,x\n")
    error = cli("compare", "results", "--tags", "t.csv").error
    assert "is for data/control/day 1/a.csv and" in error
    table = pd.read_csv(results / "r0" / "clusters.csv")
    table.iloc[1:].to_csv(results / "r0" / "clusters.csv", index=False)
    assert "has 5 clusters and summary.csv counts 6" in cli("compare", "results", *quick).error


def test_pooled_clusters_carry_their_warning(cli, study, tmp_path) -> None:
    study()
    outcome = cli(
        "compare", "results", "--pattern", PATTERN, *QUICK, "--unit", "cluster", "--out", "c"
    )
    assert "pooled as if each were an independent observation" in outcome.err
    tests = pd.read_csv(tmp_path / "c" / "tests.csv").set_index("test")
    assert tests.loc["mann-whitney", "unit"] == "cluster"
    report = (tmp_path / "c" / "report.html").read_text()
    assert report.count("Clusters were pooled as if each") >= 3
    assert (tmp_path / "c" / "prism" / "area_nm2_cluster.csv").exists()


def test_a_batch_is_compared_with_the_tags_of_its_table(cli, plain_figures, tmp_path) -> None:
    rows = ["job,file,roi,parameters,channel,condition,replicate,n_clusters"]
    for i in range(8):
        parameters, condition = ("fine", "coarse")[i // 4], "ab"[i % 2]
        name = f"f{i % 4}.csv"
        write_result(tmp_path / "b" / "jobs" / f"j{i}", name, i, k=10 + i // 4)
        rows.append(f"j{i},{name},,{parameters},,{condition},{i % 4 // 2},6")
    rows.append("lost,f9.csv,,fine,,a,1,6")
    (tmp_path / "b" / "summary.csv").write_text("\n".join(rows) + "\n")
    (tmp_path / "b" / "failures.csv").write_text("job,reason\nf8,broken\n")
    error = cli("compare", "b", *QUICK).error
    assert "(k 10 and 11); choose one of coarse, fine with --parameters" in error
    assert "there are coarse, fine" in cli("compare", "b", "--parameters", "x", *QUICK).error
    outcome = cli("compare", "b", "--parameters", "fine", *QUICK, "--out", "c")
    assert outcome.code == 0, outcome.err
    assert "1 of 9 jobs of" in outcome.err
    assert "1 jobs of" in outcome.err
    assert "4 of 8 results are of other parameters" in outcome.err
    values = pd.read_csv(tmp_path / "c" / "values_long.csv", dtype={"replicate": str})
    cells = values[values["unit"] == "cell"]
    assert cells[["condition", "replicate", "cell"]].to_numpy().tolist() == [
        ["a", "0", "f0.csv"],
        ["a", "1", "f2.csv"],
        ["b", "0", "f1.csv"],
        ["b", "1", "f3.csv"],
    ]
