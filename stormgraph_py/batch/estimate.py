"""What a job will need, told from its file without reading it: rows, memory and time."""

from __future__ import annotations

from pathlib import Path

from stormgraph_py.errors import InputError
from stormgraph_py.io.source import Peek, peek

BASE_BYTES = 350_000_000
"""Memory of a worker with its libraries that has written a report."""

BYTES_PER_ROW = 600
"""Memory for each localization at the peak of an analysis."""

BASE_SECONDS = 3.0
"""Time for a small job, most of it for its report."""

SECONDS_PER_ROW = 6e-5
"""Time for each localization."""

_BYTES_PER_BINARY_ROW = 40
_GZIP_RATIO = 3


def estimate_rows(path: str | Path) -> int:
    """Guess the number of rows of a file: from its size and first lines, or from its HDF5 shapes.

    Returns
    -------
    int
        0 where the file cannot be opened.
    """
    try:
        begin = peek(Path(path))
        if begin.is_hdf5:
            return _hdf5_rows(begin)
        size = begin.path.stat().st_size
        with begin.path.open("rb") as file:
            is_gzip = file.read(2) == b"\x1f\x8b"
    except (InputError, OSError):
        return 0
    if is_gzip:
        size *= _GZIP_RATIO
    # the first line may be a long header, and the last one is cut off
    lines = begin.head.splitlines()[1:-1]
    if not begin.is_text or not lines:
        return max(1, size // _BYTES_PER_BINARY_ROW)
    return max(1, round(size / (sum(map(len, lines)) / len(lines) + 1)))


def estimate_bytes(n_rows: int) -> int:
    """Guess the memory at the peak of a job."""
    return BASE_BYTES + BYTES_PER_ROW * n_rows


def estimate_seconds(n_rows: int, *, report: bool = True) -> float:
    """Guess the time of a job on one core."""
    return (BASE_SECONDS if report else BASE_SECONDS / 5) + SECONDS_PER_ROW * n_rows


def _hdf5_rows(begin: Peek) -> int:
    import h5py

    largest = 0

    def look(_: str, item: object) -> None:
        nonlocal largest
        if isinstance(item, h5py.Dataset) and item.shape:
            largest = max(largest, *map(int, item.shape))

    try:
        with h5py.File(begin.path, "r") as file:
            file.visititems(look)
    except (OSError, RuntimeError, KeyError, ValueError):
        return 0
    return largest
