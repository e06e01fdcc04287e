"""Polygons by the even-odd rule: which points lie inside, and which region that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from stormgraph_py.arrays import BoolArray, FloatArray

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


def inside(rings: Sequence[FloatArray], xy: FloatArray) -> BoolArray:
    """Tell which points a ray to the right of which crosses the rings an odd number of times.

    A point on an edge is inside when the region lies to its right, or above it where the edge is
    level. Regions that share edges therefore share no point and leave none out. (Shapely counts
    points of the border as outside of both, and took 1.5 to 4 times as long in
    ``benchmarks/cropping.py``.)

    Parameters
    ----------
    rings : sequence of ndarray of shape (m, 2)
        Closed rings.
    xy : ndarray of shape (n, 2)
        Points; one that is not finite is outside.

    Returns
    -------
    ndarray of shape (n,)

    Examples
    --------
    >>> square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]])
    >>> inside([square], np.array([[0.0, 0.0], [1.0, 0.5], [0.5, 0.5]]))
    array([ True, False,  True])
    """
    result = np.zeros(len(xy), dtype=bool)
    edges = _upward_edges(rings)
    if not len(edges):
        return result
    left, right = edges[:, ::2].min(), edges[:, ::2].max()
    bottom, top = edges[:, 1].min(), edges[:, 3].max()
    x, y = xy[:, 0], xy[:, 1]
    near = np.flatnonzero((x >= left) & (x <= right) & (y >= bottom) & (y < top))
    near = near[np.argsort(y[near])]
    x, y = x[near], y[near]
    odd = np.zeros(len(near), dtype=bool)
    # Sorted by y, the points level with an edge are one slice: a few passes over all points for a
    # simple outline, however many vertices it has.
    levels = np.searchsorted(y, edges[:, [1, 3]])
    for (x_low, y_low, x_high, y_high), (start, stop) in zip(
        edges.tolist(), levels.tolist(), strict=True
    ):
        # An edge is always followed upwards, so that it is rounded alike for both its neighbours.
        crossing = y[start:stop] - y_low
        crossing /= y_high - y_low
        crossing *= x_high - x_low
        crossing += x_low
        odd[start:stop] ^= x[start:stop] < crossing
    result[near] = odd
    return result


# what is as small as the smallest numbers has no area, and is no reason to warn
@np.errstate(all="ignore")
def shape_of(rings: Sequence[FloatArray]) -> BaseGeometry:
    """Return the region inside rings by the even-odd rule as a valid shapely geometry.

    Parameters
    ----------
    rings : sequence of ndarray of shape (m, 2)
        Closed rings of at least three vertices; they may cross themselves and each other.

    Returns
    -------
    shapely.Polygon, shapely.MultiPolygon or an empty geometry

    Examples
    --------
    >>> bow_tie = np.array([[0.0, 0.0], [2.0, 2.0], [2.0, 0.0], [0.0, 2.0], [0.0, 0.0]])
    >>> shape_of([bow_tie]).area
    2.0
    """
    import shapely

    simple = shapely.Polygon(rings[0], rings[1:])
    if shapely.is_valid(simple):
        return simple
    # The rings cut the plane into faces, each of which lies inside or outside as a whole.
    lines = shapely.union_all([shapely.LinearRing(ring) for ring in rings])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    points = shapely.get_coordinates(shapely.point_on_surface(faces))
    return shapely.union_all(faces[inside(rings, points)])


def _upward_edges(rings: Sequence[FloatArray]) -> FloatArray:
    """Edges (m, 4) of all rings as x, y of the lower end and x, y of the higher; no level ones."""
    edges = np.concatenate([np.hstack([ring[:-1], ring[1:]]) for ring in rings])
    edges = edges[edges[:, 1] != edges[:, 3]]
    upward: FloatArray = np.where(edges[:, [1]] < edges[:, [3]], edges, edges[:, [2, 3, 0, 1]])
    return upward
