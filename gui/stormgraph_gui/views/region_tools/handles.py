"""Where a region can be taken hold of."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

from stormgraph_gui.models.region_shapes import Vertex, box_point, frame, nearest_edge, vertices
from stormgraph_py.roi import Roi

REACH = 8.0
"""So near, in screen pixels, a handle is meant."""

TURNING = 34.0
"""Screen pixels from the upper side to the handle that turns."""

SIDES = ((-1, -1), (0, -1), (1, -1), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0))
"""Corners and middles of the sides of a box."""

MOST_VERTICES = 80
"""Outlines of more vertices are resized by their box, unless the user asks for the vertices."""


@dataclass(frozen=True)
class Side:
    """The handle of a corner or of a side of the box."""

    u: int
    v: int


@dataclass(frozen=True)
class Turn:
    """The handle that turns."""


@dataclass(frozen=True)
class Edge:
    """An edge that can be given a vertex, which is then found at the place."""

    at: Vertex


@dataclass(frozen=True)
class Inside:
    """The region itself, which can be moved."""


Grip: TypeAlias = Side | Turn | Vertex | Edge | Inside


def has_vertices(roi: Roi) -> bool:
    """Whether vertices are what a region is changed by, if nothing else was asked for."""
    n = sum(len(ring) - 1 for rings in roi.polygons for ring in rings)
    return roi.box is None and n <= MOST_VERTICES


def can_have_vertices(roi: Roi) -> bool:
    """Whether a region can be changed by vertices: all but ellipses."""
    return roi.kind != "ellipse"


def turning_place(roi: Roi, nm_per_pixel: float) -> tuple[float, float]:
    """Return where the handle that turns is, nm: above the region as it stands."""
    box = frame(roi)
    x, y = box_point(box, 0, -1)
    angle = math.radians(box.angle_deg)
    away = TURNING * nm_per_pixel
    return x + away * math.sin(angle), y - away * math.cos(angle)


def grip_at(
    roi: Roi, at_nm: tuple[float, float], nm_per_pixel: float, *, by_vertices: bool
) -> Grip | None:
    """Return what of a region is meant by a point, or None.

    Parameters
    ----------
    roi : Roi
        The region.
    at_nm : (float, float)
        The point.
    nm_per_pixel : float
        How much of the sample a screen pixel covers.
    by_vertices : bool
        Whether vertices and edges can be taken hold of, or corners and sides.
    """
    reach = REACH * nm_per_pixel
    if math.dist(turning_place(roi, nm_per_pixel), at_nm) <= reach:
        return Turn()
    if by_vertices:
        places, at = vertices(roi)
        distances = ((at - at_nm) ** 2).sum(axis=1)
        nearest = int(distances.argmin())
        if distances[nearest] <= reach**2:
            return places[nearest]
        edge, distance = nearest_edge(roi, at_nm)
        if distance <= reach:
            return Edge(edge)
    else:
        box = frame(roi)
        for u, v in sorted(SIDES, key=lambda side: math.dist(box_point(box, *side), at_nm)):
            if math.dist(box_point(box, u, v), at_nm) <= reach:
                return Side(u, v)
            break
    if roi.contains([at_nm])[0] or nearest_edge(roi, at_nm)[1] <= reach:
        return Inside()
    return None
