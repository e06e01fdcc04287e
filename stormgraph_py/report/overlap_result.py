"""What is kept of a comparison of two channels: all that was found, but no localizations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stormgraph_py.clusters.cluster_set import ClusterSet
from stormgraph_py.clusters.motions import Region
from stormgraph_py.clusters.overlap import Overlap
from stormgraph_py.errors import InputError
from stormgraph_py.report.analysis import measure, select
from stormgraph_py.report.overlap_analysis import Channel, OverlapAnalysis

if TYPE_CHECKING:
    from stormgraph_py.arrays import BoolArray, FloatArray, IntArray
    from stormgraph_py.clusters.overlap import SizeOverlap
    from stormgraph_py.clusters.overlap_null import Figure, OverlapNull
    from stormgraph_py.localizations import Localizations
    from stormgraph_py.report.overlap_analysis import OverlapParams
    from stormgraph_py.report.request import Request
    from stormgraph_py.result import ClusteringResult


@dataclass(frozen=True, kw_only=True, eq=False)
class ChannelResult:
    """What was found of one channel; fields as of `Channel`."""

    name: str
    result: ClusteringResult
    inside_other: BoolArray
    nearest_nm: FloatArray
    cbc: FloatArray
    at_border: BoolArray


@dataclass(frozen=True, kw_only=True, eq=False)
class OverlapResult:
    """What a comparison of two channels found.

    Localizations come from the files again, and shapes of clusters from the localizations; nothing
    else is computed anew, neither clusters nor overlap nor chance.

    Parameters
    ----------
    params : OverlapParams
        How the channels were compared.
    channels : tuple of ChannelResult
        The channels.
    size, convergence, pairs, pair_size
        As of `Overlap`.
    covered, counted : tuple of (c,) array
        ``covered_a`` and ``covered_b``, ``counted_a`` and ``counted_b`` of `Overlap`.
    null, registration, warnings
        As of `OverlapAnalysis`.
    """

    params: OverlapParams
    channels: tuple[ChannelResult, ChannelResult]
    size: SizeOverlap
    convergence: tuple[SizeOverlap, ...]
    pairs: IntArray
    pair_size: FloatArray
    covered: tuple[FloatArray, FloatArray]
    counted: tuple[FloatArray, FloatArray]
    null: OverlapNull
    registration: dict[Figure, FloatArray] | None
    warnings: tuple[str, ...]

    @classmethod
    def of(cls, analysis: OverlapAnalysis) -> OverlapResult:
        """Return what is kept of a comparison."""
        overlap = analysis.overlap
        a, b = (
            ChannelResult(
                name=channel.name,
                result=channel.analysis.result,
                inside_other=channel.inside_other,
                nearest_nm=channel.nearest_nm,
                cbc=channel.cbc,
                at_border=channel.at_border,
            )
            for channel in analysis.channels
        )
        return cls(
            params=analysis.params,
            channels=(a, b),
            size=overlap.size,
            convergence=overlap.convergence,
            pairs=overlap.pairs,
            pair_size=overlap.pair_size,
            covered=(overlap.covered_a, overlap.covered_b),
            counted=(overlap.counted_a, overlap.counted_b),
            null=analysis.null,
            registration=analysis.registration,
            warnings=analysis.warnings,
        )

    def joined(
        self, requests: Sequence[Request], localizations: Sequence[Localizations]
    ) -> OverlapAnalysis:
        """Return the comparison, with the localizations of its files.

        Parameters
        ----------
        requests : sequence of Request
            What was asked of each channel.
        localizations : sequence of Localizations
            All of the file of each.

        Raises
        ------
        InputError
            When the localizations are not those that were compared.
        """
        a, b = (
            _channel(kept, request, raw)
            for kept, request, raw in zip(self.channels, requests, localizations, strict=True)
        )
        overlap = Overlap(
            a=a.clusters,
            b=b.clusters,
            size=self.size,
            convergence=self.convergence,
            a_inside=a.inside_other[a.analysis.result.labels >= 0],
            b_inside=b.inside_other[b.analysis.result.labels >= 0],
            pairs=self.pairs,
            pair_size=self.pair_size,
            covered_a=self.covered[0],
            covered_b=self.covered[1],
            counted_a=self.counted[0],
            counted_b=self.counted[1],
        )
        roi = requests[0].roi
        points = (
            one.analysis.localizations.coordinates(one.analysis.result.dimensions) for one in (a, b)
        )
        return OverlapAnalysis(
            params=self.params,
            a=a,
            b=b,
            region=Region.around(*points) if roi is None else Region.of(roi),
            overlap=overlap,
            null=self.null,
            registration=self.registration,
            warnings=self.warnings,
        )


def _channel(kept: ChannelResult, request: Request, raw: Localizations) -> Channel:
    selection, result = select(request, raw), kept.result
    if len(selection.localizations) != result.n_localizations:
        raise InputError(
            f"The comparison is one of {result.n_localizations} localizations of {kept.name}, and "
            f"there are {len(selection.localizations)} now."
        )
    points = selection.localizations.coordinates(result.dimensions)
    return Channel(
        name=kept.name,
        analysis=measure(request, selection, result),
        clusters=ClusterSet.from_labels(points, result.labels),
        inside_other=kept.inside_other,
        nearest_nm=kept.nearest_nm,
        cbc=kept.cbc,
        at_border=kept.at_border,
    )
