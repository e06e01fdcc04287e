"""Comparison of conditions: units, families, invariances, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from stormgraph_py.clusters.cautions import cautions
from stormgraph_py.clusters.compare import CompareParams, compare_conditions
from stormgraph_py.clusters.dictionary import describe
from stormgraph_py.clusters.unit_values import unit_values, values_of_rois
from stormgraph_py.errors import InputError, ParameterError
from stormgraph_py.report.compare_page import _lead

QUICK = {"n_bootstrap": 200}


def study(
    conditions=("a", "b"), n_replicates=3, n_cells=4, n_rois=2, seed=0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Regions and clusters of an experiment; the second region of one cell has no clusters."""
    rng = np.random.default_rng(seed)
    rois, pieces = [], []
    for c, condition in enumerate(conditions):
        for r in range(n_replicates):
            for cell in range(n_cells):
                for roi in range(n_rois):
                    n = 0 if (c, r, cell, roi) == (0, 0, 0, 1) else int(rng.integers(1, 9))
                    pieces.append(
                        pd.DataFrame(
                            {
                                "roi_number": len(rois),
                                "area_nm2": np.exp(rng.normal(5 + 0.5 * c, 1, n)),
                                "elongation": rng.uniform(size=n),
                            }
                        )
                    )
                    rois.append(
                        {
                            "condition": condition,
                            "replicate": f"day {r}" if n_replicates > 1 else "",
                            "cell": f"cell {cell}",
                            "roi": f"roi {roi}",
                            "n_clusters": n,
                            "clusters_per_um2": n / 4.0,
                        }
                    )
    return pd.DataFrame(rois), pd.concat(pieces, ignore_index=True)


def test_one_value_a_cell_is_the_mean_of_its_regions_medians() -> None:
    rois, clusters = study()
    table = unit_values(rois, values_of_rois("area_nm2", rois, clusters))
    for row in table.to_dict("records"):
        chosen = rois[
            (rois["condition"] == row["condition"])
            & (rois["replicate"] == row["replicate"])
            & (rois["cell"] == row["cell"])
        ]
        medians = [
            clusters.loc[clusters["roi_number"] == number, "area_nm2"].median()
            for number in chosen.index
        ]
        assert row["value"] == pytest.approx(np.nanmean(medians))
        assert (row["n_rois"], row["n_clusters"]) == (2, chosen["n_clusters"].sum())
    assert len(table) == 24


def test_replicates_are_means_of_cells_and_clusters_are_themselves() -> None:
    rois, clusters = study()
    behind = values_of_rois("area_nm2", rois, clusters)
    cells = unit_values(rois, behind, summary="mean")
    days = unit_values(rois, behind, unit="replicate", summary="mean")
    expected = cells.groupby(["condition", "replicate"])["value"].mean()
    np.testing.assert_allclose(days["value"], expected)
    pooled = unit_values(rois, behind, unit="cluster")
    np.testing.assert_array_equal(np.sort(pooled["value"]), np.sort(clusters["area_nm2"]))


def test_cell_without_clusters_has_no_area_but_no_clusters_per_area() -> None:
    rois, clusters = study(n_replicates=1, n_rois=1)
    gone = clusters["roi_number"] == 2
    clusters = clusters[~gone]
    rois.loc[2, ["n_clusters", "clusters_per_um2"]] = 0
    found = compare_conditions(
        rois, clusters, ["area_nm2", "clusters_per_um2"], CompareParams(**QUICK)
    )
    values = found.unit_table.set_index(["measure", "cell", "condition"])["value"]
    assert np.isnan(values["area_nm2", "cell 2", "a"])
    assert values["clusters_per_um2", "cell 2", "a"] == 0
    summary = found.summaries[found.summaries["measure"] == "area_nm2"].iloc[0]
    assert (summary["n_units"], summary["n_with_value"]) == (4, 3)
    assert any("1 of 4 in a cells have no clusters" in text for text in cautions(found))


def test_cautions_claim_no_more_than_is_known() -> None:
    rois, clusters = study(("a", "b", "c"), n_replicates=1)
    clusters["area_nm2"] = clusters["area_nm2"].mask(clusters["roi_number"] >= 16)
    found = compare_conditions(
        rois, clusters, ["area_nm2"], CompareParams(**QUICK, control="c"), conditions=("c", "a")
    )
    told = "\n".join(cautions(found))
    assert "c has 0 cells with a value; with fewer than 5" in told
    assert "4 of 4 in c cells have no clusters with a value" in told
    assert _lead(found).startswith("No two conditions could be compared")
    pooled = compare_conditions(
        rois, clusters, ["area_nm2", "clusters_per_um2"], CompareParams(**QUICK, unit="cluster")
    )
    assert any("ROIs were taken as independent" in text for text in cautions(pooled))
    alone = compare_conditions(rois, clusters, ["area_nm2"], CompareParams(**QUICK, unit="cluster"))
    assert not any("ROIs were taken" in text for text in cautions(alone))


@pytest.mark.parametrize("n_replicates", [1, 3])
def test_one_cell_or_replicate_with_a_value_has_no_interval(n_replicates) -> None:
    rois, clusters = study(n_replicates=n_replicates)
    top = "cell" if n_replicates == 1 else "replicate"
    gone = (rois["condition"] == "b") & (rois[top] != rois[top].iloc[-1])
    rois.loc[gone, "n_clusters"] = 0
    clusters = clusters[~clusters["roi_number"].isin(rois.index[gone])]
    found = compare_conditions(rois, clusters, ["area_nm2"], CompareParams(**QUICK))
    row = found.effects.iloc[0]
    assert row["n_resampled_second"] == 1
    assert row[["shift_low", "cliffs_delta_high", "ratio_low"]].isna().all()
    summary = found.summaries.set_index("condition")
    assert np.isnan(summary.loc["b", "mean_low"])
    assert summary.loc["a", "mean_low"] < summary.loc["a", "mean_high"]


def test_two_conditions_are_tested_with_the_cells() -> None:
    rois, clusters = study()
    found = compare_conditions(rois, clusters, ["area_nm2"], CompareParams(**QUICK))
    values = found.unit_table[found.unit_table["unit"] == "cell"]
    a, b = (values.loc[values["condition"] == c, "value"] for c in "ab")
    row = found.tests[found.tests["test"] == "mann-whitney"].iloc[0]
    assert row["p"] == pytest.approx(stats.mannwhitneyu(b, a, method="exact").pvalue)
    assert (row["unit"], row["n_first"], row["n_second"]) == ("cell", 12, 12)
    days = found.unit_table[found.unit_table["unit"] == "replicate"]
    a, b = (days.loc[days["condition"] == c, "value"] for c in "ab")
    row = found.tests[found.tests["test"] == "welch-t"].iloc[0]
    assert row["p"] == pytest.approx(stats.ttest_ind(b, a, equal_var=False).pvalue)
    assert (row["unit"], row["n_first"]) == ("replicate", 3)


def test_correction_is_over_pairs_and_measures_of_one_kind_of_test() -> None:
    rois, clusters = study(("a", "b", "c"), n_cells=2, n_rois=1)
    found = compare_conditions(
        rois,
        clusters,
        ["area_nm2", "clusters_per_um2"],
        CompareParams(correction="bonferroni", **QUICK),
    )
    sizes = found.tests.groupby("test")["n_in_family"].unique()
    assert {test: list(n) for test, n in sizes.items()} == {
        "kruskal-wallis": [2],
        "dunn": [6],
        "welch-t": [6],
    }
    np.testing.assert_allclose(
        found.tests["p_corrected"], np.minimum(1, found.tests["p"] * found.tests["n_in_family"])
    )


def test_control_is_first_and_in_every_pair() -> None:
    rois, clusters = study(("a", "b", "c"), n_cells=2, n_rois=1)
    found = compare_conditions(rois, clusters, ["area_nm2"], CompareParams(control="b", **QUICK))
    assert found.conditions == ("b", "a", "c")
    assert found.effects[["first", "second"]].to_numpy().tolist() == [["b", "a"], ["b", "c"]]
    named = compare_conditions(
        rois, clusters, ["area_nm2"], CompareParams(**QUICK), conditions=["c", "a", "b"]
    )
    assert named.conditions == ("c", "a", "b")
    assert len(named.effects) == 3


@pytest.mark.parametrize("unit", ["cell", "roi", "replicate", "cluster"])
def test_order_of_rows_changes_nothing(unit) -> None:
    rois, clusters = study()
    order = np.random.default_rng(1).permutation(len(rois))
    back = np.argsort(order)
    turned = clusters.assign(roi_number=back[clusters["roi_number"]]).sample(frac=1, random_state=2)
    params = CompareParams(unit=unit, **QUICK)
    one = compare_conditions(rois, clusters, ["area_nm2", "clusters_per_um2"], params)
    other = compare_conditions(rois.iloc[order], turned, ["area_nm2", "clusters_per_um2"], params)
    for name in ("unit_table", "tests", "effects", "summaries", "design"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


def test_seed_moves_intervals_alone_and_little() -> None:
    rois, clusters = study()
    one, two = (
        compare_conditions(rois, clusters, ["area_nm2"], CompareParams(seed=s)) for s in (0, 1)
    )
    pd.testing.assert_frame_equal(one.tests, two.tests)
    a, b = one.effects.iloc[0], two.effects.iloc[0]
    assert a["shift"] == b["shift"]
    assert a["shift_low"] != b["shift_low"]
    width = a["cliffs_delta_high"] - a["cliffs_delta_low"]
    assert abs(a["cliffs_delta_low"] - b["cliffs_delta_low"]) < 0.25 * width
    for name in ("shift", "cliffs_delta", "ratio"):
        assert a[f"{name}_low"] <= a[name] <= a[f"{name}_high"]


def test_monotone_change_of_single_clusters_cells_keeps_p() -> None:
    rois, clusters = study(n_rois=1, n_replicates=1, n_cells=8)
    first = clusters.drop_duplicates("roi_number").reset_index(drop=True)
    rois = rois.assign(n_clusters=rois.index.isin(first["roi_number"]).astype(int))
    first["log"] = np.log(first["area_nm2"])
    found = compare_conditions(rois, first, ["area_nm2", "log"], CompareParams(**QUICK))
    p = found.tests["p"]
    assert p.iloc[0] == p.iloc[1]
    assert len(set(found.effects["cliffs_delta"])) == 1


def test_pooled_clusters_are_labelled_and_have_no_intervals() -> None:
    rois, clusters = study()
    found = compare_conditions(
        rois, clusters, ["area_nm2", "clusters_per_um2"], CompareParams(unit="cluster", **QUICK)
    )
    units = found.tests[found.tests["test"] == "mann-whitney"].set_index("measure")["unit"]
    assert units.to_dict() == {"area_nm2": "cluster", "clusters_per_um2": "roi"}
    assert found.effects["shift_low"].isna().tolist() == [True, False]
    first, *_ = cautions(found)
    assert "pooled as if each were an independent observation" in first
    assert "design effect" in first


def test_cautions_name_what_is_too_few() -> None:
    rois, clusters = study(n_replicates=2, n_cells=1, n_rois=2)
    text = " ".join(
        cautions(compare_conditions(rois, clusters, ["area_nm2"], CompareParams(**QUICK)))
    )
    assert "a has 2 and b has 2 replicates" in text
    assert "a has 2 cells" in text
    assert "cannot give p < 0.05 with so few cells, whatever the data" in text
    assert "the smallest possible p is 0.33" in text
    unnamed = study(n_replicates=1)
    text = " ".join(cautions(compare_conditions(*unnamed, ["area_nm2"], CompareParams(**QUICK))))
    assert "No replicates are named" in text


def test_correction_can_put_significance_out_of_reach() -> None:
    rois, clusters = study(n_cells=4, n_replicates=1, n_rois=1)
    few = compare_conditions(rois, clusters, ["area_nm2"], CompareParams(**QUICK))
    many = compare_conditions(
        rois, clusters, ["area_nm2", "clusters_per_um2"], CompareParams(**QUICK)
    )
    assert not any("After Holm" in text for text in cautions(few))
    assert any("After Holm correction for 2 tests" in text for text in cautions(many))


def test_the_measures_that_a_correction_turned_are_named() -> None:
    rois, clusters = study(n_cells=4, n_replicates=1, n_rois=1, seed=3)
    is_second = clusters["roi_number"].map(rois["condition"]) == "b"
    clusters["area_nm2"] += 1e6 * is_second
    found = compare_conditions(
        rois, clusters, ["area_nm2", "elongation", "clusters_per_um2"], CompareParams(**QUICK)
    )
    tests = found.tests.set_index("measure")
    turned = (tests["p"] < 0.05) & (tests["p_corrected"] >= 0.05)
    assert turned[turned].index.tolist() == ["area_nm2"]
    (told,) = [text for text in cautions(found) if "After Holm correction for 3 tests" in text]
    assert "changed the verdict on area_nm2: p < 0.05 only before it" in told
    # without a second test there is nothing to correct
    alone = compare_conditions(rois, clusters, ["area_nm2"], CompareParams(**QUICK))
    assert not any("changed" in text for text in cautions(alone))


def test_regions_of_one_cell_are_not_independent() -> None:
    rois, clusters = study()
    found = compare_conditions(rois, clusters, ["area_nm2"], CompareParams(unit="roi", **QUICK))
    assert any("some lie in the same cell" in text for text in cautions(found))


@pytest.mark.parametrize(
    ("change", "measures", "params", "error", "message"),
    [
        ({"condition": "a"}, ["area_nm2"], {}, InputError, "only one condition, a; a comparison"),
        ({}, ["area"], {}, ParameterError, "no measure 'area'. Of clusters there are area_nm2"),
        ({}, ["median_area_nm2"], {}, ParameterError, "ask for area_nm2, summarised by median"),
        ({}, ["area_nm2"], {"control": "z"}, ParameterError, "control='z' is no condition"),
        (
            {"replicate": ""},
            ["area_nm2"],
            {"unit": "replicate"},
            ParameterError,
            "needs replicates",
        ),
        ({"roi": "same"}, ["area_nm2"], {}, InputError, "Two regions are called a, day 0, cell 0"),
        ({"cell": ""}, ["area_nm2"], {}, InputError, "48 regions have no cell"),
        ({}, ["area_nm2"], {"n_bootstrap": 1}, ParameterError, "n_bootstrap=1 must be between"),
        ({}, ["area_nm2"], {"unit": "day"}, ParameterError, "unit='day' is unknown; choose"),
    ],
)
def test_nonsense_is_refused(change, measures, params, error, message) -> None:
    rois, clusters = study()
    with pytest.raises(error, match=message):
        compare_conditions(
            rois.assign(**change), clusters, measures, CompareParams(**{**QUICK, **params})
        )


def test_replicates_of_some_are_refused() -> None:
    rois, clusters = study()
    rois.loc[:3, "replicate"] = ""
    with pytest.raises(InputError, match="4 of 48 regions have no replicate"):
        compare_conditions(rois, clusters, ["area_nm2"], CompareParams(**QUICK))


def test_measure_without_values_is_refused() -> None:
    rois, clusters = study()
    clusters["area_nm2"] = np.nan
    with pytest.raises(InputError, match="has values in fewer than two conditions"):
        compare_conditions(rois, clusters, ["area_nm2"], CompareParams(**QUICK))


def test_every_column_is_described() -> None:
    rois, clusters = study(("a", "b", "c"))
    found = compare_conditions(rois, clusters, ["area_nm2"], CompareParams(**QUICK))
    tables = {
        "values_long.csv": found.unit_table,
        "tests.csv": found.tests,
        "effects.csv": found.effects,
        "conditions.csv": found.summaries,
        "design.csv": found.design,
    }
    for name, table in tables.items():
        from stormgraph_py.clusters.dictionary import TABLES

        assert [describe(name, c).name for c in table.columns] == list(table.columns)
        assert {c.name for c in TABLES[name]} == set(table.columns)
