"""A form that scrolls up and down when there is little room, and is never cut at its sides."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QScrollArea, QWidget


class FormArea(QScrollArea):
    """Scrolls a form vertically.

    Parameters
    ----------
    form : QWidget
        What is scrolled.
    least_height : int
        Height that is always shown, pixels.
    """

    def __init__(self, form: QWidget, least_height: int) -> None:
        super().__init__()
        self._form, self._least_height = form, least_height
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(form)

    def minimumSizeHint(self) -> QSize:
        """Return the width of the form with a scroll bar beside it."""
        width = self._form.minimumSizeHint().width()
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(width + bar + 2, self._least_height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ask for room again when the form has unfolded."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)
