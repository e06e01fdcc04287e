"""The page of two colours: the question at the left, picture and numbers beside it."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QSplitter,
    QStackedWidget,
    QTableView,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from stormgraph_gui.models.overlap import Comparison, OverlapModel
from stormgraph_gui.models.wording import in_the_app
from stormgraph_gui.views.named import named
from stormgraph_gui.views.overlap_numbers import ChancePlot, MeasuresTable, PartnerRows
from stormgraph_gui.views.overlap_panel import OverlapPanel
from stormgraph_gui.views.overlap_picture import OverlapPicture

_PANEL_WIDTH = 225
_WIDE = 1150
_NOTHING = (
    "Two colours\n\nChoose two channels and press Compare: clusters are found in each, laid over "
    "each other, and what chance would bring about is told."
)


class OverlapPage(QWidget):
    """Shows an `OverlapModel`.

    Attributes
    ----------
    picked : Signal
        A cluster (0 or 1 for the channel, number) that the user selected, or None.
    """

    picked = Signal(object)

    def __init__(self, model: OverlapModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.panel = OverlapPanel()
        self.panel.setFixedWidth(_PANEL_WIDTH)
        self.picture = OverlapPicture()
        self.measures = MeasuresTable()
        self.chance = ChancePlot()
        self.partners = PartnerRows(self)
        self.partner_table = named("overlap partners", QTableView())
        self.partner_table.setModel(self.partners)
        self.partner_table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.partner_table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.partner_table.setSortingEnabled(True)
        self.partner_table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.partner_table.setAlternatingRowColors(True)
        self.partner_table.verticalHeader().hide()
        self.partner_table.setToolTip("Each cluster with those of the other channel that it meets")
        self.warnings = named("overlap warnings", QLabel())
        self.warnings.setWordWrap(True)
        self.warnings.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.warnings.setMargin(8)
        self.warnings.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.tabs = named("overlap tabs", QTabWidget())
        for widget, title in (
            (self.measures, "N&umbers"),
            (self.chance, "Chance"),
            (self.partner_table, "&Partners"),
            (self.warnings, "Notes"),
        ):
            self.tabs.addTab(widget, title)
        self.outdated = named("overlap outdated", QLabel())
        self.outdated.setWordWrap(True)
        self.outdated.setForegroundRole(self.palette().ColorRole.BrightText)
        self.outdated.setMargin(6)
        self.results = QSplitter(Qt.Orientation.Vertical)
        self.results.addWidget(self.picture)
        self.results.addWidget(self.tabs)
        self.results.setChildrenCollapsible(False)
        self.results.setSizes([320, 220])
        answer = QWidget()
        column = QVBoxLayout(answer)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.outdated)
        column.addWidget(self.results, 1)
        nothing = QLabel(_NOTHING)
        nothing.setWordWrap(True)
        nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        nothing.setMargin(40)
        nothing.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        self.stack = QStackedWidget()
        self.stack.addWidget(nothing)
        self.stack.addWidget(answer)
        whole = QSplitter(Qt.Orientation.Horizontal, self)
        whole.addWidget(self.panel)
        whole.addWidget(self.stack)
        whole.setStretchFactor(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(whole)
        model.compared.connect(self._show_comparison)
        model.selected_changed.connect(self._show_selected)
        self.picture.picked.connect(self.picked)
        self.partner_table.selectionModel().currentRowChanged.connect(self._row_chosen)
        self._show_comparison()

    def show_outdated(self, why: str) -> None:
        """Say why this is not the answer any more; nothing when it is."""
        self.outdated.setText(why)
        self.outdated.setVisible(bool(why))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put picture and numbers beside each other where there is room."""
        super().resizeEvent(event)
        wide = self.width() > _WIDE
        wanted = Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical
        if self.results.orientation() != wanted:
            self.results.setOrientation(wanted)
            self.results.setSizes([500, 500] if wide else [320, 220])

    def _show_comparison(self) -> None:
        comparison = self._model.comparison
        self.stack.setCurrentIndex(0 if comparison is None else 1)
        self.picture.show_comparison(comparison)
        self.measures.show_comparison(comparison)
        self.chance.show_comparison(comparison)
        self.partners.show(None if comparison is None else comparison.partners)
        self.partner_table.resizeColumnsToContents()
        self.panel.show_lead("" if comparison is None else comparison.lead)
        self._show_warnings(comparison)

    def _show_warnings(self, comparison: Comparison | None) -> None:
        found = () if comparison is None else comparison.analysis.warnings
        text = "\n\n".join(f"• {in_the_app(one)}" for one in found)
        self.warnings.setText(text or "There is nothing to be noted.")
        title = f"Notes ({len(found)})" if found else "Notes"
        self.tabs.setTabText(self.tabs.indexOf(self.warnings), title)

    def _show_selected(self) -> None:
        selected, comparison = self._model.selected, self._model.comparison
        from_table = self.partner_table.hasFocus()
        self.picture.show_selected(selected, into_view=from_table)
        chosen = self.partner_table.selectionModel()
        if selected is None or comparison is None:
            chosen.clearSelection()
            return
        row = self.partners.row_of(comparison.analysis.names[selected[0]], selected[1])
        if row is not None and row != self.partner_table.currentIndex().row():
            index = self.partners.index(row, 0)
            flags = (
                QItemSelectionModel.SelectionFlag.ClearAndSelect
                | QItemSelectionModel.SelectionFlag.Rows
            )
            chosen.setCurrentIndex(index, flags)
            self.partner_table.scrollTo(index)
        if not from_table:
            self.tabs.setCurrentWidget(self.partner_table)

    def _row_chosen(self) -> None:
        comparison, row = self._model.comparison, self.partner_table.currentIndex().row()
        if comparison is None or row < 0:
            return
        channel, cluster = self.partners.cluster(row)
        self.picked.emit((comparison.analysis.names.index(channel), cluster))
