"""The jobs of the queue as rows of a table, which can be dragged to other places."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QGuiApplication, QPalette

from stormgraph_gui.models.queue import JobState, Queue, QueuedJob
from stormgraph_gui.models.wording import in_the_app
from stormgraph_py.report.numbers import integer, seconds_text

Index = QModelIndex | QPersistentModelIndex

COLUMNS = ("State", "Data set", "Region", "Parameters", "Localizations", "Clusters", "Time", "Note")
"""Columns in their order."""

STATE, DATA_SET, REGION, PARAMETERS, LOCALIZATIONS, CLUSTERS, TIME, NOTE = range(len(COLUMNS))
NUMBERS = (LOCALIZATIONS, CLUSTERS, TIME)

WIDE = PARAMETERS
"""Column from which the note of a failed job, which has no numbers, takes all the room."""

_MIME = "application/x-stormgraph-queue"

_ROW = (
    Qt.ItemFlag.ItemIsEnabled
    | Qt.ItemFlag.ItemIsSelectable
    | Qt.ItemFlag.ItemIsDragEnabled
    | Qt.ItemFlag.ItemNeverHasChildren
)
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter

_SAID = {
    "waiting": "Waiting",
    "running": "▶ Running",
    "done": "✓ Done",
    "kept": "✓ Done earlier",
    "failed": "✗ Failed",
    "cancelled": "– Cancelled",
}
_TIPS = {
    "waiting": "Starts when it is its turn.",
    "running": "Being analysed now.",
    "done": "Double-click to open the report.",
    "kept": "Its result was complete in the folder already. Double-click to open the report.",
    "failed": "Mend what the note says, then retry it.",
    "cancelled": "Retry it to do it after all.",
}
_HEADS = {
    "State": "What became of the job",
    "Data set": "File, and its colour channel if one was chosen",
    "Region": "Region of interest; empty for the whole field",
    "Parameters": "Set of parameters",
    "Localizations": "Localizations that were analysed",
    "Clusters": "Clusters that were found",
    "Time": "Time that the job took",
    "Note": "Why it failed and what to do, or what to look at",
}


class QueueRows(QAbstractTableModel):
    """Rows of the queue, in the order in which the jobs start.

    Attributes
    ----------
    moved : Signal
        Names of jobs that were dragged, and the place before which they were dropped.
    """

    moved = Signal(list, int)

    def __init__(self, queue: Queue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self._jobs: tuple[QueuedJob, ...] = ()
        self._rows: dict[str, int] = {}
        queue.jobs_changed.connect(self._jobs_changed)
        queue.states_changed.connect(self._states_changed)
        self._jobs_changed()

    def name(self, row: int) -> str:
        """Return the name of the job in a row."""
        return self._jobs[row].name

    def row(self, name: str) -> int | None:
        """Return the row of a job."""
        return self._rows.get(name)

    def note(self, name: str) -> str:
        """Return why a job failed, or what to look at."""
        return _note(self._queue.state(name))

    def rowCount(self, parent: Index | None = None) -> int:
        """Return the number of jobs."""
        return 0 if parent is not None and parent.isValid() else len(self._jobs)

    def columnCount(self, parent: Index | None = None) -> int:
        """Return the number of `COLUMNS`."""
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the head of a column, or the number of a row."""
        if orientation == Qt.Orientation.Vertical:
            return section + 1 if role == Qt.ItemDataRole.DisplayRole else None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return _HEADS[COLUMNS[section]]
        if role == Qt.ItemDataRole.TextAlignmentRole and section not in NUMBERS:
            return _LEFT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        job = self._jobs[index.row()]
        state, column = self._queue.state(job.name), index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _text(job, state, column)
            case Qt.ItemDataRole.TextAlignmentRole if state.state == "failed":
                return _LEFT
            case Qt.ItemDataRole.ToolTipRole:
                return _tip(job, state, column)
            case Qt.ItemDataRole.TextAlignmentRole if column in NUMBERS:
                return _RIGHT
            case Qt.ItemDataRole.ForegroundRole:
                return _color(state, column)
            case Qt.ItemDataRole.FontRole if state.state == "running" and column == STATE:
                font = QFont()
                font.setBold(True)
                return font
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let rows be dragged, and dropped between others."""
        return _ROW if index.isValid() else Qt.ItemFlag.ItemIsDropEnabled

    def supportedDropActions(self) -> Qt.DropAction:
        """Rows are moved, not copied."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """Only rows of this table can be dropped."""
        return [_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Take the names of dragged jobs."""
        rows = sorted({index.row() for index in indexes})
        data = QMimeData()
        data.setData(_MIME, "\n".join(self.name(row) for row in rows).encode())
        return data

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        """Ask for jobs to be moved to where they were dropped."""
        if action != Qt.DropAction.MoveAction or not data.hasFormat(_MIME):
            return False
        names = bytes(data.data(_MIME).data()).decode().split("\n")
        place = row if row >= 0 else parent.row() if parent.isValid() else len(self._jobs)
        self.moved.emit(names, place)
        # the rows are moved by the queue; the view is not to remove them
        return False

    def tell_time(self) -> None:
        """Show for how long running jobs have been running."""
        for name in self._queue.names("running"):
            index = self.index(self._rows[name], TIME)
            self.dataChanged.emit(index, index, [Qt.ItemDataRole.DisplayRole])

    def _jobs_changed(self) -> None:
        jobs = self._queue.jobs
        if set(self._rows) == {job.name for job in jobs}:
            # rows that only change places keep being selected
            self.layoutAboutToBeChanged.emit()
            before = self.persistentIndexList()
            names = [self._jobs[index.row()].name for index in before]
            self._take(jobs)
            after = [
                self.index(self._rows[name], index.column())
                for name, index in zip(names, before, strict=True)
            ]
            self.changePersistentIndexList(before, after)
            self.layoutChanged.emit()
            return
        self.beginResetModel()
        self._take(jobs)
        self.endResetModel()

    def _take(self, jobs: tuple[QueuedJob, ...]) -> None:
        self._jobs = jobs
        self._rows = {job.name: row for row, job in enumerate(jobs)}

    def _states_changed(self, names: frozenset[str]) -> None:
        rows = sorted(self._rows[name] for name in names if name in self._rows)
        if rows:
            self.dataChanged.emit(
                self.index(rows[0], 0), self.index(rows[-1], self.columnCount() - 1)
            )


def _text(job: QueuedJob, state: JobState, column: int) -> str:
    if state.state == "failed" and column == WIDE:
        return _short_note(job, state)
    match column:
        case 0:
            return _SAID[state.state]
        case 1:
            return f"{job.file}, channel {job.channel}" if job.channel else job.file
        case 2:
            return job.roi
        case 3:
            return "" if job.parameters == "default" else job.parameters
        case 4:
            return "" if state.n_localizations is None else integer(state.n_localizations)
        case 5:
            return "" if state.n_clusters is None else integer(state.n_clusters)
        case 6:
            return _time_text(state)
        case _:
            return _note(state)


def _time_text(state: JobState) -> str:
    if state.began is not None:
        return seconds_text(float(int(time.monotonic() - state.began)))
    if 0 < state.seconds < 1:
        return "< 1 s"
    return seconds_text(state.seconds) if state.seconds else ""


def _short_note(job: QueuedJob, state: JobState) -> str:
    """Return why a job failed without the folder of its file, which the tooltip tells."""
    folder = job.path[: max(job.path.rfind("/"), job.path.rfind("\\")) + 1]
    if not folder:
        return _note(state)
    # not as a part of another path
    return re.sub(rf"(?<![\w./\\-]){re.escape(folder)}(?=\w)", "", _note(state))


def _note(state: JobState) -> str:
    if state.state == "failed":
        reason = state.reason.rstrip(".")
        stop = "" if reason.endswith("?") else "."
        return in_the_app(f"{reason}{stop} {state.remedy}")
    n = len(state.warnings)
    if not n:
        return ""
    return in_the_app(state.warnings[0]) if n == 1 else f"{n} warnings, see the report"


def _tip(job: QueuedJob, state: JobState, column: int) -> str:
    if column == STATE:
        return _TIPS[state.state]
    if column == DATA_SET:
        tags = ", ".join(f"{name}: {value}" for name, value in job.tags.items() if value)
        return f"{job.path}\n{tags}" if tags else job.path
    if column == WIDE and state.state == "failed":
        parameters = f"Parameters: {job.parameters}\n" if job.parameters else ""
        return parameters + _note(state)
    if column == NOTE or (state.state == "failed" and column >= WIDE):
        return _note(state) if state.state == "failed" else in_the_app("\n".join(state.warnings))
    return ""


def _color(state: JobState, column: int) -> Any:
    palette = QGuiApplication.palette()
    if state.state == "failed" and (column == STATE or column >= WIDE):
        return palette.brush(QPalette.ColorRole.BrightText)
    if state.state == "running" and column == STATE:
        return palette.brush(QPalette.ColorRole.Link)
    if state.state in ("waiting", "cancelled"):
        return palette.brush(QPalette.ColorRole.PlaceholderText)
    return None
