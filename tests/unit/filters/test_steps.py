"""Steps against brute force, and their counts."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormgraph_py import Localizations
from stormgraph_py.errors import InputError, ParameterError
from stormgraph_py.filters import (
    Density,
    Frames,
    Keep,
    MergeReappearing,
    apply_filters,
    filter_from_dict,
)

STEPS = (
    Keep.parse("200 <= photons < 1500"),
    Frames(first=10, last=90),
    Density(min_neighbors=2, radius_nm=60.0),
    MergeReappearing(max_distance_nm=40.0, max_dark_frames=2),
)


def cloud(seed, n=300, side=800.0, dimensions=2):
    rng = np.random.default_rng(seed)
    return Localizations.from_arrays(
        side * rng.random((n, dimensions)),
        sigma=rng.uniform(5, 20, n),
        frame=np.where(rng.random(n) < 0.05, np.nan, rng.integers(0, 100, n)),
        photons=np.where(rng.random(n) < 0.05, np.nan, rng.integers(100, 2000, n)),
    )


@pytest.mark.parametrize(("dimensions", "radius"), [(2, 60), (3, 150)])
@pytest.mark.parametrize("n", [1, 3, 6])
def test_neighbours_are_those_of_a_table_of_all_distances(dimensions, radius, n):
    data = cloud(n, dimensions=dimensions)
    x = data.coordinates()
    apart = np.linalg.norm(x[:, None] - x[None], axis=2)
    expected = (apart <= radius).sum(axis=1) - 1 >= n
    passed = Density(min_neighbors=n, radius_nm=radius).apply(data)
    assert 0 < expected.sum() < len(x)
    np.testing.assert_array_equal(passed.coordinates(), x[expected])


def test_a_neighbour_on_the_radius_counts_and_so_does_one_at_the_same_place():
    data = Localizations.from_arrays([[0, 0], [30, 0], [500, 0], [500, 0]])
    assert len(Density(min_neighbors=1, radius_nm=30).apply(data)) == 4
    assert len(Density(min_neighbors=1, radius_nm=29.999).apply(data)) == 2


@settings(deadline=None)
@given(first=st.none() | st.integers(0, 99), last=st.none() | st.integers(0, 99))
def test_frames_are_kept_with_both_ends(first, last):
    data = cloud(0)
    if (first is None and last is None) or (None not in (first, last) and first > last):
        with pytest.raises(ParameterError):
            Frames(first=first, last=last)
        return
    frame = data.table["frame"].to_numpy()
    passed = Frames(first=first, last=last).apply(data).table["frame"].tolist()
    low = -math.inf if first is None else first
    high = math.inf if last is None else last
    assert passed == [f for f in frame if low <= f <= high]


@settings(max_examples=30, deadline=None)
@given(order=st.permutations(STEPS), seed=st.integers(0, 100))
def test_counts_follow_one_another(order, seed):
    data = cloud(seed)
    left, steps = apply_filters(data, order)
    before = [step.n_before for step in steps]
    after = [step.n_after for step in steps]
    assert before == [len(data), *after[:-1]]
    assert after[-1] == len(left)
    assert [step.kind for step in steps] == [step.kind for step in order]
    assert all(b >= a for b, a in zip(before, after, strict=True))
    alone, one = apply_filters(data, order[:1])
    assert one == steps[:1]
    assert len(alone) == after[0]


def test_missing_values_are_counted():
    data = cloud(1)
    table = data.table
    _, (keep, *_) = apply_filters(data, [Keep.parse("photons > 0")])
    assert keep.n_unknown == table["photons"].isna().sum() == keep.n_before - keep.n_after
    _, (frames, *_) = apply_filters(data, [Frames(first=0)])
    assert frames.n_unknown == table["frame"].isna().sum() == frames.n_before - frames.n_after
    _, (merge, *_) = apply_filters(data, [MergeReappearing(1e-6)])
    assert merge.n_unknown == frames.n_unknown
    assert merge.n_after == merge.n_before


@pytest.mark.parametrize("step", STEPS, ids=lambda s: s.kind)
def test_a_step_survives_json(step):
    assert filter_from_dict(json.loads(json.dumps(step.as_dict()))) == step
    assert step.text.endswith(".")


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (Keep.parse("photons > 5000"), r"photons is 1\d\d to 1,\d\d\d"),
        (Frames(first=1000), r"frames are 0 to 9\d"),
        (Density(min_neighbors=299, radius_nm=1), "the closest have 299 others within"),
    ],
    ids=["keep", "frames", "density"],
)
def test_a_filter_that_leaves_nothing_says_what_there_is(step, reason):
    with pytest.raises(InputError, match=f"None of 300 localizations is left.*{reason}"):
        apply_filters(cloud(2), [step])


@pytest.mark.parametrize("step", STEPS[1::2], ids=lambda s: s.kind)
def test_without_frames_the_remedy_is_said(step):
    with pytest.raises(InputError, match=r'columns=\{"frame"'):
        apply_filters(Localizations.from_arrays([[0, 0], [1, 1]]), [step])


def test_no_filters_change_nothing():
    data = cloud(3)
    left, steps = apply_filters(data, ())
    assert left is data
    assert steps == ()


@pytest.mark.parametrize("step", STEPS, ids=lambda s: s.kind)
def test_no_localizations_stay_none(step):
    left, (counted,) = apply_filters(cloud(4).select([]), [step])
    assert len(left) == counted.n_after == 0


@pytest.mark.parametrize(
    "make",
    [
        lambda: Density(min_neighbors=0, radius_nm=5),
        lambda: Density(min_neighbors=True, radius_nm=5),
        lambda: Density(min_neighbors=2, radius_nm=0),
        lambda: Density(min_neighbors=2, radius_nm=math.inf),
        lambda: Frames(first=1.5),
        lambda: MergeReappearing(0),
        lambda: MergeReappearing(math.nan),
        lambda: MergeReappearing(10, -1),
        lambda: MergeReappearing(10, 1.5),
        lambda: MergeReappearing(10, 1, 0),
    ],
)
def test_values_out_of_bounds_are_refused(make):
    with pytest.raises(ParameterError):
        make()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"kind": "merge", "max_distance": 30},
            r"no 'max_distance'; did you mean 'max_distance_nm'\?$",
        ),
        ({"kind": "merge", "max_dark_frames": 3}, "needs 'max_distance_nm'"),
        ({"kind": "merge", "max_distance_nm": "30"}, "without quotation marks"),
        ({"kind": "keep", "column": 7, "low": 1}, "without quotation marks"),
    ],
)
def test_a_step_that_cannot_be_made_is_told_in_its_own_words(values, message):
    with pytest.raises(ParameterError, match=message):
        filter_from_dict(values)
