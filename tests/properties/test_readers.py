"""Whatever happens to a file, readers give localizations that account for every row, or refuse."""

import gzip
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from stormgraph_py.errors import StormGraphError
from stormgraph_py.io.describe import describe
from stormgraph_py.io.registry import read_localizations
from stormgraph_py.io.writers import write_table

SETTINGS = settings(deadline=None, max_examples=80)

_finite = st.floats(allow_nan=False, allow_infinity=False, width=64)
_precision = st.floats(min_value=0.01, max_value=200)
_DECIMAL = re.compile(r"[+-]?([0-9]{1,20}(\.[0-9]{0,20})?|\.[0-9]{1,20})([eE][+-]?[0-9]{1,3})?")
_word = st.text("abcXYZ ,;'\"-_", min_size=1, max_size=8).map(lambda s: f"a{s}z")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("readers")


@st.composite
def tables(draw):
    """Tables as this package writes them."""
    n = draw(st.integers(1, 12))

    def column(values):
        return draw(st.lists(values, min_size=n, max_size=n))

    table = {"x_nm": column(_finite), "y_nm": column(_finite)}
    axes = "xyz" if draw(st.booleans()) else "xy"
    if "z" in axes:
        table["z_nm"] = column(_finite)
    if draw(st.booleans()):
        table |= {f"sigma_{a}_nm": column(_precision) for a in axes}
    if draw(st.booleans()):
        table["frame"] = column(st.integers(0, 2**40))
    if draw(st.booleans()):
        table["cluster"] = column(st.integers(-1, 50))
    if draw(st.booleans()):
        table["sample"] = column(_word)
    return pd.DataFrame(table)


@SETTINGS
@given(table=tables())
def test_written_table_reads_back_identically(folder, table):
    write_table(folder / "own.csv", table)
    locs = read_localizations(folder / "own.csv")
    pd.testing.assert_frame_equal(locs.table, table, check_exact=True)
    assert describe(locs).lines()


@SETTINGS
@given(
    table=tables(),
    separator=st.sampled_from(",;\t| "),
    decimal=st.sampled_from(".,"),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    zipped=st.booleans(),
    comment=st.sampled_from(["", "# made today", "% made today"]),
)
def test_dialect_does_not_matter(
    folder, table, separator, decimal, line_end, encoding, zipped, comment
):
    assume(not (separator == "," and decimal == ","))
    table = table.drop(columns="sample", errors="ignore")
    text = table.to_csv(index=False, sep=separator, decimal=decimal, lineterminator=line_end)
    data = (comment + line_end + text if comment else text).encode(encoding)
    path = folder / "dialect.txt"
    path.write_bytes(gzip.compress(data) if zipped else data)
    locs = read_localizations(path)
    # which decimal mark is meant shows only where there is one
    pd.testing.assert_frame_equal(locs.table, table, check_exact=True)
    assert locs.provenance.n_rows == len(table)


@SETTINGS
@given(
    st.lists(
        st.from_regex(_DECIMAL, fullmatch=True),
        min_size=2,
        max_size=9,
    )
)
def test_numbers_are_what_python_reads(folder, tokens):
    path = folder / "numbers.csv"
    path.write_text("x_nm,y_nm\n" + "".join(f"{token},0\n" for token in tokens))
    expected = np.array([float(token) for token in tokens])
    expected = expected[np.isfinite(expected)]
    assume(len(expected) > 0)
    locs = read_localizations(path)
    np.testing.assert_array_equal(locs.xy[:, 0], expected)
    assert locs.provenance.n_set_aside == len(tokens) - len(expected)


def _thunderstorm(n):
    header = (
        '"id","frame","x [nm]","y [nm]","sigma [nm]","intensity [photon]","uncertainty_xy [nm]"'
    )
    rows = [f"{i},{i // 3},{i * 137.25},{i * 71 % 500}.5,{130 + i},{900 - i},{9 + i % 7}.25"
            for i in range(n)]  # fmt: skip
    return "\r\n".join([header, *rows, ""]).encode()


def _plain(separator, n):
    rows = [f"{i * 31 % 400}.5,{i * 77 % 300},{8 + i % 5}.5,{i % 3},mol {i}" for i in range(n)]
    text = "\n".join(["x_nm,y_nm,uncertainty,cluster,name", *rows, ""])
    return text.replace(",", separator).encode()


def _numbers(n):
    return "\n".join(f"{i * 31 % 400}.5 {i * 77 % 300} {i}" for i in range(n)).encode()


VALID = {
    "thunderstorm": _thunderstorm(15),
    "commas": _plain(",", 15),
    "tabs": _plain("\t", 15),
    "semicolons": _plain(";", 15),
    "decimal commas": _plain(";", 15).replace(b".", b","),
    "numbers": _numbers(15),
    "comments": b"# one\n" + _plain(",", 7) + b"# two\n" + _plain(",", 3).partition(b"\n")[2],
    "dos": _plain(",", 15).replace(b"\n", b"\r\n"),
    "old mac": _plain(",", 15).replace(b"\n", b"\r"),
}

_BYTES = st.one_of(st.sampled_from(b",;\t\"'#%\n\r .-eE0 9nan"), st.integers(0, 255))


@st.composite
def mutations(draw, data):
    """Damage done to a file: bytes changed, put in, cut out, repeated, or the end lost."""
    data = bytearray(data)
    for _ in range(draw(st.integers(1, 2))):
        kind = draw(st.sampled_from(["flip", "insert", "delete", "repeat", "truncate", "swap"]))
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        length = draw(st.integers(1, 40))
        if kind == "flip" and data:
            data[at] = draw(_BYTES)
        elif kind == "insert":
            data[at:at] = bytes([draw(_BYTES)])
        elif kind == "delete":
            del data[at : at + length]
        elif kind == "repeat":
            data[at:at] = data[at : at + length]
        elif kind == "truncate":
            del data[at:]
        elif kind == "swap":
            old, new = draw(st.tuples(st.sampled_from(b",;\t.\n "), st.sampled_from(b",;\t.\n |")))
            data = data.replace(bytes([old]), bytes([new]))
    return bytes(data)


def _rows_in(data, has_header):
    """Count the rows of a text table: lines that are neither blank nor comments nor the header."""
    lines = re.split(rb"\r\n|\r|\n", data.removeprefix(b"\xef\xbb\xbf"))
    rows = [line for line in lines if line.strip(b" ") and not line.startswith((b"#", b"%"))]
    blank_but_for_tabs = sum(not line.strip(b" \t") for line in rows)
    n = len(rows) - has_header
    return {n, n - blank_but_for_tabs}


def _read_or_refuse(path):
    refusal = None
    try:
        locs = read_localizations(path, pixel_size_nm=100)
    except StormGraphError as error:
        refusal = str(error)
    event("read" if refusal is None else "refused")
    if refusal is not None:
        assert str(path.parent) in refusal
        assert "\n" not in refusal
        return None
    provenance = locs.provenance
    assert len(locs) + provenance.n_set_aside == provenance.n_rows
    assert np.isfinite(locs.xyz).all()
    if provenance.n_set_aside:
        assert any(f"{provenance.n_set_aside} of" in w for w in provenance.warnings)
    for axis in "xyz":
        if f"sigma_{axis}_nm" in locs.table:
            sigma = locs.table[f"sigma_{axis}_nm"].to_numpy()
            assert ((sigma > 0) | np.isnan(sigma)).all()
    assert describe(locs).lines()
    return locs


@settings(deadline=None, max_examples=300)
@given(data=st.sampled_from(sorted(VALID)).flatmap(lambda name: mutations(VALID[name])))
def test_damaged_text_accounts_for_every_row_or_is_refused(folder, data):
    path = folder / "damaged.csv"
    path.write_bytes(data)
    locs = _read_or_refuse(path)
    if locs is not None and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        notes = " ".join(locs.provenance.notes)
        has_header = "does not name its columns" not in notes and "names the columns" not in notes
        assert locs.provenance.n_rows in _rows_in(data, has_header)


@SETTINGS
@given(data=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_anything_is_read_or_refused(folder, data):
    path = folder / "anything"
    path.write_bytes(data)
    _read_or_refuse(path)


@SETTINGS
@given(data=mutations(gzip.compress(_plain(",", 30), mtime=0)))
def test_damaged_gzip_is_read_whole_or_refused(folder, data):
    path = folder / "damaged.csv.gz"
    path.write_bytes(data)
    locs = _read_or_refuse(path)
    if locs is not None and data[:2] == b"\x1f\x8b":
        assert locs.provenance.n_rows in {30, 60}


@SETTINGS
@given(
    order=st.permutations(["x_nm", "y_nm", "uncertainty", "cluster"]),
    renamed=st.dictionaries(st.integers(0, 3), st.text(max_size=6), max_size=2),
)
def test_columns_are_found_by_name_or_asked_for(folder, order, renamed):
    values = {"x_nm": 1000, "y_nm": 2000, "uncertainty": 12, "cluster": 3}
    names = [renamed.get(i, name) for i, name in enumerate(order)]
    table = pd.DataFrame([[values[name] for name in order]] * 2, columns=names)
    write_table(folder / "columns.csv", table)
    locs = _read_or_refuse(folder / "columns.csv")
    if locs is not None and not renamed:
        np.testing.assert_array_equal(locs.xy, [[1000, 2000]] * 2)
        np.testing.assert_array_equal(locs.table["sigma_y_nm"], [12, 12])
        np.testing.assert_array_equal(locs.table["cluster"], [3, 3])


def _picasso(path):
    h5py = pytest.importorskip("h5py")
    locs = np.zeros(
        25, dtype=[("frame", "u4"), ("x", "f4"), ("y", "f4"), ("lpx", "f4"), ("lpy", "f8")]
    )
    locs["x"], locs["y"] = np.arange(25) * 1.25, np.arange(25)[::-1]
    locs["lpx"] = locs["lpy"] = 0.125
    with h5py.File(path, "w") as file:
        file["locs"] = locs
        start = file["locs"].id.get_offset()
    return path.read_bytes(), slice(start, start + locs.nbytes)


@SETTINGS
@given(cut=st.floats(0, 0.999))
def test_truncated_hdf5_is_refused(folder, cut):
    path = folder / "whole.hdf5"
    data, _ = _picasso(path)
    path.write_bytes(data[: int(len(data) * cut)])
    assert _read_or_refuse(path) is None


@SETTINGS
@given(changes=st.dictionaries(st.floats(0, 0.999), st.integers(0, 255), max_size=40))
def test_changed_values_in_hdf5_account_for_every_row(folder, changes):
    """Only values are changed: the HDF5 library itself can crash on a damaged structure."""
    path = folder / "values.hdf5"
    data, values = _picasso(path)
    damaged = bytearray(data)
    for position, byte in changes.items():
        damaged[values.start + int(position * (values.stop - values.start))] = byte
    path.write_bytes(damaged)
    locs = _read_or_refuse(path)
    assert locs is not None
    assert locs.provenance.n_rows == 25
