"""Simulated localizations whose truth is known."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stormgraph_py.simulate.blinking import Blinking as Blinking
    from stormgraph_py.simulate.blinking import simulate_blinking as simulate_blinking
    from stormgraph_py.simulate.grid import paper_grid_2d as paper_grid_2d
    from stormgraph_py.simulate.grid import paper_grid_3d as paper_grid_3d
    from stormgraph_py.simulate.grid import simulate_grid as simulate_grid
    from stormgraph_py.simulate.nanoclusters import NanoclusterParams as NanoclusterParams
    from stormgraph_py.simulate.nanoclusters import simulate_nanoclusters as simulate_nanoclusters
    from stormgraph_py.simulate.patterns import simulate_random as simulate_random
    from stormgraph_py.simulate.samples import make_samples as make_samples
    from stormgraph_py.simulate.sigma import LognormalSigma as LognormalSigma
    from stormgraph_py.simulate.sigma import SigmaSample as SigmaSample
    from stormgraph_py.simulate.simulation import SimulatedLocalizations as SimulatedLocalizations
    from stormgraph_py.simulate.simulation import write_simulation as write_simulation
    from stormgraph_py.simulate.tiled import simulate_tiled as simulate_tiled
    from stormgraph_py.simulate.two_colour import simulate_two_colours as simulate_two_colours

_MODULES = {
    "Blinking": "blinking",
    "LognormalSigma": "sigma",
    "NanoclusterParams": "nanoclusters",
    "SigmaSample": "sigma",
    "SimulatedLocalizations": "simulation",
    "make_samples": "samples",
    "paper_grid_2d": "grid",
    "paper_grid_3d": "grid",
    "simulate_blinking": "blinking",
    "simulate_grid": "grid",
    "simulate_nanoclusters": "nanoclusters",
    "simulate_random": "patterns",
    "simulate_tiled": "tiled",
    "simulate_two_colours": "two_colour",
    "write_simulation": "simulation",
}

__all__ = sorted(_MODULES)


def __getattr__(name: str) -> Any:
    """Import what is asked for, and nothing before that: scipy takes a while to load."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
