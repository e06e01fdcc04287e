"""r0 from k-th nearest neighbour distances."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.spatial import cKDTree
from scipy.stats import gamma

from stormgraph_py.engine.length_scale import knn_length_scale, random_kth_distance
from stormgraph_py.errors import InputError, ParameterError

UNIT_BALL = {2: math.pi, 3: 4 / 3 * math.pi}
DENSITY = 1e-4


def random_distances(n, density, k, dimensions, seed):
    """Sample of the law of random clouds by another route than the package's: Poisson arrivals."""
    volume = np.random.default_rng(seed).exponential(size=(n, k)).sum(axis=1) / density
    return (volume / UNIT_BALL[dimensions]) ** (1 / dimensions)


def mixture(n, k, dimensions, clustered, enrichment, seed=0):
    """Distances of which a share is `enrichment` times as dense as the mean, and its true crossing.

    The rest is as dense as it must be for `random_distances` at `DENSITY` to be beaten only nearby.
    """
    n_clustered = round(clustered * n)
    sparse = DENSITY * (1 - clustered)
    distances = np.concatenate(
        [
            random_distances(n_clustered, DENSITY * enrichment, k, dimensions, seed),
            random_distances(n - n_clustered, sparse, k, dimensions, seed + 1),
        ]
    )

    def density(r, lam):
        volume = UNIT_BALL[dimensions] * lam * r**dimensions
        return gamma.pdf(volume, k) * volume

    def excess(r):
        data = clustered * density(r, enrichment * DENSITY) + (1 - clustered) * density(r, sparse)
        return data - density(r, DENSITY)

    inner = (k / (UNIT_BALL[dimensions] * DENSITY * enrichment)) ** (1 / dimensions)
    outer = (k / (UNIT_BALL[dimensions] * DENSITY)) ** (1 / dimensions)
    return distances, brentq(excess, inner, outer)


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("k", [1, 15])
def test_random_law_is_that_of_periodic_clouds(dimensions, k):
    n = 20_000
    points = np.random.default_rng(k).random((n, dimensions))
    measured = cKDTree(points, boxsize=1.0).query(points, k=[k + 1])[0][:, 0]
    at = np.array([0.1, 0.25, 0.5, 0.75, 0.9])
    expected = random_kth_distance(at, n, k, dimensions)
    np.testing.assert_allclose(np.quantile(measured, at), expected, rtol=0.02)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_expected_histogram_is_that_of_many_random_localizations(dimensions):
    sample = random_distances(200_000, DENSITY, 10, dimensions, 1)
    exact = knn_length_scale(sample, DENSITY, 10, dimensions)
    sampled = knn_length_scale(sample, DENSITY, 10, dimensions, random_distances=sample)
    assert exact.density_random.sum() == pytest.approx(0.999, abs=1e-3)
    assert exact.random_median_nm == pytest.approx(np.median(sample), rel=2e-3)
    # five standard deviations of the count in the fullest bin
    np.testing.assert_allclose(sampled.bin_edges_nm, exact.bin_edges_nm, rtol=5e-3)
    np.testing.assert_allclose(exact.density_data, exact.density_random, atol=2e-3)


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize(("clustered", "enrichment"), [(0.3, 4), (0.6, 3), (0.8, 4)])
def test_crossing_of_a_mixture_is_where_its_densities_cross(dimensions, clustered, enrichment):
    distances, truth = mixture(100_000, 15, dimensions, clustered, enrichment)
    scale = knn_length_scale(distances, DENSITY, 15, dimensions)
    assert scale.method == "knn"
    assert not scale.fell_back_to_median
    bin_width = scale.bin_edges_nm[1]
    assert scale.r0_nm == pytest.approx(truth, abs=0.7 * bin_width)


def test_few_localizations_give_the_crossing_of_many():
    _, truth = mixture(1000, 15, 2, 0.6, 4)
    found = [
        knn_length_scale(mixture(n, 15, 2, 0.6, 4, seed)[0], DENSITY, 15, 2).r0_nm
        for n in (100, 300, 1000)
        for seed in range(10)
    ]
    assert np.median(found) == pytest.approx(truth, rel=0.06)
    assert min(found) > 0.6 * truth


def test_histograms_cross_at_r0():
    distances, _ = mixture(5000, 10, 2, 0.5, 5)
    scale = knn_length_scale(distances, DENSITY, 10, 2)
    middle = (scale.bin_edges_nm[:-1] + scale.bin_edges_nm[1:]) / 2
    excess = scale.density_data - scale.density_random
    before = np.flatnonzero(middle < scale.r0_nm)[-1]
    assert excess[before] >= 0 > excess[before + 1]
    assert scale.density_data.shape == scale.density_random.shape == (100,)
    assert scale.bin_edges_nm.shape == (101,)


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_localizations_fall_back_to_the_median(dimensions, seed):
    points = np.random.default_rng(seed).random((20_000, dimensions))
    distances = cKDTree(points, boxsize=1.0).query(points, k=[16])[0][:, 0]
    scale = knn_length_scale(distances, 20_000, 15, dimensions)
    assert scale.fell_back_to_median
    assert scale.r0_nm == scale.random_median_nm


@pytest.mark.parametrize("k", [1, 4, 15])
def test_dispersed_localizations_fall_back_to_the_median(k):
    side = np.arange(60)
    rng = np.random.default_rng(0)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2) + rng.normal(0, 0.1, (3600, 2))
    distances = cKDTree(grid % 60, boxsize=60).query(grid % 60, k=[k + 1])[0][:, 0]
    scale = knn_length_scale(distances, 1.0, k, 2)
    assert scale.fell_back_to_median
    assert scale.r0_nm == scale.random_median_nm


def test_stray_localizations_between_two_scales_do_not_move_r0():
    median = float(random_kth_distance(np.array([0.5]), DENSITY, 15, 2)[0])
    rng = np.random.default_rng(0)
    tight = rng.uniform(0.02, 0.1, 10_000) * median
    stray = np.array([0.2, 0.25, 0.3, 0.35]) * median
    alone = knn_length_scale(tight, DENSITY, 15, 2)
    with_strays = knn_length_scale(np.append(tight, stray), DENSITY, 15, 2)
    bin_width = alone.bin_edges_nm[1]
    assert tight.max() <= alone.r0_nm <= tight.max() + 2 * bin_width
    assert with_strays.r0_nm == pytest.approx(alone.r0_nm, abs=0.1 * bin_width)


def test_first_almost_empty_bins_make_no_crossing():
    distances, truth = mixture(20_000, 15, 2, 0.6, 4)
    early = np.linspace(0.01, 0.2, 8) * truth
    scale = knn_length_scale(np.append(early, distances), DENSITY, 15, 2)
    assert scale.r0_nm == pytest.approx(truth, rel=0.02)


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("factor", [0.001, 0.5, 3.7])
def test_scaling_all_lengths_scales_r0(dimensions, factor):
    distances, _ = mixture(3000, 12, dimensions, 0.5, 5)
    scale = knn_length_scale(distances, DENSITY, 12, dimensions)
    scaled = knn_length_scale(distances * factor, DENSITY / factor**dimensions, 12, dimensions)
    assert scaled.r0_nm == pytest.approx(scale.r0_nm * factor, rel=1e-6)


def test_r0_does_not_depend_on_the_order_of_localizations():
    distances, _ = mixture(500, 12, 2, 0.5, 5)
    assert knn_length_scale(distances[::-1], DENSITY, 12, 2).r0_nm == (
        knn_length_scale(distances, DENSITY, 12, 2).r0_nm
    )


@pytest.mark.parametrize("zeros", [0.1, 0.5, 0.999])
def test_coincident_localizations_leave_r0_positive(zeros):
    rest = random_distances(1000, DENSITY, 10, 2, 0)
    distances = np.where(np.arange(1000) < zeros * 1000, 0.0, rest)
    scale = knn_length_scale(distances, DENSITY, 10, 2)
    assert 0 < scale.r0_nm <= scale.random_median_nm


@pytest.mark.parametrize("seed", range(5))
def test_nine_localizations_suffice(seed):
    rng = np.random.default_rng(seed)
    points = rng.normal(0, 10, (9, 2))
    distances = cKDTree(points).query(points, k=[4])[0][:, 0]
    scale = knn_length_scale(distances, 9 / 1e6, 3, 2)
    assert 0 < scale.r0_nm <= scale.random_median_nm


def test_input_is_left_alone():
    distances, _ = mixture(100, 5, 2, 0.5, 5)
    before = distances.copy()
    knn_length_scale(distances, DENSITY, 5, 2)
    np.testing.assert_array_equal(distances, before)


@pytest.mark.parametrize(
    ("distances", "message"),
    [
        (np.zeros(20), "remove duplicated localizations"),
        (np.empty(0), "no nearest-neighbour distances"),
        (np.array([1.0, np.inf]), "localization 1 is inf"),
        (np.array([np.nan, 1.0]), "localization 0 is nan"),
        (np.array([1.0, -1.0]), "localization 1 is -1"),
    ],
)
def test_impossible_distances_are_refused(distances, message):
    with pytest.raises(InputError, match=message):
        knn_length_scale(distances, DENSITY, 15, 2)


@pytest.mark.parametrize(
    ("density", "k", "dimensions", "message"),
    [
        (0.0, 15, 2, "give the area"),
        (math.inf, 15, 2, "give the area"),
        (1.0, 0, 2, "k=0 is below 1"),
        (1.0, 15, 4, "dimensions=4"),
    ],
)
def test_impossible_parameters_are_refused(density, k, dimensions, message):
    with pytest.raises(ParameterError, match=message):
        knn_length_scale(np.ones(3), density, k, dimensions)
