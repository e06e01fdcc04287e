"""Columns of the tables of evidence about overcounting."""

from __future__ import annotations

from stormgraph_py.clusters.dictionary.column import (
    CHOICE,
    COUNT,
    LABEL,
    PAPER_OVERCOUNTING,
    SHARE,
    YES_NO,
    Column,
)

OVERCOUNTING = (
    Column("candidate", LABEL, "Cluster before the filter.", PAPER_OVERCOUNTING),
    Column("cluster", LABEL, "Cluster in clusters.csv, -1 when removed.", PAPER_OVERCOUNTING),
    Column("n_localizations", COUNT, "Localizations of the cluster.", "Count"),
    Column("n_pairs_tested", COUNT, "Pairs of localizations compared.", PAPER_OVERCOUNTING),
    Column(
        "largest_z",
        SHARE,
        "Largest chi-square statistic of a pair among those compared.",
        PAPER_OVERCOUNTING,
    ),
    Column(
        "threshold",
        SHARE,
        "Value that the statistic exceeds for localizations of different molecules.",
        PAPER_OVERCOUNTING,
    ),
    Column(
        "n_distinct",
        COUNT,
        "Localizations far from at least two others; two are needed to keep the cluster.",
        PAPER_OVERCOUNTING,
    ),
    Column(
        "verdict", CHOICE, "several-molecules or indistinguishable from one.", PAPER_OVERCOUNTING
    ),
    Column(
        "n_pairs_tested_without_label",
        COUNT,
        "Pairs compared with a label radius of 0.",
        PAPER_OVERCOUNTING,
    ),
    Column(
        "largest_z_without_label",
        SHARE,
        "Largest statistic with a label radius of 0.",
        PAPER_OVERCOUNTING,
    ),
    Column(
        "verdict_without_label",
        CHOICE,
        "Verdict with a label radius of 0.",
        PAPER_OVERCOUNTING,
    ),
    Column(
        "largest_label_radius_nm",
        "nm",
        "Label radius below which the cluster holds several molecules; from it on, it could be "
        "one. Empty when it could be one even with a label radius of 0.",
        "Radius at which the test just fails",
    ),
)
"""overcounting.csv: one row a cluster before the filter."""

OVERCOUNTING_RADII = (
    Column("label_radius_nm", "nm", "Radius of molecule and label.", PAPER_OVERCOUNTING),
    Column("is_of_analysis", YES_NO, "It is the radius of this analysis.", "Parameter"),
    Column(
        "n_clusters_kept",
        COUNT,
        "Clusters that hold several molecules at this radius.",
        PAPER_OVERCOUNTING,
    ),
    Column(
        "percent_clusters_kept",
        "%",
        "Their share of the clusters before the filter; empty without clusters.",
        "100 n_clusters_kept / clusters",
    ),
    Column(
        "n_localizations_kept",
        COUNT,
        "Localizations in these clusters.",
        "Sum of n_localizations",
    ),
)
"""overcounting_radii.csv: one row a label radius."""
