"""The compiled search for nested modules: its formulas, invariances and limits."""

from __future__ import annotations

import itertools
import math
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stormgraph_py.engine import kernel

if kernel.native is None:
    pytest.skip("the kernel was not built", allow_module_level=True)
native = kernel.native


class Graph:
    """Edges as the kernel takes them."""

    def __init__(self, pairs, weight=None, n=None):
        pairs = np.asarray(pairs, dtype=np.int32).reshape(-1, 2)
        self.source, self.target = np.ascontiguousarray(pairs.T)
        self.weight = np.ones(len(pairs)) if weight is None else np.asarray(weight, dtype=float)
        self.n = int(pairs.max(initial=-1)) + 1 if n is None else n

    @property
    def edges(self):
        return self.source, self.target, self.weight

    def find(self, seed=1, component=0, n_trials=1, **options):
        return native.find_modules(*self.edges, self.n, seed, component, n_trials, **options)

    def bits(self, parent, leaf):
        parent, leaf = np.asarray(parent, np.int32), np.asarray(leaf, np.int32)
        return native.tree_codelength(*self.edges, parent, leaf)

    def bits_undivided(self):
        return self.bits([-1], np.zeros(self.n))

    def scaled(self, factor):
        return Graph(np.column_stack([self.source, self.target]), self.weight * factor, self.n)


def formula(graph, parent, leaf):
    """Hierarchical map equation, module by module and straight from its definition."""
    above = []  # modules that hold each node
    for m in leaf:
        above.append([])
        while m >= 0:
            above[-1].append(int(m))
            m = parent[m]
    visits = [0.0] * graph.n
    leaving = [0.0] * len(parent)
    largest = graph.weight.max(initial=0)
    edges = [(int(a), int(b), w / largest) for a, b, w in zip(*graph.edges, strict=True) if w > 0]
    total = math.fsum(w if a == b else 2 * w for a, b, w in edges)
    for a, b, w in edges:
        for end in {a, b}:
            visits[end] += w / total
            for m in set(above[end]) - set(above[a + b - end]):
                leaving[m] += w / total
    bits = 0.0
    for m in range(len(parent)):
        words = [leaving[c] for c in range(1, len(parent)) if parent[c] == m]
        words += [visits[a] for a in range(graph.n) if leaf[a] == m] + [leaving[m]]
        bits += xlog2x(math.fsum(words)) - math.fsum(map(xlog2x, words))
    return bits


def xlog2x(x):
    return x * math.log2(x) if x > 0 else 0.0


def ring_of_cliques(n_cliques, size):
    within = np.array(list(itertools.combinations(range(size), 2)))
    first = np.arange(n_cliques) * size
    cliques = (first[:, None, None] + within).reshape(-1, 2)
    return Graph(np.concatenate([cliques, np.column_stack([first, np.roll(first, -1) + 1])]))


def random_plane(n, mean_degree, seed=0):
    from scipy.spatial import cKDTree

    points = np.random.default_rng(seed).uniform(0, math.sqrt(n), (n, 2))
    pairs = cKDTree(points).query_pairs(math.sqrt(mean_degree / math.pi), output_type="ndarray")
    return Graph(pairs, 1 / (1 + np.hypot(*(points[pairs[:, 0]] - points[pairs[:, 1]]).T)), n)


def random_graph(n, m, seed=0, *, loops=True):
    rng = np.random.default_rng(seed)
    pairs = rng.integers(0, n, (m, 2))
    if not loops:
        pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    return Graph(pairs, rng.gamma(1, 1, len(pairs)), n)


def random_tree(n, n_modules, rng):
    """Parents and leaves of any tree, modules that hold nothing among them."""
    parent = [-1, *(int(rng.integers(0, m)) for m in range(1, n_modules))]
    return parent, rng.integers(0, n_modules, n)


def assert_sound(graph, found, two_level=False):
    """Levels, parents, leaves and codelength tell the same tree."""
    levels, parent, leaf, bits = found
    assert levels.dtype == parent.dtype == leaf.dtype == np.int32
    assert levels.shape[1] == graph.n == len(leaf)
    assert parent[0] == -1
    assert (parent[1:] >= 0).all()
    assert (parent[1:] < np.arange(1, len(parent))).all()
    assert set(range(len(parent))) - set(parent.tolist()) <= set(leaf.tolist()), "empty module"
    for level in levels:
        first = np.unique(level, return_index=True)[1]
        assert level.min() == 0
        assert level.max() + 1 == len(first)
        assert (np.diff(first) > 0).all(), "not numbered by first node"
    ways = []
    for m in leaf.tolist():
        way = []
        while m > 0:
            way.append(m)
            m = int(parent[m])
        ways.append(way[::-1])
    assert len(levels) == max(1, *map(len, ways))
    for depth, level in enumerate(levels, start=1):
        names: dict[tuple[int, ...], int] = {}
        expected = [names.setdefault(tuple(way[:depth]), len(names)) for way in ways]
        np.testing.assert_array_equal(level, expected)
    if two_level:
        assert len(levels) == 1
    assert bits == pytest.approx(graph.bits(parent, leaf), rel=1e-12, abs=1e-12)
    assert bits == pytest.approx(formula(graph, parent, leaf), rel=1e-9, abs=1e-11)
    assert bits <= graph.bits_undivided() + 1e-9


def same(found, other):
    return found[3] == other[3] and all(map(np.array_equal, found[:3], other[:3]))


def exact_plogp(x):
    with localcontext() as context:
        context.prec = 40
        exact = Decimal(x)
        return float(exact * exact.ln())


def test_plogp_has_all_digits():
    rng = np.random.default_rng(0)
    near_one = 1 + np.array([-1e-15, -1e-9, -1e-3, 2**-52, 1e-12, 1e-3])
    root = math.sqrt(0.5) * 2.0 ** np.arange(-3, 4)
    x = np.concatenate([
        10 ** rng.uniform(-299, 300, 3000), rng.uniform(0, 2, 3000), 1 + rng.normal(0, 1e-7, 200),
        near_one, root, np.nextafter(root, 0), np.nextafter(root, 9),
        2.0 ** np.arange(-900, 900, 7.0),
    ])  # fmt: skip
    expected = np.array([exact_plogp(v) for v in x])
    np.testing.assert_allclose(native.plogp(x), expected, rtol=1e-15, atol=0)


def test_plogp_at_its_ends():
    x = np.array([0.0, -0.0, 5e-324, 1e-310, 1e-300, -1e-17, -1.0, -np.inf, np.nan])
    assert (np.abs(native.plogp(x)) < 1e-297).all()
    assert native.plogp(np.array([1.0])).tolist() == [0.0]
    assert native.plogp(np.array([1.7e308]))[0] == np.inf
    assert native.plogp(np.empty(0)).shape == (0,)


@pytest.mark.parametrize("n", [1, 2, 7, 1000])
def test_plogp_of_a_number_does_not_depend_on_its_place(n):
    x = np.random.default_rng(n).uniform(0, 1, n)
    np.testing.assert_array_equal(
        native.plogp(x), [native.plogp(x[i : i + 1])[0] for i in range(n)]
    )


@pytest.mark.parametrize("seed", range(6))
def test_codelength_of_any_tree_is_that_of_the_formula(seed):
    rng = np.random.default_rng(seed)
    graph = random_graph(30, 90, seed, loops=seed % 2 == 0)
    graph.weight *= 10 ** rng.uniform(-6, 6, len(graph.weight)) if seed > 3 else 1
    for n_modules in (1, 2, 5, 20, 40):
        parent, leaf = random_tree(30, n_modules, rng)
        expected = formula(graph, parent, leaf)
        assert graph.bits(parent, leaf) == pytest.approx(expected, rel=1e-11)


def test_codelength_of_two_triangles_by_hand():
    graph = Graph([(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5), (2, 3)])
    p = np.array([2, 2, 3, 3, 2, 2]) / 14
    exit_rate = 1 / 14

    def entropy(words):
        words = np.array(words)
        return -(words * np.log2(words / words.sum())).sum()

    expected = entropy([exit_rate, exit_rate]) + 2 * entropy([exit_rate, *p[:3]])
    assert graph.bits([-1, 0, 0], [1, 1, 1, 2, 2, 2]) == pytest.approx(expected, rel=1e-14)
    assert graph.bits_undivided() == pytest.approx(entropy(p), rel=1e-14)


@pytest.mark.parametrize("two_level", [False, True])
@pytest.mark.parametrize(
    "graph",
    [
        ring_of_cliques(30, 5),
        ring_of_cliques(200, 4),
        random_plane(800, 8),
        random_graph(60, 150),
        random_graph(300, 400, 1),
    ],
)
def test_found_trees_are_sound(graph, two_level):
    for seed in range(3):
        assert_sound(graph, graph.find(seed, two_level=two_level), two_level)


def test_large_regular_graphs_become_trees_of_several_levels():
    levels, *_ = ring_of_cliques(400, 5).find()
    assert len(levels) >= 3
    assert levels[0].max() < levels[1].max() < levels[-1].max()
    finest = levels[-1].reshape(400, 5)
    assert (finest == finest[:, :1]).all()


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_graph(data):
    n = data.draw(st.integers(1, 14))
    node = st.integers(0, n - 1)
    weights = st.one_of(st.floats(0, 10), st.sampled_from([0.0, 1.0, 1e-9, 1e-300, 5e-324, 1e300]))
    edges = data.draw(st.lists(st.tuples(node, node, weights), max_size=40))
    graph = Graph([e[:2] for e in edges], [e[2] for e in edges], n)
    two_level = data.draw(st.booleans())
    n_trials = data.draw(st.integers(1, 3))
    found = graph.find(data.draw(st.integers(0, 2**64 - 1)), 3, n_trials, two_level=two_level)
    assert_sound(graph, found, two_level)
    assert found[3] >= -1e-12
    for coarse, fine in itertools.pairwise(found[0]):
        assert len(np.unique(np.column_stack([coarse, fine]), axis=0)) == fine.max() + 1


@pytest.mark.parametrize("power", [-1000, -300, -3, 1, 52, 900])
def test_scale_of_the_weights_does_not_show(power):
    graph = random_plane(500, 9)
    assert same(graph.find(), graph.scaled(2.0**power).find())


@pytest.mark.parametrize("factor", [1e-300, 1e-9, 0.1, 3.0, 1e300])
def test_equal_weights_of_any_size_are_the_same(factor):
    graph = ring_of_cliques(60, 5)
    assert same(graph.find(), graph.scaled(factor).find())


def test_repeated_edges_add_up():
    graph = random_plane(300, 9)
    parts = np.random.default_rng(0).dirichlet([1, 1, 1], len(graph.weight))
    pairs = np.column_stack([graph.source, graph.target])
    split = Graph(
        np.concatenate([pairs, pairs[:, ::-1], pairs]), (graph.weight * parts.T).ravel(), graph.n
    )
    rng = np.random.default_rng(1)
    for n_modules in (1, 10, 50):
        tree = random_tree(graph.n, n_modules, rng)
        assert split.bits(*tree) == pytest.approx(graph.bits(*tree), rel=1e-13)
    assert split.find(n_trials=3)[3] == pytest.approx(graph.find(n_trials=3)[3], rel=5e-3)


def test_order_of_nodes_and_edges_is_chance_like_the_seed():
    graph = random_plane(1500, 9)
    rng = np.random.default_rng(0)
    bits = [graph.find(seed)[3] for seed in range(12)]
    permuted = []
    for _ in range(12):
        names, order = rng.permutation(graph.n), rng.permutation(len(graph.weight))
        pairs = names[np.column_stack([graph.source, graph.target])][order]
        permuted.append(Graph(pairs, graph.weight[order], graph.n).find()[3])
    assert abs(np.mean(permuted) - np.mean(bits)) < 4 * np.std(bits) / math.sqrt(6)
    assert np.ptp(permuted) < 3 * np.ptp(bits)


def test_same_seed_same_tree_from_any_thread():
    graph = random_plane(600, 9)
    seeds = [0, 1, 2**64 - 1]
    alone = [graph.find(seed, 7, 2) for seed in seeds]
    assert all(same(graph.find(seed, 7, 2), one) for seed, one in zip(seeds, alone, strict=True))
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda seed: graph.find(seed, 7, 2), seeds * 4))
    assert all(map(same, together, alone * 4))


def test_seed_component_and_trial_are_separate_chances():
    graph = random_plane(400, 9)
    trees = [graph.find(seed, component) for seed in range(4) for component in range(4)]
    distinct = {found[0].tobytes() for found in trees}
    assert len(distinct) == len(trees)
    # the second trial is neither the first of another component nor of another seed
    bits = [found[3] for found in trees]
    best_of_two = [graph.find(s, c, 2)[3] for s in range(4) for c in range(4)]
    improved = [b for b, one in zip(best_of_two, bits, strict=True) if b < one]
    assert improved
    assert not set(improved) & set(bits)


def test_more_trials_are_never_worse():
    graph = random_plane(500, 9)
    gains = []
    for seed in range(5):
        bits = [graph.find(seed, 0, n_trials)[3] for n_trials in (1, 2, 3, 5, 8)]
        assert bits == sorted(bits, reverse=True)
        gains.append(bits[0] - bits[-1])
    assert max(gains) > 0


NOTHING = np.empty((0, 2))
DEGENERATE = {
    "one node": Graph(NOTHING, n=1),
    "no edges": Graph(NOTHING, n=5),
    "one self-loop": Graph([(0, 0)]),
    "self-loops only": Graph([(0, 0), (1, 1), (2, 2)]),
    "two self-loops": Graph([(0, 0), (1, 1)]),
    "two self-loops, hardly joined": Graph([(0, 0), (1, 1), (0, 1)], [1, 1, 1e-3]),
    "two nodes": Graph([(0, 1)]),
    "two nodes, twice": Graph([(0, 1), (1, 0)]),
    "three nodes": Graph([(0, 1), (1, 2)]),
    "triangle": Graph([(0, 1), (1, 2), (2, 0)]),
    "two components": Graph([(0, 1), (2, 3)]),
    "isolated nodes among others": Graph([(1, 3), (3, 5), (5, 1), (7, 8)], n=11),
    "weights of 0": Graph([(0, 1), (1, 2)], [0, 0]),
    "one weight of 0": Graph([(0, 1), (1, 2), (2, 3)], [1, 0, 1]),
    "denormal weights": Graph([(0, 1), (1, 2), (2, 3)], [5e-324, 1e-310, 5e-324]),
    "huge weights": Graph([(0, 1), (1, 2), (2, 3)], [1.7e308, 1.7e308, 1e308]),
    "weights of all magnitudes": Graph(
        [(i, i + 1) for i in range(600)], 10.0 ** np.arange(-300, 300)
    ),
    "all magnitudes, shuffled": Graph(
        [(i, (7 * i + 1) % 101) for i in range(600) if i < 101],
        10.0 ** np.random.default_rng(0).uniform(-300, 300, 101),
    ),
    "star": Graph([(0, i) for i in range(1, 600)]),
    "star, centre last": Graph([(i, 700) for i in range(700)]),
    "two stars": Graph([(i % 2, i) for i in range(1, 1200)]),
    "path": Graph([(i, i + 1) for i in range(300)]),
    "the same edge often": Graph([(0, 1)] * 1000 + [(1, 2)] * 1000),
}  # fmt: skip


@pytest.mark.parametrize("two_level", [False, True])
@pytest.mark.parametrize("name", DEGENERATE)
def test_degenerate_graphs(name, two_level):
    graph = DEGENERATE[name]
    for seed in range(3):
        assert_sound(graph, graph.find(seed, n_trials=2, two_level=two_level), two_level)


@pytest.mark.parametrize(
    ("name", "n_modules", "bits"),
    [
        ("one node", 1, 0),
        ("no edges", 1, 0),
        ("self-loops only", 3, 0),
        ("two self-loops", 2, 0),
        ("two self-loops, hardly joined", 2, None),
        ("two nodes", 1, 1),
        ("two nodes, twice", 1, 1),
        ("three nodes", 1, 1.5),
        ("triangle", 1, math.log2(3)),
        ("two components", 2, 1),
        ("one weight of 0", 2, 1),
        ("star", 1, 0.5 * 1 + 0.5 * (1 + math.log2(599))),
        ("the same edge often", 1, 1.5),
    ],
)
def test_degenerate_graphs_of_known_optimum(name, n_modules, bits):
    levels, _, _, found = DEGENERATE[name].find()
    assert levels[-1].max() + 1 == n_modules
    if bits is not None:
        assert found == pytest.approx(bits, abs=1e-12)


def test_components_are_never_joined_where_each_is_worth_a_module():
    graph = ring_of_cliques(6, 5)
    pairs = np.column_stack([graph.source, graph.target])
    twice = Graph(np.concatenate([pairs, pairs + graph.n]))
    levels, *_, bits = twice.find()
    assert not set(levels[0, : graph.n].tolist()) & set(levels[0, graph.n :].tolist())
    assert bits == pytest.approx(graph.find()[3], rel=1e-12)


def test_invalid_input_is_refused():
    graph = Graph([(0, 1), (1, 2)])
    source, target, weight = graph.edges
    one, two = np.zeros(1, np.int32), np.zeros(2, np.int32)

    def find(source=source, target=target, weight=weight, n_nodes=3, n_trials=1):
        return native.find_modules(source, target, weight, n_nodes, 1, 0, n_trials)

    find()
    with pytest.raises(ValueError, match="length"):
        find(target=one)
    with pytest.raises(ValueError, match="length"):
        find(weight=np.ones(3))
    for wrong in (-1, 3, 2**31 - 1, -(2**31)):
        with pytest.raises(ValueError, match="does not exist"):
            find(source=np.array([0, wrong], np.int32))
        with pytest.raises(ValueError, match="does not exist"):
            find(target=np.array([0, wrong], np.int32))
    with pytest.raises(ValueError, match="node"):
        find(one[:0], one[:0], np.empty(0), n_nodes=0)
    with pytest.raises(ValueError, match="n_nodes"):
        find(n_nodes=-1)
    with pytest.raises(ValueError, match="n_trials"):
        find(n_trials=0)
    for wrong_weight in (np.nan, np.inf, -1.0, -5e-324):
        with pytest.raises(ValueError, match="finite"):
            find(weight=np.array([1.0, wrong_weight]))
        with pytest.raises(ValueError, match="finite"):
            native.tree_codelength(
                source, target, np.array([1.0, wrong_weight]), one - 1, np.zeros(3, np.int32)
            )
    for parents in ([0], [-1, 1], [-1, -1], [-1, 2, 0], [-1, 5], [-2]):
        with pytest.raises(ValueError, match="parent"):
            graph.bits(parents, np.zeros(3))
    for leaves in ([0, 0, 1], [0, -1, 0]):
        with pytest.raises(ValueError, match="leaf"):
            graph.bits([-1], leaves)
    with pytest.raises(ValueError, match="leaf"):
        graph.bits([], [0, 0, 0])
    with pytest.raises(ValueError, match="does not exist"):
        graph.bits([-1], two)


def test_input_is_not_changed_and_may_be_read_only():
    graph = random_plane(100, 6)
    before = [array.copy() for array in graph.edges]
    for array in graph.edges:
        array.flags.writeable = False
    graph.find()
    for array, copy in zip(graph.edges, before, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_told_to_stop_before_it_begins():
    monitor = native.Monitor()
    monitor.stop()
    with pytest.raises(native.Stopped):
        random_plane(100, 6).find(monitor=monitor)


@pytest.mark.parametrize("graph", [random_plane(20_000, 9), random_graph(1000, 20_000)])
def test_stops_when_told_and_lets_others_work_meanwhile(graph):
    monitor = native.Monitor()
    outcome: list[object] = []

    def search():
        try:
            outcome.append(graph.find(n_trials=100_000, monitor=monitor))
        except native.Stopped as stopped:
            outcome.append(stopped)

    thread = threading.Thread(target=search)
    thread.start()
    # were the lock held, this would not get to its end before the search does
    counter, begin = 0, time.monotonic()
    while time.monotonic() < begin + 0.2:
        counter += 1
    assert thread.is_alive()
    assert not outcome
    monitor.stop()
    thread.join(timeout=60)
    assert isinstance(outcome[0], native.Stopped)
    assert counter > 100
