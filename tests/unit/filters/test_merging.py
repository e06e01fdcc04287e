"""Merging against an independent, slow implementation, closed formulas and invariances."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormgraph_py import Localizations
from stormgraph_py.errors import InputError
from stormgraph_py.filters.merging import merge_reappearing, reappearances


def blinking(seed, n_molecules=40, side=400.0, dimensions=2, n_frames=60, **columns):
    """Molecules that are on in stretches of frames, dense enough to meet one another."""
    rng = np.random.default_rng(seed)
    home = side * rng.random((n_molecules, dimensions))
    rows = [
        (m, f) for m in range(n_molecules) for f in range(n_frames) if rng.random() < 0.12
    ]  # fmt: skip
    molecule, frame = np.array(rows).T
    shuffled = rng.permutation(len(molecule))
    molecule, frame = molecule[shuffled], frame[shuffled]
    n = len(molecule)
    return Localizations.from_arrays(
        home[molecule] + rng.normal(0, 10, (n, dimensions)),
        sigma=rng.uniform(5, 15, (n, dimensions)),
        frame=frame,
        photons=rng.integers(100, 3000, n),
        channel=rng.integers(0, 2, n) if columns.get("colours") else np.zeros(n, dtype=int),
        molecule=molecule,
    )


def slow_series(locs, reach, dark, axial=None):
    """Series as a person would find them: frame after frame, the closest pair first."""
    x = locs.coordinates()
    stretch = np.ones(x.shape[1])
    if axial is not None and len(stretch) == 3:
        stretch[2] = reach / axial
    frame, channel = locs.frame, locs.channel
    following = {}
    continued = set()
    for f in sorted(set(frame.tolist())):
        pairs = []
        for j in np.flatnonzero(frame == f):
            for i in np.flatnonzero((frame < f) & (f - frame <= dark + 1)):
                distance = math.dist(x[i] * stretch, x[j] * stretch)
                if i not in continued and channel[i] == channel[j] and distance <= reach:
                    pairs.append((distance, i, j))
        for _, i, j in sorted(pairs):
            if i not in continued and j not in following:
                following[j] = i
                continued.add(i)
    head = {}
    for j in np.argsort(frame, kind="stable"):
        head[j] = head[following[j]] if j in following else j
    return np.array([head[j] for j in range(len(x))])


def same_partition(a, b):
    pairs = set(zip(a.tolist(), b.tolist(), strict=True))
    return len(pairs) == len(set(a.tolist())) == len(set(b.tolist()))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("reach", "dark"), [(15, 0), (30, 0), (30, 3), (80, 20)])
def test_series_are_those_found_by_hand(seed, reach, dark):
    locs = blinking(seed, colours=True)
    found = reappearances(locs, max_distance_nm=reach, max_dark_frames=dark)
    assert same_partition(found, slow_series(locs, reach, dark))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("axial", [None, 60.0, 15.0])
def test_series_in_space_are_those_found_by_hand(seed, axial):
    locs = blinking(seed, dimensions=3, side=200)
    found = reappearances(locs, max_distance_nm=30, max_dark_frames=4, max_axial_distance_nm=axial)
    assert same_partition(found, slow_series(locs, 30, 4, axial))


def picasso_series(locs, reach, dark):
    """What Picasso documents: each localization takes the first free one in reach after it."""
    x, frame = locs.xy, locs.frame
    order = np.argsort(frame, kind="stable")
    group = np.full(len(x), -1)
    for start in order:
        if group[start] >= 0:
            continue
        current = group[start] = start
        while current is not None:
            current = next(
                (
                    (group.__setitem__(j, start) or j)
                    for j in order
                    if group[j] < 0
                    and 1 <= frame[j] - frame[current] <= dark + 1
                    and math.dist(x[j], x[current]) <= reach
                ),
                None,
            )
    return group


@pytest.mark.parametrize("seed", range(4))
def test_where_molecules_are_far_apart_picasso_finds_the_same(seed):
    rng = np.random.default_rng(seed)
    corner = 500.0 * np.stack(np.meshgrid(range(5), range(5)), axis=-1).reshape(-1, 2)
    molecule = np.repeat(np.arange(25), 30)
    frame = np.concatenate([np.sort(rng.choice(200, 30, replace=False)) for _ in range(25)])
    locs = Localizations.from_arrays(corner[molecule] + rng.normal(0, 5, (750, 2)), frame=frame)
    found = reappearances(locs, max_distance_nm=100, max_dark_frames=3)
    assert same_partition(found, picasso_series(locs, 100, 3))
    gaps = sum((np.diff(frame[molecule == m]) > 4).sum() + 1 for m in range(25))
    assert found.max() + 1 == gaps


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1000), reach=st.floats(5, 100), dark=st.integers(0, 10))
def test_photons_and_localizations_are_conserved(seed, reach, dark):
    locs = blinking(seed, n_molecules=25, n_frames=30, colours=True)
    merged = merge_reappearing(locs, max_distance_nm=reach, max_dark_frames=dark).table
    table = locs.table
    assert merged["photons"].sum() == table["photons"].sum()
    assert merged["n_merged"].sum() == len(table)
    for axis in "xy":
        centre = (table[f"{axis}_nm"] * table["photons"]).sum()
        kept = (merged[f"{axis}_nm"] * merged["photons"]).sum()
        assert kept == pytest.approx(centre, rel=1e-12)
    for channel in (0, 1):
        own = table.loc[table["channel"] == channel, "photons"].sum()
        assert merged.loc[merged["channel"] == channel, "photons"].sum() == own


@pytest.mark.parametrize("seed", range(4))
def test_values_are_the_formulas_of_each_series(seed):
    locs = blinking(seed, colours=True)
    series = reappearances(locs, max_distance_nm=30, max_dark_frames=2)
    merged = merge_reappearing(locs, max_distance_nm=30, max_dark_frames=2).table
    table = locs.table
    firsts = []
    for number in range(series.max() + 1):
        own = table[series == number].sort_values("frame")
        w = own["photons"].to_numpy(dtype=float)
        row = {
            "x_nm": np.average(own["x_nm"], weights=w),
            "y_nm": np.average(own["y_nm"], weights=w),
            "sigma_x_nm": math.sqrt(((w / w.sum() * own["sigma_x_nm"]) ** 2).sum()),
            "sigma_y_nm": math.sqrt(((w / w.sum() * own["sigma_y_nm"]) ** 2).sum()),
            "frame": own["frame"].iloc[0],
            "photons": own["photons"].sum(),
            "molecule": own["molecule"].iloc[0],
            "n_merged": len(own),
        }
        firsts.append((own.index[0], row))
    expected = [row for _, row in sorted(firsts, key=lambda pair: pair[0])]
    assert len(merged) == len(expected)
    for name in expected[0]:
        np.testing.assert_allclose(merged[name], [row[name] for row in expected], rtol=1e-12)


def test_precision_of_a_merged_localization_is_its_error():
    # 20,000 molecules seen three times, with precision in proportion to photons to the -1/2
    rng = np.random.default_rng(0)
    photons = rng.uniform(200, 3000, (20_000, 3))
    sigma = 300 / np.sqrt(photons)
    x = 1000.0 * np.arange(20_000)[:, None] + sigma * rng.normal(size=sigma.shape)
    y = sigma * rng.normal(size=sigma.shape)
    locs = Localizations.from_arrays(
        np.column_stack([x.ravel(), y.ravel()]),
        sigma=sigma.ravel(),
        frame=np.tile([1, 2, 3], 20_000),
        photons=photons.ravel(),
    )
    merged = merge_reappearing(locs, max_distance_nm=200).table
    assert (merged["n_merged"] == 3).all()
    error = (merged["x_nm"] - 1000.0 * np.arange(20_000)) / merged["sigma_x_nm"]
    assert np.std(error) == pytest.approx(1, abs=0.02)
    # and the weights are the best ones here, those of the inverse variance
    best = 1 / np.sqrt((1 / sigma**2).sum(axis=1))
    np.testing.assert_allclose(merged["sigma_x_nm"], best, rtol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_does_not_matter(seed):
    locs = blinking(seed, colours=True)
    shuffled = locs.select(np.random.default_rng(seed).permutation(len(locs)))
    settings_ = {"max_distance_nm": 40, "max_dark_frames": 3}
    one = merge_reappearing(locs, **settings_).table
    other = merge_reappearing(shuffled, **settings_).table
    by = ["frame", "x_nm", "y_nm"]
    one, other = (t.sort_values(by, ignore_index=True) for t in (one, other))
    np.testing.assert_allclose(one.to_numpy(), other.to_numpy(), rtol=1e-12)


def test_rows_stay_in_the_order_of_the_first_localizations():
    locs = blinking(0)
    merged = merge_reappearing(locs.select(np.argsort(-locs.frame)), max_distance_nm=30)
    assert (np.diff(merged.frame) <= 0).all()


@pytest.mark.parametrize("angle", [0.3, 2.0])
def test_shift_and_rotation_change_nothing_but_positions(angle):
    locs = blinking(5)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    moved = Localizations.from_arrays(
        locs.xy @ turn.T + [3000, -800], frame=locs.frame, photons=locs.table["photons"]
    )
    one = reappearances(locs, max_distance_nm=35, max_dark_frames=2)
    other = reappearances(moved, max_distance_nm=35, max_dark_frames=2)
    assert same_partition(one, other)
    merged = merge_reappearing(moved, max_distance_nm=35, max_dark_frames=2)
    before = merge_reappearing(locs, max_distance_nm=35, max_dark_frames=2)
    np.testing.assert_allclose(merged.xy, before.xy @ turn.T + [3000, -800], atol=1e-8)


def test_merging_twice_merges_nothing_more_than_ends_that_moved_together():
    locs = blinking(2, n_molecules=8, side=4000)
    settings_ = {"max_distance_nm": 60, "max_dark_frames": 60}
    once = merge_reappearing(locs, **settings_)
    twice = merge_reappearing(once, **settings_)
    assert len(once) == len(twice) == 8
    assert twice.table["n_merged"].sum() == len(locs)
    np.testing.assert_allclose(twice.xy, once.xy)


def test_a_distance_or_a_pause_on_the_bound_is_merged():
    locs = Localizations.from_arrays([[100, 0], [130, 0], [130, 0]], frame=[1, 2, 5])
    assert reappearances(locs, max_distance_nm=30, max_dark_frames=2).tolist() == [0, 0, 0]
    assert reappearances(locs, max_distance_nm=29.99, max_dark_frames=2).tolist() == [0, 1, 1]
    assert reappearances(locs, max_distance_nm=30, max_dark_frames=1).tolist() == [0, 0, 1]


def test_localizations_of_one_frame_are_never_one_molecule():
    locs = Localizations.from_arrays([[0, 0], [1, 0], [2, 0]], frame=[4, 4, 4])
    assert len(merge_reappearing(locs, max_distance_nm=30, max_dark_frames=5)) == 3


def test_what_is_unknown_stays_unknown():
    nan = math.nan
    locs = Localizations.from_arrays(
        [[0, 0], [2, 0], [500, 0], [502, 0], [900, 0], [900, 0]],
        sigma=[5, nan, 5, 5, 5, 5],
        frame=[1, 2, 1, 2, nan, nan],
        photons=[100, 300, nan, 300, 100, 100],
    )
    merged = merge_reappearing(locs, max_distance_nm=30).table
    assert merged["n_merged"].tolist() == [2, 2, 1, 1]
    assert merged["x_nm"].tolist() == [1.5, 501, 900, 900]
    np.testing.assert_allclose(merged["sigma_x_nm"], [nan, 5 / math.sqrt(2), 5, 5])
    np.testing.assert_array_equal(merged["photons"], [400, nan, 100, 100])


def test_a_column_of_counts_that_is_text_is_refused():
    locs = Localizations.from_arrays(
        [[0, 0], [2, 0]], frame=[1, 2], n_merged=np.array(["one", "two"])
    )
    with pytest.raises(InputError, match="rename it"):
        merge_reappearing(locs, max_distance_nm=30)
