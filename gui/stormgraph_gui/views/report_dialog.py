"""What a report is to hold, and where it goes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from stormgraph_py.report.outputs import Outputs


class ReportDialog(QDialog):
    """Asks for a folder and for the files beside the report.

    Parameters
    ----------
    title : str
        What is written.
    parent_folder : Path
        Where the new folder goes at first.
    name : str
        Name of the new folder.
    parent : QWidget
        The window.

    Attributes
    ----------
    accepted_with : Signal
        The folder (Path), `Outputs`, and whether an older result there may be replaced.
    """

    accepted_with = Signal(object, object, bool)

    def __init__(self, title: str, parent_folder: Path, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("report dialog")
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._folder = QLineEdit(str(parent_folder))
        self._folder.setObjectName("report folder")
        self._folder.setToolTip("The folder in which a new one is made")
        choose = QPushButton("&Choose...")
        choose.setToolTip("Choose a folder")
        choose.clicked.connect(self._choose)
        self._name = QLineEdit(name)
        self._name.setObjectName("report name")
        self._name.setToolTip("Name of the new folder")
        self._figures = QCheckBox("&Figures as SVG and PNG, 300 dpi")
        self._excel = QCheckBox("&Excel workbook of the tables")
        self._replace = QCheckBox("Re&place an older report of this name")
        self._replace.setObjectName("report replace")
        self._excel.setChecked(True)
        self._state = QLabel(wordWrap=True)
        self._state.setObjectName("report state")
        where = QHBoxLayout()
        where.addWidget(self._folder, 1)
        where.addWidget(choose)
        form = QFormLayout()
        in_folder = QLabel("&In folder")
        in_folder.setBuddy(self._folder)
        form.addRow(in_folder, where)
        form.addRow("New folder &name", self._name)
        self._buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        self._buttons.button(QDialogButtonBox.StandardButton.Save).setText("&Write report")
        self._buttons.accepted.connect(self._accept)
        self._buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(
            QLabel("A page for the browser, the tables as csv, and a record to repeat it all.")
        )
        layout.addLayout(form)
        for widget in (self._figures, self._excel, self._replace, self._state):
            layout.addWidget(widget)
        layout.addStretch(1)
        layout.addWidget(self._buttons)
        for field in (self._folder, self._name):
            field.textChanged.connect(self._check)
        self._replace.toggled.connect(self._check)
        self.resize(560, 280)
        self._check()

    def _check(self) -> None:
        name, folder = self._name.text().strip(), Path(self._folder.text())
        fault = ""
        if not name or "/" in name or "\\" in name or name in (".", ".."):
            fault = "Give the new folder a name without slashes."
        elif not folder.is_dir():
            fault = f"There is no folder {folder}."
        elif (folder / name).exists() and not self._replace.isChecked():
            fault = f"{name} exists there. Choose another name, or replace it."
        self._state.setText(fault)
        self._buttons.button(QDialogButtonBox.StandardButton.Save).setEnabled(not fault)

    def _choose(self) -> None:
        dialog = QFileDialog(self, "Folder for the report", self._folder.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._folder.setText)
        dialog.open()

    def _accept(self) -> None:
        outputs = Outputs(figures=self._figures.isChecked(), excel=self._excel.isChecked())
        folder = Path(self._folder.text()) / self._name.text().strip()
        self.accepted_with.emit(folder, outputs, self._replace.isChecked())
        self.accept()
