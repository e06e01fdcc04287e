"""Division of a graph into clusters, component by component."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pytest

from stormgraph_py.engine import divide as divide_module
from stormgraph_py.engine import kernel
from stormgraph_py.engine.by_infomap import divide_component, one_level_codelength
from stormgraph_py.engine.communities import multilevel_infomap
from stormgraph_py.engine.components import split_components, stable_pieces
from stormgraph_py.engine.divide import divide
from stormgraph_py.engine.edges import Edges, neighborhood_edges
from stormgraph_py.engine.hierarchy import add_stable_top
from stormgraph_py.engine.selection import hangs_together, select_level
from stormgraph_py.engine.spatial_order import spatial_order
from stormgraph_py.errors import Cancelled, ParameterError
from stormgraph_py.params import StormGraphParams
from stormgraph_py.progress import Progress

BACKENDS = ("native", "infomap")
NATIVE, INFOMAP = (StormGraphParams(n_trials=2, community_backend=name) for name in BACKENDS)
needs_kernel = pytest.mark.skipif(kernel.native is None, reason="the kernel was not built")
with_each_backend = pytest.mark.parametrize(
    "params",
    [pytest.param(NATIVE, marks=needs_kernel, id="native"), pytest.param(INFOMAP, id="infomap")],
)


@lru_cache
def simulated(seed=0, n=1500):
    """Clumps of clumps, some in a row joined by single localizations, and lone points."""
    rng = np.random.default_rng(seed)
    centers = (rng.uniform(0, 4000, (8, 1, 2)) + rng.normal(0, 80, (8, 5, 2))).reshape(-1, 2)
    points = [centers[rng.integers(0, 40, n)] + rng.normal(0, 15, (n, 2))]
    row = np.arange(0, 500, 100)[:, None] * [1, 0] + [4500, 0]
    points += [center + rng.normal(0, 10, (40, 2)) for center in row]
    points += [(row + np.array([50, 0]))[:-1], rng.uniform(0, 4000, (80, 2))]
    coordinates = np.concatenate(points)
    order = spatial_order(coordinates)
    coordinates = coordinates[order.order]
    return coordinates, neighborhood_edges(coordinates, 35.0, order.starts)


def rounded(split):
    """Similarities differ by rounding between processes; NaN, not computed, is no difference."""
    digits = {
        name: round(getattr(split, name), 12) for name in ("similarity", "similarity_unsplit")
    }
    return repr(replace(split, **digits))


def same(a, b):
    np.testing.assert_array_equal(a.labels, b.labels)
    assert len(a.hierarchy.levels) == len(b.hierarchy.levels)
    for mine, theirs in zip(a.hierarchy.levels, b.hierarchy.levels, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert list(map(rounded, a.splits)) == list(map(rounded, b.splits))
    assert a.hierarchy.codelength == b.hierarchy.codelength


@with_each_backend
def test_division_is_nested_numbered_and_above_the_minimum_size(params):
    points, edges = simulated()
    division = divide(edges, points, params, seed=1)
    hierarchy = division.hierarchy
    assert hierarchy.n_levels >= 2
    for labels in (*hierarchy.levels, division.labels):
        sizes = np.bincount(labels[labels >= 0])
        assert sizes.min() >= params.min_cluster_size
        assert (np.diff(sizes) <= 0).all()
    for level, (above, below) in enumerate(pairwise(hierarchy.levels)):
        for cluster, parent in enumerate(hierarchy.parents[level + 1]):
            assert (above[below == cluster] == parent).all()
    assert (hierarchy.parents[0] == -1).all()
    # every selected cluster lies in one cluster of the coarsest level and in one component
    component = np.empty(edges.n_nodes, dtype=int)
    components = split_components(edges)
    for number in range(len(components)):
        component[components.members(number)] = number
    for cluster in range(division.labels.max() + 1):
        rows = division.labels == cluster
        assert len(set(hierarchy.levels[0][rows].tolist())) == 1
        assert len(set(component[rows].tolist())) == 1
    assert division.n_components == (components.sizes >= params.min_cluster_size).sum()


@with_each_backend
def test_splits_name_clusters_of_the_hierarchy(params):
    points, edges = simulated()
    division = divide(edges, points, params, seed=1)
    assert {split.accepted for split in division.splits} == {True, False}
    for split in division.splits:
        labels = division.hierarchy.levels[split.level]
        assert (labels == split.cluster).sum() == split.n_localizations
        if not split.accepted:
            # a cluster that is not split is a cluster of the selected level
            selected = division.labels[labels == split.cluster]
            assert len(set(selected.tolist())) == 1
            assert (division.labels == selected[0]).sum() == split.n_localizations


@with_each_backend
@pytest.mark.parametrize("edges_per_task", [1, 300, 10**9])
def test_the_size_of_tasks_changes_nothing(monkeypatch, params, edges_per_task):
    points, edges = simulated()
    expected = divide(edges, points, params, seed=1)
    monkeypatch.setattr(divide_module, "EDGES_PER_TASK", edges_per_task)
    same(divide(edges, points, params, seed=1), expected)


def test_processes_change_nothing_but_the_clock(monkeypatch):
    points, edges = simulated()
    expected = divide(edges, points, INFOMAP, seed=1)
    assert expected.worker_cpu_s == 0
    monkeypatch.setattr(divide_module, "EDGES_PER_TASK", 5000)
    parallel = divide(edges, points, INFOMAP, seed=1, n_jobs=2)
    same(parallel, expected)
    assert parallel.worker_cpu_s > 0


def test_a_single_task_stays_here_however_many_processes_are_offered():
    points, edges = simulated()
    assert divide(edges, points, INFOMAP, seed=1, n_jobs=2).worker_cpu_s == 0


@needs_kernel
@pytest.mark.parametrize("n_jobs", [2, 4])
def test_threads_change_nothing(monkeypatch, n_jobs):
    points, edges = simulated()
    expected = divide(edges, points, NATIVE, seed=1)
    monkeypatch.setattr(divide_module, "EDGES_PER_TASK", 2000)
    same(divide(edges, points, NATIVE, seed=1, n_jobs=n_jobs), expected)


@needs_kernel
def test_the_kernel_finds_what_its_steps_find_one_by_one():
    points, edges = simulated()
    params = StormGraphParams(n_trials=2, min_cluster_size=5)
    components = split_components(edges)
    found = divide(edges, points, params, seed=1)
    accepted = 0
    for number in np.flatnonzero(components.sizes >= 10).tolist():
        own, members = components.edges(number), components.members(number)
        pieces = stable_pieces(own, 5)
        decided = not pieces.any() and hangs_together(points[members])
        modules, *_ = kernel.native.find_modules(
            own.source, own.target, own.weight, own.n_nodes, 1, number, 1 if decided else 2
        )
        levels = add_stable_top(modules, pieces)
        labels, splits = select_level(points[members], levels, min_cluster_size=5)
        accepted += sum(split.accepted for split in splits)
        np.testing.assert_array_equal(labels < 0, found.labels[members] < 0)
        pairs = set(zip(labels.tolist(), found.labels[members].tolist(), strict=True))
        assert len(pairs) == len(set(labels.tolist())) == len(set(found.labels[members].tolist()))
    assert sum(split.accepted for split in found.splits) == accepted > 0


def test_without_the_kernel_its_back_end_is_refused(monkeypatch):
    monkeypatch.setattr(kernel, "native", None)
    points, edges = simulated()
    with pytest.raises(ParameterError, match="infomap"):
        divide(edges, points, NATIVE, seed=1)


def full_division(edges, points, params, seed):
    """As `divide_component`, without its shortcuts."""
    tree = multilevel_infomap(edges, seed=seed, n_trials=params.n_trials)
    levels = add_stable_top(tree.levels, stable_pieces(edges, params.min_cluster_size))
    return select_level(
        points,
        levels,
        min_cluster_size=params.min_cluster_size,
        similarity_threshold=params.similarity_threshold,
    )[0]


@pytest.mark.parametrize("min_cluster_size", [3, 5, 20])
def test_shortcuts_change_no_label(min_cluster_size):
    params = StormGraphParams(n_trials=3, min_cluster_size=min_cluster_size)
    points, edges = simulated(1)
    components = split_components(edges)
    settled = 0
    for number in np.flatnonzero(components.sizes >= min_cluster_size).tolist():
        own, members = components.edges(number), components.members(number)
        found = divide_component(own, points[members], params, seed=4)
        np.testing.assert_array_equal(
            found.labels, full_division(own, points[members], params, seed=4)
        )
        settled += own.n_nodes < 2 * min_cluster_size or hangs_together(points[members])
    assert 0 < settled < (components.sizes >= min_cluster_size).sum()


@with_each_backend
def test_localizations_without_edges_are_unclustered(params):
    none = np.empty(0, dtype=np.int32)
    division = divide(Edges(none, none, np.empty(0), 4), np.zeros((4, 2)), params, seed=1)
    assert division.labels.tolist() == [-1] * 4
    assert [level.tolist() for level in division.hierarchy.levels] == [[-1] * 4]
    assert division.hierarchy.codelength == 0
    assert (division.n_components, division.splits) == (0, ())
    empty = divide(Edges(none, none, np.empty(0), 0), np.zeros((0, 2)), params, seed=1)
    assert empty.labels.shape == (0,)


def test_one_codebook_needs_the_entropy_of_the_visits():
    star = Edges(np.zeros(3, np.int32), np.arange(1, 4, dtype=np.int32), np.ones(3), 4)
    # half the visits at the hub, a sixth at every leaf
    assert one_level_codelength(star) == pytest.approx(0.5 + 0.5 * np.log2(6))


@with_each_backend
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_division_tells_how_far_it_is_and_can_be_stopped(monkeypatch, params, n_jobs):
    monkeypatch.setattr(divide_module, "EDGES_PER_TASK", 5000)
    points, edges = simulated()
    events = []
    divide(
        edges, points, params, seed=1, n_jobs=n_jobs,
        progress=Progress(events.append), stage="communities",
    )  # fmt: skip
    done = [event.done for event in events]
    assert done == sorted(done)
    assert events[-1].done == events[-1].total > 0
    stopping = Progress(None, lambda: True)
    with pytest.raises(Cancelled):
        divide(edges, points, params, seed=1, n_jobs=n_jobs, progress=stopping)
