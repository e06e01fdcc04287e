"""Columns of the tables that compare two colours."""

from __future__ import annotations

from stormgraph_py.clusters.dictionary.column import (
    CHOICE,
    COUNT,
    LABEL,
    SHARE,
    YES_NO,
    Column,
)

PAPER_OVERLAP = "Paper, Results, Two-color analysis of cluster overlap"
CHANCE = "Random motions of the second channel; manual, Two colours"
CBC = "Malkusch et al. 2012, doi:10.1007/s00418-011-0880-5"

OTHER_CHANNEL = (
    Column(
        "inside_other",
        YES_NO,
        "The localization, clustered or not, lies inside a cluster of the other channel.",
        PAPER_OVERLAP,
    ),
    Column(
        "nearest_other_nm",
        "nm",
        "Distance to the nearest localization of the other channel.",
        "Nearest neighbour",
    ),
    Column(
        "cbc",
        SHARE,
        "Coordinate-based colocalization, -1 to 1; empty where a channel has no other localization "
        "within the radius.",
        CBC,
    ),
    Column(
        "cbc_at_border",
        YES_NO,
        "The border of the region is nearer than the radius of the colocalization: the value is "
        "left out of means.",
        "Manual, Two colours",
    ),
)
"""What localizations_<channel>.csv has beside the columns of localizations.csv."""

OVERLAP = (
    Column("measure", CHOICE, "What was measured.", PAPER_OVERLAP),
    Column("value", SHARE, "The measured value, in the unit of the next column.", PAPER_OVERLAP),
    Column("unit", CHOICE, "Unit of the value.", "Definition"),
    Column(
        "expected_by_chance",
        SHARE,
        "Mean value after random motions of the second channel, in the same unit; empty where it "
        "was not found.",
        CHANCE,
    ),
    Column("sd_by_chance", SHARE, "Standard deviation of those values.", CHANCE),
    Column("z", SHARE, "Distance from the mean in standard deviations.", CHANCE),
    Column(
        "p_more", SHARE, "One-sided: probability of a value as large or larger by chance.", CHANCE
    ),
    Column(
        "p_less", SHARE, "One-sided: probability of a value as small or smaller by chance.", CHANCE
    ),
    Column("p_two_sided", SHARE, "Twice the smaller of the two, at most 1.", CHANCE),
    Column("n_random", COUNT, "Random motions.", CHANCE),
    Column(
        "registration_low",
        SHARE,
        "2.5th percentile of the value under random misalignments of the channels; empty without.",
        "Manual, Two colours",
    ),
    Column("registration_high", SHARE, "97.5th percentile of the same.", "Manual, Two colours"),
)
"""overlap.csv: one row a measure."""

PARTNERS = (
    Column("channel", CHOICE, "Channel of the cluster.", "Input file"),
    Column("cluster", LABEL, "Cluster, as in clusters_<channel>.csv.", PAPER_OVERLAP),
    Column("n_localizations", COUNT, "Its localizations.", "Count"),
    Column("area_nm2", "nm²", "2-D: its area.", "As in clusters_<channel>.csv"),
    Column("volume_nm3", "nm³", "3-D: its volume.", "As in clusters_<channel>.csv"),
    Column(
        "overlap_area_nm2",
        "nm²",
        "2-D: area that the other channel's clusters cover.",
        PAPER_OVERLAP,
    ),
    Column(
        "overlap_volume_nm3",
        "nm³",
        "3-D: volume that the other channel's clusters cover, counted in voxels.",
        PAPER_OVERLAP,
    ),
    Column(
        "percent_overlap",
        "%",
        "Share of its area, or in 3-D of its voxels, that is covered; empty where it has none.",
        PAPER_OVERLAP,
    ),
    Column(
        "n_localizations_inside",
        COUNT,
        "Its localizations inside the other channel's clusters.",
        PAPER_OVERLAP,
    ),
    Column("percent_localizations_inside", "%", "Share of its localizations.", PAPER_OVERLAP),
    Column("n_partners", COUNT, "Clusters of the other channel that overlap it.", "Count"),
    Column(
        "partners",
        CHOICE,
        "Those clusters, separated by semicolons, that with the largest share first.",
        PAPER_OVERLAP,
    ),
    Column(
        "nearest_partner",
        LABEL,
        "Cluster of the other channel with the nearest edge, of several that overlap that with the "
        "nearest centroid; -1 without any.",
        "Nearest neighbour",
    ),
    Column("nearest_centroid_nm", "nm", "Distance between the centroids of the two.", "Distance"),
    Column(
        "nearest_edge_nm",
        "nm",
        "Distance between their edges, 0 where they overlap; in 3-D between their closest "
        "localizations.",
        "Distance",
    ),
)
"""partners.csv: one row a cluster, first those of the first channel."""

PAIRS = (
    Column("cluster_a", LABEL, "Cluster of the first channel.", PAPER_OVERLAP),
    Column("cluster_b", LABEL, "Cluster of the second channel.", PAPER_OVERLAP),
    Column("overlap_area_nm2", "nm²", "2-D: area that both cover.", PAPER_OVERLAP),
    Column("overlap_volume_nm3", "nm³", "3-D: volume that both cover.", PAPER_OVERLAP),
    Column(
        "percent_of_a",
        "%",
        "Share of the first one's area, or in 3-D of its voxels.",
        PAPER_OVERLAP,
    ),
    Column(
        "percent_of_b",
        "%",
        "Share of the second one's area, or in 3-D of its voxels.",
        PAPER_OVERLAP,
    ),
)
"""overlap_pairs.csv: one row a pair of clusters that overlap."""

CONVERGENCE = (
    Column("voxel_nm", "nm", "Edge of a voxel.", "Manual, Two colours"),
    Column("volume_a_nm3", "nm³", "Volume that the first channel's clusters cover.", PAPER_OVERLAP),
    Column("volume_b_nm3", "nm³", "Volume that the second channel's cover.", PAPER_OVERLAP),
    Column("overlap_volume_nm3", "nm³", "Volume that both cover.", PAPER_OVERLAP),
    Column("percent_of_a", "%", "Share of the first channel's volume.", PAPER_OVERLAP),
    Column("percent_of_b", "%", "Share of the second channel's volume.", PAPER_OVERLAP),
    Column("jaccard", SHARE, "Share of the volume that either covers.", PAPER_OVERLAP),
)
"""overlap_voxels.csv, 3-D: one row a size of voxel."""
