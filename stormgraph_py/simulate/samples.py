"""The sample data that come with the package."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from stormgraph_py.errors import OutputError
from stormgraph_py.simulate.grid import FOCAL_SD_NM
from stormgraph_py.simulate.nanoclusters import NanoclusterParams, simulate_nanoclusters
from stormgraph_py.simulate.simulation import SimulatedLocalizations, write_simulation
from stormgraph_py.simulate.two_colour import simulate_two_colours

PARAMS_2D = NanoclusterParams(n_molecules=1500, background_fraction=0.025)
"""Half the molecules of the paper's ROI, in aggregates from one nanocluster to many."""

PARAMS_3D = NanoclusterParams(
    roi_nm=(2000.0, 2000.0, 1000.0),
    radius_nm=50.0,
    density=2e-4,
    n_molecules=3000,
    background_fraction=0.002,
    focal_sd_nm=FOCAL_SD_NM,
)
"""Thirty spheres about a focal plane."""

PARAMS_TWO_COLOURS = NanoclusterParams(n_molecules=1000, background_fraction=0.01, q=2)
"""Aggregates of which half hold both colours."""


def sample_2d(seed: int = 0) -> SimulatedLocalizations:
    """Simulate the 2-D sample."""
    return simulate_nanoclusters(PARAMS_2D, seed)


def sample_3d(seed: int = 0) -> SimulatedLocalizations:
    """Simulate the 3-D sample."""
    return simulate_nanoclusters(PARAMS_3D, seed)


def sample_two_colours(seed: int = 0) -> SimulatedLocalizations:
    """Simulate the two-colour sample."""
    return simulate_two_colours(PARAMS_TWO_COLOURS, seed, shared_fraction=0.5)


SAMPLES: dict[str, Callable[[int], SimulatedLocalizations]] = {
    "nanoclusters_2d": sample_2d,
    "nanoclusters_3d": sample_3d,
    "two_colours_2d": sample_two_colours,
}
"""Name of every sample file, and what makes it from a seed."""


def make_samples(folder: str | Path, seed: int = 0) -> list[Path]:
    """Write every sample, ``<name>.csv`` and its truth ``<name>_truth.csv``, into a folder.

    Parameters
    ----------
    folder : str or Path
        Made when it is not there; files of the same names are replaced.
    seed : int
        Seed of every sample; 0 makes the ones that come with the package, byte for byte.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    OutputError
        When the folder or a file cannot be written.
    """
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be made: {error.strerror or error}; choose another folder."
        ) from error
    return [
        path
        for name, simulate in SAMPLES.items()
        for path in write_simulation(simulate(seed), folder / f"{name}.csv")
    ]
