"""Graphs: degrees, the cap of neighbours, and what has no edges."""

from __future__ import annotations

import numpy as np
import pytest

from stormgraph_py.engine import edges as edges_module
from stormgraph_py.engine import neighbors
from stormgraph_py.engine.edges import (
    DEGREE_UNIT,
    Edges,
    candidate_pairs,
    edge_weight,
    expected_degrees,
    expected_edges,
    limit_neighbors,
    neighborhood_edges,
    weighted_degrees,
)
from stormgraph_py.engine.spatial_order import spatial_order
from stormgraph_py.errors import Cancelled
from stormgraph_py.progress import Progress


def random_graph(rng, n=40, share=0.6, ties=False):
    i, j = np.triu_indices(n, 1)
    there = rng.random(len(i)) < share
    weight = rng.random(there.sum())
    if ties:
        weight = np.ceil(4 * weight) / 4
    return Edges(i[there].astype(np.int32), j[there].astype(np.int32), weight, n)


def neighbors_of(edges):
    ends = np.concatenate([edges.source, edges.target])
    return np.bincount(ends, minlength=edges.n_nodes)


def brute_force_limit(edges, cap):
    """Rank every node's edges one node at a time, the earlier of equal weights first."""
    among = {}
    for node in range(edges.n_nodes):
        own = np.flatnonzero((edges.source == node) | (edges.target == node)).tolist()
        # a node's edges as a source come before those as a target
        own.sort(key=lambda e: (-edges.weight[e], edges.source[e] != node, e))
        for edge in own[:cap]:
            among[edge] = among.get(edge, 0) + 1
    return sorted(edge for edge, ends in among.items() if ends == 2)


def test_weight_falls_linearly_and_ends_at_r0():
    weight = edge_weight(np.array([0.0, 10.0, 20.0, 40.0, 41.0]), 40.0)
    np.testing.assert_allclose(weight, [1.0, 0.75, 0.5, 0.0, 0.0])


def test_degrees_sum_the_weights_of_both_ends():
    edges = Edges(np.array([0, 0], np.int32), np.array([1, 2], np.int32), np.array([0.5, 0.25]), 4)
    np.testing.assert_array_equal(weighted_degrees(edges), [0.75, 0.5, 0.25, 0])


@pytest.mark.parametrize("cap", [1, 3, 10])
@pytest.mark.parametrize("ties", [False, True])
def test_cap_keeps_the_edges_that_are_among_the_heaviest_of_both_ends(cap, ties):
    edges = random_graph(np.random.default_rng(cap), ties=ties)
    limited = limit_neighbors(edges, cap)
    expected = brute_force_limit(edges, cap)
    np.testing.assert_array_equal(limited.source, edges.source[expected])
    np.testing.assert_array_equal(limited.target, edges.target[expected])
    np.testing.assert_array_equal(limited.weight, edges.weight[expected])
    assert neighbors_of(limited).max() <= cap
    assert limited.n_nodes == edges.n_nodes


def test_cap_that_nobody_meets_changes_nothing():
    edges = random_graph(np.random.default_rng(0))
    assert limit_neighbors(edges, neighbors_of(edges).max()) is edges
    none = np.empty(0, np.int32)
    assert len(limit_neighbors(Edges(none, none, np.empty(0), 3), 1)) == 0


@pytest.mark.parametrize("n", [0, 1, 5])
def test_localizations_without_neighbours_have_no_edges_and_degree_0(n):
    points = 1000.0 * np.arange(2 * n).reshape(n, 2)
    sigma = np.full((n, 2), 5.0)
    order = spatial_order(points)
    assert len(neighborhood_edges(points, 10.0, order.starts)) == 0
    assert len(expected_edges(points, sigma, 10.0, order.starts)) == 0
    assert len(candidate_pairs(points, 10.0, order.starts)[0]) == 0
    if n:
        degrees = expected_degrees(points, sigma, 10.0, order.starts)
        np.testing.assert_array_equal(degrees, np.zeros(n))


def test_coincident_localizations_weigh_one_and_those_r0_apart_nothing():
    points = np.array([[0.0, 0.0], [0.0, 0.0], [10.0, 0.0]])
    edges = neighborhood_edges(points, 10.0, np.array([0, 3]))
    assert (edges.source.tolist(), edges.target.tolist()) == ([0], [1])
    assert edges.weight.tolist() == [1.0]
    assert edges.source.dtype == edges.target.dtype == np.int32


def test_pruning_leaves_a_subset_of_the_candidates_with_high_chance():
    rng = np.random.default_rng(1)
    points, sigma = rng.uniform(0, 200, (300, 2)), rng.uniform(5, 15, (300, 2))
    starts = np.array([0, 300])
    edges = [expected_edges(points, sigma, 30.0, starts, min_probability=p) for p in (0.9, 0.75, 0)]
    found = [set(zip(e.source.tolist(), e.target.tolist(), strict=True)) for e in edges]
    assert found[0] < found[1] < found[2]
    lengths = np.linalg.norm(points[edges[1].source] - points[edges[1].target], axis=1)
    assert lengths.max() < 30


@pytest.mark.parametrize(
    "build",
    [
        lambda points, sigma, starts, progress: neighborhood_edges(
            points, 30.0, starts, progress=progress, stage="s"
        ),
        lambda points, sigma, starts, progress: expected_degrees(
            points, sigma, 30.0, starts, progress=progress, stage="s"
        ),
        lambda points, sigma, starts, progress: expected_edges(
            points, sigma, 30.0, starts, progress=progress, stage="s"
        ),
    ],
    ids=["plain", "degrees", "expected"],
)
def test_long_steps_tell_how_far_they_are_and_can_be_stopped(build):
    rng = np.random.default_rng(2)
    points, sigma = rng.uniform(0, 500, (400, 2)), np.full((400, 2), 8.0)
    order = spatial_order(points, 64)
    points = points[order.order]
    events = []
    build(points, sigma, order.starts, Progress(events.append))
    assert [e.done for e in events] == order.starts[1:].tolist()
    assert {e.stage for e in events} == {"s"}
    with pytest.raises(Cancelled):
        build(points, sigma, order.starts, Progress(None, lambda: True))


@pytest.mark.parametrize("at_once", [20, 400])
@pytest.mark.parametrize("with_sigma", [True, False])
def test_dropping_hopeless_edges_early_changes_nothing(monkeypatch, at_once, with_sigma):
    monkeypatch.setattr(edges_module, "EDGES_AT_ONCE", at_once)
    monkeypatch.setattr(edges_module, "WEIGHTS_AT_ONCE", 100)
    monkeypatch.setattr(neighbors, "PAIRS_AT_ONCE", 200)
    rng = np.random.default_rng(4)
    # a bright spot in a sparse neighbourhood
    points = np.concatenate([rng.normal(0, 3, (60, 2)), rng.normal(0, 30, (60, 2))])
    order = spatial_order(points, 50)
    points, sigma = points[order.order], rng.uniform(2, 6, (120, 2))

    def graph(max_neighbors):
        if with_sigma:
            return expected_edges(points, sigma, 25.0, order.starts, max_neighbors=max_neighbors)
        return neighborhood_edges(points, 25.0, order.starts, max_neighbors=max_neighbors)

    whole = graph(None)
    assert neighbors_of(whole).max() > 50
    for cap in (1, 5, 20):
        expected, found = limit_neighbors(whole, cap), graph(cap)
        np.testing.assert_array_equal(found.source, expected.source)
        np.testing.assert_array_equal(found.target, expected.target)
        np.testing.assert_array_equal(found.weight, expected.weight)


def test_degrees_of_exactly_known_positions_need_no_graph():
    points = np.random.default_rng(5).uniform(0, 300, (200, 2))
    order = spatial_order(points, 60)
    points = points[order.order]
    degrees = expected_degrees(points, None, 40.0, order.starts)
    edges = neighborhood_edges(points, 40.0, order.starts)
    np.testing.assert_allclose(degrees, weighted_degrees(edges), atol=200 * DEGREE_UNIT)
