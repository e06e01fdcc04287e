"""The data that the benchmarks run on, simulated ones first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from stormgraph_py.arrays import FloatArray, IntArray
from stormgraph_py.simulate import (
    LognormalSigma,
    SimulatedLocalizations,
    paper_grid_2d,
    paper_grid_3d,
    simulate_grid,
    simulate_random,
    simulate_tiled,
)

PUBLISHED_FOLDER = Path(__file__).parents[2] / "shared" / "data" / "accuracy"
"""Point sets of other groups, which do not come with the project."""

RANDOM_DENSITIES_PER_UM2 = (10, 50, 100, 200, 500, 1000)
RANDOM_ROI_NM = (4000.0, 4000.0)
NIEVES_AREA_NM2 = 4e6


@dataclass(frozen=True, eq=False, kw_only=True)
class Case:
    """One set of localizations to cluster.

    Parameters
    ----------
    name : str
        Name of the set.
    scenario : str
        Name of the group whose scores are averaged.
    coordinates : ndarray of shape (n, 2) or (n, 3)
        Positions, nm.
    sigma : ndarray of the same shape, or None
        Localization precision, nm.
    truth : ndarray of int, shape (n,)
        True clusters, -1 = background.
    area : float or None
        Area of the ROI in nm², or volume in nm³; None where it is unknown.
    simulated : SimulatedLocalizations or None
        All that is known of a simulated set.
    """

    name: str
    scenario: str
    coordinates: FloatArray
    sigma: FloatArray | None
    truth: IntArray
    area: float | None
    simulated: SimulatedLocalizations | None = None


def speed_case(n_localizations: int, seed: int = 0) -> Case:
    """About so many 2-D localizations with sigma, of the same density and clusters at any size."""
    data = simulate_tiled(n_localizations, seed)
    return _simulated_case(f"{len(data):,} localizations", "speed", data)


def paper_cases(dimensions: int, n_sets: int = 16, seed: int = 0) -> Iterator[Case]:
    """Sets of the paper's simulation study; the first of the grid are a balanced choice."""
    grid = (paper_grid_2d(seed) if dimensions == 2 else paper_grid_3d(seed))[:n_sets]
    for position, data in enumerate(simulate_grid(grid, seed)):
        yield _simulated_case(f"{dimensions}-D set {position}", f"paper {dimensions}-D", data)


def random_cases(
    density_per_um2: float, *, with_sigma: bool, n_clouds: int = 20, seed: int = 0
) -> Iterator[Case]:
    """Completely random clouds in a ROI of 4 x 4 µm."""
    scenario = f"random, {density_per_um2:g} per µm², {'with' if with_sigma else 'without'} sigma"
    for cloud, sequence in enumerate(np.random.SeedSequence(seed).spawn(n_clouds)):
        data = simulate_random(
            RANDOM_ROI_NM,
            np.random.default_rng(sequence),
            density_per_um2=density_per_um2,
            sigma=LognormalSigma() if with_sigma else None,
        )
        yield _simulated_case(f"{scenario}, cloud {cloud}", scenario, data)


def published_cases(family: str = "") -> Iterator[Case]:
    """Published sets whose names start with `family` ("nieves_molecules", "dbopt", ...).

    Nothing where the folder is absent.
    """
    for path in sorted(PUBLISHED_FOLDER.glob(f"{family}*.csv")):
        table = pd.read_csv(path)
        axes = [name for name in ("x_nm", "y_nm", "z_nm") if name in table]
        yield Case(
            name=path.stem,
            scenario=path.stem.rpartition("_")[0],
            coordinates=table[axes].to_numpy(dtype=np.float64),
            sigma=None,
            # the files count clusters from 1 and write 0 for the background
            truth=table["cluster"].to_numpy(dtype=np.int64) - 1,
            area=NIEVES_AREA_NM2 if path.stem.startswith("nieves") else None,
        )


def _simulated_case(name: str, scenario: str, data: SimulatedLocalizations) -> Case:
    dimensions = len(data.roi_nm)
    return Case(
        name=name,
        scenario=scenario,
        coordinates=data.localizations.coordinates(dimensions),
        sigma=data.localizations.precision(dimensions),
        truth=data.aggregate,
        area=data.area,
        simulated=data,
    )
