"""A result folder is complete or not there at all."""

import errno
from pathlib import Path

import pytest

from stormgraph_py.errors import OutputError
from stormgraph_py.report.folder import (
    RESULT_FILES,
    check_free,
    result_folder,
    write_result,
)
from stormgraph_py.report.request import result_name
from stormgraph_py.report.unfinished import Unfinished


def names(folder: Path) -> set[str]:
    return {item.name for item in folder.iterdir()}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("cell.csv", "cell"),
        ("a/b/cell.csv.gz", "cell"),
        ("cell.v2.CSV.GZ", "cell.v2"),
        ("locs.hdf5", "locs"),
        ("ROI 2.5", "ROI 2.5"),
        ("noending", "noending"),
        (".csv", "csv"),
        ("..", "result"),
        ("Zelle_ü.txt", "Zelle_ü"),
    ],
)
def test_the_folder_is_named_after_the_file(path, name):
    assert result_name(path) == name


def test_the_folder_appears_only_when_all_is_written(tmp_path):
    target = tmp_path / "deep" / "cell"
    with result_folder(target) as unfinished:
        (unfinished / "run.json").write_text("{}")
        assert not target.exists()
        assert unfinished.parent == target.parent
    assert names(tmp_path / "deep") == {"cell"}
    assert names(target) == {"run.json"}


@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt(), SystemExit(3)])
def test_a_failure_leaves_nothing(tmp_path, error):
    def fail():
        with result_folder(tmp_path / "new" / "cell") as unfinished:
            (unfinished / "run.json").write_text("{}")
            raise error

    with pytest.raises(type(error)):
        fail()
    assert names(tmp_path) == set()


def test_a_failure_leaves_folders_that_others_made(tmp_path):
    (tmp_path / "results").mkdir()
    with pytest.raises(ValueError), result_folder(tmp_path / "results" / "cell"):
        raise ValueError
    assert names(tmp_path) == {"results"}


def test_a_full_disk_is_told_with_the_remedy(tmp_path):
    with (
        pytest.raises(OutputError, match=r"No space left.*free some space"),
        result_folder(tmp_path / "cell"),
    ):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert names(tmp_path) == set()


def test_an_existing_result_is_refused_with_the_remedy(tmp_path):
    (tmp_path / "cell").mkdir()
    (tmp_path / "cell" / "run.json").write_text("old")
    with pytest.raises(OutputError, match="--overwrite"), result_folder(tmp_path / "cell"):
        pytest.fail("must not begin")
    assert (tmp_path / "cell" / "run.json").read_text() == "old"


def test_overwriting_replaces_the_whole_folder(tmp_path):
    (tmp_path / "cell").mkdir()
    (tmp_path / "cell" / "overcounting.csv").write_text("old")
    with result_folder(tmp_path / "cell", overwrite=True) as unfinished:
        (unfinished / "run.json").write_text("new")
    assert names(tmp_path) == {"cell"}
    assert names(tmp_path / "cell") == {"run.json"}


def test_a_failed_overwriting_keeps_the_old_result(tmp_path):
    (tmp_path / "cell").mkdir()
    (tmp_path / "cell" / "run.json").write_text("old")
    with pytest.raises(ValueError), result_folder(tmp_path / "cell", overwrite=True):
        raise ValueError
    assert (tmp_path / "cell" / "run.json").read_text() == "old"
    assert names(tmp_path) == {"cell"}


def test_a_failed_renaming_keeps_the_old_result(tmp_path, monkeypatch):
    (tmp_path / "cell").mkdir()
    (tmp_path / "cell" / "run.json").write_text("old")
    rename = Path.rename

    def refuse(self, target):
        if self.name.endswith(".unfinished"):
            raise OSError(errno.EACCES, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OutputError), result_folder(tmp_path / "cell", overwrite=True):
        pass
    assert (tmp_path / "cell" / "run.json").read_text() == "old"
    assert names(tmp_path) == {"cell"}


@pytest.mark.parametrize("foreign", ["notes.txt", "data.csv", ".hidden"])
def test_a_folder_with_anything_else_is_never_replaced(tmp_path, foreign):
    (tmp_path / "run.json").touch()
    (tmp_path / foreign).touch()
    with pytest.raises(OutputError, match="no file of a result"):
        check_free(tmp_path, overwrite=True)


def test_a_folder_of_folders_is_never_replaced(tmp_path):
    (tmp_path / "run.json").mkdir()
    with pytest.raises(OutputError, match="no file of a result"):
        check_free(tmp_path, overwrite=True)


def test_a_file_in_the_way_is_never_replaced(tmp_path):
    (tmp_path / "cell").touch()
    with pytest.raises(OutputError, match="is no folder"):
        check_free(tmp_path / "cell", overwrite=True)


def test_a_result_that_appears_meanwhile_is_not_lost(tmp_path):
    def two_at_once():
        with result_folder(tmp_path / "cell") as unfinished:
            (unfinished / "run.json").write_text("mine")
            (tmp_path / "cell").mkdir()
            (tmp_path / "cell" / "run.json").write_text("theirs")

    with pytest.raises(OutputError, match="--overwrite"):
        two_at_once()
    assert (tmp_path / "cell" / "run.json").read_text() == "theirs"


@pytest.fixture
def quick_report(monkeypatch):
    """A report without pictures, which take a while to draw."""
    monkeypatch.setattr("stormgraph_py.report.html.report_sections", lambda *_: [])


@pytest.mark.usefixtures("quick_report")
def test_every_file_of_a_result_is_written(tmp_path, analysis):
    events = []
    write_result(tmp_path, analysis, on_progress=events.append)
    assert names(tmp_path) == {*RESULT_FILES, "summary.xlsx"}
    shares = [event.fraction for event in events]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)


@pytest.mark.usefixtures("quick_report")
def test_without_evidence_there_is_no_table_of_it(tmp_path, analysis_without_sigma):
    write_result(tmp_path, analysis_without_sigma)
    assert names(tmp_path) == {*RESULT_FILES, "summary.xlsx"} - {
        "overcounting.csv",
        "overcounting_radii.csv",
    }


@pytest.mark.parametrize("name", [".DS_Store", "Thumbs.db"])
def test_what_file_managers_leave_is_no_hindrance(tmp_path, name):
    (tmp_path / "figures").mkdir()
    for place in (tmp_path, tmp_path / "figures"):
        (place / name).touch()
    check_free(tmp_path, overwrite=True)


@pytest.mark.parametrize("moment", ["writing", "replacing", "replaced"])
def test_what_a_killed_process_leaves_is_cleared_away(tmp_path, moment):
    """The folder is the older one until the new one has its name, whenever the process ends."""
    folder = tmp_path / "result"
    folder.mkdir()
    (folder / "summary.csv").write_text("older")
    unfinished = Unfinished.of(folder)
    unfinished.path.mkdir()
    (unfinished.path / "summary.csv").write_text("newer")
    if moment != "writing":
        folder.rename(unfinished.older)
    if moment == "replaced":
        unfinished.path.rename(folder)
    unfinished.clear()
    assert names(tmp_path) == {"result"}
    assert (folder / "summary.csv").read_text() == ("newer" if moment == "replaced" else "older")


def test_folders_made_on_the_way_go_unless_they_are_used(tmp_path):
    unfinished = Unfinished.of(tmp_path / "a" / "b" / "result")
    unfinished.path.mkdir(parents=True)
    (tmp_path / "a" / "mine.txt").write_text("mine")
    unfinished.clear()
    assert names(tmp_path / "a") == {"mine.txt"}
