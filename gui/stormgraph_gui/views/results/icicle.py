"""The hierarchy as rows of boxes: each cluster under the one that holds it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from stormgraph_gui.models.cluster_colors import cluster_colors
from stormgraph_gui.models.icicle import Icicle, Row
from stormgraph_gui.views.plot_style import faded
from stormgraph_py.report.numbers import count, integer

_ROW_HEIGHT = 20
_GAP = 2
_LEAST_WIDTH = 1.5
"""Boxes narrower than this are drawn as lines of one pixel."""


class IcicleView(QWidget):
    """Draws an `Icicle`; the clusters that are shown over the data have their colours.

    Attributes
    ----------
    cluster_clicked : Signal
        Level and number of the cluster that was clicked.
    """

    cluster_clicked = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("icicle")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._icicle: Icicle | None = None
        self._level: int | None = None
        self._selected: frozenset[int] = frozenset()

    def show_icicle(self, icicle: Icicle | None) -> None:
        """Draw another hierarchy."""
        self._icicle = icicle
        self.updateGeometry()
        self.update()

    def show_level(self, level: int | None) -> None:
        """Colour the clusters of a level; None colours the chosen ones."""
        self._level = level
        self.update()

    def show_selected(self, clusters: frozenset[int]) -> None:
        """Mark clusters by their numbers at the level that is shown."""
        self._selected = clusters
        self.update()

    def sizeHint(self) -> QSize:
        """Return the room for all rows."""
        n_rows = len(self._icicle.rows) if self._icicle else 0
        return QSize(300, n_rows * (_ROW_HEIGHT + _GAP) + _GAP)

    def minimumSizeHint(self) -> QSize:
        """Return the room for all rows, at a small width."""
        return QSize(120, self.sizeHint().height())

    def box(self, level: int, cluster: int) -> QRectF:
        """Return where the box of a cluster is drawn."""
        assert self._icicle is not None
        row = self._icicle.rows[level]
        left = self._margin()
        scale = (self.width() - left - 1) / max(self._icicle.width, 1)
        return QRectF(
            left + scale * float(row.begins[cluster]),
            _GAP + level * (_ROW_HEIGHT + _GAP),
            scale * float(row.sizes[cluster]),
            _ROW_HEIGHT,
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw all rows."""
        if self._icicle is None:
            return
        painter = QPainter(self)
        for level, row in enumerate(self._icicle.rows):
            self._paint_row(painter, level, row)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tell which cluster was clicked."""
        hit = self._hit(event.position().x(), event.position().y())
        if hit is not None and event.button() == Qt.MouseButton.LeftButton:
            self.cluster_clicked.emit(*hit)

    def event(self, event: QEvent) -> bool:
        """Say what is under the mouse."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            hit = self._hit(event.pos().x(), event.pos().y())
            QToolTip.showText(event.globalPos(), self._tip(*hit) if hit else "", self)
            return True
        return super().event(event)

    def _tip(self, level: int, cluster: int) -> str:
        assert self._icicle is not None
        row = self._icicle.rows[level]
        text = f"Level {level + 1}, cluster {cluster}: "
        text += count(int(row.sizes[cluster]), "localization")
        children = int(row.n_children[cluster])
        if children > 1:
            text += f", {integer(children)} subclusters at the next level"
        if row.chosen[cluster] >= 0:
            text += f". It is the chosen cluster {row.chosen[cluster]}"
        return f"{text}. Click to see it."

    def _hit(self, x: float, y: float) -> tuple[int, int] | None:
        if self._icicle is None or not self._icicle.rows:
            return None
        level = int((y - _GAP) // (_ROW_HEIGHT + _GAP))
        left = self._margin()
        if not (0 <= level < len(self._icicle.rows)) or x < left:
            return None
        place = (x - left) * self._icicle.width / max(self.width() - left - 1, 1)
        cluster = self._icicle.at(level, place)
        return None if cluster is None else (level, cluster)

    def _margin(self) -> int:
        return self.fontMetrics().horizontalAdvance("00") + 8

    def _paint_row(self, painter: QPainter, level: int, row: Row) -> None:
        assert self._icicle is not None
        palette = self.palette()
        text = palette.color(QPalette.ColorRole.WindowText)
        top = _GAP + level * (_ROW_HEIGHT + _GAP)
        font = painter.font()
        font.setBold(level == self._level)
        painter.setFont(font)
        painter.setPen(text)
        number = QRectF(0, top, self._margin() - 6, _ROW_HEIGHT)
        painter.drawText(
            number, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(level + 1)
        )
        if self._level is None:
            shown = row.chosen
        elif level == self._level:
            shown = np.arange(len(row.sizes))
        else:
            shown = np.full(len(row.sizes), -1)
        colors = cluster_colors(shown)
        plain = faded(text, 0.16)
        edge = palette.color(QPalette.ColorRole.Window)
        left = self._margin()
        scale = (self.width() - left - 1) / max(self._icicle.width, 1)
        begins, widths = left + scale * row.begins, scale * row.sizes
        wide = np.flatnonzero(widths >= _LEAST_WIDTH)
        narrow = np.flatnonzero(widths < _LEAST_WIDTH)
        # of boxes that share a pixel one is drawn: those that are shown come last
        narrow = narrow[np.argsort(shown[narrow] >= 0, kind="stable")]
        columns = dict(zip(begins[narrow].astype(int).tolist(), narrow.tolist(), strict=True))
        for x, cluster in columns.items():
            color = QColor(*colors[cluster].tolist()) if shown[cluster] >= 0 else plain
            painter.fillRect(QRectF(x, top, 1, _ROW_HEIGHT), color)
        for cluster in wide.tolist():
            box = QRectF(begins[cluster], top, widths[cluster], _ROW_HEIGHT)
            color = QColor(*colors[cluster].tolist()) if shown[cluster] >= 0 else plain
            painter.fillRect(box, color)
            painter.fillRect(QRectF(box.right() - 1, top, 1, _ROW_HEIGHT), edge)
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        for cluster in np.flatnonzero(np.isin(shown, sorted(self._selected))).tolist():
            painter.drawRect(
                QRectF(begins[cluster], top, max(widths[cluster] - 1.5, 1), _ROW_HEIGHT - 1)
            )
