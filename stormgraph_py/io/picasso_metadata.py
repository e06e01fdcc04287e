"""What Picasso says of a table: in the YAML file beside it and, from version 0.11 on, in itself.

Every step of Picasso adds a document to what it says.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stormgraph_py.errors import InputError
from stormgraph_py.io import hdf5

_PIXEL_SIZE = "Pixelsize"


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """What is said of a table.

    Parameters
    ----------
    documents : list of dict
        One for each step, the first step first; empty where nothing can be read.
    pixel_size_nm : float or None
        Edge of a camera pixel; None where it is not said.
    source : str
        Name of the file that the pixel size is read from.
    problem : str
        Why there is no pixel size.
    is_beside : bool
        Whether there is a YAML file.
    """

    documents: list[dict[str, Any]]
    pixel_size_nm: float | None
    source: str
    problem: str
    is_beside: bool


def read_metadata(path: Path) -> Metadata:
    """Read what is said of the table in an HDF5 file; the YAML file goes before the file itself.

    Raises
    ------
    FileFormatError
        When the HDF5 file is damaged.
    """
    beside = yaml_beside(path)
    places: tuple[tuple[Path, Callable[[], list[dict[str, Any]]]], ...] = (
        (beside or path.with_suffix(".yaml"), lambda: _in_yaml(beside)),
        (path, lambda: _embedded(path)),
    )
    documents: list[dict[str, Any]] = []
    problems = []
    for place, read in places:
        try:
            found = read()
            documents = documents or found
            size = _pixel_size(found)
        except InputError as error:
            problems.append(f"{place.name} {error}")
            continue
        return Metadata(
            documents=documents,
            pixel_size_nm=size,
            source=place.name,
            problem="",
            is_beside=beside is not None,
        )
    return Metadata(
        documents=documents,
        pixel_size_nm=None,
        source="",
        problem=" and ".join(problems),
        is_beside=beside is not None,
    )


def yaml_beside(path: Path) -> Path | None:
    """Return the YAML file that belongs to an HDF5 file; None when there is none."""
    return next((p for s in (".yaml", ".yml") if (p := path.with_suffix(s)).is_file()), None)


def _pixel_size(documents: list[dict[str, Any]]) -> float:
    """Return what the last step says."""
    stated = [d[_PIXEL_SIZE] for d in documents if _PIXEL_SIZE in d]
    # other programs that write for Picasso keep it with the camera or the step
    nested = [
        value[_PIXEL_SIZE]
        for document in documents
        for value in document.values()
        if isinstance(value, dict) and _PIXEL_SIZE in value
    ]
    sizes = stated or nested
    if not sizes:
        raise InputError(f"has no {_PIXEL_SIZE}")
    return _positive(sizes[-1])


def _positive(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = 0.0
    if isinstance(value, bool) or not 0 < number < float("inf"):
        raise InputError(f"has the Pixelsize {value!r}, which is no positive length")
    return number


def _in_yaml(path: Path | None) -> list[dict[str, Any]]:
    import yaml

    if path is None:
        raise InputError("is not beside it")
    try:
        documents = list(yaml.load_all(path.read_bytes(), Loader=_safe_loader()))
    # impossible dates, numbers and keys leave the safe loader as plain errors
    except (yaml.YAMLError, ValueError, LookupError, TypeError, RecursionError, OSError) as error:
        reason = " ".join(str(error).split())[:120]
        raise InputError(f"cannot be read as YAML ({reason})") from None
    return [d for d in documents if isinstance(d, dict)]


def _embedded(path: Path) -> list[dict[str, Any]]:
    """Return the metadata in the file itself, a list in JSON."""
    import h5py

    with hdf5.opened(path) as file:
        dataset = hdf5.find(file, "metadata", path)
        if not isinstance(dataset, h5py.Dataset) or dataset.shape != ():
            raise InputError("has no metadata in it")
        hdf5.check_heaps(path)
        text = dataset[()]
    try:
        documents = json.loads(text)
    except (ValueError, TypeError, RecursionError) as error:
        reason = " ".join(str(error).split())[:120]
        raise InputError(f"has metadata in it that cannot be read ({reason})") from None
    documents = documents if isinstance(documents, list) else [documents]
    return [d for d in documents if isinstance(d, dict)]


@functools.cache
def _safe_loader() -> Any:
    """Make a loader that makes nothing but plain values, and None of Python's own objects."""
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        pass

    Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda *_: None)
    return Loader
