"""Community detection: the shape of what it gives, seeds, and graphs of known communities."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest

from stormgraph_py.engine import kernel
from stormgraph_py.engine.communities import (
    LARGEST_SEED,
    louvain,
    multilevel_infomap,
    seed_of,
    two_level_modules,
)
from stormgraph_py.engine.edges import Edges

DETECTORS = {
    "infomap": lambda edges, seed=1: two_level_modules(edges, seed=seed, backend="infomap"),
    "igraph": lambda edges, seed=1: louvain(edges, seed=seed),
    "python-louvain": lambda edges, seed=1: louvain(edges, seed=seed, backend="python-louvain"),
}

if kernel.native is not None:
    DETECTORS["native"] = lambda edges, seed=1: two_level_modules(edges, seed=seed)


def ring_of_cliques(n_cliques=8, size=6, weight=1.0):
    graph = nx.ring_of_cliques(n_cliques, size)
    pairs = np.array(graph.edges, dtype=np.int32)
    return Edges(pairs[:, 0], pairs[:, 1], np.full(len(pairs), weight), n_cliques * size)


def nested_cliques(n_groups=4, n_cliques=5, size=6):
    """Cliques joined to cliques of their group strongly and, group to group, weakly."""
    links = []
    for group in range(n_groups):
        for clique in range(n_cliques):
            first = (group * n_cliques + clique) * size
            nodes = range(first, first + size)
            links += [(a, b, 1.0) for a in nodes for b in nodes if a < b]
            for other in range(clique):
                links.append(((group * n_cliques + other) * size, first, 0.3))
        for other in range(group):
            links.append((other * n_cliques * size + 1, group * n_cliques * size + 1, 0.02))
    table = np.array(links)
    ends = table[:, :2].astype(np.int32)
    return Edges(ends[:, 0], ends[:, 1], table[:, 2], n_groups * n_cliques * size)


def same_partition(a, b):
    return (
        len(set(zip(a.tolist(), b.tolist(), strict=True)))
        == len(set(a.tolist()))
        == len(set(b.tolist()))
    )


@pytest.mark.parametrize("detect", DETECTORS.values(), ids=DETECTORS)
@pytest.mark.parametrize("weight", [1.0, 1e-3])
def test_cliques_in_a_ring_are_communities(detect, weight):
    edges = ring_of_cliques(weight=weight)
    assert same_partition(detect(edges), np.repeat(np.arange(8), 6))


@pytest.mark.parametrize("detect", DETECTORS.values(), ids=DETECTORS)
def test_weights_count(detect):
    # a ring of 12 whose edges are strong within three runs of four and weak between
    source = np.arange(12, dtype=np.int32)
    weight = np.where(source % 4 == 3, 0.01, 1.0)
    labels = detect(Edges(source, (source + 1) % 12, weight, 12))
    assert same_partition(labels, np.repeat(np.arange(3), 4))


@pytest.mark.parametrize("detect", DETECTORS.values(), ids=DETECTORS)
def test_isolated_nodes_are_communities_of_their_own(detect):
    cliques = ring_of_cliques(4, 5)
    # nodes 0, 7 and the last have no edge
    place = np.delete(np.arange(23), [0, 7, 22]).astype(np.int32)
    edges = Edges(place[cliques.source], place[cliques.target], cliques.weight, 23)
    labels = detect(edges)
    assert sorted(set(labels.tolist())) == list(range(7))
    sizes = Counter(labels.tolist())
    assert [sizes[labels[node]] for node in (0, 7, 22)] == [1, 1, 1]
    assert same_partition(labels[place], np.repeat(np.arange(4), 5))


@pytest.mark.parametrize("detect", DETECTORS.values(), ids=DETECTORS)
def test_without_edges_every_node_is_a_community(detect):
    none = np.empty(0, dtype=np.int32)
    np.testing.assert_array_equal(detect(Edges(none, none, np.empty(0), 3)), [0, 1, 2])
    assert detect(Edges(none, none, np.empty(0), 0)).shape == (0,)


@pytest.mark.parametrize("detect", DETECTORS.values(), ids=DETECTORS)
def test_the_same_seed_gives_the_same_communities(detect):
    rng = np.random.default_rng(0)
    i, j = np.triu_indices(80, 1)
    there = rng.random(len(i)) < 0.1
    edges = Edges(i[there].astype(np.int32), j[there].astype(np.int32), rng.random(there.sum()), 80)
    first = detect(edges, 5)
    random.seed(99)
    np.testing.assert_array_equal(first, detect(edges, 5))
    different = [detect(edges, seed) for seed in range(1, 20)]
    assert not all(same_partition(first, other) for other in different)


def test_louvain_leaves_pythons_own_random_numbers_alone():
    random.seed(3)
    expected = [random.random() for _ in range(3)]
    random.seed(3)
    louvain(ring_of_cliques(), seed=1)
    assert [random.random() for _ in range(3)] == expected


# --- nested modules


def test_nested_cliques_give_nested_modules():
    edges = nested_cliques()
    tree = multilevel_infomap(edges, seed=1)
    cliques = np.repeat(np.arange(20), 6)
    assert len(tree.levels) == 2
    assert same_partition(tree.levels[0], cliques // 5)
    assert same_partition(tree.levels[1], cliques)


def test_levels_say_what_the_paths_of_infomaps_tree_say():
    infomap = pytest.importorskip("infomap")
    rng = np.random.default_rng(1)
    # two clumps of clumps beside a single one, so that leaves lie at different depths
    centers = [[0, 0], [40, 0], [20, 35], [200, 0], [240, 0], [220, 35], [110, 150]]
    points = np.concatenate([rng.normal(center, 9, (60, 2)) for center in centers])
    points = np.concatenate([points, np.linspace([40, 10], [200, 10], 12)])
    points = np.concatenate([points, np.linspace([120, 10], [110, 150], 12)])
    i, j = np.triu_indices(len(points), 1)
    distance = np.linalg.norm(points[i] - points[j], axis=1)
    near = distance < 30
    edges = Edges(
        i[near].astype(np.int32), j[near].astype(np.int32), 1 - distance[near] / 30, len(points)
    )
    tree = multilevel_infomap(edges, seed=7, n_trials=2)
    network = infomap.Network()
    network.add_links(np.column_stack([edges.source, edges.target, edges.weight]))
    result = network.run(
        options=infomap.Options(flow_model="undirected", num_threads=1, seed=7, num_trials=2)
    )
    # the last step of a path is the place of the leaf in its module
    modules = {node.node_id: node.path[:-1] for node in result.nodes()}
    depth = max(map(len, modules.values()))
    assert len({len(path) for path in modules.values()}) > 1
    assert len(tree.levels) == depth
    for level in range(depth):
        paths = [modules[node][: level + 1] for node in range(len(points))]
        number = {path: n for n, path in enumerate(sorted(set(paths)))}
        assert same_partition(tree.levels[level], np.array([number[path] for path in paths]))
    assert tree.codelength == pytest.approx(result.codelength)


def test_levels_are_nested_and_numbered_from_0():
    levels = multilevel_infomap(nested_cliques(), seed=1).levels
    for above, below in pairwise(levels):
        assert len(set(zip(above.tolist(), below.tolist(), strict=True))) == below.max() + 1
    for level in levels:
        assert sorted(set(level.tolist())) == list(range(level.max() + 1))


def test_a_graph_that_is_one_module_has_one_level():
    graph = nx.complete_graph(12)
    pairs = np.array(graph.edges, dtype=np.int32)
    tree = multilevel_infomap(Edges(pairs[:, 0], pairs[:, 1], np.ones(len(pairs)), 12), seed=1)
    np.testing.assert_array_equal(tree.levels, np.zeros((1, 12)))
    assert tree.codelength == pytest.approx(np.log2(12))


# --- seeds


def test_seeds_lie_within_what_infomap_takes_and_differ():
    seeds = [seed_of(a, b) for a in range(30) for b in range(30)]
    assert len(set(seeds)) == 900
    assert min(seeds) >= 1
    assert max(seeds) <= LARGEST_SEED
    assert seed_of(3, 4) == seed_of(3, 4) != seed_of(4, 3)
