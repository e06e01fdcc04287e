"""What enters each filter: the localizations that the steps before it left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from stormgraph_gui.models.columns import column_values
from stormgraph_gui.signals import QObject, Signal
from stormgraph_py.arrays import BoolArray, FloatArray
from stormgraph_py.filters import Filter, Frames, Keep
from stormgraph_py.localizations import Localizations
from stormgraph_py.report.analysis import Field

Range: TypeAlias = Keep | Frames
"""Steps that look at one localization at a time, and so take next to no time."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Stage:
    """What the first steps of a data set left.

    Parameters
    ----------
    filters : tuple of Filter
        These steps; the last one, if any, is no range.
    field : Field
        What they left.
    """

    filters: tuple[Filter, ...]
    field: Field


@dataclass(frozen=True, kw_only=True, eq=False)
class Staged:
    """The stages of one data set, for one choice of the channel.

    Parameters
    ----------
    raw : Localizations
        All of the file.
    channel : int or None
        The channel.
    stages : tuple of Stage
        In their order; the first has no steps.
    """

    raw: Localizations
    channel: int | None
    stages: tuple[Stage, ...]


class FilterStages(QObject):
    """Stages of the filters of each data set, as far as they are computed.

    Attributes
    ----------
    changed : Signal
        Key of a data set that has other stages.
    """

    changed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._staged: dict[str, Staged] = {}

    def get(self, data_set: str) -> Staged | None:
        """Return the stages of a data set; None when none are computed."""
        return self._staged.get(data_set)

    def set(self, data_set: str, staged: Staged | None) -> None:
        """Take in the stages of a data set; None when it is closed."""
        if staged is None:
            self._staged.pop(data_set, None)
        else:
            self._staged[data_set] = staged
        self.changed.emit(data_set)

    def entering(
        self, data_set: str, filters: Sequence[Filter]
    ) -> tuple[Localizations, BoolArray | None] | None:
        """Return what some first steps of a data set leave.

        Parameters
        ----------
        data_set : str
            Its key.
        filters : sequence of Filter
            The steps.

        Returns
        -------
        localizations : Localizations
            What the last step that is no range left, or the whole channel.
        kept : ndarray of bool or None
            Which of them the ranges after it keep; None for all.
        None
            When that is not computed yet.
        """
        steps = tuple(filters)
        n_done = n_before_ranges(steps)
        staged = self._staged.get(data_set)
        for stage in () if staged is None else staged.stages:
            if stage.filters == steps[:n_done]:
                localizations = stage.field.localizations
                kept: BoolArray | None = None
                for step in steps[n_done:]:
                    assert isinstance(step, Range)
                    inside = range_mask(step, localizations)
                    kept = inside if kept is None else kept & inside
                return localizations, kept
        return None


def n_before_ranges(filters: Sequence[Filter]) -> int:
    """Return how many first steps there are before nothing but ranges follow."""
    return max((i + 1 for i, step in enumerate(filters) if not isinstance(step, Range)), default=0)


def range_mask(step: Range, localizations: Localizations) -> BoolArray:
    """Tell which localizations a range keeps, (n,), as the step itself does."""
    if isinstance(step, Frames):
        return _inside(
            column_values(localizations, "frame")[0],
            -np.inf if step.first is None else step.first,
            np.inf if step.last is None else step.last,
        )
    kept = np.ones(len(localizations), dtype=np.bool_)
    for values in column_values(localizations, step.column):
        kept &= _inside(values, step.low, step.high, step.low_open, step.high_open)
    return kept


def _inside(
    values: FloatArray, low: float, high: float, low_open: bool = False, high_open: bool = False
) -> BoolArray:
    above = values > low if low_open else values >= low
    inside: BoolArray = above & (values < high if high_open else values <= high)
    return inside
