"""Processor time and memory from 5,000 to 1,000,000 localizations, beside DBSCAN and HDBSCAN.

Run ``python benchmarks/speed.py`` from the root of the repository. Simulated 2-D localizations with
sigma, k = 15, defaults otherwise. Every figure is the median over fresh processes; time is the
process's processor time from after the imports to the labels, memory the peak of the process.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.data import speed_case
from benchmarks.machine import describe_machine

SIZES = (5_000, 27_000, 100_000, 300_000, 1_000_000)
LARGEST_FOR_HDBSCAN = 100_000
DBSCAN_EPS_NM, DBSCAN_MIN_POINTS = 20, 10


def one_run(method: str, n: int, n_jobs: int) -> dict[str, object]:
    """Time one method in this process."""
    case = speed_case(n)
    stages: dict[str, float] = {}
    if method == "stormgraph":
        from stormgraph_py import Localizations, StormGraphParams, cluster_localizations

        locs = Localizations.from_arrays(case.coordinates, case.sigma)
        before, wall = _cpu(), time.perf_counter()
        result = cluster_localizations(locs, StormGraphParams(k=15), area=case.area, n_jobs=n_jobs)
        labels = result.labels
        stages = {t.stage: t.cpu_s for t in result.timings}
    else:
        from sklearn.cluster import DBSCAN, HDBSCAN

        model = (
            DBSCAN(eps=DBSCAN_EPS_NM, min_samples=DBSCAN_MIN_POINTS)
            if method == "dbscan"
            else HDBSCAN(min_cluster_size=10, copy=True)
        )
        before, wall = _cpu(), time.perf_counter()
        labels = model.fit_predict(case.coordinates)
    return {
        "n": len(case.coordinates),
        "cpu_s": _cpu() - before,
        "wall_s": time.perf_counter() - wall,
        "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
        "clusters": int(np.max(labels)) + 1,
        "stages": stages,
    }


def _cpu() -> float:
    own, children = (
        resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def repeated(method: str, n: int, runs: int, n_jobs: int = 1) -> list[dict[str, object]]:
    """Run in fresh processes, BLAS and OpenMP on one thread."""
    quiet = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    results = []
    for _ in range(runs):
        call = [sys.executable, __file__, "--one", method, str(n), str(n_jobs)]
        done = subprocess.run(
            call, check=True, capture_output=True, text=True, env=os.environ | quiet
        )
        results.append(json.loads(done.stdout))
        note = f"{method}, {n:,}, {n_jobs} process(es): {results[-1]['cpu_s']:.1f} CPU s"
        print(note, file=sys.stderr, flush=True)
    return results


def median(results: list[dict[str, object]], key: str) -> float:
    """Median of one figure."""
    return float(np.median([r[key] for r in results]))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--workers-at", type=int, default=300_000, help="0 leaves this table out")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        method, n, n_jobs = arguments.one
        print(json.dumps(one_run(method, int(n), int(n_jobs))))
        return
    print(f"\n## Speed\n\n{describe_machine()}; median of {arguments.runs}\n")
    print("| localizations | StormGraph CPU s (min-max) | wall s | peak GB | clusters "
          "| DBSCAN CPU s | HDBSCAN CPU s | ratio to DBSCAN |\n|" + "---|" * 8)  # fmt: skip
    split: dict[int, list[dict[str, object]]] = {}
    for n in arguments.sizes:
        ours = split[n] = repeated("stormgraph", n, arguments.runs)
        dbscan = median(repeated("dbscan", n, arguments.runs), "cpu_s")
        hdbscan = "-"
        if n <= LARGEST_FOR_HDBSCAN:
            hdbscan = f"{median(repeated('hdbscan', n, arguments.runs), 'cpu_s'):.1f}"
        cpu = [float(str(r["cpu_s"])) for r in ours]
        print(f"| {ours[0]['n']:,} | {np.median(cpu):.1f} ({min(cpu):.1f}-{max(cpu):.1f}) "
              f"| {median(ours, 'wall_s'):.1f} | {median(ours, 'peak_gb'):.2f} "
              f"| {ours[0]['clusters']} | {dbscan:.2f} | {hdbscan} "
              f"| {np.median(cpu) / dbscan:.1f} |", flush=True)  # fmt: skip
    print("\nCPU s by stage\n")
    stages = list(split[arguments.sizes[0]][0]["stages"])  # type: ignore[call-overload]
    print("| localizations | " + " | ".join(stages) + " |\n|---|" + "---|" * len(stages))
    for n in arguments.sizes:
        cells = [f"{np.median([r['stages'][s] for r in split[n]]):.2f}" for s in stages]  # type: ignore[index]
        print(f"| {split[n][0]['n']:,} | " + " | ".join(cells) + " |")
    if arguments.workers_at:
        walls = [
            median(repeated("stormgraph", arguments.workers_at, arguments.runs, jobs), "wall_s")
            for jobs in (1, 2)
        ]
        print(f"\nWall time of {arguments.workers_at:,} localizations: {walls[0]:.1f} s in one "
              f"process, {walls[1]:.1f} s in two, ratio {walls[0] / walls[1]:.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
