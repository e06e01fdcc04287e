import numpy as np
import pandas as pd
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from stormgraph_gui.models.distributions import (
    Sample,
    clusters_within,
    common_edges,
    cumulative,
    histogram,
    wants_log,
)
from stormgraph_gui.models.summary import summary_lines, summary_text

pytestmark = pytest.mark.features("viewer", "tables")


@pytest.fixture
def plots(app, blobs, put_data, put_analysis, qtbot):
    made = app.provided["tables"].distributions
    app.window.show_dock("clusters")
    put_analysis(put_data(blobs()))
    qtbot.waitUntil(made.plot.isVisible)
    return made


def drawn(plots):
    """The series that the diagram shows, by their names in its copied numbers."""
    lines = plots.plot.data_text().splitlines()
    rows = [line.split("\t") for line in lines]
    columns = zip(*(row + [""] * (len(rows[0]) - len(row)) for row in rows), strict=True)
    return {name: np.array([float(v) for v in values if v]) for name, *values in columns}


def drag(qtbot, plots, low, high):
    """Drag with the left button from one value of the x axis to another."""
    graph = plots.plot.graph
    box = graph.getViewBox()
    at = [
        graph.mapFromScene(box.mapViewToScene(QPointF(plots.plot.to_axis(x), 0.0)))
        for x in (low, high)
    ]
    y = graph.viewport().height() // 2
    begin, end = (QPoint(point.x(), y) for point in at)
    view, left = graph.viewport(), Qt.MouseButton.LeftButton
    qtbot.mousePress(view, left, pos=begin)
    qtbot.mouseMove(view, QPoint((begin.x() + end.x()) // 2, y))
    qtbot.mouseMove(view, end)
    qtbot.mouseRelease(view, left, pos=end)


def test_the_histogram_counts_every_cluster(app, plots):
    clusters = app.workspace.analysis.clusters
    plots.show_column("radius_of_gyration_nm")
    heights = next(v for name, v in drawn(plots).items() if name.endswith("clusters"))
    assert heights.sum() == len(clusters)
    plots.show_column("n_localizations")
    heights = next(v for name, v in drawn(plots).items() if name.endswith("clusters"))
    assert heights.sum() == len(clusters)


def test_dragging_over_a_range_selects_its_clusters(qtbot, app, plots):
    plots.show_column("radius_of_gyration_nm")
    sizes = app.workspace.analysis.clusters["radius_of_gyration_nm"].sort_values()
    # well between neighbours that are apart, as pixels are coarse
    gaps = np.diff(sizes)
    gap = int(np.argmax(gaps[:-1]))
    border = float(sizes.iloc[gap : gap + 2].mean())
    drag(qtbot, plots, border, float(sizes.max()) + 1)
    assert app.workspace.clusters == set(sizes.index[sizes > border])
    table = app.provided["tables"].table
    rows = {index.row() for index in table.view.selectionModel().selectedRows()}
    assert rows == app.workspace.clusters
    marked = f"selected: {len(app.workspace.clusters)}: "
    qtbot.waitUntil(lambda: any(n.startswith(marked) for n in drawn(plots)), timeout=30_000)
    view = plots.plot.graph.viewport()
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.rect().center())
    assert app.workspace.clusters == frozenset()


def test_several_results_are_drawn_over_one_another(qtbot, app, blobs, put_data, put_analysis):
    plots = app.provided["tables"].distributions
    app.window.show_dock("clusters")
    first = put_analysis(put_data(blobs(), path="/data/first.csv"))
    second = put_analysis(put_data(blobs(seed=5), path="/data/second.csv"))
    plots.fill_menu()
    (action,) = plots.overlay_button.menu().actions()
    assert action.text() == "first.csv"
    action.trigger()
    plots.show_column("n_localizations")
    series = drawn(plots)
    for key, name in ((first, "first.csv"), (second, "second.csv")):
        heights = next(v for title, v in series.items() if title.startswith(name) and (v < 1).all())
        assert heights.sum() == pytest.approx(1.0)
        n_clusters = len(app.workspace.analyses[key].clusters)
        assert any(title.startswith(f"{name}: {n_clusters}:") for title in series)
    app.workspace.drop_analysis(first)
    assert not any("first.csv" in title for title in drawn(plots))


def test_the_cumulative_curve_is_that_of_the_values(qtbot, app, plots):
    plots.show_column("n_localizations")
    plots.kind_box.setCurrentIndex(1)
    plots.kind_box.activated.emit(1)
    x, y = drawn(plots).values()
    sizes = app.workspace.analysis.clusters["n_localizations"].to_numpy()
    for value in sizes:
        assert y[x <= value].max() == pytest.approx((sizes <= value).mean())


def test_the_menu_of_measures_follows_the_level(qtbot, app, plots):
    plots.show_column("solidity")
    app.workspace.show_level(0)
    measured = app.provided["tables"].measured
    qtbot.waitUntil(lambda: not measured.is_measuring, timeout=30_000)
    assert plots.column == "solidity"
    total = next(v for name, v in drawn(plots).items() if name.endswith("clusters")).sum()
    assert total == len(measured.table)


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("values", [[5.0], [2.0, 2.0, 2.0], [0.3, 1e6], np.geomspace(1, 1e4, 200)])
def test_bins_hold_every_value(values, log):
    sample = Sample(name="a", sizes=np.asarray(values))
    edges = common_edges([sample], log=log)
    assert (np.diff(edges) > 0).all()
    assert histogram(sample.sizes, edges, shares=False).sum() == len(values)
    assert histogram(sample.sizes, edges, shares=True).sum() == pytest.approx(1.0)


def test_bins_of_counts_hold_equally_many_whole_numbers():
    sizes = np.arange(5, 105).repeat(3).astype(float)
    edges = common_edges([Sample(name="a", sizes=sizes)], log=False, whole_numbers=True)
    counts = histogram(sizes, edges, shares=False)
    assert counts.sum() == 300
    assert len(set(counts[:-1])) == 1


def test_a_cumulative_curve_rises_at_its_values():
    x, y = cumulative(np.array([3.0, 1.0, 1.0]))
    assert x.tolist() == [1, 1, 1, 1, 3, 3]
    assert y[0] == 0
    assert y[-1] == 1
    assert y[np.flatnonzero(x == 1)[-1]] == pytest.approx(2 / 3)
    assert len(cumulative(np.empty(0))[0]) == len(cumulative(np.empty(0))[1]) == 0


def test_a_wide_spread_asks_for_a_logarithmic_axis():
    assert wants_log(np.geomspace(1, 1000, 50))
    assert not wants_log(np.linspace(90, 110, 50))
    assert not wants_log(np.array([0.0, 1000.0]))


def test_a_range_holds_its_ends_and_nothing_that_is_missing():
    table = pd.DataFrame({"cluster": [4, 5, 6, 7], "area_nm2": [1.0, 2.0, np.nan, 3.0]})
    assert clusters_within(table, "area_nm2", 2.0, 3.0).tolist() == [5, 7]


def test_the_summary_names_the_numbers_of_the_api(app, blobs, put_data, put_analysis):
    analysis = app.workspace.analyses[put_analysis(put_data(blobs()))]
    text = summary_text(analysis.summary)
    assert text.startswith(f"{len(analysis.clusters)} clusters")
    assert f"radius {analysis.summary['median_equivalent_radius_nm']:.3g} nm" in text
    assert summary_text(None) == ""
    assert len(summary_lines(analysis.summary).splitlines()) == len(analysis.summary)
    assert app.provided["tables"].table.summary.whole == text
