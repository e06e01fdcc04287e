"""Regions of interest as ImageJ and Fiji save them: .roi files and the zip of the ROI Manager.

Their coordinates are pixels, counted from the outer corner of the first one; y grows downwards, as
it does in the tables of localization programs.
"""

from __future__ import annotations

import io
import math
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from stormgraph_py.arrays import FloatArray
from stormgraph_py.errors import FileFormatError, InputError
from stormgraph_py.geojson import OWN_PROPERTY
from stormgraph_py.io.roi_reader import RoiOptions, RoiReader
from stormgraph_py.io.source import Peek
from stormgraph_py.roi import Kind, Roi

if TYPE_CHECKING:
    from roifile import ImagejRoi

_MAGIC = b"Iout"
_ZIP = b"PK\x03\x04"
_MAX_BYTES = 256 * 1024**2
_N_CURVE = 32
"""Pieces that a curved side of a composite becomes."""

_N_COORDINATES = {0: 2, 1: 2, 2: 4, 3: 6, 4: 0}
"""Numbers after each command of a path: move, line, quadratic and cubic curve, close."""

_DAMAGE = (struct.error, ValueError, TypeError, LookupError, ArithmeticError, RuntimeError,
           MemoryError, AssertionError)  # fmt: skip
"""What the library meets in a damaged file."""


def _recognizes(begin: Peek) -> bool:
    # the name of the first file follows close upon the beginning of a zip
    in_zip = begin.head.startswith(_ZIP) and b".roi" in begin.head.lower()
    return in_zip or begin.head.startswith(_MAGIC)


def _read(path: Path, data: bytes, options: RoiOptions) -> list[Roi]:
    from roifile import ImagejRoi

    pixel = options.nm_per_pixel
    rois, others = [], []
    for name, content in _files(path, data):
        try:
            drawn = ImagejRoi.frombytes(content)
            label = drawn.name or name
            what = _what_has_no_area(drawn)
            if what:
                others.append(f"{label} ({what})")
            else:
                rois.append(_roi(drawn, label).scaled(pixel))
        except InputError as error:
            raise FileFormatError(f"{path}: {name}: {error}") from None
        except _DAMAGE as error:
            reason = " ".join(str(error).split())[:100] or type(error).__name__
            raise FileFormatError(
                f"{path}: {name} is damaged or no ImageJ region ({reason}); save it again."
            ) from None
    if others:
        raise FileFormatError(
            f"{path}: holds {len(others)} that enclose no area or whose area is not defined: "
            f"{', '.join(others[:10])}{', ...' if len(others) > 10 else ''}; delete these in "
            "ImageJ's ROI Manager, or draw them as areas, and save again."
        )
    return rois


def _files(path: Path, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of a .roi file, or of each in a zip."""
    if not data.startswith(_ZIP):
        yield path.stem, data
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [m for m in archive.infolist() if not _is_clutter(m)]
            if sum(member.file_size for member in members) > _MAX_BYTES:
                raise FileFormatError(
                    f"{path}: is larger than {_MAX_BYTES >> 20} MiB unpacked; save fewer regions."
                )
            for member in members:
                if not member.filename.lower().endswith(".roi"):
                    raise FileFormatError(
                        f"{path}: holds {member.filename}, which is no .roi file; save the zip "
                        "with ImageJ's ROI Manager."
                    )
                yield Path(member.filename).stem, archive.read(member)
    except FileFormatError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, *_DAMAGE) as error:
        raise FileFormatError(
            f"{path}: this zip is truncated, damaged or encrypted ({error}); copy or save it again."
        ) from None


def _is_clutter(member: zipfile.ZipInfo) -> bool:
    """Whether a member is a folder or what macOS puts beside files."""
    return member.is_dir() or member.filename.startswith("__MACOSX/")


def _what_has_no_area(drawn: ImagejRoi) -> str:
    """Return what a region without a defined area is; nothing for an area."""
    from roifile import ROI_OPTIONS, ROI_SUBTYPE, ROI_TYPE

    if drawn.subtype in (ROI_SUBTYPE.TEXT, ROI_SUBTYPE.ARROW, ROI_SUBTYPE.IMAGE):
        return drawn.subtype.name.lower()
    areas = (ROI_TYPE.POLYGON, ROI_TYPE.RECT, ROI_TYPE.OVAL, ROI_TYPE.FREEHAND, ROI_TYPE.TRACED)
    if drawn.roitype not in areas:
        names = {ROI_TYPE.FREELINE: "freehand line", ROI_TYPE.NOROI: "nothing"}
        return names.get(drawn.roitype, drawn.roitype.name.lower())
    if drawn.options & ROI_OPTIONS.SPLINE_FIT:
        return "outline with a fitted spline"
    if drawn.roitype == ROI_TYPE.RECT and not drawn.composite and drawn.rounded_rect_arc_size > 0:
        return "rectangle with rounded corners"
    return ""


def _roi(drawn: ImagejRoi, name: str) -> Roi:
    """Return the region in pixels."""
    from roifile import ROI_SUBTYPE, ROI_TYPE

    tags = {str(key): str(value) for key, value in drawn.properties.items()}
    tags |= {"group": str(drawn.group)} if drawn.group else {}
    for taken in ("name", OWN_PROPERTY):
        tags.pop(taken, None)
    if drawn.composite:
        if drawn.multi_coordinates is None:
            raise InputError("the path of the composite is missing; save it again.")
        path = _flattened(drawn.multi_coordinates.tolist())
        rings = tuple(ring for ring in path if len(ring) > 2)
        return Roi.from_shape(Roi((rings,)).shape, name=name, tags=tags)
    if drawn.roitype in (ROI_TYPE.RECT, ROI_TYPE.OVAL):
        size = (float(drawn.right - drawn.left), float(drawn.bottom - drawn.top))
        corner = (float(drawn.left), float(drawn.top))
        if drawn.subpixelrect:
            corner, size = (drawn.xd, drawn.yd), (drawn.widthd, drawn.heightd)
        make = Roi.rectangle if drawn.roitype == ROI_TYPE.RECT else Roi.ellipse
        center = (corner[0] + size[0] / 2, corner[1] + size[1] / 2)
        return make(center, size, name=name, tags=tags)
    if drawn.subtype in (ROI_SUBTYPE.ELLIPSE, ROI_SUBTYPE.ROTATED_RECT):
        # The ends of one axis, and how long the other one is: a share of it, or pixels.
        dx, dy = drawn.x2 - drawn.x1, drawn.y2 - drawn.y1
        along, number = math.hypot(dx, dy), _float_parameter(drawn)
        is_ellipse = drawn.subtype == ROI_SUBTYPE.ELLIPSE
        make = Roi.ellipse if is_ellipse else Roi.rectangle
        return make(
            ((drawn.x1 + drawn.x2) / 2, (drawn.y1 + drawn.y2) / 2),
            (along, along * number if is_ellipse else number),
            math.degrees(math.atan2(dy, dx)),
            name=name,
            tags=tags,
        )
    kind: Kind = "polygon" if drawn.roitype == ROI_TYPE.POLYGON else "freehand"
    return Roi.polygon(drawn.coordinates(), kind=kind, name=name, tags=tags)


def _float_parameter(drawn: ImagejRoi) -> float:
    """Return the number that ImageJ keeps in the bytes of three smaller fields."""
    fields = (drawn.arrow_style_or_aspect_ratio, drawn.arrow_head_size, drawn.rounded_rect_arc_size)
    (number,) = struct.unpack(">f", struct.pack(">BBh", *fields))
    return float(number)


def _flattened(path: list[float]) -> Iterator[FloatArray]:
    """Yield the rings of a path of lines and Bézier curves as polygons."""
    vertices: list[FloatArray] = []
    at = 0
    while at < len(path):
        command = int(path[at])
        n = _N_COORDINATES[command]
        control = np.array(path[at + 1 : at + 1 + n], dtype=np.float64).reshape(n // 2, 2)
        at += 1 + n
        if command == 0 and vertices:
            yield np.concatenate(vertices)
            vertices = []
        if command in (0, 1):
            vertices.append(control)
        elif command in (2, 3):
            vertices.append(_curve(np.concatenate([vertices[-1][-1:], control])))
    if vertices:
        yield np.concatenate(vertices)


def _curve(control: FloatArray) -> FloatArray:
    """Return points (n, 2) of a Bézier curve after its first one, by de Casteljau's scheme."""
    t = (np.arange(1, _N_CURVE + 1) / _N_CURVE)[:, None, None]
    points = np.repeat(control[None], _N_CURVE, axis=0)
    while points.shape[1] > 1:
        points = points[:, :-1] * (1 - t) + points[:, 1:] * t
    return points[:, 0]


READER = RoiReader(
    name="imagej",
    description="ImageJ .roi or .zip",
    suffixes=(".roi", ".zip"),
    recognizes=_recognizes,
    read=_read,
)
