"""What the app and the process that runs a batch say to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from stormgraph_gui.jobs.messages import Reason
from stormgraph_py.batch.job import Outcome
from stormgraph_py.batch.runner import BatchResult
from stormgraph_py.report.outputs import Outputs


@dataclass(frozen=True, kw_only=True)
class Begin:
    """To the host: do these jobs.

    Parameters
    ----------
    jobs : tuple of str
        Jobs as JSON, in the order of the tables.
    order : tuple of str
        Their names, in the order in which they are to start.
    out : str
        Folder of the batch; what is complete there is kept.
    outputs : Outputs
        Files of each job.
    n_workers : int
        Jobs at a time.
    cancelled : tuple of str
        Jobs that are not to be done.
    failed : tuple of Outcome
        Jobs that failed before and are not to be tried again.
    skipped : tuple of tuple of str
        Files that are no jobs, with the reason.
    asked : mapping
        What was asked for, for the record.
    """

    jobs: tuple[str, ...]
    order: tuple[str, ...]
    out: str
    outputs: Outputs
    n_workers: int
    cancelled: tuple[str, ...] = ()
    failed: tuple[Outcome, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    asked: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Steer:
    """To the host: a wish of `stormgraph_py.batch.control`; new jobs come as JSON."""

    kind: Literal["pause", "go-on", "cancel", "retry", "arrange", "add"]
    names: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stop:
    """To the host: abandon what runs, sum up what is done, and end."""


@dataclass(frozen=True)
class Kept:
    """From the host: a job was complete before."""

    outcome: Outcome


@dataclass(frozen=True)
class Began:
    """From the host: what is complete was looked at, jobs start now."""


@dataclass(frozen=True)
class Runs:
    """From the host: these jobs are being done."""

    jobs: tuple[str, ...]


@dataclass(frozen=True)
class Ended:
    """From the host: a job has ended."""

    outcome: Outcome


@dataclass(frozen=True)
class Warned:
    """From the host: something should be known."""

    text: str


@dataclass(frozen=True)
class Finished:
    """From the host: the batch has ended, and its tables are written."""

    result: BatchResult


@dataclass(frozen=True)
class Broke:
    """From the host, or of it: the batch could not begin or go on."""

    reason: Reason
    text: str
    details: str = ""


Order: TypeAlias = Begin | Steer | Stop
News: TypeAlias = Kept | Began | Runs | Ended | Warned | Finished | Broke
