"""A SuperPlot: clusters as small dots, cells as large ones by replicate, means with intervals."""

from __future__ import annotations

import html
import math
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QWidget

from stormgraph_gui.models.superplot import Group, SuperPlotData, UnitDot
from stormgraph_gui.views.plot import Plot
from stormgraph_gui.views.plot_style import faded, plot_color
from stormgraph_py.arrays import FloatArray

_COLORS = (0, 2, 3, 4, 5)
"""Colours of replicates; grey is left to clusters."""
_SYMBOLS = (("o", "●"), ("s", "■"), ("t1", "▲"), ("d", "◆"), ("t", "▼"), ("p", "⬟"), ("star", "★"))
_MOST_IN_LEGEND = 12
_HALF_MEAN = 0.24
_HALF_END = 0.07


class SuperPlot(Plot):
    """One measure of all conditions side by side.

    Parameters
    ----------
    data : SuperPlotData
        What is drawn.
    label : str
        The measure with its unit.
    unit : str
        What a large dot is.

    Attributes
    ----------
    unit_clicked : Signal
        A `UnitDot`.
    """

    unit_clicked = Signal(object)

    def __init__(
        self, data: SuperPlotData, label: str, unit: str, parent: QWidget | None = None
    ) -> None:
        self._data, self._unit = data, unit
        self._items: list[Any] = []
        super().__init__(y_label=label, log_y=data.log, parent=parent)
        self.setToolTip(
            "Point at a large dot to see what it is, click it to see it in the list. "
            "Right click to copy the diagram as a picture or as numbers."
        )
        ticks = [(number, group.name) for number, group in enumerate(data.groups)]
        self.graph.getAxis("bottom").setTicks([ticks])
        self.set_x_range(-0.55, len(data.groups) - 0.45)
        self.set_y_range(*data.range)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest useful size."""
        return QSize(220, 180)

    def apply_palette(self) -> None:
        """Take the colours of the window."""
        super().apply_palette()
        for item in self._items:
            self.graph.removeItem(item)
        self._items = []
        for number, group in enumerate(self._data.groups):
            self._draw_clusters(group)
            self._draw_units(group)
            self._draw_mean(number, group)

    def update_legend(self) -> None:
        """Say what the dots are."""
        palette, data = self.palette(), self._data
        text = palette.color(QPalette.ColorRole.Text)
        entries = []
        if any(len(group.values) for group in data.groups):
            entries.append((faded(text, 0.5).name(), "·", "a cluster"))
        with_units = any(group.units for group in data.groups)
        if data.replicates == ("",):
            entries.append((self._color("").name(), "●", f"a {self._unit}"))
        elif len(data.replicates) > _MOST_IN_LEGEND:
            entries.append((text.name(), "●", f"a {self._unit}; colour and shape: replicate"))
        elif with_units:
            entries += [
                (self._color(name).name(), self._symbol(name)[1], f"{self._unit} of {name}")
                for name in data.replicates
            ]
        ends = any(math.isfinite(group.mean[1]) for group in data.groups)
        entries.append((text.name(), "┼", "mean, interval" if ends else "mean"))
        parts = [
            f"<span style='color:{color}'><b>{symbol}</b></span>"
            f"&nbsp;{html.escape(name).replace(' ', '&nbsp;')}"
            for color, symbol, name in entries
        ]
        self.legend.setText("&ensp; ".join(parts))
        self.legend.setVisible(True)

    def data_text(self) -> str:
        """Return the values of the large dots as a table with tabs."""
        rows = ["condition\treplicate\twhich\tvalue"]
        rows += [
            f"{group.name}\t{dot.replicate}\t{dot.text}\t{dot.value!r}"
            for group in self._data.groups
            for dot in group.units
        ]
        return "\n".join(rows) + "\n"

    def _draw_clusters(self, group: Group) -> None:
        color = faded(self.palette().color(QPalette.ColorRole.Text), 0.28)
        dots = pg.ScatterPlotItem(
            group.x, self._y(group.values), size=4, pen=None, brush=color, symbol="o"
        )
        self._put(dots, 0)

    def _draw_units(self, group: Group) -> None:
        if not group.units:
            return
        edge = pg.mkPen(self.palette().color(QPalette.ColorRole.Base), width=1)
        dots = pg.ScatterPlotItem(
            [dot.x for dot in group.units],
            self._y(np.array([dot.value for dot in group.units])),
            size=11,
            pen=edge,
            brush=[self._color(dot.replicate) for dot in group.units],
            symbol=[self._symbol(dot.replicate)[0] for dot in group.units],
            data=list(group.units),
            hoverable=True,
            hoverSize=15,
            tip=lambda x, y, data: f"{data.text}\n{data.value:,.4g}",
        )
        dots.sigClicked.connect(self._clicked)
        self._put(dots, 2)

    def _draw_mean(self, number: int, group: Group) -> None:
        center, low, high = group.mean
        if not math.isfinite(center):
            return
        lines = [(number - _HALF_MEAN, center, number + _HALF_MEAN, center)]
        if math.isfinite(low):
            lines += [(number, low, number, high)]
            lines += [(number - _HALF_END, end, number + _HALF_END, end) for end in (low, high)]
        corners = np.array(lines, dtype=np.float64).reshape(-1, 2)
        color = self.palette().color(QPalette.ColorRole.Text)
        halo = self.palette().color(QPalette.ColorRole.Base)
        x, y = corners[:, 0], self._y(corners[:, 1])
        for pen in (pg.mkPen(halo, width=5), pg.mkPen(color, width=2)):
            self._put(pg.PlotCurveItem(x, y, connect="pairs", pen=pen), 1)

    def _put(self, item: Any, height: int) -> None:
        item.setZValue(height)
        self.graph.addItem(item, ignoreBounds=True)
        self._items.append(item)

    def _clicked(self, _item: Any, points: Any, _event: Any) -> None:
        dot = points[0].data()
        if isinstance(dot, UnitDot):
            self.unit_clicked.emit(dot)

    def _y(self, values: FloatArray) -> FloatArray:
        if not self._data.log:
            return values
        lowest = self._data.range[0]
        logs: FloatArray = np.log10(np.maximum(values, lowest))
        return logs

    def _color(self, replicate: str) -> QColor:
        number = self._data.replicates.index(replicate)
        return plot_color(_COLORS[number % len(_COLORS)], self.palette())

    def _symbol(self, replicate: str) -> tuple[str, str]:
        return _SYMBOLS[self._data.replicates.index(replicate) % len(_SYMBOLS)]
