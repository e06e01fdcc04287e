"""From clusters to one value a unit: a region, a cell, or a replicate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from stormgraph_py.arrays import FloatArray
from stormgraph_py.clusters.bootstrap import Summary
from stormgraph_py.errors import ParameterError

if TYPE_CHECKING:
    import pandas as pd

Unit: TypeAlias = Literal["roi", "cell", "replicate", "cluster"]

TAGS = ("condition", "replicate", "cell", "roi")
"""Columns that say where a region belongs, in text; an empty replicate is none."""

DEFAULT_MEASURES = {
    2: ("area_nm2", "n_localizations", "density_per_um2", "clusters_per_um2", "percent_clustered"),
    3: (
        "volume_nm3",
        "n_localizations",
        "density_per_um3",
        "clusters_per_um3",
        "percent_clustered",
    ),
}
"""What is compared unless something else is asked for, by the number of dimensions."""

_PLACES = ("cluster", "x_nm", "y_nm", "z_nm", "orientation_deg")
"""Columns of clusters.csv that are numbers but nothing to compare."""


def is_of_clusters(measure: str, rois: pd.DataFrame, clusters: pd.DataFrame) -> bool:
    """Whether a measure is of each cluster, and not of a whole region.

    A name that both tables have, such as ``n_localizations``, means that of the clusters.

    Parameters
    ----------
    measure : str
        Name of a column.
    rois, clusters : DataFrame
        As in `stormgraph_py.clusters.compare.compare_conditions`.

    Raises
    ------
    ParameterError
        When there is no such measure, or it cannot be compared.
    """
    if measure in clusters.columns:
        if measure in _PLACES or not _is_number(clusters[measure]):
            raise ParameterError(
                f"{measure} is no size that can be compared; choose one of "
                f"{', '.join(measures_of(clusters))}."
            )
        return True
    part = measure.partition("_")
    if part[0] in ("mean", "median") and part[2] in clusters.columns:
        raise ParameterError(
            f"{measure} is a summary of clusters already; ask for {part[2]}, summarised by "
            f"{part[0]}."
        )
    if measure not in rois.columns or measure in TAGS or not _is_number(rois[measure]):
        of_rois = [m for m in measures_of(rois) if not m.startswith(("mean_", "median_"))]
        raise ParameterError(
            f"There is no measure {measure!r}. Of clusters there are "
            f"{', '.join(measures_of(clusters))}; of regions {', '.join(of_rois)}."
        )
    return False


def values_of_rois(measure: str, rois: pd.DataFrame, clusters: pd.DataFrame) -> list[FloatArray]:
    """Return for each region the values behind it: those of its clusters, or its own one.

    Parameters
    ----------
    measure : str
        Name of a column of `clusters` or `rois`.
    rois, clusters : DataFrame
        As in `stormgraph_py.clusters.compare.compare_conditions`.

    Returns
    -------
    list of ndarray
        In the order of `rois`; without what is missing or not finite.
    """
    if not is_of_clusters(measure, rois, clusters):
        own = rois[measure].to_numpy(dtype=float)
        return [own[i : i + 1][np.isfinite(own[i : i + 1])] for i in range(len(own))]
    known = clusters[np.isfinite(clusters[measure].to_numpy(dtype=float))]
    by_roi = {
        number: piece.to_numpy(dtype=float)
        for number, piece in known.groupby("roi_number")[measure]
    }
    return [by_roi.get(number, np.empty(0)) for number in range(len(rois))]


def unit_values(
    rois: pd.DataFrame,
    values: Sequence[FloatArray],
    *,
    unit: Unit = "cell",
    summary: Summary = "median",
) -> pd.DataFrame:
    """Return one row a unit with its value.

    Clusters are summarised within a region, regions averaged within a cell, cells within a
    replicate. Regions without a value count for nothing in those averages.

    Parameters
    ----------
    rois : DataFrame
        One row a region with the columns `TAGS` and ``n_clusters``.
    values : sequence of (n_i,) array
        What `values_of_rois` returned.
    unit : {"roi", "cell", "replicate", "cluster"}
        What a row stands for; clusters are taken as they are.
    summary : {"median", "mean"}
        How clusters of a region are summarised.

    Returns
    -------
    DataFrame
        Columns `TAGS` (empty beyond the unit), ``n_rois``, ``n_clusters``, ``n_used`` (clusters or
        regions with a value) and ``value``, NaN for a unit without clusters; sorted by its tags.
    """
    import pandas as pd

    n_used = np.array([len(v) for v in values])
    tags = rois[list(TAGS)].reset_index(drop=True)
    if unit == "cluster":
        table = tags.loc[np.repeat(np.arange(len(tags)), n_used)].assign(
            n_rois=1, n_clusters=1, n_used=1, value=np.concatenate([*values, np.empty(0)])
        )
        return table.sort_values([*TAGS, "value"], ignore_index=True)
    summarise = np.median if summary == "median" else np.mean
    of_roi = [float(summarise(v)) if len(v) else np.nan for v in values]
    table = tags.assign(
        n_rois=1, n_clusters=rois["n_clusters"].to_numpy(), n_used=n_used, value=of_roi
    ).sort_values([*TAGS, "value"], ignore_index=True)
    for level, keys in (("cell", TAGS[:3]), ("replicate", TAGS[:2])):
        if unit == "roi":
            break
        grouped = table.groupby(list(keys), sort=True)
        table = pd.concat(
            [grouped[["n_rois", "n_clusters", "n_used"]].sum(), grouped["value"].mean()], axis=1
        ).reset_index()
        if unit == level:
            break
    for tag in TAGS:
        if tag not in table.columns:
            table[tag] = ""
    return table[[*TAGS, "n_rois", "n_clusters", "n_used", "value"]]


def _is_number(column: pd.Series) -> bool:
    return column.dtype.kind in "iuf"


def measures_of(table: pd.DataFrame) -> list[str]:
    """Return the columns of a table of clusters or of regions that can be compared."""
    left_out = {*_PLACES, *TAGS, "roi_number"}
    return [c for c in table.columns if c not in left_out and _is_number(table[c])]
