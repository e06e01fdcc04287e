import gzip

import pytest

from stormgraph_py import read_localizations, write_localizations
from stormgraph_py.errors import FileFormatError, UntoldError
from stormgraph_py.io.head import file_head
from stormgraph_py.localizations import Localizations


def test_a_head_holds_the_names_and_first_rows_as_they_are_written(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("my x;my y;note\n1,50;2,5;a\n3;4;b\n5;6;c\n")
    head = file_head(path, n_rows=2)
    assert head.names == ("my x", "my y", "note")
    assert head.rows == (("1,50", "2,5", "a"), ("3", "4", "b"))
    assert head.format == "delimited"


def test_columns_without_names_are_numbered_and_packed_files_are_unpacked(tmp_path):
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(b"1 2 3 4\n5 6 7 8\n"))
    head = file_head(path)
    assert head.names == ("column_1", "column_2", "column_3", "column_4")
    assert head.rows[1] == ("5", "6", "7", "8")


def test_a_head_of_hdf5_has_the_values_of_the_file_not_nm(tmp_path):
    locs = Localizations.from_arrays([[130.0, 260.0], [390.0, 520.0]], frame=[1, 2])
    write_localizations(locs, tmp_path / "a.hdf5", pixel_size_nm=130.0)
    head = file_head(tmp_path / "a.hdf5")
    first = dict(zip(head.names, head.rows[0], strict=True))
    # Picasso counts positions from the middle of the first pixel, this package from its corner
    back = read_localizations(tmp_path / "a.hdf5")
    assert float(first["x"]) == pytest.approx(back.xy[0, 0] / 130.0)
    assert first["frame"] in ("0", "1")


def test_a_head_of_no_table_is_refused(tmp_path):
    (tmp_path / "a.tif").write_bytes(b"II*\0" + bytes(64))
    with pytest.raises(FileFormatError, match="TIFF"):
        file_head(tmp_path / "a.tif")


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("1,2,3,4\n5,6,7,8\n", "columns"),
        ("a,b,c\n1,2,3\n", "columns"),
        ("x [px],y [px]\n1,2\n3,4\n", "pixel_size_nm"),
        ("x [furlong],y [furlong]\n1,2\n3,4\n", "unit"),
    ],
)
def test_what_must_be_told_is_named(tmp_path, text, option):
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(UntoldError) as caught:
        read_localizations(path)
    assert caught.value.option == option


def test_doubts_are_those_warnings_that_the_caller_can_settle(tmp_path):
    path = tmp_path / "a.csv"
    rows = "".join(f"{i / 10},{(i * 7 % 50) / 10}\n" for i in range(60))
    path.write_text("x,y\n" + rows + "nan,1\n")
    found = read_localizations(path).provenance
    assert len(found.doubts) == 1
    assert set(found.doubts) < set(found.warnings)
    assert read_localizations(path, unit="um").provenance.doubts == ()
