"""Parameters: what they refuse, and their way through dictionaries and JSON."""

from __future__ import annotations

import dataclasses
import inspect
import json

import numpy as np
import pytest

from stormgraph_py.errors import ParameterError, StormGraphError
from stormgraph_py.estimator import StormGraph
from stormgraph_py.params import SMALLEST_CLUSTER, StormGraphParams

NAMES = [field.name for field in dataclasses.fields(StormGraphParams)]

REFUSED = [
    ("k", 0, "below 1"),
    ("k", 15.0, "no whole number"),
    ("k", "15", "no whole number"),
    ("k", True, "no whole number"),
    ("alpha", 0, "0 < alpha <= 1"),
    ("alpha", 1.01, "0 < alpha <= 1"),
    ("alpha", float("nan"), "0 < alpha <= 1"),
    ("alpha", "0.05", "no number"),
    ("alpha", None, "no number"),
    ("alpha", True, "no number"),
    ("min_cluster_size", 2, f"below {SMALLEST_CLUSTER}"),
    ("min_cluster_size", 5.5, "no whole number"),
    ("overcounting", "no", "no truth value"),
    ("overcounting", 1, "no truth value"),
    ("use_sigma", None, "no truth value"),
    ("label_radius_nm", -1, "0 <= label_radius_nm"),
    ("label_radius_nm", float("inf"), "0 <= label_radius_nm"),
    ("overcounting_significance", 0, "0 < overcounting_significance < 1"),
    ("overcounting_significance", 1, "0 < overcounting_significance < 1"),
    ("weights", "Exact", "'exact' or 'monte-carlo'"),
    ("weights", ["exact"], "'exact' or 'monte-carlo'"),
    ("z_profile", "flat", "'gaussian' or 'uniform'"),
    ("community_backend", "leiden", "'infomap'"),
    ("louvain_backend", "networkx", "'igraph' or 'python-louvain'"),
    ("n_simulations", 1, "below 2"),
    ("n_trials", 0, "below 1"),
    ("max_neighbors", 0, "below 1"),
    ("min_edge_probability", 1.5, "0 <= min_edge_probability <= 1"),
    ("similarity_threshold", -0.1, "0 <= similarity_threshold <= 1"),
    ("dimensions", 4, "2, 3 or None"),
    ("dimensions", 2.0, "2, 3 or None"),
]


@pytest.mark.parametrize(("name", "value", "words"), REFUSED)
def test_values_out_of_bounds_are_refused_with_name_value_and_bound(name, value, words):
    with pytest.raises(ParameterError) as error:
        StormGraphParams(**{name: value})
    message = str(error.value)
    assert message.startswith(name)
    assert str(value) in message
    assert words in message


def test_a_refusal_is_an_error_of_the_package_and_of_the_value():
    assert issubclass(ParameterError, StormGraphError)
    assert issubclass(ParameterError, ValueError)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("k", None),
        ("k", 1),
        ("alpha", 1),
        ("alpha", 1e-9),
        ("min_cluster_size", SMALLEST_CLUSTER),
        ("label_radius_nm", 0),
        ("min_edge_probability", 0),
        ("min_edge_probability", 1),
        ("similarity_threshold", 0),
        ("similarity_threshold", 1),
        ("dimensions", None),
        ("dimensions", 3),
    ],
)
def test_bounds_themselves_are_allowed(name, value):
    assert getattr(StormGraphParams(**{name: value}), name) == value


def test_the_defaults_are_those_the_paper_recommends():
    params = StormGraphParams()
    assert (params.alpha, params.max_neighbors, params.min_edge_probability) == (0.05, 500, 0.75)
    assert (params.n_simulations, params.similarity_threshold) == (100, 0.8)
    assert params.overcounting_significance == 0.05
    assert 10 <= params.k <= 20


def test_parameters_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        StormGraphParams().k = 3


def test_parameters_come_back_from_json():
    params = StormGraphParams(k=None, alpha=0.1, dimensions=2, overcounting=True)
    assert StormGraphParams.from_dict(json.loads(json.dumps(params.as_dict()))) == params


def test_numbers_of_numpy_become_those_of_json():
    params = StormGraphParams(
        k=np.int64(12), alpha=np.float32(0.25), overcounting=np.bool_(True), dimensions=np.int8(2)
    )
    assert json.loads(json.dumps(params.as_dict())) == params.as_dict()
    assert params == StormGraphParams(k=12, alpha=0.25, overcounting=True, dimensions=2)


@pytest.mark.parametrize(
    ("name", "hint"), [("aplha", "alpha"), ("min_cluster", "min_cluster_size"), ("zzz", "known: k")]
)
def test_an_unknown_name_is_refused_with_the_closest_one(name, hint):
    with pytest.raises(ParameterError, match=hint):
        StormGraphParams.from_dict({name: 1})


def test_every_parameter_is_documented():
    text = inspect.getdoc(StormGraphParams)
    assert all(f"\n{name} : " in text for name in NAMES)


def test_the_clusterer_has_the_same_parameters_and_defaults():
    ours = StormGraphParams().as_dict()
    theirs = StormGraph().get_params()
    # the dimensions of X speak for themselves
    assert set(ours) - set(theirs) == {"dimensions"}
    assert set(theirs) - set(ours) == {"n_jobs", "random_state"}
    assert {name: theirs[name] for name in theirs if name in ours} == {
        name: value for name, value in ours.items() if name in theirs
    }
    text = inspect.getdoc(StormGraph)
    assert all(f"\n{name} : " in text for name in theirs)
