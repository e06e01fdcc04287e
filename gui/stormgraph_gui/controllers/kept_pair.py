"""Keeps the comparison of two colours in the project, and brings it back from there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stormgraph_gui.models.activity import Message
from stormgraph_gui.models.overlap import Comparison
from stormgraph_gui.signals import QObject
from stormgraph_py.report.overlap_result import OverlapResult

if TYPE_CHECKING:
    from stormgraph_gui.jobs.messages import Failed
    from stormgraph_gui.jobs.worker import Worker
    from stormgraph_gui.models.activity import Activity
    from stormgraph_gui.models.document import Document
    from stormgraph_gui.models.overlap import OverlapModel
    from stormgraph_gui.models.project import PairFinding
    from stormgraph_gui.models.workspace import Workspace
    from stormgraph_py.localizations import Localizations


class KeptPair(QObject):
    """Lets the model show the comparison that the project has.

    A new comparison is taken down in the project. One that the project has and the model does not,
    since the project was opened or the removal of its data set undone, is put together again once
    its files are read: its clusters, its overlap and its null are those that were found then.

    Parameters
    ----------
    model : OverlapModel
        What is known of two colours.
    document, workspace, activity
        The project, its localizations, and where to tell what does not fit.
    analyst : Worker
        Puts comparisons together.
    """

    def __init__(
        self,
        model: OverlapModel,
        document: Document,
        workspace: Workspace,
        activity: Activity,
        analyst: Worker,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model, self._document, self._workspace = model, document, workspace
        self._activity, self._analyst = activity, analyst
        self._tried: tuple[OverlapResult, Localizations, Localizations] | None = None
        model.compared.connect(self._compared)
        document.changed.connect(self._follow)
        workspace.loaded_changed.connect(self._follow)

    def _compared(self) -> None:
        """Take a new comparison down."""
        comparison, project = self._model.comparison, self._document.project
        known = project.pair
        if comparison is None or (known is not None and comparison.pair.key == known.key):
            return
        self._model.results[comparison.pair.key] = OverlapResult.of(comparison.analysis)
        self._document.record(project.with_pair(comparison.pair))

    def _follow(self, *_changes: object) -> None:
        pair, comparison = self._document.project.pair, self._model.comparison
        if pair is None:
            self._tried = None
        if comparison is not None and (pair is None or comparison.pair.key != pair.key):
            self._model.take(None)
        if pair is not None and self._model.comparison is None:
            self._bring_back(pair)

    def _bring_back(self, pair: PairFinding) -> None:
        result, loaded = self._model.results.get(pair.key), self._workspace.loaded
        if result is None or not all(key in loaded for key in pair.data_sets):
            return
        one, other = (loaded[key].raw for key in pair.data_sets)
        if self._tried is not None and _same(self._tried, (result, one, other)):
            return
        self._tried = result, one, other
        first, second = (
            self._analyst.keep(f"raw {key}", raw)
            for key, raw in zip(pair.data_sets, (one, other), strict=True)
        )
        work = self._analyst.call(
            "join_comparison", requests=pair.requests, first=first, second=second, result=result
        )
        work.succeeded.connect(lambda answer: self._joined(pair.key, result, answer))
        work.failed.connect(lambda fault: self._not_joined(pair.key, result, fault))

    def _joined(self, key: str, result: OverlapResult, answer: dict[str, Any]) -> None:
        self._tried = None
        pair = self._asked_for(key, result)
        if pair is not None and self._model.comparison is None:
            self._model.take(Comparison(pair=pair, **answer))

    def _not_joined(self, key: str, result: OverlapResult, fault: Failed) -> None:
        if self._asked_for(key, result) is not None and fault.reason != "cancelled":
            self._activity.say(
                Message(
                    level="warning",
                    title="The saved comparison of two colours does not fit its data",
                    text=f"{fault.text} Compare again.",
                    details=fault.details,
                )
            )

    def _asked_for(self, key: str, result: OverlapResult) -> PairFinding | None:
        """Return the comparison of the project, if it is this one: other projects use the key."""
        pair = self._document.project.pair
        if pair is None or pair.key != key or self._model.results.get(key) is not result:
            return None
        return pair


def _same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return all(a is b for a, b in zip(one, other, strict=True))
