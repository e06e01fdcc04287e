"""Spatial order: localizations along a curve on which neighbours lie close together, in tiles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stormgraph_py.arrays import FloatArray, IntArray
from stormgraph_py.engine import kernel

TILE_SIZE = 32_768
"""Localizations in a tile at most; a tile and its pairs fit the processor's cache and memory."""


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
