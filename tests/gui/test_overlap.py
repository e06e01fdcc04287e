import dataclasses

import numpy as np
import pandas as pd
import pytest
import shapely
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QPushButton, QSpinBox, QTableView, QTableWidget

from stormgraph_gui.jobs import work
from stormgraph_gui.models.overlap import (
    Comparison,
    Question,
    channel_choices,
    numbers_of,
    requests_of,
)
from stormgraph_gui.models.project import PairFinding, Region
from stormgraph_py import Localizations
from stormgraph_py.filters import Keep
from stormgraph_py.report.analysis import cluster, measure, select
from stormgraph_py.report.overlap_analysis import OverlapParams, compare_channels
from stormgraph_py.report.overlap_tables import measure_table
from stormgraph_py.report.request import Request
from stormgraph_py.roi import Roi

pytestmark = pytest.mark.features("viewer", "overlap", "tables")

LEFT = Qt.MouseButton.LeftButton


def two_channels(dimensions=2):
    """Nine places with blobs: three of both channels, two of each alone; and background."""
    rng = np.random.default_rng(0)
    places = np.stack(np.meshgrid([300, 900, 1500.0], [300, 900, 1500.0]), -1).reshape(-1, 2)
    points, channel = [], []
    for number, blobs in ((1, (0, 1, 2, 3, 4)), (2, (0, 1, 2, 5, 6))):
        plane = np.repeat(places[list(blobs)], 50, axis=0) + rng.normal(0, 25, (250, 2))
        plane = np.concatenate([plane, rng.uniform(0, 1800, (80, 2))])
        z = np.concatenate([rng.normal(200, 25, 250), rng.uniform(0, 400, 80)])
        points.append(np.column_stack([plane, z])[:, :dimensions])
        channel.append(np.full(330, number))
    return Localizations.from_arrays(
        np.concatenate(points), sigma=np.full(660, 8.0), channel=np.concatenate(channel)
    )


def quietly(_event):
    """No progress."""


@pytest.fixture(autouse=True)
def only_this(monkeypatch):
    """Leave the other features out of the app, which take their time to be made."""
    monkeypatch.setattr("stormgraph_gui.app.FEATURES", ("overlap",))


@pytest.fixture
def page(app, qtbot):
    """The page of two colours, in front."""
    app.window.show_page("overlap")
    qtbot.waitExposed(app.window)
    return app.provided["overlap"].page


def compared(app, key, raw):
    """Let the app have a comparison as if it had been computed."""
    feature = app.provided["overlap"]
    feature.controller.choose(params=OverlapParams(n_random=19))
    question, (project, name) = feature.model.question, app.document.project.new_key()
    requests, names = requests_of(project, question)
    params = OverlapParams(n_random=19, seed=project.seed)
    answer = work.compare(
        requests, raw, raw, names, params, on_progress=quietly, should_stop=lambda: False
    )
    app.document.record(project)
    pair = PairFinding(
        key=name,
        data_sets=(question.a.data_set, question.b.data_set),
        region=question.region,
        requests=requests,
        params=params,
        made_utc="2026-01-01T00:00:00+00:00",
    )
    feature.model.take(Comparison(pair=pair, **answer))
    return feature.model.comparison


@pytest.fixture
def comparison(app, page, put_data):
    """A comparison that the page shows."""
    raw = two_channels()
    return compared(app, put_data(raw), raw)


def by_api(raw, params, *, roi=None, n_random=19, seed=0):
    """The measures as a script gets them."""
    analyses = []
    for number in (1, 2):
        request = Request(path="/data/cell.csv", channel=number, roi=roi, params=params, seed=seed)
        selection = select(request, raw)
        analyses.append(measure(request, selection, cluster(request, selection)))
    return compare_channels(
        *analyses, ("channel 1", "channel 2"), OverlapParams(n_random=n_random, seed=seed)
    )


def test_without_two_channels_the_page_says_what_is_missing(app, page, blobs, put_data):
    start = page.findChild(QPushButton, "overlap start")
    assert not start.isEnabled()
    assert "two colour channels" in page.panel.fault.text()
    put_data(blobs())
    assert not start.isEnabled()


def test_two_channels_of_a_file_are_proposed(app, page, put_data):
    put_data(two_channels())
    question = app.provided["overlap"].model.question
    assert (question.a.channel, question.b.channel) == (1, 2)
    assert (question.a.name, question.b.name) == ("channel 1", "channel 2")
    assert page.findChild(QPushButton, "overlap start").isEnabled()


def test_two_files_are_proposed_and_named_apart(app, page, blobs, put_data):
    one = put_data(blobs(0), "/data/one/cell.csv")
    put_data(blobs(1), "/data/two/cell.csv")
    app.workspace.look_at(one)
    question = app.provided["overlap"].model.question
    assert question.fault == ""
    assert question.a.data_set == one
    requests, names = requests_of(app.document.project, question)
    assert [request.path for request in requests] == ["/data/one/cell.csv", "/data/two/cell.csv"]
    assert [request.channel for request in requests] == [None, None]
    assert names == ("cell (a)", "cell (b)")


def test_a_channel_is_not_compared_with_itself(app, page, put_data, qtbot):
    put_data(two_channels())
    box = page.findChild(QComboBox, "overlap b")
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Up)
    assert "itself" in page.panel.fault.text()
    assert not page.findChild(QPushButton, "overlap start").isEnabled()
    # what the user chose stays, whatever else is looked at
    assert app.provided["overlap"].model.question.b.channel == 1


def test_a_region_of_the_first_data_set_is_used_for_both(app, page, put_data, qtbot):
    key = put_data(two_channels())
    project, name = app.document.project.new_key()
    roi = Roi.rectangle((900, 600), (1800, 1200), name="cell 1")
    app.document.edit("add a region", project.with_region(key, Region(key=name, roi=roi)))
    box = page.findChild(QComboBox, "overlap region")
    assert [box.itemText(i) for i in range(box.count())] == ["Whole field", "cell 1"]
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    model = app.provided["overlap"].model
    requests, _ = requests_of(app.document.project, model.question)
    assert [request.roi_name for request in requests] == ["cell 1", "cell 1"]
    app.document.edit("remove it", app.document.project.without_region(key, name))
    assert model.question.region is None


def test_a_data_set_that_is_closed_is_no_choice_any_more(app, page, put_data):
    key = put_data(two_channels())
    app.document.edit("close", app.document.project.without_data_set(key))
    app.workspace.drop_loaded(key)
    assert app.provided["overlap"].model.question == Question(
        params=app.provided["overlap"].model.question.params
    )
    assert channel_choices(app.document.project, app.workspace.loaded) == ()


def test_a_comparison_goes_with_its_data(app, page, comparison):
    model = app.provided["overlap"].model
    key = app.workspace.data_set
    app.document.edit("remove", app.document.project.without_data_set(key))
    app.workspace.drop_loaded(key)
    assert model.comparison is None
    assert page.stack.currentIndex() == 0
    assert not page.findChild(QPushButton, "overlap report").isEnabled()


def test_the_table_shows_the_numbers_with_chance(app, page, comparison):
    expected = measure_table(by_api(two_channels(), app.document.project.params))
    pd.testing.assert_frame_equal(comparison.measures, expected)
    table = page.findChild(QTableWidget, "overlap measures")
    header = [table.horizontalHeaderItem(i).text() for i in range(table.columnCount())]
    shown = {
        table.item(row, 0).text(): dict(
            zip(header, [table.item(row, i).text() for i in range(len(header))], strict=True)
        )
        for row in range(table.rowCount())
    }
    rows = expected.set_index("measure")
    for name, measured in (
        ("Overlap over the area of channel 1", "percent_area_of_a"),
        ("Overlap over the area of channel 2", "percent_area_of_b"),
    ):
        texts, values = shown[name], rows.loc[measured]
        assert float(texts["Value"].rstrip("%")) == pytest.approx(values["value"], abs=0.51)
        chance = float(texts["By chance"].rstrip("%"))
        assert chance == pytest.approx(values["expected_by_chance"], rel=0.05)
        assert float(texts["z"]) == pytest.approx(values["z"], rel=0.05)
        assert float(texts["p two-sided"]) == pytest.approx(values["p_two_sided"], rel=0.05)
    jaccard = shown["Jaccard index of areas"]["Value"]
    assert float(jaccard) == pytest.approx(rows.loc["jaccard_area", "value"], rel=0.01)


def test_the_histogram_holds_every_motion_and_the_observed_value(page, comparison):
    lines = page.chance.plot.data_text().splitlines()
    cells = [line.split("\t") for line in lines[1:]]
    assert sum(float(row[2]) for row in cells if row[2]) == 19
    figure = comparison.analysis.null.figures["overlap"]
    scale = 100 / comparison.analysis.overlap.size.size_a
    assert float(cells[0][3]) == pytest.approx(figure.expected * scale)
    assert float(cells[0][4]) == pytest.approx(figure.observed * scale)


def test_what_both_cover_is_white_in_the_picture(page, comparison, qtbot):
    """The middle of a shared blob is bright, that of a blob of one channel has its hue."""
    canvas = page.picture.canvas
    qtbot.waitUntil(lambda: canvas.viewport().width() > 50)
    image = canvas.viewport().grab().toImage()
    ratio = image.devicePixelRatio()

    def color_around(point):
        """Mean red, green and blue of 9 x 9 pixels; single localizations are among them."""
        at = canvas.to_widget(*point) * ratio
        near = [(at.x() + i, at.y() + j) for i in range(-4, 5) for j in range(-4, 5)]
        return np.mean([image.pixelColor(x, y).getRgb()[:3] for x, y in near], axis=0)

    red, _, blue = color_around((300, 900))
    assert blue > red + 30
    red, _, blue = color_around((1500, 900))
    assert red > blue + 30
    alone = max(color_around((300, 900)).min(), color_around((1500, 900)).min())
    for x, y in ((300, 300), (900, 300), (1500, 300)):
        assert color_around((x, y)).min() > alone + 40


def test_a_row_of_the_partners_and_the_picture_are_linked(app, page, comparison, qtbot):
    model = app.provided["overlap"].model
    page.tabs.setCurrentWidget(page.partner_table)
    table = page.findChild(QTableView, "overlap partners")
    index = page.partners.index(3, 1)
    table.scrollTo(index)
    qtbot.mouseClick(table.viewport(), LEFT, pos=table.visualRect(index).center())
    row = comparison.partners.iloc[3]
    names = comparison.analysis.names
    assert model.selected == (names.index(row["channel"]), row["cluster"])
    # and back: a click on a cluster that only the second channel has
    b = comparison.analysis.b
    alone = int(np.argmax(np.hypot(*(b.clusters.centroids - (1500, 900)).T) < 100))
    canvas = page.picture.canvas
    canvas.fit()
    at = canvas.to_widget(*b.clusters.centroids[alone])
    qtbot.mouseClick(canvas.viewport(), LEFT, pos=at)
    number = int(b.clusters.cluster[alone])
    assert model.selected == (1, number)
    shown = page.partners.cluster(table.currentIndex().row())
    assert shown == (names[1], number)
    shape = b.clusters.polygons[alone]
    assert shape.contains(shapely.Point(b.clusters.centroids[alone]))


def test_partners_can_be_sorted(page, comparison):
    table = page.partner_table
    columns = [column.name for column in page.partners._columns]
    table.sortByColumn(columns.index("percent_overlap"), Qt.SortOrder.DescendingOrder)
    shares = comparison.partners["percent_overlap"].to_numpy()[page.partners.rows]
    assert (np.diff(shares[np.isfinite(shares)]) <= 0).all()


def test_an_answer_to_an_earlier_question_is_said_to_be_one(app, page, comparison, qtbot):
    assert not page.outdated.isVisible()
    box = page.findChild(QSpinBox, "overlap motions")
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Up)
    assert page.outdated.isVisible()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert not page.outdated.isVisible()
    project = app.document.project
    changed = dataclasses.replace(project, params=dataclasses.replace(project.params, k=12))
    app.document.edit("change k", changed)
    assert page.outdated.isVisible()


def test_what_changed_in_the_data_since_is_said(app, page, comparison):
    key, before = app.workspace.data_set, app.document.project

    def edit(**fields):
        changed = before.editing(key, lambda one: dataclasses.replace(one, **fields))
        app.document.edit("change", changed)

    edit(filters=(Keep("sigma_nm", low=1),))
    assert page.outdated.isVisible()
    assert "filters were changed (cell.csv) since" in page.outdated.text()
    app.document.undo()
    assert not page.outdated.isVisible()
    edit(reading={"unit": "um"})
    assert "read in another way" in page.outdated.text()
    app.document.undo()
    edit(tags={"condition": "control"})
    assert not page.outdated.isVisible()


def test_a_comparison_stays_and_is_out_of_date_when_its_file_has_changed(app, page, put_data):
    raw = two_channels()
    key = put_data(raw, sha256="0" * 64)
    comparison = compared(app, key, raw)
    app.document.record(app.document.project.with_new_file(key, "1" * 64))
    assert app.provided["overlap"].model.comparison is comparison
    assert "file was changed" in page.outdated.text()
    assert page.outdated.isVisible()


def test_the_region_of_a_comparison_is_followed(app, page, put_data):
    raw = two_channels()
    key, (project, name) = put_data(raw), app.document.project.new_key()
    region = Region(key=name, roi=Roi.rectangle((900, 600), (1800, 1200), name="cell 1"))
    app.document.edit("add a region", project.with_region(key, region))
    app.provided["overlap"].controller.choose(region=name)
    compared(app, key, raw)
    assert app.document.project.pair.region == name
    renamed = Region(key=name, roi=dataclasses.replace(region.roi, name="cell 2"))
    app.document.edit("rename", app.document.project.with_region(key, renamed))
    assert not page.outdated.isVisible()
    moved = Region(key=name, roi=Roi.rectangle((900, 610), (1800, 1200), name="cell 1"))
    app.document.edit("move", app.document.project.with_region(key, moved))
    assert "region was changed" in page.outdated.text()
    app.document.edit("remove", app.document.project.without_region(key, name))
    assert "region was removed" in page.outdated.text()
    assert page.outdated.isVisible()


def test_no_undo_takes_a_comparison_away_but_that_of_its_data(app, page, put_data):
    raw = two_channels()
    key = put_data(raw)
    app.document.mark_saved()
    comparison = compared(app, key, raw)
    assert app.document.is_modified
    app.document.undo()
    assert app.document.project.data_sets == ()
    assert app.document.project.pair is None
    assert app.provided["overlap"].model.comparison is None
    app.document.redo()
    assert app.document.project.pair is comparison.pair
    app.document.edit("set the seed", dataclasses.replace(app.document.project, seed=4))
    app.document.undo()
    assert app.document.project.pair is comparison.pair


def test_warnings_are_shown(page, comparison):
    for warning in comparison.analysis.warnings:
        assert warning in page.warnings.text()


def test_channels_in_space_are_compared_and_pictured(app, page, put_data):
    raw = two_channels(dimensions=3)
    comparison = compared(app, put_data(raw), raw)
    assert comparison.analysis.dimensions == 3
    assert page.panel.voxel.isVisible()
    assert "jaccard_volume" in numbers_of(comparison)
    page.picture.show_selected((0, 0), into_view=True)


@pytest.mark.slow
def test_a_click_compares_and_cancel_stops(app, page, put_data, qtbot):
    raw = two_channels()
    put_data(raw)
    model = app.provided["overlap"].model
    box = page.findChild(QSpinBox, "overlap motions")
    box.setValue(19)
    start = page.findChild(QPushButton, "overlap start")
    cancel = page.findChild(QPushButton, "overlap cancel")
    qtbot.mouseClick(start, LEFT)
    assert not start.isEnabled()
    assert app.activity.running("overlap") is not None
    qtbot.mouseClick(cancel, LEFT)
    qtbot.waitUntil(start.isEnabled, timeout=30_000)
    assert model.comparison is None
    assert app.activity.running("overlap") is None
    qtbot.mouseClick(start, LEFT)
    qtbot.waitUntil(lambda: model.comparison is not None, timeout=60_000)
    expected = measure_table(by_api(raw, app.document.project.params))
    pd.testing.assert_frame_equal(model.comparison.measures, expected)
    assert page.panel.lead.text() == model.comparison.lead
    assert not [message for message in app.activity.messages if message.level == "error"]


@pytest.mark.slow
def test_the_report_is_the_one_of_the_command_line(app, page, put_data, qtbot, tmp_path):
    from stormgraph_py import write_localizations
    from stormgraph_py.cli.main import main
    from stormgraph_py.report.outputs import Outputs

    path = tmp_path / "cell.csv"
    write_localizations(two_channels(), path)
    from stormgraph_py import read_localizations

    put_data(read_localizations(path), str(path))
    feature = app.provided["overlap"]
    opened = []
    feature.open_page = opened.append
    page.findChild(QSpinBox, "overlap motions").setValue(19)
    qtbot.mouseClick(page.findChild(QPushButton, "overlap start"), LEFT)
    qtbot.waitUntil(lambda: feature.model.comparison is not None, timeout=60_000)
    folder = tmp_path / feature.model.comparison.folder_name
    feature.controller.write(folder, Outputs())
    qtbot.waitUntil(lambda: bool(opened), timeout=120_000)
    assert opened == [str(folder / "report.html")]
    code = main(
        ["overlap", str(path), "--n-random", "19", "--out", str(tmp_path / "out"), "--quiet"]
    )
    assert code == 0
    theirs = tmp_path / "out" / "cell"
    assert folder.name == theirs.name
    assert {one.name for one in folder.iterdir()} == {one.name for one in theirs.iterdir()}
    for table in sorted(theirs.glob("*.csv")):
        assert (folder / table.name).read_bytes() == table.read_bytes(), table.name
