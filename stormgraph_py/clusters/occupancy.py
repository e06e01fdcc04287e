"""Cells of a grid that shapes made of simplices fill: pixels in 2-D, voxels in 3-D."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from stormgraph_py.arrays import BoolArray, FloatArray, IntArray
from stormgraph_py.errors import ParameterError

MOST_DENSE_CELLS = 200_000_000
"""Largest grid that is held whole, one byte a cell."""

_LINES_AT_ONCE = 2_000_000
_ON_A_FACE = 1e-9
_FLAT = 1e-12


@dataclass(frozen=True, eq=False, kw_only=True)
class Grid:
    """A regular grid of square or cubic cells.

    Parameters
    ----------
    origin : (d,) array
        Lower corner of the first cell, nm.
    pitch_nm : float
        Edge of a cell, nm.
    shape : tuple of int
        Number of cells along each axis.
    """

    origin: FloatArray
    pitch_nm: float
    shape: tuple[int, ...]

    @classmethod
    def covering(cls, low: FloatArray, high: FloatArray, pitch_nm: float) -> Grid:
        """Return the grid that holds the box between two corners (d,), nm.

        Raises
        ------
        ParameterError
            When the pitch is not positive.
        """
        if not (pitch_nm > 0 and np.isfinite(pitch_nm)):
            raise ParameterError(f"A cell of {pitch_nm} nm is not > 0; choose some nm.")
        sides = np.maximum(np.ceil((high - low) / pitch_nm), 1).astype(np.int64)
        return cls(
            origin=np.asarray(low, dtype=np.float64),
            pitch_nm=float(pitch_nm),
            shape=tuple(int(side) for side in sides),
        )

    @property
    def cell_size(self) -> float:
        """Area (nm²) or volume (nm³) of a cell."""
        return self.pitch_nm ** len(self.shape)

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return int(np.prod(np.array(self.shape, dtype=np.float64)))

    def centers(self, cells: IntArray) -> FloatArray:
        """Centres (k, d) of cells given by their flat numbers (k,), nm."""
        index = np.stack(np.unravel_index(cells, self.shape), axis=1)
        centers: FloatArray = self.origin + (index + 0.5) * self.pitch_nm
        return centers

    def filled(self, corners: FloatArray, owner: IntArray) -> tuple[IntArray, IntArray]:
        """Find the cells whose centre lies in a simplex.

        Parameters
        ----------
        corners : (m, d + 1, d) array
            Corners of the simplices, nm.
        owner : (m,) array of int
            Shape that each simplex belongs to, from 0 on.

        Returns
        -------
        cells : (k,) array of int
            Flat number of each cell, once a shape.
        owner : (k,) array of int
            Shape that fills it; ascending, then by cell.

        Notes
        -----
        Along the last axis a simplex meets a line of cells in one interval, whose ends follow from
        the barycentric coordinates; the lines are those over its bounding box.
        """
        keys = [
            np.unique(owners * self.n_cells + cells) for cells, owners in self._runs(corners, owner)
        ]
        if not keys:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        owners, cells = np.divmod(np.unique(np.concatenate(keys)), self.n_cells)
        return cells, owners

    def occupancy(self, cells: IntArray) -> BoolArray:
        """Return the whole grid, of its shape, True where a cell is among those listed."""
        whole = np.zeros(self.n_cells, dtype=bool)
        whole[cells] = True
        return whole.reshape(self.shape)

    def look_up(self, occupancy: BoolArray, points: FloatArray) -> BoolArray:
        """Tell which points (n, d) lie in an occupied cell; outside the grid nothing is occupied.

        Parameters
        ----------
        occupancy : ndarray of bool
            As of `occupancy`.
        points : (n, d) array
            Positions, nm.
        """
        index = np.floor((points - self.origin) / self.pitch_nm).astype(np.int64)
        inside = ((index >= 0) & (index < self.shape)).all(axis=1)
        found = np.zeros(len(points), dtype=bool)
        found[inside] = occupancy[tuple(index[inside].T)]
        return found

    def _runs(self, corners: FloatArray, owner: IntArray) -> Iterator[tuple[IntArray, IntArray]]:
        """Cells and their owners, some lines of cells at a time; a cell may come repeatedly."""
        # in units in which the centre of cell i is at i
        points = (corners - self.origin) / self.pitch_nm - 0.5
        edges = points[:, 1:] - points[:, :1]
        dimensions = edges.shape[2]
        longest = np.sqrt(np.einsum("mij,mij->mi", edges, edges).max(axis=1, initial=0))
        solid = np.abs(np.linalg.det(edges)) > _FLAT * longest**dimensions
        points, edges, owner = points[solid], edges[solid], owner[solid]
        last = np.array(self.shape) - 1
        low = np.clip(np.ceil(points.min(axis=1) - _ON_A_FACE), 0, None).astype(np.int64)
        high = np.minimum(np.floor(points.max(axis=1) + _ON_A_FACE), last).astype(np.int64)
        spans = np.maximum(high - low + 1, 0)
        n_lines = np.prod(spans[:, :-1], axis=1) * (spans[:, -1] > 0)
        total = np.cumsum(n_lines)
        start = 0
        while start < len(points):
            done = total[start - 1] if start else 0
            stop = max(start + 1, int(np.searchsorted(total, done + _LINES_AT_ONCE, "right")))
            part = slice(start, stop)
            start = stop
            simplex = np.repeat(np.arange(part.start, part.stop), n_lines[part])
            if not len(simplex):
                continue
            rank = np.arange(len(simplex)) - (total - n_lines)[simplex] + done
            line = low[simplex, :-1] + _unravel(rank, spans[simplex, :-1])
            first, end = _interval(line, points[:, 0], np.linalg.inv(edges[part]), simplex, part)
            bottom, top = low[simplex, -1], high[simplex, -1]
            first = np.clip(np.ceil(first - _ON_A_FACE), bottom, top + 1).astype(np.int64)
            end = np.clip(np.floor(end + _ON_A_FACE), bottom - 1, top).astype(np.int64)
            n_here = np.maximum(end - first + 1, 0)
            base: IntArray = np.zeros(len(line), dtype=np.int64)
            for axis, side in enumerate(self.shape[:-1]):
                base = base * side + line[:, axis]
            runs: IntArray = np.repeat(base * self.shape[-1] + first, n_here)
            runs += np.arange(len(runs)) - np.repeat(np.cumsum(n_here) - n_here, n_here)
            yield runs, np.repeat(owner[simplex], n_here)


def _unravel(rank: IntArray, spans: IntArray) -> IntArray:
    """Split a running number (n,) into one index an axis, the last fastest; spans (n, axes)."""
    index = np.empty(spans.shape, dtype=np.int64)
    for axis in range(spans.shape[1] - 1, -1, -1):
        rank, index[:, axis] = np.divmod(rank, spans[:, axis])
    return index


def _interval(
    line: IntArray, corner: FloatArray, inverse: FloatArray, simplex: IntArray, part: slice
) -> tuple[FloatArray, FloatArray]:
    """Where lines along the last axis enter and leave their simplex; first > last: they miss it."""
    away = line - corner[simplex, :-1]
    # barycentric coordinate j is at_zero + rise * (position along the last axis)
    per_line = inverse[simplex - part.start]
    rise = per_line[:, -1]
    at_zero = np.einsum("ni,nij->nj", away, per_line[:, :-1]) - rise * corner[simplex, -1:]
    rise = np.column_stack([rise, -rise.sum(axis=1)])
    at_zero = np.column_stack([at_zero, 1 - at_zero.sum(axis=1)])
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = -at_zero / rise
    first = np.where(rise > 0, crossing, -np.inf).max(axis=1)
    end = np.where(rise < 0, crossing, np.inf).min(axis=1)
    beside = ((rise == 0) & (at_zero < -_ON_A_FACE)).any(axis=1)
    return np.where(beside, np.inf, first), np.where(beside, -np.inf, end)
