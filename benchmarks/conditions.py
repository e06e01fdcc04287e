"""False positives of comparing conditions at each unit, and coverage of the bootstrap intervals.

Run ``python benchmarks/conditions.py`` from the root of the repository. Simulated experiments whose
truth is known: sizes of clusters are log-normal around the mean of their cell, cells around that of
their replicate, replicates around that of their condition.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.machine import describe_machine
from stormgraph_py.arrays import FloatArray
from stormgraph_py.clusters.bootstrap import NestedValues, interval, resampled_units
from stormgraph_py.clusters.effect_sizes import EFFECTS, effect_sizes
from stormgraph_py.clusters.rank_tests import mann_whitney, welch_t

CLUSTER_SD = 0.8
"""Standard deviation of the logarithm of cluster sizes within a cell."""
N_CLUSTERS = 40
"""Mean number of clusters of a cell."""


@dataclass(frozen=True)
class Design:
    """How an experiment is built; standard deviations are of logarithms."""

    name: str
    n_replicates: int
    n_cells: int
    replicate_sd: float
    cell_sd: float
    names_replicates: bool = True


DESIGNS = (
    Design("12 cells, no replicates", 1, 12, 0.0, 0.3, names_replicates=False),
    Design("3 replicates of 6 cells, replicates alike", 3, 6, 0.0, 0.3),
    Design("3 replicates of 6 cells, replicates differ", 3, 6, 0.2, 0.3),
    Design("5 replicates of 6 cells, replicates differ", 5, 6, 0.2, 0.3),
)


def experiment(design: Design, rng: np.random.Generator, effect: float = 0.0) -> NestedValues:
    """Simulate one condition; `effect` is added to the logarithm of all sizes."""
    replicate = np.repeat(np.arange(design.n_replicates), design.n_cells)
    n = len(replicate)
    center = 7.0 + effect + design.replicate_sd * rng.normal(size=design.n_replicates)[replicate]
    center += design.cell_sd * rng.normal(size=n)
    sizes = 1 + rng.poisson(N_CLUSTERS - 1, n)
    values = [
        np.exp(c + CLUSTER_SD * rng.normal(size=m)) for c, m in zip(center, sizes, strict=True)
    ]
    return NestedValues(
        replicate=replicate if design.names_replicates else np.zeros(n, dtype=int),
        cell=np.arange(n),
        values=values,
    )


def cell_values(data: NestedValues) -> FloatArray:
    """Median of the clusters of each cell."""
    return np.array([np.median(v) for v in data.values])


def replicate_values(data: NestedValues) -> FloatArray:
    """Mean of the cells of each replicate."""
    n = np.bincount(data.replicate)
    return np.asarray(np.bincount(data.replicate, cell_values(data)) / n)


def false_positives(design: Design, n_experiments: int, seed: int) -> dict[str, float]:
    """Share of experiments without a difference in which each test says p < 0.05."""
    rng = np.random.default_rng(seed)
    hits: dict[str, int] = {}
    for _ in range(n_experiments):
        a, b = experiment(design, rng), experiment(design, rng)
        p = {
            "cell": mann_whitney(cell_values(a), cell_values(b)).p,
            "cluster": mann_whitney(np.concatenate(a.values), np.concatenate(b.values)).p,
        }
        if design.names_replicates:
            p["replicate"] = mann_whitney(replicate_values(a), replicate_values(b)).p
            p["replicate, Welch"] = welch_t(replicate_values(a), replicate_values(b)).p
        for name, value in p.items():
            hits[name] = hits.get(name, 0) + (value < 0.05)
    return {name: n / n_experiments for name, n in hits.items()}


def truth(design: Design, effect: float, seed: int) -> dict[str, float]:
    """Effect sizes between very many cells, each of a replicate of its own."""
    many = Design("", 6000, 1, design.replicate_sd, design.cell_sd)
    rng = np.random.default_rng(seed)
    a, b = (cell_values(experiment(many, rng, e)) for e in (0.0, effect))
    found = effect_sizes(a, b)
    return {name: float(getattr(found, name)) for name in EFFECTS}


def coverage(
    design: Design, effect: float, n_experiments: int, seed: int, n_bootstrap: int = 1000
) -> dict[str, float]:
    """Share of 95% intervals that hold the true effect, for each effect size."""
    true = truth(design, effect, seed + 1)
    rng = np.random.default_rng(seed)
    held = dict.fromkeys(EFFECTS, 0)
    for _ in range(n_experiments):
        data = [experiment(design, rng), experiment(design, rng, effect)]
        samples = [resampled_units(d, n_samples=n_bootstrap, rng=rng) for d in data]
        tops = [design.n_replicates if design.names_replicates else design.n_cells for _ in data]
        found = effect_sizes(*samples)
        for name in EFFECTS:
            low, high = interval(getattr(found, name), tops)
            held[name] += low <= true[name] <= high
    return {name: n / n_experiments for name, n in held.items()}


def main() -> None:
    """Print both tables."""
    print(describe_machine(), "\n")
    print("False positives: share of 1000 experiments without a difference with p < 0.05, seed 1\n")
    columns = ("cell", "replicate", "replicate, Welch", "cluster")
    print(f"| experiment | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}")
    for design in DESIGNS:
        found = false_positives(design, 1000, seed=1)
        shown = [f"{found[c]:.3f}" if c in found else "–" for c in columns]
        print(f"| {design.name} | {' | '.join(shown)} |", flush=True)
    print("\nCoverage of 95% intervals: 500 experiments, 1000 bootstrap samples, seed 2\n")
    print(f"| experiment | true ratio | {' | '.join(EFFECTS)} |\n|---|---|{'---|' * len(EFFECTS)}")
    for design in DESIGNS:
        for effect in (0.0, 0.4):
            held = coverage(design, effect, 500, seed=2)
            shown = [f"{held[name]:.3f}" for name in EFFECTS]
            print(f"| {design.name} | {np.exp(effect):.2f} | {' | '.join(shown)} |", flush=True)


if __name__ == "__main__":
    main()
