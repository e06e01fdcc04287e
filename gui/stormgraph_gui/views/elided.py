"""A line of text that is shortened where there is no room, and by default whole in its tooltip."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy


class ElidedLabel(QLabel):
    """Shows one line, with dots where it is too long.

    Parameters
    ----------
    mode : Qt.TextElideMode
        Where the dots stand.
    """

    def __init__(self, mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle) -> None:
        super().__init__()
        self._mode, self._whole, self._tip = mode, "", ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @property
    def whole(self) -> str:
        """All of the text."""
        return self._whole

    def setText(self, text: str) -> None:
        """Show a text."""
        if text != self._whole:
            self._whole = text
            self._shorten()

    def setToolTip(self, text: str) -> None:
        """Show a tooltip, shortened or not; without one it is the text where that is shortened."""
        self._tip = text
        self._shorten()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as much as there is room for."""
        super().resizeEvent(event)
        self._shorten()

    def minimumSizeHint(self) -> QSize:
        """Return a height alone: any width will do."""
        return QSize(0, self.fontMetrics().height())

    def _shorten(self) -> None:
        metrics = self.fontMetrics()
        shown = metrics.elidedText(self._whole, self._mode, self.width())
        super().setText(shown)
        super().setToolTip(self._tip or (self._whole if shown != self._whole else ""))
