"""Every real file opens with the values counted by hand, and as independent readers open it.

Rows, extents and means were found once with awk (text; the quotation marks removed by tr, gzip by
zcat), and with h5py, zipfile, struct and numpy (binary), without this package. For example::

    awk -F, 'NR==1{next}{n++; if(n==1||$1<a)a=$1; if($1>b)b=$1; s+=$4} END{print n,a,b,s/n}' FILE
"""

from __future__ import annotations

import gzip
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from stormgraph_py.errors import FileFormatError
from stormgraph_py.io.export import write_localizations
from stormgraph_py.io.registry import read_localizations
from stormgraph_py.localizations import Localizations

h5py = pytest.importorskip("h5py")

FORMATS = Path(__file__).parents[3] / "shared" / "data" / "formats"


@pytest.fixture
def formats():
    if not FORMATS.is_dir():
        pytest.skip("../shared/data/formats with real files is not here")
    return FORMATS


@dataclass(frozen=True)
class Known:
    """What a file holds, in nm; the file's column of lateral precision, and its mean."""

    format: str
    n: int
    x: tuple[float, float]
    y: tuple[float, float]
    z: tuple[float, float] | None = None
    precision: str | None = None
    mean_sigma_x: float | None = None


KNOWN = {
    "fgfr1_dstorm/FGFR1_MCF7_AF647_1.csv":
        Known("delimited", 2563, (1, 1999.579863), (1, 1995.771324), None,
              "uncertainty", 12.64502782),
    "fgfr1_dstorm/FGFR1_MCF7_AF647_2.csv":
        Known("delimited", 2979, (1, 2000.207611), (1, 1998.421032), None,
              "uncertainty", 12.93476247),
    "fgfr1_dstorm/FGFR1_MCF7_AF647_3.csv":
        Known("delimited", 3290, (1, 2000.778484), (1, 2000.138459), None,
              "uncertainty", 12.28342097),
    "fgfr1_dstorm/FGFR1_MCF7_AF647_4.csv":
        Known("delimited", 4457, (1, 1999.540719), (1, 2000.63354), None,
              "uncertainty", 13.52323417),
    "fgfr1_dstorm/FGFR1_MCF7_AF647_5.csv":
        Known("delimited", 2361, (1, 2000.64238), (1, 2000.730601), None,
              "uncertainty", 11.47225811),
    "thunderstorm/01_storm.csv.gz":
        Known("thunderstorm", 29995, (1276.915, 40879.165), (2684.562, 34640.719), None,
              "uncertainty_xy [nm]", 11.23543431),
    "thunderstorm/04_storm.csv.gz":
        Known("thunderstorm", 26087, (9836.965, 37438.638), (2865.953, 39524.509), None,
              "uncertainty_xy [nm]", 11.07085725),
    "thunderstorm/storm_table_small.csv":
        Known("thunderstorm", 48, (1527.06806, 33875.26672), (4682.05537, 40420.86725), None,
              "uncertainty_xy [nm]", 11.79014542),
    "vendor/Thunderstorm_dstorm_data.csv":
        Known("thunderstorm", 19, (1320.109671, 16566.23673), (1432.207986, 27944.91739), None,
              "uncertainty [nm]", 20.76242274),
    "nikon/two-color_STORM_m1_gmc5a_gmc5a_5lo561_cpla647.txt.gz":
        Known("nikon", 3707, (743.6, 40449.2), (356.2, 39996.9), (0, 0),
              "Lateral Localization Accuracy", 16.12269198),
    "nikon/two-color_STORM_m1_unstim_unstim_5lo561_cpla2647.txt.gz":
        Known("nikon", 20403, (2307.8, 40470.7), (1054.1, 38598), (0, 0),
              "Lateral Localization Accuracy", 18.00850957),
    "nikon/two-color_STORM_m2_c5a_m2_c5a_5lo561_cpla2_649.txt.gz":
        Known("nikon", 16978, (502.1, 40479.6), (8379.8, 36858.3), (0, 0),
              "Lateral Localization Accuracy", 16.51180887),
    "vendor/Elyra_dstorm_data.txt":
        Known("elyra", 15, (5369.8, 29981.8), (6580, 30480.8), None, "Precision [nm]", 19.06),
    "vendor/Nanoimager_dstorm_data.csv":
        Known("nanoimager", 14, (3237.638672, 47927.30859), (3575.894531, 70050.38281), (0, 0)),
    "vendor/rapidSTORM_dstorm_data.txt":
        Known("rapidstorm", 14, (3995.59, 32716.1), (1303.61, 26751.7)),
    "vendor/five_blobs_3D.txt":
        Known("delimited", 50, (119, 900), (172, 805), (146, 995)),
    "picasso/egfr_mols.hdf5":
        Known("picasso", 4230, (20179.1655, 42667.6361), (19405.4358, 39959.9402), None, "lpx",
              0.4879115564),
    "picasso/raw_movie_locs_picked.hdf5":
        Known("picasso", 2378, (1100.217810, 3339.220772), (982.3397255, 3046.663246), None, "lpx",
              2.445259874),
    "picasso/testdata_locs.hdf5":
        Known("picasso", 564, (695.2729225, 3335.889740), (681.4099264, 3342.538414), None, "lpx",
              1.519039594),
    "vendor/smap_dstorm_data.mat":
        Known("smap", 4884, (333.8673401, 26891.12109), (420.3640137, 26215.875), (-2300, 2500),
              "locprecnm"),
    "vendor/decode_dstorm_data.h5":
        Known("decode", 96, (-76.13751441, 215.8079120), (16146.03035, 16379.19841),
              (-934.6268310, 887.2019653), "x_sig"),
    "vendor/SMLM_dstorm_data.smlm":
        Known("smlm", 10, (1653.33996582, 14215.5), (5597.87988281, 18577.30078)),
}  # fmt: skip

CHANNELS = {
    "nikon/two-color_STORM_m1_gmc5a_gmc5a_5lo561_cpla647.txt.gz": {561: 3112, 647: 595},
    "nikon/two-color_STORM_m1_unstim_unstim_5lo561_cpla2647.txt.gz": {561: 16556, 647: 3847},
    "nikon/two-color_STORM_m2_c5a_m2_c5a_5lo561_cpla2_649.txt.gz": {561: 15934, 647: 1044},
    "vendor/Elyra_dstorm_data.txt": {1: 15},
    "vendor/Nanoimager_dstorm_data.csv": {0: 9, 1: 5},
}


def test_every_real_file_is_in_these_tests(formats):
    found = {
        str(path.relative_to(formats))
        for path in formats.rglob("*")
        if path.is_file() and path.suffix != ".yaml"
    }
    elsewhere = {"minflux/aggregates.npy.zip", "vendor/decode_dstorm_data_empty.h5"}
    assert found == set(KNOWN) | elsewhere


@pytest.mark.parametrize("name", KNOWN)
def test_rows_extent_and_precision_are_those_counted_by_hand(formats, name):
    known = KNOWN[name]
    locs = read_localizations(formats / name)
    table = locs.table
    assert locs.provenance.format == known.format
    assert len(locs) == locs.provenance.n_rows == known.n
    for axis in "xyz":
        expected = getattr(known, axis)
        assert (f"{axis}_nm" in table) == (expected is not None)
        if expected is not None:
            values = table[f"{axis}_nm"]
            # awk printed ten digits
            assert (values.min(), values.max()) == pytest.approx(expected, rel=1e-8, abs=1e-4)
    understood = {ours: file for file, ours in locs.provenance.columns}
    assert understood.get("sigma_x_nm") == known.precision
    if known.mean_sigma_x is not None:
        assert table["sigma_x_nm"].mean() == pytest.approx(known.mean_sigma_x, rel=5e-6)
    if name in CHANNELS:
        assert table["channel"].value_counts().to_dict() == CHANNELS[name]


def test_smap_precisions(formats):
    """4884 values each; medians by h5py. Those larger than the field are no precision."""
    with h5py.File(formats / "vendor" / "smap_dstorm_data.mat") as file:
        loc = file["saveloc/loc"]
        lateral, axial = (loc[n][()].ravel().astype(float) for n in ("locprecnm", "locprecznm"))
        expected = np.column_stack([loc[n][()].ravel() for n in ("xnm", "ynm", "znm")])
    assert np.median(lateral) == pytest.approx(127.0605)
    assert np.median(axial) == pytest.approx(336.3542)
    locs = read_localizations(formats / "vendor" / "smap_dstorm_data.mat")
    np.testing.assert_allclose(locs.xyz, expected, rtol=1e-7)
    for axis, values in (("x", lateral), ("y", lateral), ("z", axial)):
        sigma = locs.table[f"sigma_{axis}_nm"].to_numpy()
        known = np.isfinite(sigma)
        np.testing.assert_allclose(sigma[known], values[known], rtol=1e-6)
        assert values[~known].min() > values[known].max() or known.all()


def test_decode_pixels_are_not_square(formats):
    """96 emitters in pixels of 127 x 117 nm; z is nm. An empty file is refused as empty."""
    with h5py.File(formats / "vendor" / "decode_dstorm_data.h5") as file:
        xyz = file["data/xyz"][()].astype(float) * [127, 117, 1]
        sigma = file["data/xyz_sig"][()].astype(float) * [127, 117, 1]
        frame = file["data/frame_ix"][()]
    locs = read_localizations(formats / "vendor" / "decode_dstorm_data.h5")
    np.testing.assert_allclose(locs.xyz, xyz, rtol=1e-6)
    np.testing.assert_allclose(locs.sigma, sigma, rtol=1e-6)
    np.testing.assert_array_equal(locs.frame, frame)
    with pytest.raises(FileFormatError, match="decode_dstorm_data_empty"):
        read_localizations(formats / "vendor" / "decode_dstorm_data_empty.h5")


@pytest.mark.parametrize(
    ("member", "n", "n_traces", "low", "high"),
    [
        ("2D", 7583, 751, (225.266459, -9542.892889), (3092.791173, -6578.198064)),
        ("3D", 12219, 730, (-1342.802402, -4095.149978, -365.1161377),
         (1676.483527, -1096.024076, 329.5511719)),
    ],
)  # fmt: skip
def test_minflux_archive(formats, member, n, n_traces, low, high):
    """Positions in metres; all are valid; precision is the spread of a trace of at least 5."""
    path = formats / "minflux" / "aggregates.npy.zip"
    with zipfile.ZipFile(path) as archive, archive.open(f"{member}_aggregates.npy") as file:
        records = np.load(file, allow_pickle=False)
    assert records["vld"].all()
    nm = pd.DataFrame(records["itr"]["loc"][:, -1] * 1e9)
    tid = pd.Series(records["tid"])
    assert tid.nunique() == n_traces
    locs = read_localizations(path / f"{member}_aggregates.npy")
    assert locs.provenance.format == "minflux"
    assert len(locs) == locs.provenance.n_rows == n
    axes = len(low)
    np.testing.assert_allclose(locs.xyz[:, :axes].min(axis=0), low, rtol=1e-8)
    np.testing.assert_allclose(locs.xyz[:, :axes].max(axis=0), high, rtol=1e-8)
    np.testing.assert_allclose(locs.xyz[:, :axes], nm.iloc[:, :axes], rtol=1e-12)
    spread = nm.groupby(tid).transform("std").where(tid.groupby(tid).transform("size") >= 5)
    np.testing.assert_allclose(locs.precision(axes), spread.iloc[:, :axes], rtol=1e-6)
    with pytest.raises(FileFormatError, match="holds 2 files"):
        read_localizations(path)


# -- locan reads the same ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def locan():
    """Return an independent package that reads most of the formats: pip install locan."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("locan", reason="install it with the extra 'peers'")


PEER = {
    "vendor/Elyra_dstorm_data.txt": ("load_Elyra_file", "uncertainty"),
    "vendor/Nanoimager_dstorm_data.csv": ("load_Nanoimager_file", None),
    "vendor/Thunderstorm_dstorm_data.csv": (None, "uncertainty"),
    "thunderstorm/storm_table_small.csv": ("load_thunderstorm_file", None),
    "vendor/rapidSTORM_dstorm_data.txt": ("load_rapidSTORM_file", None),
    "vendor/smap_dstorm_data.mat": ("load_SMAP_file", "uncertainty"),
    "vendor/SMLM_dstorm_data.smlm": ("load_SMLM_file", None),
    "vendor/five_blobs_3D.txt": ("load_txt_file", None),
}


def _positions(locdata):
    names = [f"position_{a}" for a in "xyz" if f"position_{a}" in locdata.data]
    return locdata.data[names].to_numpy(dtype=float)


def _load(locan, function, path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return getattr(locan.locan_io, function)(path)


@pytest.mark.parametrize("name", [name for name, (function, _) in PEER.items() if function])
def test_locan_reads_the_same(formats, locan, name):
    function, precision = PEER[name]
    theirs = _load(locan, function, formats / name)
    ours = read_localizations(formats / name)
    positions = _positions(theirs)
    assert len(positions) == len(ours)
    # locan keeps some formats in 4 bytes
    np.testing.assert_allclose(ours.xyz[:, : positions.shape[1]], positions, rtol=1e-6, atol=1e-3)
    if "frame" in theirs.data and ours.frame is not None:
        np.testing.assert_array_equal(ours.frame, theirs.data["frame"])
    if precision is not None and precision in theirs.data:
        sigma = ours.table["sigma_x_nm"].to_numpy()
        known = np.isfinite(sigma)
        np.testing.assert_allclose(sigma[known], theirs.data[precision][known], rtol=1e-6)


# -- what we write opens elsewhere ---------------------------------------------------------------

SOURCES = ["thunderstorm/storm_table_small.csv", "picasso/testdata_locs.hdf5",
           "nikon/two-color_STORM_m1_gmc5a_gmc5a_5lo561_cpla647.txt.gz",
           "vendor/decode_dstorm_data.h5"]  # fmt: skip


@pytest.mark.parametrize("name", SOURCES)
def test_written_files_open_in_locan(formats, locan, tmp_path, name):
    locs = read_localizations(formats / name)
    path = write_localizations(locs, tmp_path / "t.csv", format="thunderstorm").paths[0]
    theirs = _load(locan, "load_thunderstorm_file", path)
    positions = _positions(theirs)
    # locan keeps positions in 4 bytes
    np.testing.assert_allclose(positions, locs.xyz[:, : positions.shape[1]], rtol=1e-7)
    if locs.frame is not None:
        np.testing.assert_array_equal(theirs.data["frame"], locs.frame)
    if "photons" in locs.table:
        np.testing.assert_allclose(theirs.data["intensity"], locs.table["photons"], rtol=1e-7)


@pytest.mark.parametrize("name", SOURCES)
def test_written_picasso_files_open_in_h5py(formats, tmp_path, name):
    locs = read_localizations(formats / name)
    path = write_localizations(locs, tmp_path / "t.hdf5", pixel_size_nm=100).paths[0]
    import yaml

    document = yaml.safe_load(path.with_suffix(".yaml").read_text())
    with h5py.File(path) as file:
        theirs = file["locs"][()]
    xy = np.column_stack([theirs["x"], theirs["y"]]).astype(float) - document["Shift x, y"]
    np.testing.assert_allclose(xy * document["Pixelsize"], locs.xy, rtol=0, atol=4e-3)
    back = read_localizations(path)
    assert len(back) == len(locs)
    np.testing.assert_allclose(back.xyz, locs.xyz, rtol=1e-6, atol=4e-3)
    if locs.precision(2) is not None:
        np.testing.assert_allclose(back.precision(2), locs.precision(2), rtol=1e-6)


@pytest.mark.parametrize("name", SOURCES)
def test_written_csv_and_parquet_open_in_pandas(formats, tmp_path, name):
    locs = read_localizations(formats / name)
    path = write_localizations(locs, tmp_path / "t.csv.gz").paths[0]
    with gzip.open(path) as file:
        pd.testing.assert_frame_equal(pd.read_csv(file, dtype=dict(locs.table.dtypes)), locs.table)
    pytest.importorskip("pyarrow")
    path = write_localizations(locs, tmp_path / "t.parquet").paths[0]
    pd.testing.assert_frame_equal(pd.read_parquet(path), locs.table)


def test_a_table_written_by_locan_reads_back(locan, tmp_path):
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({
        "position_x": rng.uniform(0, 5000, 50), "position_y": rng.uniform(0, 5000, 50),
        "frame": np.arange(50), "intensity": rng.uniform(100, 900, 50),
        "uncertainty": rng.uniform(5, 20, 50)})  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        locdata = locan.LocData.from_dataframe(dataframe=frame)
        locan.locan_io.save_thunderstorm_csv(locdata, tmp_path / "t.csv")
    locs = read_localizations(tmp_path / "t.csv")
    assert isinstance(locs, Localizations)
    np.testing.assert_allclose(locs.xy, frame[["position_x", "position_y"]], rtol=1e-9)
    np.testing.assert_array_equal(locs.frame, frame["frame"])
