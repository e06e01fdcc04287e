"""Selection of one level from made-up nested levels whose answers are known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from stormgraph_py.engine import kernel
from stormgraph_py.engine.selection import Split, consensus, select_level


@pytest.fixture(autouse=True, params=["compiled", "python"])
def version(request, monkeypatch):
    """Every test holds for the compiled kernel and for the version without it."""
    if request.param == "python":
        monkeypatch.setattr(kernel, "native", None)
    elif kernel.native is None:
        pytest.skip("the compiled kernel is not installed")


def blobs(sizes, gap=100.0, seed=0):
    """Tight blobs in a row, far apart, and the blob of every point."""
    rng = np.random.default_rng(seed)
    which = np.repeat(np.arange(len(sizes)), sizes)
    return rng.normal(0, 1, (len(which), 2)) + gap * which[:, None] * [1, 0], which


def levels_of(*rows):
    return np.array(rows, dtype=np.int32)


def only(splits) -> Split:
    assert len(splits) == 1
    return splits[0]


def test_a_cluster_of_two_blobs_is_split_into_them():
    points, which = blobs([40, 30])
    labels, splits = select_level(points, levels_of(0 * which, which))
    np.testing.assert_array_equal(labels, which)
    split = only(splits)
    assert (split.level, split.cluster) == (0, 0)
    assert (split.n_localizations, split.n_subclusters) == (70, 2)
    assert split.accepted
    assert split.reason == "accepted"
    assert split.similarity == 1
    assert split.similarity_unsplit < 1


def test_a_single_blob_stays_whole_however_infomap_divides_it():
    points, _ = blobs([60])
    halves = (points[:, 0] > 0).astype(int)
    labels, splits = select_level(points, levels_of(0 * halves, halves))
    np.testing.assert_array_equal(labels, np.zeros(60))
    split = only(splits)
    assert not split.accepted
    assert split.reason == "connected"
    assert split.k_connected == split.k_star == 6
    assert split.similarity_unsplit == 1


def test_subclusters_that_ignore_the_gaps_are_too_dissimilar():
    points, which = blobs([40, 40])
    stripes = (points[:, 1] > 0).astype(int)
    labels, splits = select_level(points, levels_of(0 * which, stripes))
    np.testing.assert_array_equal(labels, np.zeros(80))
    assert only(splits).reason == "too-dissimilar"
    assert only(splits).similarity < 0.8


def test_a_split_less_similar_than_the_whole_cluster_is_refused():
    points, which = blobs([90, 10])
    # ten points of the large blob go with the small one
    subclusters = np.where(np.arange(100) < 80, 0, 1)
    labels, splits = select_level(points, levels_of(0 * which, subclusters))
    np.testing.assert_array_equal(labels, np.zeros(100))
    split = only(splits)
    assert split.reason == "single-cluster-closer"
    assert 0.8 <= split.similarity <= split.similarity_unsplit


@pytest.mark.parametrize("threshold", ["met", "just missed"])
def test_the_similarity_threshold_is_inclusive(threshold):
    points, which = blobs([50, 50])
    # five points of the first blob go with the second
    subclusters = (np.arange(100) >= 45).astype(np.int64)
    similarity = consensus(points, subclusters).similarity
    # F1 of 45 within 50 is 90/95, of 55 around 50 is 100/105, each cluster weighted by its size
    forth = (90 / 95 + 100 / 105) / 2
    back = 0.45 * 90 / 95 + 0.55 * 100 / 105
    assert similarity == pytest.approx((forth + back) / 2)
    bound = similarity if threshold == "met" else math.nextafter(similarity, 2)
    _, splits = select_level(points, levels_of(0 * which, subclusters), similarity_threshold=bound)
    assert only(splits).accepted == (threshold == "met")
    assert only(splits).reason == ("accepted" if threshold == "met" else "too-dissimilar")


@pytest.mark.parametrize(("n_fragment", "accepted"), [(1, True), (2, True), (3, False)])
def test_at_most_one_in_a_hundred_may_fall_into_small_subclusters(n_fragment, accepted):
    points, which = blobs([120, 80])
    subclusters = which.copy()
    subclusters[:n_fragment] = 2
    labels, splits = select_level(points, levels_of(0 * which, subclusters), min_cluster_size=5)
    split = only(splits)
    assert split.accepted == accepted
    if accepted:
        np.testing.assert_array_equal(labels[:n_fragment], -1)
        np.testing.assert_array_equal(labels[n_fragment:], which[n_fragment:])
    else:
        assert split.reason == "fragments"
        assert math.isnan(split.similarity)
        assert (split.k_star, split.k_connected) == (0, 0)
        np.testing.assert_array_equal(labels, 0)


def test_a_subcluster_of_the_minimum_size_is_no_fragment():
    points, which = blobs([60, 5])
    labels, splits = select_level(points, levels_of(0 * which, which), min_cluster_size=5)
    assert only(splits).reason != "fragments"
    np.testing.assert_array_equal(labels, which)


def test_clusters_under_the_minimum_size_are_left_out():
    points, which = blobs([20, 4, 5])
    labels, splits = select_level(points, levels_of(which), min_cluster_size=5)
    np.testing.assert_array_equal(labels, np.where(which == 0, 0, np.where(which == 2, 1, -1)))
    assert splits == []


def test_splitting_goes_on_below_an_accepted_split_and_ends_at_a_refused_one():
    # two pairs of blobs; the first pair has two blobs, the second is one blob cut in half
    points, which = blobs([30, 30, 40, 40])
    points[which == 1] += [-80, 0]
    points[which == 3] += [-100, 0]
    pair = which // 2
    finest = which.copy()
    finest[(which == 3) & (points[:, 1] > 0)] = 4
    labels, splits = select_level(points, levels_of(0 * which, pair, which, finest))
    np.testing.assert_array_equal(labels, np.minimum(which, 2))
    assert [(s.level, s.cluster, s.reason) for s in splits] == [
        (0, 0, "accepted"),
        (1, 0, "accepted"),
        (1, 1, "connected"),
    ]


def test_levels_that_do_not_divide_a_cluster_are_passed_over():
    points, which = blobs([30, 30, 30])
    points[which == 2] += [-70, 0]
    first = (which > 0).astype(int)
    labels, splits = select_level(points, levels_of(0 * which, first, first, which))
    np.testing.assert_array_equal(labels, which)
    assert [(s.level, s.cluster, s.n_subclusters) for s in splits] == [(0, 0, 2), (1, 1, 2)]
