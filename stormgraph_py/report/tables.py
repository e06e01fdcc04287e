"""Tables of a result, as they go into csv files."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from stormgraph_py.engine.selection import Split
from stormgraph_py.report.request import result_name

if TYPE_CHECKING:
    from stormgraph_py.arrays import IntArray
    from stormgraph_py.localizations import Localizations
    from stormgraph_py.report.analysis import Analysis
    from stormgraph_py.result import ClusteringResult


def label_columns(result: ClusteringResult) -> dict[str, IntArray]:
    """Return the labels of each localization by the name of their column.

    ``cluster`` is the single level, ``cluster_coarse`` the coarsest one without small clusters, and
    ``level_1``, ``level_2``, ... are the levels of the hierarchy, coarsest first; -1 = unclustered.
    """
    levels = {f"level_{i}": labels for i, labels in enumerate(result.hierarchy.levels, 1)}
    return {"cluster": result.labels, "cluster_coarse": result.coarse_labels} | levels


def localization_table(localizations: Localizations, result: ClusteringResult) -> pd.DataFrame:
    """Return the localizations' own columns, followed by their labels.

    A column of the input that has the name of a label is kept as ``input_<name>``.
    """
    table = localizations.table
    labels = label_columns(result)
    renamed = {}
    for name in table.columns:
        new = str(name)
        while new in labels or (new != name and new in table.columns):
            new = f"input_{new}"
        renamed[name] = new
    return table.rename(columns=renamed).assign(**labels)


def summary_row(analysis: Analysis) -> dict[str, Any]:
    """Return the row of summary.csv: what was analysed, its tags, and its numbers.

    A tag that has the name of another column is called ``tag_<name>``.
    """
    request = analysis.request
    row: dict[str, Any] = {"name": result_name(request.path)}
    if request.roi_name:
        row["roi"] = request.roi_name
    tags = request.all_tags
    columns = free_names(tags, {*row, *analysis.summary})
    return row | {columns[tag]: value for tag, value in tags.items()} | analysis.summary


def free_names(names: Iterable[str], taken: Set[str]) -> dict[str, str]:
    """Return a column for each name: itself, or ``tag_<name>`` where another column has that.

    Examples
    --------
    >>> free_names(["job", "tag_job"], {"job"})
    {'job': 'tag_tag_job', 'tag_job': 'tag_job'}
    """
    names = tuple(names)
    kept = {name for name in names if name not in taken}
    columns: dict[str, str] = {}
    for name in names:
        column = name
        while column in taken or (column != name and column in kept):
            column = f"tag_{column}"
        columns[name] = column
        kept.add(column)
    return columns


def split_table(result: ClusteringResult) -> pd.DataFrame:
    """Return every split that was tested, one row each; levels count from 1 as in ``level_1``."""
    table = pd.DataFrame(
        [asdict(split) for split in result.splits], columns=[f.name for f in fields(Split)]
    )
    table["level"] += 1
    return table


def level_table(result: ClusteringResult) -> pd.DataFrame:
    """Return, for each level of the hierarchy, the number of clusters and their sizes."""
    rows = []
    for i, labels in enumerate(result.hierarchy.levels, 1):
        sizes = np.bincount(labels[labels >= 0])
        rows.append(
            {
                "level": i,
                "n_clusters": len(sizes),
                "n_localizations": int(sizes.sum()),
                "median_n_localizations": float(np.median(sizes)) if len(sizes) else np.nan,
                "largest_n_localizations": int(sizes.max(initial=0)),
            }
        )
    return pd.DataFrame(rows)
