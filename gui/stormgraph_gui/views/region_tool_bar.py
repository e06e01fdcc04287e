"""The tools that draw regions, with a word on how the one in hand is used."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolBar, QWidget


class _Hint(QLabel):
    """One line that is cut, with dots, where there is no room."""

    def sizeHint(self) -> QSize:
        """Ask for little: there is always something to show before it."""
        return QSize(40, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Make no other widget smaller."""
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what there is room for."""
        painter = QPainter(self)
        text = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, self.width() - 8
        )
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect().adjusted(8, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)


class RegionToolBar(QToolBar):
    """Buttons for the tools, and the hint."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Region tools", parent)
        self.setObjectName("region tools")
        self.setIconSize(QSize(22, 22))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self._hint = _Hint()
        self._hint.setObjectName("tool hint")
        self._hint.setForegroundRole(self._hint.palette().ColorRole.PlaceholderText)
        self._hint.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def add_tools(self, actions: Sequence[QAction]) -> None:
        """Add buttons for these actions."""
        self.addActions(list(actions))
        self.addWidget(self._hint)

    def show_hint(self, text: str) -> None:
        """Say how the tool in hand is used."""
        self._hint.setText(text)
        self._hint.setToolTip(text)
