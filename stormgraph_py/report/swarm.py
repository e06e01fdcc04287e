"""Where the dots of a SuperPlot lie side by side."""

from __future__ import annotations

import numpy as np

from stormgraph_py.arrays import FloatArray

MOST_DOTS = 600
"""Clusters of a condition that are drawn as dots; of more, as many evenly by rank."""


def thinned(values: FloatArray) -> FloatArray:
    """Choose evenly by rank what is drawn of many values."""
    ordered: FloatArray = np.sort(values)
    if len(ordered) <= MOST_DOTS:
        return ordered
    chosen: FloatArray = ordered[np.linspace(0, len(ordered) - 1, MOST_DOTS).round().astype(int)]
    return chosen


def sina(values: FloatArray, low: float, high: float) -> FloatArray:
    """Offsets in -1 to 1, wide where values are dense, the same for the same values."""
    n_bins = 40
    counts = np.histogram(values, n_bins, (low, high))[0].astype(float)
    smooth = np.convolve(counts, [0.25, 0.5, 0.25], "same")
    centers = low + (np.arange(n_bins) + 0.5) * (high - low) / n_bins
    density = np.interp(values, centers, smooth / max(smooth.max(), 1))
    # multiples of the golden ratio fill the width evenly without random numbers
    even = (np.arange(len(values)) * 0.6180339887498949) % 1
    offsets: FloatArray = density * (2 * even - 1)
    return offsets


def swarm(values: FloatArray, low: float, high: float) -> FloatArray:
    """Offsets that keep large dots of similar values beside one another; values are sorted."""
    step, room = 0.1, 0.045 * (high - low)
    offsets: FloatArray = np.zeros(len(values))
    for i in range(len(values)):
        near = offsets[:i][np.abs(values[:i] - values[i]) < room]
        for k in range(2 * len(near) + 2):
            offset = step * ((k + 1) // 2) * (1 if k % 2 else -1)
            if not len(near) or np.abs(near - offset).min() > step * 0.9:
                break
        offsets[i] = offset
    widest = np.abs(offsets).max(initial=0.0)
    if widest > 0.38:
        offsets *= 0.38 / widest
    return offsets


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sort 2 before 10."""
    pieces = "".join(c if c.isdigit() else f" {c} " for c in name).split()
    return tuple((0, int(p), "") if p.isdecimal() else (1, 0, p) for p in pieces)
