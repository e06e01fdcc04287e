import gc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QPushButton

from stormgraph_gui.app import FEATURES
from stormgraph_gui.models.autosave import Autosave
from stormgraph_gui.models.currency import outdated_by
from stormgraph_gui.models.overlap import Comparison, requests_of
from stormgraph_gui.models.project import PairFinding, Region
from stormgraph_gui.models.project_file import load_project
from stormgraph_gui.models.result_file import result_bytes
from stormgraph_gui.models.workspace import Loaded
from stormgraph_py import Localizations, read_localizations, write_localizations
from stormgraph_py.report.analysis import Analysis, prepare
from stormgraph_py.report.overlap_analysis import OverlapParams
from stormgraph_py.roi import Roi

pytestmark = pytest.mark.features("viewer", "projects")

PATIENCE_MS = 30_000


@pytest.fixture
def study(app, blobs, put_data, put_analysis, tmp_path):
    """An app with a data set on disk, a region, a result and a selection; its saved file."""
    path = tmp_path / "cell.csv"
    write_localizations(blobs(), path)
    locs = read_localizations(path)
    key = put_data(locs, path=str(path), sha256=locs.provenance.sha256)
    project, region = app.document.project.new_key()
    roi = Roi.rectangle((1500, 1500), (2500, 2500), name="cell 1")
    app.document.edit("draw cell 1", project.with_region(key, Region(key=region, roi=roi)))
    app.workspace.look_at(key, region)
    put_analysis(key, region)
    app.workspace.show_level(0)
    app.workspace.select_clusters({1})
    file = tmp_path / "study.stormgraph"
    assert app.provided["projects"].save(file)
    return file


def load_now(app):
    """Read what is missing as the opening feature does, but at once."""
    for data_set in app.document.project.data_sets:
        if data_set.key not in app.workspace.loaded and Path(data_set.path).exists():
            raw = read_localizations(data_set.path)
            field = prepare(app.document.project.request(data_set.key, None), raw)
            app.workspace.put_loaded(data_set.key, Loaded(raw=raw, field=field))


def reopen(app, qtbot, file):
    projects = app.provided["projects"]
    projects._load_missing = lambda: load_now(app)
    assert projects.open(file)
    qtbot.waitUntil(lambda: app.workspace.finding is not None, timeout=PATIENCE_MS)


def n_large():
    """Number of tables, data sets and results in memory."""
    gc.collect()
    return sum(isinstance(one, Localizations | Loaded | Analysis) for one in gc.get_objects())


@pytest.mark.features(*FEATURES)
def test_a_new_project_holds_nothing_of_the_one_before(app, qtbot, blobs, put_data, put_analysis):
    n_before = n_large()
    flat = put_data(blobs(), "/data/flat.csv")
    put_analysis(flat)
    deep = put_data(blobs(dimensions=3), "/data/deep.csv")
    project, region = app.document.project.new_key()
    roi = Roi.rectangle((1500, 1500), (2500, 2500), name="cell 1")
    app.document.edit("draw cell 1", project.with_region(deep, Region(key=region, roi=roi)))
    put_analysis(deep, region)
    # every panel and page has seen all of it
    for name in app.window.panels.state()["sides"]:
        app.window.show_dock(name)
        for place in ((deep, region), (flat, None), (deep, None)):
            app.workspace.look_at(*place)
            qtbot.wait(20)
    for page in range(app.window.pages.count()):
        app.window.pages.setCurrentIndex(page)
        for finding in app.document.project.findings:
            app.workspace.look_at(finding.data_set, finding.region, finding.key)
            qtbot.wait(20)
    app.provided["projects"].new()
    qtbot.waitUntil(lambda: n_large() <= n_before, timeout=PATIENCE_MS)


def test_a_project_comes_back_as_it_was(app, qtbot, study):
    workspace = app.workspace
    seen = (workspace.data_set, workspace.region, workspace.finding, workspace.level)
    project, labels = app.document.project.as_dict(), workspace.analysis.result.labels
    app.provided["projects"].new()
    assert (workspace.data_set, app.document.project.data_sets) == (None, ())
    reopen(app, qtbot, study)
    assert app.document.project.as_dict() == project
    assert seen == (workspace.data_set, workspace.region, workspace.finding, workspace.level)
    assert workspace.clusters == {1}
    np.testing.assert_array_equal(workspace.analysis.result.labels, labels)
    assert not app.document.is_modified


def test_a_source_file_that_differs_is_told(app, qtbot, study, blobs):
    (data_set,) = app.document.project.data_sets
    app.provided["projects"].new()
    write_localizations(blobs(seed=9), data_set.path)
    app.provided["projects"]._load_missing = lambda: load_now(app)
    app.provided["projects"].open(study)
    assert any("has changed" in m.title for m in app.activity.messages)
    project = app.document.project
    assert outdated_by(project, project.findings[0]) == ("the file was changed",)
    # the file is as it is, whatever is undone, and so it is when the project is opened again
    app.document.edit("set the seed", replace(project, seed=80))
    app.document.undo()
    assert app.provided["projects"].save(study)
    app.provided["projects"].open(study)
    project = app.document.project
    assert outdated_by(project, project.findings[0]) == ("the file was changed",)


def test_what_is_undone_does_not_bring_an_earlier_file_back(app, study):
    document = app.document
    document.edit("set the seed", replace(document.project, seed=80))
    key = document.project.data_sets[0].key
    document.record(document.project.with_new_file(key, "another"))
    document.undo()
    assert outdated_by(document.project, document.project.findings[0])


def test_a_source_file_that_is_gone_is_told_and_nothing_is_lost(app, study):
    (data_set,) = app.document.project.data_sets
    app.provided["projects"].new()
    Path(data_set.path).unlink()
    app.provided["projects"]._load_missing = lambda: load_now(app)
    assert app.provided["projects"].open(study)
    box = app.provided["shell"].errors.box
    assert "cell.csv" in box.text()
    box.accept()
    assert app.document.project.data_sets[0].regions
    assert app.provided["projects"].save(study)


@pytest.mark.slow
@pytest.mark.features("viewer", "opening", "projects")
def test_a_file_that_was_located_has_its_results_again(app, qtbot, study):
    (data_set,) = app.document.project.data_sets
    labels = app.workspace.analysis.result.labels
    app.provided["projects"].new()
    Path(data_set.path).rename(study.with_name("elsewhere.csv"))
    assert app.provided["projects"].open(study)
    app.provided["shell"].errors.box.accept()
    app.provided["opening"].locate(data_set.key, str(study.with_name("elsewhere.csv")))
    qtbot.waitUntil(lambda: app.workspace.analysis is not None, timeout=PATIENCE_MS)
    np.testing.assert_array_equal(app.workspace.analysis.result.labels, labels)
    (finding,) = app.document.project.findings
    assert outdated_by(app.document.project, finding) == ()


@pytest.mark.features("viewer", "opening", "projects")
def test_files_that_moved_are_located_from_the_message(
    app, qtbot, put_data, blobs, choose_file, tmp_path
):
    there, here = tmp_path / "there", tmp_path / "here"
    here.mkdir()
    names = ("a.csv", "b.csv", "c.csv")
    keys = [put_data(blobs(seed), path=str(there / name)) for seed, name in enumerate(names)]
    projects = app.provided["projects"]
    study = tmp_path / "study.stormgraph"
    assert projects.save(study)
    for seed, name in enumerate(names[:2]):
        write_localizations(blobs(seed), here / name)
    write_localizations(blobs(2), here / "renamed.csv")
    projects.new()
    assert projects.open(study)
    box = app.provided["shell"].errors.box
    assert "3 files" in box.text()
    qtbot.mouseClick(box.findChild(QPushButton, "remedy"), Qt.MouseButton.LeftButton)
    # the second moved with the first; the third has another name and is asked for
    asked = app.window.findChild(QFileDialog, "file dialog")
    assert "a.csv" in asked.windowTitle()
    choose_file(here / "a.csv")
    asked = app.window.findChild(QFileDialog, "file dialog")
    assert "c.csv" in asked.windowTitle()
    choose_file(here / "renamed.csv")
    assert app.window.findChild(QFileDialog, "file dialog") is None
    paths = [app.document.project.data_set(key).path for key in keys]
    assert paths == [str(here / name) for name in (*names[:2], "renamed.csv")]
    qtbot.waitUntil(lambda: set(app.workspace.loaded) == set(keys), timeout=PATIENCE_MS)
    np.testing.assert_allclose(app.workspace.loaded[keys[2]].raw.xy, blobs(2).xy, atol=1e-3)


def test_unsaved_work_outlives_a_crash(app, study, tmp_path):
    projects = app.provided["projects"]
    app.document.edit("set the seed", replace(app.document.project, seed=77))
    projects.keep_unsaved()
    # as if another process had written it, which does not run any more
    autosave = Autosave(app.settings.folder)
    assert autosave.left_behind() == []
    left = autosave.path.rename(autosave.path.with_name("999999999-1.0.stormgraph"))
    assert projects.left_behind() == [left]
    projects.new()
    projects._load_missing = lambda: load_now(app)
    assert projects.recover(left)
    assert app.document.project.seed == 77
    assert app.document.is_modified
    assert projects.path == study
    assert not left.exists()


def test_saving_ends_what_is_kept_unsaved(app, study):
    projects = app.provided["projects"]
    app.document.edit("set the seed", replace(app.document.project, seed=78))
    projects.keep_unsaved()
    assert Autosave(app.settings.folder).path.exists()
    projects.save()
    assert not Autosave(app.settings.folder).path.exists()


@pytest.mark.parametrize("answer", ["&Don't save", "Cancel"])
def test_closing_asks_before_something_is_lost(app, qtbot, study, answer):
    app.document.edit("set the seed", replace(app.document.project, seed=79))
    app.window.close()
    box = app.window.findChild(QMessageBox, "project question")
    (button,) = [b for b in box.buttons() if b.text() == answer]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert app.window.isVisible() == (answer == "Cancel")


def test_a_folder_that_cannot_be_written_is_told(app, study):
    target = study.parent / "nowhere" / "study.stormgraph"
    assert not app.provided["projects"].save(target)
    box = app.provided["shell"].errors.box
    assert "not saved" in box.text()
    box.accept()


def test_saving_after_a_small_change_encodes_no_result(app, qtbot, study, monkeypatch):
    projects = app.provided["projects"]
    encoded = []

    def counted(result):
        encoded.append(result)
        return result_bytes(result)

    monkeypatch.setattr("stormgraph_gui.models.encoded.result_bytes", counted)
    app.document.edit("set the seed", replace(app.document.project, seed=80))
    projects.keep_unsaved()
    assert projects.save()
    # neither does it after the project was opened again, though a worker has measured its result
    projects.new()
    reopen(app, qtbot, study)
    app.document.edit("set the seed", replace(app.document.project, seed=81))
    projects.keep_unsaved()
    assert projects.save(study.with_name("copy.stormgraph"))
    assert encoded == []


@pytest.fixture
def two_colours(app, blobs, put_data, tmp_path):
    """An app with two files that were compared, and the saved project."""
    from stormgraph_gui.jobs import work

    overlap, raws = app.provided["overlap"], []
    for seed, name in enumerate(("red.csv", "green.csv")):
        path = tmp_path / name
        write_localizations(blobs(seed=seed, n_blobs=6), path)
        raws.append(read_localizations(path))
        sha256 = raws[-1].provenance.sha256
        app.workspace.look_at(put_data(raws[-1], path=str(path), sha256=sha256))
    red, green = overlap.controller.choices
    overlap.controller.choose(a=green, b=red, params=OverlapParams(n_random=21, voxel_nm=7.0))
    project, key = app.document.project.new_key()
    app.document.record(project)
    requests, names = requests_of(project, overlap.model.question)
    params = overlap.model.question.params
    answer = work.compare(
        requests,
        *reversed(raws),
        names,
        params,
        on_progress=lambda _event: None,
        should_stop=lambda: False,
    )
    pair = PairFinding(
        key=key,
        data_sets=(green.data_set, red.data_set),
        region=None,
        requests=requests,
        params=params,
        made_utc="2026-01-01T00:00:00+00:00",
    )
    overlap.model.take(Comparison(pair=pair, **answer))
    file = tmp_path / "study.stormgraph"
    assert app.provided["projects"].save(file)
    return file


@pytest.mark.slow
@pytest.mark.features("overlap", "projects")
def test_a_comparison_of_two_colours_comes_back_as_it_was(app, qtbot, two_colours, monkeypatch):
    model, projects = app.provided["overlap"].model, app.provided["projects"]
    before, asked = model.comparison, model.question
    projects.new()
    assert (model.comparison, model.results, model.question.params) == (None, {}, OverlapParams())
    projects._load_missing = lambda: load_now(app)
    assert projects.open(two_colours)
    assert not app.document.is_modified
    assert model.question == asked
    qtbot.waitUntil(lambda: model.comparison is not None, timeout=PATIENCE_MS)
    after, page = model.comparison, app.provided["overlap"].page
    pd.testing.assert_frame_equal(after.measures, before.measures)
    pd.testing.assert_frame_equal(after.partners, before.partners)
    assert (after.lead, after.shown) == (before.lead, before.shown)
    for name, figure in before.analysis.null.figures.items():
        np.testing.assert_array_equal(after.analysis.null.figures[name].values, figure.values)
    app.window.show_page("overlap")
    assert page.measures.rowCount() == len(before.shown.rows)
    assert not page.outdated.isVisible()
    assert not app.document.is_modified
    # it goes with its data, and comes back with them
    key = after.pair.data_sets[0]
    app.document.edit("remove", app.document.project.without_data_set(key))
    app.workspace.drop_loaded(key)
    assert model.comparison is None
    app.document.undo()
    load_now(app)
    qtbot.waitUntil(lambda: model.comparison is not None, timeout=PATIENCE_MS)
    pd.testing.assert_frame_equal(model.comparison.measures, before.measures)


@pytest.mark.features("overlap", "projects")
def test_a_comparison_that_does_not_fit_its_data_is_told(app, qtbot, two_colours, blobs):
    write_localizations(blobs(seed=1, n_blobs=5), two_colours.with_name("green.csv"))
    projects = app.provided["projects"]
    projects.new()
    projects._load_missing = lambda: load_now(app)
    projects.open(two_colours)

    def told():
        return [m for m in app.activity.messages if "two colours does not fit" in m.title]

    qtbot.waitUntil(lambda: bool(told()), timeout=PATIENCE_MS)
    assert "540 localizations of green" in told()[0].text
    assert app.provided["overlap"].model.comparison is None
    # it is not lost either: the file may be put back
    assert projects.save()
    assert load_project(two_colours).comparisons
