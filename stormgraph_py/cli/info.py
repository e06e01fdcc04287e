"""`stormgraph info`: what is understood of a file."""

from __future__ import annotations

import argparse

from stormgraph_py.cli.common import add_log_option
from stormgraph_py.cli.faults import say
from stormgraph_py.cli.reading import add_reading_options, reading_options
from stormgraph_py.cli.wording import as_options


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "info",
        help="what is understood of a file",
        description="Read FILE and tell what was understood: format, units, extent, density, "
        "precisions, channels and warnings.",
    )
    parser.add_argument("file", metavar="FILE", help="localizations")
    add_reading_options(parser)
    add_log_option(parser)
    parser.set_defaults(execute=execute)


def execute(arguments: argparse.Namespace) -> int:
    """Read the file and describe it."""
    from stormgraph_py.io.describe import describe
    from stormgraph_py.io.registry import read_localizations

    localizations = read_localizations(arguments.file, **reading_options(arguments))
    for line in describe(localizations).lines():
        say(as_options(line))
    return 0
