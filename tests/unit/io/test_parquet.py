"""Parquet through PyArrow, and what is said where it is missing."""

import sys

import numpy as np
import pandas as pd
import pytest

from stormgraph_py.errors import FileFormatError, InputError
from stormgraph_py.io import unpacking
from stormgraph_py.io.registry import read_localizations

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

RNG = np.random.default_rng(2)
TABLE = pd.DataFrame(
    {
        "x_nm": RNG.uniform(0, 2000, 50),
        "y_nm": RNG.uniform(0, 2000, 50),
        "sigma_x_nm": RNG.uniform(5, 20, 50),
        "sigma_y_nm": RNG.uniform(5, 20, 50),
        "frame": np.arange(50),
        "channel": np.repeat([3, 1], 25),
        "note": ["a"] * 50,
    }
)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "a.parquet"


@pytest.mark.parametrize("compression", ["none", "snappy", "gzip", "zstd"])
def test_columns_of_the_package(file, compression):
    TABLE.to_parquet(file, compression=None if compression == "none" else compression)
    locs = read_localizations(file)
    assert locs.provenance.format == "parquet"
    pd.testing.assert_frame_equal(locs.table, TABLE, check_dtype=False)
    assert locs.provenance.warnings == ()


def test_names_and_units_of_other_programs(file):
    table = pa.table({"x [µm]": [1.0, 2.0], "y [µm]": [3.0, 4.0], "uncertainty [nm]": [9.0, 8.0]})
    pq.write_table(table, file)
    locs = read_localizations(file)
    np.testing.assert_allclose(locs.xy, [[1000, 3000], [2000, 4000]])
    np.testing.assert_allclose(locs.sigma[:, 0], [9, 8])


def test_missing_values_are_not_finite(file):
    table = pa.table({"x": [1.0, None, 3.0], "y": [1, 2, None], "frame": [1, None, 3]})
    pq.write_table(table, file)
    locs = read_localizations(file)
    assert (locs.provenance.n_rows, locs.provenance.n_set_aside) == (3, 2)


def test_channels_by_name(file):
    names = pd.Categorical(["cy5", "atto", "cy5"])
    pd.DataFrame({"x": [1.0, 2, 3], "y": [1.0, 2, 3], "channel": names}).to_parquet(file)
    locs = read_localizations(file)
    np.testing.assert_array_equal(locs.channel, [1, 0, 1])
    assert locs.provenance.channel_names == {0: "atto", 1: "cy5"}


def test_index_of_pandas_is_no_column(file):
    TABLE.set_index(pd.Index(np.arange(50)[::-1])).to_parquet(file, index=True)
    assert list(read_localizations(file).table.columns) == list(TABLE.columns)


def test_text_where_numbers_should_be(file):
    pq.write_table(pa.table({"x": ["1", "two"], "y": [1.0, 2.0]}), file)
    with pytest.raises(FileFormatError, match="row 2: column 'x' reads 'two'"):
        read_localizations(file)


def test_no_rows_and_no_coordinates(file):
    TABLE[:0].to_parquet(file)
    with pytest.raises(FileFormatError, match="no rows"):
        read_localizations(file)
    TABLE[["frame"]].to_parquet(file)
    with pytest.raises(FileFormatError, match="to be x"):
        read_localizations(file)


def test_two_columns_of_one_name(file):
    pq.write_table(pa.Table.from_arrays([pa.array([1.0])] * 3, names=["x", "y", "x"]), file)
    with pytest.raises(FileFormatError, match="two columns 'x'"):
        read_localizations(file)


def test_bomb(file, monkeypatch):
    monkeypatch.setattr(unpacking, "_ALWAYS_BYTES", 1000)
    zeros = np.zeros(1_000_000)
    pq.write_table(pa.table({"x": zeros, "y": zeros}), file)
    assert file.stat().st_size < 10_000
    with pytest.raises(FileFormatError, match="claim to unpack"):
        read_localizations(file)


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9, 0.999])
def test_truncated(file, keep):
    TABLE.to_parquet(file)
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(FileFormatError, match="truncated or damaged"):
        read_localizations(file)


def test_missing_library_is_named_with_the_remedy(file, monkeypatch):
    TABLE.to_parquet(file)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError, match=r"pip install 'stormgraph_py\[parquet\]'"):
        read_localizations(file)
