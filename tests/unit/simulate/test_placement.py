import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from stormgraph_py.errors import ParameterError
from stormgraph_py.simulate.placement import directions, place_nanoclusters

ROIS = {2: (2000.0, 1500.0), 3: (2000.0, 1500.0, 1000.0)}


def place(n=60, radius_nm=30.0, roi_nm=ROIS[2], p=5, q=3, separation_nm=60.0, seed=0, **options):
    rng = np.random.default_rng(seed)
    return place_nanoclusters(
        n,
        radius_nm=radius_nm,
        roi_nm=roi_nm,
        p=p,
        q=q,
        separation_nm=separation_nm,
        rng=rng,
        **options,
    )


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    dimensions=st.sampled_from([2, 3]),
    q=st.integers(1, 5),
    n=st.integers(1, 60),
    radius_nm=st.floats(5, 40),
    separation_nm=st.floats(0, 80),
    wall_nm=st.floats(0, 40),
)
def test_geometry_of_every_layout(seed, dimensions, q, n, radius_nm, separation_nm, wall_nm):
    roi_nm = ROIS[dimensions]
    layout = place(n, radius_nm, roi_nm, 5, q, separation_nm, seed, wall_nm=wall_nm)
    centers, aggregates = layout.centers_nm, layout.aggregates
    distance = cdist(centers, centers)
    same = aggregates[:, None] == aggregates
    np.fill_diagonal(distance, np.inf)

    assert (distance[same] >= 2 * radius_nm * (1 - 1e-6)).all(), "overlap within an aggregate"
    assert (distance[~same] >= 2 * radius_nm + separation_nm).all(), "aggregates too close"
    border = radius_nm + np.array([wall_nm, wall_nm, 0][:dimensions])
    assert (centers >= border).all()
    assert (centers <= np.array(roi_nm) - border).all()
    for i in range(n):
        earlier = np.flatnonzero(aggregates[:i] == aggregates[i])
        if len(earlier):
            assert np.isclose(distance[i, earlier], 2 * radius_nm, rtol=1e-6).any(), "not touching"


@pytest.mark.parametrize("q", [1, 5])
def test_the_first_ten_stay_isolated(q):
    layout = place(q=q)
    assert layout.aggregates[:10].tolist() == list(range(10))
    assert not np.isin(layout.aggregates[10:], np.arange(10)).any()


def test_the_eleventh_is_always_isolated():
    # (p + 10) / (p + i - 1) is 1 for i = 11
    assert all(place(11, q=5, seed=seed).aggregates[10] == 10 for seed in range(20))


@pytest.mark.parametrize(("p", "q"), [(5, 1), (5, 3), (5, 5), (20, 2)])
def test_number_of_aggregates_follows_the_printed_probability(p, q):
    n, n_layouts = 40, 200
    i = np.arange(1, n + 1)
    probability = np.minimum(((p + 10) / (p + i - 1)) ** q, 1)
    counts = [place(n, 10.0, p=p, q=q, seed=seed).n_aggregates for seed in range(n_layouts)]
    standard_error = np.sqrt(np.sum(probability * (1 - probability)) / n_layouts)
    assert abs(np.mean(counts) - probability.sum()) < 4 * standard_error


def test_an_aggregate_is_joined_whatever_its_size():
    # 11 isolated ones, then two that start or join: the third newcomer finds two aggregates
    # of 2 and 1 nanoclusters, and joins either with the same probability
    joined = []
    for seed in range(3000):
        aggregates = place(14, 5.0, p=5, q=5, separation_nm=0.0, seed=seed).aggregates
        if aggregates[11] == 10 and aggregates[12] == 11 and aggregates[13] < 12:
            joined.append(aggregates[13])
    assert len(joined) > 200
    assert np.mean(np.equal(joined, 10)) == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(len(joined)))


def test_larger_q_gives_fewer_and_larger_aggregates():
    def sizes(q):
        layouts = [place(80, 15.0, q=q, seed=seed) for seed in range(10)]
        return np.mean([np.bincount(layout.aggregates).max() for layout in layouts])

    assert sizes(1) < sizes(3) < sizes(5)


def test_same_seed_same_layout():
    np.testing.assert_array_equal(place(seed=4).centers_nm, place(seed=4).centers_nm)
    assert not np.array_equal(place(seed=4).centers_nm, place(seed=5).centers_nm)


@pytest.mark.parametrize(
    ("n", "roi_nm", "held"),
    [
        (1, (50.0, 2000.0), "room for 0 of 1"),
        (12, (100.0, 100.0), "room for 1 of 12"),
        (500, (600.0, 600.0), "of 500"),
        (300, (300.0, 300.0, 300.0), "of 300"),
    ],
)
def test_a_roi_without_room_is_an_error_and_not_a_hang(n, roi_nm, held):
    with pytest.raises(ParameterError, match=held) as error:
        place(n, roi_nm=roi_nm)
    assert "larger roi_nm" in str(error.value)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_directions_are_uniform(dimensions):
    vectors = directions(40_000, dimensions, np.random.default_rng(0))
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1)
    np.testing.assert_allclose(vectors.mean(axis=0), 0, atol=0.015)
    np.testing.assert_allclose(np.cov(vectors.T), np.eye(dimensions) / dimensions, atol=0.015)
