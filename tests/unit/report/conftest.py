"""Small analyses that the tests of the report share; each is made once."""

from pathlib import Path

import numpy as np
import pytest

from stormgraph_py.params import StormGraphParams
from stormgraph_py.report.analysis import Analysis, Request, cluster, load, measure


def blobs(seed: int = 0, dimensions: int = 2, n_blobs: int = 12) -> np.ndarray:
    """Gaussian blobs over a uniform background, with sigma, as columns of a table."""
    rng = np.random.default_rng(seed)
    side = np.array([2000.0, 2000.0, 800.0][:dimensions])
    centers = rng.uniform(0.1, 0.9, (n_blobs, dimensions)) * side
    points = centers[rng.integers(n_blobs, size=600)] + rng.normal(0, 20, (600, dimensions))
    points = np.concatenate([points, rng.uniform(0, 1, (200, dimensions)) * side])
    sigma = rng.uniform(5, 12, points.shape)
    return np.column_stack([points, sigma])


def write_csv(path: Path, table: np.ndarray, extra: dict[str, np.ndarray] | None = None) -> Path:
    axes = "xyz"[: table.shape[1] // 2]
    names = [f"{a}_nm" for a in axes] + [f"sigma_{a}_nm" for a in axes]
    columns = [*table.T, *(extra or {}).values()]
    header = ",".join([*names, *(extra or {})])
    np.savetxt(
        path, np.column_stack(columns), delimiter=",", header=header, comments="", fmt="%.6g"
    )
    return path


def analyse(path: Path, **params) -> Analysis:
    request = Request(path=str(path), params=StormGraphParams(**params))
    selection = load(request)
    return measure(request, selection, cluster(request, selection))


@pytest.fixture(scope="session")
def analysis(tmp_path_factory) -> Analysis:
    """A plain 2-D analysis with sigma, of a file with a name that HTML must escape."""
    return analyse(write_csv(tmp_path_factory.mktemp("data") / "cell <1> & co.csv", blobs()))


@pytest.fixture(scope="session")
def analysis_3d(tmp_path_factory) -> Analysis:
    return analyse(write_csv(tmp_path_factory.mktemp("data") / "deep.csv", blobs(1, 3)))


@pytest.fixture(scope="session")
def analysis_without_sigma(tmp_path_factory) -> Analysis:
    path = write_csv(tmp_path_factory.mktemp("data") / "plain.csv", blobs(2))
    return analyse(path, use_sigma=False, k=None)


@pytest.fixture(scope="session")
def analysis_without_clusters(tmp_path_factory) -> Analysis:
    rng = np.random.default_rng(3)
    table = np.column_stack([rng.uniform(0, 2000, (60, 2)), np.full((60, 2), 10.0)])
    path = write_csv(tmp_path_factory.mktemp("data") / "random.csv", table)
    return analyse(path, min_cluster_size=40)


@pytest.fixture(scope="session")
def analysis_without_threshold(tmp_path_factory) -> Analysis:
    path = write_csv(tmp_path_factory.mktemp("data") / "all.csv", blobs(4))
    return analyse(path, alpha=1, overcounting=True)
