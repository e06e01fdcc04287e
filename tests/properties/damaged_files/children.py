"""Damage valid files at random and read them in child processes.

Each case is the name of a valid file and a seed. A child process damages that file and reads it, so
that a crash of a library in C, or a hang, is seen from outside and can be repeated by its seed. In
tests/properties::

    python -m damaged_files.children 5000        # that many cases, and a table
    python -m damaged_files.children csv:17      # one case, with what was done to the file
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import traceback
import warnings
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from damaged_files.accounts import Outcome, examine, seed_of
from damaged_files.changes import damage
from damaged_files.samples import samples

WALL_LIMIT_S = 60.0
"""After that a child is stopped; generous, so that a busy machine does not look like a hang."""

CPU_LIMIT_S = 5.0
"""What one file may cost, in the child's own time, which a busy machine does not stretch."""


COMMAND = ("-m", "damaged_files.children", "child")
"""What a child runs in Python."""


def child() -> None:
    """Examine the cases whose names come in, one a line; say how each ended, one a line."""
    warnings.simplefilter("error")
    known = samples()
    with tempfile.TemporaryDirectory() as folder:
        for line in sys.stdin:
            case = line.strip()
            try:
                outcome = examine(case, known[case.rpartition(":")[0]], Path(folder))
            except Exception:
                text = traceback.format_exc()
                outcome = Outcome(case, "fault", case.rpartition(":")[0], message=text)
            for file in Path(folder).iterdir():
                file.unlink()
            sys.stdout.write(json.dumps(vars(outcome)) + "\n")
            sys.stdout.flush()


class _Child:
    """A process that examines one case after another, and is made anew when it dies."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def examine(self, case: str) -> Outcome:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, *COMMAND],
                cwd=Path(__file__).parents[1],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        process = self._process
        timer = threading.Timer(WALL_LIMIT_S, process.kill)
        timer.start()
        process.stdin.write(case + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        in_time = timer.is_alive()
        timer.cancel()
        if answer:
            outcome = Outcome(**json.loads(answer))
            if outcome.cpu_s > CPU_LIMIT_S:
                outcome.status, outcome.message = "hang", f"{outcome.cpu_s:.1f} s"
            return outcome
        code = process.wait()
        self.close()
        return Outcome(case, "crash" if in_time else "hang", message=f"exit code {code}")

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process.stdin.close()
            self._process.stdout.close()
            self._process = None


def cases(n: int, first_seed: int = 0) -> list[str]:
    """Return n cases, spread evenly over the samples."""
    names = list(samples())
    return [f"{names[i % len(names)]}:{first_seed + i // len(names)}" for i in range(n)]


def run(todo: list[str], n_children: int = 2) -> list[Outcome]:
    """Examine cases in child processes."""
    children = [_Child() for _ in range(n_children)]

    def some(number: int) -> list[Outcome]:
        return [children[number].examine(case) for case in todo[number::n_children]]

    try:
        with ThreadPoolExecutor(n_children) as pool:
            parts = list(pool.map(some, range(n_children)))
    finally:
        for one in children:
            one.close()
    return [outcome for part in parts for outcome in part]


def table(outcomes: list[Outcome]) -> str:
    """Return the totals for each sample as lines of text."""
    header = ("sample", "n", "read", "refused", "warned", "bad", "slowest")
    lines = ["{:<62}{:>6}{:>6}{:>8}{:>7}{:>5}{:>9}".format(*header)]
    for name in sorted({o.case.rpartition(":")[0] for o in outcomes}):
        some = [o for o in outcomes if o.case.rpartition(":")[0] == name]
        count = Counter(o.status for o in some)
        bad = len(some) - count["read"] - count["refused"]
        lines.append(
            f"{name:<62}{len(some):>6}{count['read']:>6}{count['refused']:>8}"
            f"{sum(o.n_warnings > 0 for o in some):>7}{bad:>5}{max(o.cpu_s for o in some):>8.2f}s"
        )
    return "\n".join(lines)


def _main(argument: str) -> None:
    if argument == "child":
        child()
        return
    if ":" in argument:
        sample = samples()[argument.rpartition(":")[0]]
        _, done = damage(sample, np.random.default_rng(seed_of(argument)))
        sys.stdout.write("\n".join(done) + "\n")
        with tempfile.TemporaryDirectory() as folder:
            sys.stdout.write(f"{examine(argument, sample, Path(folder))}\n")
        return
    outcomes = run(cases(int(argument)))
    sys.stdout.write(table(outcomes) + "\n")
    for outcome in outcomes:
        if outcome.status not in ("read", "refused"):
            sys.stdout.write(
                f"\n{outcome.case} {outcome.status} {outcome.done}\n{outcome.message}\n"
            )


if __name__ == "__main__":
    _main(sys.argv[1])
