"""Running an analysis: from the panel with mouse and keys, cancelled, cut off, and repeated."""

import dataclasses
import os
import signal
from types import SimpleNamespace

import numpy as np
import psutil
import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDockWidget,
    QInputDialog,
    QLabel,
    QPushButton,
    QTreeWidget,
    QWidget,
)

from stormgraph_gui.app import StormGraphApp
from stormgraph_gui.controllers.running import Running
from stormgraph_gui.features.result_in_front import ResultInFront
from stormgraph_gui.jobs.messages import Failed
from stormgraph_gui.jobs.worker import Work
from stormgraph_gui.models.presets import Presets
from stormgraph_gui.models.project import Region
from stormgraph_gui.models.workspace import Loaded
from stormgraph_gui.views.param_fields import NumberEdit
from stormgraph_py import Localizations, StormGraphParams, cluster_localizations
from stormgraph_py.filters import Keep
from stormgraph_py.report.analysis import prepare
from stormgraph_py.roi import Roi

pytestmark = pytest.mark.features("viewer", "running")

WAIT = 60_000
SLOW = StormGraphParams(k=12, community_backend="infomap", n_trials=20_000)
"""Keeps a worker busy until it is stopped."""


def draw(app, key, roi, region="r1"):
    project = app.document.project.with_region(key, Region(key=region, roi=roi))
    app.document.edit("draw a region", project)
    app.workspace.look_at(key, region)
    return region


@pytest.fixture
def ui(app, qtbot):
    """What a user of the panel sees and touches."""
    panel = app.window.findChild(QObject, "dock run").widget()

    def find(kind, name):
        found = panel.findChild(kind, name)
        assert found is not None, name
        return found

    def click(name):
        qtbot.mouseClick(find(QObject, name), Qt.MouseButton.LeftButton)

    def type_into(name, text):
        field = find(NumberEdit, f"param {name}")
        field.setFocus()
        field.selectAll()
        qtbot.keyClicks(field, text)
        return field

    def fault(name):
        label = find(QLabel, f"fault {name}")
        return label.text() if label.isVisibleTo(panel) else ""

    def is_ready():
        return find(QPushButton, "run").isEnabled()

    return SimpleNamespace(
        panel=panel, find=find, click=click, type=type_into, fault=fault, is_ready=is_ready,
        running=app.provided["running"],
    )  # fmt: skip


def rows(ui):
    tree = ui.find(QTreeWidget, "findings")
    items = [tree.topLevelItem(at) for at in range(tree.topLevelItemCount())]
    return [[item.text(column) for column in range(3)] for item in items]


def test_numbers_are_those_of_the_api_and_results_stay_beside_each_other(
    app, ui, qtbot, blobs, put_data
):
    assert not ui.is_ready()
    locs = blobs()
    key = put_data(locs)
    roi = Roi.ellipse((1500, 1500), (2400, 2000), 20, name="cell 1")
    region = draw(app, key, roi)
    inside = locs.select(roi.contains(locs.xy))
    qtbot.waitUntil(ui.is_ready, timeout=WAIT)
    assert f"{len(inside):,}" in ui.find(QLabel, "run counts").text()
    ui.type("k", "12")
    stages = set()
    app.activity.tasks_changed.connect(
        lambda: stages.update(task.stage for task in app.activity.tasks)
    )
    ui.click("run")
    assert ui.running.is_running
    assert not ui.is_ready()
    qtbot.waitUntil(lambda: not ui.running.is_running, timeout=WAIT)
    assert "Searching for clusters" in stages
    assert app.activity.tasks == ()
    first = app.workspace.analysis
    expected = cluster_localizations(inside, StormGraphParams(k=12), area=roi.area_nm2)
    np.testing.assert_array_equal(first.result.labels, expected.labels)
    assert first.result.final_length_scale.r0_nm == pytest.approx(expected.final_length_scale.r0_nm)
    assert first.result.area == roi.area_nm2
    assert (app.workspace.data_set, app.workspace.region) == (key, region)
    assert app.document.undo_label == "change Neighbours k", "results are no step to undo"

    ui.type("seed", "4")
    ui.type("min_cluster_size", "41")
    qtbot.keyClick(app.window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not ui.running.is_running, timeout=WAIT)
    second = app.workspace.analysis
    assert second is not first
    qtbot.waitUntil(lambda: len([one for one in app.activity.messages if one.about]) == 2)
    assert len({one.about for one in app.activity.messages if one.about}) == 1, "of one place"
    params = StormGraphParams(k=12, min_cluster_size=41)
    expected = cluster_localizations(inside, params, area=roi.area_nm2, random_state=4)
    np.testing.assert_array_equal(second.result.labels, expected.labels)
    shown = rows(ui)
    assert [row[1] for row in shown] == [str(one.result.n_clusters) for one in (second, first)]
    assert shown[0][2] == "as chosen now"
    assert "Smallest cluster 5" in shown[1][2]
    assert "Seed 0" in shown[1][2]

    tree = ui.find(QTreeWidget, "findings")
    where = tree.visualItemRect(tree.topLevelItem(1)).center()
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert app.workspace.analysis is first
    ui.click("reuse parameters")
    assert app.document.project.params == StormGraphParams(k=12)
    assert app.document.project.seed == 0
    assert ui.find(NumberEdit, "param min_cluster_size").text() == "5"
    assert rows(ui)[1][2] == "as chosen now"


@pytest.mark.slow
def test_cancelled_killed_and_run_again(app, ui, qtbot, blobs, put_data):
    put_data(blobs())
    ui.running.set_params(SLOW)
    qtbot.waitUntil(ui.is_ready, timeout=WAIT)
    ui.click("run")
    qtbot.waitUntil(lambda: "Searching" in app.activity.tasks[0].stage, timeout=WAIT)
    ui.click("cancel run")
    assert not ui.find(QPushButton, "cancel run").isEnabled()
    assert app.activity.tasks[0].is_stopping
    qtbot.waitUntil(ui.is_ready, timeout=WAIT)
    assert app.document.project.findings == ()
    assert app.activity.messages[-1].title == "Analysis stopped"

    ui.click("run")
    qtbot.waitUntil(lambda: "Searching" in app.activity.tasks[0].stage, timeout=WAIT)
    os.kill(app.analyst.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: not ui.running.is_running, timeout=WAIT)
    said = app.activity.messages[-1]
    assert said.level == "error"
    assert "cut off" in said.title
    assert "try again" in said.text
    assert app.activity.tasks == ()
    for dialog in app.window.findChildren(QObject):
        if dialog.inherits("QMessageBox"):
            dialog.accept()

    ui.running.set_params(StormGraphParams())
    ui.click("run")
    qtbot.waitUntil(lambda: app.workspace.analysis is not None, timeout=WAIT)
    assert len(app.document.project.findings) == 1


@pytest.mark.slow
def test_a_window_that_closes_during_a_run_ends_the_run(qtbot, tmp_path, blobs):
    app = StormGraphApp(tmp_path / "settings")
    app.window.show()
    locs = blobs()
    from stormgraph_gui.models.project import DataSet

    project, key = app.document.project.new_key()
    project = project.with_data_set(DataSet(key=key, path="/data/cell.csv"))
    app.document.edit("open", dataclasses.replace(project, params=SLOW))
    field = prepare(project.request(key, None), locs)
    app.workspace.put_loaded(key, Loaded(raw=locs, field=field))
    app.workspace.look_at(key)
    assert app.provided["running"].start()
    qtbot.waitUntil(lambda: bool(app.activity.tasks[0].stage), timeout=WAIT)
    process = psutil.Process(app.analyst.pid)
    app.close()
    assert not process.is_running()


# ------------------------------------------------------------------------------ fields


def test_values_are_checked_while_they_are_typed(app, ui, qtbot, blobs, put_data):
    put_data(blobs())
    qtbot.waitUntil(ui.is_ready, timeout=WAIT)
    ui.type("k", "0")
    qtbot.waitUntil(lambda: bool(ui.fault("k")), timeout=WAIT)
    assert ui.fault("k").startswith("0 is below 1; ")
    assert not ui.is_ready()
    ui.panel.run()
    assert not ui.running.is_running
    assert app.document.project.params.k == 15
    ui.type("alpha", "0,2")
    assert app.document.project.params.alpha == 0.2
    assert ui.find(NumberEdit, "param k").text() == "0", "what is wrong stays to be mended"
    assert not ui.is_ready()
    ui.type("k", "abc")
    qtbot.waitUntil(lambda: "no whole number" in ui.fault("k"), timeout=WAIT)
    ui.type("k", "20")
    assert ui.fault("k") == ""
    assert ui.is_ready()
    assert app.document.project.params == StormGraphParams(k=20, alpha=0.2)
    ui.type("seed", "-1")
    qtbot.waitUntil(lambda: bool(ui.fault("seed")), timeout=WAIT)
    assert app.document.project.seed == 0


def test_typing_is_one_step_to_undo_and_arrow_keys_count(app, ui, qtbot):
    field = ui.type("k", "123")
    assert app.document.project.params.k == 123
    app.document.undo()
    assert app.document.project.params.k == 15
    assert field.text() == "15"
    assert app.document.undo_label is None
    qtbot.keyClick(field, Qt.Key.Key_Up)
    qtbot.keyClick(field, Qt.Key.Key_Up)
    qtbot.keyClick(field, Qt.Key.Key_Down)
    assert app.document.project.params.k == 16
    alpha = ui.find(NumberEdit, "param alpha")
    qtbot.keyClick(alpha, Qt.Key.Key_Down)
    assert alpha.text() == "0.04"
    assert app.document.project.params.alpha == 0.04


def test_automatic_takes_the_place_of_k_and_gives_it_back(app, ui, qtbot):
    field, automatic = ui.type("k", "18"), ui.find(QCheckBox, "param k automatic")
    qtbot.keyClick(automatic, Qt.Key.Key_Space)
    assert app.document.project.params.k is None
    assert not field.isEnabled()
    assert field.text() == ""
    qtbot.keyClick(automatic, Qt.Key.Key_Space)
    assert app.document.project.params.k == 18
    assert field.text() == "18"
    assert field.isEnabled()


def test_the_filter_for_single_molecules_asks_for_precisions(app, ui, qtbot, blobs, put_data):
    bare = Localizations.from_arrays(blobs().xy)
    put_data(bare)
    qtbot.waitUntil(ui.is_ready, timeout=WAIT)
    assert "not known" in ui.find(QLabel, "run counts").text()
    box = ui.find(QCheckBox, "param overcounting")
    qtbot.keyClick(box, Qt.Key.Key_Space)
    assert app.document.project.params.overcounting
    qtbot.waitUntil(lambda: "precisions" in ui.fault("overcounting"), timeout=WAIT)
    assert not ui.is_ready()
    put_data(blobs(), path="/data/other.csv")
    qtbot.waitUntil(ui.is_ready, timeout=WAIT)
    assert ui.fault("overcounting") == ""


def test_presets_are_chosen_saved_and_deleted(app, ui, qtbot):
    choice = ui.find(QComboBox, "presets")
    assert choice.currentText() == "Paper defaults"
    ui.type("k", "abc")
    choice.setFocus()
    qtbot.keyClick(choice, Qt.Key.Key_Down)
    assert choice.currentText() == "Automatic r0"
    assert app.document.project.params == StormGraphParams(k=None)
    assert ui.panel.fields.is_valid, "a preset replaces what was wrong"
    ui.type("alpha", "0.2")
    assert choice.currentText() == "Own choice"
    ui.panel._save.trigger()
    dialog = app.window.findChild(QInputDialog, "preset name")
    dialog.setTextValue("my cells")
    dialog.accept()
    assert choice.currentText() == "my cells"
    qtbot.waitUntil(lambda: app.window.findChild(QInputDialog, "preset name") is None)
    saved = Presets(type(app.settings)(app.settings.folder)).of(app.document.project.params)
    assert saved.name == "my cells"
    ui.panel._delete.trigger()
    assert choice.currentText() == "Own choice"
    assert app.document.project.params == StormGraphParams(k=None, alpha=0.2)


# ------------------------------------------------------------------------------ the list


def test_results_go_out_of_date_and_come_back(app, ui, qtbot, blobs, put_data, put_analysis):
    key = put_data(blobs())
    region = draw(app, key, Roi.rectangle((1500, 1500), (2500, 2500), name="cell 1"))
    finding = put_analysis(key, region)
    note = ui.find(QLabel, "finding note")
    assert rows(ui)[0][2] == "as chosen now"
    draw(app, key, Roi.rectangle((1500, 1500), (2000, 2500), name="cell 1"))
    app.workspace.look_at(key, region, finding)
    assert rows(ui)[0][2].startswith("Out of date")
    assert "region was changed" in note.text()
    assert app.workspace.analysis is not None
    app.document.undo()
    assert rows(ui)[0][2] == "as chosen now"


def test_the_result_of_a_removed_region_is_shown_on_the_field(
    app, ui, qtbot, blobs, put_data, put_analysis
):
    key = put_data(blobs())
    region = draw(app, key, Roi.rectangle((1500, 1500), (2500, 2500), name="cell 1"))
    finding = put_analysis(key, region)
    app.document.edit("delete", app.document.project.without_region(key, region))
    app.workspace.look_at(key)
    ui.running.show(finding)
    workspace = app.workspace
    assert (workspace.data_set, workspace.region, workspace.finding) == (key, None, finding)
    (row,) = rows(ui)
    assert row[2].startswith("Out of date")
    assert "region was removed" in ui.find(QLabel, "finding note").text()
    # what is run next is the whole field
    qtbot.waitUntil(ui.is_ready, timeout=WAIT)
    assert app.document.project.request(workspace.data_set, workspace.region).roi is None
    app.document.undo()
    ui.running.show(finding)
    assert workspace.region == region


def test_a_removed_result_can_be_put_back(app, ui, qtbot, blobs, put_data, put_analysis):
    key = put_data(blobs())
    first, second = put_analysis(key), put_analysis(key)
    analysis = app.workspace.analyses[first]
    app.workspace.look_at(key, None, first)
    tree = ui.find(QTreeWidget, "findings")
    tree.setFocus()
    ui.click("remove finding")
    assert [one.key for one in app.document.project.findings] == [second]
    assert first not in app.workspace.analyses
    assert app.workspace.finding is None
    ui.click("put back finding")
    assert [one.key for one in app.document.project.findings] == [first, second]
    assert app.workspace.analyses[first] is analysis
    assert app.workspace.finding == first
    assert not ui.find(QObject, "put back finding").isVisible()


# ------------------------------------------------------------------------------ the controller


class Analyst(QObject):
    """Stands in for a worker: the test says when a call ends, and how."""

    def __init__(self):
        super().__init__()
        self.calls, self.cancelled, self.forgotten = [], [], []

    def keep(self, token, value):
        return token, value

    def forget(self, token):
        self.forgotten.append(token)

    def call(self, function, **arguments):
        self.calls.append((function, arguments))
        self.work = Work(self, len(self.calls))
        return self.work

    def cancel(self, run):
        self.cancelled.append(run)


@pytest.fixture
def analyst():
    return Analyst()


@pytest.fixture
def running(app, analyst):
    presets = Presets(app.settings)
    return Running(app.document, app.workspace, app.activity, presets, analyst, app)


def test_nothing_is_started_without_data_or_twice(app, running, analyst, blobs, put_data):
    assert not running.start()
    assert "Open a file" in app.activity.messages[-1].text
    key = put_data(blobs())
    assert running.start(key)
    assert not running.start(key)
    assert len(analyst.calls) == 1
    analyst.work.failed.emit(Failed(1, "memory", "There is not enough memory."))
    assert app.activity.messages[-1].level == "error"
    assert not running.is_running
    running.cancel()
    assert analyst.cancelled == []


def test_what_is_shown_is_analysed_even_while_filters_are_being_applied(
    app, running, analyst, blobs, put_data
):
    key = put_data(blobs())
    made_by = app.document.project.request(key, None)
    # nobody is told, so nobody filters
    app.workspace.loaded[key] = dataclasses.replace(app.workspace.loaded[key], request=made_by)
    project = app.document.project.editing(
        key, lambda one: dataclasses.replace(one, filters=(Keep("photons", low=500),))
    )
    app.document.blockSignals(True)
    app.document.record(project)
    app.document.blockSignals(False)
    assert running.start(key)
    arguments = analyst.calls[-1][1]
    assert arguments["request"].filters == ()
    assert arguments["field"][1] is app.workspace.loaded[key].field


def test_a_result_that_comes_while_the_user_is_elsewhere_does_not_take_over(
    app, running, analyst, qtbot, blobs, put_data, put_analysis
):
    key = put_data(blobs())
    analysis = app.workspace.analyses[put_analysis(key)]
    other = put_data(blobs(seed=1), path="/data/other.csv")
    assert running.start(key)
    analyst.work.succeeded.emit(analysis)
    qtbot.waitUntil(lambda: not running.is_running)
    assert app.workspace.data_set == other
    assert app.workspace.finding is None
    newest = app.document.project.findings[-1]
    assert app.workspace.analyses[newest.key] is analysis
    qtbot.waitUntil(lambda: "cell.csv" in app.activity.messages[-1].title)


def test_nothing_of_one_project_ends_up_in_another_with_the_same_keys(
    app, running, analyst, qtbot, blobs, put_data, put_analysis
):
    key = put_data(blobs())
    finding = put_analysis(key)
    analysis = app.workspace.analyses[finding]
    running.remove(finding)
    assert running.start(key)
    app.workspace.clear()
    app.document.reset()
    assert put_data(blobs(seed=1), path="/data/other.csv") == key
    assert analyst.cancelled == [1]
    # it ended just before it could hear of it
    analyst.work.succeeded.emit(analysis)
    qtbot.waitUntil(lambda: not running.is_running)
    running.put_back()
    assert app.document.project.findings == ()
    assert app.workspace.analyses == {}


def test_a_run_stops_when_its_data_set_is_removed(app, running, analyst, blobs, put_data):
    key = put_data(blobs())
    assert running.start(key)
    app.workspace.look_at(None)
    app.document.edit("remove", app.document.project.without_data_set(key))
    app.workspace.drop_loaded(key)
    assert analyst.cancelled == [1]
    assert analyst.forgotten == [f"field {key}"]
    analyst.work.failed.emit(Failed(1, "cancelled", "Stopped."))
    assert app.document.project.findings == ()
    assert app.activity.tasks == ()


@pytest.fixture
def front(app, running, analyst, qtbot, blobs, put_data, put_analysis):
    """A run whose end the test decides; the end tells whether the result is in front."""
    ResultInFront(app, running)
    key = put_data(blobs())
    analysis = app.workspace.analyses[put_analysis(key)]
    qtbot.waitExposed(app.window)
    app.window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is app.window)
    app.window.show_dock("run")
    docks = {name: app.window.findChild(QDockWidget, f"dock {name}") for name in ("run", "results")}
    qtbot.waitUntil(lambda: not docks["run"].visibleRegion().isEmpty())

    def ends():
        n_messages = len(app.activity.messages)
        analyst.work.succeeded.emit(analysis)
        qtbot.waitUntil(lambda: len(app.activity.messages) > n_messages)
        QApplication.processEvents()
        return not docks["results"].visibleRegion().isEmpty()

    return SimpleNamespace(key=key, ends=ends, docks=docks)


@pytest.mark.features("viewer", "running", "results")
@pytest.mark.parametrize("begun_from", ["run", "param k", "viewer"])
def test_a_result_comes_to_the_front(app, running, front, qtbot, begun_from):
    begun_at = app.window.findChild(QWidget, begun_from)
    qtbot.waitUntil(begun_at.isEnabled)
    begun_at.setFocus()
    assert running.start()
    assert front.ends()
    # keys do not go to what is behind now
    assert app.window.focusWidget() is app.provided["viewer"]


@pytest.mark.features("viewer", "running", "results")
@pytest.mark.parametrize("what", ["moves", "types", "closes", "looks elsewhere"])
def test_a_result_stays_behind_when_the_user_is_at_something_else(
    app, running, front, qtbot, blobs, put_data, what
):
    field = app.window.findChild(NumberEdit, "param k")
    if what == "types":
        field.setFocus()
    elif what == "closes":
        front.docks["results"].close()
    assert running.start(front.key)
    if what == "moves":
        app.window.findChild(NumberEdit, "param alpha").setFocus()
    elif what == "types":
        field.selectAll()
        qtbot.keyClicks(field, "17")
        assert app.document.project.params.k == 17
    elif what == "looks elsewhere":
        put_data(blobs(seed=1), path="/data/other.csv")
    assert not front.ends()
    assert not front.docks["run"].visibleRegion().isEmpty()
    assert front.docks["results"].isHidden() == (what == "closes")
