"""Merge radii against brute force, and the 75% radius against exact and simulated quantiles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse.csgraph import connected_components
from scipy.stats import ncx2

from stormgraph_py.engine import merging
from stormgraph_py.engine.elbow import elbow_length_scale
from stormgraph_py.engine.merging import cooccurrence_radius, merge_radii


def all_radii(points, sigma=None):
    """Radius of every pair, as a full matrix."""
    n, d = points.shape
    difference = (points[:, None] - points[None]).reshape(-1, d)
    if sigma is None:
        return np.sqrt((difference**2).sum(axis=1)).reshape(n, n)
    variance = (sigma[:, None] ** 2 + sigma[None] ** 2).reshape(-1, d)
    return cooccurrence_radius(difference, variance).reshape(n, n)


def prim(radii):
    """Sorted edges of the minimum spanning tree of a full matrix."""
    n = len(radii)
    outside = np.ones(n, dtype=bool)
    outside[0] = False
    nearest = radii[0].copy()
    edges = []
    for _ in range(n - 1):
        new = int(np.argmin(np.where(outside, nearest, np.inf)))
        edges.append(nearest[new])
        outside[new] = False
        nearest = np.minimum(nearest, radii[new])
    return np.sort(edges)


def scene(rng, n, dimensions, clustered, spread):
    points = rng.random((n, dimensions)) * 1000
    n_clustered = round(clustered * n)
    centres = rng.random((8, dimensions)) * 1000
    points[:n_clustered] = centres[rng.integers(0, 8, n_clustered)]
    points[:n_clustered] += rng.normal(0, spread, (n_clustered, dimensions))
    return points


def precisions(rng, kind, n, dimensions):
    if kind == "none":
        return None
    if kind == "two":  # strongly mixed, the same on every axis
        return rng.choice([2.0, 40.0], (n, 1)) * np.ones((1, dimensions))
    return rng.lognormal(np.log(15), 0.6, (n, dimensions))


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("kind", ["none", "two", "axes"])
@pytest.mark.parametrize(("clustered", "spread"), [(0, 1), (0.9, 0.5), (0.9, 15), (0.5, 30)])
def test_merge_radii_are_those_of_a_full_search(dimensions, kind, clustered, spread):
    rng = np.random.default_rng(int(100 * clustered + spread))
    points = scene(rng, 500, dimensions, clustered, spread)
    sigma = precisions(rng, kind, 500, dimensions)
    expected = prim(all_radii(points, sigma))
    for limit in (30.0, 120.0, 3000.0):
        found = merge_radii(points, limit, sigma=sigma)
        np.testing.assert_allclose(found, expected[expected <= limit], rtol=1e-9)


@pytest.mark.parametrize("kind", ["none", "axes"])
def test_counts_are_those_of_the_neighbourhood_graph(kind):
    rng = np.random.default_rng(3)
    points = scene(rng, 400, 2, 0.6, 20)
    sigma = precisions(rng, kind, 400, 2)
    radii = all_radii(points, sigma)
    merges = merge_radii(points, 1500.0, sigma=sigma)
    for epsilon in (3.0, 10.0, 25.0, 40.0, 80.0, 200.0):
        expected = connected_components(radii <= epsilon, directed=False)[0]
        assert 400 - np.searchsorted(merges, epsilon, side="right") == expected


def test_counts_of_the_length_scale_are_those_of_the_neighbourhood_graph():
    points = scene(np.random.default_rng(4), 300, 2, 0.6, 20)
    scale = elbow_length_scale(points, area=1e6)
    radii = all_radii(points)
    for i in (0, 20, 100, 300, 499):
        expected = connected_components(radii <= scale.radii_nm[i], directed=False)[0]
        assert scale.n_components[i] == expected


@pytest.mark.parametrize("kind", ["none", "two"])
def test_small_blocks_change_nothing(monkeypatch, kind):
    rng = np.random.default_rng(5)
    points = scene(rng, 400, 2, 0.8, 10)
    sigma = precisions(rng, kind, 400, 2)
    expected = merge_radii(points, 500.0, sigma=sigma)
    monkeypatch.setattr(merging, "PAIRS_AT_ONCE", 50)
    monkeypatch.setattr(merging, "N_NEAREST", 2)
    monkeypatch.setattr(merging, "CELLS_PER_AXIS", 4)
    np.testing.assert_allclose(merge_radii(points, 500.0, sigma=sigma), expected, rtol=1e-12)


@settings(max_examples=30, deadline=None)
@given(
    points=arrays(
        np.float64, st.tuples(st.integers(2, 40), st.integers(2, 3)), elements=st.integers(0, 5)
    ),
    with_sigma=st.booleans(),
)
def test_ties_and_coincident_localizations(points, with_sigma):
    sigma = 0.5 + points[::-1] if with_sigma else None
    expected = prim(all_radii(points, sigma))
    np.testing.assert_allclose(merge_radii(points, 100.0, sigma=sigma), expected, rtol=1e-9)


def test_many_localizations_in_few_places():
    places = np.array([[0.0, 0.0], [3.0, 4.0], [3.0, 104.0]])
    merges = merge_radii(np.repeat(places, 20_000, axis=0), 50.0)
    assert len(merges) == 59_998
    np.testing.assert_array_equal(merges[-2:], [0, 5])


def test_far_from_the_origin():
    points = scene(np.random.default_rng(6), 200, 2, 0.5, 10)
    expected = prim(all_radii(points))
    found = merge_radii(points + 1e6, 2000.0)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_radius_of_equal_axes_is_the_noncentral_chi_quantile(dimensions):
    distance = np.linspace(0, 30, 601)
    exact = np.sqrt(ncx2.ppf(0.75, dimensions, np.maximum(distance, 1e-6) ** 2))
    difference = np.zeros((len(distance), dimensions))
    difference[:, 0] = distance
    found = cooccurrence_radius(7 * difference, np.full((len(distance), dimensions), 49.0)) / 7
    np.testing.assert_allclose(found, exact, rtol=0.003)


@pytest.mark.parametrize("ratio", [1.0, 1.5, 3.0, 10.0])
@pytest.mark.parametrize("dimensions", [2, 3])
def test_radius_of_unequal_axes_agrees_with_simulation(ratio, dimensions):
    rng = np.random.default_rng(7)
    sigma = np.append(np.ones(dimensions - 1), ratio)
    deviates = rng.standard_normal((200_000, dimensions)) * sigma
    for distance in (0.0, 1.0, 2.5, 6.0):
        for direction in np.eye(dimensions)[[0, -1]]:
            difference = distance * direction
            simulated = np.quantile(np.linalg.norm(difference + deviates, axis=1), 0.75)
            found = cooccurrence_radius(difference[None], sigma[None] ** 2)[0]
            assert found == pytest.approx(simulated, rel=0.013)


@settings(max_examples=80, deadline=None)
@given(
    difference=arrays(np.float64, (5, 3), elements=st.floats(-1e3, 1e3)),
    sigma=arrays(np.float64, (5, 3), elements=st.floats(1e-3, 1e3)),
    dimensions=st.integers(2, 3),
)
def test_radius_has_the_floor_that_the_search_relies_on(difference, sigma, dimensions):
    difference, variance = difference[:, :dimensions], sigma[:, :dimensions] ** 2
    floor = merging.LEAST_VARIANCE_FACTOR * variance.sum(axis=1) + (difference**2).sum(axis=1)
    assert (cooccurrence_radius(difference, variance) ** 2 >= floor * (1 - 1e-12)).all()


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e33])
def test_radius_scales_with_all_lengths(scale):
    difference, variance = np.array([[3.0, 4.0]]), np.array([[1.0, 2.0]])
    expected = cooccurrence_radius(difference, variance) * scale
    found = cooccurrence_radius(difference * scale, variance * scale**2)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
