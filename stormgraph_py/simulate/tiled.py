"""Simulated data of any size, for benchmarks."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from stormgraph_py.errors import ParameterError
from stormgraph_py.simulate.nanoclusters import (
    NanoclusterParams,
    molecules_per_nanocluster,
    place,
    populate,
    simulated,
)
from stormgraph_py.simulate.placement import Layout
from stormgraph_py.simulate.simulation import SimulatedLocalizations, generator


def simulate_tiled(
    n_localizations: int,
    random_state: int | np.random.Generator = 0,
    params: NanoclusterParams | None = None,
) -> SimulatedLocalizations:
    """Simulate about so many localizations at the densities of one ROI, in a larger or smaller one.

    Nanoclusters are placed in ROIs of their own, side by side in the plane, at most as large as the
    one asked for, so that the size of aggregates does not depend on the number of localizations.
    Aggregates of neighbouring ROIs keep the separation too.

    Parameters
    ----------
    n_localizations : int
        How many are wanted; the number that comes is random and close.
    random_state : int or numpy.random.Generator
        Seed or source of randomness.
    params : NanoclusterParams, optional
        One ROI.

    Returns
    -------
    SimulatedLocalizations
        `params` and `roi_nm` are those of the whole.

    Raises
    ------
    ParameterError
        When fewer than one localization is wanted, or a ROI has no room for its nanoclusters.

    Examples
    --------
    >>> whole = simulate_tiled(40_000, random_state=0)
    >>> round(len(whole), -4), whole.area > 1e7
    (40000, True)
    """
    if n_localizations < 1:
        raise ParameterError(f"n_localizations={n_localizations} is below 1; ask for more.")
    params = params or NanoclusterParams()
    rng, seed = generator(random_state)
    n_rois = n_localizations / params.expected_localizations
    n_columns = math.ceil(math.sqrt(n_rois))
    n_rows = math.ceil(n_rois / n_columns)
    share = n_rois / (n_columns * n_rows)
    width, height = (side * math.sqrt(share) for side in params.roi_nm[:2])
    tile = dataclasses.replace(
        params,
        roi_nm=(width, height, *params.roi_nm[2:]),
        n_molecules=max(1, round(params.n_molecules * share)),
    )
    whole = dataclasses.replace(
        params,
        roi_nm=(n_columns * width, n_rows * height, *params.roi_nm[2:]),
        n_molecules=tile.n_molecules * n_columns * n_rows,
    )
    layout = _side_by_side(tile, n_columns, n_rows, rng)
    molecules = populate(layout, molecules_per_nanocluster(layout, whole, rng), whole, rng)
    return simulated(layout, molecules, whole, rng, seed)


def _side_by_side(
    tile: NanoclusterParams, n_columns: int, n_rows: int, rng: np.random.Generator
) -> Layout:
    """Nanoclusters of independent ROIs in a grid, aggregates numbered on."""
    wall_nm = tile.separation * tile.radius_nm / 2
    centers, aggregates = [], []
    n_aggregates = 0
    for row in range(n_rows):
        for column in range(n_columns):
            layout = place(tile, rng, wall_nm)
            corner = np.zeros(tile.dimensions)
            corner[:2] = column * tile.roi_nm[0], row * tile.roi_nm[1]
            centers.append(layout.centers_nm + corner)
            aggregates.append(layout.aggregates + n_aggregates)
            n_aggregates += layout.n_aggregates
    return Layout(np.concatenate(centers), np.concatenate(aggregates))
