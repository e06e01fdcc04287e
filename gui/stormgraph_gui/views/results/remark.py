"""A sentence in a coloured frame."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from stormgraph_gui.views.plot_style import WARNING, faded, plot_color


class Remark(QFrame):
    """Something to look at before the numbers are used.

    Parameters
    ----------
    name : str
        Name of the widget.
    label : QLabel
        Shows the sentence.
    """

    def __init__(self, name: str, label: QLabel) -> None:
        super().__init__()
        self.setObjectName(name)
        self._label = label
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.addWidget(QLabel("⚠"), 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(label, 1)

    def set_text(self, text: str) -> None:
        """Say something."""
        self._label.setText(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the frame."""
        color = plot_color(WARNING, self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(color)
        painter.setBrush(faded(color, 0.12))
        painter.drawRoundedRect(QRectF(self.contentsRect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.end()
