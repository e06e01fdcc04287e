"""A row of the filter panel: what all kinds of steps have in common."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStyle, QToolButton, QVBoxLayout, QWidget

from stormgraph_gui.views.card import Card
from stormgraph_py.filters import Filter, FilterStep


class FilterRow(Card):
    """A step, or one that is about to be: title, counts, a button to take it away.

    Parameters
    ----------
    title : str
        What it looks at.

    Attributes
    ----------
    step_changed : Signal
        There is another step, or none; whether a drag goes on.
    remove_requested : Signal
        The row is not wanted any more.
    """

    step_changed = Signal(bool)
    remove_requested = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self._step: Filter | None = None
        heading = QLabel(f"<b>{title}</b>")
        heading.setWordWrap(True)
        self.count = QLabel()
        self.count.setObjectName("count")
        self.count.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.reset_button = QToolButton()
        self.reset_button.setObjectName("reset row")
        self.reset_button.setAutoRaise(True)
        self.reset_button.setText("Reset")
        self.reset_button.setToolTip("Keep everything again")
        self.reset_button.clicked.connect(self.reset)
        remove = QToolButton()
        remove.setObjectName("remove row")
        remove.setAutoRaise(True)
        remove.setIcon(self.style().standardIcon(QStyle.StandardPixmap.SP_TitleBarCloseButton))
        remove.setToolTip(f"Remove the filter: {title}")
        remove.setAccessibleName(remove.toolTip())
        remove.clicked.connect(lambda: self.remove_requested.emit())
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(heading, 1)
        top.addWidget(self.reset_button)
        top.addWidget(remove)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(8, 4, 6, 8)
        self.body.setSpacing(4)
        self.body.addLayout(top)

    @property
    def step(self) -> Filter | None:
        """The step; None while the row keeps everything."""
        return self._step

    @property
    def is_dragged(self) -> bool:
        """Whether the user holds something of the row."""
        return False

    def show_step(self, step: Filter | None) -> None:
        """Show a step of the document."""
        self._step = step
        self.reset_button.setVisible(step is not None)

    def show_counts(self, recorded: FilterStep | None) -> None:
        """Show what the step did, as it was recorded."""
        if recorded is not None:
            text = f"{recorded.n_after:,} of {recorded.n_before:,} kept"
            if recorded.n_unknown:
                text += f" · {recorded.n_unknown:,} have no value"
            self.count.setText(text)

    def reset(self) -> None:
        """Keep everything again."""
        self.show_step(None)
        self.step_changed.emit(False)
