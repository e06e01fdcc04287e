"""Lines around clusters, and which of them a place is inside of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np

from stormgraph_py.arrays import FloatArray
from stormgraph_py.even_odd import inside

Lines: TypeAlias = Mapping[int, Sequence[FloatArray]]
"""Closed lines (m, 2) in nm by the number of their cluster."""


class Outlines:
    """Lines around clusters, as of `stormgraph_py.clusters.outlines`.

    Parameters
    ----------
    lines : mapping of int to sequence of ndarray of shape (m, 2)
        Lines by the number of their cluster.
    """

    def __init__(self, lines: Lines) -> None:
        self._lines = {cluster: rings for cluster, rings in lines.items() if rings}
        self._clusters = np.array(list(self._lines), dtype=np.int64)
        points = [np.concatenate(rings) for rings in self._lines.values()]
        self._low = np.array([one.min(axis=0) for one in points]).reshape(-1, 2)
        self._high = np.array([one.max(axis=0) for one in points]).reshape(-1, 2)

    def around(self, x_nm: float, y_nm: float) -> int | None:
        """Return the cluster whose outline is around a place; the smallest where they overlap."""
        place = np.array([x_nm, y_nm])
        near = np.flatnonzero(((self._low <= place) & (self._high >= place)).all(axis=1))
        sizes = (self._high[near] - self._low[near]).prod(axis=1)
        for number in near[np.argsort(sizes, kind="stable")].tolist():
            cluster = int(self._clusters[number])
            if inside(self._lines[cluster], place[None])[0]:
                return cluster
        return None
