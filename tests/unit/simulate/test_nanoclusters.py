import numpy as np
import pytest
from scipy.spatial import KDTree
from scipy.stats import chisquare, geom, kstest, norm, truncnorm

from stormgraph_py.errors import ParameterError
from stormgraph_py.simulate import NanoclusterParams, SigmaSample, simulate_nanoclusters

SPACE = {"roi_nm": (2000, 2000, 1000), "radius_nm": 50, "density": 1e-4}
BOTH = [
    pytest.param({}, id="2-D"),
    pytest.param({**SPACE, "background_fraction": 0.01}, id="3-D"),
]


@pytest.fixture(scope="module", params=BOTH)
def data(request):
    return simulate_nanoclusters(NanoclusterParams(**request.param), 7)


def test_rows_share_the_truth_of_their_molecule(data):
    np.testing.assert_array_equal(data.nanocluster, data.molecules.nanoclusters[data.molecule])
    np.testing.assert_array_equal(data.aggregate, data.molecules.aggregates[data.molecule])
    clustered = data.nanocluster >= 0
    np.testing.assert_array_equal(
        data.aggregate[clustered], data.layout.aggregates[data.nanocluster[clustered]]
    )
    assert (data.aggregate[~clustered] == -1).all()
    assert np.array_equal(np.unique(data.molecule), np.arange(len(data.molecules)))


def test_clustered_molecules_are_shared_out_evenly(data):
    counts = np.bincount(data.molecules.nanoclusters[data.molecules.nanoclusters >= 0])
    assert len(counts) == data.params.n_nanoclusters
    assert counts.sum() == data.params.n_molecules
    assert np.ptp(counts) <= 1
    density = counts.mean() / data.params.nanocluster_size
    assert density == pytest.approx(data.params.density, rel=0.02)


def test_molecules_are_uniform_inside_their_nanocluster(data):
    clustered = data.molecules.nanoclusters >= 0
    offset = (
        data.molecules.positions_nm[clustered]
        - data.layout.centers_nm[data.molecules.nanoclusters[clustered]]
    )
    radius = np.linalg.norm(offset, axis=1) / data.params.radius_nm
    assert radius.max() <= 1 + 1e-9
    assert kstest(radius**data.params.dimensions, "uniform").pvalue > 1e-3
    np.testing.assert_allclose(offset.mean(axis=0) / data.params.radius_nm, 0, atol=0.04)


def test_background_lies_outside_every_nanocluster(data):
    background = data.molecules.positions_nm[data.molecules.nanoclusters < 0]
    nearest, _ = KDTree(data.layout.centers_nm).query(background)
    assert nearest.min() > data.params.radius_nm
    assert (background >= 0).all()
    assert (background <= np.array(data.params.roi_nm)).all()
    free = data.area - len(data.layout) * data.params.nanocluster_size
    wanted = data.params.background_fraction * data.params.density
    assert len(background) / free == pytest.approx(wanted, rel=1e-3)


def test_blinks_are_geometric(data):
    n_blinks = np.bincount(data.molecule)
    success = 1 / data.params.mean_blinks
    observed = np.bincount(np.minimum(n_blinks, 8), minlength=9)[1:]
    expected = geom.pmf(np.arange(1, 9), success)
    expected[-1] = geom.sf(7, success)
    assert chisquare(observed, expected * len(n_blinks)).pvalue > 1e-3


@pytest.mark.parametrize("mean_blinks", [1, 4 / 3, 4])
def test_mean_blinks(mean_blinks):
    data = simulate_nanoclusters(NanoclusterParams(mean_blinks=mean_blinks), 1)
    n = len(data.molecules)
    standard_error = np.sqrt((mean_blinks**2 - mean_blinks) / n)
    assert abs(len(data) / n - mean_blinks) <= 4 * standard_error


def test_every_blink_has_the_precision_of_its_molecule_and_that_error(data):
    sigma = data.localizations.sigma
    order = np.argsort(data.molecule, kind="stable")
    again = np.diff(data.molecule[order]) == 0
    assert again.any()
    assert not np.diff(sigma[order], axis=0)[again].any()
    X = data.localizations.coordinates()
    error = (X - data.molecules.positions_nm[data.molecule]) / sigma
    for axis in range(data.params.dimensions):
        assert kstest(error[:, axis], norm.cdf).pvalue > 1e-3


def test_rows_tell_nothing_about_the_truth(data):
    half = len(data) // 2
    background = data.aggregate < 0
    spread = 4 * np.sqrt(0.25 / half)
    assert background[:half].mean() == pytest.approx(background[half:].mean(), abs=spread)
    assert (np.diff(data.localizations.frame) >= 0).all()


def test_area_is_that_of_the_roi(data):
    assert data.area == np.prod(data.params.roi_nm)
    assert data.localizations.dimensions == data.params.dimensions


def test_localizations_fade_away_from_the_focal_plane():
    params = NanoclusterParams(
        **SPACE,
        background_fraction=0.03,
        n_molecules=50,
        focal_sd_nm=200,
        sigma=SigmaSample([1e-3]),
    )
    data = simulate_nanoclusters(params, 3)
    z = data.localizations.xyz[data.aggregate < 0, 2]
    assert kstest(z, truncnorm(-2.5, 2.5, loc=500, scale=200).cdf).pvalue > 1e-3


@pytest.mark.parametrize(
    "options",
    [{}, {"mean_blinks": 4}, {**SPACE, "background_fraction": 0.02, "focal_sd_nm": 150}],
)
def test_expected_number_of_localizations(options):
    params = NanoclusterParams(**options)
    counts = [len(simulate_nanoclusters(params, seed)) for seed in range(8)]
    assert np.mean(counts) == pytest.approx(params.expected_localizations, rel=0.03)


def test_precisions_come_from_the_sample():
    params = NanoclusterParams(sigma=SigmaSample([[3.0, 4.0], [9.0, 8.0]]))
    sigma = simulate_nanoclusters(params, 0).localizations.sigma
    assert {tuple(row) for row in sigma.tolist()} == {(3.0, 4.0), (9.0, 8.0)}


def test_photons_and_precision_agree():
    table = simulate_nanoclusters(NanoclusterParams(sigma=SigmaSample([13.5])), 0).localizations
    assert (table.table["photons"] == 100).all()


def test_the_same_seed_gives_the_same_table():
    params = NanoclusterParams(n_molecules=300)
    first = simulate_nanoclusters(params, 11)
    assert first.seed == 11
    again = simulate_nanoclusters(params, np.random.default_rng(11))
    assert again.seed is None
    assert first.localizations.table.equals(again.localizations.table)
    other = simulate_nanoclusters(params, 12)
    assert not first.localizations.table.equals(other.localizations.table)


def test_no_background():
    data = simulate_nanoclusters(NanoclusterParams(background_fraction=0), 0)
    assert (data.aggregate >= 0).all()


def test_a_roi_without_room_is_an_error():
    with pytest.raises(ParameterError, match="room for"):
        simulate_nanoclusters(NanoclusterParams(roi_nm=(400, 400)))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"radius_nm": 0}, "radius_nm=0"),
        ({"density": -1}, "density=-1"),
        ({"background_fraction": -0.1}, "background_fraction=-0.1"),
        ({"mean_blinks": 0.5}, "mean_blinks=0.5"),
        ({"mean_blinks": np.inf}, "mean_blinks=inf"),
        ({"separation": np.nan}, "separation=nan"),
        ({"n_molecules": 0}, "n_molecules=0"),
        ({"n_molecules": 10.5}, "n_molecules=10.5"),
        ({"p": 0}, "p=0"),
        ({"q": True}, "q=True"),
        ({"roi_nm": (2000,)}, "roi_nm"),
        ({"roi_nm": (2000, -1)}, "roi_nm"),
        ({"focal_sd_nm": 250}, "third side"),
        ({**SPACE, "focal_sd_nm": 0}, "focal_sd_nm=0"),
    ],
)
def test_parameters_out_of_bounds_are_refused(options, message):
    with pytest.raises(ParameterError, match=message):
        NanoclusterParams(**options)


@pytest.mark.parametrize(
    ("options", "n_nanoclusters"),
    [
        ({"radius_nm": 20, "density": 0.01}, 239),
        ({"radius_nm": 50, "density": 0.02}, 19),
        ({**SPACE, "density": 2e-4}, 29),
        ({"n_molecules": 1}, 1),
    ],
)
def test_number_of_nanoclusters_holds_the_molecules(options, n_nanoclusters):
    assert NanoclusterParams(**options).n_nanoclusters == n_nanoclusters
