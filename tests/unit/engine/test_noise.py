"""Removal of unclustered localizations: thresholds, rules, and what they promise."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from stormgraph_py.engine import noise
from stormgraph_py.engine.edges import Edges, neighborhood_edges, weighted_degrees
from stormgraph_py.engine.noise import (
    RandomCloud,
    degree_threshold,
    focal_cloud,
    random_degrees,
    remove_unclustered,
    uniform_cloud,
)
from stormgraph_py.engine.outliers import outlier_rules
from stormgraph_py.engine.spatial_order import spatial_order
from stormgraph_py.errors import InputError, ParameterError

AREA = 2000.0**2


def length_scale(n_neighbors: float, density: float) -> float:
    return math.sqrt(n_neighbors / (math.pi * density))


def graph(coordinates, r0_nm) -> tuple[Edges, np.ndarray]:
    """Edges and the rows in the order that their ends refer to."""
    order = spatial_order(coordinates)
    return neighborhood_edges(coordinates[order.order], r0_nm, order.starts), order.order


def judged(coordinates, r0_nm, *, area=AREA, alpha=0.05, seed=0, backend="igraph"):
    cloud = uniform_cloud(len(coordinates), area, 2)
    edges, order = graph(coordinates, r0_nm)
    result = remove_unclustered(
        weighted_degrees(edges),
        degree_threshold(cloud, r0_nm, alpha),
        random_degrees=np.zeros(1),
        edges=edges,
        rng=np.random.default_rng(seed),
        louvain_backend=backend,
    )
    return result, order


# --- the threshold


def test_threshold_falls_with_alpha_and_rises_with_r0():
    cloud = uniform_cloud(1000, AREA, 2)
    by_alpha = [float(degree_threshold(cloud, 100.0, a)) for a in (0.001, 0.01, 0.05, 0.2, 0.5)]
    assert by_alpha == sorted(by_alpha, reverse=True)
    by_r0 = [float(degree_threshold(cloud, r0, 0.05)) for r0 in (5, 20, 50, 100, 400)]
    assert by_r0 == sorted(by_r0)
    assert by_r0[0] < by_r0[-1]


@pytest.mark.parametrize("dimensions", [2, 3])
def test_threshold_does_not_depend_on_the_unit_of_length(dimensions):
    small = RandomCloud(dimensions=dimensions, density=1e-3)
    large = RandomCloud(dimensions=dimensions, density=1e-3 / 7**dimensions)
    assert degree_threshold(small, 20.0, 0.05) == pytest.approx(
        degree_threshold(large, 140.0, 0.05), rel=1e-9
    )


@pytest.mark.parametrize("dimensions", [2, 3])
def test_where_neighbours_are_rare_an_isolated_localization_stays_below(dimensions):
    # fewer than alpha have any neighbour: the quantile itself is 0, and all would reach it
    cloud = RandomCloud(dimensions=dimensions, density=1e-6)
    assert degree_threshold(cloud, 1.0, 0.05) == pytest.approx(1 / (dimensions + 1))


def test_focal_threshold_is_highest_at_the_focal_plane_and_symmetric():
    z = np.random.default_rng(3).normal(250, 100, 4001)
    cloud = focal_cloud(z, AREA)
    middle = cloud.z_center_nm
    levels = degree_threshold(cloud, 150.0, 0.05, middle + np.arange(0, 700, 25.0))
    mirrored = degree_threshold(cloud, 150.0, 0.05, middle - np.arange(0, 700, 25.0))
    np.testing.assert_allclose(levels, mirrored)
    assert (np.diff(levels) <= 1e-12).all()
    assert levels[0] > 2 * levels[10]
    # nobody is expected far away, and still one average neighbour is asked for
    assert degree_threshold(cloud, 150.0, 0.05, np.array([1e6]))[0] == pytest.approx(0.25)


def test_focal_cloud_has_the_median_and_interquartile_range_of_the_data():
    z = np.concatenate([np.linspace(-100, 100, 1001), [5e4]])  # one stray localization
    cloud = focal_cloud(z, AREA)
    assert cloud.density == pytest.approx(1002 / AREA)
    assert cloud.z_center_nm == pytest.approx(0, abs=1)
    assert cloud.z_sd_nm == pytest.approx(100 / 1.349, rel=0.01)


def test_random_degrees_are_reproducible_and_as_many_as_asked():
    cloud = uniform_cloud(400, AREA, 2)
    first = random_degrees(cloud, 150.0, np.random.default_rng(5), n_points=77)
    again = random_degrees(cloud, 150.0, np.random.default_rng(5), n_points=77)
    np.testing.assert_array_equal(first, again)
    assert first.shape == (77,)
    focal = focal_cloud(np.linspace(-1, 1, 50), AREA)
    assert random_degrees(focal, 150.0, np.random.default_rng(5), n_points=3).shape == (3,)


@pytest.mark.parametrize("alpha", [0, 1, -0.1, 1.5, math.nan])
def test_alpha_out_of_bounds_is_refused(alpha):
    with pytest.raises(ParameterError, match="alpha"):
        degree_threshold(uniform_cloud(400, AREA, 2), 100.0, alpha)


@pytest.mark.parametrize("r0_nm", [0, -1, math.nan, math.inf])
def test_r0_out_of_bounds_is_refused(r0_nm):
    with pytest.raises(ParameterError, match="r0"):
        degree_threshold(uniform_cloud(400, AREA, 2), r0_nm, 0.05)
    with pytest.raises(ParameterError, match="r0"):
        random_degrees(uniform_cloud(400, AREA, 2), r0_nm, np.random.default_rng(0))


def test_an_area_in_square_micrometres_is_noticed():
    with pytest.raises(ParameterError, match=r"area of the ROI is in nm²"):
        degree_threshold(uniform_cloud(100_000, 4.0, 2), 50.0, 0.05)


@pytest.mark.parametrize("area", [0, -1, math.nan, math.inf])
def test_an_impossible_area_is_refused(area):
    with pytest.raises(ParameterError, match="area"):
        uniform_cloud(100, area, 2)
    with pytest.raises(ParameterError, match="area"):
        focal_cloud(np.arange(9.0), area)


def test_no_localizations_and_unknown_dimensions_are_refused():
    with pytest.raises(ParameterError, match="got 0"):
        uniform_cloud(0, AREA, 2)
    with pytest.raises(ParameterError, match="got 0"):
        focal_cloud(np.empty(0), AREA)
    with pytest.raises(ParameterError, match="dimensions=4"):
        uniform_cloud(10, AREA, 4)


def test_a_focal_threshold_needs_z():
    with pytest.raises(InputError, match="z_nm"):
        degree_threshold(focal_cloud(np.arange(9.0), AREA), 100.0, 0.05)


# --- the four rules


def test_each_rule_on_a_cluster_made_for_it():
    core = np.linspace(9.0, 11.0, 8)
    degrees = np.concatenate([core, [4.5], core + 20, [7.0], [1.0, 2.0], [5.0, 14.0, 2.4]])
    clusters = np.repeat([4, 9, 2, 7], [9, 9, 2, 3])
    rules = outlier_rules(degrees, np.full(len(degrees), 5.0), clusters)
    expected = [0] * 8 + [2] + [0] * 8 + [3] + [1, 1] + [0, 0, 4]
    assert rules.tolist() == expected


def test_bounds_of_the_rules_are_exclusive():
    threshold = np.full(4, 2.0)
    # a mean equal to the threshold passes, and so does half the threshold
    assert outlier_rules(np.array([2.0, 2.0, 3.0, 1.0]), threshold, np.zeros(4, int)).max() == 0
    assert outlier_rules(np.array([2.0, 2.0, 3.0, 0.9]), threshold, np.zeros(4, int)).min() == 1


def test_rules_compare_with_the_threshold_of_each_node():
    relative = np.array([1.2, 1.3, 1.1, 1.2, 0.4, 0.9, 0.8])
    clusters = np.array([0, 0, 0, 0, 0, 1, 1])
    threshold = np.array([5.0, 0.5, 3.0, 1.0, 9.0, 2.0, 0.3])
    np.testing.assert_array_equal(
        outlier_rules(relative * threshold, threshold, clusters),
        outlier_rules(relative, np.ones(7), clusters),
    )


def test_rules_of_no_nodes():
    assert outlier_rules(np.empty(0), np.empty(0), np.empty(0, dtype=np.int64)).shape == (0,)


# --- removal


def test_with_sigma_the_threshold_alone_decides_and_is_inclusive():
    degrees = np.array([0.0, 1.9, 2.0, 5.0])
    result = remove_unclustered(degrees, np.asarray(2.0), random_degrees=np.zeros(3))
    assert result.rule.tolist() == [5, 5, 0, 0]
    assert result.retained.tolist() == [False, False, True, True]
    assert result.threshold.tolist() == [2.0] * 4
    assert result.random_degrees.shape == (3,)
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.rule = degrees


def test_a_localization_is_removed_when_either_clustering_says_so(monkeypatch):
    edges = Edges(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0), 6)
    degrees = np.array([9.0, 9.0, 2.0, 9.0, 6.0, 2.4])
    one = np.array([0, 0, 0, 1, 1, 1])
    other = np.array([0, 0, 1, 1, 1, 2])
    monkeypatch.setattr(noise, "two_level_modules", lambda edges, *, seed, backend, progress: one)
    monkeypatch.setattr(noise, "louvain", lambda edges, *, seed, backend: other)
    result = remove_unclustered(
        degrees, np.asarray(5.0), random_degrees=degrees, edges=edges, rng=np.random.default_rng(0)
    )
    # the third by rule 4 in both, the last by rule 4 in one and by rule 1 in the other
    assert result.rule.tolist() == [0, 0, 4, 0, 0, 1]
    assert result.retained.tolist() == [True, True, False, True, True, False]


def test_preliminary_clusterings_need_a_source_of_randomness():
    edges, _ = graph(np.random.default_rng(0).random((30, 2)) * 100, 40.0)
    with pytest.raises(InputError, match="rng"):
        remove_unclustered(
            weighted_degrees(edges), np.asarray(2.0), random_degrees=np.zeros(1), edges=edges
        )


def test_inputs_stay_as_they_are_and_equal_seeds_agree():
    points = np.random.default_rng(8).random((500, 2)) * 2000
    r0 = length_scale(9, 500 / AREA)
    edges, _ = graph(points, r0)
    degrees = weighted_degrees(edges)
    before = degrees.copy(), edges.weight.copy()
    kwargs = {"random_degrees": np.zeros(1), "edges": edges}
    first = remove_unclustered(degrees, np.asarray(4.0), rng=np.random.default_rng(1), **kwargs)
    again = remove_unclustered(degrees, np.asarray(4.0), rng=np.random.default_rng(1), **kwargs)
    np.testing.assert_array_equal(first.rule, again.rule)
    np.testing.assert_array_equal(degrees, before[0])
    np.testing.assert_array_equal(edges.weight, before[1])


@pytest.mark.parametrize("backend", ["igraph", "python-louvain"])
def test_dense_spots_stay_and_what_is_between_goes(backend):
    rng = np.random.default_rng(12)
    centers = np.stack(np.meshgrid([400, 1000, 1600], [400, 1000, 1600]), axis=-1).reshape(-1, 2)
    spots = np.repeat(centers, 40, axis=0) + rng.normal(0, 15, (360, 2))
    background = rng.random((300, 2)) * 2000
    near = np.linalg.norm(background[:, None] - centers, axis=2).min(axis=1) < 150
    points = np.concatenate([spots, background[~near]])
    clustered = np.arange(len(points)) < len(spots)
    result, order = judged(points, 60.0, backend=backend)
    assert result.retained[clustered[order]].mean() > 0.97
    assert result.retained[~clustered[order]].mean() < 0.05
    np.testing.assert_array_equal(result.retained, result.rule == 0)


@pytest.mark.parametrize("n_neighbors", [1e-4, 0.03, 0.3, 3, 8, 15])
@pytest.mark.parametrize("density_per_um2", [25, 250])
def test_at_most_alpha_of_random_localizations_stay_whatever_r0(n_neighbors, density_per_um2):
    n = density_per_um2 * 4
    r0 = length_scale(n_neighbors, n / AREA)
    shares = [
        judged(np.random.default_rng([n, seed]).random((n, 2)) * 2000, r0)[0].retained.mean()
        for seed in range(8)
    ]
    # 5 standard errors of a share of .05 among so many localizations
    assert np.mean(shares) <= 0.05 + 5 * math.sqrt(0.05 * 0.95 / (8 * n))


def test_isolated_localizations_go():
    points = np.stack(np.meshgrid(np.arange(10), np.arange(10)), axis=-1).reshape(-1, 2) * 200.0
    result, _ = judged(points, 1.0)
    assert not result.retained.any()
    assert set(result.rule) == {1}
