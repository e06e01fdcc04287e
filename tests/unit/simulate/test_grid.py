import itertools
from collections import Counter

import numpy as np
import pytest

from stormgraph_py.simulate import paper_grid_2d, paper_grid_3d, simulate_grid
from stormgraph_py.simulate.grid import LEVELS_2D, LEVELS_3D
from stormgraph_py.simulate.nanoclusters import place

GRIDS = pytest.mark.parametrize(
    ("make", "levels", "n_sets"),
    [
        pytest.param(paper_grid_2d, LEVELS_2D, 64, id="2-D"),
        pytest.param(paper_grid_3d, LEVELS_3D, 130, id="3-D"),
    ],
)


@GRIDS
@pytest.mark.parametrize("seed", [0, 1])
def test_levels_are_balanced_and_pairs_of_levels_covered(make, levels, n_sets, seed):
    grid = make(seed)
    assert len(grid) == len(set(grid)) == n_sets
    for name, values in levels.items():
        counts = Counter(getattr(params, name) for params in grid)
        assert set(counts) == set(values)
        assert max(counts.values()) - min(counts.values()) <= 1
    for a, b in itertools.combinations(levels, 2):
        pairs = {(getattr(params, a), getattr(params, b)) for params in grid}
        assert len(pairs) == len(levels[a]) * len(levels[b])


@GRIDS
def test_the_first_sixteen_sets_cover_every_level(make, levels, n_sets):
    for name, values in levels.items():
        counts = Counter(getattr(params, name) for params in make()[:16])
        assert set(counts) == set(values)
        assert max(counts.values()) - min(counts.values()) <= 1


@GRIDS
def test_what_the_paper_fixes(make, levels, n_sets):
    for params in make():
        assert params.n_molecules == 3000
        assert params.p == 5
        assert params.roi_nm == (2000.0, 2000.0, 1000.0)[: params.dimensions]
        assert (params.focal_sd_nm is None) == (params.dimensions == 2)


@GRIDS
def test_every_set_has_room(make, levels, n_sets):
    for position, params in enumerate(make()):
        layout = place(params, np.random.default_rng(position))
        assert len(layout) == params.n_nanoclusters


@GRIDS
def test_one_seed_one_grid(make, levels, n_sets):
    assert make(5) == make(5)
    assert make(5) != make(6)


def test_sets_have_seeds_of_their_own_that_do_not_depend_on_the_rest():
    grid = [params for params in paper_grid_2d() if params.expected_localizations < 7000][:3]
    everything = [data.seed for data in simulate_grid(grid, 1)]
    assert len(set(everything)) == 3
    assert [data.seed for data in simulate_grid(grid[:2], 1)] == everything[:2]
    assert next(simulate_grid(grid, 2)).seed != everything[0]
