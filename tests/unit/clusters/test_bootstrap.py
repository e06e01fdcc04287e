"""The nested bootstrap against drawing everything one by one, and against formulas."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from stormgraph_py.clusters.bootstrap import NestedValues, interval, resampled_units
from stormgraph_py.errors import ParameterError


def nested(seed: int = 0) -> NestedValues:
    """Two replicates of two and one cells, with one to three ROIs, one of them without clusters."""
    rng = np.random.default_rng(seed)
    return NestedValues(
        replicate=np.array([0, 0, 0, 0, 1, 1]),
        cell=np.array([0, 0, 0, 1, 2, 2]),
        values=[rng.normal(size=n) for n in (4, 7, 1, 6, 0, 5)],
    )


def drawn_slowly(
    data: NestedValues, unit: str, summary: str, rng: np.random.Generator
) -> list[float]:
    """Draw one sample with loops."""
    summarise = np.median if summary == "median" else np.mean
    units = []
    for replicate in rng.choice(np.unique(data.replicate), len(np.unique(data.replicate))):
        cells = np.unique(data.cell[data.replicate == replicate])
        of_replicate = []
        for cell in rng.choice(cells, len(cells)):
            rois = np.flatnonzero(data.cell == cell)
            of_cell = []
            for roi in rng.choice(rois, len(rois)):
                values = data.values[roi]
                again = rng.choice(values, len(values)) if len(values) else values
                of_cell.append(float(summarise(again)) if len(again) else np.nan)
            known = [v for v in of_cell if np.isfinite(v)]
            of_replicate.append(np.mean(known) if known else np.nan)
            if unit == "roi":
                units += of_cell
        known = [v for v in of_replicate if np.isfinite(v)]
        if unit == "cell":
            units += of_replicate
        if unit == "replicate":
            units.append(np.mean(known) if known else np.nan)
    return units


@pytest.mark.parametrize("summary", ["median", "mean"])
@pytest.mark.parametrize("unit", ["roi", "cell", "replicate"])
def test_draws_are_distributed_as_if_drawn_one_by_one(unit, summary) -> None:
    data, rng = nested(), np.random.default_rng(1)
    fast = resampled_units(data, unit=unit, summary=summary, n_samples=3000, rng=rng)
    slow = [drawn_slowly(data, unit, summary, rng) for _ in range(800)]
    n_fast = np.sort(np.isfinite(fast).sum(axis=1))
    n_slow = np.sort([np.isfinite(v).sum() for v in slow])
    assert stats.ks_2samp(n_fast, n_slow).pvalue > 1e-3
    means_fast = [np.mean(v[np.isfinite(v)]) for v in fast if np.isfinite(v).any()]
    means_slow = [np.mean(np.array(v)[np.isfinite(v)]) for v in slow if np.isfinite(v).any()]
    assert stats.ks_2samp(means_fast, means_slow).pvalue > 1e-3
    # one unit of each sample, which are independent
    one_fast = [v[np.isfinite(v)][0] for v in fast if np.isfinite(v).any()]
    one_slow = [v[0] for values in slow if len(v := np.array(values)[np.isfinite(values)])]
    assert stats.ks_2samp(one_fast, one_slow).pvalue > 1e-3


@pytest.mark.parametrize("n", [1, 2, 3, 4, 9, 10])
def test_medians_of_resampled_clusters_have_their_exact_distribution(n: int) -> None:
    values = np.random.default_rng(n).normal(size=n)
    data = NestedValues(replicate=np.zeros(1, int), cell=np.zeros(1, int), values=[values])
    rng = np.random.default_rng(5)
    fast = resampled_units(data, n_samples=20_000, rng=rng).ravel()
    slow = np.median(rng.choice(values, (20_000, n)), axis=1)
    assert set(np.round(fast, 9)) <= set(np.round(slow, 9)) | set(
        np.round((values[:, None] + values) / 2, 9).ravel()
    )
    support, at = np.unique(np.round(np.concatenate([fast, slow]), 9), return_inverse=True)
    halves = (at[:20_000], at[20_000:])
    table = np.array([np.bincount(part, minlength=len(support)) for part in halves])
    often = table.sum(axis=0) >= 10
    if often.sum() > 1:
        assert stats.chi2_contingency(table[:, often]).pvalue > 1e-3


def test_spread_of_the_mean_is_that_of_the_formula() -> None:
    rng = np.random.default_rng(2)
    values = rng.normal(size=40)
    data = NestedValues(
        replicate=np.zeros(40, int),
        cell=np.arange(40),
        values=[values[i : i + 1] for i in range(40)],
    )
    means = resampled_units(data, n_samples=40_000, rng=rng).mean(axis=1)
    assert means.std() == pytest.approx(values.std() / np.sqrt(40), rel=0.02)
    assert means.mean() == pytest.approx(values.mean(), abs=0.003)


def test_interval_is_that_of_t_for_normal_samples() -> None:
    samples = stats.norm.ppf((np.arange(200_000) + 0.5) / 200_000)
    for n_tops in ([10], [8, 8]):
        n = n_tops[0]
        reach = stats.t.isf(0.025, sum(k - 1 for k in n_tops)) * np.sqrt(n / (n - 1))
        assert interval(samples, n_tops) == pytest.approx((-reach, reach), abs=0.01)


def test_interval_of_too_few_does_not_exist() -> None:
    assert np.isnan(interval(np.arange(9.0), [1, 5])).all()
    assert np.isnan(interval([np.nan, np.nan], [5, 5])).all()


def test_order_of_regions_and_clusters_and_seed() -> None:
    data = nested()
    turned = NestedValues(
        replicate=data.replicate[::-1],
        cell=data.cell[::-1],
        values=[v[::-1] for v in data.values[::-1]],
    )

    def draw(which: NestedValues, seed: int) -> np.ndarray:
        return resampled_units(which, n_samples=50, rng=np.random.default_rng(seed))

    # ROIs of a cell keep no order of their own, so that only their draws are exchanged
    assert draw(data, 3).shape == draw(turned, 3).shape
    np.testing.assert_array_equal(draw(data, 3), draw(data, 3))
    assert not np.array_equal(draw(data, 3), draw(data, 4), equal_nan=True)


def test_cell_in_two_replicates_is_refused() -> None:
    data = NestedValues(replicate=np.array([0, 1]), cell=np.array([0, 0]), values=[np.ones(1)] * 2)
    with pytest.raises(ParameterError, match="two replicates"):
        resampled_units(data, n_samples=2, rng=np.random.default_rng(0))
