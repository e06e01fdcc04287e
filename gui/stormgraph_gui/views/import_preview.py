"""The dialog that asks what a file is, where the file leaves it open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from stormgraph_gui.models.facts import format_text, measures_of
from stormgraph_gui.models.questions import Question, Trial
from stormgraph_gui.views.card import Card
from stormgraph_gui.views.column_table import ColumnTable

_DELAY_MS = 250
_ICON = 22
_UNITS = (
    ("as the file says, or nm", None),
    ("nm", "nm"),
    ("µm", "um"),
    ("camera pixels", "px"),
    ("mm", "mm"),
    ("m", "m"),
    ("Å", "angstrom"),
)
_WHY = {
    "columns": "Which columns hold the positions? Choose x and y above the rows.",
    "pixel_size_nm": "Positions are in camera pixels. How large is a pixel in the sample?",
    "unit": "In which unit are the lengths?",
}
_TELLABLE = ("columns", "unit", "pixel_size_nm")
_ANOTHER = "How is this file to be read? Results that were made before stay, marked as out of date."
_DOUBTFUL = "The file can be read, but something about it looks wrong. Is this right?"


class ImportPreview(QDialog):
    """Shows the first rows, what can be told, and what that would mean.

    Parameters
    ----------
    question : Question
        The file and what it leaves open.

    Attributes
    ----------
    reading_changed : Signal
        Keyword arguments of `read_localizations`; `show_trial` is to tell what they would give.
    answered : Signal
        The same, once the user has accepted, and whether they hold for like files too.
    declined : Signal
        The file is not to be opened.
    """

    reading_changed = Signal(object)
    answered = Signal(object, bool)
    declined = Signal()

    def __init__(self, question: Question, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("import preview")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        name = Path(question.path).name
        again = question.is_open
        self.setWindowTitle(f"Read {name} in another way" if again else f"Open {name}")
        self.resize(860, 560)
        self._question = question
        self._trial: Trial | None = None
        why = _WHY.get(question.untold, _ANOTHER if again else _DOUBTFUL)
        self._why = QLabel(f"<b>{why}</b>")
        self._why.setWordWrap(True)
        self.table = ColumnTable(question)
        self.table.meanings_changed.connect(self._changed)
        self.unit = QComboBox()
        self.unit.setObjectName("unit")
        self.unit.setToolTip("Unit of positions and precisions that the file does not state")
        for text, unit in _UNITS:
            self.unit.addItem(text, unit)
        self.unit.setCurrentIndex(max(0, self.unit.findData(question.told.get("unit"))))
        self.unit.currentIndexChanged.connect(self._changed)
        self.pixel_size = QDoubleSpinBox()
        self.pixel_size.setObjectName("pixel size")
        self.pixel_size.setToolTip(
            "Edge of a camera pixel in the sample: the size on the camera chip divided by the "
            "magnification, mostly 60 to 200 nm"
        )
        self.pixel_size.setRange(0, 100_000)
        self.pixel_size.setDecimals(2)
        self.pixel_size.setSuffix(" nm")
        self.pixel_size.setSpecialValueText("not given")
        self.pixel_size.setSingleStep(1)
        self.pixel_size.setValue(question.told.get("pixel_size_nm") or 0)
        self._first_size = self.pixel_size.value()
        self.pixel_size.valueChanged.connect(self._changed)
        told = QFormLayout()
        told.setVerticalSpacing(6)
        told.setHorizontalSpacing(12)
        told.addRow("&Unit of lengths", self.unit)
        told.addRow("Camera &pixel", self.pixel_size)
        below = QHBoxLayout()
        below.setSpacing(32)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addLayout(told)
        left.addStretch(1)
        below.addLayout(left)
        below.addWidget(self._results(), 1)
        self._for_others = QCheckBox()
        self._for_others.setObjectName("for others")
        many = question.n_others > 1
        self._for_others.setText(
            f"&The same for the {question.n_others} other files like this one"
            if many
            else "&The same for the other file like this one"
        )
        self._for_others.setChecked(True)
        self._for_others.setVisible(question.n_others > 0)
        buttons = QDialogButtonBox()
        self.open_button = QPushButton("&Read like this" if again else "&Open")
        self.open_button.setObjectName("accept reading")
        self.open_button.setDefault(True)
        buttons.addButton(self.open_button, QDialogButtonBox.ButtonRole.AcceptRole)
        leave = "&Cancel" if again else "Do &not open"
        skip = buttons.addButton(leave, QDialogButtonBox.ButtonRole.RejectRole)
        skip.setAutoDefault(False)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        layout.addWidget(self._why)
        layout.addWidget(QLabel(f"{format_text(question.head.format)}. It begins with these rows:"))
        layout.addWidget(self.table, 1)
        layout.addLayout(below)
        layout.addWidget(self._for_others)
        layout.addWidget(buttons)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_DELAY_MS)
        self._timer.timeout.connect(lambda: self.reading_changed.emit(self.reading()))
        if question.untold == "pixel_size_nm":
            self.pixel_size.setFocus()
            self.pixel_size.selectAll()
        if self.reading() == dict(question.first.reading):
            self.show_trial(question.first)
        else:
            self._changed()

    def reading(self) -> dict[str, Any]:
        """Return what was told so far."""
        before = self._question.told
        told: dict[str, Any] = {n: v for n, v in before.items() if n not in _TELLABLE}
        if columns := self.table.told():
            told["columns"] = columns
        if (unit := self.unit.currentData()) is not None:
            told["unit"] = unit
        if (size := self.pixel_size.value()) > 0:
            # the box rounds what was told before
            told["pixel_size_nm"] = before["pixel_size_nm"] if size == self._first_size else size
        return told

    def show_trial(self, trial: Trial) -> None:
        """Show what reading the file like this gives; one that was overtaken is left out."""
        if dict(trial.reading) != self.reading():
            return
        self._trial = trial
        self.open_button.setEnabled(trial.summary is not None)
        while self._measures.rowCount():
            self._measures.removeRow(0)
        if trial.summary is not None:
            summary = trial.summary
            count = f"{summary.n_localizations:,} in {summary.dimensions}-D"
            self._measures.addRow("Localizations", QLabel(f"<b>{count}</b>"))
            for label, value in measures_of(summary)[:-1]:
                self._measures.addRow(label, QLabel(f"<b>{value}</b>"))
        self._verdict("\n\n".join([trial.fault] if trial.fault else trial.doubts))

    def accept(self) -> None:
        """Open the file like this, if it can be."""
        if self._trial is None or self._trial.summary is None:
            return
        self._timer.stop()
        for_others = self._question.n_others > 0 and self._for_others.isChecked()
        self.answered.emit(dict(self._trial.reading), for_others)
        super().accept()

    def reject(self) -> None:
        """Leave the file alone."""
        self._timer.stop()
        self.declined.emit()
        super().reject()

    def _results(self) -> QWidget:
        box = Card()
        box.setObjectName("what it means")
        self._measures = QFormLayout()
        self._measures.setHorizontalSpacing(16)
        self._measures.setVerticalSpacing(3)
        self._sign = QLabel()
        self._sign.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._said = QLabel()
        self._said.setObjectName("verdict")
        self._said.setTextFormat(Qt.TextFormat.PlainText)
        self._said.setWordWrap(True)
        verdict = QHBoxLayout()
        verdict.addWidget(self._sign)
        verdict.addWidget(self._said, 1)
        layout = QVBoxLayout(box)
        layout.addLayout(self._measures)
        layout.addLayout(verdict)
        layout.addStretch()
        box.setMinimumHeight(150)
        return box

    def _verdict(self, text: str) -> None:
        which = QStyle.StandardPixmap
        icon = which.SP_MessageBoxWarning if text else which.SP_DialogApplyButton
        self._sign.setPixmap(self.style().standardIcon(icon).pixmap(_ICON, _ICON))
        self._said.setText(text or "Nothing about this looks wrong.")

    def _changed(self) -> None:
        self._trial = None
        self.open_button.setEnabled(False)
        self._sign.clear()
        self._said.setText("Reading the file like this...")
        self._timer.start()
