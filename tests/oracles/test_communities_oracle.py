"""The map equation by brute force, Infomap per component against the whole graph, Louvain."""

from __future__ import annotations

from functools import lru_cache

import networkx as nx
import numpy as np
import pytest

from stormgraph_py.engine import kernel
from stormgraph_py.engine.by_infomap import one_level_codelength
from stormgraph_py.engine.communities import louvain, multilevel_infomap, seed_of
from stormgraph_py.engine.components import component_labels, split_components
from stormgraph_py.engine.divide import divide
from stormgraph_py.engine.edges import neighborhood_edges
from stormgraph_py.engine.spatial_order import spatial_order
from stormgraph_py.params import StormGraphParams


@lru_cache
def simulated(seed, n_super=6, n=1800):
    """Clumps of clumps in several connected components, and lone points."""
    rng = np.random.default_rng(seed)
    centers = rng.uniform(0, 3000, (n_super, 1, 2)) + rng.normal(0, 90, (n_super, 6, 2))
    centers = centers.reshape(-1, 2)
    points = centers[rng.integers(0, len(centers), n)] + rng.normal(0, 20, (n, 2))
    points = np.concatenate([points, rng.uniform(0, 3000, (60, 2))])
    order = spatial_order(points)
    points = points[order.order]
    return points, neighborhood_edges(points, 45.0, order.starts)


def plogp(x):
    x = np.asarray(x, dtype=np.float64)
    x = x[x > 0]
    return float((x * np.log2(x)).sum())


def hierarchical_codelength(edges, levels):
    """Map equation of nested modules (Rosvall and Bergstrom 2011), term by term.

    `levels` holds a module for every node, coarsest first; one that is not divided repeats.
    """
    total = 2 * edges.weight.sum()
    flow = np.bincount(edges.source, edges.weight, edges.n_nodes)
    flow = (flow + np.bincount(edges.target, edges.weight, edges.n_nodes)) / total

    def leaving(members):
        inside = np.isin(np.arange(edges.n_nodes), members)
        crosses = inside[edges.source] != inside[edges.target]
        return edges.weight[crosses].sum() / total

    def codebook(members, level, own_exit):
        """Bits of the codebook of one module and of all those within it."""
        while level < len(levels) and len(set(levels[level][members].tolist())) == 1:
            level += 1
        if level == len(levels):
            words = np.append(flow[members], own_exit)
            return plogp([words.sum()]) - plogp(words)
        parts = [members[levels[level][members] == m] for m in set(levels[level][members].tolist())]
        exits = [leaving(part) for part in parts]
        words = np.append(exits, own_exit)
        bits = plogp([words.sum()]) - plogp(words)
        return bits + sum(
            codebook(part, level + 1, out) for part, out in zip(parts, exits, strict=True)
        )

    return codebook(np.flatnonzero(flow > 0), 0, 0.0)


@pytest.mark.parametrize("seed", range(3))
def test_codelength_is_the_map_equation_of_the_levels(seed):
    _, edges = simulated(seed)
    components = split_components(edges)
    for number in np.argsort(-components.sizes)[:3].tolist():
        own = components.edges(number)
        tree = multilevel_infomap(own, seed=1, n_trials=2)
        assert tree.codelength == pytest.approx(hierarchical_codelength(own, tree.levels), abs=1e-9)
        # one module for all, another tree of the same graph, needs no less than what was found
        assert tree.codelength <= one_level_codelength(own) + 1e-9
        assert one_level_codelength(own) == pytest.approx(
            hierarchical_codelength(own, np.zeros((1, own.n_nodes), dtype=int)), abs=1e-9
        )


@pytest.mark.parametrize("seed", range(3))
def test_codelengths_of_components_add_up_to_that_of_the_whole_graph(seed):
    _, edges = simulated(seed)
    components = split_components(edges)
    assert (components.sizes > 50).sum() > 1
    parts = []
    depth = 0
    for number in range(len(components)):
        own = components.edges(number)
        if own.n_nodes > 1:
            tree = multilevel_infomap(own, seed=1)
            parts.append((number, tree))
            depth = max(depth, len(tree.levels))
    # the same modules as one tree of the whole graph, under a top level of components
    levels = np.repeat(component_labels(edges)[1][None].astype(np.int64), depth + 1, axis=0)
    weighted = 0.0
    for number, tree in parts:
        members, share = components.members(number), components.edges(number).weight.sum()
        weighted += tree.codelength * share / edges.weight.sum()
        for level in range(depth):
            own_level = tree.levels[min(level, len(tree.levels) - 1)]
            levels[level + 1, members] = own_level + edges.n_nodes * (number + 1)
    assert weighted == pytest.approx(hierarchical_codelength(edges, levels), abs=1e-9)


@pytest.mark.parametrize("backend", ["native", "infomap"])
@pytest.mark.parametrize("seed", range(3))
def test_components_alone_are_as_short_as_infomap_on_the_whole_graph(seed, backend):
    infomap = pytest.importorskip("infomap")
    points, edges = simulated(seed)
    network = infomap.Network()
    network.add_links(np.column_stack([edges.source, edges.target, edges.weight]))
    whole = network.run(
        options=infomap.Options(flow_model="undirected", num_threads=1, seed=3, num_trials=5)
    )
    # settled components get one run, those under twice the minimum size one module
    found = divide(edges, points, StormGraphParams(n_trials=5, community_backend=backend), seed=3)
    assert found.hierarchy.codelength <= whole.codelength * 1.001


@pytest.mark.parametrize("backend", ["native", "infomap"])
def test_the_codelength_of_a_division_is_that_of_its_trees(backend):
    points, edges = simulated(1)
    components = split_components(edges)
    bits = 0.0
    params = StormGraphParams(min_cluster_size=3, n_trials=1, community_backend=backend)
    for number in range(len(components)):
        own = components.edges(number)
        if len(own) == 0:
            continue
        if own.n_nodes < 2 * params.min_cluster_size:
            codelength = hierarchical_codelength(own, np.zeros((1, own.n_nodes), dtype=int))
        else:
            if backend == "infomap":
                levels = multilevel_infomap(own, seed=seed_of(3, number), n_trials=1).levels
            else:
                levels = kernel.native.find_modules(
                    own.source, own.target, own.weight, own.n_nodes, 3, number
                )[0]
            codelength = hierarchical_codelength(own, levels)
        bits += codelength * own.weight.sum() / edges.weight.sum()
    found = divide(edges, points, params, seed=3).hierarchy.codelength
    assert found == pytest.approx(bits, abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_louvain_implementations_reach_the_same_modularity(seed):
    _, edges = simulated(seed, n=900)
    graph = nx.Graph()
    graph.add_nodes_from(range(edges.n_nodes))
    graph.add_weighted_edges_from(
        zip(edges.source.tolist(), edges.target.tolist(), edges.weight.tolist(), strict=True)
    )

    def modularity(labels):
        parts = [set(np.flatnonzero(labels == c).tolist()) for c in set(labels.tolist())]
        return nx.community.modularity(graph, parts)

    igraph = modularity(louvain(edges, seed=1))
    python = modularity(louvain(edges, seed=1, backend="python-louvain"))
    theirs = nx.community.modularity(graph, nx.community.louvain_communities(graph, seed=1))
    assert igraph == pytest.approx(python, rel=0.02)
    assert igraph == pytest.approx(theirs, rel=0.02)
    assert igraph > 0.5
