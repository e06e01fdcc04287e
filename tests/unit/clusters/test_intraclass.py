"""Intraclass correlation against the analysis of variance of statsmodels and against the truth."""

from __future__ import annotations

import numpy as np
import pytest

from stormgraph_py.clusters.intraclass import design_effect


def test_balanced_groups_give_the_textbook_value() -> None:
    pytest.importorskip("statsmodels")
    import pandas as pd
    from statsmodels.formula.api import ols
    from statsmodels.stats.anova import anova_lm

    rng = np.random.default_rng(0)
    cell = np.repeat(np.arange(8), 5)
    x = rng.normal(size=8)[cell] + rng.normal(size=40)
    table = anova_lm(ols("x ~ C(cell)", pd.DataFrame({"x": x, "cell": cell})).fit())
    within, between = table.loc["Residual", "mean_sq"], table.loc["C(cell)", "mean_sq"]
    expected = (between - within) / (between + 4 * within)
    found = design_effect(x, cell, np.zeros(40))
    assert found.icc == pytest.approx(expected)
    assert found.design_effect == pytest.approx(1 + 4 * expected)
    assert found.n_effective == pytest.approx(40 / (1 + 4 * expected))


def test_difference_of_conditions_is_none_of_cells() -> None:
    rng = np.random.default_rng(3)
    cell = np.repeat(np.arange(12), rng.integers(3, 9, 12))
    x = rng.normal(size=12)[cell] + rng.normal(size=len(cell))
    plain = design_effect(x, cell, cell // 4)
    apart = design_effect(x + 100.0 * (cell // 4), cell, cell // 4)
    assert apart.icc == pytest.approx(plain.icc)


@pytest.mark.parametrize("true_icc", [0.0, 0.3, 0.7])
def test_known_correlation_is_found(true_icc: float) -> None:
    rng = np.random.default_rng(1)
    n = rng.integers(5, 40, 600)
    cell = np.repeat(np.arange(600), n)
    x = np.sqrt(true_icc) * rng.normal(size=600)[cell] + np.sqrt(1 - true_icc) * rng.normal(
        size=len(cell)
    )
    found = design_effect(x, cell, np.zeros(len(cell)))
    assert found.icc == pytest.approx(true_icc, abs=0.05)
    assert (found.n_values, found.n_groups) == (len(x), 600)


def test_what_cannot_be_estimated() -> None:
    one_cell_each = design_effect([1.0, 2.0, 3.0, 4.0], [0, 0, 1, 1], [0, 0, 1, 1])
    one_cluster_each = design_effect([1.0, 2.0, 3.0], [0, 1, 2], [0, 0, 0])
    for found in (one_cell_each, one_cluster_each):
        assert np.isnan(found.icc)
        assert np.isnan(found.n_effective)
