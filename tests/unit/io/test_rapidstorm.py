"""rapidSTORM: columns, units and ranges are told by XML in the first line."""

import gzip

import numpy as np
import pytest

from stormgraph_py.errors import FileFormatError
from stormgraph_py.io.registry import read_localizations

FLOAT = "floating point with . for decimals and optional scientific e-notation"


def field(identifier, unit="nanometer", semantic="", low=None, high=None, syntax=FLOAT):
    bounds = "".join(f' {k}="{v}"' for k, v in (("min", low), ("max", high)) if v is not None)
    name = f'identifier="{identifier}" ' if identifier else ""
    return f'<field {name}syntax="{syntax}" semantic="{semantic}" unit="{unit}"{bounds} />'


def rapidstorm(fields, rows, line_end="\n"):
    header = '# <localizations insequence="true" repetitions="variable">' + "".join(fields)
    return line_end.join([header + "</localizations>", *rows, ""])


X = field("Position-0-0", low="0 m", high="3.27165e-005 m")
Y = field("Position-1-0", low="0 m", high="3.27165e-005 m")
FRAME = field("ImageNumber-0-0", "frame", low="0 fr", syntax="integer")
AMPLITUDE = field("Amplitude-0-0", "A/D count")


def test_usual_layout(write):
    rows = ["9657.4 24533.5 0 33290.1 1.19225e+006", "16754.9 18770 3 21275.4 2.1e+006"]
    chi = field("FitResidues-0-0", "dimensionless")
    locs = read_localizations(write(rapidstorm([X, Y, FRAME, AMPLITUDE, chi], rows), "a.txt"))
    assert locs.provenance.format == "rapidstorm"
    np.testing.assert_array_equal(locs.xy, [[9657.4, 24533.5], [16754.9, 18770]])
    np.testing.assert_array_equal(locs.frame, [0, 3])
    np.testing.assert_array_equal(locs.table["FitResidues-0-0"], [1192250, 2.1e6])
    assert "photons" not in locs.table.columns  # A/D counts are none
    assert "Amplitude-0-0" in locs.table.columns
    assert locs.provenance.warnings == ()


def test_uncertainties_and_widths_of_the_psf(write):
    fields = [X, field("Position-0-0-uncertainty"), Y, field("Position-1-0-uncertainty"),
              field("Position-2-0"), field("Position-2-0-uncertainty"), FRAME,
              field("PSFWidth-0-0", semantic="PSF FWHM in X")]  # fmt: skip
    rows = ["100 9 200 10 -50 30 0 320", "5000 11 9000 12 150 40 1 330"]
    locs = read_localizations(write(rapidstorm(fields, rows, "\r\n"), "a.txt"))
    np.testing.assert_array_equal(locs.xyz, [[100, 200, -50], [5000, 9000, 150]])
    np.testing.assert_array_equal(locs.sigma, [[9, 10, 30], [11, 12, 40]])
    assert any("PSF FWHM in X, not the precision" in note for note in locs.provenance.notes)


def test_each_column_has_its_own_unit(write):
    fields = [field("Position-0-0", "micrometer"), field("Position-1-0", "micrometer"),
              field("Position-0-0-uncertainty"), field("Position-1-0-uncertainty")]  # fmt: skip
    locs = read_localizations(write(rapidstorm(fields, ["1 2 9 8", "30 40 9 7"]), "a.txt"))
    np.testing.assert_allclose(locs.xy, [[1000, 2000], [30000, 40000]])
    np.testing.assert_allclose(locs.sigma, [[9, 8], [9, 7]])


def test_pixels_need_a_size_and_unknown_units_a_word(write):
    fields = [field("Position-0-0", "pixel"), field("Position-1-0", "pixel")]
    path = write(rapidstorm(fields, ["1 2", "30 40"]), "a.txt")
    with pytest.raises(ValueError, match="pixel_size_nm="):
        read_localizations(path)
    np.testing.assert_allclose(read_localizations(path, pixel_size_nm=100).xy[1], [3000, 4000])
    fields = [field("Position-0-0", "furlong"), field("Position-1-0", "furlong")]
    with pytest.raises(ValueError, match="'furlong', which is unknown"):
        read_localizations(write(rapidstorm(fields, ["1 2", "30 40"]), "b.txt"))


def test_other_forms_of_the_identifiers(write):
    fields = [field("Position-0-0"), field("Position-1-0"), field("ImageNumber", "frame"),
              field("Amplitude", "photon"), field("Fluorophore", "dimensionless")]  # fmt: skip
    locs = read_localizations(write(rapidstorm(fields, ["1 2 7 900 0", "900 40 8 800 1"]), "a.txt"))
    np.testing.assert_array_equal(locs.frame, [7, 8])
    np.testing.assert_array_equal(locs.table["photons"], [900, 800])
    np.testing.assert_array_equal(locs.channel, [0, 1])
    fields = [field("", semantic="x-position"), field("", semantic="y-position"),
              field("", "frame", "frame number"), field("", "ADC", "something else")]  # fmt: skip
    locs = read_localizations(write(rapidstorm(fields, ["1 2 7 5", "900 40 8 6"]), "b.txt"))
    np.testing.assert_array_equal(locs.xy, [[1, 2], [900, 40]])
    assert "column_4" in locs.table.columns


def test_positions_outside_the_stated_range_are_doubted(write):
    rows = [f"{i * 100} {i * 90}" for i in range(20)]
    fine = rapidstorm([X, Y], rows)
    assert read_localizations(write(fine, "a.txt")).provenance.warnings == ()
    narrow = field("Position-0-0", low="0 m", high="1e-006 m")
    (warning,) = read_localizations(
        write(rapidstorm([narrow, Y], rows), "b.txt")
    ).provenance.warnings
    assert "9 values of 'Position-0-0' lie outside the range of 0 to 1,000 nm" in warning
    assert "line 13, 1100" in warning


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (rapidstorm([X, Y], ["1 2", "3"]), "line 3 has 1 fields and the table 2"),
        (rapidstorm([X, Y], ["1 2", "3 4 5", "6 7"]), "line 3 has 3 fields"),
        (rapidstorm([X, Y], []), "no rows"),
        (rapidstorm([X], ["1"]), "describes 1 columns"),
        ("# <localizations ><field identifier='Position-0-0'\n1 2\n", "line 1 .* damaged"),
        (rapidstorm([X, Y, rapidstorm([X, Y], [])[2:-1]], ["1 2 1 1 2"]), "tracks"),
        ('# <localizations ><!ENTITY a "b"></localizations>\n1 2\n', "declares entities"),
    ],
)
def test_refused_with_a_reason(write, text, said):
    with pytest.raises(ValueError, match=said):
        read_localizations(write(text, "a.txt"))


def test_gzipped(write):
    data = gzip.compress(rapidstorm([X, Y], ["1 2", "3000 4"]).encode())
    assert read_localizations(write(data, "a.txt.gz")).provenance.format == "rapidstorm"


def test_real_file_is_read_as_locan_reads_it(formats):
    locan = pytest.importorskip("locan")
    path = formats / "vendor" / "rapidSTORM_dstorm_data.txt"
    theirs = locan.load_rapidSTORM_file(path).data
    locs = read_localizations(path)
    assert len(locs) == len(theirs) == 14
    np.testing.assert_allclose(locs.xy, theirs[["position_x", "position_y"]])
    np.testing.assert_array_equal(locs.frame, theirs["frame"])
    np.testing.assert_allclose(locs.table["Amplitude-0-0"], theirs["intensity"])
    assert locs.sigma is None
    assert locs.provenance.warnings == ()


@pytest.mark.parametrize("row", ["1.5 2.5 0 10 99", "1.5 2.5 0 10 word"])
def test_rows_with_more_fields_than_the_first_line_names_are_refused(write, row):
    path = write(rapidstorm([X, Y, FRAME, AMPLITUDE], [row, row]), "a.txt")
    with pytest.raises(FileFormatError, match="line 2 has 5 fields and the table 4 columns"):
        read_localizations(path)
