"""Time and memory from 5,000 to 10 million localizations, beside DBSCAN and HDBSCAN.

Usage: python benchmarks/speed.py [--sizes 5000 27000 100000 300000 1000000] [--large] [--runs 3]
       [--backend native] [--threads 1 2 --threads-at 1000000] [--out manual/_static/speed.json]

Simulated 2-D localizations with sigma, k = 15, defaults otherwise. Every run has a process of its
own, which begins with positions and precisions in memory and ends with labels; imports are not
counted. Time is processor time and wall time, memory the peak of the process. The methods take
turns, so that what else the machine does falls on all of them.

With --out, results are kept in a file, where they take the place of earlier ones of the same
method, size and threads; so the sizes can be measured one at a time. The manual's page of them is
made from that file by manual/make_speed_page.py.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.speed_tables import Results, Row, keep, load, stage_tables, threads_table, totals

if TYPE_CHECKING:
    from stormgraph_py.result import ClusteringResult

SIZES = (5_000, 27_000, 100_000, 300_000, 1_000_000)
LARGE = 10_000_000
LARGEST_FOR_HDBSCAN = 100_000
DBSCAN_EPS_NM, DBSCAN_MIN_POINTS = 20, 10
HDBSCAN_MIN_CLUSTER_SIZE = 10
METHODS = ("stormgraph", "dbscan", "hdbscan")


def simulate(n: int, path: str) -> None:
    """Write about n simulated localizations to a file: a process of its own has the memory."""
    from benchmarks.data import speed_case

    case = speed_case(n)
    np.savez(path, coordinates=case.coordinates, sigma=case.sigma, area=np.array(case.area))


def one_run(
    method: str,
    path: str,
    n_jobs: int,
    backend: str | None,
    look_at: Callable[[ClusteringResult], object] | None = None,
) -> Row:
    """Time one method in this process; whoever wants to may look at the result."""
    with np.load(path) as data:
        coordinates, sigma, area = data["coordinates"], data["sigma"], float(data["area"])
    n = len(coordinates)
    if method == "stormgraph":
        return {"n": n, **_stormgraph(coordinates, sigma, area, n_jobs, backend, look_at)}
    from sklearn.cluster import DBSCAN, HDBSCAN

    model = (
        DBSCAN(eps=DBSCAN_EPS_NM, min_samples=DBSCAN_MIN_POINTS)
        if method == "dbscan"
        else HDBSCAN(min_cluster_size=HDBSCAN_MIN_CLUSTER_SIZE, copy=True)
    )
    cpu, wall = cpu_s(), time.perf_counter()
    labels = model.fit_predict(coordinates)
    return {"n": n, **_measured(cpu, wall, labels)}


def _stormgraph(
    coordinates: np.ndarray,
    sigma: np.ndarray,
    area: float,
    n_jobs: int,
    backend: str | None,
    look_at: Callable[[ClusteringResult], object] | None,
) -> Row:
    from stormgraph_py import Localizations, StormGraphParams, cluster_localizations
    from stormgraph_py.engine import kernel

    params = StormGraphParams(k=15, **({} if backend is None else {"community_backend": backend}))
    locs = Localizations.from_arrays(coordinates, sigma)
    del coordinates, sigma
    peaks: dict[str, float] = {}
    cpu, wall = cpu_s(), time.perf_counter()
    result = cluster_localizations(
        locs,
        params,
        area=area,
        n_jobs=n_jobs,
        on_progress=lambda event: peaks.__setitem__(event.stage, peak_gb()),
    )
    measured = _measured(cpu, wall, result.labels)
    # worker processes that wait for more are not yet among the finished children
    measured["cpu_s"] = max(measured["cpu_s"], sum(t.cpu_s for t in result.timings))
    if look_at is not None:
        look_at(result)
    return {
        "backend": params.community_backend,
        "kernel": kernel.native is not None,
        **measured,
        "stages": {
            t.stage: {"cpu_s": t.cpu_s, "wall_s": t.wall_s, "peak_gb": peaks[t.stage]}
            for t in result.timings
        },
    }


def _measured(cpu: float, wall: float, labels: np.ndarray) -> Row:
    return {
        "cpu_s": cpu_s() - cpu,
        "wall_s": time.perf_counter() - wall,
        "peak_gb": peak_gb(),
        "clusters": int(np.max(labels)) + 1,
    }


def cpu_s() -> float:
    """Processor time of this process and of its finished children."""
    own, children = (
        resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def peak_gb() -> float:
    """Most memory that this process has had so far."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9


def in_a_process(script: str, *words: object) -> str:
    """Run a program in a fresh process, BLAS and OpenMP on one thread, and read what it says."""
    quiet = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    call = [sys.executable, script, *map(str, words)]
    done = subprocess.run(
        call, check=True, stdout=subprocess.PIPE, text=True, env=os.environ | quiet
    )
    return done.stdout


def measure(
    n: int, cases: Sequence[tuple[str, int]], runs: int, backend: str | None, path: Path
) -> list[Row]:
    """Run methods on numbers of threads in turn; one row each with the figures of all runs."""
    print(f"simulating {n:,} localizations", file=sys.stderr, flush=True)
    in_a_process(__file__, "--simulate", n, path)
    found: dict[tuple[str, int], list[Row]] = {case: [] for case in cases}
    for _ in range(runs):
        for case in list(found):
            method, n_jobs = case
            try:
                text = in_a_process(__file__, "--one", method, path, n_jobs, backend or "-")
            except subprocess.CalledProcessError as error:
                if method == "stormgraph":
                    raise
                note = f"{method} did not end at {n:,}: left out ({error})"
                print(note, file=sys.stderr, flush=True)
                del found[case]
                continue
            row = json.loads(text)
            found[case].append(row)
            note = f"{method}, {row['n']:,}, {n_jobs} thread(s): {row['cpu_s']:.2f} CPU s"
            print(note, file=sys.stderr, flush=True)
    return [
        {"method": method, "asked": n, "n_jobs": n_jobs, **gathered(rows)}
        for (method, n_jobs), rows in found.items()
    ]


def gathered(rows: list[Row]) -> Row:
    """One row out of several runs: lists of the figures, everything else from the first run."""
    whole = dict(rows[0])
    for key, value in rows[0].items():
        if key in ("cpu_s", "wall_s", "peak_gb"):
            whole[key] = [round(row[key], 4) for row in rows]
        elif key == "stages":
            whole[key] = {s: gathered([row[key][s] for row in rows]) for s in value}
    return whole


def main() -> None:
    """Measure, keep the results and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--large", action="store_true", help="10 million localizations as well")
    parser.add_argument("--runs", type=int, default=3, help="fresh processes for every figure")
    parser.add_argument("--methods", nargs="*", choices=METHODS, default=METHODS)
    parser.add_argument("--backend", help="community_backend; the package's default by default")
    parser.add_argument("--threads", type=int, nargs="*", default=(1, 2))
    parser.add_argument("--threads-at", type=int, default=1_000_000, help="size of that table")
    parser.add_argument("--out", type=Path, help="JSON file that keeps the results")
    parser.add_argument("--simulate", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.simulate:
        simulate(int(arguments.simulate[0]), arguments.simulate[1])
        return
    if arguments.one:
        method, path, n_jobs, backend = arguments.one
        row = one_run(method, path, int(n_jobs), None if backend == "-" else backend)
        print(json.dumps(row))
        return
    results: Results = load(arguments.out)
    sizes = [*arguments.sizes, *([LARGE] if arguments.large else [])]
    with tempfile.TemporaryDirectory() as folder:
        for n in sizes:
            cases = [
                (method, 1)
                for method in arguments.methods
                if method != "hdbscan" or n <= LARGEST_FOR_HDBSCAN
            ]
            if n == arguments.threads_at and "stormgraph" in arguments.methods:
                cases += [("stormgraph", j) for j in arguments.threads if j != 1]
            path = Path(folder) / "localizations.npz"
            rows = measure(n, cases, arguments.runs, arguments.backend, path)
            keep(results, "speed", rows, arguments.out)
    for table in (totals(results), *stage_tables(results).values(), threads_table(results)):
        print(f"\n{table}")


if __name__ == "__main__":
    main()
