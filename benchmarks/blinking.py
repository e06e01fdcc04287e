"""Counting molecules that blink: merging, and the overcounting test, against the truth.

Run ``python benchmarks/blinking.py`` from the root of the repository. Everything is simulated with
the parameters below, which were fixed before the first run; set i has seed i.

Merging: random molecules at two densities in 4 x 4 µm, mean numbers of localizations 2, 5 and 10,
mean dark times 2, 20 and 200 frames, mean on-time 3 frames, 20,000 frames, median precision 8 nm;
two sets each (36 sets, seeds 0 to 35). Localizations within 30 nm are merged with up to 0, 10 and
100 dark frames between. A second table has the same with 60 nm, on seeds 1000 to 1035: it was added
after the first was seen.

Overcounting test: nanoclusters of about 6 and of about 2 molecules, 30 nm in radius, among single
molecules (100 per µm²) in 2 x 2 µm; mean numbers of localizations 5, 10 and 20, mean dark time 20
frames; labels of 0 and 8 nm; two sets each (24 sets, seeds 100 to 123). Default parameters but for
the label radius of the test, as recorded and after merging within 30 nm over up to 10 dark frames.
Again, with seeds 300 to 323 and merging within 60 nm, added after the first was seen.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.accuracy import header
from stormgraph_py import Localizations, StormGraphParams, cluster_localizations
from stormgraph_py.arrays import IntArray
from stormgraph_py.clusters.overcounting_report import overcounting_table
from stormgraph_py.filters import MergeReappearing
from stormgraph_py.filters.merging import reappearances
from stormgraph_py.simulate import (
    Blinking,
    LognormalSigma,
    NanoclusterParams,
    simulate_blinking,
    simulate_nanoclusters,
    simulate_random,
)

SETS_EACH = 2
MAX_DISTANCE_NM = 30.0
LARGER_DISTANCE_NM = 60.0
N_FRAMES = 20_000
MEAN_ON_FRAMES = 3.0

DENSITIES_PER_UM2 = (20, 200)
BLINKS = (2.0, 5.0, 10.0)
DARK_FRAMES = (2.0, 20.0, 200.0)
MAX_DARK_FRAMES = (0, 10, 100)

MOLECULES_IN_CLUSTER = (6, 2)
CLUSTER_BLINKS = (5.0, 10.0, 20.0)
LABELS_NM = (0.0, 8.0)
RADIUS_NM = 30.0
SINGLE_PER_UM2 = 100.0


@dataclass(frozen=True, kw_only=True)
class Verdicts:
    """Clusters by their truth and by what the test says of them at one label radius."""

    several_kept: int = 0
    several_lost: int = 0
    single_kept: int = 0
    single_lost: int = 0
    unclear: int = 0

    def __add__(self, other: Verdicts) -> Verdicts:
        return Verdicts(**{name: n + vars(other)[name] for name, n in vars(self).items()})

    def row(self) -> str:
        """Cells of a table: sensitivity, specificity, unclear clusters."""
        several, single = (self.several_kept + self.several_lost,
                           self.single_kept + self.single_lost)  # fmt: skip
        return (
            f"{_share(self.several_kept, several)} of {several} | "
            f"{_share(self.single_lost, single)} of {single} | {self.unclear}"
        )


def merging(max_distance_nm: float, first_seed: int) -> None:
    """Molecules counted before and after merging."""
    header(f"Molecules counted, over the truth: merged within {max_distance_nm:g} nm, mean of 2")
    print("Mixed: share of the merged localizations that hold more than one molecule.\n")
    print("| molecules per µm² | localizations a molecule | dark frames | truth | before "
          "| merged, 0 dark | 10 dark | 100 dark | mixed, 10 dark | mixed, 100 dark |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|---|---|")
    seeds = itertools.count(first_seed)
    ratios: dict[str, list[float]] = {}
    for density, blinks, dark in itertools.product(DENSITIES_PER_UM2, BLINKS, DARK_FRAMES):
        rows = []
        for seed in itertools.islice(seeds, SETS_EACH):
            data = simulate_blinking(
                simulate_random(
                    (4000.0, 4000.0),
                    seed,
                    density_per_um2=density,
                    sigma=LognormalSigma(),
                    mean_blinks=blinks,
                ),
                Blinking(mean_on_frames=MEAN_ON_FRAMES, mean_dark_frames=dark, n_frames=N_FRAMES),
                seed,
            )
            truth = len(np.unique(data.molecule))
            row = [truth, len(data) / truth]
            mixed = []
            for bridged in MAX_DARK_FRAMES:
                series = reappearances(
                    data.localizations, max_distance_nm=max_distance_nm, max_dark_frames=bridged
                )
                row.append((series.max() + 1) / truth)
                mixed.append(_mixed(series, data.molecule))
            rows.append([*row, *mixed[1:]])
            for name, ratio in zip(("before", *MAX_DARK_FRAMES), row[1:], strict=True):
                ratios.setdefault(str(name), []).append(ratio)
        mean = np.mean(rows, axis=0)
        print(f"| {density} | {blinks:g} | {dark:g} | {mean[0]:.0f} | "
              + " | ".join(f"{value:.2f}" for value in mean[1:5])
              + f" | {mean[5]:.1%} | {mean[6]:.1%} |")  # fmt: skip
    print("\n| over all 36 sets | mean | root mean square error | range |\n|---|---|---|---|")
    for name, values in ratios.items():
        found = np.array(values)
        error = np.sqrt(((found - 1) ** 2).mean())
        label = name if name == "before" else f"merged, {name} dark frames"
        print(f"| {label} | {found.mean():.2f} | {error:.2f} "
              f"| {found.min():.2f} to {found.max():.2f} |")  # fmt: skip


def overcounting(max_distance_nm: float, first_seed: int) -> None:
    """Clusters that the test keeps, against what they hold."""
    header(f"Clusters kept by the overcounting test; merged within {max_distance_nm:g} nm")
    print(
        "Truth: several molecules when at least two have two localizations or more in the "
        "cluster, single when all are of one molecule, else unclear. Kept several = sensitivity, "
        "removed single = specificity.\n"
    )
    print("| data | label simulated | radius of the test | localizations a molecule "
          "| several kept | single removed | unclear |")  # fmt: skip
    print("|---|---|---|---|---|---|---|")
    found: dict[tuple[str, float, float, float], Verdicts] = {}
    counts: dict[tuple[int, float], list[tuple[float, float]]] = {}
    for size, blinks, label, locs in _clustered_sets(first_seed):
        merged = MergeReappearing(max_distance_nm, 10).apply(locs)
        truth = locs.table["molecule"].nunique()
        counts.setdefault((size, blinks), []).append((len(locs) / truth, len(merged) / truth))
        for name, data in (("as recorded", locs), ("merged", merged)):
            result = cluster_localizations(data, StormGraphParams(), area=4e6)
            table = overcounting_table(result, data)
            molecules = data.table["molecule"].to_numpy()
            for radius in LABELS_NM:
                kept = table["largest_label_radius_nm"].to_numpy(dtype=float) > radius
                verdicts = _verdicts(result.candidate_labels, molecules, kept)
                for key in ((name, label, radius, blinks), (name, label, radius, 0.0)):
                    found[key] = found.get(key, Verdicts()) + verdicts
    for (name, label, radius, blinks), verdicts in sorted(found.items()):
        which = "all" if blinks == 0 else f"{blinks:g}"
        print(f"| {name} | {label:g} nm | {radius:g} nm | {which} | {verdicts.row()} |")
    print("\n| molecules in a nanocluster | localizations a molecule | counted before "
          "| merged, 10 dark frames |\n|---|---|---|---|")  # fmt: skip
    for (size, blinks), pairs in counts.items():
        before, after = np.mean(pairs, axis=0)
        print(f"| {size} | {blinks:g} | {before:.2f} | {after:.2f} |")


def _clustered_sets(first_seed: int) -> Iterator[tuple[int, float, float, Localizations]]:
    seeds = itertools.count(first_seed)
    for size, blinks, label in itertools.product(MOLECULES_IN_CLUSTER, CLUSTER_BLINKS, LABELS_NM):
        density = size / (np.pi * RADIUS_NM**2)
        params = NanoclusterParams(
            radius_nm=RADIUS_NM,
            density=density,
            n_molecules=40 * size,
            background_fraction=SINGLE_PER_UM2 / 1e6 / density,
            mean_blinks=blinks,
        )
        for seed in itertools.islice(seeds, SETS_EACH):
            data = simulate_blinking(
                simulate_nanoclusters(params, seed),
                Blinking(
                    mean_on_frames=MEAN_ON_FRAMES,
                    mean_dark_frames=20.0,
                    n_frames=N_FRAMES,
                    label_radius_nm=label,
                ),
                seed,
            )
            yield size, blinks, label, data.localizations


def _verdicts(labels: IntArray, molecules: IntArray, kept: np.ndarray) -> Verdicts:
    total = Verdicts()
    for number, is_kept in enumerate(kept):
        counts = np.unique(molecules[labels == number], return_counts=True)[1]
        if len(counts) == 1:
            total += Verdicts(single_kept=int(is_kept), single_lost=int(not is_kept))
        elif (counts >= 2).sum() >= 2:
            total += Verdicts(several_kept=int(is_kept), several_lost=int(not is_kept))
        else:
            total += Verdicts(unclear=1)
    return total


def _mixed(series: IntArray, molecules: IntArray) -> float:
    """Share of the series of two localizations or more that hold more than one molecule."""
    pairs = np.unique(np.column_stack([series, molecules]), axis=0)
    n_molecules = np.bincount(pairs[:, 0])
    several = np.bincount(series) > 1
    return float((n_molecules[several] > 1).mean()) if several.any() else 0.0


def _share(n: int, total: int) -> str:
    return f"{n / total:.0%}" if total else "–"


def main() -> None:
    """Print every table."""
    merging(MAX_DISTANCE_NM, 0)
    merging(LARGER_DISTANCE_NM, 1000)
    overcounting(MAX_DISTANCE_NM, 100)
    overcounting(LARGER_DISTANCE_NM, 300)


if __name__ == "__main__":
    main()
