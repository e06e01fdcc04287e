"""The compiled kernel, where there is one.

Every step that it speeds up is written in NumPy and SciPy as well: that version serves where the
package was installed without a compiler, and as oracle in the tests.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType


def _built() -> ModuleType | None:
    try:
        return import_module("stormgraph_py._native")
    except ModuleNotFoundError:
        return None


native = _built()
"""The extension module `stormgraph_py._native`; None where it was not built."""
