"""Each writer's file reads back as the table written, as far as the format can hold it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormgraph_py.io.export import write_localizations
from stormgraph_py.io.registry import read_localizations
from stormgraph_py.localizations import COLUMNS, Localizations

pytest.importorskip("h5py")

SETTINGS = settings(deadline=None, max_examples=25)
PIXEL_NM = 97.5

_position = st.floats(-1e6, 1e6)
_precision = st.floats(0.01, 200)
_light = st.one_of(st.floats(0, 1e6), st.just(np.nan))
_number = st.one_of(st.floats(-1e30, 1e30), st.sampled_from([np.nan, np.inf, -np.inf]))
_word = st.text("abcXYZ ,;'\"-_µ", min_size=1, max_size=8).map(lambda s: f"a{s}z")
_name = st.text("abcXYZ ,;'\"-_µ[]()%#.", max_size=8).map(lambda s: f"q{s}z")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("round_trips")


@st.composite
def tables(draw):
    """Tables as any reader could give them, with gaps, extra numbers and texts."""
    n = draw(st.integers(1, 12))

    def column(values):
        return draw(st.lists(values, min_size=n, max_size=n))

    axes = "xyz" if draw(st.booleans()) else "xy"
    table = {f"{a}_nm": column(_position) for a in axes}
    if draw(st.booleans()):
        for a in axes:
            table[f"sigma_{a}_nm"] = column(_precision)
            # a column without any precision is no precision
            table[f"sigma_{a}_nm"][1:] = [
                draw(st.sampled_from([s, np.nan])) for s in table[f"sigma_{a}_nm"][1:]
            ]
    if draw(st.booleans()):
        table["frame"] = column(st.integers(0, 2**31))
    if draw(st.booleans()):
        table["photons"] = column(_light)
    if draw(st.booleans()):
        table["channel"] = column(st.integers(0, 5))
    for name in draw(st.lists(_name, max_size=3, unique=True)):
        kinds = [_number, st.integers(-(2**50), 2**50), st.booleans(), _word]
        table[name] = column(draw(st.sampled_from(kinds)))
    return pd.DataFrame(table)


def _numbers(table):
    return [name for name in table if table[name].dtype.kind in "iufb"]


def _equal(back, expected, *, rtol=0.0, atol=0.0):
    np.testing.assert_allclose(
        back.to_numpy(dtype=float), expected.to_numpy(dtype=float), rtol=rtol, atol=atol
    )


@SETTINGS
@given(table=tables())
def test_csv(folder, table):
    path = write_localizations(Localizations(table), folder / "t.csv").paths[0]
    locs = read_localizations(path)
    assert list(locs.table) == list(Localizations(table).table)
    for name in table:
        if name in _numbers(table):
            _equal(locs.table[name], table[name])
        else:
            assert locs.table[name].tolist() == table[name].tolist()


@SETTINGS
@given(table=tables())
def test_parquet(folder, table):
    pytest.importorskip("pyarrow")
    path = write_localizations(Localizations(table), folder / "t.parquet").paths[0]
    pd.testing.assert_frame_equal(pd.read_parquet(path), Localizations(table).table)


@SETTINGS
@given(table=tables())
def test_thunderstorm(folder, table):
    written = write_localizations(Localizations(table), folder / "t.csv", format="thunderstorm")
    locs = read_localizations(written.paths[0])
    assert locs.provenance.format == "thunderstorm" or "sigma_x_nm" not in table
    assert len(locs) == len(table)
    for name in _numbers(table):
        if name in ("sigma_x_nm", "sigma_y_nm"):
            mean = (table["sigma_x_nm"] + table["sigma_y_nm"]) / 2
            same = table["sigma_x_nm"].equals(table["sigma_y_nm"])
            expected = table[name] if same else mean
            if expected.notna().any():
                _equal(locs.table[name], expected)
        elif name in COLUMNS:
            _equal(locs.table[name], table[name])
    extras = [name for name in _numbers(table) if name not in COLUMNS]
    assert len([c for c in locs.table if c not in (*COLUMNS, "id")]) == len(extras)
    said = " ".join(written.warnings)
    assert all(repr(name) in said for name in table if name not in _numbers(table))


@SETTINGS
@given(table=tables(), labels=st.booleans())
def test_picasso(folder, table, labels):
    clusters = np.arange(len(table)) - 1 if labels else None
    written = write_localizations(
        Localizations(table), folder / "t.hdf5", labels=clusters, pixel_size_nm=PIXEL_NM
    )
    locs = read_localizations(written.paths[0])
    assert len(locs) == len(table)
    # what positions are moved by makes the numbers of 4 bytes coarser
    reach = 2 * np.abs(table[["x_nm", "y_nm"]].to_numpy()).max() + 2 * PIXEL_NM
    for name in _numbers(table):
        if name in ("x_nm", "y_nm"):
            _equal(locs.table[name], table[name], atol=reach * 2.0**-23)
        elif name in COLUMNS and table[name].isna().all():
            assert name not in locs.table  # as a column that is not there
        elif name in COLUMNS:
            single = np.finfo("f4").tiny
            _equal(locs.table[name], table[name], rtol=2.0**-23, atol=single)
        else:
            infinite = table[name].replace([np.inf, -np.inf], np.nan)
            if infinite.notna().any():
                _equal(locs.table[name], infinite)
    if labels:
        np.testing.assert_array_equal(locs.table["group"], clusters)
    said = " ".join(written.warnings)
    assert all(repr(name) in said for name in table if name not in _numbers(table))
