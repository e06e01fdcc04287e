"""A histogram with a range to drag."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from stormgraph_gui.models.histograms import Histogram
from stormgraph_gui.views.plot_style import faded, tick_text

_HEIGHT = 96
_MARGIN = 8
_REACH = 9
_GRIP = 5.0
_KEY_STEPS = 100
_LOW, _HIGH, _BOTH = 0, 1, 2


class RangeHistogram(QWidget):
    """Bars, and two handles between which values are kept; one at its end keeps everything there.

    Attributes
    ----------
    range_changed : Signal
        Low and high while one is dragged; infinite where there is no bound.
    range_finished : Signal
        The drag has ended.
    """

    range_changed = Signal(float, float)
    range_finished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setToolTip(
            "Drag the handles to keep a range; double-click to keep everything.\n"
            "Keys: left and right move a handle, up and down choose the other one."
        )
        self._histogram: Histogram | None = None
        self._range = (-math.inf, math.inf)
        self._active = _HIGH
        self._drag: int | None = None
        self._grabbed = 0.0

    def sizeHint(self) -> QSize:
        """Be as high as bars, handles and two numbers need."""
        return QSize(220, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Keep the height."""
        return QSize(120, _HEIGHT)

    @property
    def is_dragged(self) -> bool:
        """Whether a handle is held."""
        return self._drag is not None

    @property
    def range(self) -> tuple[float, float]:
        """Low and high; infinite where there is no bound."""
        return self._range

    def set_histogram(self, histogram: Histogram) -> None:
        """Show another distribution."""
        self._histogram = histogram
        self.update()

    def set_range(self, low: float, high: float) -> None:
        """Move the handles."""
        if (low, high) != self._range:
            self._range = (low, high)
            self.update()

    def x_of(self, value: float) -> float:
        """Return where a value is, pixels from the left."""
        begin, end = self._ends()
        share = 0.0 if value == -math.inf else 1.0 if value == math.inf else 0.5
        if math.isfinite(value):
            share = min(max((value - begin) / (end - begin), 0.0), 1.0)
        return _MARGIN + share * (self.width() - 2 * _MARGIN)

    def value_at(self, x: float) -> float:
        """Return the value at a place, rounded to what can be told apart; infinite at the ends."""
        begin, end = self._ends()
        share = (x - _MARGIN) / (self.width() - 2 * _MARGIN)
        if share <= 0:
            return -math.inf
        if share >= 1:
            return math.inf
        return self._rounded(begin + share * (end - begin))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of a handle, or of the range between two."""
        if event.button() != Qt.MouseButton.LeftButton or self._histogram is None:
            return
        x = event.position().x()
        low, high = (self.x_of(value) for value in self._range)
        near = _LOW if abs(x - low) < abs(x - high) else _HIGH
        bounded = all(map(math.isfinite, self._range))
        if min(abs(x - low), abs(x - high)) > _REACH and bounded and low < x < high:
            self._drag = _BOTH
        else:
            self._drag = self._active = near
        self._grabbed = x - low
        if self._drag != _BOTH:
            self._move_to(x)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag what is held."""
        x = event.position().x()
        if self._drag is not None:
            self._move_to(x)
            return
        near = min(abs(x - self.x_of(value)) for value in self._range) <= _REACH
        shape = Qt.CursorShape.SizeHorCursor if near else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        if self._drag is not None:
            self._drag = None
            self.range_finished.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Keep everything."""
        self._set(-math.inf, math.inf)
        self._drag = None
        self.range_finished.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the handle that was moved last."""
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._active = _HIGH if self._active == _LOW else _LOW
            self.update()
            return
        if key not in (Qt.Key.Key_Left, Qt.Key.Key_Right) or self._histogram is None:
            super().keyPressEvent(event)
            return
        fast = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        step = (self.width() - 2 * _MARGIN) / _KEY_STEPS * (10 if fast else 1)
        x = self.x_of(self._range[self._active])
        self._drag = self._active
        self._move_to(x + (step if key == Qt.Key.Key_Right else -step))
        self._drag = None
        self.range_finished.emit()

    def paintEvent(self, event: object) -> None:
        """Draw bars, what is left out, handles and the numbers at both ends."""
        painter = QPainter(self)
        palette = self.palette()
        base = self.height() - painter.fontMetrics().height() - 2
        room = QRectF(_MARGIN, 4, self.width() - 2 * _MARGIN, base - 4)
        painter.fillRect(room, palette.color(QPalette.ColorRole.Base))
        low, high = (self.x_of(value) for value in self._range)
        accent = palette.color(QPalette.ColorRole.Highlight)
        if self._histogram is not None:
            quiet = faded(palette.color(QPalette.ColorRole.Text), 0.22)
            for x, width, height in self._bars(room):
                is_kept = low <= x + width / 2 <= high
                bar = QRectF(x, room.bottom() - height, width, height)
                painter.fillRect(bar, faded(accent, 0.85) if is_kept else quiet)
        painter.setPen(QPen(palette.color(QPalette.ColorRole.Mid)))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for which, x in ((_LOW, low), (_HIGH, high)):
            self._draw_handle(painter, room, x, self.hasFocus() and which == self._active)
        self._draw_ends(painter, base)
        painter.end()

    def _bars(self, room: QRectF) -> list[tuple[float, float, float]]:
        assert self._histogram is not None
        counts = self._histogram.counts
        tallest = float(counts.max()) or 1.0
        width = room.width() / len(counts)
        # a square root lets the tail be seen beside the peak
        heights = np.sqrt(counts / tallest) * (room.height() - 6)
        return [
            (room.left() + i * width, width, float(height))
            for i, height in enumerate(heights)
            if height > 0
        ]

    def _draw_handle(self, painter: QPainter, room: QRectF, x: float, is_active: bool) -> None:
        ink = self.palette().color(QPalette.ColorRole.Text)
        painter.setPen(QPen(ink, 2.0 if is_active else 1.4))
        painter.drawLine(QPointF(x, room.top()), QPointF(x, room.bottom()))
        painter.setBrush(ink)
        top = room.top()
        painter.drawPolygon(
            QPolygonF([QPointF(x - _GRIP, top), QPointF(x + _GRIP, top), QPointF(x, top + 7)])
        )

    def _draw_ends(self, painter: QPainter, base: int) -> None:
        if self._histogram is None:
            return
        begin, end = self._ends()
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        row = QRectF(_MARGIN, base + 1, self.width() - 2 * _MARGIN, self.height() - base)
        known = self._histogram
        spacing = 1.0 if known.is_whole else 10.0 ** math.floor(math.log10((end - begin) / 20))
        first, last = max(begin, known.low), min(end, known.high)
        below = "≤ " if begin > known.low else ""
        above = "≥ " if end < known.high else ""
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft, below + tick_text(first, spacing))
        painter.drawText(row, Qt.AlignmentFlag.AlignRight, above + tick_text(last, spacing))

    def _ends(self) -> tuple[float, float]:
        if self._histogram is None:
            return 0.0, 1.0
        return float(self._histogram.edges[0]), float(self._histogram.edges[-1])

    def _rounded(self, value: float) -> float:
        begin, end = self._ends()
        assert self._histogram is not None
        if self._histogram.is_whole:
            return float(round(value))
        decimals = -math.floor(math.log10((end - begin) / 200))
        return round(value, decimals)

    def _move_to(self, x: float) -> None:
        low, high = self._range
        if self._drag == _BOTH:
            left = x - self._grabbed
            width = self.x_of(high) - self.x_of(low)
            span = high - low
            new_low = self.value_at(max(left, _MARGIN + 1))
            if left + width > self.width() - _MARGIN:
                return
            self._set(new_low, self._rounded(new_low + span))
            return
        value = self.value_at(x)
        if self._drag == _LOW:
            value = min(value, high)
            self._set(-math.inf if value == math.inf else value, high)
        else:
            value = max(value, low)
            self._set(low, math.inf if value == -math.inf else value)

    def _set(self, low: float, high: float) -> None:
        if (low, high) != self._range:
            self._range = (low, high)
            self.update()
            self.range_changed.emit(low, high)
