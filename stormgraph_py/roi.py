"""Regions of interest: named and tagged areas of the plane, in nm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from stormgraph_py.arrays import BoolArray, FloatArray
from stormgraph_py.boxes import Box, Numbers, box_at, ellipse_ring, rectangle_ring
from stormgraph_py.errors import InputError
from stormgraph_py.even_odd import inside, shape_of
from stormgraph_py.geojson import (
    OWN_PROPERTY,
    REMEDY,
    Polygon,
    name_and_tags,
    polygons_of,
    single_feature,
)
from stormgraph_py.numerals import plain

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

Kind: TypeAlias = Literal["polygon", "freehand", "rectangle", "ellipse"]
"""How a region was drawn, and so how it can be edited."""

FARTHEST_NM = 1e12
"""Larger coordinates are taken for a mistake; their areas would have no correct digit."""

_BOXED: tuple[Kind, ...] = ("rectangle", "ellipse")
_RESERVED_TAGS = ("name", OWN_PROPERTY)


@dataclass(frozen=True, eq=False)
class Roi:
    """A region of interest in the plane: the union of polygons, each with its holes.

    A point on the border is inside when the region lies to its right, or above it where the border
    is level: of a rectangle the left and lower sides belong to it, the right and upper ones do not.
    Tiles of the plane therefore have each point in exactly one of them.

    Parameters
    ----------
    polygons : tuple of tuple of ndarray of shape (m, 2)
        Rings of each polygon in nm, the outline first, then holes. They are closed where they are
        not. Where a ring crosses itself the even-odd rule says what is inside.
    name : str
        What tables and folders call the region.
    tags : mapping of str to str
        Anything known of it: condition, replicate, cell.
    kind : {"polygon", "freehand", "rectangle", "ellipse"}
        How it was drawn.
    box : Box or None
        Where a rectangle or an ellipse lies.

    Raises
    ------
    InputError
        When a ring has fewer than three vertices or one that is not finite, when the region has
        no area, or when a tag has a name that means something else.

    Examples
    --------
    >>> roi = Roi.rectangle((50, 25), (100, 50), name="cell 1", tags={"condition": "resting"})
    >>> roi.area_nm2
    5000.0
    >>> roi.contains([[10, 10], [10, 60]])
    array([ True, False])
    """

    polygons: tuple[Polygon, ...]
    name: str = field(default="", kw_only=True)
    tags: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    kind: Kind = field(default="polygon", kw_only=True)
    box: Box | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        """Check and close the rings."""
        if not self.polygons or not all(self.polygons):
            raise InputError(f"The region of interest has no polygon; {REMEDY}.")
        polygons = tuple(tuple(map(_closed, rings)) for rings in self.polygons)
        object.__setattr__(self, "polygons", polygons)
        object.__setattr__(self, "tags", dict(self.tags))
        for tag in _RESERVED_TAGS:
            if tag in self.tags:
                raise InputError(f"A tag cannot be called {tag!r}; give it another name.")
        if not self.area_nm2 > 0:
            raise InputError(f"The region of interest has no area; {REMEDY}.")

    @classmethod
    def polygon(
        cls,
        vertices: npt.ArrayLike,
        *,
        kind: Kind = "polygon",
        name: str = "",
        tags: Mapping[str, str] | None = None,
    ) -> Roi:
        """Make a region from the vertices (m, 2) of its outline, nm."""
        rings = (np.asarray(vertices, dtype=np.float64),)
        return cls((rings,), kind=kind, name=name, tags=tags or {})

    @classmethod
    def rectangle(
        cls,
        center_nm: Numbers,
        size_nm: Numbers,
        angle_deg: float = 0.0,
        *,
        name: str = "",
        tags: Mapping[str, str] | None = None,
    ) -> Roi:
        """Make a rectangle; the parameters are those of `Box`.

        Raises
        ------
        InputError
            When a size is not positive or a number is not finite.
        """
        box = box_at(center_nm, size_nm, angle_deg)
        rings = (rectangle_ring(box),)
        return cls((rings,), kind="rectangle", box=box, name=name, tags=tags or {})

    @classmethod
    def ellipse(
        cls,
        center_nm: Numbers,
        size_nm: Numbers,
        angle_deg: float = 0.0,
        *,
        name: str = "",
        tags: Mapping[str, str] | None = None,
    ) -> Roi:
        """Make an ellipse; the parameters are those of `Box`.

        It is kept as a polygon whose area is that of the ellipse.

        Raises
        ------
        InputError
            When a size is not positive or a number is not finite.

        Examples
        --------
        >>> circle = Roi.ellipse((0, 0), (2000, 2000))
        >>> round(circle.area_nm2 / 1e6, 9)
        3.141592654
        """
        box = box_at(center_nm, size_nm, angle_deg)
        rings = (ellipse_ring(box),)
        return cls((rings,), kind="ellipse", box=box, name=name, tags=tags or {})

    @classmethod
    def whole_field(
        cls, xy: npt.ArrayLike, *, name: str = "field", tags: Mapping[str, str] | None = None
    ) -> Roi:
        """Make the smallest upright rectangle that holds all points (n, 2), nm.

        Raises
        ------
        InputError
            When the points do not span an area.
        """
        points = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
        if not len(points) or not (np.ptp(points, axis=0) > 0).all():
            raise InputError(
                f"{len(points)} localizations span no area; a field needs two that differ in x and "
                "in y."
            )
        left, bottom = points.min(axis=0).tolist()
        # The upper borders of a region are not part of it, and the last point must be.
        right, top = np.nextafter(points.max(axis=0), np.inf).tolist()
        ring = np.array([(left, bottom), (right, bottom), (right, top), (left, top)])
        box = box_at(((left + right) / 2, (bottom + top) / 2), (right - left, top - bottom), 0.0)
        return cls(((ring,),), kind="rectangle", box=box, name=name, tags=tags or {})

    @classmethod
    def from_shape(
        cls, shape: BaseGeometry, *, name: str = "", tags: Mapping[str, str] | None = None
    ) -> Roi:
        """Make a region from the polygons of a shapely geometry in nm; lines and points go.

        Raises
        ------
        InputError
            When the geometry has no area.
        """
        import shapely

        parts = [part for part in shapely.get_parts(shape) if isinstance(part, shapely.Polygon)]
        polygons = tuple(
            tuple(shapely.get_coordinates(ring) for ring in (part.exterior, *part.interiors))
            for part in parts
            if part.area > 0
        )
        return cls(polygons, name=name, tags=tags or {})

    @classmethod
    def union(cls, rois: Iterable[Roi]) -> Roi:
        """Put regions together; one alone is returned as it is.

        Raises
        ------
        InputError
            When there is none.
        """
        parts = tuple(rois)
        if len(parts) == 1:
            return parts[0]
        return cls(tuple(polygon for part in parts for polygon in part.polygons))

    @classmethod
    def from_geojson(cls, document: Mapping[str, Any]) -> Roi:
        """Make a region from a GeoJSON object: a geometry, a feature or a collection of them.

        Name, tags and the way it was drawn are those of the only feature; several features become
        one region without them.

        Raises
        ------
        InputError
            When the object holds something that is no polygon.
        """
        polygons = tuple(polygons_of(document))
        feature = single_feature(document)
        name, tags = name_and_tags(feature)
        kind, box = _drawn(feature, polygons)
        return cls(polygons, name=name, tags=tags, kind=kind, box=box)

    def as_geojson(self) -> dict[str, Any]:
        """Return the region as a GeoJSON MultiPolygon in nm."""
        return {
            "type": "MultiPolygon",
            "coordinates": [[ring.tolist() for ring in polygon] for polygon in self.polygons],
        }

    def as_feature(self) -> dict[str, Any]:
        """Return the region as a GeoJSON feature in nm, with name, tags and how it was drawn."""
        own: dict[str, Any] = {"kind": self.kind}
        if self.box is not None:
            own["center_nm"] = list(self.box.center_nm)
            own["size_nm"] = list(self.box.size_nm)
            own["angle_deg"] = self.box.angle_deg
        return {
            "type": "Feature",
            "geometry": self.as_geojson(),
            "properties": {"name": self.name, **self.tags, OWN_PROPERTY: own},
        }

    def scaled(self, factor: float) -> Roi:
        """Return the region with every coordinate multiplied by a factor above 0."""
        if factor == 1:
            return self
        polygons = tuple(tuple(ring * factor for ring in rings) for rings in self.polygons)
        box = self.box
        if box is not None:
            (x, y), (width, height) = box.center_nm, box.size_nm
            box = replace(
                box,
                center_nm=(x * factor, y * factor),
                size_nm=(width * factor, height * factor),
            )
        return replace(self, polygons=polygons, box=box)

    @cached_property
    def shape(self) -> BaseGeometry:
        """The region as a valid shapely geometry, in nm."""
        import shapely

        shapes = [shape_of(rings) for rings in self.polygons]
        return shapes[0] if len(shapes) == 1 else shapely.union_all(shapes)

    @property
    def area_nm2(self) -> float:
        """Area of the region in nm²; parts that polygons share are counted once."""
        return float(self.shape.area)

    @property
    def bounds_nm(self) -> tuple[float, float, float, float]:
        """Smallest x, smallest y, largest x and largest y, nm."""
        left, bottom, right, top = self.shape.bounds
        return float(left), float(bottom), float(right), float(top)

    def contains(self, points: npt.ArrayLike) -> BoolArray:
        """Tell which points (n, 2) in nm lie inside."""
        xy = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        result = np.zeros(len(xy), dtype=bool)
        for rings in self.polygons:
            result |= inside(rings, xy)
        return result


def _closed(vertices: npt.ArrayLike) -> FloatArray:
    ring = np.asarray(vertices, dtype=np.float64)
    if ring.ndim != 2 or ring.shape[1] != 2 or len(np.unique(ring, axis=0)) < 3:
        raise InputError(
            f"A ring of the region of interest has fewer than three different vertices; {REMEDY}."
        )
    if not np.isfinite(ring).all():
        raise InputError(f"A vertex of the region of interest is not finite; {REMEDY}.")
    if np.abs(ring).max() > FARTHEST_NM:
        raise InputError(
            f"A vertex of the region of interest lies beyond {plain(FARTHEST_NM)} nm; {REMEDY}."
        )
    return ring if (ring[0] == ring[-1]).all() else np.concatenate([ring, ring[:1]])


def _drawn(feature: Mapping[str, Any], polygons: Sequence[Polygon]) -> tuple[Kind, Box | None]:
    """Return how a feature says that its polygons were drawn, where that is still true of them."""
    properties = feature.get("properties")
    own = properties.get(OWN_PROPERTY) if isinstance(properties, Mapping) else None
    if not isinstance(own, Mapping):
        return "polygon", None
    if own.get("kind") == "freehand":
        return "freehand", None
    rings = {"rectangle": rectangle_ring, "ellipse": ellipse_ring}
    for kind in _BOXED:
        if own.get("kind") == kind:
            try:
                box = box_at(own["center_nm"], own["size_nm"], own.get("angle_deg", 0.0))
            except (KeyError, TypeError, ValueError, OverflowError):
                break
            # Where the vertices were moved since, they say where the region is.
            if _is_outline(polygons, rings[kind](box)):
                return kind, box
    return "polygon", None


def _is_outline(polygons: Sequence[Polygon], ring: FloatArray) -> bool:
    """Whether polygons are one ring alone, but for rounding."""
    if [len(rings) for rings in polygons] != [1]:
        return False
    ours, theirs = polygons[0][0][: len(ring)], ring
    tolerance = 1e-9 * float(np.abs(theirs).max())
    return ours.shape == theirs.shape and bool(np.abs(ours - theirs).max() <= tolerance)
