from dataclasses import fields, is_dataclass, replace

import numpy as np
import pandas as pd
import pytest

from stormgraph_py import InputError, Localizations
from stormgraph_py.clusters.partners import partner_table
from stormgraph_py.params import StormGraphParams
from stormgraph_py.report.analysis import cluster, measure, select
from stormgraph_py.report.overlap_analysis import OverlapParams, compare_channels
from stormgraph_py.report.overlap_result import OverlapResult
from stormgraph_py.report.overlap_tables import measure_table, voxel_table
from stormgraph_py.report.request import Request
from stormgraph_py.roi import Roi


def two_channels(dimensions):
    """Blobs of both channels at some places, of one at others; and background."""
    rng = np.random.default_rng(3)
    places = rng.uniform(200, 1800, (9, 2))
    points, channel = [], []
    for number, blobs in ((1, (0, 1, 2, 3, 4, 5)), (2, (0, 1, 2, 6, 7, 8))):
        plane = np.repeat(places[list(blobs)], 40, axis=0) + rng.normal(0, 25, (240, 2))
        plane = np.concatenate([plane, rng.uniform(0, 2000, (90, 2))])
        points.append(np.column_stack([plane, rng.normal(200, 40, 330)])[:, :dimensions])
        channel.append(np.full(330, number))
    return Localizations.from_arrays(
        np.concatenate(points), sigma=np.full(660, 8.0), channel=np.concatenate(channel)
    )


def compared(raw, roi, params):
    requests = tuple(Request(path="cell.csv", channel=n, roi=roi) for n in (1, 2))
    analyses = []
    for request in requests:
        selection = select(request, raw)
        analyses.append(measure(request, selection, cluster(request, selection)))
    return requests, compare_channels(*analyses, ("red", "green"), params)


def leaves(thing, path=""):
    """Every plain value and array under a value, by its path."""
    if isinstance(thing, StormGraphParams | OverlapParams) or not is_dataclass(thing):
        if isinstance(thing, tuple | list):
            parts = enumerate(thing)
        elif isinstance(thing, dict):
            parts = thing.items()
        else:
            return {path: thing}
    else:
        parts = ((f.name, getattr(thing, f.name)) for f in fields(thing))
    return {
        key: leaf for name, part in parts for key, leaf in leaves(part, f"{path}/{name}").items()
    }


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("roi", [None, Roi.rectangle((1000, 1000), (1700, 1500), 10)])
def test_a_comparison_is_put_together_as_it_was(dimensions, roi, monkeypatch):
    raw = two_channels(dimensions)
    params = OverlapParams(n_random=19, registration_nm=10.0 if roi is None else None)
    requests, analysis = compared(raw, roi, params)
    result = OverlapResult.of(analysis)

    def never(*_values, **_named):
        raise AssertionError("computed anew")

    for name in ("measure_overlap", "overlap_null", "registration_spread"):
        monkeypatch.setattr(f"stormgraph_py.report.overlap_analysis.{name}", never)
    again = result.joined(requests, (raw, raw))
    ours, theirs = leaves(analysis.overlap), leaves(again.overlap)
    assert ours.keys() == theirs.keys()
    for name, value in ours.items():
        np.testing.assert_array_equal(value, theirs[name], err_msg=name)
    for table in (measure_table, voxel_table):
        pd.testing.assert_frame_equal(table(again), table(analysis))
    pd.testing.assert_frame_equal(
        partner_table(again.overlap, again.names), partner_table(analysis.overlap, analysis.names)
    )
    for one, other in zip(again.channels, analysis.channels, strict=True):
        pd.testing.assert_frame_equal(one.analysis.clusters, other.analysis.clusters)
    assert again.region.outline.equals(analysis.region.outline)
    assert (again.warnings, again.params) == (analysis.warnings, params)


def test_other_localizations_are_refused():
    raw = two_channels(2)
    requests, analysis = compared(raw, None, OverlapParams(n_random=19))
    fewer = raw.select(np.arange(len(raw)) > 0)
    with pytest.raises(InputError, match="330 localizations of red, and there are 329"):
        OverlapResult.of(analysis).joined(requests, (fewer, raw))
    smaller = replace(requests[1], roi=Roi.rectangle((500, 500), (900, 900)))
    with pytest.raises(InputError, match="of green"):
        OverlapResult.of(analysis).joined((requests[0], smaller), (raw, raw))
