"""Measurements of clusters: their shapes, tables of them, and what each column means."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stormgraph_py.clusters.dictionary import TABLES as TABLES
    from stormgraph_py.clusters.dictionary import Column as Column
    from stormgraph_py.clusters.dictionary import describe as describe
    from stormgraph_py.clusters.shapes import ClusterShapes as ClusterShapes
    from stormgraph_py.clusters.shapes import measure_shapes as measure_shapes
    from stormgraph_py.clusters.shapes import outlines as outlines
    from stormgraph_py.clusters.statistics import cluster_table as cluster_table
    from stormgraph_py.clusters.statistics import measure_clusters as measure_clusters
    from stormgraph_py.clusters.statistics import roi_summary as roi_summary
    from stormgraph_py.clusters.statistics import summarize_roi as summarize_roi

_MODULES = {
    "TABLES": "dictionary",
    "ClusterShapes": "shapes",
    "Column": "dictionary",
    "cluster_table": "statistics",
    "describe": "dictionary",
    "measure_clusters": "statistics",
    "measure_shapes": "shapes",
    "outlines": "shapes",
    "roi_summary": "statistics",
    "summarize_roi": "statistics",
}

__all__ = sorted(_MODULES)


def __getattr__(name: str) -> Any:
    """Import a public name when it is asked for, so that `import stormgraph_py` stays quick."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
