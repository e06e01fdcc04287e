from dataclasses import replace

import pytest

from stormgraph_gui.models.document import Document
from stormgraph_gui.models.project import DataSet, Finding, Project, Region
from stormgraph_py import InputError, StormGraphParams
from stormgraph_py.filters import Keep
from stormgraph_py.report.request import Request
from stormgraph_py.roi import Roi


def a_project():
    roi = Roi.ellipse((500, 500), (400, 200), 30, name="cell 1", tags={"condition": "resting"})
    data = DataSet(
        key="k1", path="/data/a.csv", reading={"pixel_size_nm": 100.0}, sha256="ab", channel=1,
        filters=(Keep("photons", low=500),), tags={"replicate": "1"},
    )  # fmt: skip
    project = Project(n_keys=3, params=StormGraphParams(k=20), seed=4).with_data_set(data)
    project = project.with_region("k1", Region(key="k2", roi=roi))
    finding = Finding(
        key="k3", data_set="k1", region="k2", request=project.request("k1", "k2"),
        made_utc="2026-01-01T00:00:00+00:00",
    )  # fmt: skip
    return project.with_finding(finding)


def test_a_project_comes_back_from_its_dictionary():
    import json

    project = a_project()
    text = json.dumps(project.as_dict())
    assert json.dumps(Project.from_dict(json.loads(text)).as_dict()) == text


def test_a_request_holds_all_that_the_labels_depend_on():
    request = a_project().request("k1", "k2")
    assert isinstance(request, Request)
    assert (request.path, request.pixel_size_nm, request.channel) == ("/data/a.csv", 100.0, 1)
    assert (request.params.k, request.seed, request.roi_name) == (20, 4, "cell 1")
    assert request.all_tags == {"condition": "resting", "replicate": "1"}
    assert [step.column for step in request.filters] == ["photons"]


@pytest.mark.parametrize(
    "damage", [{"schema": 99}, {"data_sets": 3}, {"findings": [{}]}, {"n_keys": "many"}]
)
def test_a_damaged_project_is_refused(damage):
    with pytest.raises(InputError, match="project"):
        Project.from_dict(a_project().as_dict() | damage)


def test_undo_and_redo_go_back_and_forth():
    document, first = Document(), a_project()
    document.reset(first)
    second = first.without_region("k1", "k2")
    document.edit("remove cell 1", second)
    assert (document.undo_label, document.redo_label) == ("remove cell 1", None)
    document.undo()
    assert [r.key for r in document.project.data_set("k1").regions] == ["k2"]
    assert not document.is_modified
    document.redo()
    assert document.project.data_set("k1").regions == ()
    assert document.is_modified


def test_edits_of_one_drag_are_one_step():
    document = Document()
    document.reset(a_project())
    for seed in (5, 6, 7):
        document.edit("set the seed", replace(document.project, seed=seed), merge="seed")
    document.end_merge()
    document.edit("set the seed", replace(document.project, seed=8), merge="seed")
    document.undo()
    assert document.project.seed == 7
    document.undo()
    assert document.project.seed == 4


def test_undo_takes_no_finding_away():
    document = Document()
    document.reset(a_project())
    document.edit("set the seed", replace(document.project, seed=5))
    finding = replace(document.project.findings[0], key="k9")
    document.record(document.project.with_finding(finding))
    document.undo()
    assert document.project.seed == 4
    assert [one.key for one in document.project.findings] == ["k3", "k9"]
