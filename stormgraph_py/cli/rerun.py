"""`stormgraph rerun`: compute the labels of a result again and compare them."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

from stormgraph_py.cli.common import add_common_options, add_jobs_option
from stormgraph_py.cli.faults import EXIT_INPUT_OUTPUT, say, say_error, say_warning
from stormgraph_py.errors import InputError


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "rerun",
        help="compute the labels of a result again and compare them",
        description="Repeat the analysis that RUN.json records and compare the labels with "
        "localizations.csv beside it. Ends with 0 only when all are identical.",
    )
    parser.add_argument("record", metavar="RUN.json", help="run.json of a result folder")
    parser.add_argument("--input", metavar="FILE", help="the input file, when it was moved")
    add_jobs_option(parser)
    add_common_options(parser)
    parser.set_defaults(execute=execute)


def execute(arguments: argparse.Namespace) -> int:
    """Repeat the analysis and say what differs."""
    from stormgraph_py.cli.bars import StageBars
    from stormgraph_py.cli.interrupts import stop_on_interrupt
    from stormgraph_py.io.source import locate
    from stormgraph_py.report.analysis import Request, cluster, load
    from stormgraph_py.report.record import read_record
    from stormgraph_py.report.reproduce import differing_versions, label_differences, read_labels

    path = Path(arguments.record)
    record = read_record(path)
    recorded = read_labels(path.with_name("localizations.csv"))
    request = Request.from_dict(record["request"])
    if arguments.input is not None:
        request = dataclasses.replace(request, path=arguments.input)
    if not locate(Path(request.path))[0].exists():
        raise InputError(
            f"{request.path}: the input file of {path} is not there; say where it is with --input."
        )
    selection = load(request)
    sha256 = selection.localizations.provenance.sha256
    if sha256 != record["input"]["sha256"]:
        say_warning(
            f"{request.path} is not the recorded input: SHA-256 {sha256}, recorded "
            f"{record['input']['sha256']}."
        )
    beside = selection.localizations.provenance.sha256_beside
    if beside != record["input"].get("sha256_beside", beside):
        say_warning(f"The YAML file beside {request.path} is not the recorded one.")
    for difference in differing_versions(record):
        say_warning(difference)
    with stop_on_interrupt() as should_stop, StageBars(quiet=arguments.quiet) as bars:
        result = cluster(
            request, selection, n_jobs=arguments.jobs, on_progress=bars, should_stop=should_stop
        )
    differences = label_differences(recorded, result)
    for difference in differences:
        say_error(difference)
    if differences:
        return EXIT_INPUT_OUTPUT
    if not arguments.quiet:
        say(
            f"identical: {result.n_clusters} clusters, {len(result.labels)} localizations, "
            f"{len(recorded.columns)} columns of labels"
        )
    return 0
