"""Label radii against bisection with the test itself, and the tables made of them."""

import dataclasses
import math

import numpy as np
import pytest

from stormgraph_py import Localizations, StormGraphParams, cluster_localizations
from stormgraph_py.clusters.dictionary import TABLES
from stormgraph_py.clusters.label_radius import largest_label_radii
from stormgraph_py.clusters.overcounting_report import (
    LABEL_RADII_NM,
    label_radius_table,
    overcounting_table,
)
from stormgraph_py.engine.overcounting import overcounting_evidence
from stormgraph_py.errors import InputError
from stormgraph_py.simulate import NanoclusterParams, simulate_nanoclusters

SEVERAL = "several-molecules"


def clusters(seed, sizes, dimensions, spread=25.0):
    """Clusters of the sizes, some like one molecule and some wide, long or ring-shaped."""
    rng = np.random.default_rng(seed)
    points, labels = [], []
    for number, n in enumerate(sizes):
        own = rng.normal(0, 1, (n, dimensions))
        if number % 4 == 1:
            own *= np.array([6, 1, 1][:dimensions])
        if number % 4 == 2:
            own = 3 * own / np.linalg.norm(own, axis=1, keepdims=True)
        if number % 4 == 3:
            own[: n // 3] += 4
        points.append(1000 * number + spread * (own if number % 3 else 0.3 * own))
        labels += [number] * n
    sigma = rng.uniform(3, 25, (len(labels), dimensions))
    order = rng.permutation(len(labels))
    return np.concatenate(points)[order], sigma[order], np.array(labels)[order]


def evidence(points, sigma, labels, radius):
    return overcounting_evidence(points, sigma, labels, label_radius_nm=radius, significance=0.05)


def several(points, sigma, labels, radius):
    found = evidence(points, sigma, labels, radius)
    return np.array([item.verdict == SEVERAL for item in found])


def thresholds(points, sigma, labels):
    return np.array([item.threshold for item in evidence(points, sigma, labels, 0.0)])


SIZES = [3, 4, 5, 5, 8, 8, 20, 20, 50, 100, 128, 129, 200, 400, 700, 1500]


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("seed", range(3))
def test_the_verdict_turns_at_the_radius(dimensions, seed):
    points, sigma, labels = clusters(seed, SIZES, dimensions)
    radii = largest_label_radii(points, sigma, labels, thresholds(points, sigma, labels))
    at_zero = several(points, sigma, labels, 0.0)
    np.testing.assert_array_equal(np.isfinite(radii), at_zero)
    assert at_zero.sum() > 4
    for number in np.flatnonzero(at_zero):
        own = labels == number
        for factor, verdict in ((1 - 1e-6, True), (1 + 1e-6, False)):
            radius = radii[number] * factor
            assert several(points[own], sigma[own], labels[own], radius).tolist() == [verdict]


def test_a_pair_of_pairs_has_the_radius_of_its_formula():
    # two and two localizations at a distance of d: Z = d² / (2 σ² + 2 (r/3)²)
    points = np.array([[0.0, 0], [0, 0], [70, 0], [70, 0]])
    (radius,) = largest_label_radii(
        points, np.full((4, 2), 6.0), np.zeros(4, dtype=int), np.array([8.0])
    )
    assert radius == pytest.approx(3 * math.sqrt((70**2 / 8 - 2 * 36) / 2), rel=1e-12)


def test_two_localizations_are_never_several():
    radii = largest_label_radii(
        np.array([[0.0, 0], [900, 0], [0, 0], [5, 5]]),
        np.ones((4, 2)),
        np.array([0, 0, -1, 1]),
        np.array([8.0, 8.0]),
    )
    assert np.isnan(radii).all()


@pytest.mark.parametrize("dimensions", [2, 3])
def test_shift_order_and_axes_do_not_matter(dimensions):
    points, sigma, labels = clusters(7, SIZES, dimensions)
    bounds = thresholds(points, sigma, labels)
    one = largest_label_radii(points, sigma, labels, bounds)
    turned = np.random.default_rng(0).permutation(len(points))
    other = largest_label_radii(
        -points[turned][:, ::-1] + 5e4, sigma[turned][:, ::-1], labels[turned], bounds
    )
    np.testing.assert_allclose(other, one, rtol=1e-7)
    scaled = largest_label_radii(3 * points, 3 * sigma, labels, bounds)
    np.testing.assert_allclose(scaled, 3 * one, rtol=1e-9)


def test_without_clusters_there_are_no_radii():
    none = largest_label_radii(np.zeros((5, 2)), np.ones((5, 2)), np.full(5, -1), np.empty(0))
    assert none.shape == (0,)


def small(dimensions):
    if dimensions == 2:
        params = NanoclusterParams(roi_nm=(900, 900), n_molecules=300, mean_blinks=6)
    else:
        params = NanoclusterParams(
            roi_nm=(900, 900, 500), radius_nm=50, density=2e-4, n_molecules=300,
            background_fraction=0.02,
        )  # fmt: skip
    data = simulate_nanoclusters(params, 3).localizations.table
    # some precisions are unknown; a median stands in for them
    data.loc[::50, "sigma_x_nm"] = np.nan
    return Localizations(data)


@pytest.fixture(scope="module")
def simulated():
    return small(2)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_the_what_if_table_is_what_the_test_says_at_each_radius(dimensions):
    locs = small(dimensions)
    result = cluster_localizations(locs, StormGraphParams(label_radius_nm=7.25))
    radii = label_radius_table(result, overcounting_table(result, locs))
    assert radii["label_radius_nm"].tolist() == sorted({*LABEL_RADII_NM, 7.25})
    assert radii["label_radius_nm"][radii["is_of_analysis"]].tolist() == [7.25]
    sigma = locs.precision(dimensions)
    sigma = np.where(np.isnan(sigma), np.nanmedian(sigma, axis=0), sigma)
    for row in radii.to_dict("records"):
        found = evidence(locs.coordinates(), sigma, result.candidate_labels, row["label_radius_nm"])
        kept = [item.n_localizations for item in found if item.verdict == SEVERAL]
        assert row["n_clusters_kept"] == len(kept)
        assert row["n_localizations_kept"] == sum(kept)
        assert row["percent_clusters_kept"] == pytest.approx(100 * len(kept) / len(found))
    assert radii["n_clusters_kept"].nunique() > 1


def test_the_what_if_table_is_what_an_analysis_with_the_filter_keeps(simulated):
    result = cluster_localizations(simulated, StormGraphParams(overcounting=True))
    radii = label_radius_table(result, overcounting_table(result, simulated))
    other = cluster_localizations(
        simulated, StormGraphParams(overcounting=True, label_radius_nm=12)
    )
    for row, there in ((0, result), (12, other)):
        assert radii["n_clusters_kept"][row] == there.n_clusters
        assert radii["n_localizations_kept"][row] == there.n_clustered


def test_the_table_holds_the_evidence_and_that_without_a_label(simulated):
    result = cluster_localizations(simulated, StormGraphParams(label_radius_nm=8))
    table = overcounting_table(result, simulated)
    assert list(table.columns) == [column.name for column in TABLES["overcounting.csv"]]
    for row, item in zip(table.to_dict("records"), result.overcounting, strict=True):
        assert {name: row[name] for name in dataclasses.asdict(item)} == dataclasses.asdict(item)
    plain = overcounting_table(cluster_localizations(simulated), simulated)
    for name in ("n_pairs_tested", "largest_z", "verdict"):
        assert table[f"{name}_without_label"].tolist() == plain[name].tolist()
        assert plain[f"{name}_without_label"].tolist() == plain[name].tolist()
    turns = table["largest_label_radius_nm"]
    np.testing.assert_array_equal(turns > 8, table["verdict"] == SEVERAL)
    np.testing.assert_array_equal(turns.notna(), table["verdict_without_label"] == SEVERAL)


def test_without_precision_the_tables_are_empty(simulated):
    result = cluster_localizations(simulated, StormGraphParams(use_sigma=False))
    table = overcounting_table(result, simulated)
    assert table.empty
    assert list(table.columns) == [column.name for column in TABLES["overcounting.csv"]]
    radii = label_radius_table(result, table)
    assert list(radii.columns) == [column.name for column in TABLES["overcounting_radii.csv"]]
    assert (radii["n_clusters_kept"] == 0).all()
    assert radii["percent_clusters_kept"].isna().all()


def test_another_files_localizations_are_refused(simulated):
    result = cluster_localizations(simulated)
    with pytest.raises(InputError, match="give those that were clustered"):
        overcounting_table(result, simulated.select(range(100)))
