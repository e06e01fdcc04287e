"""A diagram: curves, histograms and points with axes, a legend above, and lines to drag."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeySequence, QPalette, QPixmap
from PySide6.QtWidgets import QLabel, QMenu, QVBoxLayout, QWidget

from stormgraph_gui.views.plot_axis import Axis
from stormgraph_gui.views.plot_line import Line as Line
from stormgraph_gui.views.plot_style import ACCENT, faded, plot_color
from stormgraph_py.arrays import FloatArray

_FILL = 0.3
_MARGIN = 0.03
_PICTURE_SCALE = 2.0
"""Pixels of a copied picture for each of the screen."""


@dataclass(frozen=True, eq=False)
class _Series:
    """What is drawn: the item, and its numbers for the clipboard."""

    name: str
    color: int
    symbol: str
    item: Any
    columns: dict[str, FloatArray]
    x: FloatArray
    y: FloatArray
    from_zero: bool = False


LEAST_HEIGHT = 210
"""Height at which a diagram can still be read, pixels."""


class Plot(QWidget):
    """A diagram with a title, axes with units, and a legend above where it hides nothing.

    A right click copies it as a picture or as numbers. Its colours follow the palette.

    Parameters
    ----------
    title : str
        What it shows; "" for none.
    x_label, y_label : str
        What the axes mean, with the unit in parentheses.
    log_x, log_y : bool
        Logarithmic axes. Values are given and returned as they are.
    percent_y : bool
        Write shares along y as percentages.

    Attributes
    ----------
    point_clicked : Signal
        Name of a series of points, and the index of the point that was clicked.
    """

    point_clicked = Signal(str, int)

    def __init__(
        self,
        title: str = "",
        x_label: str = "",
        y_label: str = "",
        *,
        log_x: bool = False,
        log_y: bool = False,
        percent_y: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._log_x, self._log_y = log_x, log_y
        self._series: list[_Series] = []
        self._lines: list[Line] = []
        self._ranges: dict[str, tuple[float, float] | None] = {"x": None, "y": None}
        self.title = QLabel(title)
        self.title.setWordWrap(True)
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.title.setVisible(bool(title))
        self.legend = QLabel()
        self.legend.setWordWrap(True)
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self._axes = {side: Axis(side) for side in ("bottom", "left")}
        self._axes["left"].is_percent = percent_y
        self.graph = pg.PlotWidget(axisItems=self._axes, enableMenu=False)
        self.graph.setMouseEnabled(x=False, y=False)
        self.graph.hideButtons()
        self.graph.setFrameShape(self.graph.Shape.NoFrame)
        self.graph.getPlotItem().setLogMode(x=log_x, y=log_y)
        # the menu is this widget's, wherever in it the right button is pressed
        self.graph.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.title)
        layout.addWidget(self.legend)
        layout.addWidget(self.graph, 1)
        self.setToolTip("Right click to copy the diagram as a picture or as numbers.")
        self.set_labels(x_label, y_label)
        self.apply_palette()

    def sizeHint(self) -> QSize:
        """Return a size at which axes can be read."""
        return QSize(340, 230)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest useful size."""
        return QSize(200, LEAST_HEIGHT)

    def hasHeightForWidth(self) -> bool:
        """Tell layouts to go by the sizes above, however often the legend wraps."""
        return False

    def set_labels(self, x_label: str, y_label: str) -> None:
        """Say what the axes mean."""
        self._labels = {"bottom": x_label, "left": y_label}
        for side, label in self._labels.items():
            self._axes[side].setLabel(html.escape(label))
            self._axes[side].enableAutoSIPrefix(False)

    def set_percent(self, is_percent: bool) -> None:
        """Write shares along y as percentages, or not."""
        self._axes["left"].is_percent = is_percent
        self._axes["left"].picture = None
        self._axes["left"].update()

    def add_curve(
        self, x: FloatArray, y: FloatArray, name: str, color: int = 0, *, dashed: bool = False
    ) -> None:
        """Add a line through points."""
        item = pg.PlotDataItem(np.asarray(x, float), np.asarray(y, float), antialias=True)
        symbol = "┅" if dashed else "—"
        self._add(name, color, symbol, item, {"x": x, "y": y}, x, y)

    def add_points(
        self, x: FloatArray, y: FloatArray, name: str, color: int = 0, *, size: float = 6.0
    ) -> None:
        """Add dots that can be clicked; a series of the same name is told by its index."""
        item = pg.PlotDataItem(
            np.asarray(x, float), np.asarray(y, float), pen=None, symbol="o", symbolSize=size
        )
        item.sigPointsClicked.connect(
            lambda _item, points: self.point_clicked.emit(name, int(points[0].index()))
        )
        self._add(name, color, "●", item, {"x": x, "y": y}, x, y)

    def add_histogram(
        self,
        edges: FloatArray,
        values: FloatArray,
        name: str,
        color: int = 0,
        *,
        filled: bool = True,
    ) -> None:
        """Add steps over bins.

        Parameters
        ----------
        edges : ndarray of shape (n + 1,)
            Where bins begin and end.
        values : ndarray of shape (n,)
            Height of each bin.
        name : str
            What is counted, for the legend.
        color : int
            Index for `plot_color`.
        filled : bool
            Fill the bins; otherwise a dashed outline is drawn.
        """
        item = pg.PlotDataItem(
            np.asarray(edges, float), np.asarray(values, float), stepMode="center"
        )
        if filled:
            item.setFillLevel(0.0)
        columns = {"from": edges[:-1], "to": edges[1:], "value": values}
        symbol = "■" if filled else "┅"
        self._add(name, color, symbol, item, columns, edges, values, from_zero=True)

    def add_line(
        self,
        x: float,
        label: str,
        movable: bool = False,
        *,
        color: int = ACCENT,
        dashed: bool = False,
    ) -> Line:
        """Add a vertical line; its label is in the legend."""
        item = pg.InfiniteLine(self.to_axis(x), angle=90, movable=movable)
        line = Line(self, item, label, color, "┆" if dashed else "│")
        item.setZValue(10)
        if movable:
            item.setCursor(Qt.CursorShape.SizeHorCursor)
        self.graph.addItem(item, ignoreBounds=True)
        self._lines.append(line)
        self._paint_line(line)
        self.update_legend()
        return line

    def clear(self) -> None:
        """Take everything off; ranges that were set are forgotten."""
        for line in self._lines:
            self.graph.removeItem(line.item)
            line.deleteLater()
        for series in self._series:
            self.graph.removeItem(series.item)
        self._lines, self._series = [], []
        self._ranges = {"x": None, "y": None}
        self.update_legend()

    def remove(self, name: str) -> None:
        """Take the series of a name off, if there are any."""
        for series in [one for one in self._series if one.name == name]:
            self.graph.removeItem(series.item)
            self._series.remove(series)
        self.update_legend()

    def set_x_range(self, low: float, high: float) -> None:
        """Show this part of the x axis, instead of all that is there."""
        self._ranges["x"] = (low, high)
        self._fit()

    def set_y_range(self, low: float, high: float) -> None:
        """Show this part of the y axis, instead of all that is there."""
        self._ranges["y"] = (low, high)
        self._fit()

    def to_axis(self, x: float) -> float:
        """Return where a value lies along x in the units of the drawing."""
        return float(np.log10(x)) if self._log_x else float(x)

    def from_axis(self, at: float) -> float:
        """Return the value at a place along x in the units of the drawing."""
        # without the last digits, which the logarithm does not keep
        return float(f"{10.0**at:.12g}") if self._log_x else at

    def update_legend(self) -> None:
        """Write names and colours anew."""
        entries = [(s.symbol, s.color, s.name) for s in self._series if s.name]
        entries += [(one.symbol, one.color, one.label) for one in self._lines if one.label]
        parts = [
            f"<span style='color:{plot_color(color, self.palette()).name()}'><b>{symbol}</b></span>"
            f"&nbsp;{html.escape(name).replace(' ', '&nbsp;')}"
            for symbol, color, name in entries
        ]
        self.legend.setText("&ensp; ".join(parts))
        self.legend.setVisible(bool(parts))

    def apply_palette(self) -> None:
        """Take the colours of the window."""
        palette = self.palette()
        self.graph.setBackground(palette.color(QPalette.ColorRole.Base))
        text = palette.color(QPalette.ColorRole.Text)
        for axis in self._axes.values():
            axis.setPen(pg.mkPen(faded(text, 0.55)))
            axis.setTextPen(pg.mkPen(text))
        for series in self._series:
            self._paint(series)
        for line in self._lines:
            self._paint_line(line)
        self.update_legend()

    def data_text(self) -> str:
        """Return the numbers as a table with tabs, for spreadsheets."""
        columns: list[tuple[str, list[str]]] = []
        for series in self._series:
            for name, values in series.columns.items():
                axis = {"x": "bottom", "from": "bottom", "to": "bottom"}.get(name, "left")
                end = f" {name}" if name in ("from", "to") else ""
                header = f"{series.name}: {self._labels[axis]}{end}"
                columns.append((header, [repr(float(value)) for value in values]))
        columns += [(one.label, [repr(one.x)]) for one in self._lines]
        n_rows = max((len(values) for _, values in columns), default=0)
        rows = ["\t".join(header for header, _ in columns)]
        for i in range(n_rows):
            rows.append("\t".join(v[i] if i < len(v) else "" for _, v in columns))
        return "\n".join(rows) + "\n"

    def copy_data(self) -> None:
        """Put the numbers on the clipboard."""
        QGuiApplication.clipboard().setText(self.data_text())

    def copy_picture(self) -> None:
        """Put the diagram on the clipboard, with title and legend."""
        data = QMimeData()
        data.setImageData(self.picture().toImage())
        QGuiApplication.clipboard().setMimeData(data)

    def picture(self) -> QPixmap:
        """Return the diagram as a picture, finer than on the screen."""
        scale = _PICTURE_SCALE
        pixmap = QPixmap(self.size() * scale)
        pixmap.setDevicePixelRatio(scale)
        pixmap.fill(self.palette().color(QPalette.ColorRole.Window))
        self.render(pixmap)
        return pixmap

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer copies."""
        menu = self.copy_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def copy_menu(self) -> QMenu:
        """Make the menu of a right click."""
        menu = QMenu(self)
        menu.setObjectName("plot menu")
        menu.addAction("Copy &picture", self.copy_picture)
        menu.addAction("Copy &numbers", self.copy_data).setShortcut(QKeySequence())
        return menu

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change between light and dark."""
        if event.type() == QEvent.Type.PaletteChange:
            self.apply_palette()
        super().changeEvent(event)

    def _add(
        self,
        name: str,
        color: int,
        symbol: str,
        item: Any,
        columns: dict[str, FloatArray],
        x: FloatArray,
        y: FloatArray,
        from_zero: bool = False,
    ) -> None:
        series = _Series(
            name,
            color,
            symbol,
            item,
            columns,
            np.asarray(x, float),
            np.asarray(y, float),
            from_zero,
        )
        self._series.append(series)
        self.graph.addItem(item)
        self._paint(series)
        self.update_legend()
        self._fit()

    def _paint(self, series: _Series) -> None:
        color = plot_color(series.color, self.palette())
        if series.symbol == "●":
            series.item.setSymbolBrush(faded(color, 0.7))
            series.item.setSymbolPen(None)
            return
        dashed = series.symbol == "┅"
        style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
        series.item.setPen(pg.mkPen(color, width=1.6, style=style))
        if series.symbol == "■":
            series.item.setFillBrush(faded(color, _FILL))

    def _paint_line(self, line: Line) -> None:
        color = plot_color(line.color, self.palette())
        style = Qt.PenStyle.DashLine if line.symbol == "┆" else Qt.PenStyle.SolidLine
        line.item.setPen(pg.mkPen(color, width=2 if line.symbol == "│" else 1.5, style=style))
        line.item.setHoverPen(pg.mkPen(color, width=4, style=style))

    def _fit(self) -> None:
        for axis, is_log in (("x", self._log_x), ("y", self._log_y)):
            wanted = self._ranges[axis]
            low, high = wanted or self._extent(axis, is_log)
            if is_log:
                low, high = np.log10(low), np.log10(high)
            room = 0.0 if wanted else _MARGIN * (high - low)
            # nothing is drawn below the 0 from which bins rise
            below = 0.0 if axis == "y" and low == 0 and not is_log else room
            set_range = self.graph.setXRange if axis == "x" else self.graph.setYRange
            set_range(low - below, high + room, padding=0)

    def _extent(self, axis: str, is_log: bool) -> tuple[float, float]:
        values = np.concatenate([np.ravel(getattr(s, axis)) for s in self._series] or [np.ones(1)])
        values = values[np.isfinite(values) & (values > 0 if is_log else True)]
        if not len(values):
            return (1.0, 10.0) if is_log else (0.0, 1.0)
        low, high = float(values.min()), float(values.max())
        if axis == "y" and not is_log and any(series.from_zero for series in self._series):
            low = min(low, 0.0)
        if low == high:
            return (low / 2, high * 2) if is_log else (low - 0.5, high + 0.5)
        return low, high
