"""Keeps the table of the shown clusters up to date, and saves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stormgraph_gui.jobs.messages import Failed
from stormgraph_gui.jobs.worker import Worker
from stormgraph_gui.models.activity import Activity, Message
from stormgraph_gui.models.measured import Measured, counted, summarized
from stormgraph_gui.models.shown import level_in_words, level_inputs, shown_labels
from stormgraph_gui.models.workspace import Workspace
from stormgraph_gui.signals import QObject
from stormgraph_py.errors import OutputError
from stormgraph_py.io.writers import write_table

if TYPE_CHECKING:
    import pandas as pd

    from stormgraph_py.arrays import IntArray
    from stormgraph_py.report.analysis import Analysis

MOST_TABLES = 32
"""Tables of levels that are kept, so that going back and forth between levels waits for nothing."""


@dataclass(frozen=True, eq=False)
class _Wanted:
    """A level of an analysis whose table is wanted."""

    analysis: Analysis
    level: int

    @property
    def key(self) -> tuple[int, int]:
        return id(self.analysis), self.level


class Tables(QObject):
    """Measures the clusters of the level that is shown, in the analyst's process.

    One level is measured at a time; of those that were asked for meanwhile only the last one
    follows, so that dragging through the hierarchy piles nothing up.

    Parameters
    ----------
    workspace : Workspace
        What is looked at.
    measured : Measured
        Where the table goes.
    activity : Activity
        Where faults are told.
    analyst : Worker
        Measures.
    """

    def __init__(
        self,
        workspace: Workspace,
        measured: Measured,
        activity: Activity,
        analyst: Worker,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace, self._measured = workspace, measured
        self._activity, self._analyst = activity, analyst
        self._known: dict[tuple[int, int], tuple[_Wanted, pd.DataFrame]] = {}
        self._running: _Wanted | None = None
        self._next: _Wanted | None = None
        workspace.current_changed.connect(self._refresh)
        workspace.level_changed.connect(self._refresh)
        workspace.analyses_changed.connect(self._analysis_changed)

    def select(self, clusters: Sequence[int]) -> None:
        """Select clusters by their numbers."""
        self._workspace.select_clusters(clusters)

    def save(self, path: str, rows: IntArray) -> None:
        """Write rows of the table as csv."""
        table = self._measured.table
        if table is None:
            return
        try:
            write_table(path, table.iloc[rows])
        except OutputError as error:
            text = str(error)
            self._activity.say(Message(level="error", title="The table was not saved", text=text))
        else:
            text = f"{len(rows):,} clusters: {path}"
            self._activity.say(Message(level="info", title="Table saved", text=text))

    def _analysis_changed(self, _key: str) -> None:
        alive = {id(analysis) for analysis in self._workspace.analyses.values()}
        self._known = {key: value for key, value in self._known.items() if key[0] in alive}
        self._refresh()

    def _refresh(self) -> None:
        analysis, level = self._workspace.analysis, self._workspace.level
        self._next = None
        if analysis is None:
            self._measured.show(None)
        elif level is None:
            self._measured.show(analysis.clusters, analysis.summary)
        else:
            wanted = _Wanted(analysis, level)
            if wanted.key in self._known:
                self._show(wanted, self._known[wanted.key][1])
                return
            coordinates = analysis.localizations.coordinates(analysis.result.dimensions)
            table = counted(coordinates, shown_labels(analysis, level))
            in_words = level_in_words(analysis, level)
            self._measured.show(table, level=in_words, is_measuring=True)
            if self._running is None or self._running.key != wanted.key:
                self._next = wanted
                self._measure()

    def _measure(self) -> None:
        if self._running is not None or self._next is None:
            return
        self._running, self._next = self._next, None
        inputs = level_inputs(self._running.analysis, self._running.level)
        work = self._analyst.call("measure_level", **inputs)
        work.succeeded.connect(self._succeeded)
        work.failed.connect(self._failed)

    def _succeeded(self, table: pd.DataFrame) -> None:
        done, self._running = self._running, None
        assert done is not None
        if done.analysis in self._workspace.analyses.values():
            self._known[done.key] = done, table
            while len(self._known) > MOST_TABLES:
                self._known.pop(next(iter(self._known)))
        if done.analysis is self._workspace.analysis and done.level == self._workspace.level:
            self._show(done, table)
        self._measure()

    def _failed(self, failed: Failed) -> None:
        self._running = None
        if failed.reason != "cancelled":
            message = Message(
                level="warning",
                title="The clusters of this level were not measured",
                text=failed.text,
                details=failed.details,
            )
            self._activity.say(message)
        if self._next is None:
            self._measured.show(self._measured.table, level=self._measured.level)
        self._measure()

    def _show(self, wanted: _Wanted, table: pd.DataFrame) -> None:
        analysis = wanted.analysis
        n_localizations = len(analysis.localizations)
        summary = summarized(table, n_localizations, analysis.result.area)
        self._measured.show(table, summary, level=level_in_words(analysis, wanted.level))
