"""Light and dark: palettes, and the colours of plots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

Appearance: TypeAlias = Literal["system", "light", "dark"]
APPEARANCES: tuple[Appearance, ...] = get_args(Appearance)


@dataclass(frozen=True, kw_only=True)
class PlotColors:
    """Colours of plots, as names that Qt knows; series stay apart for colour-blind readers.

    Parameters
    ----------
    background, foreground, grid : str
        Of the plot and of its axes.
    series : tuple of str
        Data first, then what they are compared with.
    mark : str
        Lines that mark a value.
    """

    background: str
    foreground: str
    grid: str
    series: tuple[str, ...]
    mark: str


LIGHT_PLOT = PlotColors(
    background="#ffffff",
    foreground="#33383f",
    grid="#d9dde2",
    series=("#0b6fa4", "#8a8f96", "#c2571a", "#2a8a57", "#7d4aa0", "#a8862a"),
    mark="#b3123c",
)
DARK_PLOT = PlotColors(
    background="#17191d",
    foreground="#d5d9de",
    grid="#3a3f47",
    series=("#4db3e6", "#9aa0a8", "#f0915a", "#58c08b", "#b88be0", "#dcbc5c"),
    mark="#ff6b8b",
)

_LIGHT = {
    "Window": "#f4f5f7",
    "WindowText": "#1f2328",
    "Base": "#ffffff",
    "AlternateBase": "#f0f2f5",
    "Text": "#1f2328",
    "PlaceholderText": "#6b727b",
    "Button": "#f4f5f7",
    "ButtonText": "#1f2328",
    "BrightText": "#b3123c",
    "Highlight": "#0b6fa4",
    "HighlightedText": "#ffffff",
    "ToolTipBase": "#ffffff",
    "ToolTipText": "#1f2328",
    "Link": "#0b6fa4",
    "LinkVisited": "#7d4aa0",
    "Light": "#ffffff",
    "Midlight": "#e6e9ed",
    "Mid": "#b9bfc7",
    "Dark": "#9aa1aa",
    "Shadow": "#5c636c",
    "Accent": "#0b6fa4",
}
_DARK = {
    "Window": "#30343b",
    "WindowText": "#e3e6ea",
    "Base": "#17191d",
    "AlternateBase": "#1f2227",
    "Text": "#e3e6ea",
    "PlaceholderText": "#969da6",
    "Button": "#3a3f47",
    "ButtonText": "#e3e6ea",
    "BrightText": "#ff6b8b",
    "Highlight": "#2b83b8",
    "HighlightedText": "#ffffff",
    "ToolTipBase": "#3a3f47",
    "ToolTipText": "#e3e6ea",
    "Link": "#4db3e6",
    "LinkVisited": "#b88be0",
    "Light": "#525963",
    "Midlight": "#454b54",
    "Mid": "#1b1d21",
    "Dark": "#121418",
    "Shadow": "#0c0d10",
    "Accent": "#4db3e6",
}
_FADED = ("WindowText", "Text", "ButtonText")


def palette_of(dark: bool) -> QPalette:
    """Return the palette of an appearance."""
    palette = QPalette()
    for name, color in (_DARK if dark else _LIGHT).items():
        palette.setColor(QPalette.ColorRole[name], QColor(color))
    for name in _FADED:
        role = QPalette.ColorRole[name]
        faded = QColor("#7c838c" if dark else "#959ba3")
        palette.setColor(QPalette.ColorGroup.Disabled, role, faded)
    disabled = QColor("#4a505a" if dark else "#c9ced5")
    palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Highlight, disabled)
    return palette


def known_appearance(name: object) -> Appearance:
    """Return an appearance by its name; "system" where there is no such one."""
    return next((one for one in APPEARANCES if one == name), "system")


def apply_appearance(appearance: Appearance) -> None:
    """Give the running app an appearance; "system" is what the desktop has."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    dark = appearance == "dark"
    if appearance == "system":
        dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    # giving all widgets the style they have already would take seconds
    if app.style().name() != "fusion":
        app.setStyle("Fusion")
    palette = palette_of(dark)
    if app.palette() != palette:
        app.setPalette(palette)


def is_dark(palette: QPalette | None = None) -> bool:
    """Whether a palette, or that of the app, is a dark one."""
    used = QGuiApplication.palette() if palette is None else palette
    return used.color(QPalette.ColorRole.Base).lightness() < 128


def plot_colors(palette: QPalette | None = None) -> PlotColors:
    """Return the colours for plots that fit a palette, or that of the app."""
    return DARK_PLOT if is_dark(palette) else LIGHT_PLOT
