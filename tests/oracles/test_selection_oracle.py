"""G_{M,K}, the symmetric mean F-measure and the choice of K* against brute force and networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from stormgraph_py.engine import kernel, selection
from stormgraph_py.engine.selection import (
    LARGEST_K,
    SMALLEST_K,
    SYMMETRIC_NEIGHBORS,
    consensus,
    hangs_together,
    merging_forest,
)
from stormgraph_py.metrics import symmetric_mean_f


@pytest.fixture(autouse=True, params=["compiled", "python"])
def version(request, monkeypatch):
    """Every test holds for the compiled kernel and for the version without it."""
    if request.param == "python":
        monkeypatch.setattr(kernel, "native", None)
    elif kernel.native is None:
        pytest.skip("the compiled kernel is not installed")


def clumps(seed, n, d, spread=0.12):
    """Clumps of different sizes and densities, near enough for bridges between some."""
    rng = np.random.default_rng(seed)
    n_clumps = int(rng.integers(2, 6))
    which = rng.choice(n_clumps, n, p=rng.dirichlet(np.full(n_clumps, 3.0)))
    width = spread * rng.uniform(0.5, 2, n_clumps)
    points = rng.uniform(0, 1, (n_clumps, d))[which] + width[which, None] * rng.normal(0, 1, (n, d))
    return points, which


def neighbor_lists(points):
    distance = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(distance, -1)
    return np.argsort(distance, axis=1)[:, 1:]


def neighbor_graph(lists, n_symmetric, n_mutual):
    """G_{M,K} by its definition: the union of two graphs of nearest neighbours."""
    n = len(lists)
    near = [set(row[:n_mutual].tolist()) for row in lists]
    graph = nx.Graph()
    graph.add_nodes_from(range(n))
    graph.add_edges_from((i, j) for i in range(n) for j in lists[i, :n_symmetric].tolist())
    graph.add_edges_from((i, j) for i in range(n) for j in near[i] if i in near[j])
    return graph


def partition(graph):
    return {frozenset(part) for part in nx.connected_components(graph)}


def mean_f(a, b):
    """Of clustering a to reference b: the best F1 score for every cluster of b, by its size."""
    total = 0.0
    for reference in b:
        best = 0.0
        for cluster in a:
            common = len(cluster & reference)
            if common:
                precision, recall = common / len(cluster), common / len(reference)
                best = max(best, 2 * precision * recall / (precision + recall))
        total += len(reference) * best
    return total / sum(map(len, b))


def both_ways(a, b):
    return (mean_f(a, b) + mean_f(b, a)) / 2


def parts_of(labels):
    return {frozenset(np.flatnonzero(labels == c).tolist()) for c in set(labels.tolist())}


@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("seed", range(4))
def test_components_at_every_k_are_those_of_the_graph(d, seed):
    points, _ = clumps(seed, 90, d)
    lists = neighbor_lists(points)
    forest, largest_k = merging_forest(points)
    assert forest.nnz <= len(points) - 1
    for k in range(SMALLEST_K, largest_k + 1):
        graph = nx.Graph()
        graph.add_nodes_from(range(len(points)))
        here = forest.data <= k
        graph.add_edges_from(zip(forest.row[here].tolist(), forest.col[here].tolist(), strict=True))
        theirs = partition(neighbor_graph(lists, SYMMETRIC_NEIGHBORS, k))
        assert partition(graph) == theirs
    if forest.nnz == len(points) - 1:
        assert len(theirs) == 1


@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("seed", range(6))
def test_connectedness_at_the_smallest_k_is_that_of_the_graph(d, seed):
    points, _ = clumps(seed, 60, d, spread=0.3)
    graph = neighbor_graph(neighbor_lists(points), SYMMETRIC_NEIGHBORS, SMALLEST_K)
    assert hangs_together(points) == nx.is_connected(graph)


@pytest.mark.parametrize("seed", range(10))
def test_symmetric_mean_f_is_that_of_sets(seed):
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, rng.integers(1, 8), 50), rng.integers(0, rng.integers(1, 8), 50)
    a, b = np.unique(a, return_inverse=True)[1], np.unique(b, return_inverse=True)[1]
    assert symmetric_mean_f(a, b) == pytest.approx(both_ways(parts_of(a), parts_of(b)), abs=1e-12)
    assert symmetric_mean_f(b, a) == pytest.approx(symmetric_mean_f(a, b), abs=1e-12)


def subclusterings(points, which, rng):
    """Good, merged, noisy and random divisions of the same points."""
    noisy = np.where(
        rng.random(len(which)) < 0.15, rng.integers(0, which.max() + 1, len(which)), which
    )
    random = rng.integers(0, 3, len(which))
    halves = (points[:, 0] > np.median(points[:, 0])).astype(np.int64)
    for labels in (which, noisy, random, halves):
        yield np.unique(labels, return_inverse=True)[1].astype(np.int64)


@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("seed", range(4))
def test_k_star_is_the_best_of_every_k_and_the_smallest_of_equals(d, seed):
    rng = np.random.default_rng(seed)
    points, which = clumps(seed, 80, d)
    lists = neighbor_lists(points)
    n = len(points)
    graphs = {}
    for k in range(SMALLEST_K, n):
        graphs[k] = partition(neighbor_graph(lists, SYMMETRIC_NEIGHBORS, k))
        if len(graphs[k]) == 1:
            break
    k_connected = max(graphs)
    for labels in subclusterings(points, which, rng):
        parts = parts_of(labels)
        similarity = {k: both_ways(parts, components) for k, components in graphs.items()}
        best = max(similarity.values())
        k_star = min(k for k, value in similarity.items() if value > best - 1e-12)
        found = consensus(points, labels)
        assert found.similarity == pytest.approx(best, abs=1e-12)
        assert found.k_star == k_star
        assert found.k_connected == k_connected
        assert not found.truncated
        assert found.similarity_unsplit == pytest.approx(
            both_ways({frozenset(range(n))}, graphs[k_star]), abs=1e-12
        )


def test_a_cluster_that_stays_in_pieces_up_to_the_largest_k_is_marked():
    rng = np.random.default_rng(0)
    n = LARGEST_K + 30
    points = np.concatenate([rng.normal(0, 1, (n, 2)), rng.normal(1e4, 1, (n, 2))])
    found = consensus(points, np.repeat([0, 1], n))
    assert found.truncated
    assert found.k_connected == 0
    assert found.similarity == 1
    assert found.similarity_unsplit == pytest.approx(2 / 3)


def test_the_whole_cluster_is_a_candidate_even_where_k_ends_before_it(monkeypatch):
    rng = np.random.default_rng(1)
    # two far blobs, of which the subclusters cut one in half and take the other along
    points = np.concatenate([rng.normal(0, 1, (60, 2)), rng.normal(1e4, 1, (15, 2))])
    labels = (points[:, 1] > np.median(points[:60, 1])).astype(np.int64)
    free = consensus(points, labels)
    assert free.k_star == free.k_connected > SMALLEST_K
    monkeypatch.setattr(selection, "MOST_NEIGHBORS", 75 * (free.k_connected - 1))
    bounded = consensus(points, labels)
    assert bounded.truncated
    assert (bounded.similarity, bounded.similarity_unsplit) == (
        free.similarity,
        free.similarity_unsplit,
    )
    assert (bounded.k_star, bounded.k_connected) == (0, 0)


@pytest.mark.parametrize("most", [1, 600])
def test_k_ends_early_where_lists_of_neighbours_would_grow_long(monkeypatch, most):
    points, _ = clumps(2, 100, 2)
    free, _ = merging_forest(points)
    monkeypatch.setattr(selection, "MOST_NEIGHBORS", most)
    forest, largest_k = merging_forest(points)
    assert largest_k == SMALLEST_K
    here = free.data <= SMALLEST_K
    np.testing.assert_array_equal(np.sort(forest.data), np.sort(free.data[here]))


@pytest.mark.parametrize("copies", [2, 5, 40])
def test_coincident_localizations_hang_together(copies):
    rng = np.random.default_rng(copies)
    places = rng.uniform(0, 1, (12, 2))
    points = rng.permutation(np.repeat(places, copies, axis=0))
    forest, _ = merging_forest(points)
    graph = nx.Graph()
    graph.add_nodes_from(range(len(points)))
    graph.add_edges_from(zip(forest.row.tolist(), forest.col.tolist(), strict=True))
    assert nx.is_connected(graph)
    assert (forest.row != forest.col).all()
    found = consensus(points, np.repeat(0, len(points)).astype(np.int64))
    assert found.similarity == 1
    assert not found.truncated
