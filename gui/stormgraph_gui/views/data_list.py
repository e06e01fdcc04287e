"""The panel of data sets: what is open, what is known of it, what is to be read."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QAction, QDesktopServices, QIcon, QKeySequence
from PySide6.QtWidgets import (
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QSplitter,
    QStackedLayout,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from stormgraph_gui.models.activity import Activity
from stormgraph_gui.models.document import Document
from stormgraph_gui.models.facts import Facts, facts_of
from stormgraph_gui.models.loading import Loading
from stormgraph_gui.models.project import DataSet, Project
from stormgraph_gui.models.workspace import Workspace
from stormgraph_gui.views.choose_file import ask_for_files
from stormgraph_gui.views.data_details import DataDetails
from stormgraph_gui.views.data_rows import LINE, TITLE, WARNING, DataRows
from stormgraph_gui.views.reading_rows import ReadingRows
from stormgraph_gui.views.tag_dialog import TagDialog

KEY = Qt.ItemDataRole.UserRole


class DataList(QWidget):
    """Lists the data sets of the project and tells about the one that is looked at.

    Attributes
    ----------
    open_requested : Signal
        The user wants to choose files.
    chosen : Signal
        Key of the data set to look at.
    reload_requested, reading_requested, remove_requested : Signal
        Key of a data set.
    locate_requested : Signal
        Key of a data set and the file to take for it.
    tags_changed : Signal
        Key of a data set and its tags.
    channel_chosen : Signal
        Key of a data set and the number of a channel, or None for all.
    cancel_requested : Signal
        Task that the user does not want to wait for.
    """

    open_requested = Signal()
    chosen = Signal(str)
    reload_requested = Signal(str)
    reading_requested = Signal(str)
    remove_requested = Signal(str)
    locate_requested = Signal(str, str)
    tags_changed = Signal(str, object)
    channel_chosen = Signal(str, object)
    cancel_requested = Signal(int)

    def __init__(
        self,
        document: Document,
        workspace: Workspace,
        activity: Activity,
        loading: Loading,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("data list")
        self.setMinimumWidth(240)
        self._document, self._workspace, self._loading = document, workspace, loading
        self._facts: dict[str, Facts] = {}
        self.list = QListWidget()
        self.list.setObjectName("data sets")
        self.list.setAccessibleName("Data sets")
        self.list.setItemDelegate(DataRows(self.list))
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._show_menu)
        self.list.currentItemChanged.connect(self._item_chosen)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        remove = QAction("Remove from the project", self.list)
        remove.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        remove.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        remove.triggered.connect(self._remove_current)
        self.list.addAction(remove)
        self._details = DataDetails()
        self._details.channel_chosen.connect(self._channel_chosen)
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._splitter.addWidget(self.list)
        self._splitter.addWidget(self._details)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setSizes([1000, 1000])
        middle = QWidget()
        self._middle = QStackedLayout(middle)
        self._middle.addWidget(self._empty())
        self._middle.addWidget(self._splitter)
        readings = ReadingRows(loading, activity)
        readings.cancel_requested.connect(self.cancel_requested)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(middle, 1)
        layout.addWidget(readings)
        document.changed.connect(self._document_changed)
        loading.changed.connect(self._fill)
        workspace.loaded_changed.connect(self._loaded_changed)
        workspace.current_changed.connect(self._select_current)
        self._fill()

    def sizeHint(self) -> QSize:
        """Be wide enough for names of files."""
        return QSize(280, 360)

    def _empty(self) -> QWidget:
        hint = QLabel("Drop files of localizations here,\nor open them.")
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        hint.setEnabled(False)
        button = QPushButton("Open...")
        button.setObjectName("open from list")
        button.setToolTip("Choose files of localizations")
        button.clicked.connect(lambda: self.open_requested.emit())
        box = QWidget()
        layout = QVBoxLayout(box)
        layout.addStretch()
        layout.addWidget(hint)
        layout.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch()
        return box

    def _document_changed(self, before: Project, now: Project) -> None:
        if before.data_sets is not now.data_sets:
            self._fill()

    def _loaded_changed(self, key: str) -> None:
        self._facts.pop(key, None)
        self._fill()

    def _fill(self) -> None:
        """Make the rows those of the project, and keep those that are there."""
        data_sets = self._document.project.data_sets
        self._middle.setCurrentIndex(1 if data_sets else 0)
        keys = [one.key for one in data_sets]
        self.list.blockSignals(True)
        if keys != [self.list.item(i).data(KEY) for i in range(self.list.count())]:
            self.list.clear()
            for key in keys:
                item = QListWidgetItem()
                item.setData(KEY, key)
                self.list.addItem(item)
        for i, data_set in enumerate(data_sets):
            self._fill_row(self.list.item(i), data_set)
        self.list.blockSignals(False)
        self._select_current()

    def _fill_row(self, item: QListWidgetItem, data_set: DataSet) -> None:
        fault = self._loading.fault(data_set.key)
        facts = self._facts_of(data_set.key)
        waits = "not at hand" if fault else "is being read..."
        line = waits if facts is None else facts.line
        tags = ", ".join(data_set.tags.values())
        warnings = (fault,) if fault else () if facts is None else facts.warnings
        item.setData(TITLE, data_set.name)
        item.setData(LINE, f"{line} · {tags}" if tags else line)
        item.setData(WARNING, "\n\n".join(warnings))
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{data_set.name}, {line}")
        item.setToolTip("\n\n".join([data_set.path, *warnings]))

    def _facts_of(self, key: str) -> Facts | None:
        loaded = self._workspace.loaded.get(key)
        if loaded is None:
            return None
        if key not in self._facts:
            self._facts[key] = facts_of(loaded)
        return self._facts[key]

    def _select_current(self) -> None:
        key = self._workspace.data_set
        self.list.blockSignals(True)
        row = next((i for i in range(self.list.count()) if self.list.item(i).data(KEY) == key), -1)
        self.list.setCurrentRow(row)
        self.list.blockSignals(False)
        known = {one.key: one for one in self._document.project.data_sets}
        data_set = known.get(key or "")
        self._details.show_data_set(
            data_set,
            None if data_set is None else self._facts_of(data_set.key),
            "" if data_set is None else self._loading.fault(data_set.key),
        )

    def _item_chosen(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(item.data(KEY))

    def _channel_chosen(self, channel: int | None) -> None:
        key = self._workspace.data_set
        if key is not None:
            self.channel_chosen.emit(key, channel)

    def _remove_current(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.remove_requested.emit(item.data(KEY))

    def _show_menu(self, at: QPoint) -> None:
        item = self.list.itemAt(at)
        if item is not None:
            menu = self.menu(item.data(KEY))
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.list.viewport().mapToGlobal(at))

    def menu(self, key: str) -> QMenu:
        """Return the menu of a data set."""
        data_set = self._document.project.data_set(key)
        menu = QMenu(self)
        menu.setObjectName("data set menu")
        menu.addAction("&Reload", lambda: self.reload_requested.emit(key))
        another = menu.addAction(
            "Read in another &way...", lambda: self.reading_requested.emit(key)
        )
        another.setEnabled(Path(data_set.path).is_file())
        if self._loading.fault(key):
            menu.addAction("&Locate the file...", lambda: self._locate(data_set))
        menu.addAction("&Tags...", lambda: self._edit_tags(data_set))
        folder = menu.addAction("Show in &folder", lambda: _show_folder(data_set.path))
        folder.setEnabled(Path(data_set.path).parent.is_dir())
        menu.addSeparator()
        remove = menu.addAction("Re&move from the project", lambda: self.remove_requested.emit(key))
        remove.setIcon(self._icon(QStyle.StandardPixmap.SP_TrashIcon))
        return menu

    def _icon(self, which: QStyle.StandardPixmap) -> QIcon:
        return self.style().standardIcon(which)

    def _locate(self, data_set: DataSet) -> None:
        ask_for_files(
            self,
            f"Where is {data_set.name}?",
            data_set.path,
            "All files (*)",
            lambda paths: self.locate_requested.emit(data_set.key, str(paths[0])),
        )

    def _edit_tags(self, data_set: DataSet) -> None:
        known = {n for one in self._document.project.data_sets for n in one.tags}
        dialog = TagDialog(data_set.name, data_set.tags, sorted(known), self)
        dialog.tags_changed.connect(lambda tags: self.tags_changed.emit(data_set.key, tags))
        dialog.open()


def _show_folder(path: str) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(path).parent)))
