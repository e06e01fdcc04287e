"""What becomes of one task of the division of a graph: some of its connected components."""

from __future__ import annotations

from dataclasses import dataclass

from stormgraph_py.arrays import FloatArray, Int32Array, IntArray
from stormgraph_py.engine.selection import Split


@dataclass(frozen=True, eq=False)
class TaskClusters:
    """Clusters of the components of one task, one component after the other.

    Parameters
    ----------
    depths : ndarray of int64, shape (n_components,)
        Levels of every component.
    levels : ndarray of int32
        As `stormgraph_py.engine.hierarchy.ComponentLevels.levels`.
    labels : ndarray of int64, shape (n_nodes,)
        Selected level, numbered from 0 within each component, -1 = unclustered.
    codelengths : ndarray of float64, shape (n_components,)
        Bits per step within each component.
    n_splits : ndarray of int64, shape (n_components,)
        How many of `splits` belong to each.
    splits : list of Split
        Splits that were looked at, numbered as in `levels`.
    worker_cpu_s : float
        Processor time spent in another process.
    """

    depths: IntArray
    levels: Int32Array
    labels: IntArray
    codelengths: FloatArray
    n_splits: IntArray
    splits: list[Split]
    worker_cpu_s: float = 0.0
