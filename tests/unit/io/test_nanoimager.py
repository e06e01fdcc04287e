"""ONI Nanoimager: lengths in nm beside the same in pixels."""

import numpy as np
import pytest

from stormgraph_py.io.registry import read_localizations

SHORT = "Channel,Frame,X (nm),Y (nm),Z (nm),Photons,Background"
LONG = (
    "Channel,Frame,X (nm),Y (nm),Z (nm),X precision (nm),Y precision (nm),X (pix),Y (pix),Z (pix),"
    "X precision (pix),Y precision (pix),Photons,Background,PSF Sigma X (pix),PSF Sigma Y (pix),"
    "Sigma X var,Sigma Y var,p-value"
)


def test_short_layout(write):
    path = write(f"{SHORT}\n0,3,1170.5,2340,0,900,2.5\n1,4,4680,9360,0,800,3\n")
    locs = read_localizations(path)
    assert locs.provenance.format == "nanoimager"
    np.testing.assert_array_equal(locs.xy, [[1170.5, 2340], [4680, 9360]])
    np.testing.assert_array_equal(locs.channel, [0, 1])
    np.testing.assert_array_equal(locs.table["photons"], [900, 800])
    assert locs.sigma is None
    assert locs.dimensions == 2
    assert "Background" in locs.table.columns
    assert locs.provenance.warnings == ()


def test_precision_in_nm_is_taken_and_pixels_are_kept(write):
    rows = (
        "0,3,1170,2340,0,11,13,10,20,0,.094,.111,900,2,1.2,1.3,.1,.1,.9\n"
        "1,4,4680,9360,0,14,12,40,80,0,.120,.103,800,3,1.1,1.2,.1,.1,.8\n"
    )
    locs = read_localizations(write(f"{LONG}\n{rows}"))
    np.testing.assert_array_equal(locs.sigma, [[11, 13], [14, 12]])
    np.testing.assert_array_equal(locs.table["X (pix)"], [10, 40])
    assert set(LONG.split(",")[7:12]) <= set(locs.table.columns)
    assert locs.provenance.warnings == ()


def test_real_file_is_read_as_locan_reads_it(formats):
    locan = pytest.importorskip("locan")
    path = formats / "vendor" / "Nanoimager_dstorm_data.csv"
    theirs = locan.load_Nanoimager_file(path).data
    locs = read_localizations(path)
    assert len(locs) == len(theirs) == 14
    np.testing.assert_allclose(locs.xyz, theirs[["position_x", "position_y", "position_z"]])
    np.testing.assert_allclose(locs.table["photons"], theirs["intensity"])
    np.testing.assert_array_equal(locs.channel, theirs["channel"])
    assert locs.provenance.warnings == ()
