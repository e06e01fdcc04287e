"""What a GeoJSON object says: its polygons, its name and its tags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np

from stormgraph_py.arrays import FloatArray
from stormgraph_py.errors import InputError

Polygon: TypeAlias = tuple[FloatArray, ...]
"""Rings (m, 2) of one polygon, nm: its outline, then its holes."""

REMEDY = "draw the region as a GeoJSON Polygon or MultiPolygon with coordinates in nm"

OWN_PROPERTY = "stormgraph"
"""Property of a feature that keeps how the region was drawn."""


def polygons_of(document: object) -> Iterable[Polygon]:
    """Yield the polygons of a geometry, a feature or a collection of them.

    Raises
    ------
    InputError
        When the object holds something that is no polygon.
    """
    kind = document.get("type") if isinstance(document, Mapping) else None
    if not isinstance(document, Mapping) or not isinstance(kind, str):
        raise InputError(f"This is no GeoJSON object with a type; {REMEDY}.")
    if kind == "FeatureCollection":
        for feature in members(document, "features"):
            yield from polygons_of(feature)
    elif kind == "GeometryCollection":
        for geometry in members(document, "geometries"):
            yield from polygons_of(geometry)
    elif kind == "Feature":
        yield from polygons_of(document.get("geometry"))
    elif kind == "Polygon":
        yield _rings(members(document, "coordinates"))
    elif kind == "MultiPolygon":
        for rings in members(document, "coordinates"):
            yield _rings(rings)
    else:
        raise InputError(f"A GeoJSON {kind} is no region; {REMEDY}.")


def members(document: Mapping[str, Any], name: str) -> list[Any]:
    """Return a list that a GeoJSON object of its type must have.

    Raises
    ------
    InputError
        When it has none.
    """
    found = document.get(name)
    if not isinstance(found, list):
        raise InputError(f"The GeoJSON {document['type']} has no list {name!r}; {REMEDY}.")
    return found


def single_feature(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a feature, or the only feature of a collection; else an object without properties."""
    if document.get("type") == "FeatureCollection":
        features = members(document, "features")
        document = features[0] if len(features) == 1 else {}
    return document if isinstance(document, Mapping) and document.get("type") == "Feature" else {}


def name_and_tags(feature: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """Return name and tags of a feature.

    The name is ``properties.name``, text or a number, else the feature's or the properties' ``id``.
    Every other property that is text, a number or a truth value is a tag, and so is the name of a
    ``classification``, as QuPath writes it.

    Examples
    --------
    >>> name_and_tags({"id": 7, "properties": {"condition": "resting", "replicate": 2}})
    ('7', {'condition': 'resting', 'replicate': '2'})
    >>> name_and_tags({"id": "a1", "properties": {"name": 3}})
    ('3', {})
    """
    found = feature.get("properties")
    properties = dict(found) if isinstance(found, Mapping) else {}
    name = properties.pop("name", None)
    if isinstance(name, bool) or not isinstance(name, str | int | float):
        name = feature.get("id", None)
        name = properties.pop("id", None) if name is None else name
    classification = properties.get("classification")
    if isinstance(classification, Mapping):
        properties["classification"] = classification.get("name")
    tags = {key: text for key, value in properties.items() if (text := _as_text(value)) is not None}
    tags.pop(OWN_PROPERTY, None)
    return _as_text(name) or "", tags


def _as_text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None


def _rings(rings: object) -> Polygon:
    if not isinstance(rings, list) or not rings:
        raise InputError(f"A polygon of the region of interest has no ring; {REMEDY}.")
    try:
        # A third coordinate (height) is allowed by the format and means nothing here.
        return tuple(
            np.array([[float(x), float(y)] for x, y, *_ in ring], dtype=np.float64)
            for ring in rings
        )
    except (TypeError, ValueError, OverflowError):
        raise InputError(
            f"A vertex of the region of interest is no pair of numbers; {REMEDY}."
        ) from None
