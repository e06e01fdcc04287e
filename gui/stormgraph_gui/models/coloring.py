"""What the colours of the map mean: a colour for each localization, and the legend that says it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from stormgraph_gui.models.cloud import Cloud, Values
from stormgraph_gui.models.cluster_colors import UNCLUSTERED, cluster_colors
from stormgraph_gui.models.color_maps import Colors, color_map
from stormgraph_gui.models.display import ColorBy
from stormgraph_py.arrays import IntArray
from stormgraph_py.result import ClusteringResult

CHANNEL_COLORS = np.array(
    [(86, 180, 233), (230, 159, 0), (0, 158, 115), (204, 121, 167), (240, 228, 66)], dtype=np.uint8
)
"""Colours of Okabe and Ito for channels, on black; the first two add up to nearly white."""
BESIDE = (70, 70, 70)
"""Grey of localizations outside the region whose clusters are shown."""

TITLES: dict[ColorBy, str] = {
    "density": "Density",
    "channel": "Channel",
    "frame": "Frame",
    "precision": "Localization precision",
    "z": "Height z",
    "photons": "Photons",
    "cluster": "Cluster",
    "level": "Level of the hierarchy",
}
"""What the colours can mean, in words."""

_UNITS: dict[ColorBy, str] = {"precision": " nm", "z": " nm"}
_COLUMNS: dict[ColorBy, str] = {"frame": "frame", "z": "z_nm", "photons": "photons"}
_TAILS = {"frame": 0.0, "z": 0.005, "photons": 0.02, "precision": 0.02}
"""Share of the lowest and of the highest values that take the colour of the ends."""
_FIRST_COLOR = 40
_SAMPLE = 100_000
_MOST_ENTRIES = 8


@dataclass(frozen=True)
class Legend:
    """What the colours mean, for a colour bar or a list.

    Parameters
    ----------
    title : str
        What is coloured.
    color_map : str or None
        Colour map of a bar; None for a list.
    first : int
        First colour of the map that is used: the darkest cannot be seen on a dark background.
    low, high : str
        What the ends of the bar stand for.
    entries : tuple of (str, tuple of int)
        Names and colours of a list.
    shows_result : bool
        The colours are those of the clusters of a result.
    """

    title: str
    color_map: str | None = None
    first: int = 0
    low: str = ""
    high: str = ""
    entries: tuple[tuple[str, tuple[int, int, int]], ...] = ()
    shows_result: bool = False


@dataclass(frozen=True, eq=False, kw_only=True)
class Coloring:
    """How the localizations of a cloud are coloured.

    Parameters
    ----------
    kind : {"density", "values", "channels", "groups"}
        By how many there are; by a value of each; colours that add up; colours of groups.
    legend : Legend
        What it means. That of "density" has no numbers, which depend on the view.
    values : ndarray of shape (n,), optional
        For "values": from 0 to 1, NaN where unknown; in the order of the plane.
    groups : ndarray of int32, shape (n,), optional
        For "channels" and "groups": rows of `colors`; groups with a higher number are drawn over
        those with a lower one where it is 0.
    colors : ndarray of shape (g, 3)
        Colours of the groups, or of the colour map.
    """

    kind: Literal["density", "values", "channels", "groups"]
    legend: Legend
    colors: Colors
    values: Values | None = None
    groups: npt.NDArray[np.int32] | None = None


def available(cloud: Cloud, result: ClusteringResult | None) -> tuple[ColorBy, ...]:
    """Return what the localizations can be coloured by."""
    found: list[ColorBy] = ["density"]
    if len(cloud.channel_numbers) > 1:
        found.append("channel")
    found += [name for name in ("frame", "precision", "z", "photons") if _known(cloud, name)]
    if result is not None:
        found += ["cluster", "level"]
    return tuple(found)


def color_field(cloud: Cloud, by: ColorBy, map_name: str) -> Coloring:
    """Colour localizations by what they are; by their density where that is not known."""
    if by == "channel" and len(cloud.channel_numbers) > 1:
        return _by_channel(cloud)
    values = _values(cloud, by)
    if values is not None:
        return _by_value(by, values, map_name)
    return Coloring(
        kind="density",
        legend=Legend(TITLES["density"], map_name),
        colors=color_map(map_name),
    )


def color_beside(cloud: Cloud) -> Coloring:
    """Colour localizations that are no part of the result shown over them."""
    colors = np.array([BESIDE], dtype=np.uint8)
    groups = np.zeros(len(cloud), dtype=np.int32)
    return Coloring(kind="groups", legend=Legend(""), colors=colors, groups=groups)


def color_clusters(
    cloud: Cloud, labels: IntArray, selected: Iterable[int], level: str = ""
) -> Coloring:
    """Colour localizations by their cluster; clusters that are not selected are dimmed.

    Those of a `level` that are not the chosen ones are told from them by its name.
    """
    n_clusters = int(labels.max(initial=-1)) + 1
    colors = cluster_colors(np.arange(-1, n_clusters))[:, :3].copy()
    chosen = [one for one in selected if one < n_clusters]
    if chosen:
        dimmed = np.ones(len(colors), dtype=bool)
        dimmed[np.array(chosen) + 1] = False
        colors[dimmed] = colors[dimmed] * 0.4
    n_noise = int((labels < 0).sum())
    noise = ((f"{n_noise:,} unclustered", UNCLUSTERED),) if n_noise else ()
    counted = f"{n_clusters:,} cluster{'' if n_clusters == 1 else 's'}"
    title = f"{counted}, {level}" if level else counted
    groups = cloud.plane.taken((labels + 1).astype(np.int32))
    legend = Legend(title, entries=noise, shows_result=True)
    return Coloring(kind="groups", legend=legend, colors=colors, groups=groups)


def color_levels(
    cloud: Cloud, labels: IntArray, levels: tuple[IntArray, ...], map_name: str
) -> Coloring:
    """Colour localizations by the coarsest level of the hierarchy at which their cluster exists."""
    depth = cluster_levels(labels, levels)
    n_levels = max(len(levels), 1)
    shades = color_map(map_name)[np.linspace(255, 110, n_levels).astype(int)]
    colors = np.concatenate([np.array([UNCLUSTERED], dtype=np.uint8), shades])
    groups = np.where(labels < 0, 0, depth[labels] + 1).astype(np.int32)
    counts = np.bincount(depth, minlength=n_levels)
    entries = tuple(
        (f"level {level + 1}: {counts[level]:,}", _rgb(shades[level])) for level in range(n_levels)
    )
    return Coloring(
        kind="groups",
        legend=Legend(
            "Clusters by level, 1 = coarsest", entries=entries[:_MOST_ENTRIES], shows_result=True
        ),
        colors=colors,
        groups=cloud.plane.taken(groups),
    )


def cluster_levels(labels: IntArray, levels: tuple[IntArray, ...]) -> IntArray:
    """Return the coarsest level at which each cluster (n_clusters,) exists.

    A cluster that equals none of any level takes that whose cluster shares the largest part with it
    (Jaccard index).
    """
    n_clusters = int(labels.max(initial=-1)) + 1
    sizes = np.bincount(labels[labels >= 0], minlength=n_clusters)
    best, found = np.full(n_clusters, -1.0), np.zeros(n_clusters, dtype=np.int64)
    for level, others in enumerate(levels):
        both = (labels >= 0) & (others >= 0)
        n_others = int(others.max(initial=-1)) + 1
        if not both.any():
            continue
        pairs, shared = np.unique(labels[both] * n_others + others[both], return_counts=True)
        mine, theirs = pairs // n_others, pairs % n_others
        other_sizes = np.bincount(others[others >= 0], minlength=n_others)
        index = np.zeros(n_clusters)
        np.maximum.at(index, mine, shared / (sizes[mine] + other_sizes[theirs] - shared))
        better = index > best + 1e-12
        best[better], found[better] = index[better], level
    return found


def point_colors(coloring: Coloring, rows: npt.NDArray[np.intp]) -> Colors:
    """Return the colours (m, 3) of single localizations of a coloring that is not "density"."""
    if coloring.groups is not None:
        return coloring.colors[coloring.groups[rows]]
    assert coloring.values is not None
    values = coloring.values[rows]
    known = np.isfinite(values)
    places = (np.where(known, values, 0) * (len(coloring.colors) - 1)).astype(np.intp)
    colors = coloring.colors[places]
    colors[~known] = UNCLUSTERED
    return colors


def number_text(value: float) -> str:
    """Write a number with three digits, or all of a large one.

    Examples
    --------
    >>> number_text(1234.5), number_text(0.01234), number_text(42.0)
    ('1,234', '0.0123', '42')
    """
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def channel_entries(cloud: Cloud) -> tuple[tuple[str, tuple[int, int, int]], ...]:
    """Return name and colour of each channel that occurs, in the order of their numbers."""
    names = cloud.localizations.provenance.channel_names
    return tuple(
        (
            names.get(number, f"channel {number}"),
            _rgb(CHANNEL_COLORS[place % len(CHANNEL_COLORS)]),
        )
        for place, number in enumerate(cloud.channel_numbers)
    )


def _by_channel(cloud: Cloud) -> Coloring:
    numbers, entries = cloud.channel_numbers, channel_entries(cloud)
    colors = np.array([color for _, color in entries], dtype=np.uint8)
    assert cloud.channels is not None
    groups = np.zeros(len(cloud), dtype=np.int32)
    for group, number in enumerate(numbers):
        groups[cloud.channels == number] = group
    legend = Legend(TITLES["channel"], entries=entries[:_MOST_ENTRIES])
    return Coloring(kind="channels", legend=legend, colors=colors, groups=groups)


def _by_value(by: ColorBy, values: Values, map_name: str) -> Coloring:
    sample = values[:: max(1, len(values) // _SAMPLE)]
    sample = sample[np.isfinite(sample)]
    tail = _TAILS[by]
    low, high = np.quantile(sample, (tail, 1 - tail)).tolist() if sample.size else (0.0, 1.0)
    unit = _UNITS.get(by, "")
    ends = (number_text(low) + unit, number_text(high) + unit)
    legend = Legend(TITLES[by], map_name, _FIRST_COLOR, *ends)
    spread = np.float32(1 / (high - low) if high > low else 1.0)
    scaled = np.clip((values - np.float32(low)) * spread, 0, 1)
    colors = color_map(map_name)[_FIRST_COLOR:]
    return Coloring(kind="values", legend=legend, colors=colors, values=scaled)


def _values(cloud: Cloud, by: ColorBy) -> Values | None:
    if by == "precision":
        precision = cloud.precision
        return None if precision is None else (precision[0] + precision[1]) / np.float32(2)
    return cloud.column(_COLUMNS[by]) if by in _COLUMNS else None


def _known(cloud: Cloud, by: ColorBy) -> bool:
    names = ("sigma_x_nm", "sigma_y_nm") if by == "precision" else (_COLUMNS[by],)
    columns = cloud.localizations.table.columns
    return all(name in columns for name in names)


def _rgb(color: npt.NDArray[np.uint8]) -> tuple[int, int, int]:
    red, green, blue = color.tolist()
    return red, green, blue
