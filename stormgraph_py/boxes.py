"""Rectangles and ellipses: where they lie, and the vertices of their outline."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from stormgraph_py.arrays import FloatArray
from stormgraph_py.errors import InputError

Pair: TypeAlias = tuple[float, float]

Numbers: TypeAlias = Sequence[float] | FloatArray
"""A few numbers in any sequence."""

N_ELLIPSE_VERTICES = 256
"""Vertices of an ellipse: the outline errs by at most 6e-5 of its radius, the area not at all."""


@dataclass(frozen=True, kw_only=True)
class Box:
    """Where a rectangle or an ellipse lies.

    Parameters
    ----------
    center_nm : (float, float)
        Its centre.
    size_nm : (float, float)
        Width and height before it is turned; for an ellipse its two diameters.
    angle_deg : float
        How far it is turned from the x towards the y axis.

    Raises
    ------
    InputError
        When a number is not finite or a size is not positive.
    """

    center_nm: Pair
    size_nm: Pair
    angle_deg: float = 0.0

    def __post_init__(self) -> None:
        """Check every number."""
        object.__setattr__(self, "center_nm", _pair(self.center_nm, "center_nm"))
        object.__setattr__(self, "size_nm", _pair(self.size_nm, "size_nm"))
        if not min(self.size_nm) > 0:
            raise InputError(f"size_nm={self.size_nm} has a side that is not above 0; give nm.")
        if not math.isfinite(self.angle_deg):
            raise InputError(f"angle_deg={self.angle_deg} is no angle; give degrees.")


def _pair(values: Numbers, name: str) -> Pair:
    try:
        first, second = (float(value) for value in values)
    except (TypeError, ValueError):
        raise InputError(f"{name}={values!r} is no pair of numbers; give x and y in nm.") from None
    if not (math.isfinite(first) and math.isfinite(second)):
        raise InputError(f"{name}={values!r} is not finite; give x and y in nm.")
    return first, second


def box_at(center_nm: Numbers, size_nm: Numbers, angle_deg: float) -> Box:
    """Make a box of numbers in any sequence."""
    center, size = _pair(center_nm, "center_nm"), _pair(size_nm, "size_nm")
    return Box(center_nm=center, size_nm=size, angle_deg=float(angle_deg))


def rectangle_ring(where: Box) -> FloatArray:
    """Return the corners (4, 2) of a rectangle, nm."""
    corners = np.array([(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)])
    return _placed(corners, where)


def ellipse_ring(where: Box) -> FloatArray:
    """Return vertices (256, 2) of a polygon with the area of an ellipse, nm."""
    step = 2 * math.pi / N_ELLIPSE_VERTICES
    angles = step * np.arange(N_ELLIPSE_VERTICES)
    # A polygon inscribed in a circle is smaller than it; a little larger, they are equal.
    radius = math.sqrt(step / math.sin(step))
    return _placed(radius * np.column_stack([np.cos(angles), np.sin(angles)]), where)


def _placed(vertices: FloatArray, where: Box) -> FloatArray:
    """Scale vertices of the square from -1 to 1 to a box, turn and move them."""
    angle = math.radians(where.angle_deg)
    cos, sin = math.cos(angle), math.sin(angle)
    u, v = (vertices * np.array(where.size_nm) / 2).T
    x, y = where.center_nm
    return np.column_stack([x + u * cos - v * sin, y + u * sin + v * cos])
