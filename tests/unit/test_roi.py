"""Regions of interest against matplotlib's point-in-polygon and closed formulas."""

import json
import math
import pickle

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.path import Path as MplPath

from stormgraph_py.errors import FileFormatError, InputError
from stormgraph_py.io.roi_files import read_rois
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
    assert Roi.union(read_rois(path)).area_nm2 == pytest.approx(10_000)


def test_height_coordinates_and_a_byte_order_mark_are_tolerated(tmp_path):
    path = tmp_path / "roi.geojson"
    ring = [[x, y, 7.0] for x, y in SQUARE]
    path.write_text(json.dumps(polygon(ring)), encoding="utf-8-sig")
    assert Roi.union(read_rois(path)).bounds_nm == (0, 0, 100, 100)


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
        Roi.union(read_rois(path))


@pytest.mark.parametrize("angle", [0.0, 30.0, -75.0, 400.0])
def test_a_rectangle_has_its_area_and_its_turned_corners(angle):
    roi = Roi.rectangle((500, -200), (300, 100), angle)
    assert roi.area_nm2 == pytest.approx(30_000, rel=1e-12)
    turn = math.radians(angle)
    along, across = np.array([math.cos(turn), math.sin(turn)]), [-math.sin(turn), math.cos(turn)]
    corners = [
        np.array([500, -200]) + i * 150 * along + j * 50 * np.array(across)
        for i in (-1, 1)
        for j in (-1, 1)
    ]
    np.testing.assert_allclose(np.unique(roi.polygons[0][0].round(6), axis=0),
                               np.unique(np.round(corners, 6), axis=0))  # fmt: skip
    assert (roi.kind, roi.box.angle_deg) == ("rectangle", angle)


@pytest.mark.parametrize("angle", [0.0, 20.0])
def test_an_ellipse_has_the_area_of_the_formula_and_the_points_of_its_equation(angle):
    roi = Roi.ellipse((100, 200), (800, 300), angle)
    assert roi.area_nm2 == pytest.approx(math.pi * 400 * 150, rel=1e-12)
    points = np.random.default_rng(1).uniform(-400, 700, (20_000, 2))
    turn = math.radians(angle)
    x, y = (points - [100, 200]).T
    u, v = x * math.cos(turn) + y * math.sin(turn), y * math.cos(turn) - x * math.sin(turn)
    radius = np.hypot(u / 400, v / 150)
    clear = np.abs(radius - 1) > 1e-4
    assert clear.mean() > 0.99
    np.testing.assert_array_equal(roi.contains(points)[clear], radius[clear] < 1)


def test_the_whole_field_holds_every_localization_and_nothing_beside():
    xy = np.random.default_rng(2).normal(0, 1e5, (1000, 2))
    roi = Roi.whole_field(xy)
    assert roi.contains(xy).all()
    assert roi.area_nm2 == pytest.approx(np.prod(np.ptp(xy, axis=0)))
    assert not roi.contains([xy.max(axis=0) + 1e-6, xy.min(axis=0) - 1e-6]).any()


@pytest.mark.parametrize("xy", [np.empty((0, 2)), [[1, 2]], [[1, 2], [1, 5]]])
def test_a_field_without_area_is_refused(xy):
    with pytest.raises(InputError, match="span no area"):
        Roi.whole_field(xy)


@pytest.mark.parametrize(
    ("center", "size", "angle", "reason"),
    [
        ((0, 0), (0, 5), 0, "not above 0"),
        ((0, 0), (-1, 5), 0, "not above 0"),
        ((0, math.nan), (1, 5), 0, "not finite"),
        ((0, 0), (1, 5), math.inf, "no angle"),
        ((0, 0, 0), (1, 5), 0, "no pair"),
    ],
)
@pytest.mark.parametrize("make", [Roi.rectangle, Roi.ellipse])
def test_a_box_out_of_bounds_is_refused(make, center, size, angle, reason):
    with pytest.raises(InputError, match=reason):
        make(center, size, angle)


def test_left_and_lower_borders_belong_to_a_region_and_the_others_do_not():
    roi = Roi.from_geojson(polygon(SQUARE))
    assert roi.contains([[0, 0], [0, 50], [50, 0]]).all()
    assert not roi.contains([[100, 100], [100, 50], [50, 100], [100, 0], [0, 100]]).any()


def test_points_that_are_not_finite_are_outside():
    points = [[math.nan, 5], [5, math.nan], [math.inf, 5], [5, -math.inf], [5, 5]]
    assert Roi.from_geojson(polygon(SQUARE)).contains(points).tolist() == [False] * 4 + [True]


def test_a_feature_has_its_name_and_tags():
    feature = {
        "type": "Feature",
        "id": "f-7",
        "properties": {
            "name": "cell 1",
            "condition": "resting",
            "replicate": 2,
            "depth": 0.5,
            "live": True,
            "color": [255, 0, 0],
            "note": None,
            "classification": {"name": "membrane", "color": [1, 2, 3]},
        },
        "geometry": polygon(SQUARE),
    }
    roi = Roi.from_geojson(feature)
    assert roi.name == "cell 1"
    assert roi.tags == {
        "condition": "resting",
        "replicate": "2",
        "depth": "0.5",
        "live": "true",
        "classification": "membrane",
    }
    del feature["properties"]["name"]
    assert Roi.from_geojson(feature).name == "f-7"


def test_moved_vertices_count_more_than_how_the_region_was_drawn():
    feature = Roi.ellipse((0, 0), (200, 100), 30, name="e").as_feature()
    assert Roi.from_geojson(feature).kind == "ellipse"
    feature["geometry"]["coordinates"][0][0][3][0] += 1
    moved = Roi.from_geojson(feature)
    assert (moved.kind, moved.box) == ("polygon", None)
    feature["properties"]["stormgraph"]["center_nm"] = "somewhere"
    assert Roi.from_geojson(feature).kind == "polygon"


@pytest.mark.parametrize("tag", ["name", "stormgraph"])
def test_a_tag_cannot_hide_what_the_file_says_otherwise(tag):
    with pytest.raises(InputError, match="give it another name"):
        Roi.rectangle((0, 0), (1, 1), tags={tag: "x"})


def test_tags_of_a_region_do_not_change_with_those_it_was_made_from():
    tags = {"day": "1"}
    roi = Roi.rectangle((0, 0), (1, 1), tags=tags)
    tags["day"] = "2"
    assert roi.tags == {"day": "1"}


def test_a_union_counts_common_parts_once_and_leaves_one_alone_as_it_is():
    a, b = Roi.rectangle((0, 0), (10, 10), name="a"), Roi.rectangle((5, 0), (10, 10))
    assert Roi.union([a]) is a
    assert Roi.union([a, b]).area_nm2 == pytest.approx(150)
    with pytest.raises(InputError, match="no polygon"):
        Roi.union([])


def test_a_shape_becomes_a_region_with_its_holes_and_without_its_lines():
    ring = shapely.Point(0, 0).buffer(10).difference(shapely.Point(0, 0).buffer(5))
    shape = shapely.GeometryCollection([ring, shapely.LineString([(50, 0), (60, 0)])])
    roi = Roi.from_shape(shape)
    assert roi.area_nm2 == pytest.approx(ring.area)
    assert roi.contains([[0, 0], [7, 0], [55, 0]]).tolist() == [False, True, False]


def test_a_region_can_be_sent_to_another_process():
    roi = Roi.ellipse((0, 0), (5, 6), name="a", tags={"b": "c"})
    again = pickle.loads(pickle.dumps(roi))
    assert again.as_feature() == roi.as_feature()
    assert again.area_nm2 == roi.area_nm2


@pytest.mark.parametrize(
    ("vertex", "reason"),
    [([10**400, 0], "no pair of numbers"), ([1e300, 0], "beyond 1,000,000,000,000 nm")],
)
def test_a_vertex_out_of_this_world_is_refused(vertex, reason):
    with pytest.raises(InputError, match=reason):
        Roi.from_geojson(polygon([[0, 0], [1, 0], vertex]))
