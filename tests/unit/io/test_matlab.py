"""MATLAB files of version 5 to 7 read as SciPy reads them; damaged ones are refused."""

import contextlib

import numpy as np
import pytest
from scipy.io import loadmat, savemat

from stormgraph_py.errors import FileFormatError
from stormgraph_py.io import matlab

RNG = np.random.default_rng(4)
VALUES = {
    **{
        kind: RNG.integers(0, 100, (3, 4)).astype(kind)
        for kind in ("f8", "f4", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8")
    },
    "solid": RNG.normal(size=(2, 3, 4)),
    "row": RNG.normal(size=(1, 5)),
    "truth": np.array([[True, False]]),
    "a_single_number": np.array([[7.5]]),
    "none": np.empty((0, 0)),
    "big_endian": RNG.normal(size=(2, 2)).astype(">f8"),
}
OTHERS = {"text": "abc", "cell": np.array([[1, "a"]], dtype=object), "complex": np.array([[1j]])}


@pytest.mark.parametrize("compressed", [True, False])
def test_numbers_and_structs_are_those_of_scipy(tmp_path, compressed):
    path = tmp_path / "a.mat"
    inner = {"deep": {"deeper": VALUES["f4"]}, "n": VALUES["u2"], **OTHERS}
    savemat(path, VALUES | OTHERS | {"s": inner}, do_compression=compressed)
    data = path.read_bytes()
    everything = (*VALUES, *OTHERS, "s")
    assert matlab.names(data, path) == everything
    read = matlab.read(data, path, everything)
    expected = loadmat(path, mat_dtype=True, variable_names=list(VALUES))
    for name in VALUES:
        np.testing.assert_array_equal(read[name], expected[name])
        assert read[name].shape == expected[name].shape
        assert read[name].dtype.isnative
    assert read["f4"].dtype == np.float32
    assert read["truth"].dtype == bool
    assert [read[name] for name in OTHERS] == [None] * len(OTHERS)
    np.testing.assert_array_equal(read["s"]["deep"]["deeper"], VALUES["f4"])
    np.testing.assert_array_equal(read["s"]["n"], VALUES["u2"])
    assert [read["s"][name] for name in OTHERS] == [None] * len(OTHERS)


def test_only_what_is_asked_for(tmp_path):
    savemat(tmp_path / "a.mat", {"a": np.ones(3), "b": np.ones(3)})
    data = (tmp_path / "a.mat").read_bytes()
    assert set(matlab.read(data, tmp_path / "a.mat", ("b", "c"))) == {"b"}


@pytest.mark.parametrize("compressed", [True, False])
def test_a_changed_byte_gives_numbers_or_one_sentence(tmp_path, compressed):
    path = tmp_path / "a.mat"
    savemat(path, {"s": {"x": VALUES["f8"], "y": {"z": VALUES["i2"]}}}, do_compression=compressed)
    data = path.read_bytes()
    wanted = matlab.names(data, path)
    rng = np.random.default_rng(9)
    for at in range(124, len(data)):
        for value in (0, 255, int(rng.integers(256))):
            changed = bytearray(data)
            changed[at] = value
            with contextlib.suppress(FileFormatError):
                matlab.names(bytes(changed), path)
                matlab.read(bytes(changed), path, wanted)


def test_struct_in_struct_without_end(tmp_path):
    path = tmp_path / "a.mat"
    value = {"x": np.ones((1, 1))}
    for _ in range(30):
        value = {"s": value}
    savemat(path, value)
    read = matlab.read(path.read_bytes(), path, ("s",))
    depth = 0
    while isinstance(read, dict):
        read, depth = read.get("s"), depth + 1
    assert read is None
    assert depth < 30
