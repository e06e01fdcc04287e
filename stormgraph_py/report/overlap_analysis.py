"""Comparison of two colour channels: what was asked for, and what came out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from stormgraph_py.clusters.cluster_set import ClusterSet
from stormgraph_py.clusters.colocalization import (
    coordinate_based_colocalization,
    nearest_distances,
)
from stormgraph_py.clusters.motions import Region
from stormgraph_py.clusters.overlap import Overlap, measure_overlap
from stormgraph_py.clusters.overlap_null import (
    Figure,
    OverlapNull,
    overlap_null,
    registration_spread,
)
from stormgraph_py.errors import InputError, ParameterError
from stormgraph_py.progress import Progress

if TYPE_CHECKING:
    from stormgraph_py.arrays import BoolArray, FloatArray
    from stormgraph_py.localizations import Localizations
    from stormgraph_py.progress import OnProgress
    from stormgraph_py.report.analysis import Analysis

_N_PATCHES = 10
_MOST_EMPTY = 0.25
_SET_ASIDE = ("reject", "non specific", "nonspecific", "background")


@dataclass(frozen=True, kw_only=True)
class OverlapParams:
    """How two channels are compared.

    Parameters
    ----------
    n_random : int
        Random motions that tell what overlap chance brings about.
    registration_nm : float or None
        Standard deviation, along each axis, of the misalignment of the channels; None leaves its
        effect out.
    voxel_nm : float or None
        3-D: edge of the voxels that are counted; None finds one.
    cbc_radius_nm : float
        Largest radius of the coordinate-based colocalization.
    seed : int
        Seed of everything random in the comparison.
    """

    n_random: int = 199
    registration_nm: float | None = None
    voxel_nm: float | None = None
    cbc_radius_nm: float = 100.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Check every value."""
        if isinstance(self.n_random, bool) or self.n_random < 19:
            raise ParameterError(
                f"n_random={self.n_random} is below 19, with which no p falls to 0.05; 199 suits "
                "most data."
            )
        for name in ("registration_nm", "voxel_nm", "cbc_radius_nm"):
            value = getattr(self, name)
            if value is not None and not 0 < value < float("inf"):
                raise ParameterError(f"{name}={value} is not > 0; give nm, or leave it out.")


@dataclass(frozen=True, kw_only=True, eq=False)
class Channel:
    """One channel of a comparison.

    Parameters
    ----------
    name : str
        What tables and files call it.
    analysis : Analysis
        Its clusters.
    clusters : ClusterSet
        Their shapes.
    inside_other : (n,) array of bool
        Which localizations lie inside clusters of the other channel.
    nearest_nm : (n,) array
        Distance from each localization to the nearest of the other channel.
    cbc : (n,) array
        Coordinate-based colocalization of each localization; NaN where it has none.
    at_border : (n,) array of bool
        Which localizations are nearer to the border of the region than the radius of that.
    """

    name: str
    analysis: Analysis
    clusters: ClusterSet
    inside_other: BoolArray
    nearest_nm: FloatArray
    cbc: FloatArray
    at_border: BoolArray

    @property
    def usable_cbc(self) -> FloatArray:
        """Values of the colocalization away from the border of the region."""
        return self.cbc[np.isfinite(self.cbc) & ~self.at_border]


@dataclass(frozen=True, kw_only=True, eq=False)
class OverlapAnalysis:
    """A comparison of two channels.

    Parameters
    ----------
    params : OverlapParams
        How they were compared.
    a, b : Channel
        The channels.
    region : Region
        Where they were compared.
    overlap : Overlap
        Overlap of their clusters.
    null : OverlapNull
        Overlap by chance.
    registration : dict of str to (n,) array, or None
        Overlap under random misalignments.
    warnings : tuple of str
        What the user should look at.
    """

    params: OverlapParams
    a: Channel
    b: Channel
    region: Region
    overlap: Overlap
    null: OverlapNull
    registration: dict[Figure, FloatArray] | None
    warnings: tuple[str, ...]

    @property
    def channels(self) -> tuple[Channel, Channel]:
        """Both channels."""
        return self.a, self.b

    @property
    def names(self) -> tuple[str, str]:
        """Names of both channels."""
        return self.a.name, self.b.name

    @cached_property
    def dimensions(self) -> int:
        """2 or 3."""
        return self.overlap.a.dimensions


def choose_channels(
    localizations: Localizations, wanted: tuple[str, str] | None
) -> tuple[tuple[int, str], tuple[int, str]]:
    """Return number and name of the two channels of a file that are to be compared.

    Parameters
    ----------
    localizations : Localizations
        All of the file.
    wanted : tuple of str or None
        Their numbers or names. None takes the two that the file has; channels of what the camera's
        software rejected do not count.

    Raises
    ------
    ParameterError
        When the file has no such channels, or not two.
    """
    numbers = localizations.channel
    if wanted is not None:
        first, second = (localizations.channel_number(channel) for channel in wanted)
        if first == second:
            raise ParameterError(f"{wanted[0]} is compared with itself; choose two channels.")
        found = [first, second]
    else:
        if numbers is None:
            raise ParameterError(
                "The file has no colour channels; compare two files, or say which column is the "
                "channel with --column channel=NAME."
            )
        names = localizations.provenance.channel_names
        found = [
            number
            for number in np.unique(numbers).tolist()
            if not any(word in names.get(number, "").lower() for word in _SET_ASIDE)
        ]
        if len(found) != 2:
            listed = ", ".join(names.get(number, str(number)) for number in found)
            raise ParameterError(
                f"The file has {len(found)} colour channels ({listed}); choose two with --channels."
            )
    names = localizations.provenance.channel_names
    one, other = ((number, channel_name(names.get(number, str(number)))) for number in found)
    return one, other


def channel_name(name: str) -> str:
    """Return what to call a channel of this name, or of this number."""
    return f"channel {name}" if name.isdigit() else name


def told_apart(names: tuple[str, str]) -> tuple[str, str]:
    """Return the names of two channels, with letters where they are the same.

    Examples
    --------
    >>> told_apart(("red", "green")), told_apart(("cell", "cell"))
    (('red', 'green'), ('cell (a)', 'cell (b)'))
    """
    one, other = names
    return names if one != other else (f"{one} (a)", f"{other} (b)")


def compare_channels(
    a: Analysis,
    b: Analysis,
    names: tuple[str, str],
    params: OverlapParams | None = None,
    *,
    n_jobs: int = 1,
    on_progress: OnProgress | None = None,
) -> OverlapAnalysis:
    """Compare the clusters and localizations of two analysed channels.

    Parameters
    ----------
    a, b : Analysis
        The channels, of the same region.
    names : tuple of str
        What to call them, see `told_apart` where they may be the same.
    params : OverlapParams, optional
        How to compare them.
    n_jobs : int
        Threads of the colocalization; the result does not depend on it.
    on_progress : callable, optional
        Called with events of the stage "comparing".

    Raises
    ------
    InputError
        When the channels differ in dimensions.
    ParameterError
        When both have the same name, voxels are too small, or the region is too thin for random
        motions.
    """
    params = params or OverlapParams()
    if names[0] == names[1]:
        raise ParameterError(f"Both channels are called {names[0]!r}; give each its own name.")
    dimensions = a.result.dimensions
    if dimensions != b.result.dimensions:
        raise InputError(
            f"{names[0]} is {dimensions}-D and {names[1]} {b.result.dimensions}-D; analyse both in "
            "2-D with --dimensions 2."
        )
    progress = Progress(on_progress)
    progress.report("comparing", 0, 4)
    points = a.localizations.coordinates(dimensions), b.localizations.coordinates(dimensions)
    sets = (
        ClusterSet.from_labels(points[0], a.result.labels),
        ClusterSet.from_labels(points[1], b.result.labels),
    )
    roi = a.request.roi
    region = Region.around(*points) if roi is None else Region.of(roi)
    overlap = measure_overlap(*sets, voxel_nm=params.voxel_nm)
    progress.report("comparing", 1, 4)
    seeds = np.random.SeedSequence(params.seed).spawn(2)
    null = overlap_null(
        sets[0],
        sets[1],
        region,
        points_a=points[0],
        points_b=points[1],
        n_random=params.n_random,
        random_state=np.random.default_rng(seeds[0]),
    )
    progress.report("comparing", 2, 4)
    registration = None
    if params.registration_nm is not None:
        registration = registration_spread(
            sets[0],
            sets[1],
            params.registration_nm,
            random_state=np.random.default_rng(seeds[1]),
        )
    progress.report("comparing", 3, 4)
    analyses = (a, b)
    channels = [
        Channel(
            name=names[i],
            analysis=analyses[i],
            clusters=sets[i],
            inside_other=sets[1 - i].contain(points[i]),
            nearest_nm=nearest_distances(points[i], points[1 - i]),
            cbc=coordinate_based_colocalization(
                points[i], points[1 - i], radius_nm=params.cbc_radius_nm, n_jobs=n_jobs
            ),
            at_border=~region.contains(points[i], params.cbc_radius_nm),
        )
        for i in (0, 1)
    ]
    progress.report("comparing", 4, 4)
    return OverlapAnalysis(
        params=params,
        a=channels[0],
        b=channels[1],
        region=region,
        overlap=overlap,
        null=null,
        registration=registration,
        warnings=_warnings(channels, region, null, points),
    )


def _warnings(
    channels: list[Channel],
    region: Region,
    null: OverlapNull,
    points: tuple[FloatArray, FloatArray],
) -> tuple[str, ...]:
    found = [
        f"{channel.name}: {warning}"
        for channel in channels
        for warning in channel.analysis.warnings
    ]
    for channel in channels:
        if not len(channel.clusters):
            found.append(f"{channel.name} has no clusters, so that nothing can overlap.")
    if np.array_equal(*points):
        found.append(
            "Both channels hold the same localizations: they overlap because they are one. Was a "
            "file or channel named twice?"
        )
    if not _boxes_meet(*points):
        found.append(
            "The channels lie beside each other: the smallest box around one has no part in common "
            "with that around the other. Are their coordinates those of the same field?"
        )
    empty = _share_empty(region, np.concatenate([part[:, :2] for part in points]))
    if empty > _MOST_EMPTY:
        found.append(
            f"{empty:.0%} of the region holds hardly any localizations. Chance is then "
            "underestimated, since clusters are moved to where none can be: draw the region around "
            "the cell."
        )
    figure = null.figures["overlap"]
    if figure.sd > 0 and figure.expected < figure.sd / 3:
        found.append(
            "There are few clusters for the size of the region: most random motions leave hardly "
            "any overlap, and z says little. Rely on p."
        )
    return tuple(dict.fromkeys(found))


def _boxes_meet(a: FloatArray, b: FloatArray) -> bool:
    """Whether the upright boxes around two sets of points have a part of the plane in common."""
    low = np.maximum(a[:, :2].min(axis=0), b[:, :2].min(axis=0))
    high = np.minimum(a[:, :2].max(axis=0), b[:, :2].max(axis=0))
    return bool((low <= high).all())


def _share_empty(region: Region, plane: FloatArray) -> float:
    """Share of the patches of a region with less than a tenth of the mean patch's points."""
    left, low, right, high = region.bounds_nm
    steps = (np.arange(_N_PATCHES) + 0.5) / _N_PATCHES
    middle = np.stack(
        np.meshgrid(left + steps * (right - left), low + steps * (high - low), indexing="ij"),
        axis=-1,
    ).reshape(-1, 2)
    counts = np.histogram2d(
        plane[:, 0], plane[:, 1], bins=_N_PATCHES, range=((left, right), (low, high))
    )[0].ravel()
    counts = counts[region.contains(middle)]
    if not len(counts):
        return 0.0
    return float((counts < 0.1 * counts.mean()).mean())


def overlap_record(analysis: OverlapAnalysis, measures: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the record of a comparison, ready for JSON; each channel's own record is in it.

    Parameters
    ----------
    analysis : OverlapAnalysis
        What was found.
    measures : list of dict
        Rows of overlap.csv.
    """
    from stormgraph_py.report.record import run_record

    records = [run_record(channel.analysis) for channel in analysis.channels]
    params = analysis.params
    return {
        "schema": records[0]["schema"],
        "kind": "overlap",
        "created_utc": records[0]["created_utc"],
        "versions": records[0]["versions"],
        "overlap_request": {
            "channels": list(analysis.names),
            "n_random": params.n_random,
            "registration_nm": params.registration_nm,
            "voxel_nm": params.voxel_nm,
            "cbc_radius_nm": params.cbc_radius_nm,
            "seed": params.seed,
        },
        "channels": dict(zip(analysis.names, records, strict=True)),
        "overlap": {
            "measures": measures,
            "null": analysis.null.kind,
            "null_cell_nm": analysis.null.cell_nm,
            "null_smallest_window": analysis.null.smallest_window,
            "voxel_nm": analysis.overlap.size.voxel_nm,
            "region_area_nm2": analysis.region.area_nm2,
        },
        "warnings": list(analysis.warnings),
    }
