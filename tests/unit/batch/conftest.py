"""Small files and jobs that the tests of batches share."""

import json
from pathlib import Path

import numpy as np
import pytest

from stormgraph_py.batch.task import Task
from stormgraph_py.report.outputs import Outputs
from stormgraph_py.report.request import Request


def _points(seed: int, n_blobs: int = 4, side: float = 1000.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    centers = rng.uniform(0.1, 0.9, (n_blobs, 2)) * side
    points = centers[rng.integers(n_blobs, size=160)] + rng.normal(0, 15, (160, 2))
    points = np.concatenate([points, rng.uniform(0, side, (60, 2))])
    return np.column_stack([points, rng.uniform(5, 12, len(points))])


@pytest.fixture(scope="session")
def write_cell():
    """Write a file of 220 localizations in 1 x 1 µm."""

    def write(path: Path, seed: int = 0) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        header = "x_nm,y_nm,uncertainty_nm"
        np.savetxt(path, _points(seed), delimiter=",", header=header, comments="", fmt="%.5g")
        return path

    return write


@pytest.fixture(scope="session")
def write_halves():
    """Write the left and the right half of such a field as two regions."""

    def write(path: Path, names=("left", "right"), tags=None) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        features = []
        for i, name in enumerate(names):
            x0, x1 = 500 * i, 500 * (i + 1)
            ring = [[x0, -50], [x1, -50], [x1, 1050], [x0, 1050], [x0, -50]]
            features.append(
                {
                    "type": "Feature",
                    "properties": {"name": name, **(tags or {})},
                    "geometry": {"type": "Polygon", "coordinates": [ring]},
                }
            )
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        return path

    return write


@pytest.fixture
def make_task(tmp_path):
    """Make a task that nobody has to be able to do."""

    def make(name: str, n_bytes: int = 0, path: str = "nowhere.csv") -> Task:
        return Task(
            job=name,
            folder=tmp_path / "jobs" / name,
            request=Request(path=path),
            outputs=Outputs(),
            n_bytes=n_bytes,
        )

    return make
