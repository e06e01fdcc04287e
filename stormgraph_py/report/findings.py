"""Sections of the report on what was found: maps, sizes of clusters, the hierarchy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from stormgraph_py.clusters import outlines
from stormgraph_py.report import figures, maps, words
from stormgraph_py.report.numbers import count, hundredths, integer, rounded, whole
from stormgraph_py.report.style import figure_bytes, styled
from stormgraph_py.report.tables import level_table
from stormgraph_py.report.views import FigureView, Section, TableView, chart, picture

if TYPE_CHECKING:
    from stormgraph_py.arrays import FloatArray, IntArray
    from stormgraph_py.report.analysis import Analysis

_Write = Callable[[float], str]

_HEAD_ROWS = 12
_MOST_LEVEL_MAPS = 4
_THUMBNAIL_INCHES = 3.0
_THUMBNAIL_DPI = 80

_CLUSTER_COLUMNS: dict[str, tuple[str, _Write]] = {
    "cluster": ("cluster", integer),
    "n_localizations": ("localizations", integer),
    "x_nm": ("x (nm)", whole),
    "y_nm": ("y (nm)", whole),
    "z_nm": ("z (nm)", whole),
    "area_nm2": ("area (nm²)", rounded),
    "volume_nm3": ("volume (nm³)", rounded),
    "density_per_um2": ("per µm²", rounded),
    "density_per_um3": ("per µm³", rounded),
    "equivalent_radius_nm": ("equivalent radius (nm)", rounded),
    "radius_of_gyration_nm": ("radius of gyration (nm)", rounded),
    "elongation": ("elongation", hundredths),
    "circularity": ("circularity", hundredths),
    "nearest_cluster_nm": ("nearest cluster (nm)", rounded),
}
"""Columns of the table of clusters that the report shows, each with its heading and format."""


def pictures_section(analysis: Analysis) -> Section:
    """Show the density of localizations and the clusters, and in 3-D a side view."""
    result = analysis.result
    points = analysis.localizations.coordinates(result.dimensions)
    plane, labels = points[:, :2], result.labels
    colors = maps.cluster_colors(points, labels)
    blur_nm = _blur(analysis)
    whole = maps.whole_window(plane)
    detail = maps.detail_window(plane, labels, whole)
    if detail is None:
        views = _pair("", "", plane, labels, colors, whole, blur_nm)
        near = np.ones(len(points), dtype=bool)
    else:
        below = " The frame marks the part shown below."
        views = _pair("", below, plane, labels, colors, whole, blur_nm, marked=detail)
        near = detail.contains(plane)
        here = " The framed part."
        views += _pair("detail: ", here, plane, labels, colors, detail, blur_nm)
    if result.dimensions == 3:
        part = " Only the framed part." if detail else ""
        side, inside = points[near][:, [0, 2]], labels[near]
        window = maps.whole_window(side)
        title = "side view (x, z): "
        views += _pair(title, part, side, inside, colors, window, blur_nm, upwards=True)
    return Section(title="The localizations and their clusters", figures=views)


def thumbnail(analysis: Analysis) -> bytes:
    """Return a small map of the clusters as PNG."""
    result = analysis.result
    points = analysis.localizations.coordinates(result.dimensions)
    plane = points[:, :2]
    with styled():
        figure = maps.cluster_map(
            plane,
            result.labels,
            maps.cluster_colors(points, result.labels),
            maps.whole_window(plane),
            width=_THUMBNAIL_INCHES,
        )
    return figure_bytes(figure, "png", dpi=_THUMBNAIL_DPI)


def _pair(
    title: str,
    remark: str,
    plane: FloatArray,
    labels: IntArray,
    colors: FloatArray,
    window: maps.Window,
    blur_nm: float,
    *,
    marked: maps.Window | None = None,
    upwards: bool = False,
) -> list[FigureView]:
    """Density and clusters of the same part, with outlines where that part is not too large."""
    blur_nm = maps.visible_blur(plane, window, blur_nm)
    lines, outlined = None, ""
    if marked is None:
        near = np.isin(labels, np.unique(labels[window.contains(plane)]))
        lines, outlined = outlines(plane[near], labels[near]), ", with its outline"
    return [
        picture(
            f"{title}density of localizations",
            f"Each localization is blurred by {rounded(blur_nm, 2)} nm.{remark}",
            maps.density_map(plane, window, blur_nm=blur_nm, marked=marked, upwards=upwards),
        ),
        picture(
            f"{title}clusters",
            f"Each cluster in a colour unlike its neighbours'{outlined}; unclustered localizations "
            f"in grey.{remark}",
            maps.cluster_map(
                plane, labels, colors, window, outlines=lines, marked=marked, upwards=upwards
            ),
        ),
    ]


def clusters_section(analysis: Analysis) -> Section | None:
    """Show how large the clusters are; None without clusters."""
    result, table = analysis.result, analysis.clusters
    if table.empty:
        return None
    size = "volume_nm3" if result.dimensions == 3 else "area_nm2"
    name = "volume" if result.dimensions == 3 else "area"
    views = [
        chart(
            "Localizations per cluster",
            f"{count(len(table), 'cluster')}, bins equally wide on a logarithmic axis.",
            figures.size_figure(
                table["n_localizations"].to_numpy(dtype=np.float64), "localizations in a cluster"
            ),
        )
    ]
    sizes = table[size].to_numpy(dtype=np.float64)
    sizes = sizes[sizes > 0]
    if len(sizes):
        flat = len(table) - len(sizes)
        without = f" {count(flat, 'cluster')} without any {name} left out." if flat else ""
        views.append(
            chart(
                f"Cluster {name}",
                f"Of the alpha shape around each cluster's localizations.{without}",
                figures.size_figure(
                    sizes, f"{name} of a cluster", "nm³" if name == "volume" else "nm²"
                ),
            )
        )
    shown = {name: column for name, column in _CLUSTER_COLUMNS.items() if name in table.columns}
    head = TableView(
        header=[header for header, _ in shown.values()],
        rows=[
            [write(value) for value, (_, write) in zip(row, shown.values(), strict=True)]
            for row in table[list(shown)].head(_HEAD_ROWS).itertuples(index=False)
        ],
        text=(),
        title="The largest clusters",
        note=f"All {count(len(table), 'cluster')} with more columns are in clusters.csv, the "
        f"{count(len(analysis.coarse_clusters), 'cluster')} of the coarsest level in "
        "clusters_coarse.csv.",
    )
    return Section(title="Sizes of clusters", figures=views, tables=[head])


def hierarchy_section(analysis: Analysis) -> Section | None:
    """Show clusters within clusters; None without clusters."""
    result = analysis.result
    n_levels = result.hierarchy.n_levels
    if n_levels == 0 or not (result.hierarchy.levels[0] >= 0).any():
        return None
    points = analysis.localizations.coordinates(result.dimensions)
    whole = maps.whole_window(points[:, :2])
    detail = maps.detail_window(points[:, :2], result.labels, whole)
    where = " in all; the part framed above is shown" if detail else ""
    views = []
    for i, labels in enumerate(result.hierarchy.levels[:_MOST_LEVEL_MAPS]):
        figure = maps.cluster_map(
            points[:, :2], labels, maps.cluster_colors(points, labels), detail or whole, width=3.2
        )
        views.append(
            picture(
                f"Level {i + 1}",
                f"{count(result.hierarchy.n_clusters(i), 'cluster')}{where}.",
                figure,
            )
        )
    tables = [
        TableView(
            header=[
                "level",
                "clusters",
                "localizations in them",
                "median localizations per cluster",
                "localizations in the largest",
            ],
            rows=[
                [rounded(value, 6) for value in row]
                for row in level_table(result).itertuples(index=False)
            ],
            text=(),
            title="Levels",
        )
    ]
    paragraphs = [
        "Clusters lie within clusters: level 1 is the coarsest, and each further level divides "
        "some of the clusters before it. All levels are in localizations.csv. The clusters that "
        "this report counts were chosen among them: a cluster gives way to its subclusters where "
        "a second, independent way of clustering agrees with them.",
    ]
    if result.splits:
        paragraphs.append(_splits_text(analysis))
        reasons = Counter(split.reason for split in result.splits)
        tables.append(
            TableView(
                header=["verdict", "clusters"],
                rows=[
                    [text, integer(reasons[reason])]
                    for reason, text in words.SPLIT_REASONS.items()
                    if reasons[reason]
                ],
                title="Tested splits",
                note="Every tested split with its similarity is in splits.csv.",
            )
        )
    return Section(
        title="Clusters within clusters",
        paragraphs=paragraphs,
        figures=views,
        tables=tables,
        small=True,
    )


def _splits_text(analysis: Analysis) -> str:
    splits = analysis.result.splits
    n_accepted = sum(split.accepted for split in splits)
    return (
        f"Of {count(len(splits), 'cluster')} that could be split, {integer(n_accepted)} "
        f"{'was' if n_accepted == 1 else 'were'} split and {integer(len(splits) - n_accepted)} "
        "kept whole."
    )


def _blur(analysis: Analysis) -> float:
    """Median lateral precision, or a fraction of r0 where precisions are unknown, nm."""
    sigma = analysis.localizations.precision(2)
    if sigma is not None and np.isfinite(sigma).any():
        return float(np.nanmedian(sigma))
    return float(analysis.result.length_scale.r0_nm) / 4
