"""The kernel built by several compilers, under sanitizers, and not at all."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from stormgraph_py.engine import kernel

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
NATIVE_TESTS = sorted(str(p) for p in (ROOT / "tests").rglob("test_native_*.py"))
FINGERPRINT = str(HERE / "fingerprint.py")
STRICT = "cmake.define.STORMGRAPH_WERROR=ON"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def compiler(*names: str) -> str:
    """The first of these compilers that is installed; skips the test where none is."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip(f"no {names[0]} here")
    return found


def passed(done: subprocess.CompletedProcess[str]) -> int:
    """Number of tests that passed; fails with what was printed when any did not."""
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-8000:]
    closing = re.search(r"(\d+) passed", done.stdout)
    return int(closing[1]) if closing else 0


def fingerprint(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """What fingerprint.py printed."""
    assert done.returncode == 0, done.stderr
    said: dict[str, str] = json.loads(done.stdout)
    return said


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """The source distribution."""
    pytest.importorskip("build")
    folder = tmp_path_factory.mktemp("archive")
    command = [sys.executable, "-m", "build", "--sdist", "-o", str(folder), str(ROOT)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    subprocess.run(command, check=True, env=environment)
    (made,) = folder.glob("*.tar.gz")
    return made


def test_sources_are_whole_and_without_what_was_compiled(archive):
    with tarfile.open(archive) as sources:
        held = sources.getnames()
    for needed in ("native/CMakeLists.txt", "native/bindings.cpp", "params.py"):
        assert any(name.endswith(f"/stormgraph_py/{needed}") for name in held)
    assert not [name for name in held if name.endswith((".so", ".pyd", ".pyc"))]


def test_native_tests_pass_under_sanitizers(build, tmp_path):
    gcc = compiler("g++")
    sanitized = build(
        "sanitized",
        STRICT,
        "cmake.build-type=Debug",
        "cmake.define.STORMGRAPH_SANITIZE=ON",
        CXX=gcc,
    )
    libraries = [
        subprocess.run(
            [gcc, f"-print-file-name={name}"], capture_output=True, text=True, check=True
        ).stdout.strip()
        for name in ("libasan.so", "libstdc++.so")
    ]
    reports = tmp_path / "reports"
    reports.mkdir()
    done = sanitized.pytest(
        "-s",  # a report in the last moment is not lost with what pytest caught
        *NATIVE_TESTS,
        # how good our codelengths are is no question of memory, nor is that of Infomap's trees;
        # as for coinciding localizations, those in 2-D do for those in 3-D
        "-k",
        "not infomap and not limits_show and not coincident-3",
        LD_PRELOAD=" ".join(libraries),
        # every array of its own, so that a step beyond its end is seen
        PYTHONMALLOC="malloc",
        # Python itself keeps memory until the end
        ASAN_OPTIONS=f"detect_leaks=0:log_path={reports}/address",
        UBSAN_OPTIONS=f"print_stacktrace=1:log_path={reports}/undefined",
    )
    found = "".join(p.read_text(errors="replace")[:4000] for p in reports.iterdir())
    assert not found, found
    assert passed(done) > 0


def test_clang_makes_of_the_source_distribution_what_it_should(build, archive):
    """Its wheel, and the numbers of its kernel: those of the installed one."""
    # with fused multiply-add within reach, were it allowed
    others = [f"clang++-{version}" for version in range(30, 10, -1)]
    clang = build(
        "clang", STRICT, source=archive, CXX=compiler("clang++", *others), CXXFLAGS="-march=native"
    )
    with zipfile.ZipFile(clang.wheel) as packed:
        names = set(packed.namelist())
    samples = {f"stormgraph_py/sample_data/{p.name}" for p in (ROOT / "sample_data").iterdir()}
    assert len(samples) > 5
    assert samples | {"stormgraph_py/py.typed", "stormgraph_gui/__main__.py"} <= names
    assert len([name for name in names if name.startswith("stormgraph_py/_native.")]) == 1
    assert not [n for n in names if n.startswith(("tests", "gui")) or n.endswith((".cpp", ".hpp"))]
    if kernel.native is None:
        pytest.skip("the kernel is not installed: there is nothing to compare with")
    samples = ("nanoclusters_2d", "nanoclusters_3d")
    installed = subprocess.run(
        [sys.executable, FINGERPRINT, *samples], cwd=ROOT, capture_output=True, text=True
    )
    first, second = fingerprint(installed), fingerprint(clang.python(FINGERPRINT, *samples))
    assert Path(second.pop("kernel")).is_relative_to(clang.site)
    assert not Path(first.pop("kernel")).is_relative_to(clang.site)
    assert len(first) > 20
    assert first == second


def test_without_a_compiler_the_package_is_pure_python(build):
    pure = build("pure", CC="/bin/false", CXX="/bin/false")
    assert pure.wheel.name.endswith("-py3-none-any.whl")
    version = pure.python("-m", "stormgraph_py.cli.main", "--version")
    assert "not installed: Infomap" in version.stdout
    assert fingerprint(pure.python(FINGERPRINT, "nanoclusters_2d"))["kernel"] == "None"
    # a whole analysis, and what chooses the optimiser
    files = [f"tests/unit/engine/test_{name}.py" for name in ("pipeline", "communities")]
    assert passed(pure.pytest(*files)) > 0


def test_the_kernel_can_be_left_out(build):
    assert build("asked", STORMGRAPH_PURE="1").wheel.name.endswith("-py3-none-any.whl")
