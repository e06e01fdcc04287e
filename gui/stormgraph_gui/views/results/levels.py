"""Clusters within clusters: a slider through the levels, and the splits that were tested."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QRadioButton, QSlider, QWidget

from stormgraph_gui.models.icicle import icicle
from stormgraph_gui.models.shown import shown_labels
from stormgraph_gui.views.results.icicle import IcicleView
from stormgraph_gui.views.results.splits import split_sentence, split_table
from stormgraph_gui.views.results.tab import Tab, column, text_label
from stormgraph_py.report.numbers import count, integer, rounded

if TYPE_CHECKING:
    from stormgraph_gui.models.workspace import Workspace
    from stormgraph_py.engine.selection import Split
    from stormgraph_py.report.analysis import Analysis


class Levels(Tab):
    """The hierarchy of a result.

    Parameters
    ----------
    workspace : Workspace
        Knows which level is shown and which clusters are selected.

    Attributes
    ----------
    level_wanted : Signal
        Level to show, or None for the chosen clusters.
    cluster_wanted : Signal
        Level and number of a cluster to look at.
    split_wanted : Signal
        A `Split` whose cluster is to be looked at.
    """

    level_wanted = Signal(object)
    cluster_wanted = Signal(int, int)
    split_wanted = Signal(object)

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.chosen = QRadioButton("&Chosen clusters")
        self.chosen.setObjectName("chosen clusters")
        self.chosen.setToolTip("Show the clusters that the report counts, chosen among all levels.")
        self.one = QRadioButton("One &level")
        self.one.setObjectName("one level")
        self.one.setToolTip("Show all clusters of one level of the hierarchy.")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName("level slider")
        self.slider.setToolTip("Cut the hierarchy: left is coarse, right is fine.")
        self.slider.setTickPosition(QSlider.TickPosition.TicksBelow)
        self.slider.setPageStep(1)
        self.label = text_label("level label")
        self.icicle = IcicleView()
        self.icicle.setToolTip("Each box is a cluster under the one that holds it.")
        self.note = text_label("splits note")
        self.splits = split_table()
        self.why = text_label("split reason")
        top = QWidget()
        row = QHBoxLayout(top)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.chosen)
        row.addWidget(self.one)
        row.addWidget(self.slider, 1)
        column(
            self, top, self.label, self.icicle, self.note, self.splits, self.why,
            stretch=self.splits,
        )  # fmt: skip
        self.chosen.clicked.connect(self._want_chosen)
        self.one.clicked.connect(self._want_level)
        self.slider.valueChanged.connect(self._want_level)
        self.icicle.cluster_clicked.connect(self.cluster_wanted)
        self.splits.chosen.connect(self._went_to)
        workspace.level_changed.connect(self._follow_level)
        workspace.clusters_changed.connect(self._follow_selection)

    def fill(self, analysis: Analysis) -> None:
        """Show what there is."""
        result = analysis.result
        n_levels = result.hierarchy.n_levels
        self.slider.blockSignals(True)
        self.slider.setRange(0, max(n_levels - 1, 0))
        self.slider.blockSignals(False)
        self.slider.setEnabled(n_levels > 1)
        self.one.setEnabled(result.n_clusters > 0 or n_levels > 1)
        drawn = icicle(result.hierarchy, result.labels)
        self.icicle.setVisible(drawn.width > 0)
        self.icicle.show_icicle(drawn)
        n_accepted = sum(split.accepted for split in result.splits)
        n_whole = len(result.splits) - n_accepted
        self.note.setText(
            f"{count(len(result.splits), 'cluster')} could be divided: "
            f"{integer(n_accepted) if n_accepted else 'none'} "
            f"{'were' if n_accepted > 1 else 'was'} split, {integer(n_whole)} kept whole, "
            "as an independent clustering suggests. Click one to see it."
            if result.splits
            else "No cluster has subclusters that could be split off."
        )
        self.splits.setVisible(bool(result.splits))
        self.splits.set_records(result.splits)
        self.why.setText("")
        self._follow_level()

    def _follow_level(self) -> None:
        if self.analysis is None or not self.isVisible():
            self._is_stale = True
            return
        level = self._workspace.level
        for widget in (self.slider, self.chosen, self.one):
            widget.blockSignals(True)
        self.chosen.setChecked(level is None)
        self.one.setChecked(level is not None)
        if level is not None:
            self.slider.setValue(level)
        for widget in (self.slider, self.chosen, self.one):
            widget.blockSignals(False)
        self.label.setText(level_sentence(self.analysis, level))
        self.icicle.show_level(level)
        self._follow_selection()

    def _follow_selection(self) -> None:
        if self.isVisible():
            self.icicle.show_selected(self._workspace.clusters)

    def _want_chosen(self) -> None:
        self.level_wanted.emit(None)

    def _want_level(self) -> None:
        self.level_wanted.emit(self.slider.value())

    def _went_to(self, split: Split) -> None:
        assert self.analysis is not None
        threshold = self.analysis.result.params.similarity_threshold
        self.why.setText(split_sentence(split, threshold))
        self.split_wanted.emit(split)


def level_sentence(analysis: Analysis, level: int | None) -> str:
    """Say which clusters are shown, how many there are and how large."""
    labels = shown_labels(analysis, level)
    sizes = np.bincount(labels[labels >= 0])
    n_levels = analysis.result.hierarchy.n_levels
    if level is None:
        which = "The chosen clusters"
    else:
        ends = {0: " (coarsest)", n_levels - 1: " (finest)"} if n_levels > 1 else {}
        which = f"Level {level + 1} of {n_levels}{ends.get(level, '')}"
    text = f"<b>{which}: {count(len(sizes), 'cluster')}</b>"
    if not len(sizes):
        return text
    median, most = rounded(float(np.median(sizes)), 6), integer(int(sizes.max()))
    return f"{text} with {median} localizations in the median one and {most} in the largest."
