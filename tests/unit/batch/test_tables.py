"""Tables of all jobs hold what the jobs' own tables hold."""

import pandas as pd
import pytest

from stormgraph_py.batch.executors import SerialExecutor
from stormgraph_py.batch.job import JOB_COLUMNS, Job, Plan
from stormgraph_py.batch.planning import Asked, plan_jobs
from stormgraph_py.batch.runner import run_batch
from stormgraph_py.batch.tables import FAILURE_COLUMNS, head_of, tag_columns, typed_table
from stormgraph_py.clusters.dictionary import TABLES, describe
from stormgraph_py.report.outputs import Outputs
from stormgraph_py.report.request import Request

OUTPUTS = Outputs(report=False, figures=False, excel=False, parquet=True)


@pytest.fixture(scope="module")
def batch(tmp_path_factory, write_cell):
    """A batch of a flat and a deep file, one that fails, and tags of which one has a bad name."""
    pytest.importorskip("pyarrow")
    folder = tmp_path_factory.mktemp("tables")
    write_cell(folder / "flat.csv")
    table = pd.read_csv(write_cell(folder / "deep.csv", seed=1))
    table.assign(z_nm=table["x_nm"] / 3).to_csv(folder / "deep.csv", index=False)
    (folder / "few.csv").write_text("x_nm,y_nm\n1,2\n3,4\n")
    (folder / "jobs.csv").write_text(
        "file,condition,n_clusters\nflat.csv,a,NA\ndeep.csv,b,7\nfew.csv,b,\n"
    )
    plan = plan_jobs(Asked(inputs=[str(folder / "jobs.csv")]))
    result = run_batch(plan, folder / "out", lambda *_: SerialExecutor(), outputs=OUTPUTS)
    assert (result.n_done, len(result.failures)) == (2, 1)
    return folder / "out"


def own(batch, job, name):
    return pd.read_csv(batch / "jobs" / job / name)


@pytest.mark.parametrize("name", ["summary.csv", "clusters.csv"])
def test_rows_are_those_of_the_jobs(batch, name):
    measured = TABLE_COLUMNS[name]
    whole = pd.read_csv(
        batch / name, keep_default_na=False, na_values={column: [""] for column in measured}
    )
    assert list(whole.columns[:7]) == [*JOB_COLUMNS, "condition", "tag_n_clusters"]
    for job in ("flat", "deep"):
        rows = whole[whole["job"] == job].reset_index(drop=True)
        expected = own(batch, job, name)
        columns = [c for c in expected.columns if c in measured]
        assert len(columns) >= 20
        pd.testing.assert_frame_equal(rows[columns], expected[columns], check_dtype=False)
        other = [c for c in whole.columns[7:] if c not in columns]
        assert other
        assert (rows[other].isna() | (rows[other] == "")).all(axis=None)


TABLE_COLUMNS = {
    name: {column.name for column in TABLES[f"batch/{name}"]} - {"roi"}
    for name in ("summary.csv", "clusters.csv")
}


@pytest.mark.parametrize("name", ["summary.csv", "clusters.csv", "failures.csv"])
def test_every_column_is_described(batch, name):
    for column in pd.read_csv(batch / name, nrows=0).columns:
        if column not in ("condition", "tag_n_clusters"):
            assert describe(f"batch/{name}", column).meaning


def test_failures_say_what_and_why(batch):
    (row,) = pd.read_csv(batch / "failures.csv").to_dict("records")
    assert list(row) == list(FAILURE_COLUMNS)
    assert (row["job"], row["stage"], row["exit_kind"]) == ("few", "clustering", "input")
    assert "needs at least" in row["reason"]
    assert "--resume" in row["remedy"]


@pytest.mark.parametrize("name", ["summary", "clusters"])
def test_parquet_holds_the_same_with_numbers_as_numbers(batch, name):
    table = pd.read_parquet(batch / f"{name}.parquet")
    text = pd.read_csv(batch / f"{name}.csv", dtype=str, keep_default_na=False)
    assert list(table.columns) == list(text.columns)
    assert table["tag_n_clusters"].tolist() == text["tag_n_clusters"].tolist()
    assert table["n_localizations"].tolist() == text["n_localizations"].astype(int).tolist()
    values = table["mean_density_per_um2" if name == "summary" else "density_per_um2"]
    assert values.isna().any()
    assert values.dropna().dtype.kind == "f"


def test_the_workbook_has_summary_and_failures(batch):
    sheets = pd.read_excel(batch / "summary.xlsx", sheet_name=None)
    assert set(sheets) == {"summary", "failures", "columns"}
    assert sheets["summary"]["n_localizations"].tolist() == [220, 220]
    assert (sheets["columns"]["meaning"].str.len() > 5).all()


def test_an_empty_batch_has_headers(tmp_path):
    plan = Plan(jobs=())
    run_batch(plan, tmp_path / "out", lambda *_: SerialExecutor())
    for name in ("summary.csv", "clusters.csv", "failures.csv"):
        assert (tmp_path / "out" / name).read_text().startswith(",".join(JOB_COLUMNS))


def test_text_of_tags_stays_as_it_is():
    request = Request(path="a.csv", tags={"day": "007", "note": 'a, "b"\n= 1'})
    job = Job(name="a", file="a.csv", parameters="default", request=request)
    head = head_of(job, tag_columns(["day", "note"]))
    assert (head["day"], head["note"]) == ("007", 'a, "b"\n= 1')


def test_numbers_of_tags_are_no_numbers(tmp_path):
    (tmp_path / "t.csv").write_text("job,day,n_clusters\na,007,3\nb,NA,\n")
    table = typed_table(tmp_path / "t.csv")
    assert table["day"].tolist() == ["007", "NA"]
    assert table["n_clusters"].tolist()[0] == 3
    assert table["n_clusters"].isna().tolist() == [False, True]


def test_no_two_tags_share_a_column():
    tags = ["job", "tag_job", "tag_tag_job", "day"]
    columns = tag_columns(tags)
    assert len(set(columns.values())) == len(tags)
    assert columns["tag_job"] == "tag_job"
