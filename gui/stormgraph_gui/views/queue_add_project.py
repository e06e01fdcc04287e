"""Data sets and regions of the open project, to choose from for the queue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from stormgraph_gui.models.project import DataSet, Project
from stormgraph_gui.views.named import named

WHOLE_FIELD = "Whole field"

_KEY = Qt.ItemDataRole.UserRole
_CHECKED, _UNCHECKED = Qt.CheckState.Checked, Qt.CheckState.Unchecked


class ProjectChoice(QWidget):
    """Lists data sets with their regions.

    At first all regions are chosen, and the whole field of data sets without any.

    Parameters
    ----------
    project : Project
        The open project.

    Attributes
    ----------
    changed : Signal
        Others are chosen.
    """

    changed = Signal()

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tree = named("queue project", QTreeWidget())
        self.tree.setHeaderLabels(["Data set and region", "Tags"])
        self.tree.setUniformRowHeights(True)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        for data_set in project.data_sets:
            self.tree.addTopLevelItem(_item(data_set))
        self.tree.expandAll()
        self.tree.itemChanged.connect(lambda *_: self.changed.emit())
        layout = QVBoxLayout(self)
        if not project.data_sets:
            layout.addWidget(QLabel("The project has no data sets. Open some first."))
        layout.addWidget(self.tree, 1)
        buttons = QHBoxLayout()
        for name, text, tip, wanted in (
            ("queue all regions", "All &regions", "Choose every region", "regions"),
            ("queue whole fields", "Whole f&ields", "Choose every whole field", "fields"),
            ("queue none", "&None", "Choose nothing", ""),
        ):
            button = named(name, QPushButton(text))
            button.setToolTip(tip)
            button.clicked.connect(lambda _checked=False, wanted=wanted: self.choose(wanted))
            buttons.addWidget(button)
        buttons.addStretch(1)
        layout.addLayout(buttons)

    @property
    def chosen(self) -> list[tuple[str, str | None]]:
        """Keys of the chosen data sets and regions, None for the whole field."""
        return [
            (data_set, region)
            for item, data_set, region in self._leaves()
            if item.checkState(0) == _CHECKED
        ]

    def choose(self, wanted: str) -> None:
        """Choose all "regions", all "fields", or nothing."""
        with QSignalBlocker(self.tree):
            for item, _, region in self._leaves():
                is_wanted = wanted == ("fields" if region is None else "regions")
                item.setCheckState(0, _CHECKED if is_wanted else _UNCHECKED)
        self.changed.emit()
        self.tree.viewport().update()

    def _leaves(self) -> Iterator[tuple[QTreeWidgetItem, str, str | None]]:
        for row in range(self.tree.topLevelItemCount()):
            parent = self.tree.topLevelItem(row)
            assert parent is not None
            for place in range(parent.childCount()):
                child = parent.child(place)
                assert child is not None
                yield child, parent.data(0, _KEY), child.data(0, _KEY)


def _item(data_set: DataSet) -> QTreeWidgetItem:
    item = QTreeWidgetItem([data_set.name, _tags(data_set.tags)])
    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsAutoTristate | Qt.ItemFlag.ItemIsUserCheckable)
    item.setData(0, _KEY, data_set.key)
    item.setToolTip(0, data_set.path)
    leaves: list[tuple[str, str | None, dict[str, str]]] = [(WHOLE_FIELD, None, {})]
    leaves += [(r.roi.name or "Region", r.key, dict(r.roi.tags)) for r in data_set.regions]
    for name, key, tags in leaves:
        child = QTreeWidgetItem([name, _tags(tags)])
        child.setData(0, _KEY, key)
        child.setFlags(child.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        is_chosen = (key is None) == (not data_set.regions)
        child.setCheckState(0, _CHECKED if is_chosen else _UNCHECKED)
        item.addChild(child)
    return item


def _tags(tags: Mapping[str, str]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in tags.items() if value)
