"""Shapes with a known size, and clusters that have none."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from stormgraph_py.arrays import FloatArray, IntArray
from stormgraph_py.clusters.shapes import measure_shapes, outlines
from stormgraph_py.errors import InputError, ParameterError

FAR = 1e6 + 0.1
"""An origin far off, and no round number: sums of it are rounded."""


def ball(
    n: int, d: int, rng: np.random.Generator, *, radius: float = 1.0, hole: float = 0.0
) -> FloatArray:
    """Points uniform in a disk or ball, outside a concentric hole."""
    direction = rng.normal(size=(n, d))
    inner = (hole / radius) ** d
    distance = radius * (inner + (1 - inner) * rng.random(n)) ** (1 / d)
    points: FloatArray = direction * (distance / np.linalg.norm(direction, axis=1))[:, None]
    return points


def repeated(
    make: Callable[[int], FloatArray], n: int, repeats: int
) -> tuple[FloatArray, IntArray]:
    """The same random shape many times over, as clusters far apart."""
    points = np.concatenate([make(n) for _ in range(repeats)])
    labels = np.repeat(np.arange(repeats), n)
    shift = np.zeros_like(points)
    shift[:, 0] = labels * 10_000.0
    return points + shift, labels


def box(dimensions: int) -> FloatArray:
    """Corners and centre of a box of sides 4, 2 (and 1)."""
    sides = np.array([4.0, 2.0, 1.0])[:dimensions]
    corners = np.array(list(itertools.product([-0.5, 0.5], repeat=dimensions))) * sides
    return np.vstack([corners, np.zeros(dimensions)])


@pytest.mark.parametrize("offset", [0.0, FAR])
def test_rectangle(offset: float) -> None:
    shapes = measure_shapes(box(2) + offset, np.zeros(5, dtype=int))
    assert shapes.size == pytest.approx([8])
    assert shapes.hull_size == pytest.approx([8])
    assert shapes.boundary == pytest.approx([12])
    assert shapes.solidity == pytest.approx([1])
    assert shapes.circularity == pytest.approx([4 * np.pi * 8 / 12**2])
    assert shapes.equivalent_radius_nm == pytest.approx([np.sqrt(8 / np.pi)])
    assert shapes.centroid == pytest.approx(np.full((1, 2), offset))
    assert shapes.axes_nm == pytest.approx(np.sqrt([[4 * 4 / 5, 4 * 1 / 5]]))
    assert shapes.radius_of_gyration_nm == pytest.approx([np.sqrt(4 * 5 / 5)])
    assert shapes.elongation == pytest.approx([0.5])
    assert not shapes.is_degenerate[0]


@pytest.mark.parametrize("offset", [0.0, FAR])
def test_box(offset: float) -> None:
    shapes = measure_shapes(box(3) + offset, np.zeros(9, dtype=int), alpha_nm=100)
    assert shapes.size == pytest.approx([8])
    assert shapes.hull_size == pytest.approx([8])
    assert shapes.boundary == pytest.approx([2 * (4 * 2 + 4 * 1 + 2 * 1)])
    assert shapes.equivalent_radius_nm == pytest.approx([np.cbrt(8 * 3 / (4 * np.pi))])
    assert shapes.axes_nm == pytest.approx(np.sqrt([[8 * 4 / 9, 8 * 1 / 9, 8 * 0.25 / 9]]))
    assert shapes.elongation == pytest.approx([0.5])
    assert shapes.orientation_deg is None
    assert shapes.circularity is None


def test_smallest_clusters_are_one_simplex() -> None:
    # a thin triangle, whose circumradius is far larger than its sides, is not lost
    triangle = measure_shapes([[0.0, 0.0], [10.0, 0.5], [20.0, 0.0]], [0, 0, 0])
    assert triangle.size == pytest.approx([5])
    tetrahedron = measure_shapes([[0, 0, 0], [6, 0, 0], [0, 6, 0], [0, 0, 6]], [0, 0, 0, 0])
    assert tetrahedron.size == pytest.approx([36])


# bias of a shape spanned by points in its support; the bounds are those that theory gives the hull
# of a disk, 1 - 3.38 n^(-2/3), with a few per cent for what the alpha shape cuts off more
@pytest.mark.parametrize(("n", "low", "high"), [(100, 0.78, 0.87), (400, 0.89, 0.95)])
def test_area_of_a_disk(n: int, low: float, high: float) -> None:
    rng = np.random.default_rng(1)
    points, labels = repeated(lambda n: ball(n, 2, rng, radius=50), n, 60)
    shapes = measure_shapes(points, labels)
    truth = np.pi * 50**2
    assert low < shapes.size.mean() / truth < high
    assert (shapes.size <= shapes.hull_size).all()
    assert shapes.hull_size.mean() / truth == pytest.approx(1 - 3.38 * n ** (-2 / 3), abs=0.015)
    # a uniform disk varies by radius / 2 along each axis
    assert shapes.axes_nm.mean(axis=0) == pytest.approx([25, 25], rel=0.1)
    assert shapes.radius_of_gyration_nm.mean() == pytest.approx(50 / np.sqrt(2), rel=0.02)


def test_area_of_a_disk_tends_to_the_truth() -> None:
    rng = np.random.default_rng(2)
    shapes = measure_shapes(ball(20_000, 2, rng, radius=80), np.zeros(20_000, dtype=int))
    assert shapes.circularity is not None
    assert shapes.size[0] == pytest.approx(np.pi * 80**2, rel=0.02)
    assert shapes.circularity[0] == pytest.approx(1, abs=0.005)
    assert shapes.solidity[0] > 0.98


def test_volume_of_a_ball_tends_to_the_truth() -> None:
    rng = np.random.default_rng(3)
    sizes = [
        measure_shapes(ball(n, 3, rng, radius=60), np.zeros(n, dtype=int)).size[0]
        / (4 / 3 * np.pi * 60**3)
        for n in (200, 2000, 8000)
    ]
    assert sizes == sorted(sizes)
    assert 0.6 < sizes[0] < 0.75
    assert 0.9 < sizes[2] < 1


@pytest.mark.parametrize("angle", [0, 30, 90, 150])
def test_ellipse(angle: float) -> None:
    rng = np.random.default_rng(4)
    long, short = 90.0, 30.0
    turn = np.radians(angle)
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    points = ball(3000, 2, rng) * [long, short] @ rotation
    shapes = measure_shapes(points, np.zeros(3000, dtype=int))
    assert shapes.orientation_deg is not None
    assert shapes.size[0] == pytest.approx(np.pi * long * short, rel=0.05)
    assert shapes.elongation[0] == pytest.approx(1 - short / long, abs=0.03)
    assert 0 <= shapes.orientation_deg[0] < 180
    assert abs((shapes.orientation_deg[0] - angle + 90) % 180 - 90) < 2


@pytest.mark.parametrize(("hole", "n"), [(0.5, 300), (0.75, 300), (0.75, 2000)])
def test_ring_keeps_its_hole(hole: float, n: int) -> None:
    rng = np.random.default_rng(5)
    points, labels = repeated(lambda n: ball(n, 2, rng, radius=100, hole=100 * hole), n, 10)
    shapes = measure_shapes(points, labels)
    truth = np.pi * 100**2 * (1 - hole**2)
    assert 0.75 < shapes.size.mean() / truth < 1
    assert shapes.solidity.max() < 1 - 0.9 * hole**2


def test_shell_keeps_its_cavity() -> None:
    rng = np.random.default_rng(6)
    points = ball(4000, 3, rng, radius=100, hole=60)
    shapes = measure_shapes(points, np.zeros(len(points), dtype=int))
    assert 0.8 < shapes.size[0] / (4 / 3 * np.pi * (100**3 - 60**3)) < 1
    assert shapes.hull_size[0] > 0.9 * 4 / 3 * np.pi * 100**3


def test_gap_between_two_disks_is_not_filled() -> None:
    rng = np.random.default_rng(7)
    points = np.vstack([ball(500, 2, rng), ball(500, 2, rng) + np.array([2.5, 0])]) * 40
    shapes = measure_shapes(points, np.zeros(1000, dtype=int))
    assert 0.85 < shapes.size[0] / (2 * np.pi * 40**2) < 1
    assert shapes.hull_size[0] > 1.15 * 2 * np.pi * 40**2


def test_blinking_molecules_do_not_break_the_shape_apart() -> None:
    rng = np.random.default_rng(8)
    molecules = ball(400, 2, rng, radius=100)
    points = np.repeat(molecules, rng.geometric(0.2, 400), axis=0)
    points = points + rng.normal(0, 2, points.shape)
    shapes = measure_shapes(points, np.zeros(len(points), dtype=int))
    assert 0.8 < shapes.size[0] / (np.pi * 100**2) < 1.02


def test_stray_localizations_do_not_blow_the_area_up() -> None:
    rng = np.random.default_rng(9)
    angle = rng.uniform(0, 2 * np.pi, 10)
    strays = 90 * np.column_stack([np.cos(angle), np.sin(angle)])
    points = np.vstack([ball(500, 2, rng, radius=50), strays])
    shapes = measure_shapes(points, np.zeros(len(points), dtype=int))
    assert shapes.size[0] < 1.1 * np.pi * 50**2
    assert shapes.hull_size[0] > 1.8 * np.pi * 50**2


def test_fewer_localizations_give_a_similar_area() -> None:
    rng = np.random.default_rng(10)
    points = ball(4000, 2, rng, radius=150)
    whole, quarter = (
        measure_shapes(part, np.zeros(len(part), dtype=int)).size[0]
        for part in (points, points[rng.permutation(4000)[:1000]])
    )
    assert quarter == pytest.approx(whole, rel=0.05)


DEGENERATE = {
    "one": [[5.0, 5.0]],
    "two": [[0.0, 0.0], [30.0, 40.0]],
    "coincident": [[3.0, 4.0]] * 6,
    "two positions": [[0.0, 0.0]] * 3 + [[1.0, 1.0]] * 3,
    "collinear": [[i * 0.1, i * 0.3] for i in range(9)],
    "collinear with repeats": [[i // 2, i // 2] for i in range(9)],
}


@pytest.mark.parametrize("offset", [0.0, FAR])
@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("points", DEGENERATE.values(), ids=DEGENERATE.keys())
def test_clusters_without_area(points: list[list[float]], dimensions: int, offset: float) -> None:
    coordinates = np.zeros((len(points), dimensions))
    coordinates[:, :2] = points
    coordinates += offset
    shapes = measure_shapes(coordinates, np.zeros(len(points), dtype=int))
    assert shapes.is_degenerate[0]
    for values in (shapes.size, shapes.hull_size, shapes.boundary, shapes.equivalent_radius_nm):
        assert values[0] == 0
    assert shapes.solidity[0] == 0
    assert np.isfinite(shapes.axes_nm).all()
    assert shapes.axes_nm[0, 1] == 0
    is_a_line = len(np.unique(points, axis=0)) > 1
    assert shapes.elongation[0] == (1 if is_a_line else 0)
    if dimensions == 2:
        assert outlines(coordinates, np.zeros(len(points), dtype=int)) == {0: []}


@pytest.mark.parametrize("offset", [0.0, FAR])
def test_coplanar_cluster_has_no_volume(offset: float) -> None:
    rng = np.random.default_rng(11)
    plane = rng.normal(0, 30, (50, 2)) @ rng.normal(size=(2, 3)) + offset
    shapes = measure_shapes(plane, np.zeros(50, dtype=int))
    assert shapes.is_degenerate[0]
    assert shapes.size[0] == 0
    assert shapes.axes_nm[0, 1] > 0
    assert shapes.axes_nm[0, 2] == 0


@pytest.mark.parametrize("n", [1, 3, 7, 49])
def test_coincident_localizations_have_no_extent_at_all(n: int) -> None:
    shapes = measure_shapes(np.full((n, 2), FAR), np.zeros(n, dtype=int))
    assert shapes.orientation_deg is not None
    assert shapes.radius_of_gyration_nm[0] == 0
    assert shapes.centroid.tolist() == [[FAR, FAR]]
    assert np.isnan(shapes.orientation_deg[0])


def test_line_at_45_degrees() -> None:
    shapes = measure_shapes([[0, 0], [1, 1], [2, 2]], [0, 0, 0])
    assert shapes.orientation_deg == pytest.approx([45])
    assert shapes.elongation == pytest.approx([1])


def test_orientation_a_hair_below_the_x_axis_is_below_180() -> None:
    shapes = measure_shapes([[0.0, 0.0], [1e3, -1e-14], [2e3, 0.0], [3e3, -3e-14]], [0, 0, 0, 0])
    assert shapes.orientation_deg is not None
    assert 0 <= shapes.orientation_deg[0] < 180


def test_square_has_no_orientation() -> None:
    shapes = measure_shapes([[0, 0], [1, 0], [0, 1], [1, 1]], [0, 0, 0, 0])
    assert shapes.orientation_deg is not None
    assert np.isnan(shapes.orientation_deg[0])
    assert shapes.elongation[0] == 0


@pytest.mark.parametrize("dimensions", [2, 3])
def test_lattice_is_filled(dimensions: int) -> None:
    # cospherical points, and points in line on the hull: the worst that Qhull can be given
    points = np.array(list(itertools.product(range(6), repeat=dimensions)), dtype=float)
    shapes = measure_shapes(points * 10, np.zeros(len(points), dtype=int))
    assert shapes.size == pytest.approx([50**dimensions])
    assert shapes.boundary == pytest.approx([4 * 50 if dimensions == 2 else 6 * 50**2])


def test_rotated_lattice_is_filled_without_inner_walls() -> None:
    # rounding gives the flat simplices of cospherical points any circumradius
    points = np.array(list(itertools.product(range(6), repeat=3)), dtype=float) * 10
    rotation = Rotation.from_rotvec([0.3, -0.5, 0.7]).as_matrix()
    shapes = measure_shapes(points @ rotation.T, np.zeros(len(points), dtype=int))
    assert shapes.size == pytest.approx([50**3])
    assert shapes.boundary == pytest.approx([6 * 50**2])


@pytest.mark.parametrize("dimensions", [2, 3])
def test_given_radius_is_used(dimensions: int) -> None:
    rng = np.random.default_rng(12)
    points = ball(300, dimensions, rng)
    labels = np.zeros(300, dtype=int)
    wide = measure_shapes(points, labels, alpha_nm=1e6)
    assert wide.size == pytest.approx(wide.hull_size)
    assert wide.alpha_radius_nm == pytest.approx([1e6])
    narrow = measure_shapes(points, labels, alpha_nm=1e-6)
    assert narrow.size[0] == 0
    assert not narrow.is_degenerate[0]


def test_labels_may_have_gaps_and_unclustered() -> None:
    points = np.vstack([box(2), box(2) * 3 + 100, [[500.0, 500.0]]])
    shapes = measure_shapes(points, [7] * 5 + [2] * 5 + [-1])
    assert shapes.cluster.tolist() == [2, 7]
    assert shapes.n_localizations.tolist() == [5, 5]
    assert shapes.size == pytest.approx([72, 8])
    assert list(outlines(points, [7] * 5 + [2] * 5 + [-1])) == [2, 7]


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("n", [0, 4])
def test_no_clusters(dimensions: int, n: int) -> None:
    shapes = measure_shapes(np.zeros((n, dimensions)), np.full(n, -1))
    assert shapes.cluster.shape == (0,)
    assert shapes.axes_nm.shape == (0, dimensions)
    assert shapes.size.shape == (0,)


def test_outline_of_a_ring_has_an_outer_and_an_inner_line() -> None:
    rng = np.random.default_rng(13)
    points = ball(2000, 2, rng, radius=100, hole=60) + FAR
    lines = outlines(points, np.zeros(2000, dtype=int))[0]
    areas = sorted(signed_area(line - FAR) for line in lines)
    assert areas[-1] == pytest.approx(np.pi * 100**2, rel=0.05)
    assert areas[0] == pytest.approx(-np.pi * 60**2, rel=0.1)
    assert sum(areas) == pytest.approx(measure_shapes(points, np.zeros(2000, dtype=int)).size[0])
    for line in lines:
        assert (line[0] == line[-1]).all()


def signed_area(line: FloatArray) -> float:
    """Area inside a closed line, negative when it runs clockwise."""
    (x0, y0), (x1, y1) = line[:-1].T, line[1:].T
    return float(np.sum(x0 * y1 - x1 * y0) / 2)


def test_inputs_are_left_alone() -> None:
    points, labels = box(2), np.zeros(5, dtype=int)
    points.flags.writeable = labels.flags.writeable = False
    measure_shapes(points, labels)
    outlines(points, labels)


@pytest.mark.parametrize(
    ("coordinates", "labels", "message"),
    [
        ([[0.0], [1.0]], [0, 0], r"shape \(2, 1\).*\(n, 2\) or \(n, 3\)"),
        ([0.0, 1.0], [0, 0], r"shape \(2,\)"),
        ([[0, 0], [1, np.nan]], [0, 0], r"row 1 .*nan.*remove rows"),
        ([[0, 0], [1, np.inf]], [0, -1], r"row 1 .*inf"),
        ([[0, 0], [1, 1]], [0], r"shape \(1,\) for 2 localizations"),
        ([[0, 0], [1, 1]], [0.0, 1.0], r"float64; pass whole numbers"),
    ],
    ids=["1-D points", "flat", "nan", "inf", "too few labels", "real labels"],
)
def test_unusable_input(coordinates: object, labels: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        measure_shapes(coordinates, labels)  # type: ignore[arg-type]


@pytest.mark.parametrize("alpha", [0, -1.0, float("nan")])
def test_radius_must_be_positive(alpha: float) -> None:
    with pytest.raises(ParameterError, match="is not > 0"):
        measure_shapes(box(2), np.zeros(5, dtype=int), alpha_nm=alpha)


def test_outlines_are_of_the_plane() -> None:
    with pytest.raises(InputError, match="x and y"):
        outlines(box(3), np.zeros(9, dtype=int))
