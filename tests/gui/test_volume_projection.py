import dataclasses
import math

import numpy as np
import pytest

from stormgraph_gui.models.projection import (
    FIELD_OF_VIEW_DEG,
    Bounds,
    Camera,
    free_half,
    nearest_point,
    paint_points,
    project,
)
from stormgraph_gui.models.volume_axes import labelled_axes, nice_ticks, wall_lines

WIDTH, HEIGHT = 640, 480
ORIGIN = np.zeros(3)


def camera(**values):
    return Camera(center_nm=(100.0, 200.0, 50.0), distance_nm=1000.0, **values)


@pytest.mark.parametrize(
    ("axis", "step", "moves"),
    [
        ("z", (1, 0, 0), (1, 0)), ("z", (0, 1, 0), (0, 1)), ("z", (0, 0, 1), (0, 0)),
        ("y", (1, 0, 0), (1, 0)), ("y", (0, 0, 1), (0, -1)), ("y", (0, 1, 0), (0, 0)),
        ("x", (0, 1, 0), (1, 0)), ("x", (0, 0, 1), (0, -1)), ("x", (1, 0, 0), (0, 0)),
    ],
)  # fmt: skip
def test_views_along_an_axis_are_plans_in_true_scale(axis, step, moves):
    """XY has y downwards as the flat picture has; XZ and YZ have z upwards."""
    seen = camera().seen_along(axis)
    points = np.array([seen.center_nm, np.array(seen.center_nm) + 70 * np.array(step)])
    pixels, _ = project(points, seen, WIDTH, HEIGHT)
    np.testing.assert_allclose(pixels[0], (WIDTH / 2, HEIGHT / 2), atol=1e-9)
    expected = 70 / seen.nm_per_pixel(WIDTH, HEIGHT) * np.array(moves)
    np.testing.assert_allclose(pixels[1] - pixels[0], expected, atol=1e-9)


def test_perspective_is_the_textbook_pinhole():
    rng = np.random.default_rng(0)
    points = rng.uniform(-200, 300, (50, 3))
    seen = camera(azimuth_deg=33.0, elevation_deg=-41.0)
    pixels, nearness = project(points, seen, WIDTH, HEIGHT)
    a, e = math.radians(33), math.radians(-41)
    eye = np.array(seen.center_nm) + 1000 * np.array(
        [math.cos(e) * math.cos(a), math.cos(e) * math.sin(a), math.sin(e)]
    )
    forward = (np.array(seen.center_nm) - eye) / 1000
    right = np.cross(forward, (0, 0, 1))
    right /= np.linalg.norm(right)
    up = np.cross(right, forward)
    focal = 240 / math.tan(math.radians(FIELD_OF_VIEW_DEG / 2))
    for point, pixel, near in zip(points, pixels, nearness, strict=True):
        away = (point - eye) @ forward
        assert near == pytest.approx(1000 - away)
        assert pixel[0] == pytest.approx(320 + focal * ((point - eye) @ right) / away)
        assert pixel[1] == pytest.approx(240 - focal * ((point - eye) @ up) / away)


def test_points_behind_the_viewer_are_not_seen():
    seen = camera(azimuth_deg=10.0, elevation_deg=10.0)
    behind = np.array(seen.center_nm) + 1500 * seen.axes[2]
    pixels, _ = project(behind[None], seen, WIDTH, HEIGHT)
    assert np.isnan(pixels).all()


def test_stretching_z_multiplies_its_length_on_the_screen():
    seen = dataclasses.replace(camera().seen_along("y"), z_scale=3.0)
    points = np.add(seen.center_nm, [[0, 0, 0], [0, 0, 10]])
    pixels, _ = project(points, seen, WIDTH, HEIGHT)
    assert pixels[0, 1] - pixels[1, 1] == pytest.approx(30 / seen.nm_per_pixel(WIDTH, HEIGHT))


@pytest.mark.parametrize("axis", ["x", "y", "z", None])
@pytest.mark.parametrize("z_scale", [1.0, 5.0])
def test_a_fitted_camera_sees_the_whole_box_large(axis, z_scale):
    bounds = Bounds((-500, 1000, 0), (2500, 2000, 400))
    seen = dataclasses.replace(Camera(), z_scale=z_scale).seen_along(axis)
    seen = seen.fitted(bounds, WIDTH, HEIGHT)
    pixels, _ = project(bounds.corners, seen, WIDTH, HEIGHT)
    reach = np.abs(pixels - (WIDTH / 2, HEIGHT / 2))
    # there is room for labels, and along one direction no more than that
    assert (reach[:, 0] < WIDTH / 2 - 80).all()
    assert (reach[:, 1] < HEIGHT / 2 - 40).all()
    assert (reach / free_half(WIDTH, HEIGHT)).max() == pytest.approx(1, abs=0.03)


def test_panning_moves_what_is_seen_by_as_many_pixels():
    seen = camera(azimuth_deg=20.0, elevation_deg=35.0, is_perspective=False)
    point = np.array([[123.0, 150.0, 80.0]])
    before, _ = project(point, seen, WIDTH, HEIGHT)
    nm = seen.nm_per_pixel(WIDTH, HEIGHT)
    after, _ = project(point, seen.panned(-30 * nm, 12 * nm), WIDTH, HEIGHT)
    np.testing.assert_allclose(after - before, [[30, 12]], atol=1e-9)


def test_orbiting_keeps_the_centre_and_stops_at_the_poles():
    turned = camera().orbited(200, 0).orbited(200, 300)
    assert turned.center_nm == camera().center_nm
    assert turned.elevation_deg == 90
    assert turned.azimuth_deg == pytest.approx(-60 + 400 - 360)


def test_near_points_are_painted_over_far_ones_whatever_their_order():
    colors = np.array([(255, 0, 0, 255), (0, 255, 0, 255)], dtype=np.uint8)
    pixels = np.full((2, 2), 10.5)
    for order in ([0, 1], [1, 0]):
        image = np.zeros((20, 20, 4), dtype=np.uint8)
        paint_points(image, pixels[order], np.array([5.0, 1.0])[order], colors[order], size=1)
        assert tuple(image[10, 10]) == (255, 0, 0, 255)
        assert image[..., :3].any(axis=2).sum() == 1


def test_points_outside_the_image_are_left_out():
    image = np.zeros((20, 20, 4), dtype=np.uint8)
    pixels = np.array([[-5, 5], [5, 25], [np.nan, 5], [19.9, 19.9], [4.0, 4.0]])
    paint_points(image, pixels, np.arange(5.0), np.full((5, 4), 255, np.uint8), size=3)
    rows, columns = np.nonzero(image[..., 3])
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (3, 5, 3, 5)


def test_a_click_means_the_closest_point_and_of_equal_ones_the_nearest():
    pixels = np.array([[10.0, 10.0], [10.0, 10.2], [14.0, 10.0], [np.nan, np.nan]])
    nearness = np.array([1.0, 9.0, 50.0, 99.0])
    assert nearest_point(pixels, nearness, (10.0, 10.0), 9) == 1
    assert nearest_point(pixels, nearness, (13.5, 10.0), 9) == 2
    assert nearest_point(pixels, nearness, (100.0, 10.0), 9) is None


@pytest.mark.parametrize(("low", "high"), [(0, 1000), (-46, 1005), (0.2, 0.9), (1e6, 1e6 + 70)])
def test_ticks_are_round_evenly_spaced_and_inside(low, high):
    ticks = nice_ticks(low, high, 6)
    assert 2 <= len(ticks) <= 7
    assert ticks[0] >= low - 1e-9
    assert ticks[-1] <= high + 1e-9
    step = ticks[1] - ticks[0]
    np.testing.assert_allclose(np.diff(ticks), step)
    assert round(step / 10 ** math.floor(math.log10(step) + 1e-9), 6) in (1, 2, 5)


@pytest.mark.parametrize("azimuth", range(-180, 180, 45))
@pytest.mark.parametrize("elevation", [-60, 20, 75])
def test_walls_lie_behind_all_points_and_ticks_on_edges_of_the_box(azimuth, elevation):
    bounds = Bounds((-1000, -800, -300), (1000, 800, 300))
    seen = dataclasses.replace(
        Camera(), azimuth_deg=azimuth + 7.0, elevation_deg=float(elevation), is_perspective=False
    ).fitted(bounds, WIDTH, HEIGHT)
    lines = wall_lines(bounds, seen, WIDTH, HEIGHT, ORIGIN)
    _, at_corners = project(bounds.corners, seen, WIDTH, HEIGHT)
    far_corner = bounds.corners[np.argmin(at_corners)]
    # every wall line lies in one of the three faces that meet in the corner farthest away
    assert (np.isclose(lines, far_corner).all(axis=1).any(axis=1)).all()
    axes = labelled_axes(bounds, seen, WIDTH, HEIGHT, ORIGIN)
    assert {axis.title for axis in axes} <= {"x (nm)", "y (nm)", "z (nm)"}
    for axis in axes:
        for text, pixel in axis.ticks:
            at = float(text.replace(",", ""))
            index = "xyz".index(axis.title[0])
            spots = bounds.corners.copy()
            spots[:, index] = at
            on_edges, _ = project(spots, seen, WIDTH, HEIGHT)
            assert np.abs(on_edges - pixel).max(axis=1).min() < 1e-6
