"""What the 3-D view shows: which points, in which colours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from stormgraph_gui.models.cluster_colors import cluster_colors
from stormgraph_gui.models.color_maps import color_map
from stormgraph_gui.models.projection import Bounds
from stormgraph_py.arrays import BoolArray, FloatArray, IntArray
from stormgraph_py.report.overlap_analysis import channel_name

if TYPE_CHECKING:
    from collections.abc import Set

    from stormgraph_py.localizations import Localizations

VolumeColor: TypeAlias = Literal["z", "cluster", "channel", "precision", "photons", "frame"]
VOLUME_COLORS: tuple[VolumeColor, ...] = get_args(VolumeColor)
"""What the colours of the 3-D view can mean."""

CHANNEL_COLORS = ((86, 180, 233), (230, 159, 0), (0, 158, 115), (204, 121, 167), (240, 228, 66))
"""Colours of Okabe and Ito for channels, on black."""

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
    colors: npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class VolumeScene:
    """Points with their colours.

    Parameters
    ----------
    xyz : (n, 3) array of float32
        Positions, nm from `origin_nm`.
    origin_nm : (3,) array
        What is added to them, so that single precision suffices.
    colors : (n, 4) array of uint8
        Red, green, blue, strength.
    labels : (n,) array of int or None
        Clusters, -1 = unclustered; None without a result.
    color_bar : ColorBar or None
        Where the colours stand for numbers.
    legend : tuple of (str, (int, int, int))
        Where they stand for things: name and colour of each.
    n_all : int
        Localizations before those of the slab and of what is not shown were left out.
    box : Bounds
        Around all of them, relative to the origin.
    """

    xyz: npt.NDArray[np.float32]
    origin_nm: FloatArray
    colors: npt.NDArray[np.uint8]
    labels: IntArray | None
    color_bar: ColorBar | None
    legend: tuple[tuple[str, tuple[int, int, int]], ...]
    n_all: int
    box: Bounds

    @cached_property
    def turn(self) -> IntArray:
        """Indices of all points in random order: any first part is a fair sample."""
        return np.random.default_rng(0).permutation(len(self.xyz))


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


def volume_scene(
    localizations: Localizations,
    labels: IntArray | None,
    color_by: VolumeColor,
    *,
    selected: Set[int] = frozenset(),
    slab_nm: tuple[float, float] | None = None,
    show_unclustered: bool = True,
    hidden_channels: Set[int] = frozenset(),
) -> VolumeScene:
    """Choose points and colour them.

    Parameters
    ----------
    localizations : Localizations
        With z.
    labels : (n,) array of int or None
        Their clusters.
    color_by : str
        What the colours mean.
    selected : set of int
        Clusters that stand out.
    slab_nm : tuple of float, optional
        Range of z that is shown.
    show_unclustered : bool
        Whether unclustered localizations are drawn.
    hidden_channels : set of int
        Channels that are not drawn.
    """
    xyz = localizations.xyz
    box = Bounds.of(xyz)
    origin = np.array(box.center)
    colors, bar = _colors(localizations, labels, color_by)
    if labels is not None and selected:
        rest = ~np.isin(labels, list(selected))
        colors[rest, :3] = colors[rest, :3] * _DIMMED
    shown = _shown(localizations, labels, slab_nm, show_unclustered, hidden_channels)
    low, high = np.array(box.low) - origin, np.array(box.high) - origin
    (x0, y0, z0), (x1, y1, z1) = low.tolist(), high.tolist()
    return VolumeScene(
        xyz=(xyz[shown] - origin).astype(np.float32),
        origin_nm=origin,
        colors=colors[shown],
        labels=None if labels is None else labels[shown],
        color_bar=bar,
        legend=_legend(localizations, color_by),
        n_all=len(xyz),
        box=Bounds((x0, y0, z0), (x1, y1, z1)),
    )


def _shown(
    localizations: Localizations,
    labels: IntArray | None,
    slab_nm: tuple[float, float] | None,
    show_unclustered: bool,
    hidden_channels: Set[int],
) -> BoolArray:
    shown = np.ones(len(localizations), dtype=bool)
    if slab_nm is not None:
        z = localizations.xyz[:, 2]
        shown &= (z >= slab_nm[0]) & (z <= slab_nm[1])
    if labels is not None and not show_unclustered:
        shown &= labels >= 0
    if hidden_channels and localizations.channel is not None:
        shown &= ~np.isin(localizations.channel, list(hidden_channels))
    return shown


def _colors(
    localizations: Localizations, labels: IntArray | None, color_by: VolumeColor
) -> tuple[npt.NDArray[np.uint8], ColorBar | None]:
    if color_by == "cluster":
        if labels is None:
            return np.full((len(localizations), 4), 255, dtype=np.uint8), None
        return cluster_colors(labels).copy(), None
    if color_by == "channel":
        colors = np.full((len(localizations), 4), 255, dtype=np.uint8)
        _, number = np.unique(_channels(localizations), return_inverse=True)
        colors[:, :3] = np.array(CHANNEL_COLORS, dtype=np.uint8)[number % len(CHANNEL_COLORS)]
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


def _legend(
    localizations: Localizations, color_by: VolumeColor
) -> tuple[tuple[str, tuple[int, int, int]], ...]:
    if color_by != "channel":
        return ()
    names = localizations.provenance.channel_names
    return tuple(
        (channel_name(names.get(number, str(number))), CHANNEL_COLORS[i % len(CHANNEL_COLORS)])
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


def _mapped(values: FloatArray, bar: ColorBar) -> npt.NDArray[np.uint8]:
    last = len(bar.colors) - 1
    share = (np.nan_to_num(values) - bar.low) / max(bar.high - bar.low, 1e-9)
    step = np.clip(share * last, 0, last).astype(np.uint8)
    colors = np.full((len(values), 4), 255, dtype=np.uint8)
    colors[:, :3] = bar.colors[step]
    return colors
