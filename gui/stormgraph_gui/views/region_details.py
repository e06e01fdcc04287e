"""Exact numbers and tags of the chosen regions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import (
    QCompleter,
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QWidget,
)

from stormgraph_gui.models.project import DataSet, Project, Region
from stormgraph_gui.models.region_shapes import frame
from stormgraph_py.boxes import Box

TAGS = ("condition", "replicate", "cell")
"""Tags that have a field of their own."""

_FARTHEST_NM = 1e9
_SEVERAL = "several values"


class RegionDetails(QWidget):
    """Shows where the region at hand lies, and the tags of all chosen ones, to be changed.

    Attributes
    ----------
    framed : Signal
        Key of the region and the `Box` that it is to fill.
    tagged : Signal
        Name of a tag and its value for all chosen regions.
    """

    framed = Signal(str, object)
    tagged = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("region details")
        self._region: Region | None = None
        self._is_showing = False
        self._numbers = {
            "x": self._number("region x", "Centre along x"),
            "y": self._number("region y", "Centre along y"),
            "width": self._number("region width", "Width before the region is turned", low=1),
            "height": self._number("region height", "Height before the region is turned", low=1),
            "angle": self._angle(),
        }
        self._known: dict[str, QStringListModel] = {}
        self._tags = {name: self._tag(name) for name in TAGS}
        self._kind = QLabel()
        self._kind.setObjectName("region kind")
        self._kind.setMinimumWidth(20)
        grid = QGridLayout(self)
        grid.setContentsMargins(8, 6, 8, 8)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(4)
        grid.addWidget(self._kind, 0, 0, 1, 3)
        for row, (title, left, right) in enumerate(
            (("&Centre", "x", "y"), ("&Size", "width", "height")), 1
        ):
            label = QLabel(title)
            label.setBuddy(self._numbers[left])
            grid.addWidget(label, row, 0)
            grid.addWidget(self._numbers[left], row, 1)
            grid.addWidget(self._numbers[right], row, 2)
        label = QLabel("An&gle")
        label.setBuddy(self._numbers["angle"])
        grid.addWidget(label, 3, 0)
        grid.addWidget(self._numbers["angle"], 3, 1)
        for row, (name, edit) in enumerate(self._tags.items(), 4):
            label = QLabel(name.capitalize())
            label.setBuddy(edit)
            grid.addWidget(label, row, 0)
            grid.addWidget(edit, row, 1, 1, 2)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 1)

    def show_regions(
        self, current: Region | None, chosen: Sequence[Region], data_set: DataSet | None
    ) -> None:
        """Show the region at hand and the tags of the chosen ones."""
        self._is_showing = True
        self._region = current
        for field in self._numbers.values():
            field.setEnabled(current is not None)
        if current is not None:
            box = frame(current.roi)
            values = (*box.center_nm, *box.size_nm, box.angle_deg)
            for field, value in zip(self._numbers.values(), values, strict=True):
                if not field.hasFocus() or abs(field.value() - value) > 0.05:
                    field.setValue(value)
            # only rectangles and ellipses know how far they are turned
            self._numbers["angle"].setEnabled(current.roi.box is not None)
            n = sum(len(ring) - 1 for rings in current.roi.polygons for ring in rings)
            with_number = "" if current.roi.box is not None else f", {n} vertices"
            self._kind.setText(current.roi.kind.capitalize() + with_number)
        else:
            for field in self._numbers.values():
                field.clear()
            self._kind.setText("No region is at hand")
        for name, edit in self._tags.items():
            self._show_tag(name, edit, chosen, data_set)
        self._is_showing = False

    def show_known(self, project: Project) -> None:
        """Offer the values of tags that are in use."""
        for name in TAGS:
            known = {
                tags[name]
                for data_set in project.data_sets
                for tags in (data_set.tags, *(one.roi.tags for one in data_set.regions))
                if name in tags
            }
            if sorted(known) != self._known[name].stringList():
                self._known[name].setStringList(sorted(known))

    def _show_tag(
        self, name: str, edit: QLineEdit, chosen: Sequence[Region], data_set: DataSet | None
    ) -> None:
        values = {one.roi.tags.get(name, "") for one in chosen}
        common = next(iter(values)) if len(values) == 1 else ""
        of_file = "" if data_set is None else data_set.tags.get(name, "")
        if edit.text() != common and not (edit.hasFocus() and edit.isModified()):
            edit.setText(common)
        edit.setEnabled(bool(chosen) and not of_file)
        tip = f"{name.capitalize()} of the chosen regions"
        placeholder = _SEVERAL if len(values) > 1 else ""
        if of_file:
            placeholder = f"{of_file} (of the whole file)"
            tip = f"The {name} is set for the whole file: {of_file}"
        edit.setPlaceholderText(placeholder)
        edit.setToolTip(tip)

    def _number(self, name: str, tip: str, low: float = -_FARTHEST_NM) -> QDoubleSpinBox:
        field = QDoubleSpinBox(decimals=1, minimum=low, maximum=_FARTHEST_NM, singleStep=10)
        field.setObjectName(name)
        field.setSuffix(" nm")
        field.setToolTip(tip)
        field.setAccessibleName(tip)
        field.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        field.setAlignment(Qt.AlignmentFlag.AlignRight)
        field.setKeyboardTracking(False)
        field.setMinimumWidth(60)
        field.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        field.valueChanged.connect(self._number_changed)
        return field

    def _angle(self) -> QDoubleSpinBox:
        field = self._number("region angle", "Turned from the x towards the y axis")
        field.setRange(-180, 180)
        field.setSuffix("°")
        field.setSingleStep(5)
        field.setWrapping(True)
        return field

    def _tag(self, name: str) -> QLineEdit:
        edit = QLineEdit()
        edit.setObjectName(f"region {name}")
        self._known[name] = QStringListModel(edit)
        completer = QCompleter(self._known[name], edit)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        edit.setCompleter(completer)
        edit.editingFinished.connect(lambda: self._tag_changed(name, edit))
        return edit

    def _number_changed(self) -> None:
        if self._is_showing or self._region is None:
            return
        values = {name: field.value() for name, field in self._numbers.items()}
        before = frame(self._region.roi)
        box = Box(
            center_nm=(values["x"], values["y"]),
            size_nm=(values["width"], values["height"]),
            angle_deg=values["angle"],
        )
        # what was not touched keeps the digits that are not shown
        self.framed.emit(self._region.key, _near(box, before))

    def _tag_changed(self, name: str, edit: QLineEdit) -> None:
        if edit.isModified():
            edit.setModified(False)
            self.tagged.emit(name, edit.text())


def _near(box: Box, before: Box) -> Box:
    """Return a box with the numbers of another one where they are shown alike."""

    def kept(new: float, old: float) -> float:
        return old if round(new, 1) == round(old, 1) else new

    (x, y), (width, height) = box.center_nm, box.size_nm
    return replace(
        box,
        center_nm=(kept(x, before.center_nm[0]), kept(y, before.center_nm[1])),
        size_nm=(kept(width, before.size_nm[0]), kept(height, before.size_nm[1])),
        angle_deg=kept(box.angle_deg, before.angle_deg),
    )
