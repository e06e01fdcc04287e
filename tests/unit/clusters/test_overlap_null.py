"""Overlap by chance, held against what is known of independent shapes."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from scipy.stats import kstest

from stormgraph_py.clusters.cluster_set import ClusterSet
from stormgraph_py.clusters.motions import SMALLEST_WINDOW, Motion, Region
from stormgraph_py.clusters.overlap import measure_overlap
from stormgraph_py.clusters.overlap_null import (
    NullFigure,
    OverlapNull,
    overlap_null,
    registration_spread,
)
from stormgraph_py.errors import ParameterError
from stormgraph_py.roi import Roi

SIDE = 2000.0
SQUARE = Region(shapely.box(0, 0, SIDE, SIDE))
ELLIPSE = Region.of(Roi.ellipse((1000, 1000), (2000, 1600), 20))


def blobs(
    rng: np.random.Generator, n_clusters: int = 25, n: int = 60, dimensions: int = 2
) -> tuple[np.ndarray, np.ndarray]:
    """Round clusters whose centres are uniform on the torus, cut where they leave the square."""
    centers = rng.uniform(0, SIDE, (n_clusters, dimensions))
    labels = np.repeat(np.arange(n_clusters), n)
    points = centers[labels] + rng.uniform(-60, 60, (len(labels), dimensions))
    inside = ((points >= 0) & (points <= SIDE)).all(axis=1)
    return points[inside], labels[inside]


def null_of(
    seed: int, region: Region, n_random: int = 99, dimensions: int = 2
) -> tuple[OverlapNull, ClusterSet, ClusterSet]:
    rng = np.random.default_rng(seed)
    sets = []
    for _ in "ab":
        points, labels = blobs(rng, dimensions=dimensions)
        inside = region.contains(points)
        sets.append(ClusterSet.from_labels(points[inside], labels[inside]))
    a, b = sets
    return (
        overlap_null(
            a, b, region, points_a=a.points, points_b=b.points, n_random=n_random, random_state=seed
        ),
        a,
        b,
    )


def test_a_motion_is_undone_and_keeps_distances() -> None:
    points = np.random.default_rng(0).uniform(0, 100, (50, 3))
    turn = Motion(angle=0.7, center=(50, 20), shift_nm=(30, -8))
    moved = turn.forth(points)
    np.testing.assert_allclose(turn.back(moved), points)
    np.testing.assert_allclose(moved[:, 2], points[:, 2])
    np.testing.assert_allclose(
        np.linalg.norm(moved[1:] - moved[:-1], axis=1),
        np.linalg.norm(points[1:] - points[:-1], axis=1),
    )
    around = Motion(shift_nm=(70, 95), box=(0, 0, 100, 100))
    np.testing.assert_allclose(around.back(around.forth(points)), points)
    assert ((around.forth(points)[:, :2] >= 0) & (around.forth(points)[:, :2] < 100)).all()
    away = Motion(shift_nm=(1.0, 2.0, 3.0))
    np.testing.assert_allclose(away.forth(points) - points, np.tile([1.0, 2.0, 3.0], (50, 1)))


def test_motions_keep_half_of_a_region_and_report_how_much() -> None:
    rng = np.random.default_rng(1)
    motions = list(ELLIPSE.motions(40, rng))
    assert len(motions) == 40
    outline = np.array(shapely.get_coordinates(ELLIPSE.outline))
    for motion in motions:
        moved = shapely.Polygon(motion.forth(outline))
        share = moved.intersection(ELLIPSE.outline).area / ELLIPSE.area_nm2
        assert share == pytest.approx(motion.window)
        assert share >= SMALLEST_WINDOW
    assert np.ptp([motion.angle for motion in motions]) > np.pi


def test_only_an_upright_rectangle_is_one() -> None:
    assert SQUARE.is_rectangle
    assert Region.of(Roi.rectangle((5, 5), (10, 4))).is_rectangle
    assert not Region.of(Roi.rectangle((5, 5), (10, 4), 30)).is_rectangle
    assert not ELLIPSE.is_rectangle
    around = Region.around(np.array([[0.0, 1.0], [4.0, 9.0]]), np.array([[2.0, -1.0]]))
    assert around.bounds_nm == (0, -1, 4, 9)


def test_a_region_too_thin_for_motions_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stormgraph_py.clusters.motions._MOST_TRIALS", 30)
    thin = Region(shapely.box(0, 0, 1000, 1).union(shapely.box(0, 0, 1, 1000)))
    with pytest.raises(ParameterError, match="less thin"):
        list(thin.motions(5, np.random.default_rng(0)))


@pytest.mark.parametrize("region", [SQUARE, ELLIPSE], ids=["square", "ellipse"])
def test_expected_overlap_is_the_product_of_the_shares_of_area(region: Region) -> None:
    """True on average of every position of independent shapes, whatever the shapes."""
    ratios = []
    for seed in range(3):
        null, a, b = null_of(seed, region, 59)
        size = measure_overlap(a, b).size
        ratios.append(
            null.figures["overlap"].expected / (size.size_a * size.size_b / region.area_nm2)
        )
    assert np.mean(ratios) == pytest.approx(1, abs=0.12)


def test_observed_values_are_those_measured_exactly() -> None:
    null, a, b = null_of(3, SQUARE)
    overlap = measure_overlap(a, b)
    assert null.figures["overlap"].observed == pytest.approx(overlap.size.both, rel=0.03)
    assert null.figures["a_inside"].observed == pytest.approx(overlap.localizations_over_a, rel=0.1)
    assert null.figures["b_inside"].observed == pytest.approx(overlap.localizations_over_b, rel=0.1)


def test_coinciding_channels_stand_out_and_separate_ones_do_too() -> None:
    rng = np.random.default_rng(5)
    points, labels = blobs(rng)
    a = ClusterSet.from_labels(points, labels)
    figures = overlap_null(a, a, SQUARE, points_a=points, points_b=points, n_random=39).figures
    for name in ("overlap", "a_inside", "b_inside"):
        assert figures[name].p_more == 1 / 40
        assert figures[name].z > 5
    assert figures["neighbor_a"].p_less == 1 / 40


def test_channels_that_avoid_each_other_overlap_less_than_by_chance() -> None:
    """Bands that take turns: most shifts lay some over each other."""
    rng = np.random.default_rng(6)
    bands = rng.uniform(0, 1, (2400, 2)) * (SIDE, 200)
    label = np.repeat(np.arange(4), 600)
    one = bands + np.column_stack([np.zeros(2400), 500 * label])
    a = ClusterSet.from_labels(one, label)
    other = one + np.array([0.0, 250.0])
    b = ClusterSet.from_labels(other, label)
    null = overlap_null(a, b, SQUARE, points_a=one, points_b=other, n_random=99)
    assert null.figures["overlap"].observed == 0
    assert null.figures["overlap"].p_more == 1
    assert null.figures["overlap"].p_less < 0.4
    assert null.figures["overlap"].z < -1


def test_results_hang_on_the_seed_alone() -> None:
    once, again = null_of(7, ELLIPSE, 19)[0], null_of(7, ELLIPSE, 19)[0]
    for name, figure in once.figures.items():
        np.testing.assert_array_equal(figure.values, again.figures[name].values)
        assert figure.observed == again.figures[name].observed


def test_depth_is_kept_in_3d() -> None:
    """Channels in different planes never overlap, however one is moved over the other."""
    rng = np.random.default_rng(8)
    points, labels = blobs(rng)
    low = np.column_stack([points, rng.uniform(0, 100, len(points))])
    high = np.column_stack([points, rng.uniform(200, 300, len(points))])
    a, b = ClusterSet.from_labels(low, labels), ClusterSet.from_labels(high, labels)
    null = overlap_null(a, b, SQUARE, points_a=low, points_b=high, n_random=19)
    assert null.figures["overlap"].observed == 0
    assert not null.figures["overlap"].values.any()
    assert null.figures["overlap"].p_more == 1
    assert np.isnan(null.figures["overlap"].z)
    together = overlap_null(a, a, SQUARE, points_a=low, points_b=low, n_random=19)
    assert together.figures["overlap"].p_more == 1 / 20


@pytest.mark.parametrize("region", [SQUARE, ELLIPSE], ids=["square", "ellipse"])
def test_an_empty_channel_overlaps_nothing(region: Region) -> None:
    points, labels = blobs(np.random.default_rng(9))
    a = ClusterSet.from_labels(points, labels)
    none = ClusterSet.from_labels(points, np.full(len(points), -1))
    for one, other in ((a, none), (none, a)):
        null = overlap_null(one, other, region, points_a=points, points_b=points, n_random=19)
        assert null.figures["overlap"].observed == 0
        assert null.figures["overlap"].p_more == 1


def test_probabilities_count_ties_as_beyond() -> None:
    figure = NullFigure(observed=2.0, values=np.array([0.0, 1.0, 2.0, 3.0]), expected=1.5)
    assert figure.p_more == 3 / 5
    assert figure.p_less == 4 / 5
    assert figure.p_two_sided == 1
    assert figure.z == pytest.approx(0.5 / np.sqrt(1.25))


def test_misalignment_lessens_the_overlap_of_coinciding_clusters() -> None:
    points, labels = blobs(np.random.default_rng(10))
    a = ClusterSet.from_labels(points, labels)
    total = measure_overlap(a, a).size.both
    small = registration_spread(a, a, 1.0, n_draws=49)["overlap"]
    large = registration_spread(a, a, 20.0, n_draws=49)["overlap"]
    assert np.median(small) > 0.95 * total
    assert np.median(large) < 0.9 * np.median(small)
    again = registration_spread(a, a, 20.0, n_draws=49)["overlap"]
    np.testing.assert_array_equal(large, again)
    with pytest.raises(ParameterError, match="not > 0"):
        registration_spread(a, a, 0)


@pytest.mark.slow
def test_misalignment_far_below_a_cell_of_the_grid_counts_too() -> None:
    rng = np.random.default_rng(13)
    points = rng.uniform(0, 10_000, (1000, 2))
    a = ClusterSet.from_labels(points, np.zeros(len(points), dtype=int))
    total = measure_overlap(a, a).size.both
    lost = total - registration_spread(a, a, 10.0)["overlap"].mean()
    shifts = rng.normal(0, 10, (40, 2))
    exact = [
        measure_overlap(a, ClusterSet.from_labels(points + shift, np.zeros(len(points), dtype=int)))
        for shift in shifts
    ]
    assert lost == pytest.approx(total - np.mean([one.size.both for one in exact]), rel=0.25)


def test_too_few_motions_are_refused() -> None:
    points, labels = blobs(np.random.default_rng(11))
    a = ClusterSet.from_labels(points, labels)
    with pytest.raises(ParameterError, match="n_random=18 is below 19"):
        overlap_null(a, a, SQUARE, points_a=points, points_b=points, n_random=18)


@pytest.mark.slow
@pytest.mark.parametrize("region", [SQUARE, ELLIPSE], ids=["square", "ellipse"])
def test_probabilities_are_uniform_for_independent_channels(region: Region) -> None:
    nulls = [null_of(1000 + seed, region, 99)[0] for seed in range(30)]
    for name in ("overlap", "a_inside", "b_inside", "neighbor_a", "neighbor_b"):
        p = np.array([null.figures[name].p_more for null in nulls])
        assert kstest(p, "uniform").pvalue > 0.01, name
