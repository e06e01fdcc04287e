"""Shapes against brute force and against other libraries."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import ConvexHull
from scipy.spatial.distance import cdist, pdist, squareform

from stormgraph_py.arrays import FloatArray
from stormgraph_py.clusters.shapes import measure_shapes, outlines


def circumscribed(corners: FloatArray) -> tuple[FloatArray, float]:
    """Centre and radius of the circle or sphere through d + 1 points, by the bisecting planes."""
    system = 2 * (corners[1:] - corners[0])
    right = np.sum(corners[1:] ** 2, axis=1) - np.sum(corners[0] ** 2)
    center = np.linalg.solve(system, right)
    return center, float(np.linalg.norm(center - corners[0]))


def empty_simplices(points: FloatArray) -> list[tuple[FloatArray, float]]:
    """Every simplex whose circumscribed sphere holds no point, with its radius: all are tried."""
    found = []
    for chosen in itertools.combinations(range(len(points)), points.shape[1] + 1):
        corners = points[list(chosen)]
        center, radius = circumscribed(corners)
        others = np.delete(points, chosen, axis=0)
        if np.linalg.norm(others - center, axis=1).min(initial=np.inf) > radius:
            found.append((corners, radius))
    return found


def measure(corners: FloatArray) -> float:
    return abs(float(np.linalg.det(corners[1:] - corners[0]))) / math.factorial(corners.shape[1])


def rule(points: FloatArray, simplices: list[tuple[FloatArray, float]]) -> float:
    """Radius of the alpha shape from all pairs of points."""
    edges = minimum_spanning_tree(squareform(pdist(points))).data
    return max(2 * float(np.quantile(edges, 0.95)), min(radius for _, radius in simplices))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("dimensions", "n"), [(2, 3), (2, 8), (2, 22), (3, 4), (3, 7), (3, 13)])
def test_size_is_that_of_the_simplices_found_by_trying_all(
    dimensions: int, n: int, seed: int
) -> None:
    rng = np.random.default_rng([seed, n, dimensions])
    points = rng.standard_t(3, size=(n, dimensions)) * 30
    simplices = empty_simplices(points)
    shapes = measure_shapes(points, np.zeros(n, dtype=int))
    alpha = rule(points, simplices)
    assert shapes.alpha_radius_nm[0] == pytest.approx(alpha)
    # a hair wider, so that the smallest simplex is in when the radius is its own
    expected = sum(
        measure(corners) for corners, radius in simplices if radius <= alpha * (1 + 1e-9)
    )
    assert shapes.size[0] == pytest.approx(expected)
    for given in (10.0, 40.0):
        expected = sum(measure(corners) for corners, radius in simplices if radius <= given)
        assert measure_shapes(points, np.zeros(n, dtype=int), alpha_nm=given).size[
            0
        ] == pytest.approx(expected)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_hull_is_scipys(dimensions: int) -> None:
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 40, 1500)
    points = rng.normal(0, 20, (1500, dimensions)) + labels[:, None] * 1000
    shapes = measure_shapes(points, labels, alpha_nm=1e9)
    for cluster in range(40):
        hull = ConvexHull(points[labels == cluster] - points[labels == cluster].mean(axis=0))
        assert shapes.hull_size[cluster] == pytest.approx(hull.volume)
        # the alpha shape of an endless radius is the hull
        assert shapes.size[cluster] == pytest.approx(hull.volume)
        assert shapes.boundary[cluster] == pytest.approx(hull.area)
        if shapes.circularity is not None:
            assert shapes.circularity[cluster] == pytest.approx(
                4 * np.pi * hull.volume / hull.area**2
            )


@pytest.mark.parametrize("seed", range(5))
def test_area_perimeter_and_outline_are_those_of_the_union_of_triangles(seed: int) -> None:
    shapely = pytest.importorskip("shapely", reason="shapely is not installed")
    rng = np.random.default_rng(seed)
    points = rng.normal(0, 30, (24, 2))
    labels = np.zeros(24, dtype=int)
    shapes = measure_shapes(points, labels, alpha_nm=14.0)
    triangles = [corners for corners, radius in empty_simplices(points) if radius <= 14.0]
    union = shapely.union_all([shapely.Polygon(corners) for corners in triangles])
    assert union.area > 0
    assert shapes.size[0] == pytest.approx(union.area)
    assert shapes.boundary[0] == pytest.approx(union.boundary.length)
    lines = outlines(points, labels, alpha_nm=14.0)[0]
    drawn = shapely.union_all([shapely.LineString(line) for line in lines])
    assert drawn.difference(union.boundary.buffer(1e-6)).length == pytest.approx(0, abs=1e-3)
    assert union.boundary.difference(drawn.buffer(1e-6)).length == pytest.approx(0, abs=1e-3)
    hull = shapely.MultiPoint(points).convex_hull
    assert shapes.hull_size[0] == pytest.approx(hull.area)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_axes_are_singular_values(dimensions: int) -> None:
    rng = np.random.default_rng(4)
    points = rng.normal(size=(200, dimensions)) @ rng.normal(size=(dimensions, dimensions)) + 50
    centered = points - points.mean(axis=0)
    _, singular, directions = np.linalg.svd(centered)
    shapes = measure_shapes(points, np.zeros(200, dtype=int))
    assert shapes.axes_nm[0] == pytest.approx(singular / np.sqrt(200))
    assert shapes.radius_of_gyration_nm[0] == pytest.approx(
        np.sqrt(np.sum(cdist(points, points) ** 2) / (2 * 200**2))
    )
    if shapes.orientation_deg is not None:
        turn = np.radians(shapes.orientation_deg[0])
        assert abs(directions[0] @ [np.cos(turn), np.sin(turn)]) == pytest.approx(1)
