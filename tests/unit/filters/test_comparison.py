"""Ranges of columns: what is parsed, which columns are meant, what passes."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormgraph_py import Localizations, read_localizations
from stormgraph_py.errors import ParameterError, StormGraphError
from stormgraph_py.filters import Keep, filter_from_dict
from stormgraph_py.filters.columns import columns_meant
from stormgraph_py.localizations import Provenance


def locs(n=5, read_from=(), **columns):
    made = Localizations.from_arrays(np.zeros((n, 2)), **columns)
    return Localizations(made.table, Provenance(columns=tuple(read_from)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("uncertainty<25", Keep("uncertainty", high=25, high_open=True)),
        ("photons>500", Keep("photons", low=500, low_open=True)),
        ("500<=photons<2000", Keep("photons", low=500, high=2000, high_open=True)),
        ("2000 > photons >= 500", Keep("photons", low=500, high=2000, high_open=True)),
        ("sigma_x_nm<=20", Keep("sigma_x_nm", high=20)),
        ("sigma_x_nm ≤ 2e1", Keep("sigma_x_nm", high=20)),
        ("25 > uncertainty", Keep("uncertainty", high=25, high_open=True)),
        ("channel==1", Keep("channel", low=1, high=1)),
        ("1 = channel", Keep("channel", low=1, high=1)),
        ('"Photons" > .5', Keep("Photons", low=0.5, low_open=True)),
        ("'Localization precision (nm)' < 25",
         Keep("Localization precision (nm)", high=25, high_open=True)),
        ("x [nm] >= -3.5e+2", Keep("x [nm]", low=-350)),
        ('"a<b" < 1', Keep("a<b", high=1, high_open=True)),
        ('"7" > 1', Keep("7", low=1, low_open=True)),
    ],
)  # fmt: skip
def test_a_comparison_is_understood(text, expected):
    assert Keep.parse(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", " ", "photons", "<", "photons <", "< 5", "5 < 6", "photons < many", "1 < 2 < 3",
     "a < b < c", "1 < photons > 2", "3 > photons < 5", "photons << 5", "photons < 5 < 6",
     '"photons < 5', "photons < nan", "photons < inf", "photons != 5", "photons => 5",
     "1 < photons < 2 < 3", "photons < 5; import os", "7 > photons > 9", "5 < photons < 5",
     '"" < 5', "1 = photons < 3", "photons < 1_000", "photons < 0x10"],
)  # fmt: skip
def test_what_is_no_comparison_is_refused_with_an_example(text):
    with pytest.raises(ParameterError, match=r"uncertainty < 25|two bounds|No number is within"):
        Keep.parse(text)


@given(st.text(max_size=40))
def test_any_text_is_a_comparison_or_refused(text):
    try:
        keep = Keep.parse(text)
    except ParameterError:
        return
    assert Keep.parse(keep.condition) == keep


names = st.text(
    st.characters(exclude_characters="\"'", exclude_categories=["Cs", "Cc", "Z"]), min_size=1
)
numbers = st.floats(allow_nan=False, allow_infinity=False)


@given(name=names, low=numbers, high=numbers, low_open=st.booleans(), high_open=st.booleans())
def test_a_condition_reads_back_as_the_same(name, low, high, low_open, high_open):
    if low >= high:
        low, high = -math.inf, low
    keep = Keep(name, low=low, high=high, low_open=low_open and low > -math.inf,
                high_open=high_open)  # fmt: skip
    assert Keep.parse(keep.condition) == keep
    assert filter_from_dict(json.loads(json.dumps(keep.as_dict(), allow_nan=False))) == keep


@settings(max_examples=50, deadline=None)
@given(
    values=st.lists(st.floats(-10, 10) | st.just(math.nan), min_size=1, max_size=30),
    low=st.integers(-10, 0),
    high=st.integers(1, 10),
)
def test_python_says_the_same_of_every_value(values, low, high):
    data = locs(len(values), quality=values)
    passed = Keep.parse(f"{low} < quality <= {high}").apply(data).table["quality"]
    assert passed.tolist() == [v for v in values if low < v <= high]
    step = Keep.parse(f"{low} < quality <= {high}")
    assert step.n_unknown(data) == sum(map(math.isnan, values))


def test_a_column_is_found_by_the_names_that_people_use():
    data = locs(
        sigma=np.ones(5),
        photons=np.ones(5),
        chi2=np.ones(5),
        **{"sigma [nm]": np.ones(5)},
        read_from=[("uncertainty [nm]", "sigma_x_nm"), ("uncertainty [nm]", "sigma_y_nm"),
                   ("intensity [photon]", "photons")],
    )  # fmt: skip
    assert columns_meant("chi2", data) == ("chi2",)
    assert columns_meant("intensity [photon]", data) == ("photons",)
    assert columns_meant("Intensity", data) == ("photons",)
    assert columns_meant("uncertainty", data) == ("sigma_x_nm", "sigma_y_nm")
    assert columns_meant("precision", data) == ("sigma_x_nm", "sigma_y_nm")
    assert columns_meant("sigma", data) == ("sigma [nm]",)
    assert columns_meant("sigma_x", data) == ("sigma_x_nm",)
    assert columns_meant("PHOTONS", data) == ("photons",)
    assert columns_meant("x", data) == ("x_nm",)


def test_both_axes_of_a_precision_must_pass():
    data = locs(3, sigma=np.array([[5, 5], [5, 50], [50, 5.0]]))
    assert len(Keep.parse("uncertainty < 25").apply(data)) == 1
    assert len(Keep.parse("sigma_x < 25").apply(data)) == 2


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("photns", "did you mean 'photons'"),
        ("zzz", "there are 'x_nm'"),
        ("x [µm]", "in nm"),
        ("X (px)", "in nm"),
        ("Frame.No", "may mean 'frame_no' or 'Frame No'"),
    ],
)
def test_a_name_that_means_no_column_is_refused(name, reason):
    data = locs(photons=np.ones(5), frame_no=np.ones(5), **{"Frame No": np.ones(5)})
    with pytest.raises(ParameterError, match=reason):
        columns_meant(name, data)


def test_text_is_not_compared():
    with pytest.raises(ParameterError, match="holds text"):
        Keep.parse("dye > 3").apply(locs(2, dye=np.array(["a", "b"])))


def test_a_file_is_filtered_by_the_names_it_has(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(
        '"id","frame","x [nm]","y [nm]","sigma [nm]","intensity [photon]","uncertainty [nm]"\n'
        "1,1,10,10,130,900,8\n2,1,20,20,180,400,30\n3,2,900,900,120,700,\n"
    )
    data = read_localizations(path)
    assert Keep.parse("uncertainty<25").apply(data).table["id"].tolist() == [1]
    assert Keep.parse("uncertainty<25").n_unknown(data) == 1
    assert Keep.parse("intensity > 500").apply(data).table["id"].tolist() == [1, 3]
    assert Keep.parse("100 < sigma < 150").apply(data).table["id"].tolist() == [1, 3]


@pytest.mark.parametrize(
    "values",
    [{}, {"kind": "nothing"}, {"kind": "keep"}, {"kind": ["keep"]}, {"kind": "keep", "column": "x"},
     {"kind": "frames", "fist": 3}, {"kind": "density", "min_neighbors": 0, "radius_nm": 5},
     {"kind": "merge", "max_distance_nm": -1}],
)  # fmt: skip
def test_a_step_that_is_none_is_refused(values):
    with pytest.raises(StormGraphError):
        filter_from_dict(values)
