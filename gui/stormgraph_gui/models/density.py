"""Localizations in the plane as pictures: how many there are in each pixel of any part."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from stormgraph_py.arrays import BoolArray, FloatArray, IntArray

Number = TypeVar("Number", bound=np.generic)

_TILES = 256
"""Tiles along each side by which localizations are arranged; their number fits in 16 bits, which
numpy sorts in one pass."""
_AT_ONCE = 65_536
"""Localizations whose pixels are computed together, so that they stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in the plane, nm."""

    left: float
    low: float
    right: float
    high: float

    @property
    def width(self) -> float:
        """Width in nm."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Height in nm."""
        return self.high - self.low

    def grown(self, by_nm: float) -> Box:
        """Return the rectangle with a margin on all sides."""
        return Box(self.left - by_nm, self.low - by_nm, self.right + by_nm, self.high + by_nm)

    def covers(self, other: Box) -> bool:
        """Tell whether another rectangle lies inside."""
        return (
            self.left <= other.left
            and self.low <= other.low
            and self.right >= other.right
            and self.high >= other.high
        )

    def joined(self, other: Box) -> Box:
        """Return the smallest rectangle around both."""
        return Box(
            min(self.left, other.left),
            min(self.low, other.low),
            max(self.right, other.right),
            max(self.high, other.high),
        )


@dataclass(frozen=True, slots=True)
class Grid:
    """The square pixels of a picture.

    Parameters
    ----------
    left, low : float
        Corner of the first pixel, nm.
    pixel_nm : float
        Side of a pixel.
    n_columns, n_rows : int
        Pixels along x and along y.
    """

    left: float
    low: float
    pixel_nm: float
    n_columns: int
    n_rows: int

    @property
    def box(self) -> Box:
        """What the picture shows."""
        right = self.left + self.n_columns * self.pixel_nm
        return Box(self.left, self.low, right, self.low + self.n_rows * self.pixel_nm)


@dataclass(frozen=True, slots=True)
class Stretches:
    """Places in the order in which a plane keeps its localizations, stretch by stretch.

    Parameters
    ----------
    borders : sequence of (int, int)
        Begin and end of each.
    """

    borders: Sequence[tuple[int, int]]

    def of(self, values: npt.NDArray[Number]) -> npt.NDArray[Number]:
        """Return the values at these places of values (n, ...) in the order of the plane."""
        if len(self.borders) == 1:
            # all of them, as a rule, and not copied
            ((begin, end),) = self.borders
            return values[begin:end]
        return np.concatenate([values[:0], *(values[begin:end] for begin, end in self.borders)])

    def places(self) -> npt.NDArray[np.intp]:
        """Return each place."""
        return np.concatenate([np.arange(0), *(np.arange(*border) for border in self.borders)])


class Plane:
    """Localizations in the plane, arranged so that any part of them is found fast.

    Positions are kept as 32-bit numbers from a corner of the field, precise to 0.01 nm in a field
    of 100 µm. Values of localizations come and go in the order in which the plane keeps them, see
    `taken`.

    Parameters
    ----------
    xy : ndarray of shape (n, 2)
        Positions, nm; at least one.
    """

    def __init__(self, xy: FloatArray) -> None:
        x, y = xy[:, 0], xy[:, 1]
        self.bounds = Box(float(x.min()), float(y.min()), float(x.max()), float(y.max()))
        self._x = (x - self.bounds.left).astype(np.float32)
        self._y = (y - self.bounds.low).astype(np.float32)
        self._order: npt.NDArray[np.int32] | None = None
        self._starts: IntArray | None = None
        # a little more than the field, so that its far border lies in the last tile
        longest = max(self.bounds.width, self.bounds.height, 1e-3)
        self._tile_nm = longest / _TILES * (1 + 1e-5)

    def __len__(self) -> int:
        return len(self._x)

    def arranged(self) -> Plane:
        """Return the same localizations sorted by tile: parts of it are then found without a scan.

        Takes about 0.1 s a million; lets other threads run meanwhile.
        """
        column = (self._x / np.float32(self._tile_nm)).astype(np.uint16)
        row = (self._y / np.float32(self._tile_nm)).astype(np.uint16)
        tile = row * np.uint16(_TILES) + column
        order = np.argsort(tile, kind="stable").astype(np.int32)
        made: Plane = object.__new__(Plane)
        made.bounds, made._tile_nm = self.bounds, self._tile_nm
        made._x, made._y = self._x[order], self._y[order]
        made._order = order
        counts = np.bincount(tile, minlength=_TILES * _TILES)
        made._starts = np.concatenate([[0], np.cumsum(counts)])
        return made

    def taken(self, values: npt.NDArray[Number]) -> npt.NDArray[Number]:
        """Put values (n, ...) of the localizations into the order of the plane."""
        return values if self._order is None else values[self._order]

    def numbers(self, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        """Return which localizations of the table are at these places."""
        return rows if self._order is None else self._order[rows].astype(np.intp)

    def near(self, box: Box) -> Stretches:
        """Return the places of all localizations in a rectangle, and of some around it."""
        if self._starts is None or box.covers(self.bounds):
            return Stretches([(0, len(self))])
        first_column, last_column = self._tiles(box.left - self.bounds.left, box.width)
        first_row, last_row = self._tiles(box.low - self.bounds.low, box.height)
        if first_column > last_column or first_row > last_row:
            return Stretches([])
        tiles = np.arange(first_row, last_row + 1) * _TILES
        begins = self._starts[tiles + first_column].tolist()
        ends = self._starts[tiles + last_column + 1].tolist()
        if first_column == 0 and last_column == _TILES - 1:
            return Stretches([(begins[0], ends[-1])])
        return Stretches([(a, b) for a, b in zip(begins, ends, strict=True) if a < b])

    def inside(self, box: Box, kept: BoolArray | None = None) -> npt.NDArray[np.intp]:
        """Return the places of the localizations in a rectangle.

        Parameters
        ----------
        box : Box
            The rectangle; its borders belong to it.
        kept : ndarray of bool, shape (n,), optional
            Which localizations count, in the order of the plane.
        """
        near = self.near(box)
        x, y = near.of(self._x), near.of(self._y)
        left, low = box.left - self.bounds.left, box.low - self.bounds.low
        found = (x >= left) & (x <= left + box.width) & (y >= low) & (y <= low + box.height)
        if kept is not None:
            found &= near.of(kept)
        return near.places()[found]

    def positions(self, rows: npt.NDArray[np.intp]) -> FloatArray:
        """Return the positions (m, 2) of some localizations, nm."""
        x = self._x[rows].astype(np.float64) + self.bounds.left
        return np.column_stack([x, self._y[rows].astype(np.float64) + self.bounds.low])

    def pixels(self, grid: Grid, kept: BoolArray | None = None) -> Pixels:
        """Find the pixel of every localization.

        Parameters
        ----------
        grid : Grid
            Pixels of the picture.
        kept : ndarray of bool, shape (n,), optional
            Which localizations count, in the order of the plane.
        """
        near = self.near(grid.box)
        x, y = near.of(self._x), near.of(self._y)
        wide = grid.n_columns + 2
        scale = np.float32(1 / grid.pixel_nm)
        # what lies outside falls into a frame one pixel wide, which is cut off in the end
        from_left = np.float32((self.bounds.left - grid.left) / grid.pixel_nm + 1)
        from_low = np.float32((self.bounds.low - grid.low) / grid.pixel_nm + 1)
        pixel = np.empty(len(x), dtype=np.intp)
        for first in range(0, len(x), _AT_ONCE):
            some = slice(first, first + _AT_ONCE)
            column = x[some] * scale
            column += from_left
            np.clip(column, 0, grid.n_columns + 1, out=column)
            row = y[some] * scale
            row += from_low
            np.clip(row, 0, grid.n_rows + 1, out=row)
            flat = row.astype(np.int32)
            flat *= wide
            flat += column.astype(np.int32)
            pixel[some] = flat
        if kept is not None:
            pixel[~near.of(kept)] = 0
        return Pixels(grid, pixel, near)

    def _tiles(self, start_nm: float, length_nm: float) -> tuple[int, int]:
        """First and last tile along one side that a stretch meets; first > last when none."""
        # one more on either side: positions were rounded to 32 bits
        first = math.floor(max(start_nm / self._tile_nm, -1e6)) - 1
        last = math.floor(min((start_nm + length_nm) / self._tile_nm, 1e6)) + 1
        if last < 0 or first > _TILES - 1:
            return 1, 0
        return max(first, 0), min(last, _TILES - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Pixels:
    """In which pixel of a picture each localization lies.

    Parameters
    ----------
    grid : Grid
        The pixels.
    flat : ndarray of int, shape (m,)
        Pixel of each of the localizations, counted in a picture with a frame one pixel wide.
    near : Stretches
        Places of these localizations in the plane.
    """

    grid: Grid
    flat: npt.NDArray[np.intp]
    near: Stretches

    def counts(self) -> IntArray:
        """Return the number of localizations in each pixel (rows, columns)."""
        return self._cut(np.bincount(self.flat, minlength=self._n_cells))

    def counts_by(self, groups: npt.NDArray[np.int32], n_groups: int) -> list[IntArray]:
        """Return the same for each group, of which each localization (m,) belongs to one."""
        n_cells = self._n_cells
        flat = np.empty(len(groups), dtype=np.intp)
        for first in range(0, len(groups), _AT_ONCE):
            some = slice(first, first + _AT_ONCE)
            np.multiply(groups[some], n_cells, out=flat[some], dtype=np.intp)
            flat[some] += self.flat[some]
        cells = np.bincount(flat, minlength=n_groups * n_cells)
        return [self._cut(some) for some in cells.reshape(n_groups, n_cells)]

    def sums(self, values: npt.NDArray[np.generic]) -> FloatArray:
        """Add up values (m,) of the localizations in each pixel (rows, columns)."""
        sums = np.bincount(self.flat, weights=values, minlength=self._n_cells)
        return self._cut(np.asarray(sums, dtype=np.float64))

    def last(self, values: npt.NDArray[np.int32], empty: int) -> npt.NDArray[np.int32]:
        """Return one of the values (m,) of the localizations in each pixel (rows, columns)."""
        cells = np.full(self._n_cells, empty, dtype=np.int32)
        cells[self.flat] = values
        return self._cut(cells)

    @property
    def _n_cells(self) -> int:
        return (self.grid.n_columns + 2) * (self.grid.n_rows + 2)

    def _cut(self, cells: npt.NDArray[Number]) -> npt.NDArray[Number]:
        framed = cells.reshape(self.grid.n_rows + 2, self.grid.n_columns + 2)
        return framed[1:-1, 1:-1]
