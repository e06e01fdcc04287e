"""Options that say how clusters are found, shared by the commands that find some."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from stormgraph_py.cli.common import add_seed_option

if TYPE_CHECKING:
    from stormgraph_py.params import StormGraphParams


def add_method_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the method and the seed."""
    method = parser.add_argument_group("method")
    method.add_argument(
        "--k",
        type=_k,
        default=15,
        metavar="K",
        help="neighbour that sets the length scale, 10 to 20, or auto (default 15)",
    )
    method.add_argument(
        "--alpha",
        type=float,
        default=0.05,
        metavar="A",
        help="largest share of random localizations that may be called clustered; 1 skips the "
        "threshold (default 0.05)",
    )
    method.add_argument(
        "--min-cluster-size",
        type=int,
        default=5,
        metavar="N",
        help="smallest number of localizations of a cluster (default 5)",
    )
    method.add_argument(
        "--overcounting",
        action="store_true",
        help="leave out clusters that may be one molecule counted several times",
    )
    method.add_argument(
        "--label-radius",
        type=float,
        default=0.0,
        metavar="NM",
        help="radius of molecule and label in the overcounting test (default 0)",
    )
    method.add_argument(
        "--ignore-sigma", action="store_true", help="do not use localization precisions"
    )
    method.add_argument(
        "--weights",
        choices=["exact", "monte-carlo"],
        default="exact",
        help="how expected edge weights are found (default exact)",
    )
    method.add_argument(
        "--trials",
        type=int,
        default=2,
        metavar="N",
        help="searches for communities per connected component (default 2)",
    )
    method.add_argument(
        "--community-backend",
        choices=["native", "infomap"],
        default="native",
        help="optimiser of the map equation (default native)",
    )
    method.add_argument("--dimensions", type=int, choices=[2, 3], help="2 ignores z")
    method.add_argument(
        "--z-profile",
        choices=["gaussian", "uniform"],
        default="gaussian",
        help="3-D: random localizations around a focal plane, or uniform (default gaussian)",
    )
    add_seed_option(method)


def method_params(arguments: argparse.Namespace) -> StormGraphParams:
    """Return what those options say."""
    from stormgraph_py.params import StormGraphParams

    return StormGraphParams(
        k=arguments.k,
        alpha=arguments.alpha,
        min_cluster_size=arguments.min_cluster_size,
        overcounting=arguments.overcounting,
        label_radius_nm=arguments.label_radius,
        use_sigma=not arguments.ignore_sigma,
        weights=arguments.weights,
        n_trials=arguments.trials,
        community_backend=arguments.community_backend,
        dimensions=arguments.dimensions,
        z_profile=arguments.z_profile,
    )


def _k(text: str) -> int | None:
    if text.lower() == "auto":
        return None
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a whole number nor auto") from None
