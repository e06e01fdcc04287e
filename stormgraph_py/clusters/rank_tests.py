"""Rank tests between conditions, and the correction of their p-values for their number.

`scipy.stats` takes a second to load, so that only what uses it loads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from stormgraph_py.arrays import FloatArray
from stormgraph_py.errors import ParameterError

Correction: TypeAlias = Literal["holm", "bonferroni", "fdr"]

EXACT_UP_TO = 50
"""Units of both conditions together up to which the Mann-Whitney test counts all arrangements."""

TEST_NAMES = {
    "mann-whitney": "Mann-Whitney U",
    "kruskal-wallis": "Kruskal-Wallis",
    "dunn": "Dunn",
    "welch-t": "Welch's t",
}
"""What people call them."""

_MOST_ORDERED = 6
"""Conditions up to which every order of them is looked at for the smallest p-value."""


@dataclass(frozen=True, kw_only=True)
class TestOutcome:
    """What one test found.

    Parameters
    ----------
    test : str
        ``mann-whitney``, ``kruskal-wallis``, ``dunn`` or ``welch-t``.
    method : str
        ``exact`` or ``asymptotic``.
    statistic : float
        U of the second condition, H, z or t.
    p : float
        Two-sided p-value; NaN where the test cannot be done.
    smallest_p : float
        Smallest p-value that any data with these numbers of units and these ties could give.
    """

    __test__ = False  # no class of tests, whatever pytest makes of its name

    test: str
    method: str
    statistic: float
    p: float
    smallest_p: float


def mann_whitney(first: npt.ArrayLike, second: npt.ArrayLike) -> TestOutcome:
    """Test whether values of one condition tend to be larger than those of the other.

    Up to `EXACT_UP_TO` values the p-value is exact with and without ties: the share of all
    divisions of the pooled values into two groups of these sizes whose rank sum is at least as far
    from its mean. Beyond, it is the normal approximation with corrections for ties and continuity.

    Parameters
    ----------
    first, second : (n,) and (m,) array
        One value a unit, finite.

    Returns
    -------
    TestOutcome
        The statistic is U of the second condition: the pairs in which its value is the larger one,
        ties counted half. p is NaN without values on either side.

    Examples
    --------
    >>> outcome = mann_whitney([1.0, 2.0, 3.0], [4.0, 5.0, 6.0])
    >>> outcome.statistic, round(outcome.p, 3), outcome.method
    (9.0, 0.1, 'exact')
    """
    from scipy import stats

    a, b = _values(first), _values(second)
    if not len(a) or not len(b):
        return TestOutcome(
            test="mann-whitney", method="exact", statistic=np.nan, p=np.nan, smallest_p=np.nan
        )
    ranks = stats.rankdata(np.concatenate([a, b]))
    u = float(ranks[len(a) :].sum() - len(b) * (len(b) + 1) / 2)
    if len(ranks) <= EXACT_UP_TO:
        p, smallest = _exact_rank_sum(ranks, len(b))
        method = "exact"
    else:
        method = "asymptotic"
        p = float(stats.mannwhitneyu(b, a, method="asymptotic").pvalue)
        ordered = np.sort(ranks)
        extreme = stats.mannwhitneyu(ordered[-len(b) :], ordered[: -len(b)], method="asymptotic")
        smallest = float(extreme.pvalue)
    # all values equal leave the approximation without a variance
    return TestOutcome(
        test="mann-whitney",
        method=method,
        statistic=u,
        p=1.0 if np.ptp(ranks) == 0 else p,
        smallest_p=1.0 if np.ptp(ranks) == 0 else smallest,
    )


def kruskal_wallis(groups: Sequence[npt.ArrayLike]) -> TestOutcome:
    """Test whether any of several conditions tends to larger values than another.

    Parameters
    ----------
    groups : sequence of (n_i,) array
        One value a unit for each condition, finite.

    Returns
    -------
    TestOutcome
        H, corrected for ties, with its chi-square approximation; p is NaN where fewer than two
        conditions have values.

    Examples
    --------
    >>> round(kruskal_wallis([[1, 2, 3], [4, 5, 6], [7, 8, 9]]).p, 4)
    0.0273
    """
    from scipy import stats

    values = [v for v in map(_values, groups) if len(v)]
    h = p = smallest = np.nan
    if len(values) > 1:
        pooled = np.concatenate(values)
        if np.ptp(pooled) == 0:
            h, p, smallest = 0.0, 1.0, 1.0
        else:
            h, p = map(float, stats.kruskal(*values))
            ordered = np.sort(pooled)
            smallest = min(
                float(stats.kruskal(*np.split(ordered, np.cumsum(sizes)[:-1])).pvalue)
                for sizes in _orders([len(v) for v in values])
            )
    return TestOutcome(
        test="kruskal-wallis", method="asymptotic", statistic=h, p=p, smallest_p=smallest
    )


def dunn(
    groups: Sequence[npt.ArrayLike], pairs: Sequence[tuple[int, int]] | None = None
) -> dict[tuple[int, int], TestOutcome]:
    """Compare pairs of conditions by their mean ranks among the values of all conditions.

    Parameters
    ----------
    groups : sequence of (n_i,) array
        One value a unit for each condition, finite.
    pairs : sequence of (int, int), optional
        Which to compare, by their positions in `groups`; all of them by default.

    Returns
    -------
    dict of (int, int) to TestOutcome
        z of the second less the first, its variance corrected for ties, with uncorrected p-values;
        NaN where one of the two has no values.

    Notes
    -----
    O. J. Dunn, Multiple comparisons using rank sums, Technometrics 6 (1964), 241-252.

    Examples
    --------
    >>> found = dunn([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    >>> round(found[0, 2].statistic, 3), round(found[0, 2].p, 4)
    (2.683, 0.0073)
    """
    from scipy import stats

    values = [_values(group) for group in groups]
    pooled = np.concatenate(values)
    n = len(pooled)
    ranks = np.split(stats.rankdata(pooled), np.cumsum([len(v) for v in values])[:-1])
    ties = np.unique(pooled, return_counts=True)[1].astype(float)
    variance = n * (n + 1) / 12 - (ties**3 - ties).sum() / (12 * max(n - 1, 1))
    outcomes = {}
    for i, j in combinations(range(len(values)), 2) if pairs is None else pairs:
        n_i, n_j = len(values[i]), len(values[j])
        z = p = smallest = np.nan
        if n_i and n_j:
            scale = np.sqrt(variance * (1 / n_i + 1 / n_j))
            z = float((ranks[j].mean() - ranks[i].mean()) / scale) if variance > 1e-9 else 0.0
            p = float(2 * stats.norm.sf(abs(z)))
            # farthest apart: one condition has the lowest ranks, the other the highest
            farthest = (n - (n_i + n_j) / 2) / scale if variance > 1e-9 else 0.0
            smallest = min(p, float(2 * stats.norm.sf(farthest)))
        outcomes[i, j] = TestOutcome(
            test="dunn", method="asymptotic", statistic=z, p=p, smallest_p=smallest
        )
    return outcomes


def welch_t(first: npt.ArrayLike, second: npt.ArrayLike) -> TestOutcome:
    """Test whether the means of two conditions differ, as replicates' means allow.

    Parameters
    ----------
    first, second : (n,) and (m,) array
        One value a unit, finite.

    Returns
    -------
    TestOutcome
        Welch's t of the second less the first; p is NaN with fewer than two values on a side.

    Examples
    --------
    >>> round(welch_t([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]).p, 4)
    0.0213
    """
    from scipy import stats

    a, b = _values(first), _values(second)
    t = p = np.nan
    if min(len(a), len(b)) >= 2:
        means, spreads = (a.mean(), b.mean()), (a.std(ddof=1), b.std(ddof=1))
        # what differs by rounding alone does not differ
        least = 1e-12 * max(np.abs(a).max(), np.abs(b).max())
        if max(spreads) > least:
            found = stats.ttest_ind_from_stats(
                means[1], spreads[1], len(b), means[0], spreads[0], len(a), equal_var=False
            )
            t, p = float(found.statistic), float(found.pvalue)
        elif abs(means[1] - means[0]) <= least:
            t, p = 0.0, 1.0
    # t has no bound, so any p-value can be reached
    return TestOutcome(
        test="welch-t",
        method="asymptotic",
        statistic=t,
        p=p,
        smallest_p=np.nan if np.isnan(p) else 0,
    )


def corrected(p_values: npt.ArrayLike, correction: Correction = "holm") -> FloatArray:
    """Correct p-values of one family for their number; NaN is no test and stays.

    Parameters
    ----------
    p_values : (n,) array
        Uncorrected p-values.
    correction : {"holm", "bonferroni", "fdr"}
        Holm and Bonferroni bound the chance of a single false positive in the family, fdr
        (Benjamini and Hochberg) the expected share of false ones among the positives.

    Raises
    ------
    ParameterError
        For an unknown correction.

    Examples
    --------
    >>> corrected([0.01, 0.04, 0.03])
    array([0.03, 0.06, 0.06])
    """
    from scipy import stats

    raw = np.asarray(p_values, dtype=float)
    result = np.full(raw.shape, np.nan)
    known = np.isfinite(raw)
    p, n = raw[known], int(known.sum())
    if correction == "bonferroni":
        result[known] = np.minimum(1.0, n * p)
    elif correction == "holm":
        order = np.argsort(p, kind="stable")
        stepped = np.maximum.accumulate((n - np.arange(n)) * p[order])
        adjusted = np.empty(n)
        adjusted[order] = np.minimum(1.0, stepped)
        result[known] = adjusted
    elif correction == "fdr":
        result[known] = stats.false_discovery_control(p) if n else p
    else:
        raise ParameterError(
            f"correction={correction!r} is unknown; choose holm, bonferroni or fdr."
        )
    return result


def _exact_rank_sum(ranks: FloatArray, n_chosen: int) -> tuple[float, float]:
    """Return the two-sided p-value of the last values' rank sum, and the smallest possible."""
    # midranks are halves: twice the ranks are whole numbers, and their sums can be counted
    doubled = np.rint(2 * ranks).astype(int)
    total = int(doubled.sum())
    counts = np.zeros((n_chosen + 1, total + 1))
    counts[0, 0] = 1.0
    for rank in doubled:
        counts[1:, rank:] += counts[:-1, : total + 1 - rank].copy()
    ways = counts[n_chosen]
    # times n to compare whole numbers
    off = np.abs(np.arange(total + 1) * len(ranks) - total * n_chosen)
    seen = abs(int(doubled[-n_chosen:].sum()) * len(ranks) - total * n_chosen)
    there = ways > 0
    everything = ways.sum()
    return (
        float(min(1.0, ways[off >= seen].sum() / everything)),
        float(ways[off == off[there].max()].sum() / everything),
    )


def _orders(sizes: list[int]) -> list[tuple[int, ...]]:
    if len(sizes) > _MOST_ORDERED:
        return [tuple(sizes)]
    return sorted(set(permutations(sizes)))


def _values(values: npt.ArrayLike) -> FloatArray:
    array: FloatArray = np.asarray(values, dtype=float).ravel()
    if not np.isfinite(array).all():
        raise ParameterError(
            "A value is not finite; leave out units without a value before they are tested."
        )
    return array
