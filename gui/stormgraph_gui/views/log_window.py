"""All messages of the session, newest at the end, to be copied into a report of a fault."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from stormgraph_gui.models.activity import Activity, Message

MOST_LINES = 5000


class LogWindow(QWidget):
    """Shows what the app said.

    Parameters
    ----------
    activity : Activity
        Whose messages are shown.
    """

    def __init__(self, activity: Activity) -> None:
        super().__init__()
        self._text = QPlainTextEdit(readOnly=True)
        self._text.setObjectName("log text")
        self._text.setMaximumBlockCount(MOST_LINES)
        self._text.setPlaceholderText("What the app does and finds worth saying appears here.")
        copy = QPushButton("&Copy all")
        copy.setToolTip("Copy the log, for a report of a fault")
        copy.clicked.connect(self._copy)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(self._text)
        layout.addLayout(buttons)
        for message in activity.messages:
            self.add(message)
        activity.said.connect(self.add)

    def add(self, message: Message) -> None:
        """Add a message."""
        at = time.strftime("%H:%M:%S", time.localtime(message.at))
        parts: Sequence[str] = [part for part in (message.title, message.text) if part]
        self._text.appendPlainText(f"{at}  {message.level:<8}{': '.join(parts)}")
        for line in message.details.splitlines():
            self._text.appendPlainText(f"    {line}")

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text.toPlainText())
