"""StormGraph from localizations to clusters: options, progress, cancellation, bookkeeping."""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pytest

from stormgraph_py import Localizations, StormGraphParams, cluster_localizations
from stormgraph_py.engine import divide
from stormgraph_py.engine.pipeline import STAGES, cluster_points
from stormgraph_py.errors import Cancelled, InputError, ParameterError
from stormgraph_py.metrics import normalized_mutual_information

AREA = 4e6
SIGMA_NM = 8.0


@lru_cache
def sample(d=2, seed=0, n_background=150):
    """Clumps of two, three or one nanocluster in a field of 2 by 2 µm (by 600 nm), with truth."""
    rng = np.random.default_rng(seed)
    size = np.array([2000.0, 2000.0, 600.0])[:d]
    groups = rng.uniform(200, size - 200, (9, d))
    centers, truth = [], []
    for number, group in enumerate(groups):
        for _ in range(1 + number % 3):
            centers.append(group + rng.normal(0, 45, d))
            truth.append(number)
    which = rng.integers(0, len(centers), 700)
    sigma = rng.gamma(9, SIGMA_NM / 9, (700 + n_background, 1)) * np.array([1.0, 1.05, 2.5])[:d]
    noise = 14 * rng.normal(size=(700, d)) + sigma[:700] * rng.normal(size=(700, d))
    X = np.array(centers)[which] + noise
    X = np.concatenate([X, rng.uniform(0, size, (n_background, d))])
    labels = np.concatenate([np.array(truth)[which], np.full(n_background, -1)])
    order = rng.permutation(len(X))
    for array in (X, sigma):
        array.setflags(write=False)
    return X[order], sigma[order], labels[order]


def area_of(d):
    return AREA if d == 2 else AREA * 600


@lru_cache
def analysed(d=2, *, with_sigma=True, seed=0, n_jobs=1, **changes):
    """Result of one analysis; most tests look at the same few."""
    return analysed_anew(d, with_sigma=with_sigma, seed=seed, n_jobs=n_jobs, **changes)


def analysed_anew(d=2, *, with_sigma=True, seed=0, n_jobs=1, **changes):
    X, sigma, _ = sample(d)
    params = StormGraphParams(**{"n_trials": 2, **changes})
    return cluster_points(
        X, sigma if with_sigma else None, params, area=area_of(d), random_state=seed, n_jobs=n_jobs
    )


def nmi(a, b):
    return normalized_mutual_information(a, b)


def same(a, b):
    np.testing.assert_array_equal(a.labels, b.labels)
    np.testing.assert_array_equal(a.coarse_labels, b.coarse_labels)
    for mine, theirs in zip(a.hierarchy.levels, b.hierarchy.levels, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert a.hierarchy.codelength == b.hierarchy.codelength
    assert a.length_scale.r0_nm == b.length_scale.r0_nm
    assert list(map(repr, a.splits)) == list(map(repr, b.splits))


# --- what comes out


@pytest.mark.parametrize("with_sigma", [True, False])
@pytest.mark.parametrize("d", [2, 3])
def test_clusters_of_known_truth_are_found(d, with_sigma):
    result = analysed(d, with_sigma=with_sigma)
    truth = sample(d)[2]
    # coarse enough to hold whatever is chosen for overlapping clumps
    assert nmi(result.coarse_labels, truth) > 0.8
    assert ((result.labels >= 0) == (truth >= 0)).mean() > 0.9
    assert result.n_clusters == len(set(result.labels.tolist()) - {-1})
    assert result.n_clustered == (result.labels >= 0).sum()
    assert result.n_localizations == len(truth)
    assert result.used_sigma == with_sigma
    assert result.dimensions == d
    assert f"{result.n_clusters} clusters" in repr(result)


@pytest.mark.parametrize("with_sigma", [True, False])
def test_the_result_is_consistent(with_sigma):
    result = analysed(with_sigma=with_sigma)
    X, _, _ = sample()
    for labels in (result.labels, result.candidate_labels, *result.hierarchy.levels):
        assert labels.dtype == np.int64
        assert labels.shape == (len(X),)
        sizes = np.bincount(labels[labels >= 0])
        assert (np.diff(sizes) <= 0).all()
        assert sizes.min() >= result.params.min_cluster_size
    np.testing.assert_array_equal(result.coarse_labels, result.hierarchy.levels[0])
    for coarse, fine in pairwise(result.hierarchy.levels):
        inside = fine >= 0
        pairs = set(zip(fine[inside].tolist(), coarse[inside].tolist(), strict=True))
        assert len(pairs) == fine.max() + 1
    noise = result.noise
    assert (result.labels[~noise.retained] == -1).all()
    assert (result.coarse_labels[~noise.retained] == -1).all()
    np.testing.assert_array_equal(noise.rule == 0, noise.retained)
    if with_sigma:
        np.testing.assert_array_equal(noise.retained, noise.degrees >= noise.threshold)
    stages = [timing.stage for timing in result.timings]
    assert stages == [s for s in STAGES if with_sigma or s != "overcounting"]
    assert all(t.cpu_s >= 0 and t.wall_s >= 0 for t in result.timings)
    assert result.area == AREA
    assert result.z_scale == 1
    assert result.n_edges > 0
    assert 0 < result.n_components <= result.n_clusters
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.seed = 1


def test_degrees_belong_to_the_rows_of_the_input():
    result = analysed(with_sigma=False, max_neighbors=10**6)
    X, _, _ = sample()
    distance = np.linalg.norm(X[:, None] - X[None], axis=2)
    weight = np.maximum(0, 1 - distance / result.length_scale.r0_nm)
    np.testing.assert_allclose(result.noise.degrees, weight.sum(axis=1) - 1, rtol=1e-9)


def test_degrees_are_compared_before_neighbours_are_capped():
    # random clouds have no cap: capped degrees of a graph of large r0 would all fall below them
    capped, free = (analysed(with_sigma=False, max_neighbors=m) for m in (5, 500))
    np.testing.assert_array_equal(capped.noise.degrees, free.noise.degrees)
    assert capped.n_edges <= 5 * capped.noise.retained.sum() / 2


# --- options


def test_alpha_1_keeps_every_localization():
    result = analysed(alpha=1)
    assert result.noise is None
    assert result.final_length_scale is result.length_scale
    assert "node degrees" not in [timing.stage for timing in result.timings]
    assert result.n_clustered >= analysed().n_clustered


@pytest.mark.parametrize("with_sigma", [True, False])
def test_k_none_finds_r0_by_itself(with_sigma):
    result = analysed(with_sigma=with_sigma, k=None)
    assert result.length_scale.method.startswith("elbow")
    assert result.final_length_scale.method.startswith("elbow")
    assert nmi(result.coarse_labels, sample()[2]) > 0.6
    # the first r0 does without precisions (paper), so it is the same with and without them
    plain = analysed(with_sigma=False, k=None)
    assert result.length_scale.r0_nm == plain.length_scale.r0_nm


def test_use_sigma_false_is_the_analysis_without_sigma():
    same(analysed(use_sigma=False), analysed(with_sigma=False))


def test_sampled_weights_agree_with_exact_ones_as_two_samples_do():
    exact = [analysed(seed=seed).labels for seed in range(2)]
    sampled = [analysed(seed=seed, weights="monte-carlo").labels for seed in range(2)]
    among = nmi(*sampled)
    across = np.mean([nmi(e, s) for e in exact for s in sampled])
    assert across > among - 0.03
    assert across > 0.9


def test_more_samples_come_closer_to_exact_degrees():
    exact = analysed().noise.degrees
    errors = [
        np.abs(analysed(weights="monte-carlo", n_simulations=n).noise.degrees - exact).mean()
        for n in (10, 100)
    ]
    # a tenth of the variance, a third of the error
    assert errors[1] < 0.5 * errors[0]


@pytest.mark.parametrize("z_profile", ["gaussian", "uniform"])
@pytest.mark.parametrize("with_sigma", [True, False])
def test_both_axial_profiles_find_clusters_in_space(z_profile, with_sigma):
    result = analysed(3, with_sigma=with_sigma, z_profile=z_profile)
    assert nmi(result.coarse_labels, sample(3)[2]) > 0.75
    distinct = len(np.unique(result.noise.threshold))
    assert (distinct > 1) == (z_profile == "gaussian")
    assert (result.z_scale < 0.6) == with_sigma
    assert result.area == AREA * 600


def test_two_dimensions_of_three_dimensional_data():
    X, sigma, _ = sample(3)
    locs = Localizations.from_arrays(X, sigma)
    params = StormGraphParams(dimensions=2, n_trials=2)
    result = cluster_localizations(locs, params, area=AREA)
    plane = Localizations.from_arrays(X[:, :2], sigma[:, :2])
    same(result, cluster_localizations(plane, params, area=AREA))
    assert result.dimensions == 2
    assert cluster_localizations(locs, StormGraphParams(n_trials=2)).dimensions == 3


def test_precisions_along_x_and_y_alone_are_not_passed_over_in_silence():
    X, sigma, _ = sample(3)
    table = Localizations.from_arrays(X, sigma).table.drop(columns="sigma_z_nm")
    locs = Localizations(table)
    result = cluster_localizations(locs, StormGraphParams(n_trials=1))
    assert not result.used_sigma
    assert any("along every axis" in warning for warning in result.warnings)
    plane = cluster_localizations(locs, StormGraphParams(n_trials=1, dimensions=2))
    assert plane.used_sigma


def test_three_dimensions_of_flat_data_are_refused():
    locs = Localizations.from_arrays(sample()[0])
    with pytest.raises(InputError, match="two dimensions"):
        cluster_localizations(locs, StormGraphParams(dimensions=3))


def test_overcounting_removes_what_one_molecule_explains_and_nothing_else():
    rng = np.random.default_rng(3)
    X, sigma, _ = sample()
    # one molecule, seen thirty times and a little closer together than its precision says
    blinks = np.array([1900.0, 1900.0]) + 0.7 * SIGMA_NM * rng.normal(size=(30, 2))
    X = np.concatenate([X, blinks])
    sigma = np.concatenate([sigma, np.full((30, 2), SIGMA_NM)])
    params = StormGraphParams(n_trials=2)
    off = cluster_points(X, sigma, params, area=AREA)
    on = cluster_points(X, sigma, dataclasses.replace(params, overcounting=True), area=AREA)
    np.testing.assert_array_equal(off.labels, off.candidate_labels)
    np.testing.assert_array_equal(on.candidate_labels, off.labels)
    molecule = set(off.labels[-30:].tolist()) - {-1}
    assert len(molecule) == 1
    assert (on.labels[-30:] == -1).all()
    evidence = {e.candidate: e for e in on.overcounting}
    assert sorted(evidence) == list(range(off.n_clusters))
    for candidate, found in evidence.items():
        rows = on.candidate_labels == candidate
        assert set(on.labels[rows].tolist()) == {found.cluster}
        assert (found.cluster == -1) == (found.verdict == "indistinguishable")
    assert evidence[molecule.pop()].verdict == "indistinguishable"
    assert any("one molecule counted" in warning for warning in off.warnings)


def test_overcounting_needs_precisions():
    with pytest.raises(ParameterError, match="needs localization precisions"):
        analysed(with_sigma=False, overcounting=True)


def test_the_minimum_size_holds():
    sizes = np.bincount(analysed(min_cluster_size=60).labels + 1)[1:]
    assert sizes.min() >= 60


def test_random_localizations_are_unclustered_and_that_is_said():
    X = np.random.default_rng(0).uniform(0, 2000, (600, 2))
    result = cluster_points(X, np.full((600, 2), SIGMA_NM), StormGraphParams(), area=AREA)
    assert result.n_clustered <= 0.05 * 600
    assert any("no more clustered than chance" in warning for warning in result.warnings)


@pytest.mark.parametrize("k", [15, None])
def test_hardly_any_localizations_are_analysed(k):
    X = np.random.default_rng(1).uniform(0, 1000, (16, 2))
    result = cluster_points(X, None, StormGraphParams(k=k))
    assert result.labels.shape == (16,)


def test_one_dense_spot_is_one_cluster():
    rng = np.random.default_rng(2)
    X = np.concatenate([rng.normal(1000, 6, (400, 2)), rng.uniform(0, 2000, (100, 2))])
    result = cluster_points(X, np.full((500, 2), 5.0), StormGraphParams(), area=AREA)
    assert result.n_clusters == 1
    assert (result.labels[:400] == 0).mean() > 0.95


# --- seeds, workers, inputs


@pytest.mark.parametrize("with_sigma", [True, False])
def test_the_same_seed_gives_the_same_result(with_sigma):
    same(analysed(with_sigma=with_sigma), analysed_anew(with_sigma=with_sigma))


@pytest.mark.parametrize("weights", ["exact", "monte-carlo"])
def test_workers_change_nothing(monkeypatch, weights):
    monkeypatch.setattr(divide, "EDGES_PER_TASK", 3000)
    one, two = (analysed_anew(weights=weights, n_jobs=n) for n in (1, 2))
    same(one, two)
    np.testing.assert_array_equal(one.noise.degrees, two.noise.degrees)


@pytest.mark.parametrize(
    ("random_state", "n_jobs", "words"),
    [(-1, 1, "random_state=-1"), (0, 0, "n_jobs=0")],
)
def test_impossible_seeds_and_workers_are_refused(random_state, n_jobs, words):
    X, _, _ = sample()
    with pytest.raises(ParameterError, match=words):
        cluster_points(X, None, StormGraphParams(), random_state=random_state, n_jobs=n_jobs)


@pytest.mark.parametrize("d", [2, 3])
def test_the_input_is_left_alone(d):
    X, sigma, _ = sample(d)
    kept = X.copy(), sigma.copy()
    # read-only arrays: writing to them would raise
    X.setflags(write=False)
    sigma.setflags(write=False)
    analysed_anew(d)
    np.testing.assert_array_equal(X, kept[0])
    np.testing.assert_array_equal(sigma, kept[1])


# --- progress and cancellation


@pytest.mark.parametrize(
    ("with_sigma", "changes", "n_jobs"),
    [
        (True, {}, 1),
        (True, {}, 2),
        (False, {}, 1),
        (True, {"weights": "monte-carlo"}, 1),
        (True, {"k": None}, 1),
        (True, {"alpha": 1}, 1),
    ],
    ids=["sigma", "two workers", "no sigma", "sampled", "automatic", "alpha 1"],
)
def test_progress_names_the_stages_in_order_and_never_goes_back(with_sigma, changes, n_jobs):
    events = []
    X, sigma, _ = sample()
    result = cluster_points(
        X, sigma if with_sigma else None, StormGraphParams(n_trials=1, **changes),
        area=AREA, n_jobs=n_jobs, on_progress=events.append,
    )  # fmt: skip
    stages = [event.stage for event in events]
    told = list(dict.fromkeys(stages))
    assert told == [timing.stage for timing in result.timings]
    assert stages == sorted(stages, key=told.index)
    for stage in told:
        fractions = [event.fraction for event in events if event.stage == stage]
        assert fractions == sorted(fractions)
        assert (fractions[0], fractions[-1]) == (0.0, 1.0)


@pytest.mark.parametrize(("after", "n_jobs"), [(1, 1), (3, 1), (6, 2), (9, 1)])
def test_a_stop_raises_soon_after_it_is_asked_for(after, n_jobs):
    X, sigma, _ = sample()
    events = []
    with pytest.raises(Cancelled):
        cluster_points(
            X, sigma, StormGraphParams(n_trials=1), area=AREA, n_jobs=n_jobs,
            on_progress=events.append, should_stop=lambda: len(events) >= after,
        )  # fmt: skip
    assert len(events) == after


def test_the_label_is_round_whatever_the_scale_of_z():
    """A pair of molecules above each other, told apart by z alone, with poor axial precision."""
    rng = np.random.default_rng(0)
    spread = np.array([5.0, 5.0, 30.0])
    pair = np.array([[500.0, 500.0, 200.0], [500.0, 500.0, 290.0]])
    blinks = np.repeat(pair, 15, axis=0) + spread * rng.standard_normal((30, 3))
    others = rng.uniform(0, 1000, (60, 3)) * [1, 1, 0.5]
    points = np.concatenate([blinks, others])
    sigma = np.tile(spread, (90, 1))
    params = StormGraphParams(k=10, label_radius_nm=30.0)
    found = cluster_points(points, sigma, params, area=5e8)
    assert found.z_scale == pytest.approx(1 / 6)
    label = found.candidate_labels[0]
    members = found.candidate_labels == label
    difference = points[members][:, None] - points[members][None]
    z = (difference**2 / (2 * spread**2 + 2 * (30.0 / 3) ** 2)).sum(axis=2)
    evidence = next(e for e in found.overcounting if e.candidate == label)
    assert evidence.largest_z == pytest.approx(z.max())


def test_retained_localizations_that_coincide_keep_the_first_length_scale():
    scattered = np.random.default_rng(0).uniform(0, 2000, (100, 2))
    points = np.concatenate([np.full((40, 2), 500.0), scattered])
    found = cluster_points(points, None, StormGraphParams(), area=AREA)
    np.testing.assert_array_equal(np.flatnonzero(found.labels == 0), np.arange(40))
    assert found.final_length_scale is found.length_scale
    assert any("coincide" in warning for warning in found.warnings)
