"""What is said of parameters, presets, and what makes a result out of date."""

import dataclasses
import json

import numpy as np
import pytest

from stormgraph_gui.models.currency import outdated_by, pair_outdated_by, parameters_apart
from stormgraph_gui.models.guidance import (
    BASIC,
    CHOICES,
    GUIDANCE,
    SEED,
    fault_in_words,
    value_in_words,
)
from stormgraph_gui.models.presets import SETTING, Presets
from stormgraph_gui.models.project import DataSet, Finding, PairFinding, Project, Region
from stormgraph_gui.models.settings import Settings
from stormgraph_gui.models.stages import stage_in_words
from stormgraph_gui.models.target import target_of
from stormgraph_py import InputError, ParameterError, StormGraphParams, cluster_localizations
from stormgraph_py.filters import Keep
from stormgraph_py.report.overlap_analysis import OverlapParams
from stormgraph_py.roi import Roi


def test_every_parameter_has_a_label_and_guidance():
    names = [field.name for field in dataclasses.fields(StormGraphParams)]
    assert set(GUIDANCE) == {*names, SEED}
    assert set(BASIC) <= set(names)
    labels = [guidance.label for guidance in GUIDANCE.values()]
    assert len(set(labels)) == len(labels)
    for name, guidance in GUIDANCE.items():
        for text in (guidance.meaning, guidance.advice):
            assert text.endswith("."), name
            assert 40 < len(text) < 420, name


@pytest.mark.parametrize("name", CHOICES)
def test_choices_are_those_that_the_parameters_accept(name):
    for value, _ in CHOICES[name]:
        assert getattr(StormGraphParams(**{name: value}), name) == value
    assert getattr(StormGraphParams(), name) in [value for value, _ in CHOICES[name]]
    with pytest.raises(ParameterError) as caught:
        StormGraphParams(**{name: "something else"})
    for value, _ in CHOICES[name]:
        assert str(value) in str(caught.value), "a choice is missing or gone"


@pytest.mark.parametrize(
    ("name", "value"), [("k", 0), ("alpha", 2.0), ("min_cluster_size", 1), ("label_radius_nm", -1)]
)
def test_faults_keep_value_and_remedy_and_lose_the_name(name, value):
    with pytest.raises(ParameterError) as caught:
        StormGraphParams(**{name: value})
    text = fault_in_words(name, caught.value)
    assert text.startswith(f"{value} ")
    assert ";" in text
    assert f"{name}=" not in text
    assert "None" not in text


def test_values_in_words():
    assert value_in_words("k", None) == "automatic"
    assert value_in_words("overcounting", True) == "yes"
    assert value_in_words("label_radius_nm", 8.0) == "8"
    assert value_in_words("alpha", 1e-07) == "1e-07"


def test_every_stage_of_an_analysis_has_words(blobs):
    stages = []
    params = StormGraphParams(k=10)
    cluster_localizations(blobs(), params, on_progress=lambda event: stages.append(event.stage))
    assert len(set(stages)) > 4
    for stage in {*stages, "cropping", "measuring"}:
        assert stage_in_words(stage) != stage


def test_presets_are_kept_in_the_settings(tmp_path):
    presets = Presets(Settings(tmp_path))
    mine = StormGraphParams(k=25, alpha=0.1)
    told = []
    presets.changed.connect(lambda: told.append(len(presets.all)))
    presets.save("  my   cells ", mine)
    built_in = [preset.name for preset in presets.all if preset.is_built_in]
    assert "Paper defaults" in built_in
    assert presets.of(StormGraphParams()).name == "Paper defaults"
    again = Presets(Settings(tmp_path))
    assert again.of(mine).name == "my cells"
    assert not again.of(mine).is_built_in
    presets.remove("Paper defaults")
    presets.remove("my cells")
    assert presets.of(mine) is None
    assert told == [len(built_in) + 1, len(built_in)]
    assert [preset.name for preset in Presets(Settings(tmp_path)).all] == built_in


def test_presets_with_names_that_are_taken_or_empty_are_refused(tmp_path):
    presets = Presets(Settings(tmp_path))
    with pytest.raises(InputError, match="choose another name"):
        presets.save("paper DEFAULTS", StormGraphParams(k=25))
    with pytest.raises(InputError, match="needs a name"):
        presets.save("  ", StormGraphParams(k=25))


def test_damaged_presets_are_passed_over(tmp_path):
    settings = Settings(tmp_path)
    good = StormGraphParams(k=33).as_dict()
    damaged = {"good": good, "unknown": {"kk": 3}, "bounds": {"k": 0}, "list": [1], "none": None}
    settings.set(SETTING, json.loads(json.dumps(damaged)))
    own = [preset.name for preset in Presets(settings).all if not preset.is_built_in]
    assert own == ["good"]
    settings.set(SETTING, "nonsense")
    assert all(preset.is_built_in for preset in Presets(settings).all)


@pytest.fixture
def found():
    """A project with a finding in a region."""
    roi = Roi.rectangle((500, 500), (400, 200), name="cell 1")
    data = DataSet(key="k1", path="/data/a.csv", filters=(Keep("photons", low=500),))
    project = Project(n_keys=3).with_data_set(data)
    project = project.with_region("k1", Region(key="k2", roi=roi))
    finding = Finding(
        key="k3", data_set="k1", region="k2", request=project.request("k1", "k2"), made_utc=""
    )
    return project.with_finding(finding), finding


def moved(project, by_nm):
    region = project.data_set("k1").region("k2")
    roi = Roi.rectangle((500 + by_nm, 500), (400, 200), name="another name", tags={"a": "b"})
    return project.with_region("k1", dataclasses.replace(region, roi=roi))


def test_a_result_is_out_of_date_when_its_points_would_be_others(found):
    project, finding = found
    assert outdated_by(project, finding) == ()
    assert outdated_by(moved(project, 0), finding) == (), "names and tags change no result"
    assert "region" in outdated_by(moved(project, 1), finding)[0]

    def with_data(**values):
        return project.editing("k1", lambda one: dataclasses.replace(one, **values))

    assert "filters" in outdated_by(with_data(filters=()), finding)[0]
    same = (Keep("photons", low=500),)
    assert outdated_by(with_data(filters=same, tags={"c": "d"}), finding) == ()
    assert "channel" in outdated_by(with_data(channel=1), finding)[0]
    assert "read" in outdated_by(with_data(reading={"unit": "um"}), finding)[0]
    assert len(outdated_by(with_data(filters=(), channel=1), finding)) == 2
    first = with_data(sha256="a")
    assert outdated_by(first, finding) == ()
    second = first.with_new_file("k1", "b")
    assert outdated_by(second, second.findings[0]) == ("the file was changed",)
    assert outdated_by(second, finding) == (), "found in the new file"
    third = second.with_finding(dataclasses.replace(finding, sha256="b")).with_new_file("k1", "a")
    assert [outdated_by(third, one) != () for one in third.findings] == [False, True]
    assert "removed" in outdated_by(project.without_region("k1", "k2"), finding)[0]


def test_a_comparison_is_out_of_date_when_one_of_its_files_is_another(found):
    project, _ = found
    project = project.editing("k1", lambda one: dataclasses.replace(one, sha256="a"))
    project = project.with_data_set(DataSet(key="k9", path="/data/b.csv", sha256="z"))
    pair = PairFinding(
        key="k10", data_sets=("k1", "k9"), region=None, params=OverlapParams(), made_utc="",
        requests=(project.request("k1", None), project.request("k9", None)),
    )  # fmt: skip
    project = dataclasses.replace(project, pair=pair)
    assert pair_outdated_by(project, project.pair) == ()
    changed = project.with_new_file("k9", "y")
    changed = Project.from_dict(json.loads(json.dumps(changed.as_dict())))
    assert pair_outdated_by(changed, changed.pair) == ("the file was changed (b.csv)",)


def test_saved_and_opened_a_result_is_as_much_up_to_date_as_before(found):
    project, _ = found
    again = Project.from_dict(json.loads(json.dumps(project.as_dict())))
    assert outdated_by(again, again.findings[0]) == ()


def test_other_parameters_make_no_result_out_of_date_and_are_named(found):
    project, finding = found
    params = StormGraphParams(k=None, alpha=0.2)
    project = dataclasses.replace(project, params=params, seed=7)
    assert outdated_by(project, finding) == ()
    assert dict(parameters_apart(params, 7, finding)) == {
        "Neighbours k": "15",
        "False positives alpha": "0.05",
        "Seed": "0",
    }


def test_the_target_counts_what_an_analysis_would_get(app, blobs, put_data):
    assert target_of(app.document.project, app.workspace) is None
    locs = blobs()
    key = put_data(locs)
    whole = target_of(app.document.project, app.workspace)
    assert (whole.data_set, whole.region, whole.n) == ("cell.csv", "", len(locs))
    assert whole.precision_nm == pytest.approx(np.median(locs.precision(2)))
    roi = Roi.ellipse((1500, 1200), (1800, 900), 40, name="cell 1")
    app.document.edit("draw", app.document.project.with_region(key, Region(key="r", roi=roi)))
    app.workspace.look_at(key, "r")
    target = target_of(app.document.project, app.workspace)
    assert target.n == roi.contains(locs.xy).sum()
    assert target.area_nm2 == roi.area_nm2
    far = Roi.rectangle((1e6, 1e6), (10, 10))
    app.document.edit("move", app.document.project.with_region(key, Region(key="r", roi=far)))
    target = target_of(app.document.project, app.workspace)
    assert (target.n, target.precision_nm) == (0, None)
