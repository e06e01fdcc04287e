"""Sphinx configuration of the manual; building it needs no network."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE / "_ext")]

project = "stormgraph_py"
author = "The stormgraph_py developers"
project_copyright = author
with (HERE.parent / "pyproject.toml").open("rb") as file:
    release = tomllib.load(file)["project"]["version"]
version = release

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.mathjax",
    "sphinx.ext.viewcode",
    "cluster_columns",
]
exclude_patterns = ["_build", "Thumbs.db"]
source_suffix = {".md": "markdown"}

myst_enable_extensions = ["attrs_inline", "dollarmath"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"stormgraph_py {release}"
html_static_path = ["_static"]

# Types stand in the docstrings, with shapes and units; signatures stay short.
autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_param = False
napoleon_use_rtype = False
default_role = "code"

# Names outside the package: nothing is fetched to resolve them.
nitpick_ignore_regex = [
    (r"py:.*", r"(?!stormgraph_py).*"),
]


def skip_tuple_fields(
    app: Sphinx, what: str, name: str, thing: object, skip: bool, options: object
) -> bool | None:
    """Leave out the fields of named tuples, which their docstrings describe."""
    return True if type(thing).__name__ == "_tuplegetter" else None


def setup(app: Sphinx) -> None:
    """Connect what is defined here."""
    app.connect("autodoc-skip-member", skip_tuple_fields)
