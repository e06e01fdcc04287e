"""Regions of interest as GeoJSON: one for each feature, in nm unless another unit is told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from stormgraph_py.errors import FileFormatError, InputError
from stormgraph_py.geojson import REMEDY, members
from stormgraph_py.io.roi_reader import RoiOptions, RoiReader
from stormgraph_py.io.source import Peek
from stormgraph_py.roi import Roi


def _recognizes(begin: Peek) -> bool:
    return begin.head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def _read(path: Path, data: bytes, options: RoiOptions) -> list[Roi]:
    try:
        document = json.loads(data.decode("utf-8-sig"))
    # a number of too many digits is a plain ValueError
    except (ValueError, RecursionError) as error:
        raise FileFormatError(f"{path} is no GeoJSON file ({error}); {REMEDY}.") from None
    factor = options.nm_per_unit
    rois = []
    try:
        for number, part in enumerate(_parts(document), 1):
            try:
                rois.append(Roi.from_geojson(part).scaled(factor))
            except InputError as error:
                raise FileFormatError(f"{path}: feature {number}: {error}") from None
    except FileFormatError:
        raise
    except InputError as error:
        raise FileFormatError(f"{path}: {error}") from None
    return rois


def _parts(document: Any) -> Iterator[Any]:
    """Yield features, and objects that are none as they are."""
    # some programs write the features alone, without their collection
    features = document if isinstance(document, list) else None
    if isinstance(document, Mapping) and document.get("type") == "FeatureCollection":
        features = members(document, "features")
    if features is None:
        yield document
    else:
        for feature in features:
            yield from _parts(feature)


READER = RoiReader(
    name="geojson",
    description="GeoJSON in nm",
    suffixes=(".geojson", ".json"),
    recognizes=_recognizes,
    read=_read,
)
