"""Options that choose the files beside tables and report, shared by the commands that write."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from stormgraph_py.cli.common import Options

if TYPE_CHECKING:
    from stormgraph_py.report.outputs import Outputs


def add_output_options(parser: Options, *, figures: bool = True, excel: bool = True) -> None:
    """Add the options, with their defaults for a command."""
    parser.add_argument(
        "--figures",
        action=argparse.BooleanOptionalAction,
        default=figures,
        help="every figure as SVG and as PNG with 300 dpi",
    )
    parser.add_argument(
        "--excel",
        action=argparse.BooleanOptionalAction,
        default=excel,
        help="summary.xlsx, the tables but that of the localizations with their columns explained",
    )
    parser.add_argument("--parquet", action="store_true", help="tables as Parquet too")


def outputs_from(arguments: argparse.Namespace) -> Outputs:
    """Return what those options ask for.

    Raises
    ------
    OutputError
        When Parquet is asked for and its library is not installed.
    """
    from stormgraph_py.report.outputs import Outputs

    outputs = Outputs(figures=arguments.figures, excel=arguments.excel, parquet=arguments.parquet)
    outputs.check()
    return outputs
