"""One analysis: a file, what was asked for, and what came out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from stormgraph_py.clusters import cluster_table, roi_summary
from stormgraph_py.engine.pipeline import cluster_localizations
from stormgraph_py.errors import InputError, ParameterError
from stormgraph_py.filters import Density, FilterStep, apply_filters
from stormgraph_py.io.registry import read_localizations
from stormgraph_py.localizations import Localizations
from stormgraph_py.numerals import plain
from stormgraph_py.report.request import Request as Request

if TYPE_CHECKING:
    import pandas as pd

    from stormgraph_py.clusters.statistics import SummaryRow
    from stormgraph_py.progress import OnProgress, ShouldStop
    from stormgraph_py.result import ClusteringResult
    from stormgraph_py.roi import Roi

_THINNED = (
    "Isolated localizations were filtered out before the analysis, which compares the rest with "
    "random localizations: random data may now look clustered. Leave the filter by neighbours out "
    "unless you know that it is needed."
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Field:
    """A whole field of view, of which regions are analysed.

    Parameters
    ----------
    localizations : Localizations
        Those of the channel that the filters left.
    n_other_channel : int
        Localizations left out because of their channel.
    steps : tuple of FilterStep
        What each filter did.
    warnings : tuple of str
        What the user should know of the file and of the choice.
    """

    localizations: Localizations
    n_other_channel: int
    steps: tuple[FilterStep, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Selection:
    """The localizations that are analysed.

    Parameters
    ----------
    localizations : Localizations
        Those inside the region and of the channel.
    area : float or None
        Area (nm²) or volume (nm³) of the region; None leaves it to the bounding box.
    n_other_channel, n_outside : int
        Localizations left out because of their channel, and because they lie outside the region.
    steps : tuple of FilterStep
        What each filter did, after the choice of the channel and before that of the region.
    warnings : tuple of str
        What the user should know of the file and of the choice.
    """

    localizations: Localizations
    area: float | None
    n_other_channel: int
    n_outside: int
    warnings: tuple[str, ...]
    steps: tuple[FilterStep, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Analysis:
    """A request with its localizations, its result and the tables made of it."""

    request: Request
    selection: Selection
    result: ClusteringResult
    clusters: pd.DataFrame
    coarse_clusters: pd.DataFrame
    summary: SummaryRow

    @property
    def localizations(self) -> Localizations:
        """The localizations that were analysed, in the order of the labels."""
        return self.selection.localizations

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should look at, about the file, the selection and the result."""
        return tuple(dict.fromkeys((*self.selection.warnings, *self.result.warnings)))


def load(request: Request) -> Selection:
    """Read the file of a request, and select what it asks for.

    Raises
    ------
    StormGraphError
        When the file cannot be read, or nothing is left of it.
    """
    return select(request, read(request))


def read(request: Request) -> Localizations:
    """Read the file of a request.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    return read_localizations(
        request.path,
        format=request.format,
        pixel_size_nm=request.pixel_size_nm,
        columns=request.columns,
        unit=request.unit,
        separator=request.separator,
    )


def select(request: Request, localizations: Localizations) -> Selection:
    """Choose channel, filter, then crop to the region.

    Parameters
    ----------
    request : Request
        What to analyse.
    localizations : Localizations
        All of the request's file.

    Raises
    ------
    InputError
        When nothing is left.
    ParameterError
        When there is no such channel, or no z for an analysis in 3-D.
    """
    return crop(request, prepare(request, localizations))


def prepare(request: Request, localizations: Localizations) -> Field:
    """Choose channel and filter, which is the same for all regions of a file.

    Filters see the whole field, so that those that look at neighbours or at other frames know no
    border but its own.

    Raises
    ------
    InputError, ParameterError
        As `select`.
    """
    if request.params.dimensions == 3 and "z_nm" not in localizations.table.columns:
        raise ParameterError(
            f"dimensions=3 needs z, and {request.path} has no column for it; leave the dimensions "
            "out, or say which column is z_nm."
        )
    chosen, n_other_channel, remarks = _choose_channel(localizations, request.channel)
    chosen, steps = apply_filters(chosen, request.filters)
    if any(step.kind == Density.kind for step in request.filters):
        remarks = (*remarks, _THINNED)
    return Field(
        localizations=chosen,
        n_other_channel=n_other_channel,
        steps=steps,
        warnings=(*localizations.provenance.warnings, *remarks),
    )


def crop(request: Request, field: Field) -> Selection:
    """Crop a field to the region of a request.

    Raises
    ------
    InputError
        When the region holds no localization.
    """
    cropped, area = field.localizations, None
    if request.roi is not None:
        inside = request.roi.contains(field.localizations.xy)
        if not inside.any():
            raise InputError(_nothing_inside(request.roi, field.localizations))
        cropped = field.localizations.select(inside)
        area = request.roi.area_nm2
        if (request.params.dimensions or cropped.dimensions) == 3:
            area *= float(np.ptp(cropped.xyz[:, 2]))
    return Selection(
        localizations=cropped,
        area=area,
        n_other_channel=field.n_other_channel,
        n_outside=len(field.localizations) - len(cropped),
        warnings=field.warnings,
        steps=field.steps,
    )


def cluster(
    request: Request,
    selection: Selection,
    *,
    n_jobs: int = 1,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> ClusteringResult:
    """Cluster what was selected as the request asks for.

    Parameters
    ----------
    request : Request
        What to analyse and how.
    selection : Selection
        What `load` returned for the request.
    n_jobs : int
        Workers; the labels do not depend on it.
    on_progress, should_stop : callable, optional
        As in `stormgraph_py.engine.pipeline.cluster_localizations`.

    Raises
    ------
    StormGraphError
        When the localizations and the parameters allow no analysis, or when asked to stop.
    """
    return cluster_localizations(
        selection.localizations,
        request.params,
        area=selection.area,
        random_state=request.seed,
        n_jobs=n_jobs,
        on_progress=on_progress,
        should_stop=should_stop,
    )


def measure(request: Request, selection: Selection, result: ClusteringResult) -> Analysis:
    """Describe the clusters of a result."""
    localizations = selection.localizations
    clusters = cluster_table(localizations, result)
    return Analysis(
        # what was done, which is not what was asked for where the kernel is missing
        request=replace(request, params=result.params),
        selection=selection,
        result=result,
        clusters=clusters,
        coarse_clusters=cluster_table(localizations, result, level="coarse"),
        summary=roi_summary(localizations, result, clusters=clusters),
    )


def _choose_channel(
    localizations: Localizations, channel: int | str | None
) -> tuple[Localizations, int, tuple[str, ...]]:
    if channel is not None:
        number = localizations.channel_number(channel)
        chosen = localizations.select(np.flatnonzero(localizations.channel == number))
        return chosen, len(localizations) - len(chosen), ()
    channels = localizations.channel
    found = [] if channels is None else np.unique(channels).tolist()
    if len(found) < 2:
        return localizations, 0, ()
    named = localizations.provenance.channel_names
    names = ", ".join(str(named.get(number, number)) for number in found)
    together = (
        f"The file has {len(found)} colour channels ({names}) that were analysed together; "
        "choose one with --channel."
    )
    return localizations, 0, (together,)


def _nothing_inside(roi: Roi, localizations: Localizations) -> str:
    left, low, right, high = roi.bounds_nm
    (x0, y0), (x1, y1) = localizations.xy.min(axis=0), localizations.xy.max(axis=0)
    return (
        f"None of {len(localizations)} localizations lies in the region of interest "
        f"(x {plain(left)} to {plain(right)}, y {plain(low)} to {plain(high)} nm); the "
        "localizations have "
        f"x {plain(x0)} to {plain(x1)}, y {plain(y0)} to {plain(y1)} nm. Are the region's "
        "coordinates in nm?"
    )
