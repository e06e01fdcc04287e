"""What an analysis gives back."""

from __future__ import annotations

from dataclasses import dataclass

from stormgraph_py.arrays import IntArray
from stormgraph_py.engine.hierarchy import Hierarchy
from stormgraph_py.engine.length_scale import LengthScale
from stormgraph_py.engine.noise import NoiseResult
from stormgraph_py.engine.overcounting import OvercountingEvidence
from stormgraph_py.engine.selection import Split
from stormgraph_py.params import StormGraphParams


@dataclass(frozen=True)
class StageTiming:
    """Time that one stage took.

    Parameters
    ----------
    stage : str
        One of `stormgraph_py.engine.pipeline.STAGES`.
    cpu_s : float
        Processor time, worker processes included, s.
    wall_s : float
        Elapsed time, s.
    """

    stage: str
    cpu_s: float
    wall_s: float


@dataclass(frozen=True, eq=False, kw_only=True)
class ClusteringResult:
    """Clusters of one ROI, and everything that led to them.

    Parameters
    ----------
    labels : ndarray of int64, shape (n,)
        Cluster of every localization, numbered from 0 by falling size; -1 = unclustered.
    coarse_labels : ndarray of int64, shape (n,)
        The same for the coarsest level of the hierarchy.
    candidate_labels : ndarray of int64, shape (n,)
        `labels` before the overcounting filter.
    hierarchy : Hierarchy
        All levels.
    splits : tuple of Split
        Accepted and rejected divisions of clusters, with their similarity.
    length_scale : LengthScale
        r0 by which unclustered localizations were told.
    final_length_scale : LengthScale or None
        r0 of the final graph; None when too few localizations were retained to find one.
    noise : NoiseResult or None
        Degrees, thresholds and removed localizations; None with ``alpha=1``.
    overcounting : tuple of OvercountingEvidence or None
        Evidence for every candidate cluster; None without sigma.
    n_edges, n_components : int
        Edges of the final graph, and its connected components of at least the minimum cluster size.
    dimensions : int
        2 or 3.
    area : float
        Area (nm²) or volume (nm³) of the ROI.
    z_scale : float
        Factor by which z was multiplied for graph work (r0 and degrees are in those units); 1 in
        2-D and without sigma.
    params : StormGraphParams
        Parameters of the analysis.
    seed : int
        Seed of the analysis.
    used_sigma : bool
        Whether localization precisions entered.
    warnings : tuple of str
        What the user should know, in plain words.
    timings : tuple of StageTiming
        Time of every stage.
    """

    labels: IntArray
    coarse_labels: IntArray
    candidate_labels: IntArray
    hierarchy: Hierarchy
    splits: tuple[Split, ...]
    length_scale: LengthScale
    final_length_scale: LengthScale | None
    noise: NoiseResult | None
    overcounting: tuple[OvercountingEvidence, ...] | None
    n_edges: int
    n_components: int
    dimensions: int
    area: float
    z_scale: float
    params: StormGraphParams
    seed: int
    used_sigma: bool
    warnings: tuple[str, ...]
    timings: tuple[StageTiming, ...]

    @property
    def n_localizations(self) -> int:
        """Number of localizations."""
        return len(self.labels)

    @property
    def n_clusters(self) -> int:
        """Number of clusters at the selected level."""
        return int(self.labels.max(initial=-1)) + 1

    @property
    def n_clustered(self) -> int:
        """Number of localizations in clusters."""
        return int((self.labels >= 0).sum())

    def __repr__(self) -> str:
        return (
            f"ClusteringResult({self.n_clusters} clusters of {self.n_clustered} out of "
            f"{self.n_localizations} localizations in {self.dimensions}-D)"
        )
