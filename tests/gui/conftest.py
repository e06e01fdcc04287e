"""The app under test: with a folder of its own, and nothing left behind."""

import gc
import multiprocessing
import threading

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QFileDialog

import stormgraph_gui.app
from stormgraph_gui.app import StormGraphApp
from stormgraph_gui.models.project import DataSet, Finding
from stormgraph_gui.models.workspace import Loaded
from stormgraph_py import Localizations
from stormgraph_py.report.analysis import cluster, crop, measure, prepare


def delete_now():
    """Let Qt delete what was told to go."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()


@pytest.fixture(scope="session", autouse=True)
def _what_is_there_stays():
    """Leave what imports have made out of the collections after each test, which take long."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def no_leaks(qapp):
    """Fail a test that leaves windows, processes or threads behind."""
    threads = set(threading.enumerate())
    yield
    delete_now()
    gc.collect()
    delete_now()
    left = [w for w in QApplication.topLevelWidgets() if w.isVisible() or w.objectName() == "main"]
    assert not left, f"windows left: {left}"
    assert not multiprocessing.active_children()
    assert not [t for t in threading.enumerate() if t not in threads and t.is_alive()]


@pytest.fixture
def app(request, qtbot, tmp_path, monkeypatch):
    """The app, shown offscreen, without data; whole, or with the features that a mark names."""
    marker = request.node.get_closest_marker("features")
    if marker is not None:
        wanted = {*marker.args, "shell"}
        names = tuple(name for name in stormgraph_gui.app.FEATURES if name in wanted)
        monkeypatch.setattr(stormgraph_gui.app, "FEATURES", names)
    made = StormGraphApp(tmp_path / "settings")
    made.window.show()
    yield made
    made.close()
    delete_now()


@pytest.fixture
def choose_file(app):
    """Answers the dialog that asks for a file with a path."""

    def choose(path):
        dialog = app.window.findChild(QFileDialog, "file dialog")
        dialog.fileSelected.emit(str(path))
        dialog.filesSelected.emit([str(path)])
        dialog.close()
        delete_now()

    return choose


@pytest.fixture
def blobs():
    """Makes localizations of round clusters on a random background, with sigma and photons."""

    def make(seed=0, n_blobs=12, n_each=40, n_background=300, side=3000.0, dimensions=2):
        rng = np.random.default_rng(seed)
        centers = rng.uniform(200, side - 200, (n_blobs, dimensions))
        spread = rng.normal(0, 25, (n_blobs * n_each, dimensions))
        background = rng.uniform(0, side, (n_background, dimensions))
        points = np.concatenate([np.repeat(centers, n_each, axis=0) + spread, background])
        n = len(points)
        return Localizations.from_arrays(
            points,
            sigma=rng.uniform(8, 15, n),
            frame=np.sort(rng.integers(0, 5000, n)),
            photons=rng.uniform(300, 3000, n),
        )

    return make


@pytest.fixture
def put_data(app):
    """Lets the app have a data set as if its file had been opened, and returns its key."""

    def put(localizations, path="/data/cell.csv", **fields):
        project, key = app.document.project.new_key()
        data_set = DataSet(key=key, path=path, **fields)
        project = project.with_data_set(data_set)
        app.document.edit(f"open {data_set.name}", project)
        field = prepare(project.request(key, None), localizations)
        app.workspace.put_loaded(key, Loaded(raw=localizations, field=field))
        app.workspace.look_at(key)
        return key

    return put


@pytest.fixture
def put_analysis(app):
    """Lets the app have a result as if it had been computed; returns the key of the finding."""

    def put(data_set, region=None):
        project, key = app.document.project.new_key()
        request = project.request(data_set, region)
        selection = crop(request, app.workspace.loaded[data_set].field)
        analysis = measure(request, selection, cluster(request, selection))
        finding = Finding(
            key=key,
            data_set=data_set,
            region=region,
            request=request,
            made_utc="2026-01-01T00:00:00+00:00",
        )
        app.workspace.put_analysis(key, analysis)
        app.document.record(project.with_finding(finding))
        app.workspace.look_at(data_set, region, key)
        return key

    return put
