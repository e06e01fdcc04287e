"""Square tiles of a region of interest, all of one size."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from stormgraph_py.boxes import Box
from stormgraph_py.errors import ParameterError
from stormgraph_py.numerals import plain
from stormgraph_py.roi import Roi

MAX_TILES = 1_000_000
"""Tiles that the bounding box may have; more is taken for a mistake in the unit."""

_ROUNDING = 1e-9
"""Share of a tile that may be missing from one that counts as whole."""


def square_tiles(
    roi: Roi,
    *,
    side_nm: float = 3000.0,
    angle_deg: float = 0.0,
    min_coverage: float = 1.0,
    offset_nm: Sequence[float] = (0.0, 0.0),
) -> tuple[Roi, ...]:
    """Divide a region into squares of a lattice.

    Each point of the region lies in at most one tile; see `stormgraph_py.roi.Roi` for those on a
    border.

    Parameters
    ----------
    roi : Roi
        Region to divide.
    side_nm : float
        Side of a tile.
    angle_deg : float
        How far the lattice is turned from the x towards the y axis.
    min_coverage : float
        Smallest share of a tile that lies in the region, above 0 and at most 1. With 1 all tiles
        are whole squares; with less, those at the border are cut to the region and have the area
        that is left of them.
    offset_nm : (float, float)
        Shift of the lattice along its own axes. Without, it begins at the smallest coordinates of
        the region along these axes.

    Returns
    -------
    tuple of Roi
        Named A1, A2, ... along the first row, that of the smallest y, then B1, ...; after Z comes
        AA. A name says where in the lattice a tile lies, whichever others are left out. Where the
        region has a name it comes first (``cell1_A1``) and is the tag ``tile_of``; the other
        tags of the tiles are the region's.

    Raises
    ------
    ParameterError
        When a parameter is out of bounds or the tiles would be too many.

    Examples
    --------
    >>> cell = Roi.rectangle((4500, 3000), (9000, 6000), name="cell1", tags={"day": "2"})
    >>> tiles = square_tiles(cell)
    >>> [tile.name for tile in tiles]
    ['cell1_A1', 'cell1_A2', 'cell1_A3', 'cell1_B1', 'cell1_B2', 'cell1_B3']
    >>> tiles[0].tags
    {'day': '2', 'tile_of': 'cell1'}
    """
    import shapely

    if not 0 < side_nm < math.inf:
        raise ParameterError(f"side_nm={side_nm} is no length above 0; give nm, for example 3000.")
    if not 0 < min_coverage <= 1:
        raise ParameterError(f"min_coverage={min_coverage} is not above 0 and at most 1.")
    if not all(map(math.isfinite, (*offset_nm, angle_deg))):
        raise ParameterError(f"offset_nm={offset_nm} and angle_deg={angle_deg} must be finite.")
    cos, sin = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    x, y = shapely.get_coordinates(roi.shape).T
    columns = _lattice_lines(x * cos + y * sin, side_nm, float(offset_nm[0]))
    rows = _lattice_lines(y * cos - x * sin, side_nm, float(offset_nm[1]))
    n_tiles = (len(columns) - 1) * (len(rows) - 1)
    if n_tiles > MAX_TILES:
        raise ParameterError(
            f"Tiles of {plain(side_nm)} nm would be {n_tiles} in the region's bounding box, more "
            f"than {MAX_TILES}; are side and region both in nm?"
        )
    # Neighbours share corners to the last bit, and with them the border between them.
    u, v = np.meshgrid(columns, rows)
    corners = np.stack([u * cos - v * sin, u * sin + v * cos], axis=-1)
    rings = np.stack(
        [corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1]], axis=2
    ).reshape(-1, 4, 2)
    squares: npt.NDArray[np.object_] = np.asarray(shapely.polygons(rings))
    shapely.prepare(roi.shape)
    touched = np.flatnonzero(shapely.intersects(roi.shape, squares))
    parts = shapely.intersection(squares[touched], roi.shape)
    coverage = shapely.area(parts) / shapely.area(squares[touched])
    prefix = f"{roi.name}_" if roi.name else ""
    tags = {**roi.tags, "tile_of": roi.name} if roi.name else dict(roi.tags)
    tiles = []
    for place, part, share in zip(touched, parts, coverage, strict=True):
        if share < min_coverage - _ROUNDING or share <= _ROUNDING:
            continue
        row, column = divmod(int(place), len(columns) - 1)
        name = f"{prefix}{_row_name(row)}{column + 1}"
        if share < 1 - _ROUNDING:
            tiles.append(Roi.from_shape(part, name=name, tags=tags))
            continue
        ring = rings[place]
        box = Box(
            center_nm=tuple(ring.mean(axis=0)), size_nm=(side_nm, side_nm), angle_deg=angle_deg
        )
        tiles.append(Roi(((ring,),), kind="rectangle", box=box, name=name, tags=tags))
    return tuple(tiles)


def _lattice_lines(positions: np.ndarray, side: float, offset: float) -> np.ndarray:
    """Return the lines of a lattice along one axis, from below all positions to above them."""
    low, high = float(positions.min()), float(positions.max())
    shift = offset % side
    first = low + shift - side if shift > 0 else low
    n = max(math.ceil((high - first) / side - _ROUNDING), 1)
    return first + side * np.arange(min(n, MAX_TILES + 1) + 1)


def _row_name(row: int) -> str:
    """Return A to Z for the first rows, then AA, AB, ..."""
    name = ""
    row += 1
    while row:
        row, letter = divmod(row - 1, 26)
        name = chr(ord("A") + letter) + name
    return name
