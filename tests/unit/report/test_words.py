"""Plain words exist for everything that can occur."""

import dataclasses
from typing import get_args, get_type_hints

import pytest

from stormgraph_py.engine.overcounting import OvercountingEvidence
from stormgraph_py.engine.selection import Reason
from stormgraph_py.params import StormGraphParams
from stormgraph_py.report import words
from stormgraph_py.report.numbers import percent, rounded, seconds_text


def test_every_parameter_has_a_meaning():
    assert set(words.PARAMETERS) == {f.name for f in dataclasses.fields(StormGraphParams)}


def test_every_verdict_on_a_split_has_a_meaning():
    assert set(words.SPLIT_REASONS) == set(get_args(Reason))


def test_every_verdict_on_overcounting_has_a_meaning():
    verdicts = get_args(get_type_hints(OvercountingEvidence)["verdict"])
    assert set(words.OVERCOUNTING_VERDICTS) == set(verdicts)


def test_the_lead_counts_what_was_found(analysis):
    result = analysis.result
    text = words.lead(analysis)
    assert f"{result.n_clusters} clusters were found among {len(result.labels)}" in text
    assert percent(result.n_clustered / len(result.labels)) in text
    assert f"{rounded(analysis.clusters['n_localizations'].median())} localizations" in text


def test_the_lead_says_that_nothing_was_found(analysis_without_clusters):
    assert words.lead(analysis_without_clusters).startswith("No clusters were found")


def test_a_headline_without_clusters_has_dashes_for_sizes(analysis_without_clusters):
    values = [number["value"] for number in words.headline(analysis_without_clusters)]
    assert values[0] == "0"
    assert values.count("–") == 2


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (1.0, "1"), (999.6, "1,000"), (12345678, "12,300,000"), (0.05, "0.05"),
        (-0.5, "-0.5"), (3.0004, "3"), (99.95, "100"), (float("inf"), "∞"), (None, "–"),
    ],
)  # fmt: skip
def test_numbers_keep_three_digits(value, text):
    assert rounded(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0%"), (0.0004, "<0.1%"), (0.05, "5%"), (0.5, "50%"), (0.9951, "99.5%"),
        (0.9999, ">99.9%"), (1, "100%"),
    ],
)  # fmt: skip
def test_percentages_round_something_neither_to_nothing_nor_to_all(share, text):
    assert percent(share) == text


def test_a_minute_is_never_sixty_seconds():
    assert seconds_text(119.7) == "2 min 0 s"
