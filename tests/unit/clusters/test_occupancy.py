"""Cells filled by simplices, held against a search of every cell."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import Delaunay

from stormgraph_py.clusters.occupancy import Grid
from stormgraph_py.errors import ParameterError


def inside_by_search(grid: Grid, corners: np.ndarray) -> np.ndarray:
    """Flat numbers of the cells whose centre one triangulation finds inside one simplex."""
    centers = grid.centers(np.arange(grid.n_cells))
    return np.flatnonzero(Delaunay(corners).find_simplex(centers) >= 0)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([2, 3]))
def test_cells_are_those_whose_centre_lies_in_a_simplex(seed: int, dimensions: int) -> None:
    rng = np.random.default_rng(seed)
    corners = rng.uniform(-20, 120, (3, dimensions + 1, dimensions))
    grid = Grid.covering(np.zeros(dimensions), np.full(dimensions, 100.0), rng.uniform(6, 15))
    cells, owner = grid.filled(corners, np.arange(3))
    for simplex in range(3):
        np.testing.assert_array_equal(
            cells[owner == simplex], inside_by_search(grid, corners[simplex])
        )


def test_simplices_of_one_shape_fill_a_cell_once() -> None:
    square = np.array([[[0, 0], [8, 0], [8, 8]], [[0, 0], [8, 8], [0, 8]]], dtype=float)
    grid = Grid.covering(np.zeros(2), np.full(2, 8.0), 1.0)
    cells, owner = grid.filled(square, np.zeros(2, dtype=int))
    np.testing.assert_array_equal(cells, np.arange(64))
    assert not owner.any()


def test_a_flat_simplex_fills_nothing() -> None:
    flat = np.array([[[0, 0, 0], [9, 0, 0], [0, 9, 0], [9, 9, 0]]], dtype=float)
    grid = Grid.covering(np.full(3, -1.0), np.full(3, 10.0), 0.7)
    assert len(grid.filled(flat, np.zeros(1, dtype=int))[0]) == 0
    nothing = np.empty((0, 4, 3)), np.empty(0, dtype=int)
    assert len(grid.filled(*nothing)[0]) == 0


def test_looking_up_centres_finds_what_was_filled_and_nothing_lies_outside() -> None:
    grid = Grid.covering(np.array([5.0, -3.0]), np.array([45.0, 30.0]), 2.5)
    cells = np.random.default_rng(0).choice(grid.n_cells, 40, replace=False)
    found = grid.look_up(grid.occupancy(cells), grid.centers(np.arange(grid.n_cells)))
    np.testing.assert_array_equal(np.flatnonzero(found), np.sort(cells))
    outside = np.array([[4.9, 0.0], [1e9, 0.0], [10.0, -3.1], [10.0, 1e4]])
    assert not grid.look_up(np.ones(grid.shape, dtype=bool), outside).any()


@pytest.mark.parametrize("pitch", [0, -1, float("nan"), float("inf")])
def test_a_cell_has_a_size(pitch: float) -> None:
    with pytest.raises(ParameterError, match="not > 0"):
        Grid.covering(np.zeros(2), np.ones(2), pitch)
