"""One molecule or several: the evidence of each cluster, and what if labels were larger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QPushButton, QSlider, QWidget

from stormgraph_gui.models.evidence import LARGEST_LABEL_RADIUS_NM, several_molecules
from stormgraph_gui.views.plot import Line, Plot
from stormgraph_gui.views.plot_style import DATA
from stormgraph_gui.views.results.rows import Column, RecordTable
from stormgraph_gui.views.results.tab import Tab, beside, column, text_label
from stormgraph_py.report.numbers import count, integer, percent, rounded

if TYPE_CHECKING:
    from stormgraph_py.arrays import FloatArray
    from stormgraph_py.engine.overcounting import OvercountingEvidence
    from stormgraph_py.report.analysis import Analysis

_STEPS = 10
"""Steps of the slider for each nm."""

_ASKS = "Radius within which the dye may lie around the molecule: of the label and its linkers."


@dataclass(frozen=True)
class _Candidate:
    """A row of the table."""

    evidence: OvercountingEvidence
    turning_radius_nm: float
    is_several: bool


class Overcounting(Tab):
    """Evidence that clusters are more than one molecule that was counted several times.

    Attributes
    ----------
    candidate_wanted : Signal
        An `OvercountingEvidence` whose cluster is to be looked at.
    radius_wanted : Signal
        The next analysis is to use this label radius.
    turning_radii_nm : ndarray or None
        Label radius at which the verdict on each candidate turns; None while that is not known.
    """

    candidate_wanted = Signal(object)
    radius_wanted = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.turning_radii_nm: FloatArray | None = None
        self._radius = 0.0
        self._next_radius = 0.0
        self._line: Line | None = None
        self.verdict = text_label("overcounting verdict")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName("label radius slider")
        self.slider.setRange(0, round(_STEPS * LARGEST_LABEL_RADIUS_NM))
        self.slider.setPageStep(_STEPS)
        self.slider.setToolTip(f"What if the label were larger? {_ASKS}")
        self.spin = QDoubleSpinBox()
        self.spin.setObjectName("label radius value")
        self.spin.setRange(0.0, LARGEST_LABEL_RADIUS_NM)
        self.spin.setDecimals(1)
        self.spin.setSingleStep(0.5)
        self.spin.setSuffix(" nm")
        self.spin.setKeyboardTracking(False)
        self.spin.setToolTip(_ASKS)
        label = QLabel("&Label radius")
        label.setBuddy(self.spin)
        self._controls = QWidget()
        row = QHBoxLayout(self._controls)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label)
        row.addWidget(self.slider, 1)
        row.addWidget(self.spin)
        self.said = text_label("what if")
        self.use = QPushButton("&Use")
        self.use.setObjectName("use label radius")
        self.use.setToolTip("Put this label radius into the parameters of the next analysis.")
        self.plot = Plot("", "label radius (nm)", "share of clusters", percent_y=True)
        self.plot.setObjectName("label radius plot")
        self.table = RecordTable(_COLUMNS, "overcounting")
        said = beside(self.said, self.use)
        layout = column(
            self, self.verdict, self._controls, said, self.plot, self.table, stretch=self.table
        )
        layout.setStretchFactor(self.plot, 1000)
        self.slider.valueChanged.connect(self._slid)
        self.spin.valueChanged.connect(self.try_radius)
        self.use.clicked.connect(self._use)
        self.table.chosen.connect(self._went_to)

    def set_next_radius(self, radius_nm: float) -> None:
        """Take the label radius of the next analysis."""
        self._next_radius = radius_nm
        self._enable()

    @property
    def radius_nm(self) -> float:
        """The label radius that is tried."""
        return self._radius

    def try_radius(self, radius_nm: float) -> None:
        """Show what the test would say at another label radius."""
        if radius_nm == self._radius:
            return
        self._radius = radius_nm
        self._put_controls()
        if self._line is not None:
            self._line.move_to(radius_nm)
        self._say()

    def fill(self, analysis: Analysis) -> None:
        """Show what there is."""
        evidence, params = analysis.result.overcounting, analysis.result.params
        known = bool(evidence)
        for widget in (self._controls, self.said, self.use, self.plot, self.table):
            widget.setVisible(known)
        self._line = None
        self.plot.clear()
        self._radius = min(params.label_radius_nm, LARGEST_LABEL_RADIUS_NM)
        if not evidence:
            self.verdict.setText(
                "There are no clusters to test."
                if evidence is not None
                else "Whether a cluster is one molecule that was counted several times can only be "
                "told with localization precisions, and this analysis used none."
            )
            return
        n, n_several = len(evidence), sum(one.verdict == "several-molecules" for one in evidence)
        text = (
            f"<b>{integer(n_several)} of {count(n, 'cluster')} hold more than one molecule</b>, "
            f"with {percent(1 - params.overcounting_significance)} confidence and a label radius "
            f"of {rounded(params.label_radius_nm)} nm. "
        )
        if n_several < n:
            were = "was" if n - n_several == 1 else "were"
            fate = f"{were} left out" if params.overcounting else f"{were} kept"
            text += (
                f"{integer(n - n_several)} cannot be told from one molecule that was localized "
                f"repeatedly, and {fate}."
            )
        self.verdict.setText(text)
        if self.turning_radii_nm is not None:
            self._draw(self.turning_radii_nm, n)
        self._put_controls()
        self._put_rows()
        self._say()

    def _draw(self, turning: FloatArray, n: int) -> None:
        radii = np.linspace(0, LARGEST_LABEL_RADIUS_NM, round(_STEPS * LARGEST_LABEL_RADIUS_NM) + 1)
        known = np.sort(turning[np.isfinite(turning)])
        share = (len(known) - np.searchsorted(known, radii, side="right")) / n
        self.plot.add_curve(radii, share, "clusters with several molecules", DATA)
        self.plot.set_x_range(0.0, LARGEST_LABEL_RADIUS_NM)
        self.plot.set_y_range(0.0, 1.04)
        self._line = self.plot.add_line(self._radius, "label radius", movable=True)
        self._line.set_bounds(0.0, LARGEST_LABEL_RADIUS_NM)
        self._line.moved.connect(self._dragged)

    def _several(self) -> list[bool]:
        assert self.analysis is not None
        result = self.analysis.result
        evidence = result.overcounting or ()
        if self.turning_radii_nm is None:
            return [one.verdict == "several-molecules" for one in evidence]
        own = result.params.label_radius_nm
        several = several_molecules(evidence, self.turning_radii_nm, self._radius, own)
        return [bool(one) for one in several]

    def _put_rows(self, *, same: bool = False) -> None:
        assert self.analysis is not None
        evidence = self.analysis.result.overcounting or ()
        turning = (
            [np.nan] * len(evidence)
            if self.turning_radii_nm is None
            else self.turning_radii_nm.tolist()
        )
        rows = [
            _Candidate(one, radius, several)
            for one, radius, several in zip(evidence, turning, self._several(), strict=True)
        ]
        if same:
            self.table.update_records(rows)
        else:
            self.table.set_records(rows)

    def _say(self) -> None:
        if self.analysis is None or not self.analysis.result.overcounting:
            return
        if self.turning_radii_nm is None:
            self.said.setText("The label radii at which verdicts turn are being computed...")
        else:
            several = self._several()
            n = len(several)
            sizes = sum(
                one.n_localizations
                for one, is_several in zip(self.analysis.result.overcounting, several, strict=True)
                if is_several
            )
            self.said.setText(
                f"<b>With a label radius of {rounded(self._radius)} nm {integer(sum(several))} of "
                f"{count(n, 'cluster')} ({percent(sum(several) / n)}) hold several molecules</b>, "
                f"with {count(sizes, 'localization')} in them. The clusters themselves do not "
                "depend on it."
            )
            self._put_rows(same=True)
        self._enable()

    def _put_controls(self) -> None:
        for widget in (self.slider, self.spin):
            widget.blockSignals(True)
        self.slider.setValue(round(_STEPS * self._radius))
        self.spin.setValue(self._radius)
        for widget in (self.slider, self.spin):
            widget.blockSignals(False)

    def _enable(self) -> None:
        known = self.turning_radii_nm is not None
        self.slider.setEnabled(known)
        self.spin.setEnabled(known)
        self.use.setEnabled(known and self._radius != self._next_radius)
        self.use.setText(f"&Use {rounded(self._radius)} nm")

    def _slid(self, position: int) -> None:
        self.try_radius(position / _STEPS)

    def _dragged(self, radius_nm: float) -> None:
        self.try_radius(round(radius_nm * _STEPS) / _STEPS)

    def _went_to(self, candidate: _Candidate) -> None:
        self.candidate_wanted.emit(candidate.evidence)

    def _use(self) -> None:
        self.radius_wanted.emit(self._radius)


_COLUMNS = (
    Column(
        "Cluster",
        "Number of the cluster; none when the filter left it out",
        lambda row: row.evidence.cluster,
        lambda number: str(number) if number >= 0 else "left out",
    ),
    Column(
        "Size", "Localizations of the cluster", lambda row: row.evidence.n_localizations, integer
    ),
    Column(
        "Molecules",
        "At the label radius that is tried above: several, or perhaps one",
        lambda row: "several" if row.is_several else "perhaps one",
    ),
    Column(
        "Turns at (nm)",
        "Label radius from which on the cluster could be one molecule",
        lambda row: row.turning_radius_nm,
        rounded,
    ),
    Column(
        "Largest Z",
        "Largest distance of a pair, squared and in units of its precisions (chi-square)",
        lambda row: row.evidence.largest_z,
        rounded,
    ),
    Column(
        "Threshold",
        "Z beyond which two localizations are far from each other",
        lambda row: row.evidence.threshold,
        rounded,
    ),
    Column(
        "Pairs",
        "Pairs of localizations that were tested; in large clusters as many as it took",
        lambda row: row.evidence.n_pairs_tested,
        integer,
    ),
    Column(
        "Distinct",
        "Localizations found to be far from at least two others; two are needed",
        lambda row: row.evidence.n_distinct,
        integer,
    ),
    Column("Candidate", "Number before the filter", lambda row: row.evidence.candidate),
)
