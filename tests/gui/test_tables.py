import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit

from stormgraph_gui.models.measured import counted
from stormgraph_gui.models.shown import shown_table
from stormgraph_gui.models.table import FILTER_HOW, filtered_rows, sorted_rows, table_columns
from stormgraph_gui.views.color_bar import ColorBar
from stormgraph_py import ParameterError
from stormgraph_py.clusters import measure_clusters

pytestmark = pytest.mark.features("viewer", "tables")


@pytest.fixture
def table(app, qtbot):
    made = app.provided["tables"].table
    app.window.show_dock("clusters")
    qtbot.waitUntil(made.isVisible)
    return made


@pytest.fixture
def analysis(app, blobs, put_data, put_analysis, table):
    key = put_analysis(put_data(blobs()))
    return app.workspace.analyses[key]


def click_row(qtbot, view, row, modifiers=Qt.KeyboardModifier.NoModifier):
    view.scrollTo(view.model().index(row, 0))
    at = view.visualRect(view.model().index(row, 1)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, modifiers, at)


def click_header(qtbot, view, name):
    number = [column.name for column in view.model().columns].index(name)
    header = view.horizontalHeader()
    x = header.sectionViewportPosition(number) + header.sectionSize(number) // 2
    at = QPoint(x, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)


def shown_numbers(view, name):
    model = view.model()
    number = [column.name for column in model.columns].index(name)
    cells = [model.index(row, number).data() for row in range(model.rowCount())]
    return [float(cell.replace(",", "")) for cell in cells]


def test_the_table_shows_what_the_api_measures(analysis, table):
    view, measured = table.view, analysis.clusters
    assert len(measured) >= 8
    for column in table.rows.columns:
        if column.is_number:
            known = measured[column.name].dropna()
            shown = np.array(shown_numbers(view, column.name))
            np.testing.assert_allclose(shown, known, atol=0.5001 * 10.0**-column.decimals)


def test_selecting_in_the_table_selects_in_the_workspace(qtbot, app, analysis, table):
    click_row(qtbot, table.view, 2)
    assert app.workspace.clusters == {2}
    click_row(qtbot, table.view, 4, Qt.KeyboardModifier.ControlModifier)
    assert app.workspace.clusters == {2, 4}
    click_row(qtbot, table.view, 4)
    click_row(qtbot, table.view, 6, Qt.KeyboardModifier.ShiftModifier)
    assert app.workspace.clusters == {4, 5, 6}
    qtbot.keyClick(table.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert app.workspace.clusters == set(range(len(analysis.clusters)))


def test_what_is_selected_elsewhere_is_selected_in_the_table_once(qtbot, app, analysis, table):
    picked = []
    table.picked.connect(picked.append)
    app.workspace.select_clusters([1, 3])
    rows = {index.row() for index in table.view.selectionModel().selectedRows()}
    assert rows == {1, 3}
    assert picked == []
    assert "2 selected" in table.status.text()
    app.workspace.select_clusters(())
    assert not table.view.selectionModel().hasSelection()


def test_sorting_keeps_the_link_between_rows_and_clusters(qtbot, app, analysis, table):
    app.workspace.select_clusters([0])
    click_header(qtbot, table.view, "area_nm2")
    areas = shown_numbers(table.view, "area_nm2")
    assert areas == sorted(areas)
    expected = np.argsort(analysis.clusters["area_nm2"].to_numpy(), kind="stable")
    assert table.rows.clusters().tolist() == expected.tolist()
    rows = [index.row() for index in table.view.selectionModel().selectedRows()]
    assert rows == [expected.tolist().index(0)]
    click_row(qtbot, table.view, 1)
    assert app.workspace.clusters == {expected[1]}
    click_header(qtbot, table.view, "area_nm2")
    assert shown_numbers(table.view, "area_nm2") == areas[::-1]


def test_the_filter_hides_clusters_and_says_how_many(qtbot, app, analysis, table):
    areas = analysis.clusters["area_nm2"]
    bound = int(areas.median())
    box = table.findChild(QLineEdit, "cluster filter")
    qtbot.keyClicks(box, f"area > {bound}")
    expected = set(np.flatnonzero(areas > bound))
    qtbot.waitUntil(lambda: set(table.rows.clusters().tolist()) == expected, timeout=30_000)
    assert f"{len(expected)} of {len(areas)} clusters" in table.status.text()
    hidden = next(n for n in range(len(areas)) if n not in expected)
    app.workspace.select_clusters([hidden])
    assert not table.view.selectionModel().hasSelection()
    assert app.workspace.clusters == {hidden}
    qtbot.keyClicks(box, " and nonsense < 3")
    qtbot.waitUntil(lambda: "nonsense" in table.status.text(), timeout=30_000)
    assert len(table.rows.clusters()) == len(expected)
    box.clear()
    assert len(table.rows.clusters()) == len(areas)
    assert table.view.selectionModel().hasSelection()


def test_copied_rows_are_the_numbers_of_the_api(qtbot, app, analysis, table):
    app.workspace.select_clusters([1, 4])
    qtbot.keyClick(table.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = pd.read_csv(io.StringIO(QGuiApplication.clipboard().text()), sep="\t")
    expected = analysis.clusters.iloc[[1, 4]].reset_index(drop=True)
    assert list(copied.columns) == list(expected.columns)
    numbers = expected.select_dtypes("number").columns
    pd.testing.assert_frame_equal(copied[numbers], expected[numbers], check_exact=False, rtol=1e-12)


def test_the_table_is_saved_as_it_is_shown(qtbot, app, analysis, table, tmp_path, choose_file):
    path = tmp_path / "clusters.csv"
    click_header(qtbot, table.view, "area_nm2")
    table.save_action.trigger()
    choose_file(path)
    saved = pd.read_csv(path)
    ordered = analysis.clusters.sort_values("area_nm2", kind="stable", ignore_index=True)
    assert saved["cluster"].tolist() == ordered["cluster"].tolist()
    np.testing.assert_allclose(saved["area_nm2"], ordered["area_nm2"], rtol=1e-12)
    assert str(path) in app.activity.messages[-1].text


def test_table_and_map_say_that_the_result_is_out_of_date(qtbot, app, analysis, table):
    canvas = app.provided["viewer"]
    bar = next(one for one in canvas.scene().items() if isinstance(one, ColorBar))
    qtbot.waitUntil(lambda: bar.legend is not None and "cluster" in bar.legend.title)
    up_to_date = bar.legend, table.summary.whole
    key = app.workspace.data_set
    project = app.document.project.editing(key, lambda one: replace(one, channel=1))
    app.document.edit("choose a channel", project)
    assert bar.legend.title == f"{up_to_date[0].title}, out of date"
    assert table.summary.whole == f"Out of date  ·  {up_to_date[1]}"
    assert "another channel is chosen" in table.summary.toolTip()
    # it stays when the map is drawn anew, and is not said of what is not the result
    app.workspace.select_clusters([1])
    qtbot.waitUntil(lambda: bar.legend.title.endswith("out of date"))
    app.workspace.look_at(key)
    qtbot.waitUntil(lambda: "out of date" not in bar.legend.title)
    app.workspace.look_at(key, None, app.document.project.findings[0].key)
    app.document.undo()
    qtbot.waitUntil(lambda: bar.legend == up_to_date[0])
    assert table.summary.whole == up_to_date[1]


def test_a_level_is_counted_at_once_and_measured_by_the_analyst(qtbot, app, analysis, table):
    measured = app.provided["tables"].measured
    app.workspace.select_clusters([1])
    app.workspace.show_level(0)
    labels = analysis.result.hierarchy.levels[0]
    assert measured.is_measuring
    assert "measuring" in table.status.text()
    assert shown_numbers(table.view, "n_localizations") == np.bincount(labels[labels >= 0]).tolist()
    qtbot.waitUntil(lambda: not measured.is_measuring, timeout=30_000)
    pd.testing.assert_frame_equal(measured.table, shown_table(analysis, 0))
    assert len(table.rows.rows) == analysis.result.hierarchy.n_clusters(0)
    assert measured.summary["n_clusters"] == analysis.result.hierarchy.n_clusters(0)
    which = f"evel 1 of {analysis.result.hierarchy.n_levels}"
    assert table.summary.whole.startswith(f"L{which}")
    assert app.provided["scene"].sheets[-1].coloring.legend.title.endswith(f"l{which}")
    app.workspace.show_level(None)
    assert measured.table is analysis.clusters
    assert which not in table.summary.whole
    app.workspace.show_level(0)
    assert not measured.is_measuring


def test_a_level_has_the_measurements_of_all_its_localizations(analysis):
    result = analysis.result
    expected = measure_clusters(
        analysis.localizations.xy,
        result.hierarchy.levels[0],
        sigma=analysis.localizations.precision(2),
        degrees=result.noise.degrees,
    )
    pd.testing.assert_frame_equal(shown_table(analysis, 0), expected)


def test_without_a_result_the_table_says_so(app, table):
    assert not table.view.isVisible()
    assert not table.copy_action.isEnabled()


def test_clusters_are_counted_without_empty_numbers():
    table = counted(np.array([[0.0, 0], [2, 4], [9, 9]]), np.array([2, 2, -1]))
    assert table.to_dict("records") == [
        {"cluster": 2, "n_localizations": 2, "x_nm": 1.0, "y_nm": 2.0}
    ]


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "cluster": [0, 1, 2, 3],
            "n_localizations": [40, 30, 20, 10],
            "area_nm2": [900.0, np.nan, 400.0, 400.0],
            "hull_area_nm2": [950.0, 10.0, 500.0, 410.0],
            "elongation": [0.5, 0.25, 0.125, 0.75],
            "overcounting_verdict": ["several-molecules"] * 3 + ["indistinguishable"],
        }
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [0, 1, 2, 3]),
        ("area > 400", [0]),
        ("area_nm2 >= 400", [0, 2, 3]),
        ("10 < Localizations <= 30 and elongation < 0.2", [2]),
        ("filled > 420; local < 30", [2]),
        ("1, 3", [1, 3]),
        ("indistinguish", [3]),
    ],
)
def test_filters_as_people_type_them(frame, text, expected):
    assert np.flatnonzero(filtered_rows(frame, text)).tolist() == expected


@pytest.mark.parametrize("text", ["area >", "colour > 3", "e < 1", "nonsense", "area > x"])
def test_filters_that_mean_nothing_say_what_would(frame, text):
    frame["eccentricity"] = 0.0
    with pytest.raises(ParameterError, match=r"(?i)write"):
        filtered_rows(frame, text)
    assert "area > 500" in FILTER_HOW


def test_missing_values_are_last_in_both_directions(frame):
    assert sorted_rows(frame, "area_nm2").tolist() == [2, 3, 0, 1]
    assert sorted_rows(frame, "area_nm2", descending=True).tolist() == [0, 2, 3, 1]


def test_numbers_of_a_column_have_the_same_digits(frame):
    columns = {column.name: column for column in table_columns(frame)}
    assert columns["area_nm2"].header == "Area\nnm²"
    assert columns["area_nm2"].text(1234567.8) == "1,234,568"
    assert columns["area_nm2"].text(np.nan) == "–"
    assert columns["elongation"].text(0.5) == "0.500"
    assert columns["overcounting_verdict"].text("several-molecules") == "several molecules"
    assert "holes" in columns["area_nm2"].meaning
