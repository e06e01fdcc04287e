"""What makes a result traceable: the hash of its input and the versions of its software."""

from __future__ import annotations

import functools
import hashlib
import platform
from importlib import metadata
from os import PathLike
from pathlib import Path

from stormgraph_py.errors import InputError

_DISTRIBUTIONS = (
    "stormgraph_py",
    "numpy",
    "scipy",
    "shapely",
    "scikit-learn",
    "pandas",
    "infomap",
    "igraph",
    "python-louvain",
    "networkx",
    "h5py",
)


def sha256_of(path: str | PathLike[str]) -> str:
    """Hash the bytes of a file.

    Returns
    -------
    str
        SHA-256, 64 hexadecimal digits.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the path.") from None


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that a result depends on.

    Returns
    -------
    dict of str to str
        By name; a library that is not installed is left out.
    """
    return dict(_found_versions())


@functools.cache
def _found_versions() -> dict[str, str]:
    # looked for once: it takes longer than writing a record
    found = {"python": platform.python_version()}
    for name in _DISTRIBUTIONS:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
