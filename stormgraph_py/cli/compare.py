"""`stormgraph compare`: compare conditions, at the unit that is independent."""

from __future__ import annotations

import argparse
from pathlib import Path

from stormgraph_py.cli.common import add_common_options, add_seed_option
from stormgraph_py.cli.faults import say, say_warning
from stormgraph_py.cli.outputs import add_output_options, outputs_from

DEFAULT_COMPARE_OUT = "stormgraph-comparison"


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "compare",
        help="compare conditions: statistics, SuperPlots, tables",
        description="Compare the results of several conditions, cell by cell, and write tables, "
        "figures and a report.",
    )
    parser.add_argument(
        "results", nargs="+", metavar="RESULTS", help="folders that run or batch wrote"
    )
    tags = parser.add_argument_group("which condition, replicate and cell a result belongs to")
    tags.add_argument(
        "--tags",
        metavar="TAGS.csv",
        help="table with a column file, job or name, then condition, replicate, cell",
    )
    tags.add_argument(
        "--pattern",
        metavar="PATTERN",
        help="end of the input files' paths, such as {condition}/{replicate}/{cell}",
    )
    tags.add_argument(
        "--skip-untagged", action="store_true", help="leave out results without a condition"
    )
    tags.add_argument("--parameters", metavar="NAME", help="parameter set of a batch to compare")
    tags.add_argument("--channel", metavar="C", help="colour channel to compare")
    method = parser.add_argument_group("method")
    method.add_argument(
        "--measure",
        action="append",
        default=[],
        metavar="COLUMN",
        help="column of clusters.csv or summary.csv to compare; may be repeated (default: size, "
        "localizations and density of clusters, clusters per area, percent clustered)",
    )
    method.add_argument(
        "--unit",
        choices=["cell", "roi", "replicate", "cluster"],
        default="cell",
        help="what counts as independent (default cell); cluster pools as if all were",
    )
    method.add_argument(
        "--summary",
        choices=["median", "mean"],
        default="median",
        help="how the clusters of a region are summarised (default median)",
    )
    method.add_argument(
        "--control",
        metavar="NAME",
        help="condition to compare the others with (default: all pairs)",
    )
    method.add_argument(
        "--correction",
        choices=["holm", "bonferroni", "fdr"],
        default="holm",
        help="correction of p-values over pairs and measures (default holm)",
    )
    method.add_argument(
        "--n-bootstrap",
        type=int,
        default=2000,
        metavar="N",
        help="samples of the bootstrap (default 2000)",
    )
    add_seed_option(method)
    output = parser.add_argument_group("output")
    output.add_argument(
        "--out",
        default=DEFAULT_COMPARE_OUT,
        metavar="DIR",
        help=f"folder of the comparison ({DEFAULT_COMPARE_OUT})",
    )
    output.add_argument("--overwrite", action="store_true", help="replace an older comparison")
    add_output_options(output)
    add_common_options(output)
    parser.set_defaults(execute=execute)


def execute(arguments: argparse.Namespace) -> int:
    """Compare, write, and say what to look at."""
    from stormgraph_py.clusters.compare import CompareParams
    from stormgraph_py.report.compare_analysis import CompareRequest, compare_results
    from stormgraph_py.report.compare_folder import is_of_comparison, write_comparison
    from stormgraph_py.report.folder import check_free, result_folder

    folder = Path(arguments.out)
    outputs = outputs_from(arguments)
    check_free(folder, overwrite=arguments.overwrite, is_ours=is_of_comparison)
    request = CompareRequest(
        paths=tuple(arguments.results),
        tags=arguments.tags,
        pattern=arguments.pattern,
        skip_untagged=arguments.skip_untagged,
        parameters=arguments.parameters,
        channel=arguments.channel,
        measures=tuple(arguments.measure),
        params=CompareParams(
            unit=arguments.unit,
            summary=arguments.summary,
            correction=arguments.correction,
            control=arguments.control,
            n_bootstrap=arguments.n_bootstrap,
            seed=arguments.seed,
        ),
    )
    compared = compare_results(request)
    with result_folder(
        folder, overwrite=arguments.overwrite, is_ours=is_of_comparison
    ) as unfinished:
        write_comparison(unfinished, compared, outputs)
    if not arguments.quiet:
        for warning in compared.warnings:
            say_warning(warning)
        n = len(compared.tagged.results)
        say(f"{n} results of {len(compared.comparison.conditions)} conditions compared")
        say(f"  report: {folder / 'report.html'}")
    return 0
