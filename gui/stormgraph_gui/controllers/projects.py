"""Projects: new, open, save, kept from loss; what changed since a project was saved."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from stormgraph_gui.jobs.messages import Failed
from stormgraph_gui.jobs.worker import Worker
from stormgraph_gui.models.activity import Activity, Message
from stormgraph_gui.models.autosave import Autosave
from stormgraph_gui.models.display import Display, DisplayState
from stormgraph_gui.models.document import Document
from stormgraph_gui.models.encoded import EncodedResults
from stormgraph_gui.models.moved_file import missing
from stormgraph_gui.models.overlap import OverlapModel, question_as_dict
from stormgraph_gui.models.project import DataSet, Finding, Project
from stormgraph_gui.models.project_file import SUFFIX, Saved, load_project, save_project
from stormgraph_gui.models.workspace import Workspace
from stormgraph_gui.signals import QObject, QTimer, Signal
from stormgraph_py.errors import StormGraphError
from stormgraph_py.report.analysis import Analysis
from stormgraph_py.result import ClusteringResult

_PATHS_TOLD = 4
AUTOSAVE_AFTER_MS = 5000
"""Unsaved work is kept this long after the last change."""


class Projects(QObject):
    """Saves and opens projects.

    Results are saved as arrays. Their localizations come from the source files again, so a result
    is shown once its file is read; where the file is another one now, that is said.

    Parameters
    ----------
    document, workspace, display, activity
        What is saved and changed.
    autosave : Autosave
        Where unsaved work is kept.
    analyst : Worker
        Measures opened results again.
    load_missing : callable
        Reads every data set of the document that is not loaded.
    overlap : OverlapModel, optional
        What is asked and known of two colours, which is saved too.

    Attributes
    ----------
    path_changed : Signal
        The project has another file, or none.
    """

    path_changed = Signal()
    _not_kept = Signal(str)

    def __init__(
        self,
        document: Document,
        workspace: Workspace,
        display: Display,
        activity: Activity,
        autosave: Autosave,
        analyst: Worker,
        load_missing: Callable[[], object],
        overlap: OverlapModel | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._workspace, self._display = document, workspace, display
        self._activity, self._autosave, self._analyst = activity, autosave, analyst
        self._load_missing, self._overlap = load_missing, overlap
        self._path: Path | None = None
        self._results: dict[str, ClusteringResult] = {}
        self._encoded = EncodedResults()
        self._view: dict[str, Any] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(AUTOSAVE_AFTER_MS)
        self._timer.timeout.connect(self._keep_unsaved_aside)
        self._writing: threading.Thread | None = None
        self._not_kept.connect(self._tell_not_kept)
        document.changed.connect(self._document_changed)
        workspace.loaded_changed.connect(self._loaded)
        workspace.analyses_changed.connect(self._analyses_changed)

    @property
    def path(self) -> Path | None:
        """File of the project; None before it is saved."""
        return self._path

    @property
    def is_modified(self) -> bool:
        """Whether closing now would lose something."""
        return self._document.is_modified

    def new(self) -> None:
        """Begin an empty project; what was open is let go of."""
        self._go_to(Saved(project=Project()), None)

    def open(self, path: Path) -> bool:
        """Open a project file; False when it cannot be, which is said."""
        try:
            saved = load_project(path, self._encoded)
        except StormGraphError as error:
            self._fail("The project cannot be opened", error)
            return False
        self._go_to(saved, path)
        return True

    def recover(self, path: Path) -> bool:
        """Open what a crashed session left; it counts as unsaved."""
        try:
            saved = load_project(path, self._encoded)
        except StormGraphError as error:
            self._fail("The unsaved work cannot be opened", error)
            return False
        origin = saved.view.get("saved_as")
        self._go_to(saved, Path(origin) if origin else None)
        # not as it is on disk
        self._document.reset()
        self._document.record(saved.project)
        self._load_missing()
        path.unlink(missing_ok=True)
        return True

    def save(self, path: Path | None = None) -> bool:
        """Save to a file, or to the one that the project has; False when it did not work.

        Raises
        ------
        ValueError
            When the project has no file and none is given.
        """
        target = path or self._path
        if target is None:
            raise ValueError("the project has no file yet")
        if target.suffix != SUFFIX:
            target = target.with_name(target.name + SUFFIX)
        try:
            save_project(target, self._saved(), self._encoded)
        except StormGraphError as error:
            self._fail("The project was not saved", error)
            return False
        self._path = target
        self._document.mark_saved()
        self._timer.stop()
        self._end_writing()
        self._autosave.discard()
        self.path_changed.emit()
        self._activity.say(Message(level="info", title=f"Saved {target.name}"))
        return True

    def keep_unsaved(self) -> None:
        """Keep unsaved work where a crash does not reach it."""
        self._end_writing()
        if self._document.is_modified:
            self._write_unsaved(self._saved())
        else:
            self._autosave.discard()

    def _keep_unsaved_aside(self) -> None:
        """Keep unsaved work while the window goes on: what is saved does not change."""
        if self._writing is not None and self._writing.is_alive():
            self._timer.start()
        elif self._document.is_modified:
            self._writing = threading.Thread(
                target=self._write_unsaved, args=(self._saved(),), name="autosave", daemon=True
            )
            self._writing.start()
        else:
            self._autosave.discard()

    def _write_unsaved(self, saved: Saved) -> None:
        try:
            self._autosave.prepare()
            save_project(self._autosave.path, saved, self._encoded)
        except (StormGraphError, OSError) as error:
            self._not_kept.emit(str(error))

    def _end_writing(self) -> None:
        if self._writing is not None:
            self._writing.join()
            self._writing = None

    def _tell_not_kept(self, why: str) -> None:
        text = f"{why} Save the project yourself now and then."
        self._activity.say(Message(level="warning", title="Unsaved work is not kept", text=text))

    def forget_unsaved(self) -> None:
        """Let go of unsaved work: it was saved, or is not wanted."""
        self._timer.stop()
        self._end_writing()
        self._autosave.discard()

    def left_behind(self) -> list[Path]:
        """Return unsaved work of sessions that crashed, newest first."""
        return self._autosave.left_behind()

    def shut_down(self) -> None:
        """Stop the clock."""
        self._timer.stop()
        self._end_writing()

    def _saved(self) -> Saved:
        results = self._results | {
            key: analysis.result for key, analysis in self._workspace.analyses.items()
        }
        return Saved(
            project=self._document.project,
            results=results,
            comparisons={} if self._overlap is None else dict(self._overlap.results),
            view=self._what_is_seen(),
        )

    def _what_is_seen(self) -> dict[str, Any]:
        state = dataclasses.asdict(self._display.state)
        state["hidden_channels"] = sorted(state["hidden_channels"])
        return {
            "data_set": self._workspace.data_set,
            "region": self._workspace.region,
            "finding": self._workspace.finding,
            "level": self._workspace.level,
            "clusters": sorted(self._workspace.clusters),
            "display": state,
            "overlap": self._what_is_asked(),
            "saved_as": None if self._path is None else str(self._path.resolve()),
        }

    def _what_is_asked(self) -> Mapping[str, Any] | None:
        if self._overlap is None:
            return None
        return self._overlap.wanted or question_as_dict(self._overlap.question)

    def _go_to(self, saved: Saved, path: Path | None) -> None:
        self._workspace.clear()
        self._results = dict(saved.results)
        self._view = dict(saved.view)
        self._path = path
        if self._overlap is not None:
            self._overlap.reset(saved.comparisons, saved.view.get("overlap"))
        self._document.reset(saved.project)
        self._display.set(**_display_of(saved.view.get("display")))
        if gone := missing(saved.project):
            self._activity.say(_gone(gone))
        self.path_changed.emit()
        self._load_missing()

    def _document_changed(self, before: Project, now: Project) -> None:
        self._timer.start()

    def _loaded(self, key: str) -> None:
        """Bring back the results of a data set whose file was read."""
        loaded = self._workspace.loaded.get(key)
        if loaded is None:
            return
        project = self._document.project
        if key not in [one.key for one in project.data_sets]:
            return
        data_set = project.data_set(key)
        sha256 = loaded.raw.provenance.sha256
        if sha256 and data_set.sha256 and sha256 != data_set.sha256:
            self._activity.say(
                Message(
                    level="warning",
                    title=f"{data_set.name} has changed",
                    text="The file is not the one that was read before. Results that were found "
                    "in it are marked as out of date; run the analyses again.",
                )
            )
            project = project.with_new_file(key, sha256)
            self._document.record(project)
        if self._view.get("data_set") == key and self._workspace.data_set in (None, key):
            region = self._view.get("region")
            known = [one.key for one in data_set.regions]
            self._workspace.look_at(key, region if region in known else None)
        for finding in project.findings:
            result = self._results.get(finding.key)
            waits = finding.key not in self._workspace.analyses
            if finding.data_set == key and result is not None and waits:
                self._measure_again(finding, result)

    def _measure_again(self, finding: Finding, result: ClusteringResult) -> None:
        raw = self._workspace.loaded[finding.data_set].raw
        work = self._analyst.call(
            "measure_again",
            request=finding.request,
            localizations=self._analyst.keep(f"raw {finding.data_set}", raw),
            result=result,
        )
        work.succeeded.connect(lambda analysis: self._measured(finding.key, result, analysis))
        work.failed.connect(lambda fault: self._not_measured(finding, fault))

    def _measured(self, key: str, result: ClusteringResult, analysis: Analysis) -> None:
        findings = {one.key: one for one in self._document.project.findings}
        if key not in findings or self._results.get(key) is not result:
            # removed, or one of another project, whose keys may be the same
            return
        finding = findings[key]
        # the result itself, not what came back through the worker: it is not saved anew
        analysis = replace(analysis, result=result)
        self._workspace.put_analysis(finding.key, analysis)
        view = self._view
        if view.get("finding") == finding.key and self._workspace.finding is None:
            place = self._document.project.place_of(finding)
            self._workspace.look_at(*place, finding.key)
            level = view.get("level")
            if level is None or level < analysis.result.hierarchy.n_levels:
                self._workspace.show_level(level)
            self._workspace.select_clusters(view.get("clusters") or ())
            self._view = {}

    def _not_measured(self, finding: Finding, fault: Failed) -> None:
        if fault.reason != "cancelled":
            self._activity.say(
                Message(
                    level="warning",
                    title="A saved result does not fit its data",
                    text=f"{fault.text} Run the analysis again.",
                    details=fault.details,
                )
            )

    def _analyses_changed(self, key: str) -> None:
        if key in self._workspace.analyses:
            self._results[key] = self._workspace.analyses[key].result

    def _fail(self, title: str, error: Exception) -> None:
        self._activity.say(Message(level="error", title=title, text=str(error)))


def _gone(data_sets: Sequence[DataSet]) -> Message:
    """Say which files are not where they were."""
    first, n = data_sets[0], len(data_sets)
    if n == 1:
        title, it = f"{first.name} is not where it was", "it"
        expected = f"The project expects {first.path}. Put the file back and reload it"
    else:
        title, it = f"{n} files are not where they were", "them"
        paths = "\n".join(one.path for one in data_sets[:_PATHS_TOLD])
        more = f"\nand {n - _PATHS_TOLD} more" if n > _PATHS_TOLD else ""
        expected = f"The project expects\n{paths}{more}\nPut the files back and reload them"
    return Message(
        level="error",
        title=title,
        text=f"{expected}, or locate {it}: here, or later with a right click in the list of data. "
        "Regions, filters and results are kept.",
        remedy="locate",
    )


def _display_of(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the fields of a display that were saved and that this version knows."""
    known = {f.name for f in dataclasses.fields(DisplayState)}
    fields = {name: value for name, value in (values or {}).items() if name in known}
    if "hidden_channels" in fields:
        fields["hidden_channels"] = frozenset(fields["hidden_channels"])
    for name in ("contrast", "slab_nm"):
        if fields.get(name) is not None:
            fields[name] = tuple(fields[name])
    return fields
