"""A region summed up in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stormgraph_py.clusters.dictionary import describe
from stormgraph_py.report.numbers import area_text, count, percent, rounded, volume_text

if TYPE_CHECKING:
    from stormgraph_py.clusters.statistics import SummaryRow


def summary_text(summary: SummaryRow | None) -> str:
    """Return the numbers to read first.

    Parameters
    ----------
    summary : dict or None
        A row of summary.csv.

    Returns
    -------
    str
        How many clusters there are, how dense, and how large the median one is.
    """
    if summary is None:
        return ""
    solid = "roi_volume_um3" in summary
    unit, power = ("µm³", 3) if solid else ("µm²", 2)
    n_clusters = int(summary["n_clusters"])
    texts = [
        count(n_clusters, "cluster"),
        f"{rounded(summary[f'clusters_per_um{power}'])} per {unit}",
        f"{percent(summary['percent_clustered'] / 100)} of localizations",
    ]
    if n_clusters:
        size = summary["median_volume_nm3" if solid else "median_area_nm2"]
        texts.append(
            f"median {rounded(summary['median_n_localizations'])} localizations, "
            f"{(volume_text if solid else area_text)(size)}, "
            f"radius {rounded(summary['median_equivalent_radius_nm'])} nm"
        )
    return "  ·  ".join(texts)


def summary_lines(summary: SummaryRow | None) -> str:
    """Return every number of a region, one a line, with what it means."""
    lines = []
    for name, value in (summary or {}).items():
        column = describe("summary.csv", name)
        unit = "" if column.unit in ("count", "1") else f" {column.unit}"
        lines.append(f"{rounded(value)}{unit}: {column.meaning}")
    return "\n".join(lines)
