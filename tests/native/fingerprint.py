"""Analyse sample data and print every number of the results, floats bit for bit.

Run as a script with names of samples. The interpreter that runs it decides whose kernel is used.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from stormgraph_py import ClusteringResult, StormGraph, read_localizations
from stormgraph_py.engine import kernel

SAMPLES = Path(__file__).parents[2] / "sample_data"


def leaves(name: str, thing: Any) -> dict[str, str]:
    """Every number under `thing`, by its path; arrays as a digest of their bytes."""
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        parts = {f.name: getattr(thing, f.name) for f in dataclasses.fields(thing)}
    elif isinstance(thing, tuple | list):
        parts = {str(i): part for i, part in enumerate(thing)}
    elif isinstance(thing, np.ndarray):
        content = hashlib.sha256(np.ascontiguousarray(thing)).hexdigest()
        return {name: f"{thing.dtype} {thing.shape} {content}"}
    elif isinstance(thing, float):
        return {name: thing.hex()}
    else:
        return {name: repr(thing)}
    return {k: v for key, part in parts.items() for k, v in leaves(f"{name}.{key}", part).items()}


def analyses(names: list[str]) -> dict[str, ClusteringResult]:
    """Results of these samples, with and without precisions."""
    found = {}
    for name in names:
        known = read_localizations(SAMPLES / f"{name}.csv")
        for sigma in (known.sigma, None):
            told = "without" if sigma is None else "with"
            result = StormGraph().fit(known.coordinates(), sigma=sigma).result_
            found[f"{name} {told} sigma"] = result
    return found


def main() -> None:
    """Print the fingerprint as JSON."""
    said = {"kernel": str(getattr(kernel.native, "__file__", None))}
    for name, result in analyses(sys.argv[1:]).items():
        assert result.n_clusters > 10, name
        said.update(leaves(name, dataclasses.replace(result, timings=())))
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
