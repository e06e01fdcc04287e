"""Divide the graph into clusters, one connected component at a time.

Flow never leaves a connected component, so the map equation's optimum, the stable top level and the
selected level of each can be found alone, in any order, in any thread and in any process.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.special import xlogy

from stormgraph_py.arrays import FloatArray, IntArray
from stormgraph_py.engine.by_infomap import divide_by_infomap
from stormgraph_py.engine.by_kernel import divide_by_kernel
from stormgraph_py.engine.components import Components, split_components
from stormgraph_py.engine.edges import Edges
from stormgraph_py.engine.hierarchy import (
    ComponentLevels,
    Hierarchy,
    number_by_size,
    numbered_apart,
    parents_of,
    ragged_range,
    stack_levels,
)
from stormgraph_py.engine.selection import Split
from stormgraph_py.engine.task import TaskClusters
from stormgraph_py.params import StormGraphParams
from stormgraph_py.progress import SILENT, Progress

EDGES_PER_TASK = 50_000
"""Components are handed to workers in tasks of about this many edges."""


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
        The random numbers of each component are drawn from it and from the component's number.
    n_jobs : int
        Threads of the kernel, or processes for Infomap, which never releases Python's lock; the
        labels do not depend on it.
    progress, stage
        Told now and then.

    Returns
    -------
    Division

    Raises
    ------
    ParameterError
        When the back end is "native" and the kernel was not built.
    """
    components = split_components(edges)
    large = np.flatnonzero(components.sizes >= params.min_cluster_size)
    work = np.diff(components.edge_starts)[large]
    by_work = np.argsort(-work, kind="stable")
    large, work = large[by_work], work[by_work]
    tasks = _tasks(large, work)
    by = divide_by_kernel if params.community_backend == "native" else divide_by_infomap
    done = by(components, coordinates, tasks, params, seed, n_jobs, progress, stage)
    return _assemble(components, large, done, params.min_cluster_size)


def _tasks(numbers: IntArray, work: IntArray) -> list[IntArray]:
    """Groups of components, which come with the largest first, of about equal work."""
    group = (np.cumsum(work) - work) // EDGES_PER_TASK
    parts = np.split(numbers, np.flatnonzero(np.diff(group)) + 1)
    return [part for part in parts if len(part)]


def _assemble(
    components: Components, large: IntArray, outcomes: list[TaskClusters], min_cluster_size: int
) -> Division:
    """Put together what was found of the components of at least the minimum size."""
    n, sizes = len(components.nodes), components.sizes[large]
    nodes = components.nodes[ragged_range(components.node_starts[large], sizes)]
    depths = _joined([o.depths for o in outcomes], np.int64)
    parts = ComponentLevels(nodes, sizes, depths, _joined([o.levels for o in outcomes], np.int32))
    stacked = stack_levels(parts, n, min_cluster_size)
    labels = np.full(n, -1, dtype=np.int64)
    labels[nodes], _ = numbered_apart(_joined([o.labels for o in outcomes], np.int64), sizes)
    labels, _ = number_by_size(labels, min_cluster_size)
    place = np.repeat(np.arange(len(large)), _joined([o.n_splits for o in outcomes], np.int64))
    splits = tuple(
        replace(
            split,
            cluster=int(
                stacked.numbers[split.level][stacked.offsets[split.level, number] + split.cluster]
            ),
        )
        for number, split in zip(
            place.tolist(), (split for o in outcomes for split in o.splits), strict=True
        )
    )
    codelengths = _joined([o.codelengths for o in outcomes], np.float64)
    return Division(
        labels,
        Hierarchy(
            stacked.levels, parents_of(stacked.levels), _codelength(components, large, codelengths)
        ),
        splits,
        len(large),
        sum(o.worker_cpu_s for o in outcomes),
    )


def _joined(parts: list[Any], dtype: type[np.generic]) -> Any:
    return np.concatenate([np.empty(0, dtype), *parts])


def _codelength(components: Components, large: IntArray, codelengths: FloatArray) -> float:
    """Codelength of the whole graph: that of every component, weighted by its flow.

    No step leads from one component to another, so no codebook names components. Components under
    the minimum size have a single codebook each.
    """
    total = float(components.weight.sum())
    if total == 0:
        return 0.0
    # sums over the components that have edges, with no array as long as those of the edges
    linked = np.diff(components.edge_starts) > 0
    weight = np.zeros(len(components))
    weight[linked] = np.add.reduceat(components.weight, components.edge_starts[:-1][linked])
    small = np.setdiff1d(np.arange(len(components)), large, assume_unique=True)
    bits = (codelengths * weight[large]).sum() + _one_level_bits(components, small)
    return float(bits / total)


def _one_level_bits(components: Components, numbers: IntArray) -> float:
    """Sum over components of `one_level_codelength` times their weight."""
    counts = np.diff(components.edge_starts)[numbers]
    edges = ragged_range(components.edge_starts[numbers], counts)
    first = np.repeat(components.node_starts[numbers], counts)
    ends = np.concatenate([components.source[edges] + first, components.target[edges] + first])
    strength = np.bincount(
        ends, np.tile(components.weight[edges], 2), minlength=len(components.nodes)
    )
    of_component = np.add.reduceat(strength, components.node_starts[:-1])[numbers]
    return float(
        (xlogy(of_component, of_component).sum() - xlogy(strength, strength).sum())
        / (2 * np.log(2))
    )
