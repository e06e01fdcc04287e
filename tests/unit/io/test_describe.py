"""What `info` says about a file."""

import numpy as np
import pytest

from stormgraph_py.io.describe import describe
from stormgraph_py.io.registry import read_localizations
from stormgraph_py.localizations import Localizations

TEXT = (
    "frame,x_nm,y_nm,z_nm,uncertainty,sigma_z_nm,channel,cluster\n"
    "3,0,0,-100,10,30,0,1\n"
    "9,2000,0,100,20,40,1,1\n"
    "4,2000,500,0,0,50,1,0\n"
    "1,nan,500,0,10,50,1,0\n"
    "7,0,500,50,30,60,1,2\n"
)


def test_summary_by_hand(write):
    summary = describe(read_localizations(write(TEXT)))
    assert summary.format == "delimited"
    assert (summary.n_rows, summary.n_set_aside, summary.n_localizations) == (5, 1, 4)
    assert summary.dimensions == 3
    assert summary.range_nm == {"x": (0, 2000), "y": (0, 500), "z": (-100, 100)}
    assert summary.extent_nm("z") == 200
    assert summary.density_per_um2 == pytest.approx(4 / (2.0 * 0.5))
    assert summary.sigma_nm["x"] == pytest.approx((11, 20, 29))
    assert summary.sigma_nm["z"][1] == 45
    assert summary.n_sigma_unknown == 1
    assert summary.frames == (3, 9)
    assert summary.channels == {0: 1, 1: 3}
    assert summary.extra_columns == ("cluster",)
    assert ("uncertainty", "sigma_y_nm") in summary.columns
    assert len(summary.warnings) == 2


def test_lines_say_all_of_it(write):
    text = "\n".join(describe(read_localizations(write(TEXT))).lines())
    parts = ("5 (1 set aside)", "4 in 3-D", "cluster", "2,000.0 nm", "4 per µm²", "median 20")
    parts += ("3 to 9", "0: 1, 1: 3", "nm (stated by the file)", "Warning", "line 5")
    for part in parts:
        assert part in text
    assert all(line == line.rstrip() for line in text.splitlines())


def test_arrays_without_a_file():
    summary = describe(Localizations.from_arrays([[0, 0], [0, 5]]))
    assert summary.path is None
    assert summary.density_per_um2 is None
    assert summary.sigma_nm == {}
    assert summary.frames is None
    assert any("not in the file" in line for line in summary.lines())


def test_no_localizations():
    summary = describe(Localizations.from_arrays(np.empty((0, 2)), frame=[], channel=[]))
    assert summary.n_localizations == 0
    assert summary.range_nm == {}
    assert summary.lines()
