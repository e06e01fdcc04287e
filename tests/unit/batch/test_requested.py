"""Jobs made of requests are those that the same files, regions and parameters make."""

import json
from dataclasses import replace

import pytest

from stormgraph_py.batch.job import Job
from stormgraph_py.batch.parameter_sets import ParameterSet
from stormgraph_py.batch.planning import Asked, plan_jobs
from stormgraph_py.batch.requested import Requested, beside, plan_requests
from stormgraph_py.errors import InputError, ParameterError
from stormgraph_py.filters import Keep
from stormgraph_py.params import StormGraphParams
from stormgraph_py.report.request import Request

SETS = (
    ParameterSet(name="strict", params=StormGraphParams(alpha=0.01), is_named=True),
    ParameterSet(name="loose", seed=3, filters=(Keep.parse("x_nm > 5"),), is_named=True),
)


@pytest.fixture
def asked(tmp_path, write_cell, write_halves):
    """A plan of two files with two regions each and two parameter sets."""
    for day in ("day1", "day2"):
        write_cell(tmp_path / "data" / day / "c1.csv")
        write_halves(tmp_path / "rois" / day / "c1.geojson")
    return plan_jobs(
        Asked(
            inputs=[str(tmp_path / "data")],
            roi_dir=str(tmp_path / "rois"),
            parameter_sets=SETS,
        )
    )


def requested_by(plan):
    """The same as requests that know nothing of the parameter sets yet."""
    bare = {"params": StormGraphParams(), "seed": 9, "filters": ()}
    sets = {one.name: one for one in SETS}
    return [
        Requested(request=replace(job.request, **bare), parameters=sets[job.parameters])
        for job in plan.jobs
    ]


def test_they_are_the_jobs_of_the_same_files(asked):
    plan = plan_requests(requested_by(asked))
    assert [job.as_dict() for job in plan.jobs] == [job.as_dict() for job in asked.jobs]


def test_filters_of_a_data_set_come_before_those_of_a_parameter_set(asked):
    request = replace(asked.jobs[0].request, filters=(Keep.parse("y_nm > 1"),))
    (job,) = plan_requests([Requested(request=request, parameters=SETS[1])]).jobs
    assert [step.column for step in job.request.filters] == ["y_nm", "x_nm"]


def test_a_job_comes_back_from_its_dictionary(asked):
    for job in asked.jobs:
        text = json.dumps(job.as_dict())
        assert json.dumps(Job.from_dict(json.loads(text)).as_dict()) == text


def test_the_same_twice_nothing_and_missing_files_are_refused(asked):
    twice = requested_by(asked)[:1] * 2
    with pytest.raises(ParameterError, match="is there twice"):
        plan_requests(twice)
    with pytest.raises(InputError, match="nothing to do"):
        plan_requests([])
    with pytest.raises(InputError, match="no such file"):
        plan_requests([Requested(request=Request(path="/nowhere/a.csv"))])


def test_jobs_that_join_others_get_names_of_their_own(asked):
    names = [job.name for job in asked.jobs]
    joining = beside(asked.jobs, names[:2])
    assert [job.name for job in joining][2:] == names[2:]
    assert len({job.name for job in joining} | set(names)) == len(names) + 2
    assert [job.request for job in joining] == [job.request for job in asked.jobs]
