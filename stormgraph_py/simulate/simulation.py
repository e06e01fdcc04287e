"""Simulated localizations with their ground truth, and the files they are written to."""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from stormgraph_py.arrays import FloatArray, IntArray
from stormgraph_py.errors import OutputError
from stormgraph_py.localizations import Localizations

if TYPE_CHECKING:
    import pandas as pd

    from stormgraph_py.simulate.nanoclusters import NanoclusterParams
    from stormgraph_py.simulate.placement import Layout
    from stormgraph_py.simulate.sigma import SigmaSource

TRUTH_COLUMNS = ("molecule", "nanocluster", "aggregate")
"""Columns of the ground truth, -1 = background."""

N_FRAMES = 10_000
PSF_SD_NM = 135.0


@dataclass(frozen=True, eq=False)
class Molecules:
    """Molecules before they blink.

    Parameters
    ----------
    positions_nm : ndarray of shape (m, 2) or (m, 3)
        True positions, nm.
    nanoclusters, aggregates : ndarray of int, shape (m,)
        What each belongs to, -1 = background.
    channels : ndarray of int, shape (m,), optional
        Colour channel of each.
    """

    positions_nm: FloatArray
    nanoclusters: IntArray
    aggregates: IntArray
    channels: IntArray | None = None

    def __len__(self) -> int:
        return len(self.positions_nm)


@dataclass(frozen=True, eq=False, kw_only=True)
class SimulatedLocalizations:
    """Localizations whose truth is known.

    Parameters
    ----------
    localizations : Localizations
        The table, with the columns ``molecule``, ``nanocluster`` and ``aggregate`` beside the
        usual ones. Rows are in random order and frames grow with the row.
    roi_nm : tuple of float
        Sides of the ROI, nm, which starts at 0. Localizations may lie outside by their error.
    molecules : Molecules
        True molecules, in the order that column ``molecule`` counts them.
    layout : Layout
        True nanoclusters, in the order that column ``nanocluster`` counts them.
    params : NanoclusterParams or None
        What was asked for; None for complete spatial randomness.
    seed : int or None
        Seed that makes the same data again; None when a Generator was passed.
    """

    localizations: Localizations
    roi_nm: tuple[float, ...]
    molecules: Molecules
    layout: Layout
    params: NanoclusterParams | None
    seed: int | None

    def __len__(self) -> int:
        return len(self.localizations)

    @property
    def area(self) -> float:
        """Area of the ROI in nm², or volume in nm³."""
        return math.prod(self.roi_nm)

    @property
    def molecule(self) -> IntArray:
        """Molecule of each localization, (n,), from 0 on; background molecules have one too."""
        return self._truth("molecule")

    @property
    def nanocluster(self) -> IntArray:
        """Nanocluster of each localization, (n,), -1 = background."""
        return self._truth("nanocluster")

    @property
    def aggregate(self) -> IntArray:
        """Aggregate of each localization, (n,), -1 = background; the truth of a clustering."""
        return self._truth("aggregate")

    def _truth(self, column: str) -> IntArray:
        return np.asarray(self.localizations.table[column].to_numpy(dtype=np.int64))


def generator(
    random_state: int | np.random.Generator,
) -> tuple[np.random.Generator, int | None]:
    """Return a Generator, and the seed when there is one to remember."""
    if isinstance(random_state, np.random.Generator):
        return random_state, None
    return np.random.default_rng(random_state), int(random_state)


def observe(
    molecules: Molecules,
    *,
    mean_blinks: float,
    sigma: SigmaSource | None,
    rng: np.random.Generator,
    focal_plane_nm: float = 0.0,
    focal_sd_nm: float | None = None,
) -> Localizations:
    """Let molecules blink, and localize every blink with an error.

    Parameters
    ----------
    molecules : Molecules
        Where the molecules are.
    mean_blinks : float
        Mean of the geometric number of localizations of a molecule, at least 1.
    sigma : LognormalSigma, SigmaSample or None
        Precision of each molecule, shared by its localizations; None localizes without error.
    rng : numpy.random.Generator
        Source of randomness.
    focal_plane_nm, focal_sd_nm : float
        3-D: a localization is seen with a probability that decays with its distance from this z as
        a Gaussian of this standard deviation. None sees them all.

    Returns
    -------
    Localizations
        With the ground truth as extra columns. Frames are uniform over 10,000 and do not depend on
        the molecule; photon numbers follow from the precision as for a spot of 135 nm standard
        deviation without background.
    """
    n_blinks = rng.geometric(1 / mean_blinks, len(molecules))
    molecule = rng.permutation(np.repeat(np.arange(len(molecules)), n_blinks))
    X = molecules.positions_nm[molecule]
    precision = None
    if sigma is not None:
        precision = sigma.draw(len(molecules), X.shape[1], rng)[molecule]
        X += rng.normal(size=X.shape) * precision
    if focal_sd_nm is not None:
        seen = rng.random(len(X)) < np.exp(-0.5 * ((X[:, 2] - focal_plane_nm) / focal_sd_nm) ** 2)
        X, molecule = X[seen], molecule[seen]
        precision = None if precision is None else precision[seen]
    columns = {"frame": np.sort(rng.integers(1, N_FRAMES, len(X), endpoint=True))}
    if precision is not None:
        photons = (PSF_SD_NM / precision[:, :2].mean(axis=1)) ** 2
        columns["photons"] = np.maximum(np.rint(photons), 1).astype(np.int64)
    if molecules.channels is not None:
        columns["channel"] = molecules.channels[molecule]
    return Localizations.from_arrays(
        X,
        precision,
        **columns,
        molecule=molecule,
        nanocluster=molecules.nanoclusters[molecule],
        aggregate=molecules.aggregates[molecule],
    )


def write_simulation(
    simulated: SimulatedLocalizations, path: str | Path, truth_path: str | Path | None = None
) -> tuple[Path, Path]:
    """Write simulated localizations to one csv file and their truth to another.

    Parameters
    ----------
    simulated : SimulatedLocalizations
        What to write.
    path : str or Path
        File of the localizations, with a header and lengths to 0.01 nm.
    truth_path : str or Path, optional
        File of the columns ``molecule``, ``nanocluster``, ``aggregate``, row by row;
        ``<name>_truth.csv`` beside `path` by default.

    Returns
    -------
    path, truth_path : Path
        The files written; files of these names are replaced.

    Raises
    ------
    OutputError
        When a file cannot be written; none is left half written.
    """
    path = Path(path)
    truth_path = Path(truth_path) if truth_path else path.with_name(f"{path.stem}_truth.csv")
    table = simulated.localizations.table
    truth = list(TRUTH_COLUMNS)
    _write_csv(table.drop(columns=truth), path)
    _write_csv(table[truth], truth_path)
    return path, truth_path


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    unfinished = path.with_name(f".{path.name}.part")
    try:
        table.to_csv(unfinished, index=False, float_format="%.2f", lineterminator="\n")
        unfinished.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}; choose another folder."
        ) from error
