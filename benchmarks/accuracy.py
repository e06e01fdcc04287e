"""Accuracy on sets of known truth, beside DBSCAN, HDBSCAN and a Voronoi method.

Run ``python benchmarks/accuracy.py 2d``, ``3d`` or ``published`` from the root of the repository.
Parameters of StormGraph are the same everywhere: alpha = .05, min_cluster_size = 5. Nothing is
tuned on these sets, except DBSCAN where it says so.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from itertools import islice, product
from pathlib import Path

import numpy as np
from sklearn.cluster import DBSCAN, HDBSCAN

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.data import Case, paper_cases, published_cases
from benchmarks.machine import describe_machine
from benchmarks.voronoi import voronoi_clusters
from stormgraph_py import Localizations, StormGraphParams, cluster_localizations
from stormgraph_py.arrays import IntArray
from stormgraph_py.metrics import (
    adjusted_rand_index,
    hull_iou,
    normalized_mutual_information,
    symmetric_mean_f_measure,
)

DBSCAN_EPS_NM = (10, 15, 20, 30, 40, 60)
DBSCAN_MIN_POINTS = (5, 10, 20, 40)
METHODS_K = (10, 15, 20, None)
LARGEST_FOR_BALL_LISTS = 2e8


def stormgraph(case: Case, k: int | None, use_sigma: bool = True) -> tuple[IntArray, IntArray]:
    """Labels without and with the overcounting filter."""
    locs = Localizations.from_arrays(case.coordinates, case.sigma)
    filtered = case.sigma is not None and use_sigma
    params = StormGraphParams(k=k, overcounting=filtered, use_sigma=use_sigma)
    result = cluster_localizations(locs, params, area=case.area)
    return result.candidate_labels, result.labels


def dbscan_settings(case: Case) -> dict[tuple[int, int], IntArray]:
    """Labels of every DBSCAN setting that fits in memory."""
    found = {}
    density = len(case.coordinates) / np.prod(np.ptp(case.coordinates, axis=0))
    for eps, points in product(DBSCAN_EPS_NM, DBSCAN_MIN_POINTS):
        # scikit-learn lists every neighbour; on the densest sets the largest radii do not fit
        if len(case.coordinates) * density * np.pi * eps**2 * 10 > LARGEST_FOR_BALL_LISTS:
            continue
        found[eps, points] = DBSCAN(eps=eps, min_samples=points).fit_predict(case.coordinates)
    return found


def scores(case: Case, labels: IntArray) -> tuple[float, ...]:
    """NMI and symmetric mean F, each with and without the background."""
    return (
        normalized_mutual_information(case.truth, labels),
        normalized_mutual_information(case.truth, labels, background="exclude"),
        symmetric_mean_f_measure(case.truth, labels),
        adjusted_rand_index(case.truth, labels),
    )


COLUMNS = ("NMI", "NMI, background excluded", "mean F", "ARI")


def simulated(dimensions: int, n_sets: int, seed: int, largest: int, peers: bool) -> None:
    """Tables of the paper's simulation study."""
    table: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    settings: dict[tuple[int, int], list[tuple[float, ...]]] = defaultdict(list)
    sets = []
    fitting = (c for c in paper_cases(dimensions, 130, seed) if len(c.truth) <= largest)
    for case in islice(fitting, n_sets):
        start = time.process_time()
        for k in METHODS_K:
            plain, filtered = stormgraph(case, k)
            name = "automatic r0" if k is None else f"k = {k}"
            table[f"StormGraph, {name}"].append(scores(case, plain))
            table[f"StormGraph, {name}, overcounting filter"].append(scores(case, filtered))
            if k == 15:
                sets.append(
                    (case.name, len(case.truth), case.truth.max() + 1, scores(case, filtered))
                )
        name = "StormGraph, k = 15, without sigma"
        table[name].append(scores(case, stormgraph(case, 15, use_sigma=False)[1]))
        if peers:
            score_peers(case, table, settings)
        note(f"{case.name}: {len(case.truth):,} localizations, {time.process_time() - start:.0f} s")
    if settings:
        best = max(settings, key=lambda s: np.mean([x[0] for x in settings[s]]))
        name = f"DBSCAN, best single setting ({best[0]} nm, {best[1]}; knows the truth)"
        table[name] = settings[best]
    bound = "" if largest == sys.maxsize else f" of at most {largest:,} localizations"
    chosen = f"the first {len(sets)} {dimensions}-D sets{bound}"
    header(f"Mean over {chosen} of the simulation grid, seed {seed}")
    print_table(table.items())
    print("\nSet by set, StormGraph, k = 15, overcounting filter\n")
    print("| set | localizations | aggregates | " + " | ".join(COLUMNS) + " |")
    print("|---|---|---|" + "---|" * len(COLUMNS))
    for name, n, clusters, values in sets:
        print(f"| {name} | {n:,} | {clusters} | " + " | ".join(f"{v:.3f}" for v in values) + " |")


def score_peers(
    case: Case,
    table: dict[str, list[tuple[float, ...]]],
    settings: dict[tuple[int, int], list[tuple[float, ...]]],
) -> None:
    """Scores of DBSCAN at every setting, of HDBSCAN and of a Voronoi method."""
    every = {s: scores(case, labels) for s, labels in dbscan_settings(case).items()}
    for setting in product(DBSCAN_EPS_NM, DBSCAN_MIN_POINTS):
        settings[setting].append(every.get(setting, (0.0,) * len(COLUMNS)))
    table["DBSCAN, best setting for each set (knows the truth)"].append(
        max(every.values(), key=lambda s: s[0])
    )
    table["HDBSCAN, min_cluster_size = 10"].append(
        scores(case, HDBSCAN(min_cluster_size=10, copy=True).fit_predict(case.coordinates))
    )
    assert case.simulated is not None
    roi = np.array(case.simulated.roi_nm)
    table["Voronoi, automatic threshold"].append(
        scores(case, voronoi_clusters(case.coordinates, roi))
    )


def published() -> None:
    """Published sets, scenario by scenario: ARI and IoU over all localizations."""
    table: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    tuned: dict[str, dict[tuple[int, int], list[tuple[float, float]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for case in published_cases():

        def pair(labels: IntArray, case: Case = case) -> tuple[float, float]:
            return (
                adjusted_rand_index(case.truth, labels),
                hull_iou(case.coordinates, case.truth, labels, pixel_nm=10),
            )

        for k in (15, None):
            name = "StormGraph, " + ("automatic r0" if k is None else f"k = {k}")
            table[case.scenario, name].append(pair(stormgraph(case, k)[0]))
        for setting, labels in dbscan_settings(case).items():
            tuned[case.scenario][setting].append(pair(labels))
        table[case.scenario, "DBSCAN (40 nm, 10)"].append(
            pair(DBSCAN(eps=40, min_samples=10).fit_predict(case.coordinates))
        )
        table[case.scenario, "HDBSCAN (10)"].append(
            pair(HDBSCAN(min_cluster_size=10, copy=True).fit_predict(case.coordinates))
        )
        note(case.name)
    header("Published sets without sigma: ARI / IoU")
    names = [*dict.fromkeys(method for _, method in table), "DBSCAN tuned for the scenario"]
    print("| scenario | sets | " + " | ".join(names) + " |\n|---|---|" + "---|" * len(names))
    overall = defaultdict(list)
    for scenario, settings in tuned.items():
        complete = {s: v for s, v in settings.items() if len(v) == max(map(len, settings.values()))}
        best = max(complete, key=lambda s: np.mean([x[0] for x in complete[s]]))
        table[scenario, names[-1]] = complete[best]
        cells = [np.mean(table[scenario, name], axis=0) for name in names]
        for name, cell in zip(names, cells, strict=True):
            overall[name].append(cell)
        text = " | ".join(f"{ari:.3f} / {iou:.3f}" for ari, iou in cells)
        print(f"| {scenario} | {len(complete[best])} | {text} |")
    mean = " | ".join("{:.3f} / {:.3f}".format(*np.mean(overall[name], axis=0)) for name in names)
    print(f"| mean of scenarios | | {mean} |")


def print_table(rows: Iterable[tuple[str, list[tuple[float, ...]]]]) -> None:
    """Mean of every score, a method a row."""
    print("| method | " + " | ".join(COLUMNS) + " |\n|---|" + "---|" * len(COLUMNS))
    for name, values in rows:
        print(f"| {name} | " + " | ".join(f"{v:.3f}" for v in np.mean(values, axis=0)) + " |")


def header(title: str) -> None:
    """What is shown, and on what."""
    print(f"\n## {title}\n\n{describe_machine()}\n")


def note(text: str) -> None:
    """Say on stderr how far the run is."""
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("2d", "3d", "published"))
    parser.add_argument("--sets", type=int, default=16)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--largest", type=int, default=sys.maxsize, help="largest set taken")
    parser.add_argument("--no-peers", action="store_true", help="StormGraph alone")
    arguments = parser.parse_args()
    if arguments.what == "published":
        published()
    else:
        simulated(
            int(arguments.what[0]),
            arguments.sets,
            arguments.seed,
            arguments.largest,
            not arguments.no_peers,
        )


if __name__ == "__main__":
    main()
