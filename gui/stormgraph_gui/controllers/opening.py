"""Opening files of localizations: several at once, off the UI thread, each at most once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from stormgraph_gui.controllers.opening_questions import OpeningJob, OpeningQuestions
from stormgraph_gui.jobs.messages import Failed
from stormgraph_gui.jobs.work import Opened
from stormgraph_gui.jobs.worker import Work, Worker
from stormgraph_gui.models.activity import Activity, Message
from stormgraph_gui.models.document import Document
from stormgraph_gui.models.loading import Loading, Reading
from stormgraph_gui.models.moved_file import with_path
from stormgraph_gui.models.project import DataSet, Project
from stormgraph_gui.models.reading_words import aside, plainly
from stormgraph_gui.models.recent import RecentFiles
from stormgraph_gui.models.wording import in_the_app
from stormgraph_gui.models.workspace import Loaded, Workspace
from stormgraph_gui.signals import QObject, QTimer
from stormgraph_py.report.request import Request


class Opening(QObject):
    """Opens files, reads those of an opened project, asks where a file leaves something open.

    Parameters
    ----------
    document, workspace, activity, loading, recent
        What is changed.
    reader : Worker
        Reads the files.

    Attributes
    ----------
    questions : OpeningQuestions
        What files leave open.
    """

    def __init__(
        self,
        document: Document,
        workspace: Workspace,
        activity: Activity,
        loading: Loading,
        recent: RecentFiles,
        reader: Worker,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._workspace, self._activity = document, workspace, activity
        self._loading, self._recent, self._reader = loading, recent, reader
        self._works: dict[int, Work] = {}
        self.questions = OpeningQuestions(reader, self)
        self.questions.taken.connect(self._take)
        self.questions.reading_wanted.connect(self._read_as)
        self.questions.declined.connect(self._declined)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._read_what_changed)
        document.changed.connect(self._document_changed)
        activity.stop_requested.connect(self.cancel)

    def open_paths(
        self, paths: Iterable[str | Path], reading: Mapping[str, Any] | None = None
    ) -> None:
        """Open files; one that is open already is shown.

        Parameters
        ----------
        paths : iterable of str or Path
            The files.
        reading : mapping, optional
            What is known of them: keyword arguments of `read_localizations`.
        """
        first = True
        for path in paths:
            absolute = str(Path(path).absolute())
            if Path(absolute).is_dir():
                self._say_folder(absolute)
            elif (known := self._open_already(absolute)) is not None:
                self._workspace.look_at_newest(self._document.project, known)
            elif not self._loading.is_reading(absolute):
                self._read(absolute, dict(reading or {}), looks=first)
                first = False

    def reload(self, key: str) -> None:
        """Read the file of a data set again: it has changed."""
        self._read_again(self._document.project.data_set(key))

    def ask_for_reading(self, key: str) -> None:
        """Let the user say anew what the file of a data set is."""
        data_set = self._document.project.data_set(key)
        if self._loading.is_reading(data_set.path):
            return
        # what the file says of its columns by itself is shown beside what was told of them
        plain = {name: value for name, value in data_set.reading.items() if name != "columns"}
        self._read(data_set.path, plain, data_set, told=data_set.reading)

    def load_missing(self) -> None:
        """Read every data set of the project that is not at hand."""
        for data_set in self._document.project.data_sets:
            if data_set.key not in self._workspace.loaded:
                self._read_again(data_set)

    def locate(self, key: str, path: str) -> None:
        """Take another file for a data set: it was moved."""
        absolute = str(Path(path).absolute())
        project = with_path(self._document.project, key, absolute)
        name = self._document.project.data_set(key).name
        self._workspace.drop_loaded(key)
        self._document.edit(f"locate {name}", project)
        self.reload(key)

    def remove(self, key: str) -> None:
        """Take a data set out of the project; its file stays where it is."""
        project = self._document.project
        keys = [one.key for one in project.data_sets]
        at = keys.index(key)
        neighbours = [*keys[at + 1 :], *reversed(keys[:at])]
        shown = self._workspace.data_set == key
        self._document.edit(f"remove {project.data_set(key).name}", project.without_data_set(key))
        if shown and neighbours:
            self._workspace.look_at_newest(self._document.project, neighbours[0])

    def set_tags(self, key: str, tags: Mapping[str, str]) -> None:
        """Say what a data set is: condition, replicate and the like."""
        project = self._document.project
        data_set = project.data_set(key)
        if dict(tags) != dict(data_set.tags):
            edited = project.editing(key, lambda one: replace(one, tags=dict(tags)))
            self._document.edit(f"tag {data_set.name}", edited)

    def cancel(self, task: int) -> None:
        """Stop reading a file."""
        if task in self._works:
            self._activity.stopping(task)
            self._works[task].cancel()

    def shut_down(self) -> None:
        """Forget what was asked."""
        self._later.stop()
        self.questions.clear()

    def _declined(self, job: OpeningJob, fault: str) -> None:
        if job.data_set is not None and job.told is None:
            self._loading.set_fault(job.data_set, fault)

    def _read_as(self, job: OpeningJob, reading: Mapping[str, Any]) -> None:
        known = {one.key: one for one in self._document.project.data_sets}
        data_set = None if job.data_set is None else known.get(job.data_set)
        if job.data_set is None or data_set is not None:
            self._read(job.path, reading, data_set, looks=job.looks)

    def _read(
        self,
        path: str,
        reading: Mapping[str, Any],
        data_set: DataSet | None = None,
        *,
        looks: bool = False,
        told: Mapping[str, Any] | None = None,
    ) -> None:
        name = Path(path).name
        task = self._activity.begin("opening", f"Opening {name}")
        # another reading may have other channels
        channel = None if data_set is None or told is not None else data_set.channel
        job = OpeningJob(
            task=task,
            path=path,
            reading=dict(reading),
            request=Request(path=path, channel=channel, **reading),
            data_set=None if data_set is None else data_set.key,
            looks=looks,
            told=told,
        )
        # a data set that is asked about keeps its data, or its fault, until the answer
        waits = None if told is not None else job.data_set
        self._loading.begin(Reading(task=task, path=path, data_set=waits))
        work = self._reader.call("open_file", request=job.request, with_head=told is not None)
        self._works[task] = work
        work.progressed.connect(
            lambda stage, fraction: self._activity.update(task, stage, fraction)
        )
        work.succeeded.connect(lambda opened: self._read_file(job, opened))
        work.failed.connect(lambda fault: self._not_read(job, fault))

    def _read_file(self, job: OpeningJob, opened: Opened) -> None:
        self._ended(job)
        unclear = opened.raw is None or (
            bool(opened.raw.provenance.doubts) and not job.reading and job.data_set is None
        )
        if job.told is None and not unclear:
            self._take(job, opened)
        elif job.told is None or self._waits(job):
            self.questions.put(job, opened)

    def _not_read(self, job: OpeningJob, fault: Failed) -> None:
        text = in_the_app(plainly(fault.text, job.path))
        self._ended(job)
        if job.data_set is not None and job.told is None:
            self._loading.set_fault(job.data_set, text)
        name = Path(job.path).name
        if fault.reason == "cancelled":
            title = f"{name} was not opened" if job.told is None else f"{name} stays as it is"
            self._activity.say(Message(level="info", title=title, text=text))
            return
        gone = not Path(job.path).exists()
        if gone:
            self._recent.remove(job.path)
        if gone and job.data_set is not None and job.told is None:
            # whoever opened the project tells which files are gone
            return
        self._activity.say(
            Message(
                level="error",
                title=f"{name} cannot be opened",
                text=text,
                details=fault.details or aside(fault.text),
            )
        )

    def _ended(self, job: OpeningJob) -> None:
        self._works.pop(job.task, None)
        self._activity.end(job.task)
        self._loading.end(job.task)

    def _take(self, job: OpeningJob, opened: Opened) -> None:
        """Make a data set of what was read, or give the one that waits its data."""
        assert opened.raw is not None
        assert opened.field is not None
        loaded = Loaded(
            raw=opened.raw, field=opened.field, request=job.request, summary=opened.summary
        )
        sha256 = opened.raw.provenance.sha256
        if job.data_set is None:
            if (known := self._open_already(job.path)) is not None:
                self._workspace.look_at(known)
                return
            project, key = self._document.project.new_key()
            data_set = DataSet(key=key, path=job.path, reading=job.reading, sha256=sha256)
            self._document.edit(f"open {data_set.name}", project.with_data_set(data_set))
        else:
            key = job.data_set
            if not self._waits(job):
                return
            self._loading.set_fault(key, "")
            self._update(key, job.reading, sha256)
        self._workspace.put_loaded(key, loaded)
        self._recent.add(job.path)
        if job.looks or self._workspace.data_set is None:
            self._workspace.look_at(key)

    def _waits(self, job: OpeningJob) -> bool:
        """Whether the data set of a job is still one of the project, with the same file."""
        known = [(one.key, one.path) for one in self._document.project.data_sets]
        return (job.data_set, job.path) in known

    def _update(self, key: str, reading: Mapping[str, Any], sha256: str | None) -> None:
        project = self._document.project
        data_set = project.data_set(key)
        if dict(reading) != dict(data_set.reading):
            edited = project.editing(
                key, lambda one: replace(one, reading=dict(reading), sha256=sha256)
            )
            self._document.edit(f"read {data_set.name} in another way", edited)
        elif data_set.sha256 is None:
            self._document.record(project.editing(key, lambda one: replace(one, sha256=sha256)))

    def _open_already(self, path: str) -> str | None:
        wanted = Path(path).resolve()
        for data_set in self._document.project.data_sets:
            if data_set.path == path or Path(data_set.path).resolve() == wanted:
                return data_set.key
        return None

    def _say_folder(self, path: str) -> None:
        self._activity.say(
            Message(
                level="warning",
                title=f"{Path(path).name} is a folder",
                text="Open the files in it: several can be chosen, or dropped, at once.",
            )
        )

    def _document_changed(self, before: Project, now: Project) -> None:
        """Follow what undo and redo did to the list of data sets, and to how they are read."""
        if before.data_sets is now.data_sets:
            return
        paths = {one.key: one.path for one in now.data_sets}
        for data_set in before.data_sets:
            if paths.get(data_set.key) != data_set.path:
                self._workspace.drop_loaded(data_set.key)
                self._loading.set_fault(data_set.key, "")
                self._stop_reading(data_set.key)
        # later, so that whoever changes the project can first bring the data along
        self._later.start()

    def _read_what_changed(self) -> None:
        for data_set in self._document.project.data_sets:
            loaded = self._workspace.loaded.get(data_set.key)
            if loaded is None:
                if not self._loading.fault(data_set.key):
                    self._read_again(data_set)
            elif loaded.request is not None:
                wanted = Request(path=data_set.path, **data_set.reading)
                if _how_read(loaded.request) != _how_read(wanted):
                    self._read_again(data_set)

    def _read_again(self, data_set: DataSet) -> None:
        if self._loading.is_reading(data_set.path):
            return
        if not Path(data_set.path).exists():
            self._loading.set_fault(data_set.key, f"There is no file {data_set.path} any more.")
            return
        self._read(data_set.path, data_set.reading, data_set)

    def _stop_reading(self, key: str) -> None:
        for reading in self._loading.readings:
            if reading.data_set == key:
                self.cancel(reading.task)


def _how_read(request: Request) -> tuple[Any, ...]:
    return (
        request.path, request.format, request.pixel_size_nm, dict(request.columns),
        request.unit, request.separator,
    )  # fmt: skip
