"""Overlap of clusters, held against geometry that is known."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from stormgraph_py.clusters.cluster_set import ClusterSet
from stormgraph_py.clusters.overlap import MOST_FILLED_CELLS, default_voxel, measure_overlap
from stormgraph_py.clusters.partners import pair_table, partner_table
from stormgraph_py.clusters.shapes import alpha_simplices, measure_shapes, outlines
from stormgraph_py.errors import InputError, ParameterError


def lattice(n: int, dimensions: int, spacing: float = 10.0) -> np.ndarray:
    """A full square or cube of (n + 1)^d points."""
    axes = np.meshgrid(*[np.arange(n + 1) * spacing] * dimensions, indexing="ij")
    return np.stack([axis.ravel() for axis in axes], axis=1)


def squares(corners: list[tuple[float, ...]], n: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Squares or cubes of side 10 n at the given corners, and which each point belongs to."""
    block = lattice(n, len(corners[0]))
    points = np.concatenate([block + np.array(corner) for corner in corners])
    return points, np.repeat(np.arange(len(corners)), len(block))


def clusters(corners: list[tuple[float, ...]], numbers: list[int] | None = None) -> ClusterSet:
    points, labels = squares(corners)
    return ClusterSet.from_labels(points, np.array(numbers)[labels] if numbers else labels)


def ball(center: tuple[float, ...], n: int, radius: float, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    direction = rng.normal(size=(n, len(center)))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    return np.array(center) + direction * radius * rng.random((n, 1)) ** (1 / len(center))


def test_squares_that_overlap_in_a_known_area() -> None:
    a = clusters([(0, 0), (200, 0)])
    b = clusters([(30, 20), (500, 500), (-20, -20)])
    overlap = measure_overlap(a, b)
    assert overlap.size.size_a == pytest.approx(2 * 1600)
    assert overlap.size.size_b == pytest.approx(3 * 1600)
    assert overlap.size.both == pytest.approx(10 * 20 + 20 * 20)
    assert overlap.size.over_a == pytest.approx(600 / 3200)
    assert overlap.size.over_b == pytest.approx(600 / 4800)
    assert overlap.size.jaccard == pytest.approx(600 / (3200 + 4800 - 600))
    np.testing.assert_array_equal(overlap.pairs, [[0, 0], [0, 2]])
    np.testing.assert_allclose(overlap.pair_size, [200, 400])
    np.testing.assert_allclose(overlap.covered_a, [600, 0])
    np.testing.assert_allclose(overlap.covered_b, [200, 0, 400])
    # borders count as inside: columns x = 30, 40 with y = 20..40, and x, y = 0, 10, 20
    assert overlap.a_inside.sum() == 2 * 3 + 3 * 3
    assert overlap.localizations_over_a == pytest.approx(15 / 50)
    assert overlap.localizations_jaccard == pytest.approx((15 + overlap.b_inside.sum()) / 125)


def test_cubes_that_overlap_in_a_known_volume() -> None:
    a = clusters([(0.0, 0.0, 0.0)])
    b = clusters([(20.0, 10.0, 0.0)])
    overlap = measure_overlap(a, b, voxel_nm=2.5)
    assert overlap.size.size_a == pytest.approx(64_000)
    assert overlap.size.both == pytest.approx(20 * 30 * 40)
    np.testing.assert_allclose(overlap.pair_size, [24_000])
    assert overlap.a_inside.sum() == 3 * 4 * 5
    assert [round(size.voxel_nm, 3) for size in overlap.convergence] == [
        10.0,
        7.071,
        5.0,
        3.536,
        2.5,
    ]


@pytest.mark.parametrize("dimensions", [2, 3])
def test_a_channel_over_itself_overlaps_wholly(dimensions: int) -> None:
    center = (0.0,) * dimensions
    points = np.concatenate([ball(center, 80, 40, 0), ball((90.0,) * dimensions, 60, 30, 1)])
    a = ClusterSet.from_labels(points, np.repeat([0, 1], [80, 60]))
    overlap = measure_overlap(a, a)
    assert overlap.size.jaccard == pytest.approx(1)
    corners = {tuple(corner) for corner in a.corners.reshape(-1, dimensions).round(6)}
    spans = [tuple(point) in corners for point in a.points.round(6)]
    assert overlap.a_inside[spans].all()
    assert overlap.localizations_jaccard > 0.9
    np.testing.assert_allclose(overlap.covered_a, overlap.pair_size)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_sums_agree_with_the_table_of_clusters(dimensions: int) -> None:
    points = ball((0.0,) * dimensions, 300, 50, 2)
    a = ClusterSet.from_labels(points, np.zeros(300, dtype=int))
    size = measure_shapes(points, np.zeros(300, dtype=int)).size[0]
    assert a.sizes[0] == pytest.approx(size)
    overlap = measure_overlap(a, a)
    assert overlap.size.size_a == pytest.approx(size, rel=1e-9 if dimensions == 2 else 0.01)


def test_volume_converges_to_that_of_the_tetrahedra() -> None:
    a = ClusterSet.from_labels(ball((0, 0, 0), 200, 50, 3), np.zeros(200, dtype=int))
    b = ClusterSet.from_labels(ball((40, 0, 0), 200, 50, 4), np.zeros(200, dtype=int))
    errors = [
        abs(measure_overlap(a, b, voxel_nm=voxel).size.size_a / a.sizes.sum() - 1)
        for voxel in (16.0, 2.0)
    ]
    assert errors[1] < 0.005
    sizes = measure_overlap(a, b).convergence
    assert abs(sizes[-1].both / sizes[-2].both - 1) < 0.03


def test_polygons_are_the_outlines() -> None:
    rng = np.random.default_rng(5)
    points = np.concatenate([ball((0, 0), 120, 40, 6), rng.uniform(200, 300, (70, 2))])
    labels = np.repeat([3, 8], [120, 70])
    a = ClusterSet.from_labels(points, labels)
    for shape, rings in zip(a.polygons, outlines(points, labels).values(), strict=True):
        drawn = sum(shapely.Polygon(ring).exterior.length for ring in rings)
        assert shape.length == pytest.approx(drawn)
        assert shape.area == pytest.approx(
            sum(0.5 * np.sum(r[:-1, 0] * r[1:, 1] - r[1:, 0] * r[:-1, 1]) for r in rings)
        )


@pytest.mark.parametrize("dimensions", [2, 3])
def test_points_inside_are_those_in_a_simplex(dimensions: int) -> None:
    a = ClusterSet.from_labels(ball((0.0,) * dimensions, 60, 40, 7), np.zeros(60, dtype=int))
    points = np.random.default_rng(8).uniform(-50, 50, (400, dimensions))
    inside = np.zeros(400, dtype=bool)
    for corners in a.corners:
        matrix = np.vstack([corners.T, np.ones(dimensions + 1)])
        shares = np.linalg.solve(matrix, np.vstack([points.T, np.ones(400)]))
        inside |= (shares >= 0).all(axis=0)
    np.testing.assert_array_equal(a.contain(points), inside)
    assert 0 < inside.sum() < 400


def test_holes_are_not_covered() -> None:
    ring = lattice(10, 2)
    ring = ring[(np.abs(ring - 50) > 20).any(axis=1)]
    a = ClusterSet.from_labels(ring, np.zeros(len(ring), dtype=int))
    b = clusters([(40.0, 40.0)])
    middle = ClusterSet.from_labels(lattice(2, 2, 5.0) + 45, np.zeros(9, dtype=int))
    assert measure_overlap(a, middle).size.both == 0
    assert not a.contain(np.array([[50.0, 50.0]]))[0]
    assert measure_overlap(a, b).size.both > 0


@pytest.mark.parametrize("dimensions", [2, 3])
def test_what_has_no_clusters_or_no_size_overlaps_nothing(dimensions: int) -> None:
    a = clusters([(0.0,) * dimensions])
    none = ClusterSet.from_labels(np.zeros((4, dimensions)), np.full(4, -1))
    line = np.outer(np.arange(5.0), np.ones(dimensions))
    thin = ClusterSet.from_labels(line, np.zeros(5, dtype=int))
    for empty in (none, thin):
        for one, other in ((a, empty), (empty, a), (empty, empty)):
            overlap = measure_overlap(one, other)
            assert overlap.size.both == 0
            assert len(overlap.pairs) == 0
            assert len(partner_table(overlap, ("a", "b"))) == len(one) + len(other)
    assert np.isnan(measure_overlap(none, a).size.over_a)
    assert measure_overlap(thin, a).a_inside.all()


def test_channels_must_fit_each_other_and_memory() -> None:
    flat, solid = clusters([(0.0, 0.0)]), clusters([(0.0, 0.0, 0.0)])
    with pytest.raises(InputError, match="2-D and the other 3-D"):
        measure_overlap(flat, solid)
    with pytest.raises(ParameterError, match=f"more than {MOST_FILLED_CELLS}; use"):
        measure_overlap(solid, solid, voxel_nm=1e-3)
    with pytest.raises(ParameterError, match="not > 0"):
        measure_overlap(solid, solid, voxel_nm=0)
    assert default_voxel(solid, solid, most_cells=8) == pytest.approx(20)


def test_partners_of_squares() -> None:
    a = clusters([(0, 0), (200, 0), (600, 0)], [4, 5, 9])
    b = clusters([(30, 0), (-20, 0), (230, 100)], [1, 2, 7])
    overlap = measure_overlap(a, b)
    table = partner_table(overlap, ("green", "red")).set_index(["channel", "cluster"])
    first = table.loc[("green", 4)]
    assert first["partners"] == "2;1"
    assert first["overlap_area_nm2"] == pytest.approx(10 * 40 + 20 * 40)
    assert first["percent_overlap"] == pytest.approx(75)
    assert first["n_localizations_inside"] == 5 * (2 + 3)
    assert (first["nearest_partner"], first["nearest_edge_nm"]) == (2, 0)
    assert first["nearest_centroid_nm"] == pytest.approx(20)
    second = table.loc[("green", 5)]
    assert (second["n_partners"], second["partners"]) == (0, "")
    assert (second["nearest_partner"], second["nearest_edge_nm"]) == (7, 60)
    assert second["nearest_centroid_nm"] == pytest.approx(np.hypot(30, 100))
    assert table.loc[("red", 7)]["nearest_partner"] == 5
    pairs = pair_table(overlap)
    assert pairs[["cluster_a", "cluster_b"]].to_numpy().tolist() == [[4, 1], [4, 2]]
    np.testing.assert_allclose(pairs["percent_of_b"], [25, 50])


def test_partners_of_cubes_are_measured_between_localizations() -> None:
    overlap = measure_overlap(clusters([(0.0, 0, 0)]), clusters([(70.0, 0, 0), (0.0, 0, 100)]))
    table = partner_table(overlap, ("a", "b"))
    assert table.loc[0, "nearest_partner"] == 0
    assert table.loc[0, "nearest_edge_nm"] == pytest.approx(30)


def test_clusters_of_one_channel_that_share_area_count_it_once() -> None:
    a = clusters([(0, 0), (20, 0)])
    overlap = measure_overlap(a, clusters([(0, 0)]))
    assert overlap.size.size_a == pytest.approx(60 * 40)
    assert overlap.size.both == pytest.approx(1600)
    np.testing.assert_allclose(overlap.covered_a, [1600, 800])
    np.testing.assert_allclose(overlap.covered_b, [1600])
    solid = clusters([(0.0, 0, 0), (20.0, 0, 0)])
    overlap = measure_overlap(solid, clusters([(0.0, 0, 0)]), voxel_nm=5)
    assert overlap.size.size_a == pytest.approx(60 * 1600)
    assert overlap.size.over_b == pytest.approx(1)
    np.testing.assert_allclose(overlap.covered_a, [64_000, 32_000])


def test_simplices_refuse_what_shapes_refuse() -> None:
    with pytest.raises(InputError, match="one label"):
        alpha_simplices([[0, 0], [1, 1]], [0])


def test_a_small_cluster_in_3d_is_never_covered_by_more_than_all_of_it() -> None:
    rng = np.random.default_rng(0)
    sizes, spread = np.repeat([12, 300], [15, 5]), np.repeat([8.0, 60.0], [15, 5])
    labels = np.repeat(np.arange(20), sizes)
    points = rng.uniform(0, 2000, (20, 3))[labels] + rng.normal(0, spread[labels, None], (1680, 3))
    same = ClusterSet.from_labels(points, labels)
    found = measure_overlap(same, same)
    partners = partner_table(found, ("a", "b"))["percent_overlap"].dropna()
    np.testing.assert_allclose(partners, 100)
    assert len(partners) > 20
    assert pair_table(found)[["percent_of_a", "percent_of_b"]].to_numpy().max() <= 100 + 1e-9
