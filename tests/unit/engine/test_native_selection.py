"""The kernel's components, cut points, neighbours and selection against the versions without it.

Where distances tie, the kernel takes the localization that comes first and SciPy takes any, so that
graphs of neighbours may differ: there the kernel is held against brute force with the same rule.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components

from stormgraph_py.engine import kernel, selection
from stormgraph_py.engine.components import split_components, stable_pieces
from stormgraph_py.engine.edges import Edges
from stormgraph_py.engine.hierarchy import add_stable_top
from stormgraph_py.engine.selection import LARGEST_K, MOST_NEIGHBORS, SMALLEST_K

native = kernel.native
pytestmark = pytest.mark.skipif(native is None, reason="the compiled kernel is not installed")

BOUNDS = (LARGEST_K, MOST_NEIGHBORS)
SEEDS = st.integers(0, 2**32 - 1)


def without_kernel(function, *arguments, **named):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "native", None)
        return function(*arguments, **named)


def clumps(rng, n, d):
    """Clumps of different sizes and densities, some of them touching, and the clump of each."""
    n_clumps = int(rng.integers(1, 7))
    which = rng.integers(0, n_clumps, n)
    width = 0.15 * rng.uniform(0.3, 2, n_clumps)
    centers = rng.uniform(0, 2, (n_clumps, d))
    return centers[which] + width[which, None] * rng.normal(0, 1, (n, d)), which


def numbered(labels):
    return np.unique(labels, return_inverse=True)[1].astype(np.int32)


def lattice(side, d):
    return np.stack(np.meshgrid(*[np.arange(side)] * d), axis=-1).reshape(-1, d).astype(np.float64)


def degenerate_sets():
    rng = np.random.default_rng(0)
    cloud = rng.normal(0, 1, (150, 2))
    yield "two points", np.array([[0.0, 0.0], [1.0, 2.0]])
    yield "two that coincide", np.zeros((2, 3))
    yield "all coincide", np.full((300, 2), 7.5)
    yield "coincident groups", rng.permutation(np.repeat(rng.uniform(0, 9, (40, 3)), 7, axis=0))
    yield "a bead in a cloud", np.concatenate([cloud, np.full((120, 2), 0.1), cloud + 5])
    yield "on a line", np.outer(rng.normal(0, 1, 250), [1.0, -2.0])
    yield "on an axis", np.outer(np.arange(120.0), [0.0, 1.0, 0.0])
    yield "a square lattice", lattice(15, 2)
    yield "a cubic lattice", rng.permutation(lattice(6, 3))
    yield "far from the origin", np.rint(cloud * 50) + 1e9
    yield "larger than squares allow in float32", cloud * 1e140
    yield "denormal", np.arange(60.0).reshape(30, 2) * 5e-324
    yield "densities a million times apart", np.concatenate([cloud * 1e-3, cloud * 1e3 + 50])


DEGENERATE = dict(degenerate_sets())


def lists_by_brute_force(points):
    """All others by distance, then number, and the squared distances."""
    difference = points[:, None, :] - points[None]
    squared = np.zeros(difference.shape[:2])
    for axis in range(points.shape[1]):
        squared += difference[:, :, axis] ** 2
    lists, distances = [], []
    for i, row in enumerate(squared):
        order = np.lexsort((np.arange(len(row)), row))
        order = order[order != i]
        lists.append(order)
        distances.append(row[order])
    return np.array(lists), np.array(distances)


# --- nearest neighbours


def check_lists(points, k):
    lists, distances = lists_by_brute_force(points)
    found, squared = native.nearest_neighbors(points, k)
    np.testing.assert_array_equal(found, lists[:, :k])
    np.testing.assert_array_equal(squared, distances[:, :k])


@pytest.mark.parametrize("name", DEGENERATE)
def test_neighbors_of_degenerate_points_are_those_of_brute_force(name):
    points = DEGENERATE[name]
    for k in sorted({1, min(6, len(points) - 1), min(30, len(points) - 1), len(points) - 1}):
        check_lists(points, k)


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, n=st.integers(2, 260), d=st.sampled_from([2, 3]), rounded=st.booleans())
def test_neighbors_are_those_of_brute_force(seed, n, d, rounded):
    rng = np.random.default_rng(seed)
    points, _ = clumps(rng, n, d)
    check_lists(np.round(points, 1) if rounded else points, int(rng.integers(1, n)))


def test_long_lists_of_many_points_are_those_of_brute_force():
    points, _ = clumps(np.random.default_rng(1), 1500, 2)
    check_lists(points, 600)


def test_a_bead_of_coincident_localizations_is_no_burden():
    # looking at all of its pairs would be 10^10
    points = np.concatenate([np.zeros((100_000, 2)), lattice(10, 2) + 3])
    found, squared = native.nearest_neighbors(points, 6)
    np.testing.assert_array_equal(found[50], [0, 1, 2, 3, 4, 5])
    np.testing.assert_array_equal(found[3], [0, 1, 2, 4, 5, 6])
    assert (squared[:100_000] == 0).all()
    assert native.hangs_together(points[:100_000])
    assert not native.hangs_together(points)


@pytest.mark.parametrize(
    ("points", "k"),
    [
        (np.zeros((3, 4)), 1),
        (np.zeros((3, 1)), 1),
        (np.zeros((3, 2)), 3),
        (np.zeros((3, 2)), -1),
        (np.array([[0.0, np.nan], [1, 1]]), 1),
        (np.array([[0.0, np.inf], [1, 1]]), 1),
        (np.array([[0.0, 1e200], [1, 1]]), 1),
    ],
)
def test_what_has_no_neighbors_is_refused(points, k):
    with pytest.raises(ValueError, match=r"points|neighbours|coordinate"):
        native.nearest_neighbors(points, k)


# --- graphs of neighbours


def partitions_by_brute_force(points):
    """Components of G_{2,K} for every K from 6 on until there is one."""
    lists, _ = lists_by_brute_force(points)
    n = len(points)
    rank = np.full((n, n), n)
    for i, row in enumerate(lists):
        rank[i, row] = np.arange(1, n)
    appears = np.maximum(np.maximum(rank, rank.T), SMALLEST_K)
    appears[np.minimum(rank, rank.T) <= 2] = SMALLEST_K
    for k in range(SMALLEST_K, max(n, SMALLEST_K + 1)):
        count, labels = connected_components(appears <= k, directed=False)
        yield k, labels
        if count == 1:
            return


def components_of(source, target, n):
    """Component of every point, numbered by its first, from a graph that must be a forest."""
    graph = nx.empty_graph(n)
    graph.add_edges_from(zip(source.tolist(), target.tolist(), strict=True))
    assert nx.is_forest(graph)
    labels = np.empty(n, dtype=np.int64)
    for number, part in enumerate(sorted(nx.connected_components(graph), key=min)):
        labels[list(part)] = number
    return labels


@pytest.mark.parametrize("name", DEGENERATE)
def test_components_of_degenerate_points_merge_as_by_brute_force(name):
    points = DEGENERATE[name]
    source, target, appears, _ = native.merging_forest(points, *BOUNDS)
    assert (np.diff(appears) >= 0).all()
    for k, labels in partitions_by_brute_force(points):
        here = appears <= k
        ours = components_of(source[here], target[here], len(points))
        np.testing.assert_array_equal(ours, labels)
        if k == SMALLEST_K:
            assert native.hangs_together(points) == (labels.max() == 0)


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, n=st.integers(2, 300), d=st.sampled_from([2, 3]))
def test_the_forest_is_that_of_scipy(seed, n, d):
    points, _ = clumps(np.random.default_rng(seed), n, d)
    theirs, their_k = without_kernel(selection.merging_forest, points)
    source, target, appears, largest_k = native.merging_forest(points, *BOUNDS)
    assert largest_k == their_k
    np.testing.assert_array_equal(appears, np.sort(theirs.data))
    assert native.hangs_together(points) == without_kernel(selection.hangs_together, points)
    components_of(source, target, n)


# --- consensus and selection


def nested_levels(rng, which):
    """Coarse, true, noisy and fragmented clusters, each within one of the level above."""
    rows = [np.zeros(len(which), dtype=np.int64)]
    divisions = [which % 2, which, rng.random(len(which)) < 0.02, rng.integers(0, 3, len(which))]
    for division in divisions:
        if rng.random() < 0.8:
            rows.append(numbered(rows[-1] * (which.max() + 5) + division))
    return np.array(rows, dtype=np.int32)


def check_selection(points, levels, min_cluster_size=5, threshold=0.8):
    arguments = {"min_cluster_size": min_cluster_size, "similarity_threshold": threshold}
    labels, splits = selection.select_level(points, levels, **arguments)
    theirs, their_splits = without_kernel(selection.select_level, points, levels, **arguments)
    np.testing.assert_array_equal(labels, theirs)
    assert labels.dtype == theirs.dtype
    assert len(splits) == len(their_splits)
    for ours, other in zip(splits, their_splits, strict=True):
        for field in ("similarity", "similarity_unsplit"):
            assert getattr(ours, field) == pytest.approx(
                getattr(other, field), abs=1e-12, nan_ok=True
            )
        for field in set(vars(ours)) - {"similarity", "similarity_unsplit"}:
            assert getattr(ours, field) == getattr(other, field), field


@settings(max_examples=100, deadline=None)
@given(
    seed=SEEDS,
    n=st.integers(2, 400),
    d=st.sampled_from([2, 3]),
    size=st.integers(1, 12),
    threshold=st.sampled_from([0.0, 0.5, 0.8, 1.0]),
)
def test_the_selected_level_is_that_without_the_kernel(seed, n, d, size, threshold):
    rng = np.random.default_rng(seed)
    points, which = clumps(rng, n, d)
    check_selection(points, nested_levels(rng, which), size, threshold)


@pytest.mark.parametrize("d", [2, 3])
def test_the_selected_level_of_thousands_is_that_without_the_kernel(d):
    rng = np.random.default_rng(d)
    points, which = clumps(rng, 5000, d)
    check_selection(points, nested_levels(rng, which))


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS, n=st.integers(2, 300), bounds=st.sampled_from([BOUNDS, (512, 2000), (9, 10**6)]))
def test_consensus_is_that_without_the_kernel(seed, n, bounds):
    rng = np.random.default_rng(seed)
    points, which = clumps(rng, n, 2)
    subclusters = numbered(np.where(rng.random(n) < 0.1, rng.integers(0, 9, n), which))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(selection, "LARGEST_K", bounds[0])
        patch.setattr(selection, "MOST_NEIGHBORS", bounds[1])
        ours = selection.consensus(points, subclusters.astype(np.int64))
        theirs = without_kernel(selection.consensus, points, subclusters.astype(np.int64))
    assert (ours.k_star, ours.k_connected, ours.truncated) == (
        theirs.k_star,
        theirs.k_connected,
        theirs.truncated,
    )
    assert ours.similarity == pytest.approx(theirs.similarity, abs=1e-12)
    assert ours.similarity_unsplit == pytest.approx(theirs.similarity_unsplit, abs=1e-12)


@pytest.mark.parametrize("name", DEGENERATE)
def test_selection_of_degenerate_points_ends(name):
    points = DEGENERATE[name]
    which = np.arange(len(points)) % 2
    labels, splits = selection.select_level(
        points, np.array([0 * which, which], dtype=np.int32), min_cluster_size=1
    )
    assert len(splits) == 1
    assert 0 < splits[0].similarity <= 1
    np.testing.assert_array_equal(labels, which if splits[0].accepted else 0 * which)


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, n=st.integers(12, 300))
def test_knowing_that_the_whole_hangs_together_changes_nothing(seed, n):
    rng = np.random.default_rng(seed)
    points = rng.normal(0, 1, (n, 2))
    levels = nested_levels(rng, rng.integers(0, 3, n))
    if native.hangs_together(points):
        told = native.select_level(points, levels, 5, 0.8, True, *BOUNDS)
        untold = native.select_level(points, levels, 5, 0.8, False, *BOUNDS)
        np.testing.assert_array_equal(told[0], untold[0])
        assert repr(told[1]) == repr(untold[1])


# --- components, cut points, the stable top


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, n=st.integers(0, 80), density=st.sampled_from([0.0, 0.4, 1.0, 4.0]))
def test_components_are_laid_out_as_without_the_kernel(seed, n, density):
    rng = np.random.default_rng(seed)
    # multiple edges and loops among them
    ends = rng.integers(0, max(n, 1), (2, int(density * n))).astype(np.int32)
    edges = Edges(ends[0], ends[1], rng.random(ends.shape[1]), n)
    ours, theirs = split_components(edges), without_kernel(split_components, edges)
    for field, array in vars(ours).items():
        np.testing.assert_array_equal(array, getattr(theirs, field), err_msg=field)
        assert array.dtype == getattr(theirs, field).dtype


@pytest.mark.parametrize("end", [-1, 3])
def test_edges_to_nodes_that_are_not_there_are_refused(end):
    ends = np.array([end], dtype=np.int32)
    with pytest.raises(ValueError, match="not there"):
        native.layout_components(ends, 0 * ends, np.ones(1), 3)
    with pytest.raises(ValueError, match="length"):
        native.layout_components(ends, 0 * ends, np.ones(2), 3)


def adjacency(edges):
    """Neighbours of every node, every edge at both its ends."""
    ends = np.concatenate([edges.source, edges.target])
    others = np.concatenate([edges.target, edges.source])
    starts = np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=edges.n_nodes))])
    return starts.astype(np.int64), others[np.argsort(ends, kind="stable")].astype(np.int32)


def hung_together(rng, n):
    """Connected: a tree of cliques, chains and cycles, with some multiple edges and loops."""
    pairs, count = [(0, 0)], 1
    while count < n:
        size = int(rng.integers(1, 9))
        nodes = [int(rng.integers(count)), *range(count, count + size)]
        kind = rng.integers(3)
        pairs += list(pairwise(nodes))
        if kind == 1:
            pairs += [(a, b) for a in nodes for b in nodes]
        elif kind == 2:
            pairs.append((nodes[-1], nodes[0]))
        count += size
    ends = rng.permutation(count)[rng.permutation(np.array(pairs))].astype(np.int32)
    return Edges(ends[:, 0].copy(), ends[:, 1].copy(), np.ones(len(ends)), count)


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS, n=st.integers(1, 120), min_fragment=st.integers(1, 15))
def test_pieces_are_those_without_the_kernel(seed, n, min_fragment):
    edges = hung_together(np.random.default_rng(seed), n)
    pieces = native.stable_pieces(*adjacency(edges), min_fragment)
    np.testing.assert_array_equal(pieces, stable_pieces(edges, min_fragment))
    if min_fragment == 1:
        graph = nx.Graph(zip(edges.source.tolist(), edges.target.tolist(), strict=True))
        assert set(np.flatnonzero(pieces == -1)) == set(nx.articulation_points(graph))


def test_a_chain_of_a_million_nodes_is_walked():
    n = 1_000_000
    ends = np.arange(n - 1, dtype=np.int32)
    chain = Edges(ends, ends + 1, np.ones(n - 1), n)
    pieces = native.stable_pieces(*adjacency(chain), 5)
    assert (pieces[5 : n - 5] == -1).all()
    assert (pieces[:5] == 0).all()
    assert (pieces[n - 5 :] == n - 9).all()


def test_graphs_that_are_none_or_do_not_hang_together_are_refused():
    starts = np.array([0, 1, 2, 2, 2, 2, 2], dtype=np.int64)
    neighbors = np.array([1, 0], dtype=np.int32)
    with pytest.raises(ValueError, match="connected"):
        native.stable_pieces(starts, neighbors, 1)
    with pytest.raises(ValueError, match="no node"):
        native.stable_pieces(starts, neighbors + 6, 1)
    with pytest.raises(ValueError, match="falls"):
        native.stable_pieces(np.array([0, 2, 1, 2]), neighbors, 1)
    with pytest.raises(ValueError, match="starts"):
        native.stable_pieces(starts[:0], neighbors, 1)
    with pytest.raises(ValueError, match="starts"):
        native.stable_pieces(starts, neighbors[:1], 1)


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS, n=st.integers(1, 100), n_modules=st.integers(1, 20), n_pieces=st.integers(1, 9))
def test_the_stable_top_is_that_without_the_kernel(seed, n, n_modules, n_pieces):
    rng = np.random.default_rng(seed)
    modules = numbered(rng.integers(0, n_modules, n))
    levels = np.array([modules, np.arange(n)], dtype=np.int32)
    pieces = rng.integers(-1, min(n_pieces, n), n).astype(np.int32)
    pieces[rng.integers(n)] = 0
    np.testing.assert_array_equal(
        native.add_stable_top(levels, pieces), add_stable_top(levels, pieces)
    )


@pytest.mark.parametrize("bad", [-1, 4])
def test_labels_that_are_none_are_refused(bad):
    points = np.arange(8.0).reshape(4, 2)
    levels = np.array([[0, 0, 1, bad]], dtype=np.int32)
    with pytest.raises(ValueError, match="numbered"):
        native.select_level(points, levels, 1, 0.8, False, *BOUNDS)
    with pytest.raises(ValueError, match="numbered"):
        native.consensus(points, levels[0], *BOUNDS)
    with pytest.raises(ValueError, match="numbered"):
        native.add_stable_top(levels, np.zeros(4, dtype=np.int32))
    with pytest.raises(ValueError, match="column"):
        native.select_level(points, levels[:, :3], 1, 0.8, False, *BOUNDS)


# --- stopping and threads


def test_a_request_to_stop_is_heard():
    monitor = native.Monitor()
    monitor.stop()
    points = np.random.default_rng(0).normal(0, 1, (500, 2))
    ends = np.arange(499, dtype=np.int32)
    chain = Edges(ends, ends + 1, np.ones(499), 500)
    levels = np.zeros((1, 500), dtype=np.int32)
    calls = [
        lambda: native.nearest_neighbors(points, 6, monitor),
        lambda: native.hangs_together(points, monitor),
        lambda: native.merging_forest(points, *BOUNDS, monitor),
        lambda: native.consensus(points, levels[0], *BOUNDS, monitor),
        lambda: native.select_level(points, levels, 1, 0.8, False, *BOUNDS, monitor),
        lambda: native.stable_pieces(*adjacency(chain), 5, monitor),
        lambda: native.layout_components(ends, ends + 1, np.ones(499), 500, monitor),
    ]
    for call in calls:
        with pytest.raises(native.Stopped):
            call()


def test_threads_do_not_disturb_each_other():
    rng = np.random.default_rng(4)
    cases = []
    for n in rng.integers(20, 900, 40):
        points, which = clumps(rng, int(n), 2)
        cases.append((points, nested_levels(rng, which), 5, 0.8, False, *BOUNDS))
    alone = [native.select_level(*case) for case in cases]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda case: native.select_level(*case), cases))
    for (labels, splits), (others, other_splits) in zip(alone, together, strict=True):
        np.testing.assert_array_equal(labels, others)
        assert repr(splits) == repr(other_splits)
