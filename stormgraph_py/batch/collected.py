"""Results that are at hand, written as a batch that was done: folders, tables and an index."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from stormgraph_py.batch.executors import SerialExecutor
from stormgraph_py.batch.job import Outcome
from stormgraph_py.batch.monitor import Monitor
from stormgraph_py.batch.parameter_sets import ParameterSet
from stormgraph_py.batch.requested import Requested, plan_requests
from stormgraph_py.batch.runner import BATCH_OUTPUTS, BatchResult, run_batch
from stormgraph_py.batch.task import Task
from stormgraph_py.progress import Progress
from stormgraph_py.report.folder import result_folder, write_result

if TYPE_CHECKING:
    from stormgraph_py.progress import OnProgress, ShouldStop
    from stormgraph_py.report.analysis import Analysis
    from stormgraph_py.report.outputs import Outputs


def write_collected(
    analyses: Sequence[Analysis],
    out: Path,
    *,
    outputs: Outputs = BATCH_OUTPUTS,
    overwrite: bool = False,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> BatchResult:
    """Write analyses into the folder of a batch, as if it had done them.

    Parameters
    ----------
    analyses : sequence of Analysis
        What was found; each asks for something else.
    out : Path
        Folder of the batch.
    outputs : Outputs
        Files of each result.
    overwrite : bool
        Replace an older batch.
    on_progress, should_stop : callable, optional
        Told after each result, and asked before it.

    Returns
    -------
    BatchResult

    Raises
    ------
    StormGraphError
        When two of them ask for the same, or the folder may not be written.
    """
    plan = plan_requests(
        [
            Requested(
                request=one.request,
                parameters=ParameterSet(params=one.request.params, seed=one.request.seed),
            )
            for one in analyses
        ]
    )
    found = {job.name: one for job, one in zip(plan.jobs, analyses, strict=True)}

    def perform(task: Task, _stop: ShouldStop | None) -> Outcome:
        analysis = found[task.job]
        with result_folder(task.folder, overwrite=True) as unfinished:
            write_result(unfinished, analysis, task.outputs)
        return Outcome(
            job=task.job,
            state="done",
            n_localizations=analysis.result.n_localizations,
            n_clusters=analysis.result.n_clusters,
            warnings=analysis.warnings,
        )

    return run_batch(
        plan,
        out,
        lambda *_: SerialExecutor(perform=perform),
        outputs=outputs,
        overwrite=overwrite,
        monitor=_Counting(len(analyses), Progress(on_progress)),
        should_stop=should_stop,
    )


class _Counting(Monitor):
    """Tells how many results are written."""

    def __init__(self, n: int, progress: Progress) -> None:
        self._n, self._n_ended, self._progress = n, 0, progress

    def ended(self, task: Task, outcome: Outcome) -> None:
        """One more is written."""
        self._n_ended += 1
        self._progress.report("writing", self._n_ended, self._n)
