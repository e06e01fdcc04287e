"""What the tabs of the result have in common: they are filled when they are looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from stormgraph_gui.views.plot import Plot

if TYPE_CHECKING:
    from stormgraph_gui.models.project import Finding
    from stormgraph_py.report.analysis import Analysis


TALLEST_PLOT = 420
"""Height up to which diagrams grow with the window, pixels."""

_LINES = 4


class Tab(QWidget):
    """A page about one result, filled only once it is visible.

    Attributes
    ----------
    needed : Signal
        The page is about to be filled: what takes a while to compute is wanted now.
    """

    needed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.finding: Finding | None = None
        self.analysis: Analysis | None = None
        self._is_stale = False
        self._is_filling = False

    def show_finding(self, finding: Finding | None, analysis: Analysis | None) -> None:
        """Show another result, or the same with more known about it."""
        self.finding, self.analysis = finding, analysis
        self.refresh()

    def refresh(self) -> None:
        """Fill the page anew: now, or when it is next looked at."""
        self._is_stale = True
        self.fill_if_needed()

    def fill_if_needed(self) -> None:
        """Fill the page if it is visible and out of date."""
        if not self._is_stale or self._is_filling or not self.isVisible() or self.analysis is None:
            return
        self._is_filling = True
        try:
            # the answer may come at once
            self.needed.emit()
            self._is_stale = False
            self.fill(self.analysis)
        finally:
            self._is_filling = False

    def fill(self, analysis: Analysis) -> None:
        """Show what there is."""
        raise NotImplementedError


def text_label(name: str) -> QLabel:
    """Make a label for sentences, which can be selected and copied."""
    label = QLabel()
    label.setWordWrap(True)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.LinksAccessibleByMouse
    )
    label.setObjectName(name)
    return label


def scrolled(content: QWidget) -> QScrollArea:
    """Put a page into an area that scrolls up and down alone."""
    area = QScrollArea(widgetResizable=True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(content)
    return area


def column(parent: QWidget, *widgets: QWidget, stretch: QWidget | None = None) -> QVBoxLayout:
    """Lay widgets out below each other; one of them takes the room that is left."""
    layout = QVBoxLayout(parent)
    layout.setContentsMargins(8, 8, 8, 8)
    layout.setSpacing(8)
    for widget in widgets:
        layout.addWidget(widget, 1000 if widget is stretch else 0)
        if isinstance(widget, Plot):
            widget.setMaximumHeight(TALLEST_PLOT)
    # takes what is left where nothing else may grow any further
    layout.addStretch(1)
    return layout


def beside(label: QLabel, button: QWidget) -> QWidget:
    """Put a button to the right of a text, which has room for some lines from the start.

    So what lies below stays where it is while the text changes.
    """
    label.setMinimumHeight(_LINES * label.fontMetrics().lineSpacing())
    label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(label, 1)
    layout.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
    return row
