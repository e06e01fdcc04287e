"""How points in space come onto the screen: camera, projection, and a picture without OpenGL."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from stormgraph_py.arrays import FloatArray, IntArray

Pixels: TypeAlias = npt.NDArray[np.uint8]
Positions: TypeAlias = npt.NDArray[np.float64] | npt.NDArray[np.float32]
Triple: TypeAlias = tuple[float, float, float]

MOST_WHILE_MOVING = 300_000
"""Points that are drawn while the camera moves."""

FIELD_OF_VIEW_DEG = 30.0
"""Angle that the shorter side of the view covers, in perspective."""

_NEAREST = 0.01
_DEPTH_STEPS = 65_535
_FARTHEST_SHADE = 0.65
_MARGINS = (105, 62)
_SMALLEST_SHARE = 0.5
_ALIGNED = 1 - 1e-9


@dataclass(frozen=True, kw_only=True)
class Camera:
    """Where the viewer is.

    x, y and z are right-handed, as in the data. Seen from above z points up; `seen_along` with "z"
    looks from below, where x points to the right and y down as in the flat picture.

    Parameters
    ----------
    center_nm : tuple of float
        The point in the middle of the view; the camera turns about it.
    distance_nm : float
        From the camera to that point.
    azimuth_deg : float
        Direction of the camera about the z axis, 0 = from +x, -90 = from -y.
    elevation_deg : float
        Height of the camera, -90 to 90.
    is_perspective : bool
        Whether near things look larger; never along an axis, where the view is a plan.
    z_scale : float
        Factor by which z is stretched.
    """

    center_nm: Triple = (0.0, 0.0, 0.0)
    distance_nm: float = 1000.0
    azimuth_deg: float = -60.0
    elevation_deg: float = 25.0
    is_perspective: bool = True
    z_scale: float = 1.0

    @property
    def is_flat(self) -> bool:
        """Whether things are as large far away as near."""
        return not self.is_perspective or bool(np.abs(self.axes).max(axis=1).min() > _ALIGNED)

    @property
    def axes(self) -> FloatArray:
        """Unit vectors (3, 3) to the right, up, and towards the viewer, one a row."""
        azimuth, elevation = math.radians(self.azimuth_deg), math.radians(self.elevation_deg)
        sin_a, cos_a = math.sin(azimuth), math.cos(azimuth)
        sin_e, cos_e = math.sin(elevation), math.cos(elevation)
        return np.array(
            [
                (-sin_a, cos_a, 0.0),
                (-sin_e * cos_a, -sin_e * sin_a, cos_e),
                (cos_e * cos_a, cos_e * sin_a, sin_e),
            ]
        )

    def focal_length(self, width: int, height: int) -> float:
        """Return the distance of the screen from the eye, pixels."""
        return 0.5 * min(width, height) / math.tan(math.radians(FIELD_OF_VIEW_DEG / 2))

    def nm_per_pixel(self, width: int, height: int) -> float:
        """Return what a pixel covers at the centre, nm."""
        return self.distance_nm / self.focal_length(width, height)

    def orbited(self, azimuth_deg: float, elevation_deg: float) -> Camera:
        """Return the camera turned about the centre."""
        return dataclasses.replace(
            self,
            azimuth_deg=(self.azimuth_deg + azimuth_deg + 180.0) % 360.0 - 180.0,
            elevation_deg=min(90.0, max(-90.0, self.elevation_deg + elevation_deg)),
        )

    def panned(self, right_nm: float, up_nm: float) -> Camera:
        """Return the camera after it moved sideways."""
        moved = right_nm * self.axes[0] + up_nm * self.axes[1]
        moved[2] /= self.z_scale
        x, y, z = (np.array(self.center_nm) + moved).tolist()
        return dataclasses.replace(self, center_nm=(x, y, z))

    def zoomed(self, factor: float) -> Camera:
        """Return the camera nearer by a factor."""
        distance = min(1e9, max(1.0, self.distance_nm / factor))
        return dataclasses.replace(self, distance_nm=distance)

    def seen_along(self, axis: str | None) -> Camera:
        """Return the camera that looks along x, y or z, or obliquely from above for None."""
        azimuth, elevation = {
            "x": (0.0, 0.0), "y": (-90.0, 0.0), "z": (-90.0, -90.0), None: (-60.0, 25.0)
        }[axis]  # fmt: skip
        return dataclasses.replace(self, azimuth_deg=azimuth, elevation_deg=elevation)

    def fitted(self, bounds: Bounds, width: int, height: int) -> Camera:
        """Return the camera that sees all of a box, from the same direction."""
        camera = dataclasses.replace(
            self, center_nm=bounds.center, distance_nm=2 * bounds.diagonal(self.z_scale)
        )
        room = free_half(width, height)
        # in perspective the size of the picture is not inversely proportional to the distance
        for _ in range(8):
            xy, _ = project(bounds.corners, camera, width, height)
            reach = np.abs(xy - (width / 2, height / 2)) / room
            camera = camera.zoomed(1 / max(float(reach.max()), 1e-9))
        return camera


@dataclass(frozen=True)
class Bounds:
    """A box in space, nm."""

    low: Triple
    high: Triple

    @classmethod
    def of(cls, xyz: FloatArray) -> Bounds:
        """Return the smallest box around points (n, 3) that has an extent along each axis."""
        low, high = xyz.min(axis=0), xyz.max(axis=0)
        flat = high - low < 1e-9
        low, high = np.where(flat, low - 1.0, low), np.where(flat, high + 1.0, high)
        (x0, y0, z0), (x1, y1, z1) = low.tolist(), high.tolist()
        return cls((x0, y0, z0), (x1, y1, z1))

    @property
    def center(self) -> Triple:
        """The middle."""
        x, y, z = (0.5 * (np.array(self.low) + np.array(self.high))).tolist()
        return x, y, z

    @property
    def corners(self) -> FloatArray:
        """The eight corners (8, 3)."""
        both = np.array([self.low, self.high], dtype=np.float64)
        return np.array(
            [both[[i, j, k], [0, 1, 2]] for i in (0, 1) for j in (0, 1) for k in (0, 1)]
        )

    def moved(self, by: FloatArray) -> Bounds:
        """Return the box elsewhere."""
        (x0, y0, z0), (x1, y1, z1) = (np.array([self.low, self.high]) + by).tolist()
        return Bounds((x0, y0, z0), (x1, y1, z1))

    def diagonal(self, z_scale: float = 1.0) -> float:
        """Return the length of the diagonal."""
        return float(np.linalg.norm((np.array(self.high) - np.array(self.low)) * (1, 1, z_scale)))


def free_half(width: int, height: int) -> FloatArray:
    """Return half of the width and height of a view without the room for labels, pixels."""
    half = 0.5 * np.array([width, height], dtype=np.float64)
    return np.maximum(half - _MARGINS, _SMALLEST_SHARE * half)


def project(
    xyz: Positions, camera: Camera, width: int, height: int
) -> tuple[FloatArray, FloatArray]:
    """Return where points appear, and how near they are.

    Parameters
    ----------
    xyz : (n, 3) array
        Positions, nm.
    camera : Camera
        The viewer.
    width, height : int
        Size of the view, pixels.

    Returns
    -------
    pixels : (n, 2) array
        To the right and down from the upper left corner; NaN for points behind the viewer.
    nearness : (n,) array
        Distance from the plane of the centre towards the viewer, nm.
    """
    stretch = np.array([1.0, 1.0, camera.z_scale])
    turned = (camera.axes * stretch).astype(xyz.dtype) @ (
        xyz - np.array(camera.center_nm, dtype=xyz.dtype)
    ).T
    right, up, near = turned
    focal = camera.focal_length(width, height)
    if not camera.is_flat:
        away = camera.distance_nm - near
        scale = np.full_like(away, np.nan)
        np.divide(focal, away, out=scale, where=away > _NEAREST * camera.distance_nm)
    else:
        scale = np.full_like(near, focal / camera.distance_nm)
    return np.column_stack([width / 2 + right * scale, height / 2 - up * scale]), near


def paint_points(
    image: Pixels, pixels: FloatArray, nearness: FloatArray, colors: Pixels, size: int = 2
) -> None:
    """Paint points over an image, near ones over far ones, and far ones darker.

    Parameters
    ----------
    image : (height, width, 4) array of uint8
        What is painted on.
    pixels, nearness : (n, 2) and (n,) array
        As `project` returns them.
    colors : (n, 4) array of uint8
        Colour of each, red, green, blue and strength.
    size : int
        Edge of a point, pixels.
    """
    height, width = image.shape[:2]
    with np.errstate(invalid="ignore"):
        column = np.floor(pixels[:, 0] - (size - 1) / 2)
        row = np.floor(pixels[:, 1] - (size - 1) / 2)
        seen = (column >= 0) & (row >= 0) & (column + size <= width) & (row + size <= height)
    if not seen.any():
        return
    order, rank = _far_to_near(nearness[seen])
    start = row[seen].astype(np.int64) * width + column[seen].astype(np.int64)
    start = start[order]
    ink = _shaded(colors[seen][order], rank[order])
    flat = image.reshape(-1, 4).view(np.uint32).reshape(-1)
    for down in range(size):
        for right in range(size):
            flat[start + down * width + right] = ink


def _far_to_near(nearness: FloatArray) -> tuple[IntArray, npt.NDArray[np.uint16]]:
    """Order from far to near, and rank of each point among steps of depth."""
    far, near = float(nearness.min()), float(nearness.max())
    scale = _DEPTH_STEPS / (near - far) if near > far else 0.0
    rank = ((nearness - far) * scale).astype(np.uint16)
    # numbers of 16 bits are sorted by radix, in time proportional to their number
    return np.argsort(rank, kind="stable"), rank


def _shaded(colors: Pixels, rank: npt.NDArray[np.uint16]) -> npt.NDArray[np.uint32]:
    """Colours as one number a pixel, darker the farther away."""
    light = _FARTHEST_SHADE + (1 - _FARTHEST_SHADE) * (rank.astype(np.float32) / _DEPTH_STEPS)
    shaded = np.empty((len(colors), 4), dtype=np.uint8)
    shaded[:, :3] = colors[:, :3] * light[:, None]
    shaded[:, 3] = 255
    return shaded.view(np.uint32).reshape(-1)


def nearest_point(
    pixels: FloatArray, nearness: FloatArray, at: tuple[float, float], within: float
) -> int | None:
    """Return the index of the point that a click means, None when there is none.

    Of the points within so many pixels of the click, the closest on the screen; of those as good
    as that, the one nearest to the viewer.
    """
    with np.errstate(invalid="ignore"):
        gap = np.hypot(*(pixels - at).T)
    close = np.flatnonzero(gap <= within)
    if not len(close):
        return None
    best = close[gap[close] <= float(gap[close].min()) + 1.0]
    return int(best[np.argmax(nearness[best])])
