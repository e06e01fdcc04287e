import numpy as np
import pytest
from scipy.spatial import KDTree

from stormgraph_py.errors import ParameterError
from stormgraph_py.simulate import NanoclusterParams, simulate_tiled

SPACE = NanoclusterParams(
    roi_nm=(2000, 2000, 1000),
    radius_nm=50,
    density=1e-4,
    background_fraction=0.01,
    focal_sd_nm=250,
)


@pytest.mark.parametrize("n", [500, 5000, 30_000, 200_000])
def test_number_of_localizations_is_close(n):
    params = NanoclusterParams()
    data = simulate_tiled(n, 0, params)
    nanocluster = params.density * params.nanocluster_size * params.mean_blinks
    assert len(data) == pytest.approx(n, abs=5 * np.sqrt(2 * n) + nanocluster)


@pytest.mark.parametrize("n", [5000, 60_000])
def test_densities_do_not_depend_on_the_size(n):
    params = NanoclusterParams()
    data = simulate_tiled(n, 0, params)
    clustered = np.sum(data.molecules.nanoclusters >= 0)
    assert clustered / data.area == pytest.approx(3000 / 4e6, rel=0.02)
    assert clustered / len(data.layout) == pytest.approx(3000 / 106, rel=0.05)
    background = len(data.molecules) - clustered
    assert background / data.area == pytest.approx(params.n_background / 4e6, rel=0.02)


@pytest.mark.parametrize("params", [NanoclusterParams(), SPACE], ids=["2-D", "3-D"])
def test_aggregates_keep_their_separation_across_rois(params):
    data = simulate_tiled(60_000, 1, params)
    layout = data.layout
    closest = 2 * params.radius_nm + params.separation * params.radius_nm
    pairs = KDTree(layout.centers_nm).query_pairs(closest * (1 - 1e-9), output_type="ndarray")
    assert len(pairs)
    assert (layout.aggregates[pairs[:, 0]] == layout.aggregates[pairs[:, 1]]).all()
    assert (layout.centers_nm >= params.radius_nm).all()
    assert (layout.centers_nm <= np.array(data.roi_nm) - params.radius_nm).all()


def test_aggregates_of_different_rois_have_different_numbers():
    data = simulate_tiled(60_000, 1)
    for aggregate in range(data.layout.n_aggregates):
        extent = np.ptp(data.layout.centers_nm[data.layout.aggregates == aggregate], axis=0)
        assert (extent < 2000).all()
    assert np.array_equal(np.unique(data.layout.aggregates), np.arange(data.layout.n_aggregates))


def test_depth_stays_that_of_one_roi():
    data = simulate_tiled(40_000, 0, SPACE)
    assert data.roi_nm[2] == 1000
    assert len(data) == pytest.approx(40_000, rel=0.05)


def test_reproducible():
    assert simulate_tiled(3000, 1).localizations.table.equals(
        simulate_tiled(3000, 1).localizations.table
    )


def test_nothing_is_not_a_number_of_localizations():
    with pytest.raises(ParameterError, match="n_localizations=0"):
        simulate_tiled(0)


@pytest.mark.slow
def test_a_million():
    assert len(simulate_tiled(1_000_000, 0)) == pytest.approx(1_000_000, rel=0.01)
