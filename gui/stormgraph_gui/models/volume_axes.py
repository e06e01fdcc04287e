"""The box around points in space: its walls behind them, and ticks along its edges."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from stormgraph_gui.models.projection import Bounds, Camera, project
from stormgraph_py.arrays import FloatArray

PIXELS_PER_TICK = 55
"""Ticks are about this far apart on the screen."""

_SHORTEST_EDGE = 40
_END_ON = 0.97
_NAMES = "xyz"


@dataclass(frozen=True)
class Axis:
    """One labelled edge of the box.

    Parameters
    ----------
    title : str
        Its name and unit.
    ticks : tuple of (text, (x, y))
        What stands at which pixel of the edge.
    middle : tuple of float
        Pixel in the middle of the edge.
    outward : tuple of float
        Unit vector on the screen, away from the box, in which labels are put.
    """

    title: str
    ticks: tuple[tuple[str, tuple[float, float]], ...]
    middle: tuple[float, float]
    outward: tuple[float, float]


def nice_ticks(low: float, high: float, most: int) -> FloatArray:
    """Return round numbers between two, at most about so many.

    Examples
    --------
    >>> nice_ticks(0, 1000, 5).tolist()
    [0.0, 200.0, 400.0, 600.0, 800.0, 1000.0]
    """
    rough = (high - low) / max(most, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(s * power for s in (1, 2, 5, 10) if s * power >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return np.arange(first, last + 1, dtype=np.float64) * step


def wall_lines(
    bounds: Bounds, camera: Camera, width: int, height: int, origin_nm: FloatArray
) -> FloatArray:
    """Return the lines (m, 2, 3) of the three walls behind the points: grid and edges, nm.

    The parameters are those of `labelled_axes`.
    """
    low, high = np.array(bounds.low), np.array(bounds.high)
    # of the two walls across an axis, the one that is farther from the viewer
    wall = np.where(camera.axes[2] > 0, low, high)
    lines = []
    for across in range(3):
        along = [axis for axis in range(3) if axis != across]
        for axis, other in (along, along[::-1]):
            ticks = _ticks(bounds, camera, axis, width, height, origin_nm) - origin_nm[axis]
            for value in (low[axis], *ticks, high[axis]):
                line = np.empty((2, 3))
                line[:, across] = wall[across]
                line[:, axis] = value
                line[:, other] = low[other], high[other]
                lines.append(line)
    return np.array(lines)


def labelled_axes(
    bounds: Bounds, camera: Camera, width: int, height: int, origin_nm: FloatArray
) -> list[Axis]:
    """Return the edges of the box that carry ticks: on the outline of what is seen.

    Parameters
    ----------
    bounds : Bounds
        The box, relative to the origin.
    camera, width, height
        As in `project`.
    origin_nm : (3,) array
        What is added to positions in the texts of the ticks.
    """
    found = []
    middle_of_box, _ = project(np.array([bounds.center]), camera, width, height)
    for axis in range(3):
        ends = _edge(bounds, camera, axis, width, height)
        if ends is None or abs(camera.axes[2][axis]) > _END_ON:
            continue
        (start, end), line = ends
        length = float(np.hypot(*(end - start)))
        if length < _SHORTEST_EDGE:
            continue
        direction = (end - start) / length
        normal = np.array([-direction[1], direction[0]])
        middle = 0.5 * (start + end)
        if normal @ (middle - middle_of_box[0]) < 0:
            normal = -normal
        values = _ticks(bounds, camera, axis, width, height, origin_nm)
        spots = np.repeat(line[:1], len(values), axis=0)
        spots[:, axis] = values - origin_nm[axis]
        pixels, _ = project(spots, camera, width, height)
        ticks = tuple(
            (f"{value:,.10g}", (float(x), float(y)))
            for value, (x, y) in zip(values.tolist(), pixels, strict=True)
        )
        found.append(
            Axis(
                title=f"{_NAMES[axis]} (nm)",
                ticks=ticks,
                middle=(float(middle[0]), float(middle[1])),
                outward=(float(normal[0]), float(normal[1])),
            )
        )
    return found


def _ticks(
    bounds: Bounds, camera: Camera, axis: int, width: int, height: int, origin_nm: FloatArray
) -> FloatArray:
    """Round numbers along an axis, nm from the origin of the data."""
    span = bounds.high[axis] - bounds.low[axis]
    seen = span * (camera.z_scale if axis == 2 else 1.0) / camera.nm_per_pixel(width, height)
    seen *= math.sqrt(max(0.0, 1 - float(camera.axes[2][axis]) ** 2))
    most = min(12, max(2, int(seen / PIXELS_PER_TICK)))
    origin = float(origin_nm[axis])
    return nice_ticks(bounds.low[axis] + origin, bounds.high[axis] + origin, most)


def _edge(
    bounds: Bounds, camera: Camera, axis: int, width: int, height: int
) -> tuple[FloatArray, FloatArray] | None:
    """Ends of the edge along an axis that is labelled: on the screen (2, 2), and in nm (2, 3)."""
    one, two = (other for other in range(3) if other != axis)
    towards = camera.axes[2]
    best = None
    for side_one in (0, 1):
        for side_two in (0, 1):
            # on the outline one of the two walls that meet is behind and the other in front;
            # a wall that is seen edge-on may count as either
            front_one = towards[one] * (2 * side_one - 1)
            front_two = towards[two] * (2 * side_two - 1)
            if front_one * front_two > 1e-12:
                continue
            line = np.empty((2, 3))
            line[:, axis] = bounds.low[axis], bounds.high[axis]
            line[:, one] = (bounds.low, bounds.high)[side_one][one]
            line[:, two] = (bounds.low, bounds.high)[side_two][two]
            pixels, _ = project(line, camera, width, height)
            if not np.isfinite(pixels).all():
                continue
            middle = pixels.mean(axis=0)
            # upright edges are labelled on the left, others below
            upright = abs(pixels[1, 1] - pixels[0, 1]) > 2 * abs(pixels[1, 0] - pixels[0, 0])
            score = -middle[0] if upright else middle[1]
            if best is None or score > best[0] + 1e-6:
                best = (score, pixels, line)
    return None if best is None else (best[1], best[2])
