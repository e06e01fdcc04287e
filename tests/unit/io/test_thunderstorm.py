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


ABBELIGHT = (
    "id,frame,x [nm],y [nm],z [nm],sigma1 [nm],sigma2 [nm],intensity [photon],offset [photon],"
    "bkgstd [photon],uncertainty_xy [nm],uncertainty_z [nm],ratio_SAF [photon],z_SAF [nm],"
    "z_Astigm [nm]"
)
ABBELIGHT_ROWS = (
    "1,1,100,200,50,180,210,900,1,2,9,30,0.4,40,60\n"
    "2,1,900,1200,75,170,220,800,1,2,11,40,0.3,70,80\n"
)


def test_abbelight_has_three_heights(write):
    locs = read_localizations(write(f"{ABBELIGHT}\n{ABBELIGHT_ROWS}"))
    assert locs.provenance.format == "thunderstorm"
    np.testing.assert_array_equal(locs.xyz, [[100, 200, 50], [900, 1200, 75]])
    np.testing.assert_array_equal(locs.sigma, [[9, 9, 30], [11, 11, 40]])
    np.testing.assert_array_equal(locs.table["z_SAF [nm]"], [40, 70])
    np.testing.assert_array_equal(locs.table["z_Astigm [nm]"], [60, 80])
    assert any("of Abbelight are kept; z is 'z [nm]'" in note for note in locs.provenance.notes)
    assert locs.provenance.warnings == ()


def test_abbelight_without_a_combined_height_is_told(write):
    path = write(f"{ABBELIGHT.replace(',z [nm]', ',other')}\n{ABBELIGHT_ROWS}")
    locs = read_localizations(path)
    assert locs.dimensions == 2
    assert any("read in 2-D" in warning for warning in locs.provenance.warnings)
    chosen = read_localizations(path, columns={"z_nm": "z_Astigm [nm]"})
    np.testing.assert_array_equal(chosen.xyz[:, 2], [60, 80])
    assert not any("read in 2-D" in warning for warning in chosen.provenance.warnings)


def test_abbelight_neo_for_two_colours(write):
    header = (
        '"id","frame","x [nm]","y [nm]","z [nm]","sigma [nm]","intensity [photon]",'
        '"amplitude [photon]","offset [photon]","bkgstd [photon]","uncertainty_xy [nm]",'
        '"intDemixing [photon]","sigma_x [nm]","sigma_y [nm]","detections","ratio_demixing"'
    )
    rows = (
        "1,1,100,200,0,150,900,9,1,2,9,500,150,160,1,0.4\n"
        "2,1,900,1200,0,150,800,9,1,2,8,400,140,150,1,0.3\n"
    )
    locs = read_localizations(write(f"{header}\n{rows}"))
    np.testing.assert_array_equal(locs.sigma, [[9, 9], [8, 8]])
    np.testing.assert_array_equal(locs.table["photons"], [900, 800])
    assert {"intDemixing [photon]", "ratio_demixing", "sigma_x [nm]"} <= set(locs.table.columns)


@pytest.mark.parametrize("unit", ["um", "µm", "μm"])
def test_micrometres_in_the_header(write, unit):
    header = f"id,frame,x [{unit}],y [{unit}],sigma [{unit}],uncertainty [nm]"
    text = f"{header}\n1,1,1,2,.1,12\n2,1,30,40,.1,9\n"
    locs = read_localizations(write(text))
    assert locs.provenance.format == "thunderstorm"
    np.testing.assert_allclose(locs.xy, [[1000, 2000], [30000, 40000]])
    np.testing.assert_allclose(locs.sigma, [[12, 12], [9, 9]])


def test_a_table_of_many_rows_is_what_numpy_reads(write):
    rng = np.random.default_rng(0)
    values = np.column_stack(
        [np.arange(5000), rng.integers(0, 99, 5000), rng.uniform(0, 4e4, (5000, 2)),
         rng.normal(140, 9, 5000), rng.gamma(3, 5, 5000)]
    )  # fmt: skip
    # the first rows look like whole numbers, and later ones are not
    values[:40, 4] = 140
    header = "id,frame,x [nm],y [nm],sigma [nm],uncertainty [nm]"
    lines = [",".join(format(v, ".17g") for v in row) for row in values]
    locs = read_localizations(write("\n".join([header, *lines, ""])))
    np.testing.assert_array_equal(locs.xy, values[:, 2:4])
    np.testing.assert_array_equal(locs.table["sigma [nm]"], values[:, 4])
    np.testing.assert_array_equal(locs.sigma[:, 0], values[:, 5])


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda row: row.rpartition(",")[0], "line 2002 has 5 fields and the table 6"),
        (lambda row: row + ",1", "line 2002 has 7 fields and the table 6"),
        (lambda row: row.replace(".5", ".5x", 1), r"line 2002: column 'x \[nm\]' reads '2000.5x'"),
        (lambda row: '"' + row, "line 2002 opens a quotation mark"),
    ],
)
def test_one_bad_row_among_many_is_named(write, damage, said):
    header = "id,frame,x [nm],y [nm],sigma [nm],uncertainty [nm]"
    rows = [f"{i},{i},{i}.5,{i * 3}.25,140.5,9.75" for i in range(4000)]
    rows[2000] = damage(rows[2000])
    with pytest.raises(ValueError, match=said):
        read_localizations(write("\n".join([header, *rows, ""])))


def test_a_missing_value_among_many_sets_one_row_aside(write):
    header = "id,frame,x [nm],y [nm],sigma [nm],uncertainty [nm]"
    rows = [f"{i},{i},{i}.5,{i * 3}.25,140.5,9.75" for i in range(4000)]
    rows[2000] = rows[2000].replace("2000.5", "")
    locs = read_localizations(write("\n".join([header, *rows, ""])))
    assert (len(locs), locs.provenance.n_set_aside) == (3999, 1)
    assert "line 2002" in locs.provenance.warnings[0]
