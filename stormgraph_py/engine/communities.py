"""Community detection in libraries: the only file that knows infomap, igraph and python-louvain.

Every function takes `Edges` and gives plain label arrays, so that another optimiser can take a
library's place without anything else changing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from stormgraph_py.arrays import Int32Array, IntArray
from stormgraph_py.engine import kernel
from stormgraph_py.engine.edges import Edges
from stormgraph_py.params import CommunityBackend, LouvainBackend
from stormgraph_py.progress import SILENT, Progress

LARGEST_SEED = 2**31 - 1
"""Infomap takes seeds from 1 up to this number."""


@dataclass(frozen=True, eq=False)
class ModuleTree:
    """Nested modules of a connected graph, as Infomap finds them.

    Parameters
    ----------
    levels : ndarray of int32, shape (depth, n)
        Module of every node, coarsest level first, numbered from 0. Every module lies within one
        module of the level above; a module that is not divided further repeats.
    codelength : float
        Bits per step of a random walk, by the hierarchical map equation.
    """

    levels: Int32Array
    codelength: float


def seed_of(*entropy: int) -> int:
    """A seed that Infomap takes, drawn from whole numbers that name its use."""
    state = np.random.SeedSequence(entropy).generate_state(1, np.uint64)[0]
    return int(state % LARGEST_SEED) + 1


def multilevel_infomap(edges: Edges, *, seed: int, n_trials: int = 5) -> ModuleTree:
    """Nested modules that shorten the description of a random walk most.

    Parameters
    ----------
    edges : Edges
        A connected graph without isolated nodes.
    seed : int
        From 1 to `LARGEST_SEED`.
    n_trials : int
        Runs from different starts; the shortest codelength wins.

    Returns
    -------
    ModuleTree

    Notes
    -----
    Paper: Results, "The StormGraph algorithm" (multi-level Infomap).
    """
    result = _run_infomap(edges, seed=seed, num_trials=n_trials)
    modules = result.multilevel_modules()
    table = np.array([modules[node] for node in range(edges.n_nodes)], dtype=np.int64)
    levels: list[Int32Array] = []
    for column in table.T:
        level = np.unique(column, return_inverse=True)[1].astype(np.int32)
        if not levels or level.max() > levels[-1].max():
            levels.append(level)
    return ModuleTree(np.stack(levels), float(result.codelength))


def two_level_modules(
    edges: Edges,
    *,
    seed: int,
    n_trials: int = 1,
    backend: CommunityBackend | None = None,
    progress: Progress = SILENT,
) -> IntArray:
    """Modules of the two-level map equation, numbered from 0; an isolated node is its own.

    Parameters
    ----------
    edges : Edges
        Any graph.
    seed : int
        From 1 to `LARGEST_SEED`.
    n_trials : int
        Searches from different starts.
    backend : {"native", "infomap"}, optional
        Optimiser; the native one by default, where the kernel was built.
    progress : Progress, optional
        Stops the native one.

    Returns
    -------
    ndarray of int64, shape (n_nodes,)

    Raises
    ------
    ParameterError
        When the back end is "native" and the kernel was not built.
    """
    if len(edges) == 0:
        return np.arange(edges.n_nodes)
    labels = np.full(edges.n_nodes, -1, dtype=np.int64)
    if backend == "native" or (backend is None and kernel.native is not None):
        native = kernel.require()
        levels = kernel.watched(
            lambda monitor: native.find_modules(
                edges.source, edges.target, edges.weight, edges.n_nodes, seed,
                n_trials=n_trials, two_level=True, monitor=monitor,
            )[0],
            progress,
        )  # fmt: skip
        linked = np.union1d(edges.source, edges.target)
        labels[linked] = levels[-1][linked]
    else:
        result = _run_infomap(edges, seed=seed, num_trials=n_trials, two_level=True)
        modules = result.modules()
        labels[list(modules.keys())] = list(modules.values())
    return _with_isolated(labels)


def _run_infomap(edges: Edges, **options: Any) -> Any:
    import infomap

    network = infomap.Network()
    network.add_links(np.column_stack([edges.source, edges.target, edges.weight]))
    return network.run(options=infomap.Options(flow_model="undirected", num_threads=1, **options))


def louvain(edges: Edges, *, seed: int, backend: LouvainBackend = "igraph") -> IntArray:
    """Modules of the Louvain method, numbered from 0; an isolated node is its own.

    Parameters
    ----------
    edges : Edges
        Any graph.
    seed : int
        Makes the result reproducible.
    backend : {"igraph", "python-louvain"}
        Implementation; igraph's is dozens of times faster.

    Returns
    -------
    ndarray of int64, shape (n_nodes,)
    """
    if len(edges) == 0:
        return np.arange(edges.n_nodes)
    if backend == "igraph":
        return _louvain_igraph(edges, seed)
    return _louvain_python(edges, seed)


def _louvain_igraph(edges: Edges, seed: int) -> IntArray:
    import random

    import igraph

    graph = igraph.Graph(n=edges.n_nodes, edges=np.column_stack([edges.source, edges.target]))
    # igraph draws from a module-wide source; the one of Python is its default and is put back
    igraph.set_random_number_generator(random.Random(seed))
    try:
        membership = graph.community_multilevel(weights=edges.weight)
    finally:
        igraph.set_random_number_generator(random)
    return np.asarray(membership.membership, dtype=np.int64)


def _louvain_python(edges: Edges, seed: int) -> IntArray:
    import community
    import networkx

    graph: networkx.Graph[int] = networkx.Graph()
    graph.add_nodes_from(range(edges.n_nodes))
    graph.add_weighted_edges_from(
        zip(edges.source.tolist(), edges.target.tolist(), edges.weight.tolist(), strict=True)
    )
    partition = community.best_partition(graph, random_state=seed)
    return np.array([partition[node] for node in range(edges.n_nodes)], dtype=np.int64)


def _with_isolated(labels: IntArray) -> IntArray:
    isolated = np.flatnonzero(labels < 0)
    labels[isolated] = labels.max() + 1 + np.arange(len(isolated))
    return np.asarray(np.unique(labels, return_inverse=True)[1], dtype=np.int64)
