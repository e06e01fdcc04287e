"""The row of a range: a histogram with handles, and the bounds as numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QLocale
from PySide6.QtGui import QDoubleValidator
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from stormgraph_gui.models.columns import FRAME, Column
from stormgraph_gui.models.histograms import histogram, larger
from stormgraph_gui.views.filter_row import FilterRow
from stormgraph_gui.views.range_histogram import RangeHistogram
from stormgraph_py.arrays import FloatArray
from stormgraph_py.filters import Filter, FilterStep, Frames, Keep


class RangeRow(FilterRow):
    """A range of a column, or a window of frames.

    Parameters
    ----------
    column : Column
        What it looks at.
    """

    def __init__(self, column: Column, parent: QWidget | None = None) -> None:
        super().__init__("Frames" if column.name == FRAME else column.text, parent)
        self.setObjectName(f"filter {column.name}")
        self.column = column
        self._values: Sequence[FloatArray] = ()
        self.bars = RangeHistogram()
        self.bars.setAccessibleName(f"Histogram of {column.title}")
        self.low, self.high = self._bound("lowest", "Lower"), self._bound("highest", "Upper")
        fields = QHBoxLayout()
        fields.setSpacing(6)
        fields.addWidget(QLabel("from"))
        fields.addWidget(self.low, 1)
        fields.addWidget(QLabel("to"))
        fields.addWidget(self.high, 1)
        if column.unit:
            fields.addWidget(QLabel(column.unit))
        self.body.addWidget(self.bars)
        self.body.addLayout(fields)
        self.body.addWidget(self.count)
        self.bars.range_changed.connect(self._dragged)
        self.bars.range_finished.connect(self._let_go)
        self.show_step(None)

    @property
    def is_dragged(self) -> bool:
        """Whether a handle is held."""
        return self.bars.is_dragged

    def show_values(self, values: Sequence[FloatArray]) -> None:
        """Show the distribution of what enters the step: one column, or x and y of a precision."""
        self._values = values
        self.bars.set_histogram(histogram(larger(values)))
        if not self.is_dragged:
            self._count()

    def show_step(self, step: Filter | None) -> None:
        """Show a range."""
        super().show_step(step)
        low, high = _bounds(step)
        if not self.is_dragged:
            self.bars.set_range(low, high)
        self._write(low, high)
        self._count()

    def show_counts(self, recorded: FilterStep | None) -> None:
        """Show what was recorded, unless a drag is ahead of it."""
        if not self.is_dragged:
            super().show_counts(recorded)

    def set_bounds(self, low: float, high: float) -> None:
        """Take other bounds, as if they were typed."""
        self._take(low, high, drag=False)

    def _bound(self, placeholder: str, which: str) -> QLineEdit:
        field = QLineEdit()
        field.setObjectName(placeholder)
        field.setPlaceholderText(placeholder)
        field.setToolTip(f"{which} bound; empty for none")
        field.setAccessibleName(f"{which} bound")
        validator = QDoubleValidator(field)
        validator.setLocale(QLocale.c())
        field.setValidator(validator)
        field.setMinimumWidth(44)
        field.editingFinished.connect(self._typed)
        return field

    def _typed(self) -> None:
        known = _bounds(self._step)
        low = _number(self.low.text(), -math.inf, known[0])
        high = _number(self.high.text(), math.inf, known[1])
        if (_text(low), _text(high)) == tuple(map(_text, known)):
            self._write(*known)
            return
        if low > high:
            low, high = high, low
        self._take(low, high, drag=False)

    def _dragged(self, low: float, high: float) -> None:
        self._take(low, high, drag=True)

    def _let_go(self) -> None:
        self.step_changed.emit(False)

    def _take(self, low: float, high: float, *, drag: bool) -> None:
        self._step = _step(self.column, low, high)
        self.reset_button.setVisible(self._step is not None)
        self._write(low, high)
        if not drag:
            self.bars.set_range(low, high)
        self._count()
        self.step_changed.emit(drag)

    def _write(self, low: float, high: float) -> None:
        for field, value in ((self.low, low), (self.high, high)):
            if field.text() != _text(value):
                field.setText(_text(value))

    def _count(self) -> None:
        """Count what this range keeps of what enters it."""
        if not self._values:
            return
        low, high = _bounds(self._step)
        kept = None
        for values in self._values:
            inside = (values >= low) & (values <= high)
            kept = inside if kept is None else kept & inside
        assert kept is not None
        n_kept = int(np.count_nonzero(kept)) if self._step is not None else len(kept)
        if self._step is None:
            self.count.setText(f"all {n_kept:,} kept")
        else:
            self.count.setText(f"{n_kept:,} of {len(kept):,} kept")


def _step(column: Column, low: float, high: float) -> Keep | Frames | None:
    """Return the step that keeps a range; None when it keeps everything."""
    if math.isinf(low) and math.isinf(high):
        return None
    if column.name != FRAME:
        return Keep(column.name, low=low, high=high)
    first = None if math.isinf(low) else math.ceil(low)
    last = None if math.isinf(high) else math.floor(high)
    if first is not None and last is not None and first > last:
        first = last
    return Frames(first=first, last=last)


def _bounds(step: Filter | None) -> tuple[float, float]:
    if isinstance(step, Keep):
        return step.low, step.high
    if isinstance(step, Frames):
        low = -math.inf if step.first is None else float(step.first)
        return low, math.inf if step.last is None else float(step.last)
    return -math.inf, math.inf


def _number(text: str, empty: float, known: float) -> float:
    """Return the bound that was typed; the known one where it is no number yet, as "1e"."""
    if not text.strip():
        return empty
    value, is_number = QLocale.c().toDouble(text)
    return value if is_number else known


def _text(value: float) -> str:
    return "" if math.isinf(value) else f"{value:.10g}"
