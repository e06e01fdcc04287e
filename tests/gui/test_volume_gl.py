"""The 3-D view with OpenGL: run with QT_QPA_PLATFORM=xcb under xvfb-run, `-m gl`."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from stormgraph_gui.models.projection import project
from stormgraph_gui.views.volume_backend import why_no_opengl
from stormgraph_gui.views.volume_renderer import BACKGROUND

pytestmark = pytest.mark.gl


def pixels_of(image):
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    flat = np.asarray(image.constBits()).reshape(image.height(), image.width(), 4)
    return flat[..., [2, 1, 0]].astype(int)


@pytest.fixture(autouse=True)
def only_this(monkeypatch):
    """Leave the other features out of the app, which take their time to be made."""
    monkeypatch.setattr("stormgraph_gui.app.FEATURES", ("volume",))


@pytest.fixture
def canvas(app, blobs, put_data, put_analysis, qtbot):
    """The canvas of the 3-D page with clusters."""
    assert why_no_opengl() == ""
    app.window.show_page("volume")
    qtbot.waitExposed(app.window)
    put_analysis(put_data(blobs(dimensions=3, n_blobs=6)))
    canvas = app.provided["volume"].view.canvas
    qtbot.waitUntil(
        lambda: canvas.scene_shown is not None and canvas.scene_shown.labels is not None
    )
    qtbot.waitUntil(lambda: canvas.renderer.name == "OpenGL")
    return canvas


def inked(canvas):
    return np.abs(pixels_of(canvas.renderer.picture()) - BACKGROUND).max(axis=2) > 20


def test_points_are_drawn_where_the_projection_says(canvas, qtbot):
    """The ticks and clicks of the page rest on the numpy projection; OpenGL must agree with it."""
    for axis in ("z", None):
        canvas.look_along(axis)
        canvas.set_point_size(5)
        qtbot.waitUntil(lambda: inked(canvas).sum() > 500)
        image = inked(canvas)
        scene = canvas.scene_shown
        pixels, _ = project(scene.xyz, canvas.camera, canvas.width(), canvas.height())
        ratio = canvas.devicePixelRatioF()
        column, row = np.round(pixels * ratio - 0.5).astype(int).T
        inside = (column >= 0) & (row >= 0) & (column < image.shape[1]) & (row < image.shape[0])
        assert inside.mean() > 0.99
        assert image[row[inside], column[inside]].mean() > 0.99
        # and not everywhere: of the rest of the picture little is covered but walls
        assert image.mean() < 0.2


def test_turning_changes_the_picture_and_the_keys_work(canvas, qtbot):
    before = inked(canvas)
    for _ in range(6):
        qtbot.keyClick(canvas, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: (inked(canvas) != before).mean() > 0.005)


def test_opengl_and_software_show_the_same(app, canvas, qtbot):
    canvas.look_along("y")
    qtbot.waitUntil(lambda: inked(canvas).sum() > 500)
    with_gl = inked(canvas)
    app.provided["volume"].view.use_opengl(False)
    assert canvas.renderer.name == "software"
    without = inked(canvas)
    assert with_gl.shape == without.shape
    # blocks of 8 pixels: round points here, square ones there
    height, width = (np.array(with_gl.shape) // 8) * 8

    def blocks(picture):
        cut = picture[:height, :width].reshape(height // 8, 8, width // 8, 8)
        return cut.mean(axis=(1, 3))

    assert np.corrcoef(blocks(with_gl).ravel(), blocks(without).ravel())[0, 1] > 0.9


def test_when_opengl_fails_the_software_takes_over(canvas, qtbot, monkeypatch):
    def fail():
        raise RuntimeError("the driver is gone")

    monkeypatch.setattr(canvas.renderer._points, "paint", fail)
    canvas.renderer.update()
    qtbot.waitUntil(lambda: canvas.renderer.name == "software")
    assert inked(canvas).sum() > 500


def test_the_saved_picture_holds_points_and_ticks(app, canvas, tmp_path, qtbot):
    qtbot.waitUntil(lambda: inked(canvas).sum() > 500)
    app.provided["volume"].write_picture(tmp_path / "view.png")
    saved = pixels_of(QImage(str(tmp_path / "view.png")))
    only_points = pixels_of(canvas.renderer.picture())
    assert saved.shape == only_points.shape
    different = np.abs(saved - only_points).max(axis=2) > 30
    assert 0.0005 < different.mean() < 0.1
