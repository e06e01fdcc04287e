"""Fields for the parameters of an analysis, checked while the user types."""

from __future__ import annotations

import dataclasses
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from stormgraph_gui.models.guidance import (
    AUTOMATIC_R0,
    BASIC,
    CHOICES,
    GUIDANCE,
    SEED,
    fault_in_words,
    number_in_words,
)
from stormgraph_gui.views.named import named
from stormgraph_py.errors import ParameterError
from stormgraph_py.params import StormGraphParams

FAULT_AFTER_MS = 400
"""A fault is shown when typing pauses: "0." on the way to "0.05" is none yet."""

_AUTOMATIC = "automatic"
_STEPS = {
    "alpha": 0.01, "label_radius_nm": 1.0, "overcounting_significance": 0.01,
    "min_edge_probability": 0.05, "similarity_threshold": 0.05, "max_neighbors": 50,
    "n_simulations": 10,
}  # fmt: skip
_FURTHER = tuple(name for name in GUIDANCE if name not in BASIC)
_YES_NO = ("overcounting", "use_sigma")
_MNEMONICS = {
    "k": "Neighbours &k",
    "alpha": "False positives a&lpha",
    "min_cluster_size": "Smallest &cluster",
    "overcounting": "Remove sin&gle molecules",
    "label_radius_nm": "Label ra&dius",
    "use_sigma": "Use the precisio&ns",
    SEED: "&Seed",
}


class NumberEdit(QLineEdit):
    """A line for a number; the arrow keys make it larger and smaller.

    Attributes
    ----------
    value_typed : Signal
        The user changed it: an int, a float, or what was typed when that is no number.
    """

    value_typed = Signal(object)

    def __init__(self, step: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._step = step
        self.setMaxLength(24)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.textEdited.connect(self._typed)

    @property
    def value(self) -> int | float | str:
        """The number, or what was typed when it is none."""
        text = self.text().strip().replace(",", ".")
        try:
            return int(text)
        except ValueError:
            pass
        try:
            return float(text)
        except ValueError:
            return self.text().strip()

    def show_value(self, value: float) -> None:
        """Show a number, unless the line says it already."""
        if self.value != value or not self.text().strip():
            self.setText(number_in_words(value) if isinstance(value, float) else str(value))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step with the arrow keys."""
        direction = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        value = self.value
        if direction is None or isinstance(value, str):
            super().keyPressEvent(event)
            return
        stepped = value + direction * self._step
        whole = isinstance(self._step, int)
        self.setText(str(round(stepped)) if whole else number_in_words(round(stepped, 6)))
        self._typed()

    def _typed(self) -> None:
        self.value_typed.emit(self.value)


class ParamFields(QWidget):
    """Fields for all parameters and the seed.

    Attributes
    ----------
    params_edited : Signal
        New parameters, and the name of the one that was edited.
    seed_edited : Signal
        The seed.
    edit_ended : Signal
        A field was left.
    focused : Signal
        The `Guidance` of the field that is used.
    validity_changed : Signal
        Whether every field holds a value that can be used.
    """

    params_edited = Signal(object, str)
    seed_edited = Signal(object)
    edit_ended = Signal()
    focused = Signal(object)
    validity_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._params, self._seed = StormGraphParams(), 0
        self._last_k = self._params.k
        self._has_precision = True
        self._faults: dict[str, str] = {}
        self._editors: dict[str, QWidget] = {}
        self._fault_labels: dict[str, QLabel] = {}
        self._row_labels: dict[str, QLabel] = {}
        self._fault_timer = QTimer(self, singleShot=True, interval=FAULT_AFTER_MS)
        self._fault_timer.timeout.connect(self._show_faults)
        self._automatic = named("param k automatic", QCheckBox("Automat&ic"))
        self._automatic.toggled.connect(self._automatic_toggled)
        self._watch(self._automatic, _AUTOMATIC)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(self._rows(BASIC))
        self._unfold = named("more parameters", QToolButton(autoRaise=True))
        self._unfold.setCheckable(True)
        self._unfold.setText("M&ore parameters")
        self._unfold.setToolTip("Show the parameters that most analyses leave as they are")
        self._unfold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._unfold.setArrowType(Qt.ArrowType.RightArrow)
        self._unfold.toggled.connect(self._unfolded)
        layout.addWidget(self._unfold)
        self._further = QWidget()
        self._further.setLayout(self._rows(_FURTHER))
        self._further.hide()
        layout.addWidget(self._further)
        self.reset()

    @property
    def is_valid(self) -> bool:
        """Whether every field holds a value that can be used."""
        return not self._faults

    def show_values(self, params: StormGraphParams, seed: int) -> None:
        """Show parameters, unless they are those that were just typed."""
        if (params, seed) != (self._params, self._seed):
            self._params, self._seed = params, seed
            self.reset()

    def reset(self) -> None:
        """Show the last parameters that can be used, in place of what cannot be."""
        params = self._params
        self._last_k = params.k or self._last_k
        for name in self._editors:
            self._show(name, self._seed if name == SEED else getattr(params, name))
        self._automatic.blockSignals(True)
        self._automatic.setChecked(params.k is None)
        self._automatic.blockSignals(False)
        for name in tuple(self._faults):
            self._set_fault(name, None)
        self._check_precision()
        self._enable()

    def set_has_precision(self, has_precision: bool) -> None:
        """Say whether the precision of the data is known, which the filter needs."""
        self._has_precision = has_precision
        self._check_precision()
        self._show_faults()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell which field is used."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.Enter):
            name = watched.property("guidance")
            self.focused.emit(AUTOMATIC_R0 if name == _AUTOMATIC else GUIDANCE[name])
        elif event.type() == QEvent.Type.FocusOut:
            self._show_faults()
            self.edit_ended.emit()
        return super().eventFilter(watched, event)

    def _rows(self, names: tuple[str, ...]) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(1, 1)
        for row, name in enumerate(names):
            guidance = GUIDANCE[name]
            editor = self._editor(name)
            self._editors[name] = editor
            editor.setObjectName(f"param {name}")
            self._watch(editor, name)
            if isinstance(editor, QCheckBox):
                grid.addWidget(editor, 2 * row, 0, 1, 3)
            else:
                label = QLabel(_MNEMONICS.get(name, guidance.label))
                label.setBuddy(editor)
                self._watch(label, name)
                self._row_labels[name] = label
                grid.addWidget(label, 2 * row, 0)
                grid.addWidget(editor, 2 * row, 1)
                grid.addWidget(self._behind(name), 2 * row, 2)
            fault = named(f"fault {name}", QLabel(wordWrap=True))
            fault.setForegroundRole(QPalette.ColorRole.BrightText)
            fault.hide()
            self._fault_labels[name] = fault
            grid.addWidget(fault, 2 * row + 1, 0, 1, 3)
        return grid

    def _behind(self, name: str) -> QWidget:
        if name == "k":
            return self._automatic
        return QLabel(GUIDANCE[name].unit)

    def _editor(self, name: str) -> QWidget:
        if name in _YES_NO:
            mnemonic = (
                "Remove sin&gle molecules" if name == "overcounting" else "Use the precisio&ns"
            )
            box = QCheckBox(mnemonic)
            box.toggled.connect(lambda on: self._typed(name, on))
            return box
        if name in CHOICES:
            choices = QComboBox()
            choices.setMinimumContentsLength(8)
            choices.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            for value, words in CHOICES[name]:
                choices.addItem(words, value)
            choices.activated.connect(lambda at: self._typed(name, CHOICES[name][at][0]))
            return choices
        line = NumberEdit(_STEPS.get(name, 1))
        line.setMinimumWidth(64)
        line.value_typed.connect(lambda value: self._typed(name, value))
        return line

    def _watch(self, widget: QWidget, name: str) -> None:
        guidance = AUTOMATIC_R0 if name == _AUTOMATIC else GUIDANCE[name]
        widget.setToolTip(guidance.meaning)
        widget.setProperty("guidance", name)
        widget.installEventFilter(self)

    def _show(self, name: str, value: Any) -> None:
        editor = self._editors[name]
        editor.blockSignals(True)
        if isinstance(editor, QCheckBox):
            editor.setChecked(value)
        elif isinstance(editor, QComboBox):
            values = [choice for choice, _ in CHOICES[name]]
            editor.setCurrentIndex(values.index(value))
        elif isinstance(editor, NumberEdit):
            if value is None:
                editor.clear()
            else:
                editor.show_value(value)
        editor.blockSignals(False)

    def _typed(self, name: str, value: Any) -> None:
        try:
            if name == SEED:
                if not isinstance(value, int) or value < 0:
                    raise ParameterError(f"{SEED}={value} is no whole number from 0 on; use 0.")
                self._set_fault(name, None)
                self._seed = value
                self.seed_edited.emit(value)
                return
            params = dataclasses.replace(self._params, **{name: value})
        except ParameterError as error:
            self._set_fault(name, fault_in_words(name, error))
            return
        self._set_fault(name, None)
        self._params = params
        self._last_k = params.k or self._last_k
        self.params_edited.emit(params, name)
        self._enable()
        self._check_precision()

    def _automatic_toggled(self, on: bool) -> None:
        self._typed("k", None if on else self._last_k)
        self._show("k", self._params.k)
        self._enable()
        self.edit_ended.emit()

    def _enable(self) -> None:
        self._editors["k"].setEnabled(self._params.k is not None)
        line = self._editors["k"]
        assert isinstance(line, NumberEdit)
        line.setPlaceholderText("" if self._params.k else "from the data")

    def _check_precision(self) -> None:
        lacks = self._params.overcounting and not (self._has_precision and self._params.use_sigma)
        text = "It needs localization precisions, and there are none to use; clear it."
        self._set_fault("overcounting", text if lacks else None)

    def _set_fault(self, name: str, text: str | None) -> None:
        was_valid = self.is_valid
        if text is None:
            self._faults.pop(name, None)
            self._fault_labels[name].hide()
        else:
            self._faults[name] = text
            self._fault_timer.start()
        if self.is_valid != was_valid:
            self.validity_changed.emit(self.is_valid)

    def _show_faults(self) -> None:
        for name, text in self._faults.items():
            self._fault_labels[name].setText(text)
            self._fault_labels[name].show()
            if name in _FURTHER:
                self._unfold.setChecked(True)

    def _unfolded(self, on: bool) -> None:
        self._unfold.setArrowType(Qt.ArrowType.DownArrow if on else Qt.ArrowType.RightArrow)
        self._further.setVisible(on)
