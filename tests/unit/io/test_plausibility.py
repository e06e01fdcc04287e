"""Lengths taken for nm: pixels, µm and metres are noticed, real nm are not."""

import numpy as np
import pytest

from stormgraph_py.io.plausibility import unit_warnings
from stormgraph_py.io.registry import read_localizations


def _cells(field_nm, n=4000, precision_nm=12.0, seed=0):
    """Blinking molecules in a square field: positions and precisions in nm."""
    rng = np.random.default_rng(seed)
    molecules = rng.uniform(0, field_nm, (n // 8, 2))
    xy = np.repeat(molecules, 8, axis=0) + rng.normal(0, precision_nm, (n // 8 * 8, 2))
    return xy, np.full(len(xy), precision_nm)


@pytest.mark.parametrize("field_nm", [1_000, 2_000, 40_000, 200_000])
@pytest.mark.parametrize("with_sigma", [True, False])
def test_nm_raise_no_warning(field_nm, with_sigma):
    xy, sigma = _cells(field_nm)
    assert list(unit_warnings(xy, sigma if with_sigma else None)) == []


@pytest.mark.parametrize("field_nm", [2_000, 40_000])
@pytest.mark.parametrize("with_sigma", [True, False])
@pytest.mark.parametrize(
    ("unit_nm", "said"), [(100, "pixels"), (160, "pixels"), (1e3, "µm"), (1e9, "metres")]
)
def test_other_units_are_noticed(field_nm, with_sigma, unit_nm, said):
    xy, sigma = _cells(field_nm)
    (warning,) = unit_warnings(xy / unit_nm, sigma / unit_nm if with_sigma else None)
    assert said in warning
    assert "unit=" in warning


def test_smaller_units_are_noticed():
    xy, sigma = _cells(40_000)
    assert len(list(unit_warnings(xy * 1000, sigma * 1000))) == 1
    assert len(list(unit_warnings(xy, sigma * 1000))) == 1


@pytest.mark.parametrize("xy", [np.empty((0, 2)), np.ones((1, 2)), np.ones((9, 2))])
def test_too_little_to_tell(xy):
    assert list(unit_warnings(xy, None)) == []


def test_unknown_precision_tells_nothing():
    xy, sigma = _cells(2_000)
    assert list(unit_warnings(xy, np.full_like(sigma, np.nan))) == []


def test_neighbours_of_a_large_table_are_sampled_without_losing_their_density():
    xy, _ = _cells(51_200, n=80_000)
    assert any("pixels" in w for w in unit_warnings(xy / 100, None))
    assert list(unit_warnings(xy[:, ::-1].copy(), None)) == []


def test_only_an_assumed_unit_is_doubted(write):
    rows = "10.5,20.25\n11,21\n"
    assert len(read_localizations(write(f"x,y\n{rows}")).provenance.warnings) == 1
    assert read_localizations(write(f"x_nm,y_nm\n{rows}")).provenance.warnings == ()
    assert read_localizations(write(f"x,y\n{rows}"), unit="nm").provenance.warnings == ()


@pytest.mark.parametrize(("size", "doubted"), [(0.1, True), (100, False), (5000, True)])
def test_unusual_pixel_size_is_doubted(write, size, doubted):
    locs = read_localizations(write("x_px,y_px\n1,2\n300,400\n"), pixel_size_nm=size)
    assert any("unusual" in w for w in locs.provenance.warnings) == doubted
