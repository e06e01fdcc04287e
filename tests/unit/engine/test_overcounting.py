"""Clusters told, or not told, from multiply counted molecules."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import chi2

from stormgraph_py.engine.overcounting import (
    LARGEST_EXHAUSTIVE,
    OvercountingEvidence,
    apply_overcounting,
    overcounting_evidence,
)
from stormgraph_py.errors import InputError, ParameterError

SIGMA = 5.0


def evidence_of(*clusters, sigma=SIGMA, radius=0.0, significance=0.05):
    """Evidence of clusters given as arrays of positions."""
    points = np.concatenate([np.asarray(c, dtype=float) for c in clusters])
    labels = np.repeat(np.arange(len(clusters)), [len(c) for c in clusters])
    sigma = np.broadcast_to(sigma, points.shape)
    return overcounting_evidence(
        points, sigma, labels, label_radius_nm=radius, significance=significance
    )


def molecule(n, position, seed=0, dimensions=2):
    rng = np.random.default_rng(seed)
    return np.asarray(position, dtype=float) + rng.normal(0, SIGMA, (n, dimensions))


@pytest.mark.parametrize("n", [10, LARGEST_EXHAUSTIVE + 100])
@pytest.mark.parametrize("dimensions", [2, 3])
def test_two_molecules_far_apart_are_told_apart(n, dimensions):
    far = np.eye(1, dimensions)[0] * 100
    both = np.concatenate([molecule(n, 0 * far, 1, dimensions), molecule(n, far, 2, dimensions)])
    (found,) = evidence_of(both)
    assert found.verdict == "several-molecules"
    assert found.n_distinct >= 2
    assert found.largest_z > found.threshold
    assert found.n_localizations == 2 * n


@pytest.mark.parametrize("n", [3, 20, LARGEST_EXHAUSTIVE + 1, 2000])
def test_localizations_in_one_place_are_not_told_apart(n):
    (found,) = evidence_of(np.zeros((n, 2)))
    assert found.verdict == "indistinguishable"
    assert found.largest_z == 0
    assert found.n_distinct == 0
    assert found.n_pairs_tested > 0


@pytest.mark.parametrize("n", [5, LARGEST_EXHAUSTIVE, LARGEST_EXHAUSTIVE + 200])
def test_one_outlier_does_not_make_several_molecules(n):
    (found,) = evidence_of([*np.zeros((n, 2)), [500.0, 0.0]])
    assert found.verdict == "indistinguishable"
    assert found.largest_z == pytest.approx(500**2 / (2 * SIGMA**2))
    assert found.n_distinct == 1


@pytest.mark.parametrize("n", [5, LARGEST_EXHAUSTIVE + 200])
def test_two_outliers_do(n):
    (found,) = evidence_of([*np.zeros((n, 2)), [500.0, 0.0], [0.0, 500.0]])
    assert found.verdict == "several-molecules"


def test_three_localizations_must_each_be_far_from_both_others():
    apart, pair_and_one = [[0, 0], [100, 0], [0, 100]], [[0, 0], [1, 0], [0, 100]]
    first, second = evidence_of(apart, pair_and_one)
    assert (first.verdict, first.n_distinct) == ("several-molecules", 3)
    assert (second.verdict, second.n_distinct) == ("indistinguishable", 1)


def test_two_localizations_are_never_told_apart():
    (found,) = evidence_of([[0, 0], [1e6, 0]])
    assert found.verdict == "indistinguishable"


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("n", [3, 100, 100_000])
def test_threshold_is_the_sidak_quantile(n, dimensions):
    (found,) = evidence_of(np.zeros((n, dimensions)), significance=0.05)
    assert found.threshold == pytest.approx(chi2.ppf(0.95 ** (1 / n), dimensions), rel=1e-8)


def test_axes_count_by_their_own_precision():
    points = [[0, 0], [30, 0], [0, 30]]
    (wide_in_x,) = evidence_of(points, sigma=[100.0, 5.0])
    assert wide_in_x.largest_z == pytest.approx(30**2 / (2 * 100**2) + 30**2 / (2 * 5**2))


def test_label_radius_adds_a_third_of_itself_to_both_positions():
    (found,) = evidence_of([[0, 0], [30, 0], [0, 1]], radius=12.0)
    variance = 2 * SIGMA**2 + 2 * (12 / 3) ** 2
    assert found.largest_z == pytest.approx((30**2 + 1) / variance)


def test_pairs_of_small_clusters_are_all_tested():
    for n in (3, 50, LARGEST_EXHAUSTIVE):
        (found,) = evidence_of(molecule(n, (0, 0)))
        assert found.n_pairs_tested == n * (n - 1) // 2


def test_large_clusters_are_decided_after_few_pairs():
    rng = np.random.default_rng(0)
    n = 20_000
    wide = rng.random((n, 2)) * 1000
    one_place = np.zeros((n, 2))
    for found in evidence_of(wide, one_place):
        assert found.n_pairs_tested < 0.001 * n * (n - 1) / 2


def test_clusters_are_reported_by_label_and_unclustered_left_out():
    points = np.concatenate([molecule(4, (0, 0)), molecule(3, (500, 0)), molecule(2, (900, 0))])
    labels = np.array([7, 7, 7, 7, 2, 2, 2, -1, -1])
    shuffled = np.random.default_rng(0).permutation(9)
    sigma = np.where(labels[:, None] < 0, np.nan, SIGMA) * np.ones((1, 2))
    found = overcounting_evidence(
        points[shuffled], sigma[shuffled], labels[shuffled], label_radius_nm=0, significance=0.05
    )
    assert [(e.candidate, e.cluster, e.n_localizations) for e in found] == [(2, 2, 3), (7, 7, 4)]


def test_no_clusters_have_no_evidence():
    found = overcounting_evidence(
        np.zeros((5, 2)), np.ones((5, 2)), np.full(5, -1), label_radius_nm=0, significance=0.05
    )
    assert found == ()
    labels, after = apply_overcounting(np.full(5, -1), found)
    assert labels.tolist() == [-1] * 5
    assert after == ()


def entry(candidate, n, verdict="several-molecules"):
    return OvercountingEvidence(
        candidate=candidate,
        cluster=candidate,
        n_localizations=n,
        n_pairs_tested=1,
        largest_z=1.0,
        threshold=2.0,
        n_distinct=0,
        verdict=verdict,
    )


def test_removed_clusters_leave_the_rest_numbered_by_size():
    labels = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, -1, 5, 5, 5, 5, 5, 5])
    evidence = (entry(0, 4), entry(1, 5, "indistinguishable"), entry(2, 4), entry(5, 6))
    before = labels.copy()
    final, after = apply_overcounting(labels, evidence)
    assert final.tolist() == [1] * 4 + [-1] * 5 + [2] * 4 + [-1] + [0] * 6
    assert [e.cluster for e in after] == [1, -1, 2, 0]
    assert [e.candidate for e in after] == [0, 1, 2, 5]
    np.testing.assert_array_equal(labels, before)


def test_removing_every_cluster_leaves_none():
    final, after = apply_overcounting(np.array([0, 0, 0, -1]), (entry(0, 3, "indistinguishable"),))
    assert final.tolist() == [-1] * 4
    assert after[0].cluster == -1


@pytest.mark.parametrize("wrong", [0.0, -1.0, np.nan, np.inf])
def test_impossible_precision_is_refused(wrong):
    sigma = np.full((4, 2), SIGMA)
    sigma[2, 1] = wrong
    with pytest.raises(InputError, match="Localization 2"):
        overcounting_evidence(
            np.zeros((4, 2)), sigma, np.zeros(4, dtype=int), label_radius_nm=0, significance=0.05
        )


@pytest.mark.parametrize(
    ("radius", "significance", "message"),
    [
        (-1.0, 0.05, "label_radius_nm=-1"),
        (math.inf, 0.05, "label_radius_nm=inf"),
        (0.0, 0.0, "significance=0"),
        (0.0, 1.0, "significance=1"),
    ],
)
def test_impossible_parameters_are_refused(radius, significance, message):
    with pytest.raises(ParameterError, match=message):
        evidence_of(np.zeros((4, 2)), radius=radius, significance=significance)
