"""ThunderSTORM: sigma is the width of the point spread function, uncertainty the precision."""

import numpy as np
import pytest

from stormgraph_py.io.registry import read_localizations

HEADER_3D = (
    '"id","frame","x [nm]","y [nm]","z [nm]","sigma1 [nm]","sigma2 [nm]","intensity [photon]",'
    '"offset [photon]","bkgstd [photon]","uncertainty_xy [nm]","uncertainty_z [nm]"'
)
ROWS_3D = "1,1,100,200,-50,180,210,900,1,2,9,30\n2,1,900,1200,75,170,220,800,1,2,11,40\n"


def test_three_dimensions(write):
    locs = read_localizations(write(f"{HEADER_3D}\n{ROWS_3D}"))
    assert locs.provenance.format == "thunderstorm"
    np.testing.assert_array_equal(locs.xyz, [[100, 200, -50], [900, 1200, 75]])
    np.testing.assert_array_equal(locs.sigma, [[9, 9, 30], [11, 11, 40]])
    assert list(locs.table["sigma1 [nm]"]) == [180, 170]
    assert any("sigma1 [nm], sigma2 [nm]: width" in note for note in locs.provenance.notes)


def test_sigma_is_never_the_precision(write):
    path = write("id,frame,x [nm],y [nm],sigma [nm]\n1,1,100,200,140\n2,1,900,1200,150\n")
    locs = read_localizations(path)
    assert locs.provenance.format == "thunderstorm"
    assert locs.sigma is None
    assert locs.provenance.warnings == ()


def test_every_column_is_kept(write):
    locs = read_localizations(write(f"{HEADER_3D}\n{ROWS_3D}"))
    kept = {"id", "sigma1 [nm]", "sigma2 [nm]", "offset [photon]", "bkgstd [photon]"}
    assert kept <= set(locs.table.columns)
    assert ("uncertainty_xy [nm]", "sigma_y_nm") in locs.provenance.columns


def test_pixels_in_the_header_need_a_size(write):
    text = "id,frame,x [px],y [px],sigma [px],uncertainty [nm]\n1,1,10,20,1.4,12\n2,1,30,40,1.5,9\n"
    with pytest.raises(ValueError, match="pixel_size_nm="):
        read_localizations(write(text))
    locs = read_localizations(write(text), pixel_size_nm=100)
    np.testing.assert_allclose(locs.xy, [[1000, 2000], [3000, 4000]])
    np.testing.assert_allclose(locs.sigma, [[12, 12], [9, 9]])


def test_through_a_spreadsheet_with_decimal_commas(write):
    header = HEADER_3D.replace(",", ";")
    rows = "1;1;100,5;200;-50;180;210;900;1;2;9;30\n2;1;900;1200;75;170;220;800;1;2;11;40\n"
    locs = read_localizations(write(f"{header}\r\n{rows}"))
    assert locs.provenance.format == "thunderstorm"
    assert locs.xy[0, 0] == 100.5


def test_adu_is_not_photons(write):
    text = "id,x [nm],y [nm],intensity [ADU]\n1,100,200,5\n2,900,1200,6\n"
    locs = read_localizations(write(text))
    assert "photons" not in locs.table.columns
    assert "intensity [ADU]" in locs.table.columns


@pytest.mark.parametrize(
    "header",
    ["x [nm],y [nm],cluster", "Position X [nm],Position Y [nm],sigma [nm]", "x,y,uncertainty"],
)
def test_other_headers_are_not_thunderstorm(write, header):
    locs = read_localizations(write(f"{header}\n1,2,3\n400,500,6\n"))
    assert locs.provenance.format == "delimited"
