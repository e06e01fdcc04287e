"""Counting by the index against asking the region for every point."""

import numpy as np
import pytest

from stormgraph_gui.models.point_index import PointIndex
from stormgraph_py.roi import Roi


def index_of(xy):
    index = PointIndex(xy[:, 0].copy(), xy[:, 1].copy())
    while not index.is_ready:
        index.build()
    return index


def some_regions(rng, side):
    yield Roi.rectangle((side / 2, side / 2), (side / 2, side / 3), 20)
    yield Roi.ellipse((0.9 * side, 0.1 * side), (side, side / 5), -70)
    yield Roi.rectangle((side / 2, side / 2), (4 * side, 4 * side))
    yield Roi.rectangle((-2 * side, 0), (side, side))
    yield Roi.rectangle((side / 3, side / 3), (side / 1e3, side / 1e3))
    ring = [(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)]
    hole = [(0.3, 0.3), (0.6, 0.3), (0.6, 0.6), (0.3, 0.6)]
    island = [(0.7, 0.7), (1.4, 0.7), (1.4, 1.4)]
    yield Roi(((np.multiply(ring, side), np.multiply(hole, side)), (np.multiply(island, side),)))
    for n in (3, 7, 30):
        yield Roi.polygon(rng.uniform(-0.3 * side, 1.3 * side, (n, 2)))


@pytest.mark.parametrize("n", [1, 500, 600_000])
def test_counts_are_those_of_the_region(n):
    rng = np.random.default_rng(n)
    xy = rng.uniform(0, 5000, (n, 2))
    index = index_of(xy)
    for roi in some_regions(rng, 5000):
        assert index.count(roi) == roi.contains(xy).sum()


def test_points_on_borders_are_counted_as_the_region_says():
    xy = np.stack(np.meshgrid(np.arange(300.0), np.arange(300.0)), axis=-1).reshape(-1, 2)
    index = index_of(xy)
    for roi in (
        Roi.rectangle((100, 100), (60, 40)),
        Roi.polygon([(10, 10), (250, 10), (250, 250)]),
        Roi.rectangle((149.5, 149.5), (299, 299)),
    ):
        assert index.count(roi) == roi.contains(xy).sum()


def test_points_on_a_line_and_no_points_are_counted():
    line = np.column_stack([np.arange(50.0), np.full(50, 7.0)])
    roi = Roi.rectangle((20, 7), (10, 2))
    assert index_of(line).count(roi) == roi.contains(line).sum() == 10
    assert index_of(np.empty((0, 2))).count(roi) == 0
