"""The list of regions of a data set, with what is in them and their exact numbers."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QMenu,
    QTableView,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from stormgraph_gui.models.document import Document
from stormgraph_gui.models.project import DataSet, Region
from stormgraph_gui.models.region_counts import RegionCounts
from stormgraph_gui.models.workspace import Loaded, Workspace
from stormgraph_gui.views.region_details import RegionDetails
from stormgraph_gui.views.region_rows import AREA, COUNT, DENSITY, NAME, TAGS, RegionRows, Row

WIDTH = 310
"""Pixels that all columns of numbers and some of the tags need."""

_NO_DATA = "Open a file of localizations to draw regions in it."
_NO_REGIONS = "Draw a region with the tools above the data; or press R, E, P or L in the map."


class RegionList(QWidget):
    """Shows the regions of the data set that is looked at; nothing is changed by itself.

    Parameters
    ----------
    document, workspace, counts : Document, Workspace, RegionCounts
        What is shown.

    Attributes
    ----------
    chosen : Signal
        Key of the region that the user wants at hand; None is the whole field.
    renamed : Signal
        Key of a region and its new name.
    reordered : Signal
        Keys of all regions in their new order.
    framed : Signal
        Key of a region and the `Box` that it is to fill.
    tagged : Signal
        Name of a tag and its value for the selected regions.
    located : Signal
        Key of a region that the user wants to see, by a double click on its numbers.
    """

    chosen = Signal(object)
    renamed = Signal(str, str)
    reordered = Signal(list)
    framed = Signal(str, object)
    tagged = Signal(str, str)
    located = Signal(str)

    def __init__(
        self,
        document: Document,
        workspace: Workspace,
        counts: RegionCounts,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("regions")
        self._document, self._workspace, self._counts = document, workspace, counts
        self._field: tuple[Loaded, float] | None = None
        self._made: dict[str | None, tuple[Region, Row]] = {}
        self._is_following = False
        self._rows = RegionRows(self)
        self._rows.renamed.connect(self.renamed)
        self._rows.dropped.connect(self.reordered)
        self.table = self._made_table()
        self.tools = QToolBar()
        self.tools.setObjectName("region list tools")
        self.tools.setIconSize(QSize(18, 18))
        self._hint = QLabel(wordWrap=True)
        self._hint.setObjectName("region hint")
        self._hint.setContentsMargins(8, 4, 8, 4)
        self._hint.setForegroundRole(self._hint.palette().ColorRole.PlaceholderText)
        self.details = RegionDetails()
        self.details.framed.connect(self.framed)
        self.details.tagged.connect(self.tagged)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (self.tools, self.table, self._hint, self.details):
            layout.addWidget(widget, 1 if widget is self.table else 0)
        document.changed.connect(self._follow)
        workspace.current_changed.connect(self._follow)
        workspace.loaded_changed.connect(self._follow)
        counts.changed.connect(self._follow)
        self._follow()

    def sizeHint(self) -> QSize:
        """Ask for room for all columns of numbers."""
        return QSize(WIDTH, 480)

    @property
    def selected(self) -> list[str]:
        """Keys of the selected regions, in the order of the list."""
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        return [key for row in rows if (key := self._rows.rows[row].key) is not None]

    def add_actions(self, groups: Sequence[Sequence[QAction]]) -> None:
        """Offer actions above the list and in its context menu; their keys work in the list."""
        for number, actions in enumerate(groups):
            if number:
                self.tools.addSeparator()
            self.tools.addActions(list(actions))
            self.table.addActions(list(actions))

    def rename(self) -> None:
        """Let the user type a new name for the region at hand."""
        place = self._rows.place(self._workspace.region)
        if place > 0:
            self.table.edit(self._rows.index(place, NAME))

    def select(self, keys: Sequence[str]) -> None:
        """Select regions."""
        model = self.table.selectionModel()
        self._is_following = True
        model.clearSelection()
        for key in keys:
            model.select(
                self._rows.index(self._rows.place(key), NAME),
                QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows,
            )
        self._is_following = False
        self._show_details()

    def _made_table(self) -> QTableView:
        table = QTableView()
        table.setObjectName("region table")
        table.setAccessibleName("Regions")
        table.setModel(self._rows)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        table.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        table.setDragDropOverwriteMode(False)
        table.setDropIndicatorShown(True)
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.setWordWrap(False)
        table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 8)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(30)
        header.setSectionResizeMode(TAGS, QHeaderView.ResizeMode.Stretch)
        # by the rows in view alone: thousands would be looked at with every count
        header.setResizeContentsPrecision(0)
        for column in (COUNT, AREA, DENSITY):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        table.setColumnWidth(NAME, table.fontMetrics().horizontalAdvance("Whole field") + 9)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._menu)
        table.selectionModel().currentRowChanged.connect(self._current_row)
        table.selectionModel().selectionChanged.connect(self._show_details)
        table.doubleClicked.connect(self._double_clicked)
        return table

    def _follow(self, *_: object) -> None:
        """Show the data set, its regions and counts as they are now."""
        data_set, loaded = self._data_set(), self._workspace.current
        if self._field is not None and self._field[0] is not loaded:
            # not kept from going
            self._field = None
        regions = () if data_set is None else data_set.regions
        rows = [] if data_set is None else [self._field_row(data_set, loaded)]
        rows += map(self._row, regions)
        self._made = {row.key: made for row in rows if (made := self._made.get(row.key))}
        chosen = self.selected if self._rows.rows else []
        self._is_following = True
        self._rows.show_rows(rows)
        current = self._rows.place(self._workspace.region)
        if current >= 0:
            model = self.table.selectionModel()
            flags = QItemSelectionModel.SelectionFlag
            index = self._rows.index(current, NAME)
            keep = self._workspace.region in chosen
            if not keep:
                model.setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
                self.table.scrollTo(index)
            elif model.currentIndex().row() != current:
                model.setCurrentIndex(index, flags.NoUpdate)
                for key in chosen:
                    if (place := self._rows.place(key)) >= 0:
                        model.select(self._rows.index(place, NAME), flags.Select | flags.Rows)
        self._is_following = False
        self._hint.setText(_NO_DATA if data_set is None else _NO_REGIONS)
        self._hint.setVisible(not regions)
        self._show_details()

    def _field_row(self, data_set: DataSet, loaded: Loaded | None) -> Row:
        return Row(
            key=None,
            name="Whole field",
            n_localizations=None if loaded is None else len(loaded.localizations),
            area_um2=self._field_area_um2(loaded),
            tags=tuple(data_set.tags.items()),
        )

    def _row(self, region: Region) -> Row:
        """Return the row of a region; the one made before while nothing in it has changed."""
        n, made = self._counts.n_inside(region), self._made.get(region.key)
        if made is None or made[0] is not region or made[1].n_localizations != n:
            row = Row(
                key=region.key,
                name=region.roi.name,
                n_localizations=n,
                area_um2=region.roi.area_nm2 / 1e6,
                tags=tuple(region.roi.tags.items()),
            )
            self._made[region.key] = made = (region, row)
        return made[1]

    def _show_details(self, *_: object) -> None:
        if self._is_following:
            return
        data_set = self._data_set()
        regions: tuple[Region, ...] = () if data_set is None else data_set.regions
        selected = set(self.selected)
        current = next((one for one in regions if one.key == self._workspace.region), None)
        chosen = [one for one in regions if one.key in selected]
        self.details.setVisible(bool(regions))
        self.details.show_regions(current, chosen, data_set)
        self.details.show_known(self._document.project)

    def _data_set(self) -> DataSet | None:
        key = self._workspace.data_set
        return next((one for one in self._document.project.data_sets if one.key == key), None)

    def _field_area_um2(self, loaded: Loaded | None) -> float:
        """Return the area of the box round all localizations, which a run on them would take."""
        if loaded is None or not len(loaded.localizations):
            return 0.0
        if self._field is None:
            table = loaded.localizations.table
            x, y = table["x_nm"].to_numpy(), table["y_nm"].to_numpy()
            area = float((x.max() - x.min()) * (y.max() - y.min())) / 1e6
            self._field = loaded, area
        return self._field[1]

    def _current_row(self, now: QModelIndex, _before: QModelIndex) -> None:
        if not self._is_following and now.isValid():
            self.chosen.emit(self._rows.rows[now.row()].key)

    def _double_clicked(self, index: QModelIndex) -> None:
        key = self._rows.rows[index.row()].key
        if index.column() != NAME and key is not None:
            self.located.emit(key)

    def _menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(self.table.actions())
        menu.popup(self.table.viewport().mapToGlobal(at))
