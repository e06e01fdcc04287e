"""Tables in every form, figures as files, and a workbook that explains itself."""

import io

import numpy as np
import openpyxl
import pandas as pd
import pytest
from PIL import Image

from stormgraph_py.errors import OutputError
from stormgraph_py.report.folder import write_result
from stormgraph_py.report.outputs import Outputs, write_tables
from stormgraph_py.report.workbook import workbook_bytes


@pytest.fixture
def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "cluster": [0, 1],
            "area_nm2": [1234.5, np.nan],
            "name": ["=1+1", "bell\x07"],
            "touches_edge": [True, False],
        }
    )


def test_text_stays_text_and_missing_numbers_are_empty(table):
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes({"clusters.csv": table})))
    sheet = book["clusters"]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("cluster", "area_nm2", "name", "touches_edge")
    assert rows[1] == (0, 1234.5, "=1+1", True)
    assert rows[2] == (1, None, "bell\N{REPLACEMENT CHARACTER}", False)
    assert sheet["C2"].data_type == "s"


def test_the_workbook_says_what_its_columns_mean(table):
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes({"clusters.csv": table})))
    rows = {row[1]: row for row in book["columns"].iter_rows(values_only=True)}
    assert rows["area_nm2"][2] == "nm²"
    assert rows["name"][3] == "As in the input."


def test_a_table_too_long_for_a_sheet_is_refused(monkeypatch, table):
    monkeypatch.setattr("stormgraph_py.report.workbook._MOST_ROWS", 1)
    with pytest.raises(OutputError, match=r"clusters\.csv has 2 rows and a sheet of Excel holds 1"):
        workbook_bytes({"clusters.csv": table})


def test_parquet_holds_the_same_as_csv(tmp_path, table):
    pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")
    write_tables(tmp_path, {"clusters.csv": table}, Outputs(parquet=True, excel=False))
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "clusters.parquet"), table)
    assert not (tmp_path / "summary.xlsx").exists()


def test_parquet_without_its_library_is_refused_before_anything_is_computed(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(OutputError, match="leave --parquet out"):
        Outputs(parquet=True).check()


@pytest.mark.slow
def test_every_figure_of_the_report_is_a_file_at_print_resolution(tmp_path, analysis):
    write_result(tmp_path, analysis, Outputs(excel=False))
    drawn = sorted((tmp_path / "figures").iterdir())
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert len(drawn) == 2 * report.count("<figure")
    assert {file.suffix for file in drawn} == {".svg", ".png"}
    for file in drawn:
        if file.suffix == ".png":
            with Image.open(file) as image:
                assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
        else:
            assert "<svg" in file.read_text(encoding="utf-8")[:2000]


def test_without_figures_there_is_no_folder_of_them(tmp_path, analysis):
    write_result(tmp_path, analysis, Outputs(figures=False, excel=False))
    assert not (tmp_path / "figures").exists()
