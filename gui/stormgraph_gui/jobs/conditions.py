"""Work on the comparison of conditions: thin calls of `stormgraph_py`."""

from __future__ import annotations

from stormgraph_py.progress import OnProgress, ProgressEvent, ShouldStop
from stormgraph_py.report.compare_analysis import ComparedResults, CompareRequest, compare_regions
from stormgraph_py.report.compare_folder import is_of_comparison, write_comparison
from stormgraph_py.report.compare_inputs import RegionResult, refuse_repeats
from stormgraph_py.report.folder import result_folder
from stormgraph_py.report.outputs import Outputs
from stormgraph_py.report.unfinished import Unfinished


def compare_conditions(
    request: CompareRequest,
    results: list[RegionResult],
    notes: list[str],
    *,
    on_progress: OnProgress,
    should_stop: ShouldStop,
) -> ComparedResults:
    """Compare results that are at hand."""
    on_progress(ProgressEvent("comparing", 0, 1))
    refuse_repeats(results)
    return compare_regions(request, results, notes)


def write_conditions(
    compared: ComparedResults,
    unfinished: Unfinished,
    outputs: Outputs,
    overwrite: bool,
    *,
    on_progress: OnProgress,
    should_stop: ShouldStop,
) -> None:
    """Write the folder of a comparison, all of it or none."""
    with result_folder(
        unfinished.folder, overwrite=overwrite, is_ours=is_of_comparison, unfinished=unfinished
    ) as path:
        write_comparison(path, compared, outputs, on_progress=on_progress, should_stop=should_stop)
