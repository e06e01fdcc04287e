"""What this is, and which versions it runs with."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import pyqtgraph
from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)


class AboutBox(QDialog):
    """The About box.

    Parameters
    ----------
    versions : mapping of str to str
        Versions of the software that results depend on.
    parent : QWidget
        The window.
    """

    def __init__(self, versions: Mapping[str, str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("about box")
        self.setWindowTitle("About StormGraph")
        title = QLabel(f"stormgraph_py {versions['stormgraph_py']}")
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.5)
        font.setBold(True)
        title.setFont(font)
        text = QLabel(
            "Finds, measures and compares clusters in tables of single-molecule localizations, "
            "in 2-D and 3-D.\n\nThe method is StormGraph (Scurll et al.). Free software under the "
            "GNU General Public License, version 3 or later, without any warranty."
        )
        text.setWordWrap(True)
        self._versions = QPlainTextEdit(readOnly=True)
        self._versions.setObjectName("versions")
        all_versions = dict(versions) | {
            "Python": sys.version.split()[0],
            "Qt": qVersion(),
            "pyqtgraph": pyqtgraph.__version__,
        }
        self._versions.setPlainText("\n".join(f"{n}: {v}" for n, v in all_versions.items()))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton("&Copy versions", QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(self._copy)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (title, text, self._versions, buttons):
            layout.addWidget(widget)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(480, 420)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._versions.toPlainText())
