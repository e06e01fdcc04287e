"""One level out of the hierarchy, by consensus with graphs of nearest neighbours.

A cluster is divided into its subclusters when they agree with the connected components of another
graph: G_{2,K}, the union of the 2-nearest-neighbour graph and the mutual K-nearest-neighbour graph
(paper, Algorithm to obtain single-level clustering from cluster hierarchy).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree
from scipy.spatial import cKDTree

from stormgraph_py.arrays import FloatArray, Int32Array, IntArray
from stormgraph_py.engine import kernel
from stormgraph_py.engine.neighbor_distances import without_self
from stormgraph_py.metrics import symmetric_mean_f

SYMMETRIC_NEIGHBORS = 2
"""M in G_{M,K}: neighbours to which a localization is joined whether or not they are mutual."""

SMALLEST_K = 6
"""First K tried; random localizations usually hang together by then (paper)."""

LARGEST_K = 512
"""Last K tried; a split that is still open there is decided on what was seen, and marked."""

MOST_NEIGHBORS = 4_000_000
"""Neighbours listed for one cluster at most, so that K ends earlier in clusters of over 8,000."""

FRAGMENT_SHARE = 0.01
"""A split is refused when more of its localizations than this fall into too small subclusters."""

SIMILARITY_TOLERANCE = 1e-12
"""Similarities that differ by less are equal but for rounding, and the smaller K counts."""

Reason = Literal["accepted", "fragments", "too-dissimilar", "single-cluster-closer", "connected"]


@dataclass(frozen=True)
class Split:
    """One cluster that could be divided into subclusters, and what became of it.

    Parameters
    ----------
    level, cluster : int
        The cluster is number `cluster` at ``hierarchy.levels[level]``.
    n_localizations, n_subclusters : int
        Its size and the number of its subclusters at the next finer level.
    similarity : float
        Symmetric mean F-measure of the subclusters A and the components B(2, K*); NaN when a split
        was refused before.
    similarity_unsplit : float
        The same of the undivided cluster and B(2, K*).
    k_star : int
        K at which the components are most similar to the subclusters, the smallest of equals; 0
        when it is a K beyond the largest one tried, at which G_{2,K} is connected.
    k_connected : int
        Smallest K at which G_{2,K} is connected; 0 when it was not looked for or not found.
    accepted : bool
        Whether the cluster was divided.
    reason : str
        "accepted"; "fragments": too many localizations in subclusters under the minimum size;
        "connected": G_{2,6} hangs together, so one cluster is always closer; "too-dissimilar":
        under the similarity threshold; "single-cluster-closer": the undivided cluster is at least
        as similar.
    truncated : bool
        G_{2,K} was not connected at the largest K tried.
    """

    level: int
    cluster: int
    n_localizations: int
    n_subclusters: int
    similarity: float
    similarity_unsplit: float
    k_star: int
    k_connected: int
    accepted: bool
    reason: Reason
    truncated: bool


@dataclass(frozen=True)
class Consensus:
    """How well subclusters agree with the components of G_{2,K}; see `Split` for the fields."""

    similarity: float
    similarity_unsplit: float
    k_star: int
    k_connected: int
    truncated: bool


def select_level(
    coordinates: FloatArray,
    levels: Int32Array,
    *,
    min_cluster_size: int = 5,
    similarity_threshold: float = 0.8,
) -> tuple[IntArray, list[Split]]:
    """Divide clusters from the top of a hierarchy down as long as consensus supports it.

    Parameters
    ----------
    coordinates : ndarray of float64, shape (n, d)
        Positions.
    levels : ndarray of int32, shape (depth, n)
        Nested clusters, coarsest first, numbered from 0 at every level.
    min_cluster_size : int
        Smallest cluster.
    similarity_threshold : float
        Smallest similarity of an accepted split, inclusive.

    Returns
    -------
    labels : ndarray of int64, shape (n,)
        Selected cluster, numbered from 0; -1 in subclusters under the minimum size.
    splits : list of Split
        Every split that was looked at, level and cluster numbered as in `levels`.
    """
    if kernel.native is not None:
        selected, found = kernel.native.select_level(
            coordinates, levels, min_cluster_size, similarity_threshold, False,
            LARGEST_K, MOST_NEIGHBORS,
        )  # fmt: skip
        return selected, [Split(*fields) for fields in found]
    labels = np.full(levels.shape[1], -1, dtype=np.int64)
    splits: list[Split] = []
    n_selected = 0
    # a stack, not recursion: chains of divisions can be longer than Python's stack allows
    waiting = [(0, members) for members in reversed(_groups(levels[0]))]
    while waiting:
        level, members = waiting.pop()
        if len(members) < min_cluster_size:
            continue
        finer = _next_division(levels, level, members)
        if finer is not None:
            split = _decide(
                coordinates[members], levels, level, finer, members,
                min_cluster_size, similarity_threshold,
            )  # fmt: skip
            splits.append(split)
            if split.accepted:
                groups = _groups(levels[finer][members])
                waiting.extend((finer, members[group]) for group in reversed(groups))
                continue
        labels[members] = n_selected
        n_selected += 1
    return labels, splits


def _groups(labels: Int32Array) -> list[IntArray]:
    """Indices of every class, in the order of the labels."""
    order = np.argsort(labels, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)


def _next_division(levels: Int32Array, level: int, members: IntArray) -> int | None:
    """First finer level at which a cluster falls apart."""
    for finer in range(level + 1, len(levels)):
        below = levels[finer][members]
        if (below != below[0]).any():
            return finer
    return None


def _decide(
    coordinates: FloatArray,
    levels: Int32Array,
    level: int,
    finer: int,
    members: IntArray,
    min_cluster_size: int,
    similarity_threshold: float,
) -> Split:
    subclusters = np.unique(levels[finer][members], return_inverse=True)[1]
    sizes = np.bincount(subclusters)
    n = len(members)
    if sizes[sizes < min_cluster_size].sum() > FRAGMENT_SHARE * n:
        reason: Reason = "fragments"
        found = Consensus(float("nan"), float("nan"), 0, 0, False)
    else:
        found = consensus(coordinates, subclusters.astype(np.int64))
        if found.similarity_unsplit == 1.0 and found.k_connected == SMALLEST_K:
            reason = "connected"
        elif found.similarity < similarity_threshold:
            reason = "too-dissimilar"
        elif found.similarity <= found.similarity_unsplit:
            reason = "single-cluster-closer"
        else:
            reason = "accepted"
    return Split(
        level=level,
        cluster=int(levels[level][members[0]]),
        n_localizations=n,
        n_subclusters=len(sizes),
        similarity=found.similarity,
        similarity_unsplit=found.similarity_unsplit,
        k_star=found.k_star,
        k_connected=found.k_connected,
        accepted=reason == "accepted",
        reason=reason,
        truncated=found.truncated,
    )


def consensus(coordinates: FloatArray, subclusters: IntArray) -> Consensus:
    """Compare subclusters with the components of G_{2,K} for every K until it is connected.

    Parameters
    ----------
    coordinates : ndarray of float64, shape (n, d)
        Positions of one cluster.
    subclusters : ndarray of int64, shape (n,)
        Its subclusters, numbered from 0.

    Returns
    -------
    Consensus
    """
    n = len(coordinates)
    if kernel.native is not None:
        return Consensus(
            *kernel.native.consensus(
                coordinates, subclusters.astype(np.int32), LARGEST_K, MOST_NEIGHBORS
            )
        )
    forest, largest_k = merging_forest(coordinates)
    row, column = forest.row, forest.col
    appears = forest.data.astype(np.int64)
    best, best_k, best_components = -1.0, 0, np.zeros(n, dtype=np.int64)
    for k in np.union1d(appears, [SMALLEST_K]):
        joined = appears <= k
        graph = coo_array((appears[joined], (row[joined], column[joined])), shape=(n, n))
        components = connected_components(graph, directed=False)[1].astype(np.int64)
        similarity = symmetric_mean_f(subclusters, components)
        if similarity > best + SIMILARITY_TOLERANCE:
            best, best_k, best_components = similarity, int(k), components
    connected = len(appears) == n - 1
    if not connected:
        # at some larger K everything hangs together, which is one more candidate
        whole = np.zeros(n, dtype=np.int64)
        similarity = symmetric_mean_f(subclusters, whole)
        if similarity > best + SIMILARITY_TOLERANCE:
            best, best_k, best_components = similarity, 0, whole
    return Consensus(
        similarity=best,
        similarity_unsplit=symmetric_mean_f(np.zeros(n, dtype=np.int64), best_components),
        k_star=best_k,
        k_connected=int(max(appears.max(initial=SMALLEST_K), SMALLEST_K)) if connected else 0,
        truncated=not connected and largest_k < n - 1,
    )


def merging_forest(coordinates: FloatArray) -> tuple[coo_array, int]:
    """Edges by which the components of G_{2,K} merge as K grows.

    Parameters
    ----------
    coordinates : ndarray of float64, shape (n, d)
        Positions; n >= 2.

    Returns
    -------
    forest : scipy.sparse.coo_array
        A minimum spanning forest of the graph whose edges weigh the K at which they appear (at
        least `SMALLEST_K`, with which the comparison begins): the components of G_{2,K} are those
        of its edges that weigh at most K.
    largest_k : int
        Largest K that was looked at; the forest is a tree unless K met its bound.

    Notes
    -----
    Which of equally distant localizations count as nearer is up to the library of nearest
    neighbours; the compiled kernel takes the first.
    """
    n = len(coordinates)
    if kernel.native is not None:
        source, target, appears, last_k = kernel.native.merging_forest(
            coordinates, LARGEST_K, MOST_NEIGHBORS
        )
        return coo_array((appears.astype(np.float64), (source, target)), shape=(n, n)), last_k
    tree = cKDTree(coordinates)
    largest_k = min(n - 1, LARGEST_K, max(SMALLEST_K, MOST_NEIGHBORS // n))
    k = min(SMALLEST_K, n - 1)
    while True:
        forest = minimum_spanning_tree(_appearance_graph(tree, k)).tocoo()
        if forest.nnz == n - 1 or k == largest_k:
            return forest, k
        k = min(4 * k, largest_k)


def _appearance_graph(tree: cKDTree, k: int) -> csr_array:
    """Symmetric graph of all edges of G_{2,K} up to K = k, weighing the K at which they appear."""
    n = tree.n
    nearest_first = np.asarray(tree.query(tree.data, k=k + 1)[1], dtype=np.int64)
    neighbors = without_self(nearest_first, np.arange(n))
    row = np.repeat(np.arange(n), k)
    rank = np.tile(np.arange(1, k + 1, dtype=np.float64), n)
    ranks = csr_array((rank, (row, neighbors.ravel())), shape=(n, n))
    ranks.sort_indices()
    reverse = ranks.T.tocsr()
    mutual = ranks.multiply(reverse.astype(bool))
    mutual = mutual.maximum(mutual.T)
    mutual.data = np.maximum(mutual.data, SMALLEST_K)
    nearest = ranks.copy()
    nearest.data = np.where(nearest.data <= SYMMETRIC_NEIGHBORS, float(SMALLEST_K), 0.0)
    nearest.eliminate_zeros()
    # the stored zeros of a minimum would be edges that do not exist, so the smaller weight of an
    # edge in both graphs is found on reciprocals
    for graph in (mutual, nearest):
        graph.data = 1.0 / graph.data
    both = mutual.maximum(nearest.maximum(nearest.T))
    both.data = np.rint(1.0 / both.data)
    return csr_array(both)


def hangs_together(coordinates: FloatArray) -> bool:
    """Whether G_{2,6} of one cluster is connected, so that no split of it can be accepted."""
    n = len(coordinates)
    if kernel.native is not None:
        return bool(kernel.native.hangs_together(coordinates))
    if n <= SMALLEST_K + 1:
        return True
    graph = _appearance_graph(cKDTree(coordinates), SMALLEST_K)
    return int(connected_components(graph, directed=False)[0]) == 1
