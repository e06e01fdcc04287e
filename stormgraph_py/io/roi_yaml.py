"""Regions of interest in YAML: Picasso's picks, in camera pixels, and locan's regions, in nm."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from stormgraph_py.arrays import FloatArray
from stormgraph_py.errors import FileFormatError, InputError
from stormgraph_py.io.roi_reader import RoiOptions, RoiReader
from stormgraph_py.io.source import Peek
from stormgraph_py.roi import Roi

_PICASSO_KEY = re.compile(
    rb"^(Shape|Centers|Center-Axis-Points|Vertices|Corners|Strokes)\s*:", re.MULTILINE
)
_LOCAN_KEY = re.compile(rb"^(region|region_specs)\s*:", re.MULTILINE)
_DAMAGE = (InputError, TypeError, ValueError, LookupError, ArithmeticError, SyntaxError,
           RecursionError, MemoryError)  # fmt: skip
"""What a file of the right keys and the wrong values leads to."""


def _recognizes_picasso(begin: Peek) -> bool:
    return bool(_PICASSO_KEY.search(begin.head))


def _recognizes_locan(begin: Peek) -> bool:
    return bool(_LOCAN_KEY.search(begin.head))


def _read_picasso(path: Path, data: bytes, options: RoiOptions) -> list[Roi]:
    document = _document(path, data)
    shape = document.get("Shape", "Circle")
    pixel = options.nm_per_pixel
    makers: dict[str, tuple[str, str | None, Callable[[Any, float], Roi]]] = {
        "Circle": ("Centers", "Diameter", _circle),
        "Square": ("Centers", "Side Length", _square),
        "Rectangle": ("Center-Axis-Points", "Width", _rectangle),
        "Polygon": ("Vertices", None, lambda vertices, _: Roi.polygon(vertices)),
        "Box": ("Corners", None, _corners),
    }
    if not isinstance(shape, str) or shape not in makers:
        raise FileFormatError(
            f"{path}: the picks have the shape {shape!r}; {', '.join(makers)} can be read."
        )
    key, size_key, make = makers[shape]
    picks = document.get(key)
    if not isinstance(picks, list):
        raise FileFormatError(f"{path}: has no list {key!r}; save the picks in Picasso again.")
    size = math.nan if size_key is None else _size_in_pixels(document, size_key, path, pixel)
    rois = []
    # Picasso counts picks from 0, and its column `group` does so too.
    for number, pick in enumerate(picks):
        if pick == []:
            # the polygon that was about to be drawn
            continue
        try:
            roi = make(_numbers(pick), size)
            rois.append(replace(roi.scaled(pixel), name=f"pick_{number}"))
        except _DAMAGE as error:
            raise FileFormatError(f"{path}: pick {number} is no {shape}: {error}") from None
    return rois


def _size_in_pixels(document: Mapping[str, Any], key: str, path: Path, pixel: float) -> float:
    """Return the size of all picks: in nm under a key that says so, in pixels in older files."""
    try:
        in_nm = f"{key} (nm)"
        return float(document[in_nm]) / pixel if in_nm in document else float(document[key])
    except (KeyError, TypeError, ValueError):
        raise FileFormatError(
            f"{path}: has no number {key + ' (nm)'!r}; save the picks in Picasso again."
        ) from None


def _circle(center: FloatArray, diameter: float) -> Roi:
    return Roi.ellipse(center, (diameter, diameter))


def _square(center: FloatArray, side: float) -> Roi:
    return Roi.rectangle(center, (side, side))


def _rectangle(ends: FloatArray, width: float) -> Roi:
    (x0, y0), (x1, y1) = ends
    length, angle = math.hypot(x1 - x0, y1 - y0), math.degrees(math.atan2(y1 - y0, x1 - x0))
    return Roi.rectangle(((x0 + x1) / 2, (y0 + y1) / 2), (length, width), angle)


def _corners(corners: FloatArray, _: float) -> Roi:
    (x0, y0), (x1, y1) = corners
    return Roi.rectangle(((x0 + x1) / 2, (y0 + y1) / 2), (abs(x1 - x0), abs(y1 - y0)))


def _read_locan(path: Path, data: bytes, options: RoiOptions) -> list[Roi]:
    document = _document(path, data)
    try:
        if "region_specs" in document:
            roi = _older_locan(str(document["region_type"]), document["region_specs"])
        else:
            roi = _locan(ast.parse(str(document["region"]), mode="eval").body)
        return [replace(roi.scaled(options.nm_per_unit), name=path.stem)]
    except _DAMAGE as error:
        reason = " ".join(str(error).split())[:200]
        raise FileFormatError(
            f"{path}: the region of locan cannot be read: {reason}; Rectangle, "
            "AxisOrientedRectangle, Ellipse, Polygon and MultiPolygon can."
        ) from None


def _locan(call: ast.expr) -> Roi:
    """Return the region that a call of one of locan's classes makes; nothing is executed."""
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.keywords:
        raise InputError("it is no region")
    name = call.func.id
    if name == "MultiPolygon":
        (parts,) = call.args
        if not isinstance(parts, ast.List):
            raise InputError("it is no list of polygons")
        return Roi.union(map(_locan, parts.elts))
    values = [ast.literal_eval(argument) for argument in call.args]
    match name, values:
        case "Rectangle", [corner, width, height, angle]:
            return _turned_about_corner(corner, width, height, angle)
        case "AxisOrientedRectangle", [corner, width, height]:
            return _turned_about_corner(corner, width, height, 0.0)
        case "Ellipse", [center, width, height, angle]:
            return Roi.ellipse(center, (width, height), angle)
        case "Polygon", [vertices, *holes]:
            rings = [vertices, *(holes[0] if holes else [])]
            return Roi((tuple(map(_numbers, rings)),))
    raise InputError(f"{name} with {len(values)} values is no region of the plane")


def _older_locan(kind: str, specs: Any) -> Roi:
    match kind, specs:
        case "rectangle", [corner, width, height, angle]:
            return _turned_about_corner(corner, width, height, angle)
        case "ellipse", [center, width, height, angle]:
            return Roi.ellipse(center, (width, height), angle)
        case "polygon", [*vertices]:
            return Roi.polygon(_numbers(vertices))
    raise InputError(f"{kind} is no region of the plane")


def _turned_about_corner(corner: Any, width: float, height: float, angle_deg: float) -> Roi:
    """Return a rectangle that is turned about its first corner."""
    x, y = corner
    turn = math.radians(angle_deg)
    center = (
        x + (width * math.cos(turn) - height * math.sin(turn)) / 2,
        y + (width * math.sin(turn) + height * math.cos(turn)) / 2,
    )
    return Roi.rectangle(center, (width, height), angle_deg)


def _numbers(values: Any) -> FloatArray:
    return np.array(values, dtype=np.float64)


def _document(path: Path, data: bytes) -> dict[str, Any]:
    import yaml

    try:
        document = yaml.load(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    # impossible dates, numbers and keys leave the safe loader as plain errors
    except (yaml.YAMLError, ValueError, LookupError, TypeError, RecursionError) as error:
        reason = " ".join(str(error).split())[:120]
        raise FileFormatError(
            f"{path}: cannot be read as YAML ({reason}); save it again."
        ) from None
    if not isinstance(document, dict):
        raise FileFormatError(f"{path}: holds no regions of interest; save them again.")
    return document


PICASSO = RoiReader(
    name="picasso",
    description="Picasso's pick regions",
    suffixes=(".yaml",),
    recognizes=_recognizes_picasso,
    read=_read_picasso,
)
LOCAN = RoiReader(
    name="locan",
    description="a region of locan",
    suffixes=(".yaml",),
    recognizes=_recognizes_locan,
    read=_read_locan,
)
