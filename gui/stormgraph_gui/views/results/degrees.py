"""Which localizations are too isolated to be clustered, and what another alpha would do."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QPushButton, QSlider, QWidget

from stormgraph_gui.models.degree_estimate import ALPHAS, DegreeEstimate
from stormgraph_gui.views.plot import Line, Plot
from stormgraph_gui.views.plot_style import ACCENT, DATA, RANDOM
from stormgraph_gui.views.results.tab import Tab, beside, column, text_label
from stormgraph_py.report.numbers import integer, percent, rounded

if TYPE_CHECKING:
    from stormgraph_py.arrays import FloatArray
    from stormgraph_py.report.analysis import Analysis

_SMALLEST_ALPHA, _LARGEST_ALPHA = float(ALPHAS[0]), float(ALPHAS[-1])
_BINS = 60
_MOST_DOTS = 8000
_STEPS = 100
"""Steps of the slider for every factor of ten of alpha."""

_ASKS = "alpha is the largest share of completely random localizations that would be kept."


class Degrees(Tab):
    """Degrees of the data and of random localizations, with a threshold that can be moved.

    Attributes
    ----------
    alpha_wanted : Signal
        The next analysis is to use this alpha.
    estimate : DegreeEstimate or None
        What other alphas would keep; None while that is not known.
    """

    alpha_wanted = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.estimate: DegreeEstimate | None = None
        self._alpha = 0.05
        self._next_alpha = 0.05
        self._line: Line | None = None
        self.explanation = text_label("degrees text")
        self.plot = Plot(log_x=True, percent_y=True)
        self.plot.setObjectName("degree plot")
        self.over_z = Plot(log_y=True)
        self.over_z.setObjectName("degree over z plot")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName("alpha slider")
        self.slider.setRange(_position(_SMALLEST_ALPHA), _position(_LARGEST_ALPHA))
        self.slider.setToolTip(f"Try another alpha: {_ASKS}")
        self.spin = _ShortNumber()
        self.spin.setObjectName("alpha value")
        self.spin.setDecimals(4)
        self.spin.setRange(_SMALLEST_ALPHA, 1.0)
        self.spin.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        self.spin.setKeyboardTracking(False)
        self.spin.setToolTip(f"{_ASKS[0].upper()}{_ASKS[1:]} 1 keeps all localizations.")
        label = QLabel("Try al&pha")
        label.setBuddy(self.spin)
        self._controls = QWidget()
        row = QHBoxLayout(self._controls)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label)
        row.addWidget(self.slider, 1)
        row.addWidget(self.spin)
        self.said = text_label("degree estimate")
        self.use = QPushButton("&Use")
        self.use.setObjectName("use alpha")
        self.use.setToolTip("Put this alpha into the parameters; run again to see the clusters.")
        self.slider.valueChanged.connect(self._slid)
        self.spin.valueChanged.connect(self.try_alpha)
        self.use.clicked.connect(self._use)
        said = beside(self.said, self.use)
        layout = column(
            self, self.explanation, self.plot, self.over_z, self._controls, said, stretch=self.plot
        )
        layout.setStretchFactor(self.over_z, 1000)

    def set_next_alpha(self, alpha: float) -> None:
        """Take the alpha of the next analysis."""
        self._next_alpha = alpha
        self._enable()

    @property
    def alpha(self) -> float:
        """The alpha that is tried."""
        return self._alpha

    def try_alpha(self, alpha: float) -> None:
        """Show what another alpha would keep."""
        if self.estimate is None:
            return
        self._alpha = self.estimate.nearest(alpha)
        self._put_controls()
        self._put_threshold()
        self._say()

    def fill(self, analysis: Analysis) -> None:
        """Show what there is."""
        result = analysis.result
        noise = result.noise
        for widget in (self.plot, self.over_z, self._controls, self.said, self.use):
            widget.setVisible(noise is not None)
        self.plot.clear()
        self.over_z.clear()
        self._line = None
        self._alpha = result.params.alpha
        if noise is None:
            self.explanation.setText(
                "This analysis kept all localizations, because alpha was 1. Choose an alpha below "
                "1 and run again to leave out localizations that are no denser than chance."
            )
            return
        depends_on_z = bool(np.ptp(noise.threshold) > 0)
        self.plot.setVisible(not depends_on_z)
        self.over_z.setVisible(depends_on_z)
        if depends_on_z:
            self._draw_over_z(analysis)
        else:
            self._draw_histograms(noise.degrees, noise.random_degrees, float(noise.threshold[0]))
        self._put_controls()
        self._put_threshold()
        self._say()

    def _draw_histograms(self, degrees: FloatArray, random: FloatArray, threshold: float) -> None:
        top = max(4 * threshold, float(degrees.max(initial=0)), 1e-6)
        low = min(threshold / 20, top / 100) or top / 100
        edges = np.geomspace(low, 1.001 * top, _BINS + 1)
        self.plot.set_labels("weighted degree; first bin: this or less", "share of localizations")
        self.plot.add_histogram(edges, _shares(degrees, edges), "these localizations", DATA)
        if len(random):
            self.plot.add_histogram(
                edges, _shares(random, edges), "random points", RANDOM, filled=False
            )
        self.plot.set_x_range(float(edges[0]), float(edges[-1]))
        self._line = self.plot.add_line(threshold, "threshold", movable=self.estimate is not None)
        self._line.item.setToolTip("Drag to try another alpha.")
        self._line.moved.connect(self._dragged)
        self._line.released.connect(self._let_go)
        if self.estimate is not None:
            self._line.set_bounds(
                float(self.estimate.threshold(_LARGEST_ALPHA)),
                float(self.estimate.threshold(_SMALLEST_ALPHA)),
            )

    def _draw_over_z(self, analysis: Analysis) -> None:
        noise = analysis.result.noise
        assert noise is not None
        z = analysis.localizations.coordinates(3)[:, 2]
        step = max(1, len(z) // _MOST_DOTS)
        shown = np.arange(0, len(z), step)
        retained = noise.retained[shown]
        # isolated localizations have degrees down to 0, which a logarithmic axis cannot show
        lowest = float(noise.threshold.min()) / 20
        self.over_z.set_labels("z (nm)", "weighted degree; lowest: this or less")
        for chosen, color, name in (
            (~retained, RANDOM, "unclustered in this result"),
            (retained, DATA, "kept in this result"),
        ):
            rows = shown[chosen]
            degrees = np.maximum(noise.degrees[rows], lowest)
            self.over_z.add_points(z[rows], degrees, name, color, size=2.5)
        self._z_nm = np.linspace(float(z.min()), float(z.max()), 200)
        self._z_scale = analysis.result.z_scale
        if self.estimate is None:
            order = np.argsort(z)[:: max(1, len(z) // 400)]
            self.over_z.add_curve(z[order], noise.threshold[order], "threshold", ACCENT)

    def _put_controls(self) -> None:
        for widget in (self.slider, self.spin):
            widget.blockSignals(True)
        self.slider.setValue(_position(self._alpha))
        self.spin.setValue(self._alpha)
        for widget in (self.slider, self.spin):
            widget.blockSignals(False)
        self._enable()

    def _put_threshold(self) -> None:
        if self.estimate is None:
            return
        if self._line is not None:
            threshold = float(self.estimate.threshold(min(self._alpha, _LARGEST_ALPHA)))
            self._line.move_to(threshold)
            self._label_line(threshold)
        elif self.estimate.depends_on_z:
            limits = self.estimate.threshold(self._alpha, self._z_nm * self._z_scale)
            self.over_z.remove("threshold")
            if self._alpha < 1:
                self.over_z.add_curve(self._z_nm, limits, "threshold", ACCENT)

    def _label_line(self, threshold: float) -> None:
        if self._line is not None:
            text = f"threshold {rounded(threshold)}" if self._alpha < 1 else "no threshold"
            self._line.relabel(text)

    def _say(self) -> None:
        if self.estimate is None or self.analysis is None or self.analysis.result.noise is None:
            self.explanation.setText(_explanation(self._alpha))
            self.said.setText("The estimate for other alphas is being computed...")
            self._enable()
            return
        result = self.analysis.result
        noise = result.noise
        assert noise is not None
        self.explanation.setText(_explanation(self._alpha))
        n, kept = result.n_localizations, int(noise.retained.sum())
        n_kept = self.estimate.n_kept(self._alpha)
        own = self._alpha == result.params.alpha
        text = (
            f"<b>Estimate for alpha = {self._alpha:g}: {integer(n_kept)} of {integer(n)} "
            f"localizations ({percent(n_kept / n)}) would be kept</b> for clustering. "
        )
        if own:
            text = f"<b>alpha = {self._alpha:g} is that of this result</b>, which kept "
            text += f"{integer(kept)} of {integer(n)} localizations ({percent(kept / n)}). "
            if n_kept != kept:
                text += f"The threshold alone would keep {integer(n_kept)}. "
        else:
            text += f"This result kept {integer(kept)}. "
        if not result.used_sigma:
            text += (
                "Without localization precisions groups of neighbours decide together, so that "
                "a run keeps another number than the threshold alone. "
            )
        text += "The clusters change only when you run again."
        self.said.setText(text)
        self._enable()

    def _enable(self) -> None:
        known = self.estimate is not None
        self.slider.setEnabled(known)
        self.spin.setEnabled(known)
        self.use.setEnabled(known and self._alpha != self._next_alpha)
        self.use.setText(f"&Use {self._alpha:g}")

    def _slid(self, position: int) -> None:
        self.try_alpha(_alpha_at(position))

    def _dragged(self, threshold: float) -> None:
        if self.estimate is None:
            return
        self._alpha = self.estimate.alpha_at(threshold)
        self._put_controls()
        self._label_line(threshold)
        self._say()

    def _let_go(self, _threshold: float) -> None:
        # alpha has two digits: the line goes to its threshold
        self._put_threshold()

    def _use(self) -> None:
        self.alpha_wanted.emit(self._alpha)


class _ShortNumber(QDoubleSpinBox):
    """Writes 0.05 instead of 0.0500."""

    def textFromValue(self, value: float) -> str:
        """Return what is shown."""
        return f"{value:g}"


def _explanation(alpha: float) -> str:
    return (
        "The weighted degree of a localization sums up how near its neighbours within r0 are. "
        f"At most {percent(alpha)} of random localizations exceed the threshold."
    )


def _shares(degrees: FloatArray, edges: FloatArray) -> FloatArray:
    """Share of the degrees in each bin, in the first also of those below it."""
    low, high = math.log10(edges[0]), math.log10(edges[-1])
    with np.errstate(divide="ignore"):
        place = (np.log10(degrees) - low) * (_BINS / (high - low))
    bins = np.clip(place, 0, _BINS - 1).astype(np.int64)
    return np.bincount(bins, minlength=_BINS) / max(len(degrees), 1)


def _position(alpha: float) -> int:
    return round(_STEPS * math.log10(alpha))


def _alpha_at(position: int) -> float:
    return float(f"{10 ** (position / _STEPS):.2g}")
