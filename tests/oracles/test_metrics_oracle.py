"""Metrics against scikit-learn, and against definitions written out cluster by cluster."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import Delaunay
from sklearn.metrics import adjusted_rand_score, f1_score, normalized_mutual_info_score

from stormgraph_py.metrics import (
    adjusted_rand_index,
    hull_iou,
    mean_f_measure,
    normalized_mutual_information,
    symmetric_mean_f,
)

labellings = st.integers(1, 80).flatmap(
    lambda n: st.tuples(
        *[st.lists(st.integers(-1, 7), min_size=n, max_size=n).map(np.array) for _ in range(2)]
    )
)


def brute_force_mean_f(truth, found, matchable):
    total = 0.0
    for reference in np.unique(truth):
        member = truth == reference
        best = max((f1_score(member, found == label) for label in matchable), default=0.0)
        total += member.sum() * best
    return total / len(truth)


@settings(max_examples=40, deadline=None)
@given(pair=labellings)
def test_nmi_is_scikit_learns(pair):
    truth, found = pair
    assert normalized_mutual_information(truth, found) == pytest.approx(
        normalized_mutual_info_score(truth, found), abs=1e-9
    )
    kept = truth >= 0
    if kept.any():
        assert normalized_mutual_information(truth, found, background="exclude") == pytest.approx(
            normalized_mutual_info_score(truth[kept], found[kept]), abs=1e-9
        )


@settings(max_examples=40, deadline=None)
@given(pair=labellings)
def test_ari_is_scikit_learns(pair):
    truth, found = pair
    assert adjusted_rand_index(truth, found) == pytest.approx(
        adjusted_rand_score(truth, found), abs=1e-12
    )
    kept = truth >= 0
    if kept.any():
        assert adjusted_rand_index(truth, found, background="exclude") == pytest.approx(
            adjusted_rand_score(truth[kept], found[kept]), abs=1e-12
        )


@pytest.mark.parametrize("seed", range(3))
def test_large_labellings_agree_with_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    truth = rng.integers(-1, 3000, 50_000)
    found = np.where(rng.random(50_000) < 0.8, truth, rng.integers(-1, 5000, 50_000))
    assert normalized_mutual_information(truth, found) == pytest.approx(
        normalized_mutual_info_score(truth, found), rel=1e-9
    )
    assert adjusted_rand_index(truth, found) == pytest.approx(
        adjusted_rand_score(truth, found), rel=1e-9
    )


@pytest.mark.parametrize("seed", range(12))
def test_mean_f_is_the_best_f1_of_every_reference(seed):
    rng = np.random.default_rng(seed)
    truth, found = rng.integers(-1, 4, 40), rng.integers(-1, 6, 40)
    assert mean_f_measure(truth, found) == pytest.approx(
        brute_force_mean_f(truth, found, np.unique(found))
    )
    kept = truth >= 0
    labels = np.unique(found[kept])
    assert mean_f_measure(truth, found, background="exclude") == pytest.approx(
        brute_force_mean_f(truth[kept], found[kept], labels[labels >= 0])
    )
    both = (
        brute_force_mean_f(truth, found, np.unique(found)),
        brute_force_mean_f(found, truth, np.unique(truth)),
    )
    assert symmetric_mean_f(truth + 1, found + 1) == pytest.approx(np.mean(both))


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("seed", range(3))
def test_iou_is_that_of_pixels_in_delaunay_triangulations(seed, dimensions):
    rng = np.random.default_rng(seed)
    centers = rng.random((6, dimensions)) * 200
    truth = rng.integers(-1, 6, 150)
    found = np.where(rng.random(150) < 0.7, truth, rng.integers(-1, 6, 150))
    X = centers[truth] + rng.normal(size=(150, dimensions)) * 25
    pixel_nm = 5.0 if dimensions == 2 else 15.0
    low = X.min(axis=0)
    n_pixels = int(np.ptp(X, axis=0).max() / pixel_nm) + 1
    axes = [start + (np.arange(n_pixels) + 0.5) * pixel_nm for start in low]
    pixels = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, dimensions)

    def inside(labels):
        mask = np.zeros(len(pixels), dtype=bool)
        for label in range(6):
            mask |= Delaunay(X[labels == label]).find_simplex(pixels) >= 0
        return mask

    a, b = inside(truth), inside(found)
    expected = (a & b).sum() / (a | b).sum()
    assert hull_iou(X, truth, found, pixel_nm=pixel_nm) == pytest.approx(expected, abs=1e-3)
