"""Regions of interest: polygons in nm, read from GeoJSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from stormgraph_py.arrays import BoolArray, FloatArray
from stormgraph_py.errors import FileFormatError, InputError

Polygon: TypeAlias = tuple[FloatArray, ...]
"""Rings (m, 2) of one polygon, nm: its outline, then its holes."""

_REMEDY = "draw the region as a GeoJSON Polygon or MultiPolygon with coordinates in nm"


@dataclass(frozen=True, eq=False)
class Roi:
    """A region of interest in the plane: the union of polygons, each with its holes.

    Parameters
    ----------
    polygons : tuple of tuple of ndarray of shape (m, 2)
        Rings of each polygon in nm, the outline first, then holes. A ring may repeat its first
        vertex at its end. Where a ring crosses itself the even-odd rule says what is inside.

    Raises
    ------
    InputError
        When a ring has fewer than three vertices or one that is not finite, or when the region has
        no area.

    Examples
    --------
    >>> roi = Roi.from_geojson({"type": "Polygon",
    ...     "coordinates": [[[0, 0], [100, 0], [100, 50], [0, 50], [0, 0]]]})
    >>> roi.area_nm2
    5000.0
    >>> roi.contains([[10, 10], [10, 60]])
    array([ True, False])
    """

    polygons: tuple[Polygon, ...]

    def __post_init__(self) -> None:
        """Check the rings."""
        if not self.polygons:
            raise InputError(f"The region of interest has no polygon; {_REMEDY}.")
        for ring in (ring for polygon in self.polygons for ring in polygon):
            if ring.ndim != 2 or ring.shape[1] != 2 or len(np.unique(ring, axis=0)) < 3:
                raise InputError(
                    "A ring of the region of interest has fewer than three different vertices; "
                    f"{_REMEDY}."
                )
            if not np.isfinite(ring).all():
                raise InputError(f"A vertex of the region of interest is not finite; {_REMEDY}.")
        if not self.area_nm2 > 0:
            raise InputError(f"The region of interest has no area; {_REMEDY}.")

    @classmethod
    def from_geojson(cls, document: Mapping[str, Any]) -> Roi:
        """Make a region from a GeoJSON object: a geometry, a feature or a collection of them.

        Raises
        ------
        InputError
            When the object holds something that is no polygon.
        """
        return cls(tuple(_polygons(document)))

    def as_geojson(self) -> dict[str, Any]:
        """Return the region as a GeoJSON MultiPolygon in nm."""
        return {
            "type": "MultiPolygon",
            "coordinates": [[ring.tolist() for ring in polygon] for polygon in self.polygons],
        }

    @property
    def area_nm2(self) -> float:
        """Area of the region in nm²; parts that polygons share are counted once."""
        return _union_area([_edges(polygon) for polygon in self.polygons])

    @property
    def bounds_nm(self) -> tuple[float, float, float, float]:
        """Smallest x, smallest y, largest x and largest y, nm."""
        vertices = np.concatenate([polygon[0] for polygon in self.polygons])
        (left, bottom), (right, top) = vertices.min(axis=0), vertices.max(axis=0)
        return float(left), float(bottom), float(right), float(top)

    def contains(self, points: npt.ArrayLike) -> BoolArray:
        """Tell which points (n, 2) in nm lie inside; a point on a border may fall either way."""
        xy = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        order = np.argsort(xy[:, 1], kind="stable")
        x, y = xy[order].T
        inside = np.zeros(len(xy), dtype=bool)
        for polygon in self.polygons:
            odd = np.zeros(len(xy), dtype=bool)
            # Sorted by y, the points level with an edge are one slice: about two passes over all
            # points for a simple outline, however many vertices it has.
            for x_low, y_low, x_high, y_high in _edges(polygon):
                level = slice(*np.searchsorted(y, (y_low, y_high)))
                slope = (x_high - x_low) / (y_high - y_low)
                odd[level] ^= x[level] < x_low + (y[level] - y_low) * slope
            inside |= odd
        result = np.empty_like(inside)
        result[order] = inside
        return result


def read_roi(path: str | Path) -> Roi:
    """Read a region of interest from a GeoJSON file with coordinates in nm.

    Raises
    ------
    FileFormatError
        When the file is no GeoJSON with polygons.
    OSError
        When the file cannot be opened.
    """
    text = Path(path).read_bytes()
    try:
        document = json.loads(text.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise FileFormatError(f"{path} is no GeoJSON file ({error}); {_REMEDY}.") from None
    try:
        return Roi.from_geojson(document)
    except InputError as error:
        raise FileFormatError(f"{path}: {error}") from None


def _polygons(document: object) -> Iterable[Polygon]:
    kind = document.get("type") if isinstance(document, Mapping) else None
    if not isinstance(document, Mapping) or not isinstance(kind, str):
        raise InputError(f"This is no GeoJSON object with a type; {_REMEDY}.")
    if kind == "FeatureCollection":
        for feature in _members(document, "features"):
            yield from _polygons(feature)
    elif kind == "GeometryCollection":
        for geometry in _members(document, "geometries"):
            yield from _polygons(geometry)
    elif kind == "Feature":
        yield from _polygons(document.get("geometry"))
    elif kind == "Polygon":
        yield _rings(_members(document, "coordinates"))
    elif kind == "MultiPolygon":
        for rings in _members(document, "coordinates"):
            yield _rings(rings)
    else:
        raise InputError(f"A GeoJSON {kind} is no region; {_REMEDY}.")


def _members(document: Mapping[str, Any], name: str) -> list[Any]:
    members = document.get(name)
    if not isinstance(members, list):
        raise InputError(f"The GeoJSON {document['type']} has no list {name!r}; {_REMEDY}.")
    return members


def _rings(rings: object) -> Polygon:
    if not isinstance(rings, list) or not rings:
        raise InputError(f"A polygon of the region of interest has no ring; {_REMEDY}.")
    try:
        # A third coordinate (height) is allowed by the format and means nothing here.
        return tuple(
            np.array([[float(x), float(y)] for x, y, *_ in ring], dtype=np.float64)
            for ring in rings
        )
    except (TypeError, ValueError):
        raise InputError(
            f"A vertex of the region of interest is no pair of numbers; {_REMEDY}."
        ) from None


def _edges(polygon: Polygon) -> FloatArray:
    """Edges (m, 4) of all rings as x, y of the lower end and x, y of the higher; no level ones."""
    edges = np.concatenate(
        [np.hstack([ring, np.roll(ring, -1, axis=0)]) for ring in polygon], axis=0
    )
    edges = edges[edges[:, 1] != edges[:, 3]]
    upwards: FloatArray = np.where(edges[:, [1]] < edges[:, [3]], edges, edges[:, [2, 3, 0, 1]])
    return upwards


def _union_area(polygons: list[FloatArray]) -> float:
    """Area of the union of polygons given by their edges, each filled by the even-odd rule.

    Between two neighbouring heights at which an edge ends or crosses another one, all widths change
    linearly, so that the width at half height times the height of the slab is exact.
    """
    edges = np.concatenate(polygons)
    owner = np.repeat(np.arange(len(polygons)), [len(e) for e in polygons])
    x_low, y_low, x_high, y_high = edges.T
    heights = np.unique(np.concatenate([y_low, y_high, _crossing_heights(edges)]))
    area = 0.0
    for bottom, top in pairwise(heights):
        middle = (bottom + top) / 2
        level = np.flatnonzero((y_low <= middle) & (middle < y_high))
        x = x_low[level] + (middle - y_low[level]) * (
            (x_high[level] - x_low[level]) / (y_high[level] - y_low[level])
        )
        # Within a polygon borders alternate between entering (+1) and leaving (-1).
        order = np.lexsort((x, owner[level]))
        x, who = x[order], owner[level][order]
        rank = np.arange(len(who)) - np.searchsorted(who, who)
        step = np.where(rank % 2 == 0, 1, -1)
        across = np.argsort(x, kind="stable")
        covered = np.cumsum(step[across])[:-1] > 0
        area += (top - bottom) * np.diff(x[across])[covered].sum()
    return float(area)


def _crossing_heights(edges: FloatArray) -> FloatArray:
    """Heights at which two edges cross."""
    start, step = edges[:, :2], edges[:, 2:] - edges[:, :2]
    heights = [np.empty(0)]
    for i in range(len(edges) - 1):
        others = slice(i + 1, None)
        between = start[others] - start[i]
        cross = step[i, 0] * step[others, 1] - step[i, 1] * step[others, 0]
        with np.errstate(divide="ignore", invalid="ignore"):
            along = (between[:, 0] * step[others, 1] - between[:, 1] * step[others, 0]) / cross
            along_other = (between[:, 0] * step[i, 1] - between[:, 1] * step[i, 0]) / cross
        meet = (along > 0) & (along < 1) & (along_other > 0) & (along_other < 1)
        heights.append(start[i, 1] + along[meet] * step[i, 1])
    return np.concatenate(heights)
