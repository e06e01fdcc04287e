import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QToolButton, QWidget

from stormgraph_gui.controllers import filtering
from stormgraph_gui.models.histograms import histogram
from stormgraph_gui.views.filter_panel import FilterPanel
from stormgraph_py import Localizations
from stormgraph_py.filters import Frames, Keep, MergeReappearing, apply_filters
from stormgraph_py.report.analysis import prepare

pytestmark = pytest.mark.features("viewer", "opening", "filters")

PATIENCE = 30_000


@pytest.fixture
def panel(qtbot, app):
    found = app.window.findChild(FilterPanel, "filter panel")

    def is_in_front():
        # panels are put in their places once more when the window has been shown
        app.window.show_dock("filters")
        return not found.visibleRegion().isEmpty()

    QApplication.processEvents()
    qtbot.waitUntil(is_in_front, timeout=PATIENCE)
    return found


@pytest.fixture
def row(qtbot, panel):
    """Returns the row of a column once its histogram is drawn."""

    def find(name):
        qtbot.waitUntil(lambda: panel.row(name) is not None, timeout=PATIENCE)
        found = panel.row(name)
        qtbot.waitUntil(lambda: bool(found.count.text()), timeout=PATIENCE)
        return found

    return find


def drag(qtbot, bars, begin, end):
    """Drag with the mouse from one x to another, in steps as a hand does."""
    left, y = Qt.MouseButton.LeftButton, 40
    qtbot.mousePress(bars, left, pos=QPoint(round(begin), y))
    for x in np.linspace(begin, end, 6)[1:]:
        qtbot.mouseMove(bars, QPoint(round(x), y))
    qtbot.mouseRelease(bars, left, pos=QPoint(round(end), y))


def shown(app, key):
    return app.workspace.loaded[key].localizations


def check_equal_to_the_api(app, key):
    project = app.document.project
    expected = prepare(project.request(key, None), app.workspace.loaded[key].raw)
    field = app.workspace.loaded[key].field
    assert field.localizations.table.equals(expected.localizations.table)
    assert field.steps == expected.steps
    assert field.warnings == expected.warnings
    assert field.n_other_channel == expected.n_other_channel


def test_dragging_a_handle_filters_live_and_is_undone_in_one_step(qtbot, app, put_data, blobs, row):
    key = put_data(blobs())
    raw = app.workspace.loaded[key].raw
    photons = row("photons")
    drag(qtbot, photons.bars, photons.bars.x_of(-np.inf), photons.bars.width() / 2)
    (step,) = app.document.project.data_set(key).filters
    low, high = raw.table["photons"].min(), raw.table["photons"].max()
    assert low < step.low < high
    assert step.high == np.inf
    n_kept = int((raw.table["photons"] >= step.low).sum())
    assert len(shown(app, key)) == n_kept
    qtbot.waitUntil(lambda: f"{n_kept:,} of {len(raw):,}" in photons.count.text())
    check_equal_to_the_api(app, key)
    app.document.undo()
    assert app.document.project.data_set(key).filters == ()
    assert len(shown(app, key)) == len(raw)
    qtbot.waitUntil(lambda: photons.step is None)
    app.document.redo()
    assert len(shown(app, key)) == n_kept


def test_counts_follow_while_the_mouse_is_still_down(qtbot, app, put_data, blobs, row):
    key = put_data(blobs())
    photons = row("photons")
    bars, y = photons.bars, 40
    qtbot.mousePress(bars, Qt.MouseButton.LeftButton, pos=QPoint(round(bars.x_of(np.inf)), y))
    qtbot.mouseMove(bars, QPoint(bars.width() // 2, y))
    high = bars.range[1]
    n_kept = int((app.workspace.loaded[key].raw.table["photons"] <= high).sum())
    assert f"{n_kept:,} of" in photons.count.text()
    qtbot.waitUntil(lambda: len(shown(app, key)) == n_kept, timeout=PATIENCE)
    qtbot.mouseRelease(bars, Qt.MouseButton.LeftButton, pos=QPoint(bars.width() // 2, y))
    assert app.document.project.data_set(key).filters == (Keep("photons", high=high),)


def test_numbers_can_be_typed_and_reset(qtbot, app, put_data, blobs, row):
    key = put_data(blobs())
    photons = row("photons")
    low = photons.findChild(QLineEdit, "lowest")
    qtbot.keyClicks(low, "1000")
    qtbot.keyClick(low, Qt.Key.Key_Return)
    assert app.document.project.data_set(key).filters == (Keep("photons", low=1000.0),)
    check_equal_to_the_api(app, key)
    qtbot.mouseClick(photons.findChild(QToolButton, "reset row"), Qt.MouseButton.LeftButton)
    assert app.document.project.data_set(key).filters == ()
    assert low.text() == ""


def test_a_number_that_was_begun_counts_for_nothing(qtbot, app, put_data, blobs, row):
    key = put_data(blobs())
    photons = row("photons")
    low, high = (photons.findChild(QLineEdit, name) for name in ("lowest", "highest"))
    qtbot.keyClicks(low, "1e")
    qtbot.keyClicks(high, "2000")
    qtbot.keyClick(high, Qt.Key.Key_Return)
    assert app.document.project.data_set(key).filters == (Keep("photons", high=2000.0),)
    assert (low.text(), high.text()) == ("", "2000")


def test_a_frame_window_holds_whole_frames(qtbot, app, panel, put_data, blobs, row):
    key = put_data(blobs())
    row("photons")
    frames = panel.add("frame")
    low = frames.findChild(QLineEdit, "lowest")
    qtbot.keyClicks(low, "1200.5")
    qtbot.keyClick(low, Qt.Key.Key_Return)
    assert app.document.project.data_set(key).filters == (Frames(first=1201),)
    check_equal_to_the_api(app, key)


def test_precision_of_both_axes_is_one_row(qtbot, app, put_data, row):
    rng = np.random.default_rng(0)
    sigma = rng.uniform(5, 20, (500, 2))
    locs = Localizations.from_arrays(rng.uniform(0, 2000, (500, 2)), sigma=sigma)
    key = put_data(locs)
    precision = row("precision")
    high = precision.findChild(QLineEdit, "highest")
    qtbot.keyClicks(high, "12")
    qtbot.keyClick(high, Qt.Key.Key_Return)
    assert len(shown(app, key)) == int((sigma <= 12).all(axis=1).sum())
    check_equal_to_the_api(app, key)


def test_a_range_that_leaves_nothing_is_taken_back_and_told(qtbot, app, put_data, blobs, row):
    key = put_data(blobs())
    photons = row("photons")
    n_all = len(shown(app, key))
    photons.set_bounds(1e9, np.inf)
    assert app.document.project.data_set(key).filters == ()
    assert len(shown(app, key)) == n_all
    assert "None of" in app.activity.messages[-1].text


def test_merging_runs_in_the_worker_and_ranges_after_it_see_what_it_leaves(
    qtbot, app, panel, put_data, blobs, row
):
    key = put_data(blobs())
    row("photons")
    merge = panel.add("merge")
    merge.distance.setValue(40)
    merge.dark_frames.setValue(20)
    qtbot.mouseClick(merge.findChild(QPushButton, "apply step"), Qt.MouseButton.LeftButton)
    assert app.activity.running("filtering") is not None
    step = MergeReappearing(max_distance_nm=40.0, max_dark_frames=20)
    assert app.document.project.data_set(key).filters == (step,)
    qtbot.waitUntil(lambda: bool(app.workspace.loaded[key].field.steps), timeout=PATIENCE)
    check_equal_to_the_api(app, key)
    assert app.activity.tasks == ()
    after = panel.add("z_nm") if "z_nm" in shown(app, key).table else panel.add("n_merged")
    n_merged = len(shown(app, key))
    qtbot.waitUntil(lambda: f"{n_merged:,}" in merge.count.text(), timeout=PATIENCE)
    after.set_bounds(2, np.inf)
    check_equal_to_the_api(app, key)
    assert shown(app, key).table["n_merged"].min() >= 2


def test_many_localizations_are_filtered_by_the_worker(
    qtbot, app, put_data, blobs, row, monkeypatch
):
    monkeypatch.setattr(filtering, "MOST_AT_ONCE", 10)
    key = put_data(blobs())
    photons = row("photons")
    photons.set_bounds(500, 900)
    photons.set_bounds(600, 900)
    qtbot.waitUntil(lambda: app.provided["filters"].is_settled(key), timeout=PATIENCE)
    assert app.document.project.data_set(key).filters == (Keep("photons", low=600, high=900),)
    check_equal_to_the_api(app, key)


def test_a_channel_is_chosen_and_filters_hold_for_it(app, put_data):
    rng = np.random.default_rng(0)
    locs = Localizations.from_arrays(
        rng.uniform(0, 2000, (400, 2)),
        channel=rng.integers(1, 3, 400),
        photons=rng.uniform(100, 900, 400),
    )
    key = put_data(locs)
    filters = app.provided["filters"]
    filters.set_filters(key, [Keep("photons", low=300)], "filter by photons")
    filters.set_channel(key, 2)
    assert set(shown(app, key).channel.tolist()) == {2}
    check_equal_to_the_api(app, key)
    app.document.undo()
    check_equal_to_the_api(app, key)
    assert set(shown(app, key).channel.tolist()) == {1, 2}


def test_filters_are_copied_to_all_data_sets(qtbot, app, panel, put_data, blobs, row):
    keys = [put_data(blobs(seed), path=f"/data/{seed}.csv") for seed in range(3)]
    row("photons").set_bounds(900, np.inf)
    copy = panel.findChild(QToolButton, "copy filters")
    qtbot.waitUntil(copy.isEnabled)
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    for key in keys:
        assert app.document.project.data_set(key).filters == (Keep("photons", low=900),)
        check_equal_to_the_api(app, key)


def test_each_data_set_has_rows_of_its_own(qtbot, app, panel, put_data, blobs, row):
    first = put_data(blobs(0), path="/data/a.csv")
    row("photons").set_bounds(900, np.inf)
    put_data(blobs(1), path="/data/b.csv")
    qtbot.waitUntil(lambda: panel.row("photons").step is None, timeout=PATIENCE)
    app.workspace.look_at(first)
    qtbot.waitUntil(lambda: panel.row("photons").step is not None, timeout=PATIENCE)
    assert isinstance(panel.row("photons"), QWidget)


@pytest.mark.parametrize("whole", [True, False])
def test_bars_of_a_histogram_are_the_counts_of_numpy(whole):
    rng = np.random.default_rng(1)
    values = rng.normal(100, 20, 5000)
    values = np.round(values) if whole else values
    made = histogram(np.append(values, np.nan))
    expected, _ = np.histogram(values, made.edges)
    np.testing.assert_array_equal(made.counts, expected)
    assert (made.n, made.n_unknown) == (5000, 1)


def test_a_far_outlier_does_not_squeeze_the_bars():
    values = np.append(np.random.default_rng(1).uniform(0, 10, 5000), 1e7)
    made = histogram(values)
    assert made.edges[-1] < 20
    assert made.high == 1e7
    assert made.counts.sum() == len(values)


def test_steps_in_the_panel_are_those_that_the_api_records(app, put_data, blobs):
    key = put_data(blobs(), filters=(Keep("photons", low=900), Frames(last=4000)))
    loaded = app.workspace.loaded[key]
    filters = app.document.project.data_set(key).filters
    assert loaded.field.steps == apply_filters(loaded.raw, filters)[1]


@pytest.mark.slow
@pytest.mark.features("viewer", "filters", "running")
def test_a_run_waits_for_filters_that_are_being_applied(qtbot, app, put_data, blobs, monkeypatch):
    monkeypatch.setattr(filtering, "MOST_AT_ONCE", 10)
    locs = blobs()
    key = put_data(locs)
    filters, running = app.provided["filters"], app.provided["running"]
    filters.set_filters(key, [Keep("photons", low=1500)], "filter by photons")
    assert not filters.is_settled(key)
    seed = app.document.project.seed
    assert running.start()
    assert running.is_running
    assert not running.start(), "one at a time"
    # for the next run
    running.set_seed(seed + 1)
    qtbot.waitUntil(lambda: not running.is_running, timeout=60_000)
    analysis, (finding,) = app.workspace.analysis, app.document.project.findings
    kept = locs.select(locs.table["photons"].to_numpy() >= 1500)
    np.testing.assert_array_equal(analysis.localizations.xy, kept.xy)
    assert finding.request.filters == (Keep("photons", low=1500),)
    assert finding.request.seed == seed
    assert app.activity.tasks == ()


@pytest.mark.features("viewer", "filters", "running")
@pytest.mark.parametrize("how", ["cancel", "stop", "filters", "remove"])
def test_a_run_that_waits_can_be_stopped(qtbot, app, put_data, blobs, monkeypatch, how):
    monkeypatch.setattr(filtering, "MOST_AT_ONCE", 10)
    key = put_data(blobs())
    filters, running = app.provided["filters"], app.provided["running"]
    low = 1e9 if how == "filters" else 1500
    filters.set_filters(key, [Keep("photons", low=low)], "filter by photons")
    assert running.start()
    (task,) = [one for one in app.activity.tasks if one.kind == "analysis"]
    if how == "cancel":
        running.cancel()
    elif how == "stop":
        app.activity.request_stop(task.key)
    elif how == "remove":
        app.document.edit("remove", app.document.project.without_data_set(key))
        app.workspace.drop_loaded(key)
    else:
        # nothing is left by them
        qtbot.waitUntil(lambda: filters.is_settled(key), timeout=PATIENCE)
    assert not running.is_running
    qtbot.waitUntil(lambda: filters.is_settled(key), timeout=PATIENCE)
    assert not running.is_running
    assert app.document.project.findings == ()
    assert not [one for one in app.activity.tasks if one.kind == "analysis"]
