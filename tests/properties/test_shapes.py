"""What must hold for the shape of any cluster."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from stormgraph_py.arrays import AnyArray, FloatArray, IntArray
from stormgraph_py.clusters.shapes import ClusterShapes, measure_shapes, outlines

LENGTHS = ("alpha_radius_nm", "equivalent_radius_nm", "radius_of_gyration_nm", "axes_nm")
NUMBERS = ("elongation", "solidity", "circularity")

unhurried = settings(deadline=None, max_examples=50)


@st.composite
def clouds(draw: st.DrawFn) -> tuple[FloatArray, IntArray]:
    """Points in general position in a few clusters, some of them of one or two points."""
    dimensions = draw(st.sampled_from([2, 3]))
    sizes = draw(st.lists(st.integers(1, 40), min_size=1, max_size=4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    labels = np.repeat(np.arange(len(sizes)), sizes)
    labels[rng.random(len(labels)) < 0.1] = -1
    spread = rng.uniform(1, 100, dimensions)
    return rng.normal(size=(len(labels), dimensions)) * spread, labels


@st.composite
def pebbles(draw: st.DrawFn) -> tuple[FloatArray, IntArray]:
    """Points on a small lattice: repeats, lines, planes and cospherical points all the time."""
    dimensions = draw(st.sampled_from([2, 3]))
    place = st.tuples(*[st.integers(0, 4)] * dimensions)
    points = draw(st.lists(place, min_size=1, max_size=30))
    labels = draw(st.lists(st.integers(-1, 2), min_size=len(points), max_size=len(points)))
    offset = draw(st.sampled_from([0.0, 1e6, -3e6]))
    spacing = draw(st.sampled_from([1.0, 0.1, 37.0]))
    return np.array(points, dtype=float) * spacing + offset, np.array(labels)


def assert_alike(
    one: ClusterShapes, other: ClusterShapes, *, scale: float = 1.0, rel: float = 1e-6
) -> None:
    """The same shapes, up to a scale of all lengths."""
    dimensions = one.centroid.shape[1]
    powers = dict.fromkeys(LENGTHS, 1) | dict.fromkeys(NUMBERS, 0)
    powers |= {"size": dimensions, "hull_size": dimensions, "boundary": dimensions - 1}
    assert one.cluster.tolist() == other.cluster.tolist()
    assert one.is_degenerate.tolist() == other.is_degenerate.tolist()
    for name, power in powers.items():
        expected: AnyArray | None = getattr(one, name)
        if expected is not None:
            expected = expected * scale**power
            assert getattr(other, name) == pytest.approx(expected, rel=rel, abs=1e-9), name


@unhurried
@given(clouds(), st.integers(0, 2**32 - 1))
def test_rotation_and_shift_change_nothing(cloud: tuple[FloatArray, IntArray], seed: int) -> None:
    points, labels = cloud
    dimensions = points.shape[1]
    rotation = Rotation.random(rng=np.random.default_rng(seed)).as_matrix()
    if dimensions == 2:
        angle = seed / 2**32 * 2 * np.pi
        rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = points @ rotation.T + [1e5, -2e5, 3e5][:dimensions]
    one, other = measure_shapes(points, labels), measure_shapes(moved, labels)
    assert_alike(one, other)
    if one.orientation_deg is not None and other.orientation_deg is not None:
        turned = other.orientation_deg - one.orientation_deg - np.degrees(angle)
        clear = one.elongation > 1e-3
        assert np.abs((turned[clear] + 90) % 180 - 90) == pytest.approx(0, abs=1e-3)


@unhurried
@given(clouds(), st.floats(1e-3, 1e3))
def test_all_lengths_scale_together(cloud: tuple[FloatArray, IntArray], scale: float) -> None:
    points, labels = cloud
    assert_alike(
        measure_shapes(points, labels), measure_shapes(points * scale, labels), scale=scale
    )


@unhurried
@given(st.one_of(clouds(), pebbles()), st.integers(0, 2**32 - 1))
def test_order_of_rows_changes_no_bit(cloud: tuple[FloatArray, IntArray], seed: int) -> None:
    points, labels = cloud
    order = np.random.default_rng(seed).permutation(len(labels))
    one = measure_shapes(points, labels)
    other = measure_shapes(points[order], labels[order])
    for name in ClusterShapes.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


@unhurried
@given(st.one_of(clouds(), pebbles()))
def test_a_cluster_is_measured_without_regard_to_others(
    cloud: tuple[FloatArray, IntArray],
) -> None:
    points, labels = cloud
    together = measure_shapes(points, labels)
    for row, cluster in enumerate(together.cluster):
        alone = measure_shapes(points[labels == cluster], np.full(np.sum(labels == cluster), 5))
        assert alone.cluster.tolist() == [5]
        for name in (*LENGTHS, *NUMBERS, "size", "hull_size", "boundary", "is_degenerate"):
            if getattr(alone, name) is not None:
                assert getattr(together, name)[row] == pytest.approx(
                    getattr(alone, name)[0], rel=1e-9
                )


@unhurried
@given(clouds())
def test_repeated_localizations_do_not_change_the_outline(
    cloud: tuple[FloatArray, IntArray],
) -> None:
    points, labels = cloud
    one = measure_shapes(points, labels)
    twice = measure_shapes(np.repeat(points, 2, axis=0), np.repeat(labels, 2))
    assert twice.n_localizations.tolist() == (2 * one.n_localizations).tolist()
    assert_alike(one, twice)


@unhurried
@given(st.one_of(clouds(), pebbles()))
def test_shapes_are_sound(cloud: tuple[FloatArray, IntArray]) -> None:
    points, labels = cloud
    shapes = measure_shapes(points, labels)
    assert (shapes.size >= 0).all()
    assert (shapes.size <= shapes.hull_size * (1 + 1e-9)).all()
    assert ((shapes.size > 0) == ~shapes.is_degenerate).all()
    assert ((shapes.boundary > 0) == ~shapes.is_degenerate).all()
    assert ((shapes.solidity >= 0) & (shapes.solidity <= 1 + 1e-9)).all()
    assert ((shapes.elongation >= 0) & (shapes.elongation <= 1)).all()
    assert (np.diff(shapes.axes_nm, axis=1) <= 0).all()
    assert np.sum(shapes.axes_nm**2, axis=1) == pytest.approx(shapes.radius_of_gyration_nm**2)
    if shapes.circularity is not None:
        assert ((shapes.circularity >= 0) & (shapes.circularity < 1)).all()
    if shapes.orientation_deg is not None:
        known = shapes.orientation_deg[~np.isnan(shapes.orientation_deg)]
        assert ((known >= 0) & (known < 180)).all()
    for row, cluster in enumerate(shapes.cluster):
        members = points[labels == cluster]
        assert len(members) == shapes.n_localizations[row]
        # rank of the positions decides what is degenerate, whatever the measure says
        distinct = np.unique(members - members[0], axis=0)
        rank = np.linalg.matrix_rank(distinct, tol=1e-6 * max(np.abs(distinct).max(), 1e-3))
        assert shapes.is_degenerate[row] == (rank < points.shape[1])


@unhurried
@given(st.one_of(clouds(), pebbles()))
def test_outlines_enclose_the_area(cloud: tuple[FloatArray, IntArray]) -> None:
    points, labels = cloud[0][:, :2], cloud[1]
    shapes = measure_shapes(points, labels)
    lines = outlines(points, labels)
    assert list(lines) == shapes.cluster.tolist()
    for row, rings in enumerate(lines.values()):
        area = length = 0.0
        for ring in rings:
            assert (ring[0] == ring[-1]).all()
            (x0, y0), (x1, y1) = (ring - ring[0])[:-1].T, (ring - ring[0])[1:].T
            area += float(np.sum(x0 * y1 - x1 * y0) / 2)
            length += float(np.sum(np.hypot(x1 - x0, y1 - y0)))
        assert area == pytest.approx(shapes.size[row], rel=1e-6)
        assert length == pytest.approx(shapes.boundary[row], rel=1e-6)
