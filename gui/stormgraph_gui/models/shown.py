"""The clusters that are shown: those of the selected single level, or of one level of the tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

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


def shown_table(analysis: Analysis, level: int | None) -> pd.DataFrame:
    """Return the measurements of the clusters of a level, one row a cluster."""
    if level is None:
        return analysis.clusters
    localizations, result = analysis.localizations, analysis.result
    return measure_clusters(
        localizations.coordinates(result.dimensions),
        shown_labels(analysis, level),
        sigma=localizations.precision(result.dimensions) if result.used_sigma else None,
        degrees=None if result.noise is None else result.noise.degrees,
    )
