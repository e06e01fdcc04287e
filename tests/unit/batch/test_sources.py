"""Input files from tables of jobs, folders and patterns."""

import errno
import json
import os
import shutil

import pytest

from stormgraph_py.batch.sources import find_sources, is_job_table, read_job_table
from stormgraph_py.errors import FileFormatError, InputError


@pytest.fixture
def study(tmp_path, write_cell, write_halves):
    """A folder as a laboratory may have it."""
    folder = tmp_path / "study"
    write_cell(folder / "b" / "c2.csv")
    write_cell(folder / "a" / "c1.csv")
    write_cell(folder / ".trash" / "old.csv")
    write_cell(folder / "results" / "localizations.csv")
    (folder / "results" / "run.json").write_text("{}")
    write_halves(folder / "a" / "c1.geojson")
    (folder / "notes.txt").write_text("Measured on Monday.\nIt was late.\n")
    (folder / "temperature.csv").write_text("time,temperature\n0,21.5\n1,21.6\n")
    (folder / "settings.yaml").write_text("a: 1\n")
    (folder / "empty.csv").touch()
    return folder


def names(sources):
    return [source.file for source in sources]


def test_a_folder_gives_its_localizations_and_says_what_it_skips(study):
    sources, skipped = find_sources([str(study)])
    assert names(sources) == ["a/c1.csv", "b/c2.csv"]
    reasons = {one.file: one.reason for one in skipped}
    assert set(reasons) == {
        "a/c1.geojson", "notes.txt", "temperature.csv", "settings.yaml", "empty.csv",
    }  # fmt: skip
    assert "no columns for x and y" in reasons["temperature.csv"]
    assert "regions" in reasons["a/c1.geojson"] or ".geojson" in reasons["a/c1.geojson"]
    assert "empty" in reasons["empty.csv"]


def test_the_folder_of_results_is_left_out(study, write_cell):
    write_cell(study / "out" / "x.csv")
    sources, _ = find_sources([str(study)], leave_out=study / "out")
    assert names(sources) == ["a/c1.csv", "b/c2.csv"]


def test_a_glob_pattern_names_files_below_its_fixed_part(study):
    sources, _ = find_sources([str(study / "*" / "c?.csv")])
    assert names(sources) == ["a/c1.csv", "b/c2.csv"]


def test_files_by_themselves_are_taken_whatever_they_hold(study):
    sources, skipped = find_sources([str(study / "notes.txt"), str(study / "a" / "c1.csv")])
    assert (names(sources), skipped) == (["a/c1.csv", "notes.txt"], [])


def test_a_file_named_twice_is_one_source(study):
    file = str(study / "a" / "c1.csv")
    assert len(find_sources([file, file, str(study / "a")])[0]) == 1


def test_nothing_to_analyse_is_an_error(tmp_path):
    (tmp_path / "readme.md").touch()
    with pytest.raises(InputError, match=r"holds no file of localizations; readme.md is a .md"):
        find_sources([str(tmp_path)])
    with pytest.raises(InputError, match="there is no such file"):
        find_sources([str(tmp_path / "*.csv")])


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_of_jobs(study, separator, tmp_path):
    rows = [
        ["File", "roi_file", "ROI", "channel", "condition"],
        ["a/c1.csv", "a/c1.geojson", "left", "", "wild type"],
        ["b/c2.csv", "", "", "2", "NA"],
    ]
    table = study / "jobs.csv"
    table.write_text("\ufeff" + "\n".join(separator.join(row) for row in rows) + "\n\n")
    assert is_job_table(table)
    (one, other), skipped = find_sources([str(table)])
    assert (one.file, one.roi, one.channel, one.tags) == (
        "a/c1.csv", "left", None, {"condition": "wild type"},
    )  # fmt: skip
    assert one.roi_path == (study / "a" / "c1.geojson").resolve()
    assert (other.roi_path, other.channel, other.tags) == (None, "2", {"condition": "NA"})
    assert skipped == []


def test_localizations_are_no_table_of_jobs(study):
    assert not is_job_table(study / "a" / "c1.csv")
    assert not is_job_table(study / "absent.csv")


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("file,day\nabsent.csv,1\n", InputError, r"line 2: there is no file .*absent.csv"),
        ("file,roi_file\na/c1.csv,no.zip\n", InputError, r"line 2: there is no file .*no.zip"),
        ("file,day\n,1\n", InputError, "line 2: names no file"),
        ("file,day\na/c1.csv\n", FileFormatError, "line 2: has 1 fields and the header 2"),
        ("file,day,day\na/c1.csv,1,2\n", FileFormatError, "two columns 'day'"),
        ("file,\na/c1.csv,1\n", FileFormatError, "a column without a name"),
        ("file,day\n", FileFormatError, "holds no jobs"),
        ("path,day\na/c1.csv,1\n", FileFormatError, "has no column 'file'; it has path, day"),
    ],
)
def test_faults_of_a_table_name_the_line(study, text, error, message):
    (study / "jobs.csv").write_text(text)
    with pytest.raises(error, match=message):
        read_job_table(study / "jobs.csv")


def test_all_missing_files_are_told_at_once(study):
    shutil.rmtree(study / "b")
    (study / "jobs.csv").write_text("file\nx1\nx2\nx3\nx4\n")
    with pytest.raises(InputError, match=r"x1.*x2.*x3.*and 1 more"):
        read_job_table(study / "jobs.csv")


def test_a_link_to_a_folder_is_told(study, tmp_path):
    (study / "more").symlink_to(study / "a", target_is_directory=True)
    sources, skipped = find_sources([str(study)])
    assert names(sources) == ["a/c1.csv", "b/c2.csv"]
    assert {one.file: one.reason for one in skipped}["more"].startswith("is a link to a folder")


def test_a_folder_that_cannot_be_read_is_no_empty_folder(study, monkeypatch):
    scandir = os.scandir

    def refuse(path):
        if str(path).endswith("b"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(InputError, match="cannot be read"):
        find_sources([str(study)])


def test_results_of_gdsc_with_the_ending_of_excel_are_data(study):
    (study / "a" / "cell.results.xls").write_text(
        "#Localisation Results File\n#FileVersion Text.D0.E0.V3\n#\n"
        "#Frame\torigX\torigY\torigValue\tError\tNoise\tSignal\tX (nm)\tY (nm)\n"
        "1\t1\t1\t9\t0\t0\t900\t120.5\t80.5\n"
    )
    (study / "a" / "book.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    sources, skipped = find_sources([str(study)])
    assert "a/cell.results.xls" in names(sources)
    assert "a/book.xls" in {one.file for one in skipped}


def test_minflux_in_json_is_data_and_other_json_is_not(study):
    event = {"itr": [{"loc": [1e-7, 2e-7, 0.0]}], "tid": 1, "vld": True}
    (study / "a" / "minflux.json").write_text(json.dumps([event] * 3))
    (study / "a" / "list.json").write_text("[1, 2]")
    sources, skipped = find_sources([str(study)])
    assert "a/minflux.json" in names(sources)
    assert "a/list.json" in {one.file for one in skipped}


def test_empty_columns_to_the_right_of_a_table_are_nothing(study):
    (study / "jobs.csv").write_text("file;condition;;\na/c1.csv;x;;\n;;;\nb/c2.csv;;;\n")
    sources = read_job_table(study / "jobs.csv")
    assert [source.tags for source in sources] == [{"condition": "x"}, {"condition": ""}]
