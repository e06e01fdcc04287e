"""How many of millions of points lie in a region, told fast enough to follow the mouse."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from stormgraph_py.arrays import BoolArray, FloatArray
from stormgraph_py.roi import Roi

N_CELLS = 256
"""Rows and columns of the grid; a cell's number then fits 16 bits, which are sorted fastest."""

SLICE = 250_000
"""Points that one step of building looks at: some milliseconds."""

_STEPS_A_BLOCK = 2


class PointIndex:
    """Points sorted into the cells of a grid.

    Cells that no border of a region comes near lie inside or outside as a whole and are counted at
    once; only points of the others are held against the region, by `Roi.contains`. The count is
    therefore exact.

    Parameters
    ----------
    x, y : ndarray of shape (n,)
        Positions, nm. They are not copied.
    """

    def __init__(self, x: FloatArray, y: FloatArray) -> None:
        self._x, self._y = x, y
        self._blocks: list[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]] = []
        self._n_in_cell = np.zeros(N_CELLS**2, dtype=np.intp)
        self._building = self._build()
        self.is_ready = False

    def build(self) -> None:
        """Do the next step of building; `is_ready` tells when there is none."""
        self.is_ready = next(self._building, True)

    def count(self, roi: Roi) -> int:
        """Return how many points lie in a region, as `Roi.contains` would tell."""
        border = self._border_cells(roi)
        inside = self._cells_inside(roi, border)
        edges = np.flatnonzero(np.diff(np.concatenate([[0], border.ravel().view(np.int8), [0]])))
        pieces = [
            order[offsets[first] : offsets[last]]
            for order, offsets in self._blocks
            for first, last in edges.reshape(-1, 2)
            if offsets[first] < offsets[last]
        ]
        n = int(self._n_in_cell[inside.ravel()].sum())
        if pieces:
            near = np.concatenate(pieces)
            n += int(roi.contains(np.column_stack([self._x[near], self._y[near]])).sum())
        return n

    def _build(self) -> Iterator[bool]:
        n = len(self._x)
        if not n:
            self._low, self._scale = np.zeros(2), np.ones(2)
            return
        self._low = np.array([self._x.min(), self._y.min()])
        span = np.array([self._x.max(), self._y.max()]) - self._low
        # a little less than the number of cells, so that the last point is in the last cell
        self._scale = N_CELLS * (1 - 1e-9) / np.maximum(span, 1e-6)
        yield False
        step = SLICE * _STEPS_A_BLOCK
        for begin in range(0, n, step):
            end = min(begin + step, n)
            cells = np.empty(end - begin, dtype=np.uint16)
            for first in range(begin, end, SLICE):
                last = min(first + SLICE, end)
                column = ((self._x[first:last] - self._low[0]) * self._scale[0]).astype(np.uint16)
                row = ((self._y[first:last] - self._low[1]) * self._scale[1]).astype(np.uint16)
                cells[first - begin : last - begin] = row * np.uint16(N_CELLS) + column
                yield False
            n_in_cell = np.bincount(cells, minlength=N_CELLS**2)
            order = np.argsort(cells, kind="stable") + begin
            self._blocks.append((order, np.concatenate([[0], np.cumsum(n_in_cell)])))
            self._n_in_cell += n_in_cell
            yield False

    def _border_cells(self, roi: Roi) -> BoolArray:
        """Tell which cells (rows, columns) an edge crosses or comes near."""
        rings = [(ring - self._low) * self._scale for rings in roi.polygons for ring in rings]
        start = np.concatenate([ring[:-1] for ring in rings])
        stop = np.concatenate([ring[1:] for ring in rings])
        upward = (start[:, 1] <= stop[:, 1])[:, None]
        low, high = np.where(upward, start, stop), np.where(upward, stop, start)
        first = np.clip(np.floor(low[:, 1]), -2, N_CELLS + 1).astype(np.intp)
        last = np.clip(np.floor(high[:, 1]), -2, N_CELLS + 1).astype(np.intp)
        # one entry for each row that an edge passes through
        edge = np.repeat(np.arange(len(low)), last - first + 1)
        passed = np.arange(len(edge)) - np.repeat(np.cumsum(last - first + 1), last - first + 1)
        row = last[edge] + 1 + passed
        (x, y), (width, height) = low[edge].T, (high - low)[edge].T
        slope = np.divide(width, height, out=np.zeros_like(width), where=height > 0)
        ends = [
            np.where(height > 0, x + slope * (np.clip(row + d, y, y + height) - y), x + d * width)
            for d in (0, 1)
        ]
        left = np.clip(np.floor(np.minimum(*ends)) - 1, 0, N_CELLS).astype(np.intp)
        right = np.clip(np.floor(np.maximum(*ends)) + 2, 0, N_CELLS).astype(np.intp)
        seen = (row >= -1) & (row <= N_CELLS)
        depth = np.zeros((N_CELLS + 2, N_CELLS + 1), dtype=np.intp)
        np.add.at(depth, (row[seen] + 1, left[seen]), 1)
        np.add.at(depth, (row[seen] + 1, right[seen]), -1)
        crossed = np.cumsum(depth, axis=1)[:, :-1] > 0
        return crossed[:-2] | crossed[1:-1] | crossed[2:]

    def _cells_inside(self, roi: Roi, border: BoolArray) -> BoolArray:
        """Tell which of the other cells lie inside: one point for each run of them in a row."""
        begins = ~border
        begins[:, 1:] &= border[:, :-1]
        row, column = np.nonzero(begins)
        if not len(row):
            return np.zeros_like(border)
        centers = (np.column_stack([column, row]) + 0.5) / self._scale + self._low
        run = np.cumsum(begins.ravel()).reshape(begins.shape) - 1
        inside: BoolArray = ~border & roi.contains(centers)[run]
        return inside
