"""The question about two colours: channels, region, parameters; and the button."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from stormgraph_gui.models.activity import Task
from stormgraph_gui.models.overlap import ChannelChoice, Question
from stormgraph_gui.views.named import named
from stormgraph_py.report.overlap_analysis import OverlapParams

_STEPS = 1000


class OverlapPanel(QScrollArea):
    """Asks which channels are compared, where and how.

    Attributes
    ----------
    chosen : Signal
        Fields of the question that the user changed, by name.
    start_requested, cancel_requested, report_requested : Signal
        The buttons.
    """

    chosen = Signal(dict)
    start_requested = Signal()
    cancel_requested = Signal()
    report_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("overlap panel")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._choices: tuple[ChannelChoice, ...] = ()
        self._params = OverlapParams()
        self.a = self._combo("overlap a", "The channel whose clusters stay where they are", "a")
        self.b = self._combo(
            "overlap b", "The channel whose clusters are moved to learn what chance brings about",
            "b",
        )  # fmt: skip
        self.region = self._combo(
            "overlap region",
            "Where both are compared: a region around one cell, drawn on the first channel's data, "
            "or all of the field",
            "region",
        )
        self.n_random = named("overlap motions", QSpinBox())
        self.n_random.setRange(19, 9999)
        self.n_random.setToolTip(
            "Random motions that tell what overlap chance brings about. With 199 the smallest "
            "two-sided p is 0.01."
        )
        self.registration = self._length(
            "overlap registration",
            "not known",
            "How far the channels are misaligned, standard deviation along each axis. The result "
            "is then also shown under random misalignments of that size.",
        )
        self.voxel = self._length(
            "overlap voxel", "automatic", "3-D: edge of the voxels in which volumes are counted"
        )
        self.n_random.valueChanged.connect(self._choose_params)
        self.registration.valueChanged.connect(self._choose_params)
        self.voxel.valueChanged.connect(self._choose_params)
        self.fault = named("overlap fault", QLabel())
        self.fault.setWordWrap(True)
        note = QLabel("Clusters are found in both with the parameters and the seed of “Run”.")
        note.setWordWrap(True)
        note.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        self.start = named("overlap start", QPushButton("C&ompare"))
        self.start.setToolTip("Find clusters in both channels and lay them over each other")
        self.start.clicked.connect(self.start_requested)
        self.cancel = named("overlap cancel", QPushButton("Ca&ncel"))
        self.cancel.setToolTip("Stop the comparison")
        self.cancel.clicked.connect(self.cancel_requested)
        self.report = named("overlap report", QPushButton("Write repor&t..."))
        self.report.setToolTip("Write the page, the tables and the record of this comparison")
        self.report.clicked.connect(self.report_requested)
        self.lead = named("overlap lead", QLabel())
        self.lead.setWordWrap(True)
        self.lead.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.stage = named("overlap stage", QLabel())
        self.stage.setWordWrap(True)
        self.bar = named("overlap progress", QProgressBar())
        self.bar.setTextVisible(False)
        self.bar.setMaximumHeight(6)
        self._lay_out(note)
        self.show_task(None)

    def show_question(
        self,
        question: Question,
        choices: tuple[ChannelChoice, ...],
        regions: Sequence[tuple[str, str]],
        *,
        has_z: bool,
    ) -> None:
        """Show what can be chosen, and what is."""
        self._choices, self._params = choices, question.params
        for combo, choice in ((self.a, question.a), (self.b, question.b)):
            combo.clear()
            for one in choices:
                combo.addItem(one.title, one)
                combo.setItemData(combo.count() - 1, one.title, Qt.ItemDataRole.ToolTipRole)
            combo.setCurrentIndex(choices.index(choice) if choice in choices else -1)
            combo.setEnabled(bool(choices))
        self.region.clear()
        self.region.addItem("Whole field", None)
        for key, name in regions:
            self.region.addItem(name, key)
        self.region.setCurrentIndex(max(0, self.region.findData(question.region)))
        params = question.params
        for box, value in (
            (self.n_random, params.n_random),
            (self.registration, params.registration_nm or 0.0),
            (self.voxel, params.voxel_nm or 0.0),
        ):
            box.blockSignals(True)
            box.setValue(value)  # type: ignore[arg-type]
            box.blockSignals(False)
        self.voxel.setVisible(has_z)
        self._voxel_label.setVisible(has_z)
        self.fault.setText(question.fault)
        self.fault.setVisible(bool(question.fault))
        self._can_start = not question.fault
        self.start.setEnabled(self._can_start and not self.cancel.isEnabled())

    def show_task(self, task: Task | None) -> None:
        """Show how far the comparison is; None when none runs."""
        runs = task is not None
        self.cancel.setEnabled(task is not None and not task.is_stopping)
        self.start.setEnabled(self._can_start and not runs)
        self.bar.setVisible(runs)
        self.stage.setVisible(runs)
        if task is not None:
            self.stage.setText("Stopping..." if task.is_stopping else task.stage or task.title)
            self.bar.setRange(0, 0 if task.fraction is None else _STEPS)
            self.bar.setValue(round(_STEPS * (task.fraction or 0.0)))

    def show_lead(self, lead: str) -> None:
        """Say what came out, and let the report be written; "" when nothing did yet."""
        self.lead.setText(lead)
        self.lead.setVisible(bool(lead))
        self.report.setEnabled(bool(lead))

    _can_start = False

    def _lay_out(self, note: QLabel) -> None:
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setVerticalSpacing(4)
        form.addRow("&Channel A", self.a)
        form.addRow("Channe&l B", self.b)
        form.addRow("Re&gion", self.region)
        form.addRow("Random &motions", self.n_random)
        form.addRow("Regi&stration error", self.registration)
        form.addRow("Vo&xels", self.voxel)
        self._voxel_label = form.labelForField(self.voxel)
        buttons = QHBoxLayout()
        buttons.addWidget(self.start, 2)
        buttons.addWidget(self.cancel, 1)
        body = QWidget()
        column = QVBoxLayout(body)
        column.addLayout(form)
        column.addWidget(note)
        column.addWidget(self.fault)
        column.addLayout(buttons)
        column.addWidget(self.stage)
        column.addWidget(self.bar)
        column.addWidget(self.lead)
        column.addWidget(self.report)
        column.addStretch(1)
        self.setWidget(body)

    def _combo(self, name: str, tip: str, field: str) -> QComboBox:
        combo = named(name, QComboBox())
        combo.setToolTip(tip)
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        combo.setMinimumContentsLength(12)
        combo.activated.connect(lambda index: self.chosen.emit({field: combo.itemData(index)}))
        return combo

    def _length(self, name: str, without: str, tip: str) -> QDoubleSpinBox:
        box = named(name, QDoubleSpinBox())
        box.setDecimals(1)
        box.setRange(0.0, 1000.0)
        box.setSuffix(" nm")
        box.setSpecialValueText(without)
        box.setToolTip(tip)
        box.setKeyboardTracking(False)
        return box

    def _choose_params(self) -> None:
        params = dataclasses.replace(
            self._params,
            n_random=self.n_random.value(),
            registration_nm=self.registration.value() or None,
            voxel_nm=self.voxel.value() or None,
        )
        self.chosen.emit({"params": params})
