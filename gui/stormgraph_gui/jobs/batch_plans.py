"""What a queue is to do, as jobs: names, columns for the table, and the job as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stormgraph_py.batch.job import Job
from stormgraph_py.batch.planning import Asked, plan_jobs
from stormgraph_py.batch.requested import Requested, beside, plan_requests


@dataclass(frozen=True, kw_only=True)
class Planned:
    """Jobs that can join a queue.

    Parameters
    ----------
    jobs : tuple of mapping
        Fields of a `stormgraph_gui.models.queue.QueuedJob`.
    n_known : int
        Jobs that are left out because the queue has them already.
    skipped : tuple of tuple of str
        Files that are no jobs, with the reason.
    warnings : tuple of str
        What the user should look at.
    """

    jobs: tuple[Mapping[str, Any], ...]
    n_known: int = 0
    skipped: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()


def planned(wanted: Asked | Sequence[Requested], queued: Mapping[str, str]) -> Planned:
    """Make the jobs that are wanted, with names that are new.

    Parameters
    ----------
    wanted : Asked or sequence of Requested
        Files and folders as `stormgraph batch` takes them, or requests of the open project.
    queued : mapping of str to str
        Jobs that the queue has, as JSON by name.

    Raises
    ------
    StormGraphError
        When something cannot work.
    """
    plan = plan_jobs(wanted) if isinstance(wanted, Asked) else plan_requests(wanted)
    known = {_request_text(json.loads(text)) for text in queued.values()}
    new = [job for job in plan.jobs if _request_text(job.as_dict()) not in known]
    return Planned(
        jobs=tuple(_row(job) for job in beside(new, queued)),
        n_known=len(plan.jobs) - len(new),
        skipped=tuple((one.file, one.reason) for one in plan.skipped),
        warnings=plan.warnings,
    )


def _row(job: Job) -> dict[str, Any]:
    columns = job.columns
    return {
        "name": job.name,
        "file": job.file,
        "path": job.request.path,
        "roi": columns["roi"],
        "parameters": job.parameters,
        "channel": columns["channel"],
        "tags": job.tags,
        "n_rows": job.n_rows,
        "text": json.dumps(job.as_dict()),
    }


def _request_text(job: Mapping[str, Any]) -> str:
    return json.dumps(job["request"], sort_keys=True)
