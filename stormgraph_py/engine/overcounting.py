"""Clusters that can be told from single molecules that were counted several times."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import chdtri

from stormgraph_py.arrays import AnyArray, FloatArray, IntArray
from stormgraph_py.errors import InputError, ParameterError

UNCERTAINTY_RADII = 3.0
"""Standard deviations of label position in the radius of molecule and label (paper: r/3)."""

N_NEEDED = 2
"""So many localizations must each lie far from so many others (paper)."""

LARGEST_EXHAUSTIVE = 128
"""Localizations of the largest clusters of which every pair is tested: their evidence is exact."""

BLOCK = 64
"""Localizations on either side of a block of pairs in larger clusters."""

PAIRS_AT_ONCE = 1 << 21
"""Pairs of localizations of small clusters that are tested together."""


_OUTCOME = np.dtype([("n_pairs", np.int64), ("largest_z", np.float64), ("n_distinct", np.int64)])


@dataclass(frozen=True, kw_only=True)
class OvercountingEvidence:
    """What tells, or does not tell, one cluster from a molecule that was counted several times.

    Parameters
    ----------
    candidate : int
        Label of the cluster before the filter.
    cluster : int
        Final label, -1 when the filter removed the cluster.
    n_localizations : int
        Localizations of the cluster.
    n_pairs_tested : int
        Pairs of localizations whose statistic was computed: all of them in clusters of up to
        `LARGEST_EXHAUSTIVE`, else as many as the verdict needed.
    largest_z : float
        Largest chi-square statistic Z among these pairs.
    threshold : float
        Z beyond which two localizations are far from each other.
    n_distinct : int
        Localizations found to lie far from at least two others; two are needed.
    verdict : {"several-molecules", "indistinguishable"}
        Whether the cluster holds several molecules with confidence.
    """

    candidate: int
    cluster: int
    n_localizations: int
    n_pairs_tested: int
    largest_z: float
    threshold: float
    n_distinct: int
    verdict: Literal["several-molecules", "indistinguishable"]


def overcounting_evidence(
    coordinates: FloatArray,
    sigma: FloatArray,
    labels: IntArray,
    *,
    label_radius_nm: float,
    significance: float,
) -> tuple[OvercountingEvidence, ...]:
    """Return for every cluster whether it can be told from one molecule counted several times.

    Two localizations of one molecule differ by their errors alone, so that the squared difference
    over its variance, summed over the axes, is chi-square distributed. Pairs far beyond that come
    from different molecules. A cluster holds several molecules with confidence when at least two of
    its localizations are each far from at least two others.

    Parameters
    ----------
    coordinates : ndarray of shape (n, d)
        Positions in nm, d = 2 or 3.
    sigma : ndarray of shape (n, d)
        Localization precision (standard deviation) in nm, positive.
    labels : ndarray of shape (n,)
        Cluster of each localization, -1 = unclustered.
    label_radius_nm : float
        Effective radius r of molecule and label, nm; its third is one more standard deviation of
        every position.
    significance : float
        Level 1 - q of the test, Šidák-corrected for the N localizations of a cluster. A cluster of
        one molecule passes by chance in 2% of cases at N = 20 for 0.05, in 14% at N = 100.

    Returns
    -------
    tuple of OvercountingEvidence
        One for each cluster, by label; ``cluster`` equals ``candidate``.

    Raises
    ------
    InputError
        When a clustered localization has a precision that is not positive and finite.
    ParameterError
        When the label radius or the significance is out of bounds.

    Notes
    -----
    Paper: Methods, "Identifying clusters that can be confidently distinguished from multiply
    counted single molecules". The threshold for N localizations is the (1 - significance)^(1/N)
    quantile of chi-square with d degrees of freedom.

    Examples
    --------
    >>> two_molecules = np.array([[0.0, 0], [1, 0], [0, 1], [90, 0], [91, 0], [90, 1]])
    >>> precision, labels = np.full((6, 2), 5.0), np.zeros(6, dtype=int)
    >>> evidence, = overcounting_evidence(
    ...     two_molecules, precision, labels, label_radius_nm=0, significance=0.05
    ... )
    >>> evidence.verdict, evidence.n_distinct, evidence.n_pairs_tested
    ('several-molecules', 6, 15)
    """
    if not 0 < significance < 1:
        raise ParameterError(
            f"significance={significance} is outside 0 < significance < 1; the paper uses 0.05."
        )
    if not (math.isfinite(label_radius_nm) and label_radius_nm >= 0):
        raise ParameterError(f"label_radius_nm={label_radius_nm} is no radius; use 0 or a few nm.")
    clustered = np.flatnonzero(labels >= 0)
    _check_precision(sigma, clustered)
    order = clustered[np.argsort(labels[clustered], kind="stable")]
    names, first, size = np.unique(labels[order], return_index=True, return_counts=True)
    x = coordinates[order]
    variance = sigma[order] ** 2 + (label_radius_nm / UNCERTAINTY_RADII) ** 2
    thresholds = _thresholds(size, x.shape[1], significance)
    outcome = np.zeros(len(names), dtype=_OUTCOME)
    for n in np.unique(size[size <= LARGEST_EXHAUSTIVE]).tolist():
        same = np.flatnonzero(size == n)
        at_once = max(1, PAIRS_AT_ONCE // n**2)
        for some in np.split(same, range(at_once, len(same), at_once)):
            outcome[some] = _all_pairs(x, variance, first[some], n, thresholds[some])
    for large in np.flatnonzero(size > LARGEST_EXHAUSTIVE).tolist():
        own = slice(first[large], first[large] + size[large])
        outcome[large] = _pairs_until_decided(x[own], variance[own], float(thresholds[large]))
    return tuple(
        OvercountingEvidence(
            candidate=label,
            cluster=label,
            n_localizations=n,
            n_pairs_tested=n_pairs,
            largest_z=largest_z,
            threshold=threshold,
            n_distinct=n_distinct,
            verdict="several-molecules" if n_distinct >= N_NEEDED else "indistinguishable",
        )
        for label, n, threshold, (n_pairs, largest_z, n_distinct) in zip(
            names.tolist(), size.tolist(), thresholds.tolist(), outcome.tolist(), strict=True
        )
    )


def apply_overcounting(
    labels: IntArray, evidence: tuple[OvercountingEvidence, ...]
) -> tuple[IntArray, tuple[OvercountingEvidence, ...]]:
    """Remove the clusters that cannot be told from one molecule.

    Parameters
    ----------
    labels : ndarray of shape (n,)
        Cluster of each localization, -1 = unclustered.
    evidence : tuple of OvercountingEvidence
        Of every cluster, as `overcounting_evidence` gives it for these labels.

    Returns
    -------
    labels : ndarray of shape (n,)
        Remaining clusters, numbered 0, 1, ... by falling size; those of the same size keep their
        order. Localizations of removed clusters are unclustered.
    evidence : tuple of OvercountingEvidence
        The same with the final label of every cluster.

    Examples
    --------
    >>> labels = np.array([0, 0, 0, 1, 1, 1, -1])
    >>> points = np.array([[0, 0], [0, 1], [1, 0], [0, 0], [0, 80], [80, 0], [5, 5.0]])
    >>> evidence = overcounting_evidence(
    ...     points, np.full((7, 2), 5.0), labels, label_radius_nm=0, significance=0.05
    ... )
    >>> labels, evidence = apply_overcounting(labels, evidence)
    >>> labels.tolist(), [e.cluster for e in evidence]
    ([-1, -1, -1, 0, 0, 0, -1], [-1, 0])
    """
    kept = [e for e in evidence if e.verdict == "several-molecules"]
    kept.sort(key=lambda e: (-e.n_localizations, e.candidate))
    final = {e.candidate: number for number, e in enumerate(kept)}
    number_of = np.full(max((e.candidate for e in evidence), default=-1) + 2, -1, dtype=np.int64)
    for candidate, number in final.items():
        number_of[candidate] = number
    # label -1 reads the last entry, which stays -1
    return number_of[labels], tuple(
        dataclasses.replace(e, cluster=final.get(e.candidate, -1)) for e in evidence
    )


def _thresholds(size: IntArray, dimensions: int, significance: float) -> FloatArray:
    """Quantile (1 - significance)^(1/N) of chi-square, from its complement, which stays exact."""
    complement = -np.expm1(math.log1p(-significance) / size)
    threshold: FloatArray = chdtri(dimensions, complement)
    return threshold


def _statistics(
    x: FloatArray, variance: FloatArray, other_x: FloatArray, other_variance: FloatArray
) -> FloatArray:
    """Z of every localization of one block with every one of another: (..., a, d), (..., b, d)."""
    z = np.zeros((*x.shape[:-1], other_x.shape[-2]))
    for axis in range(x.shape[-1]):
        difference = x[..., :, None, axis] - other_x[..., None, :, axis]
        difference *= difference
        difference /= variance[..., :, None, axis] + other_variance[..., None, :, axis]
        z += difference
    return z


def _all_pairs(
    x: FloatArray, variance: FloatArray, first: IntArray, size: int, threshold: FloatArray
) -> AnyArray:
    """Outcome of clusters of the same size, all pairs of which are tested."""
    rows = first[:, None] + np.arange(size)
    z = _statistics(x[rows], variance[rows], x[rows], variance[rows])
    n_far = (z > threshold[:, None, None]).sum(axis=2)
    outcome = np.empty(len(first), dtype=_OUTCOME)
    outcome["n_pairs"] = size * (size - 1) // 2
    outcome["largest_z"] = z.max(axis=(1, 2))
    outcome["n_distinct"] = (n_far >= N_NEEDED).sum(axis=1)
    return outcome


def _pairs_until_decided(
    x: FloatArray, variance: FloatArray, threshold: float
) -> tuple[int, float, int]:
    """Outcome of one cluster, tested from its most remote localizations inwards until decided.

    With m the statistic of a localization against any fixed centre, Z of a pair is at most the sum
    of their m. So pairs near the centre need no test, and a cluster like one molecule is decided
    after few pairs just as a wide one is.
    """
    m = ((x - np.median(x, axis=0)) ** 2 / variance).sum(axis=1)
    order = np.argsort(-m, kind="stable")
    x, variance, m = x[order], variance[order], m[order]
    n_far = np.zeros(len(x), dtype=np.int64)
    n_pairs, largest_z, n_distinct = 0, 0.0, 0
    for start in range(0, len(x), BLOCK):
        rows = slice(start, start + BLOCK)
        n_reached = int(np.searchsorted(-m, m[start] - threshold))
        if start > 0 and n_reached <= start + 1:
            break
        for column in range(start, max(n_reached, start + 1), BLOCK):
            columns = slice(column, column + BLOCK)
            z = _statistics(x[rows], variance[rows], x[columns], variance[columns])
            pair = np.triu(np.ones(z.shape, dtype=np.bool_), 1 + start - column)
            far = pair & (z > threshold)
            n_far[rows] += far.sum(axis=1)
            n_far[columns] += far.sum(axis=0)
            n_pairs += int(pair.sum())
            largest_z = max(largest_z, float(z[pair].max(initial=0.0)))
            n_distinct = int((n_far >= N_NEEDED).sum())
            if n_distinct >= N_NEEDED:
                return n_pairs, largest_z, n_distinct
    return n_pairs, largest_z, n_distinct


def _check_precision(sigma: FloatArray, clustered: IntArray) -> None:
    valid = (np.isfinite(sigma[clustered]) & (sigma[clustered] > 0)).all(axis=1)
    if not valid.all():
        row = int(clustered[np.argmin(valid)])
        raise InputError(
            f"Localization {row} has the precision {sigma[row].tolist()} nm; the overcounting test "
            "needs positive, finite precisions: remove the localization or correct its sigma."
        )
