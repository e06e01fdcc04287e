"""What can be done to the outline of a region: everything that handles and numbers change."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from stormgraph_gui.models.project import Region
from stormgraph_py.arrays import FloatArray
from stormgraph_py.boxes import Box
from stormgraph_py.roi import Kind, Roi

SMALLEST_NM = 1.0
"""Smallest width and height that handles make."""


@dataclass(frozen=True)
class Vertex:
    """Where a vertex is found: polygon, ring of it, vertex of that."""

    polygon: int
    ring: int
    place: int


def frame(roi: Roi) -> Box:
    """Return the box that a region fills: its own, or the upright one round its vertices."""
    if roi.box is not None:
        return roi.box
    corners = np.concatenate([rings[0] for rings in roi.polygons])
    low, high = corners.min(axis=0), corners.max(axis=0)
    x, y = ((low + high) / 2).tolist()
    width, height = (high - low).tolist()
    return Box(center_nm=(x, y), size_nm=(width, height))


def framed(roi: Roi, box: Box) -> Roi:
    """Return a region moved, scaled and turned so that it fills another box."""
    if roi.box is not None:
        make = Roi.rectangle if roi.kind == "rectangle" else Roi.ellipse
        return make(box.center_nm, box.size_nm, box.angle_deg, name=roi.name, tags=roi.tags)
    before = frame(roi)
    scale = np.divide(box.size_nm, before.size_nm)
    angle = math.radians(box.angle_deg - before.angle_deg)
    cos, sin = math.cos(angle), math.sin(angle)
    turn = np.array([(cos, sin), (-sin, cos)])

    def moved(ring: FloatArray) -> FloatArray:
        at: FloatArray = (ring - before.center_nm) * scale @ turn + box.center_nm
        return at

    return replace(roi, polygons=tuple(tuple(map(moved, rings)) for rings in roi.polygons))


def moved(roi: Roi, dx_nm: float, dy_nm: float) -> Roi:
    """Return a region shifted."""
    box = frame(roi)
    x, y = box.center_nm
    return framed(roi, replace(box, center_nm=(x + dx_nm, y + dy_nm)))


def box_point(box: Box, u: float, v: float) -> tuple[float, float]:
    """Return the point (u, v) of a box whose corners are at -1 and 1, nm."""
    angle = math.radians(box.angle_deg)
    cos, sin = math.cos(angle), math.sin(angle)
    (x, y), (width, height) = box.center_nm, box.size_nm
    along, across = u * width / 2, v * height / 2
    return x + along * cos - across * sin, y + along * sin + across * cos


def resized(
    box: Box,
    handle: tuple[int, int],
    to_nm: tuple[float, float],
    *,
    keep_ratio: bool = False,
    from_center: bool = False,
) -> Box:
    """Return a box one of whose handles was dragged somewhere.

    Parameters
    ----------
    box : Box
        As it was.
    handle : (int, int)
        Corner or middle of a side: -1, 0 or 1 along width and height.
    to_nm : (float, float)
        Where the handle is now.
    keep_ratio : bool
        Width and height stay in proportion.
    from_center : bool
        The centre stays, and not the opposite side.
    """
    fixed = box.center_nm if from_center else box_point(box, -handle[0], -handle[1])
    angle = math.radians(box.angle_deg)
    cos, sin = math.cos(angle), math.sin(angle)
    dx, dy = to_nm[0] - fixed[0], to_nm[1] - fixed[1]
    pulled = (dx * cos + dy * sin, dy * cos - dx * sin)
    reach = 2.0 if from_center else 1.0
    sizes = [
        max(abs(reach * pull), SMALLEST_NM) if side else size
        for pull, side, size in zip(pulled, handle, box.size_nm, strict=True)
    ]
    if keep_ratio:
        ratios = [
            new / old for new, old, side in zip(sizes, box.size_nm, handle, strict=True) if side
        ]
        sizes = [max(ratios) * size for size in box.size_nm]
    if from_center:
        center = box.center_nm
    else:
        # where the pointer is beyond the fixed side, the box lies on that side of it
        signs = [
            math.copysign(1, pull) if side else 0.0
            for pull, side in zip(pulled, handle, strict=True)
        ]
        along, across = signs[0] * sizes[0] / 2, signs[1] * sizes[1] / 2
        center = (fixed[0] + along * cos - across * sin, fixed[1] + along * sin + across * cos)
    return replace(box, center_nm=center, size_nm=(sizes[0], sizes[1]))


def vertices(roi: Roi) -> tuple[list[Vertex], FloatArray]:
    """Return all vertices of a region, and where they are (n, 2), nm."""
    places = [
        Vertex(i, j, k)
        for i, rings in enumerate(roi.polygons)
        for j, ring in enumerate(rings)
        for k in range(len(ring) - 1)
    ]
    return places, np.concatenate([ring[:-1] for rings in roi.polygons for ring in rings])


def with_vertex(roi: Roi, at: Vertex, to_nm: tuple[float, float]) -> Roi:
    """Return a region with one vertex elsewhere.

    Raises
    ------
    InputError
        When the region then has no area.
    """
    ring = _ring(roi, at).copy()
    ring[at.place] = to_nm
    return _with_ring(roi, at, ring)


def with_new_vertex(roi: Roi, at: Vertex, to_nm: tuple[float, float]) -> Roi:
    """Return a region with one more vertex, which is then the one at this place."""
    return _with_ring(roi, at, np.insert(_ring(roi, at), at.place, to_nm, axis=0))


def without_vertex(roi: Roi, at: Vertex) -> Roi:
    """Return a region with one vertex less.

    Raises
    ------
    InputError
        When less than a triangle is left.
    """
    return _with_ring(roi, at, np.delete(_ring(roi, at), at.place, axis=0))


def nearest_edge(roi: Roi, to_nm: tuple[float, float]) -> tuple[Vertex, float]:
    """Return where a new vertex belongs that lies near a point, and how far the edge is, nm."""
    best = Vertex(0, 0, 0), math.inf
    for i, rings in enumerate(roi.polygons):
        for j, ring in enumerate(rings):
            distances = _to_segments(ring, np.array(to_nm))
            k = int(np.argmin(distances))
            if distances[k] < best[1]:
                best = Vertex(i, j, k + 1), float(distances[k])
    return best


def region_at(
    regions: Iterable[Region], to_nm: tuple[float, float], reach_nm: float, *, inside: bool
) -> Region | None:
    """Return the smallest region whose outline is near a point, or that holds the point.

    Parameters
    ----------
    regions : iterable of Region
        Regions to choose from.
    to_nm : (float, float)
        The point.
    reach_nm : float
        What counts as near.
    inside : bool
        Whether the inside of a region is part of it, or its outline alone.
    """
    x, y = to_nm
    found = []
    for region in regions:
        left, bottom, right, top = _bounds(region.roi)
        if not (left - reach_nm <= x <= right + reach_nm):
            continue
        if not (bottom - reach_nm <= y <= top + reach_nm):
            continue
        is_near = nearest_edge(region.roi, to_nm)[1] <= reach_nm
        if is_near or (inside and region.roi.contains([to_nm])[0]):
            found.append(region)
    return min(found, key=lambda region: region.roi.area_nm2, default=None)


_BOUNDS: WeakKeyDictionary[Roi, tuple[float, float, float, float]] = WeakKeyDictionary()
"""Of regions that were asked for: the mouse asks for all of them with every move."""


def _bounds(roi: Roi) -> tuple[float, float, float, float]:
    """Return smallest x and y, largest x and y."""
    if roi not in _BOUNDS:
        _BOUNDS[roi] = roi.bounds_nm
    return _BOUNDS[roi]


def _ring(roi: Roi, at: Vertex) -> FloatArray:
    """Return the ring of a vertex without its closing one."""
    return roi.polygons[at.polygon][at.ring][:-1]


def _with_ring(roi: Roi, at: Vertex, ring: FloatArray) -> Roi:
    polygons = [list(rings) for rings in roi.polygons]
    polygons[at.polygon][at.ring] = ring
    kind: Kind = "freehand" if roi.kind == "freehand" else "polygon"
    return replace(roi, polygons=tuple(map(tuple, polygons)), kind=kind, box=None)


def _to_segments(ring: FloatArray, point: npt.NDArray[np.float64]) -> FloatArray:
    """Return how far a point is from each edge of a closed ring."""
    start, along = ring[:-1], np.diff(ring, axis=0)
    length = (along**2).sum(axis=1)
    share = ((point - start) * along).sum(axis=1) / np.where(length > 0, length, 1)
    foot = start + np.clip(share, 0, 1)[:, None] * along
    distances: FloatArray = np.hypot(*(foot - point).T)
    return distances
