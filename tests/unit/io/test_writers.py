"""Files appear whole or not at all, and what is written reads back."""

import errno
import os

import numpy as np
import pandas as pd
import pytest

from stormgraph_py.errors import OutputError
from stormgraph_py.io import writers
from stormgraph_py.io.registry import read_localizations
from stormgraph_py.io.writers import write_bytes, write_table, write_text


def _files(folder):
    return sorted(path.name for path in folder.iterdir())


def test_text_and_bytes(tmp_path):
    write_text(tmp_path / "a.txt", "µm\nline\n")
    assert (tmp_path / "a.txt").read_bytes() == "µm\nline\n".encode()
    write_bytes(tmp_path / "a.txt", b"\0\1")
    assert (tmp_path / "a.txt").read_bytes() == b"\0\1"
    assert _files(tmp_path) == ["a.txt"]


def test_permissions_are_those_of_any_new_file(tmp_path):
    (tmp_path / "plain").write_text("")
    write_text(tmp_path / "ours", "")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_table_in_pieces_is_the_table_in_one(tmp_path, monkeypatch):
    table = pd.DataFrame({"x_nm": np.arange(25.0) / 3, "name": [f"a,{i}" for i in range(25)]})
    monkeypatch.setattr(writers, "_ROWS_AT_ONCE", 10)
    write_table(tmp_path / "t.csv", table)
    assert (tmp_path / "t.csv").read_bytes() == table.to_csv(index=False).encode()


def test_empty_table_keeps_its_header(tmp_path):
    write_table(tmp_path / "t.csv", pd.DataFrame({"cluster": [], "n": []}))
    assert (tmp_path / "t.csv").read_text() == "cluster,n\n"


def test_own_table_reads_back_identically(tmp_path):
    rng = np.random.default_rng(4)
    table = pd.DataFrame(
        {
            "x_nm": rng.uniform(0, 2e4, 300),
            "y_nm": rng.normal(0, 1e3, 300),
            "z_nm": rng.normal(0, 300, 300),
            "sigma_x_nm": rng.gamma(9, 1, 300),
            "sigma_y_nm": rng.gamma(9, 1, 300),
            "sigma_z_nm": rng.gamma(9, 3, 300),
            "frame": rng.integers(0, 9999, 300),
            "photons": rng.gamma(3, 300, 300),
            "channel": rng.integers(0, 2, 300),
            "cluster": rng.integers(-1, 9, 300),
            "name": rng.choice(["a", "b, c", 'd"e'], 300),
        }
    )
    write_table(tmp_path / "t.csv", table)
    locs = read_localizations(tmp_path / "t.csv")
    pd.testing.assert_frame_equal(locs.table, table, check_exact=True)
    assert locs.provenance.warnings == ()


def _fail(error):
    def call(*_args, **_kwargs):
        raise error

    return call


@pytest.mark.parametrize(
    ("number", "remedy"),
    [(errno.ENOSPC, "disk is full"), (errno.EROFS, "another disk"), (errno.EIO, "another file")],
)
def test_failure_leaves_the_old_file_and_no_other(tmp_path, monkeypatch, number, remedy):
    path = tmp_path / "run.json"
    path.write_text("old")
    monkeypatch.setattr(os, "fsync", _fail(OSError(number, os.strerror(number))))
    with pytest.raises(OutputError, match=rf"run\.json: cannot be written: .*{remedy}"):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert _files(tmp_path) == ["run.json"]


def test_interruption_leaves_no_temporary_file(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", _fail(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        write_text(tmp_path / "a.txt", "new")
    assert _files(tmp_path) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a limit on the size of files")
def test_file_that_grows_too_large_for_real(tmp_path):
    resource = pytest.importorskip("resource")
    signal = pytest.importorskip("signal")
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
        with pytest.raises(OutputError, match="cannot be written"):
            write_table(tmp_path / "t.csv", pd.DataFrame({"x_nm": np.arange(50_000.0)}))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, old)
    assert _files(tmp_path) == []


def test_where_nothing_can_be_written(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    for path, remedy in [
        (tmp_path / "folder", "a folder has this name"),
        (tmp_path / "none" / "a.txt", "make the folder first"),
        (tmp_path / "file" / "a.txt", "a part of the path is a file"),
        (tmp_path / ("a" * 300), "too long"),
    ]:
        with pytest.raises(OutputError, match=remedy):
            write_text(path, "new")
    assert _files(tmp_path) == ["file", "folder"]
