"""A small panel that leads through a first analysis; it never stands in the way."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStyle,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from stormgraph_gui.models.guide import STEPS, Guide, GuideStep
from stormgraph_gui.views.card import Card

_WIDTH = 300
_MARGIN = 16
_TABS = 30
"""Height of the tabs above the views of the data, which it leaves free."""


class GuidePanel(Card):
    """Lies over a corner of the view of the data, and shows the steps with their ticks.

    Parameters
    ----------
    guide : Guide
        The steps.
    over : QWidget
        What it lies over.

    Attributes
    ----------
    action_requested : Signal
        Name of the step that the user wants done.
    """

    action_requested = Signal(str)

    def __init__(self, guide: Guide, over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName("guide")
        self.setAccessibleName("Guided first run")
        self.setFixedWidth(_WIDTH)
        self._guide, self._over = guide, over
        title = QLabel("<b>Your first analysis</b>")
        close = QToolButton()
        close.setObjectName("close guide")
        close.setAutoRaise(True)
        close.setIcon(self.style().standardIcon(QStyle.StandardPixmap.SP_TitleBarCloseButton))
        close.setToolTip("Close the guide; Help brings it back")
        close.clicked.connect(guide.close)
        top = QHBoxLayout()
        top.addWidget(title, 1)
        top.addWidget(close)
        self._rows = [_Step(step) for step in STEPS]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 8, 10, 12)
        layout.setSpacing(6)
        layout.addLayout(top)
        for row in self._rows:
            row.action_requested.connect(self.action_requested)
            layout.addWidget(row)
        self._end = QLabel("That was all. Now open data of your own: File, Open.")
        self._end.setWordWrap(True)
        layout.addWidget(self._end)
        over.installEventFilter(self)
        guide.changed.connect(self._show_steps)
        self._show_steps()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner."""
        if watched is self._over and event.type() == QEvent.Type.Resize:
            self._move_to_corner()
        return False

    def _show_steps(self) -> None:
        current = self._guide.current
        for row in self._rows:
            row.show_state(self._guide.is_done(row.step.name), row.step is current)
        self._end.setVisible(current is None)
        self.setVisible(self._guide.is_shown)
        if self._guide.is_shown:
            self._move_to_corner()

    def _move_to_corner(self) -> None:
        self.adjustSize()
        right = self._over.rect().right()
        self.move(right - self.width() - _MARGIN, _TABS + _MARGIN)
        self.raise_()


class _Step(QWidget):
    action_requested = Signal(str)

    def __init__(self, step: GuideStep) -> None:
        super().__init__()
        self.step = step
        self._mark = QLabel()
        self._mark.setFixedWidth(18)
        self._title = QLabel(step.title)
        self._text = QLabel(step.text)
        self._text.setWordWrap(True)
        self._text.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._button = QPushButton(step.action)
        self._button.setObjectName(f"guide {step.name}")
        self._button.clicked.connect(lambda: self.action_requested.emit(step.name))
        heading = QHBoxLayout()
        heading.addWidget(self._mark)
        heading.addWidget(self._title, 1)
        more = QVBoxLayout()
        more.setContentsMargins(24, 0, 0, 4)
        more.addWidget(self._text)
        more.addWidget(self._button, 0, Qt.AlignmentFlag.AlignLeft)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(heading)
        layout.addLayout(more)

    def show_state(self, is_done: bool, is_current: bool) -> None:
        """Tick the step, or explain it when it is the next one."""
        self._mark.setText("✓" if is_done else "○")
        self._mark.setAccessibleName("done" if is_done else "not done yet")
        font = QFont(self._title.font())
        font.setBold(is_current)
        self._title.setFont(font)
        self._title.setEnabled(not is_done)
        self._text.setVisible(is_current)
        self._button.setVisible(is_current)
