"""Letters go to the field that is typed in; tools have them everywhere else."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

_TYPED = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
"""Keys held while a character is typed."""


class LetterKeys(QObject):
    """Lets the widget with the focus have what is typed, where it means something to it.

    Qt asks that widget before it looks for a shortcut. Lines of text claim letters then; lists,
    tables and combo boxes do not, though a letter finds an entry in them.

    Parameters
    ----------
    parent : QObject
        Owner.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        qt = QApplication.instance()
        assert isinstance(qt, QApplication)
        qt.focusChanged.connect(self._focus_changed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Claim a character for the widget that has the focus."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and is_character(event)
        ):
            event.accept()
            return True
        return False

    def _focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        # only the one with the focus: a filter for the whole app would see every event
        if before is not None:
            before.removeEventFilter(self)
        if now is not None and takes_letters(now):
            now.installEventFilter(self)


def takes_letters(widget: QWidget) -> bool:
    """Whether letters mean something to a widget: it is typed in, or searched by typing."""
    if isinstance(widget, (QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox)):
        return not widget.isReadOnly()
    return isinstance(widget, (QComboBox, QAbstractItemView))


def is_character(event: QKeyEvent) -> bool:
    """Whether a key writes something."""
    return not event.modifiers() & ~_TYPED and event.text().isprintable() and event.text() != ""
