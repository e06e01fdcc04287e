"""gzip and zip: unpacked within bounds, one file in an archive read as itself."""

import gzip
import zipfile

import numpy as np
import pytest

from stormgraph_py.errors import FileFormatError, InputError
from stormgraph_py.io import unpacking
from stormgraph_py.io.registry import read_localizations
from stormgraph_py.io.source import locate, peek, read_bytes

TEXT = b"x_nm,y_nm\n" + b"".join(b"%d,%d\n" % (i, 3 * i) for i in range(300))


@pytest.fixture
def pack(tmp_path):
    def _pack(contents, name="a.zip", compression=zipfile.ZIP_DEFLATED):
        with zipfile.ZipFile(tmp_path / name, "w", compression) as archive:
            for inner, data in contents.items():
                archive.writestr(inner, data)
        return tmp_path / name

    return _pack


@pytest.mark.parametrize(
    "compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_only_file_of_an_archive(pack, compression):
    path = pack({"deep/er/table.csv": TEXT, "__MACOSX/._t": b"x"}, compression=compression)
    locs = read_localizations(path)
    assert len(locs) == 300
    np.testing.assert_array_equal(locs.xy[5], [5, 15])


def test_sha256_is_that_of_the_packed_file(pack, tmp_path):
    import hashlib

    zipped = pack({"table.csv": TEXT})
    gzipped = tmp_path / "a.csv.gz"
    gzipped.write_bytes(gzip.compress(TEXT))
    for path in (zipped, gzipped):
        data, sha256 = read_bytes(path)
        assert data == TEXT
        assert sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert read_localizations(path).provenance.sha256 == sha256


def test_one_of_several_files_is_named_like_a_file_in_a_folder(pack):
    path = pack({"a.csv": TEXT, "in/b.csv": TEXT[:-8]})
    holds = r"holds 2 files \(a\.csv, in/b\.csv\).*a\.zip/a\.csv"
    with pytest.raises(FileFormatError, match=holds):
        read_localizations(path)
    assert len(read_localizations(path / "a.csv")) == 300
    assert len(read_localizations(path / "in" / "b.csv")) == 299
    assert locate(path / "in" / "b.csv") == (path, "in/b.csv")
    with pytest.raises(FileFormatError, match=r"has no 'c\.csv' in it; it holds a\.csv, in/b\.csv"):
        read_localizations(path / "c.csv")


def test_file_below_a_file_that_is_no_archive(tmp_path):
    (tmp_path / "a.csv").write_bytes(TEXT)
    with pytest.raises(InputError, match=r"a\.csv"):
        read_localizations(tmp_path / "a.csv" / "b.csv")


def test_archive_of_nothing_and_of_a_workbook(pack):
    with pytest.raises(FileFormatError, match="empty zip archive"):
        read_localizations(pack({}))
    with pytest.raises(FileFormatError, match="zip archive is empty"):
        read_localizations(pack({"folder/": b""}))
    with pytest.raises(FileFormatError, match="Excel workbook; save the sheet as csv"):
        read_localizations(pack({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}))


def test_hdf5_in_an_archive_is_to_be_unpacked(pack, tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["locs"] = np.zeros(3)
    with pytest.raises(FileFormatError, match="HDF5 in a zip archive; unpack it"):
        read_localizations(pack({"a.h5": (tmp_path / "a.h5").read_bytes()}))


def test_encrypted_archive(pack):
    path = pack({"table.csv": TEXT}, compression=zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    # the flag stands in the local header and in the directory at the end
    data[6] |= 1
    data[data.find(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(FileFormatError, match="encrypted; unpack it first"):
        read_localizations(path)


@pytest.mark.parametrize("kind", ["zip", "gzip"])
def test_bomb_is_refused_before_it_fills_the_memory(pack, tmp_path, monkeypatch, kind):
    monkeypatch.setattr(unpacking, "_ALWAYS_BYTES", 2**20)
    zeros = b"x,y\n" + b"1,2\n" * 2**20
    if kind == "zip":
        path = pack({"a.csv": zeros})
    else:
        path = tmp_path / "a.csv.gz"
        path.write_bytes(gzip.compress(zeros))
    with pytest.raises(FileFormatError, match="claim to unpack to"):
        read_localizations(path)


def test_bomb_that_understates_its_size(pack, monkeypatch):
    monkeypatch.setattr(unpacking, "_ALWAYS_BYTES", 2**20)
    path = pack({"a.csv": b"x,y\n" + b"1,2\n" * 2**20})
    data = bytearray(path.read_bytes())
    for header, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.find(header) + place
        data[at : at + 4] = (1000).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(FileFormatError, match="zip file is truncated or damaged"):
        read_localizations(path)


def test_gzip_in_several_parts(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(TEXT[:700]) + gzip.compress(TEXT[700:]) + bytes(100))
    assert read_bytes(path)[0] == TEXT


@pytest.mark.parametrize("keep", [0.02, 0.3, 0.7, 0.99])
def test_truncated_zip(pack, keep):
    path = pack({"a.csv": TEXT})
    data = path.read_bytes()
    path.write_bytes(data[: max(5, int(len(data) * keep))])
    with pytest.raises(FileFormatError, match="zip file is truncated or damaged"):
        read_localizations(path)


def test_head_of_a_packed_file_is_that_of_what_it_holds(pack):
    assert peek(pack({"a.csv": TEXT})).lines[:2] == ("x_nm,y_nm", "0,0")
