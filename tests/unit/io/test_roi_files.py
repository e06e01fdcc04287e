"""Files of regions: GeoJSON, and what ImageJ, Picasso and locan write."""

import gzip
import json
import math
import random
import struct
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest
import roifile
from roifile import ROI_OPTIONS, ROI_SUBTYPE, ROI_TYPE, ImagejRoi

from stormgraph_py.errors import FileFormatError, InputError, OutputError
from stormgraph_py.io.roi_files import ROI_READERS, read_rois, write_rois
from stormgraph_py.roi import Roi

PIXEL = 20.0
OUTLINE = np.array([[10.25, 10.5], [60.75, 12.0], [50.5, 70.25], [12.0, 40.0]])


def save(folder, *drawn):
    """Save regions of ImageJ, one as .roi and several as the ROI Manager's zip."""
    path = folder / ("rois.zip" if len(drawn) > 1 else "one.roi")
    roifile.roiwrite(path, drawn if len(drawn) > 1 else drawn[0], mode="w")
    return path


def read_pixels(path):
    return read_rois(path, pixel_size_nm=PIXEL)


def shoelace(ring):
    x, y = np.asarray(ring, dtype=float).T
    return abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


def path_of(*rings):
    """Path of a composite: move, lines, close."""
    numbers = []
    for ring in rings:
        for command, (x, y) in zip([0] + [1] * (len(ring) - 1), ring, strict=True):
            numbers += [command, x, y]
        numbers.append(4)
    return np.array(numbers, dtype=np.float32)


def composite(path, name="c"):
    return ImagejRoi(
        roitype=ROI_TYPE.RECT,
        name=name,
        right=100,
        bottom=100,
        shape_roi_size=len(path),
        multi_coordinates=path,
    )


def with_axis(subtype, ends, number, name=""):
    """A rotated ellipse or rectangle, put together from ImageJ's description of its file."""
    header = bytearray(64)
    struct.pack_into(">4shB", header, 0, b"Iout", 228, 7)
    struct.pack_into(">4f", header, 18, *ends)
    struct.pack_into(">hh", header, 48, subtype, 128)
    struct.pack_into(">f", header, 52, number)
    return bytes(header)


def test_an_imagej_rectangle_and_oval_lie_where_their_corners_say(tmp_path):
    box = {"left": 10, "top": 20, "right": 40, "bottom": 60}
    path = save(
        tmp_path,
        ImagejRoi(roitype=ROI_TYPE.RECT, name="r", **box),
        ImagejRoi(roitype=ROI_TYPE.OVAL, name="o", **box),
    )
    rectangle, oval = read_pixels(path)
    assert rectangle.bounds_nm == (200, 400, 800, 1200)
    assert rectangle.area_nm2 == pytest.approx(600 * 800)
    assert oval.area_nm2 == pytest.approx(math.pi * 300 * 400)
    assert [roi.kind for roi in (rectangle, oval)] == ["rectangle", "ellipse"]
    assert oval.box.center_nm == (500, 800)


def test_an_imagej_rectangle_may_lie_between_pixels(tmp_path):
    drawn = ImagejRoi(
        roitype=ROI_TYPE.RECT, options=ROI_OPTIONS.SUB_PIXEL_RESOLUTION, right=3, bottom=3,
        xd=0.25, yd=0.5, widthd=1.5, heightd=2.25,
    )  # fmt: skip
    (roi,) = read_pixels(save(tmp_path, drawn))
    assert roi.bounds_nm == (5, 10, 35, 55)


@pytest.mark.parametrize(
    ("kind", "ours"),
    [
        (ROI_TYPE.POLYGON, "polygon"),
        (ROI_TYPE.FREEHAND, "freehand"),
        (ROI_TYPE.TRACED, "freehand"),
    ],
)
@pytest.mark.parametrize("outline", [OUTLINE, OUTLINE.round().astype(int)])
def test_an_imagej_outline_keeps_its_vertices(tmp_path, kind, ours, outline):
    drawn = ImagejRoi.frompoints(outline)
    drawn.roitype, drawn.name = kind, "cell 3"
    (roi,) = read_pixels(save(tmp_path, drawn))
    np.testing.assert_array_equal(roi.polygons[0][0][:-1], outline * PIXEL)
    assert (roi.kind, roi.name) == (ours, "cell 3")


def test_an_imagej_ellipse_is_turned_as_its_long_axis_is(tmp_path):
    path = tmp_path / "e.roi"
    path.write_bytes(with_axis(3, (10.0, 20.0, 40.0, 60.0), 0.5))
    (roi,) = read_pixels(path)
    assert roi.area_nm2 == pytest.approx(math.pi * 500 * 250)
    assert roi.box.center_nm == (500, 800)
    assert roi.box.angle_deg == pytest.approx(math.degrees(math.atan2(4, 3)))
    on_axis = [[500 + 499 * 0.6 * t, 800 + 499 * 0.8 * t] for t in (-1, 1)]
    beside = [[500 - 260 * 0.8 * t, 800 + 260 * 0.6 * t] for t in (-1, 1)]
    assert roi.contains(on_axis).all()
    assert not roi.contains(beside).any()


def test_an_imagej_rectangle_is_turned_about_the_line_through_its_middle(tmp_path):
    path = tmp_path / "r.roi"
    path.write_bytes(with_axis(5, (10.0, 10.0, 10.0, 50.0), 8.0))
    (roi,) = read_pixels(path)
    assert roi.kind == "rectangle"
    assert roi.bounds_nm == pytest.approx((6 * PIXEL, 200, 14 * PIXEL, 1000))


def test_an_imagej_composite_has_holes_and_parts(tmp_path):
    square = [(0, 0), (30, 0), (30, 30), (0, 30)]
    hole = [(10, 10), (20, 10), (20, 20), (10, 20)]
    apart = [(50, 50), (60, 50), (60, 60), (50, 60)]
    (roi,) = read_pixels(save(tmp_path, composite(path_of(square, hole, apart))))
    assert roi.area_nm2 == pytest.approx((900 - 100 + 100) * PIXEL**2)
    points = np.array([[5, 5], [15, 15], [55, 55], [40, 40]]) * PIXEL
    assert roi.contains(points).tolist() == [True, False, True, False]


def test_an_imagej_composite_may_be_made_of_curves(tmp_path):
    k = 4 / 3 * (math.sqrt(2) - 1)  # the usual approximation of a quarter of a circle
    path = [0, 1, 0]
    quarter = np.array([[1, k], [k, 1], [0, 1]])
    for _ in range(4):
        path += [3, *quarter.ravel().tolist()]
        quarter = quarter @ np.array([[0, 1], [-1, 0]])
    numbers = np.array([*path, 4], dtype=np.float32)
    (roi,) = read_pixels(save(tmp_path, composite(numbers)))
    assert roi.area_nm2 == pytest.approx(math.pi * PIXEL**2, rel=2e-3)


def test_imagej_groups_and_properties_are_tags(tmp_path):
    drawn = ImagejRoi(roitype=ROI_TYPE.RECT, right=5, bottom=5, group=3)
    drawn.properties = {"condition": "resting", "name": "hidden"}
    (roi,) = read_pixels(save(tmp_path, drawn))
    assert roi.tags == {"condition": "resting", "group": "3"}
    assert roi.name == "one"


def without_area():
    line = ImagejRoi(roitype=ROI_TYPE.LINE, name="way", x1=0, y1=0, x2=5, y2=5)
    point = ImagejRoi.frompoints(np.array([[3, 3]]))
    point.roitype, point.name = ROI_TYPE.POINT, "spot"
    text = ImagejRoi(roitype=ROI_TYPE.RECT, subtype=ROI_SUBTYPE.TEXT, name="word", text="hi")
    spline = ImagejRoi.frompoints(OUTLINE)
    spline.name, spline.options = "bent", spline.options | ROI_OPTIONS.SPLINE_FIT
    rounded = ImagejRoi(roitype=ROI_TYPE.RECT, name="soft", right=9, bottom=9)
    rounded.rounded_rect_arc_size = 4
    return [line, point, text, spline, rounded]


@pytest.mark.parametrize("drawn", without_area(), ids=lambda drawn: drawn.name)
def test_what_imagej_draws_without_a_defined_area_is_named(tmp_path, drawn):
    square = ImagejRoi(roitype=ROI_TYPE.RECT, right=5, bottom=5, name="square")
    with pytest.raises(FileFormatError, match=rf"holds 1 that .*{drawn.name} \(.*ROI Manager"):
        read_pixels(save(tmp_path, square, drawn))


def test_regions_in_pixels_need_the_size_of_one(tmp_path):
    path = save(tmp_path, ImagejRoi(roitype=ROI_TYPE.RECT, right=5, bottom=5))
    with pytest.raises(InputError, match=r"one\.roi: the regions are in pixels.*pixel_size_nm=100"):
        read_rois(path)


def test_a_zip_of_something_else_is_no_file_of_regions(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "x,y\n1,2\n")
    with pytest.raises(FileFormatError, match="no regions of interest of a known format"):
        read_pixels(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("__MACOSX/._a.roi", b"\0")
        archive.writestr("b.roi", ImagejRoi(roitype=ROI_TYPE.RECT, right=5, bottom=5).tobytes())
    with pytest.raises(FileFormatError, match=r"holds a\.csv"):
        read_pixels(path)


PICKS = {
    "circle": (
        "Shape: Circle\nCenters:\n- [10.0, 20.0]\n- [30.5, 5.0]\nDiameter (nm): 60.0\n",
        [math.pi * 900] * 2,
        ["ellipse"] * 2,
    ),
    "older circle": ("Centers:\n- [10, 20]\nDiameter: 3\n", [math.pi * 900], ["ellipse"]),
    "square": (
        "Shape: Square\nCenters:\n- [10, 20]\nSide Length (nm): 50\n",
        [2500],
        ["rectangle"],
    ),
    "rectangle": (
        "Shape: Rectangle\nCenter-Axis-Points:\n- [[0, 0], [3, 4]]\nWidth (nm): 40\n",
        [5 * 20 * 40],
        ["rectangle"],
    ),
    "polygon": (
        "Shape: Polygon\nVertices:\n- [[0, 0], [10, 0], [0, 10], [0, 0]]\n- []\n",
        [50 * 400],
        ["polygon"],
    ),
    "box": ("Corners:\n- [[5, 9], [1, 2]]\nShape: Box\n", [28 * 400], ["rectangle"]),
}


@pytest.mark.parametrize(("text", "areas", "kinds"), PICKS.values(), ids=PICKS.keys())
def test_picks_of_picasso_are_read(tmp_path, text, areas, kinds):
    path = tmp_path / "picks.yaml"
    path.write_text(text)
    rois = read_pixels(path)
    assert [roi.area_nm2 for roi in rois] == pytest.approx(areas)
    assert [roi.kind for roi in rois] == kinds
    # as Picasso counts them in its column `group`
    assert [roi.name for roi in rois] == [f"pick_{i}" for i in range(len(areas))]
    with pytest.raises(InputError, match="regions are in pixels"):
        read_rois(path)


def test_picks_of_picasso_lie_where_its_localizations_do(tmp_path):
    path = tmp_path / "picks.yaml"
    path.write_text(PICKS["rectangle"][0])
    (roi,) = read_pixels(path)
    # the middle of the axis from (0, 0) to (3, 4) px, and the ends of the width of 40 nm across it
    assert roi.box.center_nm == (30, 40)
    across = np.array([-0.8, 0.6])
    assert roi.contains([[30, 40] + 19.9 * across, [30, 40] - 19.9 * across]).all()
    assert not roi.contains([[30, 40] + 20.1 * across, [30, 40] - 20.1 * across]).any()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Shape: Brush\nStrokes: []\n", "shape 'Brush'"),
        ("Shape: [1]\nCenters: []\n", "shape"),
        ("Shape: Circle\nDiameter (nm): 5\n", "no list 'Centers'"),
        ("Shape: Circle\nCenters:\n- [1, 2]\n", r"no number 'Diameter \(nm\)'"),
        ("Shape: Circle\nCenters:\n- [1, 2]\nDiameter (nm): -5\n", "pick 0 is no Circle"),
        ("Shape: Circle\nCenters:\n- [1, x]\nDiameter (nm): 5\n", "pick 0 is no Circle"),
        ("Shape: Polygon\nVertices:\n- [[0, 0], [1, 1]]\n", "fewer than three"),
        ("Shape: Circle\nCenters: []\nDiameter (nm): 5\n", "holds no region"),
        ("Shape: Circle\nCenters: [", "cannot be read as YAML"),
        ("Shape: !!python/object/apply:os.system [echo]\n", "cannot be read as YAML"),
    ],
)
def test_picks_that_cannot_be_read_say_why(tmp_path, text, reason):
    path = tmp_path / "picks.yaml"
    path.write_text(text)
    with pytest.raises(FileFormatError, match=reason):
        read_pixels(path)


def locan_regions():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        locan = pytest.importorskip("locan")
    return locan, [
        locan.Rectangle((100, -50), 300, 120, 25),
        locan.AxisOrientedRectangle((1, 2), 30.5, 40),
        locan.Ellipse((10, 20), 400, 100, -40),
        locan.Polygon(OUTLINE),
        locan.Polygon([[0, 0], [90, 0], [90, 90], [0, 90]], [[[10, 10], [50, 10], [50, 50]]]),
    ]


@pytest.mark.parametrize("number", range(5))
def test_regions_of_locan_hold_the_points_that_locan_says(tmp_path, number):
    locan, regions = locan_regions()
    region, path = regions[number], tmp_path / "locan.yaml"
    locan.Roi(region=region).to_yaml(path)
    (roi,) = read_rois(path)
    # locan's ellipse is a polygon too, of fewer vertices
    assert roi.area_nm2 == pytest.approx(region.region_measure, rel=1e-3)
    left, bottom, right, top = roi.bounds_nm
    points = np.random.default_rng(3).uniform((left, bottom), (right, top), (3000, 2))
    theirs = np.zeros(len(points), dtype=bool)
    theirs[region.contains(points)] = True
    assert (roi.contains(points) == theirs).mean() > (0.995 if number == 2 else 0.9999)
    assert roi.name == "locan"


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("region: MultiPolygon([Polygon([[0, 0], [2, 0], [0, 2]]), Polygon([[5, 5], [6, 5], "
         "[5, 6]])])\n", 2.5),
        ("region_type: rectangle\nregion_specs: [[0, 0], 3, 4, 10]\nreference:\n", 12),
        ("region_type: ellipse\nregion_specs: [[0, 0], 2, 4, 10]\n", math.pi * 2),
        ("region_type: polygon\nregion_specs: [[0, 0], [1, 0], [0, 1]]\n", 0.5),
    ],
)  # fmt: skip
def test_other_layouts_of_locan_are_read(tmp_path, text, area):
    path = tmp_path / "locan.yaml"
    path.write_text(text)
    assert Roi.union(read_rois(path)).area_nm2 == pytest.approx(area)


@pytest.mark.parametrize(
    "region",
    [
        "Cuboid((0, 0, 0), 1, 2, 3)",
        "Interval(0, 1)",
        "__import__('os').system('echo')",
        "Rectangle((0, 0), open('x'), 1, 1)",
        "Rectangle(",
        "5",
        "",
        "MultiPolygon(Polygon([]))",
        "MultiPolygon()",
    ],
)
def test_other_regions_of_locan_are_refused_and_nothing_is_executed(tmp_path, region):
    path = tmp_path / "locan.yaml"
    path.write_text(f"reference:\nregion: {json.dumps(region)}\nloc_properties: []\n")
    with pytest.raises(FileFormatError, match=r"locan\.yaml: the region of locan cannot be read"):
        read_rois(path)


def feature(name=None, **properties):
    geometry = Roi.rectangle((50, 50), (100, 100)).as_geojson()
    named = {} if name is None else {"name": name}
    return {"type": "Feature", "properties": named | properties, "geometry": geometry}


def geojson(path, *features):
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}))
    return path


def test_each_feature_is_a_region_with_a_name_of_its_own(tmp_path):
    path = geojson(
        tmp_path / "a.geojson",
        feature("a"), feature(), feature("a"), feature("roi_2"), feature("a_2"), feature(""),
    )  # fmt: skip
    names = [roi.name for roi in read_rois(path)]
    assert names == ["a", "roi_2_2", "a_3", "roi_2", "a_2", "roi_6"]


def test_all_features_together_are_one_region(tmp_path):
    path = geojson(tmp_path / "a.geojson", feature("a"), feature("b"))
    assert Roi.union(read_rois(path)).area_nm2 == pytest.approx(10_000)
    assert Roi.union(read_rois(geojson(path, feature("a", day=1)))).tags == {"day": "1"}


def test_features_without_their_collection_are_read(tmp_path):
    path = tmp_path / "qupath.json"
    path.write_text(json.dumps([feature("a"), feature("b")]))
    assert [roi.name for roi in read_rois(path)] == ["a", "b"]


@pytest.mark.parametrize(("unit", "factor"), [("um", 1000), ("µm", 1000), ("px", PIXEL)])
def test_geojson_in_another_unit_is_converted_when_told(tmp_path, unit, factor):
    path = tmp_path / "a.geojson"
    write_rois(path, [Roi.ellipse((1, 2), (3, 4), 20, name="e")])
    (roi,) = read_rois(path, unit=unit, pixel_size_nm=PIXEL)
    assert roi.box.center_nm == (factor, 2 * factor)
    assert roi.area_nm2 == pytest.approx(math.pi * 3 * factor**2)
    # a pixel size alone belongs to the localizations
    assert read_rois(path, pixel_size_nm=PIXEL)[0].box.center_nm == (1, 2)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"unit": "furlong"}, "unit='furlong'"),
        ({"unit": "px"}, "pixel_size_nm="),
        ({"pixel_size_nm": -1}, "pixel_size_nm=-1"),
        ({"format": "imagj"}, "did you mean 'imagej'"),
    ],
)
def test_options_out_of_bounds_are_named(tmp_path, options, reason):
    path = geojson(tmp_path / "a.geojson", feature("a"))
    with pytest.raises(InputError, match=reason):
        read_rois(path, **options)


def test_a_feature_that_is_no_region_is_counted_to(tmp_path):
    point = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 2]}}
    path = geojson(tmp_path / "a.geojson", feature("a"), point)
    with pytest.raises(FileFormatError, match=r"a\.geojson: feature 2: A GeoJSON Point"):
        read_rois(path)


def test_nothing_is_not_written(tmp_path):
    with pytest.raises(OutputError, match="no region of interest to write"):
        write_rois(tmp_path / "a.geojson", [])


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match="there is no such file"):
        read_rois(tmp_path / "none.geojson")


def mutations(data: bytes, n: int, seed: int):
    rng = random.Random(seed)
    for _ in range(n):
        changed = bytearray(data)
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(changed))
            what = rng.randrange(4)
            if what == 0:
                changed[at] = rng.randrange(256)
            elif what == 1:
                del changed[at : at + rng.randint(1, 40)]
            elif what == 2:
                changed[at:at] = bytes(rng.randrange(256) for _ in range(rng.randint(1, 8)))
            else:
                del changed[at:]
            if not changed:
                break
        yield bytes(changed)


def sample_files(folder: Path) -> list[Path]:
    """A file of every format."""
    write_rois(folder / "a.geojson", [Roi.ellipse((5, 5), (2, 3), name="a", tags={"b": "c"})])
    freehand = ImagejRoi.frompoints(OUTLINE)
    square = ImagejRoi(roitype=ROI_TYPE.RECT, right=5, bottom=5, name="s", group=2)
    files = [save(folder, freehand, square, composite(path_of(OUTLINE.tolist())))]
    (folder / "e.roi").write_bytes(with_axis(3, (1.0, 2.0, 3.0, 4.0), 0.5))
    (folder / "f.roi").write_bytes(composite(path_of(OUTLINE.tolist())).tobytes())
    (folder / "g.roi").write_bytes(freehand.tobytes())
    (folder / "p.yaml").write_text(PICKS["rectangle"][0])
    (folder / "l.yaml").write_text("reference:\nregion: Rectangle((0, 1), 2, 3, 4)\n")
    return [*files, *(folder / name for name in
                      ("a.geojson", "e.roi", "f.roi", "g.roi", "p.yaml", "l.yaml"))]  # fmt: skip


def test_damaged_files_are_read_or_refused_in_one_sentence(tmp_path):
    refused = []
    for file in sample_files(tmp_path):
        data = file.read_bytes()
        assert read_pixels(file)
        for changed in mutations(data, 60, seed=len(data)):
            file.write_bytes(changed)
            try:
                rois = read_pixels(file)
            except InputError as error:
                refused.append((file.name, str(error)))
            else:
                assert all(math.isfinite(roi.area_nm2) for roi in rois)
    assert all(name in message and "\n" not in message for name, message in refused)
    assert len(refused) > 100


def test_every_reader_says_what_it_reads():
    names = [reader.name for reader in ROI_READERS]
    assert names == sorted(set(names), key=names.index) == ["geojson", "imagej", "picasso", "locan"]
    assert all(reader.description and reader.suffixes for reader in ROI_READERS)


def test_a_folder_is_no_file_and_one_region_may_be_zipped(tmp_path):
    with pytest.raises(InputError, match="is a folder"):
        read_rois(tmp_path)
    with zipfile.ZipFile(tmp_path / "one.zip", "w") as archive:
        archive.writestr("b.roi", ImagejRoi(roitype=ROI_TYPE.RECT, right=5, bottom=5).tobytes())
    assert read_pixels(tmp_path / "one.zip")[0].name == "b"


def test_geojson_may_be_gzipped(tmp_path):
    write_rois(tmp_path / "a.geojson", [Roi.rectangle((0, 0), (2, 2), name="a")])
    path = tmp_path / "a.geojson.gz"
    path.write_bytes(gzip.compress((tmp_path / "a.geojson").read_bytes()))
    assert read_rois(path)[0].area_nm2 == 4
