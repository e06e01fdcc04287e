"""`stormgraph roi`: tiles, lists and conversion of regions."""

import json

import numpy as np
import pytest
import roifile

from stormgraph_py.io.roi_files import read_rois, write_rois
from stormgraph_py.roi import Roi


@pytest.fixture
def field(tmp_path, write_csv):
    """9000 localizations spread over 9 x 6 µm."""
    points = np.random.default_rng(5).uniform((0, 0), (9000, 6000), (9000, 2))
    corners = np.array([(0.0, 0.0), (9000.0, 6000.0)])
    return write_csv(tmp_path / "field.csv", np.concatenate([points, corners]), "x_nm,y_nm")


@pytest.fixture
def cells(tmp_path):
    path = tmp_path / "cells.geojson"
    tags = {"condition": "resting"}
    write_rois(
        path,
        [
            Roi.rectangle((3500, 3500), (6900, 3900), name="cell1", tags=tags),
            Roi.ellipse((7500, 1500), (2000, 1000), 30, name="cell2", tags=tags),
        ],
    )
    return path


def test_list_tells_area_localizations_and_density(cli, cells, field):
    outcome = cli("roi", "list", cells, "--data", field)
    assert outcome.code == 0
    header, first, second = (line.split() for line in outcome.out.splitlines())
    assert header[:3] == ["name", "kind", "area"]
    assert first[:3] == ["cell1", "rectangle", "26.91"]
    n, density = int(first[3]), float(first[4])
    assert abs(n - 9000 * 26.91 / 54) < 5 * np.sqrt(4485)
    assert density == pytest.approx(n / 26.91, rel=1e-3)
    assert second[:3] == ["cell2", "ellipse", "1.571"]
    assert "condition=resting" in first


@pytest.mark.parametrize(
    ("factor", "hint"), [(1e-3, "add --unit um"), (1 / 100, "--pixel-size-nm")]
)
def test_regions_in_another_unit_are_suspected(cli, tmp_path, cells, field, factor, hint):
    path = tmp_path / "other.geojson"
    write_rois(path, [roi.scaled(factor) for roi in read_rois(cells)])
    outcome = cli("roi", "list", path, "--data", field)
    assert outcome.code == 0
    assert "The regions reach from" in outcome.err
    assert hint in outcome.err


def test_regions_elsewhere_are_told_from_those_in_another_unit(cli, tmp_path, field):
    path = tmp_path / "far.geojson"
    write_rois(path, [Roi.rectangle((20_000, 3000), (1000, 1000), name="far")])
    outcome = cli("roi", "list", path, "--data", field)
    assert "no localization lies in a region" in outcome.err
    assert "file of these localizations" in outcome.err


def test_grid_writes_whole_tiles_with_the_tags_of_their_region(cli, cells, tmp_path):
    outcome = cli("roi", "grid", cells, "--side-um", "1.9", "--out", "tiles.geojson")
    assert outcome.code == 0
    assert "6 tiles of 2 regions" in outcome.out
    tiles = read_rois(tmp_path / "tiles.geojson")
    assert [tile.name for tile in tiles] == [f"cell1_{row}{i}" for row in "AB" for i in (1, 2, 3)]
    assert all(tile.area_nm2 == pytest.approx(1.9e3**2) for tile in tiles)
    assert all(tile.tags == {"condition": "resting", "tile_of": "cell1"} for tile in tiles)


def test_grid_of_a_field_holds_every_localization_once(cli, field, tmp_path):
    outcome = cli("roi", "grid", "--field", field, "--min-coverage", "0.01", "--out", "t.geojson",
                  "--angle", "20", "--offset-um", "0.5", "0.25", "--quiet")  # fmt: skip
    assert (outcome.code, outcome.out) == (0, "")
    points = np.loadtxt(field, delimiter=",", skiprows=1)[:-2]
    tiles = read_rois(tmp_path / "t.geojson")
    n_times = sum(tile.contains(points).astype(int) for tile in tiles)
    assert n_times.max() == 1
    assert (n_times == 1).mean() > 0.99


def test_convert_makes_nm_of_imagej_pixels(cli, tmp_path):
    drawn = roifile.ImagejRoi.frompoints(np.array([[0.5, 0.5], [10.5, 0.5], [10.5, 20.5]]))
    drawn.name = "cell"
    roifile.roiwrite(tmp_path / "cell.roi", drawn, mode="w")
    assert cli("roi", "convert", "cell.roi", "--out", "cell.geojson").code == 1
    outcome = cli("roi", "convert", "cell.roi", "--out", "cell.geojson", "--pixel-size-nm", "100")
    assert outcome.out.split(": ")[1] == "1 region\n"
    document = json.loads((tmp_path / "cell.geojson").read_text())
    (ring,) = document["features"][0]["geometry"]["coordinates"][0]
    assert ring == [[50, 50], [1050, 50], [1050, 2050], [50, 50]]


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (["grid", "--out", "t.geojson"], 2, "either a file of regions or --field"),
        (["grid", "CELLS", "--field", "x.csv", "--out", "t.geojson"], 2, "either a file"),
        (["grid", "CELLS", "--side-um", "0", "--out", "t.geojson"], 2, "side_nm=0"),
        (["grid", "CELLS", "--side-um", "1e-4", "--out", "t.geojson"], 2, "both in nm"),
        (["grid", "CELLS", "--min-coverage", "2", "--out", "t.geojson"], 2, "min_coverage=2"),
        (["grid", "CELLS", "--side-um", "50", "--out", "t.geojson"], 1, "smaller --side-um"),
        (["convert", "CELLS", "--out", "cells.geojson"], 1, "exists; replace it"),
        (["convert", "CELLS", "--unit", "px", "--out", "t.geojson"], 1, "--pixel-size-nm"),
        (["list", "none.geojson"], 1, "no such file"),
    ],
)
def test_a_fault_is_one_line_with_its_remedy(cli, cells, arguments, code, reason):
    outcome = cli("roi", *[str(cells) if a == "CELLS" else a for a in arguments])
    assert outcome.code == code
    assert reason in outcome.error
