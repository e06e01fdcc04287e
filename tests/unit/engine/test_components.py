"""Connected components, cut points and stable pieces, against networkx and brute force."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from stormgraph_py.engine import kernel
from stormgraph_py.engine.components import (
    component_labels,
    significant_cut_points,
    split_components,
    stable_pieces,
)
from stormgraph_py.engine.edges import Edges


@pytest.fixture(autouse=True, params=["compiled", "python"])
def version(request, monkeypatch):
    """Every test holds for the compiled kernel and for the version without it."""
    if request.param == "python":
        monkeypatch.setattr(kernel, "native", None)
    elif kernel.native is None:
        pytest.skip("the compiled kernel is not installed")


def graph_of(pairs, n, weights=None):
    pairs = np.asarray(pairs, dtype=np.int32).reshape(-1, 2)
    weights = np.ones(len(pairs)) if weights is None else np.asarray(weights, dtype=np.float64)
    return Edges(pairs[:, 0], pairs[:, 1], weights, n)


def random_graph(seed, n=60, mean_degree=1.5):
    rng = np.random.default_rng(seed)
    pairs = nx.gnp_random_graph(n, mean_degree / n, seed=seed).edges
    return graph_of(rng.permutation(sorted(pairs)), n, rng.uniform(0.1, 1, len(pairs)))


def networkx_of(edges):
    graph = nx.Graph()
    graph.add_nodes_from(range(edges.n_nodes))
    graph.add_edges_from(zip(edges.source.tolist(), edges.target.tolist(), strict=True))
    return graph


def connected_graph(seed, n=40):
    """Cliques and chains hung together by single nodes: many cut points, fragments of all sizes."""
    rng = np.random.default_rng(seed)
    graph = nx.Graph()
    graph.add_node(0)
    while len(graph) < n:
        size = int(rng.integers(1, 8))
        anchor = int(rng.integers(len(graph)))
        new = [anchor, *range(len(graph), len(graph) + size)]
        if rng.random() < 0.5:
            graph.add_edges_from((a, b) for a in new for b in new if a < b)
        else:
            nx.add_path(graph, new)
            if rng.random() < 0.5 and size > 1:
                graph.add_edge(anchor, new[-1])
    return graph_of(rng.permutation(sorted(map(sorted, graph.edges))), len(graph))


def clique(*nodes):
    return [(a, b) for a in nodes for b in nodes if a < b]


# --- components


@pytest.mark.parametrize("seed", range(5))
def test_components_are_those_of_networkx(seed):
    edges = random_graph(seed)
    count, label = component_labels(edges)
    theirs = {frozenset(c) for c in nx.connected_components(networkx_of(edges))}
    ours = {frozenset(np.flatnonzero(label == c).tolist()) for c in range(count)}
    assert ours == theirs


@pytest.mark.parametrize("seed", range(5))
def test_taking_a_graph_apart_loses_nothing(seed):
    edges = random_graph(seed)
    components = split_components(edges)
    assert components.sizes.sum() == edges.n_nodes
    assert sorted(components.nodes.tolist()) == list(range(edges.n_nodes))
    firsts = [components.members(c)[0] for c in range(len(components))]
    assert firsts == sorted(firsts)
    rebuilt = set()
    for number in range(len(components)):
        members, own = components.members(number), components.edges(number)
        assert own.n_nodes == len(members)
        assert nx.is_connected(networkx_of(own))
        rebuilt |= set(
            zip(
                members[own.source].tolist(),
                members[own.target].tolist(),
                own.weight.tolist(),
                strict=True,
            )
        )
    original = zip(edges.source.tolist(), edges.target.tolist(), edges.weight.tolist(), strict=True)
    assert rebuilt == set(original)


def test_a_graph_without_edges_falls_into_single_nodes():
    components = split_components(graph_of([], 3))
    assert components.sizes.tolist() == [1, 1, 1]
    assert len(components.edges(2)) == 0
    assert len(split_components(graph_of([], 0))) == 0


# --- cut points


def brute_force_cut_points(edges, min_fragment):
    """Remove every node in turn and look at what is left."""
    cut = []
    for node in range(edges.n_nodes):
        graph = networkx_of(edges)
        graph.remove_node(node)
        sizes = [len(c) for c in nx.connected_components(graph)]
        cut.append(sum(size >= min_fragment for size in sizes) >= 2)
    return np.array(cut)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("min_fragment", [1, 3, 5, 12])
def test_cut_points_are_those_whose_removal_leaves_two_sizeable_fragments(seed, min_fragment):
    edges = connected_graph(seed)
    cut = significant_cut_points(edges, min_fragment)
    np.testing.assert_array_equal(cut, brute_force_cut_points(edges, min_fragment))
    if min_fragment == 1:
        articulation = set(nx.articulation_points(networkx_of(edges)))
        assert set(np.flatnonzero(cut).tolist()) == articulation


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("min_fragment", [3, 5])
def test_pieces_are_what_is_left_without_the_cut_points(seed, min_fragment):
    edges = connected_graph(seed)
    cut = brute_force_cut_points(edges, min_fragment)
    pieces = stable_pieces(edges, min_fragment)
    if not cut.any():
        assert (pieces == 0).all()
        return
    np.testing.assert_array_equal(pieces < 0, cut)
    graph = networkx_of(edges)
    graph.remove_nodes_from(np.flatnonzero(cut).tolist())
    theirs = {frozenset(c) for c in nx.connected_components(graph)}
    ours = {frozenset(np.flatnonzero(pieces == p).tolist()) for p in set(pieces[~cut].tolist())}
    assert ours == theirs


def test_two_cliques_joined_by_a_node_are_two_pieces():
    edges = graph_of(clique(0, 1, 2, 3, 4) + clique(4, 5, 6, 7, 8), 9)
    np.testing.assert_array_equal(np.flatnonzero(significant_cut_points(edges, 4)), [4])
    pieces = stable_pieces(edges, 4)
    assert pieces[4] == -1
    assert len(set(pieces[:4].tolist())) == len(set(pieces[5:].tolist())) == 1
    assert pieces[0] != pieces[8]
    # fragments of four do not count when clusters have at least five
    np.testing.assert_array_equal(stable_pieces(edges, 5), np.zeros(9))


def test_two_cliques_joined_by_an_edge_have_two_cut_points_and_by_two_edges_none():
    cliques = clique(0, 1, 2, 3) + clique(4, 5, 6, 7)
    one = graph_of([*cliques, (3, 4)], 8)
    two = graph_of([*cliques, (3, 4), (2, 5)], 8)
    np.testing.assert_array_equal(np.flatnonzero(significant_cut_points(one, 3)), [3, 4])
    assert not significant_cut_points(two, 3).any()


def test_crumbs_at_a_cluster_make_no_cut_point():
    # a clique with a tail of two nodes: removing its foot cuts off fewer than a cluster
    edges = graph_of([*clique(0, 1, 2, 3, 4, 5), (5, 6), (6, 7)], 8)
    assert not significant_cut_points(edges, 3).any()
    assert significant_cut_points(edges, 2)[5]


def test_a_chain_longer_than_pythons_stack_is_walked():
    n = 3000
    edges = graph_of([(i, i + 1) for i in range(n - 1)], n)
    cut = significant_cut_points(edges, 5)
    np.testing.assert_array_equal(np.flatnonzero(cut), np.arange(5, n - 5))
