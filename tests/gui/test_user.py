"""One afternoon of a user, with real mouse and key events."""

import json

import numpy as np
import pandas as pd
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QFileDialog,
    QLabel,
    QSlider,
    QTableView,
    QWidget,
)

from stormgraph_gui.app import StormGraphApp
from stormgraph_gui.models.shown import shown_labels
from stormgraph_gui.views.filter_panel import FilterPanel
from stormgraph_gui.views.range_histogram import RangeHistogram
from stormgraph_py import cluster_localizations, read_localizations
from stormgraph_py.cli.demo import sample_folder
from stormgraph_py.filters import apply_filters
from stormgraph_py.report.analysis import load
from stormgraph_py.report.request import Request

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

LEFT = Qt.MouseButton.LeftButton
WAIT = 90_000
SAMPLE = "nanoclusters_2d.csv"


class User:
    """Sees widgets by their names and touches them."""

    def __init__(self, app, qtbot):
        self.app, self.qtbot, self.window = app, qtbot, app.window
        self.canvas = app.provided["viewer"]

    def find(self, kind, name, where=None):
        found = (where or self.window).findChild(kind, name)
        assert found is not None, name
        return found

    def click(self, name, where=None):
        self.qtbot.mouseClick(self.find(QAbstractButton, name, where), LEFT)

    def key(self, key, modifiers=Qt.KeyboardModifier.NoModifier, widget=None):
        # without a window manager none is active after a dialog
        (widget or self.window).window().activateWindow()
        QApplication.processEvents()
        self.qtbot.keyClick(widget or self.window, key, modifiers)

    def wait(self, condition, timeout=WAIT):
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=timeout)

    def dialog(self, name, kind=QDialog):
        """The dialog of a name, once it is there."""
        self.wait(lambda: any(d.isVisible() for d in self.window.findChildren(kind, name)))
        return next(d for d in self.window.findChildren(kind, name) if d.isVisible())

    def choose(self, name, path):
        """Answer a file dialog."""
        dialog = self.dialog(name, QFileDialog)
        dialog.setDirectory(str(path.parent))
        dialog.selectFile(str(path))
        dialog.accept()
        self.settle()

    def settle(self):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QApplication.processEvents()

    # on the map, positions in nm

    def drag(self, *way):
        view = self.canvas.viewport()
        self.qtbot.mousePress(view, LEFT, pos=self.canvas.to_widget(*way[0]))
        for at in way[1:]:
            self.qtbot.mouseMove(view, self.canvas.to_widget(*at))
        self.qtbot.mouseRelease(view, LEFT, pos=self.canvas.to_widget(*way[-1]))

    def click_at(self, x, y):
        self.drag((x, y))

    def draw(self, key, *way):
        """Draw a region with a tool; return its key."""
        self.canvas.setFocus()
        self.key(key, widget=self.canvas)
        if key == Qt.Key.Key_P:
            for at in way:
                self.click_at(*at)
            self.key(Qt.Key.Key_Return, widget=self.canvas)
        else:
            self.drag(*way)
        self.key(Qt.Key.Key_Escape, widget=self.canvas)
        return self.app.workspace.region

    def run(self):
        self.window.show_dock("run")
        button = self.find(QAbstractButton, "run")
        self.wait(button.isEnabled)
        self.qtbot.mouseClick(button, LEFT)

    def is_running(self):
        return self.app.provided["running"].is_running


@pytest.fixture
def user(app, qtbot):
    qtbot.waitExposed(app.window)
    app.window.resize(1280, 800)
    return User(app, qtbot)


def as_by_the_api(app, finding):
    """What the API finds for the request of a finding."""
    request = app.document.project.finding(finding).request
    again = Request.from_dict(json.loads(json.dumps(request.as_dict())))
    selection = load(again)
    return cluster_localizations(
        selection.localizations, again.params, area=selection.area, random_state=again.seed
    )


def open_sample(user):
    user.click(f"sample {SAMPLE}")
    user.wait(lambda: user.app.workspace.current is not None)
    raw = read_localizations(sample_folder() / SAMPLE)
    assert len(user.app.workspace.current.raw) == len(raw)


def filter_by_sigma(user):
    """Drag the upper limit of the precision down."""
    user.window.show_dock("filters")
    panel = user.find(FilterPanel, "filter panel")
    user.wait(lambda: panel.findChildren(RangeHistogram))
    bars, y = panel.findChildren(RangeHistogram)[0], 40
    user.wait(lambda: bars.isVisible() and bool(bars.parent().findChild(QLabel, "count").text()))
    begin = bars.width() - 8
    user.qtbot.mousePress(bars, LEFT, pos=QPoint(begin, y))
    for x in np.linspace(begin, bars.width() * 0.7, 5):
        user.qtbot.mouseMove(bars, QPoint(round(x), y))
    user.qtbot.mouseRelease(bars, LEFT, pos=QPoint(round(bars.width() * 0.7), y))
    data_set = user.app.workspace.data_set
    user.wait(lambda: user.app.document.project.data_set(data_set).filters)
    current = user.app.workspace.current
    filters = user.app.document.project.data_set(data_set).filters
    expected, _ = apply_filters(current.raw, filters)
    user.wait(lambda: len(user.app.workspace.current.localizations) == len(expected))
    assert len(expected) < len(current.raw)


def draw_regions(user):
    """One of each kind and two more; the rectangle is the last one at hand."""
    user.canvas.fit()
    angles = np.linspace(0, 2 * np.pi, 40)
    loop = [(500 + 350 * np.cos(a), 1500 + 300 * np.sin(a)) for a in angles]
    user.draw(Qt.Key.Key_E, (1100, 100), (1900, 800))
    user.draw(Qt.Key.Key_P, (100, 100), (900, 150), (800, 900), (150, 800))
    user.draw(Qt.Key.Key_L, *loop)
    user.draw(Qt.Key.Key_R, (1050, 1000), (1500, 1900))
    user.draw(Qt.Key.Key_R, (1520, 1000), (1950, 1900))
    rectangle = user.draw(Qt.Key.Key_R, (300, 300), (1750, 1750))
    kinds = [r.roi.kind for r in user.app.document.project.data_sets[0].regions]
    assert kinds == ["ellipse", "polygon", "freehand", "rectangle", "rectangle", "rectangle"]
    return rectangle


def cancel_once_and_run(user):
    user.run()
    user.click("cancel run")
    user.wait(lambda: not user.is_running())
    assert user.app.workspace.finding is None
    user.run()
    user.wait(lambda: user.app.workspace.analysis is not None)
    finding = user.app.workspace.finding
    expected = as_by_the_api(user.app, finding)
    found = user.app.workspace.analysis.result
    np.testing.assert_array_equal(found.labels, expected.labels)
    assert found.length_scale.r0_nm == expected.length_scale.r0_nm
    assert found.n_clusters > 3


def look_at_levels(user):
    user.window.show_dock("results")
    tabs = user.find(QWidget, "result tabs")
    tabs.setCurrentIndex([tabs.tabText(i) for i in range(tabs.count())].index("Levels"))
    user.click("one level")
    slider = user.find(QSlider, "level slider")
    user.key(Qt.Key.Key_Home, widget=slider)
    user.wait(lambda: user.app.workspace.level == 0)
    user.key(Qt.Key.Key_Right, widget=slider)
    user.wait(lambda: user.app.workspace.level == 1)
    labels = shown_labels(user.app.workspace.analysis, 1)
    assert labels is user.app.workspace.analysis.result.hierarchy.levels[1]


def select_clusters(user):
    """In the table, and seen in the map; in the map, and seen in the table."""
    workspace = user.app.workspace
    user.window.show_dock("clusters")
    table = user.find(QTableView, "clusters")
    user.wait(lambda: table.model().rowCount() > 1)
    at = table.visualRect(table.model().index(1, 1)).center()
    user.qtbot.mouseClick(table.viewport(), LEFT, pos=at)
    user.wait(lambda: len(workspace.clusters) == 1)
    (first,) = workspace.clusters
    labels = shown_labels(workspace.analysis, workspace.level)
    xy = workspace.analysis.localizations.xy
    other = next(c for c in np.unique(labels[labels >= 0]) if c != first)
    user.canvas.fit()
    user.settle()
    inside = xy[labels == other]
    x, y = inside[np.argmin(((inside - np.median(inside, axis=0)) ** 2).sum(axis=1))]
    user.click_at(x, y)
    user.wait(lambda: workspace.clusters == {other})
    rows = table.selectionModel().selectedRows()
    assert len(rows) == 1


def queue_jobs(user, folder):
    """Six jobs, one of them cancelled."""
    user.key(Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    dialog = user.dialog("queue add dialog")
    user.click("queue all regions", dialog)
    ok = user.find(QAbstractButton, "queue add ok", dialog)
    user.wait(lambda: ok.isEnabled() and "6" in ok.text())
    user.qtbot.mouseClick(ok, LEFT)
    queue = user.app.provided["queue"]
    user.wait(lambda: len(queue.queue.order) == 6)
    user.click("queue reports")
    queue.control.set_out(str(folder))
    victim = queue.queue.order[1]
    queue.control.start()
    user.wait(lambda: queue.queue.phase in ("starting", "running"))
    queue.control.cancel([victim])
    user.wait(lambda: not queue.is_active and queue.queue.names("done"), timeout=3 * WAIT)
    assert list(queue.queue.names("cancelled")) == [victim]
    assert len(queue.queue.names("done")) == 5
    summary = pd.read_csv(folder / "summary.csv")
    assert len(summary) == 5
    finding = user.app.document.project.findings[-1]
    name = finding.request.roi.name
    (row,) = summary.loc[summary["roi"] == name].to_dict("records")
    assert row["n_clusters"] == user.app.workspace.analyses[finding.key].result.n_clusters


def export(user, folder):
    """The report of the result, and a picture of the map."""
    pages = []
    user.app.provided["report questions"].open_page = pages.append
    user.key(Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    dialog = user.dialog("report dialog")
    user.find(QObject, "report folder", dialog).setText(str(folder))
    user.key(Qt.Key.Key_Return, widget=dialog)
    user.wait(lambda: bool(pages))
    user.key(Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    user.choose("file dialog", folder / "map.png")
    user.wait(lambda: (folder / "map.png").exists())


def save_and_close(user, path):
    user.key(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    user.choose("project dialog", path)
    user.wait(lambda: not user.app.document.is_modified)
    user.window.close()
    user.wait(lambda: not user.window.isVisible())


def state(app):
    workspace = app.workspace
    return {
        "project": app.document.project.as_dict(),
        "looked at": (workspace.data_set, workspace.region, workspace.finding, workspace.level),
        "clusters": workspace.clusters,
        "display": app.display.state,
        "labels": workspace.analysis.result.labels.tolist(),
        "n": len(workspace.current.localizations),
    }


def test_an_afternoon(user, qtbot, tmp_path, monkeypatch):
    app = user.app
    open_sample(user)
    filter_by_sigma(user)
    draw_regions(user)
    cancel_once_and_run(user)
    look_at_levels(user)
    select_clusters(user)
    queue_jobs(user, tmp_path / "batch")
    export(user, tmp_path)
    path = tmp_path / "study.stormgraph"
    save_and_close(user, path)
    assert path.exists()
    before = state(app)
    again = StormGraphApp(app.settings.folder)
    again.window.show()
    try:
        again.provided["project questions"].open(path)
        qtbot.waitUntil(lambda: again.workspace.analysis is not None, timeout=WAIT)
        assert state(again) == before
    finally:
        again.close()
