"""How messages reach the user: errors in a dialog, warnings in a strip, news in the status line."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QSizePolicy,
    QStyle,
    QToolButton,
    QWidget,
)

from stormgraph_gui.models.activity import Activity, Message


class NoticeStrip(QFrame):
    """A line above the data with the latest warning, until it is dismissed; then earlier ones.

    Parameters
    ----------
    activity : Activity
        Whose warnings are shown.
    """

    def __init__(self, activity: Activity) -> None:
        super().__init__()
        self.setObjectName("notice strip")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._waiting: list[Message] = []
        sign = QLabel()
        icon = self.style().standardIcon(QStyle.StandardPixmap.SP_MessageBoxWarning)
        sign.setPixmap(icon.pixmap(18, 18))
        self._text = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._text.setObjectName("notice text")
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._more = QLabel()
        dismiss = QToolButton(autoRaise=True)
        dismiss.setText("Dismiss")
        dismiss.setObjectName("notice dismiss")
        dismiss.setToolTip("Hide this notice; it stays in the log")
        dismiss.clicked.connect(self._next)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 4, 4, 4)
        layout.addWidget(sign)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._more)
        layout.addWidget(dismiss)
        self.hide()
        activity.said.connect(self._said)

    def _said(self, message: Message) -> None:
        if message.about:
            self._waiting = [one for one in self._waiting if one.about != message.about]
        if message.level == "warning":
            self._waiting.append(message)
        self._show()

    def clear(self) -> None:
        """Take all warnings away: they were about another project."""
        self._waiting = []
        self._show()

    def _next(self) -> None:
        self._waiting = self._waiting[:-1]
        self._show()

    def _show(self) -> None:
        self.setVisible(bool(self._waiting))
        if self._waiting:
            last = self._waiting[-1]
            self._text.setText(": ".join(part for part in (last.title, last.text) if part))
            n_more = len(self._waiting) - 1
            self._more.setText(f"{n_more} more" if n_more else "")


_REMEDIES = {"locate": "&Locate..."}


class ErrorDialogs:
    """Shows errors one at a time, without stopping what runs.

    Parameters
    ----------
    activity : Activity
        Whose errors are shown.
    window : QWidget
        They stand over it.
    """

    def __init__(self, activity: Activity, window: QWidget) -> None:
        self._activity, self._window = activity, window
        self._waiting: list[Message] = []
        self._box: QMessageBox | None = None
        self._remedy = ""
        activity.said.connect(self._said)

    @property
    def box(self) -> QMessageBox | None:
        """The dialog that is open."""
        return self._box

    def _said(self, message: Message) -> None:
        if message.level == "error":
            self._waiting.append(message)
            self._show()

    def _show(self) -> None:
        if self._box is not None or not self._waiting:
            return
        message = self._waiting.pop(0)
        box = QMessageBox(QMessageBox.Icon.Warning, "StormGraph", message.title)
        box.setParent(self._window, box.windowFlags())
        box.setObjectName("error dialog")
        box.setInformativeText(message.text)
        if message.details:
            box.setDetailedText(message.details)
        box.setStandardButtons(QMessageBox.StandardButton.Ok)
        self._remedy = message.remedy
        if message.remedy:
            button = box.addButton(_REMEDIES[message.remedy], QMessageBox.ButtonRole.ActionRole)
            button.setObjectName("remedy")
            box.setDefaultButton(button)
            box.setEscapeButton(QMessageBox.StandardButton.Ok)
        box.finished.connect(self._closed)
        self._box = box
        box.open()

    def _closed(self, _code: int) -> None:
        wanted = ""
        if self._box is not None:
            pressed = self._box.clickedButton()
            if pressed is not None and pressed.objectName() == "remedy":
                wanted = self._remedy
            self._box.deleteLater()
            self._box = None
        if wanted:
            self._activity.remedy_wanted.emit(wanted)
        self._show()
