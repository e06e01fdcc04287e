"""Two colours whose clusters coincide in part."""

from __future__ import annotations

import numpy as np

from stormgraph_py.errors import ParameterError
from stormgraph_py.simulate.nanoclusters import (
    NanoclusterParams,
    molecules_per_nanocluster,
    place,
    populate,
    simulated,
)
from stormgraph_py.simulate.simulation import Molecules, SimulatedLocalizations, generator

CHANNELS = (1, 2)
"""Values of the column ``channel``."""


def simulate_two_colours(
    params: NanoclusterParams | None = None,
    random_state: int | np.random.Generator = 0,
    *,
    shared_fraction: float = 0.5,
) -> SimulatedLocalizations:
    """Simulate two colours that share some of their aggregates.

    One set of nanoclusters is placed. A share of the aggregates holds molecules of both colours,
    each at the full density and independent of the other; the rest go to the two colours in equal
    numbers. Each colour has its own random background outside all nanoclusters.

    Parameters
    ----------
    params : NanoclusterParams, optional
        What to simulate. `n_molecules` fixes the nanoclusters of both colours together.
    random_state : int or numpy.random.Generator
        Seed or source of randomness.
    shared_fraction : float
        Share of the aggregates, isolated nanoclusters included, that hold both colours, 0 to 1.

    Returns
    -------
    SimulatedLocalizations
        With a column ``channel`` of 1 and 2. An aggregate has one number in both.

    Raises
    ------
    ParameterError
        When `shared_fraction` is out of bounds, or the ROI has no room for the nanoclusters.

    Examples
    --------
    >>> apart = simulate_two_colours(random_state=0, shared_fraction=0)
    >>> channel, aggregate = apart.localizations.channel, apart.aggregate
    >>> sorted(set(aggregate[channel == 1]) & set(aggregate[channel == 2]))  # background alone
    [np.int64(-1)]
    """
    if not 0 <= shared_fraction <= 1:
        raise ParameterError(
            f"shared_fraction={shared_fraction} is outside 0 <= shared_fraction <= 1; "
            "0.5 shares half of the aggregates."
        )
    params = params or NanoclusterParams()
    rng, seed = generator(random_state)
    layout = place(params, rng)
    n_molecules = molecules_per_nanocluster(layout, params, rng)
    rank = rng.permutation(layout.n_aggregates)
    shared = rank < round(shared_fraction * layout.n_aggregates)
    colours = []
    for channel in CHANNELS:
        holds = shared | (rank % len(CHANNELS) == channel - 1)
        colours.append(populate(layout, n_molecules * holds[layout.aggregates], params, rng))
    molecules = Molecules(
        positions_nm=np.concatenate([colour.positions_nm for colour in colours]),
        nanoclusters=np.concatenate([colour.nanoclusters for colour in colours]),
        aggregates=np.concatenate([colour.aggregates for colour in colours]),
        channels=np.repeat(CHANNELS, [len(colour) for colour in colours]),
    )
    return simulated(layout, molecules, params, rng, seed)
