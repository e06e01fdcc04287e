"""`stormgraph-gui` and `python -m stormgraph_gui`."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Sequence

_MISSING = (
    "stormgraph-gui: error: the desktop app needs Qt, which cannot be loaded ({error}).\n"
    "Install it with: pip install 'stormgraph_py[gui]'\n"
    "On a bare Debian or Ubuntu also: apt install libgl1 libegl1 libxkbcommon0 libdbus-1-3 "
    "libfontconfig1 libglib2.0-0\n"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the app, or say what it needs."""
    # in a bundled app a worker process starts here
    multiprocessing.freeze_support()
    try:
        import pyqtgraph  # noqa: F401
        from PySide6 import QtGui, QtWidgets  # noqa: F401
    except ImportError as error:
        sys.stderr.write(_MISSING.format(error=error))
        return 1
    from stormgraph_gui.app import run

    return run(sys.argv[1:] if arguments is None else arguments)


if __name__ == "__main__":
    raise SystemExit(main())
