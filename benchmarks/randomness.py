"""How much of complete spatial randomness is called clustered, with and without precision.

Usage: python benchmarks/randomness.py [--clouds 20] [--densities 10 50 100 200 500 1000] [--seed 0]

For every density and with and without precision, clouds of independent uniform points in a square
ROI are analysed with the default parameters. The mean share of localizations that end in a cluster
should not exceed alpha.
"""

from __future__ import annotations

import argparse

import numpy as np

from stormgraph_py import StormGraphParams, cluster_localizations
from stormgraph_py.simulate import LognormalSigma, simulate_random


def analyse(
    density_per_um2: float, cloud: int, args: argparse.Namespace, *, with_sigma: bool
) -> tuple[float, float, float]:
    """Share called clustered, share retained, and r0 over the random median, of one cloud."""
    n = round(density_per_um2 * args.side**2 / 1e6)
    rng = np.random.default_rng([args.seed, n, cloud])
    simulated = simulate_random(
        (args.side, args.side),
        rng,
        n_molecules=n,
        sigma=LognormalSigma(median_nm=args.sigma) if with_sigma else None,
    )
    params = StormGraphParams(k=args.k or None, alpha=args.alpha)
    result = cluster_localizations(
        simulated.localizations, params, area=args.side**2, random_state=cloud
    )
    retained = 1.0 if result.noise is None else float(result.noise.retained.mean())
    median = result.length_scale.random_median_nm or np.nan
    return float((result.labels >= 0).mean()), retained, result.length_scale.r0_nm / median


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clouds", type=int, default=20, help="clouds per density")
    parser.add_argument(
        "--densities", type=float, nargs="+", default=[10, 50, 100, 200, 500, 1000], help="per µm²"
    )
    parser.add_argument("--side", type=float, default=2000.0, help="side of the ROI, nm")
    parser.add_argument("--sigma", type=float, default=9.0, help="median precision, nm")
    parser.add_argument("--alpha", type=float, default=0.05)
    parser.add_argument("--k", type=int, default=15, help="0: automatic r0")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    print(f"alpha {args.alpha:g}, {args.clouds} clouds each, ROI {args.side:g} x {args.side:g} nm")
    print(f"{'':26}|{'share clustered':^26}|{'share retained':^17}|{'r0 / random median':^19}")
    columns = (
        "precision  density/µm²    n | mean  std.err  largest | mean    largest | mean     least"
    )
    print(columns)
    for with_sigma in (True, False):
        for density in args.densities:
            found = np.array(
                [analyse(density, c, args, with_sigma=with_sigma) for c in range(args.clouds)]
            )
            clustered, retained, scale = found.T
            error = clustered.std(ddof=1) / np.sqrt(len(found)) if len(found) > 1 else np.nan
            print(
                f"{'known' if with_sigma else 'unknown':9} {density:12g} "
                f"{round(density * args.side**2 / 1e6):6} | "
                f"{clustered.mean():.4f} {error:.4f} {clustered.max():8.4f} | "
                f"{retained.mean():.4f} {retained.max():8.4f} | "
                f"{np.nanmean(scale) if np.isfinite(scale).any() else np.nan:.3f} "
                f"{np.nanmin(scale) if np.isfinite(scale).any() else np.nan:9.3f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
