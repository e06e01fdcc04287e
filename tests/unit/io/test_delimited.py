"""Plain tables: separators, decimal marks, headers, units, precision, rows set aside."""

import gzip
import math

import numpy as np
import pytest

from stormgraph_py.errors import FileFormatError, InputError
from stormgraph_py.io.registry import read_localizations

EXPECTED = [[1000.5, 200.25], [3000.0, 450.0]]
ROWS = {
    "commas": "x_nm,y_nm\n1000.5,200.25\n3000,450\n",
    "comma-and-blank": "x_nm, y_nm\n1000.5, 200.25\n3000, 450\n",
    "tabs": "x_nm\ty_nm\n1000.5\t200.25\n3000\t450\n",
    "semicolons": "x_nm;y_nm\n1000.5;200.25\n3000;450\n",
    "bars": "x_nm|y_nm\n1000.5|200.25\n3000|450\n",
    "spaces": "x_nm y_nm\n1000.5   200.25\n  3000 450 \n",
    "semicolons-decimal-commas": "x_nm;y_nm\n1000,5;200,25\n3000;450\n",
    "tabs-decimal-commas": "x_nm\ty_nm\n1000,5\t200,25\n3000,0\t450\n",
    "carriage-returns": "x_nm,y_nm\r1000.5,200.25\r3000,450\r",
    "dos": "x_nm,y_nm\r\n1000.5,200.25\r\n3000,450\r\n",
    "no-last-line-end": "x_nm,y_nm\n1000.5,200.25\n3000,450",
    "byte-order-mark": "\ufeffx_nm,y_nm\n1000.5,200.25\n3000,450\n",
    "quoted": '"x_nm","y_nm"\n"1000.5","200.25"\n"3000","450"\n',
    "header-quoted-twice": '"x_nm,""y_nm"""\n1000.5,200.25\n3000,450\n',
    "blank-lines": "\nx_nm,y_nm\n\n1000.5,200.25\n   \n3000,450\n\n",
    "comments": "# made today\nx_nm,y_nm\n#first\n1000.5,200.25\n%mid, 1\n3000,450\n# end",
    "names-in-comment": "# made today\n# x_nm y_nm\n1000.5 200.25\n3000 450\n",
    "names-in-percent-comment": "%x_nm,y_nm\n1000.5,200.25\n3000,450\n",
    "trailing-separators": "x_nm,y_nm,\n1000.5,200.25,\n3000,450,\n",
    "exponents": "x_nm,y_nm\n1.0005e3,+2.0025E2\n3e3,.45e3\n",
    "swapped": "y_nm,x_nm\n200.25,1000.5\n450,3000\n",
}


@pytest.mark.parametrize("text", ROWS.values(), ids=ROWS)
def test_same_table_in_many_dialects(write, text):
    locs = read_localizations(write(text))
    np.testing.assert_array_equal(locs.xy, EXPECTED)
    assert locs.provenance.n_rows == 2
    assert list(locs.table.columns) == ["x_nm", "y_nm"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig", "latin-1"])
def test_encodings(write, encoding):
    bom = "\ufeff" if encoding == "utf-16-le" else ""
    text = f"{bom}x [µm]\ty [µm]\n1.0005\t0.20025\n3\t0.45\n"
    locs = read_localizations(write(text.encode(encoding)))
    np.testing.assert_allclose(locs.xy, EXPECTED)


def test_gzip_is_transparent_whatever_the_name(write):
    locs = read_localizations(write(gzip.compress(ROWS["commas"].encode()), "table.txt"))
    np.testing.assert_array_equal(locs.xy, EXPECTED)


def test_separator_can_be_told(write):
    path = write("x_nm:y_nm\n1000.5:200.25\n3000:450\n")
    np.testing.assert_array_equal(read_localizations(path, separator=":").xy, EXPECTED)
    tabbed = write(ROWS["tabs"], "tabs.txt")
    np.testing.assert_array_equal(read_localizations(tabbed, separator="tab").xy, EXPECTED)


def test_names_that_we_know(write):
    path = write("Frame,X (nm),Y (nm),Z (nm),Photons,X precision (nm),Y precision (nm),Channel,Q\n"
                 "4,1000,2000,-300,812,11,12,1,7\n5,3000,4000,250,900,13,14,0,8\n")  # fmt: skip
    locs = read_localizations(path)
    np.testing.assert_array_equal(locs.xyz, [[1000, 2000, -300], [3000, 4000, 250]])
    np.testing.assert_array_equal(locs.precision(2), [[11, 12], [13, 14]])
    np.testing.assert_array_equal(locs.frame, [4, 5])
    np.testing.assert_array_equal(locs.channel, [1, 0])
    np.testing.assert_array_equal(locs.table["photons"], [812, 900])
    np.testing.assert_array_equal(locs.table["Q"], [7, 8])


def test_lateral_precision_alone_is_none_in_three_dimensions_and_says_so(write):
    path = write("x_nm,y_nm,z_nm,uncertainty\n1,2,3,4\n1000,2000,300,5\n")
    locs = read_localizations(path)
    assert locs.sigma is None
    np.testing.assert_array_equal(locs.precision(2), [[4, 4], [5, 5]])
    assert any("z is not" in w and "2-D" in w for w in locs.provenance.warnings)


def test_constant_z_stays_two_dimensional_without_warning(write):
    locs = read_localizations(write("x_nm,y_nm,z_nm,uncertainty\n1,2,0,4\n1000,2000,0,5\n"))
    np.testing.assert_array_equal(locs.sigma, [[4, 4], [5, 5]])
    assert locs.provenance.warnings == ()


def test_bare_sigma_is_kept_but_not_taken_for_the_precision(write):
    path = write("x_nm,y_nm,sigma\n1,2,130\n1000,2000,140\n")
    locs = read_localizations(path)
    assert locs.sigma is None
    np.testing.assert_array_equal(locs.table["sigma"], [130, 140])
    assert any("'sigma'" in w and "columns=" in w for w in locs.provenance.warnings)


def test_caller_can_declare_sigma_the_precision(write):
    path = write("x_nm,y_nm,sigma\n1,2,13\n1000,2000,14\n")
    locs = read_localizations(path, columns={"sigma_x_nm": "sigma", "sigma_y_nm": "sigma"})
    np.testing.assert_array_equal(locs.sigma, [[13, 13], [14, 14]])
    assert locs.provenance.warnings == ()


def test_explicit_columns_win_over_names(write):
    path = write("x_nm,y_nm,a,b\n1,2,1000,2000\n3,4,3000,4000\n")
    locs = read_localizations(path, columns={"x_nm": "a", "y_nm": "b"}, unit="nm")
    np.testing.assert_array_equal(locs.xy, [[1000, 2000], [3000, 4000]])
    np.testing.assert_array_equal(locs.table["x_nm (file)"], [1, 3])


def test_explicit_columns_of_a_table_without_names(write):
    path = write("7,1000,2000,9\n8,3000,4000,9\n")
    locs = read_localizations(path, columns={"x_nm": "column_2", "y_nm": "column_3"})
    np.testing.assert_array_equal(locs.xy, [[1000, 2000], [3000, 4000]])
    np.testing.assert_array_equal(locs.table["column_1"], [7, 8])


@pytest.mark.parametrize(("text", "dimensions"), [("1 2000\n3000 4\n", 2), ("1,2,3\n9,900,5\n", 3)])
def test_two_or_three_columns_without_names_are_coordinates(write, text, dimensions):
    locs = read_localizations(write(text, "points.txt"))
    rows = [line.replace(",", " ").split() for line in text.splitlines()]
    np.testing.assert_array_equal(locs.coordinates(dimensions), np.array(rows, dtype=float))
    assert locs.dimensions == dimensions
    assert any("does not name" in note for note in locs.provenance.notes)
    assert any("read as z" in w for w in locs.provenance.warnings) == (dimensions == 3)


@pytest.mark.parametrize(
    ("header", "factor"),
    [
        ("x [nm],y [nm]", 1), ("x (um),y (um)", 1e3), ("x_um,y_um", 1e3), ("X [µm],Y [µm]", 1e3),
        ("x_m,y_m", 1e9), ("x [Å],y [Å]", 0.1), ("xnm,ynm", 1), ("x_mm,y_mm", 1e6),
    ],
)  # fmt: skip
def test_unit_in_the_header_is_respected(write, header, factor):
    locs = read_localizations(write(f"{header}\n1.5,2\n3,4.25\n"))
    np.testing.assert_allclose(locs.xy, np.array([[1.5, 2], [3, 4.25]]) * factor)
    assert locs.provenance.warnings == ()


def test_pixels_take_the_given_size_and_leave_z_alone(write):
    path = write("x_px,y_px,z_nm,lpx,lpy\n10,20,300,0.1,0.2\n30,40,-200,0.3,0.1\n")
    locs = read_localizations(path, pixel_size_nm=160)
    np.testing.assert_allclose(locs.xyz, [[1600, 3200, 300], [4800, 6400, -200]])
    np.testing.assert_allclose(locs.precision(2), [[16, 32], [48, 16]])


def test_pixel_size_alone_means_pixels_and_says_so(write):
    path = write("x,y\n10,20\n30,40\n")
    locs = read_localizations(path, pixel_size_nm=100)
    np.testing.assert_allclose(locs.xy, [[1000, 2000], [3000, 4000]])
    assert any("read as pixels" in w for w in locs.provenance.warnings)
    told = read_localizations(path, pixel_size_nm=100, unit="px")
    assert told.provenance.warnings == ()
    in_nm = read_localizations(path, pixel_size_nm=100, unit="nm")
    np.testing.assert_array_equal(in_nm.xy, [[10, 20], [30, 40]])


def test_precision_may_have_its_own_unit(write):
    path = write("x [µm],y [µm],uncertainty [nm]\n1,2,12\n3,4,15\n")
    np.testing.assert_array_equal(read_localizations(path).sigma, [[12, 12], [15, 15]])


def test_precision_without_unit_has_that_of_x(write):
    path = write("x [µm],y [µm],uncertainty\n1,2,0.012\n3,4,0.015\n")
    np.testing.assert_allclose(read_localizations(path).sigma, [[12, 12], [15, 15]])


def test_rows_without_finite_coordinates_are_set_aside_and_counted(write):
    path = write(
        "x_nm,y_nm,name\n1,2,a\nnan,5,b\n6,inf,c\n,8,d\n9,NA,e\n10,1e999,f\n11,2000,g\n,,\n"
    )
    locs = read_localizations(path)
    np.testing.assert_array_equal(locs.xy, [[1, 2], [11, 2000]])
    assert list(locs.table["name"]) == ["a", "g"]
    assert (locs.provenance.n_rows, locs.provenance.n_set_aside) == (8, 6)
    (warning,) = locs.provenance.warnings
    assert "6 of 8" in warning
    assert "line 3" in warning


def test_lines_are_counted_as_an_editor_does(write):
    path = write("# c\n\nx_nm,y_nm\n# c\n1,2\n\nnan,2\n9,900\n")
    assert "line 7" in read_localizations(path).provenance.warnings[0]


def test_impossible_precision_is_blanked_counted_and_its_row_kept(write):
    values = ["12", "0", "-1", "nan", "", "inf", "3e33", "2500", "15"]
    rows = "".join(f"{i * 250},{i},{v}\n" for i, v in enumerate(values))
    locs = read_localizations(write(f"x_nm,y_nm,uncertainty\n{rows}"))
    assert len(locs) == len(values)
    assert locs.provenance.n_set_aside == 0
    known = [math.isfinite(v) for v in locs.sigma[:, 0]]
    assert known == [True] + [False] * 7 + [True]
    (warning,) = locs.provenance.warnings
    assert "7 of 9" in warning
    assert "line 3" in warning


def test_precision_that_is_never_possible_is_not_used(write):
    locs = read_localizations(write("x_nm,y_nm,uncertainty\n1,2,0\n3000,4,0\n"))
    assert locs.sigma is None
    assert any("2 of 2" in w for w in locs.provenance.warnings)


def test_text_channels_are_numbered_and_their_names_kept(write):
    path = write("x_nm,y_nm,Channel Name\n1,2,red\n3,4,green\n500,6,red\n")
    locs = read_localizations(path)
    np.testing.assert_array_equal(locs.channel, [1, 0, 1])
    assert list(locs.table["Channel Name"]) == ["red", "green", "red"]
    assert locs.provenance.channel_names == {0: "green", 1: "red"}


def test_repeated_and_missing_names(write):
    locs = read_localizations(write("x_nm,y_nm,,x_nm\n1,2,3,4\n500,6,7,8\n"))
    assert list(locs.table.columns) == ["x_nm", "y_nm", "column_3", "x_nm.2"]
    assert any("more than once" in w for w in locs.provenance.warnings)


def test_text_with_quoted_separators_is_one_field(write):
    locs = read_localizations(write('x_nm,y_nm,name\n1,2,"a, b"\n500,4,c\n'))
    assert list(locs.table["name"]) == ["a, b", "c"]


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("x_px,y_px\n1,2\n", {}, "pixel_size_nm="),
        ("x,y\n1,2\n", {"unit": "px"}, "pixel_size_nm="),
        ("x [furlong],y [furlong]\n1,2\n", {}, "furlong"),
        ("x_nm,y_nm\n1,2\n", {"unit": "um"}, "contradicts"),
        ("x,y\n1,2\n", {"unit": "inch"}, "one of nm"),
        ("x,y\n1,2\n", {"pixel_size_nm": 0}, "pixel_size_nm=0"),
        ("x,y\n1,2\n", {"pixel_size_nm": "big"}, "'big'"),
        ("x,y\n1,2\n", {"columns": {"x_nmm": "x"}}, "did you mean 'x_nm'"),
        ("xpos2,ypos\n1,2\n", {"columns": {"x_nm": "xpos"}}, "did you mean 'xpos2'"),
        ("x,y\n1,2\n", {"separator": "::"}, "separator="),
        ("x,y\n1,2\n", {"format": "thunderstrom"}, "did you mean 'thunderstorm'"),
        ("1,2,3,4\n5,6,7,8\n", {}, "column_1"),
    ],
)
def test_what_must_be_told_is_asked_for(write, text, options, message):
    with pytest.raises(InputError, match=r"^[^\n]+$") as caught:
        read_localizations(write(text), **options)
    assert message in str(caught.value)


def test_unknown_unit_can_be_overruled(write):
    path = write("x [a.u.],y [a.u.]\n1,2\n3000,4\n")
    np.testing.assert_array_equal(read_localizations(path, unit="nm").xy, [[1, 2], [3000, 4]])


def test_decimal_commas_between_commas_are_refused_with_the_remedy(write):
    with pytest.raises(FileFormatError, match=r"line 2.*decimal commas.*semicolons"):
        read_localizations(write("x,y\n1,5,2,5\n3,5,4,5\n"))


def test_texts_of_several_words_between_tabs(write):
    rows = "".join(f"{i}.5\t{i * 7 % 5}\t{i}\tmolecule number {i}\n" for i in range(9))
    locs = read_localizations(write("X (nm)\tY (nm)\tprecision\tname\n" + rows))
    assert list(locs.table["name"][:2]) == ["molecule number 0", "molecule number 1"]
    np.testing.assert_array_equal(locs.xy[:, 0], np.arange(9) + 0.5)
