"""Neighbourhoods: spatial order, pairs within a radius, k-th neighbour distances."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import cKDTree

from stormgraph_py.engine import kernel, neighbor_distances, neighbors
from stormgraph_py.engine.neighbor_distances import (
    kth_neighbor_distances,
    resampled_kth_neighbor_distances,
)
from stormgraph_py.engine.neighbors import map_tiles, pairs_within, tile_pairs
from stormgraph_py.engine.spatial_order import spatial_order
from stormgraph_py.errors import Cancelled
from stormgraph_py.progress import Progress

needs_kernel = pytest.mark.skipif(kernel.native is None, reason="the kernel was not built")


def clumps(rng, n, d, n_clumps=12, size=1000.0):
    """Points of very uneven density, a third of them on top of one another."""
    centers = rng.uniform(0, size, (n_clumps, d))
    points = centers[rng.integers(0, n_clumps, n)] + rng.normal(0, 20, (n, d))
    points[: n // 3] = points[rng.integers(0, n // 6 + 1, n // 3)]
    return rng.permutation(points)


def found_pairs(coordinates, radius, tile_size):
    """Pairs as sorted rows of the input, and their distances."""
    order = spatial_order(coordinates, tile_size)
    batches = list(pairs_within(coordinates[order.order], radius, order.starts))
    source = np.concatenate([b.source for b in batches] or [np.empty(0, int)])
    target = np.concatenate([b.target for b in batches] or [np.empty(0, int)])
    distance = np.concatenate([b.distance for b in batches] or [np.empty(0)])
    assert (source < target).all()
    rows = np.sort(np.column_stack([order.order[source], order.order[target]]), axis=1)
    by_row = np.lexsort(rows.T[::-1])
    return rows[by_row], distance[by_row]


def true_pairs(coordinates, radius):
    pairs = cKDTree(coordinates).query_pairs(radius, output_type="ndarray")
    return pairs[np.lexsort(pairs.T[::-1])]


# --- the order


@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("tile_size", [1, 7, 1000])
def test_order_is_a_permutation_cut_into_small_tiles(d, tile_size):
    points = clumps(np.random.default_rng(d), 300, d)
    order = spatial_order(points, tile_size)
    assert sorted(order.order.tolist()) == list(range(300))
    sizes = np.diff(order.starts)
    assert (order.starts[0], order.starts[-1]) == (0, 300)
    assert sizes.min() >= 1
    assert sizes.max() <= tile_size


@needs_kernel
@pytest.mark.parametrize("most", [1, 7, 3000, 2**30, 2**64 - 1])
@pytest.mark.parametrize("n", [0, 1, 2, 5000])
def test_compiled_order_is_numpys(n, most):
    ranks = np.random.default_rng(n).integers(0, most, n, dtype=np.uint64, endpoint=True)
    expected = np.argsort(ranks, kind="stable")
    np.testing.assert_array_equal(kernel.native.stable_order(ranks), expected)


def test_order_does_not_depend_on_the_order_of_rows():
    rng = np.random.default_rng(0)
    points = rng.uniform(0, 1000, (500, 2))
    shuffled = rng.permutation(500)
    there = spatial_order(points, 40)
    here = spatial_order(points[shuffled], 40)
    np.testing.assert_array_equal(points[there.order], points[shuffled][here.order])
    np.testing.assert_array_equal(there.starts, here.starts)


@pytest.mark.parametrize("d", [2, 3])
def test_order_does_not_depend_on_the_size_of_tiles(d):
    points = clumps(np.random.default_rng(d), 500, d)
    whole = spatial_order(points)
    for tile_size in (1, 10, 333):
        tiled = spatial_order(points, tile_size)
        np.testing.assert_array_equal(tiled.order, whole.order)
        assert set(whole.starts.tolist()) <= set(tiled.starts.tolist())


def test_precision_tells_coincident_localizations_apart():
    rng = np.random.default_rng(1)
    points = np.repeat(rng.uniform(0, 100, (20, 2)), 5, axis=0)
    sigma = rng.uniform(5, 10, (100, 2))
    shuffled = rng.permutation(100)
    there = spatial_order(points, sigma=sigma)
    here = spatial_order(points[shuffled], sigma=sigma[shuffled])
    np.testing.assert_array_equal(sigma[there.order], sigma[shuffled][here.order])


@pytest.mark.parametrize("d", [2, 3])
def test_order_is_that_of_the_interleaved_bits(d):
    bits = 32 if d == 2 else 21
    points = np.random.default_rng(d).integers(0, 2**bits, (200, d)).astype(np.float64)
    points[0], points[1] = 0, 2**bits - 1

    def code(point):
        return sum(
            ((int(x) >> bit) & 1) << (bit * d + axis)
            for axis, x in enumerate(point)
            for bit in range(bits)
        )

    expected = sorted(range(200), key=lambda i: code(points[i]))
    assert spatial_order(points).order.tolist() == expected


@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("tile_size", [5, 100])
def test_halos_hold_all_that_lies_within_the_radius(d, tile_size):
    points = clumps(np.random.default_rng(d), 300, d)
    order = spatial_order(points, tile_size)
    points = points[order.order]
    distance = np.linalg.norm(points[:, None] - points[None], axis=2)
    for both_sides in (False, True):
        tiles = map_tiles(lambda tile, _: tile, points, 30.0, order.starts, both_sides=both_sides)
        for tile in tiles:
            near = set(np.flatnonzero((distance[tile.first : tile.last] <= 30).any(axis=0)))
            near -= set(range(tile.first, tile.last))
            if not both_sides:
                near = {row for row in near if row >= tile.last}
            assert near <= set(tile.halo.tolist())
            assert (np.diff(tile.halo) > 0).all()


def test_neighbours_in_the_order_are_neighbours_in_space():
    points = np.random.default_rng(0).uniform(0, 1000, (4000, 2))
    ordered = points[spatial_order(points).order]
    step = np.linalg.norm(np.diff(ordered, axis=0), axis=1)
    # points are about 16 nm apart; in the order of the rows steps are 520 nm on average
    assert np.median(step) < 2 * 1000 / np.sqrt(4000)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_order_of_hardly_any_localizations(n):
    order = spatial_order(np.zeros((n, 2)))
    assert sorted(order.order.tolist()) == list(range(n))
    assert order.starts[-1] == n
    assert found_pairs(np.zeros((n, 2)), 1.0, 10)[0].shape == (n * (n - 1) // 2, 2)


# --- pairs


@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("tile_size", [2, 16, 10_000])
@pytest.mark.parametrize("radius", [0.5, 25.0, 300.0])
def test_pairs_are_those_of_brute_force_whatever_the_tiles(d, tile_size, radius):
    points = clumps(np.random.default_rng(tile_size), 150, d)
    pairs, distance = found_pairs(points, radius, tile_size)
    np.testing.assert_array_equal(pairs, true_pairs(points, radius))
    np.testing.assert_allclose(
        distance, np.linalg.norm(points[pairs[:, 0]] - points[pairs[:, 1]], axis=1), atol=1e-9
    )


@pytest.mark.parametrize("at_once", [1, 10, 500])
@pytest.mark.parametrize("tile_size", [20, 10_000])
def test_pairs_are_the_same_when_dense_tiles_are_cut(monkeypatch, at_once, tile_size):
    monkeypatch.setattr(neighbors, "PAIRS_AT_ONCE", at_once)
    points = clumps(np.random.default_rng(1), 200, 2)
    pairs, _ = found_pairs(points, 40.0, tile_size)
    np.testing.assert_array_equal(pairs, true_pairs(points, 40.0))


@pytest.mark.parametrize("tile_size", [3, 50, 10_000])
def test_coincident_localizations_are_paired_once(monkeypatch, tile_size):
    monkeypatch.setattr(neighbors, "PAIRS_AT_ONCE", 100)
    points = np.repeat([[0.0, 0.0], [10.0, 0.0]], [40, 30], axis=0)
    pairs, distance = found_pairs(points, 1.0, tile_size)
    np.testing.assert_array_equal(pairs, true_pairs(points, 1.0))
    assert len(pairs) == 40 * 39 // 2 + 30 * 29 // 2
    assert (distance == 0).all()


def test_a_dense_spot_costs_no_more_searches_than_it_has_pairs(monkeypatch):
    monkeypatch.setattr(neighbors, "PAIRS_AT_ONCE", 1000)
    held = []
    spot = np.random.default_rng(0).normal(0, 1, (400, 2))
    order = spatial_order(spot)
    for batch in pairs_within(spot[order.order], 50.0, order.starts):
        held.append(len(batch.source))
    assert sum(held) == 400 * 399 // 2
    assert max(held) <= 1000


def test_threads_give_the_same_tiles_in_the_same_order():
    points = clumps(np.random.default_rng(2), 2000, 2)
    order = spatial_order(points, 100)

    def work(tile, progress):
        batches = tile_pairs(points[order.order], tile, 30.0, progress)
        return [batch.distance.sum() for batch in batches]

    one = list(map_tiles(work, points[order.order], 30.0, order.starts))
    three = list(map_tiles(work, points[order.order], 30.0, order.starts, n_jobs=3))
    assert one == three


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_tiles_tell_how_far_they_are_and_can_be_stopped(n_jobs):
    points = clumps(np.random.default_rng(3), 1000, 2)
    order = spatial_order(points, 50)
    events = []
    progress = Progress(events.append, lambda: len(events) >= 3)
    tiles = map_tiles(
        lambda tile, _: tile, points[order.order], 30.0, order.starts,
        n_jobs=n_jobs, progress=progress, stage="pairs",
    )  # fmt: skip
    with pytest.raises(Cancelled):
        list(tiles)
    assert [e.stage for e in events] == ["pairs"] * 3
    assert [e.done for e in events] == order.starts[1:4].tolist()
    assert {e.total for e in events} == {1000}


# --- k-th neighbours


def brute_kth(points, k):
    distance = np.linalg.norm(points[:, None] - points[None], axis=-1)
    return np.sort(distance, axis=1)[:, k]


@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("k", [1, 4, 59])
def test_kth_distance_is_that_of_brute_force(d, k):
    points = clumps(np.random.default_rng(4), 60, d)
    np.testing.assert_allclose(kth_neighbor_distances(points, k), brute_kth(points, k), atol=1e-9)
    some = np.array([5, 3, 58])
    np.testing.assert_allclose(
        kth_neighbor_distances(points, k, some), brute_kth(points, k)[some], atol=1e-9
    )


def fully_resampled(points, sigma, k, n_simulations, confidence, rng):
    """Move every localization in every realization and search all of them again."""
    found = []
    for _ in range(n_simulations):
        moved = points + sigma * rng.standard_normal(points.shape)
        found.append(cKDTree(moved).query(moved, k=[k + 1])[0][:, 0])
    return np.quantile(found, confidence, axis=0)


@pytest.mark.parametrize(("d", "spread"), [(2, 2.0), (2, 30.0), (3, 10.0)])
def test_resampled_kth_distance_is_that_of_resampling_everything(d, spread):
    rng = np.random.default_rng(5)
    points = rng.uniform(0, 400, (10, d))[rng.integers(0, 10, 250)] + rng.normal(0, 15, (250, d))
    points = np.concatenate([points, rng.uniform(0, 400, (100, d))])
    sigma = spread * rng.gamma(8, 1 / 8, (350, 1)) * np.ones(d)
    sigma[:, -1] *= 1.5
    queries = np.arange(0, 350, 3)
    ours = resampled_kth_neighbor_distances(points, sigma, 5, queries, rng=rng, n_simulations=2000)
    theirs = fully_resampled(points, sigma, 5, 2000, 0.95, rng)[queries]
    # a quantile of 2000 realizations scatters by 1%, at worst by 5%, and neighbours out of reach
    # may make it longer by another percent
    assert np.mean(ours / theirs) == pytest.approx(1, abs=0.012)
    np.testing.assert_allclose(ours, theirs, rtol=0.17)


def test_resampled_kth_distance_without_error_is_the_distance():
    points = clumps(np.random.default_rng(6), 200, 2)
    queries = np.arange(200)
    resampled = resampled_kth_neighbor_distances(
        points, np.full((200, 2), 1e-9), 7, queries, rng=np.random.default_rng(0), n_simulations=5
    )
    # realizations are held in single precision
    np.testing.assert_allclose(resampled, brute_kth(points, 7), rtol=1e-5, atol=1e-6)


def test_resampled_kth_distance_rises_with_confidence_and_repeats_with_the_seed():
    points = clumps(np.random.default_rng(7), 200, 2)
    sigma = np.full((200, 2), 10.0)

    def distances(confidence, seed=0):
        return resampled_kth_neighbor_distances(
            points, sigma, 5, np.arange(200),
            rng=np.random.default_rng(seed), n_simulations=50, confidence=confidence,
        )  # fmt: skip

    assert (distances(0.95) > distances(0.5)).all()
    np.testing.assert_array_equal(distances(0.95), distances(0.95))
    assert (distances(0.95) != distances(0.95, seed=1)).any()


def test_resampling_in_small_blocks_changes_nothing_but_chance(monkeypatch):
    rng = np.random.default_rng(8)
    points = rng.uniform(0, 500, (300, 2))
    sigma = np.full((300, 2), 15.0)

    def mean():
        found = resampled_kth_neighbor_distances(
            points, sigma, 10, np.arange(300), rng=np.random.default_rng(0)
        )
        return found.mean()

    whole = mean()
    monkeypatch.setattr(neighbor_distances, "RESAMPLED_AT_ONCE", 1)  # one query a block
    assert mean() == pytest.approx(whole, rel=0.01)


@needs_kernel
@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("k", [1, 15, 60])
def test_compiled_resampling_agrees_with_numpy(monkeypatch, d, k):
    rng = np.random.default_rng(k)
    points = clumps(rng, 400, d, size=400.0)
    sigma = rng.gamma(8, 1, (400, d))
    queries = np.arange(400)

    def distances(seed):
        return resampled_kth_neighbor_distances(
            points, sigma, k, queries, rng=np.random.default_rng(seed), n_simulations=200
        )

    compiled = np.array([distances(seed) for seed in range(3)])
    monkeypatch.setattr(kernel, "native", None)
    plain = np.array([distances(seed) for seed in range(3)])
    # quantiles of 200 realizations scatter by some percent, whoever finds them
    ratio = compiled.mean(axis=0) / plain.mean(axis=0)
    assert np.mean(ratio) == pytest.approx(1, abs=0.005)
    assert ratio.std() < 1.3 * (plain[0] / plain[1]).std()
    assert (compiled[0] / compiled[1]).std() == pytest.approx((plain[0] / plain[1]).std(), rel=0.25)


@needs_kernel
@pytest.mark.parametrize("n_simulations", [1, 2, 12, 13, 100])
@pytest.mark.parametrize("confidence", [0.0, 0.5, 0.95, 1.0])
def test_compiled_quantile_is_numpys(n_simulations, confidence):
    # with one candidate at rest and errors along one axis, distances are the query's own deviates
    points, sigma = np.zeros((2, 2)), np.array([[1.0, 0.0], [0.0, 0.0]])
    deviates = np.random.default_rng(0).standard_normal(n_simulations, dtype=np.float32)
    (found,) = kernel.native.resampled_distances(
        points, sigma, np.array([0]), np.array([0, 1]), np.array([0, 2]), 1,
        deviates, 7, n_simulations, confidence,
    )  # fmt: skip
    assert found == pytest.approx(np.quantile(np.abs(deviates), confidence), rel=1e-6)


@needs_kernel
def test_compiled_resampling_depends_neither_on_blocks_nor_on_other_queries(monkeypatch):
    rng = np.random.default_rng(9)
    points, sigma = rng.uniform(0, 500, (300, 2)), np.full((300, 2), 15.0)

    def distances(queries):
        return resampled_kth_neighbor_distances(
            points, sigma, 10, queries, rng=np.random.default_rng(0)
        )

    whole = distances(np.arange(300))
    np.testing.assert_array_equal(distances(np.array([200, 3, 77])), whole[[200, 3, 77]])
    monkeypatch.setattr(neighbor_distances, "RESAMPLED_AT_ONCE_COMPILED", 1)
    np.testing.assert_array_equal(distances(np.arange(300)), whole)


@needs_kernel
def test_compiled_resampling_with_few_of_very_many_candidates(monkeypatch):
    rng = np.random.default_rng(11)
    points, sigma = rng.uniform(0, 100, (300, 2)), np.full((300, 2), 50.0)
    monkeypatch.setattr(neighbor_distances, "MOST_CANDIDATES", 40)
    near = resampled_kth_neighbor_distances(
        points, sigma, 10, np.arange(300), rng=np.random.default_rng(0)
    )
    assert np.isfinite(near).all()


@needs_kernel
def test_compiled_resampling_refuses_what_lies_outside():
    points, sigma, deviates = np.zeros((3, 2)), np.ones((3, 2)), np.zeros(10, np.float32)

    def resampled(queries=(0,), candidates=(1, 2), starts=(0, 2), k=1, n_simulations=10):
        return kernel.native.resampled_distances(
            points, sigma, np.array(queries), np.array(candidates), np.array(starts), k,
            deviates, 0, n_simulations, 0.95,
        )  # fmt: skip

    assert resampled().tolist() == [0.0]
    for wrong in (
        {"queries": (3,)},
        {"candidates": (1, 3)},
        {"candidates": (1, -1)},
        {"starts": (0, 3)},
        {"starts": (0, 1, 2)},
        {"starts": (2, 0)},
        {"k": 0},
        {"k": 3},
        {"n_simulations": 11},
    ):
        with pytest.raises(ValueError, match=r"outside|starts|k|deviates"):
            resampled(**wrong)


PLACES = {
    "anywhere": lambda rng, d: rng.uniform(0, 1000, (700, d)),
    "in clumps": lambda rng, d: clumps(rng, 700, d),
    "one far away": lambda rng, d: np.concatenate([clumps(rng, 300, d), np.full((1, d), 1e12)]),
    "coincident": lambda rng, d: np.zeros((300, d)),
    "on a line": lambda rng, d: rng.uniform(0, 1000, (200, 1)) * np.ones(d),
    "two": lambda rng, d: np.array([[0.0] * d, [3.0] * d]),
}


@needs_kernel
@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("ordered", [True, False])
def test_boxes_find_what_brute_force_finds(d, place, ordered):
    points = PLACES[place](np.random.default_rng(d), d)
    if ordered:
        points = points[spatial_order(points).order]
    n = len(points)
    squared = np.zeros((n, n))
    for axis in range(d):
        squared += (points[:, None, axis] - points[None, :, axis]) ** 2
    queries = np.arange(n)[::-1][:: max(n // 50, 1)].copy()
    boxes = kernel.native.Boxes(points)
    for k in {1, min(15, n - 1), n - 1}:
        expected = np.sqrt(np.sort(squared[queries], axis=1)[:, k])
        np.testing.assert_array_equal(boxes.kth_distances(queries, k), expected)
    reach = np.random.default_rng(0).uniform(0, 300, len(queries))
    for at_most in (n, 40):
        found, starts = boxes.within(queries, reach, at_most)
        for i, query in enumerate(queries):
            nearest = np.argsort(squared[query], kind="stable")
            inside = nearest[squared[query, nearest] <= reach[i] ** 2][:at_most]
            assert sorted(found[starts[i] : starts[i + 1]]) == sorted(inside)


@needs_kernel
def test_boxes_refuse_what_lies_outside():
    boxes = kernel.native.Boxes(np.zeros((3, 2)))
    for queries, k in (([3], 1), ([-1], 1), ([0], 0), ([0], 3)):
        with pytest.raises(ValueError, match=r"outside|more"):
            boxes.kth_distances(np.array(queries), k)
    with pytest.raises(ValueError, match="outside"):
        boxes.within(np.array([3]), np.ones(1), 5)
    with pytest.raises(ValueError, match="reach"):
        boxes.within(np.array([1]), np.ones(2), 5)
    with pytest.raises(ValueError, match="columns"):
        kernel.native.Boxes(np.zeros((3, 4)))


def test_resampling_tells_how_far_it_is():
    events = []
    resampled_kth_neighbor_distances(
        np.random.default_rng(0).uniform(0, 100, (50, 2)), np.full((50, 2), 3.0), 5, np.arange(50),
        rng=np.random.default_rng(0), progress=Progress(events.append), stage="length scale",
    )  # fmt: skip
    assert (events[-1].stage, events[-1].done, events[-1].total) == ("length scale", 50, 50)
