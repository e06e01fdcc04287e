"""Figures that compare conditions: SuperPlots, distributions, and effect sizes."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.ticker import NullLocator

from stormgraph_py.arrays import FloatArray
from stormgraph_py.report.style import CLUSTER_COLORS, DATA_COLOR, log_ticks, new_figure
from stormgraph_py.report.swarm import natural_key, sina, swarm, thinned

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CONDITION_COLORS = (*CLUSTER_COLORS, "#000000", "#8c8c8c")
"""Colours of up to eight conditions; `CONDITION_LINES` tells further ones apart."""
CONDITION_LINES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)))
REPLICATE_MARKERS = ("o", "s", "^", "D", "v", "P", "X")

_MOST_IN_LEGEND = 12
_LOG_FROM = 15.0
"""Ratio of large to small clusters from which an axis is logarithmic."""
_FEW_TICKS = 2.8
"""Ratio up to which an axis of ratios gets ticks of its own."""
_NAME_WIDTH = 16
_NARROW, _WIDE = 5.6, 10.2
"""Widths of figures for half a page and for a whole one, inches."""


def superplot(
    units: Mapping[str, Sequence[tuple[str, float]]],
    clusters: Mapping[str, FloatArray],
    means: Mapping[str, tuple[float, float, float]],
    *,
    label: str,
    unit: str,
    wide: bool = False,
) -> Figure:
    """Draw clusters as small dots, units as large ones by replicate, and means with intervals.

    Parameters
    ----------
    units : mapping of str to sequence of (str, float)
        For each condition the replicate (empty for none) and value of its units.
    clusters : mapping of str to (n,) ndarray
        For each condition the values of its clusters; empty for a measure of regions.
    means : mapping of str to (float, float, float)
        For each condition the mean over units and the ends of its interval.
    label : str
        The measure with its unit of measurement.
    unit : str
        What a large dot is.
    wide : bool
        For the whole width of a page instead of half of it.

    Notes
    -----
    S. J. Lord, K. B. Velle, R. D. Mullins, L. K. Fritz-Laylin, SuperPlots: Communicating
    reproducibility and variability in cell biology, J. Cell Biol. 219 (2020), e202001064.
    """
    names = list(units)
    height = 3.9 + _label_height(names)
    figure = new_figure(_WIDE if wide else _NARROW, height)
    figure.set_layout_engine("constrained")
    axes = figure.add_subplot()
    everything = np.concatenate([*clusters.values(), [v for u in units.values() for _, v in u]])
    ends = [end for mean in means.values() for end in mean[1:] if math.isfinite(end)]
    logarithmic = _set_scale(axes, everything)
    if logarithmic:
        ends = [end for end in ends if end > 0]
    scale = _to_log if logarithmic else _as_is
    low, high = _limits(scale(everything), scale(np.array(ends)))
    replicates = sorted({r for values in units.values() for r, _ in values}, key=natural_key)
    styles = {
        r: (CLUSTER_COLORS[i % len(CLUSTER_COLORS)], REPLICATE_MARKERS[i % len(REPLICATE_MARKERS)])
        for i, r in enumerate(replicates)
    }
    for x, name in enumerate(names):
        small = thinned(clusters.get(name, np.empty(0)))
        if len(small):
            place = x + 0.38 * sina(scale(small), low, high)
            axes.scatter(place, small, s=5, c="#9aa4ad", alpha=0.5, lw=0, rasterized=True, zorder=1)
        values = sorted(units[name], key=lambda pair: pair[1])
        offsets = swarm(scale(np.array([v for _, v in values])), low, high)
        for (replicate, value), offset in zip(values, offsets, strict=True):
            color, marker = styles[replicate]
            axes.scatter(
                x + offset,
                value,
                s=46,
                c=color,
                marker=marker,
                edgecolors="white",
                lw=0.8,
                zorder=3,
            )
        _draw_mean(axes, x, means[name])
    axes.set_ylim(*_from_scale(low, high, logarithmic))
    _name_conditions(axes, names)
    axes.set_xlim(-0.55, len(names) - 0.45)
    axes.set_ylabel(label)
    _superplot_legend(
        figure,
        styles,
        unit=unit,
        with_clusters=any(len(values) for values in clusters.values()),
        mean_text="mean, interval" if ends else "mean",
    )
    return figure


def distributions(
    samples: Mapping[str, Sequence[FloatArray]], *, label: str, what: str, wide: bool = False
) -> Figure:
    """Draw for each condition the share of clusters (or units) up to each value.

    Every group of a condition weighs the same, however many values it has.

    Parameters
    ----------
    samples : mapping of str to sequence of (n_i,) ndarray
        For each condition its groups, such as the clusters of each cell.
    label : str
        The measure with its unit of measurement.
    what : str
        What the share is of.
    wide : bool
        For the whole width of a page, with the names at the side, instead of half of it.
    """
    n_legend = 0 if wide else math.ceil(len(samples) / _legend_columns(list(samples)))
    figure = new_figure(_WIDE if wide else _NARROW, 3.9 + 0.21 * n_legend)
    figure.set_layout_engine("constrained")
    axes = figure.add_subplot()
    pooled = np.concatenate([np.empty(0), *(g for groups in samples.values() for g in groups)])
    logarithmic = _set_scale(axes, pooled, axis="x")
    lines = []
    for i, (name, groups) in enumerate(samples.items()):
        filled = [group for group in groups if len(group)]
        if not filled:
            continue
        values = np.concatenate(filled)
        weights = np.concatenate([np.full(len(g), 1 / len(g) / len(filled)) for g in filled])
        order = np.argsort(values, kind="stable")
        x, y = _thinned_steps(values[order], np.cumsum(weights[order]))
        lines += axes.step(
            x,
            y,
            where="post",
            color=CONDITION_COLORS[i % len(CONDITION_COLORS)],
            ls=CONDITION_LINES[i % len(CONDITION_LINES)],
            label=_short(name, 34),
        )
    axes.set_ylim(0, 1.01)
    axes.set_xlabel(label)
    axes.set_ylabel(f"share of {what}")
    if logarithmic:
        log_ticks(axes.xaxis)
    figure.legend(
        # found by itself, it would leave out names that begin with an underscore
        handles=lines,
        loc="outside right upper" if wide else "outside upper left",
        ncols=1 if wide else _legend_columns(list(samples)),
        handlelength=2.6,
        fontsize=9,
    )
    return figure


def effects_figure(rows: Sequence[Mapping[str, Any]], *, unit_text: str) -> Figure:
    """Draw effect sizes with their intervals, one row a pair of conditions.

    Parameters
    ----------
    rows : sequence of mapping
        Rows of effects.csv of one measure.
    unit_text : str
        Unit of the measure, empty for a pure number.
    """
    names = [f"{_short(row['second'], 26)} against {_short(row['first'], 26)}" for row in rows]
    panels = [
        ("shift", f"shift ({unit_text})" if unit_text else "shift", 0.0),
        ("cliffs_delta", "Cliff's delta", 0.0),
        ("ratio", "ratio of medians", 1.0),
    ]
    figure = new_figure(_WIDE, 1.25 + 0.3 * len(rows))
    figure.set_layout_engine("constrained")
    all_axes = figure.subplots(1, len(panels), sharey=True)
    y = np.arange(len(rows))
    for axes, (key, title, null) in zip(all_axes, panels, strict=True):
        found = np.array([float(row[key]) for row in rows])
        low = np.array([float(row[f"{key}_low"]) for row in rows])
        high = np.array([float(row[f"{key}_high"]) for row in rows])
        axes.axvline(null, color="#8c8c8c", lw=1, zorder=1)
        axes.hlines(y, low, high, color=DATA_COLOR, lw=2, zorder=2)
        axes.scatter(found, y, s=34, c=DATA_COLOR, edgecolors="white", lw=0.7, zorder=3)
        axes.set_xlabel(title)
        axes.tick_params(axis="y", length=0)
        if key == "cliffs_delta":
            axes.set_xlim(-1.06, 1.06)
        if key == "ratio":
            _ratio_axis(axes, np.concatenate([found, low, high]))
    all_axes[0].set_yticks(y, names)
    all_axes[0].set_ylim(len(rows) - 0.5, -0.5)
    return figure


def _ratio_axis(axes: Axes, values: FloatArray) -> None:
    known = values[np.isfinite(values) & (values > 0)]
    if not len(known):
        return
    reach = max(1.3, float(np.exp(np.abs(np.log(known)).max())) * 1.08)
    axes.set_xscale("log")
    axes.set_xlim(1 / reach, reach)
    if reach > _FEW_TICKS:
        log_ticks(axes.xaxis)
        return
    # 1, 2 and 5 times the powers of ten would leave a single tick
    ticks = [tick for tick in (0.4, 0.5, 0.65, 0.8, 1.0, 1.25, 1.5, 2.0, 2.5) if tick < reach]
    ticks = [tick for tick in ticks if tick > 1 / reach]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.xaxis.set_minor_locator(NullLocator())


def _label_height(names: Sequence[str]) -> float:
    """Height of the conditions' names below the axes, inches."""
    if _turned(names):
        return 0.09 * min(max(map(len, names)), 28)
    return 0.16 * max(len(textwrap.wrap(name, _NAME_WIDTH)) for name in names)


def _turned(names: Sequence[str]) -> bool:
    """Whether the names of conditions are too long to stand side by side."""
    room = 15 if len(names) <= 4 else 10
    return max(len(word) for name in names for word in _wrapped(name, room)) > room or any(
        len(_wrapped(name, room)) > 3 for name in names
    )


def _wrapped(name: str, width: int) -> list[str]:
    return textwrap.wrap(name, width, break_long_words=False) or [name]


def _name_conditions(axes: Axes, names: Sequence[str]) -> None:
    if _turned(names):
        shown = ["\n".join(textwrap.wrap(_short(name, 56), 28)) for name in names]
        axes.set_xticks(range(len(names)), shown, rotation=35, ha="right", rotation_mode="anchor")
    else:
        room = 15 if len(names) <= 4 else 10
        axes.set_xticks(range(len(names)), ["\n".join(_wrapped(n, room)) for n in names])
    axes.tick_params(axis="x", length=0)


def _short(name: str, most: int) -> str:
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"


def _legend_columns(names: Sequence[str]) -> int:
    longest = min(34, max(map(len, names)))
    return max(1, min(4, 66 // (longest + 9)))


def _set_scale(axes: Axes, values: FloatArray, *, axis: str = "y") -> bool:
    """Make an axis logarithmic where positive values spread widely; return whether."""
    if not len(values) or values.min() <= 0:
        return False
    low, high = np.quantile(values, [0.02, 0.98])
    if high < _LOG_FROM * low:
        return False
    if axis == "y":
        axes.set_yscale("log")
        log_ticks(axes.yaxis)
    else:
        axes.set_xscale("log")
    return True


def _to_log(values: FloatArray) -> FloatArray:
    logs: FloatArray = np.log10(values)
    return logs


def _as_is(values: FloatArray) -> FloatArray:
    return values


def _from_scale(low: float, high: float, logarithmic: bool) -> tuple[float, float]:
    return (10**low, 10**high) if logarithmic else (low, high)


def _limits(values: FloatArray, ends: FloatArray) -> tuple[float, float]:
    everything = np.concatenate([values, ends])
    low, high = float(everything.min()), float(everything.max())
    margin = 0.05 * (high - low) or 0.5 * abs(high) or 0.5
    return low - margin, high + margin


def _thinned_steps(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Keep a curve's shape in a file of reasonable size, and let it begin at 0."""
    if len(x) > 2000:
        keep = np.unique(np.linspace(0, len(x) - 1, 2000).round().astype(int))
        x, y = x[keep], y[keep]
    return np.concatenate([x[:1], x]), np.concatenate([[0.0], y])


def _draw_mean(axes: Axes, x: float, mean: tuple[float, float, float]) -> None:
    center, low, high = mean
    if not math.isfinite(center):
        return
    halo = [withStroke(linewidth=3.2, foreground="white")]
    axes.hlines(center, x - 0.24, x + 0.24, color="#111111", lw=1.8, zorder=5, path_effects=halo)
    if math.isfinite(low):
        axes.vlines(x, low, high, color="#111111", lw=1.3, zorder=5, path_effects=halo)
        axes.hlines(
            [low, high], x - 0.07, x + 0.07, color="#111111", lw=1.3, zorder=5, path_effects=halo
        )


def _superplot_legend(
    figure: Figure,
    styles: Mapping[str, tuple[str, str]],
    *,
    unit: str,
    with_clusters: bool,
    mean_text: str,
) -> None:
    def dot(color: str, marker: str, size: float, label: str) -> Line2D:
        return Line2D(
            [], [], ls="", marker=marker, color=color, mec="white", mew=0.6, ms=size, label=label
        )

    handles = []
    if with_clusters:
        handles.append(dot("#9aa4ad", "o", 4, "a cluster"))
    if set(styles) == {""}:
        color, marker = styles[""]
        handles.append(dot(color, marker, 7.5, f"a {unit}"))
    elif len(styles) > _MOST_IN_LEGEND:
        handles.append(dot("#555555", "o", 7.5, f"a {unit}; colour and shape: replicate"))
    else:
        for replicate, (color, marker) in styles.items():
            handles.append(dot(color, marker, 7.5, f"{unit} of {_short(replicate, 20)}"))
    handles.append(Line2D([], [], color="#111111", lw=2, label=mean_text))
    longest = max(len(str(handle.get_label())) for handle in handles)
    width = figure.get_size_inches()[0]
    figure.legend(
        handles=handles,
        loc="outside upper left",
        ncols=int(np.clip(width * 11.5 // (longest + 5), 1, 5)),
        fontsize=9,
        handletextpad=0.4,
        columnspacing=1.2,
    )
