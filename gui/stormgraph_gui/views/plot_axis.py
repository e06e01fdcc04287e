"""Axes of diagrams, with numbers as people write them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg

from stormgraph_gui.views.plot_style import tick_text


class Axis(pg.AxisItem):  # type: ignore[misc]
    """Writes numbers as people do: 2,500 and 0.05 and 20%."""

    is_percent = False

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """Return the text at each tick."""
        if self.logMode:
            return [tick_text(float(10.0**value)) for value in values]
        if self.is_percent:
            return [f"{tick_text(100 * value, 100 * spacing)}%" for value in values]
        return [tick_text(value, spacing) for value in values]

    def logTickValues(
        self, minVal: float, maxVal: float, size: float, stdTicks: Any
    ) -> list[tuple[float | None, list[float]]]:
        """Label 1, 2 and 5 times the powers of ten, or the powers alone where they crowd."""
        decades = np.arange(np.floor(minVal), np.ceil(maxVal) + 1)
        few = maxVal - minVal < 2.5
        steps = np.log10([1, 2, 5]) if few else np.zeros(1)
        every = max(1, int(np.ceil((maxVal - minVal) * 40 / max(size, 1))))
        labelled = (decades[::every, None] + steps).ravel()
        minor = (decades[:, None] + np.log10(np.arange(2, 10))).ravel()
        inside = [v[(v >= minVal) & (v <= maxVal)] for v in (labelled, minor)]
        minor_only = np.setdiff1d(inside[1].round(9), inside[0].round(9))
        return [(1.0, inside[0].tolist()), (None, minor_only.tolist())]
