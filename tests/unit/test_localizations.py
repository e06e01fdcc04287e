"""The table of localizations: immutable, in nm, honest about what it does not know."""

import numpy as np
import pandas as pd
import pytest

from stormgraph_py.errors import InputError, ParameterError
from stormgraph_py.localizations import Localizations, Provenance


@pytest.fixture
def table():
    return pd.DataFrame(
        {
            "cluster": [1, 0, 1],
            "frame": [5, 6, 7],
            "y_nm": [2.0, 4.0, 6.0],
            "x_nm": [1.0, 3.0, 5.0],
        }
    )


def test_known_columns_come_first_and_others_stay(table):
    locs = Localizations(table)
    assert list(locs.table.columns) == ["x_nm", "y_nm", "frame", "cluster"]
    np.testing.assert_array_equal(locs.xy, [[1, 2], [3, 4], [5, 6]])
    np.testing.assert_array_equal(locs.table["cluster"], [1, 0, 1])


def test_neither_source_nor_result_can_change_it(table):
    locs = Localizations(table)
    table.loc[0, "x_nm"] = 99.0
    copy = locs.table
    copy["x_nm"] = 0.0
    xy = locs.xy
    if xy.flags.writeable:
        xy[:] = -1
    np.testing.assert_array_equal(locs.xy, [[1, 2], [3, 4], [5, 6]])
    with pytest.raises(AttributeError):
        locs.anything = 1


def test_source_is_not_changed(table):
    before = table.copy()
    Localizations(table).select([0]).coordinates(3)
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize(
    ("z", "dimensions"), [(None, 2), ([0.0, 0, 0], 2), ([7.0, 7, 7], 2), ([0.0, 1, 0], 3)]
)
def test_dimensions_are_three_where_z_varies(table, z, dimensions):
    locs = Localizations(table if z is None else table.assign(z_nm=z))
    assert locs.dimensions == dimensions
    assert locs.coordinates().shape == (3, dimensions)
    assert locs.coordinates(3).shape == (3, 3)
    np.testing.assert_array_equal(locs.xyz[:, 2], z or [0, 0, 0])


def test_extreme_z_does_not_overflow(table):
    assert Localizations(table.assign(z_nm=[-1e308, 0, 1e308])).dimensions == 3


def test_precision_needs_every_axis(table):
    flat = table.assign(sigma_x_nm=[1.0, 2, 3], sigma_y_nm=[4.0, 5, np.nan])
    np.testing.assert_array_equal(Localizations(flat).sigma, [[1, 4], [2, 5], [3, np.nan]])
    deep = Localizations(flat.assign(z_nm=[0.0, 1, 2]))
    assert deep.sigma is None
    assert deep.precision(2).shape == (3, 2)
    assert Localizations(flat.drop(columns="sigma_y_nm")).sigma is None


def test_missing_frames_and_channels_are_minus_one(table):
    locs = Localizations(table.assign(frame=[5, np.nan, 1e30], channel=[0.0, 1.0, np.inf]))
    np.testing.assert_array_equal(locs.frame, [5, -1, -1])
    np.testing.assert_array_equal(locs.channel, [0, 1, -1])
    assert Localizations(table.drop(columns="frame")).frame is None


@pytest.mark.parametrize(
    "rows", [[2, 0], np.array([2, 0]), np.array([True, False, True]), [True, False, True]]
)
def test_select_rows(table, rows):
    expected = table.iloc[rows] if np.asarray(rows).dtype != bool else table.loc[np.asarray(rows)]
    chosen = Localizations(table).select(rows)
    np.testing.assert_array_equal(chosen.table["x_nm"], expected["x_nm"])
    assert list(chosen.table.index) == [0, 1]


@pytest.mark.parametrize(
    ("sigma", "expected"),
    [
        ([8.0, 9.0], [[8, 8], [9, 9]]),
        ([[8, 1], [9, 2]], [[8, 1], [9, 2]]),
        (None, None),
    ],
)
def test_from_arrays(sigma, expected):
    locs = Localizations.from_arrays([[0, 1], [2, 3]], sigma=sigma, frame=[1, 2])
    np.testing.assert_array_equal(locs.xy, [[0, 1], [2, 3]])
    if expected is None:
        assert locs.sigma is None
    else:
        np.testing.assert_array_equal(locs.sigma, expected)
    assert locs.provenance.format == "arrays"
    assert locs.provenance.n_rows == 2


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Localizations(pd.DataFrame({"x_nm": [1.0]})), "no column 'y_nm'"),
        (lambda: Localizations(pd.DataFrame({"x_nm": [1.0], "y_nm": [np.inf]})), "y_nm of row 0"),
        (lambda: Localizations(pd.DataFrame({"x_nm": ["a"], "y_nm": [1.0]})), "not numbers"),
        (
            lambda: Localizations(pd.DataFrame([[1.0, 2, 3]], columns=["x_nm", "y_nm", "y_nm"])),
            "more than one column 'y_nm'",
        ),
        (lambda: Localizations.from_arrays([1, 2, 3]), r"shape \(3,\)"),
        (lambda: Localizations.from_arrays([[1, 2, 3, 4]]), r"shape \(1, 4\)"),
        (lambda: Localizations.from_arrays([["a", "b"]]), "no table of numbers"),
        (lambda: Localizations.from_arrays([[1, 2], [3]]), "no table of numbers"),
        (lambda: Localizations.from_arrays([[1, 2]], sigma=[[1, 2, 3]]), "sigma has the shape"),
        (lambda: Localizations.from_arrays([[1, 2]], frame=[1, 2]), "frame has the shape"),
        (lambda: Localizations.from_arrays([[1, np.nan]]), "y_nm of row 0 is nan"),
    ],
)
def test_what_cannot_be_is_refused(make, message):
    with pytest.raises(InputError, match=message):
        make()


def test_representation_tells_size_and_precision(table):
    assert repr(Localizations(table)) == "Localizations(3 in 2-D, without sigma)"


@pytest.fixture
def coloured(table):
    names = {0: "green", 1: "0", 3: "far away"}
    return Localizations(table.assign(channel=[1, 0, 2]), Provenance(channel_names=names))


@pytest.mark.parametrize(
    ("asked", "number"), [("Green", 0), ("0", 1), (0, 1), (1, 1), ("2", 2), (2, 2)]
)
def test_a_channel_is_found_by_name_then_by_number(coloured, asked, number):
    assert coloured.channel_number(asked) == number


@pytest.mark.parametrize("asked", ["far away", 7, "blue"])
def test_a_channel_that_is_not_there_is_refused_with_those_that_are(coloured, asked):
    with pytest.raises(ParameterError, match=r"it has 0 \(green\), 1 \(0\), 2"):
        coloured.channel_number(asked)


def test_no_channels_at_all(table):
    with pytest.raises(ParameterError, match="leave --channel out"):
        Localizations(table).channel_number(1)
