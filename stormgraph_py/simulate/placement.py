"""Where nanoclusters lie: isolated, or touching others in an aggregate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist

from stormgraph_py.arrays import FloatArray, IntArray
from stormgraph_py.errors import ParameterError

N_ISOLATED = 10
"""The first nanoclusters, which no other one joins."""

_N_CANDIDATES = 16
_N_ROUNDS_ISOLATED = 1000
_N_ROUNDS_ADJACENT = 25
_TOUCHING = 1 - 1e-9


@dataclass(frozen=True, eq=False)
class Layout:
    """Nanoclusters of one simulation.

    Parameters
    ----------
    centers_nm : ndarray of shape (n_nanoclusters, 2) or (n_nanoclusters, 3)
        Their centres, nm.
    aggregates : ndarray of int, shape (n_nanoclusters,)
        Aggregate that each belongs to, from 0 on; an isolated nanocluster is an aggregate of one.
    """

    centers_nm: FloatArray
    aggregates: IntArray

    def __len__(self) -> int:
        return len(self.centers_nm)

    @property
    def n_aggregates(self) -> int:
        """Number of aggregates, isolated nanoclusters included."""
        return int(self.aggregates.max()) + 1 if len(self) else 0


def place_nanoclusters(
    n_nanoclusters: int,
    *,
    radius_nm: float,
    roi_nm: tuple[float, ...],
    p: int,
    q: int,
    separation_nm: float,
    rng: np.random.Generator,
    wall_nm: float = 0.0,
) -> Layout:
    """Place nanoclusters one by one, each isolated or beside one that is there already.

    Nanocluster i = 1, 2, ... is placed away from all others when a uniform random number is at most
    ``((p + 10) / (p + i - 1)) ** q``, and otherwise joins an aggregate. The first 10 nanoclusters
    are always isolated, and nothing joins them.

    Parameters
    ----------
    n_nanoclusters : int
        How many to place.
    radius_nm : float
        Radius of a nanocluster, nm.
    roi_nm : tuple of float
        Sides of the ROI, nm, which starts at 0.
    p, q : int
        Propensity to aggregate; a larger `q` gives fewer and larger aggregates.
    separation_nm : float
        Smallest distance between the surfaces of nanoclusters of different aggregates, nm.
    rng : numpy.random.Generator
        Source of randomness.
    wall_nm : float
        Smallest distance between a nanocluster's surface and the ROI's border in x and y, nm.

    Returns
    -------
    Layout

    Raises
    ------
    ParameterError
        When no room is found for a nanocluster.

    Notes
    -----
    Paper: Methods, "Simulating SMLM data in 2D and 3D". Decided here, where it is silent:

    - an aggregate to join is drawn with equal chances, whatever its size, and within it the
      nanocluster to touch as well;
    - an aggregate without room is passed over for another one drawn at random;
    - different aggregates keep `separation_nm` from each other, those that grow included;
    - nanoclusters lie inside the ROI as a whole.
    """
    dimensions = len(roi_nm)
    low = np.full(dimensions, float(radius_nm))
    low[:2] += wall_nm
    high = np.asarray(roi_nm) - low
    centers = np.empty((n_nanoclusters, dimensions))
    aggregates = np.empty(n_nanoclusters, dtype=np.int64)
    n_aggregates = 0
    order = np.arange(1, n_nanoclusters + 1)
    isolated = rng.random(n_nanoclusters) <= ((p + N_ISOLATED) / (p + order - 1)) ** q
    if (high < low).any():
        raise _no_room(0, n_nanoclusters, radius_nm, roi_nm)

    def away_from(others: FloatArray) -> FloatArray | None:
        for _ in range(_N_ROUNDS_ISOLATED):
            candidates = low + rng.random((_N_CANDIDATES, dimensions)) * (high - low)
            free = _distance(candidates, others) >= 2 * radius_nm + separation_nm
            if free.any():
                return np.asarray(candidates[np.argmax(free)])
        return None

    def beside(members: FloatArray, others: FloatArray) -> FloatArray | None:
        for _ in range(_N_ROUNDS_ADJACENT):
            touched = members[rng.integers(len(members), size=_N_CANDIDATES)]
            candidates = touched + 2 * radius_nm * directions(_N_CANDIDATES, dimensions, rng)
            free = (
                ((candidates >= low) & (candidates <= high)).all(axis=1)
                & (_distance(candidates, members) >= 2 * radius_nm * _TOUCHING)
                & (_distance(candidates, others) >= 2 * radius_nm + separation_nm)
            )
            if free.any():
                return np.asarray(candidates[np.argmax(free)])
        return None

    for i in range(n_nanoclusters):
        placed, owner = centers[:i], aggregates[:i]
        position, aggregate = None, n_aggregates
        if isolated[i]:
            position = away_from(placed)
            n_aggregates += 1
        else:
            for aggregate in rng.permutation(np.arange(N_ISOLATED, n_aggregates)):
                same = owner == aggregate
                position = beside(placed[same], placed[~same])
                if position is not None:
                    break
        if position is None:
            raise _no_room(i, n_nanoclusters, radius_nm, roi_nm)
        centers[i], aggregates[i] = position, aggregate
    return Layout(centers, aggregates)


def directions(n: int, dimensions: int, rng: np.random.Generator) -> FloatArray:
    """Unit vectors distributed uniformly over the circle or sphere, (n, dimensions)."""
    vectors = rng.normal(size=(n, dimensions))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float64)


def _distance(points: FloatArray, others: FloatArray) -> FloatArray:
    """Distance of every point to the closest of the others, infinite when there are none."""
    return np.asarray(cdist(points, others).min(axis=1, initial=np.inf), dtype=np.float64)


def _no_room(
    n_placed: int, n_nanoclusters: int, radius_nm: float, roi_nm: tuple[float, ...]
) -> ParameterError:
    sides = " x ".join(f"{side:g}" for side in roi_nm)
    return ParameterError(
        f"roi_nm={sides} has room for {n_placed} of {n_nanoclusters} nanoclusters of "
        f"radius_nm={radius_nm:g}; use a larger roi_nm, fewer n_molecules, a higher density or a "
        "smaller separation."
    )
