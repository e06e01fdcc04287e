"""Figures of the report that explain choices and show distributions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator, StrMethodFormatter

from stormgraph_py.arrays import FloatArray
from stormgraph_py.report.numbers import rounded
from stormgraph_py.report.style import (
    ACCENT_COLOR,
    DATA_COLOR,
    NOISE_COLOR,
    RANDOM_COLOR,
    chart_axes,
    legend_above,
    log_bins,
    log_ticks,
    new_figure,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from stormgraph_py.engine.length_scale import LengthScale
    from stormgraph_py.engine.noise import NoiseResult
    from stormgraph_py.engine.selection import Split

_WIDTH, _HEIGHT = 5.6, 3.5
_MOST_DOTS = 20_000
_DEGREE_BINS = 60


def length_scale_figure(scale: LengthScale) -> Figure:
    """Draw how r0 was chosen: two histograms that cross, or the elbow of a curve.

    Parameters
    ----------
    scale : LengthScale
        The length scale and what it was found from.

    Notes
    -----
    Paper: Methods, "Calculation of the length scale r0"; figure S1.
    """
    figure = new_figure(_WIDTH, _HEIGHT)
    axes = chart_axes(figure)
    if scale.bin_edges_nm is not None and scale.density_data is not None:
        _neighbor_distances(axes, scale, scale.bin_edges_nm, scale.density_data)
    elif scale.radii_nm is not None and scale.n_components is not None:
        _components(axes, scale, scale.radii_nm, scale.n_components)
    legend_above(axes, 3 if scale.method == "knn" and not scale.fell_back_to_median else 2)
    return figure


def degree_figure(noise: NoiseResult, z_nm: FloatArray | None = None) -> Figure:
    """Draw weighted degrees of the data and of random clouds, with the threshold between them.

    Where the threshold depends on z, degree is drawn over z instead.

    Parameters
    ----------
    noise : NoiseResult
        Degrees and thresholds.
    z_nm : ndarray of shape (n,), optional
        Axial positions, needed for a threshold that depends on z.
    """
    figure = new_figure(_WIDTH, _HEIGHT)
    axes = chart_axes(figure)
    if z_nm is not None and np.ptp(noise.threshold) > 0:
        _degree_over_z(axes, noise, z_nm)
    else:
        _degree_histogram(axes, noise)
    legend_above(axes, 3, marker_scale=3)
    return figure


def size_figure(values: FloatArray, label: str, unit: str = "") -> Figure:
    """Draw the distribution of one positive quantity over clusters on a logarithmic axis.

    Parameters
    ----------
    values : ndarray of shape (n_clusters,)
        One positive value a cluster.
    label : str
        What it is.
    unit : str
        Its unit.
    """
    figure = new_figure(_WIDTH, _HEIGHT)
    axes = chart_axes(figure)
    n_bins = int(np.clip(2 * np.sqrt(len(values)), 6, 40))
    edges = log_bins(values, n_bins)
    axes.hist(values, bins=list(edges), color=DATA_COLOR, edgecolor="white", linewidth=0.5)
    axes.set_xscale("log")
    median = float(np.median(values))
    axes.axvline(median, color=ACCENT_COLOR, label=f"median {rounded(median)} {unit}".rstrip())
    axes.set_xlabel(f"{label} ({unit})" if unit else label)
    axes.set_ylabel("clusters")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    log_ticks(axes.xaxis)
    legend_above(axes, 1)
    return figure


def split_figure(splits: Sequence[Split], threshold: float) -> Figure:
    """Draw the similarity of every tested split with the verdict on it.

    Parameters
    ----------
    splits : sequence of Split
        Tested splits; those whose similarity was not needed are left out.
    threshold : float
        Smallest similarity at which a split is accepted.

    Notes
    -----
    Paper: Methods, consensus selection of a single level.
    """
    figure = new_figure(_WIDTH, _HEIGHT)
    axes = chart_axes(figure)
    tested = [split for split in splits if np.isfinite(split.similarity)]
    for accepted, color, marker, label in (
        (False, NOISE_COLOR, "x", "kept whole"),
        (True, DATA_COLOR, "o", "split"),
    ):
        chosen = [split for split in tested if split.accepted is accepted]
        if chosen:
            axes.scatter(
                [split.n_localizations for split in chosen],
                [split.similarity for split in chosen],
                s=18,
                c=color,
                marker=marker,
                linewidths=1.0 if marker == "x" else 0.0,
                label=f"{label} ({len(chosen):,})",
            )
    axes.axhline(threshold, color=ACCENT_COLOR, lw=1.2, label=f"smallest similarity {threshold:g}")
    axes.set_xscale("log")
    axes.set_ylim(-0.03, 1.05)
    axes.set_xlabel("localizations in the cluster")
    axes.set_ylabel("similarity of subclusters\nto the alternative clustering")
    log_ticks(axes.xaxis)
    legend_above(axes, 3)
    return figure


def _neighbor_distances(
    axes: Axes, scale: LengthScale, edges: FloatArray, data: FloatArray
) -> None:
    axes.stairs(data, edges, fill=True, color=DATA_COLOR, alpha=0.35, lw=0)
    axes.stairs(data, edges, color=DATA_COLOR, lw=1.6, label="these localizations")
    if scale.density_random is not None:
        axes.stairs(
            scale.density_random, edges, color=RANDOM_COLOR, lw=1.6, ls="--", label="random points"
        )
    _mark_r0(axes, scale.r0_nm, " (random median)" if scale.fell_back_to_median else "")
    together = np.cumsum(data + (0 if scale.density_random is None else scale.density_random))
    last = int(np.searchsorted(together, 0.985 * together[-1])) + 1
    axes.set_xlim(0, max(edges[min(last, len(edges) - 1)], 1.3 * scale.r0_nm))
    axes.set_ylim(bottom=0)
    axes.set_xlabel("distance to the k-th nearest neighbour (nm)")
    axes.set_ylabel("share of localizations per bin")
    _percentages(axes)


def _components(axes: Axes, scale: LengthScale, radii: FloatArray, n: FloatArray) -> None:
    axes.plot(radii, n, ".", color=DATA_COLOR, ms=4, label="connected groups")
    if scale.fitted_components is not None:
        axes.plot(radii, scale.fitted_components, color=RANDOM_COLOR, lw=1.2, label="fitted curve")
    if scale.elbow_max_concavity_nm is not None:
        axes.axvline(
            scale.elbow_max_concavity_nm,
            color=RANDOM_COLOR,
            lw=1.0,
            ls=":",
            label=f"sharpest bend {rounded(scale.elbow_max_concavity_nm)} nm",
        )
    plateau = scale.method == "elbow-plateau"
    _mark_r0(axes, scale.r0_nm, " (plateau)" if plateau else " (end of the elbow)")
    axes.set_xlim(0, min(float(radii[-1]), 4 * scale.r0_nm))
    axes.set_ylim(bottom=0)
    axes.set_xlabel("radius within which localizations are joined (nm)")
    axes.set_ylabel("groups of joined localizations")
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))


def _mark_r0(axes: Axes, r0_nm: float, where: str) -> None:
    axes.axvline(r0_nm, color=ACCENT_COLOR, label=f"r0 = {rounded(r0_nm)} nm{where}")


def _degree_histogram(axes: Axes, noise: NoiseResult) -> None:
    threshold = float(noise.threshold[0])
    top = max(4 * threshold, float(noise.degrees.max(initial=0)), 1e-6)
    edges = np.geomspace(min(threshold / 20, top / 100) or top / 100, 1.001 * top, _DEGREE_BINS + 1)
    # Isolated localizations have a degree of 0, which a logarithmic axis cannot show.
    data, random = (
        np.histogram(np.maximum(values, edges[0]), edges)[0] / max(len(values), 1)
        for values in (noise.degrees, noise.random_degrees)
    )
    axes.stairs(data, edges, fill=True, color=DATA_COLOR, alpha=0.35, lw=0)
    axes.stairs(data, edges, color=DATA_COLOR, lw=1.6, label="these localizations")
    if len(noise.random_degrees):
        axes.stairs(random, edges, color=RANDOM_COLOR, lw=1.6, ls="--", label="random points")
    axes.axvline(threshold, color=ACCENT_COLOR, label=f"threshold {rounded(threshold)}")
    axes.set_xscale("log")
    axes.set_xlim(edges[0], edges[-1])
    log_ticks(axes.xaxis)
    axes.set_ylim(0, 1.08 * max(float(data.max()), float(random.max())))
    axes.set_xlabel("weighted degree (a local density); first bin: this or less")
    axes.set_ylabel("share per bin")
    _percentages(axes)


def _degree_over_z(axes: Axes, noise: NoiseResult, z_nm: FloatArray) -> None:
    order = np.argsort(z_nm)
    step = max(1, len(order) // _MOST_DOTS)
    shown = order[::step]
    retained = noise.retained[shown]
    for chosen, color, label in (
        (~retained, NOISE_COLOR, "unclustered"),
        (retained, DATA_COLOR, "kept for clustering"),
    ):
        axes.scatter(
            z_nm[shown][chosen],
            noise.degrees[shown][chosen],
            s=3,
            c=color,
            linewidths=0,
            rasterized=True,  # thousands of dots are smaller as pixels than as shapes
            label=label,
        )
    axes.plot(z_nm[shown], noise.threshold[shown], color=ACCENT_COLOR, label="threshold")
    # The cores of clusters exceed the threshold many times; isolated localizations have 0.
    axes.set_yscale("asinh", linear_width=1)
    top = float(noise.degrees.max(initial=1))
    axes.set_ylim(0, 1.1 * top)
    steps = [step * 10**power for power in range(7) for step in (1, 2, 5)]
    axes.set_yticks([0, *(step for step in steps if step <= top)])
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("z (nm)")
    axes.set_ylabel("weighted degree (a local density)")


def _percentages(axes: Axes) -> None:
    axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:g}%")
