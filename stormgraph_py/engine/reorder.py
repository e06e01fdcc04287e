"""From the spatial order in which the engine works back to the order of the input."""

from __future__ import annotations

import numpy as np

from stormgraph_py.arrays import IntArray
from stormgraph_py.engine.divide import Division
from stormgraph_py.engine.hierarchy import Hierarchy
from stormgraph_py.engine.noise import NoiseResult


def reordered(division: Division, order: IntArray) -> Division:
    """A division whose nodes are back in the order before `order` was applied."""

    def back(labels: IntArray) -> IntArray:
        restored = np.empty_like(labels)
        restored[order] = labels
        return restored

    hierarchy = division.hierarchy
    return Division(
        back(division.labels),
        Hierarchy(tuple(map(back, hierarchy.levels)), hierarchy.parents, hierarchy.codelength),
        division.splits,
        division.n_components,
        division.worker_cpu_s,
    )


def scattered(labels: IntArray, kept: IntArray, rows: IntArray) -> IntArray:
    """Labels of the kept localizations in the order of the input, -1 elsewhere."""
    result = np.full(len(rows), -1, dtype=np.int64)
    result[rows[kept]] = labels
    return result


def unordered(noise: NoiseResult, rows: IntArray) -> NoiseResult:
    """The same, localizations in the order of the input."""
    back = np.empty(len(rows), dtype=np.int64)
    back[rows] = np.arange(len(rows))
    return NoiseResult(
        degrees=noise.degrees[back],
        threshold=noise.threshold[back],
        retained=noise.retained[back],
        rule=noise.rule[back],
        random_degrees=noise.random_degrees,
    )
