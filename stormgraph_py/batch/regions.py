"""Which regions of interest belong to which input file."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

from stormgraph_py.errors import InputError
from stormgraph_py.report.request import result_name
from stormgraph_py.roi import Roi

MARKS = ("", "_rois", "-rois", ".rois", "_roi", "-roi", ".roi", "_picks", "-picks", ".picks")
"""What may stand between the name of a data file and the ending of its file of regions."""

ENDINGS = (".geojson", ".json", ".roi", ".zip", ".yaml", ".yml")
"""Endings of files of regions."""


def roi_file_of(file: str, folder: Path) -> Path | None:
    """Find the regions of a data file: a file of the same name up to `MARKS` and `ENDINGS`.

    Parameters
    ----------
    file : str
        The data file, with the folders below which the batch knows it.
    folder : Path
        Where the regions are; looked for in the same subfolder first, then directly in it.

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
        found = sorted(p for p in place.iterdir() if p.name.casefold() in names and p.is_file())
        if len(found) > 1:
            raise InputError(
                f"{file} has more than one file of regions in {place} "
                f"({', '.join(p.name for p in found)}); leave one of them there."
            )
        if found:
            return found[0]
    return None


def roi_reader(pixel_size_nm: float | None) -> Callable[[Path], tuple[Roi, ...]]:
    """Return a function that reads files of regions, each once."""
    from stormgraph_py.io.roi_files import read_rois

    @functools.cache
    def read(path: Path) -> tuple[Roi, ...]:
        return read_rois(path, pixel_size_nm=pixel_size_nm)

    return read
