"""Random motions of one channel against the other inside a region of interest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from stormgraph_py.arrays import BoolArray, FloatArray
from stormgraph_py.errors import ParameterError

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from stormgraph_py.roi import Roi

SMALLEST_WINDOW = 0.5
"""Share of a region that it and its moved copy have in common, at least."""

_MOST_TRIALS = 200_000
_RECTANGLE = 1e-9


@dataclass(frozen=True, kw_only=True)
class Motion:
    """A motion in the plane: a turn about a point, then a shift; z stays as it is.

    Parameters
    ----------
    angle : float
        Turn, radian, counterclockwise.
    center : tuple of float
        Point that the turn leaves in place, nm.
    shift_nm : tuple of float
        Shift, nm; in 3-D it may have a third component.
    box : tuple of float or None
        Smallest x, smallest y, largest x and largest y, nm, of a rectangle that is left on one side
        and entered on the opposite one; None for a plane without end.
    window : float
        Share of the region that its moved copy still covers; 1 where motions wrap around.
    """

    angle: float = 0.0
    center: tuple[float, float] = (0.0, 0.0)
    shift_nm: tuple[float, ...] = (0.0, 0.0)
    box: tuple[float, float, float, float] | None = None
    window: float = 1.0

    def forth(self, points: FloatArray) -> FloatArray:
        """Move points (n, 2 or 3), nm."""
        moved = points.copy()
        moved[:, :2] = self._turned(points[:, :2], self.angle)
        moved[:, : len(self.shift_nm)] += self.shift_nm
        return self._wrapped(moved)

    def back(self, points: FloatArray) -> FloatArray:
        """Undo the motion."""
        moved = points.copy()
        moved[:, : len(self.shift_nm)] -= self.shift_nm
        moved[:, :2] = self._turned(moved[:, :2], -self.angle)
        return self._wrapped(moved)

    def _turned(self, plane: FloatArray, angle: float) -> FloatArray:
        if angle == 0:
            return plane
        cosine, sine = np.cos(angle), np.sin(angle)
        turn = np.array([[cosine, sine], [-sine, cosine]])
        turned: FloatArray = (plane - self.center) @ turn + self.center
        return turned

    def _wrapped(self, points: FloatArray) -> FloatArray:
        if self.box is not None:
            low, high = np.array(self.box[:2]), np.array(self.box[2:])
            points[:, :2] = low + (points[:, :2] - low) % (high - low)
        return points


class Region:
    """A region of interest in the plane, as the null needs it.

    Parameters
    ----------
    outline : shapely.Geometry
        Polygon or polygons, nm.
    """

    def __init__(self, outline: BaseGeometry) -> None:
        import shapely

        self.outline = outline
        shapely.prepare(outline)
        left, low, right, high = (float(value) for value in outline.bounds)
        self.bounds_nm = (left, low, right, high)
        self.area_nm2 = float(outline.area)
        box = (right - left) * (high - low)
        self.is_rectangle = abs(self.area_nm2 - box) <= _RECTANGLE * box

    @classmethod
    def around(cls, *points: FloatArray) -> Region:
        """Return the smallest rectangle that holds all points (n, 2 or 3), nm."""
        import shapely

        everything = np.concatenate([part[:, :2] for part in points])
        (left, low), (right, high) = everything.min(axis=0), everything.max(axis=0)
        return cls(shapely.box(left, low, right, high))

    @classmethod
    def of(cls, roi: Roi) -> Region:
        """Return a region of interest in this form."""
        return cls(roi.shape)

    def contains(self, points: FloatArray, margin_nm: float = 0.0) -> BoolArray:
        """Tell which points (n, 2 or 3) lie inside, at least a margin away from the border."""
        import shapely

        inner = self.outline if margin_nm == 0 else self.outline.buffer(-margin_nm)
        shapely.prepare(inner)
        inside: BoolArray = shapely.contains_xy(inner, points[:, 0], points[:, 1])
        return inside

    def motions(self, n: int, rng: np.random.Generator) -> Iterator[Motion]:
        """Draw random motions.

        In a rectangle they are shifts that wrap around its borders, all equally likely. In any
        other region they are turns about its centroid by any angle followed by a shift, all equally
        likely among those after which the region and its moved copy have at least
        `SMALLEST_WINDOW` of its area in common.

        Parameters
        ----------
        n : int
            How many.
        rng : numpy.random.Generator
            Source of randomness.

        Raises
        ------
        ParameterError
            When the region is so thin that hardly any motion keeps it in place.
        """
        left, low, right, high = self.bounds_nm
        sides = np.array([right - left, high - low])
        if self.is_rectangle:
            for shift in rng.random((n, 2)) * sides:
                yield Motion(shift_nm=tuple(shift.tolist()), box=self.bounds_nm)
            return
        yield from self._turns(n, rng, float(np.hypot(*sides)))

    def _turns(self, n: int, rng: np.random.Generator, reach: float) -> Iterator[Motion]:
        from shapely.affinity import rotate, translate

        center = (float(self.outline.centroid.x), float(self.outline.centroid.y))
        n_found = 0
        for _ in range(_MOST_TRIALS):
            if n_found == n:
                return
            angle = float(rng.random() * 2 * np.pi)
            x, y = ((rng.random(2) - 0.5) * reach).tolist()
            moved = translate(rotate(self.outline, angle, origin=center, use_radians=True), x, y)
            window = float(self.outline.intersection(moved).area) / self.area_nm2
            if window >= SMALLEST_WINDOW:
                n_found += 1
                yield Motion(angle=angle, center=center, shift_nm=(x, y), window=window)
        if n_found < n:
            raise ParameterError(
                "Hardly any motion keeps half of the region inside itself; draw a region that is "
                "less thin, or a rectangle."
            )
