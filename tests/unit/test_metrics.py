import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormgraph_py.errors import InputError, ParameterError
from stormgraph_py.metrics import (
    adjusted_rand_index,
    hull_iou,
    mean_f_measure,
    normalized_mutual_information,
    score_labels,
    symmetric_mean_f,
    symmetric_mean_f_measure,
)

LABEL_METRICS = [
    normalized_mutual_information,
    adjusted_rand_index,
    mean_f_measure,
    symmetric_mean_f_measure,
]
SQUARE = np.array([[0.0, 0.0], [100.0, 0.0], [0.0, 100.0], [100.0, 100.0]])


def moved(x_nm):
    return SQUARE + np.array([x_nm, 0.0])


labellings = st.integers(1, 60).flatmap(
    lambda n: st.tuples(
        *[st.lists(st.integers(-1, 5), min_size=n, max_size=n).map(np.array) for _ in range(2)]
    )
)


@pytest.mark.parametrize("metric", LABEL_METRICS)
class TestEveryLabelMetric:
    @pytest.mark.parametrize("background", ["class", "exclude"])
    def test_identical_clusterings_score_one(self, metric, background):
        labels = np.array([-1, 0, 0, 1, 1, 1, 2, -1, 2])
        assert metric(labels, labels, background=background) == pytest.approx(1)

    @settings(max_examples=25, deadline=None)
    @given(pair=labellings, seed=st.integers(0, 1000))
    def test_names_of_clusters_do_not_matter(self, metric, pair, seed):
        truth, found = pair
        names = np.random.default_rng(seed).permutation(100)
        renamed = np.where(found < 0, -1, names[found])
        for background in ("class", "exclude"):
            np.testing.assert_allclose(
                metric(truth, renamed, background=background),
                metric(truth, found, background=background),
                atol=1e-12,
            )

    @settings(max_examples=25, deadline=None)
    @given(pair=labellings, seed=st.integers(0, 1000))
    def test_order_of_localizations_does_not_matter(self, metric, pair, seed):
        truth, found = pair
        order = np.random.default_rng(seed).permutation(len(truth))
        np.testing.assert_allclose(
            metric(truth[order], found[order]), metric(truth, found), atol=1e-12
        )

    @settings(max_examples=25, deadline=None)
    @given(pair=labellings)
    def test_excluding_the_background_ignores_what_is_found_there(self, metric, pair):
        truth, found = pair
        elsewhere = np.where(truth < 0, 3, found)
        np.testing.assert_equal(
            metric(truth, found, background="exclude"),
            metric(truth, elsewhere, background="exclude"),
        )

    def test_nothing_left_to_score_is_nan(self, metric):
        assert math.isnan(metric([-1, -1], [0, 0], background="exclude"))
        assert math.isnan(metric([], []))

    @pytest.mark.parametrize(
        ("truth", "found", "message"),
        [
            ([0, 1], [0], "2 labels and found 1"),
            ([0, 1], [0, -2], "label -2"),
            ([0.0, 1.0], [0, 1], "float64"),
            ([[0, 1]], [0, 1], r"\(1, 2\)"),
        ],
    )
    def test_unusable_labels_are_refused(self, metric, truth, found, message):
        with pytest.raises(InputError, match=message):
            metric(truth, found)

    def test_an_unknown_background_is_refused(self, metric):
        with pytest.raises(ParameterError, match="'class' or 'exclude'"):
            metric([0], [0], background="drop")

    def test_inputs_stay_as_they_are(self, metric):
        truth, found = np.array([0, 1, -1]), np.array([1, 1, -1])
        metric(truth, found, background="exclude")
        assert truth.tolist() == [0, 1, -1]
        assert found.tolist() == [1, 1, -1]


class TestNormalizedMutualInformation:
    def test_independent_labels_share_no_information(self):
        assert normalized_mutual_information([0, 0, 1, 1], [0, 1, 0, 1]) == pytest.approx(0)

    def test_halving_one_class_of_two(self):
        # I = H(truth) = ln 2, H(found) = 1.5 ln 2
        nmi = normalized_mutual_information([0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 2, 2, 1, 1, 1, 1])
        assert nmi == pytest.approx(1 / 1.25)

    def test_the_background_is_a_class_of_the_whole_roi(self):
        truth, found = [-1, -1, 0, 0], [7, 7, 3, 3]
        assert normalized_mutual_information(truth, found) == pytest.approx(1)

    def test_missing_everything_tells_nothing(self):
        assert normalized_mutual_information([0, 0, 1, 1], [-1] * 4, background="exclude") == 0


class TestAdjustedRandIndex:
    def test_worse_than_chance_is_negative(self):
        assert adjusted_rand_index([0, 0, 1, 1], [0, 1, 0, 1]) == pytest.approx(-0.5)

    def test_is_exact_beyond_64_bits(self):
        n = 1_000_000
        truth = np.repeat([0, 1], n // 2)
        found = truth.copy()
        found[0] = 1
        # one localization of a half moved: closed form of the pair counts
        a, b = n // 2, n // 2
        same = (a - 1) * (a - 2) + b * (b - 1)
        pairs = n * (n - 1)
        in_truth = a * (a - 1) + b * (b - 1)
        in_found = (a - 1) * (a - 2) + (b + 1) * b
        expected = in_truth * in_found / pairs
        index = (same - expected) / ((in_truth + in_found) / 2 - expected)
        assert adjusted_rand_index(truth, found) == pytest.approx(index, rel=1e-12)


class TestMeanFMeasure:
    def test_splitting_a_cluster(self):
        # each half has precision 1 and recall 1/2 on the whole
        assert mean_f_measure([0, 0, 0, 0], [0, 0, 1, 1]) == pytest.approx(2 / 3)

    def test_directions_differ(self):
        truth, found = [0, 0, 0, 1], [0, 0, 0, 0]
        there, back = mean_f_measure(truth, found), mean_f_measure(found, truth)
        assert there == pytest.approx((3 * 6 / 7 + 2 / 5) / 4)
        assert back == pytest.approx(6 / 7)
        assert symmetric_mean_f_measure(truth, found) == pytest.approx((there + back) / 2)

    def test_missed_localizations_match_nothing(self):
        truth = [0, 0, 0, 0]
        assert mean_f_measure(truth, [-1] * 4, background="exclude") == 0
        assert mean_f_measure(truth, [5, 5, -1, -1], background="exclude") == pytest.approx(2 / 3)

    def test_the_background_counts_as_a_class(self):
        assert mean_f_measure([-1, -1, -1, 0], [-1] * 4) == pytest.approx((3 * 6 / 7 + 2 / 5) / 4)

    @settings(max_examples=25, deadline=None)
    @given(pair=labellings)
    def test_lies_between_zero_and_one(self, pair):
        for background in ("class", "exclude"):
            value = symmetric_mean_f_measure(*pair, background=background)
            assert math.isnan(value) or 0 <= value <= 1 + 1e-12

    @settings(max_examples=25, deadline=None)
    @given(pair=labellings)
    def test_fast_version_agrees_and_is_symmetric(self, pair):
        a, b = pair[0] + 1, pair[1] + 1
        assert symmetric_mean_f(a, b) == pytest.approx(symmetric_mean_f_measure(a, b))
        assert symmetric_mean_f(a, b) == pytest.approx(symmetric_mean_f(b, a))

    def test_many_small_classes_take_the_other_way_of_counting(self):
        a = np.arange(1000)
        assert symmetric_mean_f(a, a[::-1].copy()) == 1
        assert symmetric_mean_f(a, np.zeros_like(a)) == pytest.approx(2 / 1001)


class TestHullIou:
    def test_shifted_square(self):
        X = np.concatenate([SQUARE, moved(50)])
        truth, found = [0] * 4 + [-1] * 4, [-1] * 4 + [0] * 4
        assert hull_iou(X, truth, found) == pytest.approx(1 / 3)

    def test_same_area_cut_differently_is_perfect(self):
        X = np.concatenate([SQUARE, moved(100)])
        assert hull_iou(X, [0] * 8, [0] * 4 + [1] * 4) == 1

    def test_overlapping_clusters_count_once(self):
        X = np.concatenate([SQUARE, SQUARE])
        assert hull_iou(X, [0] * 4 + [1] * 4, [0] * 4 + [-1] * 4) == 1

    def test_cube(self):
        cube = np.array([[x, y, z] for x in (0, 60) for y in (0, 60) for z in (0, 60)], float)
        X = np.concatenate([cube, cube + np.array([0, 0, 30])])
        assert hull_iou(X, [0] * 8 + [-1] * 8, [-1] * 8 + [0] * 8) == pytest.approx(1 / 3)

    def test_half_of_an_irregular_shape_within_pixels(self):
        angle = np.linspace(0, 2 * np.pi, 200, endpoint=False)
        disc = np.column_stack([np.cos(angle), np.sin(angle)])
        X = np.concatenate([disc * 300, disc * 150])
        iou = hull_iou(X, [0] * 200 + [-1] * 200, [-1] * 200 + [0] * 200, pixel_nm=2)
        assert iou == pytest.approx(0.25, abs=0.01)

    @pytest.mark.parametrize(
        "members", [SQUARE[:2], np.array([[0.0, 0.0], [50.0, 50.0], [100.0, 100.0]])]
    )
    def test_clusters_without_area_are_ignored(self, members):
        X = np.concatenate([members, SQUARE])
        n = len(members)
        assert hull_iou(X, [0] * n + [1] * 4, [-1] * n + [1] * 4) == 1
        assert hull_iou(members, [0] * n, [-1] * n) == 1

    def test_excluding_the_background(self):
        X = np.concatenate([SQUARE, moved(100)])
        truth, found = [0] * 4 + [-1] * 4, [0] * 8
        assert hull_iou(X, truth, found) == pytest.approx(0.5)
        assert hull_iou(X, truth, found, background="exclude") == 1

    def test_moving_the_roi_changes_nothing(self):
        rng = np.random.default_rng(0)
        X, labels = rng.random((60, 2)) * 400, rng.integers(-1, 4, 60)
        truth = np.sort(labels)
        iou = hull_iou(X, truth, labels)
        assert hull_iou(X + 4096, truth, labels) == pytest.approx(iou, abs=1e-3)

    def test_a_raster_that_is_too_fine_is_refused(self):
        with pytest.raises(ParameterError, match="larger pixels"):
            hull_iou(SQUARE * 1e4, [0] * 4, [0] * 4, pixel_nm=1)
        with pytest.raises(ParameterError, match="pixel_nm=0"):
            hull_iou(SQUARE, [0] * 4, [0] * 4, pixel_nm=0)

    def test_coordinates_that_do_not_fit_are_refused(self):
        with pytest.raises(InputError, match="4 labels"):
            hull_iou(SQUARE[:3], [0] * 4, [0] * 4)
        with pytest.raises(InputError, match="not finite"):
            hull_iou([[0, math.nan]], [0], [0])


def test_score_labels_gathers_every_metric():
    X = np.concatenate([SQUARE, SQUARE + 500])
    truth, found = [0] * 4 + [1] * 4, [0] * 4 + [-1] * 4
    scores = score_labels(truth, found, X, background="exclude")
    assert scores.nmi == normalized_mutual_information(truth, found, background="exclude")
    assert scores.ari == adjusted_rand_index(truth, found, background="exclude")
    assert scores.mean_f == pytest.approx(0.5)
    assert scores.symmetric_mean_f == pytest.approx(0.5)
    assert scores.iou == pytest.approx(0.5, abs=0.03)
    assert math.isnan(score_labels(truth, found).iou)
