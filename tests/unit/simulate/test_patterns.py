import numpy as np
import pytest
from scipy.stats import kstest

from stormgraph_py.errors import ParameterError
from stormgraph_py.simulate import LognormalSigma, SigmaSample, simulate_random


@pytest.mark.parametrize("roi_nm", [(3000, 500), (1000, 2000, 500)])
def test_molecules_are_uniform_over_the_roi(roi_nm):
    data = simulate_random(roi_nm, 0, n_molecules=20_000)
    X = data.localizations.coordinates()
    assert X.shape == (20_000, len(roi_nm))
    for axis, side in enumerate(roi_nm):
        assert kstest(X[:, axis] / side, "uniform").pvalue > 1e-3
    assert data.area == np.prod(roi_nm)


def test_everything_is_background():
    data = simulate_random(n_molecules=50)
    assert (data.aggregate == -1).all()
    assert (data.nanocluster == -1).all()
    assert sorted(data.molecule) == list(range(50))
    assert data.params is None


def test_counts_of_a_density_are_poisson():
    counts = [len(simulate_random((2000, 1000), seed, density_per_um2=25)) for seed in range(400)]
    assert np.mean(counts) == pytest.approx(50, abs=4 * np.sqrt(50 / 400))
    assert np.var(counts) == pytest.approx(50, rel=4 * np.sqrt(2 / 400))


def test_without_sigma_the_precision_is_unknown():
    assert simulate_random(n_molecules=5).localizations.sigma is None


def test_blinking_molecules_scatter_by_their_precision():
    data = simulate_random(n_molecules=4000, sigma=SigmaSample([6.0]), mean_blinks=3)
    assert len(data) == pytest.approx(12_000, abs=4 * np.sqrt(4000 * 6))
    error = data.localizations.xy - data.molecules.positions_nm[data.molecule]
    assert error.std() == pytest.approx(6, rel=0.02)


def test_an_empty_roi():
    assert len(simulate_random(n_molecules=0, sigma=LognormalSigma())) == 0


def test_reproducible():
    def table(seed):
        return simulate_random(random_state=seed, density_per_um2=100).localizations.table

    assert table(3).equals(table(3))
    assert not table(3).equals(table(4))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "give one of them"),
        ({"n_molecules": 5, "density_per_um2": 5}, "give one of them"),
        ({"n_molecules": -1}, "n_molecules=-1"),
        ({"density_per_um2": np.nan}, "density_per_um2=nan"),
        ({"n_molecules": 5, "mean_blinks": 0.5}, "mean_blinks=0.5"),
        ({"n_molecules": 5, "mean_blinks": 2}, "needs sigma"),
        ({"n_molecules": 5, "roi_nm": (0, 10)}, "roi_nm"),
        ({"density_per_um2": 5, "roi_nm": (10, 10, 10)}, "give n_molecules"),
    ],
)
def test_impossible_requests_are_refused(options, message):
    with pytest.raises(ParameterError, match=message):
        simulate_random(**options)
