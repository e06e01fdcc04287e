"""Options that several commands have."""

from __future__ import annotations

import argparse
from pathlib import Path

from stormgraph_py.errors import OutputError

Options = argparse._ActionsContainer
"""A parser or a group of options in one; argparse has no public name for it."""

DEFAULT_OUT = "stormgraph-results"


def add_common_options(parser: Options) -> None:
    """Add the options of every command that takes a while."""
    parser.add_argument("--quiet", action="store_true", help="say nothing but errors")
    add_log_option(parser)


def add_log_option(parser: Options) -> None:
    """Add the option that every command has."""
    parser.add_argument(
        "--log-level",
        choices=["debug", "info", "warning", "error"],
        default="warning",
        help="how much to log on stderr; debug shows tracebacks",
    )


def add_jobs_option(parser: Options) -> None:
    """Add the number of threads."""
    parser.add_argument(
        "--jobs",
        type=int,
        default=1,
        metavar="N",
        help="threads for the slow steps, -1 for one a core; changes nothing but the time",
    )


def refuse_existing(out: Path, *, overwrite: bool) -> None:
    """Refuse to write over something that is there, unless asked to.

    Raises
    ------
    OutputError
        When it is there.
    """
    if out.exists() and not overwrite:
        raise OutputError(f"{out} exists; replace it with --overwrite or choose another --out.")


def add_seed_option(parser: Options) -> None:
    """Add the seed of everything random."""
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="seed of everything random (default 0)"
    )
