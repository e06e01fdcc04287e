"""`stormgraph run`: analyse files, write a folder of results for each."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from stormgraph_py.cli.common import DEFAULT_OUT, add_common_options, add_jobs_option
from stormgraph_py.cli.faults import (
    EXIT_INTERRUPTED,
    describe_fault,
    overall_code,
    say,
    say_error,
    say_warning,
)
from stormgraph_py.cli.filtering import add_filter_options, filters_from
from stormgraph_py.cli.method import add_method_options, method_params
from stormgraph_py.cli.outputs import add_output_options, outputs_from
from stormgraph_py.cli.reading import add_reading_options, reading_options
from stormgraph_py.cli.region import add_region_options, read_region
from stormgraph_py.errors import ParameterError
from stormgraph_py.progress import ProgressEvent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stormgraph_py.report.analysis import Request


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "run",
        help="find clusters, write tables and a report",
        description="Find clusters in each FILE and write DIR/<name>/ with localizations.csv, "
        "clusters.csv, run.json, report.html and more.",
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="localizations to analyse")
    add_method_options(parser)
    part = parser.add_argument_group("part of the data")
    add_region_options(part)
    part.add_argument("--channel", metavar="C", help="colour channel to analyse, number or name")
    add_filter_options(parser)
    add_reading_options(parser)
    output = parser.add_argument_group("output and speed")
    output.add_argument(
        "--out", default=DEFAULT_OUT, metavar="DIR", help=f"folder of results ({DEFAULT_OUT})"
    )
    output.add_argument("--overwrite", action="store_true", help="replace older results")
    add_output_options(output)
    add_jobs_option(output)
    add_common_options(output)
    parser.set_defaults(execute=execute)


def execute(arguments: argparse.Namespace) -> int:
    """Analyse the files one after another; a failed one does not stop the rest."""
    from stormgraph_py.report.analysis import Request
    from stormgraph_py.report.request import result_name

    targets: dict[str, str] = {}
    for file in arguments.files:
        name = result_name(file)
        # Folder names that differ in case alone are one folder on some systems.
        other = targets.setdefault(name.casefold(), file)
        if other != file or arguments.files.count(file) > 1:
            raise ParameterError(
                f"{other} and {file} would both be written to {Path(arguments.out) / name}; "
                "analyse them with different --out."
            )
    params = method_params(arguments)
    filters = filters_from(arguments)
    roi = read_region(arguments)
    codes = []
    for file in arguments.files:
        request = Request(
            path=file,
            channel=arguments.channel,
            roi=roi,
            roi_path=arguments.roi,
            filters=filters,
            params=params,
            seed=arguments.seed,
            **reading_options(arguments),
        )
        try:
            folder = Path(arguments.out) / result_name(file)
            run_one(request, folder, arguments)
            codes.append(0)
        except Exception as error:
            message, code = describe_fault(error)
            say_error(message if file in message else f"{file}: {message}")
            codes.append(code)
            if code == EXIT_INTERRUPTED:
                break
    return overall_code(codes)


def run_one(request: Request, folder: Path, arguments: argparse.Namespace) -> None:
    """Analyse one file into a folder that appears once it is complete."""
    from stormgraph_py.cli.bars import StageBars
    from stormgraph_py.cli.interrupts import stop_on_interrupt
    from stormgraph_py.report.analysis import cluster, load, measure
    from stormgraph_py.report.folder import check_free, result_folder, write_result
    from stormgraph_py.report.words import lead

    outputs = outputs_from(arguments)
    check_free(folder, overwrite=arguments.overwrite)
    with StageBars(quiet=arguments.quiet) as bars:
        bars(ProgressEvent("reading", 0, 1))
        selection = load(request)
    # Said before the analysis, since they may explain why it fails.
    _warn(request, selection.warnings, arguments)
    with (
        result_folder(folder, overwrite=arguments.overwrite) as unfinished,
        StageBars(quiet=arguments.quiet) as bars,
    ):
        with stop_on_interrupt() as should_stop:
            result = cluster(
                request, selection, n_jobs=arguments.jobs, on_progress=bars, should_stop=should_stop
            )
        bars(ProgressEvent("measuring", 0, 1))
        analysis = measure(request, selection, result)
        write_result(unfinished, analysis, outputs, on_progress=bars)
    _warn(request, result.warnings, arguments)
    if not arguments.quiet:
        say(f"{request.path}: {lead(analysis)}")
        say(f"  report: {folder / 'report.html'}")


def _warn(request: Request, warnings: Sequence[str], arguments: argparse.Namespace) -> None:
    if not arguments.quiet:
        for warning in warnings:
            say_warning(f"{request.path}: {warning}")
