"""What came out of a comparison, in words."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stormgraph_gui.models.wording import in_the_app
from stormgraph_py.clusters.cautions import plural
from stormgraph_py.clusters.rank_tests import TEST_NAMES
from stormgraph_py.report.compare_words import CORRECTION_NAMES, measure_label
from stormgraph_py.report.numbers import count, percent, rounded

if TYPE_CHECKING:
    from stormgraph_py.clusters.compare import Comparison


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A line of a result: what, and the number.

    Parameters
    ----------
    what : str
        What the number is.
    value : str
        The number, with its unit or interval.
    """

    what: str
    value: str


def measure_title(comparison: Comparison, measure: str) -> str:
    """Return a measure in words with its unit."""
    words, unit = measure_label(measure, _of_clusters(comparison, measure))
    title = f"{words[0].upper()}{words[1:]}"
    return f"{title} ({unit})" if unit else title


def verdicts(comparison: Comparison, measure: str) -> list[str]:
    """Say for each pair of conditions whether they differ, at the unit that is independent."""
    found = []
    rows = _rows(comparison.tests, measure)
    of_replicates = {
        (row["first"], row["second"]): row["p_corrected"]
        for row in rows
        if row["test"] == "welch-t" and known(row["p_corrected"])
    }
    for row in rows:
        if row["test"] not in ("mann-whitney", "dunn"):
            continue
        pair = f"{row['second']} against {row['first']}"
        if not known(row["p"]):
            found.append(f"{pair}: one of them has no {plural(row['unit'])} with a value.")
            continue
        # what a biologist asks first; that p is large is not evidence of equality
        clear = row["p_corrected"] < 0.05
        text = (
            f"{pair}: {'a difference' if clear else 'no clear difference'}, "
            f"p {p_text(row['p_corrected'], signed=True)} after correction"
        )
        again = of_replicates.get((row["first"], row["second"]))
        if again is not None:
            text += f"; by the means of replicates p {p_text(again, signed=True)}"
        found.append(f"{text}.")
    return found


def all_tests(comparison: Comparison, measure: str) -> list[Statement]:
    """Return every test of a measure."""
    found = []
    for row in _rows(comparison.tests, measure):
        pair = f"{row['second']} vs. {row['first']}" if row["first"] else "all conditions"
        units = (
            f"{row['n_second']} and {count(row['n_first'], row['unit'], plural(row['unit']))}"
            if row["first"]
            else count(row["n_units"], row["unit"], plural(row["unit"]))
        )
        correction = CORRECTION_NAMES[comparison.params.correction]
        family = count(row["n_in_family"], "test")
        value = f"p {p_text(row['p'], signed=True)}"
        if row["n_in_family"] > 1:
            value += f", {p_text(row['p_corrected'])} by {correction} for {family}"
        what = f"{TEST_NAMES[row['test']]}, {pair}, {units}"
        found.append(Statement(what=what, value=value))
    return found


def effects_of(comparison: Comparison, measure: str) -> list[tuple[str, list[Statement]]]:
    """Return for each pair of conditions how much they differ, with intervals."""
    _, unit = measure_label(measure, _of_clusters(comparison, measure))
    found = []
    for row in _rows(comparison.effects, measure):
        lines = [
            ("Difference", "shift", f" {unit}" if unit else ""),
            ("Ratio of medians", "ratio", ""),
            ("Cliff's delta", "cliffs_delta", ""),
        ]
        statements = [
            Statement(what=what, value=f"{rounded(row[key])}{text}{_interval(row, key)}")
            for what, key, text in lines
        ]
        found.append((f"{row['second']} against {row['first']}", statements))
    return found


def means_of(comparison: Comparison, measure: str) -> list[Statement]:
    """Return each condition's mean over its units."""
    _, unit = measure_label(measure, _of_clusters(comparison, measure))
    found = []
    for row in _rows(comparison.summaries, measure):
        units = count(row["n_with_value"], row["unit"], plural(row["unit"]))
        value = f"mean {rounded(row['mean'])}{f' {unit}' if unit else ''}{_interval(row, 'mean')}"
        found.append(Statement(what=f"{row['condition']}, {units}", value=value))
    return found


def caution_in_words(comparison: Comparison, text: str) -> str:
    """Say a caution in the words of the app: its options, and the names of measures."""
    for measure in sorted(comparison.measures, key=len, reverse=True):
        words, _ = measure_label(measure, _of_clusters(comparison, measure))
        if text.startswith(f"{measure}:"):
            words = f"{words[0].upper()}{words[1:]}"
        text = re.sub(rf"\b{re.escape(measure)}\b", words, text)
    return in_the_app(text)


def interval_name(comparison: Comparison) -> str:
    """Say what the intervals are."""
    return f"{percent(comparison.params.confidence)} interval of the nested bootstrap"


def p_text(value: float, *, signed: bool = False) -> str:
    """Write a p-value.

    Examples
    --------
    >>> p_text(0.0312), p_text(0.0312, signed=True), p_text(1e-6, signed=True)
    ('0.031', '= 0.031', '< 0.0001')
    """
    if not known(value):
        return "–"
    if value < 1e-4:
        return "< 0.0001"
    return f"{'= ' if signed else ''}{rounded(value, 2)}"


def known(value: float | None) -> bool:
    """Whether there is a number."""
    return value is not None and not math.isnan(value)


def _interval(row: dict[str, Any], key: str) -> str:
    low, high = row[f"{key}_low"], row[f"{key}_high"]
    return f" ({rounded(low)} to {rounded(high)})" if known(low) else ""


def _of_clusters(comparison: Comparison, measure: str) -> bool:
    return comparison.of_clusters[comparison.measures.index(measure)]


def _rows(table: Any, measure: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table[table["measure"] == measure].to_dict("records")
    return rows
