"""SMAP: MATLAB files of version 7.3 (HDF5) and 7, and csv."""

import h5py
import numpy as np
import pytest
from scipy.io import savemat

from stormgraph_py.errors import FileFormatError
from stormgraph_py.io import unpacking
from stormgraph_py.io.registry import read_localizations

LOC = {
    "xnm": np.array([1000.0, 2000, 3000], dtype="f4"),
    "ynm": np.array([400.0, 500, 600], dtype="f4"),
    "znm": np.array([-100.0, 0, 250], dtype="f4"),
    "locprecnm": np.array([10.0, 11, 12], dtype="f4"),
    "locprecznm": np.array([30.0, 31, 32], dtype="f4"),
    "frame": np.array([1.0, 2, 2]),
    "phot": np.array([900.0, 800, 700], dtype="f4"),
    "channel": np.array([0.0, 1, 1], dtype="f4"),
    "PSFxnm": np.array([140.0, 150, 160], dtype="f4"),
    "filenumber": np.array([1.0, 1, 1], dtype="f4"),
}
HEADER = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM"


def write_v73(path, loc, **where):
    with h5py.File(path, "w", userblock_size=512) as file:
        group = file.create_group(where.get("where", "saveloc/loc"))
        for name, values in loc.items():
            stored = group.create_dataset(name, data=values[None, :], compression="gzip")
            stored.attrs["MATLAB_class"] = np.bytes_(b"double")
        file.create_group("#refs#")
    with path.open("r+b") as file:
        file.write(HEADER)
    return path


def write_v7(path, loc, **others):
    columns = {name: values[:, None] for name, values in loc.items()}
    savemat(path, {"saveloc": {"loc": columns, "history": "text"} | others}, do_compression=True)
    return path


def write_csv(path, loc):
    lines = [",".join(loc), *(",".join(map(str, row)) for row in zip(*loc.values(), strict=True))]
    path.write_text("\n".join(lines) + "\n")
    return path


WRITERS = {"v7.3": (write_v73, "a.mat"), "v7": (write_v7, "a.mat"), "csv": (write_csv, "a.csv")}


@pytest.fixture(params=WRITERS.values(), ids=WRITERS)
def write_smap(request, tmp_path):
    write, name = request.param
    return lambda loc: write(tmp_path / name, loc)


def test_columns(write_smap):
    locs = read_localizations(write_smap(LOC))
    assert locs.provenance.format == "smap"
    xyz = np.column_stack([LOC[n] for n in ("xnm", "ynm", "znm")])
    np.testing.assert_array_equal(locs.xyz, xyz)
    sigma = np.column_stack([LOC[n] for n in ("locprecnm", "locprecnm", "locprecznm")])
    np.testing.assert_array_equal(locs.sigma, sigma)
    np.testing.assert_array_equal(locs.frame, LOC["frame"])
    np.testing.assert_array_equal(locs.channel, LOC["channel"])
    np.testing.assert_array_equal(locs.table["photons"], LOC["phot"])
    np.testing.assert_array_equal(locs.table["PSFxnm"], LOC["PSFxnm"])
    assert locs.provenance.warnings == ()
    assert any("point spread function" in note for note in locs.provenance.notes)
    assert any(note.endswith("in nm (stated by the file).") for note in locs.provenance.notes)


def test_several_files_in_one_are_told(write_smap):
    locs = read_localizations(write_smap(LOC | {"filenumber": np.array([1.0, 2, 3])}))
    assert len(locs) == 3
    assert any("of 3 files" in warning for warning in locs.provenance.warnings)


def test_not_finite_rows_are_set_aside(write_smap):
    locs = read_localizations(write_smap(LOC | {"xnm": np.array([1.0, np.nan, 3])}))
    assert (locs.provenance.n_rows, locs.provenance.n_set_aside) == (3, 1)
    np.testing.assert_array_equal(locs.xy[:, 0], [1, 3])


@pytest.mark.parametrize("write", [write_v73, write_v7], ids=["v7.3", "v7"])
def test_fields_of_another_length_are_left_out_and_named(write, tmp_path):
    locs = read_localizations(write(tmp_path / "a.mat", LOC | {"strange": np.arange(7.0)}))
    assert "strange" not in locs.table
    assert any("strange" in warning for warning in locs.provenance.warnings)


@pytest.mark.parametrize("write", [write_v73, write_v7], ids=["v7.3", "v7"])
def test_no_localizations(write, tmp_path):
    path = write(tmp_path / "a.mat", {"frame": np.arange(3.0)})
    with pytest.raises(FileFormatError, match=r"no numbers in saveloc\.loc\.xnm"):
        read_localizations(path)
    path = write(tmp_path / "b.mat", {name: values[:0] for name, values in LOC.items()})
    with pytest.raises(FileFormatError, match=r"no rows|no numbers"):
        read_localizations(path)


def test_file_of_matlab_with_something_else(tmp_path):
    savemat(tmp_path / "a.mat", {"points": np.zeros((3, 2)), "note": "x"})
    with pytest.raises(FileFormatError, match=r"MATLAB file without saveloc.*points, note"):
        read_localizations(tmp_path / "a.mat")
    write_v73(tmp_path / "b.mat", LOC, where="other")
    with pytest.raises(FileFormatError, match=r"MATLAB file without saveloc.*other"):
        read_localizations(tmp_path / "b.mat")


def test_variable_that_unpacks_to_too_much(tmp_path, monkeypatch):
    monkeypatch.setattr(unpacking, "_ALWAYS_BYTES", 100_000)
    path = write_v7(tmp_path / "a.mat", {name: np.zeros(100_000) for name in ("xnm", "ynm")})
    assert path.stat().st_size < 10_000
    with pytest.raises(FileFormatError, match="claim to unpack"):
        read_localizations(path)


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("write", [write_v73, write_v7], ids=["v7.3", "v7"])
def test_truncated(write, keep, tmp_path):
    path = write(tmp_path / "a.mat", LOC)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(FileFormatError, match="truncated or damaged"):
        read_localizations(path)


def test_real_file_reads_as_h5py_reads_it(formats):
    path = formats / "vendor" / "smap_dstorm_data.mat"
    with h5py.File(path) as file:
        loc = {name: file["saveloc/loc"][name][0] for name in file["saveloc/loc"]}
    locs = read_localizations(path)
    assert len(locs) == 4884
    np.testing.assert_array_equal(
        locs.xyz, np.column_stack([loc["xnm"], loc["ynm"], loc["znm"]]).astype(float)
    )
    # checked by hand: 100 precisions are larger than the whole field of 26.6 µm
    known = loc["locprecnm"] <= np.ptp(loc["xnm"].astype(float))
    assert int((~known).sum()) == 100
    np.testing.assert_array_equal(locs.sigma[known, 0], loc["locprecnm"][known].astype(float))
    assert np.isnan(locs.sigma[~known, 0]).all()
    assert np.ptp(locs.xy, axis=0) == pytest.approx([26557.3, 25795.5], abs=0.1)
    assert set(loc) - {"xnm", "ynm", "znm", "locprecnm", "locprecznm", "phot"} <= set(locs.table)
    assert locs.frame.max() == 1001
