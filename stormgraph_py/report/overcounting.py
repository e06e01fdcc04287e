"""Section of the report on clusters that may be one molecule counted several times."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from stormgraph_py.clusters.overcounting_report import label_radius_table, overcounting_table
from stormgraph_py.engine.overcounting import LARGEST_EXHAUSTIVE
from stormgraph_py.report import words
from stormgraph_py.report.numbers import count, integer, percent, rounded
from stormgraph_py.report.style import (
    ACCENT_COLOR,
    DATA_COLOR,
    NOISE_COLOR,
    RANDOM_COLOR,
    chart_axes,
    legend_above,
    log_ticks,
    new_figure,
)
from stormgraph_py.report.views import Section, TableView, chart

if TYPE_CHECKING:
    import pandas as pd

    from stormgraph_py.report.analysis import Analysis

SEVERAL = "several-molecules"
ONE = "indistinguishable"

_HEAD_ROWS = 8
_WIDTH, _HEIGHT = 5.6, 3.5

_EVIDENCE_NOTE = (
    "Two localizations are distinct where their distance, in units of their precisions, is above "
    "the threshold. A cluster holds several molecules where at least two localizations are each "
    "distinct from two others; in large clusters the test stops once that is known. The last "
    "column is the label radius at which the verdict turns. The whole table is in overcounting.csv."
)
_RADII_NOTE = (
    "What the test says of the same clusters at other label radii, as in overcounting_radii.csv. "
    "The clusters themselves do not depend on it."
)


def overcounting_section(analysis: Analysis) -> Section | None:
    """Show the evidence about overcounting; None without precisions."""
    result = analysis.result
    if result.overcounting is None:
        return None
    clusters = overcounting_table(result, analysis.localizations)
    radii = label_radius_table(result, clusters)
    title = "One molecule or several?"
    paragraphs = [_verdicts(analysis, clusters)]
    if clusters.empty:
        return Section(title=title, paragraphs=paragraphs)
    paragraphs.append(_other_radii(radii))
    tables = [
        _radius_table(radii),
        _evidence_table("The largest clusters", clusters, note=_EVIDENCE_NOTE),
    ]
    single = clusters[clusters["verdict"] == ONE]
    if len(single):
        tables.append(_evidence_table("The largest that may be one molecule", single))
    views = [
        chart(
            "Clusters that hold several molecules, by label radius",
            "A larger label explains wider clusters, so that fewer can be told from one molecule. "
            "Where the line is flat, the choice of the radius does not matter.",
            label_radius_figure(radii),
        ),
        chart(
            "Evidence of each cluster",
            "Largest statistic of a pair over its threshold; a cluster needs two localizations "
            "with two such pairs each to hold several molecules, so that one above the line may "
            f"still be one. With more than {LARGEST_EXHAUSTIVE} localizations the test stops when "
            "the verdict is certain: the value is then a lower bound.",
            evidence_figure(clusters),
        ),
    ]
    return Section(title=title, paragraphs=paragraphs, figures=views, tables=tables)


def label_radius_figure(radii: pd.DataFrame) -> Figure:
    """Draw the share of clusters, and of their localizations, that is kept at each label radius.

    Parameters
    ----------
    radii : pandas.DataFrame
        What `stormgraph_py.clusters.overcounting_report.label_radius_table` returned.
    """
    figure = new_figure(_WIDTH, _HEIGHT)
    axes = chart_axes(figure)
    x = radii["label_radius_nm"].to_numpy()
    own = next(row for row in radii.to_dict("records") if row["is_of_analysis"])
    axes.plot(x, radii["percent_clusters_kept"], "o-", color=DATA_COLOR, ms=4)
    axes.plot(
        [own["label_radius_nm"]],
        [own["percent_clusters_kept"]],
        "o",
        color=ACCENT_COLOR,
        ms=8,
        label=f"this analysis: {rounded(own['label_radius_nm'])} nm, "
        f"{count(own['n_clusters_kept'], 'cluster')}",
    )
    axes.set_ylim(0, 104)
    axes.set_xlim(-0.5, x.max() + 0.5)
    axes.yaxis.set_major_formatter(PercentFormatter(decimals=0))
    axes.set_xlabel("label radius (nm)")
    axes.set_ylabel("clusters with several molecules")
    legend_above(axes, 1)
    return figure


def evidence_figure(clusters: pd.DataFrame) -> Figure:
    """Draw the largest statistic over its threshold against the size of every cluster.

    Parameters
    ----------
    clusters : pandas.DataFrame
        What `stormgraph_py.clusters.overcounting_report.overcounting_table` returned.
    """
    figure = new_figure(_WIDTH, _HEIGHT)
    axes = chart_axes(figure)
    ratio = (clusters["largest_z"] / clusters["threshold"]).to_numpy()
    size = clusters["n_localizations"].to_numpy()
    several = (clusters["verdict"] == SEVERAL).to_numpy()
    for chosen, color, marker, label in (
        (~several, NOISE_COLOR, "x", "may be one molecule"),
        (several, DATA_COLOR, "o", "several molecules"),
    ):
        if chosen.any():
            axes.scatter(
                size[chosen],
                np.maximum(ratio[chosen], 1e-3),
                s=18,
                c=color,
                marker=marker,
                linewidths=1.0 if marker == "x" else 0.0,
                rasterized=len(size) > 2000,
                label=f"{label} ({int(chosen.sum()):,})",
            )
    axes.axhline(1, color=RANDOM_COLOR, lw=1.0, ls="--", label="threshold")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("localizations in the cluster")
    axes.set_ylabel("largest χ² / threshold")
    log_ticks(axes.xaxis)
    log_ticks(axes.yaxis)
    legend_above(axes, 2)
    return figure


def _verdicts(analysis: Analysis, clusters: pd.DataFrame) -> str:
    params = analysis.result.params
    n, n_single = len(clusters), int((clusters["verdict"] == ONE).sum())
    were = "was" if n_single == 1 else "were"
    fate = (
        f"and {were} left out"
        if params.overcounting
        else f"and {were} kept (--overcounting leaves out such clusters)"
    )
    text = (
        f"{integer(n - n_single)} of {count(n, 'cluster')} contain, with "
        f"{percent(1 - params.overcounting_significance)} confidence and a label radius of "
        f"{rounded(params.label_radius_nm)} nm, more than one molecule. "
    )
    if not n_single:
        return text + "None could be a single molecule that was localized repeatedly."
    return text + (
        f"{integer(n_single)} cannot be told from a single molecule that was localized repeatedly, "
        f"{fate}."
    )


def _other_radii(radii: pd.DataFrame) -> str:
    first, *_, last = radii.to_dict("records")
    return (
        "The test allows for the size of molecule and label by a radius that you choose. With "
        f"{rounded(first['label_radius_nm'])} nm it finds several molecules in "
        f"{count(first['n_clusters_kept'], 'cluster')}, with {rounded(last['label_radius_nm'])} nm "
        f"in {count(last['n_clusters_kept'], 'cluster')}."
    )


def _radius_table(radii: pd.DataFrame) -> TableView:
    return TableView(
        header=["label radius (nm)", "several molecules", "share", "localizations in them", ""],
        rows=[
            [
                rounded(row["label_radius_nm"]),
                integer(row["n_clusters_kept"]),
                percent(row["percent_clusters_kept"] / 100),
                integer(row["n_localizations_kept"]),
                "this analysis" if row["is_of_analysis"] else "",
            ]
            for row in radii.to_dict("records")
        ],
        text=(4,),
        title="At other label radii",
        note=_RADII_NOTE,
    )


def _evidence_table(title: str, clusters: pd.DataFrame, note: str = "") -> TableView:
    return TableView(
        header=[
            "candidate",
            "cluster",
            "localizations",
            "pairs tested",
            "largest χ²",
            "largest χ² without label",
            "threshold",
            "distinct localizations",
            "verdict",
            "up to label radius (nm)",
        ],
        rows=[
            [
                integer(row["candidate"]),
                integer(row["cluster"]) if row["cluster"] >= 0 else "left out",
                integer(row["n_localizations"]),
                integer(row["n_pairs_tested"]),
                rounded(row["largest_z"]),
                rounded(row["largest_z_without_label"]),
                rounded(row["threshold"]),
                integer(row["n_distinct"]),
                words.OVERCOUNTING_VERDICTS[row["verdict"]],
                rounded(row["largest_label_radius_nm"]),
            ]
            for row in clusters.head(_HEAD_ROWS).to_dict("records")
        ],
        text=(8,),
        title=title,
        note=note,
    )
