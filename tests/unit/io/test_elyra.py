"""Zeiss Elyra: a table between tabs in Latin-1, and metadata behind a NUL byte."""

import gzip

import numpy as np
import pytest

from stormgraph_py.io.registry import read_localizations

HEADER = (
    "Index\tFirst Frame\tNumber Frames\tFrames Missing\tPosition X [nm]\tPosition Y [nm]\t"
    "Precision [nm]\tNumber Photons\tBackground variance\tChi square\tPSF half width [nm]\t"
    "Channel\tZ Slice"
)
ROWS = (
    "1\t1\t1\t0\t15850.6\t23502.1\t8.6\t472\t5.33\t0.28\t110.0\t1\t1",
    "2\t4\t1\t0\t25617.3\t24310.2\t9.5\t529\t4.38\t0.31\t129.8\t2\t1",
)
METADATA = b"\0\r\r\nVoxelSizeX : 0.097 \xb5m\r\r\nSizeX : 3200\r\r\n\r\nROI List : \r\r\n"


def elyra(*rows, metadata=METADATA):
    return "\r\n".join([HEADER, *rows, ""]).encode("latin-1") + metadata


def test_table_ends_where_the_metadata_begin(write):
    locs = read_localizations(write(elyra(*ROWS), "elyra.txt"))
    assert locs.provenance.format == "elyra"
    np.testing.assert_array_equal(locs.xy, [[15850.6, 23502.1], [25617.3, 24310.2]])
    np.testing.assert_array_equal(locs.sigma, [[8.6, 8.6], [9.5, 9.5]])
    np.testing.assert_array_equal(locs.channel, [1, 2])
    np.testing.assert_array_equal(locs.frame, [1, 4])
    np.testing.assert_array_equal(locs.table["PSF half width [nm]"], [110.0, 129.8])
    (note,) = (n for n in locs.provenance.notes if "metadata" in n)
    assert note.startswith("3 lines")
    assert "0.097 µm" in note
    assert locs.provenance.warnings == ()


@pytest.mark.parametrize("metadata", [b"", b"\0"])
def test_without_metadata(write, metadata):
    locs = read_localizations(write(elyra(*ROWS, metadata=metadata), "elyra.txt"))
    assert len(locs) == 2


def test_rows_behind_the_nul_byte_are_damage(write):
    data = elyra(*ROWS * 3, metadata=b"")
    at = data.index(b"\n", len(data) // 2)
    with pytest.raises(ValueError, match="followed by a row near line"):
        read_localizations(write(data[:at] + b"\0" + data[at:], "elyra.txt"))


def test_metadata_that_lost_its_nul_byte_are_no_rows(write):
    with pytest.raises(ValueError, match="line 6 has 1 fields and the table 13"):
        read_localizations(write(elyra(*ROWS, metadata=METADATA[1:]), "elyra.txt"))


def test_latin_1_in_a_name_and_three_dimensions(write):
    header = HEADER.replace("Position Y [nm]", "Position Y [nm]\tPosition Z [nm]").replace(
        "Z Slice", "Gr\xf6\xdfe"
    )
    rows = ["1\t1\t1\t0\t10\t20\t-5\t8\t472\t5\t0\t110\t1\t1",
            "2\t1\t1\t0\t5000\t9000\t80\t9\t472\t5\t0\t110\t1\t1"]  # fmt: skip
    data = "\r\n".join([header, *rows, ""]).encode("latin-1") + METADATA
    locs = read_localizations(write(gzip.compress(data), "elyra.txt.gz"))
    np.testing.assert_array_equal(locs.xyz, [[10, 20, -5], [5000, 9000, 80]])
    assert "Größe" in locs.table.columns


def test_real_file_is_read_as_locan_reads_it(formats):
    locan = pytest.importorskip("locan")
    path = formats / "vendor" / "Elyra_dstorm_data.txt"
    theirs = locan.load_Elyra_file(path).data
    locs = read_localizations(path)
    assert len(locs) == len(theirs) == 15
    np.testing.assert_allclose(locs.xy, theirs[["position_x", "position_y"]], rtol=1e-7)
    np.testing.assert_allclose(locs.sigma[:, 0], theirs["uncertainty"], rtol=1e-6)
    np.testing.assert_array_equal(locs.channel, theirs["channel"])
    assert locs.provenance.warnings == ()
