"""Options that filter localizations, shared by the commands that analyse them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from stormgraph_py.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stormgraph_py.filters import Filter


def add_filter_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that filter; the steps follow one another as they are written."""
    group = parser.add_argument_group(
        "filters", "each may be repeated; they are applied in the order they are written in"
    )
    for option, metavar, meaning in (
        (
            "--keep",
            ("CONDITION",),
            'keep localizations with, for example, "uncertainty < 25" or "500 <= photons < 2000"',
        ),
        ("--frames", ("FIRST:LAST",), "keep a range of camera frames; either end may be left out"),
        (
            "--min-neighbors",
            ("N", "NM"),
            "keep localizations with at least N others within NM",
        ),
        (
            "--merge",
            ("NM", "FRAMES"),
            "merge localizations within NM of one another, with up to so many dark FRAMES between, "
            "into one; 30:60 allows 30 nm in the plane and 60 nm along z",
        ),
    ):
        group.add_argument(
            option,
            nargs=len(metavar),
            metavar=metavar,
            action=_Add,
            default=[],
            dest="filters",
            help=meaning,
        )


def filters_from(arguments: argparse.Namespace) -> tuple[Filter, ...]:
    """Return the filters that those options ask for, in their order on the command line.

    Raises
    ------
    ParameterError
        When one cannot be understood.
    """
    makers: dict[str, Callable[..., Filter]] = {
        "--keep": _keep,
        "--frames": _frames,
        "--min-neighbors": _density,
        "--merge": _merge,
    }
    return tuple(makers[option](*values) for option, values in arguments.filters)


class _Add(argparse.Action):
    """Appends the name of the option with its values to one list for all of them."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        given = (self.option_strings[0], tuple(values or ()))
        setattr(namespace, self.dest, [*getattr(namespace, self.dest), given])


def _keep(condition: str) -> Filter:
    from stormgraph_py.filters import Keep

    return Keep.parse(condition)


def _frames(text: str) -> Filter:
    from stormgraph_py.filters import Frames

    first, colon, last = text.partition(":")
    if not colon:
        raise ParameterError(f"--frames {text} is no range; write it as FIRST:LAST.")
    return Frames(
        first=_whole("--frames", first) if first else None,
        last=_whole("--frames", last) if last else None,
    )


def _density(n: str, radius: str) -> Filter:
    from stormgraph_py.filters import Density

    option = "--min-neighbors"
    return Density(min_neighbors=_whole(option, n), radius_nm=_number(option, radius))


def _merge(distance: str, frames: str) -> Filter:
    from stormgraph_py.filters import MergeReappearing

    lateral, _, axial = distance.partition(":")
    return MergeReappearing(
        max_distance_nm=_number("--merge", lateral),
        max_dark_frames=_whole("--merge", frames),
        max_axial_distance_nm=_number("--merge", axial) if axial else None,
    )


def _whole(option: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ParameterError(f"{option}: {text!r} is no whole number.") from None


def _number(option: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ParameterError(f"{option}: {text!r} is no number.") from None
