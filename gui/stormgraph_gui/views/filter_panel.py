"""The panel of filters: a row for each step, in their order, and what they leave."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from stormgraph_gui.models.columns import FRAME, Column, column_of, column_values, columns_of
from stormgraph_gui.models.document import Document
from stormgraph_gui.models.facts import summary_of
from stormgraph_gui.models.filter_stages import FilterStages
from stormgraph_gui.models.project import DataSet, Project
from stormgraph_gui.models.workspace import Loaded, Workspace
from stormgraph_gui.views.filter_row import FilterRow
from stormgraph_gui.views.filter_rows import DensityRow, MergeRow
from stormgraph_gui.views.range_row import RangeRow
from stormgraph_py.errors import ParameterError
from stormgraph_py.filters import Density, Filter, Frames, Keep, MergeReappearing
from stormgraph_py.localizations import Localizations

_LIVE_MS = 60
_FIRST = ("Localization precision", "Photons")
"""Ranges that are offered before there is any step."""

_MOST_AT_ONCE = 200_000
"""Histograms of more localizations are drawn one after another."""

_PRECISIONS_APART = 6.0
_USUAL_DISTANCE_NM = 50.0


class FilterPanel(QWidget):
    """Shows and changes the filters of the data set that is looked at.

    Attributes
    ----------
    filters_changed : Signal
        Key of the data set, all of its steps, what was done, and a word that drags have in common.
    drag_ended : Signal
        What follows is another change.
    copy_requested : Signal
        Key of the data set whose filters all others are to have.
    """

    filters_changed = Signal(str, object, str, object)
    drag_ended = Signal()
    copy_requested = Signal(str)

    def __init__(
        self,
        document: Document,
        workspace: Workspace,
        stages: FilterStages,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("filter panel")
        self.setMinimumWidth(240)
        self._document, self._workspace, self._stages = document, workspace, stages
        self._key: str | None = None
        self._rows: list[FilterRow] = []
        self._drawn: dict[FilterRow, tuple[object, ...]] = {}
        self._offered: dict[str, list[str]] = {}
        self._dragged: FilterRow | None = None
        self._is_behind = False
        self.add_button = QToolButton()
        self.add_button.setObjectName("add filter")
        self.add_button.setText("Add filter")
        self.add_button.setToolTip("Filter by another column, by neighbours, or merge")
        self.add_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.add_menu = QMenu(self.add_button)
        self.add_menu.aboutToShow.connect(self._fill_menu)
        self.add_button.setMenu(self.add_menu)
        self.copy_button = QToolButton()
        self.copy_button.setObjectName("copy filters")
        self.copy_button.setText("Use for all")
        self.copy_button.setToolTip("Give all other data sets the same filters")
        self.copy_button.clicked.connect(self._copy)
        self.reset_button = QToolButton()
        self.reset_button.setObjectName("reset filters")
        self.reset_button.setText("Reset")
        self.reset_button.setToolTip("Remove all filters of this data set")
        self.reset_button.clicked.connect(self._reset)
        top = QHBoxLayout()
        top.setContentsMargins(8, 8, 8, 6)
        for button in (self.add_button, self.copy_button, self.reset_button):
            top.addWidget(button)
        top.insertStretch(1)
        self.total = QLabel()
        self.total.setObjectName("total")
        self.total.setWordWrap(True)
        self.total.setContentsMargins(10, 0, 10, 6)
        inside = QWidget()
        self._layout = QVBoxLayout(inside)
        self._layout.setContentsMargins(6, 2, 6, 6)
        self._layout.setSpacing(6)
        self._layout.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self.total)
        layout.addWidget(scroll, 1)
        self._live = QTimer(self)
        self._live.setSingleShot(True)
        self._live.setInterval(_LIVE_MS)
        self._live.timeout.connect(self._send_drag)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._refresh)
        document.changed.connect(self._document_changed)
        workspace.loaded_changed.connect(self._changed)
        workspace.current_changed.connect(self._later.start)
        stages.changed.connect(self._changed)
        self._later.start()

    def sizeHint(self) -> QSize:
        """Be wide enough for a histogram with its numbers."""
        return QSize(280, 400)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Catch up with what happened while the panel was hidden, behind another tab too."""
        super().paintEvent(event)
        if self._is_behind:
            self._later.start()

    def row(self, name: str) -> FilterRow | None:
        """Return the row of a column, or of "density" or "merge"."""
        return next((row for row in self._rows if _name_of_row(row) == name), None)

    def add(self, name: str) -> FilterRow:
        """Offer another step, and return its row."""
        existing = self.row(name)
        loaded = self._workspace.current
        if existing is None and loaded is not None and self._key is not None:
            self._offered.setdefault(self._key, []).append(name)
            existing = self._make_row(name, loaded)
            self._insert(existing)
            self._refresh()
        assert existing is not None
        existing.setFocus()
        return existing

    def _changed(self, key: str) -> None:
        if key == self._workspace.data_set:
            self._later.start()

    def _document_changed(self, before: Project, now: Project) -> None:
        if before.data_sets is not now.data_sets:
            self._later.start()

    def _data_set(self) -> DataSet | None:
        known = {one.key: one for one in self._document.project.data_sets}
        return known.get(self._workspace.data_set or "")

    def _refresh(self) -> None:
        """Show the steps of the document, their counts, and what enters each."""
        self._is_behind = not self.isVisible() or self.visibleRegion().isEmpty()
        if self._is_behind:
            return
        data_set, loaded = self._data_set(), self._workspace.current
        usable = data_set is not None and loaded is not None
        self.add_button.setEnabled(usable)
        if data_set is None or loaded is None:
            self._clear()
            self.reset_button.setEnabled(False)
            self.copy_button.setEnabled(False)
            self.total.setText("Open a data set to filter it.")
            return
        self.reset_button.setEnabled(bool(data_set.filters))
        n_data_sets = len(self._document.project.data_sets)
        self.copy_button.setVisible(n_data_sets > 1)
        self.copy_button.setEnabled(bool(data_set.filters))
        if data_set.key != self._key or not self._follow(data_set.filters):
            self._rebuild(data_set, loaded)
        self._show_data(data_set, loaded)
        self._show_counts(data_set, loaded)

    def _follow(self, filters: Sequence[Filter]) -> bool:
        """Give the rows the steps of the document; False when other rows are needed."""
        names = [_name_of_step(step) for step in filters]
        assigned: list[Filter | None] = []
        n_found = 0
        for row in self._rows:
            found = n_found < len(names) and _name_of_row(row) == names[n_found]
            assigned.append(filters[n_found] if found else None)
            n_found += found
        if n_found < len(names):
            return False
        for row, step in zip(self._rows, assigned, strict=True):
            if row is not self._dragged and row.step != step:
                row.show_step(step)
        return True

    def _rebuild(self, data_set: DataSet, loaded: Loaded) -> None:
        self._clear()
        self._key = data_set.key
        titles = set()
        for step in data_set.filters:
            row = self._make_row(_name_of_step(step), loaded)
            row.show_step(step)
            titles.add(row.title)
            self._insert(row)
        offered = self._offered.setdefault(
            data_set.key,
            [column.name for column in columns_of(loaded.raw) if column.title in _FIRST],
        )
        for name in offered:
            row = self._make_row(name, loaded)
            if row.title in titles:
                row.deleteLater()
            else:
                self._insert(row)

    def _make_row(self, name: str, loaded: Loaded) -> FilterRow:
        if name == Density.kind:
            row: FilterRow = DensityRow()
        elif name == MergeReappearing.kind:
            row = MergeRow(_usual_distance(loaded))
        else:
            row = RangeRow(_column(loaded.raw, name))
        row.step_changed.connect(lambda drag, row=row: self._step_changed(row, drag))
        row.remove_requested.connect(lambda row=row: self._remove(row))
        return row

    def _insert(self, row: FilterRow) -> None:
        self._rows.append(row)
        self._layout.insertWidget(self._layout.count() - 1, row)

    def _clear(self) -> None:
        self._live.stop()
        self._dragged, self._key = None, None
        for row in self._rows:
            row.hide()
            row.deleteLater()
        self._rows.clear()
        self._drawn.clear()

    def _show_data(self, data_set: DataSet, loaded: Loaded) -> None:
        before: list[Filter] = []
        for row in self._rows:
            if isinstance(row, RangeRow):
                entering = self._stages.entering(data_set.key, before)
                if entering is not None:
                    localizations, kept = entering
                    drawn = (id(localizations), *before)
                    if self._drawn.get(row) != drawn:
                        self._drawn[row] = drawn
                        self._show_values(row, localizations, kept)
                        if len(localizations) > _MOST_AT_ONCE:
                            # the app does other things between one histogram and the next
                            self._later.start()
                            return
            if row.step is not None:
                before.append(row.step)

    def _show_values(self, row: RangeRow, localizations: Localizations, kept: object) -> None:
        try:
            values = column_values(localizations, row.column.name)
        except ParameterError as error:
            row.count.setText(str(error))
            return
        row.show_values([v if kept is None else v[kept] for v in values])  # type: ignore[call-overload]

    def _show_counts(self, data_set: DataSet, loaded: Loaded) -> None:
        made = loaded.request
        is_ready = made is None or (made.filters, made.channel) == (
            data_set.filters,
            data_set.channel,
        )
        n_all, n_left = len(loaded.raw), len(loaded.localizations)
        if not is_ready:
            self.total.setText("Filtering...")
            return
        recorded = iter(loaded.field.steps)
        for row in self._rows:
            if row.step is not None:
                row.show_counts(next(recorded, None))
        what = "localizations" if data_set.channel is None else "localizations, of one channel,"
        if n_left == n_all:
            self.total.setText(f"All {n_all:,} localizations are kept.")
        else:
            self.total.setText(f"<b>{n_left:,}</b> of {n_all:,} {what} are left.")

    def _steps(self) -> tuple[Filter, ...]:
        return tuple(row.step for row in self._rows if row.step is not None)

    def _step_changed(self, row: FilterRow, drag: bool) -> None:
        if drag:
            self._dragged = row
            if not self._live.isActive():
                self._live.start()
            return
        self._live.stop()
        was_dragged, self._dragged = self._dragged is row, None
        self._send(row, f"drag {_name_of_row(row)}" if was_dragged else None)
        if was_dragged:
            self.drag_ended.emit()

    def _send_drag(self) -> None:
        if self._dragged is not None:
            self._send(self._dragged, f"drag {_name_of_row(self._dragged)}")

    def _send(self, row: FilterRow, merge: str | None) -> None:
        if self._key is not None:
            label = f"filter by {row.title[:1].lower()}{row.title[1:]}"
            self.filters_changed.emit(self._key, self._steps(), label, merge)

    def _remove(self, row: FilterRow) -> None:
        name = _name_of_row(row)
        if self._key is not None:
            offered = self._offered.get(self._key, [])
            self._offered[self._key] = [one for one in offered if one != name]
        had_step = row.step is not None
        self._rows.remove(row)
        self._drawn.pop(row, None)
        row.hide()
        row.deleteLater()
        if had_step:
            self._send(row, None)
        self._later.start()

    def _reset(self) -> None:
        if self._key is not None:
            self.filters_changed.emit(self._key, (), "reset the filters", None)

    def _copy(self) -> None:
        if self._key is not None:
            self.copy_requested.emit(self._key)

    def _fill_menu(self) -> None:
        self.add_menu.clear()
        loaded = self._workspace.current
        if loaded is None:
            return
        columns = columns_of(loaded.raw)
        for column in columns:
            action = self.add_menu.addAction(column.text)
            action.setEnabled(self.row(column.name) is None)
            action.triggered.connect(lambda _=False, name=column.name: self.add(name))
        self.add_menu.addSeparator()
        merge = self.add_menu.addAction("Merge reappearing localizations")
        merge.setEnabled(
            self.row(MergeReappearing.kind) is None and any(c.name == FRAME for c in columns)
        )
        merge.triggered.connect(lambda: self.add(MergeReappearing.kind))
        density = self.add_menu.addAction("Neighbours")
        density.setEnabled(self.row(Density.kind) is None)
        density.triggered.connect(lambda: self.add(Density.kind))


def _name_of_row(row: FilterRow) -> str:
    if isinstance(row, RangeRow):
        return row.column.name
    return Density.kind if isinstance(row, DensityRow) else MergeReappearing.kind


def _name_of_step(step: Filter) -> str:
    if isinstance(step, Keep):
        return step.column
    return FRAME if isinstance(step, Frames) else step.kind


def _column(localizations: Localizations, name: str) -> Column:
    return Column(FRAME, "Frame", "") if name == FRAME else column_of(localizations, name)


def _usual_distance(loaded: Loaded) -> float:
    sigma = summary_of(loaded).sigma_nm.get("x")
    return _USUAL_DISTANCE_NM if sigma is None else float(round(_PRECISIONS_APART * sigma[1]))
