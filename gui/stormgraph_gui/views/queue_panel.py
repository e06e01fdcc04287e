"""The batch queue: its jobs, the buttons that run it, and how far it is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from stormgraph_gui.models.queue import COMPLETE, Queue
from stormgraph_gui.views.named import named
from stormgraph_gui.views.queue_foot import QueueFoot
from stormgraph_gui.views.queue_rows import NOTE, WIDE, QueueRows
from stormgraph_gui.views.queue_view import QueueView

REFRESH_AFTER_MS = 100
"""Buttons and progress follow the states of jobs after this time."""

_EMPTY = (
    "The batch queue analyses many data sets, regions and parameter sets one after the other, "
    "while you go on working."
)
_MOST_SPANS = 500


class QueuePanel(QWidget):
    """Shows the queue; says what the user wants of it.

    Attributes
    ----------
    add_project_wanted, add_files_wanted : Signal
        More jobs are to be added, from the open project or from files and folders.
    start_wanted, pause_wanted, cancel_all_wanted, retry_failed_wanted, clear_wanted : Signal
        What the buttons say.
    cancel_wanted, retry_wanted, remove_wanted : Signal
        The same for jobs by their names.
    move_wanted : Signal
        Names of jobs, and the place before which they are to come.
    index_wanted : Signal
        Open the page of all results.
    report_wanted, result_wanted, data_wanted : Signal
        Name of the job whose report, folder of results or data are to be opened.
    """

    add_project_wanted = Signal()
    add_files_wanted = Signal()
    start_wanted = Signal()
    pause_wanted = Signal()
    cancel_all_wanted = Signal()
    retry_failed_wanted = Signal()
    clear_wanted = Signal()
    cancel_wanted = Signal(list)
    retry_wanted = Signal(list)
    remove_wanted = Signal(list)
    move_wanted = Signal(list, int)
    index_wanted = Signal()
    report_wanted = Signal(str)
    result_wanted = Signal(str)
    data_wanted = Signal(str)

    def __init__(self, queue: Queue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("queue panel")
        self._queue = queue
        self.rows = QueueRows(queue, self)
        self.view = self._table()
        self._wide: tuple[int, ...] = ()
        self._ticking = QTimer(self)
        self._ticking.setInterval(1000)
        self._ticking.timeout.connect(self._tick)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.setSpacing(6)
        layout.addLayout(self._buttons())
        layout.addWidget(self._notice_row())
        self._pages = QStackedWidget()
        self._pages.addWidget(self._nothing())
        self._pages.addWidget(self.view)
        layout.addWidget(self._pages, 1)
        self._reason = named("queue reason", QLabel(wordWrap=True))
        self._reason.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._reason.hide()
        layout.addWidget(self._reason)
        self.foot = QueueFoot(queue)
        layout.addWidget(self.foot)
        self.rows.moved.connect(self.move_wanted)
        queue.jobs_changed.connect(self._refresh)
        # many jobs may end within a moment
        self._refreshing = QTimer(self)
        self._refreshing.setSingleShot(True)
        self._refreshing.setInterval(REFRESH_AFTER_MS)
        self._refreshing.timeout.connect(self._refresh)
        queue.states_changed.connect(lambda _: self._later())
        queue.settings_changed.connect(self._refresh)
        queue.phase_changed.connect(self._refresh)
        self._refresh()

    @property
    def selected(self) -> list[str]:
        """Names of the selected jobs, from top to bottom."""
        ranges = self.view.selectionModel().selection().toList()
        rows = {row for one in ranges for row in range(one.top(), one.bottom() + 1)}
        return [self.rows.name(row) for row in sorted(rows)]

    def select(self, names: list[str]) -> None:
        """Select jobs by their names."""
        selection = QItemSelection()
        for name in names:
            row = self.rows.row(name)
            if row is not None:
                selection.select(self.rows.index(row, 0), self.rows.index(row, NOTE))
        self.view.selectionModel().select(
            selection, QItemSelectionModel.SelectionFlag.ClearAndSelect
        )

    def offer_to_go_on(self, n_left: int) -> None:
        """Say that the queue of an earlier session was not finished."""
        jobs = "1 job is" if n_left == 1 else f"{n_left} jobs are"
        self._notice.setText(f"The queue was not finished when the app was closed: {jobs} left.")
        self._notice_widget.show()

    # ------------------------------------------------------------------ parts

    def _table(self) -> QueueView:
        view = QueueView(self.rows)
        view.customContextMenuRequested.connect(self._show_menu)
        view.doubleClicked.connect(self._open)
        view.open_pressed.connect(self._open)
        view.delete_pressed.connect(self._delete)
        view.shift_pressed.connect(self._shift)
        view.selectionModel().selectionChanged.connect(lambda *_: self._enable())
        return view

    def _buttons(self) -> QHBoxLayout:
        add = named("queue add", QPushButton("A&dd"))
        add.setToolTip("Add data sets, regions and parameter sets to the queue")
        menu = QMenu(add)
        menu.addAction("From the open &project...", self.add_project_wanted.emit)
        menu.addAction("&Files and folders...", self.add_files_wanted.emit)
        add.setMenu(menu)
        self._start = self._button("queue start", "&Start", "", self._start_or_pause)
        self._cancel = self._button("queue cancel", "&Cancel all", "", self._cancel_some)
        self._retry = self._button(
            "queue retry",
            "Retr&y failed",
            "Do all failed jobs again; the note in the row says why each failed",
            self.retry_failed_wanted.emit,
        )
        self._up = self._button(
            "queue up", "▲", "Start the selected jobs earlier (Alt+Up)", lambda: self._shift(-1)
        )
        self._down = self._button(
            "queue down",
            "▼",
            "Let the selected jobs start later (Alt+Down)",
            lambda: self._shift(1),
        )
        for button, name in ((self._up, "Start earlier"), (self._down, "Start later")):
            button.setMaximumWidth(34)
            button.setAccessibleName(name)
        self._clear = self._button(
            "queue clear",
            "Clear &list",
            "Take finished, failed and cancelled jobs off the list; results stay in their folder",
            self.clear_wanted.emit,
        )
        self._index = self._button(
            "queue index",
            "Open &index",
            "Open the page with all results of this queue in the browser",
            self.index_wanted.emit,
        )
        layout = QHBoxLayout()
        layout.setSpacing(6)
        layout.addWidget(add)
        for widget in (self._start, self._cancel, self._retry, self._up, self._down):
            layout.addWidget(widget)
        layout.addStretch(1)
        layout.addWidget(self._clear)
        layout.addWidget(self._index)
        return layout

    def _button(self, name: str, text: str, tip: str, slot: Callable[[], object]) -> QPushButton:
        button = named(name, QPushButton(text))
        button.setToolTip(tip)
        button.clicked.connect(lambda _checked=False: slot())
        return button

    def _notice_row(self) -> QWidget:
        self._notice_widget = named("queue notice", QWidget())
        self._notice = QLabel(wordWrap=True)
        go_on = self._button(
            "queue go on", "&Go on", "Do the jobs that are left", self.start_wanted.emit
        )
        layout = QHBoxLayout(self._notice_widget)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._notice, 1)
        layout.addWidget(go_on)
        self._notice_widget.hide()
        return self._notice_widget

    def _nothing(self) -> QWidget:
        page = QWidget()
        text = QLabel(_EMPTY, wordWrap=True)
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        text.setMaximumWidth(520)
        text.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        project = self._button(
            "queue add project",
            "From the open pro&ject...",
            "Add data sets and regions of the open project",
            self.add_project_wanted.emit,
        )
        files = self._button(
            "queue add files",
            "Files and f&olders...",
            "Add files that need not be open, as stormgraph batch takes them",
            self.add_files_wanted.emit,
        )
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(project)
        buttons.addWidget(files)
        buttons.addStretch(1)
        layout = QVBoxLayout(page)
        layout.addStretch(1)
        layout.addWidget(text, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addLayout(buttons)
        layout.addStretch(1)
        return page

    # ------------------------------------------------------------------ what is shown

    def _later(self) -> None:
        if not self._refreshing.isActive():
            self._refreshing.start()

    def _refresh(self) -> None:
        queue = self._queue
        self._pages.setCurrentIndex(1 if queue.order else 0)
        if queue.is_active or not queue.count("waiting"):
            self._notice_widget.hide()
        if queue.is_active:
            self._ticking.start()
        else:
            self._ticking.stop()
        self.foot.tell_progress()
        self._widen_notes()
        self._enable()

    def _widen_notes(self) -> None:
        """Let notes of failed jobs take the room of the numbers that these jobs do not have."""
        failed = self._queue.names("failed")[:_MOST_SPANS] if self._queue.count("failed") else ()
        rows = tuple(row for row in map(self.rows.row, failed) if row is not None)
        if rows != self._wide:
            self._wide = rows
            self.view.clearSpans()
            for row in rows:
                self.view.setSpan(row, WIDE, 1, NOTE - WIDE + 1)

    def _tick(self) -> None:
        self.rows.tell_time()
        self.foot.tell_progress()

    def _enable(self) -> None:
        queue, selected = self._queue, self.selected
        phase, n_waiting = queue.phase, queue.count("waiting")
        pauses = phase in ("starting", "running")
        self._start.setText("Pa&use" if pauses else "&Go on" if phase == "paused" else "&Start")
        self._start.setToolTip(
            "Start no more jobs; those that run go on to their end"
            if pauses
            else "Do the jobs that wait, in the order of the list"
        )
        self._start.setEnabled(pauses or phase == "paused" or (phase == "idle" and n_waiting > 0))
        open_ones = self._open_ones(selected)
        self._cancel.setText("&Cancel selected" if open_ones else "&Cancel all")
        self._cancel.setToolTip(
            "Cancel the selected jobs that wait or run; others go on"
            if open_ones
            else "Cancel all jobs that wait or run; what is done stays"
        )
        self._cancel.setEnabled(phase != "stopping" and queue.count("waiting", "running") > 0)
        self._retry.setEnabled(phase != "stopping" and queue.count("failed") > 0)
        self._up.setEnabled(bool(selected))
        self._down.setEnabled(bool(selected))
        # a row of a narrow panel shows but its beginning
        reason = self.rows.note(selected[0]) if selected else ""
        self._reason.setText(reason)
        self._reason.setVisible(bool(reason))
        self._clear.setEnabled(not queue.is_active and len(queue.order) > n_waiting)
        self._index.setEnabled(queue.settings.is_ours and phase != "starting")

    # ------------------------------------------------------------------ what is wanted

    def _open_ones(self, names: list[str]) -> list[str]:
        return [n for n in names if self._queue.state(n).state in ("waiting", "running")]

    def _start_or_pause(self) -> None:
        pauses = self._queue.phase in ("starting", "running")
        (self.pause_wanted if pauses else self.start_wanted).emit()

    def _cancel_some(self) -> None:
        names = self._open_ones(self.selected)
        if names:
            self.cancel_wanted.emit(names)
        else:
            self.cancel_all_wanted.emit()

    def _delete(self) -> None:
        names = self.selected
        running = [name for name in names if self._queue.state(name).state == "running"]
        if running:
            self.cancel_wanted.emit(running)
        self.remove_wanted.emit([name for name in names if name not in running])

    def _shift(self, step: int) -> None:
        names = self.selected
        if not names:
            return
        places = [row for row in map(self.rows.row, names) if row is not None]
        place = max(0, places[0] - 1) if step < 0 else places[-1] + 2
        self.move_wanted.emit(names, place)

    def _open(self, index: QModelIndex | None = None) -> None:
        name = self.rows.name(index.row()) if index is not None else (self.selected or [""])[0]
        if name and self._queue.state(name).state in COMPLETE:
            self.report_wanted.emit(name)

    def _show_menu(self, where: QPoint) -> None:
        menu = self.menu()
        if menu is not None:
            menu.popup(self.view.viewport().mapToGlobal(where))

    def menu(self) -> QMenu | None:
        """Return the menu for the selected jobs."""
        names = self.selected
        if not names:
            return None
        states = {name: self._queue.state(name).state for name in names}
        one, is_done = names[0], states[names[0]] in COMPLETE
        again = [name for name, state in states.items() if state in ("failed", "cancelled")]
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        entries: tuple[tuple[str, bool, Callable[[], object]] | None, ...] = (
            ("Open &report", is_done, lambda: self.report_wanted.emit(one)),
            ("Open &folder of results", is_done, lambda: self.result_wanted.emit(one)),
            ("Open &data set in the app", True, lambda: self.data_wanted.emit(one)),
            None,
            ("Start &first", True, lambda: self.move_wanted.emit(names, 0)),
            ("Start &last", True, lambda: self.move_wanted.emit(names, len(self._queue.order))),
            None,
            ("&Cancel", bool(self._open_ones(names)), lambda: self.cancel_wanted.emit(names)),
            ("Re&try", bool(again), lambda: self.retry_wanted.emit(again)),
            ("Re&move from the list", True, self._delete),
        )
        for entry in entries:
            if entry is None:
                menu.addSeparator()
                continue
            text, is_enabled, slot = entry
            menu.addAction(text, slot).setEnabled(is_enabled)
        return menu
