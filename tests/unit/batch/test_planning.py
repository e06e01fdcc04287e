"""From what was asked for to jobs."""

import pytest

from stormgraph_py.batch.parameter_sets import ParameterSet
from stormgraph_py.batch.planning import Asked, plan_jobs
from stormgraph_py.errors import InputError, ParameterError
from stormgraph_py.params import StormGraphParams

STRICT = ParameterSet(name="strict", params=StormGraphParams(alpha=0.01), is_named=True)
LOOSE = ParameterSet(name="loose", seed=3, is_named=True)


@pytest.fixture
def study(tmp_path, write_cell, write_halves):
    for condition in ("control", "treated"):
        write_cell(tmp_path / "data" / condition / "c1.csv")
        write_halves(tmp_path / "rois" / condition / "c1.geojson", tags={"stage": "late"})
    return tmp_path


def test_files_times_regions_times_parameter_sets(study):
    plan = plan_jobs(
        Asked(
            inputs=[str(study / "data")],
            roi_dir=str(study / "rois"),
            pattern="{condition}/{cell}",
            parameter_sets=(STRICT, LOOSE),
        )
    )
    assert [job.name for job in plan.jobs] == [
        f"{c}_c1__{roi}__{one}"
        for c in ("control", "treated")
        for roi in ("left", "right")
        for one in ("strict", "loose")
    ]
    job = plan.jobs[3]
    assert job.columns == {
        "job": "control_c1__right__loose",
        "file": "control/c1.csv",
        "roi": "right",
        "parameters": "loose",
        "channel": "",
    }
    assert job.tags == {"condition": "control", "cell": "c1", "stage": "late"}
    assert (job.request.params.alpha, job.request.seed) == (0.05, 3)
    assert job.request.roi is not None
    assert job.request.roi.bounds_nm == (500, -50, 1000, 1050)
    assert plan.tag_names == ("stage", "condition", "cell")


def test_a_table_gives_regions_channels_and_tags_and_comes_first(study, write_halves):
    (study / "jobs.csv").write_text(
        "file,roi_file,roi,channel,condition\n"
        "data/control/c1.csv,rois/control/c1.geojson,left,,resting\n"
        "data/control/c1.csv,rois/control/c1.geojson,left,2,resting\n"
        "data/treated/c1.csv,,,,\n"
    )
    plan = plan_jobs(Asked(inputs=[str(study / "jobs.csv")], channel="1"))
    assert [job.name for job in plan.jobs] == [
        "data_control_c1__left__channel_1",
        "data_control_c1__left__channel_2",
        "data_treated_c1__channel_1",
    ]
    assert plan.jobs[0].tags == {"stage": "late", "condition": "resting"}
    assert plan.jobs[2].request.roi is None


def test_one_file_of_regions_for_all(study):
    roi = str(study / "rois" / "control" / "c1.geojson")
    plan = plan_jobs(Asked(inputs=[str(study / "data")], roi=roi))
    assert len(plan.jobs) == 4
    assert {job.request.roi_path for job in plan.jobs} == {roi}


def test_files_without_regions_or_tags_are_skipped_with_the_reason(study, write_cell):
    write_cell(study / "data" / "control" / "c9.csv")
    write_cell(study / "data" / "c7.csv")
    plan = plan_jobs(
        Asked(
            inputs=[str(study / "data")],
            roi_dir=str(study / "rois"),
            pattern="{condition}/{cell}",
        )
    )
    assert len(plan.jobs) == 4
    reasons = {one.file: one.reason for one in plan.skipped}
    assert "does not fit --pattern" in reasons["c7.csv"]
    assert "no file of regions" in reasons["control/c9.csv"]


def test_files_of_the_same_name_in_folders_far_apart_stay_apart(study):
    files = [str(study / "data" / c / "c1.csv") for c in ("control", "treated")]
    assert [job.name for job in plan_jobs(Asked(inputs=files)).jobs] == ["control_c1", "treated_c1"]


def test_rows_are_estimated(study):
    plan = plan_jobs(Asked(inputs=[str(study / "data")]))
    assert all(job.n_rows == pytest.approx(220, rel=0.1) for job in plan.jobs)


@pytest.mark.parametrize(
    ("row", "error", "message"),
    [
        ("data/control/c1.csv,rois/control/c1.geojson,lft", InputError, "did you mean 'left'"),
        ("data/control/c1.csv,,left", InputError, "names the region 'left' and no file of regions"),
        ("data/treated/c1.csv,,", ParameterError, "line 3: the job .* is also in .*line 2"),
    ],
)
def test_faults_are_found_before_anything_starts(study, row, error, message):
    (study / "jobs.csv").write_text(f"file,roi_file,roi\ndata/treated/c1.csv,,\n{row}\n")
    with pytest.raises(error, match=message):
        plan_jobs(Asked(inputs=[str(study / "jobs.csv")]))


def test_folders_that_are_not_there_are_named(study):
    with pytest.raises(InputError, match="--roi-dir nowhere: there is no such folder"):
        plan_jobs(Asked(inputs=[str(study / "data")], roi_dir="nowhere"))
    with pytest.raises(InputError, match="--roi nowhere: there is no such file"):
        plan_jobs(Asked(inputs=[str(study / "data")], roi="nowhere"))


@pytest.mark.parametrize("inputs", [["data/control/c1.csv"], ["data/control/*.csv"]])
def test_a_pattern_sees_the_folders_that_were_named(study, inputs, monkeypatch):
    monkeypatch.chdir(study)
    (job,) = plan_jobs(Asked(inputs=inputs, pattern="{condition}/{cell}")).jobs
    assert job.tags == {"condition": "control", "cell": "c1"}
    assert job.name == "c1"


def test_below_a_named_folder_a_pattern_sees_no_folder_above_it(study):
    with pytest.raises(InputError, match="does not fit"):
        plan_jobs(Asked(inputs=[str(study / "data")], pattern="{day}/{condition}/{cell}"))


def test_files_of_one_name_that_share_regions_are_told(study, write_halves):
    asked = Asked(inputs=[str(study / "data")], roi_dir=str(study / "rois"))
    assert plan_jobs(asked).warnings == ()
    for condition in ("control", "treated"):
        (study / "rois" / condition / "c1.geojson").unlink()
    write_halves(study / "rois" / "c1.geojson")
    (warning,) = plan_jobs(asked).warnings
    assert "control/c1.csv, treated/c1.csv take the regions of c1.geojson" in warning
