"""Compares two colours, and writes the report of it."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stormgraph_gui.controllers.folder_writing import FolderWriting
from stormgraph_gui.models.activity import Message
from stormgraph_gui.models.currency import pair_outdated_by
from stormgraph_gui.models.overlap import (
    ChannelChoice,
    Comparison,
    channel_choices,
    proposed_pair,
    requests_of,
    wanted_channels,
)
from stormgraph_gui.models.project import PairFinding
from stormgraph_gui.models.stages import stage_in_words
from stormgraph_gui.signals import QObject, Signal
from stormgraph_py.report.outputs import REPORT, Outputs

if TYPE_CHECKING:
    from stormgraph_gui.jobs.messages import Failed
    from stormgraph_gui.jobs.worker import Work, Worker
    from stormgraph_gui.models.activity import Activity
    from stormgraph_gui.models.document import Document
    from stormgraph_gui.models.overlap import OverlapModel, Question
    from stormgraph_gui.models.workspace import Workspace
    from stormgraph_py.report.overlap_analysis import OverlapParams

_KEPT = "overlap"
_TITLES = {
    "input": "These channels cannot be compared so",
    "memory": "There is not enough memory",
    "died": "The comparison was cut off",
    "program": "The comparison failed",
}


class OverlapController(QObject):
    """Asks and answers questions about two colours, one at a time.

    Parameters
    ----------
    model : OverlapModel
        What is asked and known.
    document, workspace, activity
        Data sets, and where to tell what happens.
    analyst : Worker
        Process that compares and writes.

    Attributes
    ----------
    choices_changed : Signal
        There are other channels or regions to choose from, or what was compared is out of date.
    running_changed : Signal
        A comparison began or ended.
    written : Signal
        Path of a report.
    """

    choices_changed = Signal()
    running_changed = Signal()
    written = Signal(str)

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
        self._folders = FolderWriting(activity, analyst, parent=self)
        self._folders.written.connect(self.written)
        self._work: Work | None = None
        self._comparing: int | None = None
        self._asked: PairFinding | None = None
        self._was_chosen = False
        document.changed.connect(self._follow)
        workspace.loaded_changed.connect(self._loaded_changed)
        workspace.current_changed.connect(self._follow)
        model.question_changed.connect(self.choices_changed)
        activity.stop_requested.connect(self._stop)

    @property
    def choices(self) -> tuple[ChannelChoice, ...]:
        """Channels that can be compared."""
        return channel_choices(self._document.project, self._workspace.loaded)

    @property
    def regions(self) -> tuple[tuple[str, str], ...]:
        """Key and name of the regions of the first channel's data set."""
        a = self._model.question.a
        if a is None:
            return ()
        data_set = self._document.project.data_set(a.data_set)
        return tuple((one.key, one.roi.name or "Region without a name") for one in data_set.regions)

    @property
    def is_running(self) -> bool:
        """Whether a comparison is under way."""
        return self._comparing is not None

    @property
    def outdated(self) -> str:
        """Say why what was compared is not the answer any more; nothing when it is."""
        comparison, question = self._model.comparison, self._model.question
        project = self._document.project
        pair = project.pair
        if comparison is None or pair is None or comparison.pair.key != pair.key:
            return ""
        changes = pair_outdated_by(project, pair)
        if changes:
            return f"Out of date: {'; '.join(changes)} since. Compare again to renew it."
        if not question.fault:
            requests, _ = requests_of(project, question)
            if not comparison.answers(requests, self._params(question)):
                return "This is the answer to an earlier question: compare again."
        return ""

    @property
    def task(self) -> int | None:
        """Key of the comparison under way among the tasks."""
        return self._comparing

    def choose(self, **values: Any) -> None:
        """Change fields of the question: a, b, region, params."""
        question = dataclasses.replace(self._model.question, **values)
        self._was_chosen = self._was_chosen or "a" in values or "b" in values
        if set(values) != {"params"}:
            self._model.wanted = None
        if "a" in values and question.region not in [key for key, _ in self._regions_of(question)]:
            question = dataclasses.replace(question, region=None)
        self._model.ask(question)

    def start(self) -> bool:
        """Compare the channels, unless a comparison runs or something is missing."""
        question = self._model.question
        if question.fault or self.is_running:
            return False
        assert question.a is not None
        assert question.b is not None
        requests, names = requests_of(self._document.project, question)
        params = self._params(question)
        loaded = [self._workspace.loaded[one.data_set].raw for one in (question.a, question.b)]
        raw = [
            self._analyst.keep(f"raw {one.data_set}", localizations)
            for one, localizations in zip((question.a, question.b), loaded, strict=True)
        ]
        work = self._analyst.call(
            "compare",
            keep_as=_KEPT,
            requests=requests,
            first=raw[0],
            second=raw[1],
            names=names,
            params=params,
        )
        self._asked = PairFinding(
            key="",
            data_sets=(question.a.data_set, question.b.data_set),
            region=question.region,
            requests=requests,
            params=params,
            made_utc="",
            sha256=(loaded[0].provenance.sha256, loaded[1].provenance.sha256),
        )
        self._work = work
        self._comparing = self._activity.begin("overlap", f"Comparing {names[0]} and {names[1]}")
        work.progressed.connect(self._progressed)
        work.succeeded.connect(self._compared)
        work.failed.connect(self._failed)
        self.running_changed.emit()
        return True

    def cancel(self) -> None:
        """Stop the comparison that runs, within a second."""
        if self._comparing is not None:
            self._activity.request_stop(self._comparing)

    def write(self, folder: Path, outputs: Outputs, *, overwrite: bool = False) -> None:
        """Write the folder of the comparison as the command line does; `written` tells of it."""
        comparison = self._model.comparison
        if comparison is None:
            return
        self._folders.write(
            "write_comparison",
            folder,
            REPORT,
            analysis=comparison.analysis,
            outputs=outputs,
            overwrite=overwrite,
        )

    def shut_down(self) -> None:
        """Clear away what was being written."""
        self._folders.shut_down()

    def _params(self, question: Question) -> OverlapParams:
        return dataclasses.replace(question.params, seed=self._document.project.seed)

    def _regions_of(self, question: Question) -> tuple[tuple[str, str], ...]:
        if question.a is None:
            return ()
        data_set = self._document.project.data_set(question.a.data_set)
        return tuple((one.key, one.roi.name) for one in data_set.regions)

    def _compared(self, answer: dict[str, Any]) -> None:
        assert self._asked is not None
        self._end()
        project, key = self._document.project.new_key()
        made = datetime.now(UTC).isoformat(timespec="seconds")
        pair = dataclasses.replace(self._asked, key=key, made_utc=made)
        comparison = Comparison(pair=pair, **answer)
        self._document.record(project)
        self._model.take(comparison)
        a, b = comparison.analysis.names
        title = f"{a} and {b} compared"
        self._activity.say(Message(level="info", title=title, text=comparison.lead))

    def _progressed(self, stage: str, fraction: float | None) -> None:
        name, _, bare = stage.rpartition(": ")
        words = stage_in_words(bare)
        if self._comparing is not None:
            self._activity.update(self._comparing, f"{name}: {words}" if name else words, fraction)

    def _failed(self, fault: Failed) -> None:
        self._end()
        if fault.reason != "cancelled":
            title = _TITLES[fault.reason]
            message = Message(level="error", title=title, text=fault.text, details=fault.details)
            self._activity.say(message)

    def _end(self) -> None:
        if self._comparing is not None:
            self._activity.end(self._comparing)
        self._work = self._comparing = None
        self.running_changed.emit()

    def _stop(self, task: int) -> None:
        if task == self._comparing and self._work is not None:
            self._work.cancel()

    def _loaded_changed(self, key: str) -> None:
        if key not in self._workspace.loaded:
            self._analyst.forget(f"raw {key}")
        self._follow()

    def _let_go(self) -> None:
        """Stop comparing data sets that are gone."""
        keys = {one.key for one in self._document.project.data_sets}
        if (
            self._asked is not None
            and self.is_running
            and not keys.issuperset(self._asked.data_sets)
        ):
            self.cancel()

    def _take_wanted(self) -> None:
        """Ask what the project asked when it was saved, once its channels are there."""
        wanted = self._model.wanted
        channels = None if wanted is None else wanted_channels(wanted, self.choices)
        if wanted is not None and channels is not None:
            self._model.wanted = None
            self.choose(a=channels[0], b=channels[1], region=wanted.get("region"))

    def _follow(self, *_changes: object) -> None:
        """Keep the question among what can be asked, and propose one until the user chooses."""
        self._let_go()
        self._take_wanted()
        choices, question = self.choices, self._model.question
        known = (question.a in choices, question.b in choices)
        if not all(known):
            self._was_chosen = False
        a, b = question.a, question.b
        if not self._was_chosen:
            a, b = proposed_pair(choices, self._workspace.loaded, self._workspace.data_set)
        changed = dataclasses.replace(question, a=a, b=b)
        if question.region not in [key for key, _ in self._regions_of(changed)]:
            changed = dataclasses.replace(changed, region=None)
        self._model.ask(changed)
        self.choices_changed.emit()
