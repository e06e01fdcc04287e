"""One row of the filter panel for each step."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QLocale, Signal
from PySide6.QtGui import QDoubleValidator, QPalette
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QStyle,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from stormgraph_gui.models.columns import FRAME, Column
from stormgraph_gui.models.histograms import histogram, larger
from stormgraph_gui.views.card import Card
from stormgraph_gui.views.range_histogram import RangeHistogram
from stormgraph_py.arrays import FloatArray
from stormgraph_py.filters import Density, Filter, FilterStep, Frames, Keep, MergeReappearing

_NARROWEST = 80


class FilterRow(Card):
    """A step, or one that is about to be: title, counts, a button to take it away.

    Parameters
    ----------
    title : str
        What it looks at.

    Attributes
    ----------
    step_changed : Signal
        There is another step, or none; whether a drag goes on.
    remove_requested : Signal
        The row is not wanted any more.
    """

    step_changed = Signal(bool)
    remove_requested = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self._step: Filter | None = None
        heading = QLabel(f"<b>{title}</b>")
        heading.setWordWrap(True)
        self.count = QLabel()
        self.count.setObjectName("count")
        self.count.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.reset_button = QToolButton()
        self.reset_button.setObjectName("reset row")
        self.reset_button.setAutoRaise(True)
        self.reset_button.setText("Reset")
        self.reset_button.setToolTip("Keep everything again")
        self.reset_button.clicked.connect(self.reset)
        remove = QToolButton()
        remove.setObjectName("remove row")
        remove.setAutoRaise(True)
        remove.setIcon(self.style().standardIcon(QStyle.StandardPixmap.SP_TitleBarCloseButton))
        remove.setToolTip(f"Remove the filter: {title}")
        remove.setAccessibleName(remove.toolTip())
        remove.clicked.connect(lambda: self.remove_requested.emit())
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(heading, 1)
        top.addWidget(self.reset_button)
        top.addWidget(remove)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(8, 4, 6, 8)
        self.body.setSpacing(4)
        self.body.addLayout(top)

    @property
    def step(self) -> Filter | None:
        """The step; None while the row keeps everything."""
        return self._step

    @property
    def is_dragged(self) -> bool:
        """Whether the user holds something of the row."""
        return False

    def show_step(self, step: Filter | None) -> None:
        """Show a step of the document."""
        self._step = step
        self.reset_button.setVisible(step is not None)

    def show_counts(self, recorded: FilterStep | None) -> None:
        """Show what the step did, as it was recorded."""
        if recorded is not None:
            text = f"{recorded.n_after:,} of {recorded.n_before:,} kept"
            if recorded.n_unknown:
                text += f" · {recorded.n_unknown:,} have no value"
            self.count.setText(text)

    def reset(self) -> None:
        """Keep everything again."""
        self.show_step(None)
        self.step_changed.emit(False)


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


class DensityRow(FilterRow):
    """How many neighbours a localization must have."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Neighbours", parent)
        self.setObjectName("filter density")
        self.n_neighbors = QSpinBox()
        self.n_neighbors.setRange(1, 1000)
        self.n_neighbors.setValue(3)
        self.n_neighbors.setToolTip("Fewest other localizations within the radius")
        self.radius = _length(50.0, "Radius in which neighbours count")
        form = QFormLayout()
        form.addRow("At &least", self.n_neighbors)
        form.addRow("others with&in", self.radius)
        caution = QLabel(
            "Leave this out before a cluster analysis: thinned-out random data look clustered."
        )
        caution.setWordWrap(True)
        caution.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.apply_button = _apply_button("Keep only localizations with so many neighbours")
        self.apply_button.clicked.connect(self._apply)
        self.body.addLayout(form)
        self.body.addWidget(caution)
        self.body.addWidget(self.apply_button)
        self.body.addWidget(self.count)
        for field in (self.n_neighbors, self.radius):
            field.valueChanged.connect(self._edited)
        self.show_step(None)

    def show_step(self, step: Filter | None) -> None:
        """Show the step's numbers."""
        super().show_step(step)
        if isinstance(step, Density):
            _set(self.n_neighbors, step.min_neighbors)
            _set(self.radius, step.radius_nm)
        else:
            self.count.setText("not applied yet")
        self._edited()

    def _wanted(self) -> Density:
        return Density(min_neighbors=self.n_neighbors.value(), radius_nm=self.radius.value())

    def _edited(self) -> None:
        self.apply_button.setEnabled(self._wanted() != self._step)

    def _apply(self) -> None:
        self.show_step(self._wanted())
        self.count.setText("counting...")
        self.step_changed.emit(False)


class MergeRow(FilterRow):
    """How far apart, in space and frames, localizations of one molecule may be.

    Parameters
    ----------
    distance_nm : float
        Distance to begin with.
    """

    def __init__(self, distance_nm: float, parent: QWidget | None = None) -> None:
        super().__init__("Merge reappearing localizations", parent)
        self.setObjectName("filter merge")
        self.distance = _length(distance_nm, "Largest distance from one to the next")
        self.dark_frames = QSpinBox()
        self.dark_frames.setRange(0, 100_000)
        self.dark_frames.setValue(1)
        self.dark_frames.setMinimumWidth(_NARROWEST)
        self.dark_frames.setToolTip("Frames that may lie between without a localization")
        form = QFormLayout()
        form.addRow("Within &distance", self.distance)
        form.addRow("Dark fra&mes up to", self.dark_frames)
        hint = QLabel(
            "Localizations of one molecule in successive frames become one, at the mean position "
            "weighted by photons. About six times the precision is a good distance."
        )
        hint.setWordWrap(True)
        hint.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.apply_button = _apply_button("Merge localizations that follow one another")
        self.apply_button.clicked.connect(self._apply)
        self.body.addLayout(form)
        self.body.addWidget(hint)
        self.body.addWidget(self.apply_button)
        self.body.addWidget(self.count)
        for field in (self.distance, self.dark_frames):
            field.valueChanged.connect(self._edited)
        self.show_step(None)

    def show_step(self, step: Filter | None) -> None:
        """Show the step's numbers."""
        super().show_step(step)
        if isinstance(step, MergeReappearing):
            _set(self.distance, step.max_distance_nm)
            _set(self.dark_frames, step.max_dark_frames)
        else:
            self.count.setText("not applied yet")
        self._edited()

    def show_counts(self, recorded: FilterStep | None) -> None:
        """Say how many localizations became how many."""
        if recorded is not None:
            text = f"{recorded.n_before:,} merged into {recorded.n_after:,}"
            if recorded.n_unknown:
                text += f" · {recorded.n_unknown:,} have no frame"
            self.count.setText(text)

    def _wanted(self) -> MergeReappearing:
        known = self._step if isinstance(self._step, MergeReappearing) else None
        return MergeReappearing(
            max_distance_nm=self.distance.value(),
            max_dark_frames=self.dark_frames.value(),
            max_axial_distance_nm=None if known is None else known.max_axial_distance_nm,
        )

    def _edited(self) -> None:
        self.apply_button.setEnabled(self._wanted() != self._step)

    def _apply(self) -> None:
        self.show_step(self._wanted())
        self.count.setText("merging...")
        self.step_changed.emit(False)


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


def _length(value: float, tip: str) -> QDoubleSpinBox:
    field = QDoubleSpinBox()
    field.setRange(0.1, 100_000)
    field.setDecimals(1)
    field.setSuffix(" nm")
    field.setValue(value)
    field.setToolTip(tip)
    field.setMinimumWidth(_NARROWEST)
    return field


def _apply_button(tip: str) -> QPushButton:
    button = QPushButton("Apply")
    button.setObjectName("apply step")
    button.setToolTip(tip)
    return button


def _set(field: QSpinBox | QDoubleSpinBox, value: float) -> None:
    field.blockSignals(True)
    field.setValue(value)  # type: ignore[arg-type]
    field.blockSignals(False)
