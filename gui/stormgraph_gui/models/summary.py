"""A region summed up in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
        f"{percent(summary['percent_clustered'] / 100)} of localizations in clusters",
    ]
    if n_clusters:
        size = summary["median_volume_nm3" if solid else "median_area_nm2"]
        texts += [
            "median cluster: "
            f"{rounded(summary['median_n_localizations'])} localizations, "
            f"{(volume_text if solid else area_text)(size)}, "
            f"radius {rounded(summary['median_equivalent_radius_nm'])} nm",
        ]
        nearest = summary["median_nearest_cluster_nm"]
        if nearest == nearest:
            texts.append(f"next cluster at {rounded(nearest)} nm")
    return "  ·  ".join(texts)
