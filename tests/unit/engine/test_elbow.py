"""The automatic r0: plateau, fitted curve and its elbow."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import brentq
from scipy.spatial.distance import pdist, squareform

from stormgraph_py.engine.decay import Decay, Logistic, elbow_of, fit_decay
from stormgraph_py.engine.elbow import elbow_length_scale, plateau_start
from stormgraph_py.errors import Cancelled, InputError, ParameterError
from stormgraph_py.progress import Progress

X = np.linspace(0, 1, 500)
SIDE = 5000.0


def longest_link(points):
    """Longest edge of the minimum spanning tree, by Prim's method."""
    distance = squareform(pdist(points))
    reached, nearest, longest = {0}, distance[0].copy(), 0.0
    while len(reached) < len(points):
        nearest[list(reached)] = np.inf
        new = int(np.argmin(nearest))
        longest = max(longest, nearest[new])
        reached.add(new)
        nearest = np.minimum(nearest, distance[new])
    return longest


def blobs(n_blobs, size, spread, dimensions=2, seed=0, background=0):
    """Blobs on a grid of cells of the ROI, far apart, and scattered localizations."""
    rng = np.random.default_rng(seed)
    per_axis = math.ceil(n_blobs ** (1 / dimensions))
    cells = np.stack(np.unravel_index(np.arange(n_blobs), (per_axis,) * dimensions), axis=1)
    centres = (cells + 0.5) * SIDE / per_axis
    points = np.repeat(centres, size, axis=0) + rng.normal(0, spread, (n_blobs * size, dimensions))
    return np.concatenate([points, rng.random((background, dimensions)) * SIDE])


# --- the curve -----------------------------------------------------------------------------------


@pytest.mark.parametrize("slope", [0.5, 12.0, 200.0])
@pytest.mark.parametrize("midpoint", [-0.7, 0.3, 1.2])
@pytest.mark.parametrize("nu", [0.05, 1.0, 7.0])
def test_concavity_is_the_second_derivative(slope, midpoint, nu):
    curve = Decay(0.1, (Logistic(0.8, slope, midpoint, nu),))
    step = 1e-3 / slope
    x = np.linspace(0, 1, 300)
    differences = (curve.value(x + step) - 2 * curve.value(x) + curve.value(x - step)) / step**2
    scale = np.abs(curve.concavity(x)).max() + 1e-3 * slope**2
    np.testing.assert_allclose(curve.concavity(x), differences, atol=2e-3 * scale)


def test_logistic_is_the_formula_of_the_paper():
    drop, slope, midpoint, nu = 0.7, 9.0, 0.4, 1.8
    amplitude = drop * (1 + np.exp(-slope * midpoint)) ** nu
    expected = amplitude * (1 + np.exp(slope * (X - midpoint))) ** -nu
    np.testing.assert_allclose(Logistic(drop, slope, midpoint, nu).value(X), expected, rtol=1e-12)


@pytest.mark.parametrize(("slope", "midpoint"), [(30.0, 0.2), (18.0, 0.5)])
def test_elbow_of_the_symmetric_logistic_is_known(slope, midpoint):
    most_concave, end = elbow_of(Decay(0.1, (Logistic(0.9, slope, midpoint, 1.0),)))

    def concavity(u):  # of 1 / (1 + exp(u)), largest where its value is (3 - sqrt 3) / 6
        rise = 1 / (1 + math.exp(-u))
        return rise * (1 - rise) * (2 * rise - 1)

    peak = math.log(2 + math.sqrt(3))
    fallen = brentq(lambda u: concavity(u) - 0.02 * concavity(peak), peak, 20)
    assert most_concave == pytest.approx(midpoint + peak / slope, abs=3e-4)
    assert end == pytest.approx(midpoint + fallen / slope, abs=1e-4)


def test_elbow_of_an_exponential_is_known():
    most_concave, end = elbow_of(Decay(0.2, (Logistic(0.8, 25.0, -1.0, 1.0),)))
    assert most_concave == 0
    assert end == pytest.approx(math.log(50) / 25, abs=1e-4)


def test_elbow_beyond_the_range_ends_with_it():
    assert elbow_of(Decay(0.0, (Logistic(1.0, 1.0, 0.0, 1.0),)))[1] == 1.0
    assert elbow_of(Decay(0.0, (Logistic(1.0, 50.0, 1.4, 1.0),)))[1] == 1.0


@pytest.mark.parametrize("nu", [0.1, 0.4, 1.0, 3.0])
@pytest.mark.parametrize("slope", [8.0, 60.0])
def test_one_function_is_recovered(nu, slope):
    truth = Decay(0.05, (Logistic(0.95, slope, 0.25, nu),))
    found = fit_decay(X, truth.value(X))
    assert len(found.terms) == 1
    np.testing.assert_allclose(found.value(X), truth.value(X), atol=1e-4)
    assert elbow_of(found) == pytest.approx(elbow_of(truth), abs=2e-3)


def test_two_functions_are_recovered():
    truth = Decay(0.02, (Logistic(0.55, 150.0, 0.04, 0.5), Logistic(0.43, 14.0, 0.5, 1.2)))
    found = fit_decay(X, truth.value(X))
    assert len(found.terms) == 2
    np.testing.assert_allclose(found.value(X), truth.value(X), atol=2e-3)
    assert elbow_of(found) == pytest.approx(elbow_of(truth), abs=5e-3)


def test_noise_does_not_call_for_a_second_function():
    truth = Decay(0.05, (Logistic(0.95, 20.0, 0.3, 0.6),))
    noise = np.random.default_rng(0).normal(0, 0.02, len(X))
    found = fit_decay(X, np.sort(truth.value(X) + noise)[::-1].clip(0))
    assert len(found.terms) == 1


def test_fitted_parameters_are_never_negative():
    for seed in range(2):
        y = np.sort(np.random.default_rng(seed).random(len(X)))[::-1]
        found = fit_decay(X, y)
        assert found.base >= 0
        assert all(t.drop >= 0 and t.slope >= 0 and t.nu > 0 for t in found.terms)


def test_level_values_have_no_curve():
    assert fit_decay(X, np.full(len(X), 0.5)) is None


@pytest.mark.parametrize("place", [1, 30, 499])
def test_a_single_step_is_fitted(place):
    y = np.where(np.arange(len(X)) < place, 1.0, 0.1)
    _, end = elbow_of(fit_decay(X, y))
    assert X[place - 1] <= end <= X[place] + 0.02


# --- the plateau ---------------------------------------------------------------------------------


def test_plateau_is_where_the_neighbourhood_grows_most():
    merges = np.array([1, 1.1, 1.2, 1.3, 2.0, 2.1, 2.2, 6.0, 6.5])
    assert plateau_start(merges, 12, 2, 100, 141) == 6.5
    assert plateau_start(merges, 10, 2, 100, 141) == 2.2


def test_plateau_must_double_the_neighbourhood():
    merges = np.array([1.0] * 9 + [1.4, 1.9])
    assert plateau_start(merges, 13, 2, 1.9, 2.6) is None  # 1.4 and 1.37 are under the root of 2
    assert plateau_start(merges, 13, 3, 1.9, 2.6) == 1.0  # but 1.4^3 is over 2


def test_plateau_needs_several_components():
    assert plateau_start(np.array([1.0, 1.0, 1.0, 1.0]), 5, 2, 50, 70) is None


def test_first_pairs_make_no_plateau():
    merges = np.array([0.001, 0.1, *np.linspace(1, 1.5, 97)])
    assert plateau_start(merges, 100, 2, 50, 70) is None


def test_coincident_localizations_make_no_plateau():
    assert plateau_start(np.zeros(8), 10, 2, 50, 70) is None


@pytest.mark.parametrize(("dimensions", "n_blobs"), [(2, 4), (2, 9), (3, 8)])
def test_well_separated_blobs_are_a_plateau(dimensions, n_blobs):
    points = blobs(n_blobs, 60, 20.0, dimensions)
    scale = elbow_length_scale(points, area=SIDE**dimensions)
    assert scale.method == "elbow-plateau"
    start = max(longest_link(points[i : i + 60]) for i in range(0, len(points), 60))
    assert scale.r0_nm == pytest.approx(start * 2 ** (1 / dimensions), rel=1e-9)
    at_r0 = np.searchsorted(scale.radii_nm, scale.r0_nm)
    assert scale.n_components[at_r0] == n_blobs
    assert scale.fitted_components is None
    assert scale.n_logistic is None


# --- the whole method ----------------------------------------------------------------------------


def test_clusters_among_scattered_localizations_need_two_functions():
    points = blobs(49, 60, 20.0, background=2000)
    scale = elbow_length_scale(points, area=SIDE**2)
    assert scale.method == "elbow-curve"
    assert scale.n_logistic == 2
    assert 4 < scale.elbow_max_concavity_nm < scale.r0_nm
    # wider than the spacing within a cluster, far under that of scattered localizations
    assert 12 < scale.r0_nm < 60


@pytest.mark.parametrize("dimensions", [2, 3])
def test_random_localizations_have_their_elbow_between_spacing_and_connection(dimensions):
    n = 3000
    points = np.random.default_rng(0).random((n, dimensions)) * SIDE
    scale = elbow_length_scale(points, area=SIDE**dimensions)
    spacing = SIDE / n ** (1 / dimensions)
    assert scale.method == "elbow-curve"
    assert 0.8 * spacing < scale.r0_nm < 2.5 * spacing
    assert scale.n_components[0] == n
    assert scale.n_components[-1] <= 3
    np.testing.assert_allclose(scale.fitted_components, scale.n_components, atol=0.03 * n)


def test_precision_widens_r0():
    points = blobs(49, 60, 20.0, background=1000)
    rng = np.random.default_rng(1)
    sigma = rng.uniform(8, 16, (len(points), 1)) * np.ones((1, 2))
    plain = elbow_length_scale(points, area=SIDE**2)
    blurred = elbow_length_scale(points, area=SIDE**2, sigma=sigma)
    # nothing co-occurs in 75% of realizations within less than the 75% radius of coincident pairs
    least = math.sqrt(2 * sigma.min() ** 2 * 2 * math.log(4))
    assert blurred.r0_nm > max(plain.r0_nm, least)
    assert (blurred.n_components[blurred.radii_nm < 0.99 * least] == len(points)).all()


def test_negligible_precision_changes_nothing():
    points = blobs(49, 40, 20.0, background=500)
    plain = elbow_length_scale(points, area=SIDE**2)
    sharp = elbow_length_scale(points, area=SIDE**2, sigma=np.full(points.shape, 1e-6))
    assert sharp.r0_nm == pytest.approx(plain.r0_nm, rel=1e-3)


@pytest.mark.parametrize("background", [0, 800])
@pytest.mark.parametrize("with_sigma", [False, True])
def test_invariances(background, with_sigma):
    points = blobs(16, 50, 25.0, background=background)
    rng = np.random.default_rng(2)
    sigma = rng.uniform(5, 15, (len(points), 1)) * np.ones((1, 2)) if with_sigma else None
    reference = elbow_length_scale(points, area=SIDE**2, sigma=sigma).r0_nm
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    rows = rng.permutation(len(points))
    for moved, moved_sigma, factor in (
        (points @ turn.T, sigma, 1.0),
        (points - 12_345.6, sigma, 1.0),
        (points[rows], None if sigma is None else sigma[rows], 1.0),
        (points * 0.001, None if sigma is None else sigma * 0.001, 0.001),
    ):
        scale = elbow_length_scale(moved, area=(SIDE * factor) ** 2, sigma=moved_sigma)
        assert scale.r0_nm == pytest.approx(reference * factor, rel=2e-3)


def test_same_input_gives_the_same_r0():
    points = blobs(16, 50, 25.0, background=500)
    assert elbow_length_scale(points, area=SIDE**2).r0_nm == (
        elbow_length_scale(points, area=SIDE**2).r0_nm
    )


def test_stacks_further_apart_than_the_range_get_its_end():
    corners = np.array([[0.0, 0.0], [4000.0, 0.0], [0.0, 4000.0], [4000.0, 4000.0]])
    scale = elbow_length_scale(np.repeat(corners, 25, axis=0), area=SIDE**2)
    assert scale.method == "elbow-curve"
    assert scale.fitted_components is None
    assert scale.r0_nm == scale.radii_nm[-1]
    assert (scale.n_components == 4).all()


@settings(max_examples=12, deadline=None)
@given(
    points=arrays(
        np.float64, st.tuples(st.integers(3, 30), st.integers(2, 3)), elements=st.integers(0, 6)
    ),
    with_sigma=st.booleans(),
)
def test_any_few_localizations_have_an_r0(points, with_sigma):
    if (points == points[0]).all():
        return
    sigma = 1.0 + points[::-1] if with_sigma else None
    scale = elbow_length_scale(points, area=6.0 ** points.shape[1], sigma=sigma)
    assert np.isfinite(scale.r0_nm)
    assert scale.r0_nm > 0


def test_input_is_left_alone():
    points = blobs(4, 30, 25.0)
    sigma = np.full(points.shape, 5.0)
    before = points.copy()
    elbow_length_scale(points, area=SIDE**2, sigma=sigma)
    np.testing.assert_array_equal(points, before)
    np.testing.assert_array_equal(sigma, 5.0)


def test_stops_on_request():
    with pytest.raises(Cancelled):
        elbow_length_scale(
            blobs(4, 30, 25.0), area=SIDE**2, progress=Progress(should_stop=lambda: True)
        )


def test_impossible_input_is_refused():
    points = blobs(4, 30, 25.0)
    with pytest.raises(InputError, match="at least 3 localizations; got 2"):
        elbow_length_scale(points[:2], area=1.0)
    with pytest.raises(InputError, match="same position"):
        elbow_length_scale(np.ones((10, 2)), area=1.0)
    with pytest.raises(ParameterError, match="area=0"):
        elbow_length_scale(points, area=0.0)
    for wrong in (0.0, -1.0, np.nan, np.inf):
        sigma = np.full(points.shape, 5.0)
        sigma[7, 1] = wrong
        with pytest.raises(InputError, match="Localization 7"):
            elbow_length_scale(points, area=1.0, sigma=sigma)
