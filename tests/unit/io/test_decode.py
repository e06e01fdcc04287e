"""DECODE: HDF5 and csv, nm and pixels."""

import json

import h5py
import numpy as np
import pytest

from stormgraph_py.errors import FileFormatError, InputError
from stormgraph_py.io.registry import read_localizations

RNG = np.random.default_rng(5)
XYZ = RNG.uniform([0, 0, -300], [40, 40, 300], (6, 3)).astype("f4")
SIGMA = RNG.uniform([0.05, 0.05, 20], [0.2, 0.2, 60], (6, 3)).astype("f4")
FRAME = np.array([4, 4, 7, 9, 9, 12])
PHOT = RNG.uniform(500, 5000, 6).astype("f4")
PX = {"xy_unit": "px", "px_size": [127.0, 117.0]}
SCALE = np.array([127.0, 117.0, 1.0])


def write_hdf5(path, meta, xyz=XYZ, sigma=SIGMA, **others):
    with h5py.File(path, "w") as file:
        file.create_group("meta").attrs.update(meta)
        file.create_group("decode").attrs["version"] = "0.10.0"
        data = file.create_group("data")
        data["xyz"] = xyz
        data["xyz_sig"] = h5py.Empty("f") if sigma is None else sigma
        data["xyz_cr"] = h5py.Empty("f")
        data["phot"], data["frame_ix"] = PHOT[: len(xyz)], FRAME[: len(xyz)]
        for name, values in others.items():
            data[name] = values
    return path


def write_csv(path, meta, sigma=SIGMA):
    rows = ["x,y,z,phot,frame_ix,id,prob,x_cr,x_sig,y_sig,z_sig,bg_cr"]
    for xyz, s, phot, frame in zip(XYZ, SIGMA, PHOT, FRAME, strict=True):
        sigmas = s if sigma is not None else ["", "", ""]
        rows.append(",".join(map(str, [*xyz, phot, frame, -1, 0.9, "", *sigmas, ""])))
    head = ["# DECODE EmitterSet", '# {"version": "0.10.0"}', f"# {json.dumps(meta)}"]
    path.write_text("\n".join([*head, *rows]) + "\n")
    return path


WRITERS = {"h5": write_hdf5, "csv": write_csv}


@pytest.fixture(params=WRITERS)
def write_decode(request, tmp_path):
    return lambda meta, **kw: WRITERS[request.param](tmp_path / f"a.{request.param}", meta, **kw)


def test_pixels_become_nm_each_axis_by_its_own_size(write_decode):
    locs = read_localizations(write_decode(PX))
    assert locs.provenance.format == "decode"
    np.testing.assert_allclose(locs.xyz, XYZ * SCALE, rtol=1e-6)
    np.testing.assert_allclose(locs.sigma, SIGMA * SCALE, rtol=1e-6)
    np.testing.assert_array_equal(locs.frame, FRAME)
    np.testing.assert_allclose(locs.table["photons"], PHOT, rtol=1e-6)
    assert any("127 x 117 nm" in note for note in locs.provenance.notes)
    assert locs.provenance.warnings == ()


def test_nm_stay_nm(write_decode):
    locs = read_localizations(write_decode({"xy_unit": "nm", "px_size": [100.0, 100.0]}))
    np.testing.assert_allclose(locs.xyz, XYZ, rtol=1e-6)
    np.testing.assert_allclose(locs.sigma, SIGMA, rtol=1e-6)


def test_pixels_without_a_size_are_refused_and_the_size_can_be_told(write_decode):
    path = write_decode({"xy_unit": "px"})
    with pytest.raises(InputError, match="pixel_size_nm="):
        read_localizations(path)
    locs = read_localizations(path, pixel_size_nm=100)
    np.testing.assert_allclose(locs.xyz, XYZ * [100, 100, 1], rtol=1e-6)


def test_told_pixel_size_overrides_the_file_and_a_difference_is_said(write_decode):
    locs = read_localizations(write_decode(PX), pixel_size_nm=100)
    np.testing.assert_allclose(locs.xyz, XYZ * [100, 100, 1], rtol=1e-6)
    assert any("127 x 117 nm" in warning for warning in locs.provenance.warnings)


def test_unit_that_is_not_stated_is_said_to_be_assumed(write_decode):
    locs = read_localizations(write_decode({}))
    np.testing.assert_allclose(locs.xyz[:, :2], XYZ[:, :2], rtol=1e-6)
    assert any("assumed" in note for note in locs.provenance.notes)


@pytest.mark.parametrize("size", [[0, 100], [100], "wide", [float("nan"), 100], [-1, 100]])
def test_pixel_size_that_is_none(write_decode, size):
    path = write_decode({"xy_unit": "px", "px_size": size})
    with pytest.raises(InputError, match="pixel_size_nm="):
        read_localizations(path)


def test_without_precision(write_decode):
    locs = read_localizations(write_decode(PX, sigma=None))
    assert locs.sigma is None
    np.testing.assert_allclose(locs.xyz, XYZ * SCALE, rtol=1e-6)


def test_other_columns_are_kept(tmp_path):
    locs = read_localizations(write_hdf5(tmp_path / "a.h5", PX, bg=np.arange(6.0), id=FRAME))
    np.testing.assert_array_equal(locs.table["bg"], np.arange(6.0))
    np.testing.assert_array_equal(locs.table["id"], FRAME)


def test_empty_file(tmp_path):
    path = write_hdf5(tmp_path / "a.h5", PX, xyz=XYZ[:0], sigma=None)
    with pytest.raises(FileFormatError, match="DECODE found none"):
        read_localizations(path)


def test_wrong_shapes(tmp_path):
    with pytest.raises(FileFormatError, match=r"/data/xyz has the shape \(6, 2\)"):
        read_localizations(write_hdf5(tmp_path / "a.h5", PX, xyz=XYZ[:, :2]))
    with pytest.raises(FileFormatError, match="/data/bg has the shape"):
        read_localizations(write_hdf5(tmp_path / "b.h5", PX, bg=np.arange(5.0)))


def test_heap_of_texts_that_would_never_end(tmp_path):
    path = write_hdf5(tmp_path / "a.h5", PX)
    data = bytearray(path.read_bytes())
    heap = data.find(b"GCOL")
    assert heap > 0
    # the length of the first object; the library stays at an object that has none
    data[heap + 16 : heap + 18] = bytes(2)
    data[heap + 24 : heap + 32] = bytes(8)
    path.write_bytes(data)
    with pytest.raises(FileFormatError, match="heap of texts"):
        read_localizations(path)


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9, 0.99])
def test_truncated(keep, tmp_path):
    path = write_hdf5(tmp_path / "a.h5", PX)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(FileFormatError, match="truncated or damaged"):
        read_localizations(path)


def test_real_file_reads_as_h5py_reads_it(formats):
    path = formats / "vendor" / "decode_dstorm_data.h5"
    with h5py.File(path) as file:
        assert file["meta"].attrs["xy_unit"] == "px"
        np.testing.assert_array_equal(file["meta"].attrs["px_size"], [127, 117])
        xyz, sigma = (file["data"][name][()].astype(float) for name in ("xyz", "xyz_sig"))
        frame, prob = file["data/frame_ix"][()], file["data/prob"][()]
    locs = read_localizations(path)
    assert len(locs) == 96
    np.testing.assert_allclose(locs.xyz, xyz * SCALE, rtol=1e-12)
    np.testing.assert_allclose(locs.sigma, sigma * SCALE, rtol=1e-12)
    np.testing.assert_array_equal(locs.frame, frame)
    np.testing.assert_array_equal(locs.table["prob"], prob)
    assert np.ptp(locs.xyz, axis=0) == pytest.approx([291.9, 233.2, 1821.8], abs=0.1)


def test_real_empty_file(formats):
    with pytest.raises(FileFormatError, match="DECODE found none"):
        read_localizations(formats / "vendor" / "decode_dstorm_data_empty.h5")
