"""How a fault is told at the command line: one line on stderr and an exit code."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence

from stormgraph_py.cli.wording import as_options
from stormgraph_py.errors import Cancelled, ParameterError, StormGraphError

EXIT_INPUT_OUTPUT = 1
EXIT_USAGE = 2
EXIT_PROGRAM = 70
"""As EX_SOFTWARE of sysexits.h."""
EXIT_INTERRUPTED = 130
"""128 + SIGINT, as shells report it."""

_log = logging.getLogger(__name__)


def say(text: str) -> None:
    """Write one line of results to stdout."""
    sys.stdout.write(text + "\n")


def say_error(text: str) -> None:
    """Write one line about a fault to stderr."""
    sys.stderr.write(f"stormgraph: error: {as_options(' '.join(text.split()))}\n")


def say_warning(text: str) -> None:
    """Write one line of advice to stderr."""
    sys.stderr.write(f"stormgraph: warning: {as_options(' '.join(text.split()))}\n")


def describe_fault(error: Exception) -> tuple[str, int]:
    """Return the message and the exit code for an exception; log its traceback."""
    _log.debug("traceback of the error below", exc_info=error)
    match error:
        case Cancelled():
            return "interrupted; the unfinished result was discarded", EXIT_INTERRUPTED
        case ParameterError():
            return str(error), EXIT_USAGE
        case StormGraphError():
            return str(error), EXIT_INPUT_OUTPUT
        case OSError():
            what = error.strerror or str(error) or type(error).__name__
            where = f"{error.filename}: " if error.filename else ""
            return f"{where}{what}", EXIT_INPUT_OUTPUT
        case MemoryError():
            return (
                "not enough memory; analyse a smaller region with --roi, or close other programs",
                EXIT_INPUT_OUTPUT,
            )
        case _:
            return (
                f"unexpected {type(error).__name__}: {error} (a fault of the program; run again "
                "with --log-level debug for the traceback)",
                EXIT_PROGRAM,
            )


def overall_code(codes: Sequence[int]) -> int:
    """Return the exit code of several files: one file's own, else 1 when any failed."""
    if EXIT_INTERRUPTED in codes:
        return EXIT_INTERRUPTED
    if len(codes) == 1:
        return codes[0]
    return EXIT_INPUT_OUTPUT if any(codes) else 0
