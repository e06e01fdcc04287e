"""Which file of regions belongs to which data."""

import pytest

from stormgraph_py.batch.regions import roi_file_of
from stormgraph_py.errors import InputError


@pytest.mark.parametrize(
    "name",
    ["cell1.geojson", "cell1.rois.geojson", "cell1_rois.zip", "CELL1-ROI.roi", "cell1_picks.yaml"],
)
def test_names_that_fit(tmp_path, name):
    (tmp_path / name).touch()
    assert roi_file_of("day/cell1.csv", tmp_path) == tmp_path / name


@pytest.mark.parametrize("name", ["cell10.geojson", "cell1_b.zip", "acell1.zip", "cell1.csv"])
def test_names_that_do_not(tmp_path, name):
    (tmp_path / name).touch()
    assert roi_file_of("cell1.csv", tmp_path) is None


def test_the_same_subfolder_comes_first(tmp_path):
    (tmp_path / "day2").mkdir()
    for place in (tmp_path, tmp_path / "day2"):
        (place / "cell1.zip").touch()
    assert roi_file_of("day2/cell1.csv", tmp_path) == tmp_path / "day2" / "cell1.zip"
    assert roi_file_of("day1/cell1.csv", tmp_path) == tmp_path / "cell1.zip"


def test_two_that_fit_are_an_error(tmp_path):
    for name in ("cell1.zip", "cell1_rois.geojson"):
        (tmp_path / name).touch()
    with pytest.raises(InputError, match="more than one file of regions"):
        roi_file_of("cell1.csv", tmp_path)


def test_regions_may_lie_beside_the_data(tmp_path):
    data = tmp_path / "cell1.hdf5"
    data.touch()
    (tmp_path / "cell1.yaml").write_text("Frames: 100\nPixelsize: 130\n")
    assert roi_file_of("cell1.hdf5", tmp_path, data) is None
    (tmp_path / "cell1_rois.geojson").touch()
    assert roi_file_of("cell1.hdf5", tmp_path, data) == tmp_path / "cell1_rois.geojson"


def test_a_data_file_is_not_its_own_regions(tmp_path):
    data = tmp_path / "cell1.json"
    data.touch()
    assert roi_file_of("cell1.json", tmp_path, data) is None


def test_picks_with_the_name_of_the_data_are_regions(tmp_path):
    data = tmp_path / "cell1.hdf5"
    data.touch()
    (tmp_path / "cell1.yaml").write_text("Shape: Circle\nCenters: [[1, 1]]\nDiameter: 3\n")
    assert roi_file_of("cell1.hdf5", tmp_path, data) == tmp_path / "cell1.yaml"
