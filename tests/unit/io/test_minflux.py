"""MINFLUX: old and new exports of Imspector as .npy, .json and .mat; precision from the traces."""

import json
import zipfile

import numpy as np
import pandas as pd
import pytest
from scipy.io import savemat

from stormgraph_py.errors import FileFormatError
from stormgraph_py.io import minflux
from stormgraph_py.io.registry import read_localizations

TID = np.array([7, 7, 7, 7, 7, 9, 9, 12, 12, 12, 12, 12, 12])
VLD = np.array([1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1], dtype=bool)
N_ITERATIONS = 4

OLD = np.dtype(
    [
        (
            "itr",
            [("itr", "<i4"), ("loc", "<f8", (3,)), ("lnc", "<f8", (3,)), ("eco", "<i4"),
             ("efo", "<f8")],
            (N_ITERATIONS,),
        ),
        ("sqi", "<u4"), ("tim", "<f8"), ("tid", "<i4"), ("vld", "?"),
    ]
)  # fmt: skip
NEW = np.dtype(
    [("vld", "?"), ("fnl", "?"), ("bot", "?"), ("eot", "?"), ("sta", "u1"), ("tim", "<f8"),
     ("tid", "<u4"), ("itr", "<i4"), ("loc", "<f8", (3,)), ("lnc", "<f8", (3,)), ("eco", "<u4"),
     ("efo", "<f4"), ("dcr", "<f2", (2,))]
)  # fmt: skip


def old_records(two_d=False):
    """Localizations with the final position in the last iteration and rubbish in the others."""
    rng = np.random.default_rng(3)
    records = np.zeros(len(TID), dtype=OLD)
    records["itr"]["loc"] = rng.normal(1e-6, 1e-7, (len(TID), N_ITERATIONS, 3))
    records["itr"]["loc"][:, -1] = rng.normal(2e-6, 3e-9, (len(TID), 3))
    if two_d:
        records["itr"]["loc"][..., 2] = 0
    records["itr"]["itr"] = np.arange(N_ITERATIONS)
    records["itr"]["eco"] = rng.integers(20, 90, (len(TID), N_ITERATIONS))
    records["itr"]["efo"] = rng.uniform(2e4, 9e4, (len(TID), N_ITERATIONS))
    records["tim"] = np.arange(len(TID)) / 100
    records["tid"], records["vld"] = TID, VLD
    return records


def new_records():
    """The same, one row an iteration: all of them where a trace begins, then the last two."""
    old = old_records()
    rows = []
    for i, event in enumerate(old):
        first = 0 if i == 0 or TID[i] != TID[i - 1] else N_ITERATIONS - 2
        for j in range(first, N_ITERATIONS):
            row = np.zeros((), dtype=NEW)
            for name in ("loc", "lnc", "eco", "efo", "itr"):
                row[name] = event["itr"][name][j]
            row["tim"], row["tid"] = event["tim"], event["tid"]
            row["vld"], row["fnl"] = event["vld"], j == N_ITERATIONS - 1
            row["dcr"] = [0.25, 0.75]
            rows.append(row)
    return np.array(rows, dtype=NEW)


def write_npy(path, records):
    path = path.with_suffix(".npy")
    np.save(path, records)
    return path


def write_zip(path, records):
    packed = path.with_suffix(".npy.zip")
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(write_npy(path, records), "measurement.npy")
        archive.writestr("__MACOSX/._measurement.npy", b"what a system adds")
    return packed


def _plain(value):
    if isinstance(value, np.void):
        return {name: _plain(value[name]) for name in value.dtype.names}
    if isinstance(value, np.ndarray):
        return [_plain(v) for v in value]
    return value.item() if isinstance(value, np.generic) else value


def write_json(path, records):
    path = path.with_suffix(".json")
    path.write_text(json.dumps([_plain(r) for r in records], indent=1))
    return path


def write_mat(path, records):
    path = path.with_suffix(".mat")
    variables = {}
    for name in records.dtype.names:
        values = records[name]
        if values.dtype.names:
            variables[name] = {inner: values[inner] for inner in values.dtype.names}
        else:
            variables[name] = values if values.ndim > 1 else values[None, :]
    savemat(path, variables)
    return path


WRITERS = {"npy": write_npy, "npy.zip": write_zip, "json": write_json, "mat": write_mat}


@pytest.fixture(params=WRITERS)
def write(request, tmp_path):
    return lambda records: WRITERS[request.param](tmp_path / "m", records)


def spread_by_pandas(positions_nm, tid):
    """Standard deviation of every trace, none where it has fewer than five localizations."""
    frame = pd.DataFrame(positions_nm).assign(tid=tid)
    spread = frame.groupby("tid").transform("std").to_numpy()
    n = frame.groupby("tid")[0].transform("size").to_numpy()
    return np.where((n >= 5)[:, None], spread, np.nan)


@pytest.mark.parametrize("records", [old_records(), new_records()], ids=["old", "new"])
def test_final_iteration_of_valid_localizations_in_nm(write, records):
    final = old_records()["itr"]["loc"][VLD, -1] * 1e9
    path = write(records)
    locs = read_localizations(path)
    assert locs.provenance.format == "minflux"
    assert (locs.provenance.n_rows, locs.provenance.n_set_aside) == (13, 1)
    np.testing.assert_allclose(locs.xyz, final, rtol=1e-12)
    np.testing.assert_array_equal(locs.table["tid"], TID[VLD])
    np.testing.assert_array_equal(locs.table["eco"], old_records()["itr"]["eco"][VLD, -1])
    np.testing.assert_array_equal(locs.table["tim"], old_records()["tim"][VLD])
    expected = spread_by_pandas(final, TID[VLD])
    np.testing.assert_allclose(locs.sigma, expected, rtol=1e-9)
    assert np.isnan(locs.sigma).any(axis=1).sum() == 2
    told = " ".join(locs.provenance.warnings)
    assert "precision of 2 of 12 localizations is unknown" in told
    assert "1 localizations set aside that the file marks as invalid" in told
    assert any("standard deviation of the localizations" in n for n in locs.provenance.notes)


def test_columns_of_several_numbers_are_taken_apart(tmp_path):
    locs = read_localizations(write_npy(tmp_path / "m", new_records()))
    np.testing.assert_array_equal(locs.table["dcr0"], np.full(12, 0.25))
    np.testing.assert_array_equal(locs.table["dcr1"], np.full(12, 0.75))
    assert {"lncx", "lncy", "lncz"} <= set(locs.table)
    assert any("37 rows, one an iteration" in n for n in locs.provenance.notes) == (
        len(new_records()) == 37
    )


def test_two_dimensions(write):
    locs = read_localizations(write(old_records(two_d=True)))
    assert locs.dimensions == 2
    assert locs.sigma.shape == (12, 2)
    assert "sigma_z_nm" not in locs.table
    assert not any("refractive" in note for note in locs.provenance.notes)


def test_aggregated_localizations_have_one_iteration(write):
    dtype = np.dtype([("itr", OLD["itr"].base, (1,)), ("tid", "<i4"), ("vld", "?")])
    records = np.zeros(6, dtype=dtype)
    records["itr"]["loc"][:, 0] = np.arange(18).reshape(6, 3) * 1e-9
    records["tid"], records["vld"] = 1, True
    locs = read_localizations(write(records))
    np.testing.assert_allclose(locs.xyz, np.arange(18).reshape(6, 3), atol=1e-9)
    # six equidistant positions 3 nm apart
    np.testing.assert_allclose(locs.sigma, np.full((6, 3), 3 * np.sqrt(3.5)))


def test_missing_positions_are_set_aside_and_leave_the_spread_alone(tmp_path):
    records = old_records()
    records["itr"]["loc"][2, -1] = np.nan
    locs = read_localizations(write_npy(tmp_path / "m", records))
    assert (locs.provenance.n_rows, locs.provenance.n_set_aside, len(locs)) == (13, 2, 11)
    assert any("row 3," in warning for warning in locs.provenance.warnings)
    # the trace has four left
    assert np.isnan(locs.sigma[:4]).all()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_no_position_at_all(tmp_path, value):
    records = old_records()
    records["itr"]["loc"] = value
    with pytest.raises(FileFormatError, match="none of its 12 rows has finite coordinates"):
        read_localizations(write_npy(tmp_path / "m", records))


def test_impossible_positions(tmp_path):
    records = old_records()
    records["itr"]["loc"][0, -1] = [1e300, -1e300, 1e308]
    locs = read_localizations(write_npy(tmp_path / "m", records))
    assert any("cannot be metres" in warning for warning in locs.provenance.warnings)


def test_positions_that_are_no_numbers(tmp_path):
    dtype = [("itr", [("loc", "S3", (3,))], (1,)), ("tid", "<i4"), ("vld", "?")]
    with pytest.raises(FileFormatError, match=r"loc holds \|S3"):
        read_localizations(write_npy(tmp_path / "m", np.ones(4, dtype=dtype)))


def test_rows_in_any_order(tmp_path):
    order = np.random.default_rng(8).permutation(len(TID))
    a = read_localizations(write_npy(tmp_path / "a", old_records()))
    b = read_localizations(write_npy(tmp_path / "b", old_records()[order]))
    kept = [i for i in order if VLD[i]]
    of_a = {i: k for k, i in enumerate(np.flatnonzero(VLD))}
    rows = [of_a[i] for i in kept]
    np.testing.assert_array_equal(b.xyz, a.xyz[rows])
    np.testing.assert_allclose(b.sigma, a.sigma[rows], rtol=1e-12)


def test_spread_far_from_the_origin():
    # a one-pass variance loses all digits here
    rng = np.random.default_rng(1)
    loc = 1e-3 + rng.normal(0, 1e-9, (50, 2))
    spread, n_unknown, n_traces = minflux._spread(loc, np.repeat([4, 2], 25))
    assert (n_unknown, n_traces) == (0, 2)
    np.testing.assert_allclose(spread[0], loc[:25].std(axis=0, ddof=1), rtol=1e-6)
    np.testing.assert_allclose(spread[30], loc[25:].std(axis=0, ddof=1), rtol=1e-6)


def test_positions_that_cannot_be_metres(tmp_path):
    records = old_records()
    records["itr"]["loc"] *= 1e9
    path = write_npy(tmp_path / "m", records)
    locs = read_localizations(path)
    assert any("cannot be metres" in warning for warning in locs.provenance.warnings)
    np.testing.assert_allclose(locs.xyz, records["itr"]["loc"][VLD, -1])
    assert read_localizations(path, unit="um").xyz[0, 0] == pytest.approx(locs.xyz[0, 0] * 1000)


def test_none_valid(write):
    records = old_records()
    records["vld"] = False
    with pytest.raises(FileFormatError, match="none of its 13 localizations is marked as valid"):
        read_localizations(write(records))


def test_no_rows(tmp_path):
    with pytest.raises(FileFormatError, match="no rows"):
        read_localizations(write_npy(tmp_path / "m", old_records()[:0]))


def test_other_array(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros((5, 2)))
    with pytest.raises(FileFormatError, match="NumPy array without the fields"):
        read_localizations(tmp_path / "a.npy")
    with pytest.raises(FileFormatError, match="is no MINFLUX export"):
        read_localizations(tmp_path / "a.npy", format="minflux")


class _Touch:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (type(self.path).touch, (self.path,))


def test_pickled_objects_are_never_loaded(tmp_path):
    dtype = [("itr", "O"), ("tid", "i4"), ("vld", "?")]
    trace = tmp_path / "made"
    records = np.array([(_Touch(trace), 1, True)], dtype=dtype)
    np.save(tmp_path / "a.npy", records, allow_pickle=True)
    with pytest.raises(FileFormatError, match="holds Python objects"):
        read_localizations(tmp_path / "a.npy")
    assert not trace.exists()


@pytest.mark.parametrize("keep", [0.01, 0.3, 0.9, 0.999])
@pytest.mark.parametrize("records", [old_records(), new_records()], ids=["old", "new"])
def test_truncated(write, records, keep):
    path = write(records)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(FileFormatError, match=r"truncated or damaged|cut off|separator=|no rows"):
        read_localizations(path)


def test_npy_that_claims_more_rows_than_it_has(tmp_path):
    path = write_npy(tmp_path / "m", old_records())
    data = path.read_bytes()
    assert b"'shape': (13,)" in data
    path.write_bytes(data.replace(b"'shape': (13,)", b"'shape': (9**9**9,)"[:15] + b")"))
    with pytest.raises(FileFormatError, match="truncated or damaged"):
        read_localizations(path)
    path.write_bytes(data.replace(b"(13,), ", b"(10**9,),"[:3] + b"99,)"))
    with pytest.raises(FileFormatError, match="truncated or damaged"):
        read_localizations(path)


@pytest.mark.parametrize(
    "text",
    [
        '[{"loc": [1, 2, 3], "tid": 1, "vld": true}]',
        '[{"itr": [], "loc": 1, "tid": 1, "vld": true}]',
        '[{"itr": 0, "loc": [1, 2, 3], "tid": 1, "vld": true, "fnl": true}, 5]',
        '[{"itr": 0, "loc": [1, 2, 3], "tid": 1, "vld": true, "fnl": true} {}]',
        '[{"itr": 0, "loc": [1, 2], "tid": 1, "vld": true, "fnl": true}]',
        '[{"itr": 0, "loc": "x", "tid": 1, "vld": true, "fnl": true}]',
        '[{"itr": 0, "loc": [1, 2, 3], "tid": "a", "vld": true, "fnl": true}]',
        '[{"itr": 0, "loc": [1, 2, 3], "tid": 1, "vld": "yes", "fnl": true}]',
        '[{"loc": ' + "[" * 100_000 + '"tid" "vld"',
        '[{"itr": 0, "loc": [1, 2, 3], "tid": 1, "vld": true, "fnl": true}] and more',
    ],
)
def test_json_of_another_make(tmp_path, text):
    path = tmp_path / "m.json"
    path.write_text(text)
    with pytest.raises(FileFormatError) as caught:
        read_localizations(path)
    assert "\n" not in str(caught.value)


def test_json_in_pieces_is_the_same(tmp_path, monkeypatch):
    path = write_json(tmp_path / "m", old_records())
    whole = read_localizations(path)
    monkeypatch.setattr(minflux, "_RECORDS_AT_ONCE", 4)
    pd.testing.assert_frame_equal(read_localizations(path).table, whole.table)


REAL = {"2D_aggregates.npy": (7583, 751, 2), "3D_aggregates.npy": (12219, 730, 3)}


@pytest.mark.parametrize("name", REAL)
def test_real_file_in_an_archive_reads_as_numpy_reads_it(formats, name):
    path = formats / "minflux" / "aggregates.npy.zip"
    with zipfile.ZipFile(path) as archive, archive.open(name) as file:
        records = np.load(file)
    n_rows, n_traces, dimensions = REAL[name]
    locs = read_localizations(path / name)
    assert len(locs) == len(records) == n_rows
    assert locs.dimensions == dimensions
    loc = records["itr"]["loc"][:, -1] * 1e9
    np.testing.assert_allclose(locs.xyz, loc, rtol=1e-12)
    assert locs.table["tid"].nunique() == n_traces
    expected = spread_by_pandas(loc[:, :dimensions], records["tid"])
    np.testing.assert_allclose(locs.sigma, expected, rtol=1e-6)
    for column in ("efo", "eco", "cfr", "dcr"):
        np.testing.assert_array_equal(locs.table[column], records["itr"][column][:, -1])


def test_real_archive_of_two_measurements_asks_which(formats):
    with pytest.raises(FileFormatError, match=r"holds 2 files \(2D_aggregates\.npy, 3D_"):
        read_localizations(formats / "minflux" / "aggregates.npy.zip")
