"""A small localization file, and the command line as a user calls it."""

import signal
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from stormgraph_py.cli.main import main


@dataclass
class Outcome:
    code: int
    out: str
    err: str

    @property
    def error(self) -> str:
        """The one line on stderr that says what is wrong."""
        (line,) = [x for x in self.err.splitlines() if x.startswith("stormgraph: error: ")]
        return line


@pytest.fixture(autouse=True)
def interruptible():
    """Let Ctrl-C interrupt: tests that run in a shell's background inherit that it is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def cli(capsys, tmp_path, monkeypatch):
    """Run the command line in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments) -> Outcome:
        try:
            code = main([str(a) for a in arguments])
        except SystemExit as stop:
            code = int(stop.code or 0)
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Outcome(code, captured.out, captured.err)

    return run


@pytest.fixture
def quick_report(monkeypatch):
    """An empty report; the real one takes a while to draw."""
    monkeypatch.setattr("stormgraph_py.report.html.report_sections", lambda *_: [])


def _blob_table(seed: int = 0, dimensions: int = 2) -> np.ndarray:
    """Gaussian blobs over a uniform background; positions and one sigma."""
    rng = np.random.default_rng(seed)
    centers = rng.uniform(200, 1800, (6, dimensions))
    points = centers[rng.integers(6, size=240)] + rng.normal(0, 20, (240, dimensions))
    points = np.concatenate([points, rng.uniform(0, 2000, (120, dimensions))])
    return np.column_stack([points, rng.uniform(5, 12, len(points))])


def _write_csv(path: Path, table: np.ndarray, header: str = "x_nm,y_nm,uncertainty_nm") -> Path:
    np.savetxt(path, table, delimiter=",", header=header, comments="", fmt="%.6g")
    return path


@pytest.fixture(scope="session")
def blob_table():
    return _blob_table


@pytest.fixture(scope="session")
def write_csv():
    return _write_csv


@pytest.fixture
def cell(tmp_path) -> Path:
    """A file of 360 localizations with sigma."""
    return _write_csv(tmp_path / "cell.csv", _blob_table())
