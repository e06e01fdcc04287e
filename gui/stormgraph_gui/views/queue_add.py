"""Adds jobs to the queue: what is chosen is looked at at once, and counted before it is added."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, Protocol

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGroupBox,
    QLabel,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from stormgraph_gui.models.presets import Preset
from stormgraph_gui.models.project import Project
from stormgraph_gui.models.wording import in_the_app
from stormgraph_gui.views.named import named
from stormgraph_gui.views.queue_add_files import FilesChoice
from stormgraph_gui.views.queue_add_project import ProjectChoice
from stormgraph_gui.views.queue_sets import ParameterSets
from stormgraph_py.batch.parameter_sets import ParameterSet
from stormgraph_py.report.numbers import count

LOOK_AFTER_MS = 300
"""Time after the last change at which the jobs are looked for."""


class Planned(Protocol):
    """Jobs that can be added."""

    @property
    def jobs(self) -> tuple[Any, ...]:
        """The jobs."""
        ...

    @property
    def n_known(self) -> int:
        """Jobs that the queue has already."""
        ...

    @property
    def skipped(self) -> tuple[tuple[str, str], ...]:
        """Files that are left out, with the reason."""
        ...

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should look at."""
        ...


class QueueAdd(QDialog):
    """Asks what to add to the queue.

    Parameters
    ----------
    project : Project
        The open project.
    presets : iterable of Preset
        Sets of parameters with names.
    page : {"project", "files"}
        Which page is shown first.
    parent : QWidget
        The window.

    Attributes
    ----------
    project_wanted : Signal
        Chosen data sets and regions, by their keys, and sets of parameters: look what jobs there
        would be, and call `show_planned`.
    files_wanted : Signal
        The same for the fields of an `Asked`.
    sets_file_chosen : Signal
        Path of a file of parameter sets, for `add_sets`.
    add_wanted : Signal
        The jobs that were planned last are to be added.
    """

    project_wanted = Signal(object, object)
    files_wanted = Signal(object, object)
    sets_file_chosen = Signal(str)
    add_wanted = Signal(object)

    def __init__(
        self,
        project: Project,
        presets: Iterable[Preset],
        page: Literal["project", "files"],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("queue add dialog")
        self.setWindowTitle("Add to the batch queue")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._planned: Planned | None = None
        self.project = ProjectChoice(project)
        self.files = FilesChoice()
        self.pages = named("queue add pages", QTabWidget())
        self.pages.addTab(self.project, "&Open project")
        self.pages.addTab(self.files, "&Files and folders")
        self.pages.setCurrentIndex(("project", "files").index(page))
        self.sets = ParameterSets(ParameterSet(params=project.params, seed=project.seed), presets)
        self.sets.file_chosen.connect(self.sets_file_chosen)
        group = QGroupBox("Parameter sets: everything is analysed with each of them")
        QVBoxLayout(group).addWidget(self.sets)
        self._said = named("queue add said", QLabel(wordWrap=True))
        self._said.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self._said.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._ok = named("queue add ok", buttons.button(QDialogButtonBox.StandardButton.Ok))
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.pages, 3)
        layout.addWidget(group, 2)
        layout.addWidget(self._said)
        layout.addWidget(buttons)
        self._looking = QTimer(self)
        self._looking.setSingleShot(True)
        self._looking.setInterval(LOOK_AFTER_MS)
        self._looking.timeout.connect(self._look)
        self.project.changed.connect(self._changed)
        self.files.changed.connect(self._changed)
        self.sets.changed.connect(self._changed)
        self.pages.currentChanged.connect(self._changed)
        self.resize(760, 640)
        self._changed()

    def add_sets(self, sets: Iterable[ParameterSet]) -> None:
        """Add sets of parameters that were read from a file."""
        self.sets.add(sets)

    def show_planned(self, planned: Planned | str) -> None:
        """Show what was found, or why it cannot be."""
        if self._looking.isActive() or self._fault():
            return
        if isinstance(planned, str):
            self._tell(in_the_app(planned), None)
            return
        parts = []
        if planned.n_known:
            are = "is" if planned.n_known == 1 else "are"
            parts.append(f"{count(planned.n_known, 'job')} {are} in the queue already.")
        if planned.skipped:
            n, (file, reason) = len(planned.skipped), planned.skipped[0]
            first = in_the_app(f"{file} {reason}")
            parts.append(
                f"{n} files are skipped, {first} for example." if n > 1 else f"Skipped: {first}."
            )
        parts += [in_the_app(text) for text in planned.warnings]
        if not parts and not planned.jobs:
            parts = ["There is nothing to add."]
        self._tell(" ".join(parts), planned if planned.jobs else None)
        listed = [in_the_app(f"{file} {reason}") for file, reason in planned.skipped[:30]]
        self._said.setToolTip("\n".join(listed))

    def _is_project(self) -> bool:
        return self.pages.currentIndex() == 0

    def _fault(self) -> str:
        if self._is_project() and not self.project.chosen:
            return "Choose data sets or regions."
        return ("" if self._is_project() else self.files.fault) or self.sets.fault

    def _changed(self) -> None:
        self._looking.start()
        self._tell("Looking...", None)

    def _look(self) -> None:
        fault = self._fault()
        if fault:
            self._tell(fault, None)
        elif self._is_project():
            self.project_wanted.emit(self.project.chosen, self.sets.sets)
        else:
            self.files_wanted.emit(self.files.asked, self.sets.sets)

    def _tell(self, text: str, planned: Planned | None) -> None:
        self._planned = planned
        self._said.setText(text)
        self._said.setToolTip("")
        self._ok.setText(f"&Add {count(len(planned.jobs), 'job')}" if planned else "&Add")
        self._ok.setEnabled(planned is not None)

    def _accept(self) -> None:
        if self._planned is not None:
            self.add_wanted.emit(self._planned)
            self.accept()
