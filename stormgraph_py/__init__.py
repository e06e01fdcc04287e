"""Cluster analysis of single-molecule localization microscopy data in 2-D and 3-D.

The public names load on first use, so that importing the package stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stormgraph_py.clusters.statistics import cluster_table as cluster_table
    from stormgraph_py.clusters.statistics import roi_summary as roi_summary
    from stormgraph_py.engine.pipeline import cluster_localizations as cluster_localizations
    from stormgraph_py.errors import Cancelled as Cancelled
    from stormgraph_py.errors import InputError as InputError
    from stormgraph_py.errors import ParameterError as ParameterError
    from stormgraph_py.errors import StormGraphError as StormGraphError
    from stormgraph_py.estimator import StormGraph as StormGraph
    from stormgraph_py.io.export import write_localizations as write_localizations
    from stormgraph_py.io.registry import read_localizations as read_localizations
    from stormgraph_py.localizations import Localizations as Localizations
    from stormgraph_py.params import StormGraphParams as StormGraphParams
    from stormgraph_py.result import ClusteringResult as ClusteringResult

__version__ = "0.1.0"

_HOMES = {
    "Cancelled": "errors",
    "ClusteringResult": "result",
    "InputError": "errors",
    "Localizations": "localizations",
    "ParameterError": "errors",
    "StormGraph": "estimator",
    "StormGraphError": "errors",
    "StormGraphParams": "params",
    "cluster_localizations": "engine.pipeline",
    "cluster_table": "clusters.statistics",
    "read_localizations": "io.registry",
    "roi_summary": "clusters.statistics",
    "write_localizations": "io.export",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
