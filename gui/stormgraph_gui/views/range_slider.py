"""A slider with two handles: a range of numbers."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

_HANDLE = 16
_GROOVE = 4
_KEY_STEPS = 50


class RangeSlider(QWidget):
    """Two handles; what lies between them can be dragged as a whole.

    The arrow keys move the whole range, so that one can step through it.

    Attributes
    ----------
    range_changed : Signal
        Low and high, while they are dragged.
    """

    range_changed = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._least, self._most = 0.0, 1.0
        self._low, self._high = 0.0, 1.0
        self._held: str | None = None
        self._offset = 0.0

    @property
    def values(self) -> tuple[float, float]:
        """Low and high."""
        return self._low, self._high

    def set_limits(self, least: float, most: float) -> None:
        """Set what the ends of the slider mean."""
        self._least, self._most = least, max(most, least + 1e-9)
        self.set_values(self._low, self._high)

    def set_values(self, low: float, high: float) -> None:
        """Set both handles, without a signal."""
        self._low = min(max(low, self._least), self._most)
        self._high = min(max(high, self._low), self._most)
        self.update()

    def handle_x(self, which: str) -> int:
        """Return where the "low" or the "high" handle is, pixels from the left."""
        return round(self._x(self._low if which == "low" else self._high))

    def sizeHint(self) -> QSize:
        """Return the size that it likes."""
        return QSize(200, _HANDLE + 6)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest size that is of use."""
        return QSize(80, _HANDLE + 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint groove, range and handles in the colours of the palette."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, middle = self.palette(), self.height() / 2
        is_on = self.isEnabled()
        group = QPalette.ColorGroup.Active if is_on else QPalette.ColorGroup.Disabled
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.color(group, QPalette.ColorRole.Mid))
        left, right = self._x(self._least), self._x(self._most)
        painter.drawRoundedRect(QRectF(left, middle - 2, right - left, _GROOVE), 2, 2)
        role = QPalette.ColorRole.Highlight if is_on else QPalette.ColorRole.Mid
        painter.setBrush(palette.color(group, role))
        low, high = self._x(self._low), self._x(self._high)
        painter.drawRoundedRect(QRectF(low, middle - 2, high - low, _GROOVE), 2, 2)
        for which, x in (("low", low), ("high", high)):
            outline = role if self._held == which or self.hasFocus() else QPalette.ColorRole.Dark
            painter.setPen(QPen(palette.color(group, outline), 1.5))
            painter.setBrush(palette.color(group, QPalette.ColorRole.Button))
            painter.drawEllipse(
                QRectF(x - _HANDLE / 2 + 1, middle - _HANDLE / 2 + 1, _HANDLE - 2, _HANDLE - 2)
            )
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the nearer handle, or of the range between them."""
        x = event.position().x()
        low, high = self._x(self._low), self._x(self._high)
        to_low, to_high = abs(x - low), abs(x - high)
        if low + _HANDLE / 2 < x < high - _HANDLE / 2 and not self._is_everything():
            self._held = "both"
        elif to_low == to_high:
            self._held = "low" if x < low else "high"
        else:
            self._held = "low" if to_low < to_high else "high"
        self._offset = self._value(x) - self._low
        if self._held != "both":
            self._drag(x)
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag what is held."""
        if self._held is not None:
            self._drag(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._held = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the whole range."""
        step = (self._most - self._least) / _KEY_STEPS
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Down):
            self._shift_to(self._low - step)
        elif event.key() in (Qt.Key.Key_Right, Qt.Key.Key_Up):
            self._shift_to(self._low + step)
        else:
            super().keyPressEvent(event)

    def _is_everything(self) -> bool:
        return self._low <= self._least and self._high >= self._most

    def _drag(self, x: float) -> None:
        value = min(max(self._value(x), self._least), self._most)
        if self._held == "both":
            self._shift_to(self._value(x) - self._offset)
        elif self._held == "low":
            self._change(min(value, self._high), self._high)
        else:
            self._change(self._low, max(value, self._low))

    def _shift_to(self, low: float) -> None:
        width = self._high - self._low
        low = min(max(low, self._least), self._most - width)
        self._change(low, low + width)

    def _change(self, low: float, high: float) -> None:
        if (low, high) != (self._low, self._high):
            self._low, self._high = low, high
            self.update()
            self.range_changed.emit(low, high)

    def _x(self, value: float) -> float:
        share = (value - self._least) / (self._most - self._least)
        return _HANDLE / 2 + share * (self.width() - _HANDLE)

    def _value(self, x: float) -> float:
        share = (x - _HANDLE / 2) / max(self.width() - _HANDLE, 1)
        return self._least + share * (self._most - self._least)
