"""Data dictionary: what every column of every table that the package writes means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from stormgraph_py.clusters.dictionary.batch import BATCH_CLUSTERS, BATCH_SUMMARY, FAILURES
from stormgraph_py.clusters.dictionary.clusters import CLUSTERS
from stormgraph_py.clusters.dictionary.column import Column as Column
from stormgraph_py.clusters.dictionary.compare import (
    CLUSTERS_LONG,
    CONDITIONS,
    DESIGN,
    EFFECTS,
    TESTS,
    VALUES_LONG,
)
from stormgraph_py.clusters.dictionary.localizations import LOCALIZATIONS
from stormgraph_py.clusters.dictionary.overcounting import OVERCOUNTING, OVERCOUNTING_RADII
from stormgraph_py.clusters.dictionary.overlap import (
    CONVERGENCE,
    OTHER_CHANNEL,
    OVERLAP,
    PAIRS,
    PARTNERS,
)
from stormgraph_py.clusters.dictionary.roi import NAMES, SPLITS, SUMMARY
from stormgraph_py.errors import ParameterError

TABLES: Mapping[str, tuple[Column, ...]] = MappingProxyType(
    {
        "localizations.csv": LOCALIZATIONS,
        "clusters.csv": CLUSTERS,
        "clusters_coarse.csv": CLUSTERS,
        "summary.csv": (*NAMES, *SUMMARY),
        "splits.csv": SPLITS,
        "overcounting.csv": OVERCOUNTING,
        "overcounting_radii.csv": OVERCOUNTING_RADII,
        "localizations_<channel>.csv": (*LOCALIZATIONS, *OTHER_CHANNEL),
        "clusters_<channel>.csv": CLUSTERS,
        "overlap.csv": OVERLAP,
        "partners.csv": PARTNERS,
        "overlap_pairs.csv": PAIRS,
        "overlap_voxels.csv": CONVERGENCE,
        "batch/summary.csv": BATCH_SUMMARY,
        "batch/clusters.csv": BATCH_CLUSTERS,
        "batch/failures.csv": FAILURES,
        "values_long.csv": VALUES_LONG,
        "clusters_long.csv": CLUSTERS_LONG,
        "tests.csv": TESTS,
        "effects.csv": EFFECTS,
        "conditions.csv": CONDITIONS,
        "design.csv": DESIGN,
    }
)
"""Columns by the file that they are in; ``<channel>`` stands for the name of a colour channel."""

_PER_CHANNEL = re.compile(r"(localizations|clusters)_(?!coarse\.).+\.csv")


def describe(table: str, name: str) -> Column:
    """Describe one column of one table.

    Parameters
    ----------
    table : str
        Name of the file, a key of `TABLES`, or one with the name of a channel in it.
    name : str
        Name in the file's header.

    Raises
    ------
    ParameterError
        When there is no such table or column.

    Examples
    --------
    >>> describe("localizations.csv", "level_2").name
    'level_<i>'
    """
    per_channel = _PER_CHANNEL.fullmatch(table)
    if table not in TABLES and per_channel:
        table = f"{per_channel[1]}_<channel>.csv"
    if table not in TABLES:
        raise ParameterError(f"There is no table {table!r}; choose one of {', '.join(TABLES)}.")
    for column in TABLES[table]:
        if column.covers(name):
            return column
    raise ParameterError(f"{table} has no column {name!r} that is described.")
