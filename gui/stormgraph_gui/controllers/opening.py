"""Opening files of localizations: several at once, off the UI thread, each at most once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stormgraph_gui.jobs.messages import Failed
from stormgraph_gui.jobs.work import Opened
from stormgraph_gui.jobs.worker import Work, Worker
from stormgraph_gui.models.activity import Activity, Message
from stormgraph_gui.models.document import Document
from stormgraph_gui.models.loading import Loading, Reading
from stormgraph_gui.models.project import DataSet, Project
from stormgraph_gui.models.questions import Question, Trial
from stormgraph_gui.models.reading_words import plainly
from stormgraph_gui.models.recent import RecentFiles
from stormgraph_gui.models.wording import in_the_app
from stormgraph_gui.models.workspace import Loaded, Workspace
from stormgraph_gui.signals import QObject, QTimer, Signal
from stormgraph_py.report.request import Request


@dataclass(frozen=True, kw_only=True, eq=False)
class _Job:
    """A file that is read: for a new data set, or for one that the project has."""

    task: int
    path: str
    reading: Mapping[str, Any]
    request: Request
    data_set: str | None
    looks: bool


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
    asked : Signal
        A `Question` that the user should answer, by `answer` or `decline`; one at a time.
    tried : Signal
        The `Trial` of the question at hand that `try_reading` asked for.
    """

    asked = Signal(object)
    tried = Signal(object)

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
        self._questions: list[tuple[Question, _Job, Opened]] = []
        self._trial: Work | None = None
        self._next_trial: Mapping[str, Any] | None = None
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
                self._workspace.look_at(known)
            elif not self._loading.is_reading(absolute):
                self._read(absolute, dict(reading or {}), looks=first)
                first = False

    def reload(self, key: str) -> None:
        """Read the file of a data set again: it has changed."""
        self._read_again(self._document.project.data_set(key))

    def load_missing(self) -> None:
        """Read every data set of the project that is not at hand."""
        for data_set in self._document.project.data_sets:
            if data_set.key not in self._workspace.loaded:
                self._read_again(data_set)

    def locate(self, key: str, path: str) -> None:
        """Take another file for a data set: it was moved."""
        absolute = str(Path(path).absolute())
        project = self._document.project.editing(key, lambda one: replace(one, path=absolute))
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
            self._workspace.look_at(neighbours[0])

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

    def try_reading(self, reading: Mapping[str, Any]) -> None:
        """Find out what an answer to the question at hand would mean; `tried` tells."""
        if not self._questions:
            return
        self._next_trial = dict(reading)
        if self._trial is None:
            self._try_next()

    def answer(self, reading: Mapping[str, Any], *, for_others: bool = False) -> None:
        """Open the file of the question at hand in this way, and others like it if told so."""
        if not self._questions:
            return
        question, job, opened = self._questions.pop(0)
        self._next_trial = None
        if not reading and opened.raw is not None:
            self._take(job, opened)
        else:
            self._read_as(job, reading)
        if for_others:
            alike = [one for one in self._questions if _are_alike(one[0], question)]
            self._questions = [one for one in self._questions if one not in alike]
            for _, other, read in alike:
                if not reading and read.raw is not None:
                    self._take(other, read)
                else:
                    self._read_as(other, reading)
        self._ask()

    def decline(self) -> None:
        """Leave the file of the question at hand unopened."""
        if self._questions:
            question, job, _ = self._questions.pop(0)
            self._next_trial = None
            if job.data_set is not None:
                self._loading.set_fault(job.data_set, question.first.fault)
            self._ask()

    def shut_down(self) -> None:
        """Forget what was asked."""
        self._later.stop()
        self._questions.clear()

    def _read_as(self, job: _Job, reading: Mapping[str, Any]) -> None:
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
    ) -> None:
        name = Path(path).name
        task = self._activity.begin("opening", f"Opening {name}")
        channel = None if data_set is None else data_set.channel
        job = _Job(
            task=task,
            path=path,
            reading=dict(reading),
            request=Request(path=path, channel=channel, **reading),
            data_set=None if data_set is None else data_set.key,
            looks=looks,
        )
        self._loading.begin(Reading(task=task, path=path, data_set=job.data_set))
        work = self._reader.call("open_file", request=job.request)
        self._works[task] = work
        work.progressed.connect(
            lambda stage, fraction: self._activity.update(task, stage, fraction)
        )
        work.succeeded.connect(lambda opened: self._read_file(job, opened))
        work.failed.connect(lambda fault: self._not_read(job, fault))

    def _read_file(self, job: _Job, opened: Opened) -> None:
        self._ended(job)
        unclear = opened.raw is None or (
            bool(opened.raw.provenance.doubts) and not job.reading and job.data_set is None
        )
        if not unclear:
            self._take(job, opened)
            return
        assert opened.head is not None
        question = Question(
            path=job.path,
            head=opened.head,
            untold=opened.untold,
            first=_trial(job.path, job.reading, opened),
        )
        self._questions.append((question, job, opened))
        if len(self._questions) == 1:
            self._ask()

    def _not_read(self, job: _Job, fault: Failed) -> None:
        text = in_the_app(plainly(fault.text, job.path))
        self._ended(job)
        if job.data_set is not None:
            self._loading.set_fault(job.data_set, text)
        name = Path(job.path).name
        if fault.reason == "cancelled":
            self._activity.say(Message(level="info", title=f"{name} was not opened", text=text))
            return
        gone = not Path(job.path).exists()
        if gone:
            self._recent.remove(job.path)
        if gone and job.data_set is not None:
            # whoever opened the project tells which files are gone
            return
        self._activity.say(
            Message(
                level="error", title=f"{name} cannot be opened", text=text, details=fault.details
            )
        )

    def _ended(self, job: _Job) -> None:
        self._works.pop(job.task, None)
        self._activity.end(job.task)
        self._loading.end(job.task)

    def _take(self, job: _Job, opened: Opened) -> None:
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
            if (key, job.path) not in [(o.key, o.path) for o in self._document.project.data_sets]:
                return
            self._loading.set_fault(key, "")
            self._update(key, job.reading, sha256)
        self._workspace.put_loaded(key, loaded)
        self._recent.add(job.path)
        if job.looks or self._workspace.data_set is None:
            self._workspace.look_at(key)

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

    def _ask(self) -> None:
        if not self._questions:
            return
        question, job, opened = self._questions[0]
        n_others = sum(_are_alike(other, question) for other, _, _ in self._questions[1:])
        question = replace(question, n_others=n_others)
        self._questions[0] = (question, job, opened)
        self.asked.emit(question)

    def _try_next(self) -> None:
        reading, self._next_trial = self._next_trial, None
        if reading is None or not self._questions:
            return
        question = self._questions[0][0]
        request = Request(path=question.path, **reading)
        self._trial = self._reader.call("open_file", request=request)
        self._trial.succeeded.connect(lambda opened: self._was_tried(question, reading, opened))
        self._trial.failed.connect(lambda fault: self._was_not_tried(question, reading, fault))

    def _was_tried(self, question: Question, reading: Mapping[str, Any], opened: Opened) -> None:
        self._trial = None
        if self._next_trial is None and self._is_at_hand(question):
            self.tried.emit(_trial(question.path, reading, opened))
        self._try_next()

    def _was_not_tried(self, question: Question, reading: Mapping[str, Any], fault: Failed) -> None:
        self._trial = None
        if self._next_trial is None and self._is_at_hand(question):
            self.tried.emit(
                Trial(reading=reading, fault=in_the_app(plainly(fault.text, question.path)))
            )
        self._try_next()

    def _is_at_hand(self, question: Question) -> bool:
        return bool(self._questions) and self._questions[0][0].path == question.path

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


def _trial(path: str, reading: Mapping[str, Any], opened: Opened) -> Trial:
    doubts = () if opened.raw is None else opened.raw.provenance.doubts
    return Trial(
        reading=reading,
        summary=opened.summary,
        doubts=tuple(plainly(doubt) for doubt in doubts),
        fault=plainly(opened.fault, path),
    )


def _are_alike(a: Question, b: Question) -> bool:
    """Whether what is said of one file can be meant for another."""
    return (a.head.format, a.head.names, a.untold) == (b.head.format, b.head.names, b.untold)
