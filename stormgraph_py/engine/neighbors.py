"""Neighbourhoods: spatial order, pairs within a radius, k-th neighbour distances.

Everything here streams: localizations are put into an order in which neighbours lie close together
and cut into tiles, and pairs come tile by tile, so that memory does not grow with their number.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from stormgraph_py.arrays import BoolArray, FloatArray, IntArray
from stormgraph_py.engine import kernel
from stormgraph_py.progress import SILENT, Progress

T = TypeVar("T")

TILE_SIZE = 32_768
"""Localizations in a tile at most; a tile and its pairs fit the processor's cache and memory."""

PAIRS_AT_ONCE = 4_000_000
"""Pairs found in one go at most; a denser tile is cut in two."""

SECONDS_BETWEEN_CHECKS = 0.1
"""How long compiled work goes on before it is asked whether to stop."""

N_DEVIATES = 1 << 18
"""Normal deviates that the resampling of k-th neighbour distances draws from."""

MOST_CANDIDATES = 20_000
"""Nearest localizations that are resampled around a query at most, however poor the precision."""

RESAMPLED_AT_ONCE = 500_000
"""Resampled distances held at once."""

QUERIES_AT_ONCE = 100
"""Localizations whose candidates the compiled kernel looks for at once."""

RESAMPLED_AT_ONCE_COMPILED = 10_000_000
"""Distances that the compiled kernel resamples before it is asked whether to stop."""


class Pairs(NamedTuple):
    """Some of the pairs of localizations within a radius, each once.

    Attributes
    ----------
    source, target : ndarray of int64, shape (m,)
        The two localizations of each pair.
    distance : ndarray of float64, shape (m,)
        Their distance.
    """

    source: IntArray
    target: IntArray
    distance: FloatArray


class Tile(NamedTuple):
    """Localizations that lie close together, and those around them.

    Attributes
    ----------
    first, last : int
        Own localizations are those of ``range(first, last)``.
    halo : ndarray of int64, shape (m,)
        Others that can be within a radius of one of them, ascending.
    """

    first: int
    last: int
    halo: IntArray


@dataclass(frozen=True, eq=False)
class SpatialOrder:
    """An order of localizations in which neighbours lie close together, cut into tiles.

    Parameters
    ----------
    order : ndarray of int64, shape (n,)
        Rows in their new order.
    starts : ndarray of int64, shape (n_tiles + 1,)
        Where each tile begins in that order.
    """

    order: IntArray
    starts: IntArray


def spatial_order(
    coordinates: FloatArray, tile_size: int = TILE_SIZE, *, sigma: FloatArray | None = None
) -> SpatialOrder:
    """Order localizations along a Z-shaped curve (Morton order), tiles being cells of its grid.

    Parameters
    ----------
    coordinates : ndarray of float64, shape (n, d)
        Positions.
    tile_size : int
        Localizations in a tile at most. The order does not depend on it.
    sigma : ndarray of float64, shape (n, d), optional
        Localization precisions; they tell coincident localizations apart.

    Returns
    -------
    SpatialOrder
        The same whatever the order of the rows, up to localizations that nothing tells apart.
    """
    code = _morton_code(coordinates)
    compiled = kernel.native
    order = np.argsort(code, kind="stable") if compiled is None else compiled.stable_order(code)
    code = code[order]
    same = code[1:] == code[:-1]
    if same.any():
        tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
        rows = order[tied]
        columns = [*coordinates[rows].T] + ([] if sigma is None else [*sigma[rows].T])
        order[tied] = rows[np.lexsort([*reversed(columns), code[tied]])]
    return SpatialOrder(order, _tile_starts(code, tile_size))


def _morton_code(coordinates: FloatArray) -> NDArray[np.uint64]:
    """Bits of the axes' cells interleaved: 32 bits an axis in 2-D, 21 in 3-D."""
    n, d = coordinates.shape
    code = np.zeros(n, dtype=np.uint64)
    if n == 0:
        return code
    low = coordinates.min(axis=0)
    side = float((coordinates.max(axis=0) - low).max()) or 1.0
    top, steps = _MORTON_STEPS[d]
    for axis in range(d):
        cell = ((coordinates[:, axis] - low[axis]) / side * top).astype(np.uint64)
        for shift, mask in steps:
            cell |= cell << np.uint64(shift)
            cell &= np.uint64(mask)
        code |= cell << np.uint64(axis)
    return code


_MORTON_STEPS = {
    2: (
        2**32 - 1,
        (
            (16, 0x0000FFFF0000FFFF),
            (8, 0x00FF00FF00FF00FF),
            (4, 0x0F0F0F0F0F0F0F0F),
            (2, 0x3333333333333333),
            (1, 0x5555555555555555),
        ),
    ),
    3: (
        2**21 - 1,
        (
            (32, 0x001F00000000FFFF),
            (16, 0x001F0000FF0000FF),
            (8, 0x100F00F00F00F00F),
            (4, 0x10C30C30C30C30C3),
            (2, 0x1249249249249249),
        ),
    ),
}
"""Largest cell, and the steps that draw the bits of a cell apart: shift, then keep some of them."""


def _tile_starts(code: NDArray[np.uint64], tile_size: int) -> IntArray:
    """Halve cells of the Morton grid until none holds more than `tile_size`; where they begin."""
    starts: list[int] = []

    def halve(first: int, last: int) -> None:
        if last - first <= tile_size:
            starts.append(first)
            return
        here = int(code[first])
        difference = here ^ int(code[last - 1])
        if difference == 0:
            starts.extend(range(first, last, tile_size))
            return
        # the codes of a cell agree in their first bits, and the next one halves the cell
        bit = difference.bit_length() - 1
        second = np.uint64(((here >> bit) | 1) << bit)
        middle = first + int(np.searchsorted(code[first:last], second))
        halve(first, middle)
        halve(middle, last)

    if len(code):
        halve(0, len(code))
    return np.array([*starts, len(code)], dtype=np.int64)


def map_tiles(
    work: Callable[[Tile, Progress], T],
    coordinates: FloatArray,
    radius: float,
    starts: IntArray,
    *,
    both_sides: bool = False,
    monitor: Any = None,
    n_jobs: int = 1,
    progress: Progress = SILENT,
    stage: str = "",
) -> Iterator[T]:
    """Do some work on every tile and the localizations around it.

    Parameters
    ----------
    work : callable
        Takes a tile and a `Progress` to be checked now and then; what it returns is passed on.
    coordinates : ndarray of float64, shape (n, d)
        Positions in the order of `spatial_order`.
    radius : float
        How far around a tile's localizations others matter.
    starts : ndarray of int64
        Tiles, as in `SpatialOrder.starts`.
    both_sides : bool
        Whether the halo of a tile holds localizations of earlier tiles too. Those of later ones are
        enough to meet every pair once, in the tile of its first localization.
    monitor : stormgraph_py._native.Monitor, optional
        Stops the compiled work; without it `work` runs in Python.
    n_jobs : int
        Threads.
    progress, stage
        Told after every tile.

    Yields
    ------
    object
        The result of every tile, in the order of the tiles.
    """
    ranges = list(zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True))
    d = coordinates.shape[1]
    low = np.array([coordinates[a:b].min(axis=0) for a, b in ranges]).reshape(-1, d)
    high = np.array([coordinates[a:b].max(axis=0) for a, b in ranges]).reshape(-1, d)
    stopped = threading.Event()

    def work_on(number: int, inside: Progress) -> T:
        around = (low <= high[number] + radius) & (high >= low[number] - radius)
        halo = [
            a + np.flatnonzero(_inside(coordinates[a:b], low[number], high[number], radius))
            for other in np.flatnonzero(around.all(axis=1)).tolist()
            if other > number or (both_sides and other < number)
            for a, b in [ranges[other]]
        ]
        rows = np.concatenate(halo) if halo else np.empty(0, dtype=np.int64)
        return work(Tile(*ranges[number], rows), inside)

    if n_jobs == 1 and monitor is None:
        for number, (_, last) in enumerate(ranges):
            yield work_on(number, progress)
            progress.report(stage, last, len(coordinates))
        return
    inside = Progress(should_stop=stopped.is_set)
    with ThreadPoolExecutor(n_jobs) as pool:
        try:
            tiles = [pool.submit(work_on, number, inside) for number in range(len(ranges))]
            tiles.reverse()
            for _, last in ranges:
                yield _result(tiles.pop(), progress)
                progress.report(stage, last, len(coordinates))
        finally:
            stopped.set()
            if monitor is not None:
                monitor.stop()
            pool.shutdown(cancel_futures=True)


def _result(future: Future[T], progress: Progress) -> T:
    """Wait for a result, asking now and then whether to stop."""
    while True:
        try:
            return future.result(timeout=SECONDS_BETWEEN_CHECKS)
        except TimeoutError:
            progress.check()


def pairs_within(coordinates: FloatArray, radius: float, starts: IntArray) -> Iterator[Pairs]:
    """Yield every pair of localizations at most `radius` apart once, in batches.

    Parameters
    ----------
    coordinates, radius, starts
        As in `map_tiles`.

    Yields
    ------
    Pairs
        In order of `source`, then of `target`, with ``source < target``.
    """

    def pairs_of(tile: Tile, inside: Progress) -> list[Pairs]:
        return list(tile_pairs(coordinates, tile, radius, inside))

    for batches in map_tiles(pairs_of, coordinates, radius, starts):
        yield from batches


def _inside(points: FloatArray, low: FloatArray, high: FloatArray, margin: float) -> BoolArray:
    inside: BoolArray = np.ones(len(points), dtype=np.bool_)
    for axis in range(points.shape[1]):
        inside &= points[:, axis] >= low[axis] - margin
        inside &= points[:, axis] <= high[axis] + margin
    return inside


def halves(coordinates: FloatArray, tile: Tile, radius: float) -> tuple[Tile, Tile]:
    """Cut a tile in two, the second half being part of the first one's halo.

    Parameters
    ----------
    coordinates, radius
        As in `map_tiles`.
    tile : Tile
        With a halo of later localizations.

    Returns
    -------
    tuple of Tile
        With the same pairs.
    """
    middle = (tile.first + tile.last) // 2
    part = coordinates[tile.first : middle]
    rest = np.concatenate([np.arange(middle, tile.last), tile.halo])
    near = rest[_inside(coordinates[rest], part.min(axis=0), part.max(axis=0), radius)]
    return Tile(tile.first, middle, near), Tile(middle, tile.last, tile.halo)


def tile_pairs(
    coordinates: FloatArray, tile: Tile, radius: float, progress: Progress = SILENT
) -> Iterator[Pairs]:
    """Yield the pairs that begin in a tile, in batches.

    Parameters
    ----------
    coordinates, radius
        As in `map_tiles`.
    tile : Tile
        With a halo of later localizations.
    progress : Progress
        Checked before every batch.

    Yields
    ------
    Pairs
        In order of `source`, then of `target`, with ``source < target``.
    """
    progress.check()
    own = np.arange(tile.first, tile.last)
    tree, halo = _tree(coordinates[own]), _tree(coordinates[tile.halo])
    # the trees sum up differences in another order: search a little further, then compare
    reach = radius * (1 + 1e-9)
    # pairs within the halo are never counted nor searched: a bright spot there would be found again
    # and again, once for every part of this tile
    expected = (tree.count_neighbors(tree, reach) - len(own)) // 2
    expected += tree.count_neighbors(halo, reach)
    if expected > PAIRS_AT_ONCE and len(own) > 1:
        for half in halves(coordinates, tile, radius):
            yield from tile_pairs(coordinates, half, radius, progress)
        return
    within = tree.query_pairs(reach, output_type="ndarray")
    across = tree.sparse_distance_matrix(halo, reach, output_type="ndarray")
    first = np.concatenate([within[:, 0], across["i"]])
    second = np.concatenate([within[:, 1], across["j"] + len(own)])
    rows = np.concatenate([own, tile.halo])
    by_ends = np.argsort(first * len(rows) + second)
    first, second = first[by_ends], second[by_ends]
    points = coordinates[rows]
    squared = np.zeros(len(first))
    for axis in range(points.shape[1]):
        column = np.ascontiguousarray(points[:, axis])
        difference = column.take(first)
        difference -= column.take(second)
        difference *= difference
        squared += difference
    near = np.flatnonzero(squared <= radius * radius)
    yield Pairs(rows.take(first[near]), rows.take(second[near]), np.sqrt(squared[near]))


def _tree(points: FloatArray) -> cKDTree:
    return cKDTree(points, leafsize=16, balanced_tree=False, compact_nodes=True)


def kth_neighbor_distances(
    coordinates: FloatArray, k: int, queries: IntArray | None = None
) -> FloatArray:
    """Distance of localizations to their k-th nearest neighbour.

    Parameters
    ----------
    coordinates : ndarray of float64, shape (n, d)
        Positions; n > k.
    k : int
        Which neighbour; the localization itself does not count.
    queries : ndarray of int64, optional
        Localizations whose distance is wanted; all by default.

    Returns
    -------
    ndarray of float64, shape (n,) or (len(queries),)
    """
    points = coordinates if queries is None else coordinates[queries]
    distance = np.asarray(cKDTree(coordinates).query(points, k=[k + 1])[0], dtype=np.float64)
    return distance[:, 0]


def resampled_kth_neighbor_distances(
    coordinates: FloatArray,
    sigma: FloatArray,
    k: int,
    queries: IntArray,
    *,
    rng: np.random.Generator,
    n_simulations: int = 100,
    confidence: float = 0.95,
    progress: Progress = SILENT,
    stage: str = "",
) -> FloatArray:
    """Upper confidence limit of the k-th neighbour distance over resampled realizations.

    Every realization moves every localization by a normal deviate of its own precision. Only
    localizations that can come among the k nearest are moved: those within the reach given below.

    Parameters
    ----------
    coordinates, sigma : ndarray of float64, shape (n, d)
        Positions and localization precisions per axis.
    k : int
        Which neighbour.
    queries : ndarray of int64, shape (m,)
        Localizations whose distance is wanted.
    rng : numpy.random.Generator
        Source of the deviates.
    n_simulations : int
        Realizations.
    confidence : float
        Quantile over the realizations that is returned.

    Returns
    -------
    ndarray of float64, shape (m,)

    Notes
    -----
    Paper: Methods, "The kNN method". A neighbour that starts at distance d from the query comes
    within the k-th distance D only if the two deviates together bring it there. With d_k the k-th
    distance before resampling, candidates lie within sqrt(d_k^2 + 6 s^2) + 2.5 s, where s is the
    mean precision, or the query's own if larger. Against resampling every localization this
    lengthens the 95th percentile by 0.2% on simulated nanoclusters with d_k = 1.6 s.
    """
    spread = np.sqrt(sum(column**2 for column in sigma.T) / sigma.shape[1])
    own = np.maximum(spread[queries], spread.mean())
    # Drawing 10^8 normal deviates would cost more than all the rest: windows of one long row of
    # deviates, at places drawn anew for every query, realization and axis, serve as well.
    deviates = rng.standard_normal(N_DEVIATES, dtype=np.float32)
    at_most = min(len(coordinates), max(k + 1, MOST_CANDIDATES))
    compiled = kernel.native
    seed = int(rng.integers(1 << 63))
    result = np.empty(len(queries))
    if compiled is not None:
        boxes = compiled.Boxes(coordinates)
        reach = _reach(boxes.kth_distances(queries, k), own)
        candidates_at_once = max(RESAMPLED_AT_ONCE_COMPILED // n_simulations, 1)
        for first in range(0, len(queries), QUERIES_AT_ONCE):
            some = queries[first : first + QUERIES_AT_ONCE]
            candidates, starts = boxes.within(some, reach[first : first + QUERIES_AT_ONCE], at_most)
            done = 0
            while done < len(some):
                last = int(np.searchsorted(starts, starts[done] + candidates_at_once, "right")) - 1
                last = max(last, done + 1)
                result[first + done : first + last] = compiled.resampled_distances(
                    coordinates,
                    sigma,
                    some[done:last],
                    candidates,
                    starts[done : last + 1],
                    k,
                    deviates,
                    seed,
                    n_simulations,
                    confidence,
                )
                done = last
                progress.report(stage, first + done, len(queries))
        return result
    # neighbours in space are neighbours in memory here, so a tree that is not balanced will do
    tree = cKDTree(coordinates, balanced_tree=False, compact_nodes=False)
    points = coordinates[queries]
    reach = _reach(np.asarray(tree.query(points, k=[k + 1])[0], dtype=np.float64)[:, 0], own)
    n_candidates = tree.query_ball_point(points, reach, return_length=True)
    # queries with similar numbers of candidates share one block, as wide as its last query needs
    by_size = np.argsort(n_candidates, kind="stable")
    widths = np.clip(n_candidates[by_size], k + 1, at_most)
    done = 0
    while done < len(by_size):
        needed = np.arange(1, len(by_size) - done + 1) * widths[done:] * n_simulations
        n_queries = max(1, int(np.searchsorted(needed, RESAMPLED_AT_ONCE, side="right")))
        block = by_size[done : done + n_queries]
        width = int(widths[done + len(block) - 1])
        neighbors = np.asarray(tree.query(points[block], k=width)[1], dtype=np.int64)
        result[block] = _resample_block(
            coordinates,
            sigma,
            queries[block],
            neighbors,
            k,
            rng,
            deviates,
            n_simulations,
            confidence,
        )
        done += len(block)
        progress.report(stage, done, len(by_size))
    return result


def _reach(kth: FloatArray, own: FloatArray) -> FloatArray:
    """How far candidates lie, from k-th distances before resampling and precisions."""
    reach: FloatArray = np.sqrt(kth**2 + 6 * own**2) + 2.5 * own
    # the square of a root can be less than it was
    return np.maximum(reach, kth * (1 + 1e-9))


def _resample_block(
    coordinates: FloatArray,
    sigma: FloatArray,
    queries: IntArray,
    neighbors: IntArray,
    k: int,
    rng: np.random.Generator,
    deviates: NDArray[np.float32],
    n_simulations: int,
    confidence: float,
) -> FloatArray:
    """Quantile over realizations of the k-th distance, for queries with their candidates."""
    others = without_self(neighbors, queries)
    m, width = others.shape
    squared = np.zeros((m, n_simulations, width), dtype=np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(deviates, width)
    for axis in range(coordinates.shape[1]):
        column, precision = coordinates[:, axis], sigma[:, axis]
        offset = (column[others] - column[queries][:, None]).astype(np.float32)
        spread = precision[others].astype(np.float32)
        own = precision[queries].astype(np.float32)
        moved = windows[rng.integers(0, len(windows), (m, n_simulations))]
        moved *= spread[:, None, :]
        moved += offset[:, None, :]
        moved -= (own[:, None] * rng.standard_normal((m, n_simulations), dtype=np.float32))[
            :, :, None
        ]
        moved *= moved
        squared += moved
    squared.partition(k - 1, axis=2)
    kth = np.sqrt(squared[:, :, k - 1].astype(np.float64))
    quantile: FloatArray = np.quantile(kth, confidence, axis=1)
    return quantile


def without_self(neighbors: IntArray, queries: IntArray) -> IntArray:
    """Drop every query from its own list of nearest neighbours.

    Parameters
    ----------
    neighbors : ndarray of int64, shape (m, w)
        Nearest neighbours of each query, nearest first. Localizations that coincide with it can
        push the query off its first place, or out of the list.
    queries : ndarray of int64, shape (m,)

    Returns
    -------
    ndarray of int64, shape (m, w - 1)
        Where the query is missing from its list, the farthest goes instead.
    """
    itself = neighbors == queries[:, None]
    itself[~itself.any(axis=1), -1] = True
    others: IntArray = neighbors[~itself].reshape(len(neighbors), -1)
    return others
