"""Every real file opens with the rows, extent and precision that an independent reading finds."""

import gzip
import hashlib

import numpy as np
import pandas as pd
import pytest

from stormgraph_py.errors import InputError
from stormgraph_py.io.registry import read_localizations

THUNDERSTORM = {
    "thunderstorm/01_storm.csv.gz": "uncertainty_xy [nm]",
    "thunderstorm/04_storm.csv.gz": "uncertainty_xy [nm]",
    "thunderstorm/storm_table_small.csv": "uncertainty_xy [nm]",
    "vendor/Thunderstorm_dstorm_data.csv": "uncertainty [nm]",
}


def _oracle(path):
    """Read with numpy, names by position from the header with every quotation mark removed."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        names = file.readline().strip().replace('"', "").split(",")
        return names, np.loadtxt(file, delimiter=",")


@pytest.mark.parametrize("name", THUNDERSTORM)
def test_thunderstorm_file_reads_as_numpy_reads_it(formats, name):
    path = formats / name
    names, values = _oracle(path)
    column = {n: values[:, i] for i, n in enumerate(names)}
    locs = read_localizations(path)
    assert locs.provenance.format == "thunderstorm"
    assert len(locs) == locs.provenance.n_rows == len(values)
    np.testing.assert_array_equal(locs.xy, np.column_stack([column["x [nm]"], column["y [nm]"]]))
    precision = column[THUNDERSTORM[name]]
    np.testing.assert_array_equal(locs.sigma, np.column_stack([precision, precision]))
    np.testing.assert_array_equal(locs.table["sigma [nm]"], column["sigma [nm]"])
    np.testing.assert_array_equal(locs.frame, column["frame"])
    np.testing.assert_array_equal(locs.table["photons"], column["intensity [photon]"])
    assert locs.provenance.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert locs.provenance.warnings == ()


@pytest.mark.parametrize("number", range(1, 6))
def test_fgfr1_file_reads_as_numpy_reads_it(formats, number):
    path = formats / "fgfr1_dstorm" / f"FGFR1_MCF7_AF647_{number}.csv"
    names, values = _oracle(path)
    assert names == ["x", "y", "frame", "uncertainty"]
    locs = read_localizations(path)
    assert len(locs) == len(values)
    np.testing.assert_array_equal(locs.xy, values[:, :2])
    np.testing.assert_array_equal(locs.frame, values[:, 2])
    np.testing.assert_array_equal(locs.sigma, values[:, [3, 3]])
    assert np.ptp(locs.xy, axis=0) == pytest.approx([2000, 2000], abs=30)
    assert any("assumed" in note for note in locs.provenance.notes)
    assert locs.provenance.warnings == ()


@pytest.mark.parametrize("stem", ["egfr_mols", "raw_movie_locs_picked", "testdata_locs"])
def test_picasso_pair_is_scaled_by_its_pixel_size(formats, stem):
    h5py = pytest.importorskip("h5py")
    path = formats / "picasso" / f"{stem}.hdf5"
    with h5py.File(path) as file:
        records = file["locs"][()]
    locs = read_localizations(path)
    assert locs.provenance.format == "picasso"
    assert len(locs) == len(records)
    x, y, lpx, lpy = (records[n].astype(float) * 130 for n in ("x", "y", "lpx", "lpy"))
    np.testing.assert_allclose(locs.xy, np.column_stack([x, y]), rtol=1e-12)
    np.testing.assert_allclose(locs.sigma, np.column_stack([lpx, lpy]), rtol=1e-12)
    assert set(records.dtype.names) - {"x", "y", "lpx", "lpy"} <= set(locs.table.columns)


def test_five_blobs_are_three_dimensional(formats):
    path = formats / "vendor" / "five_blobs_3D.txt"
    expected = pd.read_csv(path, skipinitialspace=True)
    locs = read_localizations(path)
    positions = expected[["position_x", "position_y", "position_z"]].to_numpy(dtype=float)
    np.testing.assert_array_equal(locs.xyz, positions)
    assert locs.dimensions == 3
    assert locs.sigma is None
    np.testing.assert_array_equal(locs.table["cluster_label"], expected["cluster_label"])
    np.testing.assert_array_equal(locs.frame, expected["frame"])


@pytest.mark.parametrize(
    "name", ["dbopt_fibrillar_3d_1.csv", "dbopt_mixed_2.csv", "nieves_blinking_s02_roi01.csv"]
)
def test_truth_column_survives(formats, name):
    path = formats.parent / "accuracy" / name
    expected = pd.read_csv(path)
    locs = read_localizations(path)
    assert list(locs.table.columns) == list(expected.columns)
    np.testing.assert_array_equal(locs.table.to_numpy(), expected.to_numpy())
    assert locs.provenance.warnings == ()


@pytest.mark.parametrize(
    "name",
    [
        "vendor/Elyra_dstorm_data.txt",
        "vendor/SMLM_dstorm_data.smlm",
        "vendor/decode_dstorm_data_empty.h5",
        "minflux/aggregates.npy.zip",
    ],
)
def test_other_files_are_read_or_refused_in_one_line(formats, name):
    refusal = None
    try:
        locs = read_localizations(formats / name)
    except InputError as error:
        refusal = str(error)
    if refusal is None:
        assert len(locs) == locs.provenance.n_rows - locs.provenance.n_set_aside
    else:
        assert name.rpartition("/")[2] in refusal
        assert "\n" not in refusal
