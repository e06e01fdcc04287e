"""StormGraph as a scikit-learn clusterer."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import check_is_fitted

from stormgraph_py import StormGraph, StormGraphParams
from stormgraph_py.engine.pipeline import cluster_points
from stormgraph_py.errors import InputError, ParameterError


def blobs(d=2, seed=0):
    """Three blobs of 60 in a field of 2000 nm, and 60 localizations between them."""
    rng = np.random.default_rng(seed)
    centers = np.array([[400.0] * d, [1500.0] * d, [400.0] * (d - 1) + [1600.0]])
    clustered = np.repeat(centers, 60, axis=0) + rng.normal(0, 25, (180, d))
    return np.concatenate([clustered, rng.uniform(0, 2000, (60, d))])


ONLY_PLANE_AND_SPACE = "localizations have two or three coordinates; the check has {}"

EXPECTED_FAILURES = {
    "check_n_features_in_after_fitting": ONLY_PLANE_AND_SPACE.format("four"),
    "check_positive_only_tag_during_fit": ONLY_PLANE_AND_SPACE.format("ten"),
    "check_estimators_dtypes": ONLY_PLANE_AND_SPACE.format("five"),
    "check_dtype_object": ONLY_PLANE_AND_SPACE.format("ten"),
}


# some checks fit ten points: fewer than the default k needs
@parametrize_with_checks(
    [StormGraph(k=5)], expected_failed_checks=lambda estimator: EXPECTED_FAILURES
)
def test_scikit_learns_checks(estimator, check):
    check(estimator)


def test_fit_finds_the_blobs():
    X = blobs()
    model = StormGraph().fit(X, area=4e6)
    assert model.labels_.shape == (240,)
    assert model.labels_.dtype == np.int64
    assert model.labels_.max() + 1 == model.result_.n_clusters == 3
    for blob in range(3):
        assert len(set(model.labels_[60 * blob : 60 * blob + 60].tolist()) - {-1}) == 1
    assert (model.labels_[180:] == -1).mean() > 0.8
    assert model.n_features_in_ == 2
    np.testing.assert_array_equal(StormGraph().fit_predict(X, area=4e6), model.labels_)


def test_fit_is_the_engine():
    X, sigma = blobs(), np.full((240, 2), 8.0)
    model = StormGraph(k=12, random_state=5, overcounting=True).fit(X, sigma=sigma, area=4e6)
    params = StormGraphParams(k=12, overcounting=True)
    result = cluster_points(X, sigma, params, area=4e6, random_state=5)
    np.testing.assert_array_equal(model.labels_, result.labels)
    assert model.result_.params == params
    assert model.result_.seed == 5
    assert model.result_.used_sigma


@pytest.mark.parametrize("d", [2, 3])
def test_one_precision_holds_for_every_axis(d):
    X, sigma = blobs(d), np.random.default_rng(1).uniform(5, 12, 240)
    one = StormGraph().fit(X, sigma=sigma)
    every = StormGraph().fit(X, sigma=np.repeat(sigma[:, None], d, axis=1))
    np.testing.assert_array_equal(one.labels_, every.labels_)
    assert one.result_.used_sigma
    assert one.result_.dimensions == d


def test_area_enters():
    X = blobs()
    own, given = StormGraph().fit(X), StormGraph().fit(X, area=9e6)
    assert own.result_.area == pytest.approx(np.prod(np.ptp(X, axis=0)))
    assert given.result_.area == 9e6
    assert given.result_.length_scale.r0_nm != own.result_.length_scale.r0_nm


def test_use_sigma_false_ignores_the_precision():
    X = blobs()
    ignoring = StormGraph(use_sigma=False).fit(X, sigma=np.full(240, 9.0))
    np.testing.assert_array_equal(ignoring.labels_, StormGraph().fit(X).labels_)
    assert not ignoring.result_.used_sigma


@pytest.mark.parametrize(
    ("X", "given", "words"),
    [
        (np.zeros((30, 4)), {}, ["n_features=4", "2 (x, y) or 3"]),
        (blobs(), {"sigma": np.ones(7)}, ["(7,)", "(240, 2)", "give (240,)"]),
        (blobs(), {"sigma": np.ones((240, 3))}, ["(240, 3)", "(240, 2)"]),
        (blobs(), {"sigma": -np.ones(240)}, ["above 0"]),
        (blobs(), {"area": -1.0}, ["-1.0", "above 0"]),
        (blobs()[:9], {}, ["k=15", "at least 16", "got 9"]),
    ],
    ids=["four axes", "short sigma", "sigma of 3 axes", "negative sigma", "negative area", "few"],
)
def test_bad_input_is_refused(X, given, words):
    with pytest.raises(InputError) as error:
        StormGraph().fit(X, **given)
    for word in words:
        assert word in str(error.value)


def test_parameters_are_checked_by_fit_and_not_before():
    model = StormGraph(alpha=7)
    with pytest.raises(ParameterError, match="alpha=7"):
        model.fit(blobs())
    with pytest.raises(ParameterError, match="needs localization precisions"):
        StormGraph(overcounting=True).fit(blobs())


def test_parameters_are_read_set_and_cloned():
    model = StormGraph(k=None, n_trials=2, random_state=3)
    assert model.get_params()["n_trials"] == 2
    model.set_params(alpha=0.2, n_jobs=-1)
    copy = clone(model)
    assert copy.get_params() == model.get_params()
    assert copy.alpha == 0.2
    with pytest.raises(NotFittedError):
        check_is_fitted(copy)
    with pytest.raises(ValueError, match="Invalid parameter"):
        model.set_params(radius=3)


def test_a_fitted_clusterer_survives_pickling():
    model = StormGraph().fit(blobs(), sigma=np.full(240, 9.0))
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.labels_, model.labels_)
    assert again.result_.splits == model.result_.splits


def test_fit_leaves_its_input_alone_and_takes_any_memory_layout():
    X, sigma = blobs(), np.full((240, 2), 9.0)
    kept = X.copy(), sigma.copy()
    X.setflags(write=False)
    sigma.setflags(write=False)
    labels = StormGraph().fit(X, sigma=sigma).labels_
    np.testing.assert_array_equal(X, kept[0])
    np.testing.assert_array_equal(sigma, kept[1])
    fortran = StormGraph().fit(np.asfortranarray(X), sigma=np.asfortranarray(sigma))
    np.testing.assert_array_equal(fortran.labels_, labels)
    lists = StormGraph().fit(X.tolist(), sigma=sigma.tolist())
    np.testing.assert_array_equal(lists.labels_, labels)


def test_a_pipeline_may_end_with_it():
    X = blobs()
    labels = make_pipeline(FunctionTransformer(lambda x: 1000 * x), StormGraph()).fit_predict(
        X / 1000
    )
    np.testing.assert_array_equal(labels, StormGraph().fit(1000 * (X / 1000)).labels_)


@pytest.mark.parametrize(
    "random_state", [0, np.int64(7), None, np.random.RandomState(1), np.random.default_rng(2)]
)
def test_seeds_come_in_every_form(random_state):
    model = StormGraph(random_state=random_state).fit(blobs())
    again = StormGraph(random_state=model.result_.seed).fit(blobs())
    np.testing.assert_array_equal(again.labels_, model.labels_)
