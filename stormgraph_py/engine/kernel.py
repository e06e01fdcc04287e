"""The compiled kernel, where there is one.

Every step that it speeds up is written in NumPy and SciPy as well: that version serves where the
package was installed without a compiler, and as oracle in the tests.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from stormgraph_py.errors import ParameterError

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
