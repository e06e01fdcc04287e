import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormgraph_gui.models.cloud import Cloud
from stormgraph_gui.models.cluster_colors import UNCLUSTERED, cluster_colors
from stormgraph_gui.models.color_maps import COLOR_MAPS, color_map
from stormgraph_gui.models.coloring import (
    CHANNEL_COLORS,
    cluster_levels,
    color_clusters,
    color_field,
)
from stormgraph_gui.models.density import Box, Grid, Plane
from stormgraph_gui.models.display import DisplayState
from stormgraph_gui.models.marks import draw_circles, draw_discs
from stormgraph_gui.models.outlines import Outlines
from stormgraph_gui.models.painting import MOST_POINTS, Sheet, paint
from stormgraph_py import Localizations


def points(n, seed=0, side=5000.0):
    return np.random.default_rng(seed).uniform(-300, side, (n, 2))


def by_histogram(xy, grid):
    """Counts per pixel by numpy's histogram."""
    columns = grid.left + grid.pixel_nm * np.arange(grid.n_columns + 1)
    rows = grid.low + grid.pixel_nm * np.arange(grid.n_rows + 1)
    return np.histogram2d(xy[:, 1], xy[:, 0], bins=(rows, columns))[0]


@settings(max_examples=25, deadline=None)
@given(
    left=st.floats(-6000, 6000),
    low=st.floats(-6000, 6000),
    pixel_nm=st.floats(0.5, 400),
    seed=st.integers(0, 5),
)
def test_pixels_hold_what_a_histogram_counts(left, low, pixel_nm, seed):
    xy = points(3000, seed)
    grid = Grid(left, low, pixel_nm, 64, 48)
    expected = by_histogram(xy, grid)
    for plane in (Plane(xy), Plane(xy).arranged()):
        counts = plane.pixels(grid).counts()
        # positions are rounded to 32 bits: what lies on the border of a pixel may change sides
        assert counts.shape == (48, 64)
        assert np.abs(counts - expected).sum() <= 4
    np.testing.assert_array_equal(
        Plane(xy).pixels(grid).counts(), Plane(xy).arranged().pixels(grid).counts()
    )


@settings(max_examples=25, deadline=None)
@given(
    x=st.floats(-6000, 6000),
    y=st.floats(-6000, 6000),
    width=st.floats(0, 9000),
    height=st.floats(0, 9000),
)
def test_a_rectangle_holds_the_same_arranged_or_not(x, y, width, height):
    xy = points(2000)
    box = Box(x, y, x + width, y + height)
    kept = np.arange(len(xy)) % 2 == 0
    expected = {
        i for i, (px, py) in enumerate(xy) if x <= px <= x + width and y <= py <= y + height
    }
    for plane in (Plane(xy), Plane(xy).arranged()):
        found = plane.numbers(plane.inside(box)).tolist()
        assert len(found) == len(set(found))
        assert len(expected ^ set(found)) <= 1
        some = plane.numbers(plane.inside(box, plane.taken(kept)))
        assert set(some.tolist()) == {i for i in found if kept[i]}


def test_positions_survive_within_a_hundredth_of_a_nanometre():
    xy = points(1000, side=100_000.0) + 1e6
    plane = Plane(xy).arranged()
    numbers = plane.numbers(np.arange(1000))
    np.testing.assert_allclose(plane.positions(slice(None)), xy[numbers], atol=0.01)


@pytest.mark.parametrize("xy", [[[5.0, 7.0]], [[0.0, 0.0], [0.0, 0.0]], [[0.0, 3.0], [9.0, 3.0]]])
def test_fields_without_extent_are_counted_too(xy):
    plane = Plane(np.array(xy)).arranged()
    assert plane.pixels(Grid(-10, -10, 1.0, 40, 40)).counts().sum() == len(xy)


def test_sums_by_pixel_are_those_of_a_loop():
    xy, values = points(500), np.random.default_rng(1).random(500)
    plane, grid = Plane(xy).arranged(), Grid(0, 0, 500, 8, 8)
    pixels = plane.pixels(grid)
    expected = np.zeros((8, 8))
    for (x, y), value in zip(xy, values, strict=True):
        if 0 <= x < 4000 and 0 <= y < 4000:
            expected[int(y // 500), int(x // 500)] += value
    np.testing.assert_allclose(pixels.sums(pixels.near.of(plane.taken(values))), expected)


def cloud(n, **columns):
    return Cloud(Localizations.from_arrays(points(n), **columns))


def sheet(made, by, state):
    return Sheet(made, color_field(made, by, state.color_map), made.kept(state))


WHOLE = Grid(-400, -400, 20.0, 300, 300)


def test_a_pixel_without_localizations_is_background_in_the_density_picture():
    state = DisplayState(gamma=1.0)
    made = Cloud(Localizations.from_arrays(np.repeat([[100.0, 100.0]], 3 * MOST_POINTS, axis=0)))
    picture = paint([sheet(made, "density", state)], Grid(0, 0, 10.0, 50, 50), state)
    assert not picture.has_points
    colors = color_map(state.color_map)
    np.testing.assert_array_equal(picture.pixels[10, 10, :3], colors[-1])
    np.testing.assert_array_equal(picture.pixels[40, 40, :3], colors[0])


def test_channels_add_up():
    n = 2 * MOST_POINTS + 2
    made = Cloud(
        Localizations.from_arrays(
            np.repeat([[100.0, 100.0]], n, axis=0), channel=np.arange(n) % 2 + 3
        )
    )
    state = DisplayState()
    grid = Grid(0, 0, 10.0, 20, 20)
    both = paint([sheet(made, "channel", state)], grid, state).pixels[10, 10, :3]
    expected = np.minimum(CHANNEL_COLORS[:2].astype(int).sum(axis=0), 255)
    np.testing.assert_allclose(both, expected, atol=2)
    hidden = dataclasses.replace(state, hidden_channels=frozenset({3}))
    one = paint([sheet(made, "channel", hidden)], grid, hidden)
    np.testing.assert_allclose(one.pixels[10, 10, :3], CHANNEL_COLORS[1], atol=2)
    assert one.n_drawn == n // 2


def test_values_colour_by_their_mean():
    n = 2 * MOST_POINTS + 2
    xy = np.repeat([[100.0, 100.0], [300.0, 100.0]], n // 2, axis=0)
    made = Cloud(Localizations.from_arrays(xy, photons=np.repeat([100.0, 900.0], n // 2)))
    state = DisplayState(color_map="viridis")
    pixels = paint([sheet(made, "photons", state)], Grid(0, 0, 10.0, 40, 20), state).pixels
    # the darkest colours cannot be seen on the background and are left out
    low, high = color_map("viridis")[[40, -1]].astype(int)
    np.testing.assert_allclose(pixels[10, 10, :3], low, atol=2)
    np.testing.assert_allclose(pixels[10, 30, :3], high, atol=2)
    assert pixels[5, 5, 3] == 0


def test_unknown_precision_is_grey():
    made = Cloud(
        Localizations.from_arrays(
            [[50.0, 50.0], [150.0, 50.0], [250.0, 50.0]], sigma=[5, np.nan, 9]
        )
    )
    state = DisplayState(show_precision=False, point_size=6.0)
    pixels = paint([sheet(made, "precision", state)], Grid(0, 0, 10.0, 30, 10), state).pixels
    np.testing.assert_array_equal(pixels[5, 15, :3], UNCLUSTERED)


def test_points_take_the_place_of_the_picture_when_there_are_few():
    state, made = DisplayState(), cloud(MOST_POINTS + 5000)
    whole = paint([sheet(made, "density", state)], WHOLE, state)
    assert (whole.has_points, whole.n_drawn) == (False, MOST_POINTS + 5000)
    part = paint([sheet(made, "density", state)], Grid(0, 0, 2.0, 300, 300), state)
    assert part.has_points
    inside = made.plane.inside(Box(0, 0, 600, 600))
    assert part.n_drawn == len(inside)


def test_clusters_lie_over_unclustered_localizations():
    n = MOST_POINTS
    xy = np.repeat([[50.0, 50.0], [150.0, 50.0]], n, axis=0)
    labels = np.full(2 * n, -1)
    labels[0] = 0
    made = Cloud(Localizations.from_arrays(xy))
    state = DisplayState()
    one = Sheet(made, color_clusters(made, labels, ()), None)
    pixels = paint([one], Grid(0, 0, 10.0, 20, 10), state).pixels
    np.testing.assert_array_equal(pixels[5, 5, :3], cluster_colors(np.array([0]))[0, :3])
    np.testing.assert_array_equal(pixels[5, 15, :3], UNCLUSTERED)


def test_a_slab_leaves_out_what_lies_above_and_below():
    rng = np.random.default_rng(0)
    made = Cloud(Localizations.from_arrays(rng.uniform(0, 1000, (400, 3))))
    state = DisplayState(slab_nm=(200.0, 500.0))
    picture = paint([sheet(made, "density", state)], Grid(-5, -5, 5, 210, 210), state)
    z = made.localizations.xyz[:, 2]
    assert picture.n_drawn == ((z >= 200) & (z <= 500)).sum()


def test_discs_cover_their_area():
    image = np.zeros((60, 60, 4), dtype=np.uint8)
    color = np.array([[255, 0, 0]], dtype=np.uint8)
    draw_discs(image, np.array([[30.3, 29.8]]), 12.0, color)
    assert image[..., 3].sum() / 255 == pytest.approx(np.pi * 36, rel=0.03)
    rows, columns = np.nonzero(image[..., 3])
    weights = image[rows, columns, 3]
    assert np.average(columns + 0.5, weights=weights) == pytest.approx(30.3, abs=0.1)
    assert np.average(rows + 0.5, weights=weights) == pytest.approx(29.8, abs=0.1)


def test_circles_have_the_radius_of_the_precision():
    image = np.zeros((80, 80, 4), dtype=np.uint8)
    color = np.array([[0, 255, 0]], dtype=np.uint8)
    draw_circles(image, np.array([[40.0, 40.0]]), np.array([[20.0, 10.0]]), color, 0.5)
    rows, columns = np.nonzero(image[..., 3])
    assert np.ptp(columns) == pytest.approx(40, abs=2)
    assert np.ptp(rows) == pytest.approx(20, abs=2)
    assert image[40, 40, 3] == 0
    assert image[..., 3].max() <= 128


def test_marks_outside_the_image_are_left_out():
    image = np.zeros((10, 10, 4), dtype=np.uint8)
    color = np.array([[9, 9, 9]], dtype=np.uint8)
    draw_discs(image, np.array([[-50.0, 3.0]]), 4.0, color)
    draw_circles(image, np.array([[500.0, 500.0]]), np.array([[20.0, 20.0]]), color, 0.5)
    assert not image.any()


def test_levels_are_the_coarsest_that_hold_a_cluster():
    coarse = np.array([0, 0, 0, 0, 1, 1, -1])
    fine = np.array([0, 0, 1, 1, 2, 2, -1])
    labels = np.array([1, 1, 2, 2, 0, 0, -1])
    assert cluster_levels(labels, (coarse, fine)).tolist() == [0, 1, 1]


def test_a_place_is_inside_the_smallest_outline_around_it():
    def square(side):
        return np.array([[0, 0], [side, 0], [side, side], [0, side], [0, 0]], dtype=float)

    outlines = Outlines({4: [square(10)], 2: [square(100), square(50) + 40], 9: []})
    assert outlines.around(5, 5) == 4
    assert outlines.around(20, 20) == 2
    assert outlines.around(60, 60) is None
    assert outlines.around(500, 5) is None


def test_colours_of_clusters_are_stable_and_unclustered_is_grey():
    labels = np.array([3, -1, 3, 0])
    colors = cluster_colors(labels)
    assert colors.dtype == np.uint8
    np.testing.assert_array_equal(colors[0], colors[2])
    np.testing.assert_array_equal(colors[0], cluster_colors(np.arange(9))[3])
    assert colors[1].tolist() == [*UNCLUSTERED, 255]
    assert len(np.unique(cluster_colors(np.arange(12)), axis=0)) == 12


@pytest.mark.parametrize("name", COLOR_MAPS)
def test_colour_maps_go_evenly_from_dark_to_light(name):
    light = color_map(name) @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(light) > -1.5).all()
    assert abs(light[-1] - light[0]) > 150


@pytest.mark.parametrize("name", ["inferno", "viridis", "cividis", "magma"])
def test_colour_maps_are_those_of_matplotlib(name):
    from matplotlib import colormaps

    theirs = colormaps[name](np.arange(256))[:, :3] * 255
    assert np.abs(color_map(name) - theirs).max() < 7
