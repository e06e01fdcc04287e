"""Colours and numbers of diagrams, in light and in dark windows."""

from __future__ import annotations

import math

from PySide6.QtGui import QColor, QPalette

from stormgraph_gui.views.theme import plot_colors

DATA, RANDOM, ACCENT, WARNING = 0, 1, 2, 3
"""Colour indices of the data, of what they are compared with, of what is marked, of warnings."""

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def plot_color(index: int, palette: QPalette) -> QColor:
    """Return the colour of a series; readers with any colour vision tell neighbours apart."""
    colors = plot_colors(palette)
    data, random, *others = colors.series
    series = (data, random, colors.mark, *others)
    return QColor(series[index % len(series)])


def faded(color: QColor, share: float) -> QColor:
    """Return a colour with a share of its opacity."""
    return QColor(color.red(), color.green(), color.blue(), round(255 * share))


def tick_text(value: float, spacing: float = 0.0) -> str:
    """Write a number at an axis: with as many decimals as its neighbours need to differ.

    Examples
    --------
    >>> tick_text(2500.0, 500), tick_text(0.25, 0.05), tick_text(-0.0, 1), tick_text(3e7, 1e7)
    ('2,500', '0.25', '0', '3×10⁷')
    """
    if value == 0 or abs(value) < spacing / 1e6:
        return "0"
    if abs(value) >= 1e6 or abs(value) < 1e-4:
        power = math.floor(math.log10(abs(value)) + 1e-9)
        lead = f"{value / 10.0**power:.3g}"
        ten = f"10{str(power).translate(_RAISED)}"
        return ten if lead == "1" else f"{lead}×{ten}"
    decimals = max(0, -math.floor(math.log10(spacing) + 1e-9)) if spacing else 6
    text = f"{value:,.{decimals}f}"
    return text if spacing or "." not in text else text.rstrip("0").rstrip(".")
