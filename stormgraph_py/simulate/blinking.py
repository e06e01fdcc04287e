"""Frames in which simulated molecules are on, so that reappearances can be merged or missed."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np

from stormgraph_py.arrays import BoolArray, FloatArray, IntArray
from stormgraph_py.errors import ParameterError
from stormgraph_py.localizations import Localizations
from stormgraph_py.simulate.simulation import N_FRAMES, SimulatedLocalizations, generator


@dataclass(frozen=True, kw_only=True)
class Blinking:
    """How a molecule goes on and off.

    A molecule that is on is localized once a frame. After each frame it stays on, or goes dark and
    comes back, until the number of its localizations is used up: it is bleached.

    Parameters
    ----------
    mean_on_frames : float
        Mean of the geometric number of frames for which it would stay on, at least 1; bleaching may
        come before.
    mean_dark_frames : float
        Mean of the geometric number of frames for which it is dark in between, at least 1.
    n_frames : int
        Frames of the recording. Molecules go on for the first time in any of them with equal
        chances; what would come after the last is not seen.
    label_radius_nm : float
        Radius r of molecule and label: each time the molecule comes on, another dye of its label is
        seen, whose position is normal about the molecule with a standard deviation of r/3 along
        every axis.

    Raises
    ------
    ParameterError
        When a value is out of bounds.
    """

    mean_on_frames: float = 3.0
    mean_dark_frames: float = 20.0
    n_frames: int = N_FRAMES
    label_radius_nm: float = 0.0

    def __post_init__(self) -> None:
        """Check every value."""
        for name in ("mean_on_frames", "mean_dark_frames", "n_frames"):
            value = getattr(self, name)
            if not 1 <= value < math.inf:
                raise ParameterError(f"{name}={value} is below 1; use 1 or more.")
        if not 0 <= self.label_radius_nm < math.inf:
            raise ParameterError(
                f"label_radius_nm={self.label_radius_nm} is no radius; use 0 or a few nm."
            )


def simulate_blinking(
    simulated: SimulatedLocalizations,
    blinking: Blinking | None = None,
    random_state: int | np.random.Generator = 0,
) -> SimulatedLocalizations:
    """Give simulated localizations the frames of molecules that go on and off.

    Parameters
    ----------
    simulated : SimulatedLocalizations
        Of any simulator; its frames, which know nothing of the molecule, are replaced.
    blinking : Blinking, optional
        How molecules go on and off.
    random_state : int or numpy.random.Generator
        Seed or source of randomness.

    Returns
    -------
    SimulatedLocalizations
        The same molecules, those localizations that fall into the recording, sorted by frame. No
        molecule is lost, since each is seen at least once.

    Examples
    --------
    >>> from stormgraph_py.simulate import LognormalSigma, simulate_random
    >>> molecules = simulate_random(n_molecules=300, mean_blinks=5, sigma=LognormalSigma())
    >>> blinking = simulate_blinking(molecules, Blinking(mean_dark_frames=10), 1)
    >>> len(np.unique(blinking.molecule)), len(blinking) <= len(molecules)
    (300, True)
    """
    blinking = blinking or Blinking()
    rng, _ = generator(random_state)
    by_molecule = np.argsort(simulated.molecule, kind="stable")
    table = simulated.localizations.table.iloc[by_molecule]
    is_first = np.diff(simulated.molecule[by_molecule], prepend=-1) > 0
    frame, comes_on = _frames(is_first, blinking, rng)
    if blinking.label_radius_nm > 0:
        axes = [f"{a}_nm" for a in "xyz" if f"{a}_nm" in table.columns]
        dyes = rng.normal(0, blinking.label_radius_nm / 3, (int(comes_on.sum()), len(axes)))
        offset: FloatArray = dyes[np.cumsum(comes_on) - 1]
        table = table.assign(
            **{name: table[name].to_numpy() + offset[:, i] for i, name in enumerate(axes)}
        )
    order = np.argsort(frame, kind="stable")
    order = order[: np.searchsorted(frame[order], blinking.n_frames, side="right")]
    seen = table.assign(frame=frame).iloc[order]
    return dataclasses.replace(
        simulated, localizations=Localizations(seen, simulated.localizations.provenance), seed=None
    )


def _frames(
    is_first: BoolArray, blinking: Blinking, rng: np.random.Generator
) -> tuple[IntArray, BoolArray]:
    """Frame of each localization, from 1 on, and whether the molecule comes on in it.

    `is_first` tells the first localization of each molecule; its others follow.
    """
    n = len(is_first)
    comes_on = is_first | (rng.random(n) < 1 / blinking.mean_on_frames)
    dark = rng.geometric(1 / blinking.mean_dark_frames, n)
    step = 1 + np.where(comes_on, dark, 0)
    start = rng.integers(1, blinking.n_frames, n, endpoint=True)
    since_start = np.cumsum(np.where(is_first, 0, step))
    first = np.flatnonzero(is_first)[np.cumsum(is_first) - 1]
    frame: IntArray = start[first] + since_start - since_start[first]
    return frame, comes_on
