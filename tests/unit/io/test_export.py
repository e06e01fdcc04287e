"""What is written reads back, in other programs as well as here."""

import csv
import errno
import gzip
import io
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from stormgraph_py.errors import InputError, OutputError
from stormgraph_py.io import export, writers
from stormgraph_py.io.export import write_localizations
from stormgraph_py.io.registry import read_localizations
from stormgraph_py.localizations import Localizations

h5py = pytest.importorskip("h5py")

PIXEL_NM = 117.0
SUFFIX = {"csv": ".csv", "thunderstorm": ".csv", "picasso": ".hdf5", "parquet": ".parquet"}
FORMATS = [w.name for w in export.WRITERS]


def _table(n=60, dimensions=3, seed=1):
    rng = np.random.default_rng(seed)
    axes = "xyz"[:dimensions]
    table = {f"{a}_nm": rng.uniform(300, 9000, n) for a in axes}
    table |= {f"sigma_{a}_nm": rng.gamma(9, 1, n) for a in axes}
    table |= {
        "frame": rng.integers(1, 9999, n),
        "photons": rng.gamma(3, 300, n).round(3),
        "channel": rng.integers(0, 2, n),
        "bg": rng.normal(50, 5, n),
        "inside": rng.random(n) < 0.5,
        "count": rng.integers(-(2**40), 2**40, n),
    }
    return pd.DataFrame(table)


def _write(table, tmp_path, format, name="cell", **options):
    path = tmp_path / f"{name}{SUFFIX[format]}"
    if format == "picasso":
        options.setdefault("pixel_size_nm", PIXEL_NM)
    written = write_localizations(Localizations(table), path, format=format, **options)
    return path, written


def _nm_of_4_bytes(values, pixel_nm=PIXEL_NM):
    return np.spacing(np.abs(np.asarray(values) / pixel_nm).max().astype("f4")) * pixel_nm


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("format", FORMATS)
def test_round_trip(tmp_path, format, dimensions):
    if format == "parquet":
        pytest.importorskip("pyarrow")
    table = _table(dimensions=dimensions)
    if format == "thunderstorm":
        table["sigma_y_nm"] = table["sigma_x_nm"]
    path, written = _write(table, tmp_path, format)
    assert written.n_localizations == len(table)
    assert written.warnings == ()
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(p.name for p in written.paths)
    if format == "parquet":
        back = pd.read_parquet(path)
    else:
        locs = read_localizations(path)
        assert locs.provenance.warnings == ()
        assert locs.provenance.n_set_aside == 0
        back = locs.table
    assert set(table.columns) == set(back.columns) - {"id"}
    exact = format != "picasso"
    for name in table.columns:
        tolerance = 0.0 if exact else _nm_of_4_bytes([9000])
        relative = 0.0 if exact else 1e-7
        np.testing.assert_allclose(
            back[name].astype(float), table[name].astype(float), rtol=relative, atol=tolerance
        )


def test_plain_csv_and_parquet_keep_everything(tmp_path):
    table = _table(dimensions=2)
    table["comment"] = ["a, b", 'say "no"', "µm"] * 20
    path, _ = _write(table, tmp_path, "csv")
    pd.testing.assert_frame_equal(read_localizations(path).table, table, check_exact=True)
    pytest.importorskip("pyarrow")
    path, _ = _write(table, tmp_path, "parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(path), table, check_exact=True)


@pytest.mark.parametrize("format", ["csv", "thunderstorm"])
def test_gzipped_for_a_name_in_gz_the_same_bytes_every_time(tmp_path, format):
    locs = Localizations(_table(dimensions=2))
    one = write_localizations(locs, tmp_path / "one.csv.gz", format=format).paths[0]
    two = write_localizations(locs, tmp_path / "two.csv.gz", format=format).paths[0]
    plain = write_localizations(locs, tmp_path / "plain.csv", format=format).paths[0]
    assert one.read_bytes() == two.read_bytes()
    assert gzip.decompress(one.read_bytes()) == plain.read_bytes()
    assert len(read_localizations(one)) == len(locs)


# -- ThunderSTORM: what its importer for ImageJ asks for -----------------------------------------


def _as_imagej_reads(path):
    """Take a file apart as the plugin does: at every comma, and every field is a Java double."""
    lines = path.read_text(encoding="utf-8").splitlines()
    header = lines[0].split(",")
    assert all(name.startswith('"') and name.endswith('"') for name in header)
    java = {"NaN": np.nan, "Infinity": np.inf, "-Infinity": -np.inf}
    rows = []
    for line in lines[1:]:
        fields = line.split(",")
        assert len(fields) == len(header)
        assert not any(f.lower() in ("nan", "inf", "-inf", "") and f not in java for f in fields)
        rows.append([java[f] if f in java else float(f) for f in fields])
    return pd.DataFrame(rows, columns=[name[1:-1] for name in header])


def test_thunderstorm_has_its_columns_and_only_numbers(tmp_path):
    table = _table(dimensions=3)
    table["sigma [nm]"] = 140.0
    table["a, b"] = 1.5
    table["offset [photon]"] = np.where(table["inside"], np.nan, np.inf)
    table["name"] = "text"
    table.loc[3, ["sigma_x_nm", "sigma_y_nm"]] = np.nan
    path, written = _write(table, tmp_path, "thunderstorm")
    read = _as_imagej_reads(path)
    assert list(read)[:6] == ["id", "frame", "x [nm]", "y [nm]", "z [nm]", "sigma [nm]"]
    assert list(read)[-2:] == ["uncertainty_xy [nm]", "uncertainty_z [nm]"]
    np.testing.assert_array_equal(read["id"], np.arange(1, 61))
    np.testing.assert_array_equal(read["z [nm]"], table["z_nm"])
    np.testing.assert_array_equal(read["intensity [photon]"], table["photons"])
    np.testing.assert_array_equal(
        read["uncertainty_xy [nm]"], (table["sigma_x_nm"] + table["sigma_y_nm"]) / 2
    )
    np.testing.assert_array_equal(read["offset [photon]"], table["offset [photon]"])
    np.testing.assert_array_equal(read["a  b"], 1.5)
    assert "mean of the precisions of x and y" in " ".join(written.notes)
    assert "'name' left out" in " ".join(written.warnings)
    locs = read_localizations(path)
    assert locs.provenance.format == "thunderstorm"
    assert locs.provenance.n_set_aside == 0


def test_thunderstorm_2d_says_uncertainty(tmp_path):
    table = _table(dimensions=2)[["x_nm", "y_nm", "sigma_x_nm"]]
    table["sigma_y_nm"] = table["sigma_x_nm"]
    path, written = _write(table, tmp_path, "thunderstorm")
    assert list(_as_imagej_reads(path)) == ["id", "x [nm]", "y [nm]", "uncertainty [nm]"]
    assert written.notes == ()


@pytest.mark.parametrize("name", ["sigma", "X", "uncertainty", "intensity [photon]", "frame "])
def test_thunderstorm_gives_a_kept_column_no_meaning_that_it_has_not(tmp_path, name):
    table = _table(dimensions=2).drop(columns=["photons", "frame", "sigma_x_nm", "sigma_y_nm"])
    table[name] = 7.0
    path, written = _write(table, tmp_path, "thunderstorm")
    assert f"original_{name}" in " ".join(written.notes)
    locs = read_localizations(path)
    assert locs.sigma is None
    assert not {"photons", "frame"} & set(locs.table)
    np.testing.assert_array_equal(locs.xy, table[["x_nm", "y_nm"]])


def test_a_thunderstorm_file_passes_through_unchanged(formats, tmp_path):
    locs = read_localizations(formats / "thunderstorm" / "storm_table_small.csv")
    back = read_localizations(
        write_localizations(locs, tmp_path / "t.csv", format="thunderstorm").paths[0]
    )
    assert set(back.table) == set(locs.table)
    for name in locs.table:
        np.testing.assert_array_equal(back.table[name], locs.table[name])


# -- Picasso: what Render leaves out without a word ----------------------------------------------


def _rows_that_render_keeps(path):
    """Rows within the bounds that Picasso's manual and behaviour set, old and new versions."""
    documents = list(yaml.safe_load_all(path.with_suffix(".yaml").read_text(encoding="ascii")))
    assert isinstance(documents[0]["Width"], int)
    assert isinstance(documents[0]["Height"], int)
    assert documents[0]["Frames"] >= 1
    (size,) = [d["Pixelsize"] for d in documents if "Picasso Localize" in d.values()]
    with h5py.File(path) as file:
        locs = file["locs"][()]
    assert {"frame", "x", "y", "lpx", "lpy"} <= set(locs.dtype.names)
    keep = np.all([np.isfinite(locs[name]) for name in locs.dtype.names], axis=0)
    for axis, side in (("x", "Width"), ("y", "Height")):
        keep &= (locs[axis] > 0) & (locs[axis] < documents[0][side]) & (locs[f"lp{axis}"] > 0)
    for name in {"photons", "sx", "sy", "lpz", "ellipticity"} & set(locs.dtype.names):
        keep &= locs[name] >= 0
    return locs[keep], size


def test_picasso_has_its_types_and_group(tmp_path):
    table = _table(dimensions=3)
    labels = np.random.default_rng(2).integers(-1, 4, len(table))
    path, written = _write(table, tmp_path, "picasso", labels=labels)
    locs, size = _rows_that_render_keeps(path)
    assert size == PIXEL_NM
    assert len(locs) == len(table)
    types = {name: locs.dtype[name].str for name in locs.dtype.names}
    assert types["frame"] == "<u4"
    assert types["group"] == "<i4"
    assert {types[n] for n in ("x", "y", "z", "photons", "lpx", "lpy", "lpz", "bg")} == {"<f4"}
    np.testing.assert_array_equal(locs["group"], labels)
    np.testing.assert_array_equal(locs["x"], (table["x_nm"] / PIXEL_NM).astype("f4"))
    np.testing.assert_array_equal(locs["z"], table["z_nm"].astype("f4"))
    assert locs["frame"].max() < 9999
    assert any("group is the cluster" in note for note in written.notes)
    back = read_localizations(path)
    np.testing.assert_array_equal(back.table["group"], labels)


@pytest.mark.parametrize("low", [-5000.0, -0.01, 0.0, 1e-300])
def test_positions_that_picasso_would_leave_out_are_moved_and_move_back(tmp_path, low):
    table = _table(dimensions=2)
    table.loc[0, ["x_nm", "y_nm"]] = low, 800.0
    path, written = _write(table, tmp_path, "picasso")
    locs, _ = _rows_that_render_keeps(path)
    assert len(locs) == len(table)
    said = " ".join(written.warnings)
    assert ("Positions are moved" in said and "regions" in said) or low == 1e-300
    back = read_localizations(path)
    tolerance = _nm_of_4_bytes([15_000])
    np.testing.assert_allclose(back.xy, table[["x_nm", "y_nm"]], rtol=0, atol=tolerance)
    assert back.provenance.warnings == ()


def test_missing_values_are_written_so_that_no_row_is_lost(tmp_path):
    table = _table(dimensions=2).drop(columns="frame")
    table.loc[[2, 5], "sigma_x_nm"] = np.nan
    table.loc[7, "photons"] = np.nan
    table.loc[8, "photons"] = 0.0
    table.loc[9, "bg"] = np.inf
    path, written = _write(table, tmp_path, "picasso")
    locs, _ = _rows_that_render_keeps(path)
    assert len(locs) == len(table)
    assert "missing" in " ".join(written.warnings)
    back = read_localizations(path).table
    assert "frame" not in back
    for name in ("sigma_x_nm", "sigma_y_nm", "photons"):
        np.testing.assert_array_equal(np.isnan(back[name]), np.isnan(table[name]))
        np.testing.assert_allclose(back[name], table[name], rtol=2e-7)
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(back["bg"])), [9])


def test_without_any_precision(tmp_path):
    path, written = _write(_table(dimensions=2)[["x_nm", "y_nm"]], tmp_path, "picasso")
    locs, _ = _rows_that_render_keeps(path)
    assert len(locs) == 60
    assert "lpx = 0.1" in " ".join(written.warnings)
    back = read_localizations(path)
    assert back.sigma is None
    assert list(back.table) == ["x_nm", "y_nm"]
    assert back.provenance.warnings == ()


def test_columns_whose_names_mean_something_in_picasso(tmp_path):
    table = _table(dimensions=2).assign(x=3.0, group=4, cluster=5, text="a")
    path, written = _write(table, tmp_path, "picasso", labels=np.zeros(60, int))
    with h5py.File(path) as file:
        locs = file["locs"][()]
    assert set(locs["original_x"]) == {3.0}
    assert set(locs["original_group"]) == {4}
    assert set(locs["group"]) == {0}
    assert set(locs["original_cluster"]) == {5}
    assert "'text' left out" in " ".join(written.warnings)


def test_two_picasso_files_or_none(tmp_path, monkeypatch):
    path, _ = _write(_table(), tmp_path, "picasso")
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    real = Path.replace
    calls = []

    def fails_the_nth_time(n):
        def replace(self, target):
            calls.append(self)
            if len(calls) == n:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(self, target)

        return replace

    for n in range(1, 5):
        calls.clear()
        monkeypatch.setattr(Path, "replace", fails_the_nth_time(n))
        with pytest.raises(OutputError, match="disk is full"):
            _write(_table(seed=2), tmp_path, "picasso")
        monkeypatch.setattr(Path, "replace", real)
        assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before
    assert len(read_localizations(path)) == 60


def test_a_folder_in_the_place_of_the_yaml_file(tmp_path):
    (tmp_path / "cell.yaml").mkdir()
    with pytest.raises(OutputError, match=r"cell\.yaml: cannot be written: a folder"):
        _write(_table(), tmp_path, "picasso")
    assert [p.name for p in tmp_path.iterdir()] == ["cell.yaml"]


@pytest.mark.parametrize("format", FORMATS)
def test_failure_leaves_no_file(tmp_path, monkeypatch, format):
    if format == "parquet":
        pytest.importorskip("pyarrow")
    monkeypatch.setattr(writers.os, "fsync", lambda _: (_ for _ in ()).throw(OSError(5, "io")))
    with pytest.raises(OutputError, match="cannot be written"):
        _write(_table(), tmp_path, format)
    assert list(tmp_path.iterdir()) == []


WRONG = {
    "no pixel size": ({"path": "a.hdf5"}, "pixel_size_nm="),
    "pixel size": ({"path": "a.hdf5", "pixel_size_nm": -1}, "no positive length"),
    "ending": ({"path": "a.xyz"}, "tells no format"),
    "other ending": ({"path": "a.csv", "format": "picasso"}, r"ends in \.hdf5"),
    "format": ({"path": "a.csv", "format": "thunder"}, "did you mean 'thunderstorm'"),
    "labels": ({"path": "a.csv", "labels": [1, 2]}, "give \\(60,\\)"),
    "labels that are no numbers": ({"path": "a.csv", "labels": ["a"] * 60}, "whole numbers"),
}


@pytest.mark.parametrize(("options", "message"), WRONG.values(), ids=WRONG)
def test_what_does_not_fit_is_refused_with_its_remedy(tmp_path, options, message):
    path = tmp_path / options["path"]
    rest = {k: v for k, v in options.items() if k != "path"}
    with pytest.raises(InputError, match=message):
        write_localizations(Localizations(_table()), path, **rest)
    assert list(tmp_path.iterdir()) == []


def test_nothing_too_far_and_broken_text_are_refused(tmp_path):
    none = Localizations(_table().iloc[:0])
    with pytest.raises(InputError, match="no localizations"):
        write_localizations(none, tmp_path / "a.csv")
    far = Localizations.from_arrays([[0.0, 1e60], [1.0, 2.0]])
    with pytest.raises(InputError, match="check their unit"):
        write_localizations(far, tmp_path / "a.hdf5", pixel_size_nm=100)
    broken = Localizations(_table().assign(note="two\nlines"))
    with pytest.raises(InputError, match="line ends"):
        write_localizations(broken, tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_changed_in_memory(tmp_path):
    locs = Localizations(_table().assign(cluster=3))
    before = locs.table.copy(deep=True)
    for format in ("csv", "thunderstorm", "picasso"):
        _write(locs.table, tmp_path, format, labels=np.zeros(len(locs), int))
    pd.testing.assert_frame_equal(locs.table, before)


def test_a_csv_opens_in_a_spreadsheet(tmp_path):
    path, _ = _write(_table(), tmp_path, "csv")
    rows = list(csv.reader(io.StringIO(path.read_text())))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert rows[0][:3] == ["x_nm", "y_nm", "z_nm"]
