"""Files and folders for the queue, which need not be open: what `stormgraph batch` takes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from stormgraph_gui.views.named import named

_REGIONS = ("None: whole files", "A folder with one file for each", "One file for all")
_INPUTS_TIP = (
    "Files of localizations, folders that hold some, or a table of jobs: a csv file with the "
    "column 'file', and if wanted roi_file, roi, channel and tags."
)


class FilesChoice(QWidget):
    """Asks for files, their regions, and how to read them.

    Attributes
    ----------
    changed : Signal
        Something else is wanted.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self.inputs = named("queue inputs", QListWidget())
        self.inputs.setToolTip(_INPUTS_TIP)
        self.inputs.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self.inputs.setMinimumHeight(70)
        self.regions = named("queue regions", QComboBox())
        self.regions.addItems(_REGIONS)
        self.regions.setToolTip(
            "Each region is analysed by itself. A folder of regions holds a file for each data "
            "file, with the same name: cell1.geojson or cell1_rois.zip for cell1.csv."
        )
        self.regions_path = named("queue regions path", QLineEdit())
        self.regions_path.setToolTip("Folder or file of the regions")
        self._choose = named("queue choose regions", QPushButton("&Choose..."))
        self._choose.setToolTip("Choose the folder or file of the regions")
        self.pattern = named("queue pattern", QLineEdit())
        self.pattern.setPlaceholderText("{condition}/{replicate}/{cell}")
        self.pattern.setToolTip(
            "Reads tags from folders and names: {condition}/{cell} takes the name of the folder "
            "for the condition and the name of the file for the cell. * stands for anything."
        )
        self.channel = named("queue channel", QLineEdit())
        self.channel.setPlaceholderText("all")
        self.channel.setToolTip("Colour channel to analyse, by number or name")
        self.pixel_size = named("queue pixel size", QLineEdit())
        self.pixel_size.setPlaceholderText("as the files say")
        self.pixel_size.setToolTip("Edge of a camera pixel in the sample, for files in pixels, nm")
        layout = QVBoxLayout(self)
        layout.addWidget(QLabel("Drop files and folders here, or choose them."))
        top = QHBoxLayout()
        top.addWidget(self.inputs, 1)
        top.addLayout(self._input_buttons())
        layout.addLayout(top, 1)
        layout.addLayout(self._form())
        self._show_regions()
        self.regions.currentIndexChanged.connect(self._show_regions)
        self._choose.clicked.connect(lambda _checked=False: self._choose_regions())
        for edit in (self.regions_path, self.pattern, self.channel, self.pixel_size):
            edit.textChanged.connect(lambda _text: self.changed.emit())

    @property
    def fault(self) -> str:
        """What is missing or wrong; empty when nothing is."""
        if not self.inputs.count():
            return "Choose files or folders."
        if self.regions.currentIndex() and not self.regions_path.text().strip():
            return "Choose where the regions are."
        if self.pixel_size.text().strip() and self._pixel_size() is None:
            return f"The pixel size {self.pixel_size.text()!r} is no number above 0."
        return ""

    @property
    def asked(self) -> dict[str, Any]:
        """Fields of a `stormgraph_py.batch.planning.Asked`."""
        kind, path = self.regions.currentIndex(), self.regions_path.text().strip()
        size = self._pixel_size()
        return {
            "inputs": [self.inputs.item(row).text() for row in range(self.inputs.count())],
            "roi_dir": path if kind == 1 else None,
            "roi": path if kind == 2 else None,
            "roi_pixel_size_nm": size,
            "channel": self.channel.text().strip() or None,
            "pattern": self.pattern.text().strip() or None,
            "reading": {} if size is None else {"pixel_size_nm": size},
        }

    def add(self, paths: Iterable[str]) -> None:
        """Add files or folders that are not in the list."""
        there = {self.inputs.item(row).text() for row in range(self.inputs.count())}
        self.inputs.addItems([path for path in dict.fromkeys(paths) if path not in there])
        self.changed.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and folders."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Add what was dropped."""
        self.add(url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile())
        event.acceptProposedAction()

    def _pixel_size(self) -> float | None:
        try:
            size = float(self.pixel_size.text().strip().replace(",", "."))
        except ValueError:
            return None
        return size if 0 < size < float("inf") else None

    def _input_buttons(self) -> QVBoxLayout:
        layout = QVBoxLayout()
        for name, text, tip, slot in (
            ("queue add input files", "Add fi&les...", "Add files to the list", self._add_files),
            ("queue add folder", "Add fol&der...", "Add a folder to the list", self._add_folder),
            ("queue remove input", "Re&move", "Take the selected ones off the list", self._remove),
        ):
            button = named(name, QPushButton(text))
            button.setToolTip(tip)
            button.clicked.connect(lambda _checked=False, slot=slot: slot())
            layout.addWidget(button)
        layout.addStretch(1)
        return layout

    def _form(self) -> QFormLayout:
        where = QHBoxLayout()
        where.addWidget(self.regions)
        where.addWidget(self.regions_path, 1)
        where.addWidget(self._choose)
        reading = QHBoxLayout()
        reading.addWidget(self.channel, 1)
        pixels = QLabel("Pi&xel size (nm)")
        pixels.setBuddy(self.pixel_size)
        reading.addWidget(pixels)
        reading.addWidget(self.pixel_size, 1)
        form = QFormLayout()
        for text, buddy, row in (
            ("Re&gions", self.regions, where),
            ("C&hannel", self.channel, reading),
        ):
            label = QLabel(text)
            label.setBuddy(buddy)
            form.addRow(label, row)
        form.addRow("Tags from &paths", self.pattern)
        return form

    def _show_regions(self) -> None:
        has_some = self.regions.currentIndex() > 0
        self.regions_path.setEnabled(has_some)
        self._choose.setEnabled(has_some)
        self.changed.emit()

    def _dialog(self, title: str, mode: QFileDialog.FileMode) -> QFileDialog:
        dialog = QFileDialog(self, title)
        dialog.setFileMode(mode)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    def _add_files(self) -> None:
        dialog = self._dialog("Files for the queue", QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self.add)
        dialog.open()

    def _add_folder(self) -> None:
        dialog = self._dialog("Folder for the queue", QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda path: self.add([path]))
        dialog.open()

    def _remove(self) -> None:
        for item in self.inputs.selectedItems():
            self.inputs.takeItem(self.inputs.row(item))
        self.changed.emit()

    def _choose_regions(self) -> None:
        is_folder = self.regions.currentIndex() == 1
        mode = QFileDialog.FileMode.Directory if is_folder else QFileDialog.FileMode.ExistingFile
        dialog = self._dialog("Regions", mode)
        dialog.fileSelected.connect(lambda path: self.regions_path.setText(str(Path(path))))
        dialog.open()
