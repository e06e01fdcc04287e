"""Columns of localizations.csv."""

from __future__ import annotations

from stormgraph_py.clusters.dictionary.column import COUNT, INPUT, LABEL, PAPER_LEVELS, Column

LOCALIZATIONS = (
    Column("x_nm", "nm", "Position along x.", INPUT),
    Column("y_nm", "nm", "Position along y.", INPUT),
    Column("z_nm", "nm", "Position along the optical axis.", INPUT),
    Column("sigma_x_nm", "nm", "Localization precision along x, a standard deviation.", INPUT),
    Column("sigma_y_nm", "nm", "Localization precision along y, a standard deviation.", INPUT),
    Column("sigma_z_nm", "nm", "Localization precision along z, a standard deviation.", INPUT),
    Column("frame", COUNT, "Camera frame.", INPUT),
    Column("photons", COUNT, "Detected photons.", INPUT),
    Column("channel", LABEL, "Colour channel.", INPUT),
    Column(
        "n_merged",
        COUNT,
        "Localizations that were merged into this one; with --merge.",
        "Sum over reappearances",
    ),
    Column("cluster", LABEL, "Cluster at the single level, 0 the largest.", PAPER_LEVELS),
    Column(
        "cluster_coarse",
        LABEL,
        "Cluster at the coarsest level of the hierarchy, those under the minimum size left out.",
        PAPER_LEVELS,
    ),
    Column(
        "level_<i>",
        LABEL,
        "Cluster at level i of the hierarchy, 1 the coarsest; those under the minimum size are -1.",
        "Paper, Methods, Merging clusters at the top of the multi-level Infomap hierarchy",
    ),
)
"""localizations.csv: one row a localization; every other column of the input follows unchanged."""
