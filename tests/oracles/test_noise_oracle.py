"""Thresholds and outlier rules against simulated clouds, known moments and plain loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree
from scipy.stats import poisson

from stormgraph_py.engine.noise import (
    RandomCloud,
    degree_threshold,
    focal_cloud,
    random_degrees,
    uniform_cloud,
)
from stormgraph_py.engine.outliers import outlier_rules

ALPHAS = np.array([0.01, 0.05, 0.2])


def length_scale(n_neighbors, density, dimensions):
    ball = math.pi if dimensions == 2 else 4 / 3 * math.pi
    return (n_neighbors / (density * ball)) ** (1 / dimensions)


def periodic_degrees(coordinates, sides, r0):
    """Degrees in a box that is periodic along every axis with a finite side."""
    tree = cKDTree(coordinates, boxsize=sides)
    pairs = tree.query_pairs(r0, output_type="ndarray")
    apart = np.abs(coordinates[pairs[:, 0]] - coordinates[pairs[:, 1]])
    apart = np.minimum(apart, np.asarray(sides) - apart)
    weight = 1 - np.linalg.norm(apart, axis=1) / r0
    n = len(coordinates)
    return np.bincount(pairs[:, 0], weight, n) + np.bincount(pairs[:, 1], weight, n)


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("n_neighbors", [0.3, 2, 15, 60])
def test_threshold_is_exceeded_by_alpha_of_a_simulated_cloud(dimensions, n_neighbors):
    rng = np.random.default_rng([dimensions, int(10 * n_neighbors)])
    n, side = 6_000, 1000.0
    cloud = uniform_cloud(n, side**dimensions, dimensions)
    r0 = length_scale(n_neighbors, cloud.density, dimensions)
    limits = np.array([float(degree_threshold(cloud, r0, alpha)) for alpha in ALPHAS])
    # degrees of neighbours go together: the error comes from independent clouds
    shares = np.array(
        [
            (
                periodic_degrees(rng.random((n, dimensions)) * side, side, r0)[:, None] >= limits
            ).mean(axis=0)
            for _ in range(10)
        ]
    )
    error = shares.std(axis=0, ddof=1) / math.sqrt(len(shares))
    at_least_one_neighbour = limits > cloud.least_degree
    off = np.abs(shares.mean(axis=0) - ALPHAS)
    assert (off < 5 * error + 1e-3)[at_least_one_neighbour].all()
    assert (shares.mean(axis=0) < ALPHAS)[~at_least_one_neighbour].all()


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("n_neighbors", [0.5, 4, 15, 200])
def test_threshold_against_sums_over_a_poisson_number_of_neighbours(dimensions, n_neighbors):
    rng = np.random.default_rng([7, dimensions, int(10 * n_neighbors)])
    m = 40_000 if n_neighbors > 20 else 200_000
    counts = rng.poisson(n_neighbors, m)
    weights = 1 - rng.random(counts.sum()) ** (1 / dimensions)
    degrees = np.bincount(np.repeat(np.arange(m), counts), weights, m)
    cloud = RandomCloud(dimensions=dimensions, density=1e-3)
    r0 = length_scale(n_neighbors, 1e-3, dimensions)
    for alpha in ALPHAS:
        limit = float(degree_threshold(cloud, r0, alpha))
        if limit > cloud.least_degree:
            error = math.sqrt(alpha * (1 - alpha) / m)
            assert (degrees >= limit).mean() == pytest.approx(alpha, abs=4.5 * error)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_threshold_against_the_law_of_at_most_two_neighbours(dimensions):
    # with .3 neighbours on average, third and further ones only add a little
    n_neighbors, alpha = 0.3, 0.05
    cloud = RandomCloud(dimensions=dimensions, density=1.0)
    r0 = length_scale(n_neighbors, 1.0, dimensions)
    limit = float(degree_threshold(cloud, r0, alpha))
    weights = 1 - (np.arange(2000) + 0.5) ** (1 / dimensions) / 2000 ** (1 / dimensions)
    chances = poisson.pmf([1, 2], n_neighbors)
    lower = chances[0] * (weights >= limit).mean()
    lower += chances[1] * (weights[:, None] + weights >= limit).mean()
    upper = lower + poisson.sf(2, n_neighbors)
    assert lower - 1e-3 <= alpha <= upper + 1e-3


@pytest.mark.parametrize("dimensions", [2, 3])
def test_threshold_of_many_neighbours_follows_from_the_cumulants(dimensions):
    n_neighbors, alpha = 5000.0, 0.05
    d = dimensions
    power = np.arange(1, 4)
    # moments of the weight 1 - R, R^d uniform
    moments = np.array(
        [math.factorial(d) * math.factorial(p) / math.factorial(d + p) for p in power]
    )
    mean, variance, third = n_neighbors * moments
    z = 1.6448536269514722
    expected = mean + math.sqrt(variance) * z + third / variance * (z**2 - 1) / 6
    cloud = RandomCloud(dimensions=d, density=1.0)
    limit = degree_threshold(cloud, length_scale(n_neighbors, 1.0, d), alpha)
    assert float(limit) == pytest.approx(expected, rel=2e-4)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_random_degrees_have_the_moments_of_a_compound_poisson_law(dimensions):
    n_neighbors, m = 15.0, 100_000
    cloud = RandomCloud(dimensions=dimensions, density=1.0)
    r0 = length_scale(n_neighbors, 1.0, dimensions)
    degrees = random_degrees(cloud, r0, np.random.default_rng(2), n_points=m)
    mean = n_neighbors / (dimensions + 1)
    variance = 2 * n_neighbors / ((dimensions + 1) * (dimensions + 2))
    assert degrees.mean() == pytest.approx(mean, abs=5 * math.sqrt(variance / m))
    assert degrees.var() == pytest.approx(variance, rel=5 * math.sqrt(2.3 / m))
    sparse = random_degrees(
        cloud, length_scale(0.5, 1.0, dimensions), np.random.default_rng(2), n_points=m
    )
    assert (sparse == 0).mean() == pytest.approx(math.exp(-0.5), abs=0.01)


@pytest.mark.parametrize(("n_neighbors", "spread"), [(2.0, 100.0), (15.0, 100.0), (15.0, 30.0)])
def test_focal_threshold_is_exceeded_by_alpha_in_every_band_of_z(n_neighbors, spread):
    rng = np.random.default_rng([3, int(n_neighbors), int(spread)])
    n, side, center, alpha = 10_000, 4000.0, -200.0, 0.05
    nominal = n / side**2 / (spread * math.sqrt(2 * math.pi))
    r0 = length_scale(n_neighbors, nominal, 3)
    edges_of_bands = np.array([-1.5, -0.75, 0.0, 0.75, 1.5])
    shares, overall, drawn = [], [], []
    for _ in range(8):
        cloud_points = rng.random((n, 3)) * side
        cloud_points[:, 2] = rng.normal(center, spread, n)
        degrees = periodic_degrees(
            cloud_points - [0, 0, cloud_points[:, 2].min()], [side, side, 1e6], r0
        )
        z = cloud_points[:, 2]
        cloud = focal_cloud(z, side**2)
        exceeds = degrees >= degree_threshold(cloud, r0, alpha, z)
        band = np.digitize((z - center) / spread, edges_of_bands)
        shares.append(np.bincount(band, exceeds) / np.bincount(band))
        overall.append(exceeds.mean())
        drawn.append([np.quantile(degrees, 0.9), np.quantile(random_degrees(cloud, r0, rng), 0.9)])
    for found in (np.array(shares), np.array(overall)[:, None]):
        error = found.std(axis=0, ddof=1) / math.sqrt(len(found))
        # the outer bands reach where nobody has neighbours, and there the bound makes them rarer
        inner = found.mean(axis=0)[1:-1] if found.shape[1] > 1 else found.mean(axis=0)
        inner_error = error[1:-1] if found.shape[1] > 1 else error
        assert (np.abs(inner - alpha) < 5 * inner_error + 2e-3).all()
        assert (found.mean(axis=0) < alpha + 5 * error + 2e-3).all()
    simulated, sampled = np.mean(drawn, axis=0)
    assert sampled == pytest.approx(simulated, rel=0.02)


def test_a_thick_focal_cloud_is_uniform_and_a_thin_one_is_a_plane():
    density = 1e-3
    thick = RandomCloud(dimensions=3, density=density, z_sd_nm=1e5)
    uniform = RandomCloud(dimensions=3, density=density / (1e5 * math.sqrt(2 * math.pi)))
    r0 = length_scale(15, uniform.density, 3)
    assert degree_threshold(thick, r0, 0.05, np.zeros(1))[0] == pytest.approx(
        float(degree_threshold(uniform, r0, 0.05)), rel=1e-3
    )
    thin = RandomCloud(dimensions=3, density=density, z_sd_nm=0.0)
    plane = RandomCloud(dimensions=2, density=density)
    r0 = length_scale(15, density, 2)
    assert degree_threshold(thin, r0, 0.05, np.zeros(1))[0] == pytest.approx(
        float(degree_threshold(plane, r0, 0.05)), rel=1e-3
    )


def rules_by_loop(degrees, threshold, clusters):
    rules = []
    for degree, limit, cluster in zip(degrees, threshold, clusters, strict=True):
        relative = degrees[clusters == cluster] / threshold[clusters == cluster]
        lower, upper = np.quantile(relative, [0.25, 0.75])
        own = degree / limit
        if relative.mean() < 1:
            rules.append(1)
        elif own < 1 and own < lower - 1.5 * (upper - lower):
            rules.append(2)
        elif own >= 1 and own < lower - 3 * (upper - lower):
            rules.append(3)
        elif own < 0.5:
            rules.append(4)
        else:
            rules.append(0)
    return rules


# degrees in sixteenths: sums, quartiles and their comparisons are exact, so that ties are ties
degree_lists = st.lists(
    st.tuples(st.integers(0, 160).map(lambda i: i / 16), st.integers(-2, 6)),
    min_size=1,
    max_size=60,
)


@settings(deadline=None, max_examples=100)
@given(degree_lists, st.sampled_from([0.5, 2.0, 4.0]))
def test_outlier_rules_against_a_loop_over_nodes(nodes, limit):
    degrees = np.array([degree for degree, _ in nodes])
    clusters = np.array([cluster for _, cluster in nodes])
    threshold = np.full(len(nodes), limit)
    assert outlier_rules(degrees, threshold, clusters).tolist() == rules_by_loop(
        degrees, threshold, clusters
    )


def test_outlier_rules_against_a_loop_with_a_threshold_for_every_node():
    rng = np.random.default_rng(1)
    seen = set()
    for _ in range(20):
        clusters = rng.integers(0, 12, 300)
        degrees = rng.gamma(4, 0.5, 300) + 2 * (clusters % 4)
        degrees[rng.random(300) < 0.06] *= 0.2
        threshold = rng.uniform(2, 6, 300)
        rules = outlier_rules(degrees, threshold, clusters)
        assert rules.tolist() == rules_by_loop(degrees, threshold, clusters)
        seen |= set(rules.tolist())
    assert seen >= {0, 1, 2, 4}
