"""The true area of a region is what densities and thresholds are made of."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from stormgraph_py.params import StormGraphParams
from stormgraph_py.report.analysis import cluster, load, measure
from stormgraph_py.report.request import Request
from stormgraph_py.roi import Roi
from stormgraph_py.tiles import square_tiles

DENSITY = 200e-6
"""Localizations per nm² of the random cloud."""
FIELD = 9000.0

ELLIPSE = Roi.ellipse((4500, 4500), (9600, 800), 45, name="ellipse")
STRIP = Roi.polygon([(300, 300), (900, 300), (8700, 8100), (8700, 8700), (8100, 8700), (300, 900)])
RING = Roi.from_shape(
    Roi.ellipse((4500, 4500), (8000, 8000)).shape.difference(
        Roi.ellipse((4500, 4500), (7000, 7000)).shape
    )
)
AREAS = {
    "ellipse": (ELLIPSE, math.pi * 4800 * 400),
    "strip": (STRIP, 600 * 600 + 2 * 7800 * 600),
    "ring": (RING, math.pi * (4000**2 - 3500**2)),
}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory):
    """Complete spatial randomness with a precision of 10 nm."""
    rng = np.random.default_rng(11)
    xy = rng.uniform(0, FIELD, (round(DENSITY * FIELD**2), 2))
    path = tmp_path_factory.mktemp("cloud") / "random.csv"
    table = {"x_nm": xy[:, 0], "y_nm": xy[:, 1], "uncertainty_nm": 10.0}
    pd.DataFrame(table).to_csv(path, index=False)
    return path


def request_for(cloud, roi):
    return Request(path=str(cloud), roi=roi, params=StormGraphParams(n_trials=1))


@pytest.mark.parametrize(("roi", "area"), AREAS.values(), ids=AREAS.keys())
def test_a_crop_of_a_random_cloud_has_its_density(cloud, roi, area):
    selection = load(request_for(cloud, roi))
    assert selection.area == pytest.approx(area, rel=1e-9)
    expected = DENSITY * area
    assert abs(len(selection.localizations) - expected) < 4 * math.sqrt(expected)


def test_tiles_of_a_random_cloud_have_its_density(cloud):
    tiles = square_tiles(ELLIPSE, side_nm=1500.0, min_coverage=0.05)
    cut = [tile for tile in tiles if tile.kind == "polygon"]
    assert len(cut) > 5
    for tile in tiles:
        expected = DENSITY * tile.area_nm2
        n = len(load(request_for(cloud, tile)).localizations)
        assert abs(n - expected) < 4.5 * math.sqrt(expected)


@pytest.mark.parametrize("roi", [ELLIPSE, STRIP], ids=["ellipse", "strip"])
def test_thresholds_are_those_of_the_true_area(cloud, roi):
    request = request_for(cloud, roi)
    selection = load(request)
    result = cluster(request, selection)
    assert result.area == selection.area
    assert result.noise is not None
    # Of a random cloud about alpha passes; where the area is the bounding box's, nearly all would.
    assert result.noise.retained.mean() < 2 * request.params.alpha
    left, bottom, right, top = roi.bounds_nm
    in_a_box = cluster(request, replace(selection, area=(right - left) * (top - bottom)))
    assert in_a_box.noise is not None
    assert in_a_box.noise.retained.mean() > 0.5
    analysis = measure(request, selection, result)
    assert analysis.summary["roi_area_um2"] == pytest.approx(roi.area_nm2 / 1e6)
    n = len(selection.localizations)
    assert analysis.summary["localizations_per_um2"] == pytest.approx(n / (roi.area_nm2 / 1e6))
