"""How the sizes of the shown clusters are distributed, beside those of other results."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from stormgraph_gui.models.distributions import (
    PREFERRED,
    Sample,
    clusters_within,
    common_edges,
    cumulative,
    drawn_columns,
    finding_name,
    histogram,
    values_of,
    wants_log,
)
from stormgraph_gui.models.document import Document
from stormgraph_gui.models.measured import AT_ONCE, Measured
from stormgraph_gui.models.table import TableColumn
from stormgraph_gui.models.workspace import Workspace
from stormgraph_gui.views.plot import LEAST_HEIGHT, Plot
from stormgraph_gui.views.plot_style import ACCENT
from stormgraph_gui.views.range_picker import RangePicker

if TYPE_CHECKING:
    import pandas as pd

MOST_OVERLAID = 6
"""Results that are drawn over one another; more could not be told apart."""

NARROW_PX = 420
"""Width below which the controls take two rows."""

MARK_AFTER_MS = 40
"""Time after a selection at which it is marked."""

HEADROOM = 0.06
"""Room above the highest bin or curve, so that the number at the axis there is not cut."""

_COLORS = (0, 3, 4, 5, 1)
"""Colours of results, without the one that marks what is selected."""
_NOTHING = "Run an analysis, and the distributions of its clusters are drawn here."
_HINT = "Drag across the diagram to select the clusters in a range; click beside it to select none."

DRAWN_AFTER_MS = 160
"""The diagram of many clusters is drawn so long after their table was measured."""


class Distributions(QWidget):
    """Histograms or cumulative curves of one measure of the shown clusters.

    Attributes
    ----------
    picked : Signal
        Numbers of the clusters in the range that the user dragged over.
    """

    picked = Signal(object)

    def __init__(
        self,
        measured: Measured,
        workspace: Workspace,
        document: Document,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("distributions")
        self._measured, self._workspace, self._document = measured, workspace, document
        self._columns: dict[str, TableColumn] = {}
        self._overlaid: list[str] = []
        self._chose_log = False
        self.plot: Plot | None = None
        self._kind = (False, False)
        self._picker: RangePicker | None = None
        self._make_widgets()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._table_changed)
        measured.changed.connect(self._measured_changed)
        # dragging over rows of the table selects many times in a row
        self._mark_soon = QTimer(self)
        self._mark_soon.setSingleShot(True)
        self._mark_soon.setInterval(MARK_AFTER_MS)
        self._mark_soon.timeout.connect(self._draw)
        workspace.clusters_changed.connect(self._mark_soon.start)
        workspace.analyses_changed.connect(self._others_changed)
        document.changed.connect(self._others_changed)
        # the diagram that most results begin with is made while nobody waits for it
        self._new_plot(log=True, percent_y=False).hide()
        self._table_changed()

    def _make_widgets(self) -> None:
        self.column_box = QComboBox(self)
        self.column_box.setObjectName("distribution column")
        self.column_box.setToolTip("Which measure of the clusters is shown")
        self.column_box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.column_box.setMinimumContentsLength(9)
        self.column_box.activated.connect(self._column_chosen)
        self.kind_box = QComboBox(self)
        self.kind_box.setObjectName("distribution kind")
        self.kind_box.addItems(["Histogram", "Cumulative"])
        self.kind_box.setToolTip(
            "A histogram counts clusters in bins; a cumulative curve shows which share of the "
            "clusters is at most as large."
        )
        self.kind_box.activated.connect(lambda _number: self._draw())
        self.log_box = QCheckBox("&Log axis", self)
        self.log_box.setObjectName("distribution log")
        self.log_box.setToolTip("Equal steps along the axis are equal ratios. 0 is left out.")
        self.log_box.clicked.connect(self._log_clicked)
        self.overlay_button = QToolButton(self, autoRaise=True)
        self.overlay_button.setText("Compare with")
        self.overlay_button.setToolTip("Draw the clusters of other results over these.")
        self.overlay_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.overlay_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._menu = QMenu(self.overlay_button)
        self._menu.aboutToShow.connect(self.fill_menu)
        self.overlay_button.setMenu(self._menu)
        self._empty = QLabel(_NOTHING, self, alignment=Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._empty.setEnabled(False)
        # as high as the diagram, or all of the window would be laid out anew for that
        self._empty.setMinimumHeight(LEAST_HEIGHT)
        self._bars = (QHBoxLayout(), QHBoxLayout())
        self._bars[0].addWidget(self.column_box, 1)
        self._bars[0].addWidget(self.kind_box)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(6, 4, 6, 6)
        self._layout.setSpacing(4)
        for bar in self._bars:
            self._layout.addLayout(bar)
        self._is_narrow: bool | None = None
        self._layout.addWidget(self._empty, 1)

    def sizeHint(self) -> QSize:
        """Return a size at which the diagram can be read."""
        return QSize(420, 240)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use two rows of controls where one would be cut off."""
        is_narrow = self.width() < NARROW_PX
        if is_narrow != self._is_narrow:
            self._is_narrow = is_narrow
            for widget in (self.log_box, self.overlay_button):
                self._bars[int(is_narrow)].addWidget(widget)
        super().resizeEvent(event)

    @property
    def column(self) -> str | None:
        """Name of the column that is shown."""
        name = self.column_box.currentData()
        return None if name is None else str(name)

    def show_column(self, name: str) -> None:
        """Show another measure."""
        number = self.column_box.findData(name)
        if number >= 0:
            self.column_box.setCurrentIndex(number)
            self._column_chosen()

    def fill_menu(self) -> None:
        """List the results that can be drawn over the shown one."""
        self._menu.clear()
        project, analyses = self._document.project, self._workspace.analyses
        for finding in reversed(project.findings):
            if finding.key not in analyses or finding.key == self._workspace.finding:
                continue
            action = QAction(finding_name(project, finding), self._menu, checkable=True)
            action.setData(finding.key)
            action.setChecked(finding.key in self._overlaid)
            action.setEnabled(action.isChecked() or len(self._overlaid) < MOST_OVERLAID - 1)
            action.toggled.connect(self._overlay)
            self._menu.addAction(action)
        if not self._menu.actions():
            self._menu.addAction("There is no other result").setEnabled(False)

    def _overlay(self, shown: bool) -> None:
        action = self.sender()
        assert isinstance(action, QAction)
        key = str(action.data())
        if shown and key not in self._overlaid:
            self._overlaid.append(key)
        elif not shown and key in self._overlaid:
            self._overlaid.remove(key)
        self._draw()

    def _measured_changed(self) -> None:
        table = self._measured.table
        if table is not None and len(table) > AT_ONCE:
            # after the table itself was painted: the window does not stand still for both
            self._soon.start(DRAWN_AFTER_MS)
        else:
            self._soon.stop()
            self._table_changed()

    def _table_changed(self) -> None:
        table = self._measured.table
        before = self.column
        columns = self._measured.columns
        names = [] if table is None else drawn_columns(table)
        self._columns = {column.name: column for column in columns if column.name in names}
        if self._measured.is_measuring and before is not None and before not in names:
            # the rest of the columns is on its way
            return
        self.column_box.clear()
        for name in names:
            self.column_box.addItem(self._columns[name].label, name)
            meaning = self._columns[name].meaning
            self.column_box.setItemData(
                self.column_box.count() - 1, meaning, Qt.ItemDataRole.ToolTipRole
            )
        wanted = [name for name in (before, *PREFERRED) if name in names]
        if wanted:
            self.column_box.setCurrentIndex(self.column_box.findData(wanted[0]))
        if not self._chose_log:
            self._choose_log()
        self._draw()

    def _column_chosen(self) -> None:
        self._chose_log = False
        self._choose_log()
        self._draw()

    def _choose_log(self) -> None:
        table, name = self._measured.table, self.column
        if table is not None and name is not None:
            self.log_box.setChecked(wants_log(values_of(table, name, log=False)))

    def _log_clicked(self) -> None:
        self._chose_log = True
        self._draw()

    def _others_changed(self) -> None:
        if self._overlaid:
            self._draw()

    def _samples(self, name: str, log: bool) -> list[Sample]:
        """Return what is drawn, the shown result first."""
        table, analyses = self._measured.table, self._workspace.analyses
        assert table is not None
        project = self._document.project
        names = {one.key: finding_name(project, one) for one in project.findings}
        own = names.get(self._workspace.finding or "", "")
        found = [Sample(name=own, sizes=values_of(table, name, log=log))]
        self._overlaid = [key for key in self._overlaid if key in names and key in analyses]
        for key in self._overlaid:
            if key != self._workspace.finding:
                values = values_of(analyses[key].clusters, name, log=log)
                found.append(Sample(name=names[key], sizes=values))
        return found

    def _draw(self) -> None:
        table, name = self._measured.table, self.column
        can_draw = table is not None and name in table.columns and len(table) > 0
        for widget in (self.column_box, self.kind_box, self.log_box, self.overlay_button):
            widget.setEnabled(can_draw)
        self._empty.setVisible(not can_draw)
        if self.plot is not None:
            self.plot.setVisible(can_draw)
        if not can_draw or table is None or name is None:
            return
        log, is_histogram = self.log_box.isChecked(), self.kind_box.currentIndex() == 0
        samples = self._samples(name, log)
        shares = not is_histogram or len(samples) > 1
        plot = self._new_plot(log=log, percent_y=shares)
        plot.set_labels(
            self._columns[name].label, "clusters" if not shares else "share of clusters"
        )
        if is_histogram:
            self._draw_histograms(plot, table, name, samples, shares)
        else:
            self._draw_curves(plot, table, name, samples)

    def _draw_histograms(
        self, plot: Plot, table: pd.DataFrame, name: str, samples: list[Sample], shares: bool
    ) -> None:
        log = self.log_box.isChecked()
        whole = table[name].dtype.kind in "iu"
        edges = common_edges(samples, log=log, whole_numbers=whole)
        if not len(edges):
            return
        highest = 0.0
        for number, sample in enumerate(samples):
            heights = histogram(sample.sizes, edges, shares=shares)
            highest = max(highest, float(heights.max()))
            title = f"{sample.name}: {len(sample.sizes):,}" if len(samples) > 1 else ""
            color = _COLORS[number % len(_COLORS)]
            plot.add_histogram(edges, heights, title, color, filled=number == 0)
        chosen = self._chosen_values(table, name)
        if len(chosen):
            heights = histogram(chosen, edges, shares=False)
            if shares:
                heights /= max(len(samples[0].sizes), 1)
            plot.add_histogram(edges, heights, f"selected: {len(chosen):,}", ACCENT)
        plot.set_y_range(0.0, (1 + HEADROOM) * highest)

    def _draw_curves(
        self, plot: Plot, table: pd.DataFrame, name: str, samples: list[Sample]
    ) -> None:
        for number, sample in enumerate(samples):
            x, y = cumulative(sample.sizes)
            title = f"{sample.name}: {len(sample.sizes):,}" if len(samples) > 1 else ""
            plot.add_curve(x, y, title, _COLORS[number % len(_COLORS)], dashed=number > 4)
        chosen = self._chosen_values(table, name)
        if len(chosen):
            ordered = np.sort(samples[0].sizes)
            shares = np.searchsorted(ordered, chosen, side="right") / max(len(ordered), 1)
            plot.add_points(chosen, shares, f"selected: {len(chosen):,}", ACCENT)
        plot.set_y_range(0.0, 1 + HEADROOM)

    def _chosen_values(self, table: pd.DataFrame, name: str) -> np.ndarray:
        rows = table["cluster"].isin(self._workspace.clusters)
        return values_of(table[rows], name, log=self.log_box.isChecked())

    def _new_plot(self, *, log: bool, percent_y: bool) -> Plot:
        """Return an empty diagram with these axes: the one that is there if it has them."""
        kind = (log, percent_y)
        if self.plot is not None and self._kind == kind:
            self.plot.clear()
            return self.plot
        if self.plot is not None:
            self._layout.removeWidget(self.plot)
            self.plot.hide()
            self.plot.deleteLater()
        self._kind = kind
        self.plot = Plot(log_x=log, percent_y=percent_y, parent=self)
        self.plot.setToolTip(f"{_HINT}\nRight click to copy the diagram.")
        self._layout.addWidget(self.plot, 1)
        self._picker = RangePicker(self.plot)
        self._picker.picked.connect(self._range_picked)
        return self.plot

    def _range_picked(self, low: float, high: float) -> None:
        table, name = self._measured.table, self.column
        if table is None or name is None or name not in table.columns:
            return
        self.picked.emit(clusters_within(table, name, low, high).tolist())
