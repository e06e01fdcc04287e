"""Figures of the comparison of two channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.path import Path

from stormgraph_py.report.numbers import rounded
from stormgraph_py.report.style import (
    ACCENT_COLOR,
    RANDOM_COLOR,
    add_scale_bar,
    chart_axes,
    legend_above,
    log_bins,
    log_ticks,
    map_axes,
    new_figure,
)

if TYPE_CHECKING:
    from typing import Any

    import numpy.typing as npt
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from stormgraph_py.arrays import FloatArray
    from stormgraph_py.clusters.cluster_set import ClusterSet
    from stormgraph_py.clusters.overlap_null import NullFigure
    from stormgraph_py.report.maps import Window
    from stormgraph_py.report.overlap_analysis import Channel, OverlapAnalysis

A_COLOR, B_COLOR, BOTH_COLOR = "#0072b2", "#e69f00", "#111111"
"""Blue, orange and near black: told apart by readers with any colour vision."""

_WIDTH, _HEIGHT = 5.6, 3.5
_MAP_INCHES = 6.0
_SMALLEST_ASPECT = 0.12
_MOST_DOTS = 20_000
_N_BINS = 40


def overlap_map(analysis: OverlapAnalysis, window: Window) -> Figure:
    """Draw both channels' clusters in a part of the plane, and what they share.

    In 3-D the shapes are projected along z, where shapes above one another seem to overlap: only
    their localizations inside clusters of the other channel are marked as shared.
    """
    scale = _MAP_INCHES / max(window.width, window.height)
    smallest = _SMALLEST_ASPECT * _MAP_INCHES
    figure = new_figure(max(window.width * scale, smallest), max(window.height * scale, smallest))
    axes = map_axes(figure, (window.left, window.right), (window.high, window.low))
    for channel, color in ((analysis.a, A_COLOR), (analysis.b, B_COLOR)):
        _dots(axes, channel, color, window)
        _shapes(axes, channel.clusters, color, window)
    if analysis.dimensions == 2:
        _shared_area(axes, analysis, window)
    else:
        for channel in analysis.channels:
            plane = channel.analysis.localizations.xy
            shown = channel.inside_other & (channel.analysis.result.labels >= 0)
            shown &= window.contains(plane)
            _scatter(axes, plane[shown], BOTH_COLOR, 3.0, zorder=5)
    _outline(axes, analysis)
    both = "inside both" if analysis.dimensions == 3 else "both"
    axes.legend(
        handles=[
            Patch(color=A_COLOR, alpha=0.75, label=analysis.a.name),
            Patch(color=B_COLOR, alpha=0.75, label=analysis.b.name),
            Patch(color=BOTH_COLOR, label=both),
        ],
        loc="upper left",
        frameon=True,
        framealpha=0.9,
        edgecolor="none",
        fontsize=10,
    )
    add_scale_bar(axes, "black")
    return figure


def null_chart(figure: NullFigure, label: str, scale: float = 1.0) -> Figure:
    """Draw the distribution of a figure by chance, with its expected and its observed value."""
    drawing = new_figure(_WIDTH, _HEIGHT)
    axes = chart_axes(drawing)
    values = figure.values * scale
    axes.hist(values, bins=25, color="#b0b0b0", edgecolor="white", linewidth=0.5,
              label=f"by chance ({len(values)} motions)")  # fmt: skip
    axes.axvline(figure.expected * scale, color=RANDOM_COLOR, linestyle="--",
                 label=f"expected {rounded(figure.expected * scale)}")  # fmt: skip
    observed = figure.observed * scale
    axes.axvline(observed, color=ACCENT_COLOR, linewidth=2.4, label=f"observed {rounded(observed)}")
    axes.set_xlabel(label)
    axes.set_ylabel("random motions")
    legend_above(axes, 3)
    return drawing


def voxel_chart(analysis: OverlapAnalysis) -> Figure:
    """Draw the shares of volume found with voxels of several sizes."""
    figure = new_figure(_WIDTH, _HEIGHT)
    axes = chart_axes(figure)
    sizes = analysis.overlap.convergence
    edges = [size.voxel_nm or 0.0 for size in sizes]
    for shares, color, marker, name in (
        ([100 * size.over_a for size in sizes], A_COLOR, "o", f"of {analysis.a.name}"),
        ([100 * size.over_b for size in sizes], B_COLOR, "s", f"of {analysis.b.name}"),
        ([100 * size.jaccard for size in sizes], BOTH_COLOR, "^", "of either (Jaccard)"),
    ):
        axes.plot(edges, shares, color=color, marker=marker, label=name)
    axes.set_xscale("log")
    log_ticks(axes.xaxis)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("edge of a voxel (nm)")
    axes.set_ylabel("overlapping volume (%)")
    legend_above(axes, 3)
    return figure


def nearest_chart(analysis: OverlapAnalysis) -> Figure:
    """Draw the distances from each channel's localizations to the nearest of the other."""
    figure = new_figure(_WIDTH, _HEIGHT)
    axes = chart_axes(figure)
    near = [channel.nearest_nm[channel.nearest_nm > 0] for channel in analysis.channels]
    known = np.concatenate(near)
    edges = log_bins(known, _N_BINS) if len(known) else np.array([1.0, 2.0])
    for distances, color, names in (
        (near[0], A_COLOR, analysis.names),
        (near[1], B_COLOR, analysis.names[::-1]),
    ):
        _steps(axes, distances, edges, color, f"{names[0]} to {names[1]}")
    axes.set_xscale("log")
    log_ticks(axes.xaxis)
    axes.set_xlabel("distance to the nearest localization of the other channel (nm)")
    axes.set_ylabel("localizations (%)")
    legend_above(axes, 2)
    return figure


def cbc_chart(analysis: OverlapAnalysis) -> Figure:
    """Draw the distribution of the coordinate-based colocalization of both channels."""
    figure = new_figure(_WIDTH, _HEIGHT)
    axes = chart_axes(figure)
    edges = np.linspace(-1, 1, _N_BINS + 1)
    for channel, color in zip(analysis.channels, (A_COLOR, B_COLOR), strict=True):
        _steps(axes, channel.usable_cbc, edges, color, channel.name)
    axes.axvline(0, color=RANDOM_COLOR, linewidth=0.8, linestyle=":")
    axes.set_xlim(-1, 1)
    axes.set_xlabel("coordinate-based colocalization")
    axes.set_ylabel("localizations (%)")
    legend_above(axes, 2)
    return figure


def _steps(axes: Axes, values: FloatArray, edges: FloatArray, color: str, label: str) -> None:
    shares = 100 * np.histogram(values, edges)[0] / max(len(values), 1)
    axes.stairs(shares, edges, color=color, linewidth=1.6, label=label)
    axes.stairs(shares, edges, color=color, fill=True, alpha=0.15)


def _dots(axes: Axes, channel: Channel, color: str, window: Window) -> None:
    """Localizations: unclustered ones faint, clustered ones dark upon their clusters."""
    plane, labels = channel.analysis.localizations.xy, channel.analysis.result.labels
    inside = window.contains(plane)
    area = float(np.clip(10_000 / max(int(inside.sum()), 1), 1.0, 8.0))
    _scatter(axes, plane[inside & (labels < 0)], color, area, alpha=0.5)
    dark = tuple(0.55 * part for part in to_rgb(color))
    _scatter(axes, plane[inside & (labels >= 0)], dark, area, zorder=4)


def _scatter(
    axes: Axes,
    plane: FloatArray,
    color: str | tuple[float, ...],
    area: float,
    *,
    alpha: float = 1.0,
    zorder: int = 2,
) -> None:
    step = max(1, -(-len(plane) // _MOST_DOTS))
    x, y = plane[::step].T
    axes.scatter(x, y, s=area, c=[color], linewidths=0, alpha=alpha, zorder=zorder)


def _shapes(axes: Axes, clusters: ClusterSet, color: str, window: Window) -> None:
    if clusters.dimensions == 2:
        _fill(axes, clusters.polygons, color, 0.55, window, edge=color)
        return
    triangles = clusters.corners[:, :, :2]
    low, high = triangles.min(axis=1), triangles.max(axis=1)
    near = (
        (high[:, 0] >= window.left)
        & (low[:, 0] <= window.right)
        & (high[:, 1] >= window.low)
        & (low[:, 1] <= window.high)
    )
    if not near.any():
        return
    import shapely

    # the shadow of each cluster: the union of those of its tetrahedra
    hulls = shapely.convex_hull(shapely.multipoints(triangles[near]))
    owner = clusters.simplex_owner[near]
    shadows = np.array(
        [shapely.union_all(hulls[owner == number]) for number in np.unique(owner)], dtype=object
    )
    _fill(axes, shadows, color, 0.45, window, edge=color)


def _shared_area(axes: Axes, analysis: OverlapAnalysis, window: Window) -> None:
    import shapely

    a, b = analysis.overlap.pairs.T
    shared = shapely.intersection(analysis.overlap.a.polygons[a], analysis.overlap.b.polygons[b])
    _fill(axes, np.atleast_1d(shared), BOTH_COLOR, 1.0, window, edge=BOTH_COLOR)


def _fill(
    axes: Axes,
    shapes: npt.NDArray[Any],
    color: str,
    alpha: float,
    window: Window,
    *,
    edge: str,
) -> None:
    import shapely

    view = shapely.box(window.left, window.low, window.right, window.high)
    near = shapes[shapely.intersects(shapes, view)]
    parts = shapely.get_parts(near)
    paths = [_path(part) for part in parts if part.geom_type == "Polygon" and not part.is_empty]
    for face, line, strength, width in ((color, "none", alpha, 0), ("none", edge, 1.0, 0.5)):
        axes.add_collection(
            PathCollection(
                paths, facecolors=face, edgecolors=line, linewidths=width, alpha=strength, zorder=3
            ),
            autolim=False,
        )


def _path(polygon: Any) -> Path:
    """One path of a polygon with its holes, which run the other way around."""
    from shapely.geometry.polygon import orient

    turned = orient(polygon)
    rings = (turned.exterior, *turned.interiors)
    return Path.make_compound_path(*(Path(np.asarray(r.coords), closed=True) for r in rings))


def _outline(axes: Axes, analysis: OverlapAnalysis) -> None:
    """Border of the region, where it is no rectangle around the data."""
    import shapely

    for part in shapely.get_parts(analysis.region.outline):
        for ring in (part.exterior, *part.interiors):
            x, y = np.asarray(ring.coords).T
            axes.add_line(Line2D(x, y, color="#666666", linewidth=0.8, linestyle="--", zorder=4))
