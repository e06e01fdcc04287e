"""Compares the conditions of a project, in the analyst's process."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from stormgraph_gui.controllers.folder_writing import FolderWriting
from stormgraph_gui.jobs.messages import Failed
from stormgraph_gui.jobs.worker import Worker
from stormgraph_gui.models.activity import Activity, Message
from stormgraph_gui.models.conditions import (
    Choices,
    Conditions,
    Entry,
    changed_params,
    entries,
    missing,
    remarks,
    roi_now,
    tags_now,
    with_tag,
)
from stormgraph_gui.models.document import Document
from stormgraph_gui.models.project import Project
from stormgraph_gui.models.wording import in_the_app
from stormgraph_gui.models.workspace import Workspace
from stormgraph_gui.signals import QObject, QTimer, Signal
from stormgraph_py.report.analysis import Analysis
from stormgraph_py.report.compare_analysis import ComparedResults, CompareRequest
from stormgraph_py.report.compare_inputs import RegionResult
from stormgraph_py.report.outputs import REPORT, Outputs

WAIT_MS = 250
"""A comparison begins when nothing has changed for this long."""


class ConditionsController(QObject):
    """Keeps the comparison up to date while it is looked at.

    Parameters
    ----------
    document, workspace, conditions, activity
        The project, its results, what is compared, and where faults are told.
    analyst : Worker
        Compares.

    Attributes
    ----------
    written : Signal
        Path of the report of a comparison that was saved.
    """

    written = Signal(str)

    def __init__(
        self,
        document: Document,
        workspace: Workspace,
        conditions: Conditions,
        activity: Activity,
        analyst: Worker,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._workspace = document, workspace
        self._conditions, self._activity, self._analyst = conditions, activity, analyst
        self._folders = FolderWriting(activity, analyst, "The comparison was not saved", self)
        self._folders.written.connect(self.written)
        self._is_watched = self._is_stale = self._is_running = False
        self._asked: object = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT_MS)
        self._timer.timeout.connect(self._begin)
        document.changed.connect(self._project_changed)
        workspace.analyses_changed.connect(self._refresh)

    def watch(self, is_watched: bool) -> None:
        """Compare from now on at each change, or no more: the page is seen or not."""
        self._is_watched = is_watched
        if is_watched:
            self._refresh()
        else:
            self._timer.stop()

    def choose(self, choices: Choices) -> None:
        """Compare other results, measures or in another way."""
        if choices != self._conditions.choices:
            self._conditions.set(choices=choices)
            self._refresh()

    def choose_params(self, **values: Any) -> None:
        """Compare in another way: some of the fields of `CompareParams`."""
        self.choose(changed_params(self._conditions.choices, **values))

    def tag(self, findings: Iterable[str], tag: str, value: str) -> None:
        """Set a tag of the regions, or files, of results; one step to undo."""
        project = before = self._document.project
        for key in findings:
            project = with_tag(project, project.finding(key), tag, value)
        if project is not before:
            self._document.edit(f"set the {tag}", project)

    def look_at(self, key: str) -> None:
        """Look at a result over its data."""
        project = self._document.project
        self._workspace.look_at(*project.place_of(project.finding(key)), key)

    def save(self, folder: Path, outputs: Outputs, *, overwrite: bool = False) -> None:
        """Write tables, figures and report, as `stormgraph compare` does; `written` tells."""
        compared = self._conditions.compared
        if compared is None:
            return
        self._folders.write(
            "write_conditions",
            folder,
            REPORT,
            compared=compared,
            outputs=outputs,
            overwrite=overwrite,
        )

    def shut_down(self) -> None:
        """Clear away what was being written."""
        self._folders.shut_down()

    def _project_changed(self, before: Project, now: Project) -> None:
        kept = {id(one) for one in before.findings} & {id(one) for one in now.findings}
        if before.findings and not kept:
            # another project: its keys are others' though they look alike
            self._conditions.choices = Choices()
        if before.data_sets is not now.data_sets or before.findings is not now.findings:
            self._refresh()

    def _refresh(self) -> None:
        """List what can be compared, and compare soon if it is looked at."""
        if not self._is_watched:
            self._is_stale = True
            return
        conditions, project = self._conditions, self._document.project
        counts = {key: len(one.clusters) for key, one in self._workspace.analyses.items()}
        choices = conditions.choices
        listed, settings = entries(project, counts, choices.settings)
        if choices.settings is not None and choices.settings not in settings:
            conditions.choices = replace(choices, settings=None)
            listed, settings = entries(project, counts, None)
        problem = missing(self._chosen(listed))
        outcome = {"compared": None} if problem else {}
        conditions.set(
            entries=listed, settings=settings, problem=problem, is_comparing=not problem, **outcome
        )
        self._asked = None
        if problem:
            self._timer.stop()
        else:
            self._timer.start()

    def _chosen(self, listed: tuple[Entry, ...]) -> list[Entry]:
        left_out = self._conditions.choices.left_out
        return [one for one in listed if one.finding not in left_out and one.n_clusters is not None]

    def _begin(self) -> None:
        if self._is_running:
            # what is wanted then follows when this one ends; it is not killed, for others wait too
            self._is_stale = True
            return
        self._is_running, self._is_stale = True, False
        chosen = self._chosen(self._conditions.entries)
        choices, project = self._conditions.choices, self._document.project
        request = CompareRequest(
            paths=tuple(one.name for one in chosen),
            skip_untagged=True,
            measures=choices.measures,
            params=choices.params,
        )
        self._asked = request
        work = self._analyst.call(
            "compare_conditions",
            request=request,
            results=[self._result(one) for one in chosen],
            notes=remarks(project, chosen),
        )
        work.succeeded.connect(lambda compared: self._compared(request, compared))
        work.failed.connect(lambda fault: self._failed(request, fault))

    def _result(self, entry: Entry) -> RegionResult:
        finding = self._document.project.finding(entry.finding)
        analysis: Analysis = self._workspace.analyses[entry.finding]
        request = replace(
            analysis.request,
            tags=tags_now(self._document.project, finding),
            roi=roi_now(self._document.project, finding),
        )
        return RegionResult.of_analysis(replace(analysis, request=request), entry.name)

    def _compared(self, request: CompareRequest, compared: ComparedResults) -> None:
        self._is_running = False
        if request is self._asked:
            self._conditions.set(compared=compared, problem="", is_comparing=False)
        self._follow()

    def _failed(self, request: CompareRequest, fault: Failed) -> None:
        self._is_running = False
        if request is self._asked:
            self._conditions.set(compared=None, problem=in_the_app(fault.text), is_comparing=False)
            if fault.reason == "program":
                self._tell("The conditions were not compared", fault)
        self._follow()

    def _follow(self) -> None:
        if self._is_stale and self._is_watched:
            self._refresh()

    def _tell(self, title: str, fault: Failed) -> None:
        if fault.reason != "cancelled":
            message = Message(level="error", title=title, text=fault.text, details=fault.details)
            self._activity.say(message)
