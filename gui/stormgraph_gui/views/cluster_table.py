"""The table of the clusters that are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QItemSelectionModel, QModelIndex, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from stormgraph_gui.models.cluster_colors import cluster_colors
from stormgraph_gui.models.measured import AT_ONCE, Measured
from stormgraph_gui.models.outdated import OUT_OF_DATE, Outdated
from stormgraph_gui.models.summary import summary_lines, summary_text
from stormgraph_gui.models.table import as_text
from stormgraph_gui.models.workspace import Workspace
from stormgraph_gui.views.choose_file import ask_where_to_save
from stormgraph_gui.views.cluster_rows import ClusterRows
from stormgraph_gui.views.elided import ElidedLabel
from stormgraph_py.errors import ParameterError

if TYPE_CHECKING:
    from stormgraph_py.arrays import IntArray

FILTER_AFTER_MS = 150
"""Time after the last key at which a filter is used."""

SHOWN_AFTER_MS = 80
"""A table of many clusters is shown so long after it was measured."""

CELL_MARGIN = 14
"""Width of a cell beyond that of its text, pixels."""

HIDDEN = frozenset(
    {
        *("hull_area_nm2", "hull_volume_nm3", "axis_1_nm", "axis_2_nm", "axis_3_nm"),
        *("orientation_deg", "alpha_radius_nm", "is_degenerate"),
        *("overcounting_largest_z", "overcounting_threshold"),
    }
)
"""Columns that are not shown at first."""

_FILTER_TIP = (
    "Show only clusters that fit, for example: area > 500 and localizations >= 20.\n"
    "Names are those of the columns. Numbers alone show the clusters of these numbers."
)
_NOTHING = "No result is shown. Run an analysis, and its clusters are listed here."
_NO_CLUSTERS = "No clusters were found."


class _View(QTableView):
    """Copies whole rows, where a table of Qt would copy one cell."""

    copy_requested = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_requested.emit()
            event.accept()
            return
        super().keyPressEvent(event)


class ClusterTable(QWidget):
    """A table with one row a cluster, linked with what is selected in the view of the data.

    Attributes
    ----------
    picked : Signal
        Numbers of the clusters that the user selected in the table.
    activated : Signal
        Number of a cluster that the user wants to see.
    save_requested : Signal
        Path of a csv file, and the rows that it is to hold.
    """

    picked = Signal(object)
    activated = Signal(int)
    save_requested = Signal(str, object)

    def __init__(
        self,
        measured: Measured,
        outdated: Outdated,
        workspace: Workspace,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("cluster table")
        self._measured, self._outdated, self._workspace = measured, outdated, workspace
        self._is_linking = False
        self._names: tuple[str, ...] = ()
        self._hidden = set(HIDDEN)
        self._folder = ""
        self._error = ""
        self.rows = ClusterRows(self)
        self._make_widgets()
        self._typed = QTimer(self, singleShot=True, interval=FILTER_AFTER_MS)
        self._typed.timeout.connect(self.apply_filter)
        self.filter_edit.textEdited.connect(lambda _text: self._typed.start())
        self.filter_edit.textChanged.connect(self._cleared)
        self.view.selectionModel().selectionChanged.connect(self._selected_here)
        self.view.doubleClicked.connect(self._activated)
        self.view.copy_requested.connect(self.copy)
        self.view.horizontalHeader().sortIndicatorChanged.connect(self._sort)
        self._soon = QTimer(self, singleShot=True, interval=SHOWN_AFTER_MS)
        self._soon.timeout.connect(self._show)
        measured.changed.connect(self._measured_changed)
        outdated.changed.connect(self.sum_up)
        workspace.clusters_changed.connect(self._selected_elsewhere)
        self._show()

    def _make_widgets(self) -> None:
        self.summary = ElidedLabel(Qt.TextElideMode.ElideRight)
        self.summary.setObjectName("cluster summary")
        self.filter_edit = QLineEdit(self, placeholderText="for example: area > 500")
        self.filter_edit.setObjectName("cluster filter")
        self.filter_edit.setClearButtonEnabled(True)
        self.filter_edit.setToolTip(_FILTER_TIP)
        self.filter_edit.setMaximumWidth(420)
        label = QLabel("F&ilter", self)
        label.setBuddy(self.filter_edit)
        label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.status = QLabel(self)
        self.status.setObjectName("cluster count")
        # as wide as its text where there is room, and never wider than the panel
        self.status.setMinimumWidth(1)
        self.view = _View(self)
        self.view.setObjectName("clusters")
        self.view.setAccessibleName("Clusters")
        self.view.setModel(self.rows)
        self.view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.view.setAlternatingRowColors(True)
        self.view.setShowGrid(False)
        self.view.setWordWrap(False)
        self.view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setIconSize(QSize(12, 12))
        # so that Tab goes on to the next control
        self.view.setTabKeyNavigation(False)
        rows = self.view.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(self.fontMetrics().height() + 6)
        header = self.view.horizontalHeader()
        header.setSectionsClickable(True)
        header.setSectionsMovable(True)
        header.setHighlightSections(False)
        header.setSortIndicatorShown(True)
        header.setSortIndicatorClearable(True)
        header.setResizeContentsPrecision(20)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(
            lambda at: self._columns_menu().popup(header.mapToGlobal(at))
        )
        self._add_actions()
        self._empty = QLabel(_NOTHING, self, alignment=Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._empty.setEnabled(False)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.view)
        bar = QHBoxLayout()
        bar.addWidget(label)
        bar.addWidget(self.filter_edit, 2)
        bar.addStretch(0)
        for button in self._buttons:
            bar.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 6)
        layout.setSpacing(4)
        above = QHBoxLayout()
        above.addWidget(self.summary, 1)
        above.addWidget(self.status)
        layout.addLayout(above)
        layout.addLayout(bar)
        layout.addWidget(self._stack, 1)

    def _add_actions(self) -> None:
        self.copy_action = QAction("Copy", self)
        self.copy_action.setShortcut(QKeySequence.StandardKey.Copy)
        self.copy_action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.copy_action.setToolTip(
            "Copy the selected clusters with the names of the columns, for a spreadsheet (Ctrl+C). "
            "Without a selection all clusters of the table are copied."
        )
        self.copy_action.triggered.connect(lambda _checked=False: self.copy())
        self.save_action = QAction("Save as csv…", self)
        self.save_action.setToolTip("Save the clusters that the table shows, with all columns.")
        self.save_action.triggered.connect(lambda _checked=False: self._save())
        see = QAction("Show in the view", self)
        see.setToolTip("Zoom to the first selected cluster. A double click does so, too.")
        see.triggered.connect(lambda _checked=False: self._activated(self.view.currentIndex()))
        self.view.addActions([self.copy_action, see, self.save_action])
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        copy = QToolButton(self, autoRaise=True)
        copy.setDefaultAction(self.copy_action)
        more = QToolButton(self, autoRaise=True)
        more.setText("More")
        more.setToolTip("Save the table, choose its columns, see a cluster")
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(more)
        menu.addActions([self.save_action, see])
        columns = menu.addMenu("&Columns")
        columns.aboutToShow.connect(lambda: self._fill_columns_menu(columns))
        more.setMenu(menu)
        self._buttons = [copy, more]
        for button in self._buttons:
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def apply_filter(self) -> None:
        """Use what stands in the filter box."""
        self._typed.stop()
        self._error = ""
        try:
            self.rows.set_filter(self.filter_edit.text())
        except ParameterError as error:
            self._error = str(error)
        self._mark_selected()
        self._tell()

    def copy(self) -> None:
        """Copy the selected rows, or all without a selection, to the clipboard."""
        table = self.rows.table
        if table is None:
            return
        chosen = self._chosen()
        rows = self.rows.rows[chosen] if len(chosen) else self.rows.rows
        QGuiApplication.clipboard().setText(as_text(table, list(map(str, table.columns)), rows))

    def _chosen(self) -> IntArray:
        """Return which rows are selected, from top to bottom."""
        ranges = self.view.selectionModel().selection().toList()
        pieces = [np.arange(one.top(), one.bottom() + 1) for one in ranges]
        return np.unique(np.concatenate([np.empty(0, np.int64), *pieces]))

    def _measured_changed(self) -> None:
        table = self._measured.table
        if table is not None and len(table) > AT_ONCE:
            # what else a new result changes is shown first: the window does not stand still for all
            self._soon.start()
        else:
            self._soon.stop()
            self._show()

    def _show(self) -> None:
        table = self._measured.table
        with_rows = table is not None and len(table) > 0
        self._empty.setText(_NOTHING if table is None else _NO_CLUSTERS)
        clusters = None if table is None else table["cluster"].to_numpy()
        colors = None if clusters is None else cluster_colors(clusters)
        self.rows.show(table, self._measured.columns, colors)
        names = tuple(column.name for column in self.rows.columns)
        if names != self._names:
            self._names = names
            self._lay_out_columns()
        self._stack.setCurrentIndex(int(with_rows))
        for action in (self.copy_action, self.save_action):
            action.setEnabled(with_rows)
        self.filter_edit.setEnabled(with_rows)
        self.summary.setVisible(table is not None)
        self.sum_up()
        self._mark_selected()
        self._tell()

    def sum_up(self) -> None:
        """Say of which level the clusters are, whether they are out of date, and their numbers."""
        measured = self._measured
        outdated = OUT_OF_DATE if self._outdated.changes else ""
        parts = (outdated.capitalize(), measured.level.capitalize(), summary_text(measured.summary))
        self.summary.setText("  ·  ".join(part for part in parts if part))
        why = f"{outdated.capitalize()}: {'; '.join(self._outdated.changes)} since.\n"
        self.summary.setToolTip((why if outdated else "") + summary_lines(measured.summary))

    def _lay_out_columns(self) -> None:
        header = self.view.horizontalHeader()
        metrics = self.view.fontMetrics()
        for number, name in enumerate(self._names):
            # a hidden column tells no width
            self.view.setColumnHidden(number, False)
            text = metrics.horizontalAdvance(self.rows.widest(number)) + CELL_MARGIN
            if name == "cluster":
                text += self.view.iconSize().width()
            header.resizeSection(number, max(text, header.sectionSizeHint(number)))
            self.view.setColumnHidden(number, name in self._hidden)
        order = self.rows.order
        column = self._names.index(order[0]) if order and order[0] in self._names else -1
        descending = Qt.SortOrder.DescendingOrder
        ascending = Qt.SortOrder.AscendingOrder
        header.blockSignals(True)
        header.setSortIndicator(column, descending if order and order[1] else ascending)
        header.blockSignals(False)

    def _sort(self, column: int, order: Qt.SortOrder) -> None:
        self.rows.sort(column, order)
        self._mark_selected()

    def _cleared(self, text: str) -> None:
        if not text:
            self.apply_filter()

    def _tell(self) -> None:
        """Say how many clusters are shown and selected, or what is wrong with the filter."""
        if self._error:
            self.status.setText(self._error)
            self.status.setToolTip(self._error)
            return
        n_all, n_shown = self.rows.n_all, len(self.rows.rows)
        n_selected = len(self._workspace.clusters)
        texts = [f"{n_shown:,} of {n_all:,} clusters" if n_shown < n_all else ""]
        texts.append(f"{n_selected:,} selected" if n_selected else "")
        texts.append("measuring…" if self._measured.is_measuring else "")
        self.status.setText(" · ".join(text for text in texts if text))
        self.status.setToolTip("")

    def _selected_here(self) -> None:
        if self._is_linking:
            return
        self._is_linking = True
        self.picked.emit(self.rows.clusters()[self._chosen()].tolist())
        self._is_linking = False
        self._tell()

    def _selected_elsewhere(self) -> None:
        if self._is_linking:
            return
        self._mark_selected()
        self._tell()
        chosen = self._chosen()
        if len(chosen):
            self.view.scrollTo(self.rows.index(int(chosen[0]), 0))

    def _mark_selected(self) -> None:
        """Select in the table what is selected."""
        self._is_linking = True
        selection = self.rows.selection_of(self._workspace.clusters)
        self.view.selectionModel().select(
            selection, QItemSelectionModel.SelectionFlag.ClearAndSelect
        )
        self._is_linking = False

    def _activated(self, index: QModelIndex) -> None:
        if index.isValid():
            self.activated.emit(int(self.rows.clusters()[index.row()]))

    def _save(self) -> None:
        rows = self.rows.rows
        ask_where_to_save(
            self,
            "Save the table of clusters",
            f"{self._folder}clusters.csv",
            "Table (*.csv)",
            lambda path: self.save_requested.emit(str(path), rows),
        )

    def _columns_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._fill_columns_menu(menu)
        return menu

    def _fill_columns_menu(self, menu: QMenu) -> None:
        menu.clear()
        for number, column in enumerate(self.rows.columns):
            if column.name == "cluster":
                continue
            action = menu.addAction(column.label)
            action.setCheckable(True)
            action.setChecked(column.name not in self._hidden)
            action.setToolTip(column.meaning)
            action.toggled.connect(
                lambda shown, number=number, name=column.name: self._show_column(
                    number, name, shown
                )
            )

    def _show_column(self, number: int, name: str, shown: bool) -> None:
        self._hidden.symmetric_difference_update({name} if shown == (name in self._hidden) else ())
        self.view.setColumnHidden(number, not shown)
