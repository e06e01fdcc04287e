"""Why PySide6 is pinned: 6.12 ends Python 3.11 after some thousand calls that return nothing."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

GUI = Path(__file__).parents[2] / "gui" / "stormgraph_gui"

CALLS = """
from PySide6.QtCore import QObject
thing = QObject()
for number in range(200_000):
    thing.setProperty("n", number)
    thing.setObjectName("a")
    thing.deleteLater
print("alive")
"""


def test_many_calls_that_return_nothing_do_no_harm():
    done = subprocess.run([sys.executable, "-c", CALLS], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "alive"), done.stderr


def test_signals_bring_no_widgets():
    """import-linter knows PySide6 as a whole; this is the one door to it outside the views."""
    tree = ast.parse((GUI / "signals.py").read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert modules == {"PySide6.QtCore"}


@pytest.mark.parametrize("path", sorted((GUI / "views").rglob("*.py")), ids=lambda p: p.name)
def test_views_are_of_a_size_to_be_read(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 420


STOPPING = re.compile(
    r"\.exec\(|QFileDialog\.get|QInputDialog\.get|QMessageBox\.(question|warning|information|critical)\("
)


def test_no_dialog_stops_the_app():
    """Dialogs are opened, not executed: work goes on behind them, and nothing waits for them."""
    for path in GUI.rglob("*.py"):
        if path.name != "app.py":
            assert not STOPPING.search(path.read_text(encoding="utf-8")), path
