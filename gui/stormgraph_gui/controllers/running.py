"""Does an analysis of a data set or of one of its regions, and keeps what was found."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from stormgraph_gui.jobs.messages import Failed
from stormgraph_gui.models.activity import Message
from stormgraph_gui.models.guidance import GUIDANCE, SEED
from stormgraph_gui.models.project import Finding, Project
from stormgraph_gui.models.stages import stage_in_words
from stormgraph_gui.signals import QObject, QTimer, Signal
from stormgraph_py.errors import InputError

if TYPE_CHECKING:
    from stormgraph_gui.controllers.filtering import Filtering
    from stormgraph_gui.jobs.worker import Work, Worker
    from stormgraph_gui.models.activity import Activity
    from stormgraph_gui.models.document import Document
    from stormgraph_gui.models.presets import Presets
    from stormgraph_gui.models.workspace import Loaded, Workspace
    from stormgraph_py.params import StormGraphParams
    from stormgraph_py.report.analysis import Analysis
    from stormgraph_py.report.request import Request

_TITLES = {
    "input": "These data cannot be analysed so",
    "memory": "There is not enough memory",
    "died": "The analysis was cut off",
    "program": "The analysis failed",
}


@dataclass(frozen=True)
class _Run:
    """An analysis under way."""

    data_set: str
    region: str | None
    request: Request
    task: int
    work: Work
    began_s: float
    sha256: str | None


@dataclass(frozen=True)
class _Wait:
    """An analysis that begins when the filters of its data set are applied."""

    data_set: str
    region: str | None
    params: StormGraphParams
    seed: int
    task: int


class Running(QObject):
    """Analyses one region at a time; results are kept beside each other.

    Parameters
    ----------
    document, workspace, activity
        Models that it reads and changes.
    presets : Presets
        Parameters under a name.
    analyst : Worker
        Process that does the analyses.
    filtering : Filtering, optional
        An analysis waits until it has applied the filters.

    Attributes
    ----------
    running_changed : Signal
        An analysis began or ended.
    found : Signal
        Key of a result that was just found where the user looks, and is shown.
    removed_changed : Signal
        Whether there is a removed result that can be put back.
    """

    found = Signal(str)
    running_changed = Signal()
    removed_changed = Signal(bool)

    def __init__(
        self,
        document: Document,
        workspace: Workspace,
        activity: Activity,
        presets: Presets,
        analyst: Worker,
        parent: QObject | None = None,
        *,
        filtering: Filtering | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._workspace, self._activity = document, workspace, activity
        self._presets, self._analyst = presets, analyst
        self._filtering = filtering
        self._run: _Run | None = None
        self._waiting: _Wait | None = None
        self._is_unwanted = False
        self._removed: tuple[Finding, Analysis | None] | None = None
        document.changed.connect(self._follow)
        workspace.loaded_changed.connect(self._forget)
        activity.stop_requested.connect(self._stop)
        if filtering is not None:
            filtering.settled.connect(self._filters_settled)

    @property
    def is_running(self) -> bool:
        """Whether an analysis is under way, or waits for filters."""
        return self._run is not None or self._waiting is not None

    def start(self, data_set: str | None = None, region: str | None = None) -> bool:
        """Analyse a region with the parameters of the project, once its filters are applied.

        Parameters
        ----------
        data_set : str, optional
            Key of a data set; the data set and the region that are looked at by default.
        region : str, optional
            Key of one of its regions; the whole field by default.

        Returns
        -------
        bool
            Whether it was started: not while another one runs, and not before data are loaded.
        """
        if data_set is None:
            data_set, region = self._workspace.data_set, self._workspace.region
        if self.is_running:
            self._say_info("One analysis at a time", "Wait for the running one, or cancel it.")
            return False
        loaded = None if data_set is None else self._workspace.loaded.get(data_set)
        if data_set is None or loaded is None:
            self._say_info("Nothing to analyse yet", "Open a file of localizations first.")
            return False
        request = self._document.project.request(data_set, region)
        task = self._activity.begin("analysis", f"Analysing {_place(request)}")
        if self._filtering is None or self._filtering.is_settled(data_set):
            self._begin(data_set, region, request, loaded, task)
        else:
            self._activity.update(task, "Waiting for the filters", None)
            self._waiting = _Wait(data_set, region, request.params, request.seed, task)
        self.running_changed.emit()
        return True

    def _filters_settled(self, data_set: str, are_applied: bool) -> None:
        """Begin what waited for these filters, with the parameters that it was asked with."""
        wait = self._waiting
        if wait is None or wait.data_set != data_set:
            return
        self._waiting = None
        loaded = self._workspace.loaded.get(data_set)
        try:
            request = self._document.project.request(data_set, wait.region)
        except KeyError:
            loaded = None
        if not are_applied or loaded is None:
            self._activity.end(wait.task)
            why = "The region is gone." if are_applied else "Its filters could not be applied."
            self._say_info("Nothing was analysed", why)
        else:
            request = dataclasses.replace(request, params=wait.params, seed=wait.seed)
            self._begin(data_set, wait.region, request, loaded, wait.task)
        self.running_changed.emit()

    def _begin(
        self, data_set: str, region: str | None, request: Request, loaded: Loaded, task: int
    ) -> None:
        if loaded.request is not None:
            # what is shown is what is analysed
            made_by = loaded.request
            request = dataclasses.replace(request, channel=made_by.channel, filters=made_by.filters)
        work = self._analyst.call(
            "analyse",
            request=request,
            field=self._analyst.keep(_token(data_set), loaded.field),
        )
        self._is_unwanted = False
        sha256 = loaded.raw.provenance.sha256
        self._run = _Run(data_set, region, request, task, work, time.monotonic(), sha256)
        work.progressed.connect(self._progressed)
        work.succeeded.connect(self._succeeded)
        work.failed.connect(self._failed)

    def cancel(self) -> None:
        """Stop the analysis that runs, within a second, or let go of one that waits."""
        if self._waiting is not None:
            wait, self._waiting = self._waiting, None
            self._activity.end(wait.task)
            self.running_changed.emit()
            self._say_info("Analysis stopped", "It had not begun.")
        if self._run is not None and not self._is_unwanted:
            self._is_unwanted = True
            self._activity.stopping(self._run.task)
            self._run.work.cancel()

    def _stop(self, task: int) -> None:
        if task in [one.task for one in (self._run, self._waiting) if one is not None]:
            self.cancel()

    def show(self, key: str) -> None:
        """Look at a result, where it was found."""
        project = self._document.project
        self._workspace.look_at(*project.place_of(project.finding(key)), key)

    def remove(self, key: str) -> None:
        """Remove a result; `put_back` undoes that."""
        project = self._document.project
        self._removed = project.finding(key), self._workspace.analyses.get(key)
        self._document.record(project.without_finding(key))
        self._workspace.drop_analysis(key)
        self.removed_changed.emit(True)

    def put_back(self) -> None:
        """Put back the result that was removed last."""
        if self._removed is None:
            return
        (finding, analysis), self._removed = self._removed, None
        self.removed_changed.emit(False)
        project = self._document.project.with_finding(finding)
        # keys grow with time
        found = sorted(project.findings, key=lambda one: int(one.key[1:]))
        if analysis is not None:
            self._workspace.put_analysis(finding.key, analysis)
        self._document.record(dataclasses.replace(project, findings=tuple(found)))
        self._workspace.look_at(*project.place_of(finding), finding.key)

    def use_parameters_of(self, key: str) -> None:
        """Take the parameters and the seed of a result for the next analysis."""
        project = self._document.project
        request = project.finding(key).request
        self._edit("use the parameters of a result", request.params, request.seed)

    def set_params(self, params: StormGraphParams, name: str = "") -> None:
        """Choose the parameters of the next analysis.

        Parameters
        ----------
        params : StormGraphParams
            All of them.
        name : str
            The one that is being typed; edits of one in a row are undone together.
        """
        label = f"change {GUIDANCE[name].label}" if name else "change parameters"
        merge = f"parameter {name}" if name else None
        self._edit(label, params, self._document.project.seed, merge)

    def set_seed(self, seed: int) -> None:
        """Choose the seed of the next analysis."""
        self._edit("change the seed", self._document.project.params, seed, f"parameter {SEED}")

    def use_preset(self, name: str) -> None:
        """Take the parameters of a preset."""
        for preset in self._presets.all:
            if preset.name == name:
                self._edit(f"use {name}", preset.params, self._document.project.seed)

    def save_preset(self, name: str) -> None:
        """Keep the parameters of the next analysis under a name."""
        try:
            self._presets.save(name, self._document.project.params)
        except InputError as error:
            self._activity.say(
                Message(level="error", title="The preset was not saved", text=str(error))
            )

    def remove_preset(self, name: str) -> None:
        """Remove a preset of the user."""
        self._presets.remove(name)

    def _edit(
        self, label: str, params: StormGraphParams, seed: int, merge: str | None = None
    ) -> None:
        project = self._document.project
        if (params, seed) != (project.params, project.seed):
            changed = dataclasses.replace(project, params=params, seed=seed)
            self._document.edit(label, changed, merge=merge)

    def _progressed(self, stage: str, fraction: float | None) -> None:
        if self._run is not None:
            self._activity.update(self._run.task, stage_in_words(stage), fraction)

    def _succeeded(self, analysis: Analysis) -> None:
        # taken down and shown one after the other: the window lives in between
        QTimer.singleShot(0, self, lambda: self._keep(analysis))

    def _keep(self, analysis: Analysis) -> None:
        run = self._run
        assert run is not None, "a result without an analysis"
        if self._is_unwanted:
            self._failed(Failed(run.work.run, "cancelled", "Stopped."))
            return
        project, key = self._document.project.new_key()
        finding = Finding(
            key=key,
            data_set=run.data_set,
            region=run.region,
            request=run.request,
            made_utc=datetime.now(UTC).isoformat(timespec="seconds"),
            sha256=run.sha256,
        )
        self._workspace.put_analysis(key, analysis)
        self._document.record(project.with_finding(finding))
        QTimer.singleShot(0, self, lambda: self._show_found(key, analysis))

    def _show_found(self, key: str, analysis: Analysis) -> None:
        run = self._end()
        workspace = self._workspace
        looks_there = (workspace.data_set, workspace.region) == (run.data_set, run.region)
        if looks_there and key in workspace.analyses:
            workspace.look_at(run.data_set, run.region, key)
            QTimer.singleShot(0, self, lambda: self.found.emit(key))
        QTimer.singleShot(0, self, lambda: self._tell(run, analysis))

    def _failed(self, failure: Failed) -> None:
        run = self._end()
        if failure.reason == "cancelled":
            self._say_info("Analysis stopped", f"No result for {_place(run.request)}.")
            return
        self._activity.say(
            Message(
                level="error",
                title=_TITLES[failure.reason],
                text=failure.text,
                details=failure.details,
            )
        )

    def _end(self) -> _Run:
        run, self._run = self._run, None
        assert run is not None, "an analysis ended that was not under way"
        self._activity.end(run.task)
        self.running_changed.emit()
        return run

    def _tell(self, run: _Run, analysis: Analysis) -> None:
        n, warnings = analysis.result.n_clusters, analysis.warnings
        found = f"{n} cluster{'' if n == 1 else 's'} in {_place(run.request)}"
        # what was said of an earlier result of the same place holds no more
        about = f"result {run.data_set} {run.region}"
        if warnings:
            message = Message(
                level="warning",
                title=f"{found}: please note",
                text="\n\n".join(warnings),
                about=about,
            )
        else:
            text = f"Found in {time.monotonic() - run.began_s:.1f} s."
            message = Message(level="info", title=found, text=text, about=about)
        self._activity.say(message)

    def _say_info(self, title: str, text: str) -> None:
        self._activity.say(Message(level="info", title=title, text=text))

    def _follow(self, _before: Project, now: Project) -> None:
        """Stop and forget what belongs to data sets that were removed."""
        keys = [one.key for one in now.data_sets]
        for data_set in self._in_use() - set(keys):
            self._let_go(data_set)

    def _forget(self, key: str) -> None:
        """Let go of data that are not loaded any more; another project may use their key."""
        if key not in self._workspace.loaded:
            self._analyst.forget(_token(key))
            self._let_go(key)

    def _in_use(self) -> set[str]:
        """Return the data sets of the running analysis and of the removed result."""
        found = {one.data_set for one in (self._run, self._waiting) if one is not None}
        return found if self._removed is None else found | {self._removed[0].data_set}

    def _let_go(self, data_set: str) -> None:
        if data_set in [one.data_set for one in (self._run, self._waiting) if one is not None]:
            self.cancel()
        if self._removed is not None and self._removed[0].data_set == data_set:
            self._removed = None
            self.removed_changed.emit(False)


def _token(data_set: str) -> str:
    return f"field {data_set}"


def _place(request: Request) -> str:
    name = Path(request.path).name
    return f"{name}, {request.roi_name}" if request.roi_name else name
