"""Hash and versions."""

import platform

import numpy
import pytest

from stormgraph_py.errors import InputError
from stormgraph_py.io.provenance import sha256_of, versions


def test_hash_of_the_standard_example(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256_of(tmp_path / "abc") == expected


def test_hash_of_a_missing_file(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        sha256_of(tmp_path / "gone")


def test_versions_name_python_and_the_libraries():
    found = versions()
    assert found["python"] == platform.python_version()
    assert found["numpy"] == numpy.__version__
    assert {"scipy", "pandas", "infomap"} <= set(found)
