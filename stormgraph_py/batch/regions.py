"""Which regions of interest belong to which input file."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

from stormgraph_py.errors import InputError
from stormgraph_py.io import roi_yaml
from stormgraph_py.io.picasso_metadata import yaml_beside
from stormgraph_py.io.source import peek
from stormgraph_py.report.request import result_name
from stormgraph_py.roi import Roi

MARKS = ("", "_rois", "-rois", ".rois", "_roi", "-roi", ".roi", "_picks", "-picks", ".picks")
"""What may stand between the name of a data file and the ending of its file of regions."""

ENDINGS = (".geojson", ".json", ".roi", ".zip", ".yaml", ".yml")
"""Endings of files of regions."""


def roi_file_of(file: str, folder: Path, data: Path | None = None) -> Path | None:
    """Find the regions of a data file: a file of the same name up to `MARKS` and `ENDINGS`.

    The folder may be that of the data: the data file itself and the YAML file that Picasso writes
    beside its tables are no regions.

    Parameters
    ----------
    file : str
        The data file, with the folders below which the batch knows it.
    folder : Path
        Where the regions are; looked for in the same subfolder first, then directly in it.
    data : Path, optional
        Where the data file is.

    Returns
    -------
    Path or None
        None when there is no such file.

    Raises
    ------
    InputError
        When there are several.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     (Path(folder) / "cell1_rois.zip").touch()
    ...     roi_file_of("day1/cell1.csv.gz", Path(folder)).name
    'cell1_rois.zip'
    """
    stem = result_name(file).casefold()
    names = {f"{stem}{mark}{ending}" for mark in MARKS for ending in ENDINGS}
    for place in dict.fromkeys((folder / Path(file).parent, folder)):
        if not place.is_dir():
            continue
        found = sorted(
            path
            for path in place.iterdir()
            if path.name.casefold() in names and path.is_file() and not _is_data(path, data)
        )
        if len(found) > 1:
            raise InputError(
                f"{file} has more than one file of regions in {place} "
                f"({', '.join(p.name for p in found)}); leave one of them there."
            )
        if found:
            return found[0]
    return None


def _is_data(path: Path, data: Path | None) -> bool:
    """Whether a file is the data file, or the YAML file of a table that lies beside it."""
    if data is None or not data.is_file():
        return False
    if path.samefile(data):
        return True
    if data.suffix.lower() not in (".hdf5", ".h5") or path.resolve() != yaml_beside(data.resolve()):
        return False
    begin = peek(path, in_archive=False)
    return not any(reader.recognizes(begin) for reader in (roi_yaml.PICASSO, roi_yaml.LOCAN))


def roi_reader(pixel_size_nm: float | None) -> Callable[[Path], tuple[Roi, ...]]:
    """Return a function that reads files of regions, each once."""
    from stormgraph_py.io.roi_files import read_rois

    @functools.cache
    def read(path: Path) -> tuple[Roi, ...]:
        return read_rois(path, pixel_size_nm=pixel_size_nm)

    return read
