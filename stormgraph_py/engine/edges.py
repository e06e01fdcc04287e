"""Edges of the r0-neighbourhood graph: weighted degrees and the final graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtri

from stormgraph_py.arrays import BoolArray, FloatArray, Int32Array, IntArray
from stormgraph_py.engine import kernel
from stormgraph_py.engine.expectation import compiled_weight, expected_weight
from stormgraph_py.engine.neighbors import Pairs, Tile, halves, map_tiles, pairs_within, tile_pairs
from stormgraph_py.engine.pruning import compiled_critical_distance, keeps_edge, often_close
from stormgraph_py.progress import SILENT, Progress

REACH_IN_SIGMA = 6.0
"""Pairs further apart than r0 plus this many mean sigma have no weight worth counting (paper)."""

EDGES_AT_ONCE = 4_000_000
"""Edges of one tile that are collected before those beyond the cap of neighbours are dropped."""

WEIGHTS_AT_ONCE = 131_072
"""Pairs weighted at once: their intermediate arrays stay in the processor's cache."""

DOUBTFUL_AT_ONCE = 8_192
"""Pairs that need an integral, between two looks at whether to stop."""

DEGREE_UNIT = 2.0**-36
"""Weights are added up as whole multiples of this, so that no order of summation shows.

A batch of `WEIGHTS_AT_ONCE` sums up to 2^53 units at most, which float64 still holds exactly.
"""


@dataclass(frozen=True, eq=False)
class Edges:
    """Edges of an undirected weighted graph, each once.

    Parameters
    ----------
    source, target : ndarray of int32, shape (m,)
        Ends of each edge.
    weight : ndarray of float64, shape (m,)
        Weight, above 0.
    n_nodes : int
        Nodes of the graph, those without an edge included.
    """

    source: Int32Array
    target: Int32Array
    weight: FloatArray
    n_nodes: int

    def __len__(self) -> int:
        return len(self.weight)


def edge_weight(distance: FloatArray, r0: float) -> FloatArray:
    """Weight s = max(0, 1 - r / r0) of an edge of length r (paper, The StormGraph algorithm)."""
    return np.maximum(0.0, 1.0 - distance / r0)


def weighted_degrees(edges: Edges) -> FloatArray:
    """Sum of the weights of every node's edges, shape (n_nodes,)."""
    return _sum_at_ends(edges.source, edges.target, edges.weight, edges.n_nodes)


def _sum_at_ends(
    source: IntArray | Int32Array, target: IntArray | Int32Array, weight: FloatArray, n: int
) -> FloatArray:
    return np.asarray(np.bincount(source, weight, n) + np.bincount(target, weight, n), np.float64)


def neighborhood_edges(
    coordinates: FloatArray,
    r0: float,
    starts: IntArray,
    *,
    max_neighbors: int | None = None,
    n_jobs: int = 1,
    progress: Progress = SILENT,
    stage: str = "",
) -> Edges:
    """Edges of the r0-neighbourhood graph of exactly known positions, weight 1 - r / r0.

    Parameters
    ----------
    coordinates : ndarray of float64, shape (n, d)
        Positions in the order of `stormgraph_py.engine.spatial_order.spatial_order`.
    r0 : float
        Length scale.
    starts : ndarray of int64
        Tiles of that order.
    max_neighbors : int, optional
        Neighbours that a node keeps at most, see `limit_neighbors`; all by default.
    n_jobs : int
        Threads; the result does not depend on it.

    Returns
    -------
    Edges
        Pairs exactly r0 apart have no weight and no edge.
    """
    n = len(coordinates)

    def weighed(tile: Tile, inside: Progress) -> Iterator[_Part]:
        for pairs in tile_pairs(coordinates, tile, r0, inside):
            weight = edge_weight(pairs.distance, r0)
            yield _selected(pairs.source, pairs.target, weight, weight > 0)

    monitor, compiled = None, kernel.native
    if compiled is not None:
        monitor = compiled.Monitor()

    def collect(tile: Tile, inside: Progress) -> list[_Part]:
        if monitor is None:
            parts = weighed(tile, inside)
        else:
            parts = _compiled_edges(coordinates, None, tile, r0, r0, None, monitor, inside)
        return _collected(parts, n, max_neighbors)

    tiles = map_tiles(
        collect, coordinates, r0, starts,
        monitor=monitor, n_jobs=n_jobs, progress=progress, stage=stage,
    )  # fmt: skip
    return limit_neighbors(_joined(tiles, n), max_neighbors)


def expected_degrees(
    coordinates: FloatArray,
    sigma: FloatArray | None,
    r0: float,
    starts: IntArray,
    *,
    n_jobs: int = 1,
    progress: Progress = SILENT,
    stage: str = "",
) -> FloatArray:
    """Expected weighted degree of every localization, its edges streamed and not kept.

    Parameters
    ----------
    coordinates, sigma : ndarray of float64, shape (n, d)
        Positions and precisions in the order of `stormgraph_py.engine.spatial_order.spatial_order`;
        sigma None for exactly known positions.
    r0 : float
        Length scale.
    starts : ndarray of int64
        Tiles of that order.
    n_jobs : int
        Threads; the result does not depend on it.

    Returns
    -------
    ndarray of float64, shape (n,)

    Notes
    -----
    Paper: Methods, "Simulating multiple data realizations and calculation of graph edge weights"
    and, for the search radius r0 + 6 mean sigma, "Computational approximations".
    """
    n, d = coordinates.shape
    variance = None if sigma is None else sigma**2
    radius = r0 if sigma is None else r0 + REACH_IN_SIGMA * float(sigma.mean())
    units = np.zeros(n, dtype=np.int64)
    compiled = kernel.native
    if compiled is not None:
        weight = None if variance is None else compiled_weight(d)
        monitor = compiled.Monitor()

        def degrees_of(tile: Tile, _: Progress) -> tuple[int, IntArray]:
            return tile.first, compiled.tile_degrees(
                coordinates, variance, *tile, radius, r0, weight, monitor
            )

        tiles = map_tiles(
            degrees_of, coordinates, radius, starts,
            both_sides=True, monitor=monitor, n_jobs=n_jobs, progress=progress, stage=stage,
        )  # fmt: skip
    else:

        def sums_of(tile: Tile, inside: Progress) -> tuple[int, IntArray]:
            pairs = tile_pairs(coordinates, tile, radius, inside)
            return _summed(coordinates, variance, pairs, tile.first, r0)

        tiles = map_tiles(
            sums_of, coordinates, radius, starts, n_jobs=n_jobs, progress=progress, stage=stage
        )
    for first, sums in tiles:
        units[first : first + len(sums)] += sums
    return np.asarray(units * DEGREE_UNIT, np.float64)


def _summed(
    coordinates: FloatArray,
    variance: FloatArray | None,
    batches: Iterable[Pairs],
    first: int,
    r0: float,
) -> tuple[int, IntArray]:
    """Weights of pairs summed at both ends, from the first localization of a tile on."""
    # the ends of a tile's pairs are close together in the order: a short array will do
    sums = np.zeros(0, dtype=np.int64)
    for pairs in batches:
        for batch in _batches(pairs):
            weight = (
                edge_weight(batch.distance, r0)
                if variance is None
                else expected_weight(
                    _difference(coordinates, batch), _summed_variance(variance, batch), r0
                )
            )
            units = np.floor(weight / DEGREE_UNIT + 0.5)
            for ends in (batch.source, batch.target):
                own = np.bincount(ends - first, units).astype(np.int64)
                sums = _padded_sum(sums, own)
    return first, sums


def expected_edges(
    coordinates: FloatArray,
    sigma: FloatArray,
    r0: float,
    starts: IntArray,
    *,
    min_probability: float = 0.75,
    max_neighbors: int | None = None,
    n_jobs: int = 1,
    progress: Progress = SILENT,
    stage: str = "",
) -> Edges:
    """Edges of the final graph: expected weights, pruned of pairs that are seldom close.

    Parameters
    ----------
    coordinates, sigma : ndarray of float64, shape (n, d)
        Positions and precisions in the order of `stormgraph_py.engine.spatial_order.spatial_order`.
    r0 : float
        Length scale.
    starts : ndarray of int64
        Tiles of that order.
    min_probability : float
        An edge stays when its ends are closer than r0 at least this often, inclusive.
    max_neighbors : int, optional
        Neighbours that a node keeps at most, see `limit_neighbors`; all by default.
    n_jobs : int
        Threads; the result does not depend on it.

    Returns
    -------
    Edges

    Notes
    -----
    Paper: Methods, "Edge pruning". At 0.75 no pair further apart than r0 stays, which bounds the
    search: pairs closer than r0 at least half the time have observed positions within r0.
    """
    n = len(coordinates)
    variance = sigma**2
    # being close is less likely than the difference along the line of the pair falling below r0
    reach = float(np.clip(-ndtri(min_probability), 0, REACH_IN_SIGMA))
    radius = r0 + reach * float(np.sqrt(2 * variance.max(initial=0.0)))

    def weighed(tile: Tile, inside: Progress) -> Iterator[_Part]:
        for pairs in tile_pairs(coordinates, tile, radius, inside):
            for batch in _batches(pairs):
                difference = _difference(coordinates, batch)
                spread = _summed_variance(variance, batch)
                kept = np.flatnonzero(keeps_edge(difference, spread, r0, min_probability))
                weight = expected_weight(difference[kept], spread[kept], r0)
                yield _selected(batch.source[kept], batch.target[kept], weight, weight > 0)

    monitor, compiled = None, kernel.native
    if compiled is not None:
        monitor = compiled.Monitor()
        # made once, not by every thread at the same time
        compiled_weight(coordinates.shape[1])
        compiled_critical_distance(min_probability, coordinates.shape[1])

    def collect(tile: Tile, inside: Progress) -> list[_Part]:
        if monitor is None:
            parts = weighed(tile, inside)
        else:
            parts = _compiled_edges(
                coordinates, variance, tile, radius, r0, min_probability, monitor, inside
            )
        return _collected(parts, n, max_neighbors)

    tiles = map_tiles(
        collect, coordinates, radius, starts,
        monitor=monitor, n_jobs=n_jobs, progress=progress, stage=stage,
    )  # fmt: skip
    return limit_neighbors(_joined(tiles, n), max_neighbors)


def _compiled_edges(
    coordinates: FloatArray,
    variance: FloatArray | None,
    tile: Tile,
    radius: float,
    r0: float,
    min_probability: float | None,
    monitor: Any,
    progress: Progress,
) -> Iterator[_Part]:
    """Edges of a tile in their order, a dense tile cut into parts."""
    assert kernel.native is not None
    weight = critical = None
    if min_probability is not None:
        d = coordinates.shape[1]
        weight = compiled_weight(d)
        critical = compiled_critical_distance(min_probability, d)
    one = tile.last - tile.first == 1
    limit = len(coordinates) if one else EDGES_AT_ONCE
    found = kernel.native.tile_edges(
        coordinates, variance, *tile, radius, r0, weight, critical, limit, monitor
    )
    if found is None:
        for half in halves(coordinates, tile, radius):
            yield from _compiled_edges(
                coordinates, variance, half, radius, r0, min_probability, monitor, progress
            )
        return
    source, target, weights, doubtful = found
    if variance is not None and min_probability is not None and len(doubtful):
        # rows of the few, not columns of all, of which there are many more than in this tile
        keep = np.ones(len(source), dtype=np.bool_)
        for first in range(0, len(doubtful), DOUBTFUL_AT_ONCE):
            progress.check()
            some = doubtful[first : first + DOUBTFUL_AT_ONCE]
            a, b = source[some], target[some]
            keep[some] = often_close(
                coordinates[a] - coordinates[b], variance[a] + variance[b], r0, min_probability
            )
        source, target, weights = source[keep], target[keep], weights[keep]
    yield source, target, weights


def monte_carlo_weights(
    coordinates: FloatArray,
    sigma: FloatArray,
    source: IntArray | Int32Array,
    target: IntArray | Int32Array,
    r0: float,
    *,
    rng: np.random.Generator,
    n_simulations: int = 100,
    progress: Progress = SILENT,
    stage: str = "",
) -> tuple[FloatArray, FloatArray]:
    """Mean edge weight and share of realizations closer than r0, the paper's way.

    Parameters
    ----------
    coordinates, sigma : ndarray of float64, shape (n, d)
        Positions and precisions per axis.
    source, target : ndarray of int, shape (m,)
        Candidate edges.
    r0 : float
        Length scale.
    rng : numpy.random.Generator
        Source of the deviates.
    n_simulations : int
        Realizations of the whole data set.

    Returns
    -------
    weight, probability : ndarray of float64, shape (m,)
    """
    total = np.zeros(len(source))
    hits = np.zeros(len(source))
    for realization in range(n_simulations):
        moved = coordinates + sigma * rng.standard_normal(coordinates.shape)
        for a in range(0, len(source), WEIGHTS_AT_ONCE):
            part = slice(a, a + WEIGHTS_AT_ONCE)
            difference = moved.take(source[part], axis=0) - moved.take(target[part], axis=0)
            distance = np.sqrt(np.einsum("ij,ij->i", difference, difference))
            weight = edge_weight(distance, r0)
            total[part] += weight
            hits[part] += weight > 0
        progress.report(stage, realization + 1, n_simulations)
    return total / n_simulations, hits / n_simulations


def candidate_pairs(
    coordinates: FloatArray, radius: float, starts: IntArray
) -> tuple[Int32Array, Int32Array]:
    """Collect every pair of localizations within a radius, as `monte_carlo_weights` needs them."""
    found = [
        (p.source.astype(np.int32), p.target.astype(np.int32))
        for p in pairs_within(coordinates, radius, starts)
    ]
    return (
        np.concatenate([s for s, _ in found] or [np.empty(0, np.int32)]),
        np.concatenate([t for _, t in found] or [np.empty(0, np.int32)]),
    )


def limit_neighbors(edges: Edges, max_neighbors: int | None) -> Edges:
    """Drop edges until no node has more than `max_neighbors`, keeping each node's heaviest.

    An edge stays when it is among the heaviest of both its ends (paper, Computational
    approximations: 500). Equal weights are told apart by the order of the edges, which
    `neighborhood_edges` and `expected_edges` sort by source and target. None drops none.
    """
    if max_neighbors is None or len(edges) == 0:
        return edges
    degree = np.bincount(edges.source, minlength=edges.n_nodes)
    degree += np.bincount(edges.target, minlength=edges.n_nodes)
    if degree.max() <= max_neighbors:
        return edges
    at_source, at_target = _ranks(edges.source, edges.target, edges.weight, edges.n_nodes)
    keep = (at_source < max_neighbors) & (at_target < max_neighbors)
    return Edges(edges.source[keep], edges.target[keep], edges.weight[keep], edges.n_nodes)


def _ranks(
    source: Int32Array, target: Int32Array, weight: FloatArray, n_nodes: int
) -> tuple[IntArray, IntArray]:
    """Rank of every edge among those of its source and among those of its target, heaviest 0."""
    ends = np.concatenate([source, target])
    degree = np.bincount(ends, minlength=n_nodes)
    first = np.cumsum(degree) - degree
    # one key for node and falling weight, which lies between 0 and 1: sorting by two takes thrice
    # the time
    order = np.argsort(ends + (1 - np.tile(weight, 2)) / 2, kind="stable")
    rank = np.empty(len(ends), dtype=np.int64)
    rank[order] = np.arange(len(ends)) - first[ends[order]]
    return rank[: len(weight)], rank[len(weight) :]


def _collected(parts: Iterable[_Part], n_nodes: int, max_neighbors: int | None) -> list[_Part]:
    """Parts of a graph, without edges beyond the cap of neighbours at both their ends.

    Such an edge takes no place among the heaviest of either end, so dropping it early changes
    nothing that `limit_neighbors` keeps. It bounds the memory that a bright spot takes.
    """
    kept: list[_Part] = []
    held, most = 0, EDGES_AT_ONCE
    for part in parts:
        kept.append(part)
        held += len(part[2])
        if max_neighbors is not None and held > most:
            source, target, weight = (np.concatenate(column) for column in zip(*kept, strict=True))
            at_source, at_target = _ranks(source, target, weight, n_nodes)
            near = (at_source < max_neighbors) | (at_target < max_neighbors)
            kept = [(source[near], target[near], weight[near])]
            held = len(kept[0][2])
            most = max(EDGES_AT_ONCE, 2 * held)
    return kept


def _batches(pairs: Pairs) -> list[Pairs]:
    parts = [slice(a, a + WEIGHTS_AT_ONCE) for a in range(0, len(pairs.source), WEIGHTS_AT_ONCE)]
    return [Pairs(pairs.source[p], pairs.target[p], pairs.distance[p]) for p in parts]


def _difference(coordinates: FloatArray, pairs: Pairs) -> FloatArray:
    return _combine(np.subtract, coordinates, pairs)


def _summed_variance(variance: FloatArray, pairs: Pairs) -> FloatArray:
    return _combine(np.add, variance, pairs)


def _combine(operation: np.ufunc, values: FloatArray, pairs: Pairs) -> FloatArray:
    # gathering columns that are contiguous in memory takes a fifth of the time of rows
    result = np.empty((len(pairs.source), values.shape[1]), order="F")
    for axis in range(values.shape[1]):
        column = np.ascontiguousarray(values[:, axis])
        operation(column.take(pairs.source), column.take(pairs.target), out=result[:, axis])
    return result


_Part = tuple[Int32Array, Int32Array, FloatArray]


def _selected(source: IntArray, target: IntArray, weight: FloatArray, keep: BoolArray) -> _Part:
    return source[keep].astype(np.int32), target[keep].astype(np.int32), weight[keep]


def _padded_sum(a: IntArray, b: IntArray) -> IntArray:
    if len(a) < len(b):
        a = np.concatenate([a, np.zeros(len(b) - len(a), dtype=np.int64)])
    a[: len(b)] += b
    return a


def _joined(tiles: Iterable[list[_Part]], n_nodes: int) -> Edges:
    """One graph of the edges of all tiles, which are let go one after the other."""
    parts = [part for tile in tiles for part in tile]
    n_edges = sum(len(weight) for _, _, weight in parts)
    source, target = np.empty(n_edges, dtype=np.int32), np.empty(n_edges, dtype=np.int32)
    weight = np.empty(n_edges)
    end = n_edges
    while parts:
        part = parts.pop()
        first = end - len(part[2])
        source[first:end], target[first:end], weight[first:end] = part
        end = first
    return Edges(source, target, weight, n_nodes)
