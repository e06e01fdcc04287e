"""The compiled search for modules against Infomap's codelengths, and against known optima."""

from __future__ import annotations

import itertools
import math
from functools import cache
from pathlib import Path
from unittest import mock

import networkx as nx
import numpy as np
import pytest

from stormgraph_py import Localizations, StormGraphParams, read_localizations
from stormgraph_py.engine import kernel, pipeline
from stormgraph_py.engine.components import split_components
from stormgraph_py.engine.edges import Edges, neighborhood_edges
from stormgraph_py.engine.spatial_order import spatial_order
from stormgraph_py.simulate import simulate_tiled

if kernel.native is None:
    pytest.skip("the kernel was not built", allow_module_level=True)
native = kernel.native

SAMPLES = Path(__file__).parents[2] / "sample_data"
TRIALS = 5


def edges_of(pairs, weight=None, n=None):
    pairs = np.asarray(pairs, dtype=np.int32)
    source, target = np.ascontiguousarray(pairs.T)
    weight = np.ones(len(pairs)) if weight is None else np.asarray(weight, dtype=float)
    return Edges(source, target, weight, n or int(pairs.max()) + 1)


def from_networkx(graph, rng=None):
    graph = nx.convert_node_labels_to_integers(graph)
    weights = [float(data.get("weight", 1)) for *_, data in graph.edges(data=True)]
    if rng is not None:
        weights = rng.gamma(2, 1, len(weights))
    return edges_of(list(graph.edges()), weights, graph.number_of_nodes())


def ring_of_cliques(n_cliques, size):
    return from_networkx(nx.ring_of_cliques(n_cliques, size))


def grid_of_cliques(side, size):
    """Cliques, joined to those beside them by one edge."""
    pairs = []
    for row, column in itertools.product(range(side), repeat=2):
        first = (row * side + column) * size
        pairs += [(first + a, first + b) for a, b in itertools.combinations(range(size), 2)]
        pairs += [(first, first + size + 1)] if column + 1 < side else []
        pairs += [(first + 2, first + side * size + 3)] if row + 1 < side else []
    return edges_of(pairs)


def final_graph(locs, area=None):
    """The graph that the engine would divide into clusters."""
    with mock.patch.object(pipeline, "divide", side_effect=InterruptedError) as divide:
        with pytest.raises(InterruptedError):
            pipeline.cluster_localizations(locs, StormGraphParams(n_simulations=20), area=area)
        return divide.call_args.args[0]


def plane(n, d, mean_degree):
    volume = math.pi if d == 2 else 4 / 3 * math.pi
    points = np.random.default_rng(d).uniform(0, n ** (1 / d), (n, d))
    points = points[spatial_order(points).order]
    order = spatial_order(points)
    radius = (mean_degree / volume) ** (1 / d)
    return neighborhood_edges(points[order.order], radius, order.starts)


def planted(n_groups, size, p_in, p_out, seed):
    return from_networkx(nx.planted_partition_graph(n_groups, size, p_in, p_out, seed=seed))


def simulated_2d():
    data = simulate_tiled(3000, 0)
    points, sigma = data.localizations.coordinates(2), data.localizations.precision(2)
    return final_graph(Localizations.from_arrays(points, sigma), data.area)


def sample(name, share=1.0):
    """Graph of sample data, or of the left share of its localizations."""
    locs = read_localizations(SAMPLES / name)
    points, sigma = (f(locs.dimensions) for f in (locs.coordinates, locs.precision))
    left = points[:, 0] <= np.quantile(points[:, 0], share)
    return final_graph(Localizations.from_arrays(points[left], sigma[left]))


GRAPHS = {
    "simulated 2-D": simulated_2d,
    "sample 2-D": lambda: sample("nanoclusters_2d.csv", 0.5),
    "sample 3-D": lambda: sample("nanoclusters_3d.csv", 0.3),
    "two colours": lambda: sample("two_colours_2d.csv", 0.5),
    "random plane": lambda: plane(3000, 2, 9),
    "random volume": lambda: plane(2000, 3, 9),
    "ring of cliques": lambda: ring_of_cliques(120, 6),
    "grid of cliques": lambda: grid_of_cliques(11, 5),
    "planted, clear": lambda: planted(20, 25, 0.4, 0.005, 1),
    "planted, vague": lambda: planted(20, 30, 0.3, 0.02, 2),
    "nested": lambda: from_networkx(nx.random_partition_graph([12] * 40, 0.6, 0.004, seed=3)),
    "karate club": lambda: from_networkx(nx.karate_club_graph()),
    "small world": lambda: from_networkx(nx.watts_strogatz_graph(600, 6, 0.05, seed=1)),
    "scale-free": lambda: from_networkx(nx.barabasi_albert_graph(300, 2, seed=1)),
}


@cache
def graph_called(name):
    return GRAPHS[name]()


def large_components(edges):
    components = split_components(edges)
    return [components.edges(c) for c in np.flatnonzero(components.sizes >= 10).tolist()]


def run_infomap(edges, **options):
    import infomap

    network = infomap.Network()
    network.add_links(np.column_stack([edges.source, edges.target, edges.weight]))
    return network.run(options=infomap.Options(flow_model="undirected", num_threads=1, **options))


def tree_of(result, n_nodes):
    """Parents and leaves as the kernel takes them, from the path of every node."""
    path_of = {node.node_id: node.path[:-1] for node in result.nodes()}
    modules = {path[:depth] for path in path_of.values() for depth in range(len(path) + 1)}
    modules = sorted(modules | {()}, key=lambda path: (len(path), path))
    number = {path: m for m, path in enumerate(modules)}
    parent = [number[path[:-1]] if path else -1 for path in modules]
    leaf = [number[path_of[node]] for node in range(n_nodes)]
    return np.array(parent, np.int32), np.array(leaf, np.int32)


def bits_of(edges, parent, leaf):
    return native.tree_codelength(edges.source, edges.target, edges.weight, parent, leaf)


def found(edges, *, component=0, seed=1, n_trials=TRIALS, **options):
    return native.find_modules(
        edges.source,
        edges.target,
        edges.weight,
        edges.n_nodes,
        seed,
        component,
        n_trials,
        **options,
    )


def excess(edges, **options):
    """By how much, in %, our codelength is above Infomap's, best of 5 each for every component."""
    ours, theirs = 0.0, 0.0
    for number, part in enumerate(large_components(edges)):
        flow = part.weight.sum()
        theirs += flow * run_infomap(part, seed=1, num_trials=TRIALS, **options).codelength
        ours += flow * found(part, component=number, **options)[3]
    return 100 * (ours / theirs - 1)


def loops_and_repetitions():
    rng = np.random.default_rng(0)
    return edges_of(rng.integers(0, 60, (400, 2)), rng.gamma(1, 1, 400), 60)


def many_magnitudes():
    base = from_networkx(nx.connected_watts_strogatz_graph(200, 6, 0.1, seed=2))
    return Edges(
        base.source,
        base.target,
        10 ** np.random.default_rng(0).uniform(-6, 6, len(base.weight)),
        base.n_nodes,
    )


def largest_component_of(name):
    return max(large_components(graph_called(name)), key=len)


@pytest.mark.parametrize("two_level", [False, True])
@pytest.mark.parametrize("name", ["loops and repetitions", "many magnitudes", *GRAPHS])
def test_codelength_of_infomaps_tree_is_infomaps(name, two_level):
    special = {"loops and repetitions": loops_and_repetitions, "many magnitudes": many_magnitudes}
    edges = special[name]() if name in special else largest_component_of(name)
    result = run_infomap(edges, seed=1, num_trials=1, two_level=two_level)
    parent, leaf = tree_of(result, edges.n_nodes)
    assert bits_of(edges, parent, leaf) == pytest.approx(result.codelength, rel=1e-9)
    undivided = bits_of(edges, np.array([-1], np.int32), np.zeros_like(leaf))
    assert undivided == pytest.approx(result.one_level_codelength, rel=1e-9)


@pytest.mark.slow
def test_codelengths_are_as_short_as_infomaps():
    above = {name: excess(graph_called(name)) for name in GRAPHS}
    assert max(above.values()) <= 0.1, above
    assert np.mean(list(above.values())) <= 0.02, above


def test_two_level_codelengths_are_as_short_as_infomaps():
    above = {name: excess(graph_called(name), two_level=True) for name in GRAPHS}
    assert max(above.values()) <= 0.1, above
    assert np.mean(list(above.values())) <= 0.02, above


def partition_of(labels):
    return {frozenset(np.flatnonzero(labels == m).tolist()) for m in np.unique(labels)}


@pytest.mark.parametrize(("n_cliques", "size"), [(2, 5), (5, 4), (16, 5), (40, 6), (150, 8)])
def test_cliques_of_a_ring_are_found(n_cliques, size):
    edges = ring_of_cliques(n_cliques, size)
    levels, *_ = found(edges)
    cliques = np.arange(edges.n_nodes) // size
    assert partition_of(levels[-1]) == partition_of(cliques)


def test_two_cliques_joined_by_an_edge():
    levels, *_ = found(from_networkx(nx.barbell_graph(7, 0)))
    assert levels.tolist() == [[0] * 7 + [1] * 7]


@pytest.mark.parametrize(
    "graph", [nx.complete_graph(30), nx.star_graph(40), nx.complete_bipartite_graph(8, 9)]
)
def test_graphs_that_are_one_module(graph):
    levels, parent, *_ = found(from_networkx(graph))
    assert parent.tolist() == [-1]
    assert not levels.any()


def test_path_by_brute_force():
    n = 14
    edges = edges_of([(i, i + 1) for i in range(n - 1)])

    def bits(cuts):
        leaf = np.zeros(n, np.int32)
        for cut in cuts:
            leaf[cut:] += 1
        parent = np.r_[-1, np.zeros(leaf.max() + 1)].astype(np.int32)
        return bits_of(edges, parent, leaf + 1)

    one_module = bits_of(edges, np.array([-1], np.int32), np.zeros(n, np.int32))
    shortest = min(
        bits(cuts) for k in range(1, n) for cuts in itertools.combinations(range(1, n), k)
    )
    assert found(edges, two_level=True)[3] == pytest.approx(min(shortest, one_module), rel=1e-12)


def partitions(n):
    """All partitions of n nodes, as restricted growth strings."""
    strings = [[0]]
    for _ in range(n - 1):
        strings = [[*s, m] for s in strings for m in range(max(s) + 2)]
    return np.array(strings, dtype=np.int32)


@pytest.mark.parametrize("seed", range(8))
def test_two_level_optimum_of_small_graphs_by_brute_force(seed):
    rng = np.random.default_rng(seed)
    n = 8
    pairs = rng.integers(0, n, (13, 2))
    if seed % 2:
        pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    edges = edges_of(np.concatenate([pairs, [(0, 1)]]), rng.gamma(1, 1, len(pairs) + 1), n)
    one_module = bits_of(edges, np.array([-1], np.int32), np.zeros(n, np.int32))
    shortest = min(
        bits_of(edges, np.r_[-1, np.zeros(max(leaf) + 1)].astype(np.int32), leaf + 1)
        for leaf in partitions(n)
    )
    ours = found(edges, two_level=True, n_trials=20)[3]
    assert ours == pytest.approx(min(shortest, one_module), rel=1e-9)


def test_disconnected_graphs_are_as_good_as_their_components():
    parts = [ring_of_cliques(10, 5), ring_of_cliques(4, 6), from_networkx(nx.karate_club_graph())]
    first = np.cumsum([0, *(part.n_nodes for part in parts)])
    whole = edges_of(
        np.concatenate([
            np.column_stack([part.source, part.target]) + offset
            for part, offset in zip(parts, first, strict=False)
        ]),
        np.concatenate([part.weight for part in parts]),
    )  # fmt: skip
    levels, *_, bits = found(whole)
    flow = np.array([part.weight.sum() for part in parts])
    separate = np.average([found(part)[3] for part in parts], weights=flow)
    assert bits == pytest.approx(separate, rel=1e-3)
    component = np.searchsorted(first, np.arange(whole.n_nodes), side="right")
    assert len(np.unique(np.column_stack([levels[0], component]), axis=0)) == levels[0].max() + 1
