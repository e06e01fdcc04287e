"""One job of a batch: a request with the name of its folder, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from stormgraph_py.batch.fault import Fault
    from stormgraph_py.report.request import Request

State = Literal["done", "failed", "cancelled"]
"""What became of a job; a cancelled one was abandoned when the batch was stopped."""

JOB_COLUMNS = ("job", "file", "roi", "parameters", "channel")
"""Columns that tell the rows of a batch's tables apart; tags follow."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Job:
    """One analysis of a batch.

    Parameters
    ----------
    name : str
        Name of its folder, unique in the batch.
    file : str
        Input file as the batch names it: below its folder or beside its table of jobs.
    parameters : str
        Name of the parameter set.
    request : Request
        What to analyse and how.
    n_rows : int
        Rows of the input file, estimated.
    """

    name: str
    file: str
    parameters: str
    request: Request
    n_rows: int = 0

    @property
    def columns(self) -> dict[str, str]:
        """Values of `JOB_COLUMNS`."""
        channel = self.request.channel
        return {
            "job": self.name,
            "file": self.file,
            "roi": self.request.roi_name,
            "parameters": self.parameters,
            "channel": "" if channel is None else str(channel),
        }

    def as_dict(self) -> dict[str, Any]:
        """Return the job ready for JSON."""
        return {
            "name": self.name,
            "file": self.file,
            "parameters": self.parameters,
            "n_rows": self.n_rows,
            "request": self.request.as_dict(),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Job:
        """Make a job from what `as_dict` returned.

        Raises
        ------
        StormGraphError
            When the request holds unknown names or values out of bounds.
        """
        from stormgraph_py.report.request import Request

        return cls(**{**values, "request": Request.from_dict(values["request"])})

    @property
    def tags(self) -> dict[str, str]:
        """Tags of the region and of the job, whose own hold where both have one."""
        return self.request.all_tags


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a job.

    Parameters
    ----------
    job : str
        Its name.
    state : {"done", "failed", "cancelled"}
        Whether its folder is there.
    fault : Fault or None
        Why not.
    seconds : float
        Time it took.
    n_localizations, n_clusters : int
        What was analysed and found.
    warnings : tuple of str
        What the user should look at.
    """

    job: str
    state: State
    fault: Fault | None = None
    seconds: float = 0.0
    n_localizations: int = 0
    n_clusters: int = 0
    warnings: tuple[str, ...] = field(default=())


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """A file of a folder that is no job, and why."""

    file: str
    reason: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """All jobs of a batch, checked.

    Parameters
    ----------
    jobs : tuple of Job
        In the order of the tables.
    skipped : tuple of Skipped
        Files that are left out, with the reason.
    warnings : tuple of str
        What the user should look at.
    asked : mapping
        What was asked for, ready for JSON.
    """

    jobs: tuple[Job, ...]
    skipped: tuple[Skipped, ...] = ()
    warnings: tuple[str, ...] = ()
    asked: Mapping[str, object] = field(default_factory=dict)

    @property
    def tag_names(self) -> tuple[str, ...]:
        """Names of all tags, in the order in which the jobs bring them up."""
        return tuple(dict.fromkeys(name for job in self.jobs for name in job.tags))
