import threading
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel

from stormgraph_gui.features import display, viewer
from stormgraph_gui.jobs.worker import Worker
from stormgraph_gui.models import scene
from stormgraph_gui.models.activity import Activity
from stormgraph_gui.models.coloring import color_field
from stormgraph_gui.models.density import Plane
from stormgraph_gui.models.display import COLOR_BY, Display
from stormgraph_gui.models.document import Document
from stormgraph_gui.models.workspace import Workspace
from stormgraph_gui.views.canvas import Canvas
from stormgraph_gui.views.main_window import MainWindow
from stormgraph_gui.views.picture_file import as_png, paint_map
from stormgraph_gui.views.scale_bar import length_text, nice_length
from stormgraph_gui.views.zoom_tool import ZoomTool
from stormgraph_py import Localizations

pytestmark = pytest.mark.features("viewer", "display")


@pytest.fixture
def canvas(qtbot):
    """An empty canvas on the screen."""
    made = Canvas()
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    qtbot.waitExposed(made)
    made.show_box(0, 0, 4000, 3000)
    return made


class ViewerApp(QObject):
    """The app with no other features than those under test, which is there at once."""

    def __init__(self):
        super().__init__()
        self.document, self.workspace = Document(self), Workspace(self)
        self.display, self.activity = Display(self), Activity(self)
        self.reader = Worker("test reader", self)
        self.provided = {}
        self.window = MainWindow()
        viewer.install(self)
        display.install(self)


@pytest.fixture
def app(qtbot):
    """Takes the place of the whole app for `put_data` and `put_analysis`."""
    made = ViewerApp()
    made.window.resize(720, 560)
    made.window.show()
    qtbot.waitExposed(made.window)
    yield made
    made.reader.close()
    made.provided["scene"].shut_down()
    made.window.allow_close()
    made.window.deleteLater()
    delete_now()


@pytest.fixture
def shown(app):
    """The canvas with data."""
    return app.provided["viewer"]


def delete_now():
    """Let Qt delete what was told to go."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def drag(qtbot, canvas, start, end, button=Qt.MouseButton.LeftButton):
    """Drag with the mouse in steps."""
    view = canvas.viewport()
    qtbot.mousePress(view, button, pos=start)
    for share in (0.3, 0.6, 1.0):
        qtbot.mouseMove(view, start + (end - start) * share)
    qtbot.mouseRelease(view, button, pos=end)


def pictured(app, qtbot):
    """The picture that is shown once the view rests."""
    layer = next(one for one in app.provided["viewer"].children() if hasattr(one, "drawn"))
    with qtbot.waitSignal(layer.drawn, timeout=30_000) as said:
        layer.draw()
    return said.args[0]


def click(qtbot, canvas, point, keys=Qt.KeyboardModifier.NoModifier):
    """Click on a place given in nm."""
    at = canvas.to_widget(*point)
    qtbot.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, keys, at)


def save(app):
    """Choose to save the map."""
    next(a for a in app.window.menu("View").actions() if "of the map" in a.text()).trigger()


def watched(function, results):
    """The function, which also notes what it returns."""

    def call(*args):
        results.append(function(*args))
        return results[-1]

    return call


class Recorder:
    """A tool that takes everything and remembers it."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self):
        self.said = []

    def press(self, x_nm, y_nm, button, modifiers):
        self.said.append(("press", x_nm, y_nm))
        return True

    def move(self, x_nm, y_nm, buttons, modifiers):
        self.said.append(("move", x_nm, y_nm))
        return True

    def release(self, x_nm, y_nm, button, modifiers):
        self.said.append(("release", x_nm, y_nm))
        return True

    def double_click(self, x_nm, y_nm):
        self.said.append(("double click", x_nm, y_nm))
        return True

    def key(self, key, modifiers):
        return key == Qt.Key.Key_A

    def leave(self):
        self.said.append(("leave",))


def test_y_runs_downwards_as_in_reports(canvas):
    (left, top), (right, bottom) = canvas.to_nm(QPoint(0, 0)), canvas.to_nm(QPoint(400, 300))
    assert right > left
    assert bottom > top


def test_a_drag_moves_what_is_under_the_mouse(qtbot, canvas):
    start, end = QPoint(100, 100), QPoint(220, 160)
    held = canvas.to_nm(start)
    drag(qtbot, canvas, start, end)
    np.testing.assert_allclose(canvas.to_nm(end), held, atol=1e-6)


def test_the_wheel_zooms_at_the_mouse(canvas):
    at, before = QPoint(90, 210), canvas.nm_per_pixel()
    held = canvas.to_nm(at)
    canvas.zoom(2.0, at.toPointF())
    assert canvas.nm_per_pixel() == pytest.approx(before / 2)
    np.testing.assert_allclose(canvas.to_nm(at), held, atol=1e-6)


def test_a_click_is_told_and_a_drag_is_none(qtbot, canvas):
    said = []
    canvas.clicked.connect(lambda x, y, keys: said.append((x, y, keys)))
    at, keys = QPoint(120, 80), Qt.KeyboardModifier.ControlModifier
    where = canvas.to_nm(at)
    qtbot.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, keys, at)
    drag(qtbot, canvas, QPoint(10, 10), QPoint(90, 90))
    assert [one[2] for one in said] == [keys]
    np.testing.assert_allclose(said[0][:2], where)


def test_a_tool_comes_before_the_canvas(qtbot, canvas):
    tool, clicks = Recorder(), []
    canvas.clicked.connect(lambda *_: clicks.append(1))
    canvas.set_tool(tool)
    start, end, before = QPoint(50, 60), QPoint(150, 160), canvas.view_box()
    drag(qtbot, canvas, start, end)
    assert [one[0] for one in tool.said if one[0] != "move"] == ["press", "release"]
    np.testing.assert_allclose(tool.said[0][1:], canvas.to_nm(start))
    np.testing.assert_allclose(tool.said[-1][1:], canvas.to_nm(end))
    assert not clicks
    assert canvas.view_box() == before
    drag(qtbot, canvas, start, end, Qt.MouseButton.MiddleButton)
    assert canvas.view_box() != before
    qtbot.keyClick(canvas, Qt.Key.Key_A)
    assert canvas.tool is tool
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.tool is None
    assert tool.said[-1] == ("leave",)


def test_the_zoom_tool_shows_the_rectangle_and_is_put_away(qtbot, canvas):
    canvas.set_tool(ZoomTool(canvas))
    start, end = QPoint(100, 100), QPoint(200, 175)
    (x0, y0), (x1, y1) = canvas.to_nm(start), canvas.to_nm(end)
    drag(qtbot, canvas, start, end)
    box = canvas.view_box()
    assert canvas.tool is None
    assert box.left < x0 < x1 < box.right
    assert box.low < y0 < y1 < box.high
    assert box.width < 1.1 * (x1 - x0)


@pytest.mark.parametrize(("longest", "expected"), [(1.0, 1.0), (999.0, 500.0), (2100.0, 2000.0)])
def test_lengths_of_scale_bars_are_round(longest, expected):
    assert nice_length(longest) == expected
    assert length_text(1500) == "1.5 µm"


def test_the_map_shows_all_localizations_of_the_file(app, qtbot, shown, blobs, put_data):
    locs = blobs()
    put_data(locs)
    picture = pictured(app, qtbot)
    assert picture.n_drawn == len(locs)
    box = shown.view_box()
    low, high = locs.xy.min(axis=0), locs.xy.max(axis=0)
    assert box.left < low[0] < high[0] < box.right
    assert box.low < low[1] < high[1] < box.high


def test_large_data_are_arranged_and_look_the_same(app, qtbot, shown, blobs, put_data, monkeypatch):
    monkeypatch.setattr(scene, "ARRANGE_ABOVE", 100)
    arranged = []
    monkeypatch.setattr(Plane, "arranged", watched(Plane.arranged, arranged))
    put_data(blobs())
    before = pictured(app, qtbot)
    qtbot.waitUntil(
        lambda: bool(arranged) and app.provided["scene"].field.plane is arranged[0], timeout=30_000
    )
    after = pictured(app, qtbot)
    assert after.n_drawn == before.n_drawn
    # of two points over each other another one may lie above
    assert (after.pixels != before.pixels).any(axis=2).mean() < 0.01


def test_large_data_are_coloured_in_a_thread_and_look_the_same(
    app, qtbot, shown, blobs, put_data, monkeypatch
):
    put_data(blobs())
    pictured(app, qtbot)
    app.display.set(color_by="photons")
    expected = pictured(app, qtbot).pixels.copy()
    app.display.set(color_by="density")
    pictured(app, qtbot)
    threads = []

    def watched_colors(*arguments):
        threads.append(threading.current_thread())
        return color_field(*arguments)

    monkeypatch.setattr(scene, "COLOR_ASIDE_ABOVE", 100)
    monkeypatch.setattr(scene, "color_field", watched_colors)
    app.display.set(color_by="frame")
    app.display.set(color_by="photons")
    shows = app.provided["scene"]
    qtbot.waitUntil(lambda: shows.sheets[0].coloring.legend.title == "Photons", timeout=30_000)
    np.testing.assert_array_equal(pictured(app, qtbot).pixels, expected)
    assert threads
    assert threading.main_thread() not in threads


def test_a_picture_is_painted_and_written_in_threads(
    app, qtbot, shown, blobs, put_data, tmp_path, choose_file, monkeypatch
):
    put_data(blobs())
    pictured(app, qtbot)
    threads = []

    def watched_png(image):
        threads.append(threading.current_thread())
        return as_png(image)

    monkeypatch.setattr("stormgraph_gui.features.viewer.as_png", watched_png)
    path = tmp_path / "map.png"
    save(app)
    choose_file(path)
    # what is seen when the file is written is what it shows
    shown.zoom(2.0)
    qtbot.waitUntil(lambda: bool(app.activity.messages), timeout=30_000)
    assert threads
    assert threading.main_thread() not in threads
    layer = next(one for one in shown.children() if hasattr(one, "drawn"))
    now = paint_map(shown, layer, layer.picture(2))
    assert QImage(str(path)).convertToFormat(now.format()) == now


def test_nothing_is_drawn_while_the_map_is_hidden(app, qtbot, shown, blobs, put_data):
    other = QLabel("another page")
    app.window.add_page("other", "Other", other)
    app.window.show_page("other")
    layer = next(one for one in shown.children() if hasattr(one, "drawn"))
    drawn = []
    layer.drawn.connect(drawn.append)
    put_data(blobs())
    app.window.show_page("viewer")
    qtbot.waitUntil(lambda: bool(drawn), timeout=30_000)
    assert len(drawn) == 1
    assert drawn[0].n_drawn == len(app.workspace.current.localizations)


def test_fit_comes_back_to_all_of_it(app, qtbot, shown, blobs, put_data):
    put_data(blobs())
    whole = shown.view_box()
    shown.show_box(100, 100, 200, 200)
    action = next(a for a in app.window.menu("View").actions() if "Fit" in a.text())
    action.trigger()
    assert shown.view_box() == whole


def test_a_click_selects_the_cluster_under_the_mouse(
    app, qtbot, shown, blobs, put_data, put_analysis
):
    put_analysis(put_data(blobs()))
    labels = app.workspace.analysis.result.labels
    xy = app.workspace.analysis.localizations.xy
    first, second = (xy[labels == cluster].mean(axis=0) for cluster in (0, 1))
    click(qtbot, shown, first)
    assert app.workspace.clusters == {0}
    click(qtbot, shown, second, Qt.KeyboardModifier.ControlModifier)
    assert app.workspace.clusters == {0, 1}
    click(qtbot, shown, first, Qt.KeyboardModifier.ShiftModifier)
    assert app.workspace.clusters == {1}
    click(qtbot, shown, (-50.0, -50.0))
    assert app.workspace.clusters == set()


def test_a_double_click_shows_the_cluster_from_close_by(
    app, qtbot, shown, blobs, put_data, put_analysis
):
    put_analysis(put_data(blobs()))
    labels = app.workspace.analysis.result.labels
    members = app.workspace.analysis.localizations.xy[labels == 0]
    before = shown.nm_per_pixel()
    at = shown.to_widget(*members.mean(axis=0))
    qtbot.mouseDClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=at)
    box = shown.view_box()
    assert shown.nm_per_pixel() < before / 2
    assert box.left < members[:, 0].min() < members[:, 0].max() < box.right
    assert box.low < members[:, 1].min() < members[:, 1].max() < box.high


def test_outlines_are_those_of_the_package(app, qtbot, shown, blobs, put_data, put_analysis):
    from stormgraph_gui.views.canvas_items import OutlinesItem
    from stormgraph_py.clusters import outlines

    put_analysis(put_data(blobs()))
    analysis = app.workspace.analysis
    item = next(one for one in shown.items() if isinstance(one, OutlinesItem))
    qtbot.waitUntil(lambda: item.boundingRect().width() > 0, timeout=30_000)
    lines = outlines(analysis.localizations.xy, analysis.result.labels)
    points = np.concatenate([line for rings in lines.values() for line in rings])
    rect = item.boundingRect()
    np.testing.assert_allclose(
        [rect.left(), rect.top(), rect.right(), rect.bottom()],
        [*points.min(axis=0), *points.max(axis=0)],
    )
    assert item.isVisible()
    app.display.set(show_outlines=False)
    assert not item.isVisible()


def test_the_readout_counts_within_its_radius(app, qtbot, shown, blobs, put_data):
    locs = blobs()
    put_data(locs)
    readout = app.window.findChild(QLabel, "readout")
    at = shown.to_widget(*locs.xy[0])
    qtbot.mouseMove(shown.viewport(), at + QPoint(5, 5))
    qtbot.mouseMove(shown.viewport(), at)
    qtbot.waitUntil(lambda: "localization" in readout.text(), timeout=30_000)
    x, y = shown.to_nm(at)
    n = int((np.hypot(*(locs.xy - (x, y)).T) <= readout.radius_nm).sum())
    assert f"{n} localization" in readout.text()
    assert f"x {x:,.0f} nm, y {y:,.0f} nm" in readout.text()


def test_the_panel_offers_what_the_data_have(app, qtbot, shown, blobs, put_data, put_analysis):
    choice = app.window.findChild(QComboBox, "colour by")

    def offered():
        return [choice.itemData(i) for i in range(choice.count())]

    data_set = put_data(blobs())
    assert offered() == ["density", "frame", "precision", "photons"]
    put_analysis(data_set)
    assert offered() == ["density", "frame", "precision", "photons", "cluster", "level"]
    assert choice.currentData() == "cluster"
    choice.setCurrentIndex(offered().index("frame"))
    choice.activated.emit(choice.currentIndex())
    assert app.display.state.result_color_by == "frame"
    app.workspace.look_at(data_set)
    assert choice.currentData() == "density"


def test_every_colouring_draws_a_picture(app, qtbot, shown, blobs, put_data, put_analysis):
    locs = blobs(dimensions=3)
    put_data(Localizations(locs.table.assign(channel=np.arange(len(locs)) % 2 + 1)))
    put_analysis(app.workspace.data_set)
    for by in COLOR_BY:
        app.display.set(result_color_by=by)
        picture = pictured(app, qtbot)
        assert picture.pixels[..., 3].any()
        assert picture.legend.title


def test_a_channel_is_hidden_by_its_box(app, qtbot, shown, blobs, put_data):
    table = blobs().table
    channel = np.where(np.arange(len(table)) % 3 == 0, 1, 2)
    put_data(Localizations(table.assign(channel=channel)))
    app.window.show_dock("display")
    box = app.window.findChild(QCheckBox, "channel 1")
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert app.display.state.hidden_channels == {1}
    assert pictured(app, qtbot).n_drawn == (channel == 2).sum()


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_the_view_is_saved_with_its_scale_bar(
    app, qtbot, shown, blobs, put_data, tmp_path, choose_file, suffix
):
    put_data(blobs())
    path = tmp_path / f"map{suffix}"
    save(app)
    choose_file(path)
    qtbot.waitUntil(lambda: bool(app.activity.messages), timeout=30_000)
    size = shown.viewport().size()
    if suffix == ".png":
        image = QImage(str(path))
        assert (image.width(), image.height()) == (2 * size.width(), 2 * size.height())
        assert image.dotsPerMeterX() == round(300 / 0.0254)
        # the bar lies in the lower right corner, white on the dark background
        corner = image.copy(image.width() - 100, image.height() - 46, 60, 20)
        bright = [corner.pixelColor(x, y).lightness() for x in range(60) for y in range(20)]
        assert max(bright) > 240
    else:
        assert "<svg" in Path(path).read_text(encoding="utf-8")
        assert QSvgRenderer(str(path)).isValid()


def test_a_picture_that_cannot_be_saved_is_told(
    app, qtbot, shown, blobs, put_data, tmp_path, choose_file
):
    put_data(blobs())
    path = tmp_path / "no such folder" / "map.png"
    save(app)
    choose_file(path)
    qtbot.waitUntil(lambda: bool(app.activity.messages), timeout=30_000)
    assert [one.level for one in app.activity.messages] == ["error"]
