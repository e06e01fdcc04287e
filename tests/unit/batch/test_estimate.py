"""Rows told from a file's size; what is known about memory."""

import gzip

import h5py
import numpy as np
import pytest

from stormgraph_py.batch.estimate import estimate_bytes, estimate_rows, estimate_seconds

N = 5_000


@pytest.fixture
def table():
    return np.random.default_rng(0).uniform(0, 20_000, (N, 3))


def test_rows_of_text(tmp_path, table):
    np.savetxt(tmp_path / "a.csv", table, delimiter=",", header="x,y,z", fmt="%.2f")
    assert estimate_rows(tmp_path / "a.csv") == pytest.approx(N, rel=0.02)


def test_rows_of_gzipped_text(tmp_path, table):
    np.savetxt(tmp_path / "a.csv", table, delimiter=",", header="x,y,z", fmt="%.2f")
    data = gzip.compress((tmp_path / "a.csv").read_bytes())
    (tmp_path / "a.csv.gz").write_bytes(data)
    # how well it compresses is not known beforehand
    assert N / 2 < estimate_rows(tmp_path / "a.csv.gz") < 2 * N


def test_rows_of_hdf5(tmp_path, table):
    with h5py.File(tmp_path / "a.hdf5", "w") as file:
        file["locs"] = table
    assert estimate_rows(tmp_path / "a.hdf5") == N


def test_what_cannot_be_opened_has_no_rows(tmp_path):
    (tmp_path / "bad.hdf5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    (tmp_path / "empty.csv").touch()
    for name in ("absent.csv", "empty.csv", "bad.hdf5"):
        assert estimate_rows(tmp_path / name) == 0


def test_larger_files_need_more():
    assert estimate_bytes(10) < estimate_bytes(10**6) < 2e9
    assert estimate_seconds(10, report=False) < estimate_seconds(10) < estimate_seconds(10**6)
