"""Options that filter: their order, and what they say when they are not understood."""

import argparse

import pytest

from stormgraph_py.cli.filtering import add_filter_options, filters_from
from stormgraph_py.errors import ParameterError
from stormgraph_py.filters import Density, Frames, Keep, MergeReappearing


def filters(*options):
    parser = argparse.ArgumentParser()
    add_filter_options(parser)
    return filters_from(parser.parse_args(options))


def test_steps_stand_in_the_order_of_the_command_line():
    found = filters(
        "--merge", "30", "2", "--keep", "uncertainty < 25", "--frames", "100:",
        "--min-neighbors", "3", "50.5", "--keep=-300<z_nm<300", "--frames", ":9000",
    )  # fmt: skip
    assert found == (
        MergeReappearing(30.0, 2),
        Keep("uncertainty", high=25, high_open=True),
        Frames(first=100),
        Density(min_neighbors=3, radius_nm=50.5),
        Keep("z_nm", low=-300, high=300, low_open=True, high_open=True),
        Frames(last=9000),
    )


def test_nothing_asked_for_is_no_filter():
    assert filters() == ()


def test_two_command_lines_do_not_share_their_filters():
    parser = argparse.ArgumentParser()
    add_filter_options(parser)
    parser.parse_args(["--keep", "photons > 1"])
    assert filters_from(parser.parse_args([])) == ()


def test_a_distance_along_z_stands_behind_a_colon():
    assert filters("--merge", "30:80", "1") == (MergeReappearing(30.0, 1, 80.0),)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--keep", "photons"], "no comparison"),
        (["--frames", "100"], "FIRST:LAST"),
        (["--frames", "a:5"], "'a' is no whole number"),
        (["--frames", ":"], "no end"),
        (["--min-neighbors", "2.5", "50"], "no whole number"),
        (["--min-neighbors", "2", "wide"], "'wide' is no number"),
        (["--merge", "30", "few"], "no whole number"),
        (["--merge", "-30", "1"], "max_distance_nm"),
    ],
)
def test_what_is_not_understood_is_refused(options, reason):
    with pytest.raises(ParameterError, match=reason):
        filters(*options)
