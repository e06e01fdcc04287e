"""The rows of steps that are applied by a button: neighbours, and merging."""

from __future__ import annotations

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QDoubleSpinBox, QFormLayout, QLabel, QPushButton, QSpinBox, QWidget

from stormgraph_gui.views.filter_row import FilterRow
from stormgraph_py.filters import Density, Filter, FilterStep, MergeReappearing

_NARROWEST = 80


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
