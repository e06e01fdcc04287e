"""Division of components by the compiled kernel, in threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any, get_args

import numpy as np

from stormgraph_py.arrays import FloatArray, IntArray
from stormgraph_py.engine import kernel
from stormgraph_py.engine.components import Components
from stormgraph_py.engine.selection import LARGEST_K, MOST_NEIGHBORS, Reason, Split
from stormgraph_py.engine.task import TaskClusters
from stormgraph_py.params import StormGraphParams
from stormgraph_py.progress import Progress

REASONS: tuple[Reason, ...] = get_args(Reason)
"""In the order in which the kernel numbers them."""


def divide_by_kernel(
    components: Components,
    coordinates: FloatArray,
    tasks: list[IntArray],
    params: StormGraphParams,
    seed: int,
    n_jobs: int,
    progress: Progress,
    stage: str,
) -> list[TaskClusters]:
    """Have the kernel carry out the tasks in threads, while this one looks after them."""
    native = kernel.require()
    monitor = native.Monitor()
    positions = np.ascontiguousarray(coordinates)

    def work_on(numbers: IntArray) -> TaskClusters:
        depths, levels, labels, codelengths, n_splits, columns = native.divide_components(
            components.nodes, components.node_starts, components.source, components.target,
            components.weight, components.edge_starts, positions, numbers, seed, params.n_trials,
            params.min_cluster_size, params.similarity_threshold, LARGEST_K, MOST_NEIGHBORS,
            monitor,
        )  # fmt: skip
        return TaskClusters(
            depths.astype(np.int64), levels, labels, codelengths, n_splits.astype(np.int64),
            _splits(columns),
        )  # fmt: skip

    total = sum(int(np.diff(components.edge_starts)[numbers].sum()) for numbers in tasks)
    with ThreadPoolExecutor(n_jobs) as pool:
        try:
            found = []
            # one after the other: to wait for any of thousands takes time for each of them
            for future in [pool.submit(work_on, numbers) for numbers in tasks]:
                while not wait([future], kernel.SECONDS_BETWEEN_CHECKS).done:
                    progress.report(stage, monitor.done, total)
                found.append(future.result())
                progress.report(stage, monitor.done, total)
            return found
        finally:
            monitor.stop()
            pool.shutdown(cancel_futures=True)


def _splits(columns: tuple[Any, ...]) -> list[Split]:
    return [
        Split(
            level, cluster, n, n_subclusters, similarity, unsplit, k_star, k_connected,
            bool(accepted), REASONS[reason], bool(truncated),
        )
        for (
            level, cluster, n, n_subclusters, similarity, unsplit, k_star, k_connected,
            accepted, reason, truncated,
        ) in zip(*(column.tolist() for column in columns), strict=True)
    ]  # fmt: skip
