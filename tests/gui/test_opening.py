import h5py
import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QCommandLinkButton,
    QDoubleSpinBox,
    QLabel,
    QListWidget,
    QPushButton,
    QToolButton,
    QWidget,
)

from stormgraph_gui.models.reading_words import plainly
from stormgraph_gui.views.data_list import DataList
from stormgraph_gui.views.guide_panel import GuidePanel
from stormgraph_gui.views.import_preview import ImportPreview
from stormgraph_gui.views.tag_dialog import TagDialog
from stormgraph_py import Localizations, read_localizations, write_localizations
from stormgraph_py.localizations import Provenance
from stormgraph_py.roi import Roi

pytestmark = pytest.mark.features("viewer", "opening", "filters", "regions")

PIXELS = "give it in nm with pixel_size_nm=, for example pixel_size_nm=100."
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


def test_errors_are_sentences_and_their_inner_part_is_in_the_details(qtbot, app, tmp_path):
    expected = {
        "empty.csv": (b"", "The file is empty; export", ""),
        "any.bin": (b"\1\2\0\xff" * 50, "The file is binary data of no known kind", "Picasso"),
        "cut.h5": (b"\x89HDF\r\n\x1a\n" + bytes(200), "This HDF5 file is truncated or dam", "open"),
    }
    for name, (content, _, _) in expected.items():
        (tmp_path / name).write_bytes(content)
    app.provided["opening"].open_paths([tmp_path / name for name in expected])
    qtbot.waitUntil(lambda: len(app.activity.messages) == len(expected), timeout=PATIENCE)
    for message in app.activity.messages:
        _, said, aside = expected[message.title.removesuffix(" cannot be opened")]
        assert message.text.startswith(said)
        assert "(" not in message.text
        assert len(message.text) < 120
        assert aside in message.details
        assert bool(aside) == bool(message.details)


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


def preview(app):
    return app.window.findChild(ImportPreview, "import preview")


def test_a_file_in_pixels_is_asked_for_and_read_as_told(qtbot, app, tmp_path):
    rng = np.random.default_rng(0)
    n = 400
    names = ("px.csv", "other.csv")
    for name in names:
        rows = np.column_stack([rng.uniform(0, 64, (n, 2)), rng.uniform(0.05, 0.2, n)])
        header = "x,y,precision"
        np.savetxt(tmp_path / name, rows, delimiter=",", header=header, comments="", fmt="%.4f")
    app.provided["opening"].open_paths([tmp_path / name for name in names])
    qtbot.waitUntil(lambda: preview(app) is not None, timeout=PATIENCE)
    qtbot.waitUntil(lambda: app.activity.tasks == (), timeout=PATIENCE)
    dialog = preview(app)
    assert "pixels" in verdict(dialog)
    unit = dialog.findChild(QComboBox, "unit")
    qtbot.keyClicks(unit, "camera")
    assert unit.currentData() == "px"
    qtbot.waitUntil(lambda: "size of a pixel" in verdict(dialog), timeout=PATIENCE)
    assert not dialog.open_button.isEnabled()
    size = dialog.findChild(QDoubleSpinBox, "pixel size")
    size.setFocus()
    size.selectAll()
    qtbot.keyClicks(size, "160")
    qtbot.keyClick(size, Qt.Key.Key_Tab)
    qtbot.waitUntil(dialog.open_button.isEnabled, timeout=PATIENCE)
    measured = [label.text() for label in dialog.findChildren(QLabel)]
    told = {"unit": "px", "pixel_size_nm": 160.0}
    expected = read_localizations(tmp_path / "px.csv", **told)
    assert any(f"{np.ptp(expected.xy[:, 0]) / 1000:.1f} ×" in text for text in measured)
    qtbot.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
    # the other file was asked about when this one was, or is like it
    qtbot.waitUntil(
        lambda: (
            len(opened(app)) == 2 or (len(opened(app)) == 1 and preview(app) not in (None, dialog))
        ),
        timeout=PATIENCE,
    )
    if len(opened(app)) < 2:
        preview(app).reject()
    data_set = app.document.project.data_sets[0]
    assert data_set.reading == told
    np.testing.assert_array_equal(app.workspace.loaded[data_set.key].raw.xy, expected.xy)


def test_the_pixel_of_a_picasso_file_without_its_metadata_is_asked_for(qtbot, app, tmp_path):
    path = tmp_path / "cell_locs.hdf5"
    frame = np.zeros(50, dtype=[("frame", "u4"), *((name, "f4") for name in "xy")])
    frame["x"], frame["y"] = np.random.default_rng(0).uniform(0, 64, (2, 50))
    with h5py.File(path, "w") as file:
        file["locs"] = frame
    app.provided["opening"].open_paths([path])
    qtbot.waitUntil(lambda: preview(app) is not None, timeout=PATIENCE)
    dialog = preview(app)
    assert "=" not in verdict(dialog)
    size = dialog.findChild(QDoubleSpinBox, "pixel size")
    qtbot.keyClicks(size, "130")
    qtbot.waitUntil(dialog.open_button.isEnabled, timeout=PATIENCE)
    qtbot.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: opened(app) == ["cell_locs.hdf5"], timeout=PATIENCE)
    (data_set,) = app.document.project.data_sets
    expected = read_localizations(path, pixel_size_nm=130)
    np.testing.assert_array_equal(app.workspace.loaded[data_set.key].raw.xy, expected.xy)


def test_a_data_set_is_shown_with_its_newest_result(qtbot, app, put_data, put_analysis, blobs):
    first, second = put_data(blobs(), "/a.csv"), put_data(blobs(1), "/b.csv")
    put_analysis(first)
    newest = put_analysis(first)
    shown = app.window.findChild(QListWidget, "data sets")
    for row, key, finding in ((1, second, None), (0, first, newest)):
        place = shown.visualItemRect(shown.item(row)).center()
        qtbot.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert (app.workspace.data_set, app.workspace.finding) == (key, finding)


def verdict(dialog):
    return dialog.findChild(QLabel, "verdict").text()


@pytest.mark.slow
def test_columns_without_names_are_asked_for(qtbot, app, tmp_path):
    rng = np.random.default_rng(0)
    positions, error = rng.uniform(0, 5000, (300, 2)), rng.uniform(5, 20, 300)
    rows = np.column_stack([np.arange(300), positions, error])
    np.savetxt(tmp_path / "bare.txt", rows, delimiter="\t", fmt="%.3f")
    app.provided["opening"].open_paths([tmp_path / "bare.txt"])
    qtbot.waitUntil(lambda: preview(app) is not None, timeout=PATIENCE)
    dialog = preview(app)
    assert not dialog.open_button.isEnabled()
    for name, meaning in (("column_2", "x"), ("column_3", "y"), ("column_4", "precision")):
        box = dialog.table.choice(name)
        box.setCurrentIndex(box.findText(meaning))
        box.activated.emit(box.currentIndex())
    qtbot.waitUntil(dialog.open_button.isEnabled, timeout=PATIENCE)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: opened(app) == ["bare.txt"], timeout=PATIENCE)
    (data_set,) = app.document.project.data_sets
    assert data_set.reading["columns"] == {
        "x_nm": "column_2", "y_nm": "column_3",
        "sigma_x_nm": "column_4", "sigma_y_nm": "column_4",
    }  # fmt: skip
    raw = app.workspace.loaded[data_set.key].raw
    np.testing.assert_allclose(raw.xy, positions, atol=1e-3)
    np.testing.assert_allclose(raw.sigma[:, 0], error, atol=1e-3)


@pytest.mark.slow
def test_the_preview_can_be_left_without_opening(qtbot, app, tmp_path):
    np.savetxt(tmp_path / "bare.csv", np.ones((5, 5)), delimiter=",")
    app.provided["opening"].open_paths([tmp_path / "bare.csv"])
    qtbot.waitUntil(lambda: preview(app) is not None, timeout=PATIENCE)
    qtbot.keyClick(preview(app), Qt.Key.Key_Escape)
    assert app.document.project.data_sets == ()
    qtbot.waitUntil(lambda: preview(app) is None, timeout=PATIENCE)


def test_files_are_dropped_on_the_window(qtbot, app, write_blobs):
    paths = write_blobs("a.csv", "b.csv")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(path) for path in paths])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    at, copy = QPoint(600, 300), Qt.DropAction.CopyAction
    start = app.window.findChild(QWidget, "start screen")
    assert start.isVisible()
    enter = QDragEnterEvent(at, copy, data, left, none)
    QApplication.sendEvent(app.window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(app.window, QDropEvent(at.toPointF(), copy, data, left, none))
    qtbot.waitUntil(lambda: opened(app) == ["a.csv", "b.csv"], timeout=PATIENCE)
    assert not start.isVisible()
    assert app.window.pages.isVisible()


def test_the_channel_is_chosen_beside_the_data(qtbot, app, put_data):
    rng = np.random.default_rng(0)
    key = put_data(
        Localizations.from_arrays(rng.uniform(0, 2000, (60, 2)), channel=np.arange(60) % 2)
    )
    channel = app.window.findChild(QComboBox, "channel")
    qtbot.waitUntil(lambda: channel.count() == 3)
    qtbot.keyClick(channel, Qt.Key.Key_Down)
    qtbot.keyClick(channel, Qt.Key.Key_Down)
    assert app.document.project.data_set(key).channel == 1
    assert set(app.workspace.current.localizations.channel.tolist()) == {1}


def test_warnings_of_the_reader_are_beside_the_data(app, put_data, blobs):
    locs = blobs()
    told = Provenance(path="/data/a.csv", n_rows=900, warnings=("3 rows set aside: no x.",))
    put_data(Localizations(locs.table, told))
    shown = app.window.findChild(QListWidget, "data sets")
    assert "3 rows set aside" in shown.item(0).toolTip()
    details = app.window.findChild(QWidget, "data details")
    assert any("3 rows set aside" in label.text() for label in details.findChildren(QLabel))


def test_removing_shows_the_next_data_set_and_is_undone_with_its_results(
    qtbot, app, put_data, put_analysis, blobs
):
    first = put_data(blobs(0), path="/data/a.csv")
    second = put_data(blobs(1), path="/data/b.csv")
    finding = put_analysis(second)
    shown = app.window.findChild(QListWidget, "data sets")
    shown.setFocus()
    qtbot.keyClick(shown, Qt.Key.Key_Delete)
    assert [one.key for one in app.document.project.data_sets] == [first]
    assert app.workspace.data_set == first
    assert app.document.project.findings == ()
    app.document.undo()
    assert [one.key for one in app.document.project.findings] == [finding]


def test_tags_say_what_a_data_set_is(qtbot, app, put_data, blobs):
    key = put_data(blobs())
    data_list = app.window.findChild(DataList, "data list")
    menu = data_list.menu(key)
    next(a for a in menu.actions() if "Tags" in a.text()).trigger()
    menu.deleteLater()
    dialog = app.window.findChild(TagDialog, "tags")
    dialog.table.item(0, 1).setText("resting")
    dialog.accept()
    assert app.document.project.data_set(key).tags == {"condition": "resting"}


def test_the_guide_ticks_what_the_user_did(qtbot, app, put_data, put_analysis, blobs):
    start = app.window.findChild(QPushButton, "start guide") or app.window.findChild(
        QCommandLinkButton, "start guide"
    )
    qtbot.mouseClick(start, Qt.MouseButton.LeftButton)
    panel = app.window.findChild(GuidePanel, "guide")
    assert panel.isVisible()
    key = put_data(blobs())
    region = app.window.findChild(QPushButton, "guide region")
    assert region.isVisible()
    app.provided["regions"].controller.add(Roi.rectangle((1500, 1500), (1000, 1000)))
    put_analysis(key)
    look = app.window.findChild(QPushButton, "guide look")
    assert look.isVisible()
    assert not region.isVisible()
    app.workspace.select_clusters([0])
    task = app.activity.begin("report", "Writing")
    app.activity.end(task)
    assert not app.window.findChild(QPushButton, "guide report").isVisible()
    qtbot.mouseClick(panel.findChild(QToolButton, "close guide"), Qt.MouseButton.LeftButton)
    assert not panel.isVisible()


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        (f"/a/b.csv: column 'x' is in camera pixels; {PIXELS}", "enter it, in nm"),
        ("no column could be told to be x; name it with columns={'x_nm': ...}.", "below"),
    ],
)
def test_messages_of_readers_name_no_python(said, plain):
    text = plainly(said, "/a/b.csv")
    assert plain in text
    assert not any(sign in text for sign in ("=", "{", "/a/b.csv", "_nm"))
