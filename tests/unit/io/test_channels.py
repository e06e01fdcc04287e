"""Channels that a file names: a number for each, the same in any order of the rows."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormgraph_py.io.channels import MOST_CHANNELS, number_channels
from stormgraph_py.io.describe import describe
from stormgraph_py.io.registry import read_localizations

_names = st.sampled_from(["561", "647", "0", "007", "Alexa 647", "Z Rejected", "a", "b", "", None])


@given(st.lists(_names, min_size=1, max_size=30), st.randoms())
def test_order_of_rows_does_not_matter(names, random):
    shuffled = random.sample(names, len(names))
    numbers, meaning = number_channels(pd.Series(names, dtype=object))
    again, same = number_channels(pd.Series(shuffled, dtype=object))
    assert same == meaning
    assert dict(zip(names, numbers, strict=True)) == dict(zip(shuffled, again, strict=True))
    for number, name in zip(numbers, names, strict=True):
        assert (number == -1) if not name else (meaning[number] == name)


def test_wavelengths_stay_what_they_are():
    numbers, names = number_channels(pd.Series(["647", "561", "other", "647"]))
    np.testing.assert_array_equal(numbers, [647, 561, 0, 647])
    assert names == {0: "other", 561: "561", 647: "647"}


def test_blanks_around_a_name_do_not_count():
    numbers, names = number_channels(pd.Series(["red ", "red", " red"]))
    np.testing.assert_array_equal(numbers, [0, 0, 0])
    assert names == {0: "red"}


def test_names_are_in_the_summary(write):
    path = write("x_nm,y_nm,channel\n1,2,red\n3,4,green\n500,6,red\n700,8,\n")
    locs = read_localizations(path)
    assert locs.provenance.channel_names == {0: "green", 1: "red"}
    assert list(locs.table["channel (file)"][:3]) == ["red", "green", "red"]
    assert any("1 rows name no channel" in w for w in locs.provenance.warnings)
    assert "-1: 1, 0 (green): 1, 1 (red): 2" in "\n".join(describe(locs).lines())


def test_numbered_channels_have_no_names(write):
    locs = read_localizations(write("x_nm,y_nm,channel\n1,2,3\n500,6,4\n"))
    np.testing.assert_array_equal(locs.channel, [3, 4])
    assert locs.provenance.channel_names == {}


@pytest.mark.parametrize(("n", "used"), [(MOST_CHANNELS, True), (MOST_CHANNELS + 1, False)])
def test_a_column_of_many_texts_names_no_channels(write, n, used):
    rows = "".join(f"{i},{i * 10},molecule {i}\n" for i in range(n))
    locs = read_localizations(write(f"x_nm,y_nm,color\n{rows}"))
    assert len(locs) == n
    assert (locs.channel is not None) == used
    assert list(locs.table["color"]) == [f"molecule {i}" for i in range(n)]
    assert used != any("name no channels" in w for w in locs.provenance.warnings)
