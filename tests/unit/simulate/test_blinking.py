"""Frames of blinking molecules: their distributions, and what stays as it was."""

import numpy as np
import pytest

from stormgraph_py.errors import ParameterError
from stormgraph_py.simulate import (
    Blinking,
    LognormalSigma,
    NanoclusterParams,
    simulate_blinking,
    simulate_nanoclusters,
    simulate_random,
)

LONG = 10_000_000


@pytest.fixture(scope="module")
def molecules():
    return simulate_random(n_molecules=4000, mean_blinks=8, sigma=LognormalSigma())


def gaps_of(data):
    """Frames from each localization to the next of its molecule."""
    table = data.localizations.table.sort_values(["molecule", "frame"])
    return table.groupby("molecule")["frame"].diff().dropna().to_numpy()


def test_on_and_dark_times_have_the_means_asked_for(molecules):
    blinking = Blinking(mean_on_frames=4, mean_dark_frames=30, n_frames=LONG)
    gaps = gaps_of(simulate_blinking(molecules, blinking, 1))
    assert (gaps >= 1).all()
    n = len(gaps)
    # a molecule that is on goes off with a probability of 1/4, and is dark for 30 frames then
    assert (gaps > 1).mean() == pytest.approx(0.25, abs=4 * np.sqrt(0.25 * 0.75 / n))
    dark = gaps[gaps > 1] - 1
    assert dark.min() == 1
    assert dark.mean() == pytest.approx(30, abs=4 * 30 / np.sqrt(len(dark)))
    # geometric: as spread as it is long
    assert dark.std() == pytest.approx(np.sqrt(30 * 29), rel=0.1)


def test_first_frames_are_spread_over_the_recording(molecules):
    data = simulate_blinking(molecules, Blinking(n_frames=1000), 2)
    first = data.localizations.table.groupby("molecule")["frame"].min()
    counts = np.histogram(first, np.linspace(0.5, 1000.5, 11))[0]
    assert len(first) == 4000
    assert np.abs(counts - 400).max() < 4 * np.sqrt(400)
    assert data.localizations.frame.max() <= 1000


def test_a_long_recording_keeps_every_localization_where_it_was(molecules):
    data = simulate_blinking(molecules, Blinking(n_frames=LONG), 3)
    by = ["molecule", "x_nm", "y_nm"]
    before = molecules.localizations.table.drop(columns="frame").sort_values(by, ignore_index=True)
    after = data.localizations.table.drop(columns="frame").sort_values(by, ignore_index=True)
    assert before.equals(after[before.columns])
    assert (np.diff(data.localizations.frame) >= 0).all()


def test_no_molecule_is_twice_in_a_frame(molecules):
    data = simulate_blinking(molecules, Blinking(mean_on_frames=1, mean_dark_frames=1), 4)
    assert not data.localizations.table.duplicated(["molecule", "frame"]).any()


@pytest.mark.parametrize("dimensions", [2, 3])
def test_a_label_spreads_localizations_about_their_molecule(dimensions):
    roi = (3000.0,) * dimensions
    exact = LognormalSigma(median_nm=1e-6, axial_median_nm=1e-6)
    data = simulate_random(roi, n_molecules=3000, mean_blinks=6, sigma=exact)
    blinking = Blinking(label_radius_nm=12, mean_on_frames=3, n_frames=LONG)
    table = simulate_blinking(data, blinking, 5).localizations.table
    table = table.sort_values(["molecule", "frame"])
    axes = [f"{a}_nm" for a in "xyz"[:dimensions]]
    home = data.molecules.positions_nm[table["molecule"]]
    offset = table[axes].to_numpy() - home
    assert offset.std() == pytest.approx(4, rel=0.03)
    # as long as it is on it is the same dye, and another one afterwards
    same = (table["molecule"].diff() == 0) & (table["frame"].diff() == 1)
    other = (table["molecule"].diff() == 0) & (table["frame"].diff() > 1)
    moved = np.abs(np.diff(offset, axis=0, prepend=0)).max(axis=1)
    assert moved[same].max() < 1e-3
    assert np.median(moved[other]) > 2


def test_one_seed_makes_the_same_data_again():
    data = simulate_nanoclusters(NanoclusterParams(n_molecules=100, roi_nm=(800, 800)))
    one, other = (simulate_blinking(data, random_state=6).localizations.table for _ in range(2))
    assert one.equals(other)


@pytest.mark.parametrize(
    "wrong",
    [{"mean_on_frames": 0.5}, {"mean_dark_frames": 0}, {"n_frames": 0},
     {"label_radius_nm": -1}, {"mean_on_frames": float("nan")}],
)  # fmt: skip
def test_values_out_of_bounds_are_refused(wrong):
    with pytest.raises(ParameterError):
        Blinking(**wrong)
