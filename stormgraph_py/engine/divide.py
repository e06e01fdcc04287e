"""Divide the graph into clusters, one connected component at a time.

Flow never leaves a connected component, so the map equation's optimum, the stable top level and the
selected level of each can be found alone, in any order and in any process.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace

import numpy as np

from stormgraph_py.arrays import FloatArray, Int32Array, IntArray
from stormgraph_py.engine.communities import multilevel_infomap, seed_of
from stormgraph_py.engine.components import Components, split_components, stable_pieces
from stormgraph_py.engine.edges import Edges
from stormgraph_py.engine.hierarchy import (
    Hierarchy,
    add_stable_top,
    number_by_size,
    parents_of,
    stack_levels,
)
from stormgraph_py.engine.selection import Split, hangs_together, select_level
from stormgraph_py.params import StormGraphParams
from stormgraph_py.progress import SILENT, Progress

EDGES_PER_TASK = 50_000
"""Components are handed to workers in tasks of about this many edges."""


@dataclass(frozen=True, eq=False)
class ComponentClusters:
    """Clusters of one connected component.

    Parameters
    ----------
    levels : ndarray of int32, shape (depth, n)
        Nested clusters, coarsest first.
    labels : ndarray of int64, shape (n,)
        Selected level, -1 = unclustered.
    splits : list of Split
        Splits that were looked at, numbered as in `levels`.
    codelength : float
        Bits per step within this component.
    """

    levels: Int32Array
    labels: IntArray
    splits: list[Split]
    codelength: float


@dataclass(frozen=True, eq=False)
class Division:
    """Clusters of a whole graph.

    Parameters
    ----------
    labels : ndarray of int64, shape (n_nodes,)
        Selected level, numbered by falling size.
    hierarchy : Hierarchy
        All levels.
    splits : tuple of Split
        Splits that were looked at, numbered as in the hierarchy.
    n_components : int
        Connected components of at least the minimum cluster size.
    worker_cpu_s : float
        Processor time spent in other processes.
    """

    labels: IntArray
    hierarchy: Hierarchy
    splits: tuple[Split, ...]
    n_components: int
    worker_cpu_s: float


def divide_component(
    edges: Edges, coordinates: FloatArray, params: StormGraphParams, seed: int
) -> ComponentClusters:
    """Find the hierarchy and the selected level of one connected component.

    Parameters
    ----------
    edges : Edges
        The component.
    coordinates : ndarray of float64, shape (n, d)
        Positions of its nodes.
    params : StormGraphParams
        Of which the minimum cluster size, the trials and the similarity threshold matter.
    seed : int
        For Infomap.

    Notes
    -----
    Two shortcuts save time. A component too small to hold two clusters is one cluster; up to 100
    localizations no split of it could be accepted, and of a larger one at most 1% could be cut off.
    In a stable component whose G_{2,6} is connected no split can be accepted; its finer levels are
    still found, with one run of Infomap instead of several.
    """
    size = params.min_cluster_size
    if edges.n_nodes < 2 * size:
        whole = np.zeros((1, edges.n_nodes), dtype=np.int32)
        return ComponentClusters(whole, whole[0].astype(np.int64), [], one_level_codelength(edges))
    pieces = stable_pieces(edges, size)
    decided = not pieces.any() and hangs_together(coordinates)
    tree = multilevel_infomap(edges, seed=seed, n_trials=1 if decided else params.n_trials)
    levels = add_stable_top(tree.levels, pieces)
    labels, splits = select_level(
        coordinates,
        levels,
        min_cluster_size=size,
        similarity_threshold=params.similarity_threshold,
    )
    return ComponentClusters(levels, labels, splits, tree.codelength)


def one_level_codelength(edges: Edges) -> float:
    """Bits per step of a random walk with one codebook for all nodes: the entropy of its visits."""
    ends = np.concatenate([edges.source, edges.target])
    strength = np.bincount(ends, np.tile(edges.weight, 2))
    visits = strength[strength > 0] / strength.sum()
    return float(-(visits * np.log2(visits)).sum())


def divide(
    edges: Edges,
    coordinates: FloatArray,
    params: StormGraphParams,
    *,
    seed: int,
    n_jobs: int = 1,
    progress: Progress = SILENT,
    stage: str = "",
) -> Division:
    """Find the clusters of a graph, component by component.

    Parameters
    ----------
    edges : Edges
        The final graph.
    coordinates : ndarray of float64, shape (n_nodes, d)
        Positions of its nodes.
    params : StormGraphParams
        Parameters of the analysis.
    seed : int
        Each component's Infomap seed is drawn from it and from the component's number.
    n_jobs : int
        Processes; the labels do not depend on it.
    progress, stage
        Told after every task.

    Returns
    -------
    Division
    """
    components = split_components(edges)
    large = np.flatnonzero(components.sizes >= params.min_cluster_size)
    tasks = _tasks(components, large, params.min_cluster_size)
    jobs = (_Task(components, coordinates, numbers, params, seed) for numbers in tasks)
    n_processes = min(n_jobs, len(tasks))
    found: dict[int, ComponentClusters] = {}
    total, done, worker_cpu = int(np.diff(components.edge_starts)[large].sum()), 0, 0.0
    outcomes = _run(jobs, n_processes, progress)
    try:
        for outcome in outcomes:
            found.update(zip(outcome.numbers.tolist(), outcome.clusters, strict=True))
            done += sum(int(np.diff(components.edge_starts)[c]) for c in outcome.numbers)
            worker_cpu += outcome.cpu_s if n_processes > 1 else 0.0
            progress.report(stage, done, total)
    finally:
        with warnings.catch_warnings():
            # joblib warns of tasks that are given up, which is what whoever stops asks for
            warnings.simplefilter("ignore", UserWarning)
            outcomes.close()
    return _assemble(components, large, found, params.min_cluster_size, worker_cpu)


def _tasks(components: Components, numbers: IntArray, min_cluster_size: int) -> list[IntArray]:
    """Groups of components of about equal work, the largest components first."""
    work = np.diff(components.edge_starts)[numbers]
    order = np.argsort(-work, kind="stable")
    group = (np.cumsum(work[order]) - work[order]) // EDGES_PER_TASK
    parts = np.split(numbers[order], np.flatnonzero(np.diff(group)) + 1)
    return [part for part in parts if len(part)]


class _Task:
    """The components of one task, free of the rest of the graph so that it travels well."""

    def __init__(
        self,
        components: Components,
        coordinates: FloatArray,
        numbers: IntArray,
        params: StormGraphParams,
        seed: int,
    ) -> None:
        self.numbers = numbers
        self.parts = [
            (components.edges(c), coordinates[components.members(c)]) for c in numbers.tolist()
        ]
        self.params = params
        self.seeds = [seed_of(seed, c) for c in numbers.tolist()]

    def __call__(self, progress: Progress = SILENT) -> _Outcome:
        start = time.process_time()
        clusters = []
        for (edges, coordinates), seed in zip(self.parts, self.seeds, strict=True):
            progress.check()
            clusters.append(divide_component(edges, coordinates, self.params, seed))
        return _Outcome(self.numbers, clusters, time.process_time() - start)


@dataclass(frozen=True, eq=False)
class _Outcome:
    numbers: IntArray
    clusters: list[ComponentClusters]
    cpu_s: float


def _run(
    tasks: Iterable[_Task], n_jobs: int, progress: Progress
) -> Generator[_Outcome, None, None]:
    """Carry out the tasks here, or in spawned processes: Infomap never releases Python's lock."""
    if n_jobs <= 1:
        for task in tasks:
            yield task(progress)
        return
    from joblib import Parallel, delayed

    # no memory-mapped files: nothing is written outside the output folder
    parallel = Parallel(
        n_jobs=n_jobs, backend="loky", return_as="generator_unordered", max_nbytes=None
    )
    yield from parallel(delayed(_Task.__call__)(task) for task in tasks)


def _assemble(
    components: Components,
    large: IntArray,
    found: dict[int, ComponentClusters],
    min_cluster_size: int,
    worker_cpu: float,
) -> Division:
    n = len(components.nodes)
    members = [components.members(c) for c in large.tolist()]
    clusters = [found[c] for c in large.tolist()]
    stacked = stack_levels(
        [(m, c.levels) for m, c in zip(members, clusters, strict=True)], n, min_cluster_size
    )
    labels = np.full(n, -1, dtype=np.int64)
    splits: list[Split] = []
    total = 0
    for number, (rows, own) in enumerate(zip(members, clusters, strict=True)):
        labels[rows] = np.where(own.labels >= 0, own.labels + total, -1)
        total += int(own.labels.max(initial=-1)) + 1
        splits.extend(
            replace(
                split,
                cluster=int(
                    stacked.numbers[split.level][
                        stacked.offsets[split.level, number] + split.cluster
                    ]
                ),
            )
            for split in own.splits
        )
    labels, _ = number_by_size(labels, min_cluster_size)
    hierarchy = Hierarchy(
        stacked.levels, parents_of(stacked.levels), _codelength(components, found)
    )
    return Division(labels, hierarchy, tuple(splits), len(large), worker_cpu)


def _codelength(components: Components, found: dict[int, ComponentClusters]) -> float:
    """Codelength of the whole graph: that of every component, weighted by its flow.

    No step leads from one component to another, so no codebook names components.
    """
    total = components.weight.sum()
    if total == 0:
        return 0.0
    bits = 0.0
    for number in range(len(components)):
        a, b = components.edge_starts[number : number + 2]
        if a < b:
            own = (
                found[number].codelength
                if number in found
                else one_level_codelength(components.edges(number))
            )
            bits += own * components.weight[a:b].sum()
    return float(bits / total)
