import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QToolButton

from stormgraph_py import read_localizations, write_localizations

PATIENCE = 30_000


@pytest.fixture
def write_blobs(tmp_path, blobs):
    """Writes localizations to files of these names and returns their paths."""

    def write(*names, **make):
        paths = []
        for seed, name in enumerate(names):
            path = tmp_path / name
            write_localizations(blobs(seed, **make), path)
            paths.append(str(path))
        return paths

    return write


def opened(app):
    return [one.name for one in app.document.project.data_sets if one.key in app.workspace.loaded]


def test_several_files_are_opened_once_and_the_first_is_shown(qtbot, app, write_blobs):
    paths = write_blobs("a.csv", "b.csv")
    opening = app.provided["opening"]
    opening.open_paths([*paths, paths[0]])
    qtbot.waitUntil(lambda: len(opened(app)) == 2, timeout=PATIENCE)
    assert opened(app) == ["a.csv", "b.csv"]
    first, second = app.document.project.data_sets
    assert app.workspace.data_set == first.key
    expected = read_localizations(paths[1])
    np.testing.assert_array_equal(app.workspace.loaded[second.key].raw.xy, expected.xy)
    assert second.sha256 == expected.provenance.sha256
    opening.open_paths([paths[1]])
    assert app.workspace.data_set == second.key
    assert app.activity.tasks == ()
    assert app.settings.get("recent_files") == [paths[1], paths[0]]


def test_what_cannot_be_opened_is_told_with_a_remedy(qtbot, app, tmp_path):
    picture = tmp_path / "image.tif"
    picture.write_bytes(b"II*\0" + bytes(100))
    app.provided["opening"].open_paths([picture])
    qtbot.waitUntil(lambda: bool(app.activity.messages), timeout=PATIENCE)
    said = app.activity.messages[-1]
    assert (said.level, "image.tif" in said.title) == ("error", True)
    assert "localize it first" in said.text
    assert app.document.project.data_sets == ()
    assert app.activity.tasks == ()


def test_reading_can_be_stopped(qtbot, app, write_blobs):
    (path,) = write_blobs("a.csv")
    opening = app.provided["opening"]
    opening.open_paths([path])
    stop = app.window.findChild(QToolButton, "cancel reading")
    qtbot.mouseClick(stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: app.activity.tasks == (), timeout=PATIENCE)
    assert app.document.project.data_sets == ()


def test_undo_closes_a_data_set_and_redo_opens_it_again(qtbot, app, write_blobs):
    (path,) = write_blobs("a.csv")
    app.provided["opening"].open_paths([path])
    qtbot.waitUntil(lambda: opened(app) == ["a.csv"], timeout=PATIENCE)
    app.document.undo()
    assert app.workspace.loaded == {}
    app.document.redo()
    qtbot.waitUntil(lambda: opened(app) == ["a.csv"], timeout=PATIENCE)


def test_a_file_that_is_gone_is_told_in_the_list(qtbot, app, put_data, blobs):
    key = put_data(blobs(), path="/nowhere/gone.csv")
    app.provided["opening"].reload(key)
    shown = app.window.findChild(QListWidget, "data sets")
    assert "/nowhere/gone.csv" in shown.item(0).toolTip()
