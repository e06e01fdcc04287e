"""Results of speed.py and scale.py: the file that keeps them, and their tables in Markdown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias

Row: TypeAlias = dict[str, Any]
Results: TypeAlias = dict[str, Any]

KEY = ("method", "asked", "tile_size", "n_jobs")
"""What tells results apart; the same again replaces them."""

FEWEST_RUNS = 3
"""Tables with rows of fewer runs say so."""

STAGE_FIGURES = {"cpu_s": "CPU s", "wall_s": "wall s", "peak_gb": "peak GB so far"}


def load(path: Path | None) -> Results:
    """Read the results that a file keeps; none where there is no file."""
    if path is None or not path.exists():
        return {"machine": "", "speed": [], "scale": []}
    results: Results = json.loads(path.read_text(encoding="utf-8"))
    return results


def keep(results: Results, part: str, rows: Iterable[Row], path: Path | None) -> None:
    """Put rows among the results, and these into the file.

    Results of another machine or of other versions are given up: they cannot be compared.
    """
    from benchmarks.machine import describe_machine

    machine = describe_machine()
    if results["machine"] != machine:
        results.update(machine=machine, speed=[], scale=[])
    for row in rows:
        others = [r for r in results[part] if _key(r) != _key(row)]
        results[part] = sorted([*others, row], key=lambda r: [str(x).zfill(12) for x in _key(r)])
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_one_row_a_line(results), encoding="utf-8")


def _one_row_a_line(results: Results) -> str:
    parts = [f'"machine": {json.dumps(results["machine"])}']
    for part in ("speed", "scale"):
        rows = ",\n".join(map(json.dumps, results[part]))
        parts.append(f'"{part}": [\n{rows}\n]')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _key(row: Row) -> list[object]:
    return [row.get(name, "") for name in KEY]


def of_method(results: Results, method: str, n_jobs: int = 1) -> dict[int, Row]:
    """Rows of a method by the number of localizations that was asked for."""
    rows = [r for r in results["speed"] if r["method"] == method and r["n_jobs"] == n_jobs]
    return {r["asked"]: r for r in sorted(rows, key=lambda r: r["asked"])}


def conditions(results: Results) -> str:
    """What the speed table was measured on, and how often."""
    rows = results["speed"]
    if not rows:
        return "**Not measured yet.**"
    runs = sorted({len(r["cpu_s"]) for r in rows})
    backends = sorted({r["backend"] for r in rows if "backend" in r})
    built = all(r["kernel"] for r in rows if "kernel" in r)
    text = (
        f"{results['machine']}; {'with' if built else 'without'} the compiled kernel, "
        f"`community_backend` {' and '.join(map(repr, backends))}; "
        f"median of {' or '.join(map(str, runs))} fresh {'process' if runs == [1] else 'processes'}"
    )
    if runs[0] < FEWEST_RUNS:
        text += "; a figure without a range is one of a single run"
    return f"{text}."


def totals(results: Results) -> str:
    """Every size: time and memory, and those of other methods."""
    dbscan, hdbscan = of_method(results, "dbscan"), of_method(results, "hdbscan")
    rows = []
    for asked, own in of_method(results, "stormgraph").items():
        peer = median(dbscan[asked]["cpu_s"]) if asked in dbscan else None
        rows.append(
            [
                f"{own['n']:,}",
                _with_range(own["cpu_s"]),
                _short(median(own["wall_s"])),
                f"{median(own['peak_gb']):.2f}",
                f"{own['clusters']:,}",
                "-" if peer is None else _short(peer),
                _short(median(hdbscan[asked]["cpu_s"])) if asked in hdbscan else "-",
                "-" if peer is None else f"{median(own['cpu_s']) / peer:.1f}",
            ]
        )
    heads = (
        "localizations", "StormGraph CPU s (min-max)", "wall s", "peak GB", "clusters",
        "DBSCAN CPU s", "HDBSCAN CPU s", "ratio to DBSCAN",
    )  # fmt: skip
    return _table(heads, rows)


def stage_tables(results: Results) -> dict[str, str]:
    """CPU time, wall time and peak of memory by stage, one table each."""
    own = of_method(results, "stormgraph")
    stages = list(next(iter(own.values()))["stages"]) if own else []
    tables = {}
    for figure, unit in STAGE_FIGURES.items():
        rows = []
        for row in own.values():
            values = [median(row["stages"][s][figure]) for s in stages]
            whole = median(row[figure])
            form = "{:.2f}".format if figure == "peak_gb" else _short
            rest = "" if figure == "peak_gb" else _short(max(0.0, whole - sum(values)))
            rows.append([f"{row['n']:,}", *map(form, values), rest, form(whole)])
        tables[figure] = _table([unit, *stages, "the rest", "in all"], rows)
    return tables


def threads_table(results: Results) -> str:
    """Wall time by number of threads, where more than one was measured."""
    rows = []
    asked = sorted({r["asked"] for r in results["speed"] if r["n_jobs"] > 1})
    for n in asked:
        one = of_method(results, "stormgraph").get(n)
        for row in results["speed"]:
            if row["method"] != "stormgraph" or row["asked"] != n:
                continue
            share = "-" if one is None else f"{median(row['wall_s']) / median(one['wall_s']):.0%}"
            rows.append(
                [
                    f"{row['n']:,}",
                    str(row["n_jobs"]),
                    _with_range(row["wall_s"]),
                    share,
                    _short(median(row["cpu_s"])),
                    f"{median(row['peak_gb']):.2f}",
                ]
            )
    heads = ("localizations", "threads", "wall s (min-max)", "of one thread's", "CPU s", "peak GB")
    return _table(heads, rows)


def scale_table(results: Results) -> str:
    """Tiles and threads, with what tells one result from another."""
    rows = [
        [
            f"{r['n']:,}",
            "all" if r["tile_size"] >= r["n"] else f"{r['tile_size']:,}",
            f"{r['n_tiles']:,}",
            str(r["n_jobs"]),
            _short(r["cpu_s"]),
            _short(r["wall_s"]),
            f"{r['peak_gb']:.2f}",
            f"{r['clusters']:,}",
            f"`{r['digest'][:12]}`",
        ]
        for r in results["scale"]
    ]
    heads = (
        "localizations", "largest tile", "tiles", "threads", "CPU s", "wall s", "peak GB",
        "clusters", "SHA-256 of the result",
    )  # fmt: skip
    return _table(heads, rows)


def filled(page: str, results: Results) -> str:
    """Put the tables into a page, between the marks that name them."""
    tables = {
        "conditions": conditions(results),
        "totals": totals(results),
        "threads": threads_table(results),
        "tiles": scale_table(results),
    } | {f"stages {name}": table for name, table in stage_tables(results).items()}

    def fill(mark: re.Match[str]) -> str:
        return f"<!-- {mark[1]} -->\n\n{tables[mark[1]]}\n\n<!-- end -->"

    return re.sub(r"<!-- ([a-z_ ]+) -->\n.*?<!-- end -->", fill, page, flags=re.DOTALL)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return "*Not measured yet.*"
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _with_range(values: Sequence[float]) -> str:
    middle = _short(median(values))
    return f"{middle} ({_short(min(values))}-{_short(max(values))})" if len(values) > 1 else middle


def _short(seconds: float) -> str:
    return (
        f"{seconds:.2f}"
        if seconds < 10
        else f"{seconds:.1f}"
        if seconds < 100
        else f"{seconds:.0f}"
    )
