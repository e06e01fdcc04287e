"""CBC and nearest neighbours, held against loops and locan."""

from __future__ import annotations

import importlib.util
import warnings

import numpy as np
import pytest
from scipy.stats import spearmanr

from stormgraph_py.clusters.colocalization import (
    coordinate_based_colocalization,
    nearest_distances,
)
from stormgraph_py.errors import InputError, ParameterError


def channels(seed: int, dimensions: int, n: int = 150) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    centers = rng.uniform(0, 500, (6, dimensions))
    one = centers[rng.integers(6, size=n)] + rng.normal(0, 20, (n, dimensions))
    other = centers[rng.integers(3, size=n)] + rng.normal(0, 25, (n, dimensions))
    return one, np.concatenate([other, rng.uniform(0, 500, (40, dimensions))])


def cbc_by_loops(points: np.ndarray, others: np.ndarray, radius: float, n: int) -> np.ndarray:
    radii = [radius * (i + 1) / n for i in range(n)]
    power = points.shape[1]
    values = []
    for i, point in enumerate(points):
        own = np.linalg.norm(np.delete(points, i, axis=0) - point, axis=1)
        other = np.linalg.norm(others - point, axis=1)
        series = [
            [(d <= r).sum() / r**power / max((d <= radius).sum(), 1) * radius**power for r in radii]
            for d in (own, other)
        ]
        if not (own <= radius).any() or not (other <= radius).any():
            values.append(np.nan)
        else:
            values.append(spearmanr(*series).statistic * np.exp(-other.min() / radius))
    return np.array(values)


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("n_steps", [5, 12])
def test_cbc_is_what_loops_compute(dimensions: int, n_steps: int) -> None:
    one, other = channels(0, dimensions)
    expected = cbc_by_loops(one, other, 60.0, n_steps)
    found = coordinate_based_colocalization(one, other, radius_nm=60, n_steps=n_steps)
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert np.isnan(found).any() == (dimensions == 3)
    assert np.nanmin(found) < 0 < np.nanmax(found)


def test_rank_correlation_is_that_of_locan() -> None:
    """Locan weighs with the farthest neighbour within R; the weights are divided out."""
    if importlib.util.find_spec("locan") is None:
        pytest.skip("locan is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cbc = pytest.importorskip("locan.analysis.cbc")
        one, other = channels(1, 2)
        one = one[nearest_distances(one, other) < 20]
        theirs = cbc._coordinate_based_colocalization(one, other, radius=100, n_steps=10)
    away = np.linalg.norm(one[:, None] - other, axis=2)
    farthest = np.where(away <= 100, away, 0).max(axis=1)
    ours = coordinate_based_colocalization(one, other, radius_nm=100, n_steps=10)
    np.testing.assert_allclose(
        ours / np.exp(-away.min(axis=1) / 100), theirs / np.exp(-farthest / 100), atol=1e-9
    )


def test_cbc_tells_coinciding_from_avoiding_channels() -> None:
    rng = np.random.default_rng(2)
    centers = rng.uniform(500, 3500, (20, 2))
    one, same = (centers[rng.integers(20, size=800)] + rng.normal(0, 15, (800, 2)) for _ in "ab")
    spread = centers[rng.integers(20, size=4000)] + rng.normal(0, 120, (4000, 2))
    around = spread[nearest_distances(spread, centers) > 60]
    together = coordinate_based_colocalization(one, same)
    apart = coordinate_based_colocalization(one, around)
    assert np.nanmean(together) > 0.5
    assert np.nanmean(apart) < -0.2


def test_nearest_distances_are_the_smallest_of_all() -> None:
    one, other = channels(3, 3)
    expected = np.linalg.norm(one[:, None] - other, axis=2).min(axis=1)
    np.testing.assert_allclose(nearest_distances(one, other), expected)
    assert np.isinf(nearest_distances(one, np.empty((0, 3)))).all()
    assert np.isnan(coordinate_based_colocalization(one, np.empty((0, 3)))).all()


def test_refusals() -> None:
    one, other = channels(4, 2)
    with pytest.raises(InputError, match="2-D and the other 3-D"):
        nearest_distances(one, np.zeros((4, 3)))
    with pytest.raises(InputError, match="have shape"):
        nearest_distances(one[:, 0], other)
    with pytest.raises(ParameterError, match="radius_nm=0 "):
        coordinate_based_colocalization(one, other, radius_nm=0)
    with pytest.raises(ParameterError, match="n_steps=2 "):
        coordinate_based_colocalization(one, other, n_steps=2)
