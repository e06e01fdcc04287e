"""How results bear other seeds, fewer localizations, added noise and Monte Carlo weights.

Run ``python benchmarks/robustness.py`` from the root of the repository. One heterogeneous simulated
ROI (set 12 of the simulation grid of seed 7: a set that no other table uses), k = 15 and automatic.
"""

from __future__ import annotations

import sys
from itertools import combinations
from pathlib import Path

import numpy as np
from scipy.stats import ks_2samp

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.accuracy import header
from benchmarks.data import Case, paper_cases
from stormgraph_py import (
    ClusteringResult,
    Localizations,
    StormGraphParams,
    cluster_localizations,
)
from stormgraph_py.arrays import FloatArray, IntArray
from stormgraph_py.clusters.shapes import measure_shapes
from stormgraph_py.engine.edges import candidate_pairs, monte_carlo_weights
from stormgraph_py.engine.expectation import expected_weight
from stormgraph_py.engine.pruning import co_occurrence
from stormgraph_py.engine.spatial_order import spatial_order
from stormgraph_py.metrics import normalized_mutual_information as nmi

N_LARGEST = 5
"""Clusters whose areas are followed."""


def cluster(
    points: FloatArray,
    sigma: FloatArray | None,
    area: float | None,
    seed: int = 0,
    **params: object,
) -> ClusteringResult:
    """One analysis."""
    locs = Localizations.from_arrays(points, sigma)
    chosen = StormGraphParams(**params)  # type: ignore[arg-type]
    return cluster_localizations(locs, chosen, area=area, random_state=seed)


def areas(points: FloatArray, labels: IntArray) -> FloatArray:
    """Areas of the clusters, nm²."""
    return np.asarray(measure_shapes(points, labels).size)


def seeds(case: Case, n_seeds: int = 5) -> None:
    """Agreement between seeds."""
    header("Other seeds: NMI between runs, smallest and mean of all pairs of 5 seeds")
    print("| r0 | smallest | mean |\n|---|---|---|")
    for k in (15, None):
        runs = [
            cluster(case.coordinates, case.sigma, case.area, seed, k=k).labels
            for seed in range(n_seeds)
        ]
        agreement = [nmi(a, b) for a, b in combinations(runs, 2)]
        name = "automatic" if k is None else f"k = {k}"
        print(f"| {name} | {min(agreement):.4f} | {np.mean(agreement):.4f} |")


def thinning(case: Case) -> None:
    """Random removal of localizations."""
    header("Random removal of localizations (paper, figure 4)")
    print("Area of the clusters that hold the 5 largest clusters of the whole set, as a share of "
          "their area there; KS test of all cluster areas against the whole set.\n")  # fmt: skip
    print("| removed | clusters | NMI with the whole set | areas of the 5 largest | KS p |")
    print("|---|---|---|---|---|")
    whole = cluster(case.coordinates, case.sigma, case.area).labels
    reference = areas(case.coordinates, whole)
    rng = np.random.default_rng(1)
    for share in (0.0, 0.25, 0.5, 0.75):
        keep = np.sort(rng.permutation(len(whole))[: round((1 - share) * len(whole))])
        sigma = None if case.sigma is None else case.sigma[keep]
        found = cluster(case.coordinates[keep], sigma, case.area).labels
        sizes = areas(case.coordinates[keep], found)
        followed = followed_areas(whole[keep], found, reference, sizes)
        print(f"| {share:.0%} | {found.max() + 1} | {nmi(whole[keep], found):.3f} | {followed} "
              f"| {ks_2samp(sizes, reference).pvalue:.2f} |")  # fmt: skip


def noise(case: Case) -> None:
    """Random localizations added."""
    header("Random localizations added (paper, figure S9)")
    print("| true : added | clusters | share of added clustered | areas of the 5 largest | KS p |")
    print("|---|---|---|---|---|")
    whole = cluster(case.coordinates, case.sigma, case.area).labels
    reference = areas(case.coordinates, whole)
    rng = np.random.default_rng(2)
    low, sides = case.coordinates.min(axis=0), np.ptp(case.coordinates, axis=0)
    n = len(whole)
    for ratio in (16, 8, 4, 2, 1):
        m = n // ratio
        added = low + sides * rng.random((m, 2))
        assert case.sigma is not None
        sigma = np.concatenate([case.sigma, case.sigma[rng.integers(0, n, m)]])
        found = cluster(np.concatenate([case.coordinates, added]), sigma, case.area).labels
        sizes = areas(np.concatenate([case.coordinates, added]), found)
        followed = followed_areas(whole, found[:n], reference, sizes)
        print(f"| {ratio} : 1 | {found.max() + 1} | {(found[n:] >= 0).mean():.3f} | {followed} "
              f"| {ks_2samp(sizes, reference).pvalue:.2f} |")  # fmt: skip


def followed_areas(
    before: IntArray, after: IntArray, reference: FloatArray, sizes: FloatArray
) -> str:
    """Area, relative to before, of the cluster that most of each large cluster went to."""
    shares = []
    for number in np.argsort(-reference)[:N_LARGEST]:
        went_to = after[(before == number) & (after >= 0)]
        shares.append(
            f"{sizes[np.bincount(went_to).argmax()] / reference[number]:.2f}"
            if len(went_to)
            else "lost"
        )
    return ", ".join(shares)


def weights(case: Case) -> None:
    """Exact against Monte Carlo weights."""
    header("Exact against Monte Carlo weights")
    assert case.sigma is not None
    order = spatial_order(case.coordinates)
    points, sigma = case.coordinates[order.order], case.sigma[order.order]
    result = cluster(case.coordinates, case.sigma, case.area)
    r0 = result.length_scale.r0_nm
    source, target = candidate_pairs(points, r0, order.starts)
    chosen = np.random.default_rng(3).choice(len(source), 20_000, replace=False)
    source, target = source[chosen], target[chosen]
    difference, variance = points[source] - points[target], sigma[source] ** 2 + sigma[target] ** 2
    exact = expected_weight(difference, variance, r0)
    chance = co_occurrence(difference, variance, r0)
    print("| simulations | rms difference | mean difference | pruning decisions that differ |")
    print("|---|---|---|---|")
    for n in (100, 1000):
        sampled, hits = monte_carlo_weights(
            points, sigma, source, target, r0, rng=np.random.default_rng(4), n_simulations=n
        )
        differ = ((hits >= 0.75) != (chance >= 0.75)).mean()
        off = sampled - exact
        rms = np.sqrt((off**2).mean())
        print(f"| {n} | {rms:.4f} | {off.mean():+.4f} | {differ:.1%} |")
    print("\n| runs compared | NMI |\n|---|---|")
    sampled_runs = [
        cluster(case.coordinates, case.sigma, case.area, seed, weights="monte-carlo").labels
        for seed in (0, 1)
    ]
    exact_runs = [cluster(case.coordinates, case.sigma, case.area, seed).labels for seed in (0, 1)]
    print(f"| Monte Carlo, two seeds | {nmi(*sampled_runs):.3f} |")
    print(f"| exact, two seeds | {nmi(*exact_runs):.3f} |")
    print(f"| exact and Monte Carlo, same seed | {nmi(exact_runs[0], sampled_runs[0]):.3f} |")
    print(f"| exact and Monte Carlo, other seed | {nmi(exact_runs[0], sampled_runs[1]):.3f} |")


def main() -> None:
    """Print every table."""
    case = list(paper_cases(2, 13, seed=7))[-1]
    print(f"{len(case.truth):,} localizations, {case.truth.max() + 1} aggregates")
    seeds(case)
    thinning(case)
    noise(case)
    weights(case)


if __name__ == "__main__":
    main()
