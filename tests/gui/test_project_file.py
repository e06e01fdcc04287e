import json
import os
import shutil
import zipfile
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from stormgraph_gui.models import encoded as encoding
from stormgraph_gui.models.currency import outdated_by
from stormgraph_gui.models.encoded import EncodedResults
from stormgraph_gui.models.project import SCHEMA, DataSet, Finding, Project, Region
from stormgraph_gui.models.project_file import PROJECT, Saved, load_project, save_project
from stormgraph_gui.models.result_file import result_bytes, result_from_bytes
from stormgraph_py import InputError, StormGraphParams, cluster_localizations
from stormgraph_py.errors import OutputError
from stormgraph_py.report.analysis import cluster, load
from stormgraph_py.result import ClusteringResult
from stormgraph_py.roi import Roi

DATA = Path(__file__).parent / "data"


def leaves(thing):
    """Every value under a result, arrays as they are."""
    if hasattr(thing, "__dataclass_fields__"):
        return [leaf for f in fields(thing) for leaf in leaves(getattr(thing, f.name))]
    if isinstance(thing, tuple | list):
        return [leaf for one in thing for leaf in leaves(one)]
    return [thing]


def same(one, other):
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=True)
    return one == other or (one != one and other != other)


@pytest.mark.parametrize("params", [{}, {"alpha": 1.0}, {"k": None}, {"overcounting": True}])
@pytest.mark.parametrize("dimensions", [2, 3])
def test_a_result_comes_back_to_the_last_bit(blobs, params, dimensions):
    result = cluster_localizations(blobs(dimensions=dimensions), StormGraphParams(**params))
    again = result_from_bytes(result_bytes(result), ClusteringResult)
    ours, theirs = leaves(result), leaves(again)
    assert len(ours) == len(theirs) > 30
    assert all(map(same, ours, theirs))


@pytest.mark.parametrize("damage", ["short", "empty", "flipped", "other"])
def test_a_damaged_result_is_refused(blobs, damage):
    data = bytearray(result_bytes(cluster_localizations(blobs())))
    data = {
        "short": data[: len(data) // 2],
        "empty": b"",
        "flipped": data[:40] + bytes(200) + data[240:],
        "other": b"not a result at all",
    }[damage]
    with pytest.raises(InputError, match="damaged"):
        result_from_bytes(bytes(data), ClusteringResult)


def a_saved(folder, blobs):
    file = folder / "data" / "cell.csv"
    file.parent.mkdir()
    file.write_text("x")
    region = Region(key="k2", roi=Roi.rectangle((500, 500), (200, 100), 20, name="cell 1"))
    data_set = DataSet(key="k1", path=str(file), regions=(region,))
    project = Project(data_sets=(data_set,), n_keys=3)
    finding = Finding(
        key="k3",
        data_set="k1",
        region="k2",
        request=project.request("k1", "k2"),
        made_utc="2026-01-01T00:00:00+00:00",
    )
    result = cluster_localizations(blobs())
    return Saved(project=project.with_finding(finding), results={"k3": result}, view={"level": 1})


def test_a_project_file_holds_project_results_and_view(tmp_path, blobs):
    saved = a_saved(tmp_path, blobs)
    path = tmp_path / "study.stormgraph"
    save_project(path, saved)
    again = load_project(path)
    assert again.project.as_dict() == saved.project.as_dict()
    np.testing.assert_array_equal(again.results["k3"].labels, saved.results["k3"].labels)
    assert again.view == {"level": 1}


def test_a_folder_that_moved_as_a_whole_is_found_again(tmp_path, blobs):
    old = tmp_path / "old"
    old.mkdir()
    save_project(old / "study.stormgraph", a_saved(old, blobs))
    new = old.rename(tmp_path / "new")
    (data_set,) = load_project(new / "study.stormgraph").project.data_sets
    assert data_set.path == str(new / "data" / "cell.csv")


def test_what_was_found_in_a_file_that_moved_is_of_this_file_still(tmp_path, blobs):
    old = tmp_path / "old"
    old.mkdir()
    saved = a_saved(old, blobs)
    assert outdated_by(saved.project, saved.project.findings[0]) == ()
    save_project(old / "study.stormgraph", saved)
    new = old.rename(tmp_path / "new")
    project = load_project(new / "study.stormgraph").project
    assert project.findings[0].request.path == project.data_sets[0].path
    assert outdated_by(project, project.findings[0]) == ()


def test_a_file_of_the_first_version_is_opened_and_saved_as_the_present_one(tmp_path):
    """The file was written by the app as it was before it kept comparisons of two colours."""
    for name in ("version_1.stormgraph", "version_1.csv"):
        shutil.copy(DATA / name, tmp_path)
    saved = load_project(tmp_path / "version_1.stormgraph")
    project = saved.project
    (data_set,), (finding,) = project.data_sets, project.findings
    assert data_set.path == str(tmp_path / "version_1.csv")
    assert [one.roi.name for one in data_set.regions] == ["cell 1"]
    assert (project.seed, project.pair, saved.comparisons) == (5, None, {})
    # the result is that of its request
    again = cluster(finding.request, load(finding.request))
    np.testing.assert_array_equal(saved.results[finding.key].labels, again.labels)
    path = tmp_path / "now.stormgraph"
    save_project(path, saved)
    with zipfile.ZipFile(path) as archive:
        assert json.loads(archive.read(PROJECT))["project"]["schema"] == SCHEMA
    assert load_project(path).project.as_dict() == project.as_dict()


def test_a_file_of_a_later_version_is_refused_by_its_version(tmp_path, blobs):
    path = tmp_path / "study.stormgraph"
    save_project(path, a_saved(tmp_path, blobs))
    with zipfile.ZipFile(path) as archive:
        values = json.loads(archive.read(PROJECT))
    values["project"]["schema"] = SCHEMA + 1
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(PROJECT, json.dumps(values))
    with pytest.raises(InputError, match=f"schema {SCHEMA + 1}.*version that saved it"):
        load_project(path)


def test_what_is_no_project_is_refused_by_name(tmp_path, blobs):
    path = tmp_path / "study.stormgraph"
    path.write_bytes(b"no zip")
    with pytest.raises(InputError, match=r"study\.stormgraph"):
        load_project(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(PROJECT, '{"project": 3}')
    with pytest.raises(InputError, match=r"study\.stormgraph"):
        load_project(path)
    with pytest.raises(InputError, match="nowhere"):
        load_project(tmp_path / "nowhere.stormgraph")


def test_saving_keeps_the_older_file_when_it_fails(tmp_path, blobs, monkeypatch):
    path = tmp_path / "study.stormgraph"
    saved = a_saved(tmp_path, blobs)
    save_project(path, saved)
    before = path.read_bytes()

    def full(_result):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("stormgraph_gui.models.encoded.result_bytes", full)
    with pytest.raises(OutputError, match="disk is full"):
        save_project(path, saved)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["study.stormgraph"]


@pytest.fixture
def encodings(monkeypatch):
    """Counts the results that are encoded."""
    done = []

    def counted(result):
        done.append(result)
        return result_bytes(result)

    monkeypatch.setattr(encoding, "result_bytes", counted)
    return done


def with_another(saved, key="k4"):
    """Add a finding with a result of its own."""
    (first,) = saved.project.findings
    project = saved.project.with_finding(replace(first, key=key))
    result = replace(saved.results["k3"], warnings=("another one",))
    return replace(saved, project=project, results={**saved.results, key: result})


def test_a_result_is_encoded_once_wherever_it_is_saved(tmp_path, blobs, encodings):
    saved, known = a_saved(tmp_path, blobs), EncodedResults()
    path, aside = tmp_path / "study.stormgraph", tmp_path / "aside.stormgraph"
    save_project(path, saved, known)
    assert len(encodings) == 1
    changed = replace(saved, project=replace(saved.project, seed=7))
    save_project(aside, changed, known)
    save_project(path, changed, known)
    assert len(encodings) == 1
    # unsaved work is removed once it is saved, here before it
    save_project(aside, changed, known)
    aside.unlink()
    more = with_another(changed)
    save_project(path, more, known)
    assert len(encodings) == 2
    assert encodings[-1] is more.results["k4"]
    again = load_project(path)
    assert again.project.seed == 7
    for key, result in more.results.items():
        assert all(map(same, leaves(result), leaves(again.results[key])))


def test_an_opened_result_is_not_encoded_when_it_is_saved(tmp_path, blobs, encodings):
    path, known = tmp_path / "study.stormgraph", EncodedResults()
    save_project(path, a_saved(tmp_path, blobs))
    opened = load_project(path, known)
    del encodings[:]
    save_project(path, with_another(opened), known)
    assert len(encodings) == 1


@pytest.mark.parametrize("loss", ["removed", "replaced", "damaged"])
def test_what_cannot_be_copied_is_encoded(tmp_path, blobs, encodings, loss):
    saved, known = a_saved(tmp_path, blobs), EncodedResults()
    first, second = tmp_path / "one.stormgraph", tmp_path / "two.stormgraph"
    save_project(first, saved, known)
    if loss == "removed":
        first.unlink()
    elif loss == "replaced":
        save_project(first, with_another(saved))
    else:
        before, data = first.stat(), bytearray(first.read_bytes())
        data[-len(data) // 2] ^= 0xFF
        first.write_bytes(data)
        os.utime(first, ns=(before.st_atime_ns, before.st_mtime_ns))
    del encodings[:]
    save_project(second, saved, known)
    assert len(encodings) == 1
    assert all(map(same, leaves(saved.results["k3"]), leaves(load_project(second).results["k3"])))
