"""From requests that are at hand, as in the desktop app, to jobs."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from stormgraph_py.batch.estimate import estimate_rows
from stormgraph_py.batch.job import Job, Plan
from stormgraph_py.batch.names import distinct_names, unique_names
from stormgraph_py.batch.parameter_sets import ParameterSet
from stormgraph_py.batch.planning import job_parts
from stormgraph_py.errors import InputError, ParameterError
from stormgraph_py.report.request import Request


@dataclass(frozen=True, kw_only=True, eq=False)
class Requested:
    """A data set and region with all that is to be done with it.

    Parameters
    ----------
    request : Request
        What to analyse; its parameters and seed give way to those of `parameters`, its filters come
        before those of `parameters`.
    parameters : ParameterSet
        One of the sets of parameters of the batch.
    """

    request: Request
    parameters: ParameterSet = field(default_factory=ParameterSet)


def plan_requests(requested: Sequence[Requested]) -> Plan:
    """Make a job of each request, in their order, with the names that `plan_jobs` would give.

    Raises
    ------
    InputError
        When there is nothing to do, or a file is not there.
    ParameterError
        When two of them ask for the same.
    """
    if not requested:
        raise InputError("There is nothing to do; choose a data set.")
    requests = [
        dataclasses.replace(
            one.request,
            params=one.parameters.params,
            seed=one.parameters.seed,
            filters=(*one.request.filters, *one.parameters.filters),
        )
        for one in requested
    ]
    paths = [Path(request.path) for request in requests]
    rows = {path: _rows(path) for path in dict.fromkeys(paths)}
    common = Path(os.path.commonpath([path.parent for path in rows]))
    files = [path.relative_to(common).as_posix() for path in paths]
    keys = [_key(request) for request in requests]
    names = unique_names(
        [
            job_parts(file, request.roi, request.channel, one.parameters)
            for file, request, one in zip(files, requests, requested, strict=True)
        ],
        keys,
    )
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ParameterError(f"The job {twice} is there twice; leave one of them out.")
    jobs = tuple(
        Job(
            name=name,
            file=file,
            parameters=one.parameters.name,
            request=request,
            n_rows=rows[Path(request.path)],
        )
        for name, file, request, one in zip(names, files, requests, requested, strict=True)
    )
    return Plan(jobs=jobs)


def beside(jobs: Iterable[Job], others: Iterable[str]) -> tuple[Job, ...]:
    """Give jobs other names where a batch that they are to join has used theirs."""
    jobs = tuple(jobs)
    keys = [_key(job.request) for job in jobs]
    names = distinct_names([job.name for job in jobs], keys, others)
    return tuple(dataclasses.replace(job, name=name) for job, name in zip(jobs, names, strict=True))


def _key(request: Request) -> str:
    return json.dumps(request.as_dict(), sort_keys=True)


def _rows(path: Path) -> int:
    if not path.is_file():
        raise InputError(f"{path}: there is no such file; check its name and folder.")
    return estimate_rows(path)
