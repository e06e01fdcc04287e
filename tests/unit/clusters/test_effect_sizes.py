"""Effect sizes against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormgraph_py.clusters import effect_sizes as module
from stormgraph_py.clusters.effect_sizes import effect_sizes, median

few = st.lists(st.integers(-9, 9), min_size=1, max_size=7)


@given(few, few)
def test_effects_are_their_definitions(a: list[int], b: list[int]) -> None:
    found = effect_sizes(a, b)
    pairs = [y - x for x in a for y in b]
    assert float(found.shift) == np.median(pairs)
    assert float(found.cliffs_delta) == pytest.approx(np.mean(np.sign(pairs)))
    if np.median(a) > 0 and np.median(b) > 0:
        assert float(found.ratio) == pytest.approx(np.median(b) / np.median(a))
    else:
        assert np.isnan(found.ratio)


@given(few, few, st.integers(-5, 5))
def test_effects_move_as_they_should(a: list[int], b: list[int], by: int) -> None:
    found = effect_sizes(a, b)
    back = effect_sizes(b, a)
    moved = effect_sizes(a, np.array(b) + by)
    assert float(back.shift) == -float(found.shift)
    assert float(back.cliffs_delta) == pytest.approx(-float(found.cliffs_delta))
    assert float(moved.shift) == float(found.shift) + by


def test_many_samples_at_once_are_as_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(3, 1, (20, 5)), rng.normal(4, 1, (20, 7))
    a[3, 2:] = np.nan
    b[4] = np.nan
    monkeypatch.setattr(module, "_MOST_PAIRS", 120)  # several pieces
    found = effect_sizes(a, b)
    for i in range(20):
        one = effect_sizes(a[i][np.isfinite(a[i])], b[i][np.isfinite(b[i])])
        for name in module.EFFECTS:
            np.testing.assert_allclose(getattr(found, name)[i], getattr(one, name))
    assert np.isnan(found.shift[4])


@pytest.mark.parametrize(("n", "m"), [(30, 40), (31, 41)])
def test_long_samples_need_no_table_of_pairs(
    monkeypatch: pytest.MonkeyPatch, n: int, m: int
) -> None:
    rng = np.random.default_rng(n)
    a, b = rng.normal(size=n).round(1), rng.normal(0.5, 1, m).round(1)
    direct = effect_sizes(a, b)
    monkeypatch.setattr(module, "_MOST_PAIRS", 10)
    found = effect_sizes(a, b)
    assert float(found.shift) == pytest.approx(float(direct.shift), abs=1e-12)
    assert float(found.cliffs_delta) == pytest.approx(float(direct.cliffs_delta))


def test_median_leaves_nan_out() -> None:
    rows = np.array([[3.0, np.nan, 1.0], [np.nan, np.nan, np.nan], [2.0, 9.0, 4.0]])
    np.testing.assert_array_equal(median(rows), [2.0, np.nan, 4.0])
    assert np.isnan(median(np.empty((2, 0)))).all()
