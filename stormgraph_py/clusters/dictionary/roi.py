"""Columns of summary.csv and splits.csv, which describe one region of interest."""

from __future__ import annotations

from stormgraph_py.clusters.dictionary.column import (
    CHOICE,
    COUNT,
    LABEL,
    PAPER_LEVELS,
    PAPER_OVERCOUNTING,
    PAPER_R0,
    SHARE,
    YES_NO,
    Column,
)


def _mean_and_median(name: str, unit: str, meaning: str) -> tuple[Column, Column]:
    source = f"{name} of clusters.csv; empty without clusters"
    return (
        Column(f"mean_{name}", unit, f"Mean {meaning} of a cluster.", source),
        Column(f"median_{name}", unit, f"Median {meaning} of a cluster.", source),
    )


NAMES = (
    Column("name", CHOICE, "Name of the input file without the ending of its format.", "Input"),
    Column("roi", CHOICE, "Name of the region; absent without one.", "Region of interest"),
)
"""Columns with which summary.csv begins, before those of the region's tags."""

SUMMARY = (
    Column("n_localizations", COUNT, "Localizations in the region of interest.", "Count"),
    Column(
        "roi_area_um2",
        "µm²",
        "2-D: area of the region of interest.",
        "Its polygon, else the bounding box of the localizations",
    ),
    Column(
        "roi_volume_um3",
        "µm³",
        "3-D: volume of the region of interest.",
        "Its polygon or bounding box, times the range of z",
    ),
    Column("localizations_per_um2", "1/µm²", "2-D: density.", "n_localizations / roi_area_um2"),
    Column("localizations_per_um3", "1/µm³", "3-D: density.", "n_localizations / roi_volume_um3"),
    Column("n_clustered", COUNT, "Localizations in clusters of the single level.", "Count"),
    Column(
        "percent_clustered",
        "%",
        "Share of the localizations that are in clusters; empty without localizations.",
        "100 n_clustered / n_localizations",
    ),
    Column("n_clusters", COUNT, "Clusters at the single level.", PAPER_LEVELS),
    Column("clusters_per_um2", "1/µm²", "2-D: clusters per area.", "n_clusters / roi_area_um2"),
    Column("clusters_per_um3", "1/µm³", "3-D: clusters per volume.", "n_clusters / roi_volume_um3"),
    Column(
        "percent_area_clustered",
        "%",
        "2-D: share of the region that clusters cover.",
        "Sum of area_nm2 over the region's area",
    ),
    Column(
        "percent_volume_clustered",
        "%",
        "3-D: share of the region that clusters fill.",
        "Sum of volume_nm3 over the region's volume",
    ),
    *_mean_and_median("n_localizations", COUNT, "number of localizations"),
    *_mean_and_median("area_nm2", "nm²", "2-D: area"),
    *_mean_and_median("volume_nm3", "nm³", "3-D: volume"),
    *_mean_and_median("density_per_um2", "1/µm²", "2-D: density of localizations"),
    *_mean_and_median("density_per_um3", "1/µm³", "3-D: density of localizations"),
    *_mean_and_median("equivalent_radius_nm", "nm", "equivalent radius"),
    *_mean_and_median("radius_of_gyration_nm", "nm", "radius of gyration"),
    *_mean_and_median("nearest_cluster_nm", "nm", "distance to the nearest cluster"),
    Column(
        "n_coarse_clusters",
        COUNT,
        "Clusters at the coarsest level of the hierarchy, those under the minimum size left out.",
        PAPER_LEVELS,
    ),
    Column(
        "n_indistinguishable",
        COUNT,
        "Clusters that cannot be told from one molecule counted repeatedly; removed when the "
        "overcounting filter is on.",
        PAPER_OVERCOUNTING,
    ),
    Column(
        "r0_nm",
        "nm",
        "Length scale at which unclustered localizations were found; in 3-D with z rescaled.",
        PAPER_R0,
    ),
    Column(
        "final_r0_nm",
        "nm",
        "Length scale of the graph that was clustered, found again without the unclustered "
        "localizations; empty when none was left.",
        PAPER_R0,
    ),
)
"""summary.csv: one row a region of interest."""

SPLITS = (
    Column("level", COUNT, "Level of the cluster that was tested, 1 the coarsest.", PAPER_LEVELS),
    Column("cluster", LABEL, "Its number in level_<i> of localizations.csv.", PAPER_LEVELS),
    Column("n_localizations", COUNT, "Its localizations.", "Count"),
    Column("n_subclusters", COUNT, "Subclusters at the next level.", "Count"),
    Column(
        "similarity",
        SHARE,
        "Agreement of the subclusters with the components of G_{2,K*}, symmetric mean F; empty "
        "when not computed.",
        PAPER_LEVELS,
    ),
    Column(
        "similarity_unsplit",
        SHARE,
        "Agreement of the one unsplit cluster with the same components.",
        PAPER_LEVELS,
    ),
    Column(
        "k_star",
        COUNT,
        "K with the best agreement; 0 when not computed or beyond the bound on K.",
        PAPER_LEVELS,
    ),
    Column(
        "k_connected",
        COUNT,
        "Smallest K at which the graph is connected; 0 when not computed.",
        PAPER_LEVELS,
    ),
    Column("accepted", YES_NO, "The cluster was replaced by its subclusters.", PAPER_LEVELS),
    Column(
        "reason",
        CHOICE,
        "Why: accepted, fragments (too small), too-dissimilar, single-cluster-closer, connected.",
        PAPER_LEVELS,
    ),
    Column(
        "truncated", YES_NO, "K met its bound before the graph was connected.", "Bound on K: 512"
    ),
)
"""splits.csv: one row for each tested split of a cluster."""
