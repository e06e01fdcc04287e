"""The comparison of two colours: which channels, how, and what came out."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from stormgraph_gui.models.currency import asks_the_same
from stormgraph_gui.models.project import DataSet, PairFinding, Project
from stormgraph_gui.models.workspace import Loaded
from stormgraph_gui.signals import QObject, Signal
from stormgraph_py.errors import ParameterError
from stormgraph_py.report.overlap_analysis import (
    OverlapAnalysis,
    OverlapParams,
    channel_name,
    choose_channels,
    told_apart,
)
from stormgraph_py.report.request import Request, result_name

if TYPE_CHECKING:
    import pandas as pd
    from shapely.geometry.base import BaseGeometry

    from stormgraph_py.localizations import Localizations
    from stormgraph_py.report.overlap_result import OverlapResult
    from stormgraph_py.report.views import TableView

Selected = tuple[int, int]
"""A cluster: 0 or 1 for the channel, and its number there."""


@dataclass(frozen=True, kw_only=True)
class ChannelChoice:
    """A channel that can be compared.

    Parameters
    ----------
    data_set : str
        Key of its data set.
    channel : int or None
        Its number; None takes all of the data set.
    name : str
        What it is called in results.
    title : str
        What it is called in lists, with the name of the file where there are several.
    """

    data_set: str
    channel: int | None
    name: str
    title: str = dataclasses.field(compare=False)


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is to be compared.

    Parameters
    ----------
    a, b : ChannelChoice
        The channels.
    region : str or None
        Key of a region of the first one's data set; None is the whole field.
    params : OverlapParams
        How; its seed is that of the project.
    """

    a: ChannelChoice | None = None
    b: ChannelChoice | None = None
    region: str | None = None
    params: OverlapParams = dataclasses.field(default_factory=OverlapParams)

    @property
    def fault(self) -> str:
        """Say what is missing; nothing when the question can be answered."""
        if self.a is None or self.b is None:
            return "Open a file with two colour channels, or two files of one field."
        if (self.a.data_set, self.a.channel) == (self.b.data_set, self.b.channel):
            return "A channel is not compared with itself: choose two."
        if self.a.data_set == self.b.data_set and None in (self.a.channel, self.b.channel):
            return "All channels of a file are not compared with one of them: choose two."
        return ""


@dataclass(frozen=True, eq=False, kw_only=True)
class Comparison:
    """An answered question.

    Parameters
    ----------
    pair : PairFinding
        What was asked, as the project keeps it.
    analysis : OverlapAnalysis
        What came out.
    measures, partners : DataFrame
        Tables overlap.csv and partners.csv of its folder.
    shown : TableView
        The measures in words.
    lead : str
        What came out, in a few sentences.
    shared : tuple of shapely geometry
        2-D: what each pair of overlapping clusters shares.
    """

    pair: PairFinding
    analysis: OverlapAnalysis
    measures: pd.DataFrame
    partners: pd.DataFrame
    shown: TableView
    lead: str
    shared: tuple[BaseGeometry, ...]

    def answers(self, requests: tuple[Request, Request], params: OverlapParams) -> bool:
        """Whether the same was asked then as now."""
        asked = zip(self.pair.requests, requests, strict=True)
        return self.pair.params == params and all(asks_the_same(*both) for both in asked)

    @property
    def folder_name(self) -> str:
        """Name of the folder of its report, as the command line calls it."""
        names = [result_name(one.path) for one in self.pair.requests]
        return "_and_".join(dict.fromkeys(names))


class OverlapModel(QObject):
    """What is asked and known of two colours.

    Attributes
    ----------
    question_changed : Signal
        Other channels, another region, or other parameters.
    compared : Signal
        There is another comparison, or none.
    selected_changed : Signal
        Another cluster stands out.
    results : dict of str to OverlapResult
        What is kept of comparisons, by their key in the project.
    wanted : mapping or None
        The question of a project that was opened, as `question_as_dict` returned it, until the
        channels that it asks for are there.
    """

    question_changed = Signal()
    compared = Signal()
    selected_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._question = Question()
        self._comparison: Comparison | None = None
        self._selected: Selected | None = None
        self.results: dict[str, OverlapResult] = {}
        self.wanted: Mapping[str, Any] | None = None

    @property
    def question(self) -> Question:
        """What is to be compared."""
        return self._question

    @property
    def comparison(self) -> Comparison | None:
        """What was compared last."""
        return self._comparison

    @property
    def selected(self) -> Selected | None:
        """The cluster that stands out."""
        return self._selected

    def ask(self, question: Question) -> None:
        """Ask something else."""
        if question != self._question:
            self._question = question
            self.question_changed.emit()

    def take(self, comparison: Comparison | None) -> None:
        """Take in a comparison."""
        self._comparison, self._selected = comparison, None
        self.compared.emit()

    def reset(self, results: Mapping[str, OverlapResult], wanted: Mapping[str, Any] | None) -> None:
        """Begin with what another project knows and asks."""
        self.results, self.wanted = dict(results), wanted
        self.take(None)
        self.ask(Question(params=_wanted_params(wanted)))

    def select(self, cluster: Selected | None) -> None:
        """Let a cluster stand out."""
        if cluster != self._selected:
            self._selected = cluster
            self.selected_changed.emit()


def channel_choices(project: Project, loaded: Mapping[str, Loaded]) -> tuple[ChannelChoice, ...]:
    """Return the channels of all data sets that are loaded."""
    there = [one for one in project.data_sets if one.key in loaded]
    return tuple(
        choice
        for data_set in there
        for choice in _choices_of(data_set, loaded[data_set.key].raw, names_file=len(there) > 1)
    )


def proposed_pair(
    choices: tuple[ChannelChoice, ...], loaded: Mapping[str, Loaded], looked_at: str | None
) -> tuple[ChannelChoice | None, ChannelChoice | None]:
    """Return the channels that are probably meant.

    Those of the file that is looked at where it has two; else two files.
    """
    own = [one for one in choices if one.data_set == looked_at and one.channel is not None]
    if looked_at is not None and looked_at in loaded and len(own) >= 2:
        try:
            numbers = [number for number, _ in choose_channels(loaded[looked_at].raw, None)]
        except ParameterError:
            numbers = [one.channel for one in own[:2] if one.channel is not None]
        a, b = (next(one for one in own if one.channel == number) for number in numbers)
        return a, b
    files: dict[str, ChannelChoice] = {}
    for one in choices:
        files.setdefault(one.data_set, one)
    first = files.pop(looked_at, None) if looked_at is not None else None
    found = [*([first] if first else []), *files.values()]
    return (found[0] if found else None), (found[1] if len(found) > 1 else None)


def requests_of(
    project: Project, question: Question
) -> tuple[tuple[Request, Request], tuple[str, str]]:
    """Return what is asked of each channel, and what to call them, as the command line does.

    The region and the parameters are the same for both, the filters those of each data set.
    """
    a, b = question.a, question.b
    assert a is not None
    assert b is not None
    first = dataclasses.replace(project.request(a.data_set, question.region), channel=a.channel)
    second = dataclasses.replace(
        project.request(b.data_set, None), channel=b.channel, roi=first.roi
    )
    return (first, second), told_apart((a.name, b.name))


def question_as_dict(question: Question) -> dict[str, Any]:
    """Return a question ready for JSON."""
    params = dataclasses.asdict(question.params)
    return {
        "a": _names(question.a),
        "b": _names(question.b),
        "region": question.region,
        "params": params,
    }


def wanted_channels(
    wanted: Mapping[str, Any], choices: tuple[ChannelChoice, ...]
) -> tuple[ChannelChoice, ChannelChoice] | None:
    """Return the channels that a saved question asks for, once both are there."""
    a, b = (
        next((c for c in choices if _names(c) == wanted.get(channel)), None) for channel in "ab"
    )
    return None if a is None or b is None else (a, b)


def _names(choice: ChannelChoice | None) -> dict[str, Any] | None:
    return None if choice is None else {"data_set": choice.data_set, "channel": choice.channel}


def _wanted_params(wanted: Mapping[str, Any] | None) -> OverlapParams:
    """Return the parameters of a saved question; the usual ones where they make no sense."""
    try:
        return OverlapParams(**(wanted or {}).get("params", {}))
    except (TypeError, ParameterError):
        return OverlapParams()


def numbers_of(comparison: Comparison) -> dict[str, dict[str, Any]]:
    """Return the rows of overlap.csv by the name of what was measured."""
    rows = comparison.measures.to_dict("records")
    return {str(row["measure"]): {str(name): row[name] for name in row} for row in rows}


def _choices_of(data_set: DataSet, raw: Localizations, *, names_file: bool) -> list[ChannelChoice]:
    numbers = [] if raw.channel is None else np.unique(raw.channel).tolist()
    if len(numbers) < 2:
        name = result_name(data_set.path)
        title = data_set.name
        return [ChannelChoice(data_set=data_set.key, channel=None, name=name, title=title)]
    names = raw.provenance.channel_names
    found = []
    for number in numbers:
        name = channel_name(names.get(number, str(number)))
        title = f"{name} — {data_set.name}" if names_file else name
        found.append(ChannelChoice(data_set=data_set.key, channel=number, name=name, title=title))
    return found
