"""The clusters that are shown: those of the selected single level, or of one level of the tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stormgraph_py.clusters import measure_clusters

if TYPE_CHECKING:
    import pandas as pd

    from stormgraph_py.arrays import IntArray
    from stormgraph_py.report.analysis import Analysis


def shown_labels(analysis: Analysis, level: int | None) -> IntArray:
    """Return the clusters (n,) of the analysed localizations at a level; None is the single level.

    Raises
    ------
    IndexError
        When the hierarchy has no such level.
    """
    result = analysis.result
    return result.labels if level is None else result.hierarchy.levels[level]


def level_inputs(analysis: Analysis, level: int | None) -> dict[str, Any]:
    """Return what `measure_clusters` needs of a level, clustered localizations only."""
    localizations, result = analysis.localizations, analysis.result
    labels = shown_labels(analysis, level)
    kept = labels >= 0
    sigma = localizations.precision(result.dimensions) if result.used_sigma else None
    return {
        "coordinates": localizations.coordinates(result.dimensions)[kept],
        "labels": labels[kept],
        "sigma": None if sigma is None else sigma[kept],
        "degrees": None if result.noise is None else result.noise.degrees[kept],
    }


def shown_table(analysis: Analysis, level: int | None) -> pd.DataFrame:
    """Return the measurements of the clusters of a level, one row a cluster."""
    if level is None:
        return analysis.clusters
    return measure_clusters(**level_inputs(analysis, level))


def level_in_words(analysis: Analysis, level: int | None) -> str:
    """Say of which level clusters are that are not the chosen ones; empty for those."""
    return "" if level is None else f"level {level + 1} of {analysis.result.hierarchy.n_levels}"
