"""Figures of a comparison, whatever its conditions are called."""

from __future__ import annotations

import numpy as np
import pytest

from stormgraph_py.report.compare_figures import distributions, effects_figure, superplot
from stormgraph_py.report.style import figure_bytes, log_ticks, new_figure, styled

VALUES = np.array([1.0, 2.0, 3.0])
NAMES = [("5$ low", "10$ high $"), (r"$\frac$", "b"), ("_control", "_drug"), ("<i>a</i>", "α & β")]


@pytest.mark.parametrize("names", NAMES)
def test_names_are_shown_as_they_are(names) -> None:
    with styled():
        drawn = superplot(
            {name: [(f"day of {name}", 1.0), ("day 2", 2.0)] for name in names},
            dict.fromkeys(names, VALUES),
            dict.fromkeys(names, (1.0, 0.5, 1.5)),
            label="size (nm)",
            unit="cell",
        )
        shares = distributions({name: [VALUES] for name in names}, label="size", what="clusters")
        effects: dict[str, object] = {"first": names[0], "second": names[1]}
        for key in ("shift", "cliffs_delta", "ratio"):
            effects |= {key: 0.5, f"{key}_low": 0.2, f"{key}_high": 0.9}
        pairs = effects_figure([effects], unit_text="nm²")
        for figure in (drawn, shares, pairs):
            figure_bytes(figure, "svg")
    assert [text.get_text() for text in drawn.axes[0].get_xticklabels()] == list(names)
    assert [text.get_text() for text in shares.legends[0].get_texts()] == list(names)
    texts = [*drawn.axes[0].get_xticklabels(), *shares.legends[0].get_texts()]
    assert not any(text.get_parse_math() for text in texts)


def test_large_numbers_on_an_axis_are_powers_of_ten() -> None:
    with styled():
        axes = new_figure(4, 3).add_subplot()
        axes.set_ylim(9e5, 4e7)
        axes.set_yscale("log")
        log_ticks(axes.yaxis)
        label = axes.yaxis.get_major_formatter()
        assert [label(value, 0) for value in (500.0, 1e6, 2e7)] == ["500", "10⁶", "2×10⁷"]
