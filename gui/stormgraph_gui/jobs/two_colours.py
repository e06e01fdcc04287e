"""Two colours in a worker process: analysed, compared, described; and the report of it."""

from __future__ import annotations

import dataclasses
from typing import Any

import shapely

from stormgraph_py.clusters.partners import partner_table
from stormgraph_py.localizations import Localizations
from stormgraph_py.progress import OnProgress, ProgressEvent, ShouldStop
from stormgraph_py.report import analysis as steps
from stormgraph_py.report.folder import result_folder
from stormgraph_py.report.outputs import Outputs
from stormgraph_py.report.overlap_analysis import (
    OverlapAnalysis,
    OverlapParams,
    compare_channels,
)
from stormgraph_py.report.overlap_result import OverlapResult
from stormgraph_py.report.request import Request
from stormgraph_py.report.unfinished import Unfinished


def compare(
    requests: tuple[Request, Request],
    first: Localizations,
    second: Localizations,
    names: tuple[str, str],
    params: OverlapParams,
    *,
    on_progress: OnProgress,
    should_stop: ShouldStop,
) -> dict[str, Any]:
    """Analyse two channels, compare them, and describe what came out.

    Returns
    -------
    dict
        ``analysis`` (`OverlapAnalysis`); tables ``measures`` and ``partners``; ``shown``, the
        measures in words; ``lead``, a few sentences; ``shared``, 2-D polygons of both channels.
    """
    analyses = []
    for request, raw, name in zip(requests, (first, second), names, strict=True):

        def tell(event: ProgressEvent, name: str = name) -> None:
            on_progress(dataclasses.replace(event, stage=f"{name}: {event.stage}"))

        tell(ProgressEvent("filtering", 0, 1))
        selection = steps.select(request, raw)
        result = steps.cluster(request, selection, on_progress=tell, should_stop=should_stop)
        tell(ProgressEvent("measuring", 0, 1))
        analyses.append(steps.measure(request, selection, result))
    one, other = analyses
    return _described(compare_channels(one, other, names, params, on_progress=on_progress))


def join_comparison(
    requests: tuple[Request, Request],
    first: Localizations,
    second: Localizations,
    result: OverlapResult,
    *,
    on_progress: OnProgress,
    should_stop: ShouldStop,
) -> dict[str, Any]:
    """Join a saved comparison with the localizations of its files; returns what `compare` does.

    Raises
    ------
    InputError
        When the localizations are not those that were compared.
    """
    return _described(result.joined(requests, (first, second)))


def _described(compared: OverlapAnalysis) -> dict[str, Any]:
    # matplotlib, which the report needs, is loaded with the first comparison
    from stormgraph_py.report.overlap_report import lead, measures_view
    from stormgraph_py.report.overlap_tables import measure_table

    overlap, measures = compared.overlap, measure_table(compared)
    shared: tuple[Any, ...] = ()
    if compared.dimensions == 2:
        a, b = overlap.pairs.T
        shared = tuple(shapely.intersection(overlap.a.polygons[a], overlap.b.polygons[b]))
    return {
        "analysis": compared,
        "measures": measures,
        "partners": partner_table(overlap, compared.names),
        "shown": measures_view(compared, measures),
        "lead": lead(compared),
        "shared": shared,
    }


def write_comparison(
    analysis: OverlapAnalysis,
    unfinished: Unfinished,
    outputs: Outputs,
    overwrite: bool,
    *,
    on_progress: OnProgress,
    should_stop: ShouldStop,
) -> None:
    """Write the folder of a comparison, all of it or none."""
    from stormgraph_py.report.overlap_report import write_overlap

    with result_folder(unfinished.folder, overwrite=overwrite, unfinished=unfinished) as path:
        write_overlap(path, analysis, outputs, on_progress=on_progress, should_stop=should_stop)
