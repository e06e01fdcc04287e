"""Expected weights and chances of co-occurrence: bounds, order, units, symmetry."""

from __future__ import annotations

import numpy as np
import pytest

from stormgraph_py.engine.expectation import TAIL, expected_weight, weight_table
from stormgraph_py.engine.pruning import co_occurrence, critical_distance, keeps_edge


def random_pairs(d, n=500):
    rng = np.random.default_rng(d)
    return rng.normal(0, 0.6, (n, d)), rng.uniform(0.05, 0.6, (n, d)) ** 2


@pytest.mark.parametrize("d", [2, 3])
def test_table_falls_with_distance_and_cannot_be_changed(d):
    table = weight_table(d)
    assert table.min() >= 0
    assert table.max() == 1
    # single precision and the quadrature leave steps of no account
    assert np.diff(table, axis=1).max() < 1e-6
    # a coincident pair loses weight as its spread grows
    assert np.diff(table[:, 0]).max() < 1e-6
    with pytest.raises(ValueError, match="read-only"):
        table[0, 0] = 2


@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("function", [expected_weight, co_occurrence])
def test_only_ratios_of_lengths_count(d, function):
    difference, variance = random_pairs(d)
    np.testing.assert_allclose(
        function(difference, variance, 1.0),
        function(37.5 * difference, 37.5**2 * variance, 37.5),
        atol=1e-12,
    )


@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("function", [expected_weight, co_occurrence])
def test_neither_the_sign_nor_the_names_of_axes_count(d, function):
    difference, variance = random_pairs(d)
    there = function(difference, variance, 1.0)
    np.testing.assert_allclose(function(-difference, variance, 1.0), there, atol=1e-12)
    # where all axes are told apart, the order in which they are integrated leaves a trace
    np.testing.assert_allclose(
        function(difference[:, ::-1].copy(), variance[:, ::-1].copy(), 1.0), there, atol=3e-4
    )


@pytest.mark.parametrize("d", [2, 3])
def test_weight_is_at_most_the_chance_and_both_lie_between_0_and_1(d):
    difference, variance = random_pairs(d)
    weight = expected_weight(difference, variance, 1.0)
    chance = co_occurrence(difference, variance, 1.0)
    assert (weight >= 0).all()
    assert (weight <= chance + 2e-3).all()
    assert (chance <= 1 + 1e-4).all()


@pytest.mark.parametrize("d", [2, 3])
def test_pairs_far_beyond_r0_weigh_nothing(d):
    spread = np.array([1e-6, 0.1, 1.0])
    difference = np.zeros((3, d))
    difference[:, 0] = 1.01 + TAIL * spread
    weight = expected_weight(difference, np.repeat(spread[:, None] ** 2, d, 1), 1.0)
    np.testing.assert_array_equal(weight, 0)


@pytest.mark.parametrize("d", [2, 3])
def test_a_pair_with_very_large_errors_weighs_nothing_and_is_not_kept(d):
    difference, variance = np.zeros((1, d)), np.full((1, d), 1e12)
    assert expected_weight(difference, variance, 1.0)[0] < 1e-3
    assert co_occurrence(difference, variance, 1.0)[0] < 1e-3
    assert not keeps_edge(difference, variance, 1.0, 0.75)[0]


@pytest.mark.parametrize("d", [2, 3])
def test_functions_take_no_pairs(d):
    none = np.empty((0, d))
    for found in (
        expected_weight(none, none, 1.0),
        co_occurrence(none, none, 1.0),
        keeps_edge(none, none, 1.0, 0.75),
        critical_distance(np.empty(0), 0.75, d)[0],
    ):
        assert found.shape == (0,)


@pytest.mark.parametrize("d", [2, 3])
def test_a_pair_without_error_is_kept_up_to_r0(d):
    difference = np.zeros((3, d))
    difference[:, 0] = [0.999, 1.0, 1.001]
    kept = keeps_edge(difference, np.zeros((3, d)), 1.0, 0.75)
    np.testing.assert_array_equal(kept, [True, True, False])


@pytest.mark.parametrize("d", [2, 3])
def test_critical_distance_falls_with_spread_and_with_the_bound(d):
    spread = np.linspace(0, 1, 50)
    strict, _ = critical_distance(spread, 0.9, d)
    lenient, _ = critical_distance(spread, 0.75, d)
    assert strict[0] == lenient[0] == 1
    assert (np.diff(strict) <= 0).all()
    assert (strict <= lenient).all()
    # more often than not means within r0
    assert lenient.max() <= 1
