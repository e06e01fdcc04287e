"""GDSC SMLM: versions of Peak Fit's results, with and without units, with and without header."""

import numpy as np
import pytest

from stormgraph_py.io.registry import read_localizations

V2 = """#Localisation Results File
#FileVersion Text.D0.E0.V2

#Name Image (LSE)
#Bounds x0 y0 w512 h512
#Calibration <gdsc.smlm.results.Calibration><nmPerPixel>103.0</nmPerPixel><gain>55.5</gain></x>
#Frame\torigX\torigY\torigValue\tError\tNoise\tBackground\tSignal\tAngle\tX\tY\tX SD\tY SD\tPrecision
"""  # noqa: E501
V4 = """#Localisation Results File
#FileVersion Text.D1.E4.V4
#Calibration { "cameraCalibration": { }, "distanceCalibration": { "nmPerPixel": 100.0, "distanceUnit": "PIXEL" } }
#Frame\torigX\torigY\torigValue\tError\tNoise (photon)\tMean (photon)\tBackground (photon)\t+/-\tIntensity (photon)\t+/-\tX (px)\t+/-\tY (px)\t+/-\tZ (px)\t+/-\tS (px)\t+/-\tPrecision (nm)
"""  # noqa: E501


def lines(*rows):
    return "".join("\t".join(map(str, row)) + "\n" for row in rows)


ROWS_2 = lines(
    (1, 10, 20, 300, 0.1, 5, 2, 900, 0, 10.5, 20.25, 1.2, 1.3, 17.5),
    (2, 11, 25, 400, 0.1, 5, 2, 800, 0, 11.5, 25.75, 1.2, 1.3, 18.5),
)
ROWS_4 = lines(
    (1, 1, 2, 30, 0.1, 5, 6, 2, 0.1, 900, 9, 10.5, 0.1, 20.25, 0.2, 0, 0, 1.2, 0.1, "17.5*"),
    (2, 1, 2, 30, 0.1, 5, 6, 2, 0.1, 800, 9, 11.5, 0.1, 25.75, 0.2, 0, 0, 1.2, 0.1, "18.5*"),
)


def test_version_2_is_in_pixels_of_its_calibration(write):
    locs = read_localizations(write(V2 + ROWS_2, "fit.txt"))
    assert locs.provenance.format == "gdsc"
    np.testing.assert_allclose(locs.xy, np.array([[10.5, 20.25], [11.5, 25.75]]) * 103)
    np.testing.assert_array_equal(locs.sigma, [[17.5, 17.5], [18.5, 18.5]])
    np.testing.assert_array_equal(locs.frame, [1, 2])
    assert "photons" not in locs.table.columns  # counts are none
    assert {"origX", "Signal", "X SD"} <= set(locs.table.columns)
    assert any("older than version 3" in note for note in locs.provenance.notes)
    assert any("103 nm is read" in note for note in locs.provenance.notes)


def test_version_4_states_units_and_marks_computed_precision(write):
    locs = read_localizations(write(V4 + ROWS_4, "fit.txt"))
    np.testing.assert_allclose(locs.xy, [[1050, 2025], [1150, 2575]])
    np.testing.assert_array_equal(locs.sigma, [[17.5, 17.5], [18.5, 18.5]])
    np.testing.assert_array_equal(locs.table["photons"], [900, 800])
    np.testing.assert_array_equal(locs.table["X (px) +/-"], 0.1)
    np.testing.assert_array_equal(locs.table["Intensity (photon) +/-"], 9)
    assert any("2 values are marked *" in note for note in locs.provenance.notes)


def test_deviations_are_the_precision_where_there_is_no_other(write):
    header = V4.replace("\tPrecision (nm)", "")
    rows = lines(*(row.split("\t")[:-1] for row in ROWS_4.splitlines()))
    locs = read_localizations(write(header + rows, "fit.txt"))
    np.testing.assert_allclose(locs.sigma, [[10, 20], [10, 20]])
    assert any("standard deviation of the fit" in note for note in locs.provenance.notes)


def test_lengths_in_nm(write):
    header = V4.replace("(px)", "(nm)")
    locs = read_localizations(write(header + ROWS_4, "fit.txt"))
    np.testing.assert_allclose(locs.xy, [[10.5, 20.25], [11.5, 25.75]])


def test_callers_pixel_size_goes_before_the_files(write):
    locs = read_localizations(write(V2 + ROWS_2, "fit.txt"), pixel_size_nm=200)
    np.testing.assert_allclose(locs.xy[0], [2100, 4050])
    assert any("103 nm" in warning for warning in locs.provenance.warnings)


def test_pixels_without_a_size_are_refused(write):
    header = "\n".join(line for line in V2.splitlines() if "nmPerPixel" not in line) + "\n"
    with pytest.raises(ValueError, match="pixel_size_nm="):
        read_localizations(write(header + ROWS_2, "fit.txt"))


@pytest.mark.parametrize("prefix", ["", "#\t"])
def test_table_saved_from_the_results_window(write, prefix):
    header = V2.splitlines()[-1].lstrip("#")
    rows = ROWS_2 if not prefix else lines(*((7, row) for row in ROWS_2.splitlines()))
    path = write(f"{prefix}{header}\n{rows}", "table.txt")
    locs = read_localizations(path, pixel_size_nm=100)
    assert locs.provenance.format == "gdsc"
    np.testing.assert_allclose(locs.xy, [[1050, 2025], [1150, 2575]])


def test_comments_between_rows_are_counted(write):
    first, second = ROWS_2.splitlines(keepends=True)
    text = f"{V2}#Cluster 10.5 20.2 (+/-0.1) n=1\n{first}#Cluster 11.5 25.7 (+/-0.1) n=1\n{second}"
    locs = read_localizations(write(text, "fit.txt"))
    assert len(locs) == 2
    assert any("comment lines" in note for note in locs.provenance.notes)


def test_a_star_elsewhere_is_no_number(write):
    text = V4 + ROWS_4.replace("\t10.5\t", "\t10*5\t")
    with pytest.raises(ValueError, match=r"line 5: column 'X \(px\)' reads '10\*5'"):
        read_localizations(write(text, "fit.txt"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (V2 + ROWS_2 + "3\t4\n", "line 10 has 2 fields and the table 14"),
        (V2, "no rows"),
        ("#Localisation Results File\n1\t2\n", "names the columns"),
    ],
)
def test_refused_with_a_reason(write, text, said):
    with pytest.raises(ValueError, match=said):
        read_localizations(write(text, "fit.txt"))
