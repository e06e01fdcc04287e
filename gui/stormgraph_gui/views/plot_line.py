"""Lines in diagrams that mark a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from stormgraph_gui.views.plot import Plot


class Line(QObject):
    """A vertical line in a diagram, which the mouse may move.

    Attributes
    ----------
    moved : Signal
        Where it is now, while it is dragged.
    released : Signal
        Where it was let go.
    """

    moved = Signal(float)
    released = Signal(float)

    def __init__(self, plot: Plot, item: Any, label: str, color: int, symbol: str) -> None:
        super().__init__(plot)
        self._plot, self.item = plot, item
        self.label, self.color, self.symbol = label, color, symbol
        item.sigDragged.connect(self._dragged)
        item.sigPositionChangeFinished.connect(self._finished)

    @property
    def x(self) -> float:
        """Where it is."""
        return self._plot.from_axis(float(self.item.value()))

    def move_to(self, x: float) -> None:
        """Put it elsewhere; nothing is emitted."""
        self.item.blockSignals(True)
        self.item.setValue(self._plot.to_axis(x))
        self.item.blockSignals(False)

    def set_bounds(self, low: float, high: float) -> None:
        """Let it be dragged no further than this."""
        self.item.setBounds((self._plot.to_axis(low), self._plot.to_axis(high)))

    def relabel(self, label: str) -> None:
        """Give it another text in the legend."""
        self.label = label
        self._plot.update_legend()

    def _dragged(self) -> None:
        self.moved.emit(self.x)

    def _finished(self) -> None:
        self.released.emit(self.x)
