"""How long it takes to crop localizations by a polygon, beside shapely.

Usage: python benchmarks/cropping.py [--size 1000000] [--vertices 500] [--repeats 7]

Points spread over a square 20 µm wide are cropped by two outlines: one of a cell, smooth with some
bulges, and a jagged star whose radius jumps from vertex to vertex between 6 and 10 µm, the hardest
that is likely to be drawn. Shapely's is its prepared `contains_xy`, which counts points of the
border as outside. Both must agree on every point. CPU seconds, the median and the range of several
runs; a region is made anew for each, so that nothing is remembered from the run before. Exits with
1 when the two disagree, or when our median is above 0.3 s.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import shapely

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.machine import describe_machine
from stormgraph_py.arrays import BoolArray, FloatArray
from stormgraph_py.roi import Roi

ALLOWED_S = 0.3
HALF_FIELD_NM = 10_000.0


def cell(n_vertices: int, rng: np.random.Generator) -> FloatArray:
    """Vertices of a smooth outline, unevenly spaced as a hand draws them."""
    angle = np.sort(rng.uniform(0, 2 * math.pi, n_vertices))
    return _around(angle, 8000 + 1500 * np.sin(3 * angle) + 300 * np.sin(17 * angle))


def star(n_vertices: int, rng: np.random.Generator) -> FloatArray:
    """Vertices of a jagged outline."""
    angle = np.sort(rng.uniform(0, 2 * math.pi, n_vertices))
    return _around(angle, rng.uniform(6000, 10_000, n_vertices))


def _around(angle: FloatArray, radius: FloatArray) -> FloatArray:
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def crop(ring: FloatArray, xy: FloatArray) -> BoolArray:
    """Crop as the package does."""
    return Roi.polygon(ring).contains(xy)


def crop_by_shapely(ring: FloatArray, xy: FloatArray) -> BoolArray:
    """Crop with shapely's prepared geometry."""
    polygon = shapely.Polygon(ring)
    shapely.prepare(polygon)
    return np.asarray(shapely.contains_xy(polygon, xy[:, 0], xy[:, 1]))


def cpu_seconds(
    run: Callable[[FloatArray, FloatArray], BoolArray],
    ring: FloatArray,
    xy: FloatArray,
    repeats: int,
) -> FloatArray:
    """CPU time of each of several runs."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        run(ring, xy)
        times.append(time.process_time() - start)
    return np.array(times)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=1_000_000)
    parser.add_argument("--vertices", type=int, default=500)
    parser.add_argument("--repeats", type=int, default=7)
    arguments = parser.parse_args()
    xy = np.random.default_rng(0).uniform(-HALF_FIELD_NM, HALF_FIELD_NM, (arguments.size, 2))
    print(f"{describe_machine()}, GEOS {shapely.geos_version_string}")
    print(f"{arguments.size:,} points, {arguments.vertices} vertices, {arguments.repeats} runs\n")
    print("| outline | inside | by | CPU s, median (range) |")
    print("|---|---:|---|---:|")
    faults = []
    for name, make in (("cell", cell), ("star", star)):
        ring = make(arguments.vertices, np.random.default_rng(1))
        ours, theirs = crop(ring, xy), crop_by_shapely(ring, xy)
        if not np.array_equal(ours, theirs):
            faults.append(f"{name}: {np.count_nonzero(ours != theirs)} points differ.")
        for by, run in (("stormgraph_py", crop), ("shapely", crop_by_shapely)):
            times = cpu_seconds(run, ring, xy, arguments.repeats)
            spread = f"{np.median(times):.3f} ({times.min():.3f}-{times.max():.3f})"
            print(f"| {name} | {ours.mean():.0%} | {by} | {spread} |")
            if run is crop and np.median(times) > ALLOWED_S:
                faults.append(f"{name}: {np.median(times):.3f} s is more than {ALLOWED_S} s.")
    if faults:
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    main()
