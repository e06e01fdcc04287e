"""Overlap of simulated colours against the overlap of their nanoclusters."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.overlap import FLAT, both_channels, true_shares
from stormgraph_py.simulate.two_colour import simulate_two_colours

LARGEST_EXCESS, LARGEST_LOSS = 0.05, 0.3
"""Found minus true overlap, and share of the true one; set from other seeds than those tested."""


@pytest.mark.slow
@pytest.mark.parametrize("level", [0.0, 0.25, 0.5, 1.0])
def test_true_overlap_is_recovered(level: float) -> None:
    for seed in range(3):
        simulated = simulate_two_colours(FLAT, seed, shared_fraction=level)
        size = both_channels(simulated).size
        errors = np.subtract((size.over_a, size.over_b), true_shares(simulated))
        assert (errors < LARGEST_EXCESS).all()
        assert (errors > -LARGEST_LOSS * np.array(true_shares(simulated)) - 0.02).all()
