"""Tags from paths and tables, and how figures treat many and odd values."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormgraph_py.errors import FileFormatError, InputError, ParameterError
from stormgraph_py.report.compare_figures import distributions, effects_figure, superplot
from stormgraph_py.report.compare_tags import pattern_expression, read_tag_table, tags_of_path
from stormgraph_py.report.style import figure_bytes

part = st.text(st.characters(categories=("L", "N"), include_characters=" +-"), min_size=1).filter(
    lambda text: text == text.strip()
)


@given(part, part, part)
def test_names_in_a_path_are_found_again(condition: str, replicate: str, cell: str) -> None:
    found = tags_of_path(
        f"/data/x/{condition}/{replicate}/{cell}.csv.gz",
        pattern_expression("{condition}/{replicate}/{cell}"),
    )
    assert found == {"condition": condition, "replicate": replicate, "cell": cell}


@pytest.mark.parametrize(
    ("pattern", "path", "tags"),
    [
        ("{condition}/*", "a/drug/c1.csv", {"condition": "drug"}),
        (
            "{condition}_{replicate}",
            "wild_type_2.csv",
            {"condition": "wild_type", "replicate": "2"},
        ),
        ("{condition}/{cell}.csv", "drug/c1.csv", {"condition": "drug", "cell": "c1"}),
        ("{condition}/{cell}", r"C:\data\drug\c1.csv", {"condition": "drug", "cell": "c1"}),
        ("day*/{condition}/{cell}", "day 1/drug/c1.csv", {"condition": "drug", "cell": "c1"}),
        ("day*/{condition}/{cell}", "week 1/drug/c1.csv", None),
        ("{condition}/{replicate}/{cell}", "drug/c1.csv", None),
        ("x.{condition}", "xyz.csv", None),
    ],
)
def test_patterns(pattern: str, path: str, tags: dict[str, str] | None) -> None:
    assert tags_of_path(path, pattern_expression(pattern)) == tags


@pytest.mark.parametrize(
    "pattern", ["{cell}", "{condition}/{condition}", "{condition}/{}", "plain"]
)
def test_patterns_that_say_too_little_or_too_much(pattern: str) -> None:
    with pytest.raises(ParameterError):
        pattern_expression(pattern)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "needs a column file, job or name"),
        ("file;condition\na", "line 2 has 1 fields and the header 2"),
        ("file,condition\n,x", "line 2 has an empty file"),
        ("file,condition,condition\n", "two columns have the same name"),
    ],
)
def test_tables_of_tags_that_are_none(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(FileFormatError, match=message):
        read_tag_table(tmp_path / "t.csv")


def test_missing_and_binary_tables(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_tag_table(tmp_path / "none.csv")
    (tmp_path / "b.csv").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(FileFormatError, match="UTF-8"):
        read_tag_table(tmp_path / "b.csv")


def test_figures_bear_empty_conditions_zeros_and_single_values() -> None:
    units = {"a": [("", 0.0), ("", 0.0)], "b": [("", 3.0)], "a very long name of nothing": []}
    nothing = (np.nan, np.nan, np.nan)
    figures = [
        superplot(
            units,
            {name: np.empty(0) for name in units},
            {"a": (0.0, 0.0, 0.0), "b": (3.0, np.nan, np.nan), list(units)[2]: nothing},
            label="clusters per area (1/µm²)",
            unit="cell",
        ),
        distributions({"a": [np.zeros(3)], "b": [], "c": [np.ones(1)]}, label="x", what="cells"),
        effects_figure(
            [
                {"first": "a", "second": "b"}
                | {
                    f"{n}{e}": np.nan
                    for n in ("shift", "cliffs_delta", "ratio")
                    for e in ("", "_low", "_high")
                }
            ],
            unit_text="",
        ),
    ]
    for figure in figures:
        assert figure_bytes(figure, "svg").startswith(b"<?xml")
