"""Edge weights and pruning against scipy's distributions, quadrature and sampling."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import ncx2

from stormgraph_py.engine import neighbors
from stormgraph_py.engine.edges import (
    DEGREE_UNIT,
    REACH_IN_SIGMA,
    candidate_pairs,
    edge_weight,
    expected_degrees,
    expected_edges,
    monte_carlo_weights,
    neighborhood_edges,
    weighted_degrees,
)
from stormgraph_py.engine.expectation import ISOTROPY_LIMIT, expected_weight
from stormgraph_py.engine.pruning import co_occurrence, critical_distance, keeps_edge
from stormgraph_py.engine.spatial_order import spatial_order

SPREADS = [0.02, 0.145, 0.6, 2.0, 10.0]


def pairs_of(distance, d, rng):
    """Differences of the given lengths in random directions, some along an axis."""
    direction = rng.standard_normal((len(distance), d))
    direction[::5] = np.eye(d)[0]
    direction[1::5] = np.eye(d)[-1]
    return direction * (distance / np.linalg.norm(direction, axis=1))[:, None]


def exact_weight(distance, spread, d):
    """<s> = integral of P(R < r) over 0 <= r <= 1; R is Rice (2-D) or noncentral chi (3-D)."""
    nodes, weights = np.polynomial.legendre.leggauss(30)
    # the distribution function rises near the distance: one panel before, two around, one after
    ends = np.clip([-1.0, distance - 6 * spread, distance, distance + 6 * spread, 1e9], 0, 1)
    total = 0.0
    for low, high in pairwise(ends):
        r = low + (high - low) * (nodes + 1) / 2
        below = ncx2.cdf((r / spread) ** 2, d, (distance / spread) ** 2)
        total += (below * weights).sum() * (high - low) / 2
    return total


def weight_in_the_plane(difference, spread):
    """Expected weight and probability in 2-D by a product rule over the unit disk."""
    nodes, weights = np.polynomial.legendre.leggauss(100)
    angle = np.linspace(0, 2 * np.pi, 300, endpoint=False)
    r = (nodes + 1) / 2
    x, y = r[:, None] * np.cos(angle), r[:, None] * np.sin(angle)
    found = []
    for (dx, dy), (sx, sy) in zip(difference, spread, strict=True):
        density = np.exp(-(((x - dx) / sx) ** 2) / 2 - ((y - dy) / sy) ** 2 / 2)
        ring = density.mean(axis=1) * r * weights / 2 / (sx * sy)
        found.append([(ring * (1 - r)).sum(), ring.sum()])
    return np.transpose(found)


def chance_in_the_plane(difference, spread):
    """P(R < 1) in 2-D, exact along y, by 400 panels along x."""
    nodes, weights = np.polynomial.legendre.leggauss(12)
    found = []
    for (dx, dy), (sx, sy) in zip(difference, spread, strict=True):
        low, high = np.arcsin(np.clip([dx - 9 * sx, dx + 9 * sx], -1, 1))
        ends = np.linspace(low, high, 401)
        half = (high - low) / 800
        angle = (ends[:-1] + half)[:, None] + half * nodes
        x, reach = np.sin(angle), np.cos(angle)
        density = np.exp(-(((x - dx) / sx) ** 2) / 2) / (np.sqrt(2 * np.pi) * sx)
        inside = ndtr((reach - dy) / sy) - ndtr((-reach - dy) / sy)
        found.append((density * inside * reach * weights).sum() * half)
    return np.array(found)


# --- expected weights


@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("spread", SPREADS)
@pytest.mark.parametrize("r0", [1.0, 40.0])
def test_weight_of_equal_axes_is_that_of_quadrature(d, spread, r0):
    rng = np.random.default_rng(d)
    distance = np.append(rng.uniform(0, 1 + 4 * spread, 30), [0.0, 1.0, 1 + 6 * spread])
    exact = np.array([exact_weight(x, spread, d) for x in distance])
    found = expected_weight(
        r0 * pairs_of(distance, d, rng), np.full((len(distance), d), (r0 * spread) ** 2), r0
    )
    np.testing.assert_allclose(found, exact, atol=1.5e-3)
    assert np.sqrt(np.mean((found - exact) ** 2)) < 5e-4


@pytest.mark.parametrize("d", [2, 3])
def test_weight_without_error_is_the_plain_weight(d):
    rng = np.random.default_rng(0)
    distance = rng.uniform(0, 2, 300)
    difference = pairs_of(distance, d, rng)
    for variance in (0.0, 1e-12):
        found = expected_weight(difference, np.full((300, d), variance), 1.0)
        np.testing.assert_allclose(found, edge_weight(distance, 1.0), atol=1e-5)


@pytest.mark.parametrize(
    ("ratio", "tolerance"),
    [(1.1, 0.01), (ISOTROPY_LIMIT, 0.02), (1.3, 0.002), (2.0, 0.002), (3.0, 0.005), (10.0, 0.07)],
)
@pytest.mark.parametrize("spread", [0.1, 0.5, 2.0])
def test_weight_of_unequal_axes_is_that_of_quadrature(ratio, tolerance, spread):
    rng = np.random.default_rng(1)
    axes = spread * np.array([1.0, ratio]) / np.sqrt((1 + ratio**2) / 2)
    spreads = np.repeat([axes, axes[::-1]], 40, axis=0)
    difference = pairs_of(rng.uniform(0, 1 + 3 * spread, 80), 2, rng)
    exact, _ = weight_in_the_plane(difference, spreads)
    found = expected_weight(difference, spreads**2, 1.0)
    np.testing.assert_allclose(found, exact, atol=tolerance)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_weight_of_unequal_axes_in_space_is_the_mean_of_samples(axis):
    rng = np.random.default_rng(axis)
    spread = np.full((40, 3), 0.15)
    spread[:, axis] = 0.4
    difference = pairs_of(rng.uniform(0, 1.5, 40), 3, rng)
    sample = np.linalg.norm(
        difference[:, None] + spread[:, None] * rng.standard_normal((40, 20_000, 3)), axis=2
    )
    weight = edge_weight(sample, 1.0)
    error = weight.std(axis=1) / np.sqrt(20_000)
    found = expected_weight(difference, spread**2, 1.0)
    assert (np.abs(found - weight.mean(axis=1)) < 4 * error + 1e-3).all()
    share = (sample < 1).mean(axis=1)
    error = np.sqrt(share * (1 - share) / 20_000)
    chance = co_occurrence(difference, spread**2, 1.0)
    assert (np.abs(chance - share) < 4 * error + 1e-3).all()


# --- co-occurrence and pruning


@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("spread", SPREADS)
def test_chance_of_being_close_is_noncentral_chi_square(d, spread):
    rng = np.random.default_rng(d)
    distance = np.maximum(1 + spread * rng.uniform(-5, 5, 60), 0)
    exact = ncx2.cdf(1 / spread**2, d, (distance / spread) ** 2)
    variance = np.full((60, d), (30 * spread) ** 2)
    found = co_occurrence(30 * pairs_of(distance, d, rng), variance, 30.0)
    np.testing.assert_allclose(found, exact, atol=5e-5)


@pytest.mark.parametrize("ratio", [1.2, 2.0, 5.0])
@pytest.mark.parametrize("spread", [0.002, 0.02, 0.2, 1.0])
def test_chance_of_being_close_with_unequal_axes(ratio, spread):
    rng = np.random.default_rng(2)
    spreads = spread * np.repeat([[1.0, ratio], [ratio, 1.0]], 50, axis=0) / np.sqrt(ratio)
    distance = np.maximum(1 + spread * rng.uniform(-4, 4, 100), 0)
    difference = pairs_of(distance, 2, rng)
    np.testing.assert_allclose(
        co_occurrence(difference, spreads**2, 1.0),
        chance_in_the_plane(difference, spreads),
        atol=3e-4,
    )


@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("min_probability", [0.3, 0.5, 0.75, 0.95])
def test_critical_distance_is_where_the_chance_meets_the_bound(d, min_probability):
    spread = np.linspace(0.02, 1.5, 75)
    distance, largest = critical_distance(spread, min_probability, d)
    qualifies = distance >= 0
    np.testing.assert_array_equal(qualifies, spread <= largest)
    chance = ncx2.cdf(1 / spread**2, d, (distance / spread) ** 2)
    np.testing.assert_allclose(chance[qualifies], min_probability, atol=5e-5)
    # at the largest spread even coincident localizations only just qualify
    assert ncx2.cdf(1 / largest**2, d, 0) == pytest.approx(min_probability, abs=1e-6)


@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("min_probability", [0.25, 0.5, 0.75, 0.9])
def test_an_edge_stays_when_its_ends_are_close_often_enough(d, min_probability):
    rng = np.random.default_rng(3)
    spread = np.exp(rng.uniform(np.log(0.02), np.log(3), 800))
    distance = rng.uniform(0, 1.3, 800)
    chance = ncx2.cdf(1 / spread**2, d, (distance / spread) ** 2)
    kept = keeps_edge(
        pairs_of(distance, d, rng), np.repeat(spread[:, None] ** 2, d, 1), 1.0, min_probability
    )
    decided = np.abs(chance - min_probability) > 1e-4
    np.testing.assert_array_equal(kept[decided], (chance >= min_probability)[decided])
    assert 100 < kept.sum() < 700


def test_an_edge_between_unequal_axes_stays_when_its_ends_are_close_often_enough():
    rng = np.random.default_rng(4)
    spread = np.exp(rng.uniform(np.log(0.02), np.log(1), (400, 2)))
    difference = pairs_of(rng.uniform(0, 1.2, 400), 2, rng)
    chance = chance_in_the_plane(difference, spread)
    kept = keeps_edge(difference, spread**2, 1.0, 0.75)
    ratio = spread.max(axis=1) / spread.min(axis=1)
    # the mean variance stands for nearly equal axes, which moves the chance a little
    margin = np.where(ratio > ISOTROPY_LIMIT, 5e-3, 0.05)
    decided = np.abs(chance - 0.75) > margin
    np.testing.assert_array_equal(kept[decided], (chance >= 0.75)[decided])
    assert decided.mean() > 0.95


# --- whole graphs


def clusters(rng, n=300, d=2):
    centers = rng.uniform(0, 600, (8, d))
    points = centers[rng.integers(0, 8, n)] + rng.normal(0, 25, (n, d))
    sigma = rng.uniform(4, 14, (n, d))
    order = spatial_order(points, 64)
    return points[order.order], sigma[order.order], order.starts


def all_pairs(n):
    return np.triu_indices(n, 1)


@pytest.mark.parametrize("d", [2, 3])
def test_graph_without_error_is_that_of_brute_force(d):
    points, _, starts = clusters(np.random.default_rng(d), d=d)
    edges = neighborhood_edges(points, 30.0, starts)
    distance = np.linalg.norm(points[:, None] - points[None], axis=2)
    weight = np.triu(edge_weight(distance, 30.0), 1)
    dense = np.zeros_like(weight)
    dense[edges.source, edges.target] = edges.weight
    np.testing.assert_allclose(dense, weight, atol=1e-12)
    assert len(edges) == (weight > 0).sum()
    np.testing.assert_allclose(weighted_degrees(edges), (weight + weight.T).sum(axis=1))


@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize(("at_once", "n_jobs"), [(4_000_000, 1), (2000, 2)])
def test_expected_degrees_are_sums_over_all_pairs(monkeypatch, d, at_once, n_jobs):
    monkeypatch.setattr(neighbors, "PAIRS_AT_ONCE", at_once)
    points, sigma, starts = clusters(np.random.default_rng(d), d=d)
    i, j = all_pairs(len(points))
    weight = expected_weight(points[i] - points[j], sigma[i] ** 2 + sigma[j] ** 2, 25.0)
    within = np.linalg.norm(points[i] - points[j], axis=1) <= 25 + REACH_IN_SIGMA * sigma.mean()
    degrees = np.bincount(i, weight * within, len(points))
    degrees += np.bincount(j, weight * within, len(points))
    found = expected_degrees(points, sigma, 25.0, starts, n_jobs=n_jobs)
    np.testing.assert_allclose(found, degrees, rtol=1e-9, atol=300 * DEGREE_UNIT)
    # what lies beyond the reach is nothing next to the degrees
    assert (weight * ~within).sum() < 1e-4 * weight.sum()


@pytest.mark.parametrize("min_probability", [0.3, 0.75, 1.0])
def test_final_graph_is_that_of_brute_force(min_probability):
    rng = np.random.default_rng(5)
    points, sigma, starts = clusters(rng)
    # very uneven errors, whose pairs reach furthest
    sigma[::3, 0] *= 6
    edges = expected_edges(points, sigma, 25.0, starts, min_probability=min_probability)
    i, j = all_pairs(len(points))
    difference, variance = points[i] - points[j], sigma[i] ** 2 + sigma[j] ** 2
    kept = keeps_edge(difference, variance, 25.0, min_probability)
    weight = np.where(kept, expected_weight(difference, variance, 25.0), 0)
    dense = np.zeros((len(points), len(points)))
    dense[edges.source, edges.target] = edges.weight
    np.testing.assert_allclose(dense[i, j], weight, atol=1e-9)
    assert len(edges) == (weight > 0).sum()


def test_threads_do_not_change_the_graph():
    points, sigma, starts = clusters(np.random.default_rng(6), n=600)
    one = expected_edges(points, sigma, 25.0, starts)
    two = expected_edges(points, sigma, 25.0, starts, n_jobs=2)
    for name in ("source", "target", "weight"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    plain = [neighborhood_edges(points, 25.0, starts, n_jobs=n) for n in (1, 2)]
    np.testing.assert_array_equal(plain[0].weight, plain[1].weight)


@pytest.mark.parametrize(("d", "even"), [(2, True), (2, False), (3, True), (3, False)])
def test_sampled_weights_are_the_exact_ones_within_their_error(d, even):
    rng = np.random.default_rng(7)
    points, sigma, starts = clusters(rng, n=150, d=d)
    if even:
        sigma = np.repeat(sigma[:, :1], d, axis=1)
    r0 = 30.0
    source, target = candidate_pairs(points, r0 + REACH_IN_SIGMA * sigma.mean(), starts)
    weight, share = monte_carlo_weights(
        points, sigma, source, target, r0, rng=rng, n_simulations=1000
    )
    difference = points[source] - points[target]
    variance = sigma[source] ** 2 + sigma[target] ** 2
    exact = expected_weight(difference, variance, r0)
    chance = co_occurrence(difference, variance, r0)
    # for a given mean, a variable between 0 and 1 scatters at most this much
    error = np.sqrt(np.maximum(exact * (1 - exact), 1e-3) / 1000)
    if even:
        assert (np.abs(weight - exact) < 4.5 * error).all()
    assert np.sqrt(np.mean((weight - exact) ** 2)) < 0.011
    assert abs(np.mean(weight - exact)) < 2e-3
    open_to_chance = (chance > 0.02) & (chance < 0.98)
    deviate = (share - chance)[open_to_chance] / np.sqrt(chance * (1 - chance) / 1000)[
        open_to_chance
    ]
    assert np.abs(deviate).max() < 4.7
    assert deviate.std() == pytest.approx(1, abs=0.2)


def test_sampled_weights_without_error_are_the_plain_ones():
    points, sigma, starts = clusters(np.random.default_rng(8))
    source, target = candidate_pairs(points, 30.0, starts)
    weight, share = monte_carlo_weights(
        points, 0 * sigma, source, target, 30.0, rng=np.random.default_rng(0), n_simulations=2
    )
    distance = np.linalg.norm(points[source] - points[target], axis=1)
    np.testing.assert_allclose(weight, edge_weight(distance, 30.0))
    np.testing.assert_array_equal(share, distance < 30)
