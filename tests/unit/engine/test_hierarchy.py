"""The hierarchy: numbering by size, parents, the stable top level, components side by side."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormgraph_py.engine.hierarchy import (
    ComponentLevels,
    Hierarchy,
    add_stable_top,
    number_by_size,
    parents_of,
    stack_levels,
)

LABELS = st.lists(st.integers(-1, 6), min_size=1, max_size=40).map(np.array)


# --- numbering


@given(labels=LABELS, smallest=st.integers(1, 5))
def test_numbers_fall_with_size_and_keep_the_clusters(labels, smallest):
    numbered, numbers = number_by_size(labels, smallest)
    sizes = np.bincount(numbered[numbered >= 0])
    assert (np.diff(sizes) <= 0).all()
    assert (sizes >= smallest).all()
    for label in range(labels.max() + 1):
        members = numbered[labels == label]
        assert len(set(members.tolist())) <= 1
        if 0 < len(members) < smallest:
            assert (members == -1).all()
        elif len(members):
            assert (members == numbers[label]).all()
            assert (numbered == numbers[label]).sum() == len(members)
    assert (numbered[labels == -1] == -1).all()


def test_equal_sizes_keep_their_order():
    labels, numbers = number_by_size(np.array([3, 3, 1, 1, 0, 0]), 2)
    assert labels.tolist() == [2, 2, 1, 1, 0, 0]
    assert numbers.tolist() == [0, 1, -1, 2]


def test_nothing_clustered_is_numbered_too():
    labels, numbers = number_by_size(np.array([-1, -1]), 3)
    assert labels.tolist() == [-1, -1]
    assert len(numbers) == 0
    assert number_by_size(np.empty(0, dtype=np.int64), 3)[0].shape == (0,)


# --- parents


def test_parents_hold_their_children():
    levels = [np.array([0, 0, 0, 1, 1, -1]), np.array([1, 0, 0, 2, 2, -1]), np.full(6, -1)]
    parents = parents_of(levels)
    assert [p.tolist() for p in parents] == [[-1, -1], [0, 0, 1], []]
    hierarchy = Hierarchy(tuple(levels), parents, 0.0)
    assert hierarchy.n_levels == 3
    assert [hierarchy.n_clusters(level) for level in range(3)] == [2, 3, 0]


# --- the stable top


def levels_of(*rows):
    return np.array(rows, dtype=np.int32)


def test_a_stable_component_is_one_cluster_at_the_top():
    modules = levels_of([0, 0, 1, 1, 2, 2])
    topped = add_stable_top(modules, np.zeros(6, dtype=np.int32))
    np.testing.assert_array_equal(topped, levels_of([0] * 6, modules[0]))


def test_one_module_needs_no_further_top():
    modules = levels_of([0] * 4, [0, 0, 1, 1])
    assert add_stable_top(modules, np.zeros(4, dtype=np.int32)) is modules


def test_modules_of_the_same_piece_are_merged():
    modules = levels_of([0, 0, 1, 1, 2, 2, 2])
    pieces = np.array([0, 0, 0, 0, -1, 1, 1], dtype=np.int32)
    topped = add_stable_top(modules, pieces)
    np.testing.assert_array_equal(topped, levels_of([0, 0, 0, 0, 1, 1, 1], modules[0]))


def test_modules_of_different_pieces_stay_apart():
    modules = levels_of([0, 0, 1, 1])
    assert add_stable_top(modules, np.array([0, -1, 1, 1], dtype=np.int32)) is modules


def test_a_module_over_two_pieces_goes_where_most_of_it_lies():
    modules = levels_of([0, 0, 0, 1, 1, 2, 2])
    pieces = np.array([0, 0, 1, 0, 0, 1, 1], dtype=np.int32)
    topped = add_stable_top(modules, pieces)
    np.testing.assert_array_equal(topped[0], [0, 0, 0, 0, 0, 1, 1])


def test_modules_of_cut_points_alone_stay_by_themselves():
    modules = levels_of([0, 0, 1, 2, 2, 3, 3])
    pieces = np.array([0, 0, -1, 1, 1, 1, 1], dtype=np.int32)
    topped = add_stable_top(modules, pieces)
    assert len(set(topped[0, :2].tolist())) == 1
    assert (topped[0] == topped[0, 2]).sum() == 1
    assert len(set(topped[0, 3:].tolist())) == 1


@pytest.mark.parametrize("seed", range(5))
def test_the_top_level_is_made_of_whole_modules(seed):
    rng = np.random.default_rng(seed)
    modules = np.unique(rng.integers(0, 12, 60), return_inverse=True)[1].astype(np.int32)[None]
    pieces = rng.integers(-1, 4, 60).astype(np.int32)
    topped = add_stable_top(modules, pieces)
    np.testing.assert_array_equal(topped[-1], modules[0])
    pairs = set(zip(topped[-1].tolist(), topped[0].tolist(), strict=True))
    assert len(pairs) == modules.max() + 1


# --- components side by side


def side_by_side(parts):
    return ComponentLevels(
        np.concatenate([np.empty(0, np.int64), *(members for members, _ in parts)]),
        np.array([len(members) for members, _ in parts], dtype=np.int64),
        np.array([len(levels) for _, levels in parts], dtype=np.int64),
        np.concatenate([np.empty(0, np.int32), *(levels.ravel() for _, levels in parts)]),
    )


def test_levels_of_components_are_put_side_by_side():
    parts = [
        (np.array([0, 1, 2, 3]), levels_of([0, 0, 0, 0], [0, 0, 1, 1])),
        (np.array([5, 6, 7, 8, 9]), levels_of([0, 0, 0, 0, 0])),
    ]
    stacked = stack_levels(side_by_side(parts), 11, min_cluster_size=2)
    # 4 and 10 are in no component; the second component repeats at the finer level
    assert stacked.levels[0].tolist() == [1, 1, 1, 1, -1, 0, 0, 0, 0, 0, -1]
    assert stacked.levels[1].tolist() == [1, 1, 2, 2, -1, 0, 0, 0, 0, 0, -1]
    for level, rows in enumerate([[0, 0], [1, 0]]):
        for number, cluster in enumerate(rows):
            members, levels = parts[number]
            own = levels[min(level, len(levels) - 1)]
            new = stacked.numbers[level][stacked.offsets[level, number] + cluster]
            assert (stacked.levels[level][members[own == cluster]] == new).all()


def test_small_clusters_are_dropped_at_their_level_only():
    parts = [(np.arange(6), levels_of([0] * 6, [0, 0, 0, 0, 1, 1]))]
    stacked = stack_levels(side_by_side(parts), 6, min_cluster_size=3)
    assert stacked.levels[0].tolist() == [0] * 6
    assert stacked.levels[1].tolist() == [0, 0, 0, 0, -1, -1]
    assert stacked.numbers[1].tolist() == [0, -1]
    assert [p.tolist() for p in parents_of(stacked.levels)] == [[-1], [0]]


def test_without_components_there_is_one_empty_level():
    stacked = stack_levels(side_by_side([]), 3, min_cluster_size=3)
    assert [level.tolist() for level in stacked.levels] == [[-1, -1, -1]]
