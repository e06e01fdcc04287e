"""Options that tell how to read a file, shared by the commands that read one."""

from __future__ import annotations

import argparse
from typing import Any


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what a file does not say itself."""
    group = parser.add_argument_group("reading the file", "all of this is found out by default")
    group.add_argument("--format", metavar="F", help="format of the file, for example thunderstorm")
    group.add_argument(
        "--pixel-size-nm",
        "--pixel-size",
        type=float,
        metavar="NM",
        dest="pixel_size_nm",
        help="edge of a camera pixel in the sample, for coordinates in pixels",
    )
    group.add_argument("--unit", metavar="U", help="unit of lengths: nm, um, mm, m, angstrom or px")
    group.add_argument("--separator", metavar="S", help="comma, semicolon, tab or space")
    group.add_argument(
        "--column",
        type=_pair,
        action="append",
        default=[],
        metavar="x_nm=NAME",
        dest="columns",
        help="name of a column in the file; may be repeated",
    )


def reading_options(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what those options say as arguments of `read_localizations`."""
    return {
        "format": arguments.format,
        "pixel_size_nm": arguments.pixel_size_nm,
        "columns": dict(arguments.columns),
        "unit": arguments.unit,
        "separator": arguments.separator,
    }


def _pair(text: str) -> tuple[str, str]:
    ours, found, theirs = text.partition("=")
    if not (ours and found and theirs):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no pair of names; write it as x_nm=NAME_IN_THE_FILE"
        )
    return ours, theirs
