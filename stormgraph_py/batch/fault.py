"""Why a job failed: where, what about, and what to do."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import Literal

from stormgraph_py.errors import Cancelled, OutputError, ParameterError, StormGraphError

Kind = Literal["input", "parameter", "output", "disk-full", "memory", "worker-died", "program"]
"""Kinds of faults, as failures.csv names them."""

Stage = Literal["reading", "selecting", "clustering", "measuring", "writing", "working"]
"""Steps of a job in their order; "working" where it is not known which of them it was."""

REMEDIES: dict[Kind, str] = {
    "input": "Mend the file or region, or take it out of the jobs; then run again with --resume.",
    "parameter": "Change parameters, filters or channel; then run again with --resume.",
    "output": "Make the folder writable; then run again with --resume.",
    "disk-full": "Free some space; then run again with --resume.",
    "memory": "Analyse smaller regions, or use a machine with more memory; then run again with "
    "--resume.",
    "worker-died": "Usually memory ran out: try fewer --workers or smaller regions with --resume. "
    "batch.log may tell more.",
    "program": "A fault of the program: please report it with batch.log.",
}
"""What to do about each kind of fault, beside what its reason says."""

_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Why a job failed.

    Parameters
    ----------
    stage : str
        What it was doing.
    kind : str
        Kind of fault, a key of `REMEDIES`.
    reason : str
        What went wrong, on one line.
    """

    stage: Stage
    kind: Kind
    reason: str

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return REMEDIES[self.kind]


def fault_of(error: BaseException, stage: Stage) -> Fault:
    """Describe an exception that ended a job.

    Examples
    --------
    >>> fault_of(ParameterError("k=0 is below 1."), "clustering").kind
    'parameter'
    """
    kind, reason = _kind(error, stage), str(error)
    if kind == "memory":
        reason = "There was not enough memory."
    elif isinstance(error, OSError) and not isinstance(error, StormGraphError):
        where = f"{error.filename}: " if error.filename else ""
        reason = f"{where}{error.strerror or error}"
    elif kind == "program":
        reason = f"unexpected {type(error).__name__}: {error}"
    return Fault(stage=stage, kind=kind, reason=" ".join(reason.split()))


def is_cancelled(error: BaseException) -> bool:
    """Whether a job ended because it was asked to."""
    return isinstance(error, Cancelled)


def is_disk_full(error: BaseException) -> bool:
    """Whether an error, or one that caused it, says that a disk or quota is full."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno in _FULL:
            return True
        cause = cause.__cause__
    return False


def _kind(error: BaseException, stage: Stage) -> Kind:
    if is_disk_full(error):
        return "disk-full"
    match error:
        case MemoryError():
            return "memory"
        case OutputError():
            return "output"
        case ParameterError():
            return "parameter"
        case StormGraphError():
            return "input"
        case OSError():
            # a file that is gone or may not be read is mended where it lies
            return "input" if stage == "reading" else "output"
        case _:
            return "program"
