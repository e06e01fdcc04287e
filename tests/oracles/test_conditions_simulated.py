"""False positives and coverage on simulated experiments of known truth."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from scipy import stats

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.conditions import DESIGNS, coverage, false_positives

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
N = 200


def most(share: float) -> float:
    """Share of N experiments that chance exceeds once in a thousand times at this true share."""
    return float(stats.binom.ppf(0.999, N, share)) / N


def test_cells_and_replicates_keep_their_level_and_pooled_clusters_do_not() -> None:
    for design in DESIGNS:
        found = false_positives(design, N, seed=11)
        if design.replicate_sd == 0:
            assert found["cell"] <= most(0.05)
        for name in ("replicate", "replicate, Welch"):
            assert found.get(name, 0) <= most(0.05)
        assert found["cluster"] > 0.3


@pytest.mark.parametrize("design", DESIGNS, ids=lambda d: d.name)
def test_intervals_hold_the_truth_as_often_as_they_promise(design) -> None:
    held = coverage(design, 0.4, N, seed=12, n_bootstrap=300)
    for share in held.values():
        assert 1 - share <= most(0.05)
