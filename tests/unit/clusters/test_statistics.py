"""Tables: one row a cluster, one row a region of interest."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import cdist

from stormgraph_py.arrays import FloatArray, IntArray
from stormgraph_py.clusters.statistics import (
    cluster_table,
    measure_clusters,
    roi_summary,
    summarize_roi,
)
from stormgraph_py.errors import InputError, ParameterError
from stormgraph_py.localizations import Localizations

SQUARE = np.array([[0.0, 0], [20, 0], [0, 20], [20, 20]])


@dataclass(frozen=True)
class Evidence:
    """What the overcounting test leaves of a cluster, as far as tables read it."""

    cluster: int
    verdict: str
    largest_z: float
    threshold: float


def scene(dimensions: int = 2) -> tuple[FloatArray, IntArray]:
    """Two squares (prisms in 3-D), a line and two unclustered localizations."""
    line = np.column_stack([np.arange(5.0), np.zeros(5)]) + np.array([1000, 0])
    flat = np.vstack([SQUARE, SQUARE + np.array([300, 400]), line, [[50, 50], [60, 900]]])
    labels = np.repeat([0, 1, 2, -1], [4, 4, 5, 2])
    if dimensions == 2:
        return flat, labels
    twice = np.vstack([flat, flat])
    z = np.repeat([0.0, 10.0], len(flat))
    on_a_line = np.tile(labels == 2, 2)
    return np.column_stack([twice, np.where(on_a_line, 0.0, z)]), np.tile(labels, 2)


def test_table_of_two_squares_and_a_line() -> None:
    table = measure_clusters(*scene()).set_index("cluster")
    assert table.index.tolist() == [0, 1, 2]
    assert table["n_localizations"].tolist() == [4, 4, 5]
    assert table["x_nm"].tolist() == pytest.approx([10, 310, 1002])
    assert table["y_nm"].tolist() == pytest.approx([10, 410, 0])
    assert table["area_nm2"].tolist() == pytest.approx([400, 400, 0])
    assert table["perimeter_nm"].tolist() == pytest.approx([80, 80, 0])
    # 4 localizations on 0.0004 µm²
    assert table["density_per_um2"].tolist()[:2] == pytest.approx([1e4, 1e4])
    assert np.isnan(table["density_per_um2"][2])
    assert table["nearest_cluster_nm"].tolist() == pytest.approx(
        [500, 500, np.hypot(1002 - 310, 410)]
    )
    assert table["is_degenerate"].tolist() == [False, False, True]


def test_table_in_3d() -> None:
    table = measure_clusters(*scene(3))
    assert table["volume_nm3"].tolist() == pytest.approx([4000, 4000, 0])
    assert table["surface_nm2"].tolist() == pytest.approx([1600, 1600, 0])
    # 8 localizations on 4e-6 µm³
    assert table["density_per_um3"].tolist()[0] == pytest.approx(2e6)
    assert table["z_nm"].tolist() == pytest.approx([5, 5, 0])
    assert table["is_degenerate"].tolist() == [False, False, True]
    assert not {"area_nm2", "circularity", "orientation_deg"} & set(table.columns)


def test_nearest_cluster_is_the_nearest_centroid() -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(30), 6)
    points = rng.uniform(0, 5000, (30, 2))[labels] + rng.normal(0, 20, (180, 2))
    table = measure_clusters(points, labels)
    centroids = np.array([points[labels == i].mean(axis=0) for i in range(30)])
    distances = cdist(centroids, centroids) + np.diag(np.full(30, np.inf))
    assert table["nearest_cluster_nm"].to_numpy() == pytest.approx(distances.min(axis=1))


def test_lone_cluster_has_no_neighbour() -> None:
    table = measure_clusters(SQUARE, [0, 0, 0, 0])
    assert np.isnan(table["nearest_cluster_nm"][0])


def test_degree_and_sigma_are_means_of_the_members() -> None:
    points, labels = scene()
    degrees = np.arange(len(points), dtype=float)
    sigma = np.column_stack([np.full(len(points), 8.0), np.full(len(points), 12.0)])
    sigma[0] = np.nan
    sigma[4:8] = np.nan
    table = measure_clusters(points, labels, sigma=sigma, degrees=degrees)
    assert table["mean_degree"].tolist() == [1.5, 5.5, 10]
    assert table["mean_sigma_nm"][0] == 10
    assert np.isnan(table["mean_sigma_nm"][1])
    assert "mean_sigma_z_nm" not in table


def test_axial_sigma_has_a_column_of_its_own() -> None:
    points, labels = scene(3)
    sigma = np.tile([6.0, 8.0, 30.0], (len(points), 1))
    table = measure_clusters(points, labels, sigma=sigma)
    assert set(table["mean_sigma_nm"]) == {7.0}
    assert set(table["mean_sigma_z_nm"]) == {30.0}


def test_one_sigma_a_localization_serves_every_axis() -> None:
    points, labels = scene()
    sigma = np.full(len(points), 9.0)
    assert set(measure_clusters(points, labels, sigma=sigma)["mean_sigma_nm"]) == {9.0}


def test_evidence_goes_to_its_cluster() -> None:
    evidence: Any = [
        Evidence(1, "several-molecules", 40.0, 9.0),
        Evidence(-1, "indistinguishable", 2.0, 8.0),
        Evidence(0, "indistinguishable", 3.0, 7.0),
    ]
    table = measure_clusters(*scene(), evidence=evidence)
    assert table["overcounting_verdict"].tolist()[:2] == ["indistinguishable", "several-molecules"]
    assert table["overcounting_largest_z"].tolist()[:2] == [3.0, 40.0]
    assert table["overcounting_threshold"].tolist()[:2] == [7.0, 9.0]
    assert table.iloc[2].filter(like="overcounting").isna().all()


def test_what_was_not_given_has_no_column() -> None:
    names = set(measure_clusters(*scene()).columns)
    assert not {"mean_degree", "mean_sigma_nm", "overcounting_verdict"} & names


@pytest.mark.parametrize("dimensions", [2, 3])
def test_no_clusters_leave_an_empty_table_with_all_columns(dimensions: int) -> None:
    points, labels = scene(dimensions)
    extras: dict[str, Any] = {"sigma": np.ones(len(points)), "degrees": np.ones(len(points))}
    full = measure_clusters(points, labels, evidence=[], **extras)
    empty = measure_clusters(points, np.full(len(points), -1), evidence=[], **extras)
    assert empty.columns.tolist() == full.columns.tolist()
    assert len(empty) == 0
    row = summarize_roi(empty, n_localizations=len(points), area=1e6)
    assert row["n_clusters"] == 0
    assert row["percent_clustered"] == 0
    assert np.isnan(row["mean_n_localizations"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sigma": np.ones((15, 3))}, r"sigma has shape \(15, 3\).*\(15, 2\)"),
        ({"sigma": np.ones(3)}, r"sigma has shape \(3,\)"),
        ({"degrees": np.ones(3)}, r"degrees has shape \(3,\) for 15"),
    ],
)
def test_columns_that_do_not_fit(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        measure_clusters(*scene(), **arguments)


def test_summary_in_2d() -> None:
    clusters = measure_clusters(*scene())
    row = summarize_roi(
        clusters, n_localizations=15, area=2e6, r0_nm=40.0, final_r0_nm=35.0, n_coarse_clusters=2
    )
    assert row["roi_area_um2"] == pytest.approx(2)
    assert row["localizations_per_um2"] == pytest.approx(7.5)
    assert row["n_clustered"] == 13
    assert row["percent_clustered"] == pytest.approx(100 * 13 / 15)
    assert row["clusters_per_um2"] == pytest.approx(1.5)
    assert row["percent_area_clustered"] == pytest.approx(100 * 800 / 2e6)
    assert row["mean_area_nm2"] == pytest.approx(800 / 3)
    assert row["median_area_nm2"] == pytest.approx(400)
    assert row["mean_n_localizations"] == pytest.approx(13 / 3)
    assert (row["r0_nm"], row["final_r0_nm"], row["n_coarse_clusters"]) == (40, 35, 2)
    assert "n_indistinguishable" not in row


def test_summary_in_3d() -> None:
    row = summarize_roi(measure_clusters(*scene(3)), n_localizations=30, area=3e9)
    assert row["roi_volume_um3"] == pytest.approx(3)
    assert row["localizations_per_um3"] == pytest.approx(10)
    assert row["clusters_per_um3"] == pytest.approx(1)
    assert row["median_volume_nm3"] == pytest.approx(4000)


def test_summary_of_nothing() -> None:
    row = summarize_roi(measure_clusters(np.zeros((0, 2)), []), n_localizations=0, area=1.0)
    assert np.isnan(row["percent_clustered"])


@pytest.mark.parametrize("area", [0.0, -1.0, float("nan")])
def test_summary_needs_an_area(area: float) -> None:
    with pytest.raises(ParameterError, match=r"area=.* is not > 0"):
        summarize_roi(measure_clusters(*scene()), n_localizations=15, area=area)


def result_of(labels: IntArray, **changes: Any) -> Any:
    """As much of a ClusteringResult as tables read."""
    attributes: dict[str, Any] = {
        "labels": labels,
        "coarse_labels": np.where(labels == 1, 0, labels),
        "dimensions": 2,
        "area": 2e6,
        "used_sigma": True,
        "noise": SimpleNamespace(degrees=np.arange(len(labels), dtype=float)),
        "overcounting": (Evidence(0, "several-molecules", 30.0, 9.0),),
        "length_scale": SimpleNamespace(r0_nm=40.0),
        "final_length_scale": SimpleNamespace(r0_nm=30.0),
    }
    return SimpleNamespace(**(attributes | changes))


def test_table_of_a_result() -> None:
    points, labels = scene()
    locs = Localizations.from_arrays(points, sigma=np.full(len(points), 9.0))
    table = cluster_table(locs, result_of(labels))
    expected = measure_clusters(
        points,
        labels,
        sigma=np.full(len(points), 9.0),
        degrees=np.arange(len(points)),
        evidence=result_of(labels).overcounting,
    )
    pd.testing.assert_frame_equal(table, expected)


def test_coarse_table_has_no_overcounting() -> None:
    points, labels = scene()
    locs = Localizations.from_arrays(points, sigma=np.full(len(points), 9.0))
    table = cluster_table(locs, result_of(labels), "coarse")
    assert table["n_localizations"].tolist() == [8, 5]
    assert "overcounting_verdict" not in table


def test_result_without_noise_removal_and_sigma() -> None:
    points, labels = scene()
    locs = Localizations.from_arrays(points)
    result = result_of(labels, noise=None, overcounting=None, used_sigma=False)
    table = cluster_table(locs, result)
    assert not {"mean_degree", "mean_sigma_nm"} & set(table.columns)
    assert "n_indistinguishable" not in roi_summary(locs, result)


def test_result_in_2d_of_localizations_in_3d_is_measured_in_2d() -> None:
    points, labels = scene(3)
    locs = Localizations.from_arrays(points, sigma=np.full(points.shape, 9.0))
    assert "area_nm2" in cluster_table(locs, result_of(labels))


def test_result_of_other_localizations_is_refused() -> None:
    points, labels = scene()
    with pytest.raises(InputError, match="Labels have shape"):
        cluster_table(Localizations.from_arrays(points[:-1]), result_of(labels, used_sigma=False))


def test_summary_of_a_result() -> None:
    points, labels = scene()
    locs = Localizations.from_arrays(points, sigma=np.full(len(points), 9.0))
    result = result_of(labels)
    row = roi_summary(locs, result)
    assert row == roi_summary(locs, result, clusters=cluster_table(locs, result))
    assert row["n_localizations"] == 15
    assert row["n_coarse_clusters"] == 2
    assert row["n_indistinguishable"] == 0
    assert (row["r0_nm"], row["final_r0_nm"]) == (40, 30)


def test_summary_when_all_is_noise() -> None:
    points, labels = scene()
    locs = Localizations.from_arrays(points)
    nothing = np.full(len(labels), -1)
    result = result_of(nothing, used_sigma=False, final_length_scale=None)
    row = roi_summary(locs, result)
    assert row["n_clusters"] == row["n_coarse_clusters"] == 0
    assert "final_r0_nm" not in row
