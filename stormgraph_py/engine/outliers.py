"""The four outlier rules, for data whose localization precision is unknown."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stormgraph_py.arrays import FloatArray, IntArray

OUTLIER_IN_IQR = 1.5
"""An outlier lies this many interquartile ranges below the lower quartile (paper)."""

STRONG_OUTLIER_IN_IQR = 3.0
"""A strong outlier lies this many below it (paper)."""

LEAST_RELATIVE_DEGREE = 0.5
"""No node stays whose degree is under this share of its threshold (paper)."""


def outlier_rules(
    degrees: FloatArray, threshold: FloatArray, clusters: IntArray
) -> NDArray[np.int8]:
    """Tell which of the four outlier rules calls each node unclustered.

    Parameters
    ----------
    degrees : ndarray of float64, shape (n,)
        Weighted degree of every node.
    threshold : ndarray of float64, shape (n,)
        Degree threshold that applies to it, above 0.
    clusters : ndarray of int64, shape (n,)
        Preliminary cluster of every node; any whole numbers.

    Returns
    -------
    ndarray of int8, shape (n,)
        0 for a node that stays, else the first rule that it meets:

        1. the mean degree of its cluster is below the threshold;
        2. its degree is below the threshold and more than 1.5 interquartile ranges below its
           cluster's lower quartile;
        3. its degree passes the threshold but is more than 3 interquartile ranges below its
           cluster's lower quartile;
        4. its degree is below half the threshold.

    Notes
    -----
    Paper: Methods, "Thresholding of node degrees to eliminate unclustered nodes". The rules are
    applied to the ratio of degree to threshold. With one threshold for all nodes that changes
    nothing; with a threshold that depends on z it makes the nodes of a cluster comparable.
    Quartiles interpolate linearly between order statistics.

    Examples
    --------
    >>> degrees = np.array([9.0, 8.0, 9.0, 8.5, 0.5, 3.0, 4.0])
    >>> outlier_rules(degrees, np.full(7, 5.0), np.array([0, 0, 0, 0, 0, 1, 1]))
    array([0, 0, 0, 0, 2, 1, 1], dtype=int8)
    """
    if len(degrees) == 0:
        return np.zeros(0, dtype=np.int8)
    relative = degrees / threshold
    _, cluster = np.unique(clusters, return_inverse=True)
    size = np.bincount(cluster)
    mean = np.bincount(cluster, relative) / size
    first = np.cumsum(size) - size
    ordered = relative[np.lexsort((relative, cluster))]
    lower = _quantile_per_run(ordered, first, size, 0.25)
    spread = _quantile_per_run(ordered, first, size, 0.75) - lower

    below = relative < 1
    rules = (
        mean[cluster] < 1,
        below & (relative < (lower - OUTLIER_IN_IQR * spread)[cluster]),
        ~below & (relative < (lower - STRONG_OUTLIER_IN_IQR * spread)[cluster]),
        relative < LEAST_RELATIVE_DEGREE,
    )
    return np.select(rules, [np.int8(number) for number in (1, 2, 3, 4)], np.int8(0))


def _quantile_per_run(
    ordered: FloatArray, first: IntArray, size: IntArray, share: float
) -> FloatArray:
    """Quantile of each run of ascending values, given where the runs begin and their sizes."""
    position = share * (size - 1)
    below = np.floor(position).astype(np.int64)
    above = np.minimum(below + 1, size - 1)
    low = ordered[first + below]
    quantile: FloatArray = low + (position - below) * (ordered[first + above] - low)
    return quantile
