"""What a worker does for a job: read, select, cluster, measure, write."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from stormgraph_py.batch.fault import Fault, Stage, fault_of, is_cancelled
from stormgraph_py.batch.job import Outcome
from stormgraph_py.report.outputs import Outputs

if TYPE_CHECKING:
    from stormgraph_py.progress import ShouldStop
    from stormgraph_py.report.analysis import Field
    from stormgraph_py.report.request import Request


@dataclass(frozen=True, kw_only=True, eq=False)
class Task:
    """A job on its way to a worker.

    Parameters
    ----------
    job : str
        Its name.
    folder : Path
        Folder to write, which all workers see.
    request : Request
        What to analyse and how.
    outputs : Outputs
        Which files to write.
    n_bytes : int
        Memory it may need, estimated.
    seconds : float
        Time it may take, estimated.
    """

    job: str
    folder: Path
    request: Request
    outputs: Outputs
    n_bytes: int = 0
    seconds: float = 0.0


class _LastField:
    """The last whole field that this process prepared, for the next region of the same file."""

    def __init__(self) -> None:
        self._key: object = None
        self._field: Field | None = None

    def of(self, request: Request) -> Field:
        """Return the field of a request; read it unless it is the last one."""
        from stormgraph_py.report.analysis import prepare, read

        key = _field_key(request)
        if self._field is None or key != self._key:
            # let go of the old one first: two large fields may not fit
            self._key, self._field = None, None
            self._field = prepare(request, read(request))
            self._key = key
        return self._field


_last_field = _LastField()
_one_at_a_time = threading.Lock()
"""Figures are drawn with settings that all threads of a process share."""


def perform(task: Task, should_stop: ShouldStop | None = None) -> Outcome:
    """Do a job; its folder appears once it is complete. Every fault is part of the outcome."""
    with _one_at_a_time:
        return _perform(task, should_stop)


def _perform(task: Task, should_stop: ShouldStop | None) -> Outcome:
    from stormgraph_py.report.analysis import cluster, crop, measure
    from stormgraph_py.report.folder import result_folder, write_result

    began = time.perf_counter()
    stage: Stage = "reading"
    try:
        field = _last_field.of(task.request)
        stage = "selecting"
        selection = crop(task.request, field)
        stage = "clustering"
        result = cluster(task.request, selection, should_stop=should_stop)
        stage = "measuring"
        analysis = measure(task.request, selection, result)
        stage = "writing"
        with result_folder(task.folder, overwrite=True) as unfinished:
            write_result(unfinished, analysis, task.outputs)
    except Exception as error:
        seconds = time.perf_counter() - began
        if is_cancelled(error):
            return Outcome(job=task.job, state="cancelled", seconds=seconds)
        return failed(task, fault_of(error, stage), seconds)
    return Outcome(
        job=task.job,
        state="done",
        seconds=time.perf_counter() - began,
        n_localizations=len(result.labels),
        n_clusters=result.n_clusters,
        warnings=analysis.warnings,
    )


def failed(task: Task, fault: Fault, seconds: float = 0.0) -> Outcome:
    """Return the outcome of a job that failed."""
    # the user knows nothing of the folder that was to become the result
    reason = fault.reason.replace(str(task.folder.parent), task.folder.parent.name)
    return Outcome(
        job=task.job, state="failed", fault=replace(fault, reason=reason), seconds=seconds
    )


def _field_key(request: Request) -> object:
    """Return all that a prepared field depends on; a file that changed is another one."""
    asked = request.as_dict()
    for name in ("roi", "roi_path", "params", "seed", "tags"):
        del asked[name]
    file = Path(request.path).stat()
    return asked, request.params.dimensions, (file.st_mtime_ns, file.st_size, file.st_ino)
