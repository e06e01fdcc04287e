"""Entry point of `stormgraph`: the parser, and how faults become one line and an exit code."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from stormgraph_py import __version__
from stormgraph_py.cli import (
    batch,
    compare,
    convert,
    demo,
    info,
    overlap,
    rerun,
    roi,
    run,
    simulate,
)
from stormgraph_py.cli.faults import EXIT_INTERRUPTED, EXIT_USAGE, describe_fault, say, say_error

_DESCRIPTION = """\
Cluster analysis of single-molecule localization microscopy data in 2-D and 3-D."""
_EPILOG = """\
examples:
  stormgraph demo                     analyse the sample data and open the report it names
  stormgraph info cell.csv            what is understood of a file
  stormgraph run cell.csv             find clusters, write tables and a report
  stormgraph run *.csv --k 20 --out results
  stormgraph batch study --pattern "{condition}/{replicate}/{cell}" --out results
  stormgraph compare results --out comparison"""


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints fit on one line."""

    def error(self, message: str) -> NoReturn:
        say_error(f"{message}; see {self.prog} --help")
        sys.exit(EXIT_USAGE)


class _Version(argparse.Action):
    """Tell the version and whether the compiled kernel is there, which only this option loads."""

    def __call__(self, *_: Any) -> NoReturn:
        """Print and leave."""
        from stormgraph_py.engine import kernel

        if kernel.native is None:
            say(f"stormgraph_py {__version__}\n{kernel.NOT_INSTALLED}")
        else:
            say(f"stormgraph_py {__version__} with the compiled kernel")
        sys.exit(0)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = _Parser(
        prog="stormgraph",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="tell version and kernel")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in (run, batch, demo, rerun, simulate, info, convert, roi, overlap, compare):
        command.add_parser(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments; those of the process by default.

    Returns
    -------
    int
        0 when all went well, 1 for a fault of input or output, 2 for one of usage or parameters, 70
        for a fault of the program, 130 when interrupted.
    """
    arguments = build_parser().parse_args(argv)
    logging.basicConfig(
        level=arguments.log_level.upper(), format="stormgraph: %(levelname)s: %(message)s"
    )
    try:
        return int(arguments.execute(arguments))
    except KeyboardInterrupt:
        say_error("interrupted; the unfinished result was discarded")
        return EXIT_INTERRUPTED
    except Exception as error:
        message, code = describe_fault(error)
        say_error(message)
        return code


if __name__ == "__main__":
    sys.exit(main())
