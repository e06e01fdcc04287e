"""How sizes, areas, densities and the like are distributed over clusters."""

from __future__ import annotations

import functools
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from stormgraph_py.arrays import FloatArray, IntArray

if TYPE_CHECKING:
    import pandas as pd

    from stormgraph_gui.models.project import DataSet, Finding, Project

PREFERRED = ("area_nm2", "volume_nm3", "n_localizations")
"""Columns of which the first that a table has is shown at first."""

NOT_DRAWN = ("cluster", "x_nm", "y_nm", "z_nm", "is_degenerate")
"""Columns of numbers that have no distribution worth a diagram."""

FEWEST_BINS, MOST_BINS = 6, 60
_SPREAD_FOR_LOG = 15.0
"""Ratio of large to small clusters from which an axis is logarithmic at first."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Sample:
    """The values of one column for the clusters of one result.

    Parameters
    ----------
    name : str
        What the result is called.
    sizes : (n,) ndarray
        One value a cluster, without those that are missing.
    """

    name: str
    sizes: FloatArray


def file_names(project: Project) -> dict[str, str]:
    """Return what each data set is called: its file, with as many folders as tell files apart."""
    return _file_names(project.data_sets)


@functools.lru_cache(maxsize=2)
def _file_names(data_sets: tuple[DataSet, ...]) -> dict[str, str]:
    parts = {one.key: Path(one.path).parts for one in data_sets}
    names = {key: found[-1] for key, found in parts.items()}
    for depth in range(2, max(map(len, parts.values()), default=0) + 1):
        counts = Counter(names.values())
        names = {
            key: "/".join(parts[key][-depth:]) if counts[name] > 1 else name
            for key, name in names.items()
        }
    counts = Counter(names.values())
    return {
        key: f"{name} ({number})" if counts[name] > 1 else name
        for number, (key, name) in enumerate(names.items(), 1)
    }


def finding_name(project: Project, finding: Finding) -> str:
    """Return what a result is called: by its file, and its region if it has one."""
    file = file_names(project).get(finding.data_set, finding.request.path)
    if finding.region is None:
        return file
    regions = {region.key: region.roi.name for one in project.data_sets for region in one.regions}
    return f"{file}, {regions.get(finding.region) or finding.request.roi_name or 'region'}"


def values_of(table: pd.DataFrame, name: str, *, log: bool) -> FloatArray:
    """Return the values of a column that can be drawn; logarithms need positive ones."""
    if name not in table.columns:
        return np.empty(0)
    values: FloatArray = table[name].to_numpy(dtype=np.float64)
    return values[np.isfinite(values) & (values > 0 if log else True)]


def wants_log(values: FloatArray) -> bool:
    """Whether values spread so widely that equal steps would squeeze most of them together."""
    if len(values) < 2 or values.min() <= 0:
        return False
    low, high = np.quantile(values, [0.02, 0.98])
    return bool(high > _SPREAD_FOR_LOG * low)


def common_edges(
    samples: Sequence[Sample], *, log: bool, whole_numbers: bool = False
) -> FloatArray:
    """Return edges of bins that suit all samples, by the rule of Freedman and Diaconis.

    Parameters
    ----------
    samples : sequence of Sample
        What is drawn over one another.
    log : bool
        Bins of equal ratio instead of equal width.
    whole_numbers : bool
        Edges lie between whole numbers, so that no bin holds more of them than its neighbours.

    Returns
    -------
    (n + 1,) ndarray
        Empty without values.
    """
    pooled = np.concatenate([np.empty(0), *(sample.sizes for sample in samples)])
    if not len(pooled):
        return pooled
    scaled = np.log10(pooled) if log else pooled
    low, high = float(scaled.min()), float(scaled.max())
    widths = [_bin_width(np.log10(s.sizes) if log else s.sizes) for s in samples]
    width = min((width for width in widths if width > 0), default=0.0)
    n_bins = math.ceil((high - low) / width) if width > 0 else FEWEST_BINS
    n_bins = min(max(n_bins, FEWEST_BINS), MOST_BINS)
    if whole_numbers and not log:
        step = max(1, math.ceil((high - low + 1) / n_bins))
        edges: FloatArray = np.arange(low - 0.5, high + 0.5 + step, step)
        return edges
    if low == high:
        low, high = low - 0.5 * (abs(low) or 1) * 0.1, high + 0.5 * (abs(high) or 1) * 0.1
    found: FloatArray = np.linspace(low, high, n_bins + 1)
    if not log:
        return found
    powers: FloatArray = 10.0**found
    # the logarithm must not lose the outermost values
    powers[0], powers[-1] = min(powers[0], pooled.min()), max(powers[-1], pooled.max())
    return powers


def histogram(values: FloatArray, edges: FloatArray, *, shares: bool) -> FloatArray:
    """Return how many values, or which share of them, lie in each bin."""
    counts = np.histogram(values, edges)[0].astype(np.float64)
    return counts / max(len(values), 1) if shares else counts


def cumulative(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the share of values up to each value, as corners of steps."""
    x = np.sort(values)
    y = np.arange(1, len(x) + 1) / max(len(x), 1)
    return np.repeat(x, 2), np.concatenate([np.zeros(1), np.repeat(y, 2)[:-1]])[: 2 * len(x)]


def clusters_within(table: pd.DataFrame, name: str, low: float, high: float) -> IntArray:
    """Return the clusters whose value of a column lies in a range, its ends with it."""
    values = table[name].to_numpy(dtype=np.float64)
    found: IntArray = table["cluster"].to_numpy()[(values >= low) & (values <= high)]
    return found


def drawn_columns(table: pd.DataFrame) -> list[str]:
    """Return the columns that a distribution can be drawn of, in the order of the table."""
    return [
        str(name)
        for name in table.columns
        if table[name].dtype.kind in "iuf" and name not in NOT_DRAWN
    ]


def _bin_width(values: FloatArray) -> float:
    if len(values) < 2:
        return 0.0
    first, third = np.quantile(values, [0.25, 0.75])
    return float(2 * (third - first) / len(values) ** (1 / 3))
