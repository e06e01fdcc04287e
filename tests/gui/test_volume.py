import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QPushButton, QToolButton

from stormgraph_gui.models.projection import project
from stormgraph_gui.models.volume import colored_points, volume_scene
from stormgraph_gui.views.range_slider import RangeSlider
from stormgraph_gui.views.volume_backend import why_no_opengl
from stormgraph_gui.views.volume_renderer import BACKGROUND

pytestmark = pytest.mark.features("viewer", "volume")


@pytest.fixture(autouse=True)
def only_this(monkeypatch):
    """Leave the other features out of the app, which take their time to be made."""
    monkeypatch.setattr("stormgraph_gui.app.FEATURES", ("volume",))


@pytest.fixture
def page(app, qtbot):
    """The page of the 3-D view, in front."""
    app.window.show_page("volume")
    view = app.provided["volume"].view
    qtbot.waitExposed(app.window)
    return view


@pytest.fixture
def in_space(app, page, blobs, put_data, put_analysis, qtbot):
    """The page with clusters in 3-D."""
    key = put_data(blobs(dimensions=3, n_blobs=6))
    put_analysis(key)
    qtbot.waitUntil(lambda: page.canvas.scene_shown is not None)
    qtbot.waitUntil(lambda: page.canvas.scene_shown.labels is not None)
    return page


def drag(qtbot, widget, start, end, button=Qt.MouseButton.LeftButton, modifier=None):
    modifier = modifier or Qt.KeyboardModifier.NoModifier
    qtbot.mousePress(widget, button, modifier, start)
    for share in (0.3, 0.6, 1.0):
        at = start + (end - start) * share
        send_move(widget, at, button, modifier)
    qtbot.mouseRelease(widget, button, modifier, end)


def send_move(widget, at, button, modifier):
    """A move with a button held, which qtbot.mouseMove does not hold."""
    from PySide6.QtCore import QEvent, QPointF
    from PySide6.QtGui import QMouseEvent
    from PySide6.QtWidgets import QApplication

    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(at), QPointF(widget.mapToGlobal(at)),
        Qt.MouseButton.NoButton, button, modifier,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def centre_of(canvas, cluster):
    """Pixel in the middle of a cluster."""
    scene = canvas.scene_shown
    middle = scene.xyz[scene.labels == cluster].mean(axis=0, keepdims=True)
    pixels, _ = project(middle, canvas.camera, canvas.width(), canvas.height())
    return QPoint(*np.round(pixels[0]).astype(int).tolist())


def pixels_of(image: QImage):
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    flat = np.asarray(image.constBits()).reshape(image.height(), image.width(), 4)
    return flat[..., [2, 1, 0]].copy()


def test_without_data_the_page_says_what_to_do(page):
    assert "z coordinates" in page.hint.text()
    assert page.stack.currentIndex() == 0


def test_flat_data_are_said_to_be_flat(page, blobs, put_data, qtbot):
    put_data(blobs())
    qtbot.waitUntil(lambda: "2-D" in page.hint.text())
    assert page.stack.currentIndex() == 0


def test_there_is_no_opengl_offscreen_and_the_software_draws(in_space):
    assert "offscreen" in why_no_opengl()
    assert in_space.canvas.renderer.name == "software"


def test_each_cluster_is_painted_where_it_is_in_its_colour(in_space):
    from stormgraph_gui.models.cluster_colors import cluster_colors

    canvas = in_space.canvas
    image = pixels_of(canvas.renderer.picture()).astype(float)
    for cluster in np.unique(canvas.scene_shown.labels[canvas.scene_shown.labels >= 0]):
        at = centre_of(canvas, cluster)
        part = image[at.y() - 8 : at.y() + 9, at.x() - 8 : at.x() + 9].reshape(-1, 3)
        inked = part[(part - BACKGROUND).max(axis=1) > 40]
        color = cluster_colors(np.array([cluster]))[0, :3].astype(float)
        # far points are darker, but of the same hue
        hues = inked / inked.max(axis=1, keepdims=True)
        near = np.abs(hues - color / color.max()).max(axis=1) < 0.05
        assert near.mean() > 0.4


def test_dragging_turns_and_other_drags_move(in_space, qtbot):
    canvas = in_space.canvas
    before = canvas.camera
    drag(qtbot, canvas, QPoint(200, 200), QPoint(300, 150))
    turned = canvas.camera
    assert turned.azimuth_deg == pytest.approx(before.azimuth_deg - 100 * 0.4)
    assert turned.elevation_deg == pytest.approx(before.elevation_deg - 50 * 0.4)
    assert turned.center_nm == before.center_nm
    for button, modifier in (
        (Qt.MouseButton.RightButton, None),
        (Qt.MouseButton.MiddleButton, None),
        (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier),
    ):
        start = canvas.camera
        drag(qtbot, canvas, QPoint(200, 200), QPoint(240, 230), button, modifier)
        moved = np.array(canvas.camera.center_nm) - start.center_nm
        nm = start.nm_per_pixel(canvas.width(), canvas.height())
        np.testing.assert_allclose(start.axes @ moved, [-40 * nm, 30 * nm, 0], atol=1e-6)
        assert canvas.camera.azimuth_deg == start.azimuth_deg


def test_the_wheel_and_the_keys_zoom_and_turn(in_space, qtbot):
    canvas = in_space.canvas
    before = canvas.camera.distance_nm
    qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.camera.distance_nm < before
    azimuth = canvas.camera.azimuth_deg
    qtbot.keyClick(canvas, Qt.Key.Key_Left)
    assert canvas.camera.azimuth_deg == pytest.approx(azimuth + 5)
    qtbot.keyClick(canvas, Qt.Key.Key_Home)
    assert canvas.camera.distance_nm == pytest.approx(before, rel=0.05)


def test_a_click_selects_the_cluster_below_it(app, in_space, qtbot):
    canvas = in_space.canvas
    canvas.look_along("z")
    for cluster in (0, 3):
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=centre_of(canvas, cluster))
        assert app.workspace.clusters == {cluster}
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, control, centre_of(canvas, 0))
    assert app.workspace.clusters == {0, 3}
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert app.workspace.clusters == frozenset()


def test_a_drag_selects_nothing(app, in_space, qtbot):
    canvas = in_space.canvas
    app.workspace.select_clusters({1})
    start = centre_of(canvas, 0)
    drag(qtbot, canvas, start, start + QPoint(60, 0))
    assert app.workspace.clusters == {1}


def test_selected_clusters_keep_their_colour_and_the_rest_is_dimmed(app, in_space, qtbot):
    canvas = in_space.canvas
    before = canvas.scene_shown
    app.workspace.select_clusters({2})
    qtbot.waitUntil(lambda: canvas.scene_shown is not before)
    after = canvas.scene_shown
    chosen = after.labels == 2
    np.testing.assert_array_equal(after.colors[chosen], before.colors[chosen])
    assert (after.colors[~chosen, :3].max(axis=1) < before.colors[~chosen, :3].max(axis=1)).all()


@pytest.mark.parametrize(("name", "angles"), [("XY", (-90, -90)), ("XZ", (-90, 0)), ("YZ", (0, 0))])
def test_buttons_look_along_the_axes(in_space, qtbot, name, angles):
    button = in_space.findChild(QToolButton, f"volume {name}")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    camera = in_space.canvas.camera
    assert (camera.azimuth_deg, camera.elevation_deg) == angles


def test_the_slab_leaves_out_what_is_above_and_below(app, in_space, qtbot):
    canvas = in_space.canvas
    slider = in_space.findChild(RangeSlider, "slab")
    start = QPoint(slider.handle_x("low"), slider.height() // 2)
    drag(qtbot, slider, start, start + QPoint(slider.width() // 3, 0))
    low, high = app.display.state.slab_nm
    z = app.workspace.analysis.localizations.xyz[:, 2]
    assert z.min() < low < high
    inside = (z >= low) & (z <= high)
    qtbot.waitUntil(lambda: len(canvas.scene_shown.xyz) == inside.sum())
    shown = canvas.scene_shown.xyz[:, 2] + canvas.scene_shown.origin_nm[2]
    np.testing.assert_allclose(np.sort(shown), np.sort(z[inside]), atol=0.01)
    box = in_space.findChild(QDoubleSpinBox, "slab low")
    qtbot.waitUntil(lambda: box.value() == pytest.approx(low, abs=1))
    qtbot.mouseClick(in_space.findChild(QPushButton, "slab all"), Qt.MouseButton.LeftButton)
    assert app.display.state.slab_nm is None
    qtbot.waitUntil(lambda: len(canvas.scene_shown.xyz) == len(z))


def test_colours_by_z_go_from_low_to_high_with_a_bar(app, in_space, qtbot):
    box = in_space.findChild(QComboBox, "volume colours")
    assert box.currentText() == "Cluster"
    box.setFocus()
    while box.currentText() != "z":
        qtbot.keyClick(box, Qt.Key.Key_Up)
    qtbot.waitUntil(lambda: in_space.canvas.scene_shown.all.color_bar is not None)
    scene = in_space.canvas.scene_shown
    order = np.argsort(scene.xyz[:, 2])
    light = scene.colors[order, :3].astype(float) @ (0.2126, 0.7152, 0.0722)
    assert (np.diff(light) >= -1.0).all()
    z = app.workspace.analysis.localizations.xyz[:, 2]
    assert z.min() <= scene.all.color_bar.low < scene.all.color_bar.high <= z.max()


def test_a_region_at_hand_is_what_is_shown(app, page, blobs, put_data, qtbot):
    from stormgraph_gui.models.project import Region
    from stormgraph_py.roi import Roi

    locs = blobs(dimensions=3)
    key = put_data(locs)
    roi = Roi.rectangle((1000, 1000), (1200, 900), name="part")
    project, name = app.document.project.new_key()
    app.document.edit("add part", project.with_region(key, Region(key=name, roi=roi)))
    app.workspace.look_at(key, name)
    qtbot.waitUntil(lambda: page.canvas.scene_shown is not None)
    qtbot.waitUntil(lambda: len(page.canvas.scene_shown.xyz) == roi.contains(locs.xy).sum())


def test_unclustered_and_hidden_channels_are_left_out(blobs):
    from stormgraph_py import Localizations

    rng = np.random.default_rng(0)
    locs = Localizations.from_arrays(rng.uniform(0, 100, (50, 3)), channel=np.arange(50) % 2)
    labels = np.arange(50) % 5 - 1
    points = colored_points(locs, labels, "channel")
    scene = volume_scene(points, show_unclustered=False, hidden_channels={1})
    assert len(scene.xyz) == ((labels >= 0) & (np.arange(50) % 2 == 0)).sum()
    assert len(points.xyz) == 50
    assert len(points.legend) == 2


def test_the_picture_is_written_as_seen(app, in_space, tmp_path):
    feature = app.provided["volume"]
    feature.write_picture(tmp_path / "view")
    saved = QImage(str(tmp_path / "view.png"))
    assert (saved.width(), saved.height()) == (in_space.canvas.width(), in_space.canvas.height())
    points = pixels_of(in_space.canvas.renderer.picture()).astype(int)
    written = pixels_of(saved).astype(int)
    same = (np.abs(points - written).max(axis=2) < 3).mean()
    assert same > 0.9
    assert (written - BACKGROUND).max() > 100
    assert app.activity.messages[-1].level == "info"


def test_a_picture_that_cannot_be_written_is_told(app, in_space, tmp_path):
    app.provided["volume"].write_picture(tmp_path / "nowhere" / "view.png")
    assert app.activity.messages[-1].level == "error"


def test_many_points_are_thinned_while_turning_and_all_come_back(app, page, put_data, qtbot):
    from stormgraph_py import Localizations

    rng = np.random.default_rng(0)
    put_data(Localizations.from_arrays(rng.uniform(0, 1000, (400_000, 3))))
    qtbot.waitUntil(lambda: page.canvas.scene_shown is not None)
    canvas = page.canvas
    qtbot.keyClick(canvas, Qt.Key.Key_Left)
    assert canvas._note(canvas.scene_shown) == "300,000 of 400,000 localizations"
    turning = (pixels_of(canvas.renderer.picture()) > 60).any(axis=2).sum()
    qtbot.waitUntil(lambda: canvas._note(canvas.scene_shown) == "400,000 localizations")
    still = (pixels_of(canvas.renderer.picture()) > 60).any(axis=2).sum()
    assert still > turning
