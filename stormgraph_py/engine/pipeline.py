"""StormGraph from localizations to clusters: the steps of the paper in their order."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from stormgraph_py.arrays import FloatArray, IntArray
from stormgraph_py.engine import kernel
from stormgraph_py.engine.communities import LARGEST_SEED
from stormgraph_py.engine.divide import Division, divide
from stormgraph_py.engine.edges import (
    REACH_IN_SIGMA,
    Edges,
    candidate_pairs,
    expected_degrees,
    expected_edges,
    limit_neighbors,
    monte_carlo_weights,
    neighborhood_edges,
    weighted_degrees,
)
from stormgraph_py.engine.elbow import elbow_length_scale
from stormgraph_py.engine.hierarchy import Hierarchy
from stormgraph_py.engine.inputs import EngineInput, prepare
from stormgraph_py.engine.length_scale import LengthScale, knn_length_scale
from stormgraph_py.engine.neighbor_distances import (
    kth_neighbor_distances,
    resampled_kth_neighbor_distances,
)
from stormgraph_py.engine.noise import (
    NoiseResult,
    RandomCloud,
    degree_threshold,
    focal_cloud,
    random_degrees,
    remove_unclustered,
    uniform_cloud,
)
from stormgraph_py.engine.overcounting import (
    apply_overcounting,
    overcounting_evidence,
)
from stormgraph_py.engine.remarks import remarks
from stormgraph_py.engine.reorder import reordered, scattered, unordered
from stormgraph_py.engine.spatial_order import SpatialOrder, spatial_order
from stormgraph_py.errors import InputError, ParameterError
from stormgraph_py.params import StormGraphParams
from stormgraph_py.progress import OnProgress, Progress, ShouldStop
from stormgraph_py.result import ClusteringResult, StageTiming

if TYPE_CHECKING:
    from stormgraph_py.localizations import Localizations

STAGES = (
    "length scale",
    "node degrees",
    "final length scale",
    "final graph",
    "communities",
    "overcounting",
)
"""Stages of an analysis in their order, as progress events and timings name them."""

QUERIES_WITH_SIGMA = 5_000
"""Localizations whose k-th neighbour distances are resampled; r0 then scatters by 0.5%."""

QUERIES_WITHOUT_SIGMA = 50_000
"""Localizations whose k-th neighbour distances are measured."""

INFOMAP_TRIALS = 5
"""Searches per component at least where Infomap serves because the kernel was not built: its five
are about as good as one of the kernel's."""

RandomState = int | np.random.Generator | np.random.RandomState | None
"""What seeds an analysis."""


def cluster_localizations(
    localizations: Localizations,
    params: StormGraphParams | None = None,
    *,
    area: float | None = None,
    random_state: RandomState = 0,
    n_jobs: int = 1,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> ClusteringResult:
    """Cluster localizations with StormGraph.

    Parameters
    ----------
    localizations : Localizations
        As `stormgraph_py.read_localizations` gives them.
    params : StormGraphParams, optional
        The paper's recommendations by default.
    area : float, optional
        Area (nm²) or volume (nm³) of the ROI; the bounding box by default.
    random_state : int, numpy.random.Generator, numpy.random.RandomState or None
        Seed. The same seed gives the same labels on any number of threads.
    n_jobs : int
        Threads, and processes for Infomap; -1 takes one a core. The labels do not depend on it.
    on_progress : callable, optional
        Called with a `stormgraph_py.progress.ProgressEvent` now and then.
    should_stop : callable, optional
        Asked now and then; True stops the analysis.

    Returns
    -------
    ClusteringResult

    Raises
    ------
    InputError
        When the localizations cannot be clustered, with the reason and the remedy.
    Cancelled
        When `should_stop` said so.

    Examples
    --------
    >>> import numpy as np
    >>> from stormgraph_py import Localizations, StormGraphParams, cluster_localizations
    >>> rng = np.random.default_rng(0)
    >>> blobs = rng.choice([300.0, 1500.0], (200, 2)) + rng.normal(0, 30, (200, 2))
    >>> points = np.concatenate([blobs, rng.uniform(0, 2000, (100, 2))])
    >>> result = cluster_localizations(Localizations.from_arrays(points), area=4e6)
    >>> result.n_clusters
    4
    """
    params = params or StormGraphParams()
    dimensions = params.dimensions or localizations.dimensions
    sigma, lateral = localizations.precision(dimensions), localizations.precision(2)
    if sigma is None and lateral is not None:
        # known along x and y alone: not used, and not passed over in silence
        sigma = np.column_stack([lateral, np.full(len(lateral), np.nan)])
    return cluster_points(
        localizations.coordinates(dimensions),
        sigma,
        params,
        area=area,
        random_state=random_state,
        n_jobs=n_jobs,
        on_progress=on_progress,
        should_stop=should_stop,
    )


def cluster_points(
    coordinates: FloatArray,
    sigma: FloatArray | None,
    params: StormGraphParams,
    *,
    area: float | None = None,
    random_state: RandomState = 0,
    n_jobs: int = 1,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> ClusteringResult:
    """Cluster positions (n, d) with precisions (n, d) or None; see `cluster_localizations`."""
    data = prepare(coordinates, sigma, area, params)
    if (possible := params_as_run(params)) != params:
        params = possible
        data = replace(data, warnings=(*data.warnings, kernel.NOT_INSTALLED))
    if params.overcounting and data.sigma is None:
        raise ParameterError(
            "overcounting=True needs localization precisions (sigma) along every axis, and there "
            "are none to use; turn the overcounting filter off."
        )
    seed = _seed(random_state)
    run = _Run(params, seed, _n_workers(n_jobs), Progress(on_progress, should_stop))
    # everything below works in an order in which neighbours lie together, which makes it fast and
    # independent of the order of the rows
    order = spatial_order(data.coordinates, sigma=data.sigma)
    return run.analyse(data, order)


def params_as_run(params: StormGraphParams) -> StormGraphParams:
    """Return the parameters that an analysis runs with: without the kernel Infomap serves."""
    if params.community_backend == "native" and kernel.native is None:
        trials = max(params.n_trials, INFOMAP_TRIALS)
        return replace(params, community_backend="infomap", n_trials=trials)
    return params


def _seed(random_state: RandomState) -> int:
    if isinstance(random_state, int | np.integer) and not isinstance(random_state, bool):
        if random_state < 0:
            raise ParameterError(f"random_state={random_state} is below 0; use a seed from 0 on.")
        return int(random_state)
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(LARGEST_SEED))
    return int(np.random.default_rng(random_state).integers(LARGEST_SEED))


def _n_workers(n_jobs: int) -> int:
    import os

    if n_jobs == 0:
        raise ParameterError("n_jobs=0 is no number of threads; use 1, or -1 for one a core.")
    return n_jobs if n_jobs > 0 else max(1, (os.cpu_count() or 1) + 1 + n_jobs)


class _Run:
    """One analysis under way: parameters, randomness, progress and clock."""

    def __init__(
        self, params: StormGraphParams, seed: int, n_jobs: int, progress: Progress
    ) -> None:
        self.params = params
        self.seed = seed
        self.n_jobs = n_jobs
        self.progress = progress
        self.timings: list[StageTiming] = []
        # one independent source of randomness a step: skipping a step leaves the others alone
        streams = np.random.SeedSequence(seed).spawn(len(STAGES))
        self.rng = dict(zip(STAGES, map(np.random.default_rng, streams), strict=True))
        self.worker_cpu_s = 0.0

    @contextmanager
    def stage(self, name: str) -> Iterator[np.random.Generator]:
        """Time a stage and tell of its beginning and end."""
        self.progress.report(name, 0, 1)
        cpu, wall, self.worker_cpu_s = time.process_time(), time.perf_counter(), 0.0
        yield self.rng[name]
        cpu = time.process_time() - cpu + self.worker_cpu_s
        self.timings.append(StageTiming(name, cpu, time.perf_counter() - wall))
        self.progress.report(name, 1, 1)

    def analyse(self, data: EngineInput, order: SpatialOrder) -> ClusteringResult:
        """Carry out every step."""
        params, rows = self.params, order.order
        # by `take`, which gathers rows in a fifth of the time of indexing
        points = data.coordinates.take(rows, axis=0)
        sigma = None if data.sigma is None else data.sigma.take(rows, axis=0)
        with self.stage("length scale") as rng:
            scale = self.length_scale(points, None if params.k is None else sigma, data, rng)
        noise, kept = None, np.arange(len(points))
        if params.alpha < 1:
            with self.stage("node degrees") as rng:
                noise = self.noise(points, sigma, order, scale.r0_nm, data, rng)
                kept = np.flatnonzero(noise.retained)
        final, edges, division, warnings = self.final_clusters(points, sigma, kept, scale, data)
        labels = scattered(division.labels, kept, rows)
        hierarchy = Hierarchy(
            tuple(scattered(level, kept, rows) for level in division.hierarchy.levels),
            division.hierarchy.parents,
            division.hierarchy.codelength,
        )
        evidence, final_labels = None, labels
        if data.sigma is not None:
            with self.stage("overcounting"):
                # the label is as large along z as in the plane: nm, not the graph's units
                evidence = overcounting_evidence(
                    data.in_nm(data.coordinates),
                    data.in_nm(data.sigma),
                    labels,
                    label_radius_nm=params.label_radius_nm,
                    significance=params.overcounting_significance,
                )
                if params.overcounting:
                    final_labels, evidence = apply_overcounting(labels, evidence)
        return ClusteringResult(
            labels=final_labels,
            coarse_labels=hierarchy.levels[0],
            candidate_labels=labels,
            hierarchy=hierarchy,
            splits=division.splits,
            length_scale=scale,
            final_length_scale=final,
            noise=None if noise is None else unordered(noise, rows),
            overcounting=evidence,
            n_edges=len(edges),
            n_components=division.n_components,
            dimensions=data.dimensions,
            area=data.roi_area,
            z_scale=data.z_scale,
            params=params,
            seed=self.seed,
            used_sigma=data.sigma is not None,
            warnings=data.warnings
            + tuple(warnings)
            + remarks(
                scale,
                final_labels,
                evidence,
                params,
                kept_share=len(kept) / len(rows),
                mean_neighbors=2 * len(edges) / max(len(kept), 1),
            ),
            timings=tuple(self.timings),
        )

    def length_scale(
        self,
        points: FloatArray,
        sigma: FloatArray | None,
        data: EngineInput,
        rng: np.random.Generator,
        stage: str = "length scale",
    ) -> LengthScale:
        """r0 of localizations scattered over the ROI."""
        params = self.params
        if params.k is None:
            return elbow_length_scale(points, area=data.area, sigma=sigma, progress=self.progress)
        n, d = points.shape
        at_most = QUERIES_WITHOUT_SIGMA if sigma is None else QUERIES_WITH_SIGMA
        queries = np.arange(n)
        if n > at_most:
            queries = np.sort(rng.choice(n, at_most, replace=False))
        if sigma is None:
            distances = kth_neighbor_distances(points, params.k, queries)
        else:
            distances = resampled_kth_neighbor_distances(
                points,
                sigma,
                params.k,
                queries,
                rng=rng,
                n_simulations=params.n_simulations,
                progress=self.progress,
                stage=stage,
            )
        return knn_length_scale(distances, n / data.area, params.k, d)

    def noise(
        self,
        points: FloatArray,
        sigma: FloatArray | None,
        order: SpatialOrder,
        r0: float,
        data: EngineInput,
        rng: np.random.Generator,
    ) -> NoiseResult:
        """Tell unclustered localizations by their degree."""
        params, progress, stage = self.params, self.progress, "node degrees"
        edges = None
        if sigma is None:
            edges = neighborhood_edges(
                points, r0, order.starts, max_neighbors=params.max_neighbors, n_jobs=self.n_jobs
            )
        if sigma is None or params.weights == "exact":
            # random clouds know no cap of neighbours, so degrees do not either
            degrees = expected_degrees(
                points, sigma, r0, order.starts,
                n_jobs=self.n_jobs, progress=progress, stage=stage,
            )  # fmt: skip
        else:
            candidates, _ = self.sampled_edges(points, sigma, order, r0, rng, stage)
            degrees = weighted_degrees(candidates)
        cloud = self.random_cloud(points, data)
        z = points[:, 2] if data.dimensions == 3 else None
        threshold = degree_threshold(cloud, r0, params.alpha, z)
        return remove_unclustered(
            degrees,
            threshold,
            random_degrees=random_degrees(cloud, r0, rng=rng),
            edges=edges,
            rng=rng,
            community_backend=params.community_backend,
            louvain_backend=params.louvain_backend,
            progress=progress,
        )

    def random_cloud(self, points: FloatArray, data: EngineInput) -> RandomCloud:
        """The random cloud that the degrees are compared with."""
        if data.dimensions == 3 and self.params.z_profile == "gaussian":
            return focal_cloud(points[:, 2], data.area / float(np.ptp(points[:, 2])))
        return uniform_cloud(len(points), data.area, data.dimensions)

    def sampled_edges(
        self,
        points: FloatArray,
        sigma: FloatArray,
        order: SpatialOrder,
        r0: float,
        rng: np.random.Generator,
        stage: str,
    ) -> tuple[Edges, FloatArray]:
        """Monte Carlo edges, and how often each occurred."""
        radius = r0 + REACH_IN_SIGMA * float(sigma.mean())
        source, target = candidate_pairs(points, radius, order.starts)
        weight, share = monte_carlo_weights(
            points, sigma, source, target, r0,
            rng=rng, n_simulations=self.params.n_simulations, progress=self.progress, stage=stage,
        )  # fmt: skip
        found = weight > 0
        edges = Edges(source[found], target[found], weight[found], len(points))
        return edges, share[found]

    def final_clusters(
        self,
        points: FloatArray,
        sigma: FloatArray | None,
        kept: IntArray,
        scale: LengthScale,
        data: EngineInput,
    ) -> tuple[LengthScale | None, Edges, Division, list[str]]:
        """Second r0, final graph and its division, of the retained localizations."""
        params, warnings = self.params, []
        points = points.take(kept, axis=0)
        sigma = None if sigma is None else sigma.take(kept, axis=0)
        order = spatial_order(points, sigma=sigma)
        points = points.take(order.order, axis=0)
        sigma = None if sigma is None else sigma.take(order.order, axis=0)
        with self.stage("final length scale") as rng:
            final: LengthScale | None = scale
            if len(kept) < params.min_cluster_size:
                final = None
                warnings.append(f"Only {len(kept)} localizations were denser than chance.")
            elif params.k is not None and len(kept) <= params.k:
                warnings.append(
                    f"Only {len(kept)} localizations were denser than chance, too few to find the "
                    "final r0 with this k; the first r0 was kept."
                )
            elif params.alpha < 1 or (params.k is None and sigma is not None):
                try:
                    final = self.length_scale(points, sigma, data, rng, "final length scale")
                except InputError:
                    # the clusters, not the data, are at fault: they have no extent
                    warnings.append(
                        "The localizations that were denser than chance coincide, so that they "
                        "have no length scale of their own; the first r0 was kept."
                    )
        with self.stage("final graph") as rng:
            edges = self.final_graph(points, sigma, order, final, rng)
        with self.stage("communities") as rng:
            division = divide(
                edges,
                points,
                params,
                seed=int(rng.integers(LARGEST_SEED)),
                n_jobs=self.n_jobs,
                progress=self.progress,
                stage="communities",
            )
            self.worker_cpu_s = division.worker_cpu_s
        return final, edges, reordered(division, order.order), warnings

    def final_graph(
        self,
        points: FloatArray,
        sigma: FloatArray | None,
        order: SpatialOrder,
        scale: LengthScale | None,
        rng: np.random.Generator,
    ) -> Edges:
        """The graph that is divided into clusters."""
        params, progress, stage = self.params, self.progress, "final graph"
        if scale is None:
            none = np.empty(0, dtype=np.int32)
            return Edges(none, none, np.empty(0), len(points))
        r0 = scale.r0_nm
        if sigma is None:
            return neighborhood_edges(
                points, r0, order.starts, max_neighbors=params.max_neighbors,
                n_jobs=self.n_jobs, progress=progress, stage=stage,
            )  # fmt: skip
        if params.weights == "exact":
            return expected_edges(
                points, sigma, r0, order.starts,
                min_probability=params.min_edge_probability, max_neighbors=params.max_neighbors,
                n_jobs=self.n_jobs, progress=progress, stage=stage,
            )  # fmt: skip
        edges, share = self.sampled_edges(points, sigma, order, r0, rng, stage)
        often = share >= params.min_edge_probability
        edges = Edges(edges.source[often], edges.target[often], edges.weight[often], len(points))
        return limit_neighbors(edges, params.max_neighbors)
