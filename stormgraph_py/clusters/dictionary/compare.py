"""Columns of the tables that compare conditions."""

from __future__ import annotations

from stormgraph_py.clusters.dictionary.clusters import CLUSTERS
from stormgraph_py.clusters.dictionary.column import CHOICE, COUNT, SHARE, Column

_TAGS = "Tags: batch, run.json, --tags, --pattern"
_BOOTSTRAP = "Nested bootstrap, expanded percentiles"
_OF_MEASURE = "of the measure"

_REGION = (
    Column("condition", CHOICE, "Condition.", _TAGS),
    Column("replicate", CHOICE, "Replicate; empty without or beyond one.", _TAGS),
    Column("cell", CHOICE, "Cell, the file where no cell is named; empty beyond one.", _TAGS),
    Column("roi", CHOICE, "Region; empty for whole fields and beyond one.", _TAGS),
)
_MEASURED = (
    Column("measure", CHOICE, "What is compared, a column of clusters.csv or summary.csv.", "-"),
    Column(
        "unit",
        CHOICE,
        "What one value stands for: roi, cell, replicate, or cluster (pooled as if independent).",
        "--unit",
    ),
)
_PAIR = (
    Column("first", CHOICE, "Condition compared with; empty in a test of all.", _TAGS),
    Column("second", CHOICE, "Condition compared; empty in a test of all.", _TAGS),
)
_PAIR_SIZES = (
    Column("n_first", COUNT, "Units of the first with a value.", "Count"),
    Column("n_second", COUNT, "Units of the second with a value.", "Count"),
)

VALUES_LONG = (
    *_MEASURED,
    *_REGION,
    Column("n_rois", COUNT, "Regions of the unit.", "Count"),
    Column("n_clusters", COUNT, "Clusters of the unit.", "Count"),
    Column("n_used", COUNT, "Clusters, or regions, that have a value.", "Count"),
    Column(
        "value",
        _OF_MEASURE,
        "Clusters summarised in each region (--summary), regions averaged in each cell, cells in "
        "each replicate; empty for a unit without clusters.",
        "Measure's own column",
    ),
)
"""values_long.csv: one row a unit and measure."""

CLUSTERS_LONG = (
    *_REGION,
    Column("file", CHOICE, "Input file of the analysis.", "run.json"),
    Column("result", CHOICE, "Folder that the cluster was read from.", "Input"),
    *CLUSTERS,
)
"""clusters_long.csv: one row a cluster."""

TESTS = (
    *_MEASURED,
    Column(
        "test",
        CHOICE,
        "mann-whitney (two conditions), kruskal-wallis and dunn (more), welch-t (means of "
        "replicates).",
        "Manual, Statistics",
    ),
    Column("method", CHOICE, "exact or asymptotic.", "Exact up to 50 units"),
    *_PAIR,
    Column("n_units", COUNT, "Units of all conditions in the row.", "Count"),
    *_PAIR_SIZES,
    Column(
        "statistic",
        SHARE,
        "U of the second condition, H, or z or t of the second less the first.",
        "Test",
    ),
    Column("p", SHARE, "Two-sided p-value before correction; empty where none exists.", "Test"),
    Column(
        "smallest_p",
        SHARE,
        "Smallest p-value that data with these numbers of units and these ties could give.",
        "Test",
    ),
    Column(
        "n_in_family",
        COUNT,
        "P-values that were corrected together: one kind of test, over pairs and measures.",
        "Count",
    ),
    Column("p_corrected", SHARE, "P-value after correction.", "correction"),
    Column("correction", CHOICE, "holm, bonferroni or fdr (Benjamini-Hochberg).", "--correction"),
)
"""tests.csv: one row a test."""


def _with_ends(name: str, unit: str, meaning: str, source: str) -> tuple[Column, Column, Column]:
    short = name.replace("_", " ")
    return (
        Column(name, unit, meaning, source),
        Column(f"{name}_low", unit, f"Lower end of the interval of {short}.", _BOOTSTRAP),
        Column(f"{name}_high", unit, f"Upper end of the interval of {short}.", _BOOTSTRAP),
    )


EFFECTS = (
    *_MEASURED,
    *_PAIR,
    *_PAIR_SIZES,
    *_with_ends(
        "shift",
        _OF_MEASURE,
        "Median of all differences between a unit of the second and one of the first.",
        "Hodges-Lehmann",
    ),
    *_with_ends(
        "cliffs_delta",
        SHARE,
        "Chance that a unit of the second is larger, less that it is smaller; -1 to 1.",
        "Cliff",
    ),
    *_with_ends(
        "ratio",
        SHARE,
        "Median of the second over that of the first; empty unless both are positive.",
        "Ratio",
    ),
    Column(
        "common_language",
        SHARE,
        "Chance that a unit of the second is larger, ties counted half; 0 to 1.",
        "(cliffs_delta + 1) / 2",
    ),
    Column("confidence", SHARE, "Confidence of the intervals.", "0.95"),
    Column(
        "n_resampled_first",
        COUNT,
        "Replicates of the first with a value that the bootstrap draws from, or its cells where "
        "there are none.",
        "Count",
    ),
    Column("n_resampled_second", COUNT, "The same of the second.", "Count"),
)
"""effects.csv: one row a pair of conditions and measure; no intervals where clusters are pooled."""

CONDITIONS = (
    *_MEASURED,
    _REGION[0],
    Column("n_units", COUNT, "Units of the condition.", "Count"),
    Column("n_with_value", COUNT, "Units with a value: those with clusters.", "Count"),
    Column("n_rois", COUNT, "Regions of the condition.", "Count"),
    Column("n_clusters", COUNT, "Clusters of the condition.", "Count"),
    *_with_ends("mean", _OF_MEASURE, "Mean over units.", "Mean"),
    Column("standard_deviation", _OF_MEASURE, "Standard deviation over units.", "With n - 1 below"),
    Column("median", _OF_MEASURE, "Median over units.", "Median"),
    Column("quartile_1", _OF_MEASURE, "A quarter of the units lie below.", "Quantile"),
    Column("quartile_3", _OF_MEASURE, "A quarter of the units lie above.", "Quantile"),
    Column("confidence", SHARE, "Confidence of the interval of the mean.", "0.95"),
)
"""conditions.csv: one row a condition and measure."""

DESIGN = (
    _MEASURED[0],
    Column("n_clusters", COUNT, "Clusters with a value.", "Count"),
    Column("n_cells", COUNT, "Cells that they lie in.", "Count"),
    Column(
        "icc",
        SHARE,
        "Intraclass correlation: share of the variance within conditions that lies between cells.",
        "One-way analysis of variance; negative estimates count as 0",
    ),
    Column(
        "design_effect",
        SHARE,
        "How many times too small the variance of a mean is when clusters count as independent.",
        "1 + (mean cell size - 1) icc, Kish 1965",
    ),
    Column(
        "n_effective",
        COUNT,
        "Independent clusters that would tell as much.",
        "n_clusters / design_effect",
    ),
)
"""design.csv: one row a measure of clusters; what pooling them would pretend."""
