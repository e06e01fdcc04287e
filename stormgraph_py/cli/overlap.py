"""`stormgraph overlap`: compare the clusters of two colours."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from stormgraph_py.cli.common import DEFAULT_OUT, add_common_options, add_jobs_option
from stormgraph_py.cli.faults import say, say_warning
from stormgraph_py.cli.filtering import add_filter_options, filters_from
from stormgraph_py.cli.method import add_method_options, method_params
from stormgraph_py.cli.outputs import add_output_options, outputs_from
from stormgraph_py.cli.reading import add_reading_options, reading_options
from stormgraph_py.cli.region import add_region_options, read_region
from stormgraph_py.progress import ProgressEvent

if TYPE_CHECKING:
    from stormgraph_py.cli.bars import StageBars
    from stormgraph_py.report.analysis import Analysis, Request, Selection
    from stormgraph_py.report.overlap_analysis import OverlapParams


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "overlap",
        help="compare the clusters of two colours",
        description="Find clusters in two channels, of FILE or of FILE and FILE2, and write "
        "DIR/<name>/ with their overlap, what chance brings about of it, and a report.",
    )
    parser.add_argument("file", metavar="FILE", help="localizations of both channels, or of one")
    parser.add_argument("file2", metavar="FILE2", nargs="?", help="localizations of the other")
    compare = parser.add_argument_group("comparison")
    compare.add_argument(
        "--channels",
        nargs=2,
        metavar=("A", "B"),
        help="the two channels, numbers or names; by default the two that FILE has, or all of "
        "FILE and all of FILE2",
    )
    compare.add_argument(
        "--registration-error",
        type=float,
        metavar="NM",
        help="standard deviation of the misalignment of the channels along each axis",
    )
    compare.add_argument(
        "--n-random",
        type=int,
        default=199,
        metavar="N",
        help="random motions that tell what overlap chance brings about (default 199)",
    )
    compare.add_argument(
        "--voxel", type=float, metavar="NM", help="3-D: edge of the voxels that are counted"
    )
    compare.add_argument(
        "--cbc-radius",
        type=float,
        default=100.0,
        metavar="NM",
        help="largest radius of the coordinate-based colocalization (default 100)",
    )
    add_method_options(parser)
    part = parser.add_argument_group("part of the data")
    add_region_options(part)
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
    """Analyse both channels and compare them."""
    from stormgraph_py.cli.bars import StageBars
    from stormgraph_py.report.folder import check_free, result_folder
    from stormgraph_py.report.overlap_analysis import compare_channels
    from stormgraph_py.report.overlap_report import lead, write_overlap
    from stormgraph_py.report.request import result_name

    outputs = outputs_from(arguments)
    params = _params(arguments)
    names_of_files = [result_name(f) for f in (arguments.file, arguments.file2) if f is not None]
    folder = Path(arguments.out) / "_and_".join(dict.fromkeys(names_of_files))
    check_free(folder, overwrite=arguments.overwrite)
    with StageBars(quiet=arguments.quiet) as bars:
        bars(ProgressEvent("reading", 0, 1))
        requests, selections, names = _channels(arguments)
    with result_folder(folder, overwrite=arguments.overwrite) as unfinished:
        analyses = []
        for request, selection, name in zip(requests, selections, names, strict=True):
            if not arguments.quiet:
                say(f"clusters of {name}")
            with StageBars(quiet=arguments.quiet) as bars:
                analyses.append(_analyse(request, selection, arguments, bars))
        with StageBars(quiet=arguments.quiet) as bars:
            compared = compare_channels(
                analyses[0], analyses[1], names, params, n_jobs=arguments.jobs, on_progress=bars
            )
            write_overlap(unfinished, compared, outputs, on_progress=bars)
    if not arguments.quiet:
        for warning in compared.warnings:
            say_warning(warning)
        say(lead(compared))
        say(f"  report: {folder / 'report.html'}")
    return 0


def _params(arguments: argparse.Namespace) -> OverlapParams:
    from stormgraph_py.report.overlap_analysis import OverlapParams

    return OverlapParams(
        n_random=arguments.n_random,
        registration_nm=arguments.registration_error,
        voxel_nm=arguments.voxel,
        cbc_radius_nm=arguments.cbc_radius,
        seed=arguments.seed,
    )


def _channels(
    arguments: argparse.Namespace,
) -> tuple[list[Request], list[Selection], tuple[str, str]]:
    """Requests, localizations and names of both channels."""
    from stormgraph_py.report.analysis import Request, read, select
    from stormgraph_py.report.overlap_analysis import channel_name, choose_channels, told_apart
    from stormgraph_py.report.request import result_name

    request = Request(
        path=arguments.file,
        roi=read_region(arguments),
        roi_path=arguments.roi,
        filters=filters_from(arguments),
        params=method_params(arguments),
        seed=arguments.seed,
        **reading_options(arguments),
    )
    localizations = read(request)
    if arguments.file2 is None:
        wanted = None if arguments.channels is None else tuple(arguments.channels)
        chosen = choose_channels(localizations, wanted)
        requests = [dataclasses.replace(request, channel=number) for number, _ in chosen]
        files = [localizations, localizations]
        names = (chosen[0][1], chosen[1][1])
    else:
        second = dataclasses.replace(request, path=arguments.file2)
        files = [localizations, read(second)]
        requests = [request, second]
        names = (result_name(arguments.file), result_name(arguments.file2))
        if arguments.channels is not None:
            requests = [
                dataclasses.replace(asked, channel=channel)
                for asked, channel in zip(requests, arguments.channels, strict=True)
            ]
            first, other = map(channel_name, arguments.channels)
            names = first, other
    selections = [select(asked, file) for asked, file in zip(requests, files, strict=True)]
    return requests, selections, told_apart(names)


def _analyse(
    request: Request, selection: Selection, arguments: argparse.Namespace, bars: StageBars
) -> Analysis:
    from stormgraph_py.cli.interrupts import stop_on_interrupt
    from stormgraph_py.report.analysis import cluster, measure

    with stop_on_interrupt() as should_stop:
        result = cluster(
            request, selection, n_jobs=arguments.jobs, on_progress=bars, should_stop=should_stop
        )
    bars(ProgressEvent("measuring", 0, 1))
    return measure(request, selection, result)
