"""Why r0 is what it is: the histograms that cross, or the elbow of a curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QRadioButton, QWidget

from stormgraph_gui.views.plot import Plot
from stormgraph_gui.views.plot_style import ACCENT, DATA, RANDOM
from stormgraph_gui.views.results.tab import Tab, column, text_label
from stormgraph_py.report.numbers import integer, rounded
from stormgraph_py.report.words import length_scale_text

if TYPE_CHECKING:
    from stormgraph_py.engine.length_scale import LengthScale
    from stormgraph_py.report.analysis import Analysis

_SHOWN_SHARE = 0.985
"""Share of both histograms that the diagram shows; the rest is a long tail."""


class WhyR0(Tab):
    """The evidence for the first and for the final length scale."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.first, self.final = QRadioButton("Firs&t"), QRadioButton("Fina&l")
        self.first.setObjectName("first r0")
        self.final.setObjectName("final r0")
        self.first.setToolTip("The r0 by which unclustered localizations were told.")
        self.final.setToolTip("The r0 of the graph that was divided into clusters.")
        self.first.setChecked(True)
        group = QButtonGroup(self)
        choice = QWidget()
        row = QHBoxLayout(choice)
        row.setContentsMargins(0, 0, 0, 0)
        for button in (self.first, self.final):
            group.addButton(button)
            row.addWidget(button)
        row.addStretch(1)
        group.buttonToggled.connect(self._switched)
        self.explanation = text_label("why r0")
        self.plot = Plot()
        self.plot.setObjectName("r0 plot")
        self.heading = text_label("why r0 heading")
        column(self, self.heading, choice, self.explanation, self.plot, stretch=self.plot)

    def fill(self, analysis: Analysis) -> None:
        """Show what there is."""
        result = analysis.result
        first, final = result.length_scale, result.final_length_scale
        self.first.setText(f"Firs&t: {rounded(first.r0_nm)} nm")
        self.final.setText(
            "Fina&l: none" if final is None else f"Fina&l: {rounded(final.r0_nm)} nm"
        )
        self.final.setEnabled(final is not None)
        is_first = final is None or self.first.isChecked()
        if final is None:
            self.first.setChecked(True)
        n = result.n_localizations
        n_kept = n if result.noise is None else int(result.noise.retained.sum())
        if is_first:
            of = f"From all {integer(n)} localizations, to tell which are unclustered."
        else:
            of = f"From the {integer(n_kept)} localizations that were kept, for the final graph."
        scale = first if is_first or final is None else final
        self.heading.setText(f"<b>Why is r0 {rounded(scale.r0_nm)} nm?</b>")
        self.explanation.setText(f"{of} {length_scale_text(scale)}")
        draw_length_scale(self.plot, scale, result.params.k)

    def _switched(self) -> None:
        self.refresh()


def draw_length_scale(plot: Plot, scale: LengthScale, k: int | None) -> None:
    """Draw how a length scale was chosen."""
    plot.clear()
    if scale.bin_edges_nm is not None and scale.density_data is not None:
        _histograms(plot, scale, k)
    elif scale.radii_nm is not None and scale.n_components is not None:
        _elbow(plot, scale)


def _histograms(plot: Plot, scale: LengthScale, k: int | None) -> None:
    edges, data, random = scale.bin_edges_nm, scale.density_data, scale.density_random
    assert edges is not None
    assert data is not None
    plot.set_labels(f"distance to neighbour {k} (nm)", "share of localizations per bin")
    plot.set_percent(True)
    plot.add_histogram(edges, data, "these localizations", DATA)
    together = data
    if random is not None:
        plot.add_histogram(edges, random, "random points", RANDOM, filled=False)
        together = data + random
    if scale.random_median_nm is not None:
        median = rounded(scale.random_median_nm)
        if not scale.fell_back_to_median:
            plot.add_line(
                scale.random_median_nm, f"random median {median} nm", color=RANDOM, dashed=True
            )
    where = " = random median" if scale.fell_back_to_median else ""
    plot.add_line(scale.r0_nm, f"r0 = {rounded(scale.r0_nm)} nm{where}", color=ACCENT)
    grown = np.cumsum(together)
    last = int(np.searchsorted(grown, _SHOWN_SHARE * grown[-1])) + 1
    marked = max(scale.r0_nm, scale.random_median_nm or 0.0)
    plot.set_x_range(0.0, max(float(edges[min(last, len(edges) - 1)]), 1.15 * marked))


def _elbow(plot: Plot, scale: LengthScale) -> None:
    radii, n = scale.radii_nm, scale.n_components
    assert radii is not None
    assert n is not None
    plot.set_labels("radius of joining (nm)", "connected groups")
    plot.set_percent(False)
    plot.add_points(radii, n, "connected groups", DATA, size=5)
    if scale.fitted_components is not None:
        plot.add_curve(radii, scale.fitted_components, "fitted curve", RANDOM)
    if scale.elbow_max_concavity_nm is not None:
        bend = scale.elbow_max_concavity_nm
        plot.add_line(bend, f"sharpest bend {rounded(bend)} nm", color=RANDOM, dashed=True)
    where = "plateau" if scale.method == "elbow-plateau" else "end of the elbow"
    plot.add_line(scale.r0_nm, f"r0 = {rounded(scale.r0_nm)} nm ({where})", color=ACCENT)
    plot.set_x_range(0.0, min(float(radii[-1]), 4 * scale.r0_nm))
