"""Regions with the mouse and the keys of a user, held against `Roi` itself."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QDialog, QDoubleSpinBox, QLabel, QLineEdit
from roifile import ImagejRoi

import stormgraph_gui.app
from stormgraph_gui.models.region_shapes import box_point, frame
from stormgraph_gui.views.region_tools.handles import turning_place
from stormgraph_py.io.roi_files import read_rois
from stormgraph_py.roi import Roi
from stormgraph_py.tiles import square_tiles

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE, SHIFT, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


@pytest.fixture
def app(qtbot, tmp_path, monkeypatch):
    """The app with no more than the map and the regions: there are many tests here."""
    monkeypatch.setattr(stormgraph_gui.app, "FEATURES", ("viewer", "regions"))
    made = stormgraph_gui.app.StormGraphApp(tmp_path / "settings")
    made.window.resize(820, 560)
    made.window.show()
    yield made
    made.close()
    delete_now()


def delete_now():
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()


class Hand:
    """Moves the mouse over the canvas, in nm, and presses keys."""

    def __init__(self, app, qtbot):
        self.app, self.qtbot = app, qtbot
        self.canvas = app.provided["viewer"]
        self.feature = app.provided["regions"]

    @property
    def regions(self):
        return self.feature.controller.regions

    @property
    def current(self):
        return self.feature.controller.current

    @property
    def slack(self):
        """What a position on the screen can be off by, nm."""
        return 1.01 * self.canvas.nm_per_pixel()

    def at(self, x, y):
        return self.canvas.to_widget(x, y)

    def press(self, x, y, button=LEFT, keys=NONE):
        self.qtbot.mousePress(self.canvas.viewport(), button, keys, self.at(x, y))

    def move(self, x, y):
        self.qtbot.mouseMove(self.canvas.viewport(), self.at(x, y))

    def release(self, x, y, keys=NONE):
        self.qtbot.mouseRelease(self.canvas.viewport(), LEFT, keys, self.at(x, y))

    def drag(self, *way, keys=NONE):
        self.press(*way[0], keys=keys)
        for at in way[1:]:
            self.move(*at)
        self.release(*way[-1], keys=keys)

    def click(self, x, y, keys=NONE):
        self.press(x, y, keys=keys)
        self.release(x, y, keys=keys)

    def key(self, key, keys=NONE):
        self.qtbot.keyClick(self.canvas, key, keys)

    def undo(self):
        self.app.document.undo()

    def draw_polygon(self, *vertices):
        self.key(Qt.Key.Key_P)
        for at in vertices:
            self.click(*at)
        self.key(Qt.Key.Key_Return)
        return self.current

    def draw_rectangle(self, start=(500, 500), stop=(1500, 1300)):
        self.key(Qt.Key.Key_R)
        self.drag(start, stop)
        return self.current


@pytest.fixture
def hand(app, qtbot, put_data, blobs):
    qtbot.waitExposed(app.window)
    put_data(blobs())
    made = Hand(app, qtbot)
    made.canvas.fit()
    made.canvas.setFocus()
    return made


def assert_near(found, wanted, slack):
    np.testing.assert_allclose(found, wanted, rtol=0, atol=slack)


def test_a_rectangle_is_drawn_from_corner_to_corner(hand):
    region = hand.draw_rectangle((400, 600), (1600, 1400))
    assert (region.roi.name, region.roi.kind) == ("region 1", "rectangle")
    assert_near(region.roi.bounds_nm, (400, 600, 1600, 1400), hand.slack)
    assert hand.app.workspace.region == region.key


def test_shift_makes_a_circle_and_alt_draws_from_the_centre(hand):
    hand.key(Qt.Key.Key_E)
    hand.press(1500, 1500, keys=SHIFT)
    hand.move(1900, 1600)
    hand.release(1900, 1600, keys=SHIFT | ALT)
    box = hand.current.roi.box
    assert hand.current.roi.kind == "ellipse"
    assert_near(box.center_nm, (1500, 1500), hand.slack)
    assert_near(box.size_nm, (800, 800), 2 * hand.slack)
    assert box.size_nm[0] == pytest.approx(box.size_nm[1])


def test_a_polygon_is_drawn_click_by_click_and_closed_at_its_first_vertex(hand):
    wanted = [(500, 500), (1500, 600), (1400, 1700), (600, 1500)]
    hand.key(Qt.Key.Key_P)
    for at in wanted:
        hand.click(*at)
    hand.click(900, 100)
    hand.key(Qt.Key.Key_Backspace)
    hand.click(*wanted[0])
    roi = hand.current.roi
    assert roi.kind == "polygon"
    assert_near(roi.polygons[0][0][:-1], wanted, hand.slack)


def test_a_double_click_closes_a_polygon_at_its_place(hand, qtbot):
    hand.key(Qt.Key.Key_P)
    for at in ((500, 500), (1500, 600)):
        hand.click(*at)
    hand.click(1400, 1700)
    qtbot.mouseDClick(hand.canvas.viewport(), LEFT, NONE, hand.at(1400, 1700))
    assert len(hand.current.roi.polygons[0][0]) == 4


def test_a_stroke_becomes_a_closed_outline(hand):
    angles = np.linspace(0, 2 * np.pi, 60)
    way = np.column_stack([1500 + 700 * np.cos(angles), 1400 + 700 * np.sin(angles)])
    hand.key(Qt.Key.Key_L)
    hand.drag(*way.tolist())
    roi = hand.current.roi
    assert roi.kind == "freehand"
    assert roi.area_nm2 == pytest.approx(np.pi * 700**2, rel=0.03)


def test_counts_area_and_density_of_the_list_are_those_of_the_region(hand, qtbot):
    angles = np.linspace(0, 2 * np.pi, 40)
    hand.draw_rectangle()
    hand.draw_polygon((300, 300), (2700, 400), (1500, 1500), (2500, 2600))
    hand.key(Qt.Key.Key_L)
    hand.drag(*np.column_stack([800 + 600 * np.cos(angles), 900 + 500 * np.sin(angles)]).tolist())
    counts = hand.feature.counts
    qtbot.waitUntil(lambda: not counts.is_counting, timeout=30_000)
    xy = hand.app.workspace.current.localizations.xy
    rows = hand.feature.list.table.model().rows
    assert rows[0].n_localizations == len(xy)
    for region, row in zip(hand.regions, rows[1:], strict=True):
        n = int(region.roi.contains(xy).sum())
        assert 0 < n < len(xy)
        assert row.n_localizations == n
        assert row.area_um2 == region.roi.area_nm2 / 1e6
        assert row.density == pytest.approx(n / (region.roi.area_nm2 / 1e6))


def test_a_click_draws_nothing_and_escape_forgets_what_was_begun(hand):
    hand.key(Qt.Key.Key_R)
    hand.click(500, 500)
    hand.press(500, 500)
    hand.move(900, 900)
    hand.key(Qt.Key.Key_Escape)
    hand.release(900, 900)
    hand.key(Qt.Key.Key_P)
    hand.click(500, 500)
    hand.click(900, 900)
    hand.key(Qt.Key.Key_Escape)
    assert hand.canvas.tool is hand.feature.drawing_tools["polygon"]
    hand.key(Qt.Key.Key_Escape)
    assert hand.canvas.tool is None
    assert hand.regions == ()


def test_a_drag_moves_a_region_in_one_step_that_is_undone_and_redone(hand):
    before = hand.draw_rectangle().roi
    hand.drag((1000, 900), (1100, 900), (1250, 1050), (1400, 1200))
    after = hand.current.roi
    assert_near(after.box.center_nm, np.add(before.box.center_nm, (400, 300)), 2 * hand.slack)
    assert after.box.size_nm == pytest.approx(before.box.size_nm)
    hand.undo()
    assert hand.current.roi is before
    hand.app.document.redo()
    assert hand.current.roi is after


def test_escape_during_a_drag_puts_the_region_back(hand):
    before = hand.draw_rectangle().roi
    hand.press(1000, 900)
    hand.move(1300, 900)
    assert hand.current.roi is not before
    hand.key(Qt.Key.Key_Escape)
    hand.release(1300, 900)
    assert hand.current.roi is before
    assert hand.app.document.redo_label is None
    assert hand.app.document.undo_label == "draw region 1"


def test_a_corner_resizes_and_the_opposite_one_stays(hand):
    hand.draw_rectangle((500, 500), (1500, 1300))
    hand.drag((1500, 1300), (1700, 1500), (2000, 2000))
    assert_near(hand.current.roi.bounds_nm, (500, 500, 2000, 2000), 2 * hand.slack)


def test_a_side_resizes_a_turned_ellipse_along_its_axis(hand):
    region = hand.draw_rectangle()
    turned = Roi.ellipse((1500, 1500), (1200, 600), 30)
    hand.feature.controller.reshape(region.key, turned)
    hand.drag(
        box_point(turned.box, 1, 0), box_point(turned.box, 1.25, 0), box_point(turned.box, 1.5, 0)
    )
    box = hand.current.roi.box
    assert_near(box.size_nm, (1500, 600), 2 * hand.slack)
    assert box.angle_deg == 30
    assert_near(box_point(box, -1, 0), box_point(turned.box, -1, 0), 1e-6)


def test_the_handle_above_turns(hand):
    region = hand.draw_rectangle((1000, 1000), (2000, 1500))
    x, y = region.roi.box.center_nm
    grip = turning_place(region.roi, hand.canvas.nm_per_pixel())
    reach = y - grip[1]
    hand.drag(grip, (x + reach / 2, y - reach / 2), (x + reach, y))
    box = hand.current.roi.box
    assert box.angle_deg == pytest.approx(90, abs=2)
    assert box.size_nm == region.roi.box.size_nm
    assert box.center_nm == pytest.approx((x, y))


def test_a_vertex_is_moved_added_and_removed(hand):
    corners = [(500, 500), (1500, 500), (1500, 1500), (500, 1500)]
    hand.draw_polygon(*corners)
    hand.drag((1500, 1500), (1700, 1800), (2000, 2000))
    assert_near(hand.current.roi.polygons[0][0][2], (2000, 2000), 2 * hand.slack)
    hand.drag((1000, 500), (1000, 400), (1000, 300))
    ring = hand.current.roi.polygons[0][0]
    assert len(ring) == 6
    assert_near(ring[1], (1000, 300), 2 * hand.slack)
    hand.undo()
    assert len(hand.current.roi.polygons[0][0]) == 5
    hand.click(500, 1500, keys=ALT)
    assert_near(hand.current.roi.polygons[0][0][:-1], [*corners[:2], (2000, 2000)], 2 * hand.slack)
    hand.click(500, 500, keys=ALT)
    assert len(hand.current.roi.polygons[0][0]) == 4


def test_a_region_that_comes_back_is_looked_at_with_its_newest_result(hand, put_analysis):
    workspace, document = hand.app.workspace, hand.app.document
    data_set = workspace.data_set
    whole = put_analysis(data_set)
    region = hand.draw_rectangle((200, 200), (2800, 2800)).key
    assert workspace.finding is None
    put_analysis(data_set, region)
    newest = put_analysis(data_set, region)
    document.undo()
    assert (workspace.region, workspace.finding) == (None, whole)
    document.redo()
    assert (workspace.region, workspace.finding) == (region, newest)
    hand.key(Qt.Key.Key_Escape)
    hand.draw_rectangle((300, 300), (900, 900))
    workspace.look_at_newest(document.project, data_set, region)
    keys = [one.key for one in hand.regions]
    hand.feature.controller.remove(keys)
    assert (workspace.region, workspace.finding) == (None, whole)
    document.undo()
    assert (workspace.region, workspace.finding) == (region, newest), "the one that was at hand"


def test_delete_removes_the_marked_vertex_then_the_region(hand):
    hand.draw_polygon((500, 500), (1500, 500), (1500, 1500), (500, 1500))
    hand.click(1500, 1500)
    hand.key(Qt.Key.Key_Delete)
    assert len(hand.current.roi.polygons[0][0]) == 4
    hand.key(Qt.Key.Key_Delete)
    assert hand.regions == ()
    assert hand.app.workspace.region is None
    hand.undo()
    assert len(hand.regions) == 1


def test_a_polygon_is_scaled_and_turned_by_its_box(hand, qtbot):
    region = hand.draw_polygon((500, 500), (1500, 500), (1000, 1500))
    qtbot.mouseDClick(hand.canvas.viewport(), LEFT, NONE, hand.at(1000, 800))
    hand.drag((1500, 1000), (1700, 1000), (2500, 1000))
    assert hand.current.roi.area_nm2 == pytest.approx(2 * region.roi.area_nm2, rel=0.02)
    wide = hand.current.roi
    grip = turning_place(wide, hand.canvas.nm_per_pixel())
    x, y = frame(wide).center_nm
    hand.drag(grip, (x + 300, y - 300), (x + 500, y))
    assert hand.current.roi.area_nm2 == pytest.approx(wide.area_nm2)
    assert_near(frame(hand.current.roi).size_nm, frame(wide).size_nm[::-1], 40)


def test_arrow_keys_shift_by_ten_and_by_a_hundred(hand):
    x, y = hand.draw_rectangle().roi.box.center_nm
    for _ in range(3):
        hand.key(Qt.Key.Key_Right)
    hand.key(Qt.Key.Key_Up, SHIFT)
    assert hand.current.roi.box.center_nm == pytest.approx((x + 30, y - 100))
    hand.undo()
    assert hand.current.roi.box.center_nm == pytest.approx((x, y))


def test_a_press_chooses_the_smallest_region_there(hand):
    outer = hand.draw_rectangle((300, 300), (2700, 2700))
    hand.key(Qt.Key.Key_Escape)
    inner = hand.draw_rectangle((1000, 1000), (1500, 1500))
    hand.click(2000, 2000)
    assert hand.current.key == outer.key
    hand.click(1200, 1200)
    assert hand.current.key == inner.key
    assert [one.roi.name for one in hand.regions] == ["region 1", "region 2"]


def test_without_a_tool_only_outlines_are_clicked(hand):
    region = hand.draw_rectangle((1000, 1000), (2000, 2000))
    hand.key(Qt.Key.Key_Escape)
    hand.feature.controller.look_at(None)
    hand.click(1500, 1500)
    assert hand.current is None
    hand.click(1500, 1000)
    assert hand.current.key == region.key


def test_duplicate_copies_beside(hand):
    region = hand.draw_rectangle()
    hand.key(Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    copy = hand.current
    assert copy.roi.name == "region 2"
    assert copy.roi.area_nm2 == pytest.approx(region.roi.area_nm2)
    assert copy.roi.box.center_nm != region.roi.box.center_nm


def test_exact_numbers_are_taken(hand, qtbot):
    region = hand.draw_rectangle()
    details = hand.feature.list.details
    for name, value in (("x", 1234.5), ("width", 800.0), ("angle", 45.0)):
        field = details.findChild(QDoubleSpinBox, f"region {name}")
        field.setFocus()
        field.selectAll()
        qtbot.keyClicks(field, f"{value:g}")
        qtbot.keyClick(field, Qt.Key.Key_Return)
    box = hand.current.roi.box
    assert (box.center_nm[0], box.size_nm[0], box.angle_deg) == (1234.5, 800.0, 45.0)
    # what was not typed keeps all of its digits
    assert box.center_nm[1] == region.roi.box.center_nm[1]
    assert box.size_nm[1] == region.roi.box.size_nm[1]
    hand.undo()
    assert hand.current.roi.box.angle_deg == 0


def test_tags_are_set_for_all_selected_regions(hand, qtbot):
    first, second = hand.draw_rectangle(), hand.draw_rectangle((1700, 1700), (2200, 2200))
    hand.feature.list.select([first.key, second.key])
    edit = hand.feature.list.details.findChild(QLineEdit, "region condition")
    qtbot.keyClicks(edit, "resting")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert [one.roi.tags for one in hand.regions] == [{"condition": "resting"}] * 2
    key = hand.app.workspace.data_set
    assert hand.app.document.project.request(key, first.key).all_tags == {"condition": "resting"}
    hand.undo()
    assert [one.roi.tags for one in hand.regions] == [{}, {}]


def test_a_region_is_renamed_in_the_list_and_names_stay_unique(hand, qtbot):
    hand.draw_rectangle()
    hand.draw_rectangle((1700, 1700), (2200, 2200))
    table = hand.feature.list.table
    for text, names in (("cell 7", ["region 1", "cell 7"]), ("region 1", ["region 1", "cell 7"])):
        qtbot.keyClick(hand.canvas, Qt.Key.Key_F2)
        editor = table.viewport().findChild(QLineEdit)
        editor.selectAll()
        qtbot.keyClicks(editor, text)
        qtbot.keyClick(editor, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: table.viewport().findChild(QLineEdit) is None, timeout=30_000)
        assert [one.roi.name for one in hand.regions] == names
    assert hand.app.activity.messages[-1].title == "The name is taken"


def test_a_click_in_the_list_makes_a_region_the_one_at_hand(hand, qtbot):
    first, second = hand.draw_rectangle(), hand.draw_rectangle((1700, 1700), (2200, 2200))
    table = hand.feature.list.table
    for row, key in ((1, first.key), (2, second.key), (0, None)):
        place = table.visualRect(table.model().index(row, 0)).center()
        qtbot.mouseClick(table.viewport(), LEFT, NONE, QPoint(place))
        assert hand.app.workspace.region == key
        assert hand.feature.list.selected == ([] if key is None else [key])


def test_regions_are_moved_in_the_list_and_several_deleted(hand, qtbot):
    keys = [hand.draw_rectangle((300 * n, 300), (300 * n + 250, 700)).key for n in range(1, 4)]
    table = hand.feature.list.table
    table.setFocus()
    hand.feature.list.select(keys[2:])
    qtbot.keyClick(table, Qt.Key.Key_Up, ALT)
    assert [one.key for one in hand.regions] == [keys[0], keys[2], keys[1]]
    hand.feature.list.select([keys[0], keys[2]])
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    assert [one.key for one in hand.regions] == [keys[1]]
    hand.undo()
    assert len(hand.regions) == 3


def test_rows_that_are_dragged_reorder_the_regions(hand):
    keys = [hand.draw_rectangle((300 * n, 300), (300 * n + 250, 700)).key for n in range(1, 4)]
    rows = hand.feature.list.table.model()
    dragged = rows.mimeData([rows.index(rows.place(keys[2]), 0)])
    rows.dropMimeData(dragged, Qt.DropAction.MoveAction, 1, 0, rows.index(-1, -1))
    assert [one.key for one in hand.regions] == [keys[2], keys[0], keys[1]]


def test_regions_are_copied_to_another_data_set_under_free_names(hand, put_data, blobs):
    first = hand.draw_rectangle()
    one = hand.app.workspace.data_set
    other = put_data(blobs(1), path="/data/other.csv")
    hand.draw_rectangle((100, 100), (900, 800))
    hand.app.workspace.look_at(one, first.key)
    hand.feature.controller.copy_to([first.key], [other])
    copies = hand.app.document.project.data_set(other).regions
    assert [region.roi.name for region in copies] == ["region 1", "region 2"]
    assert copies[1].roi.bounds_nm == first.roi.bounds_nm
    assert copies[1].key != first.key


def loaded(hand, qtbot, work):
    """Wait for a file, and return the regions that it added."""
    before = {one.key for one in hand.regions}
    with qtbot.waitSignal(work.succeeded, timeout=30_000):
        pass
    return [one.roi for one in hand.regions if one.key not in before]


def test_regions_go_through_files_and_are_cut_into_tiles(hand, qtbot, tmp_path):
    hand.draw_rectangle()
    hand.key(Qt.Key.Key_E)
    hand.drag((1600, 1600), (2500, 2300))
    hand.draw_polygon((300, 300), (2700, 400), (1500, 1500))
    control = hand.feature.controller
    control.set_tag([hand.regions[0].key], "condition", "stimulated")
    saved = [one.roi for one in hand.regions]
    path = tmp_path / "regions.geojson"
    assert control.save(str(path), [one.key for one in hand.regions])
    control.remove([one.key for one in hand.regions])
    found = loaded(hand, qtbot, control.load(str(path)))
    assert [one.as_feature() for one in found] == [one.as_feature() for one in saved]
    assert hand.app.document.undo_label == "load regions.geojson: 3 regions"

    vertices = np.array([(2, 3), (14, 3), (14, 12), (5, 15)])
    drawn = tmp_path / "fiji.roi"
    drawn.write_bytes(ImagejRoi.frompoints(vertices, name="cell 4").tobytes())
    hand.feature.load_from(str(drawn))
    dialog = hand.app.window.findChild(QDialog, "pixel size")
    field = dialog.findChild(QDoubleSpinBox, "pixel size nm")
    field.selectAll()
    qtbot.keyClicks(field, "160")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(hand.regions) == 4, timeout=30_000)
    (wanted,) = read_rois(drawn, pixel_size_nm=160)
    assert hand.current.roi.name == "cell 4"
    np.testing.assert_array_equal(hand.current.roi.polygons[0][0], wanted.polygons[0][0])

    cell = Roi.rectangle((1500, 1500), (2100, 1600), name="cell")
    key = control.add(cell)
    tiles = loaded(hand, qtbot, control.make_tiles(500, 0.0, 1.0))
    wanted = square_tiles(cell, side_nm=500)
    assert [one.as_feature() for one in tiles] == [one.as_feature() for one in wanted]
    assert hand.app.workspace.region == key
    assert loaded(hand, qtbot, control.make_tiles(5000, 0.0, 1.0)) == []
    assert hand.app.activity.messages[-1].title == "The region is too small for tiles"


def test_a_count_follows_the_drag_and_the_filters(hand, qtbot, blobs):
    hand.draw_rectangle()
    counts = hand.feature.counts
    hand.press(1000, 900)
    hand.move(1300, 1000)
    hand.move(1600, 1500)
    loaded = hand.app.workspace.current
    for locs in (loaded.localizations, blobs(5)):
        if locs is not loaded.localizations:
            field = replace(loaded.field, localizations=locs)
            hand.app.workspace.put_loaded(hand.app.workspace.data_set, replace(loaded, field=field))
        n = int(hand.current.roi.contains(locs.xy).sum())
        qtbot.waitUntil(lambda n=n: counts.n_inside(hand.current) == n, timeout=30_000)
        qtbot.waitUntil(lambda: not counts.is_counting, timeout=30_000)
    hand.release(1600, 1500)


def test_a_region_is_looked_at_with_its_newest_result(hand, put_analysis):
    key = hand.app.workspace.data_set
    region = hand.draw_rectangle((200, 200), (2800, 2800)).key
    finding = put_analysis(key, region)
    hand.feature.controller.look_at(None)
    assert hand.app.workspace.finding is None
    hand.feature.controller.look_at(region)
    assert hand.app.workspace.finding == finding
    hand.feature.controller.remove([region])
    assert (hand.app.workspace.data_set, hand.app.workspace.region) == (key, None)


def test_outlines_are_seen_where_the_regions_are(hand, qtbot):
    hand.draw_rectangle((500, 500), (1500, 1500))
    hand.key(Qt.Key.Key_Escape)

    def is_blue(x, y):
        picture = hand.canvas.viewport().grab().toImage()
        at = hand.at(x, y)
        ratio = picture.devicePixelRatio()
        near = [
            picture.pixelColor(round((at.x() + dx) * ratio), round((at.y() + dy) * ratio))
            for dx in (-2, -1, 0, 1, 2)
            for dy in (-2, -1, 0, 1, 2)
        ]
        return any(c.blue() > 200 and c.red() < 120 and c.green() > 140 for c in near)

    assert is_blue(500, 1000)
    assert is_blue(1000, 1500)
    assert not is_blue(2500, 1000)
    hand.app.display.set(show_regions=False)
    assert not is_blue(500, 1000)


def test_a_click_on_the_tool_bar_takes_a_tool_and_puts_it_away(hand, qtbot):
    bar = hand.feature.tool_bar
    button = bar.widgetForAction(hand.app.window.findChild(QAction, "tool ellipse"))
    qtbot.mouseClick(button, LEFT)
    assert hand.canvas.tool is hand.feature.drawing_tools["ellipse"]
    assert "circle" in bar.findChild(QLabel, "tool hint").text()
    qtbot.mouseClick(button, LEFT)
    assert hand.canvas.tool is None


def test_a_file_that_cannot_be_written_is_told(hand, tmp_path):
    hand.draw_rectangle()
    keys = [one.key for one in hand.regions]
    assert not hand.feature.controller.save(str(tmp_path / "no" / "such" / "a.geojson"), keys)
    assert hand.app.activity.messages[-1].level == "error"
