import numpy as np
import pytest

from stormgraph_py.errors import ParameterError
from stormgraph_py.simulate import NanoclusterParams, simulate_two_colours

PARAMS = NanoclusterParams(n_molecules=1500)


def aggregates_of(data, channel):
    found = np.unique(data.aggregate[data.localizations.channel == channel])
    return set(found[found >= 0].tolist())


@pytest.mark.parametrize("shared_fraction", [0, 0.3, 0.5, 1])
def test_share_of_aggregates_that_hold_both_colours(shared_fraction):
    data = simulate_two_colours(PARAMS, 2, shared_fraction=shared_fraction)
    first, second = aggregates_of(data, 1), aggregates_of(data, 2)
    assert len(first | second) == data.layout.n_aggregates
    assert len(first & second) == round(shared_fraction * data.layout.n_aggregates)
    assert abs(len(first - second) - len(second - first)) <= 1


def test_each_colour_has_the_full_density_and_its_own_molecules():
    data = simulate_two_colours(PARAMS, 2, shared_fraction=1)
    for channel in (1, 2):
        own = data.molecules.channels == channel
        clustered = data.molecules.nanoclusters[own]
        counts = np.bincount(clustered[clustered >= 0], minlength=len(data.layout))
        density = counts / PARAMS.nanocluster_size
        np.testing.assert_allclose(density, PARAMS.density, rtol=0.05)
        assert np.sum(clustered < 0) == PARAMS.n_background
    both = data.molecules.positions_nm
    assert len(np.unique(both, axis=0)) == len(both)


def test_a_molecule_has_one_colour():
    data = simulate_two_colours(PARAMS, 2)
    np.testing.assert_array_equal(
        data.localizations.channel, data.molecules.channels[data.molecule]
    )


def test_reproducible():
    def table(seed):
        return simulate_two_colours(PARAMS, seed).localizations.table

    assert table(3).equals(table(3))
    assert not table(3).equals(table(4))


@pytest.mark.parametrize("shared_fraction", [-0.1, 1.1, np.nan])
def test_a_share_out_of_bounds_is_refused(shared_fraction):
    with pytest.raises(ParameterError, match="shared_fraction"):
        simulate_two_colours(PARAMS, shared_fraction=shared_fraction)
