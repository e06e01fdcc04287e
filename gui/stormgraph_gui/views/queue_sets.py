"""Sets of parameters for the queue: one row a set, of which the main values can be edited."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from functools import partial
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from stormgraph_gui.models.presets import Preset
from stormgraph_gui.views.named import named
from stormgraph_py.batch.parameter_sets import ParameterSet
from stormgraph_py.errors import ParameterError

CURRENT = "Current"
"""Name of the set that has the parameters of the analysis panel."""

_AUTOMATIC = "automatic"
_HEADS = (
    ("Name", "Name of the set, which becomes part of the names of the results"),
    ("k", "Neighbours that set the length scale r0; 'automatic' finds it without k"),
    ("alpha", "Share of random localizations that may be taken for clustered"),
    ("Smallest cluster", "Localizations that a cluster has at least"),
    ("Seed", "Seed of everything random"),
    ("Also changed", "Other parameters and filters of the set"),
)
_FIELDS = ("name", "k", "alpha", "min_cluster_size", "seed", "")


class ParameterSets(QWidget):
    """A small table of parameter sets.

    Parameters
    ----------
    current : ParameterSet
        Parameters and seed of the analysis panel.
    presets : iterable of Preset
        Other parameters to begin with.

    Attributes
    ----------
    changed : Signal
        Sets were added, edited or removed.
    file_chosen : Signal
        Path of a TOML file whose sets are to be added with `add`.
    """

    changed = Signal()
    file_chosen = Signal(str)

    def __init__(
        self, current: ParameterSet, presets: Iterable[Preset], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._current = current
        self._sets: list[ParameterSet] = [dataclasses.replace(current, name=CURRENT)]
        self._faults: dict[tuple[int, int], str] = {}
        self.table = named("queue sets", QTableWidget(0, len(_HEADS)))
        for column, (head, tip) in enumerate(_HEADS):
            item = QTableWidgetItem(head)
            item.setToolTip(tip)
            self.table.setHorizontalHeaderItem(column, item)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setTabKeyNavigation(False)
        self.table.setMinimumHeight(96)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        self.table.setColumnWidth(0, 170)
        self.table.itemChanged.connect(self._edited)
        self._fault = named("queue sets fault", QLabel(wordWrap=True))
        self._fault.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table, 1)
        layout.addWidget(self._fault)
        layout.addLayout(self._buttons(presets))
        self._fill()

    @property
    def fault(self) -> str:
        """What is wrong with the sets; empty when nothing is."""
        if self._faults:
            return next(iter(self._faults.values()))
        names = [one.name.casefold() for one in self._sets]
        if len(set(names)) < len(names):
            return "Two sets have the same name; give each its own."
        return "" if names else "Add a set of parameters."

    @property
    def sets(self) -> tuple[ParameterSet, ...]:
        """The sets; the only one has no name if none was given to it."""
        if [one.name for one in self._sets] == [CURRENT]:
            return (dataclasses.replace(self._sets[0], name=self._current.name, is_named=False),)
        return tuple(dataclasses.replace(one, is_named=True) for one in self._sets)

    def add(self, sets: Iterable[ParameterSet]) -> None:
        """Add sets, under names that are free."""
        for one in sets:
            name, number = one.name, 2
            taken = {other.name.casefold() for other in self._sets}
            while name.casefold() in taken:
                name, number = f"{one.name} {number}", number + 1
            self._sets.append(dataclasses.replace(one, name=name))
        self._fill()
        self.changed.emit()

    def remove(self, rows: Iterable[int]) -> None:
        """Remove sets by their rows."""
        gone = set(rows)
        self._sets = [one for row, one in enumerate(self._sets) if row not in gone]
        self._faults.clear()
        self._fill()
        self.changed.emit()

    def _buttons(self, presets: Iterable[Preset]) -> QHBoxLayout:
        add = named("queue add set", QPushButton("Add &set"))
        add.setToolTip("Analyse everything with another set of parameters too")
        menu = QMenu(add)
        menu.addAction("&Copy of the last set", self._copy)
        menu.addSeparator()
        for preset in presets:
            one = ParameterSet(name=preset.name, params=preset.params, seed=self._current.seed)
            menu.addAction(preset.name, partial(self.add, (one,)))
        menu.addSeparator()
        menu.addAction("From a &file (TOML)...", self._choose)
        add.setMenu(menu)
        remove = named("queue remove set", QPushButton("Remove se&t"))
        remove.setToolTip("Remove the selected sets of parameters")
        remove.clicked.connect(lambda _checked=False: self.remove(self._selected()))
        layout = QHBoxLayout()
        layout.addWidget(add)
        layout.addWidget(remove)
        layout.addStretch(1)
        return layout

    def _selected(self) -> set[int]:
        return {index.row() for index in self.table.selectionModel().selectedRows()}

    def _copy(self) -> None:
        last = self._sets[-1] if self._sets else self._current
        self.add([dataclasses.replace(last, name="Set 1" if last.name == CURRENT else last.name)])

    def _choose(self) -> None:
        dialog = QFileDialog(self, "Sets of parameters", "", "Parameter sets (*.toml)")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.file_chosen)
        dialog.open()

    def _fill(self) -> None:
        with QSignalBlocker(self.table):
            self.table.setRowCount(len(self._sets))
            for row, one in enumerate(self._sets):
                k = _AUTOMATIC if one.params.k is None else str(one.params.k)
                texts = (
                    one.name,
                    k,
                    f"{one.params.alpha:g}",
                    str(one.params.min_cluster_size),
                    str(one.seed),
                    _others(one),
                )
                for column, text in enumerate(texts):
                    self._put(row, column, text)
        self._tell()

    def _put(self, row: int, column: int, text: str) -> None:
        item = QTableWidgetItem(text)
        if not _FIELDS[column]:
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
            item.setToolTip(text)
        elif column:
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.table.setItem(row, column, item)

    def _edited(self, item: QTableWidgetItem) -> None:
        row, column = item.row(), item.column()
        self._faults.pop((row, column), None)
        try:
            self._sets[row] = _changed(self._sets[row], _FIELDS[column], item.text().strip())
        except (ParameterError, ValueError) as error:
            self._faults[row, column] = str(error)
        with QSignalBlocker(self.table):
            wrong = (row, column) in self._faults
            role = QPalette.ColorRole.BrightText if wrong else QPalette.ColorRole.Text
            item.setForeground(self.palette().brush(role))
        self._tell()
        self.changed.emit()

    def _tell(self) -> None:
        self._fault.setText(self.fault)
        self._fault.setVisible(bool(self.fault))


def _changed(one: ParameterSet, field: str, text: str) -> ParameterSet:
    """Return a set with one value as it was typed.

    Raises
    ------
    ParameterError, ValueError
        With a sentence for the user.
    """
    if field == "name":
        if not text:
            raise ValueError("Each set needs a name.")
        return dataclasses.replace(one, name=text)
    if field == "seed":
        if not text.isdecimal():
            raise ValueError(f"The seed {text!r} is no whole number from 0 on.")
        return dataclasses.replace(one, seed=int(text))
    value: Any
    if field == "k" and text.casefold() in (_AUTOMATIC, "auto", ""):
        value = None
    else:
        try:
            value = float(text.replace(",", ".")) if field == "alpha" else int(text)
        except ValueError:
            what = "number" if field == "alpha" else "whole number"
            raise ValueError(f"{text!r} is no {what}.") from None
    return dataclasses.replace(one, params=dataclasses.replace(one.params, **{field: value}))


def _others(one: ParameterSet) -> str:
    """Name what differs from the defaults and has no column of its own."""
    default = type(one.params)()
    changed = [
        f"{f.name} = {getattr(one.params, f.name)}"
        for f in dataclasses.fields(one.params)
        if f.name not in _FIELDS and getattr(one.params, f.name) != getattr(default, f.name)
    ]
    n = len(one.filters)
    return ", ".join([*changed, *([f"{n} filter{'s' if n > 1 else ''}"] if n else [])])
