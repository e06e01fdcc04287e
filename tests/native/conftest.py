"""Builds of the package beside the one under test, each with its own compiler and options."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEADLINE_S = 900
BUILD_TOOLS = ("scikit_build_core", "nanobind")


@dataclass(frozen=True)
class Build:
    """A wheel, and the folder that it was unpacked into."""

    wheel: Path
    site: Path

    def python(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run Python with this build in front of the packages of the running interpreter.

        Without its site module Python follows no hook of an editable install, and with -P it does
        not look into the clone.
        """
        packages = [p for p in sys.path if p.endswith(("site-packages", "dist-packages"))]
        return subprocess.run(
            [sys.executable, "-S", "-P", *arguments],
            cwd=ROOT,
            env=environment(PYTHONPATH=os.pathsep.join([str(self.site), *packages]), **variables),
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
        )

    def pytest(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run tests of the clone on this build."""
        options = ("-n", "0", "-q", "-p", "no:cacheprovider", "-o", f"timeout={DEADLINE_S}")
        # on CI Hypothesis sets no deadlines
        return self.python("-m", "pytest", *options, *arguments, CI="true", **variables)


def environment(**variables: str) -> dict[str, str]:
    """The environment without what pytest says in it, and with `variables`."""
    return {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")} | variables


@pytest.fixture
def build(tmp_path: Path) -> Callable[..., Build]:
    """Build a wheel of the clone, or of other sources, and unpack it."""

    def make(name: str, *options: str, source: Path = ROOT, **variables: str) -> Build:
        folder = tmp_path / name
        command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder)]
        if all(map(importlib.util.find_spec, BUILD_TOOLS)) and shutil.which("cmake"):
            command.append("--no-build-isolation")
        command += [f"-C{option}" for option in options]
        subprocess.run(
            [*command, str(source)], check=True, timeout=DEADLINE_S, env=environment(**variables)
        )
        (wheel,) = folder.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder / "site")
        return Build(wheel, folder / "site")

    return make
