"""Lengths taken for nm: pixels, µm and metres are noticed, real nm are not."""

import numpy as np
import pytest

from stormgraph_py.io.plausibility import plausibility_warnings, unit_warnings
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


def test_a_stated_unit_is_doubted_where_enough_rows_contradict_it(write):
    def said(n, unit_nm, sigma=True):
        xy, precision = _cells(40_000, n=n)
        columns = [xy / unit_nm, precision[:, None] / unit_nm]
        rows = np.hstack(columns if sigma else columns[:1])
        header = "x [nm],y [nm],uncertainty [nm]" if sigma else "x [nm],y [nm],offset [photon]"
        rows = rows if sigma else np.hstack([rows, np.ones((len(rows), 1))])
        text = "\n".join([header, *(",".join(map(str, row)) for row in rows.tolist()), ""])
        locs = read_localizations(write(text))
        assert locs.provenance.format == "thunderstorm"
        return [w for w in locs.provenance.warnings if "unit that" in w]

    assert said(2000, 1) == []
    assert said(2000, 1, sigma=False) == []
    for unit_nm, word in ((1e3, "µm"), (1e9, "metres"), (160, "pixels"), (1e-3, "smaller unit")):
        (warning,) = said(2000, unit_nm)
        assert word in warning
        assert "correct the unit" in warning
    assert said(8, 1e3) == []
    (warning,) = said(2000, 1e3, sigma=False)
    assert "µm" in warning or "pixels" in warning


def _doubts(xy, z=None, sigma=None, **known):
    return list(plausibility_warnings(xy, z, sigma, **known))


@pytest.mark.parametrize("assumed", [True, False])
def test_width_of_the_psf_is_no_precision(assumed):
    rng = np.random.default_rng(1)
    xy, precision = _cells(20_000)
    for width in (np.full(len(xy), 130.0), rng.normal(150, 25, len(xy))):
        (warning,) = _doubts(xy, sigma=width, assumed=assumed)
        assert "point spread function" in warning
    assert _doubts(xy, sigma=precision, assumed=assumed) == []
    assert _doubts(xy, sigma=rng.gamma(2, 70, len(xy)), assumed=assumed) == []


def test_precision_as_large_as_the_field():
    xy, sigma = _cells(300)
    (warning,) = _doubts(xy, sigma=np.full(len(xy), 99.0))
    assert "as large as the field" in warning
    assert _doubts(xy, sigma=sigma) == []


def test_depth_in_another_unit():
    xy, sigma = _cells(20_000)
    z = np.random.default_rng(2).uniform(-400, 400, len(xy))
    assert _doubts(xy, z, sigma) == []
    assert _doubts(xy, np.zeros(len(xy)), sigma) == []
    assert "µm" in _doubts(xy, z / 1000, sigma)[0]
    assert "smaller unit" in _doubts(xy, z * 1000, sigma)[0]


def test_coordinates_that_are_none():
    assert "one point" in _doubts(np.ones((50, 2)))[0]
    line = np.repeat(np.linspace(0, 5000, 50)[:, None], 2, axis=1)
    assert "the same in every row" in _doubts(line)[0]


def test_what_the_caller_tells_is_not_doubted():
    xy, sigma = _cells(20_000)
    assert _doubts(xy / 1e3, sigma=sigma / 1e3, told=True) == []
    assert _doubts(xy / 1e3, sigma=sigma / 1e3) != []
