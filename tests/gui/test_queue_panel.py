"""The panel of the queue and the dialog that fills it, with mouse and keys."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMessageBox, QProgressBar, QPushButton, QSpinBox

from stormgraph_gui.models.presets import BUILT_IN
from stormgraph_gui.models.project import Region
from stormgraph_gui.models.queue import JobState, QueuedJob
from stormgraph_gui.views.queue_rows import COLUMNS
from stormgraph_gui.views.queue_sets import ParameterSets
from stormgraph_py import StormGraphParams, write_localizations
from stormgraph_py.batch.parameter_sets import ParameterSet
from stormgraph_py.batch.planning import Asked, plan_jobs
from stormgraph_py.roi import Roi

pytestmark = pytest.mark.features("queue", "projects")

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def batch(app, qtbot):
    """The queue of the app with five jobs, in front."""
    made = app.provided["queue"]
    made.queue.add(
        QueuedJob(name=name, file=f"{name}.csv", path=f"/{name}.csv", roi="cell 1")
        for name in "abcde"
    )
    made.control.set_out("/nowhere/results")
    made.show()
    qtbot.waitExposed(app.window)
    return made


def button(batch, name):
    return batch.panel.findChild(QPushButton, name)


def click(qtbot, batch, name):
    qtbot.mouseClick(button(batch, name), LEFT)


def settle(batch, qtbot):
    """Let the panel follow the states of the jobs."""
    qtbot.waitUntil(lambda: not batch.panel._refreshing.isActive(), timeout=30_000)


def click_row(qtbot, batch, name, modifier=Qt.KeyboardModifier.NoModifier):
    view = batch.panel.view
    where = view.visualRect(view.model().index(batch.panel.rows.row(name), 1)).center()
    qtbot.mouseClick(view.viewport(), LEFT, modifier, where)
    return where


def shown(batch, name, column):
    rows = batch.panel.rows
    return rows.data(rows.index(rows.row(name), COLUMNS.index(column)))


def test_rows_move_by_buttons_keys_and_dragging(batch, qtbot):
    queue, panel = batch.queue, batch.panel
    click_row(qtbot, batch, "d")
    click_row(qtbot, batch, "e", Qt.KeyboardModifier.ShiftModifier)
    assert panel.selected == ["d", "e"]
    click(qtbot, batch, "queue up")
    assert queue.order == tuple("abdec")
    assert panel.selected == ["d", "e"]
    qtbot.keyClick(panel.view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    click(qtbot, batch, "queue up")
    click(qtbot, batch, "queue up")
    assert queue.order == tuple("deabc")
    click(qtbot, batch, "queue down")
    assert queue.order == tuple("adebc")
    # what the view does with a row that is dropped between two others
    data = panel.rows.mimeData([panel.rows.index(4, column) for column in range(len(COLUMNS))])
    nowhere = panel.rows.index(-1, -1)
    panel.rows.dropMimeData(data, Qt.DropAction.MoveAction, 1, 0, nowhere)
    assert queue.order == tuple("acdeb")
    assert panel.selected == ["d", "e"]


def test_buttons_can_be_used_when_they_make_sense(batch, qtbot):
    queue = batch.queue

    def usable():
        names = ("start", "cancel", "retry", "up", "clear", "index")
        return {name for name in names if button(batch, f"queue {name}").isEnabled()}

    assert usable() == {"start", "cancel"}
    click_row(qtbot, batch, "a")
    assert usable() == {"start", "cancel", "up"}
    assert button(batch, "queue cancel").text() == "&Cancel selected"
    click(qtbot, batch, "queue cancel")
    settle(batch, qtbot)
    assert queue.state("a").state == "cancelled"
    assert button(batch, "queue cancel").text() == "&Cancel all"
    assert usable() == {"start", "cancel", "up", "clear"}
    click(qtbot, batch, "queue clear")
    assert queue.order == tuple("bcde")
    queue.set_phase("running")
    assert button(batch, "queue start").text() == "Pa&use"
    assert not batch.panel.findChild(QSpinBox, "queue workers").isEnabled()
    queue.set_phase("paused")
    assert button(batch, "queue start").text() == "&Go on"
    queue.set_phase("idle")
    click(qtbot, batch, "queue cancel")
    assert queue.names("cancelled") == tuple("bcde")


def test_a_row_tells_what_became_of_its_job(batch, qtbot):
    batch.queue.set_states(
        {
            "a": JobState(state="done", seconds=75, n_localizations=12345, n_clusters=7),
            "b": JobState(state="failed", reason="only 3 localizations", remedy="Mend it."),
            "c": JobState(state="kept", warnings=("odd",)),
        }
    )
    assert [shown(batch, "a", c) for c in ("Localizations", "Clusters", "Time")] == [
        "12,345", "7", "1 min 15 s",
    ]  # fmt: skip
    assert shown(batch, "b", "Note") == "only 3 localizations. Mend it."
    assert shown(batch, "b", "Parameters") == shown(batch, "b", "Note")
    assert shown(batch, "b", "State") == "✗ Failed"
    assert (shown(batch, "c", "Note"), shown(batch, "d", "Note")) == ("odd", "")
    settle(batch, qtbot)
    click_row(qtbot, batch, "b")
    reason = batch.panel.findChild(QLabel, "queue reason")
    assert (reason.isVisible(), reason.text()) == (True, shown(batch, "b", "Note"))
    click_row(qtbot, batch, "d")
    assert not reason.isVisible()
    assert batch.panel.findChild(QProgressBar, "queue progress").text() == "2 of 5 done, 1 failed"


def test_the_reason_of_a_failed_job_has_room_and_names_its_file_without_folder(app, batch, qtbot):
    app.window.resize(1280, 800)
    path = "/data/very/long/way/to/the/data/of/the/lab/cell 1.csv"
    batch.queue.add(
        [QueuedJob(name="f", file="cell 1.csv", path=path, roi="", parameters="k = 20")]
    )
    reason = f"{path}: No such file, nor /mnt{path}"
    remedy = "Mend the file or leave it out."
    batch.queue.set_states(
        {
            "f": JobState(state="failed", reason=reason, remedy=remedy),
            "a": JobState(state="done", seconds=0.00016),
            "b": JobState(state="done", seconds=1.26),
        }
    )
    settle(batch, qtbot)
    view, rows = batch.panel.view, batch.panel.rows
    note = f"cell 1.csv: No such file, nor /mnt{path}. {remedy}"
    assert shown(batch, "f", "Parameters") == note
    index = rows.index(rows.row("f"), COLUMNS.index("Parameters"))
    assert view.columnSpan(index.row(), index.column()) == len(COLUMNS) - index.column()
    room = view.viewport().width() - view.columnViewportPosition(index.column())
    short = f"cell 1.csv: No such file or directory. {remedy}"
    assert room > view.fontMetrics().horizontalAdvance(short)
    tip = rows.data(index, Qt.ItemDataRole.ToolTipRole)
    assert tip.startswith("Parameters: k = 20")
    assert reason in tip
    assert (shown(batch, "a", "Time"), shown(batch, "b", "Time")) == ("< 1 s", "1.3 s")


def test_results_open_by_double_click_return_and_menu(batch, qtbot, tmp_path):
    opened = []
    batch.open_path = opened.append
    batch.control.set_out(str(tmp_path))
    folder = tmp_path / "jobs" / "a"
    folder.mkdir(parents=True)
    batch.queue.set_states({"a": JobState(state="done"), "b": JobState(state="failed")})
    view = batch.panel.view
    where = click_row(qtbot, batch, "a")
    qtbot.mouseDClick(view.viewport(), LEFT, pos=where)
    (folder / "report.html").touch()
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert opened == [folder, folder / "report.html"]
    menu = batch.panel.menu()
    entries = {action.text().replace("&", ""): action for action in menu.actions()}
    assert not entries["Retry"].isEnabled()
    entries["Open folder of results"].trigger()
    assert opened[-1] == folder
    menu.deleteLater()
    where = click_row(qtbot, batch, "b")
    qtbot.mouseDClick(view.viewport(), LEFT, pos=where)
    assert len(opened) == 3
    menu = batch.panel.menu()
    next(a for a in menu.actions() if a.text() == "Re&try").trigger()
    menu.deleteLater()
    assert batch.queue.state("b").state == "waiting"
    qtbot.keyClick(view, Qt.Key.Key_Delete)
    assert batch.queue.order == tuple("acde")


def test_a_queue_that_was_cut_off_is_offered(batch, qtbot):
    batch.control.cut_off.emit(3)
    go_on = button(batch, "queue go on")
    assert go_on.isVisible()
    said = []
    batch.panel.start_wanted.connect(lambda: said.append(True))
    batch.control.start = lambda: None
    qtbot.mouseClick(go_on, LEFT)
    assert said == [True]


def test_regions_of_the_project_times_parameter_sets_are_added(
    app, qtbot, put_data, blobs, tmp_path
):
    batch = app.provided["queue"]
    path = tmp_path / "data" / "cell.csv"
    path.parent.mkdir()
    write_localizations(blobs(), path)
    key = put_data(blobs(), path=str(path), tags={"condition": "resting"})
    for i, name in enumerate(("left", "right")):
        roi = Roi.rectangle((750 + 1500 * i, 1500), (1500, 3000), name=name)
        project = app.document.project.with_region(key, Region(key=f"r{i}", roi=roi))
        app.document.edit("add a region", project)
    dialog = batch.add("project")
    qtbot.waitExposed(dialog)
    add_set = dialog.findChild(QPushButton, "queue add set").menu()
    next(a for a in add_set.actions() if a.text() == "Strict (alpha 0.01)").trigger()
    dialog.sets.table.item(0, 1).setText("20")
    ok = dialog.findChild(QPushButton, "queue add ok")
    qtbot.waitUntil(ok.isEnabled, timeout=60_000)
    assert ok.text() == "&Add 4 jobs"
    qtbot.mouseClick(ok, LEFT)
    queue = batch.queue
    assert [(j.roi, j.parameters) for j in queue.jobs] == [
        ("left", "Current"), ("left", "Strict (alpha 0.01)"),
        ("right", "Current"), ("right", "Strict (alpha 0.01)"),
    ]  # fmt: skip
    assert queue.jobs[0].tags == {"condition": "resting"}
    assert '"k": 20' in queue.jobs[0].text
    # the same once more is nothing new
    dialog = batch.add("project")
    dialog.sets.table.item(0, 0).setText("Again")
    qtbot.waitUntil(ok_of(dialog).isEnabled, timeout=60_000)
    assert dialog.sets.sets[0].name == "Again"
    dialog.sets.table.item(0, 1).setText("1000000")
    qtbot.waitUntil(lambda: not ok_of(dialog).isEnabled(), timeout=60_000)
    dialog.reject()


def ok_of(dialog):
    return dialog.findChild(QPushButton, "queue add ok")


def test_parameter_sets_are_edited_and_checked(qtbot):
    sets = ParameterSets(ParameterSet(seed=3), BUILT_IN)
    qtbot.addWidget(sets)
    (only,) = sets.sets
    assert (only.is_named, only.name, only.seed) == (False, ParameterSet().name, 3)
    sets.table.item(0, 2).setText("0,2")
    assert sets.sets[0].params == StormGraphParams(alpha=0.2)
    for column, text, word in ((2, "2", "alpha"), (1, "x", "whole number"), (4, "-1", "seed")):
        before = sets.table.item(0, column).text()
        sets.table.item(0, column).setText(text)
        assert word in sets.fault
        sets.table.item(0, column).setText(before)
        assert sets.fault == ""
    sets.table.item(0, 1).setText("automatic")
    assert sets.sets[0].params.k is None
    sets.add([ParameterSet(name="x"), ParameterSet(name="x")])
    assert [(one.name, one.is_named) for one in sets.sets] == [
        ("Current", True), ("x", True), ("x 2", True),
    ]  # fmt: skip
    sets.table.item(2, 0).setText("X")
    assert "same name" in sets.fault
    sets.remove([0, 1, 2])
    assert "Add a set" in sets.fault


@pytest.mark.slow
def test_files_are_asked_for_as_the_command_line_does(app, qtbot, tmp_path, blobs):
    for name in ("resting/c1.csv", "active/c1.csv"):
        (tmp_path / name).parent.mkdir()
        write_localizations(blobs(), tmp_path / name)
    (tmp_path / "notes.json").write_text("{}")
    batch = app.provided["queue"]
    dialog = batch.add("files")
    assert not ok_of(dialog).isEnabled()
    dialog.files.add([str(tmp_path)])
    dialog.files.pattern.setText("{condition}/{cell}")
    said = dialog.findChild(QLabel, "queue add said")
    qtbot.waitUntil(ok_of(dialog).isEnabled, timeout=60_000)
    assert "notes.json" in said.text()
    dialog.files.pixel_size.setText("large")
    qtbot.waitUntil(lambda: "pixel size" in said.text(), timeout=60_000)
    dialog.files.pixel_size.clear()
    qtbot.waitUntil(ok_of(dialog).isEnabled, timeout=60_000)
    qtbot.mouseClick(ok_of(dialog), LEFT)
    asked = Asked(inputs=[str(tmp_path)], pattern="{condition}/{cell}")
    plan = plan_jobs(asked)
    assert [(j.name, j.tags) for j in batch.queue.jobs] == [(j.name, j.tags) for j in plan.jobs]
    assert [str(Path(j.path)) for j in batch.queue.jobs] == [j.request.path for j in plan.jobs]
    assert batch.queue.skipped == (("notes.json", "is a .json file"),)


def test_closing_while_the_queue_runs_is_asked_about(batch, qtbot):
    window = batch._window
    for answer, is_open in (("&Keep running", True), ("&Close", False)):
        batch.queue.set_phase("running")
        window.close()
        box = window.findChild(QMessageBox)
        said = next(one for one in box.buttons() if one.text() == answer)
        batch._app.document.mark_saved()
        qtbot.mouseClick(said, LEFT)
        qtbot.waitUntil(lambda: window.isVisible() == is_open, timeout=30_000)  # noqa: B023
        batch.queue.set_phase("idle")
        qtbot.waitUntil(lambda: window.findChild(QMessageBox) is None, timeout=30_000)
