"""Columns of the tables of evidence about overcounting."""

from __future__ import annotations

from stormgraph_py.clusters.dictionary.column import (
    CHOICE,
    COUNT,
    LABEL,
    PAPER_OVERCOUNTING,
    SHARE,
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
)
"""overcounting.csv: one row a cluster before the filter."""
