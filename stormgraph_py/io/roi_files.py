"""All formats of regions of interest, and the functions that read and write them.

A new format is one module with a `RoiReader`, added to `ROI_READERS`; the order is that of
recognition.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path

from stormgraph_py.errors import FileFormatError, InputError, OutputError
from stormgraph_py.io import roi_geojson, roi_imagej, roi_yaml
from stormgraph_py.io.reader import suggestion
from stormgraph_py.io.roi_reader import RoiOptions, RoiReader
from stormgraph_py.io.source import peek, read_bytes
from stormgraph_py.io.unpacking import ZIP
from stormgraph_py.io.writers import write_text
from stormgraph_py.roi import Roi

ROI_READERS: tuple[RoiReader, ...] = (
    roi_geojson.READER,
    roi_imagej.READER,
    roi_yaml.PICASSO,
    roi_yaml.LOCAN,
)
"""Every format of regions that can be read."""


def read_rois(
    path: str | PathLike[str],
    *,
    pixel_size_nm: float | None = None,
    format: str | None = None,
    unit: str | None = None,
) -> tuple[Roi, ...]:
    """Read every region of interest of a file; its format is recognized from its content.

    Parameters
    ----------
    path : str or path-like
        GeoJSON, ImageJ .roi or .zip, Picasso's pick regions or a region of locan.
    pixel_size_nm : float, optional
        Edge of a pixel in the sample, for coordinates in pixels: always those of ImageJ and
        Picasso, others only with ``unit="px"``.
    format : str, optional
        Name of a reader in `ROI_READERS`, where the content does not tell.
    unit : {"nm", "um", "mm", "m", "angstrom", "px"}, optional
        Unit of GeoJSON and locan coordinates; nm by default.

    Returns
    -------
    tuple of Roi
        In the order of the file, with names that differ: a region without a name is called
        ``roi_1`` by its place, a name's second region gets ``_2``.

    Raises
    ------
    FileFormatError
        When the file is of no known format, damaged, or holds something that is no region; what it
        is called is in the message.
    InputError
        When the file cannot be opened, a pixel size is missing, or an option is unknown.

    Examples
    --------
    >>> import json, tempfile
    >>> square = {"type": "Polygon", "coordinates": [[[0, 0], [900, 0], [900, 900], [0, 900]]]}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "cell.geojson"
    ...     feature = {"type": "Feature", "properties": {"name": "a", "day": 2}, "geometry": square}
    ...     _ = path.write_text(json.dumps(feature))
    ...     (roi,) = read_rois(path)
    >>> roi.name, roi.tags, roi.area_nm2
    ('a', {'day': '2'}, 810000.0)
    """
    file = Path(path)
    options = RoiOptions(pixel_size_nm=pixel_size_nm, unit=unit)
    if file.is_file() and not file.stat().st_size:
        raise FileFormatError(f"{file}: is empty; save the regions of interest again.")
    begin = peek(file, in_archive=False)
    # a zip of regions is one file, and read as such
    data = file.read_bytes() if begin.head.startswith(ZIP) else read_bytes(file)[0]
    if format is not None:
        reader = _reader_named(format)
    else:
        found = [reader for reader in ROI_READERS if reader.recognizes(begin)]
        if not found:
            known = ", ".join(reader.description for reader in ROI_READERS)
            raise FileFormatError(
                f"{file}: holds no regions of interest of a known format; give one of these: "
                f"{known}."
            )
        reader = found[0]
    try:
        rois = reader.read(file, data, options)
    except FileFormatError:
        raise
    except InputError as error:
        raise type(error)(_naming(file, str(error))) from None
    if not rois:
        raise FileFormatError(f"{file}: holds no region of interest; draw one and save it again.")
    return _with_unique_names(rois)


def write_rois(path: str | PathLike[str], rois: Iterable[Roi]) -> None:
    """Write regions of interest as GeoJSON in nm, at once or not at all.

    `read_rois` gives the same regions back, to the last bit.

    Raises
    ------
    OutputError
        When the file cannot be written, or there is no region to write.
    """
    features = [roi.as_feature() for roi in rois]
    if not features:
        raise OutputError(f"{path}: there is no region of interest to write.")
    text = json.dumps({"type": "FeatureCollection", "features": features}, allow_nan=False)
    write_text(path, text + "\n")


def _reader_named(name: str) -> RoiReader:
    readers = {reader.name: reader for reader in ROI_READERS}
    if name.lower() not in readers:
        raise InputError(f"format={name!r} is unknown; {suggestion(name.lower(), readers)}")
    return readers[name.lower()]


def _naming(file: Path, message: str) -> str:
    return message if str(file) in message else f"{file}: {message}"


def _with_unique_names(rois: Sequence[Roi]) -> tuple[Roi, ...]:
    taken = {roi.name for roi in rois if roi.name}
    seen: set[str] = set()
    result = []
    for place, roi in enumerate(rois, 1):
        name = roi.name or f"roi_{place}"
        number = 2
        if name in seen or (not roi.name and name in taken):
            while f"{name}_{number}" in taken | seen:
                number += 1
            name = f"{name}_{number}"
        seen.add(name)
        result.append(roi if name == roi.name else replace(roi, name=name))
    return tuple(result)
