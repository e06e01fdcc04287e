"""Overlap of two simulated colours against its truth, and p-values where there is none.

Run ``python benchmarks/overlap.py`` from the root of the repository, or one part of it:
``truth``, ``offset``, ``null``, ``polygon``. For the first two both channels go through the whole
analysis.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import shapely
from scipy.optimize import brentq
from scipy.stats import kstest

sys.path.insert(0, str(Path(__file__).parents[1]))

from stormgraph_py import Localizations, StormGraphParams, cluster_localizations
from stormgraph_py.arrays import FloatArray
from stormgraph_py.clusters.cluster_set import ClusterSet
from stormgraph_py.clusters.motions import Region
from stormgraph_py.clusters.overlap import Overlap, measure_overlap
from stormgraph_py.clusters.overlap_null import overlap_null
from stormgraph_py.simulate.nanoclusters import NanoclusterParams, simulate_nanoclusters
from stormgraph_py.simulate.simulation import SimulatedLocalizations
from stormgraph_py.simulate.two_colour import simulate_two_colours

LEVELS = (0.0, 0.25, 0.5, 1.0)
SEEDS = range(10)
FLAT = NanoclusterParams(radius_nm=50, density=0.01, n_molecules=1500, background_fraction=0.01)
SOLID = NanoclusterParams(
    roi_nm=(2000.0, 2000.0, 1000.0),
    radius_nm=50,
    density=2e-4,
    n_molecules=1500,
    background_fraction=0.002,
)
SMALL = NanoclusterParams(
    radius_nm=50, density=0.01, n_molecules=2500, background_fraction=0.02, q=1, mean_blinks=1
)
"""One of two independent channels; its true aggregates stand for clusters."""

N_NEIGHBORS = 400
"""Localizations of a channel between which nearest neighbours are looked for."""

N_SETS, N_RANDOM = 200, 99
FIGURES = ("overlap", "a_inside", "b_inside", "neighbor_a", "neighbor_b")


def clusters_of(coordinates: FloatArray, sigma: FloatArray, area: float | None) -> ClusterSet:
    """Clusters as the program finds them."""
    locs = Localizations.from_arrays(coordinates, sigma)
    result = cluster_localizations(locs, StormGraphParams(), area=area, random_state=0)
    return ClusterSet.from_labels(coordinates, result.labels)


def both_channels(simulated: SimulatedLocalizations) -> Overlap:
    """Overlap of the two channels of a simulation, found by the program."""
    locs = simulated.localizations
    sigma, channel = locs.sigma, locs.channel
    assert sigma is not None
    assert channel is not None
    X = locs.coordinates()
    a, b = (
        clusters_of(X[channel == number], sigma[channel == number], simulated.area)
        for number in (1, 2)
    )
    return measure_overlap(a, b)


def true_shares(simulated: SimulatedLocalizations) -> tuple[float, float]:
    """Share of each channel's nanoclusters that hold the other one too.

    Nanoclusters are equal disks or balls that do not overlap, so this is the overlap of the
    channels' true areas or volumes.
    """
    molecules = simulated.molecules
    assert molecules.channels is not None
    held = [
        set(molecules.nanoclusters[(molecules.channels == number) & (molecules.nanoclusters >= 0)])
        for number in (1, 2)
    ]
    shared = len(held[0] & held[1])
    return shared / len(held[0]), shared / len(held[1])


def truth(params: NanoclusterParams, title: str) -> None:
    """Recovered overlap at known levels of shared aggregates."""
    print(f"\n## {title}\n")
    print("| shared aggregates | true overlap | found, area or volume | error | largest error "
          "| found, localizations | error |\n|---|---|---|---|---|---|---|")  # fmt: skip
    for level in LEVELS:
        true, size, locs = [], [], []
        for seed in SEEDS:
            simulated = simulate_two_colours(params, 500 + seed, shared_fraction=level)
            overlap = both_channels(simulated)
            true += true_shares(simulated)
            size += [overlap.size.over_a, overlap.size.over_b]
            locs += [overlap.localizations_over_a, overlap.localizations_over_b]
        print(f"| {level:.0%} | {_spread(true)} | {_spread(size)} | {_error(size, true)} "
              f"| {100 * np.abs(np.subtract(size, true)).max():.1f} "
              f"| {_spread(locs)} | {_error(locs, true)} |", flush=True)  # fmt: skip


def lens_offset(share: float, radius: float, dimensions: int) -> float:
    """Distance of the centres of two equal disks or balls that share this part of themselves."""

    def shared(x: float) -> float:  # x: half the distance in radii
        if dimensions == 3:
            return (1 - x) ** 2 * (2 + x) / 2
        return float(2 / np.pi * (np.arccos(x) - x * np.sqrt(1 - x**2)))

    return 2 * radius * float(brentq(lambda x: shared(x) - share, 0, 1))


def offset_pair(share: float, dimensions: int, seed: int) -> Overlap:
    """Overlap of 9 pairs of disks or balls of both colours that share a known part."""
    rng = np.random.default_rng(seed)
    radius, n, n_blinks = 60.0, 80, 2
    grid = np.stack(np.meshgrid(*[np.arange(3) * 600.0 + 400] * 2), axis=-1).reshape(-1, 2)
    centers = np.column_stack([grid, np.full(9, 200.0)])[:, :dimensions]
    away = rng.normal(size=(9, dimensions))
    away /= np.linalg.norm(away, axis=1, keepdims=True)
    sets = []
    for shift in (0.0, lens_offset(share, radius, dimensions)):
        direction = rng.normal(size=(9 * n, dimensions))
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        r = radius * rng.random((9 * n, 1)) ** (1 / dimensions)
        where = np.repeat(centers + shift * away, n, axis=0) + r * direction
        sides = np.array([2000.0, 2000.0, 400.0][:dimensions])
        noise = rng.random((300, dimensions)) * sides
        X = np.repeat(np.concatenate([where, noise]), n_blinks, axis=0)
        sigma = np.full(X.shape, 6.0)
        X += rng.normal(size=X.shape) * sigma
        sets.append(clusters_of(X, sigma, float(np.prod(sides))))
    return measure_overlap(sets[0], sets[1])


def offset(dimensions: int) -> None:
    """Recovered overlap of shapes that lie beside each other."""
    print(f"\n## Disks that share a known part, {dimensions}-D\n")
    print("| true overlap | found, area or volume | error | largest error "
          "| found, localizations | error |\n|---|---|---|---|---|---|")  # fmt: skip
    for level in (0.0, 0.25, 0.5, 0.75, 1.0):
        size, locs = [], []
        for seed in SEEDS:
            overlap = offset_pair(level, dimensions, 700 + seed)
            size += [overlap.size.over_a, overlap.size.over_b]
            locs += [overlap.localizations_over_a, overlap.localizations_over_b]
        true = [level] * len(size)
        print(f"| {level:.0%} | {_spread(size)} | {_error(size, true)} "
              f"| {100 * np.abs(np.subtract(size, true)).max():.1f} "
              f"| {_spread(locs)} | {_error(locs, true)} |", flush=True)  # fmt: skip


def null(polygon: bool, n_sets: int = N_SETS) -> None:
    """Distribution of p over independent channels."""
    outline = shapely.Polygon(
        [(100, 100), (1900, 300), (1700, 1900), (900, 1400), (200, 1800)]
        if polygon
        else [(0, 0), (2000, 0), (2000, 2000), (0, 2000)]
    )
    region = Region(outline)
    print(f"\n## p of {n_sets} independent pairs of channels, "
          f"{'polygon' if polygon else 'square'}\n")  # fmt: skip
    p: dict[str, list[float]] = {name: [] for name in FIGURES}
    z, start = [], time.perf_counter()
    for number in range(n_sets):
        sets, points = [], []
        for channel in (1, 2):
            simulated = simulate_nanoclusters(SMALL, 10_000 * channel + number)
            plane = simulated.localizations.xy
            inside = region.contains(plane)
            sets.append(ClusterSet.from_labels(plane[inside], simulated.aggregate[inside]))
            points.append(plane[inside][:N_NEIGHBORS])
        chance = overlap_null(
            sets[0],
            sets[1],
            region,
            points_a=points[0],
            points_b=points[1],
            n_random=N_RANDOM,
            random_state=number,
        )
        for name in FIGURES:
            p[name].append(chance.figures[name].p_more)
        z.append(chance.figures["overlap"].z)
    print("| figure | KS p of p more | share below 0.05 | share above 0.95 |\n|---|---|---|---|")
    for name in FIGURES:
        values = np.array(p[name])
        print(f"| {name} | {kstest(values, 'uniform').pvalue:.3f} | {(values <= 0.05).mean():.3f} "
              f"| {(values > 0.95).mean():.3f} |")  # fmt: skip
    print(f"\nz of the overlap: mean {np.mean(z):.2f}, sd {np.std(z):.2f}; "
          f"{(time.perf_counter() - start) / n_sets:.1f} s a set", flush=True)  # fmt: skip


def _spread(shares: list[float]) -> str:
    values = 100 * np.array(shares)
    return f"{values.mean():.1f} ± {values.std():.1f}%"


def _error(shares: list[float], true: list[float]) -> str:
    errors = 100 * np.subtract(shares, true)
    return f"{errors.mean():+.1f} ± {errors.std():.1f}"


def main(parts: list[str]) -> None:
    """Run the parts that are asked for, all by default."""
    wanted = parts or ["truth", "offset", "null", "polygon"]
    if "truth" in wanted:
        truth(FLAT, "Shared aggregates, 2-D")
        truth(SOLID, "Shared aggregates, 3-D")
    if "offset" in wanted:
        offset(2)
        offset(3)
    if "null" in wanted:
        null(polygon=False)
    if "polygon" in wanted:
        null(polygon=True)


if __name__ == "__main__":
    main(sys.argv[1:])
