"""What files leave open is asked, one file at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from stormgraph_gui.jobs.messages import Failed
from stormgraph_gui.jobs.work import Opened
from stormgraph_gui.jobs.worker import Work, Worker
from stormgraph_gui.models.questions import Question, Trial
from stormgraph_gui.models.reading_words import plainly
from stormgraph_gui.models.wording import in_the_app
from stormgraph_gui.signals import QObject, Signal
from stormgraph_py.report.request import Request


@dataclass(frozen=True, kw_only=True, eq=False)
class OpeningJob:
    """A file that is read: for a new data set, or for one that the project has.

    Parameters
    ----------
    task : int
        Its task in `Activity`.
    path : str
        The file.
    reading : mapping
        How it is read: keyword arguments of `read_localizations`.
    request : Request
        The same, with the channel.
    data_set : str or None
        Key of the data set that the file is for.
    looks : bool
        The data set is shown then.
    told : mapping or None
        How the user said that it is read, who wants to say it again; None asks only where the file
        leaves something open.
    """

    task: int
    path: str
    reading: Mapping[str, Any]
    request: Request
    data_set: str | None
    looks: bool
    told: Mapping[str, Any] | None = None


class OpeningQuestions(QObject):
    """Files that wait for an answer.

    Parameters
    ----------
    reader : Worker
        Tries out what an answer would mean.

    Attributes
    ----------
    asked : Signal
        A `Question` that the user should answer, by `answer` or `decline`; one at a time.
    tried : Signal
        The `Trial` of the question at hand that `try_reading` asked for.
    taken : Signal
        An `OpeningJob` whose file is meant as it was read, and the `Opened` that this gave.
    reading_wanted : Signal
        An `OpeningJob` whose file is to be read in another way, and the way.
    declined : Signal
        An `OpeningJob` whose file stays unopened, and why it could not be opened unasked.
    """

    asked = Signal(object)
    tried = Signal(object)
    taken = Signal(object, object)
    reading_wanted = Signal(object, object)
    declined = Signal(object, str)

    def __init__(self, reader: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reader = reader
        self._questions: list[tuple[Question, OpeningJob, Opened]] = []
        self._trial: Work | None = None
        self._next_trial: Mapping[str, Any] | None = None

    def put(self, job: OpeningJob, opened: Opened) -> None:
        """Ask about a file, after those that wait."""
        assert opened.head is not None
        question = Question(
            path=job.path,
            head=opened.head,
            untold=opened.untold,
            first=_trial(job.path, job.reading, opened),
            told=job.reading if job.told is None else job.told,
            is_open=job.told is not None,
        )
        self._questions.append((question, job, opened))
        if len(self._questions) == 1:
            self._ask()

    def clear(self) -> None:
        """Forget what was asked."""
        self._questions.clear()

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
        self._read_so(job, opened, reading)
        if for_others:
            alike = [one for one in self._questions if _are_alike(one[0], question)]
            self._questions = [one for one in self._questions if one not in alike]
            for _, other, read in alike:
                self._read_so(other, read, reading)
        self._ask()

    def decline(self) -> None:
        """Leave the file of the question at hand unopened."""
        if self._questions:
            question, job, _ = self._questions.pop(0)
            self._next_trial = None
            self.declined.emit(job, question.first.fault)
            self._ask()

    def _read_so(self, job: OpeningJob, opened: Opened, reading: Mapping[str, Any]) -> None:
        as_it_was = job.told is None and dict(reading) == dict(job.reading)
        if as_it_was and opened.raw is not None:
            self.taken.emit(job, opened)
        else:
            self.reading_wanted.emit(job, reading)

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
    if a.is_open or b.is_open:
        return False
    return (a.head.format, a.head.names, a.untold) == (b.head.format, b.head.names, b.untold)
