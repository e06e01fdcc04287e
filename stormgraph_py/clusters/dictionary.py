"""Data dictionary: what every column of every table that the package writes means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from stormgraph_py.errors import ParameterError

LABEL = "label"
COUNT = "count"
SHARE = "1"
CHOICE = "text"
YES_NO = "True/False"


@dataclass(frozen=True, slots=True)
class Column:
    """Meaning of one column.

    Parameters
    ----------
    name : str
        Name in the file's header; ``level_<i>`` stands for level_1, level_2, ...
    unit : str
        Unit; "1" for a pure number, "count", "label" (-1 = unclustered), "text" or "True/False".
    meaning : str
        What the numbers are, one or two sentences.
    source : str
        Section of the paper, or the definition that is followed.
    """

    name: str
    unit: str
    meaning: str
    source: str

    def covers(self, name: str) -> bool:
        """Whether a column of this name is the one described."""
        return re.fullmatch(re.escape(self.name).replace("<i>", r"[1-9]\d*"), name) is not None


_PAPER_LEVELS = "Paper, Methods, Algorithm to obtain single-level clustering from cluster hierarchy"
_PAPER_R0 = "Paper, Methods, Calculation of the length scale r0"
_PAPER_OVERCOUNTING = (
    "Paper, Methods, Identifying clusters that can be confidently distinguished from multiply "
    "counted single molecules"
)
_PAPER_DEGREE = "Paper, Methods, Thresholding of node degrees to eliminate unclustered nodes"
_ALPHA_SHAPE = "Alpha shape; its radius as in alpha_radius_nm"
_INPUT = "Input file"
_MOMENTS = "Second central moments, each localization weighing 1"

LOCALIZATIONS = (
    Column("x_nm", "nm", "Position along x.", _INPUT),
    Column("y_nm", "nm", "Position along y.", _INPUT),
    Column("z_nm", "nm", "Position along the optical axis.", _INPUT),
    Column("sigma_x_nm", "nm", "Localization precision along x, a standard deviation.", _INPUT),
    Column("sigma_y_nm", "nm", "Localization precision along y, a standard deviation.", _INPUT),
    Column("sigma_z_nm", "nm", "Localization precision along z, a standard deviation.", _INPUT),
    Column("frame", COUNT, "Camera frame.", _INPUT),
    Column("photons", COUNT, "Detected photons.", _INPUT),
    Column("channel", LABEL, "Colour channel.", _INPUT),
    Column("cluster", LABEL, "Cluster at the single level, 0 the largest.", _PAPER_LEVELS),
    Column(
        "cluster_coarse",
        LABEL,
        "Cluster at the coarsest level of the hierarchy, those under the minimum size left out.",
        _PAPER_LEVELS,
    ),
    Column(
        "level_<i>",
        LABEL,
        "Cluster at level i of the hierarchy, 1 the coarsest; those under the minimum size are -1.",
        "Paper, Methods, Merging clusters at the top of the multi-level Infomap hierarchy",
    ),
)
"""localizations.csv: one row a localization; every other column of the input follows unchanged."""

CLUSTERS = (
    Column("cluster", LABEL, "Cluster, as in localizations.csv.", _PAPER_LEVELS),
    Column("n_localizations", COUNT, "Localizations, not molecules.", "Count of the label"),
    Column("x_nm", "nm", "Centroid along x.", "Mean of the localizations"),
    Column("y_nm", "nm", "Centroid along y.", "Mean of the localizations"),
    Column("z_nm", "nm", "3-D: centroid along z.", "Mean of the localizations"),
    Column(
        "area_nm2",
        "nm²",
        "2-D: area of the cluster, holes and dents left out. Below the truth for few localizations "
        "(a quarter at 50, an eighth at 200 on a uniform disk).",
        _ALPHA_SHAPE,
    ),
    Column("hull_area_nm2", "nm²", "2-D: area with holes and dents filled.", "Convex hull"),
    Column("perimeter_nm", "nm", "2-D: length of the outline, holes included.", _ALPHA_SHAPE),
    Column(
        "volume_nm3",
        "nm³",
        "3-D: volume of the cluster, holes and dents left out. Below the truth for few "
        "localizations (a half at 50, a third at 200 in a uniform ball).",
        _ALPHA_SHAPE,
    ),
    Column("hull_volume_nm3", "nm³", "3-D: volume with holes and dents filled.", "Convex hull"),
    Column("surface_nm2", "nm²", "3-D: area of the surface, cavities included.", _ALPHA_SHAPE),
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
        _MOMENTS,
    ),
    Column("axis_1_nm", "nm", "Standard deviation along the longest principal axis.", _MOMENTS),
    Column("axis_2_nm", "nm", "Standard deviation along the second principal axis.", _MOMENTS),
    Column("axis_3_nm", "nm", "3-D: standard deviation along the shortest axis.", _MOMENTS),
    Column(
        "orientation_deg",
        "°",
        "2-D: angle of the longest axis from the x axis towards the y axis, 0 to 180; empty when "
        "both axes are equally long.",
        _MOMENTS,
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
        _PAPER_DEGREE,
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
        _PAPER_OVERCOUNTING,
    ),
    Column(
        "overcounting_largest_z",
        SHARE,
        "Largest chi-square statistic of a pair of localizations of the cluster.",
        _PAPER_OVERCOUNTING,
    ),
    Column(
        "overcounting_threshold",
        SHARE,
        "Value that the statistic exceeds for localizations of different molecules.",
        _PAPER_OVERCOUNTING,
    ),
)
"""clusters.csv, clusters_coarse.csv: one row a cluster."""


def _mean_and_median(name: str, unit: str, meaning: str) -> tuple[Column, Column]:
    source = f"{name} of clusters.csv; empty without clusters"
    return (
        Column(f"mean_{name}", unit, f"Mean {meaning} of a cluster.", source),
        Column(f"median_{name}", unit, f"Median {meaning} of a cluster.", source),
    )


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
    Column("n_clusters", COUNT, "Clusters at the single level.", _PAPER_LEVELS),
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
        _PAPER_LEVELS,
    ),
    Column(
        "n_indistinguishable",
        COUNT,
        "Clusters that cannot be told from one molecule counted repeatedly; removed when the "
        "overcounting filter is on.",
        _PAPER_OVERCOUNTING,
    ),
    Column(
        "r0_nm",
        "nm",
        "Length scale at which unclustered localizations were found; in 3-D with z rescaled.",
        _PAPER_R0,
    ),
    Column(
        "final_r0_nm",
        "nm",
        "Length scale of the graph that was clustered, found again without the unclustered "
        "localizations; empty when none was left.",
        _PAPER_R0,
    ),
)
"""summary.csv: one row a region of interest."""

SPLITS = (
    Column("level", COUNT, "Level of the cluster that was tested, 1 the coarsest.", _PAPER_LEVELS),
    Column("cluster", LABEL, "Its number in level_<i> of localizations.csv.", _PAPER_LEVELS),
    Column("n_localizations", COUNT, "Its localizations.", "Count"),
    Column("n_subclusters", COUNT, "Subclusters at the next level.", "Count"),
    Column(
        "similarity",
        SHARE,
        "Agreement of the subclusters with the components of G_{2,K*}, symmetric mean F; empty "
        "when not computed.",
        _PAPER_LEVELS,
    ),
    Column(
        "similarity_unsplit",
        SHARE,
        "Agreement of the one unsplit cluster with the same components.",
        _PAPER_LEVELS,
    ),
    Column(
        "k_star",
        COUNT,
        "K with the best agreement; 0 when not computed or beyond the bound on K.",
        _PAPER_LEVELS,
    ),
    Column(
        "k_connected",
        COUNT,
        "Smallest K at which the graph is connected; 0 when not computed.",
        _PAPER_LEVELS,
    ),
    Column("accepted", YES_NO, "The cluster was replaced by its subclusters.", _PAPER_LEVELS),
    Column(
        "reason",
        CHOICE,
        "Why: accepted, fragments (too small), too-dissimilar, single-cluster-closer, connected.",
        _PAPER_LEVELS,
    ),
    Column(
        "truncated", YES_NO, "K met its bound before the graph was connected.", "Bound on K: 512"
    ),
)
"""splits.csv: one row for each tested split of a cluster."""

OVERCOUNTING = (
    Column("candidate", LABEL, "Cluster before the filter.", _PAPER_OVERCOUNTING),
    Column("cluster", LABEL, "Cluster in clusters.csv, -1 when removed.", _PAPER_OVERCOUNTING),
    Column("n_localizations", COUNT, "Localizations of the cluster.", "Count"),
    Column("n_pairs_tested", COUNT, "Pairs of localizations compared.", _PAPER_OVERCOUNTING),
    Column(
        "largest_z",
        SHARE,
        "Largest chi-square statistic of a pair among those compared.",
        _PAPER_OVERCOUNTING,
    ),
    Column(
        "threshold",
        SHARE,
        "Value that the statistic exceeds for localizations of different molecules.",
        _PAPER_OVERCOUNTING,
    ),
    Column(
        "n_distinct",
        COUNT,
        "Localizations far from at least two others; two are needed to keep the cluster.",
        _PAPER_OVERCOUNTING,
    ),
    Column(
        "verdict", CHOICE, "several-molecules or indistinguishable from one.", _PAPER_OVERCOUNTING
    ),
)
"""overcounting.csv: one row a cluster before the filter."""

TABLES: Mapping[str, tuple[Column, ...]] = MappingProxyType(
    {
        "localizations.csv": LOCALIZATIONS,
        "clusters.csv": CLUSTERS,
        "clusters_coarse.csv": CLUSTERS,
        "summary.csv": SUMMARY,
        "splits.csv": SPLITS,
        "overcounting.csv": OVERCOUNTING,
    }
)
"""Columns by the file that they are in."""


def describe(table: str, name: str) -> Column:
    """Describe one column of one table.

    Parameters
    ----------
    table : str
        Name of the file, a key of `TABLES`.
    name : str
        Name in the file's header.

    Raises
    ------
    ParameterError
        When there is no such table or column.

    Examples
    --------
    >>> describe("localizations.csv", "level_2").name
    'level_<i>'
    """
    if table not in TABLES:
        raise ParameterError(f"There is no table {table!r}; choose one of {', '.join(TABLES)}.")
    for column in TABLES[table]:
        if column.covers(name):
            return column
    raise ParameterError(f"{table} has no column {name!r} that is described.")
