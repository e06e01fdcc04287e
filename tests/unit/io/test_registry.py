"""The registry: order of recognition, names, and that looking at it loads nothing heavy."""

import subprocess
import sys

import pytest

from stormgraph_py.io.reader import Reader
from stormgraph_py.io.registry import READERS, read_localizations, recognize
from stormgraph_py.io.source import peek


def test_readers_are_complete_and_distinct():
    assert len({reader.name for reader in READERS}) == len(READERS)
    for reader in READERS:
        assert isinstance(reader, Reader)
        assert reader.description
        assert all(suffix.startswith(".") for suffix in reader.suffixes)


def test_plain_table_comes_last():
    assert READERS[-1].name == "delimited"


@pytest.mark.parametrize("suffix", [".csv", ".txt", ".hdf5", ".gz", ""])
def test_content_decides_not_the_suffix(write, suffix):
    path = write("x_nm,y_nm\n1,2\n", f"table{suffix}")
    assert recognize(peek(path)).name == "delimited"
    assert len(read_localizations(path)) == 1


def test_format_can_be_told(write):
    path = write("id,frame,x [nm],y [nm],sigma [nm]\n1,1,100,200,140\n")
    assert read_localizations(path).provenance.format == "thunderstorm"
    assert read_localizations(path, format="Delimited").provenance.format == "delimited"


def test_import_of_the_registry_loads_no_heavy_library():
    code = (
        "import sys, stormgraph_py.io.registry, stormgraph_py.io.writers\n"
        "import stormgraph_py.io.describe\n"
        "print(sorted({'pandas', 'h5py', 'yaml', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
