"""Regions of interest of any geometry: exact arithmetic, shapely and symmetry as witnesses."""

import math
from fractions import Fraction
from itertools import combinations, pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import Delaunay

from stormgraph_py.io.roi_files import read_rois, write_rois
from stormgraph_py.roi import Roi
from stormgraph_py.tiles import square_tiles

whole = st.integers(-12, 12)
vertex = st.tuples(whole, whole)
rings = st.lists(vertex, min_size=3, max_size=12).filter(lambda ring: area_by_fractions(ring) > 0)
seeds = st.integers(0, 2**32 - 1)
AXIS = np.arange(-13, 13.5, 0.5)
GRID = np.stack(np.meshgrid(AXIS, AXIS), axis=-1).reshape(-1, 2)


def sides(ring):
    """Sides of a ring that are not upright, from left to right, in exact numbers."""
    ends = [tuple(map(Fraction, point)) for point in ring]
    pairs = zip(ends, ends[1:] + ends[:1], strict=True)
    return [(min(pair), max(pair)) for pair in pairs if pair[0][0] != pair[1][0]]


def height(side, x):
    (x0, y0), (x1, y1) = side
    return y0 + (x - x0) * (y1 - y0) / (x1 - x0)


def area_by_fractions(ring):
    """Area by the even-odd rule: between neighbouring x of vertices and crossings it is exact."""
    edges = sides(ring)
    stops = {x for edge in edges for x, _ in edge}
    for a, b in combinations(edges, 2):
        slopes = [height(side, Fraction(1)) - height(side, Fraction(0)) for side in (a, b)]
        if slopes[0] != slopes[1]:
            apart = height(b, Fraction(0)) - height(a, Fraction(0))
            stops.add(apart / (slopes[0] - slopes[1]))
    area = Fraction(0)
    for left, right in pairwise(sorted(stops)):
        middle = (left + right) / 2
        level = sorted(height(e, middle) for e in edges if e[0][0] < middle < e[1][0])
        area += (right - left) * sum(
            y1 - y0 for y0, y1 in zip(level[::2], level[1::2], strict=True)
        )
    return area


def odd_by_fractions(ring, point):
    """Whether a ray upwards crosses a ring an odd number of times; None on the ring itself."""
    x, y = map(Fraction, point)
    odd = False
    for (x0, y0), (x1, y1) in zip(ring, ring[1:] + ring[:1], strict=True):
        side = (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)
        within = min(x0, x1) <= x <= max(x0, x1) and min(y0, y1) <= y <= max(y0, y1)
        if side == 0 and within:
            return None
        if (x0 <= x) != (x1 <= x):
            odd ^= y0 + (x - x0) * Fraction(y1 - y0, x1 - x0) > y
    return odd


@settings(max_examples=40, deadline=None)
@given(ring=rings)
def test_inside_agrees_with_exact_arithmetic(ring):
    roi = Roi.polygon(ring)
    chosen = GRID[:: max(1, len(GRID) // 300)]
    expected = [odd_by_fractions(ring, point) for point in chosen.tolist()]
    for inside, truth in zip(roi.contains(chosen), expected, strict=True):
        assert truth is None or inside == truth


@settings(max_examples=60, deadline=None)
@given(ring=rings)
def test_area_is_exact_and_inside_is_that_of_the_shape(ring):
    roi = Roi.polygon(ring)
    assert roi.area_nm2 == pytest.approx(float(area_by_fractions(ring)), rel=1e-9)
    assert roi.shape.is_valid
    clear = shapely.distance(shapely.boundary(roi.shape), shapely.points(GRID)) > 1e-9
    np.testing.assert_array_equal(
        roi.contains(GRID)[clear], shapely.contains_xy(roi.shape, GRID)[clear]
    )


@settings(max_examples=40, deadline=None)
@given(corners=st.lists(vertex, min_size=4, max_size=25, unique=True))
def test_regions_that_share_borders_have_each_point_once(corners):
    points = np.array(corners, dtype=float)
    if np.linalg.matrix_rank(points - points[0]) < 2:
        return
    mesh = Delaunay(points)
    rois = [Roi.polygon(points[triangle]) for triangle in mesh.simplices]
    n_times = sum(roi.contains(GRID).astype(int) for roi in rois)
    assert n_times.max() <= 1
    hull = Roi.polygon(points[_loop(mesh.convex_hull)])
    np.testing.assert_array_equal(n_times == 1, hull.contains(GRID))


def _loop(edges):
    """Vertices of the hull in order, from its unordered edges."""
    follow = {}
    for a, b in edges.tolist():
        follow.setdefault(a, []).append(b)
        follow.setdefault(b, []).append(a)
    path = [edges[0, 0]]
    while len(path) < len(follow):
        path.append(next(n for n in follow[path[-1]] if n not in path))
    return path


def blob(seed, n_vertices=30):
    """A rough closed outline around the origin, a few µm wide."""
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.uniform(0, 2 * math.pi, n_vertices))
    radius = rng.uniform(3000, 7000, n_vertices)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


@settings(max_examples=25, deadline=None)
@given(
    seed=seeds,
    side=st.floats(800, 5000),
    angle=st.floats(-180, 180),
    offset=st.tuples(st.floats(-9000, 9000), st.floats(-9000, 9000)),
)
def test_tiles_divide_a_region(seed, side, angle, offset):
    roi = Roi.polygon(blob(seed), name="cell")
    options = {"side_nm": side, "angle_deg": angle, "offset_nm": offset}
    tiles = square_tiles(roi, min_coverage=1e-6, **options)
    assert sum(t.area_nm2 for t in tiles) == pytest.approx(roi.area_nm2, rel=1e-3)
    assert len({tile.name for tile in tiles}) == len(tiles)
    points = np.random.default_rng(seed).uniform(-7000, 7000, (2000, 2))
    n_times = sum(tile.contains(points).astype(int) for tile in tiles)
    near = shapely.distance(shapely.boundary(roi.shape), shapely.points(points)) < side / 100
    np.testing.assert_array_equal((n_times == 1)[~near], roi.contains(points)[~near])
    assert n_times.max() <= 1
    whole_tiles = square_tiles(roi, **options)
    names = {tile.name: tile for tile in tiles}
    for tile in whole_tiles:
        assert tile.area_nm2 == pytest.approx(side**2, rel=1e-9)
        # a corner of the outline may enter a whole tile by less than a billionth of it
        outside = shapely.area(shapely.difference(tile.shape, roi.shape))
        assert outside <= 2e-9 * side**2
        assert names[tile.name].kind == tile.kind == "rectangle"


@settings(max_examples=25, deadline=None)
@given(seed=seeds, angle=st.floats(-180, 180))
def test_whole_tiles_have_corners_and_borders_once(seed, angle):
    roi = Roi.polygon(blob(seed))
    tiles = square_tiles(roi, side_nm=1000.0, angle_deg=angle, min_coverage=1e-6)
    squares = [tile for tile in tiles if tile.kind == "rectangle"]
    if not squares:
        return
    corners = np.concatenate([tile.polygons[0][0] for tile in squares])
    middles = np.concatenate([(t.polygons[0][0][1:] + t.polygons[0][0][:-1]) / 2 for t in squares])
    points = np.unique(np.concatenate([corners, middles]), axis=0)
    n_times = sum(tile.contains(points).astype(int) for tile in squares)
    assert n_times.max() <= 1
    together = shapely.union_all([tile.shape for tile in squares])
    within = shapely.distance(shapely.boundary(together), shapely.points(points)) > 1e-6
    assert (n_times[within] == 1).all()


@settings(max_examples=30, deadline=None)
@given(seed=seeds, angle=st.floats(0, 360), shift=st.tuples(st.floats(-1e6, 1e6), whole))
def test_a_region_may_be_moved_and_turned(seed, angle, shift):
    ring, points = blob(seed), np.random.default_rng(seed).uniform(-7000, 7000, (500, 2))
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    turn = np.array([[cos, sin], [-sin, cos]])
    before, after = Roi.polygon(ring), Roi.polygon(ring @ turn + np.array(shift))
    assert after.area_nm2 == pytest.approx(before.area_nm2, rel=1e-9)
    clear = shapely.distance(shapely.boundary(before.shape), shapely.points(points)) > 1e-6
    inside = after.contains(points @ turn + np.array(shift))
    np.testing.assert_array_equal(inside[clear], before.contains(points)[clear])


texts = st.text(max_size=12)
tags = st.dictionaries(texts.filter(lambda t: t not in ("name", "stormgraph")), texts, max_size=4)
numbers = st.floats(-1e7, 1e7)
sizes = st.floats(1e-3, 1e7)


@st.composite
def regions(draw):
    named = {"name": draw(texts.filter(bool)), "tags": draw(tags)}
    kind = draw(st.sampled_from(["polygon", "freehand", "rectangle", "ellipse"]))
    if kind in ("polygon", "freehand"):
        return Roi.polygon(blob(draw(seeds)) + draw(numbers), kind=kind, **named)
    make = Roi.rectangle if kind == "rectangle" else Roi.ellipse
    center, size = (draw(numbers), draw(numbers)), (draw(sizes), draw(sizes))
    return make(center, size, draw(st.floats(-360, 360)), **named)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(rois=st.lists(regions(), min_size=1, max_size=4, unique_by=lambda roi: roi.name))
def test_what_is_written_is_read_again_to_the_last_bit(tmp_path_factory, rois):
    path = tmp_path_factory.getbasetemp() / "round_trip.geojson"
    write_rois(path, rois)
    again = read_rois(path)
    assert [roi.as_feature() for roi in again] == [roi.as_feature() for roi in rois]
    assert [roi.area_nm2 for roi in again] == [roi.area_nm2 for roi in rois]
