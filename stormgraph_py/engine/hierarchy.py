"""The hierarchy of clusters: nested modules under a top level of stable components."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stormgraph_py.arrays import Int32Array, IntArray


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """Nested clusterings of the same localizations, coarsest first.

    Parameters
    ----------
    levels : tuple of ndarray of int64, shape (n,)
        Cluster of every localization at each level, numbered from 0 by falling size; -1 =
        unclustered, which holds for clusters under the minimum size as well. A cluster that is not
        divided further repeats at finer levels.
    parents : tuple of ndarray of int64
        For every cluster of a level the cluster of the level above that holds it; -1 at the
        coarsest level.
    codelength : float
        Bits per step of a random walk on the graph under these modules, 0 without edges.
    """

    levels: tuple[IntArray, ...]
    parents: tuple[IntArray, ...]
    codelength: float

    @property
    def n_levels(self) -> int:
        """Number of levels."""
        return len(self.levels)

    def n_clusters(self, level: int) -> int:
        """Number of clusters at a level."""
        return len(self.parents[level])


def add_stable_top(levels: Int32Array, pieces: Int32Array) -> Int32Array:
    """Merge the top modules of one connected component where nothing but the graph divides them.

    Parameters
    ----------
    levels : ndarray of int32, shape (depth, n)
        Nested modules of the component.
    pieces : ndarray of int32, shape (n,)
        Its stable pieces (`stormgraph_py.engine.components.stable_pieces`), cut points -1.

    Returns
    -------
    ndarray of int32, shape (depth, n) or (depth + 1, n)
        With one more level on top where modules were merged: all into one when the component is
        stable, otherwise those that lie mostly in the same piece.

    Notes
    -----
    Paper: Methods, "Merging clusters at the top of the multi-level Infomap hierarchy".
    """
    top = levels[0]
    n_modules = int(top.max()) + 1
    inside = pieces >= 0
    votes = np.zeros((n_modules, int(pieces.max()) + 1), dtype=np.int64)
    np.add.at(votes, (top[inside], pieces[inside]), 1)
    piece_of_module = votes.argmax(axis=1)
    # a module made of cut points alone lies in no piece and stays by itself
    nowhere = votes.sum(axis=1) == 0
    piece_of_module[nowhere] = votes.shape[1] + np.flatnonzero(nowhere)
    merged = np.unique(piece_of_module, return_inverse=True)[1].astype(np.int32)
    if merged.max() + 1 == n_modules:
        return levels
    return np.concatenate([merged[top][None, :], levels])


@dataclass(frozen=True, eq=False)
class ComponentLevels:
    """Nested clusters of connected components, one component after the other.

    Parameters
    ----------
    nodes : ndarray of int64, shape (m,)
        Nodes of the graph, component after component.
    sizes : ndarray of int64, shape (n_components,)
        Number of nodes of every component.
    depths : ndarray of int64, shape (n_components,)
        Number of its levels.
    levels : ndarray of int32, shape (sum of sizes times depths,)
        All nodes of a component at its coarsest level, then at the next; then the next component.
        Clusters are numbered from 0 within component and level.
    """

    nodes: IntArray
    sizes: IntArray
    depths: IntArray
    levels: Int32Array

    def at(self, level: int) -> IntArray:
        """Cluster of every node at one level, or at the finest that its component has."""
        begins = np.cumsum(self.sizes * self.depths) - self.sizes * self.depths
        begins += np.minimum(level, self.depths - 1) * self.sizes
        return self.levels[ragged_range(begins, self.sizes)].astype(np.int64)


def ragged_range(begins: IntArray, sizes: IntArray) -> IntArray:
    """Concatenate the ranges that begin at `begins` and have the given sizes.

    Examples
    --------
    >>> ragged_range(np.array([5, 0]), np.array([2, 3]))
    array([5, 6, 0, 1, 2])
    """
    ends = np.cumsum(sizes)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(begins - (ends - sizes), sizes) + np.arange(total)


@dataclass(frozen=True, eq=False)
class StackedLevels:
    """Levels of all components side by side.

    Parameters
    ----------
    levels : tuple of ndarray of int64, shape (n,)
        As `Hierarchy.levels`.
    numbers : tuple of ndarray of int64
        For every level the cluster that each component's clusters became, -1 when dropped; read
        through `offsets`.
    offsets : ndarray of int64, shape (n_levels, n_components)
        Where the clusters of a component begin in `numbers`.
    """

    levels: tuple[IntArray, ...]
    numbers: tuple[IntArray, ...]
    offsets: IntArray


def stack_levels(parts: ComponentLevels, n: int, min_cluster_size: int) -> StackedLevels:
    """Put the nested clusters of all components side by side.

    Parameters
    ----------
    parts : ComponentLevels
        Levels of every component.
    n : int
        Localizations in all.
    min_cluster_size : int
        Smaller clusters become unclustered at their level.
    """
    depth = int(parts.depths.max(initial=1))
    offsets = np.zeros((depth, len(parts.sizes)), dtype=np.int64)
    stacked, numbers = [], []
    for level in range(depth):
        labels = np.full(n, -1, dtype=np.int64)
        labels[parts.nodes], offsets[level] = numbered_apart(parts.at(level), parts.sizes)
        labels, renumbered = number_by_size(labels, min_cluster_size)
        stacked.append(labels)
        numbers.append(renumbered)
    return StackedLevels(tuple(stacked), tuple(numbers), offsets)


def numbered_apart(labels: IntArray, sizes: IntArray) -> tuple[IntArray, IntArray]:
    """Give the clusters of every component numbers of their own.

    Parameters
    ----------
    labels : ndarray of int64, shape (m,)
        Clusters, component after component, numbered from 0 within each; -1 = unclustered.
    sizes : ndarray of int64, shape (n_components,)
        Nodes of the components, above 0.

    Returns
    -------
    labels : ndarray of int64, shape (m,)
        Numbered from 0 over all components.
    offsets : ndarray of int64, shape (n_components,)
        What was added to each component's numbers.

    Examples
    --------
    >>> numbered_apart(np.array([0, 1, 1, 0, -1]), np.array([3, 2]))
    (array([ 0,  1,  1,  2, -1]), array([0, 2]))
    """
    if not len(sizes):
        return labels, np.zeros(0, dtype=np.int64)
    counts = np.maximum.reduceat(labels, np.cumsum(sizes) - sizes) + 1
    offsets = np.cumsum(counts) - counts
    return np.where(labels >= 0, labels + np.repeat(offsets, sizes), -1), offsets


def parents_of(levels: Sequence[IntArray]) -> tuple[IntArray, ...]:
    """For every level's clusters the cluster of the level above that holds them."""
    parents = []
    for level, labels in enumerate(levels):
        clustered = labels >= 0
        found = np.full(int(labels.max(initial=-1)) + 1, -1, dtype=np.int64)
        if level > 0:
            found[labels[clustered]] = levels[level - 1][clustered]
        parents.append(found)
    return tuple(parents)


def number_by_size(labels: IntArray, min_cluster_size: int) -> tuple[IntArray, IntArray]:
    """Number clusters from 0 by falling size and drop those that are too small.

    Parameters
    ----------
    labels : ndarray of int64, shape (n,)
        Cluster of every localization, -1 = unclustered.
    min_cluster_size : int
        Smallest cluster that is kept.

    Returns
    -------
    labels : ndarray of int64, shape (n,)
        With new numbers; equal sizes keep their order.
    numbers : ndarray of int64, shape (labels.max() + 1,)
        New number of every old one, -1 when dropped.

    Examples
    --------
    >>> number_by_size(np.array([0, 1, 1, 2, 2, 2, -1]), 2)[0]
    array([-1,  1,  1,  0,  0,  0, -1])
    """
    sizes = np.bincount(labels[labels >= 0])
    order = np.argsort(-sizes, kind="stable")
    order = order[sizes[order] >= max(min_cluster_size, 1)]
    numbers = np.full(len(sizes), -1, dtype=np.int64)
    numbers[order] = np.arange(len(order))
    # one more entry serves -1, which indexes from the end
    return np.append(numbers, -1)[labels], numbers
