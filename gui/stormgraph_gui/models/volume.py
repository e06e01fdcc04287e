"""What the 3-D view shows: which points, in which colours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from stormgraph_gui.models.cluster_colors import cluster_colors
from stormgraph_gui.models.color_maps import Colors, color_map
from stormgraph_gui.models.coloring import CHANNEL_COLORS
from stormgraph_gui.models.projection import Bounds
from stormgraph_py.arrays import FloatArray, IntArray
from stormgraph_py.report.overlap_analysis import channel_name

if TYPE_CHECKING:
    from collections.abc import Set

    from stormgraph_py.localizations import Localizations

VolumeColor: TypeAlias = Literal["z", "cluster", "channel", "precision", "photons", "frame"]
VOLUME_COLORS: tuple[VolumeColor, ...] = get_args(VolumeColor)
"""What the colours of the 3-D view can mean."""

Legend: TypeAlias = tuple[tuple[str, tuple[int, int, int]], ...]

COLOR_MAP = "viridis"
"""For numbers, without its darkest part, which cannot be seen on black."""

_FIRST_COLOR = 36
_QUANTILES = (0.005, 0.995)
_DIMMED = 0.4
_UNITS = {"z": "nm", "precision": "nm"}


@dataclass(frozen=True, eq=False)
class ColorBar:
    """What the colours of numbers mean.

    Parameters
    ----------
    title : str
        What is coloured, with its unit.
    low, high : float
        Values of the first and the last colour; smaller and larger ones have the same.
    colors : (c, 3) array of uint8
        The colours.
    """

    title: str
    low: float
    high: float
    colors: Colors


@dataclass(frozen=True, eq=False)
class ColoredPoints:
    """All localizations with their colours, in random order: any first part is a fair sample.

    Parameters
    ----------
    xyz : (n, 3) array of float32
        Positions, nm from `origin_nm`.
    origin_nm : (3,) array
        What is added to them, so that single precision suffices.
    labels, channel : (n,) array of int or None
        Clusters, -1 = unclustered, and channels; None without them.
    colors : (n, 4) array of uint8
        Red, green, blue, strength.
    color_bar : ColorBar or None
        Where the colours stand for numbers.
    legend : tuple of (str, (int, int, int))
        Where they stand for things: name and colour of each.
    box : Bounds
        Around all of them, relative to the origin.
    """

    xyz: npt.NDArray[np.float32]
    origin_nm: FloatArray
    labels: IntArray | None
    channel: IntArray | None
    colors: Colors
    color_bar: ColorBar | None
    legend: Legend
    box: Bounds

    @property
    def z_range_nm(self) -> tuple[float, float]:
        """From the lowest to the highest."""
        origin = float(self.origin_nm[2])
        return self.box.low[2] + origin, self.box.high[2] + origin


@dataclass(frozen=True, eq=False)
class VolumeScene:
    """The points that are shown.

    Parameters
    ----------
    xyz, labels, colors
        As in `ColoredPoints`, of those that are shown.
    all : ColoredPoints
        Those that they were chosen from.
    """

    xyz: npt.NDArray[np.float32]
    labels: IntArray | None
    colors: Colors
    all: ColoredPoints

    @property
    def origin_nm(self) -> FloatArray:
        """What is added to positions."""
        return self.all.origin_nm

    @property
    def box(self) -> Bounds:
        """The box around all points, relative to the origin."""
        return self.all.box


def possible_colors(
    localizations: Localizations, labels: IntArray | None
) -> tuple[VolumeColor, ...]:
    """Return what can be coloured of some localizations."""
    columns = localizations.table.columns
    there: dict[VolumeColor, bool] = {
        "z": "z_nm" in columns,
        "cluster": labels is not None,
        "channel": "channel" in columns,
        "precision": localizations.sigma is not None,
        "photons": "photons" in columns,
        "frame": "frame" in columns,
    }
    return tuple(name for name in VOLUME_COLORS if there[name])


def colored_points(
    localizations: Localizations, labels: IntArray | None, color_by: VolumeColor
) -> ColoredPoints:
    """Colour localizations with z.

    Parameters
    ----------
    localizations : Localizations
        At least one.
    labels : (n,) array of int or None
        Their clusters.
    color_by : str
        What the colours mean.
    """
    order = np.random.default_rng(0).permutation(len(localizations))
    xyz = localizations.xyz
    box = Bounds.of(xyz)
    origin = np.array(box.center)
    colors, bar = _colors(localizations, labels, color_by)
    channel = localizations.channel
    return ColoredPoints(
        xyz=(xyz - origin).astype(np.float32)[order],
        origin_nm=origin,
        labels=None if labels is None else labels[order],
        channel=None if channel is None else channel[order],
        colors=colors[order],
        color_bar=bar,
        legend=_legend(localizations, color_by),
        box=box.moved(-origin),
    )


def volume_scene(
    points: ColoredPoints,
    *,
    selected: Set[int] = frozenset(),
    slab_nm: tuple[float, float] | None = None,
    show_unclustered: bool = True,
    hidden_channels: Set[int] = frozenset(),
) -> VolumeScene:
    """Choose points and let some of them stand out.

    Parameters
    ----------
    points : ColoredPoints
        All of them.
    selected : set of int
        Clusters that stand out.
    slab_nm : tuple of float, optional
        Range of z that is shown.
    show_unclustered : bool
        Whether unclustered localizations are drawn.
    hidden_channels : set of int
        Channels that are not drawn.
    """
    shown = np.ones(len(points.xyz), dtype=bool)
    labels, colors = points.labels, points.colors
    if slab_nm is not None:
        low, high = (value - float(points.origin_nm[2]) for value in slab_nm)
        shown &= (points.xyz[:, 2] >= low) & (points.xyz[:, 2] <= high)
    if labels is not None and not show_unclustered:
        shown &= labels >= 0
    if hidden_channels and points.channel is not None:
        shown &= ~np.isin(points.channel, list(hidden_channels))
    if labels is not None and selected:
        rest = ~np.isin(labels, list(selected))
        colors = colors.copy()
        colors[rest, :3] = colors[rest, :3] * _DIMMED
    if shown.all():
        return VolumeScene(xyz=points.xyz, labels=labels, colors=colors, all=points)
    return VolumeScene(
        xyz=points.xyz[shown],
        labels=None if labels is None else labels[shown],
        colors=colors[shown],
        all=points,
    )


def _colors(
    localizations: Localizations, labels: IntArray | None, color_by: VolumeColor
) -> tuple[Colors, ColorBar | None]:
    if color_by == "cluster":
        if labels is None:
            return np.full((len(localizations), 4), 255, dtype=np.uint8), None
        return cluster_colors(labels), None
    if color_by == "channel":
        colors = np.full((len(localizations), 4), 255, dtype=np.uint8)
        _, number = np.unique(_channels(localizations), return_inverse=True)
        colors[:, :3] = CHANNEL_COLORS[number % len(CHANNEL_COLORS)]
        return colors, None
    values = _values(localizations, color_by)
    finite = values[np.isfinite(values)]
    low, high = np.quantile(finite, _QUANTILES).tolist() if len(finite) else (0.0, 1.0)
    unit = _UNITS.get(color_by)
    bar = ColorBar(
        title=f"{color_by} ({unit})" if unit else color_by,
        low=low,
        high=high,
        colors=color_map(COLOR_MAP)[_FIRST_COLOR:],
    )
    return _mapped(values, bar), bar


def _color_of_channel(place: int) -> tuple[int, int, int]:
    red, green, blue = CHANNEL_COLORS[place % len(CHANNEL_COLORS)].tolist()
    return red, green, blue


def _legend(localizations: Localizations, color_by: VolumeColor) -> Legend:
    if color_by != "channel":
        return ()
    names = localizations.provenance.channel_names
    return tuple(
        (channel_name(names.get(number, str(number))), _color_of_channel(i))
        for i, number in enumerate(np.unique(_channels(localizations)).tolist())
    )


def _values(localizations: Localizations, color_by: VolumeColor) -> FloatArray:
    if color_by == "z":
        return localizations.xyz[:, 2]
    if color_by == "precision":
        sigma = localizations.sigma
        assert sigma is not None
        lateral: FloatArray = sigma[:, :2].mean(axis=1)
        return lateral
    values: FloatArray = localizations.table[color_by].to_numpy(dtype=np.float64)
    return values


def _channels(localizations: Localizations) -> IntArray:
    channel = localizations.channel
    return np.zeros(len(localizations), dtype=np.int64) if channel is None else channel


def _mapped(values: FloatArray, bar: ColorBar) -> Colors:
    last = len(bar.colors) - 1
    share = (np.nan_to_num(values) - bar.low) / max(bar.high - bar.low, 1e-9)
    step = np.clip(share * last, 0, last).astype(np.uint8)
    colors = np.full((len(values), 4), 255, dtype=np.uint8)
    colors[:, :3] = bar.colors[step]
    return colors
