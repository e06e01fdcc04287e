"""Columns of clusters.csv."""

from __future__ import annotations

from stormgraph_py.clusters.dictionary.column import (
    ALPHA_SHAPE,
    CHOICE,
    COUNT,
    LABEL,
    MOMENTS,
    PAPER_DEGREE,
    PAPER_LEVELS,
    PAPER_OVERCOUNTING,
    SHARE,
    YES_NO,
    Column,
)

CLUSTERS = (
    Column("cluster", LABEL, "Cluster, as in localizations.csv.", PAPER_LEVELS),
    Column("n_localizations", COUNT, "Localizations, not molecules.", "Count of the label"),
    Column("x_nm", "nm", "Centroid along x.", "Mean of the localizations"),
    Column("y_nm", "nm", "Centroid along y.", "Mean of the localizations"),
    Column("z_nm", "nm", "3-D: centroid along z.", "Mean of the localizations"),
    Column(
        "area_nm2",
        "nm²",
        "2-D: area of the cluster, holes and dents left out. Below the truth for few localizations "
        "(a quarter at 50, an eighth at 200 on a uniform disk).",
        ALPHA_SHAPE,
    ),
    Column("hull_area_nm2", "nm²", "2-D: area with holes and dents filled.", "Convex hull"),
    Column("perimeter_nm", "nm", "2-D: length of the outline, holes included.", ALPHA_SHAPE),
    Column(
        "volume_nm3",
        "nm³",
        "3-D: volume of the cluster, holes and dents left out. Below the truth for few "
        "localizations (a half at 50, a third at 200 in a uniform ball).",
        ALPHA_SHAPE,
    ),
    Column("hull_volume_nm3", "nm³", "3-D: volume with holes and dents filled.", "Convex hull"),
    Column("surface_nm2", "nm²", "3-D: area of the surface, cavities included.", ALPHA_SHAPE),
    Column(
        "density_per_um2",
        "1/µm²",
        "2-D: localizations per area; empty for a degenerate cluster.",
        "n_localizations / area_nm2",
    ),
    Column(
        "density_per_um3",
        "1/µm³",
        "3-D: localizations per volume; empty for a degenerate cluster.",
        "n_localizations / volume_nm3",
    ),
    Column(
        "equivalent_radius_nm",
        "nm",
        "Radius of the disk (2-D) or ball (3-D) of the same area or volume.",
        "sqrt(area / π), cbrt(3 volume / 4π)",
    ),
    Column(
        "radius_of_gyration_nm",
        "nm",
        "Root mean square distance of the localizations from the centroid.",
        MOMENTS,
    ),
    Column("axis_1_nm", "nm", "Standard deviation along the longest principal axis.", MOMENTS),
    Column("axis_2_nm", "nm", "Standard deviation along the second principal axis.", MOMENTS),
    Column("axis_3_nm", "nm", "3-D: standard deviation along the shortest axis.", MOMENTS),
    Column(
        "orientation_deg",
        "°",
        "2-D: angle of the longest axis from the x axis towards the y axis, 0 to 180; empty when "
        "both axes are equally long.",
        MOMENTS,
    ),
    Column(
        "elongation",
        SHARE,
        "0 for a disk, a ball or a flat round sheet, 1 for a line.",
        "1 - axis_2_nm / axis_1_nm",
    ),
    Column(
        "circularity",
        SHARE,
        "2-D: 1 for a circle, less for what is long or angular; dents and holes do not matter.",
        "4π area / perimeter² of the convex hull",
    ),
    Column(
        "solidity",
        SHARE,
        "1 for a convex cluster, less with dents, holes and gaps.",
        "area_nm2 / hull_area_nm2, volume_nm3 / hull_volume_nm3",
    ),
    Column(
        "alpha_radius_nm",
        "nm",
        "Largest circumscribed radius of a triangle or tetrahedron in the alpha shape.",
        "Twice the 95th percentile of edge lengths of the cluster's minimum spanning tree",
    ),
    Column(
        "mean_degree",
        SHARE,
        "Mean expected weighted node degree of the localizations.",
        PAPER_DEGREE,
    ),
    Column(
        "mean_sigma_nm",
        "nm",
        "Mean localization precision in the plane; unknown precisions are left out.",
        "Mean over localizations of (sigma_x_nm + sigma_y_nm) / 2",
    ),
    Column("mean_sigma_z_nm", "nm", "3-D: mean axial precision.", "Mean of sigma_z_nm"),
    Column(
        "nearest_cluster_nm",
        "nm",
        "Distance to the nearest other cluster of the table; empty for a lone cluster.",
        "Centroid to centroid",
    ),
    Column(
        "is_degenerate",
        YES_NO,
        "All localizations lie on one point or line (3-D: plane); areas, volumes, perimeter, "
        "circularity and solidity are 0.",
        "Smallest axis below 1e-6 of the largest, or too few distinct positions",
    ),
    Column(
        "overcounting_verdict",
        CHOICE,
        "several-molecules, or indistinguishable from one molecule that was counted repeatedly.",
        PAPER_OVERCOUNTING,
    ),
    Column(
        "overcounting_largest_z",
        SHARE,
        "Largest chi-square statistic of a pair of localizations of the cluster.",
        PAPER_OVERCOUNTING,
    ),
    Column(
        "overcounting_threshold",
        SHARE,
        "Value that the statistic exceeds for localizations of different molecules.",
        PAPER_OVERCOUNTING,
    ),
)
"""clusters.csv, clusters_coarse.csv: one row a cluster."""
