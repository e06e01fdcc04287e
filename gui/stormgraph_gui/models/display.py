"""How the data are drawn: what the colours mean, which colour map, what is laid over."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

from stormgraph_gui.signals import QObject, Signal

ColorBy: TypeAlias = Literal[
    "density", "channel", "frame", "precision", "z", "photons", "cluster", "level"
]
COLOR_BY: tuple[ColorBy, ...] = get_args(ColorBy)
"""What the colours can mean, in the order of the menu."""


@dataclass(frozen=True, kw_only=True)
class DisplayState:
    """How the data are drawn.

    Parameters
    ----------
    color_by : str
        What the colours mean while no result is shown, one of `COLOR_BY`.
    result_color_by : str
        The same while a result is shown.
    color_map : str
        Name of the colour map for numbers.
    contrast : tuple of float or None
        Quantiles of the brightness between which colours are spread, 0 to 1.
    gamma : float
        Exponent of the density image.
    point_size : float
        Diameter of a point, screen pixels.
    show_outlines, show_unclustered, show_regions, show_scale_bar : bool
        What is drawn over or left out.
    show_precision : bool
        Circles of one localization precision around single points.
    hidden_channels : frozenset of int
        Channels that are not drawn.
    slab_nm : tuple of float or None
        Range of z that is drawn.
    """

    color_by: ColorBy = "density"
    result_color_by: ColorBy = "cluster"
    color_map: str = "inferno"
    contrast: tuple[float, float] = (0.0, 0.97)
    gamma: float = 0.6
    point_size: float = 4.0
    show_outlines: bool = True
    show_unclustered: bool = True
    show_regions: bool = True
    show_scale_bar: bool = True
    show_precision: bool = True
    hidden_channels: frozenset[int] = frozenset()
    slab_nm: tuple[float, float] | None = None


class Display(QObject):
    """The way the data are drawn now.

    Attributes
    ----------
    changed : Signal
        The state before and the state now.
    """

    changed = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = DisplayState()

    @property
    def state(self) -> DisplayState:
        """How the data are drawn now."""
        return self._state

    def set(self, **values: Any) -> None:
        """Change some of the fields of `DisplayState`."""
        before, self._state = self._state, dataclasses.replace(self._state, **values)
        if self._state != before:
            self.changed.emit(before, self._state)
