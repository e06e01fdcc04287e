"""The manual's page on speed holds the results that lie beside it, and no others."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "manual" / "speed.md"
RESULTS = ROOT / "manual" / "_static" / "speed.json"


@pytest.fixture(scope="module")
def tables() -> ModuleType:
    """The benchmarks' own writer of tables; benchmarks are no package that is installed."""
    path = ROOT / "benchmarks" / "speed_tables.py"
    spec = importlib.util.spec_from_file_location("speed_tables", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def row(method: str, asked: int, n_jobs: int = 1, seconds: tuple[float, ...] = (2.0, 1.0, 4.0)):
    stage = {"cpu_s": [1.0], "wall_s": [0.5], "peak_gb": [0.2]}
    own = {"backend": "native", "kernel": True, "stages": {"communities": stage}}
    return {
        "method": method, "asked": asked, "n_jobs": n_jobs, "n": asked + 3, "clusters": 7,
        "cpu_s": list(seconds), "wall_s": list(seconds), "peak_gb": [0.25],
        **(own if method == "stormgraph" else {}),
    }  # fmt: skip


def test_page_shows_the_kept_results(tables: ModuleType) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert tables.filled(page, tables.load(RESULTS)) == page, "run manual/make_speed_page.py"


def test_page_has_every_table(tables: ModuleType) -> None:
    page = PAGE.read_text(encoding="utf-8")
    named = {"conditions", "totals", "threads", "tiles"}
    named |= {f"stages {figure}" for figure in tables.STAGE_FIGURES}
    assert all(f"<!-- {name} -->" in page for name in named)
    assert page.count("<!-- end -->") == len(named)


def test_tables_give_medians_ranges_and_ratios(tables: ModuleType) -> None:
    results = {
        "machine": "a machine",
        "scale": [],
        "speed": [
            row("stormgraph", 5000),
            row("stormgraph", 5000, n_jobs=2, seconds=(1.0, 1.2, 0.9)),
            row("dbscan", 5000, seconds=(0.5, 0.4, 0.6)),
        ],
    }
    line = tables.totals(results).splitlines()[-1]
    assert line == "| 5,003 | 2.00 (1.00-4.00) | 2.00 | 0.25 | 7 | 0.50 | - | 4.0 |"
    assert tables.threads_table(results).splitlines()[-1].split(" | ")[1:4] == [
        "2",
        "1.00 (0.90-1.20)",
        "50%",
    ]
    cpu = tables.stage_tables(results)["cpu_s"].splitlines()[-1]
    assert cpu == "| 5,003 | 1.00 | 1.00 | 2.00 |"
    assert "a machine; with the compiled kernel" in tables.conditions(results)
    assert "single run" not in tables.conditions(results)


def test_single_runs_are_named(tables: ModuleType) -> None:
    results = {"machine": "m", "scale": [], "speed": [row("stormgraph", 5000, seconds=(1.0,))]}
    assert "single run" in tables.conditions(results)


def test_nothing_measured_is_said(tables: ModuleType, tmp_path: Path) -> None:
    none = tables.load(tmp_path / "none.json")
    filled = tables.filled(PAGE.read_text(encoding="utf-8"), none)
    assert "Not measured yet" in filled
    assert tables.filled(filled, none) == filled


def test_results_are_replaced_one_by_one_and_given_up_on_another_machine(
    tables: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    import benchmarks.machine

    path = tmp_path / "kept" / "speed.json"
    results = tables.load(path)
    monkeypatch.setattr(benchmarks.machine, "describe_machine", lambda: "one")
    tables.keep(results, "speed", [row("stormgraph", 5000), row("dbscan", 5000)], path)
    newer = row("stormgraph", 5000, seconds=(9.0,))
    tables.keep(results, "speed", [newer], path)
    assert tables.load(path) == results
    assert tables.of_method(results, "stormgraph") == {5000: newer}
    assert len(results["speed"]) == 2
    monkeypatch.setattr(benchmarks.machine, "describe_machine", lambda: "another")
    tables.keep(results, "speed", [newer], path)
    assert results["speed"] == [newer]
