"""The hierarchy of clusters laid out as rows of boxes, each under the one that holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from stormgraph_py.arrays import FloatArray, IntArray
    from stormgraph_py.engine.hierarchy import Hierarchy


@dataclass(frozen=True, eq=False)
class Row:
    """The clusters of one level, by their numbers.

    Parameters
    ----------
    begins, sizes : ndarray of shape (n_clusters,)
        Where the box of a cluster begins, and its localizations: the width of its box.
    n_children : ndarray of int64, shape (n_clusters,)
        Clusters of the next finer level that it holds; 0 at the finest.
    chosen : ndarray of int64, shape (n_clusters,)
        Number that the cluster has among the chosen ones, -1 when it is none of them; a chosen
        cluster that comes at several levels is marked at the coarsest.
    """

    begins: FloatArray
    sizes: IntArray
    n_children: IntArray
    chosen: IntArray


@dataclass(frozen=True, eq=False)
class Icicle:
    """All levels, coarsest first, over a common width.

    Parameters
    ----------
    rows : tuple of Row
        One a level.
    width : int
        Localizations in clusters of the coarsest level.
    """

    rows: tuple[Row, ...]
    width: int

    def at(self, level: int, place: float) -> int | None:
        """Return the cluster of a level that lies at a place along the width."""
        row = self.rows[level]
        inside = np.flatnonzero((row.begins <= place) & (place < row.begins + row.sizes))
        return int(inside[0]) if len(inside) else None


def icicle(hierarchy: Hierarchy, chosen: IntArray) -> Icicle:
    """Lay out a hierarchy.

    Parameters
    ----------
    hierarchy : Hierarchy
        All levels.
    chosen : ndarray of int64, shape (n,)
        Clusters of the single level that was chosen.
    """
    rows: list[Row] = []
    chosen_sizes = np.bincount(chosen[chosen >= 0])
    marked = np.zeros(len(chosen_sizes), dtype=bool)
    for level, (labels, parents) in enumerate(
        zip(hierarchy.levels, hierarchy.parents, strict=True)
    ):
        sizes = np.bincount(labels[labels >= 0], minlength=len(parents))
        order = np.arange(len(parents))
        starts = np.zeros(len(parents))
        if level > 0:
            above = rows[-1].begins[parents]
            order = np.lexsort((order, above))
            starts = above
        begins = np.empty(len(parents))
        before = np.cumsum(sizes[order]) - sizes[order]
        # each row of siblings begins where their parent does
        first = np.searchsorted(starts[order], starts[order], side="left")
        begins[order] = starts[order] + before - before[first] if len(order) else before
        same = _same_clusters(labels, chosen, sizes, chosen_sizes)
        new = (same >= 0) & ~marked[same]
        marked[same[new]] = True
        n_children = np.zeros(len(parents), dtype=np.int64)
        if level + 1 < hierarchy.n_levels:
            finer = hierarchy.parents[level + 1]
            n_children = np.bincount(finer[finer >= 0], minlength=len(parents))
        rows.append(Row(begins, sizes, n_children, np.where(new, same, -1)))
    return Icicle(tuple(rows), int(rows[0].sizes.sum()) if rows else 0)


def _same_clusters(
    labels: IntArray, chosen: IntArray, sizes: IntArray, chosen_sizes: IntArray
) -> IntArray:
    """For every cluster the chosen cluster with the same localizations, or -1."""
    same = np.full(len(sizes), -1, dtype=np.int64)
    if not len(sizes) or not len(chosen_sizes):
        return same
    members = np.flatnonzero(labels >= 0)
    of = labels[members]
    # any one of a cluster's localizations tells which chosen cluster it could be
    same[of] = chosen[members]
    agree = np.bincount(of[chosen[members] == same[of]], minlength=len(sizes))
    equal = (same >= 0) & (agree == sizes) & (sizes == chosen_sizes[same])
    return np.where(equal, same, -1)
