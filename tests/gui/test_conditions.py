from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QToolButton

from stormgraph_gui.models.comparison_text import (
    all_tests,
    caution_in_words,
    effects_of,
    means_of,
    measure_title,
    p_text,
    verdicts,
)
from stormgraph_gui.models.conditions import (
    describe_settings,
    entries,
    missing,
    remarks,
    tags_now,
    with_tag,
)
from stormgraph_gui.models.distributions import file_names
from stormgraph_gui.models.project import DataSet, Finding, Project, Region
from stormgraph_gui.models.superplot import superplot_data
from stormgraph_gui.models.wording import in_the_app
from stormgraph_py import Localizations, StormGraphParams, write_localizations
from stormgraph_py.clusters.compare import CompareParams
from stormgraph_py.report.analysis import cluster, load, measure
from stormgraph_py.report.compare_analysis import CompareRequest, compare_regions, compare_results
from stormgraph_py.report.compare_inputs import RegionResult
from stormgraph_py.report.folder import result_folder, write_result
from stormgraph_py.report.outputs import Outputs
from stormgraph_py.report.request import Request
from stormgraph_py.roi import Roi

pytestmark = pytest.mark.features("viewer", "conditions")

PARAMS = CompareParams(n_bootstrap=200)
TABLES = ("unit_table", "tests", "effects", "summaries", "design")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Six small files of two conditions on three days."""
    folder = tmp_path_factory.mktemp("cells")
    found = []
    for number in range(6):
        rng = np.random.default_rng(number)
        spread = (15, 30)[number % 2]
        centers = rng.uniform(100, 1900, (7, 2)).repeat(30, axis=0)
        points = np.concatenate(
            [centers + rng.normal(0, spread, (210, 2)), rng.uniform(0, 2000, (80, 2))]
        )
        locs = Localizations.from_arrays(points, sigma=np.full(290, 10.0))
        path = folder / f"cell {number}.csv"
        write_localizations(locs, path)
        tags = {"condition": ("small", "large")[number % 2], "replicate": f"day {number // 2}"}
        request = Request(path=str(path), tags=tags)
        selection = load(request)
        found.append(measure(request, selection, cluster(request, selection)))
    return found


@pytest.fixture
def put_result(app, put_data):
    """Lets the app have a result that was computed before; returns the key of the finding."""

    def put(analysis, **fields):
        path = analysis.request.path
        data_set = put_data(analysis.localizations, path=path, **fields)
        project, key = app.document.project.new_key()
        finding = Finding(
            key=key, data_set=data_set, region=None, request=project.request(data_set, None),
            made_utc="2026-01-01T00:00:00+00:00",
        )  # fmt: skip
        app.workspace.put_analysis(key, analysis)
        app.document.record(project.with_finding(finding))
        return key

    return put


@pytest.fixture
def page(app, files, put_result):
    """The page of conditions, with all files analysed."""
    for analysis in files:
        put_result(analysis, tags=analysis.request.tags)
    made = app.provided["conditions"]
    made.controller.choose_params(n_bootstrap=PARAMS.n_bootstrap)
    return made


def wait(qtbot, page):
    state = page.conditions
    done = lambda: not state.is_comparing and (state.compared or state.problem)  # noqa: E731
    qtbot.waitUntil(lambda: bool(done()), timeout=60_000)


@pytest.fixture(scope="module")
def written(files, tmp_path_factory):
    """What `stormgraph compare` makes of the same files."""
    folder = tmp_path_factory.mktemp("written")
    for number, analysis in enumerate(files):
        with result_folder(folder / str(number)) as unfinished:
            write_result(unfinished, analysis, Outputs(report=False, figures=False, excel=False))
    return compare_results(CompareRequest(paths=(str(folder),), params=PARAMS))


@pytest.mark.slow
def test_the_page_shows_what_the_command_line_finds(qtbot, page, written):
    page.show()
    wait(qtbot, page)
    compared = page.conditions.compared
    for name in TABLES:
        pd.testing.assert_frame_equal(
            getattr(compared.comparison, name), getattr(written.comparison, name), rtol=1e-9
        )
    panel = page.panel
    assert panel.measure == compared.comparison.measures[0]
    dots = [line.split("\t") for line in panel.plot.data_text().splitlines()[1:]]
    values = written.comparison.unit_table
    expected = values[(values["measure"] == panel.measure) & (values["unit"] == "cell")]
    shown = {(row[0], row[1]): float(row[3]) for row in dots}
    for row in expected.to_dict("records"):
        assert shown[row["condition"], row["replicate"]] == pytest.approx(row["value"])

    # another measure, by the keyboard
    box = panel.findChild(QComboBox, "compared measure")
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert panel.measure == compared.comparison.measures[1]
    text = panel.text.toPlainText()
    tests = written.comparison.tests
    row = tests[(tests["measure"] == panel.measure) & (tests["test"] == "mann-whitney")].iloc[0]
    assert f"p {p_text(row['p'], signed=True)}" in text
    assert "Before you believe it" in text

    # pooled clusters are compared on request, with the caution that they are not independent
    unit_box = panel.findChild(QComboBox, "compared unit")
    qtbot.keyClick(unit_box, Qt.Key.Key_End)
    wait(qtbot, page)
    assert page.conditions.compared.comparison.params.unit == "cluster"
    assert "Clusters were pooled" in panel.text.toPlainText()


@pytest.mark.slow
def test_a_comparison_is_saved_as_the_command_line_saves_it(qtbot, page, written, tmp_path):
    page.show()
    wait(qtbot, page)
    opened = []
    page.open_page = opened.append
    page.controller.save(tmp_path / "comparison", Outputs(figures=False))
    qtbot.waitUntil(lambda: bool(opened), timeout=120_000)
    assert opened == [str(tmp_path / "comparison" / "report.html")]
    saved = pd.read_csv(tmp_path / "comparison" / "effects.csv")
    pd.testing.assert_frame_equal(
        saved, written.comparison.effects, check_dtype=False, check_exact=False, rtol=1e-9
    )
    assert (tmp_path / "comparison" / "prism").is_dir()


@pytest.mark.slow
def test_stop_in_the_status_line_stops_saving(qtbot, app, page, tmp_path):
    page.show()
    wait(qtbot, page)
    opened = []
    page.open_page = opened.append
    page.controller.save(tmp_path / "comparison", Outputs(figures=True))
    qtbot.waitUntil(lambda: bool(list(tmp_path.glob(".comparison.*/*.csv"))), timeout=60_000)
    stop = app.window.findChild(QToolButton, "task stop")
    qtbot.mouseClick(stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not app.activity.tasks, timeout=60_000)
    qtbot.waitUntil(lambda: not list(tmp_path.glob(".comparison.*")), timeout=60_000)
    assert not (tmp_path / "comparison").exists()
    assert opened == []
    assert not [message for message in app.activity.messages if message.level == "error"]
    # and it can be saved after that
    page.controller.save(tmp_path / "comparison", Outputs(figures=False))
    qtbot.waitUntil(lambda: bool(opened), timeout=120_000)


def test_missing_conditions_are_said_and_can_be_typed(qtbot, app, files, put_result):
    page = app.provided["conditions"]
    keys = [put_result(analysis) for analysis in files[:4]]
    page.show()
    assert "No result has a condition" in page.conditions.problem
    assert not page.panel.save_button.isEnabled()
    panel = page.panel
    view = panel.list.view
    qtbot.waitUntil(view.isVisible)
    edit = panel.findChild(QLineEdit, "tag value")
    for rows, value in (((0, 2), "small"), ((1, 3), "large")):
        view.clearSelection()
        for row in rows:
            at = view.visualRect(view.model().index(row, 0)).center()
            qtbot.mouseClick(
                view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, at
            )
        assert len(panel.list.selected) == 2
        edit.clear()
        qtbot.keyClicks(edit, value)
        button = panel.findChild(QPushButton, "set tag")
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        if value == "small":
            assert "2 have none" in page.conditions.problem
    assert page.conditions.problem == ""
    project = app.document.project
    said = [tags_now(project, project.finding(key))["condition"] for key in keys]
    assert said == ["small", "large", "small", "large"]
    assert app.document.undo_label == "set the condition"
    app.document.undo()
    assert "2 have none" in page.conditions.problem
    page.controller.watch(False)


def test_a_result_without_its_tick_is_left_out(qtbot, app, page):
    page.show()
    model = page.panel.list.view.model()
    model.item(0, 0).setCheckState(Qt.CheckState.Unchecked)
    first = page.conditions.entries[0].finding
    qtbot.waitUntil(lambda: page.conditions.choices.left_out == {first}, timeout=30_000)
    for row in (2, 4):
        model.item(row, 0).setCheckState(Qt.CheckState.Unchecked)
        qtbot.waitUntil(lambda n=row // 2 + 1: len(page.conditions.choices.left_out) == n)
    assert "one condition, large" in page.conditions.problem
    page.controller.watch(False)
    app.document.reset()
    assert page.conditions.choices.left_out == frozenset()


def test_a_tag_is_typed_into_the_list(qtbot, app, page):
    page.show()
    view = page.panel.list.view
    qtbot.waitUntil(view.isVisible)
    entry = page.conditions.entries[1]
    index = view.model().index(1, 3)
    at = view.visualRect(index).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    editor = view.findChild(QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, "cell 7")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    project = app.document.project
    finding = project.finding(entry.finding)
    qtbot.waitUntil(
        lambda: tags_now(app.document.project, finding).get("cell") == "cell 7", timeout=30_000
    )
    assert page.conditions.entries[1].tags["cell"] == "cell 7"
    page.controller.watch(False)


def test_a_double_click_shows_a_result_over_its_data(qtbot, app, page):
    page.show()
    first = page.conditions.entries[0]
    view = page.panel.list.view
    at = view.visualRect(view.model().index(0, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert app.workspace.finding == first.finding
    assert app.window.pages.currentWidget() is not page.panel


def test_nothing_is_computed_while_the_page_is_not_seen(app, page):
    assert not page.conditions.is_comparing
    assert page.conditions.entries == ()


# the models


def a_project():
    roi = Roi.rectangle((500, 500), (400, 200), name="tile", tags={"condition": "b", "cell": "1"})
    data = DataSet(key="d", path="/data/a.csv", regions=(Region(key="r", roi=roi),))
    project = Project().with_data_set(data)
    for key, region, params in (
        ("f1", None, 10),
        ("f2", "r", 10),
        ("f3", "r", 20),
        ("f4", "r", 10),
    ):
        project = replace(project, params=StormGraphParams(k=params))
        project = project.with_finding(
            Finding(
                key=key, data_set="d", region=region, request=project.request("d", region),
                made_utc="2026-01-01T00:00:00+00:00",
            )
        )  # fmt: skip
    return project


def test_the_newest_result_of_each_region_is_listed():
    listed, settings = entries(a_project(), {"f1": 3, "f4": 5}, None)
    assert [(one.finding, one.n_clusters) for one in listed] == [("f1", 3), ("f4", 5)]
    assert [one.name for one in listed] == ["a.csv", "a.csv, tile"]
    assert settings == ("Neighbours k 10", "Neighbours k 20")
    listed, _ = entries(a_project(), {}, "Neighbours k 20")
    assert [(one.finding, one.n_clusters) for one in listed] == [("f3", None)]
    assert set(describe_settings(a_project().findings[:2]).values()) == {""}


def test_files_of_one_name_are_told_apart_by_their_folders():
    project = Project()
    paths = ("/s/a/c1.csv", "/s/b/c1.csv", "/s/b/c2.csv", "/s/c3.csv", "/s/c3.csv")
    for number, path in enumerate(paths):
        project = project.with_data_set(DataSet(key=str(number), path=path))
    names = list(file_names(project).values())
    assert names[:3] == ["a/c1.csv", "b/c1.csv", "c2.csv"]
    assert len(set(names)) == 5


def test_remedies_are_those_of_the_page():
    text = "Compare fewer measures (--measure) or only with a control (--control)."
    assert in_the_app(text) == "Compare fewer measures (Measures) or only with a control (Against)."


def test_cautions_name_measures_in_words():
    comparison = SimpleNamespace(
        measures=("area_nm2", "median_area_nm2"), of_clusters=(True, False), unit="cell"
    )
    said = caution_in_words(
        comparison, "median_area_nm2: none. It changed the verdict on area_nm2 (--measure)."
    )
    median, area = (
        measure_title(comparison, name).split(" (")[0] for name in ("median_area_nm2", "area_nm2")
    )
    assert said == f"{median}: none. It changed the verdict on {area.lower()} (Measures)."
    assert "_" not in said


def test_tags_are_those_that_the_project_has_now():
    project = a_project()
    finding = project.finding("f2")
    assert tags_now(project, finding) == {"condition": "b", "cell": "1"}
    project = with_tag(project, finding, "condition", " c ")
    assert tags_now(project, finding)["condition"] == "c"
    assert project.data_set("d").tags == {}
    project = with_tag(project, project.finding("f1"), "condition", "of the file")
    assert tags_now(project, finding)["condition"] == "of the file"
    project = with_tag(project, finding, "condition", "seen")
    assert tags_now(project, finding)["condition"] == "seen"
    project = with_tag(project, finding, "condition", "")
    assert tags_now(project, finding)["condition"] == "c"
    assert with_tag(project, finding, "condition", "c") is project


def test_what_makes_a_comparison_doubtful_is_said():
    project = a_project()
    listed, _ = entries(project, {"f1": 1, "f4": 1}, None)
    (twice,) = remarks(project, listed)
    assert "count twice" in twice
    moved = Roi.rectangle((600, 500), (400, 200), name="tile")
    project = project.with_region("d", Region(key="r", roi=moved))
    assert any("the region was changed" in text for text in remarks(project, listed))


def test_what_is_missing_is_said():
    listed, _ = entries(a_project(), {"f1": 1, "f4": 1}, None)
    assert "nothing to compare" in missing([])
    assert "1 has none" in missing(listed)
    assert "All results are of one condition, b" in missing(listed[1:])
    other = replace(listed[0], tags={"condition": "a"})
    assert missing([other, listed[1]]) == ""


def test_words_and_dots_hold_the_numbers_of_the_comparison(written):
    comparison = written.comparison
    for name in comparison.measures:
        data = superplot_data(written, name)
        table = comparison.unit_table
        rows = table[(table["measure"] == name) & (table["unit"] == "cell")]
        for group in data.groups:
            expected = rows.loc[rows["condition"] == group.name, "value"].dropna()
            assert sorted(dot.value for dot in group.units) == sorted(expected)
            low, high = data.range
            assert all(low <= dot.value <= high for dot in group.units)
        assert len(means_of(comparison, name)) == 2
        ((pair, lines),) = effects_of(comparison, name)
        assert pair == "small against large"
        shift = comparison.effects.set_index("measure").loc[name, "shift"]
        number = lines[0].value.split()[0].replace(",", "")
        assert float(number) == pytest.approx(shift, rel=6e-3, abs=1e-3)
        assert len(all_tests(comparison, name)) == 2
        (said,) = verdicts(comparison, name)
        assert "after correction" in said
        assert "means of replicates" in said


def test_three_conditions_have_three_pairs(files):
    results = []
    for number, analysis in enumerate(files):
        tags = {**analysis.request.tags, "condition": "abc"[number % 3]}
        request = replace(analysis.request, tags=tags)
        results.append(RegionResult.of_analysis(replace(analysis, request=request), f"{number}"))
    compared = compare_regions(CompareRequest(paths=(), params=PARAMS), results)
    assert len(verdicts(compared.comparison, "area_nm2")) == 3
    assert len(effects_of(compared.comparison, "area_nm2")) == 3
    # one test of all, and three of pairs at each of two units
    assert len(all_tests(compared.comparison, "area_nm2")) == 7
    assert [group.name for group in superplot_data(compared, "area_nm2").groups] == ["a", "b", "c"]
