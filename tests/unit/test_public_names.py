"""The names that scripts outside the project rely on."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import stormgraph_py


@pytest.mark.parametrize("name", stormgraph_py.__all__)
def test_every_public_name_loads_and_is_documented(name):
    value = getattr(stormgraph_py, name)
    text = inspect.getdoc(value)
    assert text
    assert text.splitlines()[0].endswith((".", "?"))
    assert value.__name__ == name
    assert value.__module__.startswith("stormgraph_py.")
    for method, member in inspect.getmembers(value):
        if inspect.isroutine(member) and not method.startswith("_"):
            assert inspect.getdoc(member), f"{name}.{method} is not documented"


def test_names_are_listed_in_order_and_without_repetition():
    assert stormgraph_py.__all__ == sorted(set(stormgraph_py.__all__))
    assert set(stormgraph_py.__all__) <= set(dir(stormgraph_py))


def test_the_contract_of_scripts_holds():
    promised = {"StormGraph", "read_localizations", "cluster_localizations"}
    assert promised <= set(stormgraph_py.__all__)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = stormgraph_py.no_such_name


def test_importing_the_package_loads_none_of_the_libraries():
    heavy = ("numpy", "scipy", "sklearn", "pandas", "infomap", "igraph", "networkx", "matplotlib")
    code = f"import sys, stormgraph_py; print([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert found.strip() == "[]"


def test_an_analysis_loads_no_statistics():
    code = "import sys, stormgraph_py.report.analysis; print('scipy.stats' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
