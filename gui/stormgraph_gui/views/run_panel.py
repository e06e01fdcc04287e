"""The panel that says what will be analysed and how, and starts it."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QProgressBar,
    QPushButton,
    QSplitter,
    QTextEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from stormgraph_gui.models.activity import Activity
from stormgraph_gui.models.document import Document
from stormgraph_gui.models.guidance import GUIDANCE, Guidance
from stormgraph_gui.models.presets import Presets
from stormgraph_gui.models.project import Project
from stormgraph_gui.models.target import Basis, Target, basis_of, target_of
from stormgraph_gui.models.workspace import Workspace
from stormgraph_gui.views.elided import ElidedLabel
from stormgraph_gui.views.finding_list import FindingList
from stormgraph_gui.views.form_area import FormArea
from stormgraph_gui.views.named import named
from stormgraph_gui.views.param_fields import ParamFields
from stormgraph_py.report.numbers import area_text, rounded

TARGET_AFTER_MS = 60
"""What would be analysed is counted when a region rests."""

GUIDANCE_HEIGHT = 168
"""Pixels; what is said of a parameter does not move what is below it."""

_OWN = "Own choice"


class RunPanel(QWidget):
    """What will be analysed, with which parameters, how far it is, and what was found so far.

    Attributes
    ----------
    run_requested, cancel_requested : Signal
        The user wants an analysis, or wants it to stop.
    preset_chosen, preset_saved, preset_removed : Signal
        Name of a preset.
    """

    run_requested = Signal()
    cancel_requested = Signal()
    preset_chosen = Signal(str)
    preset_saved = Signal(str)
    preset_removed = Signal(str)

    def __init__(
        self,
        document: Document,
        workspace: Workspace,
        activity: Activity,
        presets: Presets,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._workspace = document, workspace
        self._activity, self._presets = activity, presets
        self._basis: Basis | None = None
        self._target: Target | None = None
        self.fields = ParamFields()
        self.findings = FindingList(workspace)
        self._build()
        self._target_timer = QTimer(self, singleShot=True, interval=TARGET_AFTER_MS)
        self._target_timer.timeout.connect(self._show_target)
        self._clock = QTimer(self, interval=500)
        self._clock.timeout.connect(self._show_elapsed)
        self.fields.focused.connect(self._guide)
        self.fields.validity_changed.connect(self._enable)
        document.changed.connect(self._project_changed)
        workspace.current_changed.connect(self._current_changed)
        workspace.loaded_changed.connect(self._target_timer.start)
        workspace.analyses_changed.connect(self._show_findings)
        activity.tasks_changed.connect(self._show_task)
        presets.changed.connect(self._show_presets)
        self._show_presets()
        self._show_target()
        self._show_task()

    def run(self) -> None:
        """Ask for an analysis, unless a field holds what cannot be used."""
        if self._run.isEnabled():
            self.run_requested.emit()

    def _build(self) -> None:
        self._name = named("run data set", ElidedLabel())
        font = self._name.font()
        font.setBold(True)
        self._name.setFont(font)
        self._region = named("run region", ElidedLabel())
        self._counts = named("run counts", QLabel(wordWrap=True))
        self._choice = named("presets", QComboBox())
        self._choice.setToolTip("Parameters under a name")
        self._choice.activated.connect(self._preset_activated)
        self._choice.setMinimumContentsLength(12)
        self._choice.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._save = QAction("&Save as preset...", self)
        self._save.triggered.connect(self._save_preset)
        self._delete = QAction("&Delete this preset", self)
        self._delete.triggered.connect(self._remove_preset)
        more = named("preset actions", QToolButton())
        more.setText("Keep")
        more.setToolTip("Keep these parameters under a name, or delete a name")
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        more.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        more.addActions([self._save, self._delete])
        label = QLabel("&Preset")
        label.setBuddy(self._choice)
        presets = QHBoxLayout()
        presets.addWidget(label)
        presets.addWidget(self._choice, 1)
        presets.addWidget(more)
        self._guidance = named("guidance", QTextEdit())
        self._guidance.setReadOnly(True)
        self._guidance.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._guidance.setFixedHeight(GUIDANCE_HEIGHT)
        self._guidance.document().setDocumentMargin(3)
        form = QWidget()
        rows = QVBoxLayout(form)
        rows.addWidget(self._name)
        rows.addWidget(self._region)
        rows.addWidget(self._counts)
        rows.addLayout(presets)
        rows.addWidget(self.fields)
        rows.addStretch(1)
        above = QWidget()
        upper = QVBoxLayout(above)
        upper.setContentsMargins(0, 0, 0, 0)
        upper.addWidget(named("run form", FormArea(form, least_height=150)), 1)
        guided = QVBoxLayout()
        guided.setContentsMargins(9, 0, 9, 0)
        guided.addWidget(self._guidance)
        upper.addLayout(guided)
        self._run = named("run", QPushButton("Run"))
        self._run.setDefault(True)
        self._run.setMinimumHeight(36)
        self._run.clicked.connect(self.run)
        self._cancel = named("cancel run", QPushButton("Cancel"))
        self._cancel.setMinimumHeight(36)
        self._cancel.setToolTip("Stop the analysis; nothing is kept of it")
        self._cancel.clicked.connect(self.cancel_requested)
        buttons = QHBoxLayout()
        buttons.addWidget(self._run, 1)
        buttons.addWidget(self._cancel)
        self._stage = named("run stage", ElidedLabel())
        self._elapsed = named("run elapsed", QLabel())
        self._bar = named("run progress", QProgressBar(textVisible=False))
        self._bar.setMaximumHeight(8)
        # or all of the window would be laid out anew at each run
        for widget in (self._stage, self._bar):
            policy = widget.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            widget.setSizePolicy(policy)
        told = QHBoxLayout()
        told.addWidget(self._stage, 1)
        told.addWidget(self._elapsed)
        below = QWidget()
        lower = QVBoxLayout(below)
        lower.addLayout(buttons)
        lower.addLayout(told)
        lower.addWidget(self._bar)
        lower.addWidget(self.findings, 1)
        split = QSplitter(Qt.Orientation.Vertical, childrenCollapsible=False)
        split.addWidget(above)
        split.addWidget(below)
        split.setSizes([540, 230])
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)
        self._guide(GUIDANCE["k"])

    def _project_changed(self, before: Project, now: Project) -> None:
        self.fields.show_values(now.params, now.seed)
        if before.data_sets is not now.data_sets:
            self._target_timer.start()
        if before.params is not now.params:
            self._show_presets()
        self._show_findings()

    def _current_changed(self) -> None:
        self._target_timer.start()
        self._show_findings()

    def _show_findings(self) -> None:
        self.findings.show_findings(self._document.project)

    def _show_target(self) -> None:
        project, workspace = self._document.project, self._workspace
        basis = basis_of(project, workspace)
        if basis is not None and basis == self._basis:
            return
        self._basis = basis
        self._target = target = target_of(project, workspace)
        if target is None:
            self._name.setText("No data yet")
            self._region.setText("Open a file of localizations to analyse it.")
            self._counts.setText("")
        else:
            self._name.setText(target.data_set)
            area = "" if target.area_nm2 is None else f", {area_text(target.area_nm2)}"
            self._region.setText(f"{target.region or 'Whole field'}{area}")
            precision = (
                "Precision not known"
                if target.precision_nm is None
                else f"Precision {rounded(target.precision_nm)} nm (median)"
            )
            self._counts.setText(f"{target.n:,} localizations, {target.dimensions}-D\n{precision}")
            self.fields.set_has_precision(target.precision_nm is not None)
        self._enable()

    def _enable(self) -> None:
        running = self._activity.running("analysis") is not None
        self._run.setEnabled(self._target is not None and self.fields.is_valid and not running)
        tip = "Analyse this with these parameters (Ctrl+R or F5)"
        if self._target is None:
            tip = "Open a file first"
        elif not self.fields.is_valid:
            tip = "Mend the fields that are marked first"
        self._run.setToolTip(tip)

    def _show_task(self) -> None:
        task = self._activity.running("analysis")
        self._enable()
        self._cancel.setEnabled(task is not None and not task.is_stopping)
        if task is None:
            self._clock.stop()
        else:
            self._stage.setText("Stopping" if task.is_stopping else task.stage or "Starting")
            # set only when it is another: each setting is drawn
            most = 0 if task.fraction is None else 100
            if self._bar.maximum() != most:
                self._bar.setRange(0, most)
            if task.fraction is not None:
                self._bar.setValue(round(100 * task.fraction))
            if not self._clock.isActive():
                self._show_elapsed()
                self._clock.start()
        for widget in (self._stage, self._elapsed, self._bar):
            widget.setVisible(task is not None)

    def _show_elapsed(self) -> None:
        task = self._activity.running("analysis")
        if task is not None:
            seconds = int(time.monotonic() - task.began_s)
            self._elapsed.setText(f"{seconds // 60}:{seconds % 60:02d}")

    def _guide(self, guidance: Guidance) -> None:
        self._guidance.setText(
            f"<b>{guidance.label}</b><br>{guidance.meaning}"
            f"<p style='margin-top: 4px'>{guidance.advice}</p>"
        )

    def _show_presets(self) -> None:
        chosen = self._presets.of(self._document.project.params)
        self._choice.clear()
        for preset in self._presets.all:
            self._choice.addItem(preset.name)
        if chosen is None:
            self._choice.insertItem(0, _OWN)
        self._choice.setCurrentText(_OWN if chosen is None else chosen.name)
        self._delete.setEnabled(chosen is not None and not chosen.is_built_in)
        self._save.setEnabled(chosen is None)

    def _preset_activated(self) -> None:
        self.fields.reset()
        self.preset_chosen.emit(self._choice.currentText())

    def _save_preset(self) -> None:
        dialog = named("preset name", QInputDialog(self))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Save preset")
        dialog.setLabelText("Name of these parameters:")
        dialog.textValueSelected.connect(self.preset_saved)
        dialog.open()

    def _remove_preset(self) -> None:
        self.preset_removed.emit(self._choice.currentText())
