"""Maps: what is drawn where, in which colour, at which scale."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle

from stormgraph_py.report import maps, style

WINDOW = maps.Window(0.0, 1000.0, 0.0, 500.0)


def test_pixel_counts_are_those_of_numpy():
    points = np.random.default_rng(0).uniform(0, 1, (5000, 2)) * [1000, 500]
    counts, pixel_nm = maps._histogram(points, WINDOW)
    edges = [np.arange(n + 1) * pixel_nm for n in counts.shape]
    expected, *_ = np.histogram2d(*points.T, bins=edges)
    np.testing.assert_array_equal(counts, expected)


def test_points_outside_the_window_are_not_counted():
    counts, _ = maps._histogram(np.array([[-5.0, 10.0], [10.0, 600.0], [10.0, 10.0]]), WINDOW)
    assert counts.sum() == 1


def test_the_density_image_holds_every_localization_once():
    points = np.random.default_rng(0).uniform(0.3, 0.7, (2000, 2)) * [1000, 500]
    figure = maps.density_map(points, WINDOW, blur_nm=10)
    image = next(c for c in figure.axes[0].get_children() if isinstance(c, AxesImage))
    per_um2 = image.get_array()
    pixel_um2 = (1000 / per_um2.shape[1]) ** 2 / 1e6
    assert per_um2.sum() * pixel_um2 == pytest.approx(2000, rel=1e-6)


@pytest.mark.parametrize(("upwards", "bottom"), [(False, 500.0), (True, 0.0)])
def test_y_runs_downwards_as_in_a_camera_image_and_z_upwards(upwards, bottom):
    figure = maps.density_map(np.array([[1.0, 2.0]]), WINDOW, blur_nm=10, upwards=upwards)
    assert figure.axes[0].get_ylim()[0] == bottom


@pytest.mark.parametrize("width_nm", [90.0, 730.0, 2000.0, 21_000.0])
def test_the_scale_bar_is_as_long_as_it_says(width_nm):
    window = maps.Window(0.0, width_nm, 0.0, width_nm)
    figure = maps.cluster_map(np.array([[1.0, 2.0]]), np.array([-1]), np.empty((0, 3)), window)
    axes = figure.axes[0]
    (bar,) = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    (text,) = axes.texts
    number, unit = text.get_text().split()
    assert bar.get_width() == pytest.approx(float(number) * {"nm": 1, "µm": 1000}[unit])
    assert 0.1 * width_nm < bar.get_width() <= 0.25 * width_nm
    assert bar.get_x() + bar.get_width() <= width_nm


@pytest.mark.parametrize("longest", [0.5, 1, 1.99, 2, 4.9, 5, 9.99, 730, 12345.0])
def test_nice_lengths_are_1_2_or_5_and_the_largest_that_fits(longest):
    nice = style.nice_length(longest)
    assert f"{nice:e}"[0] in "125"
    assert nice <= longest < 2.5 * nice * (1 + 1e-9)


def test_neighbouring_clusters_differ_in_colour():
    axis = np.arange(6) * 100.0
    centers = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)
    points = np.repeat(centers, 3, axis=0)
    labels = np.repeat(np.random.default_rng(0).permutation(36), 3)
    colors = [to_hex(c) for c in maps.cluster_colors(points, labels)]
    assert set(colors) <= set(style.CLUSTER_COLORS)
    at = {tuple(point): colors[label] for point, label in zip(points, labels, strict=True)}
    for (x, y), color in at.items():
        beside = [at.get((x + dx, y + dy)) for dx, dy in ((100, 0), (0, 100))]
        assert color not in beside


def test_no_clusters_need_no_colours():
    assert maps.cluster_colors(np.zeros((3, 2)), np.full(3, -1)).shape == (0, 3)


def test_a_crowded_map_paints_each_pixel_with_the_cluster_that_has_most_in_it():
    rng = np.random.default_rng(0)
    points = rng.uniform(0, 1, (3000, 2)) * [1000, 500]
    labels = rng.integers(-1, 4, 3000)
    colors = np.eye(4, 3) * 0.5 + 0.1
    image = maps._label_image(points, labels, colors, WINDOW)
    n_long = image.shape[0]
    column, row = (points / (1000 / n_long)).astype(int).T
    for c, r in set(zip(column.tolist(), row.tolist(), strict=True)):
        inside = labels[(column == c) & (row == r)]
        counts = np.bincount(inside[inside >= 0], minlength=4)
        if counts.any():
            best = [tuple(colors[k]) for k in np.flatnonzero(counts == counts.max())]
            assert tuple(image[c, r]) in best
        else:
            grey = image[c, r]
            assert grey[0] == grey[1] == grey[2] < 1
    assert (image[~np.isin(np.arange(n_long), column)] == 1).all()


def test_points_are_drawn_one_by_one_up_to_a_limit(monkeypatch):
    monkeypatch.setattr(maps, "LARGEST_SCATTER", 10)
    points = np.random.default_rng(0).uniform(0, 500, (11, 2))
    labels, colors = np.zeros(11, dtype=int), np.zeros((1, 3))
    many = maps.cluster_map(points, labels, colors, WINDOW).axes[0]
    few = maps.cluster_map(points[:10], labels[:10], colors, WINDOW).axes[0]
    assert len(many.images) == 1
    assert len(few.images) == 0
    assert sum(len(c.get_offsets()) for c in few.collections) == 10


def test_outlines_are_drawn_in_the_colour_of_their_cluster():
    points = np.array([[10.0, 10.0], [20.0, 10.0], [10.0, 20.0]])
    ring = points[[0, 1, 2, 0]]
    colors = np.array([[1.0, 0.0, 0.0]])
    axes = maps.cluster_map(
        points, np.zeros(3, dtype=int), colors, WINDOW, outlines={0: [ring]}
    ).axes[0]
    (lines,) = [c for c in axes.collections if hasattr(c, "get_segments")]
    np.testing.assert_array_equal(lines.get_segments()[0], ring)
    assert to_hex(lines.get_colors()[0]) == "#ff0000"


def test_a_small_map_has_no_detail():
    points = np.random.default_rng(0).uniform(0, 2000, (500, 2))
    whole = maps.whole_window(points)
    assert maps.detail_window(points, np.zeros(500, dtype=int), whole) is None


def test_the_detail_lies_on_the_crowd_of_clusters():
    rng = np.random.default_rng(0)
    far = rng.uniform(0, 20_000, (40, 2))
    crowd = np.array([14_000.0, 5_000.0]) + rng.uniform(-1000, 1000, (20, 2))
    centers = np.concatenate([far, crowd])
    points = np.repeat(centers, 10, axis=0) + rng.normal(0, 20, (600, 2))
    labels = np.repeat(np.arange(60), 10)
    whole = maps.whole_window(points)
    detail = maps.detail_window(points, labels, whole)
    assert detail.width == detail.height
    assert whole.left <= detail.left
    assert detail.right <= whole.right
    assert detail.contains(crowd).sum() >= 15


def test_the_blur_stays_visible_and_does_not_fog_the_map():
    points = np.random.default_rng(0).uniform(0, 1, (40_000, 2)) * [1000, 500]
    pixel_nm = 1000 / maps._LONG_SIDE_PIXELS
    assert maps.visible_blur(points, WINDOW, 7.0) == 7.0
    assert maps.visible_blur(points, WINDOW, 0.0) == pytest.approx(pixel_nm)
    assert maps.visible_blur(points[:10], WINDOW, 0.0) == pytest.approx(4 * pixel_nm)
    assert maps.visible_blur(points, WINDOW, 1e9) == pytest.approx(1000 / 40)


def test_all_points_on_one_place_still_make_a_map():
    points = np.full((5, 2), 7.0)
    window = maps.whole_window(points)
    assert window.width > 0
    blur_nm = maps.visible_blur(points, window, 5.0)
    style.figure_bytes(maps.density_map(points, window, blur_nm=blur_nm), "png")


def test_a_line_of_points_still_makes_a_map():
    points = np.column_stack([np.linspace(0, 1e4, 50), np.zeros(50)])
    window = maps.whole_window(points)
    figure = maps.cluster_map(points, np.zeros(50, dtype=int), np.zeros((1, 3)), window)
    assert style.figure_bytes(figure, "png").startswith(b"\x89PNG")
