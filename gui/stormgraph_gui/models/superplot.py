"""The dots of a SuperPlot: clusters, units and means of each condition."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from stormgraph_py.arrays import FloatArray
from stormgraph_py.clusters.unit_values import TAGS
from stormgraph_py.report.swarm import natural_key, sina, swarm, thinned

if TYPE_CHECKING:
    from stormgraph_py.report.compare_analysis import ComparedResults

_WIDTH = 0.38
"""Half of the width that dots of a condition take, over the distance of conditions."""
_LOG_FROM = 15.0
_MARGIN = 0.05


@dataclass(frozen=True, kw_only=True, eq=False)
class UnitDot:
    """A large dot: one cell, region or replicate.

    Parameters
    ----------
    x, value : float
        Where it is.
    replicate : str
        Its replicate; empty where none is named.
    text : str
        What it is.
    results : tuple of str
        Names of the results behind it.
    """

    x: float
    value: float
    replicate: str
    text: str
    results: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Group:
    """One condition.

    Parameters
    ----------
    name : str
        The condition.
    x, values : (n,) ndarray
        Places of the clusters' dots.
    units : tuple of UnitDot
        The larger dots.
    mean : tuple of float
        Mean over units, and the ends of its interval; NaN where there is none.
    """

    name: str
    x: FloatArray
    values: FloatArray
    units: tuple[UnitDot, ...]
    mean: tuple[float, float, float]


@dataclass(frozen=True, kw_only=True, eq=False)
class SuperPlotData:
    """All that is drawn of one measure.

    Parameters
    ----------
    groups : tuple of Group
        Conditions in their order.
    replicates : tuple of str
        Names of the replicates, 2 before 10; ("",) where none is named.
    log : bool
        Values spread so widely that the axis is logarithmic.
    range : tuple of float
        Smallest and largest value of the axis.
    """

    groups: tuple[Group, ...]
    replicates: tuple[str, ...]
    log: bool
    range: tuple[float, float]


def superplot_data(compared: ComparedResults, measure: str) -> SuperPlotData:
    """Place the dots of a measure as the report's SuperPlot does.

    Where clusters are pooled there are no larger dots, which would hide what was done.
    """
    comparison = compared.comparison
    own = comparison.of_clusters[comparison.measures.index(measure)]
    unit = comparison.unit_of(measure)
    table = comparison.unit_table
    table = table[(table["measure"] == measure) & (table["unit"] == unit)].dropna(subset="value")
    summaries = comparison.summaries[comparison.summaries["measure"] == measure]
    clusters = {name: np.empty(0) for name in comparison.conditions}
    if own:
        for name in comparison.conditions:
            values = compared.clusters.loc[compared.clusters["condition"] == name, measure]
            found = values.to_numpy(dtype=np.float64)
            clusters[name] = thinned(found[np.isfinite(found)])
    means = {
        row["condition"]: (row["mean"], row["mean_low"], row["mean_high"])
        for row in summaries.to_dict("records")
    }
    ends = [end for mean in means.values() for end in mean if math.isfinite(end)]
    pooled = np.concatenate([*clusters.values(), table["value"].to_numpy(dtype=np.float64)])
    log = _wants_log(pooled)
    everything = np.concatenate([pooled, [end for end in ends if end > 0 or not log]])
    scaled = np.log10(everything) if log else everything
    low, high = float(scaled.min()), float(scaled.max())
    room = _MARGIN * (high - low) or 0.5 * abs(high) or 0.5
    low, high = low - room, high + room
    groups = []
    for place, name in enumerate(comparison.conditions):
        small = clusters[name]
        x = place + _WIDTH * sina(np.log10(small) if log else small, low, high)
        rows = table[table["condition"] == name].sort_values("value").to_dict("records")
        rows = [] if unit == "cluster" else rows
        sizes: FloatArray = np.array([row["value"] for row in rows], dtype=np.float64)
        offsets = swarm(np.log10(sizes) if log else sizes, low, high)
        dots = tuple(
            UnitDot(
                x=place + float(offset),
                value=float(row["value"]),
                replicate=row["replicate"],
                text=" · ".join(
                    f"{tag} {row[tag]}" for tag in ("replicate", "cell", "roi") if row[tag]
                ),
                results=_results_of(compared, row),
            )
            for row, offset in zip(rows, offsets, strict=True)
        )
        groups.append(Group(name=name, x=x, values=small, units=dots, mean=means[name]))
    replicates = {dot.replicate for group in groups for dot in group.units}
    return SuperPlotData(
        groups=tuple(groups),
        replicates=tuple(sorted(replicates, key=natural_key)),
        log=log,
        range=(10**low, 10**high) if log else (low, high),
    )


def _results_of(compared: ComparedResults, row: Mapping[Hashable, Any]) -> tuple[str, ...]:
    """Return the names of the results that a row of unit values was made of."""
    rois = compared.rois
    ours = np.ones(len(rois), dtype=np.bool_)
    for tag in TAGS:
        if row[tag]:
            ours &= (rois[tag] == row[tag]).to_numpy()
    results = compared.tagged.results
    return tuple(str(results[number].folder) for number in np.flatnonzero(ours))


def _wants_log(values: FloatArray) -> bool:
    if not len(values) or values.min() <= 0:
        return False
    low, high = np.quantile(values, [0.02, 0.98])
    return bool(high >= _LOG_FROM * low)
