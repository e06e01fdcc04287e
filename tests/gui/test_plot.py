import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette

from stormgraph_gui.views.plot import Plot
from stormgraph_gui.views.plot_style import ACCENT, DATA, RANDOM, plot_color


@pytest.fixture
def plot(qtbot):
    made = Plot("Degrees", "degree", "share", log_x=True)
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    qtbot.waitExposed(made)
    return made


def pixel(plot, x, y):
    """Where a value of the diagram lies in its viewport."""
    view = plot.graph.getPlotItem().vb
    return plot.graph.mapFromScene(view.mapViewToScene(QPointF(plot.to_axis(x), y)))


def test_a_dragged_line_tells_the_value_under_the_mouse(plot, qtbot):
    plot.add_histogram(np.geomspace(1, 1000, 31), np.ones(30), "data", DATA)
    line = plot.add_line(10.0, "threshold", movable=True)
    line.set_bounds(2, 500)
    moved, released = [], []
    line.moved.connect(moved.append)
    line.released.connect(released.append)
    start, end = pixel(plot, 10, 0.5), pixel(plot, 100, 0.5)
    viewport = plot.graph.viewport()
    qtbot.mouseMove(viewport, start)
    qtbot.wait(30)
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    for share in (0.3, 0.6, 1.0):
        qtbot.wait(30)  # moves that follow each other faster are left out
        qtbot.mouseMove(viewport, start + (end - start) * share)
    qtbot.wait(30)
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=end)
    assert len(moved) >= 2
    assert released == [line.x]
    assert np.log10(line.x) == pytest.approx(2, abs=0.03)


def test_lines_that_are_moved_by_the_program_say_nothing(plot):
    line = plot.add_line(10.0, "threshold", movable=True)
    moved = []
    line.moved.connect(moved.append)
    line.move_to(50.0)
    assert line.x == pytest.approx(50)
    assert not moved


def test_the_numbers_that_are_copied_are_those_that_are_drawn(plot):
    edges, shares = np.array([1.0, 10.0, 100.0]), np.array([0.25, 0.75])
    plot.add_histogram(edges, shares, "data", DATA)
    plot.add_curve(np.array([2.0, 3.0, 4.0]), np.array([0.1, 0.2, 0.3]), "fit", RANDOM)
    plot.add_line(7.5, "threshold")
    plot.copy_data()
    header, *rows = QGuiApplication.clipboard().text().rstrip("\n").split("\n")
    cells = [row.split("\t") for row in rows]
    assert header.split("\t")[0] == "data: degree from"
    assert [float(row[0]) for row in cells[:2]] == [1, 10]
    assert [float(row[2]) for row in cells[:2]] == [0.25, 0.75]
    assert [float(row[4]) for row in cells] == [0.1, 0.2, 0.3]
    assert cells[2][:3] == ["", "", ""]
    assert float(cells[0][5]) == 7.5


def test_a_right_click_offers_copies(plot, qtbot):
    plot.add_curve(np.arange(1.0, 4), np.arange(3.0), "curve")
    menu = plot.copy_menu()
    assert [action.text() for action in menu.actions()] == ["Copy &picture", "Copy &numbers"]
    menu.actions()[0].trigger()
    image = QGuiApplication.clipboard().image()
    assert image.width() == 2 * plot.width()
    assert not image.isNull()


def test_colours_follow_the_palette(plot):
    plot.add_line(5.0, "mark", color=ACCENT)
    light = plot_color(ACCENT, plot.palette())
    dark = QPalette(plot.palette())
    dark.setColor(QPalette.ColorRole.Base, QColor("#202020"))
    plot.setPalette(dark)
    assert plot_color(ACCENT, plot.palette()) != light
    assert plot_color(ACCENT, dark).name() in plot.legend.text()


def test_clearing_leaves_nothing(plot):
    plot.add_curve(np.arange(1.0, 4), np.arange(3.0), "curve")
    plot.add_line(2.0, "mark")
    plot.clear()
    assert plot.data_text().strip() == ""
    assert plot.legend.text() == ""


def test_clicked_points_are_told_by_their_index(plot, qtbot):
    plot.add_points(np.array([2.0, 20.0, 200.0]), np.array([1.0, 2.0, 3.0]), "clusters")
    clicked = []
    plot.point_clicked.connect(lambda name, index: clicked.append((name, index)))
    at = pixel(plot, 20, 2.0)
    assert plot.graph.viewport().rect().contains(QPoint(at))
    qtbot.mouseMove(plot.graph.viewport(), at)
    qtbot.mouseClick(plot.graph.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert clicked == [("clusters", 1)]
