"""What goes into the engine: refusals that name value and remedy, and its preparation."""

from __future__ import annotations

import numpy as np
import pytest

from stormgraph_py.engine.inputs import prepare
from stormgraph_py.errors import InputError
from stormgraph_py.params import StormGraphParams

PARAMS = StormGraphParams(k=5)


def points(n=50, d=2, seed=0):
    return np.random.default_rng(seed).uniform(0, 1000, (n, d))


def with_value(array, row, value):
    changed = array.copy()
    changed[row] = value
    return changed


def flat(axis, d=2):
    return with_value(points(d=d).T, axis, 3.0).T.copy()


BAD = {
    "none": (np.empty((0, 2)), {}, ["no localizations"]),
    "one": (points(1), {}, ["k=5", "at least 6", "got 1", "smaller k"]),
    "as many as k": (points(5), {}, ["k=5", "at least 6", "got 5"]),
    "under the minimum size": (
        points(8),
        {"params": StormGraphParams(k=5, min_cluster_size=10)},
        ["min_cluster_size=10", "got 8"],
    ),
    "few without k": (
        points(4),
        {"params": StormGraphParams(k=None)},
        ["min_cluster_size=5", "got 4"],
    ),
    "identical": (np.full((50, 2), 7.0), {}, ["50 localizations", "[7.0, 7.0]", "columns"]),
    "identical in 3-D": (np.full((50, 3), 7.0), {"area": 1.0}, ["same position"]),
    "NaN": (with_value(points(), (3, 1), np.nan), {}, ["Localization 3", "nan", "remove"]),
    "infinite": (with_value(points(), (4, 0), np.inf), {}, ["Localization 4", "inf", "remove"]),
    "on a line along x": (flat(1), {}, ["same y", "area", "nm²"]),
    "on a line along y": (flat(0), {}, ["same x", "area", "nm²"]),
    "in one plane of x": (flat(0, d=3), {}, ["same x", "volume", "nm³"]),
    "in one plane of z": (flat(2, d=3), {}, ["same z", "3 nm", "two dimensions"]),
    "in one plane of z, volume given": (flat(2, d=3), {"area": 1e9}, ["two dimensions"]),
    "no area": (points(), {"area": 0.0}, ["area", "0.0", "above 0"]),
    "negative area": (points(), {"area": -4.0}, ["-4.0", "nm²", "above 0"]),
    "area not a number": (points(), {"area": np.nan}, ["nan", "above 0"]),
    "infinite volume": (points(d=3), {"area": np.inf}, ["volume", "inf", "nm³"]),
    "precision 0": (
        points(),
        {"sigma": with_value(np.full((50, 2), 9.0), (7, 1), 0.0)},
        ["Localization 7", "[9.0, 0.0]", "above 0", "NaN"],
    ),
    "negative precision": (
        points(),
        {"sigma": with_value(np.full((50, 2), 9.0), (8, 0), -1.0)},
        ["Localization 8", "[-1.0, 9.0]", "leave sigma out"],
    ),
}


@pytest.mark.parametrize(("coordinates", "given", "words"), BAD.values(), ids=BAD)
def test_bad_input_is_refused_with_value_and_remedy(coordinates, given, words):
    given = {"sigma": None, "area": None, "params": PARAMS, **given}
    with pytest.raises(InputError) as error:
        prepare(coordinates, given["sigma"], given["area"], given["params"])
    for word in words:
        assert word in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("d", [2, 3])
def test_sound_input_passes_unchanged(d):
    X = points(d=d)
    data = prepare(X, None, None, PARAMS)
    np.testing.assert_array_equal(data.coordinates, X)
    assert data.sigma is None
    assert data.dimensions == d
    assert data.area == data.roi_area == pytest.approx(np.prod(np.ptp(X, axis=0)))
    assert (data.z_scale, data.warnings) == (1.0, ())


@pytest.mark.parametrize(
    "X",
    [
        np.repeat(points(10), 5, axis=0),
        np.column_stack([np.arange(50.0), np.arange(50.0)]),
        1e12 + points(),
        1e-12 * points(),
    ],
    ids=["duplicates", "on a diagonal", "far from the origin", "tiny"],
)
def test_unusual_input_passes(X):
    assert prepare(X, None, None, PARAMS).warnings == ()


def test_a_line_passes_once_the_area_is_given():
    assert prepare(flat(1), None, 1e6, PARAMS).area == 1e6


@pytest.mark.parametrize(("area", "remarks"), [(1.0, 1), (1e5, 0), (1e7, 0)])
def test_an_area_far_smaller_than_what_it_should_hold_is_remarked_on(area, remarks):
    data = prepare(points(), None, area, PARAMS)
    assert data.area == area
    assert len(data.warnings) == remarks
    assert all("nm²" in warning for warning in data.warnings)


# --- precision


def test_unknown_precisions_get_the_median_and_are_counted():
    sigma = np.column_stack([np.arange(1.0, 51), np.arange(51.0, 101)])
    sigma[[2, 5], 0] = np.nan
    sigma[5, 1] = np.nan
    kept = sigma.copy()
    data = prepare(points(), sigma, None, PARAMS)
    np.testing.assert_array_equal(sigma, kept)
    median = np.nanmedian(sigma, axis=0)
    np.testing.assert_array_equal(data.sigma, np.where(np.isnan(sigma), median, sigma))
    assert len(data.warnings) == 1
    assert data.warnings[0].startswith("2 of 50 localizations")


@pytest.mark.parametrize("huge", [3e33, np.inf, 1001.0])
def test_a_precision_beyond_the_field_of_view_counts_as_unknown(huge):
    sigma = with_value(np.full((50, 2), 9.0), (3, 0), huge)
    data = prepare(points(), sigma, None, PARAMS)
    np.testing.assert_array_equal(data.sigma, np.full((50, 2), 9.0))
    assert data.warnings[0].startswith("1 of 50 localizations")
    assert "field of view" in data.warnings[0]


def test_a_precision_as_wide_as_a_small_field_is_believed():
    sigma = np.full((50, 2), 150.0)
    data = prepare(points() / 20, sigma, None, PARAMS)
    np.testing.assert_array_equal(data.sigma, sigma)
    assert data.warnings == ()


@pytest.mark.parametrize(
    "sigma",
    [
        np.zeros((50, 2)),
        np.full((50, 2), np.nan),
        np.column_stack([np.full(50, 9.0), np.full(50, np.nan)]),
        np.full((50, 2), 3e33),
    ],
    ids=["all 0", "all NaN", "NaN along y", "all huge"],
)
def test_useless_precisions_are_not_used_and_that_is_said(sigma):
    data = prepare(points(), sigma, None, PARAMS)
    assert data.sigma is None
    assert len(data.warnings) == 1


def test_precisions_that_are_not_wanted_are_not_looked_at():
    sigma = np.full((50, 2), -1.0)
    data = prepare(points(), sigma, None, StormGraphParams(k=5, use_sigma=False))
    assert data.sigma is None
    assert data.warnings == ()


# --- z


def test_z_is_rescaled_so_that_axial_and_lateral_precision_agree():
    rng = np.random.default_rng(0)
    X, sigma = points(d=3), rng.uniform(5, 15, (50, 3)) * [1, 1, 3]
    kept = X.copy(), sigma.copy()
    data = prepare(X, sigma, 1e8, PARAMS)
    assert data.sigma[:, :2].mean() == pytest.approx(data.sigma[:, 2].mean())
    np.testing.assert_allclose(data.coordinates[:, 2], data.z_scale * X[:, 2])
    np.testing.assert_array_equal(data.coordinates[:, :2], X[:, :2])
    np.testing.assert_array_equal(data.sigma[:, :2], sigma[:, :2])
    # the volume shrinks with z, that of the ROI is reported as it is
    assert data.roi_area == 1e8
    assert data.area == pytest.approx(1e8 * data.z_scale)
    np.testing.assert_array_equal(X, kept[0])
    np.testing.assert_array_equal(sigma, kept[1])


def test_z_keeps_its_scale_when_precisions_are_unknown_or_unwanted():
    sigma = np.full((50, 3), [8.0, 8.0, 30.0])
    assert prepare(points(d=3), None, None, PARAMS).z_scale == 1
    ignoring = StormGraphParams(k=5, use_sigma=False)
    assert prepare(points(d=3), sigma, None, ignoring).z_scale == 1
