"""`stormgraph demo`: analyse the sample data in 2-D and 3-D."""

from __future__ import annotations

import argparse
from pathlib import Path

import stormgraph_py
from stormgraph_py.cli.common import add_common_options, add_jobs_option
from stormgraph_py.cli.faults import say
from stormgraph_py.cli.outputs import add_output_options
from stormgraph_py.errors import InputError

DEMO_FILES = ("nanoclusters_2d.csv", "nanoclusters_3d.csv")
DEFAULT_DEMO_OUT = "stormgraph-demo"


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "demo",
        help="analyse the sample data and name the report to open",
        description="Analyse the sample data that come with stormgraph_py in 2-D and 3-D.",
    )
    parser.add_argument(
        "--out",
        default=DEFAULT_DEMO_OUT,
        metavar="DIR",
        help=f"folder of results, replaced if it exists ({DEFAULT_DEMO_OUT})",
    )
    add_output_options(parser, figures=False)
    add_jobs_option(parser)
    add_common_options(parser)
    parser.set_defaults(execute=execute, overwrite=True)


def execute(arguments: argparse.Namespace) -> int:
    """Analyse each sample and say which reports to open."""
    from stormgraph_py.cli.run import run_one
    from stormgraph_py.report.analysis import Request
    from stormgraph_py.report.request import result_name

    folder = sample_folder()
    reports = []
    for name in DEMO_FILES:
        result = Path(arguments.out) / result_name(name)
        run_one(Request(path=str(folder / name)), result, arguments)
        reports.append(result / "report.html")
    if not arguments.quiet:
        say("")
        say("Open these in a browser:")
    for report in reports:
        say(f"  {report.resolve()}")
    return 0


def sample_folder() -> Path:
    """Return the folder of the sample data, of the installed package or of a clone.

    Raises
    ------
    InputError
        When neither has it.
    """
    package = Path(stormgraph_py.__file__).parent
    for folder in (package / "sample_data", package.parent / "sample_data"):
        if all((folder / name).is_file() for name in DEMO_FILES):
            return folder
    raise InputError(
        "The sample data are not installed; make them with stormgraph simulate sample-data."
    )
