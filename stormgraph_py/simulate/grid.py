"""The parameter sets of the paper's simulation study: 64 in 2-D and 130 in 3-D."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from stormgraph_py.arrays import IntArray
from stormgraph_py.simulate.nanoclusters import NanoclusterParams, simulate_nanoclusters
from stormgraph_py.simulate.simulation import SimulatedLocalizations

LEVELS_2D: dict[str, tuple[float, ...]] = {
    "radius_nm": (20.0, 30.0, 50.0),
    "density": (0.01, 0.02),
    "background_fraction": (0.01, 0.05, 0.1, 0.2, 0.4),
    "mean_blinks": (4 / 3, 2.0, 4.0),
    "q": (1, 2, 3, 4, 5),
}
"""Levels of every parameter that the paper varies in 2-D."""

LEVELS_3D: dict[str, tuple[float, ...]] = {
    "radius_nm": (30.0, 50.0),
    "density": (1e-4, 2e-4),
    "background_fraction": (0.01, 0.05, 0.1, 0.2),
    "mean_blinks": (4 / 3, 2.0, 4.0),
    "q": (1, 2, 3, 4, 5),
}
"""Levels of every parameter that the paper varies in 3-D."""

FOCAL_SD_NM = 250.0
"""Decay about the focal plane in 3-D, which the paper does not state: 14% are seen at the faces of
a ROI 1 µm deep."""


def paper_grid_2d(seed: int = 0) -> tuple[NanoclusterParams, ...]:
    """Choose 64 parameter sets out of the 450 combinations of the levels of `LEVELS_2D`.

    The paper does not say which 64 it simulated. Here sets are chosen one after another, each the
    combination whose levels, and then whose pairs of levels, have occurred least so far; ties are
    broken at random. Hence every level of a parameter occurs equally often to within one, every
    pair of levels of two parameters occurs, no set occurs twice, and the first sets of the grid are
    a balanced choice of fewer.

    Parameters
    ----------
    seed : int
        Seed of the random choices.

    Returns
    -------
    tuple of NanoclusterParams

    Examples
    --------
    >>> grid = paper_grid_2d()
    >>> len(grid), sum(params.density == 0.01 for params in grid)
    (64, 32)
    """
    return _grid(64, LEVELS_2D, seed, roi_nm=(2000.0, 2000.0))


def paper_grid_3d(seed: int = 0) -> tuple[NanoclusterParams, ...]:
    """Choose 130 parameter sets out of the 240 combinations of the levels of `LEVELS_3D`.

    They are chosen as in `paper_grid_2d`.

    Parameters
    ----------
    seed : int
        Seed of the random choices.

    Returns
    -------
    tuple of NanoclusterParams

    Examples
    --------
    >>> len(paper_grid_3d())
    130
    """
    roi_nm = (2000.0, 2000.0, 1000.0)
    return _grid(130, LEVELS_3D, seed, roi_nm=roi_nm, focal_sd_nm=FOCAL_SD_NM)


def simulate_grid(
    grid: Iterable[NanoclusterParams], seed: int = 0
) -> Iterator[SimulatedLocalizations]:
    """Simulate parameter sets one after another, each with a seed of its own.

    The seed of a set depends on `seed` and on its position alone, and is the one that the
    simulation records.

    Examples
    --------
    >>> first = next(simulate_grid(paper_grid_2d()))
    >>> again = simulate_nanoclusters(first.params, first.seed)
    >>> first.localizations.table.equals(again.localizations.table)
    True
    """
    for position, params in enumerate(grid):
        own_seed = int(np.random.SeedSequence((seed, position)).generate_state(1)[0])
        yield simulate_nanoclusters(params, own_seed)


def _grid(
    n_sets: int, levels: dict[str, tuple[float, ...]], seed: int, **fixed: Any
) -> tuple[NanoclusterParams, ...]:
    rows = _balanced_rows(n_sets, [len(values) for values in levels.values()], seed)
    return tuple(
        NanoclusterParams(
            **{name: values[i] for (name, values), i in zip(levels.items(), row, strict=True)},
            **fixed,
        )
        for row in rows.tolist()
    )


def _balanced_rows(n_rows: int, n_levels: Sequence[int], seed: int) -> IntArray:
    """Distinct combinations of levels that use levels, and pairs of levels, evenly.

    Returns indices of levels, (n_rows, n_parameters).
    """
    product = np.array(list(itertools.product(*map(range, n_levels))))
    product = np.random.default_rng(seed).permutation(product)
    pairs = [
        product[:, a] * n_levels[b] + product[:, b]
        for a, b in itertools.combinations(range(len(n_levels)), 2)
    ]
    # one level ahead of the others weighs more than all pairs together
    weighted = [(column, n_rows) for column in product.T] + [(pair, 1) for pair in pairs]
    cost = np.zeros(len(product))
    chosen: list[int] = []
    for _ in range(n_rows):
        best = int(np.argmin(cost))
        chosen.append(best)
        cost[best] = np.inf
        for feature, weight in weighted:
            cost[feature == feature[best]] += weight * (feature.max() + 1)
    return product[chosen]
