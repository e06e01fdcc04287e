"""`stormgraph simulate`: localizations whose truth is known, as files."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stormgraph_py.cli.common import add_common_options, add_seed_option, refuse_existing
from stormgraph_py.cli.faults import say
from stormgraph_py.errors import OutputError, ParameterError

if TYPE_CHECKING:
    from stormgraph_py.simulate import NanoclusterParams, SimulatedLocalizations
    from stormgraph_py.simulate.sigma import SigmaSource

_NANOCLUSTERS = {"2d": "nanoclusters in 2-D", "3d": "nanoclusters in 3-D"}
_OWN_OPTIONS: tuple[tuple[str, type, str, str], ...] = (
    ("--radius-nm", float, "NM", "radius of a nanocluster"),
    ("--density", float, "D", "molecules per nm² (3-D: nm³) inside a nanocluster"),
    ("--n-molecules", int, "N", "molecules in nanoclusters"),
    ("--background-fraction", float, "F", "density outside, as a share of the density inside"),
    ("--mean-blinks", float, "B", "mean localizations of a molecule"),
    ("--p", int, "P", "propensity to aggregate, with q"),
    ("--q", int, "Q", "propensity to aggregate"),
)
"""Options named as the fields of `NanoclusterParams`."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and what it can simulate."""
    parser = commands.add_parser(
        "simulate",
        help="make localizations whose truth is known",
        description="Simulate localizations; the truth goes to <name>_truth.csv beside them.",
    )
    kinds = parser.add_subparsers(metavar="KIND", required=True)
    for kind, text in _NANOCLUSTERS.items():
        _add_nanoclusters(kinds, kind, text)
    two_colour = _add_nanoclusters(kinds, "two-colour", "two colours that share aggregates")
    two_colour.add_argument(
        "--shared-fraction",
        type=float,
        default=0.5,
        metavar="F",
        help="share of the aggregates that hold both colours (default 0.5)",
    )
    random = _add_kind(kinds, "random", "complete spatial randomness", "simulated.csv")
    _add_roi(random)
    _add_sigma(random)
    number = random.add_mutually_exclusive_group(required=True)
    number.add_argument("--n-molecules", type=int, metavar="N", help="exact number of molecules")
    number.add_argument(
        "--density-per-um2", type=float, metavar="D", help="mean number per µm² (3-D: µm³)"
    )
    random.add_argument(
        "--mean-blinks", type=float, default=1.0, metavar="B", help="mean localizations of each"
    )
    for kind, n_sets in (("grid-2d", 64), ("grid-3d", 130)):
        grid = _add_kind(kinds, kind, f"the paper's {n_sets} sets of parameters", f"{kind}")
        grid.add_argument("--first", type=int, metavar="N", help="only the first N sets")
    _add_kind(kinds, "sample-data", "the sample data of the package", "sample_data")


def execute(arguments: argparse.Namespace) -> int:
    """Simulate and write."""
    out = Path(arguments.out)
    if arguments.kind == "sample-data":
        from stormgraph_py.simulate import make_samples

        refuse_existing(out, overwrite=arguments.overwrite)
        written = make_samples(out, arguments.seed)
    elif arguments.kind.startswith("grid"):
        refuse_existing(out, overwrite=arguments.overwrite)
        written = _write_grid(arguments, out)
    else:
        from stormgraph_py.simulate import write_simulation

        refuse_existing(out, overwrite=arguments.overwrite)
        simulated = _simulate(arguments)
        _make_folder(out.parent)
        written = list(write_simulation(simulated, out))
    if not arguments.quiet:
        for path in written:
            say(str(path))
    return 0


def _simulate(arguments: argparse.Namespace) -> SimulatedLocalizations:
    from stormgraph_py.simulate import (
        simulate_nanoclusters,
        simulate_random,
        simulate_two_colours,
    )

    if arguments.kind == "random":
        return simulate_random(
            arguments.roi_nm or (2000.0, 2000.0),
            arguments.seed,
            n_molecules=arguments.n_molecules,
            density_per_um2=arguments.density_per_um2,
            sigma=_sigma(arguments),
            mean_blinks=arguments.mean_blinks,
        )
    params = _nanocluster_params(arguments)
    if arguments.kind == "two-colour":
        return simulate_two_colours(
            params, arguments.seed, shared_fraction=arguments.shared_fraction
        )
    return simulate_nanoclusters(params, arguments.seed)


def _nanocluster_params(arguments: argparse.Namespace) -> NanoclusterParams:
    from stormgraph_py.simulate import NanoclusterParams
    from stormgraph_py.simulate.samples import PARAMS_3D, PARAMS_TWO_COLOURS

    base = {"2d": NanoclusterParams(), "3d": PARAMS_3D, "two-colour": PARAMS_TWO_COLOURS}
    names = [option.removeprefix("--").replace("-", "_") for option, *_ in _OWN_OPTIONS]
    given: dict[str, Any] = {name: getattr(arguments, name) for name in names}
    given |= {"roi_nm": arguments.roi_nm, "sigma": _sigma(arguments)}
    chosen = {name: value for name, value in given.items() if value is not None}
    params = dataclasses.replace(base[arguments.kind], **chosen)
    dimensions = 3 if arguments.kind == "3d" else 2
    if params.dimensions != dimensions:
        raise ParameterError(
            f"{arguments.kind} has {dimensions} dimensions and --roi-nm {params.dimensions} sides; "
            f"give {dimensions}."
        )
    return params


def _sigma(arguments: argparse.Namespace) -> SigmaSource | None:
    from stormgraph_py.simulate import LognormalSigma, SigmaSample

    if arguments.sigma_from is not None:
        from stormgraph_py.io.registry import read_localizations

        return SigmaSample.from_localizations(read_localizations(arguments.sigma_from))
    given = {"median_nm": arguments.sigma_nm, "axial_median_nm": arguments.sigma_z_nm}
    chosen = {name: value for name, value in given.items() if value is not None}
    return LognormalSigma(**chosen) if chosen else None


def _write_grid(arguments: argparse.Namespace, out: Path) -> list[Path]:
    import pandas as pd
    from tqdm import tqdm

    from stormgraph_py.io.writers import write_table
    from stormgraph_py.simulate import (
        paper_grid_2d,
        paper_grid_3d,
        simulate_grid,
        write_simulation,
    )

    make = paper_grid_2d if arguments.kind == "grid-2d" else paper_grid_3d
    grid = make(arguments.seed)[: arguments.first]
    _make_folder(out)
    rows, written = [], []
    bar = tqdm(
        simulate_grid(grid, arguments.seed),
        total=len(grid),
        desc="simulating",
        delay=2,
        disable=True if arguments.quiet else None,
    )
    for number, simulated in enumerate(bar, 1):
        path, truth = write_simulation(simulated, out / f"set_{number:03d}.csv")
        written += [path, truth]
        values = dataclasses.asdict(grid[number - 1])
        rows.append({"file": path.name, "seed": simulated.seed, "n": len(simulated)} | values)
    write_table(out / "parameters.csv", pd.DataFrame(rows))
    return [*written, out / "parameters.csv"]


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be made ({error.strerror}); choose another --out."
        ) from None


def _add_kind(
    kinds: argparse._SubParsersAction[argparse.ArgumentParser], kind: str, text: str, out: str
) -> argparse.ArgumentParser:
    parser = kinds.add_parser(kind, help=text, description=f"Simulate {text}.")
    add_seed_option(parser)
    parser.add_argument("--out", default=out, metavar="PATH", help=f"file or folder ({out})")
    parser.add_argument("--overwrite", action="store_true", help="replace what is there")
    add_common_options(parser)
    parser.set_defaults(execute=execute, kind=kind)
    return parser


def _add_nanoclusters(
    kinds: argparse._SubParsersAction[argparse.ArgumentParser], kind: str, text: str
) -> argparse.ArgumentParser:
    parser = _add_kind(kinds, kind, text, "simulated.csv")
    _add_roi(parser)
    _add_sigma(parser)
    for option, convert, metavar, meaning in _OWN_OPTIONS:
        parser.add_argument(option, type=convert, metavar=metavar, help=meaning)
    return parser


def _add_roi(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--roi-nm", type=float, nargs="+", metavar="NM", help="two or three sides of the region"
    )


def _add_sigma(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sigma-nm", type=float, metavar="NM", help="median lateral precision")
    parser.add_argument("--sigma-z-nm", type=float, metavar="NM", help="median axial precision")
    parser.add_argument(
        "--sigma-from", metavar="FILE", help="draw precisions from these localizations"
    )
