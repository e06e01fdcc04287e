"""What explains a result: numbers held against the engine, moved with mouse and keys."""

import re
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from PySide6.QtCore import QObject, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QLabel

from stormgraph_gui.app import StormGraphApp
from stormgraph_gui.features import results
from stormgraph_gui.jobs import work
from stormgraph_gui.models.activity import Activity
from stormgraph_gui.models.degree_estimate import degree_estimate
from stormgraph_gui.models.document import Document
from stormgraph_gui.models.facts import facts_of
from stormgraph_gui.models.icicle import icicle
from stormgraph_gui.models.project import DataSet, Finding
from stormgraph_gui.models.wording import in_the_app
from stormgraph_gui.models.workspace import Loaded, Workspace
from stormgraph_gui.views.canvas import Canvas
from stormgraph_gui.views.main_window import MainWindow
from stormgraph_gui.views.region_rows import AREA, DENSITY, RegionRows, Row
from stormgraph_py import Localizations, StormGraphParams, cluster_localizations
from stormgraph_py.clusters.overcounting_report import overcounting_table
from stormgraph_py.report import words
from stormgraph_py.report.analysis import cluster, crop, measure, prepare
from stormgraph_py.report.request import Request
from stormgraph_py.report.tables import split_table

from .conftest import delete_now

pytestmark = pytest.mark.features("viewer", "results")

LEFT = Qt.MouseButton.LeftButton


def nested():
    """Groups of three blobs that touch, one apart enough to be split, and two single molecules."""
    rng = np.random.default_rng(2)
    corners = np.array([[700.0, 700], [2300, 800], [800, 2300], [2200, 2300]])
    blobs = np.concatenate([corners + offset for offset in ([0, 0], [75, 0], [0, 75])])
    points = np.concatenate(
        [
            np.repeat(blobs, 50, axis=0) + rng.normal(0, 16, (len(blobs) * 50, 2)),
            np.repeat([[1500, 1500], [1500.0, 300]], 8, axis=0) + rng.normal(0, 4, (16, 2)),
            rng.uniform(0, 3000, (400, 2)),
        ]
    )
    return Localizations.from_arrays(points, sigma=rng.uniform(6, 10, len(points)))


def dense():
    """The same, closer together."""
    return Localizations.from_arrays(nested().xy / 3)


def without_precision():
    """The same as points."""
    return Localizations.from_arrays(nested().xy)


def in_three_dimensions():
    """Blobs around a focal plane."""
    rng = np.random.default_rng(3)
    blobs = rng.uniform([200, 200, -200], [1800, 1800, 200], (12, 3))
    background = np.column_stack([rng.uniform(0, 2000, (500, 2)), rng.normal(0, 200, 500)])
    points = np.concatenate(
        [np.repeat(blobs, 40, axis=0) + rng.normal(0, 25, (480, 3)), background]
    )
    sigma = np.column_stack([np.full((len(points), 2), 10.0), np.full(len(points), 25.0)])
    return Localizations.from_arrays(points, sigma=sigma)


class Answer(QObject):
    succeeded = Signal(object)
    failed = Signal(object)


class Inline(QObject):
    """Stands for a worker: does the work here, and answers a little later."""

    def call(self, function, **arguments):
        answer = Answer(self)
        value = getattr(work, function)(**arguments, on_progress=None, should_stop=None)
        QTimer.singleShot(0, answer, lambda: answer.succeeded.emit(value))
        return answer


class Bench(QObject):
    """The app with nothing but an empty map and the panel of the result."""

    def __init__(self):
        super().__init__()
        self.document, self.workspace = Document(self), Workspace(self)
        self.activity = Activity(self)
        self.analyst = Inline(self)
        self.window = MainWindow()
        self.provided = {"viewer": Canvas()}
        self.window.add_page("viewer", "2-D", self.provided["viewer"])
        results.install(self)


@pytest.fixture
def app(qapp):
    """What of the app explains results, shown offscreen."""
    made = Bench()
    made.window.resize(1280, 900)
    made.window.show()
    yield made
    made.window.allow_close()
    made.window.deleteLater()
    delete_now()


@lru_cache(maxsize=4)
def analysed(make, **params):
    """The analysis of localizations; it is the same for all tests that ask for it."""
    request = Request(path="/data/cell.csv", params=StormGraphParams(**({"k": 10} | params)))
    field = prepare(request, make())
    selection = crop(request, field)
    return request, field, measure(request, selection, cluster(request, selection))


def look_at(app, request, field, analysis):
    """Let an app have an analysis as if it had been made, and look at it."""
    project, key = app.document.project.new_key()
    project, name = project.with_data_set(DataSet(key=key, path=request.path)).new_key()
    made = "2026-01-01T00:00:00+00:00"
    finding = Finding(key=name, data_set=key, region=None, request=request, made_utc=made)
    project = replace(project, params=request.params).with_finding(finding)
    app.document.reset(project)
    app.workspace.put_loaded(key, Loaded(raw=field.localizations, field=field))
    app.workspace.put_analysis(name, analysis)
    app.workspace.look_at(key, None, name)


@pytest.fixture
def show(app, qtbot):
    """Lets the app look at the result for some localizations, at a tab of the panel."""

    def shown(make, tab, **params):
        request, field, analysis = analysed(make, **params)
        look_at(app, request, field, analysis)
        feature = app.provided["results"]
        feature.show_tab(tab)
        qtbot.waitUntil(feature.panel.isVisible)
        return feature.panel, app.workspace.analysis

    return shown


def wait_for_radii(app, qtbot):
    """Wait until the label radii are known at which verdicts turn, and return them."""
    evidence, key = app.provided["results"].evidence, app.workspace.finding
    qtbot.waitUntil(lambda: key in evidence.label_radii, timeout=60_000)
    return evidence.label_radii[key]


def columns_of(plot):
    """Columns of numbers that a diagram would copy, by heading."""
    header, *rows = plot.data_text().rstrip("\n").split("\n")
    cells = [row.split("\t") for row in rows]
    return {
        name: np.array([float(row[i]) for row in cells if row[i]])
        for i, name in enumerate(header.split("\t"))
    }


def drag(qtbot, widget, start, end):
    """Drag with the mouse, slowly enough for every move to count."""
    qtbot.mouseMove(widget, start)
    qtbot.wait(30)
    qtbot.mousePress(widget, LEFT, pos=start)
    for share in (0.25, 0.5, 0.75, 1.0):
        qtbot.wait(30)
        qtbot.mouseMove(widget, start + (end - start) * share)
    qtbot.wait(30)
    qtbot.mouseRelease(widget, LEFT, pos=end)


def in_plot(plot, x, height=0.5):
    """Pixel of a value of x, at a share of the height of a diagram."""
    QApplication.processEvents()  # the layout follows a change of the text above
    view = plot.graph.getPlotItem().vb
    (_, _), (low, high) = view.viewRange()
    at = QPointF(plot.to_axis(x), low + height * (high - low))
    return plot.graph.mapFromScene(view.mapViewToScene(at))


def test_without_a_result_the_panel_says_how_to_get_one(app):
    panel = app.provided["results"].panel
    app.provided["results"].show_tab("summary")
    assert panel._nothing.isVisible()
    assert "run an analysis" in panel._nothing.text()


def test_the_summary_has_the_sentences_of_the_report(app, show):
    panel, analysis = show(nested, "summary")
    assert panel.summary.lead.text() == words.lead(analysis)
    assert panel.summary.warnings() == [in_the_app(one) for one in analysis.warnings]
    assert analysis.warnings


@pytest.mark.parametrize("tab", ["summary", "levels"])
def test_a_result_that_is_out_of_date_says_so_above_all_tabs(app, show, tab):
    panel, _ = show(nested, tab)
    assert not panel.outdated.isVisible()
    key = app.workspace.data_set
    project = app.document.project.editing(key, lambda one: replace(one, channel=1))
    app.document.edit("choose a channel", project)
    assert panel.outdated.isVisible()
    line = panel.outdated.findChild(QLabel, "outdated text")
    assert "another channel is chosen" in line.toolTip()
    assert line.height() < 2 * line.fontMetrics().height()
    app.document.undo()
    assert not panel.outdated.isVisible()
    app.document.redo()
    app.workspace.look_at(key)
    assert not panel.outdated.isVisible(), "no result is shown"


def test_the_summary_says_both_r0(show):
    panel, analysis = show(nested, "summary")
    first, final = analysis.result.length_scale.r0_nm, analysis.result.final_length_scale.r0_nm
    assert abs(first - final) > 1, "these data have two"
    said = panel.summary.choices.text()
    numbers = [float(one) for one in re.findall(r"([\d.]+) nm", said)]
    assert numbers == pytest.approx([first, final], rel=0.005)
    assert "nm for the final graph, from neighbour k = 10" in said


def test_one_quantity_is_rounded_in_one_way_in_all_panels(qapp):
    _, field, analysis = analysed(dense)
    shown = {one["meaning"]: one["value"] for one in words.headline(analysis)}
    facts = dict(facts_of(Loaded(raw=field.localizations, field=field)).rows)
    rows = RegionRows()
    n, area_um2 = len(field.localizations), analysis.result.area / 1e6
    assert n / area_um2 > 1000, "a density that is not shown with all of its digits"
    rows.show_rows([Row(key=None, name="", n_localizations=n, area_um2=area_um2)])
    in_list = [rows.data(rows.index(0, column)) for column in (AREA, DENSITY)]
    assert in_list == [
        shown["area of the region"].removesuffix(" µm²"),
        shown["localizations per µm²"],
    ]
    assert facts["Density"] == f"{shown['localizations per µm²']} per µm²"


def test_a_link_of_the_summary_leads_to_its_explanation(qtbot, show):
    panel, _ = show(nested, "summary")
    panel.summary.choices.linkActivated.emit("degrees")
    assert panel.degrees.isVisible()


@pytest.mark.parametrize("which", ["first", "final"])
def test_the_histograms_of_r0_are_those_of_the_result(show, qtbot, which):
    panel, analysis = show(nested, "r0")
    result = analysis.result
    scale = result.length_scale if which == "first" else result.final_length_scale
    button = panel.why_r0.first if which == "first" else panel.why_r0.final
    qtbot.mouseClick(button, LEFT, pos=QPoint(8, button.height() // 2))
    columns = list(columns_of(panel.why_r0.plot).values())
    np.testing.assert_array_equal(columns[1], scale.bin_edges_nm[1:])
    np.testing.assert_array_equal(columns[2], scale.density_data)
    np.testing.assert_array_equal(columns[5], scale.density_random)
    assert columns[-1] == pytest.approx([scale.r0_nm])
    assert words.length_scale_text(scale) in panel.why_r0.explanation.text()


def test_the_elbow_of_r0_is_that_of_the_result(show):
    panel, analysis = show(nested, "r0", k=None)
    columns = list(columns_of(panel.why_r0.plot).values())
    scale = analysis.result.length_scale
    np.testing.assert_array_equal(columns[0], scale.radii_nm)
    np.testing.assert_array_equal(columns[1], scale.n_components)
    assert columns[-1] == pytest.approx([scale.r0_nm])


def test_the_degrees_drawn_are_those_of_the_result(show):
    panel, analysis = show(nested, "degrees")
    noise = analysis.result.noise
    low, high, share, *_ = columns_of(panel.degrees.plot).values()
    inside = [(noise.degrees > a) & (noise.degrees <= b) for a, b in zip(low, high, strict=True)]
    inside[0] |= noise.degrees <= low[0]
    counts = [int(each.sum()) for each in inside]
    np.testing.assert_allclose(share * len(noise.degrees), counts, atol=1.01)
    assert share.sum() == pytest.approx(1)


def test_the_estimate_is_what_a_run_with_that_alpha_keeps(app, show):
    localizations = nested()
    panel, analysis = show(nested, "degrees")
    estimate = app.provided["results"].evidence.degrees[app.workspace.finding]
    kept = int(analysis.result.noise.retained.sum())
    assert estimate.n_kept(0.05) == kept
    assert f"kept {kept} of" in panel.degrees.said.text()
    panel.degrees.spin.setValue(0.2)
    again = cluster_localizations(localizations, StormGraphParams(k=10, alpha=0.2))
    kept = int(again.noise.retained.sum())
    assert f"alpha = 0.2: {kept} of" in panel.degrees.said.text()
    assert "run again" in panel.degrees.said.text()
    panel.degrees.spin.setValue(1.0)
    assert f"alpha = 1: {len(localizations):,} of" in panel.degrees.said.text()


def test_dragging_the_threshold_shows_the_estimate_and_the_alpha_can_be_used(app, show, qtbot):
    panel, analysis = show(nested, "degrees")
    degrees = panel.degrees
    assert not degrees.use.isEnabled()
    before = float(analysis.result.noise.threshold[0])
    viewport = degrees.plot.graph.viewport()
    drag(qtbot, viewport, in_plot(degrees.plot, before), in_plot(degrees.plot, before / 1.5))
    estimate = app.provided["results"].evidence.degrees[app.workspace.finding]
    assert degrees.alpha > 0.05
    # the threshold goes where the mouse went, as near as an alpha with two digits comes
    assert float(estimate.threshold(degrees.alpha)) == pytest.approx(before / 1.5, rel=0.05)
    assert f"alpha = {degrees.alpha:g}: {estimate.n_kept(degrees.alpha)} of" in degrees.said.text()
    qtbot.mouseClick(degrees.use, LEFT)
    assert app.document.project.params.alpha == degrees.alpha
    assert not degrees.use.isEnabled()
    app.document.undo()
    assert app.document.project.params.alpha == 0.05


def test_keys_on_the_slider_of_alpha_try_neighbouring_values(show, qtbot):
    panel, _ = show(nested, "degrees")
    qtbot.keyClick(panel.degrees.slider, Qt.Key.Key_Left)
    assert 0.04 < panel.degrees.alpha < 0.05


def test_without_precisions_the_estimate_is_said_to_be_one_of_the_threshold_alone(show):
    panel, analysis = show(without_precision, "degrees")
    noise = analysis.result.noise
    alone = int((noise.degrees >= noise.threshold).sum())
    assert degree_estimate(analysis).n_kept(0.05) == alone
    assert "groups of neighbours decide together" in panel.degrees.said.text()


def test_an_analysis_that_kept_all_has_no_threshold_to_move(show):
    panel, _ = show(nested, "degrees", alpha=1.0)
    assert not panel.degrees.plot.isVisible()
    assert "kept all localizations" in panel.degrees.explanation.text()


def test_around_a_focal_plane_every_z_has_its_threshold(app, show, qtbot):
    localizations = in_three_dimensions()
    panel, analysis = show(in_three_dimensions, "degrees", k=15)
    evidence, key = app.provided["results"].evidence, app.workspace.finding
    qtbot.waitUntil(lambda: key in evidence.degrees, timeout=60_000)
    estimate = evidence.degrees[key]
    np.testing.assert_array_equal(estimate.threshold(0.05), analysis.result.noise.threshold)
    panel.degrees.try_alpha(0.3)
    again = cluster_localizations(localizations, StormGraphParams(k=15, alpha=0.3))
    assert f"alpha = 0.3: {int(again.noise.retained.sum()):,} of" in panel.degrees.said.text()
    assert panel.degrees.over_z.isVisible()


def test_the_slider_cuts_the_hierarchy(app, show, qtbot):
    panel, analysis = show(nested, "levels")
    hierarchy, levels = analysis.result.hierarchy, panel.levels
    assert hierarchy.n_levels > 1
    assert levels.chosen.isChecked()
    assert f"{analysis.result.n_clusters} clusters" in levels.label.text()
    qtbot.keyClick(levels.slider, Qt.Key.Key_End)
    last = hierarchy.n_levels - 1
    assert app.workspace.level == last
    assert levels.one.isChecked()
    assert f"{hierarchy.n_clusters(last)} clusters" in levels.label.text()
    assert f"Level {last + 1} of {hierarchy.n_levels} (finest)" in levels.label.text()
    qtbot.keyClick(levels.slider, Qt.Key.Key_Home)
    assert app.workspace.level == 0
    sizes = np.bincount(hierarchy.levels[0][hierarchy.levels[0] >= 0])
    assert f"{np.median(sizes):g} localizations in the median" in levels.label.text()
    assert f"{sizes.max()} in the largest" in levels.label.text()
    qtbot.mouseClick(levels.chosen, LEFT, pos=QPoint(8, levels.chosen.height() // 2))
    assert app.workspace.level is None


def test_the_mouse_drags_the_slider_and_the_whole_app_follows(qtbot, tmp_path):
    made = StormGraphApp(tmp_path / "settings")
    made.window.show()
    try:
        request, field, analysis = analysed(nested)
        look_at(made, request, field, analysis)
        made.provided["results"].show_tab("levels")
        slider = made.provided["results"].panel.levels.slider
        qtbot.waitUntil(slider.isVisible)
        QApplication.processEvents()
        qtbot.mouseClick(made.provided["results"].panel.levels.one, LEFT, pos=QPoint(8, 10))
        assert made.workspace.level == 0
        middle = slider.height() // 2
        qtbot.mousePress(slider, LEFT, pos=QPoint(6, middle))
        for x in range(6, slider.width() - 6, 20):
            qtbot.mouseMove(slider, QPoint(x, middle))
        qtbot.mouseRelease(slider, LEFT, pos=QPoint(slider.width() - 6, middle))
        last = analysis.result.hierarchy.n_levels - 1
        assert made.workspace.level == last
        measured = made.provided["tables"].measured
        n_clusters = analysis.result.hierarchy.n_clusters(last)
        qtbot.waitUntil(
            lambda: not measured.is_measuring and len(measured.table) == n_clusters, timeout=60_000
        )
        made.provided["results"].show_tab("overcounting")
        radii = wait_for_radii(made, qtbot)
        table = overcounting_table(analysis.result, analysis.localizations)
        np.testing.assert_array_equal(radii, table["largest_label_radius_nm"])
    finally:
        made.close()
        delete_now()


def test_the_menu_steps_through_the_levels(app, show):
    _, analysis = show(nested, "levels")
    actions = {a.text(): a for a in app.window.menu("View").actions()}
    levels = analysis.result.hierarchy.levels
    n_clusters = [labels.max() + 1 for labels in levels]
    assert n_clusters[0] <= analysis.result.n_clusters
    actions["&Coarser level"].trigger()
    assert n_clusters[app.workspace.level] <= analysis.result.n_clusters
    actions["C&hosen clusters"].trigger()
    actions["Fi&ner level"].trigger()
    last = len(levels) - 1
    assert app.workspace.level == last or n_clusters[app.workspace.level] > (
        analysis.result.n_clusters
    )
    for _ in range(analysis.result.hierarchy.n_levels + 2):
        actions["Fi&ner level"].trigger()
    assert app.workspace.level == analysis.result.hierarchy.n_levels - 1
    actions["&Coarser level"].trigger()
    assert app.workspace.level == analysis.result.hierarchy.n_levels - 2
    actions["C&hosen clusters"].trigger()
    assert app.workspace.level is None


def test_boxes_lie_within_those_of_their_parents_and_are_as_wide_as_clusters(show):
    _, analysis = show(nested, "levels")
    result = analysis.result
    drawn = icicle(result.hierarchy, result.labels)
    for level, (row, parents) in enumerate(zip(drawn.rows, result.hierarchy.parents, strict=True)):
        labels = result.hierarchy.levels[level]
        np.testing.assert_array_equal(row.sizes, np.bincount(labels[labels >= 0]))
        order = np.argsort(row.begins)
        ends = row.begins + row.sizes
        assert (row.begins[order][1:] >= ends[order][:-1]).all()
        if level:
            above = drawn.rows[level - 1]
            assert (row.begins >= above.begins[parents]).all()
            assert (ends <= (above.begins + above.sizes)[parents]).all()
            np.testing.assert_array_equal(
                above.n_children, [(parents == p).sum() for p in range(len(above.sizes))]
            )
        for number in np.flatnonzero(row.chosen >= 0):
            np.testing.assert_array_equal(labels == number, result.labels == row.chosen[number])
    marked = np.sort(np.concatenate([row.chosen[row.chosen >= 0] for row in drawn.rows]))
    np.testing.assert_array_equal(marked, np.arange(result.n_clusters))


def test_a_click_on_a_box_shows_its_cluster(app, show, qtbot):
    panel, analysis = show(nested, "levels")
    row = icicle(analysis.result.hierarchy, analysis.result.labels).rows[1]
    cluster = int(np.argmax(row.sizes))
    box = panel.levels.icicle.box(1, cluster)
    qtbot.mouseClick(panel.levels.icicle, LEFT, pos=box.center().toPoint())
    assert app.workspace.level == 1
    assert app.workspace.clusters == {cluster}


def test_splits_are_listed_and_a_click_goes_to_the_cluster(app, show, qtbot):
    panel, analysis = show(nested, "levels")
    table = panel.levels.splits
    expected = split_table(analysis.result)
    assert {True, False} <= set(expected["accepted"])
    assert len(table.records) == len(expected) == table.model().rowCount()
    for row, split in enumerate(expected.to_dict("records")):
        cells = [table.model().index(row, i).data() for i in range(table.model().columnCount())]
        assert cells[:4] == [
            "split" if split["accepted"] else "kept whole",
            *(str(split[name]) for name in ("level", "cluster", "n_localizations")),
        ]
        shown = f"{split['similarity']:.2f}" if split["similarity"] >= 0 else "–"
        assert cells[4] == shown
        assert cells[6] == str(split["n_subclusters"])
        assert cells[8] in words.SPLIT_REASONS[split["reason"]]
    index = table.model().index(1, 0)
    table.scrollTo(index)
    qtbot.mouseClick(table.viewport(), LEFT, pos=table.visualRect(index).center())
    split = analysis.result.splits[1]
    assert app.workspace.level == split.level
    assert app.workspace.clusters == {split.cluster}
    assert f"Cluster {split.cluster} at level {split.level + 1}" in panel.levels.why.text()
    members = analysis.result.hierarchy.levels[split.level] == split.cluster
    box = app.provided["viewer"].view_box()
    xy = analysis.localizations.xy[members]
    assert (xy >= (box.left, box.low)).all()
    assert (xy <= (box.right, box.high)).all()
    assert box.right - box.left < 2000


@pytest.mark.parametrize("radius", [3.0, 9.5])
def test_the_what_if_is_what_a_run_with_that_label_radius_says(app, show, qtbot, radius):
    localizations = nested()
    panel, _ = show(nested, "overcounting")
    wait_for_radii(app, qtbot)
    panel.overcounting.spin.setValue(radius)
    params = StormGraphParams(k=10, label_radius_nm=radius)
    again = cluster_localizations(localizations, params)
    expected = [one.verdict for one in again.overcounting]
    rows = panel.overcounting.table.records
    several = ["several-molecules" if row.is_several else "indistinguishable" for row in rows]
    assert several == expected
    n = expected.count("several-molecules")
    assert f"nm {n} of {len(expected)} clusters" in panel.overcounting.said.text()


def test_the_label_radius_is_dragged_and_used(app, show, qtbot):
    panel, analysis = show(nested, "overcounting")
    wait_for_radii(app, qtbot)
    overcounting = panel.overcounting
    n = sum(one.verdict == "several-molecules" for one in analysis.result.overcounting)
    assert f"{n} of {len(analysis.result.overcounting)}" in overcounting.verdict.text()
    overcounting.try_radius(2.0)
    viewport = overcounting.plot.graph.viewport()
    start, end = in_plot(overcounting.plot, 2.0), in_plot(overcounting.plot, 8.0)
    drag(qtbot, viewport, start, end)
    assert overcounting.radius_nm == pytest.approx(8.0, abs=0.2)
    assert overcounting.spin.value() == pytest.approx(overcounting.radius_nm)
    qtbot.keyClick(overcounting.slider, Qt.Key.Key_Home)
    assert overcounting.radius_nm == 0.0
    qtbot.keyClick(overcounting.slider, Qt.Key.Key_Right)
    qtbot.mouseClick(overcounting.use, LEFT)
    assert app.document.project.params.label_radius_nm == pytest.approx(0.1)


def test_a_click_on_evidence_selects_the_cluster_or_goes_where_it_was(app, show, qtbot):
    panel, analysis = show(nested, "overcounting", overcounting=True)
    wait_for_radii(app, qtbot)
    evidence = analysis.result.overcounting
    assert {one.cluster >= 0 for one in evidence} == {True, False}
    table = panel.overcounting.table
    for wanted in (True, False):
        row = next(i for i, one in enumerate(evidence) if (one.cluster >= 0) is wanted)
        index = table.model().index(row, 0)
        table.scrollTo(index)
        qtbot.mouseClick(table.viewport(), LEFT, pos=table.visualRect(index).center())
        assert app.workspace.clusters == ({evidence[row].cluster} if wanted else frozenset())
        box = app.provided["viewer"].view_box()
        members = analysis.result.candidate_labels == evidence[row].candidate
        middle = analysis.localizations.xy[members].mean(axis=0)
        assert box.left < middle[0] < box.right
        assert box.low < middle[1] < box.high


def test_a_removed_result_is_forgotten(app, show, qtbot):
    panel, _ = show(nested, "overcounting")
    wait_for_radii(app, qtbot)
    key = app.workspace.finding
    app.workspace.drop_analysis(key)
    assert key not in app.provided["results"].evidence.label_radii
    assert panel._nothing.isVisible()
