"""All file formats that can be written, and the one function that writes them.

A new format is one module with a `Writer`, added to `WRITERS`.
"""

from __future__ import annotations

from os import PathLike
from pathlib import Path

import numpy as np
import numpy.typing as npt

from stormgraph_py.arrays import IntArray
from stormgraph_py.errors import InputError
from stormgraph_py.io import write_delimited, write_parquet, write_picasso, write_thunderstorm
from stormgraph_py.io.reader import check_pixel_size, suggestion
from stormgraph_py.io.writer import CLUSTER, Writer, Written, free_name
from stormgraph_py.localizations import Localizations

WRITERS: tuple[Writer, ...] = (
    write_delimited.WRITER,
    write_thunderstorm.WRITER,
    write_picasso.WRITER,
    write_parquet.WRITER,
)
"""Every format; where several have the same ending, the first is meant."""


def write_localizations(
    locs: Localizations,
    path: str | PathLike[str],
    *,
    format: str | None = None,
    labels: npt.ArrayLike | None = None,
    pixel_size_nm: float | None = None,
) -> Written:
    """Write localizations to a file, at once or not at all.

    Parameters
    ----------
    locs : Localizations
        What to write; every column is, except that ThunderSTORM and Picasso hold no text.
    path : str or path-like
        The file; a csv whose name ends in .gz is gzipped. Picasso's YAML file is written beside it.
        Older files of these names are replaced.
    format : {"csv", "thunderstorm", "picasso", "parquet"}, optional
        By default what the ending of the path says; .csv is plain csv.
    labels : array_like of int, shape (n,), optional
        Cluster of each localization, -1 in none: the column ``cluster``, in Picasso ``group``.
    pixel_size_nm : float, optional
        Edge of a camera pixel in the sample, which Picasso's files need.

    Returns
    -------
    Written
        The files, and what a user should know of them.

    Raises
    ------
    InputError
        When there is nothing to write, an argument does not fit, or the format cannot hold it.
    OutputError
        When the file cannot be written; an older one is left as it was.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> locs = Localizations.from_arrays([[120.0, 40.0], [130.0, 45.0]], sigma=[8.0, 9.0])
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "cell.hdf5"
    ...     written = write_localizations(locs, path, labels=[0, -1], pixel_size_nm=100)
    >>> [file.name for file in written.paths]
    ['cell.hdf5', 'cell.yaml']
    >>> written.notes[0]
    'group is the cluster; -1 is unclustered.'
    """
    path = Path(path)
    writer = _chosen(path, format)
    if pixel_size_nm is not None:
        check_pixel_size(pixel_size_nm)
    if len(locs) == 0:
        raise InputError(f"{path}: there are no localizations to write.")
    if labels is not None:
        locs = _with_clusters(locs, labels)
    return writer.write(locs, path, None if pixel_size_nm is None else float(pixel_size_nm))


def writer_named(name: str) -> Writer:
    """Return the writer of a format.

    Raises
    ------
    InputError
        When there is none of this name.
    """
    writers = {writer.name: writer for writer in WRITERS}
    if name.lower() not in writers:
        raise InputError(f"format={name!r} cannot be written; {suggestion(name.lower(), writers)}")
    return writers[name.lower()]


def _chosen(path: Path, format_name: str | None) -> Writer:
    name = path.name.lower()
    if format_name is not None:
        writer = writer_named(format_name)
        if not name.endswith(writer.suffixes):
            raise InputError(
                f"{path}: a file of the format {writer.name} ends in "
                f"{' or '.join(writer.suffixes)}; choose another name."
            )
        return writer
    for writer in WRITERS:
        if name.endswith(writer.suffixes):
            return writer
    endings = ", ".join(suffix for writer in WRITERS for suffix in writer.suffixes[:1])
    raise InputError(
        f"{path}: the ending tells no format; use one of {endings}, and format= for ThunderSTORM."
    )


def _with_clusters(locs: Localizations, labels: npt.ArrayLike) -> Localizations:
    values: IntArray = np.asarray(labels)
    if values.shape != (len(locs),) or values.dtype.kind not in "iu":
        raise InputError(
            f"labels have the shape {values.shape} and hold {values.dtype} for {len(locs)} "
            f"localizations; give ({len(locs)},) whole numbers."
        )
    table = locs.table
    older = {CLUSTER: free_name(CLUSTER, set(table.columns))}
    table = table.rename(columns=older)
    table[CLUSTER] = values
    return Localizations(table, locs.provenance)


__all__ = ["WRITERS", "Writer", "Written", "write_localizations", "writer_named"]
