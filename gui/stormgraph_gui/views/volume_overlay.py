"""What is written over the 3-D view: ticks, titles of the axes, the colour bar, counts."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from stormgraph_gui.models.volume import ColorBar
from stormgraph_gui.models.volume_axes import Axis
from stormgraph_gui.views.volume_renderer import BACKGROUND, INK
from stormgraph_py.report.numbers import rounded

_TICK_GAP = 6
_MARGIN = 14
_BAR_WIDTH, _BAR_HEIGHT = 14, 150


class VolumeOverlay(QWidget):
    """Lies over the points and lets the mouse through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._axes: list[Axis] = []
        self._bar: ColorBar | None = None
        self._legend: tuple[tuple[str, tuple[int, int, int]], ...] = ()
        self._note = ""

    def show_axes(self, axes: list[Axis]) -> None:
        """Label these edges."""
        self._axes = axes
        self.update()

    def show_colors(
        self, bar: ColorBar | None, legend: tuple[tuple[str, tuple[int, int, int]], ...]
    ) -> None:
        """Say what the colours mean."""
        self._bar, self._legend = bar, legend
        self.update()

    def show_note(self, note: str) -> None:
        """Write a line at the lower left."""
        self._note = note
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint everything."""
        painter = QPainter(self)
        self.draw(painter)
        painter.end()

    def draw(self, painter: QPainter) -> None:
        """Draw everything, on this widget or over an image of its size."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(*INK))
        taken: list[QRectF] = []
        for axis in self._axes:
            self._draw_axis(painter, axis, taken)
        if self._bar is not None:
            self._draw_bar(painter, self._bar)
        self._draw_legend(painter)
        if self._note:
            metrics = QFontMetricsF(painter.font())
            wide, high = metrics.horizontalAdvance(self._note) + 2, metrics.height()
            place = QRectF(_MARGIN, self.height() - _MARGIN - high, wide, high)
            _write(painter, self._note, place)

    def _draw_axis(self, painter: QPainter, axis: Axis, taken: list[QRectF]) -> None:
        """Draw ticks and title; a tick that would lie on another one is left out."""
        out = QPointF(*axis.outward)
        widest = 0.0
        metrics = QFontMetricsF(painter.font())
        for text, (x, y) in axis.ticks:
            box = _box(metrics, text, QPointF(x, y) + out * _TICK_GAP, out)
            widest = max(widest, _reach(metrics, text, out))
            if not any(box.intersects(other) for other in taken):
                taken.append(box)
                _write(painter, text, box)
        bold = QFont(painter.font())
        plain = QFont(painter.font())
        bold.setBold(True)
        painter.setFont(bold)
        at = QPointF(*axis.middle) + out * (_TICK_GAP + widest + 8)
        _write(painter, axis.title, _box(QFontMetricsF(bold), axis.title, at, out))
        painter.setFont(plain)

    def _draw_bar(self, painter: QPainter, bar: ColorBar) -> None:
        n = len(bar.colors)
        strip = QImage(1, n, QImage.Format.Format_RGB32)
        for row in range(n):
            strip.setPixelColor(0, row, QColor(*map(int, bar.colors[n - 1 - row])))
        metrics = QFontMetricsF(painter.font())
        texts = [rounded(value) for value in (bar.high, (bar.high + bar.low) / 2, bar.low)]
        room = max(metrics.horizontalAdvance(text) for text in texts)
        room = max(room + 6 + _BAR_WIDTH, metrics.horizontalAdvance(bar.title))
        left, top = self.width() - _MARGIN - room, _MARGIN + metrics.height() + 6
        behind = QColor(*BACKGROUND)
        behind.setAlpha(190)
        painter.fillRect(
            QRectF(left - 6, _MARGIN - 6, room + 12, _BAR_HEIGHT + 3 * metrics.height()), behind
        )
        painter.drawText(QPointF(left, _MARGIN + metrics.ascent()), bar.title)
        painter.drawImage(QRectF(left, top, _BAR_WIDTH, _BAR_HEIGHT), strip)
        for share, text in zip((0.0, 0.5, 1.0), texts, strict=True):
            y = top + share * _BAR_HEIGHT
            box = QRectF(left + _BAR_WIDTH + 6, y - metrics.height() / 2, room, metrics.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

    def _draw_legend(self, painter: QPainter) -> None:
        metrics = QFontMetricsF(painter.font())
        line = metrics.height() + 4
        room = max((metrics.horizontalAdvance(name) for name, _ in self._legend), default=0.0)
        left = self.width() - _MARGIN - room - 18
        for row, (name, color) in enumerate(self._legend):
            top = _MARGIN + row * line
            painter.setBrush(QColor(*color))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(QRectF(left, top + metrics.height() / 2 - 5, 10, 10))
            painter.setPen(QColor(*INK))
            painter.drawText(QPointF(left + 18, top + metrics.ascent()), name)
        painter.setBrush(Qt.BrushStyle.NoBrush)


def _box(metrics: QFontMetricsF, text: str, at: QPointF, out: QPointF) -> QRectF:
    """Where a text lies that stands at a point, on the side to which `out` points."""
    width, height = metrics.horizontalAdvance(text) + 2, metrics.height()
    middle = at + QPointF(out.x() * width / 2, out.y() * height / 2)
    return QRectF(middle.x() - width / 2, middle.y() - height / 2, width, height)


def _write(painter: QPainter, text: str, box: QRectF) -> None:
    behind = QColor(*BACKGROUND)
    behind.setAlpha(150)
    painter.fillRect(box, behind)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _reach(metrics: QFontMetricsF, text: str, out: QPointF) -> float:
    """How far a text reaches away from the point that it stands at, in a direction."""
    width, height = metrics.horizontalAdvance(text) + 2, metrics.height()
    return abs(out.x()) * width + abs(out.y()) * height
