"""Batches that are killed and resumed end as undisturbed ones; jobs per minute of 1 and 2 workers.

Usage: python benchmarks/batch.py [--rois 200] [--files 10] [--kills 5] [--seed 0] [--reports]
       [--only parent group dask throughput]

Simulated regions of 1.2 x 1.2 µm with about 1,100 localizations lie in a few files. The batch is
done once undisturbed with 2 workers. Then it is done again, and killed with SIGKILL at moments
drawn from the seed, after so many jobs and part of a second: the parent process alone, or its
whole process group. Each time it is resumed. On a Dask cluster of this machine a worker is killed
instead. What is compared is all that was written but times: every table, label and map of every
job, and the tables of the batch. Exits with 1 when something differs. Throughput means something
on idle cores alone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.machine import describe_machine
from stormgraph_py.io.roi_files import write_rois
from stormgraph_py.roi import Roi
from stormgraph_py.simulate import NanoclusterParams, simulate_nanoclusters

ROOT = Path(__file__).parents[1]
SIDE_NM = 1200.0
PARAMS = NanoclusterParams(n_molecules=300, background_fraction=0.02, roi_nm=(SIDE_NM, SIDE_NM))
TABLES = ("summary.csv", "clusters.csv", "failures.csv")
_PATIENCE_S = 3600


def make_study(folder: Path, n_rois: int, n_files: int, seed: int) -> None:
    """Write files of localizations, and their regions side by side in folders of their own."""
    (folder / "data").mkdir(parents=True)
    (folder / "rois").mkdir()
    sequences = np.random.SeedSequence(seed).spawn(n_rois)
    for file, part in enumerate(np.array_split(np.arange(n_rois), n_files)):
        tables, rois = [], []
        for place, number in enumerate(part):
            shift = place * (SIDE_NM + 200)
            simulated = simulate_nanoclusters(PARAMS, np.random.default_rng(sequences[number]))
            table = simulated.localizations.table
            tables.append(table.assign(x_nm=table["x_nm"] + shift))
            center = (shift + SIDE_NM / 2, SIDE_NM / 2)
            rois.append(Roi.rectangle(center, (SIDE_NM, SIDE_NM), name=f"cell {place + 1}"))
        pd.concat(tables).to_csv(folder / "data" / f"field{file + 1}.csv", index=False)
        write_rois(folder / "rois" / f"field{file + 1}.geojson", rois)


def command(study: Path, out: Path, *options: str) -> list[str]:
    """Return the command line of the batch."""
    here = [sys.executable, "-m", "stormgraph_py.cli.main", "batch", str(study / "data")]
    return [*here, "--roi-dir", str(study / "rois"), "--out", str(out), "--resume", *options]


def run(study: Path, out: Path, *options: str) -> float:
    """Do the batch to its end and return the seconds that it took."""
    began = time.perf_counter()
    subprocess.run(command(study, out, "--quiet", *options), env=_environment(), check=True)
    return time.perf_counter() - began


def run_killed(
    study: Path, out: Path, n_done: int, delay_s: float, kill: Callable[[int], None], *options: str
) -> bool:
    """Start or resume the batch and kill once so many jobs are there; whether it came to that."""
    process = subprocess.Popen(
        command(study, out, "--quiet", *options), env=_environment(), start_new_session=True
    )
    until = time.monotonic() + _PATIENCE_S
    while process.poll() is None and done(out) < n_done and time.monotonic() < until:
        time.sleep(0.02)
    if process.poll() is not None:
        return False
    time.sleep(delay_s)
    children = psutil.Process(process.pid).children(recursive=True)
    kill(process.pid)
    process.wait(_PATIENCE_S)
    # workers notice that their parent is gone
    _, alive = psutil.wait_procs(children, timeout=60)
    if alive:
        raise SystemExit(f"{len(alive)} processes outlived the batch: {alive}")
    return True


def done(out: Path) -> int:
    """Count the jobs that are complete."""
    jobs = out / "jobs"
    return sum(item.name[0] != "." for item in jobs.iterdir()) if jobs.is_dir() else 0


def kill_parent(pid: int) -> None:
    """Kill the process alone."""
    os.kill(pid, signal.SIGKILL)


def kill_group(pid: int) -> None:
    """Kill the process with its workers."""
    os.killpg(pid, signal.SIGKILL)


def moments(n_jobs: int, n_kills: int, seed: int) -> list[tuple[int, float]]:
    """Draw after how many jobs, and which part of a second later, the batch is killed."""
    rng = np.random.default_rng(seed)
    jobs = np.sort(rng.choice(np.arange(n_jobs - 1), n_kills, replace=False))
    return list(zip(jobs.tolist(), rng.uniform(0, 0.5, n_kills).tolist(), strict=True))


def digests(out: Path) -> dict[str, str]:
    """Return the hash of everything that a batch wrote and that names no time."""
    found = {}
    for path in sorted([*(out / "jobs").glob("*/*"), *(out / name for name in TABLES)]):
        if path.name == "report.html":
            continue
        content = path.read_bytes()
        if path.name == "run.json":
            record = json.loads(content)
            del record["created_utc"], record["timings"]
            content = json.dumps(record, sort_keys=True).encode()
        found[path.relative_to(out).as_posix()] = hashlib.sha256(content).hexdigest()
    return found


def differences(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """Return the files that differ or are in one of them alone."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def kill_and_resume(
    study: Path,
    out: Path,
    times: Sequence[tuple[int, float]],
    kill: Callable[[int], None],
    *options: str,
) -> int:
    """Kill the batch at each moment, resume it at last, and return how often it was killed."""
    n = sum(run_killed(study, out, n_done, delay, kill, *options) for n_done, delay in times)
    run(study, out, *options)
    left = [item.name for item in (out / "jobs").iterdir() if item.name[0] == "."]
    if left:
        raise SystemExit(f"Left behind: {left}")
    return n


def kill_dask_worker(study: Path, out: Path, n_done: int, *options: str) -> int:
    """Do the batch on a Dask cluster and kill one of its workers; return the batch's exit code."""
    process = subprocess.Popen(
        command(study, out, "--quiet", "--dask-local", *options),
        env=_environment(),
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + _PATIENCE_S
    while process.poll() is None and done(out) < n_done and time.monotonic() < until:
        time.sleep(0.02)
    workers = [
        child
        for child in psutil.Process(process.pid).children(recursive=True)
        if any("spawn_main" in part for part in child.cmdline())
    ]
    if not workers:
        raise SystemExit("There was no Dask worker to kill.")
    workers[0].kill()
    return process.wait(_PATIENCE_S)


def _environment() -> dict[str, str]:
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


def main() -> None:
    """Do what was asked for and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rois", type=int, default=200)
    parser.add_argument("--files", type=int, default=10)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--reports", action="store_true", help="with a report for each job")
    kinds = ("parent", "group", "dask", "throughput")
    parser.add_argument("--only", nargs="*", choices=kinds, default=kinds)
    parser.add_argument("--folder", type=Path, help="where to work; kept")
    arguments = parser.parse_args()
    folder = arguments.folder or Path(tempfile.mkdtemp())
    options = () if arguments.reports else ("--no-reports",)
    two = ("--workers", "2", *options)
    print(f"{describe_machine()}\n")
    study = folder / "study"
    shutil.rmtree(study, ignore_errors=True)
    make_study(study, arguments.rois, arguments.files, arguments.seed)
    for name in ("undisturbed", "one", *kinds):
        shutil.rmtree(folder / name, ignore_errors=True)
    seconds = run(study, folder / "undisturbed", *two)
    print(f"undisturbed, 2 workers: {arguments.rois} jobs in {seconds:.1f} s", flush=True)
    expected = digests(folder / "undisturbed")
    differing: list[str] = []
    for kind, kill in (("parent", kill_parent), ("group", kill_group)):
        if kind in arguments.only:
            times = moments(arguments.rois, arguments.kills, arguments.seed)
            n = kill_and_resume(study, folder / kind, times, kill, *two)
            found = differences(expected, digests(folder / kind))
            at = ", ".join(f"{n_done} jobs + {delay:.2f} s" for n_done, delay in times)
            print(f"{kind} killed {n} times ({at}): {len(found)} of {len(expected)} files differ")
            differing += found
    if "dask" in arguments.only:
        code = kill_dask_worker(study, folder / "dask", arguments.rois // 3, *two)
        found = differences(expected, digests(folder / "dask"))
        print(f"Dask, a worker killed: exit {code}, {len(found)} of {len(expected)} files differ")
        differing += found
    if "throughput" in arguments.only:
        one = run(study, folder / "one", "--workers", "1", *options)
        differing += differences(expected, digests(folder / "one"))
        rate = 60 * arguments.rois
        print(f"1 worker: {rate / one:.1f} jobs/min; 2 workers: {rate / seconds:.1f} jobs/min")
        print(f"ratio {one / seconds:.2f}")
    if arguments.folder is None:
        shutil.rmtree(folder)
    if differing:
        sys.exit(f"These differ: {', '.join(differing[:10])}")
    print("\nAll the same.")


if __name__ == "__main__":
    main()
