"""Colours and numbers of diagrams, in light and in dark windows."""

from __future__ import annotations

import math

from PySide6.QtGui import QColor, QPalette

DATA, RANDOM, ACCENT = 0, 1, 2
"""Colour indices of the data, of what they are compared with, and of what is marked."""

_ON_LIGHT = ("#0072b2", "#5c5c5c", "#d55e00", "#007f5c", "#a8548a", "#8a6d00")
_ON_DARK = ("#56b4e9", "#b4b4b4", "#ff9a4d", "#3fc79a", "#e59ac6", "#f0d060")
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def is_dark(palette: QPalette) -> bool:
    """Tell whether a window with this palette is dark."""
    return palette.color(QPalette.ColorRole.Base).lightness() < 128


def plot_color(index: int, palette: QPalette) -> QColor:
    """Return the colour of a series; readers with any colour vision tell neighbours apart."""
    colors = _ON_DARK if is_dark(palette) else _ON_LIGHT
    return QColor(colors[index % len(colors)])


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
