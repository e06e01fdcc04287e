"""The report of a comparison of two channels, and the files of its folder."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from stormgraph_py.report import maps
from stormgraph_py.report.numbers import (
    area_text,
    count,
    hundredths,
    integer,
    percent,
    rounded,
    volume_text,
)
from stormgraph_py.report.overlap_figures import (
    cbc_chart,
    nearest_chart,
    null_chart,
    overlap_map,
    voxel_chart,
)
from stormgraph_py.report.overlap_tables import channel_table, measure_table, voxel_table
from stormgraph_py.report.views import Section, TableView, chart, picture

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from stormgraph_py.arrays import IntArray
    from stormgraph_py.clusters.overlap_null import NullFigure
    from stormgraph_py.progress import OnProgress, ShouldStop
    from stormgraph_py.report.outputs import Outputs
    from stormgraph_py.report.overlap_analysis import Channel, OverlapAnalysis

_HEAD_ROWS = 12
_WORDS = {
    "percent_area_of_a": "overlap over the area of {a}",
    "percent_area_of_b": "overlap over the area of {b}",
    "percent_volume_of_a": "overlap over the volume of {a}",
    "percent_volume_of_b": "overlap over the volume of {b}",
    "overlap_area_nm2": "area of overlap",
    "overlap_volume_nm3": "volume of overlap",
    "area_a_nm2": "area of the clusters of {a}",
    "area_b_nm2": "area of the clusters of {b}",
    "volume_a_nm3": "volume of the clusters of {a}",
    "volume_b_nm3": "volume of the clusters of {b}",
    "jaccard_area": "Jaccard index of areas",
    "jaccard_volume": "Jaccard index of volumes",
    "percent_localizations_of_a": "localizations of {a} inside clusters of {b}",
    "percent_localizations_of_b": "localizations of {b} inside clusters of {a}",
    "jaccard_localizations": "share of all clustered localizations inside the other's clusters",
    "n_clusters_a": "clusters of {a}",
    "n_clusters_b": "clusters of {b}",
    "percent_clusters_of_a": "clusters of {a} that overlap one of {b}",
    "percent_clusters_of_b": "clusters of {b} that overlap one of {a}",
    "median_nearest_a_nm": "median distance from {a} to the nearest {b}",
    "median_nearest_b_nm": "median distance from {b} to the nearest {a}",
    "mean_cbc_a": "mean coordinate-based colocalization of {a}",
    "mean_cbc_b": "mean coordinate-based colocalization of {b}",
}


def write_overlap(
    folder: Path,
    analysis: OverlapAnalysis,
    outputs: Outputs,
    *,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> None:
    """Write all files of a comparison into an existing, empty folder.

    Parameters
    ----------
    folder : Path
        Where to.
    analysis : OverlapAnalysis
        What was found.
    outputs : Outputs
        Which files to write beside the tables, the record and the report.
    on_progress : callable, optional
        Called with events of the stage "writing".
    should_stop : callable, optional
        Asked between files.

    Raises
    ------
    OutputError
        When a file cannot be written.
    Cancelled
        When asked to stop.
    """
    from stormgraph_py.clusters.partners import pair_table, partner_table
    from stormgraph_py.io.writers import write_text
    from stormgraph_py.progress import Progress
    from stormgraph_py.report.outputs import FIGURES, write_figures, write_tables
    from stormgraph_py.report.overlap_analysis import overlap_record
    from stormgraph_py.report.record import record_text

    progress = Progress(on_progress, should_stop)
    progress.report("writing", 0, 3)
    measures = measure_table(analysis)
    partners = partner_table(analysis.overlap, analysis.names)
    tables = {
        "overlap.csv": measures,
        "partners.csv": partners,
        "overlap_pairs.csv": pair_table(analysis.overlap),
    }
    if analysis.overlap.convergence:
        tables["overlap_voxels.csv"] = voxel_table(analysis)
    large = []
    for channel, name in zip(analysis.channels, file_names(analysis.names), strict=True):
        tables[f"clusters_{name}.csv"] = channel.analysis.clusters
        tables[f"localizations_{name}.csv"] = channel_table(channel)
        large.append(f"localizations_{name}.csv")
    write_tables(folder, tables, outputs, large=large)
    record = overlap_record(analysis, measures.to_dict("records"))  # type: ignore[arg-type]
    write_text(folder / "run.json", record_text(record))
    progress.report("writing", 1, 3)
    sections = overlap_sections(analysis, measures, partners)
    write_text(folder / "report.html", render_overlap(analysis, record, sections))
    progress.report("writing", 2, 3)
    if outputs.figures:
        write_figures(folder / FIGURES, sections)
    progress.report("writing", 3, 3)


def file_names(names: tuple[str, str]) -> tuple[str, str]:
    """Return the names of two channels as they can stand in the names of files.

    Examples
    --------
    >>> file_names(("AF 647", "Cy3B/561")), file_names(("α", "β"))
    (('AF_647', 'Cy3B_561'), ('a', 'b'))
    """
    one, other = (re.sub(r"[^A-Za-z0-9.-]+", "_", name).strip("_.") for name in names)
    one, other = one or "a", other or "b"
    if one.casefold() == other.casefold() or "coarse" in (one.casefold(), other.casefold()):
        return f"{one}_a", f"{other}_b"
    return one, other


def overlap_sections(
    analysis: OverlapAnalysis, measures: pd.DataFrame, partners: pd.DataFrame
) -> list[Section]:
    """Return what the report shows.

    Parameters
    ----------
    analysis : OverlapAnalysis
        What was found.
    measures, partners : pandas.DataFrame
        Tables overlap.csv and partners.csv.
    """
    from stormgraph_py.report.style import styled

    with styled():
        sections = [
            _pictures(analysis),
            Section(title="Overlap", tables=[measures_view(analysis, measures)]),
            _null_section(analysis),
            _voxel_section(analysis),
            _partner_section(analysis, partners),
            _localization_section(analysis),
            _record_section(analysis),
        ]
    return [section for section in sections if section is not None]


def render_overlap(
    analysis: OverlapAnalysis, record: dict[str, Any], sections: list[Section]
) -> str:
    """Return the report as one HTML document without outside references."""
    from stormgraph_py.report.html import render_page

    a, b = analysis.names
    paths = dict.fromkeys(channel.analysis.request.path for channel in analysis.channels)
    return render_page(
        f"{a} and {b}: " + " and ".join(re.split(r"[\\/]", path)[-1] for path in paths),
        f"Overlap of two colours in {analysis.dimensions}-D, {record['created_utc'][:10]}",
        sections,
        lead=lead(analysis),
        numbers=_headline(analysis),
        warnings=analysis.warnings,
    )


def lead(analysis: OverlapAnalysis) -> str:
    """Say in two or three sentences what was found."""
    a, b = analysis.names
    size, figure = analysis.overlap.size, analysis.null.figures["overlap"]
    what = "volume" if analysis.dimensions == 3 else "area"
    if not (len(analysis.overlap.a) and len(analysis.overlap.b)):
        return f"There are no clusters of {a if not len(analysis.overlap.a) else b} to compare."
    found = (
        f"{percent(size.over_a)} of the {what} of {count(len(analysis.overlap.a), 'cluster')} of "
        f"{a} and {percent(size.over_b)} of the {what} of "
        f"{count(len(analysis.overlap.b), 'cluster')} of {b} overlap (Jaccard index "
        f"{hundredths(size.jaccard)})."
    )
    return f"{found} {_verdict(figure, size.size_a, a)}"


def _verdict(figure: NullFigure, whole: float, name: str) -> str:
    expected = percent(figure.expected / whole) if whole > 0 else "none"
    if figure.p_more <= 0.025:
        how = "more than chance brings about"
    elif figure.p_less <= 0.025:
        how = "less than chance brings about"
    else:
        how = "not distinguishable from chance"
    return (
        f"By chance {expected} of {name} would overlap: the overlap is {how} "
        f"(z = {rounded(figure.z, 2)}, two-sided p = {rounded(figure.p_two_sided, 2)}, "
        f"{len(figure.values)} random motions)."
    )


def _headline(analysis: OverlapAnalysis) -> list[dict[str, str]]:
    a, b = analysis.names
    overlap, size, figure = (
        analysis.overlap,
        analysis.overlap.size,
        analysis.null.figures["overlap"],
    )
    what = "volume" if analysis.dimensions == 3 else "area"
    expected = figure.expected / size.size_a if size.size_a > 0 else float("nan")
    numbers = [
        (percent(size.over_a), f"of the {what} of {a} overlaps"),
        (percent(size.over_b), f"of the {what} of {b} overlaps"),
        (hundredths(size.jaccard), "Jaccard index"),
        (rounded(figure.z, 2), f"z against chance ({percent(expected)} of {a} expected)"),
        (percent(overlap.localizations_over_a), f"of clustered {a} inside clusters of {b}"),
        (percent(overlap.localizations_over_b), f"of clustered {b} inside clusters of {a}"),
        (rounded(figure.p_two_sided, 2), "two-sided p of the overlap"),
        (_size_text(analysis, size.both), f"{what} of overlap"),
    ]
    return [{"value": value, "meaning": meaning} for value, meaning in numbers]


def _size_text(analysis: OverlapAnalysis, size: float) -> str:
    return volume_text(size) if analysis.dimensions == 3 else area_text(size)


def _pictures(analysis: OverlapAnalysis) -> Section:
    plane = np.concatenate([channel.analysis.localizations.xy for channel in analysis.channels])
    whole = maps.whole_window(plane)
    detail = maps.detail_window(plane, _of_interest(analysis), whole)
    caption = (
        "Alpha shapes of the clusters over their localizations; "
        + (
            "what both cover is black."
            if analysis.dimensions == 2
            else "seen along z, where shapes that lie above one another seem to overlap. Black: "
            "clustered localizations inside a cluster of the other channel."
        )
        + " The dashed line is the border of the region."
    )
    views = [picture("clusters of both channels", caption, overlap_map(analysis, whole))]
    if detail is not None:
        views.append(
            picture("detail", "A part with much overlap, if any.", overlap_map(analysis, detail))
        )
    return Section(title="The clusters of both channels", figures=views)


def _of_interest(analysis: OverlapAnalysis) -> IntArray:
    """Labels of the localizations of both channels, of clusters that overlap where any do."""
    pairs = analysis.overlap.pairs
    labels = []
    for channel, partners in zip(analysis.channels, pairs.T, strict=True):
        own = channel.analysis.result.labels
        if len(pairs):
            own = np.where(np.isin(own, channel.clusters.cluster[partners]), own, -1)
        labels.append(own)
    n_first = int(labels[0].max(initial=-1)) + 1
    return np.concatenate([labels[0], np.where(labels[1] >= 0, labels[1] + n_first, -1)])


def measures_view(analysis: OverlapAnalysis, measures: pd.DataFrame) -> TableView:
    """Return the measures in words, with what chance brings about, as the report shows them.

    Parameters
    ----------
    analysis : OverlapAnalysis
        What was found.
    measures : pandas.DataFrame
        Table overlap.csv.
    """
    a, b = analysis.names
    registration = analysis.registration is not None
    rows = []
    for row in measures.to_dict("records"):
        values = [float(row[name]) for name in ("value", "expected_by_chance", "sd_by_chance")]
        unit = str(row["unit"])
        cells = [
            _WORDS[str(row["measure"])].format(a=a, b=b),
            *(_value(value, unit) for value in values),
            rounded(float(row["z"]), 2),
            *(rounded(float(row[name]), 2) for name in ("p_more", "p_less", "p_two_sided")),
        ]
        if registration:
            low, high = float(row["registration_low"]), float(row["registration_high"])
            cells.append("–" if np.isnan(low) else f"{_value(low, unit)} to {_value(high, unit)}")
        rows.append(cells)
    header = ["", "value", "by chance", "sd by chance", "z", "p more", "p less", "p two-sided"]
    if registration:
        header.append("under misalignment")
    note = (
        "p more and p less are one-sided: how often a random motion gives at least, or at most, "
        "this value, counted as (1 + n) / (1 + motions). All of it, with more digits, is in "
        "overlap.csv."
    )
    if registration:
        note += (
            f" The last column is where 95% of the values lie when the second channel is shifted "
            f"at random by {rounded(analysis.params.registration_nm)} nm (standard deviation along "
            "each axis): how much hangs on the alignment, not an interval around the true overlap."
        )
    return TableView(header=header, rows=rows, note=note)


def _value(value: float, unit: str) -> str:
    if np.isnan(value):
        return "–"
    if unit == "%":
        return percent(value / 100)
    if unit == "nm²":
        return area_text(value)
    if unit == "nm³":
        return volume_text(value)
    if unit == "count":
        return integer(value)
    return f"{rounded(value)} {unit}" if unit != "1" else rounded(value)


def _null_section(analysis: OverlapAnalysis) -> Section:
    a, b = analysis.names
    null = analysis.null
    if null.kind == "shift":
        how = (
            f"The clusters of {b} were shifted as a whole by random vectors inside the rectangle "
            "of the region; what leaves it on one side enters it on the opposite one."
        )
    else:
        how = (
            f"The clusters of {b} were turned as a whole by random angles and shifted inside the "
            "region. Each time, what was counted is divided by the share of the region that its "
            f"moved copy still covered (at least {percent(null.smallest_window)}), and deviations "
            "from the mean are scaled to the size of the whole region."
        )
    depth = " z stays as it is." if analysis.dimensions == 3 else ""
    figure, size = null.figures["overlap"], analysis.overlap.size
    views = []
    if size.size_a > 0:
        what = "volume" if analysis.dimensions == 3 else "area"
        views.append(
            chart(
                "Overlap by chance",
                "Overlap after random motions, and as observed.",
                null_chart(figure, f"overlap over the {what} of {a} (%)", 100 / size.size_a),
            )
        )
    if np.isfinite(null.figures["neighbor_a"].expected):
        views.append(
            chart(
                "Nearest neighbours by chance",
                f"Median distance from localizations of {a} to the nearest of {b} after random "
                "motions, and as observed, from a sample of the localizations.",
                null_chart(null.figures["neighbor_a"], "median distance (nm)"),
            )
        )
    return Section(
        title="What chance brings about",
        paragraphs=[
            f"{how}{depth} Shapes and arrangement of the clusters of each channel stay as they "
            "are, and only the relation between the channels is lost. Positions that are alike in "
            "both channels for another reason, such as the outline of a cell, count as relation: "
            "the region should be one throughout which both could be."
        ],
        figures=views,
    )


def _voxel_section(analysis: OverlapAnalysis) -> Section | None:
    if not analysis.overlap.convergence:
        return None
    table = voxel_table(analysis)
    exact = [float(channel.clusters.sizes.sum()) for channel in analysis.channels]
    return Section(
        title="Size of the voxels",
        paragraphs=[
            f"Volumes were counted in voxels of {rounded(analysis.overlap.size.voxel_nm)} nm. The "
            "shares settle as voxels shrink. The volumes of all clusters, each by itself and "
            f"without voxels, add up to {volume_text(exact[0])} and {volume_text(exact[1])}."
        ],
        figures=[
            chart(
                "Overlap by size of the voxels",
                "The value on the left, of the smallest voxels, is the one reported.",
                voxel_chart(analysis),
            )
        ],
        tables=[
            TableView(
                header=[
                    "voxel (nm)",
                    f"volume of {analysis.a.name}",
                    f"volume of {analysis.b.name}",
                    "overlap",
                    f"of {analysis.a.name} (%)",
                    f"of {analysis.b.name} (%)",
                    "Jaccard",
                ],
                rows=[
                    [
                        rounded(row[0]),
                        *(volume_text(value) for value in row[1:4]),
                        *(rounded(value, 4) for value in row[4:]),
                    ]
                    for row in table.to_numpy(dtype=float).tolist()
                ],
                text=(),
            )
        ],
    )


def _partner_section(analysis: OverlapAnalysis, partners: pd.DataFrame) -> Section | None:
    if partners.empty:
        return None
    size = "overlap_volume_nm3" if analysis.dimensions == 3 else "overlap_area_nm2"
    tables = []
    for name in analysis.names:
        own = partners[partners["channel"] == name]
        tables.append(
            TableView(
                header=[
                    "cluster",
                    "localizations",
                    "overlap",
                    "of itself",
                    "localizations inside",
                    "partners",
                    "nearest",
                    "centroid away (nm)",
                    "edge away (nm)",
                ],
                rows=[
                    [
                        integer(row["cluster"]),
                        integer(row["n_localizations"]),
                        _size_text(analysis, float(row[size])),
                        percent(float(row["percent_overlap"]) / 100),
                        integer(row["n_localizations_inside"]),
                        str(row["partners"]).replace(";", ", ") or "none",
                        integer(row["nearest_partner"]) if row["nearest_partner"] >= 0 else "–",
                        rounded(float(row["nearest_centroid_nm"])),
                        rounded(float(row["nearest_edge_nm"])),
                    ]
                    for row in own.head(_HEAD_ROWS).to_dict("records")
                ],
                text=(5,),
                title=f"The largest clusters of {name}",
                note=f"All {count(len(own), 'cluster')} are in partners.csv.",
            )
        )
    return Section(title="Partners of clusters", tables=tables)


def _localization_section(analysis: OverlapAnalysis) -> Section:
    radius = rounded(analysis.params.cbc_radius_nm)
    left_out = [
        f"{integer(_n_left_out(channel))} of {integer(len(channel.cbc))} of {channel.name}"
        for channel in analysis.channels
    ]
    views = [
        chart(
            "Distance to the nearest neighbour",
            "From each localization, clustered or not, to the nearest of the other channel.",
            nearest_chart(analysis),
        )
    ]
    if all(len(channel.usable_cbc) for channel in analysis.channels):
        views.append(
            chart(
                "Coordinate-based colocalization",
                f"Within {radius} nm: 1 where both channels fall off alike around a localization, "
                "0 where they are unrelated, -1 where they avoid each other. Left out, less than "
                f"{radius} nm from the border or without neighbours: {' and '.join(left_out)}.",
                cbc_chart(analysis),
            )
        )
    return Section(title="Localization by localization", figures=views)


def _n_left_out(channel: Channel) -> int:
    return len(channel.cbc) - len(channel.usable_cbc)


def _record_section(analysis: OverlapAnalysis) -> Section:
    rows = []
    for channel in analysis.channels:
        request = channel.analysis.request
        what = "" if request.channel is None else f", channel {request.channel}"
        rows += [
            [f"{channel.name}: file", f"{request.path}{what}"],
            [f"{channel.name}: SHA-256", channel.analysis.localizations.provenance.sha256 or "–"],
            [f"{channel.name}: analysed", count(len(channel.cbc), "localization")],
        ]
    params, request = analysis.params, analysis.a.analysis.request
    rows += [
        ["region", f"{request.roi_path or 'bounding box'}, {area_text(analysis.region.area_nm2)}"],
        ["random motions", f"{params.n_random}, seed {params.seed}"],
        ["cells of the null", f"{rounded(analysis.null.cell_nm)} nm"],
        ["radius of the colocalization", f"{rounded(params.cbc_radius_nm)} nm"],
    ]
    if params.registration_nm is not None:
        rows.append(["registration error", f"{rounded(params.registration_nm)} nm along each axis"])
    parameters = [
        [name, "automatic" if value is None else str(value)]
        for name, value in request.params.as_dict().items()
    ]
    return Section(
        title="How this was made",
        paragraphs=["run.json, in the same folder, holds all of this."],
        tables=[
            TableView(header=["", ""], rows=rows, text=(0, 1), title="Input and comparison"),
            TableView(
                header=["parameter", "value"],
                rows=parameters,
                text=(0, 1),
                title="Parameters of the clustering of both channels",
            ),
        ],
    )
