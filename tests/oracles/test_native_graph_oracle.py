"""The compiled degrees and edges against the same steps in NumPy, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from stormgraph_py.engine import edges as edges_module
from stormgraph_py.engine import kernel
from stormgraph_py.engine.edges import expected_degrees, expected_edges, neighborhood_edges
from stormgraph_py.engine.pruning import co_occurrence, keeps_edge
from stormgraph_py.engine.spatial_order import spatial_order

needs_kernel = pytest.mark.skipif(kernel.native is None, reason="the kernel was not built")


def clumped(rng, d, n=700):
    """Clumps, scattered localizations, and a tenth that coincide with others."""
    centers = rng.uniform(0, 600, (7, d))
    points = centers[rng.integers(0, 7, n)] + rng.normal(0, 20, (n, d))
    points[: n // 4] = rng.uniform(0, 600, (n // 4, d))
    points[-n // 10 :] = points[rng.integers(0, n // 2, n // 10)]
    return points


def even(rng, n, d):
    return np.repeat(rng.gamma(8, 1, (n, 1)), d, axis=1)


def nearly_even(rng, n, d):
    return even(rng, n, d) * rng.uniform(0.95, 1.05, (n, d))


def uneven(rng, n, d):
    return rng.gamma(4, 2, (n, d))


def flat(rng, n, d):
    return even(rng, n, d) * np.array([1.0, 1.0, 2.2])[-d:]


def sharp(rng, n, d):
    return np.full((n, d), 1e-7)


def now_and_then_poor(rng, n, d):
    sigma = even(rng, n, d)
    sigma[::50] *= 30
    return sigma


CASES = {
    "clumps": clumped,
    "far from the origin": lambda rng, d: 1e9 + clumped(rng, d),
    "far apart": lambda rng, d: clumped(rng, d) + 1e8 * rng.integers(0, 2, (700, 1)),
    "on a line": lambda rng, d: rng.uniform(0, 2000, (300, 1)) * np.ones(d),
    "in two places": lambda rng, d: 30.0 * rng.integers(0, 2, (60, 1)) * np.ones(d),
    "on a grid": lambda rng, d: 5.0 * rng.integers(0, 40, (300, d)),
    "two": lambda rng, d: np.array([[0.0] * d, [3.0] * d]),
    "one": lambda rng, d: np.zeros((1, d)),
    "none": lambda rng, d: np.zeros((0, d)),
}
PRECISIONS = [even, nearly_even, uneven, flat, sharp, now_and_then_poor]


def in_order(points, sigma, tile_size):
    order = spatial_order(points, tile_size, sigma=sigma)
    return points[order.order], sigma[order.order], order.starts


def graphs(points, sigma, starts, **options):
    return [
        neighborhood_edges(points, 25.0, starts, **options),
        expected_edges(points, sigma, 25.0, starts, **options),
        expected_edges(points, sigma, 12.0, starts, **options),
        expected_edges(points, sigma, 25.0, starts, min_probability=0.3, **options),
        expected_edges(points, sigma, 25.0, starts, min_probability=0.99, **options),
    ]


def degrees(points, sigma, starts, **options):
    if not len(points):
        return []
    return [
        expected_degrees(points, None, 25.0, starts, **options),
        expected_degrees(points, sigma, 25.0, starts, **options),
    ]


def assert_same(found, expected):
    for one, other in zip(found, expected, strict=True):
        for name in ("source", "target", "weight"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
        assert one.n_nodes == other.n_nodes
        assert (np.diff(one.source * 10_000.0 + one.target) > 0).all()
        assert (one.source < one.target).all()


@needs_kernel
@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("precision", PRECISIONS)
def test_compiled_graph_is_that_of_numpy(monkeypatch, d, precision):
    rng = np.random.default_rng(d)
    points = clumped(rng, d, 700 if d == 2 else 350)
    data = in_order(points, precision(rng, len(points), d), 100)
    found, found_degrees = graphs(*data), degrees(*data)
    monkeypatch.setattr(kernel, "native", None)
    assert_same(found, graphs(*data))
    np.testing.assert_array_equal(found_degrees, degrees(*data))


@needs_kernel
@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("case", CASES)
def test_compiled_graph_is_that_of_numpy_wherever_localizations_lie(monkeypatch, d, case):
    rng = np.random.default_rng(d)
    points = CASES[case](rng, d)
    data = in_order(points, nearly_even(rng, len(points), d), 50)
    found, found_degrees = graphs(*data), degrees(*data)
    monkeypatch.setattr(kernel, "native", None)
    assert_same(found, graphs(*data))
    np.testing.assert_array_equal(found_degrees, degrees(*data))


@pytest.mark.slow
@pytest.mark.parametrize("built", [True, False])
@pytest.mark.parametrize("d", [2, 3])
def test_neither_tiles_nor_threads_nor_limits_show(monkeypatch, built, d):
    if not built:
        monkeypatch.setattr(kernel, "native", None)
    elif kernel.native is None:
        pytest.skip("the kernel was not built")
    rng = np.random.default_rng(10 + d)
    points = clumped(rng, d, (2500 if d == 2 else 1200) if built else 600)
    sigma = nearly_even(rng, len(points), d)
    data = in_order(points, sigma, 32_768)
    whole, whole_degrees = graphs(*data, max_neighbors=12), degrees(*data)
    for tile_size, n_jobs, at_once in ((64, 2, 50), (1000, 4, 10_000)):
        monkeypatch.setattr(edges_module, "EDGES_AT_ONCE", at_once)
        data = in_order(points, sigma, tile_size)
        assert_same(graphs(*data, max_neighbors=12, n_jobs=n_jobs), whole)
        np.testing.assert_array_equal(degrees(*data, n_jobs=n_jobs), whole_degrees)


@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("min_probability", [0.25, 0.5, 0.6, 0.75, 0.97, 0.995])
def test_no_edge_is_decided_otherwise_than_by_integration(d, min_probability):
    rng = np.random.default_rng(d)
    n = 20_000 if d == 2 else 1500
    ratio = np.exp(rng.uniform(-1, 1, (n, d)) * rng.uniform(0, 1.2, (n, 1)))
    spread = np.exp(rng.uniform(np.log(0.02), np.log(1.5), (n, 1)))
    variance = (spread * ratio) ** 2
    direction = rng.standard_normal((n, d))
    direction[::7, 1:] = 0
    difference = direction / np.linalg.norm(direction, axis=1)[:, None] * rng.uniform(0, 1, (n, 1))
    chance = co_occurrence(difference, variance, 1.0)
    kept = keeps_edge(difference, variance, 1.0, min_probability)
    # what nearly even pairs were decided by below one half is their mean variance
    margin = 1e-4 if min_probability >= 0.5 else 0.05
    clear = np.abs(chance - min_probability) > margin
    np.testing.assert_array_equal(kept[clear], (chance >= min_probability)[clear])


@needs_kernel
def test_compiled_steps_refuse_what_lies_outside():
    native = kernel.native
    points, halo = np.zeros((3, 2)), np.empty(0, np.int64)
    monitor = native.Monitor()

    def degrees_of(first, last, halo, points=points, variance=None, radius=1.0):
        return native.tile_degrees(points, variance, first, last, halo, radius, 1.0, None, monitor)

    assert degrees_of(0, 3, halo).tolist() == [2 * 2**36] * 3
    with pytest.raises(ValueError, match="outside"):
        degrees_of(0, 4, halo)
    with pytest.raises(ValueError, match="halo"):
        degrees_of(0, 2, np.array([1]))
    with pytest.raises(ValueError, match="halo"):
        degrees_of(0, 2, np.array([3]))
    with pytest.raises(ValueError, match="columns"):
        degrees_of(0, 3, halo, points=np.zeros((3, 4)))
    with pytest.raises(ValueError, match="shape"):
        degrees_of(0, 3, halo, variance=np.zeros((2, 2)))
    with pytest.raises(ValueError, match="finite"):
        degrees_of(0, 3, halo, radius=np.nan)
    with pytest.raises(ValueError, match="behind"):
        native.tile_edges(points, None, 1, 3, np.array([0]), 1.0, 1.0, None, None, 10, monitor)
    monitor.stop()
    with pytest.raises(native.Stopped):
        degrees_of(0, 3, halo)


@needs_kernel
@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("case", ["clumps", "far apart", "one far away", "coincident"])
def test_many_localizations_in_one_tile_are_put_in_order(d, case):
    # more than so few that they are sorted by comparison, which is what the small tiles do
    rng = np.random.default_rng(20 + d)
    points = clumped(rng, d, 700)
    if case == "far apart":
        points = points + 1e8 * rng.integers(0, 2, (700, 1))
    elif case == "one far away":
        points[0] = 1e12
    elif case == "coincident":
        points[:600] = points[0]
    sigma = nearly_even(rng, len(points), d)
    found = in_order(points, sigma, 32_768)
    expected = in_order(points, sigma, 50)
    assert_same(graphs(*found), graphs(*expected))
    np.testing.assert_array_equal(degrees(*found), degrees(*expected))
