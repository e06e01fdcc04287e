"""Rank tests and corrections against scipy, scikit-posthocs, statsmodels and all permutations."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from stormgraph_py.clusters.rank_tests import (
    EXACT_UP_TO,
    corrected,
    dunn,
    kruskal_wallis,
    mann_whitney,
    welch_t,
)
from stormgraph_py.errors import ParameterError

few = st.lists(st.integers(0, 6), min_size=1, max_size=6)


def by_every_division(a: list[int], b: list[int]) -> float:
    """Share of all divisions whose rank sum is as far from its mean as the one seen."""
    pooled = np.array([*a, *b])
    ranks = stats.rankdata(pooled)
    n = len(pooled)
    expected = len(b) * (n + 1) / 2
    sums = np.array([ranks[list(c)].sum() for c in combinations(range(n), len(b))])
    seen = abs(ranks[len(a) :].sum() - expected)
    return float((np.abs(sums - expected) >= seen - 1e-9).mean())


@given(few, few)
def test_mann_whitney_is_the_permutation_test_also_with_ties(a: list[int], b: list[int]) -> None:
    found = mann_whitney(a, b)
    assert found.p == pytest.approx(by_every_division(a, b))
    assert found.smallest_p <= found.p + 1e-12


@pytest.mark.parametrize(("n", "m"), [(3, 3), (4, 9), (12, 7), (25, 25), (30, 40)])
def test_mann_whitney_is_that_of_scipy_without_ties(n: int, m: int) -> None:
    rng = np.random.default_rng(n)
    a, b = rng.normal(size=n), rng.normal(0.6, 1, size=m)
    exact = n + m <= EXACT_UP_TO
    theirs = stats.mannwhitneyu(b, a, method="exact" if exact else "asymptotic")
    found = mann_whitney(a, b)
    assert found.method == ("exact" if exact else "asymptotic")
    assert found.statistic == theirs.statistic
    assert found.p == pytest.approx(theirs.pvalue)


def test_mann_whitney_of_many_with_ties_is_that_of_scipy() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, 9, 40), rng.integers(1, 9, 33)
    assert mann_whitney(a, b).p == pytest.approx(
        stats.mannwhitneyu(b, a, method="asymptotic").pvalue
    )


@pytest.mark.parametrize(("n", "m"), [(3, 3), (4, 4), (5, 2)])
def test_smallest_p_is_that_of_separated_groups(n: int, m: int) -> None:
    apart = mann_whitney(np.arange(n), 100 + np.arange(m))
    mixed = mann_whitney(np.arange(n) * 2.0, np.arange(m) * 2.0 + 1)
    assert apart.p == pytest.approx(apart.smallest_p)
    assert mixed.smallest_p == pytest.approx(apart.smallest_p)
    assert mixed.p > mixed.smallest_p


@given(few, few)
def test_rank_tests_do_not_see_a_monotone_change_or_the_order(a: list[int], b: list[int]) -> None:
    before = mann_whitney(a, b)
    after = mann_whitney(np.exp(np.array(a[::-1])), np.exp(np.array(b[::-1])))
    swapped = mann_whitney(b, a)
    assert after == before
    assert swapped.p == pytest.approx(before.p)
    assert swapped.statistic == pytest.approx(len(a) * len(b) - before.statistic)


def groups(seed: int, ties: bool = True) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(3, 12, size=rng.integers(3, 6))
    draw = [rng.normal(0.4 * i, 1, n) for i, n in enumerate(sizes)]
    return [np.round(v, 0 if ties else 9) for v in draw]


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_kruskal_wallis_is_that_of_scipy(seed: int, ties: bool) -> None:
    values = groups(seed, ties)
    theirs = stats.kruskal(*values)
    found = kruskal_wallis(values)
    assert (found.statistic, found.p) == pytest.approx((theirs.statistic, theirs.pvalue))
    assert found.smallest_p <= found.p + 1e-12


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_dunn_is_that_of_scikit_posthocs(seed: int, ties: bool) -> None:
    posthocs = pytest.importorskip("scikit_posthocs")
    values = groups(seed, ties)
    theirs = posthocs.posthoc_dunn(values).to_numpy()
    found = dunn(values)
    assert len(found) == len(values) * (len(values) - 1) // 2
    for (i, j), outcome in found.items():
        assert outcome.p == pytest.approx(theirs[i, j], rel=1e-9)
        assert np.sign(outcome.statistic) == np.sign(
            stats.rankdata(np.concatenate(values))[
                np.repeat(np.arange(len(values)), list(map(len, values))) == j
            ].mean()
            - stats.rankdata(np.concatenate(values))[
                np.repeat(np.arange(len(values)), list(map(len, values))) == i
            ].mean()
        )


def test_dunn_at_its_farthest() -> None:
    apart = dunn([np.arange(3), 50 + np.arange(4), 100 + np.arange(5)])
    assert apart[0, 2].p == pytest.approx(apart[0, 2].smallest_p)
    assert apart[0, 1].p > apart[0, 1].smallest_p


def test_welch_is_that_of_scipy_in_the_direction_of_the_second() -> None:
    a, b = [1.0, 2.0, 4.0], [5.0, 6.5, 6.0, 9.0]
    theirs = stats.ttest_ind(b, a, equal_var=False)
    found = welch_t(a, b)
    assert (found.statistic, found.p) == pytest.approx((theirs.statistic, theirs.pvalue))


@pytest.mark.parametrize(
    ("ours", "theirs"), [("holm", "holm"), ("bonferroni", "bonferroni"), ("fdr", "fdr_bh")]
)
@given(p=st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_corrections_are_those_of_statsmodels(ours, theirs, p) -> None:
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    expected = multitest.multipletests(p, method=theirs)[1]
    assert corrected(p, ours) == pytest.approx(expected)
    with_gap = corrected([*p, np.nan], ours)
    assert with_gap[:-1] == pytest.approx(expected)
    assert np.isnan(with_gap[-1])


def test_what_cannot_be_tested_has_no_p() -> None:
    assert np.isnan(mann_whitney([], [1.0]).p)
    assert np.isnan(kruskal_wallis([[1.0], [], []]).p)
    assert np.isnan(dunn([[1.0, 2.0], [], [3.0]])[0, 1].p)
    assert np.isfinite(dunn([[1.0, 2.0], [], [3.0]])[0, 2].p)
    assert np.isnan(welch_t([1.0], [2.0, 3.0]).p)


def test_equal_values_differ_in_nothing() -> None:
    same = np.ones(40)
    assert mann_whitney(same, same).p == 1
    assert mann_whitney(same[:3], same[:4]).p == 1
    assert kruskal_wallis([same, same, same]).p == 1
    assert dunn([same, same, same])[0, 1].p == 1
    assert welch_t(same, same).p == 1


def test_faults_are_named() -> None:
    with pytest.raises(ParameterError, match="not finite"):
        mann_whitney([np.nan], [1.0])
    with pytest.raises(ParameterError, match="'tukey' is unknown; choose holm"):
        corrected([0.1], "tukey")  # type: ignore[arg-type]
