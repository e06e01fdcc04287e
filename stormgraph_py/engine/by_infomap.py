"""Division of components with the Infomap library, in this or in spawned processes."""

from __future__ import annotations

import time
import warnings
from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace

import numpy as np

from stormgraph_py.arrays import FloatArray, Int32Array, IntArray
from stormgraph_py.engine.communities import multilevel_infomap, seed_of
from stormgraph_py.engine.components import Components, stable_pieces
from stormgraph_py.engine.edges import Edges
from stormgraph_py.engine.hierarchy import add_stable_top
from stormgraph_py.engine.selection import Split, hangs_together, select_level
from stormgraph_py.engine.task import TaskClusters
from stormgraph_py.params import StormGraphParams
from stormgraph_py.progress import SILENT, Progress


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


def divide_by_infomap(
    components: Components,
    coordinates: FloatArray,
    tasks: list[IntArray],
    params: StormGraphParams,
    seed: int,
    n_jobs: int,
    progress: Progress,
    stage: str,
) -> list[TaskClusters]:
    """Carry out the tasks here, or in spawned processes: Infomap never releases Python's lock."""
    jobs = (_Task(components, coordinates, numbers, params, seed) for numbers in tasks)
    work = np.diff(components.edge_starts)
    total, done = sum(int(work[numbers].sum()) for numbers in tasks), 0
    outcomes = _run(jobs, min(n_jobs, len(tasks)), progress)
    found = []
    try:
        for numbers, outcome in zip(tasks, outcomes, strict=True):
            found.append(outcome)
            done += int(work[numbers].sum())
            progress.report(stage, done, total)
    finally:
        with warnings.catch_warnings():
            # joblib warns of tasks that are given up, which is what whoever stops asks for
            warnings.simplefilter("ignore", UserWarning)
            outcomes.close()
    return found


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
        self.parts = [
            (components.edges(c), coordinates[components.members(c)]) for c in numbers.tolist()
        ]
        self.params = params
        self.seeds = [seed_of(seed, c) for c in numbers.tolist()]

    def __call__(self, progress: Progress = SILENT) -> TaskClusters:
        start = time.process_time()
        clusters = []
        for (edges, coordinates), seed in zip(self.parts, self.seeds, strict=True):
            progress.check()
            clusters.append(divide_component(edges, coordinates, self.params, seed))
        return TaskClusters(
            np.array([len(c.levels) for c in clusters]),
            np.concatenate([c.levels.ravel() for c in clusters]),
            np.concatenate([c.labels for c in clusters]),
            np.array([c.codelength for c in clusters]),
            np.array([len(c.splits) for c in clusters]),
            [split for c in clusters for split in c.splits],
            time.process_time() - start,
        )


def _run(
    tasks: Iterable[_Task], n_jobs: int, progress: Progress
) -> Generator[TaskClusters, None, None]:
    if n_jobs <= 1:
        for task in tasks:
            yield replace(task(progress), worker_cpu_s=0.0)
        return
    from joblib import Parallel, delayed

    # no memory-mapped files: nothing is written outside the output folder
    parallel = Parallel(n_jobs=n_jobs, backend="loky", return_as="generator", max_nbytes=None)
    yield from parallel(delayed(_Task.__call__)(task) for task in tasks)
