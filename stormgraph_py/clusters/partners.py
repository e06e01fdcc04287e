"""Which clusters of the other colour a cluster overlaps, and which is nearest to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import KDTree

from stormgraph_py.arrays import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    import pandas as pd

    from stormgraph_py.clusters.cluster_set import ClusterSet
    from stormgraph_py.clusters.overlap import Overlap


def partner_table(overlap: Overlap, channels: tuple[str, str]) -> pd.DataFrame:
    """Describe every cluster of both channels by its partners in the other one.

    Parameters
    ----------
    overlap : Overlap
        The overlap of the clusters.
    channels : tuple of str
        Names of the two channels.

    Returns
    -------
    pandas.DataFrame
        Columns as in `stormgraph_py.clusters.dictionary.overlap.PARTNERS`, one row a cluster, first
        those of the first channel.
    """
    import pandas as pd

    one, other = overlap.pairs.T
    first = _partners(
        overlap.a,
        overlap.b,
        one,
        other,
        overlap.pair_size,
        (overlap.covered_a, overlap.counted_a),
        overlap.a_inside,
    )
    second = _partners(
        overlap.b,
        overlap.a,
        other,
        one,
        overlap.pair_size,
        (overlap.covered_b, overlap.counted_b),
        overlap.b_inside,
    )
    tables = [
        pd.DataFrame({"channel": name} | columns)
        for name, columns in zip(channels, (first, second), strict=True)
    ]
    return pd.concat([table for table in tables if len(table)] or tables[:1], ignore_index=True)


def pair_table(overlap: Overlap) -> pd.DataFrame:
    """List every pair of clusters that overlap.

    Parameters
    ----------
    overlap : Overlap
        The overlap of the clusters.

    Returns
    -------
    pandas.DataFrame
        Columns as in `stormgraph_py.clusters.dictionary.overlap.PAIRS`, one row a pair.
    """
    import pandas as pd

    a, b = overlap.pairs.T
    return pd.DataFrame(
        {
            "cluster_a": overlap.a.cluster[a],
            "cluster_b": overlap.b.cluster[b],
            _size_name("overlap", overlap.a): overlap.pair_size,
            "percent_of_a": _percent(overlap.pair_size, overlap.counted_a[a]),
            "percent_of_b": _percent(overlap.pair_size, overlap.counted_b[b]),
        }
    )


def _partners(
    clusters: ClusterSet,
    others: ClusterSet,
    mine: IntArray,
    theirs: IntArray,
    shared: FloatArray,
    covered_of: tuple[FloatArray, FloatArray],
    inside: BoolArray,
) -> dict[str, object]:
    covered, counted = covered_of
    n_inside = np.bincount(clusters.owner[inside], minlength=len(clusters))
    lists: list[list[int]] = [[] for _ in range(len(clusters))]
    # the partner with the largest share comes first, the smaller number where shares are equal
    order = np.lexsort((theirs, -shared))
    for cluster, partner in zip(mine[order].tolist(), theirs[order].tolist(), strict=True):
        lists[cluster].append(int(others.cluster[partner]))
    nearest, edge = _nearest(clusters, others, mine, theirs)
    known = nearest >= 0
    away = np.full(len(clusters), np.nan)
    away[known] = np.linalg.norm(
        clusters.centroids[known] - others.centroids[nearest[known]], axis=1
    )
    number = np.full(len(clusters), -1)
    number[known] = others.cluster[nearest[known]]
    return {
        "cluster": clusters.cluster,
        "n_localizations": clusters.n_localizations,
        _size_name("", clusters): clusters.sizes,
        _size_name("overlap", clusters): covered,
        "percent_overlap": _percent(covered, counted),
        "n_localizations_inside": n_inside,
        "percent_localizations_inside": 100 * n_inside / clusters.n_localizations,
        "n_partners": np.array([len(partners) for partners in lists], dtype=np.int64),
        "partners": [";".join(map(str, partners)) for partners in lists],
        "nearest_partner": number,
        "nearest_centroid_nm": away,
        "nearest_edge_nm": edge,
    }


def _nearest(
    clusters: ClusterSet, others: ClusterSet, mine: IntArray, theirs: IntArray
) -> tuple[IntArray, FloatArray]:
    """Cluster of the other channel with the nearest edge, -1 without any, and that distance.

    Of several that overlap a cluster, that with the nearest centroid.
    """
    nearest = np.full(len(clusters), -1)
    edge = np.full(len(clusters), np.nan)
    if not (len(clusters) and len(others)):
        return nearest, edge
    gap, other = map(np.asarray, KDTree(others.points).query(clusters.points))
    order = np.lexsort((gap, clusters.owner))
    first = order[np.searchsorted(clusters.owner[order], np.arange(len(clusters)))]
    nearest[:] = others.owner[other[first]]
    edge[:] = gap[first]
    if clusters.dimensions == 2:
        _exact_edges(clusters, others, nearest, edge)
    gaps = np.linalg.norm(clusters.centroids[mine] - others.centroids[theirs], axis=1)
    order = np.lexsort((theirs, gaps, mine))
    touched, at = np.unique(mine[order], return_index=True)
    nearest[touched] = theirs[order][at]
    edge[touched] = 0.0
    return nearest, edge


def _exact_edges(
    clusters: ClusterSet, others: ClusterSet, nearest: IntArray, edge: FloatArray
) -> None:
    """Replace distances between localizations by those between outlines, where there are any."""
    import shapely

    solid = np.flatnonzero(others.sizes > 0)
    if not len(solid):
        return
    tree = shapely.STRtree(others.polygons[solid])
    here, there = tree.query_nearest(clusters.polygons, all_matches=False)
    distance = shapely.distance(clusters.polygons[here], others.polygons[solid[there]])
    closer = distance <= edge[here]
    nearest[here[closer]] = solid[there[closer]]
    edge[here[closer]] = distance[closer]


def _size_name(what: str, clusters: ClusterSet) -> str:
    size = "area_nm2" if clusters.dimensions == 2 else "volume_nm3"
    return f"{what}_{size}" if what else size


def _percent(part: FloatArray, whole: FloatArray) -> FloatArray:
    percent = np.full(len(part), np.nan)
    np.divide(100 * part, whole, out=percent, where=whole > 0)
    return percent
