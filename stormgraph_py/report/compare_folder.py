"""The folder of a comparison: tables, files for Prism, figures, report and record."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stormgraph_py.clusters.dictionary import TABLES
from stormgraph_py.errors import OutputError
from stormgraph_py.io.writers import write_table, write_text
from stormgraph_py.progress import Progress
from stormgraph_py.report.compare_inputs import input_record
from stormgraph_py.report.outputs import FIGURES, WORKBOOK, write_figures, write_tables
from stormgraph_py.report.record import record_text, software_versions

if TYPE_CHECKING:
    import pandas as pd

    from stormgraph_py.clusters.compare import Comparison
    from stormgraph_py.progress import OnProgress, ShouldStop
    from stormgraph_py.report.compare_analysis import ComparedResults
    from stormgraph_py.report.outputs import Outputs

SCHEMA = 1
"""Version of the layout of compare.json."""

PRISM = "prism"
"""Folder of the tables with one column a condition."""

_TABLES = (
    "values_long.csv",
    "clusters_long.csv",
    "tests.csv",
    "effects.csv",
    "conditions.csv",
    "design.csv",
)
_FILES = (
    *_TABLES,
    *(Path(name).with_suffix(".parquet").name for name in _TABLES),
    WORKBOOK,
    "compare.json",
    "report.html",
)


def is_of_comparison(item: Path) -> bool:
    """Whether the folder of a comparison may hold this file or folder."""
    endings = {FIGURES: (".svg", ".png"), PRISM: (".csv",)}
    if item.name in endings and item.is_dir() and not item.is_symlink():
        return all(file.suffix in endings[item.name] for file in item.iterdir())
    return not item.is_dir() and item.name in _FILES


def write_comparison(
    folder: Path,
    compared: ComparedResults,
    outputs: Outputs,
    *,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> None:
    """Write all files of a comparison into an existing, empty folder.

    Parameters
    ----------
    folder : Path
        Where to.
    compared : ComparedResults
        What was compared.
    outputs : Outputs
        Which files to write beside the tables, the record and the report.
    on_progress : callable, optional
        Called with events of the stage "writing".
    should_stop : callable, optional
        Asked between files.

    Raises
    ------
    OutputError
        When a file cannot be written.
    Cancelled
        When asked to stop.
    """
    from stormgraph_py.report.compare_page import comparison_sections, render_comparison

    progress = Progress(on_progress, should_stop)
    progress.report("writing", 0, 4)
    comparison = compared.comparison
    tables = {
        "values_long.csv": comparison.unit_table,
        "clusters_long.csv": clusters_long(compared.clusters),
        "tests.csv": comparison.tests,
        "effects.csv": comparison.effects,
        "conditions.csv": comparison.summaries,
        "design.csv": comparison.design,
    }
    write_tables(folder, tables, outputs, large=("clusters_long.csv",))
    progress.report("writing", 1, 4)
    try:
        (folder / PRISM).mkdir()
    except OSError as error:
        raise OutputError(f"{folder / PRISM} cannot be made ({error.strerror}).") from None
    for name, table in prism_tables(comparison).items():
        write_table(folder / PRISM / name, table)
    record = comparison_record(compared)
    write_text(folder / "compare.json", record_text(record))
    progress.report("writing", 2, 4)
    sections = comparison_sections(compared, record)
    write_text(folder / "report.html", render_comparison(compared, record, sections))
    progress.report("writing", 3, 4)
    if outputs.figures:
        write_figures(folder / FIGURES, sections)
    progress.report("writing", 4, 4)


def clusters_long(clusters: pd.DataFrame) -> pd.DataFrame:
    """Return all clusters with their tags in front; columns that no result has are left out."""
    names = [column.name for column in TABLES["clusters_long.csv"]]
    known = [name for name in names if name in clusters.columns]
    others = [c for c in clusters.columns if c not in known and c != "roi_number"]
    return clusters[known + others]


def prism_tables(comparison: Comparison) -> dict[str, pd.DataFrame]:
    """Return tables with one column a condition, by file name, ``<measure>_<unit>.csv``.

    Values that exist stand on top of one another; columns of unequal length end in empty cells.
    """
    import pandas as pd

    tables = {}
    for (measure, unit), rows in comparison.unit_table.groupby(["measure", "unit"], sort=False):
        columns = {
            condition: rows.loc[rows["condition"] == condition, "value"]
            .dropna()
            .reset_index(drop=True)
            for condition in comparison.conditions
        }
        name = re.sub(r"\W+", "_", f"{measure}_{unit}")
        tables[f"{name}.csv"] = pd.DataFrame(columns)
    return tables


def comparison_record(compared: ComparedResults) -> dict[str, Any]:
    """Return what was compared, how, with which software, ready for JSON."""
    comparison, tagged = compared.comparison, compared.tagged
    return {
        "schema": SCHEMA,
        "created_utc": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": software_versions(),
        "request": asdict(compared.request),
        "conditions": list(comparison.conditions),
        "measures": list(comparison.measures),
        "inputs": [
            input_record(result) | {"tags": tags}
            for result, tags in zip(tagged.results, tagged.tags, strict=True)
        ],
        "untagged": [str(result.folder) for result in tagged.untagged],
        "warnings": list(compared.warnings),
    }
