"""The compiled kernel, where there is one.

Every step that it speeds up is written in NumPy and SciPy as well: that version serves where the
package was installed without a compiler, and as oracle in the tests.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from importlib import import_module
from types import ModuleType
from typing import Any, TypeVar

from stormgraph_py.errors import ParameterError
from stormgraph_py.progress import Progress

T = TypeVar("T")

SECONDS_BETWEEN_CHECKS = 0.05
"""How often threads of the kernel are asked how far they are, or told to stop."""

NOT_INSTALLED = (
    "The compiled kernel is not installed: Infomap finds the communities, and large data take "
    "longer. With a C++ compiler on the machine, install stormgraph_py again for the kernel."
)
"""What the user is told where `native` is None."""

_NAME = "stormgraph_py._native"


def _built() -> ModuleType | None:
    """Return the extension module; None where it was not built, an error where it is broken."""
    try:
        return import_module(_NAME)
    except ModuleNotFoundError as error:
        if error.name != _NAME:
            raise
        return None


native = _built()
"""The extension module `stormgraph_py._native`; None where it was not built."""


def require() -> ModuleType:
    """Return the kernel.

    Raises
    ------
    ParameterError
        Where it was not built.
    """
    if native is None:
        raise ParameterError(
            "community_backend='native' needs the compiled kernel, which is not installed; use "
            "'infomap', or install stormgraph_py again on a machine with a C++ compiler."
        )
    return native


def watched(work: Callable[[Any], T], progress: Progress) -> T:
    """Carry out work of the kernel in a thread that stops when this one is asked to.

    Parameters
    ----------
    work : callable
        Takes a `Monitor` of the kernel, which it hands on to it.
    progress : Progress
        Says when to stop.

    Returns
    -------
    object
        What the work returned.

    Raises
    ------
    Cancelled
        When the caller asked to stop.
    """
    monitor = require().Monitor()
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work, monitor)
        try:
            while not wait([future], SECONDS_BETWEEN_CHECKS).done:
                progress.check()
            return future.result()
        finally:
            monitor.stop()
