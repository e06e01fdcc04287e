"""Filters of data sets: every change can be undone, and what is shown follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from stormgraph_gui.jobs.messages import Failed
from stormgraph_gui.jobs.worker import Work, Worker
from stormgraph_gui.models.activity import Activity, Message
from stormgraph_gui.models.document import Document
from stormgraph_gui.models.filter_stages import FilterStages, Stage, Staged, n_before_ranges
from stormgraph_gui.models.project import DataSet, Project
from stormgraph_gui.models.workspace import Loaded, Workspace
from stormgraph_gui.signals import QObject, Signal
from stormgraph_py.errors import StormGraphError
from stormgraph_py.filters import Filter
from stormgraph_py.report.analysis import Field, prepare
from stormgraph_py.report.request import Request

MOST_AT_ONCE = 150_000
"""Ranges on so many localizations are applied here and now, on more of them by the worker."""


@dataclass(eq=False)
class _Run:
    """The way of one data set through its steps."""

    data_set: DataSet
    loaded: Loaded
    stages: list[Stage]
    task: int | None = None
    work: Work | None = None


class Filtering(QObject):
    """Edits the filters and the channel of data sets, and applies them.

    Parameters
    ----------
    document, workspace, activity, stages
        What is changed.
    reader : Worker
        Does what takes time.

    Attributes
    ----------
    settled : Signal
        Key of a data set whose filters came to an end, and whether they were applied.
    """

    settled = Signal(str, bool)

    def __init__(
        self,
        document: Document,
        workspace: Workspace,
        activity: Activity,
        stages: FilterStages,
        reader: Worker,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._workspace = document, workspace
        self._activity, self._stages, self._reader = activity, stages, reader
        self._runs: dict[str, _Run] = {}
        self._tokens: dict[str, set[str]] = {}
        document.changed.connect(self._document_changed)
        activity.stop_requested.connect(self.cancel)
        workspace.loaded_changed.connect(self._loaded_changed)

    def set_filters(
        self, key: str, filters: Sequence[Filter], label: str, merge: str | None = None
    ) -> None:
        """Filter a data set by other steps.

        Parameters
        ----------
        key : str
            The data set.
        filters : sequence of Filter
            All of its steps.
        label : str
            What was done, to follow "Undo".
        merge : str, optional
            Names a drag: its changes are undone together.
        """
        project = self._document.project
        steps = tuple(filters)
        if steps != project.data_set(key).filters:
            edited = project.editing(key, lambda one: replace(one, filters=steps))
            self._document.edit(label, edited, merge=merge)

    def end_drag(self) -> None:
        """Let the next change be undone by itself."""
        self._document.end_merge()

    def set_channel(self, key: str, channel: int | None) -> None:
        """Look at one colour channel of a data set, or at all of them."""
        project = self._document.project
        if channel != project.data_set(key).channel:
            edited = project.editing(key, lambda one: replace(one, channel=channel))
            self._document.edit("choose the channel", edited)

    def copy_to_others(self, key: str) -> int:
        """Give all other data sets the filters of one; return how many it changed."""
        project = self._document.project
        filters = project.data_set(key).filters
        others = [one.key for one in project.data_sets if one.filters != filters]
        for other in others:
            project = project.editing(other, lambda one: replace(one, filters=filters))
        if others:
            self._document.edit("copy the filters", project)
        return len(others)

    def is_settled(self, key: str) -> bool:
        """Whether what is shown of a data set is what its filters leave."""
        return key not in self._runs

    def cancel(self, task: int) -> None:
        """Stop filtering, and go back to the filters as they were."""
        for run in self._runs.values():
            if run.task == task and run.work is not None:
                self._activity.stopping(task)
                run.work.cancel()

    def _document_changed(self, before: Project, now: Project) -> None:
        if before.data_sets is now.data_sets:
            return
        earlier = {one.key: one for one in before.data_sets}
        for data_set in now.data_sets:
            was = earlier.get(data_set.key)
            if was is not None and _choice(was) != _choice(data_set):
                self._apply(data_set)
        for key in earlier.keys() - {one.key for one in now.data_sets}:
            self._forget(key)

    def _loaded_changed(self, key: str) -> None:
        loaded = self._workspace.loaded.get(key)
        known = {one.key: one for one in self._document.project.data_sets}
        if loaded is None or key not in known:
            self._forget(key)
            return
        staged = self._stages.get(key)
        if staged is None or staged.raw is not loaded.raw:
            self._apply(known[key])

    def _apply(self, data_set: DataSet) -> None:
        """Let what is shown follow the document."""
        key = data_set.key
        self._abandon(key)
        loaded = self._workspace.loaded.get(key)
        if loaded is None:
            return
        stages: list[Stage] = []
        staged = self._stages.get(key)
        if staged is not None and (staged.raw, staged.channel) == (loaded.raw, data_set.channel):
            for stage in staged.stages:
                if stage.filters == data_set.filters[: len(stage.filters)]:
                    stages.append(stage)
        elif _is_whole(loaded, data_set):
            stages.append(Stage(filters=(), field=loaded.field))
        self._runs[key] = _Run(data_set=data_set, loaded=loaded, stages=stages)
        self._next(key)

    def _next(self, key: str) -> None:
        """Do the next part of the way: the channel, a step that takes time, the last ranges."""
        run = self._runs[key]
        filters = run.data_set.filters
        if run.stages:
            stage = run.stages[-1]
            n_done, localizations = len(stage.filters), stage.field.localizations
            n_part = _end_of_part(filters, n_done)
            part = filters[n_done:n_part]
            request = Request(path=run.data_set.path, filters=part)
            if not part:
                self._arrive(key, stage.field)
                return
        else:
            n_part, part, localizations = 0, (), run.loaded.raw
            request = Request(path=run.data_set.path, channel=run.data_set.channel)
        takes_time = n_before_ranges(part) > 0
        if not takes_time and len(localizations) <= MOST_AT_ONCE:
            try:
                field = prepare(request, localizations)
            except StormGraphError as error:
                self._take_back(key, str(error))
            else:
                self._did(key, n_part, field)
            return
        if takes_time:
            run.task = self._activity.begin("filtering", f"Filtering {run.data_set.name}")
        token = f"{key} before step {n_part}"
        self._tokens.setdefault(key, set()).add(token)
        run.work = self._reader.call(
            "prepare", request=request, localizations=self._reader.keep(token, localizations)
        )
        run.work.succeeded.connect(lambda field: self._work_done(key, run, n_part, field))
        run.work.failed.connect(lambda fault: self._work_failed(key, run, fault))

    def _did(self, key: str, n_part: int, part: Field) -> None:
        """Go on with what the first steps left."""
        run = self._runs[key]
        field = _joined(run.stages[-1].field, part) if run.stages else part
        filters = run.data_set.filters[:n_part]
        if n_before_ranges(filters) == n_part:
            run.stages.append(Stage(filters=filters, field=field))
            self._next(key)
        else:
            self._arrive(key, field)

    def _work_done(self, key: str, run: _Run, n_part: int, field: Field) -> None:
        if self._runs.get(key) is run:
            self._end_task(run)
            self._did(key, n_part, field)

    def _work_failed(self, key: str, run: _Run, fault: Failed) -> None:
        if self._runs.get(key) is run:
            self._end_task(run)
            self._take_back(key, "" if fault.reason == "cancelled" else fault.text)

    def _arrive(self, key: str, field: Field) -> None:
        run = self._runs.pop(key)
        data_set = run.data_set
        staged = Staged(raw=run.loaded.raw, channel=data_set.channel, stages=tuple(run.stages))
        self._stages.set(key, staged)
        if run.loaded.field is not field:
            request = Request(
                path=data_set.path,
                channel=data_set.channel,
                filters=data_set.filters,
                **data_set.reading,
            )
            self._workspace.put_loaded(key, replace(run.loaded, field=field, request=request))
        self.settled.emit(key, True)

    def _take_back(self, key: str, why: str) -> None:
        """Go back to the steps of what is shown: these cannot be applied."""
        run = self._runs.pop(key)
        # ahead of the earlier steps, which are applied at once
        self.settled.emit(key, False)
        made = run.loaded.request
        filters = () if made is None else made.filters
        channel = None if made is None or isinstance(made.channel, str) else made.channel
        if why:
            title = f"The filters of {run.data_set.name} were taken back"
            self._activity.say(Message(level="warning", title=title, text=why))
        self._document.end_merge()
        edited = self._document.project.editing(
            key, lambda one: replace(one, filters=filters, channel=channel)
        )
        self._document.edit("take back the filters", edited)

    def _forget(self, key: str) -> None:
        self._abandon(key)
        for token in self._tokens.pop(key, ()):
            self._reader.forget(token)
        if self._stages.get(key) is not None:
            self._stages.set(key, None)

    def _abandon(self, key: str) -> None:
        run = self._runs.pop(key, None)
        if run is not None:
            self._end_task(run)
            if run.work is not None:
                run.work.cancel()

    def _end_task(self, run: _Run) -> None:
        if run.task is not None:
            self._activity.end(run.task)
            run.task = None


def _choice(data_set: DataSet) -> tuple[int | None, tuple[Filter, ...]]:
    return data_set.channel, data_set.filters


def _is_whole(loaded: Loaded, data_set: DataSet) -> bool:
    """Whether what is shown is all of the channel."""
    made = loaded.request
    if made is None:
        return not loaded.field.steps and (
            data_set.channel is None or loaded.field.n_other_channel > 0
        )
    return made.channel == data_set.channel and not made.filters


def _end_of_part(filters: Sequence[Filter], begin: int) -> int:
    """Return where the part that begins with a step ends: after the first that takes time."""
    for end in range(begin + 1, len(filters) + 1):
        if n_before_ranges(filters[begin:end]):
            return end
    return len(filters)


def _joined(before: Field, part: Field) -> Field:
    """Return the field of all steps, made of those before and of a part that follows."""
    return replace(
        part,
        n_other_channel=before.n_other_channel,
        steps=(*before.steps, *part.steps),
        warnings=tuple(dict.fromkeys((*before.warnings, *part.warnings))),
    )
