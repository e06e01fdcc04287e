"""What parameters, verdicts and results mean, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stormgraph_py.report.numbers import area_text, count, integer, percent, rounded, volume_text

if TYPE_CHECKING:
    from stormgraph_py.engine.length_scale import LengthScale
    from stormgraph_py.engine.selection import Reason
    from stormgraph_py.report.analysis import Analysis

PARAMETERS = {
    "k": "neighbour whose distance sets r0; automatic finds r0 without it",
    "alpha": "largest share of random localizations that may be called clustered",
    "min_cluster_size": "smallest number of localizations of a cluster",
    "overcounting": "leave out clusters that may be one molecule counted several times",
    "label_radius_nm": "radius of molecule and label in the overcounting test, nm",
    "overcounting_significance": "significance level of the overcounting test",
    "use_sigma": "use localization precisions where the file has them",
    "weights": "how expected edge weights are found",
    "n_simulations": "realizations of the data where they are resampled",
    "z_profile": "3-D: how random localizations are spread along z",
    "dimensions": "2 ignores z; automatic takes 3 where z varies",
    "max_neighbors": "largest number of neighbours of a localization in the graph",
    "min_edge_probability": "an edge exists in at least this share of realizations",
    "similarity_threshold": "smallest similarity at which a cluster is split",
    "n_trials": "searches for communities per connected group; the best is taken",
    "community_backend": "optimiser of the map equation",
    "louvain_backend": "implementation of the Louvain method",
}
"""Meaning of every parameter of `StormGraphParams`."""

SPLIT_REASONS: dict[Reason, str] = {
    "accepted": "split into its subclusters: an independent clustering agrees with them",
    "fragments": "kept whole: the split would cut off fragments below the smallest cluster size",
    "connected": "kept whole: the independent clustering sees one connected cluster",
    "too-dissimilar": "kept whole: the independent clustering disagrees with the subclusters",
    "single-cluster-closer": "kept whole: one cluster matches the independent clustering better",
}
"""Meaning of the verdict on a split."""

OVERCOUNTING_VERDICTS = {
    "several-molecules": "several molecules",
    "indistinguishable": "cannot be told from one molecule",
}
"""Meaning of the verdict of the overcounting test."""

OUTLIER_RULES = {
    1: "in a group whose mean degree is below the threshold",
    2: "below the threshold and an outlier of its group",
    3: "above the threshold but far below the rest of its group",
    4: "below half of the threshold",
    5: "below the threshold",
}
"""Why a localization was set aside as unclustered (paper, "Thresholding of node degrees")."""


def lead(analysis: Analysis) -> str:
    """Say in two sentences what was found."""
    result, clusters = analysis.result, analysis.clusters
    n = len(result.labels)
    if result.n_clusters == 0:
        return (
            f"No clusters were found among {count(n, 'localization')}: nowhere do at least "
            f"{result.params.min_cluster_size} of them lie together more densely than chance "
            "would bring about."
        )
    were = "was" if result.n_clusters == 1 else "were"
    found = (
        f"{count(result.n_clusters, 'cluster')} {were} found among {count(n, 'localization')}; "
        f"{percent(result.n_clustered / n)} of the localizations lie in a cluster."
    )
    n_typical = float(np.median(clusters["n_localizations"]))
    radius = float(np.median(clusters["equivalent_radius_nm"]))
    return (
        f"{found} A typical (median) cluster has {rounded(n_typical)} localizations and is as "
        f"large as a {'ball' if result.dimensions == 3 else 'disk'} with a diameter of "
        f"{rounded(2 * radius)} nm."
    )


def headline(analysis: Analysis) -> list[dict[str, str]]:
    """Return the numbers to read first, each with its meaning."""
    result, summary = analysis.result, analysis.summary
    solid = result.dimensions == 3
    unit, power = ("µm³", 3) if solid else ("µm²", 2)
    size = "volume" if solid else "area"
    text = volume_text if solid else area_text
    known = result.n_clusters > 0
    per_cluster = rounded(summary["median_n_localizations"]) if known else rounded(None)
    median_size = text(summary[f"median_{size}_nm{power}"]) if known else rounded(None)
    numbers = [
        (integer(result.n_clusters), "clusters"),
        (percent(result.n_clustered / len(result.labels)), "of localizations in clusters"),
        (per_cluster, "localizations in the median cluster"),
        (median_size, f"{size} of the median cluster"),
        (rounded(summary[f"clusters_per_um{power}"]), f"clusters per {unit}"),
        (integer(len(result.labels)), "localizations"),
        (rounded(summary[f"localizations_per_um{power}"]), f"localizations per {unit}"),
        (text(result.area), f"{size} of the region"),
    ]
    return [{"value": value, "meaning": meaning} for value, meaning in numbers]


def length_scale_text(scale: LengthScale) -> str:
    """Say where r0 lies and what that means."""
    r0 = f"r0 is {rounded(scale.r0_nm)} nm"
    if scale.method == "knn":
        if scale.fell_back_to_median:
            return (
                f"{r0}, the median of random points: the two histograms do not cross before it, so "
                "these localizations are no more clustered than chance."
            )
        return (
            f"{r0}, where the histogram of these localizations first falls to that of random "
            "points at the same density: shorter distances are more typical of clusters."
        )
    if scale.method == "elbow-plateau":
        return f"{r0}: over a wide range of radii around it the number of groups does not change."
    return (
        f"{r0}, the end of the bend: below it, growing the radius joins localizations within "
        "clusters; above it, clusters with each other."
    )
