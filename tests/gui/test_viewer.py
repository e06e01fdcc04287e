import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from stormgraph_gui.views.canvas import Canvas


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


def drag(qtbot, canvas, start, end, button=Qt.MouseButton.LeftButton):
    """Drag with the mouse in steps."""
    view = canvas.viewport()
    qtbot.mousePress(view, button, pos=start)
    for share in (0.3, 0.6, 1.0):
        qtbot.mouseMove(view, start + (end - start) * share)
    qtbot.mouseRelease(view, button, pos=end)


def test_y_runs_downwards_as_in_reports(canvas):
    (left, top), (right, bottom) = canvas.to_nm(QPoint(0, 0)), canvas.to_nm(QPoint(400, 300))
    assert right > left
    assert bottom > top


def test_a_drag_moves_what_is_under_the_mouse(qtbot, canvas):
    start, end = QPoint(100, 100), QPoint(220, 160)
    held = canvas.to_nm(start)
    drag(qtbot, canvas, start, end)
    np.testing.assert_allclose(canvas.to_nm(end), held, atol=1e-6)


def test_a_click_is_told_with_its_position(qtbot, canvas):
    said = []
    canvas.clicked.connect(lambda x, y, keys: said.append((x, y, keys)))
    at, keys = QPoint(120, 80), Qt.KeyboardModifier.ControlModifier
    qtbot.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, keys, at)
    drag(qtbot, canvas, QPoint(10, 10), QPoint(90, 90))
    assert len(said) == 1
    assert said[0][2] == keys
    assert canvas.nm_per_pixel() > 0
