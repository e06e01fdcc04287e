"""The report of a comparison."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from stormgraph_py.clusters.cautions import POOLED, plural
from stormgraph_py.clusters.rank_tests import TEST_NAMES
from stormgraph_py.report.compare_figures import distributions, effects_figure, superplot
from stormgraph_py.report.compare_words import CORRECTION_NAMES, measure_label
from stormgraph_py.report.html import render_page
from stormgraph_py.report.numbers import count, hundredths, integer, percent, rounded
from stormgraph_py.report.style import styled
from stormgraph_py.report.views import Section, TableView, chart

if TYPE_CHECKING:
    from stormgraph_py.arrays import FloatArray
    from stormgraph_py.clusters.compare import Comparison
    from stormgraph_py.report.compare_analysis import ComparedResults
    from stormgraph_py.report.views import FigureView


def render_comparison(
    compared: ComparedResults, record: Mapping[str, Any], sections: Sequence[Section]
) -> str:
    """Return the report of a comparison as one HTML document without outside references."""
    comparison = compared.comparison
    names = comparison.conditions
    return render_page(
        " vs. ".join(names) if len(names) <= 3 else f"{len(names)} conditions compared",
        f"Comparison of conditions, {compared.dimensions}-D, {record['created_utc'][:10]}",
        sections,
        lead=_lead(comparison),
        numbers=_headline(compared),
        warnings=compared.warnings,
    )


def comparison_sections(compared: ComparedResults, record: Mapping[str, Any]) -> list[Section]:
    """Return what the report of a comparison shows."""
    comparison = compared.comparison
    with styled():
        sections = [_data_section(compared)]
        sections += [_measure_section(compared, measure) for measure in comparison.measures]
        if len(comparison.design):
            sections.append(_design_section(comparison))
        sections.append(_record_section(compared, record))
    return sections


def _lead(comparison: Comparison) -> str:
    tests = comparison.tests
    main = tests[tests["test"].isin(["mann-whitney", "dunn"])]
    known = main.dropna(subset="p_corrected")
    clear = known[known["p_corrected"] < 0.05]
    units = plural(comparison.params.unit)
    correction = CORRECTION_NAMES[comparison.params.correction]
    if comparison.params.unit == "cluster":
        return f"{POOLED}."
    if not len(known):
        return f"No two conditions could be compared: one of each pair has no {units} with a value."
    if not len(clear):
        return (
            f"No difference between conditions has p < 0.05 at the level of {units}, after "
            f"{correction} correction for {count(len(known), 'comparison')}. That is no proof that "
            "there is none: see how wide the intervals of the effects are."
        )
    return (
        f"{len(clear)} of {count(len(known), 'comparison')} between conditions "
        f"{'has' if len(clear) == 1 else 'have'} p < 0.05 at the level of {units}, after "
        f"{correction} correction{_of_replicates(comparison)}. How large the differences are, and "
        "how certain, stands with each measure."
    )


def _of_replicates(comparison: Comparison) -> str:
    """Say how many differences the means of replicates show."""
    tests = comparison.tests[comparison.tests["test"] == "welch-t"].dropna(subset="p_corrected")
    if not len(tests):
        return ""
    return (
        f"; at the level of replicates, which tells whether to expect them again, "
        f"{int((tests['p_corrected'] < 0.05).sum())} of {len(tests)}"
    )


def _headline(compared: ComparedResults) -> list[dict[str, str]]:
    rois = compared.rois
    cells = rois.drop_duplicates(["condition", "replicate", "cell"])
    replicates = rois.drop_duplicates(["condition", "replicate"])
    numbers = [
        (integer(len(compared.comparison.conditions)), "conditions"),
        (
            integer(len(replicates)) if compared.comparison.has_replicates else "–",
            "replicates, over all conditions",
        ),
        (integer(len(cells)), "cells"),
        (integer(len(compared.clusters)), "clusters"),
    ]
    return [{"value": value, "meaning": meaning} for value, meaning in numbers]


def _data_section(compared: ComparedResults) -> Section:
    comparison, rois = compared.comparison, compared.rois
    rows = []
    for condition in comparison.conditions:
        part = rois[rois["condition"] == condition]
        n_clusters = part["n_clusters"]
        cells = part.groupby(["replicate", "cell"])["n_clusters"].sum()
        rows.append(
            [
                condition,
                integer(part["replicate"].nunique()) if comparison.has_replicates else "–",
                integer(len(cells)),
                integer(len(part)),
                integer(n_clusters.sum()),
                integer((cells == 0).sum()),
            ]
        )
    params = comparison.params
    paragraphs = [
        "Clusters of a region are summarised by their "
        f"{params.summary}, regions averaged within each cell"
        + (", and cells within each replicate" if params.unit == "replicate" else "")
        + f". One value a {params.unit} goes into the tests."
        if params.unit in ("cell", "replicate")
        else f"One value a {params.unit} goes into the tests.",
        (
            "Two conditions are compared with the Mann-Whitney U test. "
            if len(comparison.conditions) == 2
            else "All conditions are compared with the Kruskal-Wallis test, "
            "pairs of them with Dunn's. "
        )
        + f"P-values are corrected with the method of {CORRECTION_NAMES[params.correction]} over "
        "all measures and pairs of conditions together"
        + (
            "; the means of replicates are compared with Welch's t test, corrected likewise."
            if comparison.has_replicates
            else "."
        ),
    ]
    table = TableView(
        header=["condition", "replicates", "cells", "ROIs", "clusters", "cells without clusters"],
        rows=rows,
    )
    return Section(title="What was compared", paragraphs=paragraphs, tables=[table])


def _measure_section(compared: ComparedResults, measure: str) -> Section:
    comparison = compared.comparison
    own = comparison.of_clusters[comparison.measures.index(measure)]
    unit = comparison.unit_of(measure)
    words, unit_text = measure_label(measure, own)
    label = f"{words} ({unit_text})" if unit_text else words
    paragraphs = [f"Column {measure}, one value a {unit}."]
    if unit == "cluster":
        paragraphs.insert(0, f"{POOLED}.")
    return Section(
        title=f"{words[0].upper()}{words[1:]}",
        paragraphs=paragraphs,
        figures=_figures(compared, measure, label, unit_text, own),
        tables=[_summary_table(comparison, measure), *_result_tables(comparison, measure)],
    )


def _figures(
    compared: ComparedResults, measure: str, label: str, unit_text: str, own: bool
) -> list[FigureView]:
    comparison = compared.comparison
    unit = comparison.unit_of(measure)
    shown_unit = "cell" if unit == "cluster" else unit
    clusters, groups = _cluster_values(compared, measure, own)
    units = _unit_values(comparison, measure)
    summaries = _rows(comparison.summaries, measure)
    means = {r["condition"]: (r["mean"], r["mean_low"], r["mean_high"]) for r in summaries}
    if unit == "cluster":
        # the clusters themselves are the units; no larger dots, which would hide them
        units = {condition: [] for condition in units}
    pooled = " Pooled clusters: neither dots nor mean show how cells differ." * (unit == "cluster")
    confidence = percent(comparison.params.confidence)
    name = label.partition(" (")[0]
    wide = len(comparison.conditions) > 4 or max(map(len, comparison.conditions)) > 24
    found = [
        chart(
            f"{name}, SuperPlot",
            (
                f"Large dots: one {shown_unit} each, coloured and shaped by replicate. "
                * (unit != "cluster")
                + "Small dots: clusters (at most 600 a condition). " * own
                + f"Bar: mean over {plural(unit)}"
                + f", with its {confidence} interval of the nested bootstrap." * (unit != "cluster")
                + "." * (unit == "cluster")
                + pooled
            ),
            superplot(units, clusters, means, label=label, unit=shown_unit, wide=wide),
        ),
        chart(
            f"{name}, distributions",
            "Share of clusters up to each size; every cell of a condition weighs the same."
            if own
            else f"Share of {plural(unit)} up to each value.",
            distributions(
                groups if own else {c: [_finite([v for _, v in u])] for c, u in units.items()},
                label=label,
                what="clusters" if own else plural(unit),
                wide=wide,
            ),
        ),
    ]
    rows = _rows(comparison.effects, measure)
    caption = (
        "Pooled clusters: no intervals, which would claim what pooling cannot tell."
        if unit == "cluster"
        else f"With {confidence} intervals of the nested bootstrap; grey: no difference."
    )
    effect = chart(f"{name}, effect sizes", caption, effects_figure(rows, unit_text=unit_text))
    return [_widened(view, wide=wide) for view in found] + [_widened(effect, wide=True)]


def _widened(view: FigureView, *, wide: bool) -> FigureView:
    from dataclasses import replace

    return replace(view, wide=wide)


def _finite(values: npt.ArrayLike) -> FloatArray:
    array: FloatArray = np.asarray(values, dtype=float)
    return array[np.isfinite(array)]


def _cluster_values(
    compared: ComparedResults, measure: str, own: bool
) -> tuple[dict[str, FloatArray], dict[str, list[FloatArray]]]:
    """Return the clusters' values of each condition, and of each of its cells."""
    pooled: dict[str, FloatArray] = {}
    groups: dict[str, list[FloatArray]] = {}
    for condition in compared.comparison.conditions:
        if not own:
            pooled[condition], groups[condition] = np.empty(0), []
            continue
        part = compared.clusters[compared.clusters["condition"] == condition]
        pooled[condition] = _finite(part[measure].to_numpy(dtype=float))
        groups[condition] = [
            _finite(values.to_numpy(dtype=float))
            for _, values in part.groupby(["replicate", "cell"])[measure]
        ]
    return pooled, groups


def _unit_values(comparison: Comparison, measure: str) -> dict[str, list[tuple[str, float]]]:
    table = comparison.unit_table
    table = table[(table["measure"] == measure) & (table["unit"] == comparison.unit_of(measure))]
    known = table.dropna(subset="value")
    return {
        condition: [
            (row["replicate"], row["value"])
            for row in known[known["condition"] == condition].to_dict("records")
        ]
        for condition in comparison.conditions
    }


def _rows(table: Any, measure: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table[table["measure"] == measure].to_dict("records")
    return rows


def _interval(low: float, high: float) -> str:
    return "–" if math.isnan(low) else f"{rounded(low)} to {rounded(high)}"


def _p(value: float) -> str:
    if value is None or math.isnan(value):
        return "–"
    return "< 0.0001" if value < 1e-4 else rounded(value, 2)


def _summary_table(comparison: Comparison, measure: str) -> TableView:
    unit = comparison.unit_of(measure)
    rows = [
        [
            row["condition"],
            f"{row['n_with_value']} of {row['n_units']}"
            if row["n_with_value"] < row["n_units"]
            else integer(row["n_units"]),
            rounded(row["mean"]),
            _interval(row["mean_low"], row["mean_high"]),
            rounded(row["standard_deviation"]),
            rounded(row["median"]),
            f"{rounded(row['quartile_1'])} to {rounded(row['quartile_3'])}",
        ]
        for row in _rows(comparison.summaries, measure)
    ]
    header = [
        "condition",
        f"{plural(unit)} with a value",
        "mean",
        f"{percent(comparison.params.confidence)} interval",
        "standard deviation",
        "median",
        "quartiles",
    ]
    return TableView(header=header, rows=rows)


def _result_tables(comparison: Comparison, measure: str) -> list[TableView]:
    tests = [
        [
            f"{TEST_NAMES[row['test']]}, {row['method']}",
            f"{row['second']} vs. {row['first']}" if row["first"] else "all conditions",
            row["unit"],
            f"{row['n_second']} / {row['n_first']}" if row["first"] else integer(row["n_units"]),
            rounded(row["statistic"]),
            _p(row["p"]),
            _p(row["p_corrected"]),
            integer(row["n_in_family"]),
        ]
        for row in _rows(comparison.tests, measure)
    ]
    effects = [
        [
            f"{row['second']} vs. {row['first']}",
            rounded(row["shift"]),
            _interval(row["shift_low"], row["shift_high"]),
            hundredths(row["cliffs_delta"]),
            _interval(row["cliffs_delta_low"], row["cliffs_delta_high"]),
            hundredths(row["common_language"]),
            rounded(row["ratio"]),
            _interval(row["ratio_low"], row["ratio_high"]),
        ]
        for row in _rows(comparison.effects, measure)
    ]
    return [
        TableView(
            title="Tests",
            header=[
                "test",
                "conditions",
                "unit",
                "n",
                "statistic",
                "p",
                "p corrected",
                "for tests",
            ],
            rows=tests,
            text=(0, 1, 2),
        ),
        TableView(
            title="Effect sizes",
            header=[
                "conditions",
                "shift",
                "interval",
                "Cliff's delta",
                "interval",
                "chance of being larger",
                "ratio of medians",
                "interval",
            ],
            rows=effects,
        ),
    ]


def _design_section(comparison: Comparison) -> Section:
    rows = [
        [
            measure_label(row["measure"], True)[0],
            integer(row["n_clusters"]),
            integer(row["n_cells"]),
            hundredths(row["icc"]),
            rounded(row["design_effect"]),
            rounded(row["n_effective"]),
        ]
        for row in comparison.design.to_dict("records")
    ]
    return Section(
        title="What clusters alone would pretend",
        paragraphs=[
            "Clusters of one cell are more alike than clusters of different cells. Counted as if "
            "independent, they would claim a precision that only as many independent ones as in "
            "the last column could give."
        ],
        tables=[
            TableView(
                header=[
                    "measure",
                    "clusters",
                    "cells",
                    "intraclass correlation",
                    "design effect",
                    "independent clusters of the same worth",
                ],
                rows=rows,
            )
        ],
    )


def _record_section(compared: ComparedResults, record: Mapping[str, Any]) -> Section:
    request, params = compared.request, compared.comparison.params
    options = [
        ["results", ", ".join(request.paths)],
        ["tags", request.tags or "–"],
        ["pattern", request.pattern or "–"],
        ["parameter set", request.parameters or "–"],
        ["channel", request.channel or "–"],
        ["unit", params.unit],
        ["summary of clusters", params.summary],
        ["control", params.control or "– (all pairs)"],
        ["correction", params.correction],
        ["bootstrap samples", integer(params.n_bootstrap)],
        ["confidence", percent(params.confidence)],
        ["seed", str(params.seed)],
    ]
    versions = [[name, version] for name, version in sorted(record["versions"].items())]
    return Section(
        title="How to repeat it",
        paragraphs=[
            "compare.json holds these, and the SHA-256 of every file that was read. The same "
            "results, options and seed give the same numbers."
        ],
        tables=[
            TableView(header=["option", "value"], rows=options, text=(0, 1)),
            TableView(header=["software", "version"], rows=versions, text=(0, 1)),
        ],
    )
