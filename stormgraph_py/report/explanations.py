"""Sections of the report on how it was found: thresholds, evidence, parameters, provenance."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from stormgraph_py.report import figures, words
from stormgraph_py.report.numbers import (
    MISSING,
    area_text,
    count,
    integer,
    percent,
    rounded,
    seconds_text,
    volume_text,
)
from stormgraph_py.report.views import Section, TableView, chart

if TYPE_CHECKING:
    from stormgraph_py.filters import FilterStep
    from stormgraph_py.report.analysis import Analysis


def choices_section(analysis: Analysis) -> Section:
    """Show how r0, the degree threshold and the level of clustering were chosen."""
    result = analysis.result
    views = [
        chart(
            "Length scale r0 for finding unclustered localizations",
            words.length_scale_text(result.length_scale),
            figures.length_scale_figure(result.length_scale),
        )
    ]
    final = result.final_length_scale
    if final is not None:
        views.append(
            chart(
                "Length scale r0 of the final graph",
                "Found in the same way from the localizations that were kept. "
                + words.length_scale_text(final),
                figures.length_scale_figure(final),
            )
        )
    tables = []
    noise = result.noise
    if noise is not None:
        z_nm = analysis.localizations.xyz[:, 2] if result.dimensions == 3 else None
        n, kept = len(noise.retained), int(noise.retained.sum())
        views.append(
            chart(
                "Which localizations are too isolated to be clustered",
                "The weighted degree of a localization sums up how near its neighbours within r0 "
                f"are. At most {percent(result.params.alpha)} of random localizations exceed the "
                f"threshold. {integer(kept)} of {integer(n)} localizations ({percent(kept / n)}) "
                "were kept for clustering.",
                figures.degree_figure(noise, z_nm),
            )
        )
        rules = Counter(noise.rule.tolist())
        if not result.used_sigma:
            tables.append(
                TableView(
                    header=["set aside because it is", "localizations"],
                    rows=[
                        [text, integer(rules[rule])]
                        for rule, text in words.OUTLIER_RULES.items()
                        if rules[rule]
                    ],
                    title="Localizations set aside",
                    note="Without localization precisions, groups of a preliminary clustering "
                    "decide together.",
                )
            )
    if any(np.isfinite(split.similarity) for split in result.splits):
        views.append(
            chart(
                "Which clusters were split",
                "Each mark is a cluster. It is split where its subclusters are similar enough to "
                "an independent clustering, and more similar to it than the whole cluster is.",
                figures.split_figure(result.splits, result.params.similarity_threshold),
            )
        )
    return Section(title="How the thresholds were chosen", figures=views, tables=tables)


def record_section(analysis: Analysis, record: dict[str, Any]) -> Section:
    """List what it takes to reproduce the result."""
    result, request = analysis.result, analysis.request
    parameters = [
        [name, _value(value), words.PARAMETERS.get(name, "")]
        for name, value in request.params.as_dict().items()
    ]
    parameters.append(["seed", str(request.seed), "seed of everything random"])
    total = sum(timing.wall_s for timing in result.timings)
    timings = [
        [timing.stage, seconds_text(timing.cpu_s), seconds_text(timing.wall_s)]
        for timing in result.timings
    ]
    timings.append(
        ["total", seconds_text(sum(t.cpu_s for t in result.timings)), seconds_text(total)]
    )
    return Section(
        title="How to reproduce this",
        paragraphs=[
            "run.json, in the same folder, holds all of this; stormgraph rerun run.json computes "
            "the labels again and compares them."
        ],
        tables=[
            TableView(
                header=["parameter", "value", "meaning"],
                rows=parameters,
                text=(0, 1, 2),
                title="Parameters",
            ),
            TableView(
                header=["", ""], rows=_provenance(analysis, record), text=(0, 1), title="Input"
            ),
            TableView(header=["stage", "CPU", "wall clock"], rows=timings, title="Time"),
            TableView(
                header=["software", "version"],
                rows=[[name, version] for name, version in record["versions"].items()],
                text=(0, 1),
                title="Versions",
            ),
        ],
    )


def _provenance(analysis: Analysis, record: dict[str, Any]) -> list[list[str]]:
    result, selection, request = analysis.result, analysis.selection, analysis.request
    provenance = analysis.localizations.provenance
    solid = result.dimensions == 3
    region = "bounding box of the localizations" if request.roi is None else f"{request.roi_path}"
    rows = [
        ["file", request.path],
        ["SHA-256", provenance.sha256 or MISSING],
        ["format", provenance.format],
        ["columns", ", ".join(_column_text(*names) for names in provenance.columns)],
        ["understood", " ".join(provenance.notes)],
        ["rows in the file", integer(provenance.n_rows)],
        ["set aside: coordinates not finite", integer(provenance.n_set_aside)],
        ["left out: other channel", integer(selection.n_other_channel)],
        *([f"filter {number}", _step_text(step)] for number, step in enumerate(selection.steps, 1)),
        ["left out: outside the region", integer(selection.n_outside)],
        ["analysed", f"{integer(len(result.labels))} in {result.dimensions}-D"],
        ["precisions", "used" if result.used_sigma else "not used"],
        ["region", f"{region}, {(volume_text if solid else area_text)(result.area)}"],
        ["graph", f"{count(result.n_edges, 'edge')}, {count(result.n_components, 'component')}"],
    ]
    if solid:
        rows.append(["z scaled for the graph by", rounded(result.z_scale)])
    return [row for row in rows if row[1] not in ("", "0")]


def _step_text(step: FilterStep) -> str:
    unknown = f" ({integer(step.n_unknown)} without a value)" if step.n_unknown else ""
    return f"{step.text} {integer(step.n_before)} → {integer(step.n_after)}{unknown}"


def _column_text(theirs: str, ours: str) -> str:
    return ours if theirs == ours else f"{ours} from {theirs!r}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "automatic" if value is None else str(value)
