"""Regions of interest against matplotlib's point-in-polygon and closed formulas."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.path import Path as MplPath

from stormgraph_py.errors import FileFormatError, InputError
from stormgraph_py.io.roi_files import read_roi
from stormgraph_py.roi import Roi

SQUARE = [[0, 0], [100, 0], [100, 100], [0, 100], [0, 0]]
HOLE = [[25, 25], [75, 25], [75, 75], [25, 75], [25, 25]]


def polygon(*rings):
    return {"type": "Polygon", "coordinates": list(rings)}


def shoelace(ring):
    x, y = np.asarray(ring, dtype=float).T
    return abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


def star(seed, n_vertices=40):
    """A simple polygon that is not convex."""
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.uniform(0, 2 * math.pi, n_vertices))
    radius = rng.uniform(200, 1000, n_vertices)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


@pytest.mark.parametrize("seed", range(5))
def test_inside_agrees_with_matplotlib(seed):
    ring = star(seed)
    points = np.random.default_rng(seed + 100).uniform(-1000, 1000, (2000, 2))
    expected = MplPath(ring).contains_points(points)
    np.testing.assert_array_equal(Roi(((ring,),)).contains(points), expected)


@pytest.mark.parametrize("seed", range(5))
def test_area_of_a_simple_polygon_is_the_shoelace_formula(seed):
    ring = star(seed)
    assert Roi(((ring,),)).area_nm2 == pytest.approx(shoelace(ring), rel=1e-9)


def test_a_hole_is_outside_and_has_no_area():
    roi = Roi.from_geojson(polygon(SQUARE, HOLE))
    assert roi.area_nm2 == pytest.approx(7500)
    np.testing.assert_array_equal(roi.contains([[10, 10], [50, 50], [90, 50]]), [True, False, True])


def test_overlapping_polygons_count_their_common_part_once():
    shifted = [[x + 50, y + 50] for x, y in SQUARE]
    roi = Roi.from_geojson({"type": "MultiPolygon", "coordinates": [[SQUARE], [shifted]]})
    assert roi.area_nm2 == pytest.approx(2 * 10_000 - 2_500)
    assert roi.contains([[75, 75]]).all()


def test_a_bow_tie_has_the_area_of_its_two_triangles():
    # the shoelace formula gives 0 here
    roi = Roi.from_geojson(polygon([[0, 0], [100, 100], [100, 0], [0, 100], [0, 0]]))
    assert roi.area_nm2 == pytest.approx(5000)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(3, 12))
def test_area_of_any_ring_agrees_with_counting_points(seed, n):
    ring = np.random.default_rng(seed).uniform(0, 1, (n, 2))
    roi = Roi(((ring,),))
    axis = (np.arange(400) + 0.5) / 400
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    assert roi.area_nm2 == pytest.approx(roi.contains(grid).mean(), abs=0.01)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda g: g,
        lambda g: {"type": "Feature", "properties": {}, "geometry": g},
        lambda g: {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": g}]},
        lambda g: {"type": "GeometryCollection", "geometries": [g]},
    ],
    ids=["geometry", "feature", "feature-collection", "geometry-collection"],
)
def test_every_wrapping_of_geojson_is_read(tmp_path, wrap):
    path = tmp_path / "roi.geojson"
    path.write_text(json.dumps(wrap(polygon(SQUARE))))
    assert read_roi(path).area_nm2 == pytest.approx(10_000)


def test_height_coordinates_and_a_byte_order_mark_are_tolerated(tmp_path):
    path = tmp_path / "roi.geojson"
    ring = [[x, y, 7.0] for x, y in SQUARE]
    path.write_text(json.dumps(polygon(ring)), encoding="utf-8-sig")
    assert read_roi(path).bounds_nm == (0, 0, 100, 100)


def test_geojson_round_trip_keeps_the_region():
    roi = Roi.from_geojson(polygon(SQUARE, HOLE))
    again = Roi.from_geojson(json.loads(json.dumps(roi.as_geojson())))
    points = np.random.default_rng(0).uniform(-10, 110, (500, 2))
    assert again.area_nm2 == roi.area_nm2
    np.testing.assert_array_equal(again.contains(points), roi.contains(points))


def test_no_points_give_no_answers():
    assert Roi.from_geojson(polygon(SQUARE)).contains(np.empty((0, 2))).shape == (0,)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"type": "Point", "coordinates": [1, 2]}, "Point is no region"),
        ({"type": "LineString", "coordinates": SQUARE}, "LineString is no region"),
        ({"type": "FeatureCollection", "features": []}, "no polygon"),
        ({"type": "Feature", "geometry": None}, "no GeoJSON object"),
        ({"type": "Polygon"}, "no list 'coordinates'"),
        (polygon(), "no ring"),
        (polygon([[0, 0], [1, 1]]), "fewer than three"),
        (polygon([[0, 0], [1, 1], [0, 0]]), "fewer than three"),
        (polygon([[0, 0], [50, 50], [100, 100]]), "no area"),
        (polygon([[0, 0], [100, 0], [100, float("nan")]]), "not finite"),
        (polygon([[0, 0], [100, 0], ["a", 3]]), "no pair of numbers"),
        (polygon([0, 1, 2]), "no pair of numbers"),
        ([1, 2, 3], "no GeoJSON object"),
        ({"x": 1}, "no GeoJSON object"),
    ],
)
def test_what_is_no_region_is_refused_with_the_remedy(document, reason):
    with pytest.raises(InputError, match=reason) as caught:
        Roi.from_geojson(document)
    assert "GeoJSON Polygon or MultiPolygon with coordinates in nm" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"x,y\n1,2\n", "no regions of interest"),
        (b"\xff\xfe\x00", "no regions of interest"),
        (b'{"type": "Polygon"', "no GeoJSON file"),
    ],
    ids=["empty", "csv", "binary", "broken"],
)
def test_a_file_that_is_no_json_is_named(tmp_path, content, reason):
    path = tmp_path / "roi.geojson"
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match=rf"roi\.geojson:? .*{reason}"):
        read_roi(path)
