"""`stormgraph batch`: many files, regions and parameter sets at once."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from stormgraph_py.cli.common import add_common_options
from stormgraph_py.cli.faults import (
    EXIT_INPUT_OUTPUT,
    EXIT_INTERRUPTED,
    say,
    say_error,
    say_warning,
)
from stormgraph_py.cli.filtering import add_filter_options, filters_from
from stormgraph_py.cli.method import add_method_options, method_params
from stormgraph_py.cli.outputs import add_output_options, outputs_from
from stormgraph_py.cli.reading import add_reading_options, reading_options
from stormgraph_py.errors import ParameterError

if TYPE_CHECKING:
    from stormgraph_py.batch.job import Plan
    from stormgraph_py.batch.planning import Asked
    from stormgraph_py.batch.runner import BatchResult, MakeExecutor
    from stormgraph_py.progress import ShouldStop
    from stormgraph_py.report.outputs import Outputs

DEFAULT_BATCH_OUT = "stormgraph-batch"


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "batch",
        help="analyse many files, regions and parameter sets",
        description="Analyse every file of a table of jobs, a folder or a glob pattern, each "
        "region by itself, with each parameter set; write a folder for each job, tables of all of "
        "them and an index.",
    )
    parser.add_argument(
        "inputs",
        nargs="+",
        metavar="JOBS.csv|FOLDER|GLOB",
        help="a table with the column file, or files, folders and glob patterns",
    )
    part = parser.add_argument_group("jobs")
    regions = part.add_mutually_exclusive_group()
    regions.add_argument(
        "--roi-dir", metavar="DIR", help="folder of regions, in files named as the data are"
    )
    regions.add_argument("--roi", metavar="FILE", help="regions of every file")
    part.add_argument(
        "--roi-pixel-size-nm",
        type=float,
        metavar="NM",
        help="edge of a pixel in the sample, for regions drawn in pixels",
    )
    part.add_argument("--channel", metavar="C", help="colour channel to analyse, number or name")
    part.add_argument("--params", metavar="PARAMS.toml", help="one or several parameter sets")
    part.add_argument(
        "--pattern", metavar="P", help='tags in paths, as "{condition}/{replicate}/{cell}"'
    )
    add_method_options(parser)
    add_filter_options(parser)
    add_reading_options(parser)
    where = parser.add_argument_group("speed")
    where.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help="processes, by default one a core; 0 does all in the program's own process",
    )
    where.add_argument(
        "--memory-gb",
        type=float,
        metavar="X",
        help="memory for all workers together (default: 80%% of what is free)",
    )
    dask = where.add_mutually_exclusive_group()
    dask.add_argument("--dask", metavar="ADDRESS", help="do it on a Dask cluster, tcp://host:8786")
    dask.add_argument("--dask-local", action="store_true", help="do it on a Dask cluster made here")
    output = parser.add_argument_group("output")
    output.add_argument(
        "--out",
        default=DEFAULT_BATCH_OUT,
        metavar="DIR",
        help=f"folder of the batch ({DEFAULT_BATCH_OUT})",
    )
    again = output.add_mutually_exclusive_group()
    again.add_argument("--resume", action="store_true", help="keep jobs that are complete")
    again.add_argument("--overwrite", action="store_true", help="replace an older batch")
    output.add_argument("--dry-run", action="store_true", help="list the jobs and do nothing")
    output.add_argument(
        "--reports",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="a report for each job, which takes most of the time of a small one",
    )
    add_output_options(output, figures=False, excel=False)
    add_common_options(output)
    parser.set_defaults(execute=execute)


def execute(arguments: argparse.Namespace) -> int:
    """Plan the jobs, do them and sum up."""
    from stormgraph_py.batch.folder import check_out
    from stormgraph_py.batch.planning import plan_jobs

    out = Path(arguments.out)
    outputs = _outputs(arguments)
    _check(arguments)
    plan = plan_jobs(_asked(arguments, out))
    if plan.skipped and not arguments.quiet:
        first, n = plan.skipped[0], len(plan.skipped)
        listed = "below" if arguments.dry_run else "in index.html"
        say_warning(
            f"{n} files are skipped, all listed {listed}; the first, {first.file}, {first.reason}."
            if n > 1
            else f"{first.file} is skipped: it {first.reason}."
        )
    if not arguments.quiet:
        for warning in plan.warnings:
            say_warning(warning)
    if arguments.dry_run:
        _list(plan, outputs)
        return 0
    check_out(out, resume=arguments.resume, overwrite=arguments.overwrite)
    result = _run(plan, out, outputs, arguments)
    if not arguments.quiet:
        say(_sentence(result))
        say(f"  index: {out / 'index.html'}")
    if result.interrupted:
        say_error("interrupted; go on with --resume")
        return EXIT_INTERRUPTED
    return 0 if result.succeeded else EXIT_INPUT_OUTPUT


def _run(plan: Plan, out: Path, outputs: Outputs, arguments: argparse.Namespace) -> BatchResult:
    from stormgraph_py.batch.runner import run_batch
    from stormgraph_py.cli.batch_bar import BatchBar
    from stormgraph_py.cli.interrupts import stop_on_interrupt

    with (
        stop_on_interrupt() as should_stop,
        _executor(arguments, len(plan.jobs), should_stop) as make_executor,
    ):
        return run_batch(
            plan,
            out,
            make_executor,
            outputs=outputs,
            resume=arguments.resume,
            overwrite=arguments.overwrite,
            monitor=BatchBar(quiet=arguments.quiet),
            should_stop=should_stop,
        )


@contextmanager
def _executor(
    arguments: argparse.Namespace, n_jobs: int, should_stop: ShouldStop
) -> Iterator[MakeExecutor]:
    """Provide what makes the executor that was asked for."""
    n_workers = _n_workers(arguments, n_jobs)
    if arguments.dask or arguments.dask_local:
        from stormgraph_py.batch.on_dask import DaskExecutor, connect, local_cluster

        if arguments.dask:
            client = connect(arguments.dask)
            yield lambda lease, _: DaskExecutor(client, lease=(lease.path, lease.token))
            return
        with local_cluster(max(1, n_workers)) as cluster:
            client = connect(cluster.scheduler_address)
            yield lambda lease, _: DaskExecutor(client, lease=(lease.path, lease.token))
        return
    if n_workers == 0:
        from stormgraph_py.batch.executors import SerialExecutor

        yield lambda *_: SerialExecutor(should_stop)
        return
    from stormgraph_py.batch.folder import LOG_FILE
    from stormgraph_py.batch.processes import ProcessExecutor

    n_bytes = None if arguments.memory_gb is None else int(arguments.memory_gb * 1e9)
    yield lambda lease, monitor: ProcessExecutor(
        n_workers,
        n_bytes=n_bytes,
        log=(lease.path.parent / LOG_FILE).resolve(),
        on_warning=monitor.warns,
    )


def _check(arguments: argparse.Namespace) -> None:
    if arguments.workers is not None and arguments.workers < 0:
        raise ParameterError(f"--workers {arguments.workers} is below 0; use 1 or more.")
    if arguments.memory_gb is not None and not arguments.memory_gb > 0:
        raise ParameterError(f"--memory-gb {arguments.memory_gb} is no memory; use more than 0.")


def _n_workers(arguments: argparse.Namespace, n_jobs: int) -> int:
    import os

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    asked: int | None = arguments.workers
    return min(asked if asked is not None else cores or 1, max(n_jobs, 1))


def _outputs(arguments: argparse.Namespace) -> Outputs:
    import dataclasses

    outputs = outputs_from(arguments)
    return dataclasses.replace(outputs, report=arguments.reports, thumbnail=True)


def _asked(arguments: argparse.Namespace, out: Path) -> Asked:
    from stormgraph_py.batch.parameter_sets import ParameterSet, read_parameter_sets
    from stormgraph_py.batch.planning import Asked

    base = ParameterSet(
        params=method_params(arguments), seed=arguments.seed, filters=filters_from(arguments)
    )
    sets = (base,) if arguments.params is None else read_parameter_sets(arguments.params, base)
    return Asked(
        inputs=arguments.inputs,
        roi_dir=arguments.roi_dir,
        roi=arguments.roi,
        roi_pixel_size_nm=arguments.roi_pixel_size_nm,
        channel=arguments.channel,
        pattern=arguments.pattern,
        parameter_sets=sets,
        reading=reading_options(arguments),
        leave_out=out,
    )


def _list(plan: Plan, outputs: Outputs) -> None:
    """Print the jobs with what they may need."""
    from stormgraph_py.batch.estimate import estimate_bytes, estimate_seconds
    from stormgraph_py.report.numbers import count, integer, seconds_text

    width = max(len(job.name) for job in plan.jobs)
    say(f"{'job':<{width}}  {'rows, about':>12}  {'memory':>8}  time on one core")
    total = 0.0
    for job in plan.jobs:
        seconds = estimate_seconds(job.n_rows, report=outputs.report)
        total += seconds
        memory = f"{estimate_bytes(job.n_rows) / 1e9:.1f} GB"
        say(f"{job.name:<{width}}  {integer(job.n_rows):>12}  {memory:>8}  {seconds_text(seconds)}")
    for skipped in plan.skipped:
        say(f"skipped: {skipped.file} {skipped.reason}")
    say(
        f"{count(len(plan.jobs), 'job')}, at most about {seconds_text(total)} on one core; "
        f"{count(len(plan.skipped), 'file')} skipped"
    )


def _sentence(result: BatchResult) -> str:
    from stormgraph_py.report.numbers import count

    text = f"{count(result.n_done, 'job')} done"
    if result.n_kept:
        text += f" ({result.n_kept} of them before)"
    if result.failures:
        text += f", {len(result.failures)} failed: see failures.csv"
    if result.n_open:
        text += f", {result.n_open} not done: go on with --resume"
    return text
