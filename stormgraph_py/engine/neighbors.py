"""Neighbourhoods: tiles with what lies around them, and pairs within a radius.

Everything here streams: pairs come tile by tile, so that memory does not grow with their number.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

import numpy as np
from scipy.spatial import cKDTree

from stormgraph_py.arrays import BoolArray, FloatArray, IntArray
from stormgraph_py.engine import kernel
from stormgraph_py.progress import SILENT, Progress

T = TypeVar("T")

PAIRS_AT_ONCE = 4_000_000
"""Pairs found in one go at most; a denser tile is cut in two."""


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
        Positions in the order of `stormgraph_py.engine.spatial_order.spatial_order`.
    radius : float
        How far around a tile's localizations others matter.
    starts : ndarray of int64
        Tiles of that order.
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
            return future.result(timeout=kernel.SECONDS_BETWEEN_CHECKS)
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
