"""The functions that worker processes do: thin calls of `stormgraph_py`.

Each takes, beside its arguments, `on_progress` and `should_stop`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stormgraph_gui.jobs.batch_plans import Planned, planned
from stormgraph_gui.jobs.conditions import compare_conditions as compare_conditions
from stormgraph_gui.jobs.conditions import write_conditions as write_conditions
from stormgraph_gui.jobs.two_colours import compare as compare
from stormgraph_gui.jobs.two_colours import join_comparison as join_comparison
from stormgraph_gui.jobs.two_colours import write_comparison as write_comparison
from stormgraph_py.batch.collected import write_collected
from stormgraph_py.batch.planning import Asked
from stormgraph_py.batch.requested import Requested
from stormgraph_py.clusters import measure_clusters, outlines
from stormgraph_py.clusters.label_radius import largest_label_radii
from stormgraph_py.clusters.overcounting_report import positions_as_tested
from stormgraph_py.engine import noise
from stormgraph_py.errors import InputError, UntoldError
from stormgraph_py.io.describe import FileSummary, describe
from stormgraph_py.io.head import FileHead, file_head
from stormgraph_py.io.registry import read_localizations
from stormgraph_py.io.roi_files import read_rois
from stormgraph_py.localizations import Localizations
from stormgraph_py.numerals import plain
from stormgraph_py.progress import OnProgress, Progress, ProgressEvent, ShouldStop
from stormgraph_py.report import analysis as steps
from stormgraph_py.report.analysis import Analysis, Field
from stormgraph_py.report.folder import result_folder, write_result
from stormgraph_py.report.outputs import Outputs
from stormgraph_py.report.request import Request
from stormgraph_py.report.unfinished import Unfinished
from stormgraph_py.result import ClusteringResult
from stormgraph_py.roi import Roi
from stormgraph_py.tiles import square_tiles

if TYPE_CHECKING:
    import pandas as pd

    from stormgraph_py.arrays import FloatArray, IntArray
    from stormgraph_py.engine.noise import RandomCloud
    from stormgraph_py.params import StormGraphParams


def warm_up(*, on_progress: OnProgress, should_stop: ShouldStop) -> None:
    """Do nothing: the imports that the first call waits for are done."""


def read(
    path: str, reading: dict[str, Any], *, on_progress: OnProgress, should_stop: ShouldStop
) -> Localizations:
    """Read a file as `read_localizations` does."""
    on_progress(ProgressEvent("reading", 0, 1))
    return read_localizations(path, **reading)


@dataclass(frozen=True, kw_only=True, eq=False)
class Opened:
    """A file that was read, or what keeps it from being read.

    Parameters
    ----------
    raw, field, summary : optional
        All of the file, its channel, and what is known of it.
    head : FileHead or None
        Its first rows, where something about the file is unclear or they were asked for.
    untold : str
        Argument of `read_localizations` that must be told; empty when the file was read.
    fault : str
        Why it was not read.
    """

    raw: Localizations | None = None
    field: Field | None = None
    summary: FileSummary | None = None
    head: FileHead | None = None
    untold: str = ""
    fault: str = ""


def open_file(
    request: Request, *, on_progress: OnProgress, should_stop: ShouldStop, with_head: bool = False
) -> Opened:
    """Read a file, choose the channel of a request, and describe the file."""
    on_progress(ProgressEvent("reading", 0, 1))
    try:
        raw = steps.read(request)
    except UntoldError as error:
        return Opened(head=file_head(request.path), untold=error.option, fault=str(error))
    on_progress(ProgressEvent("measuring", 0, 1))
    head_wanted = with_head or bool(raw.provenance.doubts)
    return Opened(
        raw=raw,
        field=steps.prepare(request, raw),
        summary=describe(raw),
        head=file_head(request.path) if head_wanted else None,
    )


def prepare(
    request: Request,
    localizations: Localizations,
    *,
    on_progress: OnProgress,
    should_stop: ShouldStop,
) -> Field:
    """Choose the channel of a request and filter, which is the same for all regions."""
    on_progress(ProgressEvent("filtering", 0, 1))
    return steps.prepare(request, localizations)


def analyse(
    request: Request, field: Field, *, on_progress: OnProgress, should_stop: ShouldStop
) -> Analysis:
    """Crop to the region of a request, cluster and measure."""
    progress = Progress(on_progress, should_stop)
    progress.report("cropping", 0, 1)
    selection = steps.crop(request, field)
    result = steps.cluster(request, selection, on_progress=on_progress, should_stop=should_stop)
    progress.report("measuring", 0, 1)
    return steps.measure(request, selection, result)


def measure_again(
    request: Request,
    localizations: Localizations,
    result: ClusteringResult,
    *,
    on_progress: OnProgress,
    should_stop: ShouldStop,
) -> Analysis:
    """Join a saved result with the localizations of its file.

    Raises
    ------
    InputError
        When the localizations are not those that the result was found in.
    """
    selection = steps.select(request, localizations)
    if len(selection.localizations) != result.n_localizations:
        raise InputError(
            f"The result is one of {result.n_localizations} localizations, and its region now "
            f"holds {len(selection.localizations)}."
        )
    return steps.measure(request, selection, result)


def degree_thresholds(
    cloud: RandomCloud,
    r0_nm: float,
    alphas: FloatArray,
    *,
    on_progress: OnProgress,
    should_stop: ShouldStop,
) -> tuple[FloatArray, FloatArray]:
    """Compute degree thresholds of other alphas."""
    return noise.degree_thresholds(cloud, r0_nm, alphas)


def label_radii(
    coordinates: FloatArray,
    sigma: FloatArray | None,
    area: float,
    params: StormGraphParams,
    labels: IntArray,
    thresholds: FloatArray,
    *,
    on_progress: OnProgress,
    should_stop: ShouldStop,
) -> FloatArray:
    """Compute the label radius at which the overcounting verdict on each cluster turns."""
    points, precisions = positions_as_tested(coordinates, sigma, area, params)
    return largest_label_radii(points, precisions, labels, thresholds)


def measure_level(
    coordinates: FloatArray,
    labels: IntArray,
    sigma: FloatArray | None,
    degrees: FloatArray | None,
    *,
    on_progress: OnProgress,
    should_stop: ShouldStop,
) -> pd.DataFrame:
    """Measure the clusters of a level of the hierarchy."""
    on_progress(ProgressEvent("measuring", 0, 1))
    return measure_clusters(coordinates, labels, sigma=sigma, degrees=degrees)


def trace(
    coordinates: FloatArray,
    labels: IntArray,
    *,
    on_progress: OnProgress,
    should_stop: ShouldStop,
) -> dict[int, list[FloatArray]]:
    """Trace the outlines of clusters in the plane."""
    return outlines(coordinates, labels)


def read_regions(
    path: str, pixel_size_nm: float | None, *, on_progress: OnProgress, should_stop: ShouldStop
) -> tuple[Roi, ...]:
    """Read regions of interest as `read_rois` does."""
    return read_rois(path, pixel_size_nm=pixel_size_nm)


def cut_tiles(
    roi: Roi,
    side_nm: float,
    angle_deg: float,
    min_coverage: float,
    most: int,
    *,
    on_progress: OnProgress,
    should_stop: ShouldStop,
) -> tuple[Roi, ...]:
    """Divide a region into squares as `square_tiles` does, but not into more than can be listed."""
    tiles = square_tiles(roi, side_nm=side_nm, angle_deg=angle_deg, min_coverage=min_coverage)
    if len(tiles) > most:
        raise InputError(
            f"Squares of {plain(side_nm)} nm would be {len(tiles)} tiles, more than {most} at "
            "once. Choose a larger side, or draw a smaller region."
        )
    return tiles


def write(
    analysis: Analysis,
    unfinished: Unfinished,
    outputs: Outputs,
    overwrite: bool,
    *,
    on_progress: OnProgress,
    should_stop: ShouldStop,
) -> None:
    """Write the folder of a result, all of it or none."""
    with result_folder(unfinished.folder, overwrite=overwrite, unfinished=unfinished) as path:
        write_result(path, analysis, outputs, on_progress=on_progress, should_stop=should_stop)


def clear_away(unfinished: Unfinished, *, on_progress: OnProgress, should_stop: ShouldStop) -> None:
    """Remove what is left of a folder that was being written when its process was ended."""
    unfinished.clear()


def write_all(
    analyses: Sequence[Analysis],
    unfinished: Unfinished,
    outputs: Outputs,
    overwrite: bool,
    *,
    on_progress: OnProgress,
    should_stop: ShouldStop,
) -> None:
    """Write the results of a project as a batch with an index; results that are whole stay."""
    write_collected(
        analyses,
        unfinished.folder,
        outputs=outputs,
        overwrite=overwrite,
        on_progress=on_progress,
        should_stop=should_stop,
    )


def plan_batch(
    wanted: Asked | Sequence[Requested],
    queued: Mapping[str, str],
    *,
    on_progress: OnProgress,
    should_stop: ShouldStop,
) -> Planned:
    """Make jobs for the queue of files and folders, or of requests of the project."""
    on_progress(ProgressEvent("looking for files", 0, 1))
    return planned(wanted, queued)
